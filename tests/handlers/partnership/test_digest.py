"""The digest, from its own time in each room to what somebody sees who asks for a week."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from bot.actions import recounting, rhythm
from bot.actions.recounting import Wanted
from bot.messages import Bullets, Form, Heading, Message, in_words
from bot.rules import weeks
from bot.words import CadenceKind, Key, plain
from storage import Database, ledger, scenes
from storage.ledger import Happening
from storage.tables import Cadence, Member, Partnership, Side
from tests.conftest import Clock
from tests.house import House, said

MONDAY = datetime(2026, 11, 9, 8, tzinfo=UTC)  # nine in Berlin
RIG = "for turning the test rig round in a single night"


@pytest.fixture
def house(sqlite: Database, clock: Clock) -> Iterator[House]:
    """On one database; a week with something of everything is told on both below."""
    house = House(sqlite, clock)
    yield house.begun()
    house.close()


def recurs(house: House, kind: CadenceKind, rrule: str, at: time, **more: Any) -> int:
    def add(session: Session) -> int:
        row = Cadence(partnership_id=house.partnership, kind=kind, rrule=rrule, at=at, start_on=house.clock().date(),
                      created_at=house.clock(), **more)  # fmt: skip
        session.add(row)
        session.flush()
        rhythm.replan(session, {house.partnership}, house.clock())
        return row.id

    return house.database.run(add)


def begins(house: House) -> None:
    """Let the schedule begin, and with it the digest on Mondays."""
    house.database.run(rhythm.plan, {house.partnership}, house.clock())


def until(house: House, moment: datetime) -> None:
    house.time_passes(seconds=(moment - house.clock()).total_seconds())


def digests(house: House, room: str) -> list[Message]:
    """The digests in a room, oldest first."""
    return [each for each in house.room(room).posts if "the week to" in plain(each.title)]


def record(house: House, kind: str) -> list[Happening]:
    return [each for each in house.database.run(ledger.of_partnership, house.partnership) if each.kind == kind]


def bullets(message: Message) -> list[str]:
    return [plain(item) for block in message.body if isinstance(block, Bullets) for item in block.items]


def resolves(house: House, number: int, outcome: str) -> None:
    house.acts("bo", "escalation.acknowledge", f"escalation:{number}")
    form = house.acts("bo", "escalation.resolve", f"escalation:{number}")
    house.submits("bo", form, outcome=outcome)


# Posting -------------------------------------------------------------------------------------------------------------


def test_each_room_gets_its_digest_on_monday_at_nine_of_its_own_clock_and_once(house: House) -> None:
    begins(house)
    until(house, datetime(2026, 11, 8, 23, 59, tzinfo=UTC))
    assert not digests(house, "south")
    until(house, datetime(2026, 11, 9, 0, 1, tzinfo=UTC))
    assert (len(digests(house, "south")), len(digests(house, "north"))) == (1, 0)
    until(house, MONDAY + timedelta(days=6))
    assert (len(digests(house, "south")), len(digests(house, "north"))) == (1, 1)
    assert [each.body and each.body["late"] for each in record(house, "digest.posted")] == [False, False]


def test_a_quiet_week_is_said_to_be_one(house: House) -> None:
    begins(house)
    until(house, MONDAY)
    (digest,) = digests(house, "north")
    assert plain(digest.title) == "Nothing to report from Apollo for the week to Mon 9 Nov 2026."
    assert house.room("north").thread == []


def test_a_digest_counts_first_and_has_the_rest_in_its_thread(database: Database, clock: Clock) -> None:
    house = House(database, clock).begun()
    begins(house)
    recurs(house, CadenceKind.STANDUP, "FREQ=WEEKLY;BYDAY=TU,WE,TH,FR", time(9, 30))
    recurs(house, CadenceKind.MEETING, "FREQ=WEEKLY;BYDAY=TU", time(14), name="Steering", zone="Europe/Berlin")
    recurs(house, CadenceKind.REPORT, "FREQ=WEEKLY;BYDAY=TH", time(12), name="Status", side=Key.B)
    house.types("sam", "/escalate the drawings are not final")
    resolves(house, 1, "Revision C is final.")
    house.acts("sam", "escalation.confirm", "escalation:1")
    house.types("ana", f"/celebrate @joao {RIG}")
    until(house, datetime(2026, 11, 4, 9, tzinfo=UTC))
    house.types("ana", "/checkin done: the rig")
    house.types("joao", "/escalate nobody can see the shared test results")
    until(house, MONDAY)

    (digest,) = digests(house, "north")
    assert plain(digest.title) == "Apollo, the week to Mon 9 Nov 2026: 2 wins, 1 open escalation, 2 overdue"
    assert digest.fact("Wins") == "1 celebration, 1 resolved escalation"
    assert digest.fact("Open escalations") == "1 (waiting for Northwind 0, Contoso 1)"
    assert digest.fact("Check-ins") == "Northwind 1 of 12 (8%), Contoso 0 of 12 (0%)"
    assert digest.fact("Overdue") == "2 (Northwind 0, Contoso 2)"
    assert digest.fact("Next meeting") == "Steering meeting, Tue 10 Nov 2026, 14:00 Berlin (22:00 Tokyo)"
    lines = bullets(digest)
    assert lines[0].startswith("🔴 Escalation 2 waits for an answer from Contoso (level 3), ")
    assert lines[0].endswith(" of working time left: nobody can see the shared test results")
    assert lines[1].startswith("⏰ Overdue from Contoso (leader): an answer on escalation 2, since ")
    assert lines[2].startswith("⏰ Overdue from Contoso (shepherd): Status report, since Thu 5 Nov 2026")
    thread = next(each for each in house.room("north").thread if each.startswith("Details of the week"))
    assert f"🎉 Ana Ruiz (Northwind) celebrates João Silva (Northwind): {RIG}" in thread
    assert "✅ Escalation 1 is settled: the drawings are not final — Revision C is final." in thread
    house.close()


def test_nobody_is_named_as_late_where_a_room_can_read_it(house: House) -> None:
    begins(house)
    house.types("joao", "/escalate nobody can see the shared test results")
    until(house, MONDAY)
    for room in ("north", "south"):
        words = in_words(digests(house, room)[0]) + "".join(
            each for each in house.room(room).thread if each.startswith("Details")
        )
        assert "an answer on escalation 1" in words
        assert not [name for name in ("Bo Chen", "Priya Rao", "Sam Lee") if name in words]
    assert "Contoso (leader: Priya Rao)" in said(house.types("ana", "/partnership digest last week"))
    assert "Priya" not in said(house.types("joao", "/partnership digest last week"))


def test_a_digest_on_a_holiday_comes_on_the_next_working_day_and_still_tells_of_its_own_week(house: House) -> None:
    def closed(session: Session) -> None:
        session.get_one(Side, (house.partnership, Key.A)).days = "1,2,3,4"

    house.database.run(closed)
    begins(house)
    until(house, MONDAY)
    assert not digests(house, "north")
    house.types("ana", f"/celebrate @joao {RIG}")  # on Monday, so not of that week
    until(house, MONDAY + timedelta(days=1))
    assert plain(digests(house, "north")[0].title) == "Nothing to report from Apollo for the week to Mon 9 Nov 2026."
    assert record(house, "digest.posted")[-1].body["late"] is False  # type: ignore[index]


def test_after_an_outage_the_digest_comes_late_and_once_and_what_is_older_is_left_out(house: House) -> None:
    begins(house)
    house.types("ana", f"/celebrate @joao {RIG}")
    house.time_passes(hours=1)
    house.jumps(MONDAY + timedelta(days=1))
    (digest,) = digests(house, "north")
    assert "1 win" in plain(digest.title)
    assert "sent late" in plain(digest.footer)
    house.jumps(MONDAY + timedelta(days=16))
    late = digests(house, "north")
    assert [plain(each.title)[-12:-1] for each in late[1:]] == ["23 Nov 2026"]
    assert len(record(house, "digest.skipped_late")) == 2  # the 16th, in each room
    house.time_passes(days=1)
    assert len(digests(house, "north")) == 2


def test_a_shared_room_gets_one_digest_with_both_sides_in_it(sqlite: Database, clock: Clock) -> None:
    house = House(sqlite, clock).begun(shared=True)
    begins(house)
    recurs(house, CadenceKind.STANDUP, "FREQ=WEEKLY;BYDAY=TU", time(9, 30))
    until(house, MONDAY + timedelta(days=1))
    (digest,) = digests(house, "north")
    assert digest.fact("Check-ins") == "Northwind 0 of 3 (0%), Contoso 0 of 3 (0%)"
    assert not digests(house, "south")
    house.close()


def test_a_paused_partnership_gets_no_digest(house: House) -> None:
    begins(house)
    house.types("ana", "/partnership pause")
    until(house, MONDAY + timedelta(hours=1))
    assert not digests(house, "north")
    assert not digests(house, "south")


def test_a_report_that_fell_into_a_pause_is_not_overdue(house: House) -> None:
    begins(house)
    recurs(house, CadenceKind.REPORT, "FREQ=WEEKLY;BYDAY=TH", time(17), name="Status", zone="Asia/Tokyo", side=Key.B)
    until(house, datetime(2026, 11, 5, 2, tzinfo=UTC))  # announced the day before
    house.types("ana", "/partnership pause")
    until(house, datetime(2026, 11, 6, 2, tzinfo=UTC))
    house.types("ana", "/partnership resume")
    until(house, MONDAY + timedelta(minutes=1))
    [found] = record(house, "digest.posted")[:1]
    assert found.body is not None
    assert found.body["overdue"] == []
    until(house, MONDAY + timedelta(days=7, minutes=1))
    assert [each["owed"] for each in (record(house, "digest.posted")[-1].body or {})["overdue"]] == ["report"]


def test_what_is_taken_back_or_said_otherwise_is_so_in_the_digest_at_once(house: House) -> None:
    def wins() -> str:
        (found,) = [each for each in house.room("north").thread if each.startswith("Details")]
        return found

    begins(house)
    until(house, MONDAY - timedelta(minutes=5))
    house.types("ana", f"/celebrate @joao {RIG}")
    until(house, MONDAY + timedelta(seconds=1))
    assert RIG in wins()
    form = house.acts("ana", "celebration.edit", "celebration:1")
    house.submits("ana", form, why="for turning the spare rig round in one night")
    assert "for turning the spare rig round in one night" in wins()
    assert RIG not in wins()
    house.acts("ana", "celebration.undo", "celebration:1")
    assert "spare rig" not in wins()
    assert "1 win" in plain(digests(house, "north")[0].title)  # what was counted stays counted


def test_private_escalations_and_private_praise_are_in_no_digest(house: House) -> None:
    begins(house)
    house.types("ana", f"/celebrate @joao {RIG} !private")
    form = house.types("joao", "/escalate")
    house.submits("joao", form, summary="between the two of us", private="yes")
    until(house, MONDAY)
    for room in ("north", "south"):
        assert plain(digests(house, room)[0].title).startswith("Nothing to report")
    assert said(house.types("ana", "/partnership digest")).startswith("Nothing to report")


def test_what_is_said_under_a_digest_reaches_the_thread_of_the_other_room(house: House) -> None:
    begins(house)
    until(house, MONDAY)
    house.says("ana", "a calm week at last")
    assert any("a calm week at last" in each for each in house.room("south").thread)
    form = house.presses("bo", "Comment")
    house.submits("bo", form, words="long may it last")
    assert any("long may it last" in each for each in house.room("north").thread)


def test_what_was_said_before_the_other_room_had_its_digest_stands_under_it_when_it_has(house: House) -> None:
    begins(house)
    until(house, MONDAY - timedelta(hours=2))
    assert digests(house, "south")
    assert not digests(house, "north")
    house.says("bo", "a calm week at last")
    form = house.presses("sam", "Comment")
    house.submits("sam", form, words="long may it last")
    until(house, MONDAY)
    carried = [each for each in house.room("north").thread if "says:" in each]
    assert carried == ["Bo Chen (Contoso) says:\n> a calm week at last", "Sam Lee (Contoso) says:\n> long may it last"]
    assert len([each for each in house.room("south").thread if "a calm week" in each]) == 0  # it was written there


# Asking for a week ---------------------------------------------------------------------------------------------------


def test_asked_for_a_week_gone_by_it_says_what_the_room_was_told(house: House) -> None:
    begins(house)
    recurs(house, CadenceKind.STANDUP, "FREQ=WEEKLY;BYDAY=TU,WE", time(9, 30))
    house.types("ana", f"/celebrate @joao {RIG}")
    until(house, MONDAY)
    (digest,) = digests(house, "north")
    house.time_passes(days=9)
    house.types("ana", f"/celebrate @bo {RIG}")
    for typed in ("week 45", "2 weeks ago", "2026-11-04", "4 November"):
        asked = house.types("ana", f"/partnership digest {typed}")
        assert isinstance(asked, Message)
        assert (asked.title, asked.footer) == (digest.title, digest.footer), typed
        assert asked.fact("Check-ins") == digest.fact("Check-ins")
        assert not asked.buttons


def test_asked_for_nothing_it_tells_of_the_seven_days_until_now(house: House) -> None:
    house.types("ana", f"/celebrate @joao {RIG}")
    house.time_passes(seconds=1)
    shown = house.types("olga", "/partnership digest")  # an observer sees it too
    assert said(shown).startswith("Apollo, the week to Mon 2 Nov 2026: 1 win\n")
    house.time_passes(days=7, seconds=1)
    assert said(house.types("olga", "/partnership digest")).startswith("Nothing to report")


def test_a_preview_is_in_the_order_of_the_digest_and_says_nothing_twice(house: House) -> None:
    recurs(house, CadenceKind.MEETING, "FREQ=WEEKLY;BYDAY=TU", time(14), name="Steering", zone="Europe/Berlin")
    recurs(house, CadenceKind.STANDUP, "FREQ=WEEKLY;BYDAY=TU", time(9, 30))
    house.types("joao", "/escalate nobody can see the shared test results")
    house.types("ana", f"/celebrate @joao {RIG}")
    house.types("ana", "/partnership cadence add report from contoso fridays at 12:00")
    asked = house.replies[-1]
    assert isinstance(asked, Message)
    house.presses("ana", "Set it", asked)
    house.time_passes(days=4)
    shown = house.types("ana", "/partnership digest")
    assert isinstance(shown, Message)
    named = [block.value for block in shown.body if isinstance(block, Heading)]
    assert named == ["Wins", "Open escalations", "Check-ins", "Overdue", "Next meetings", "Schedule"]
    assert len(bullets(shown)) == len(set(bullets(shown)))


@pytest.mark.parametrize("typed", ["next week", "banana", "week 99"])
def test_a_week_that_is_none_is_asked_back_with_what_to_type(house: House, typed: str) -> None:
    answer = said(house.types("ana", f"/partnership digest {typed}"))
    assert typed in answer
    assert "/partnership digest last week" in answer


# Recounted -----------------------------------------------------------------------------------------------------------


def test_the_numbers_are_those_of_the_record_recounted(house: House) -> None:
    """A week lived at random, then each posted digest is held against a plain count of the events."""
    begins(house)
    recurs(house, CadenceKind.STANDUP, "FREQ=WEEKLY;BYDAY=TU,WE,TH", time(9, 30))
    luck = random.Random(2)
    for _ in range(7 * 2):
        house.time_passes(hours=12)
        _lives(house, luck)
    events = house.database.run(ledger.of_partnership, house.partnership)
    posted = [each for each in events if each.kind == "digest.posted"]
    assert len(posted) == 2
    for name in ("celebrations", "resolved", "open", "overdue"):
        assert any(each.body[name] for each in posted if each.body), name
    assert {"checkin.skipped", "checkin.missed", "celebration.undone"} <= {each.kind for each in events}
    for each in posted:
        assert each.body is not None
        first, last = (datetime.fromisoformat(each.body[name]) for name in ("start", "end"))
        counted = {
            "celebrations": len(each.body["celebrations"]),
            "resolved": len(each.body["resolved"]),
            "open": len(each.body["open"]),
            "check-ins": {key: (tally["given"], tally["due"]) for key, tally in each.body["check_ins"].items()},
        }
        assert counted == _recount(house, events, first, last)


def _lives(house: House, luck: random.Random) -> None:
    """Half a day of somebody's choices."""
    for subject, (who, state) in _check_ins(house).items():
        act = luck.choice(["answer", "skip", "nothing"]) if state == "asked" else "nothing"
        if act == "answer":
            house.submits(who, house.acts(who, "checkin.answer", subject, "direct"), "direct", done="some of it")
        elif act == "skip":
            house.acts(who, "checkin.skip", subject, "direct")
    if luck.random() < 0.4:
        house.types("ana", f"/celebrate @joao {RIG}")
    if luck.random() < 0.3:
        house.types("joao", "/escalate nobody can see the shared test results")
    subject = f"escalation:{luck.randint(1, 2)}"
    if luck.random() < 0.3:
        form = house.acts("bo", "escalation.resolve", subject)
        if isinstance(form, Form):
            house.submits("bo", form, outcome="It is done now.")
    if luck.random() < 0.5:
        house.acts("joao", "escalation.confirm", subject)
    if luck.random() < 0.2:
        house.acts("ana", "celebration.undo", "celebration:2")


def _check_ins(house: House) -> dict[str, tuple[str, str]]:
    """Every prompt on the record: whose, and what became of it."""
    people = house.database.run(_names)
    found: dict[str, tuple[str, str]] = {}
    for each in house.database.run(ledger.of_partnership, house.partnership):
        if each.kind == "standup.asked" and each.body:
            found[each.subject] = people[each.body["member"]], "asked"
        elif each.subject in found and each.kind.startswith("checkin.") and each.kind != "checkin.edited":
            found[each.subject] = found[each.subject][0], each.kind.partition(".")[2]
    return found


def _names(session: Session) -> dict[int, str]:
    scene = scenes.scene(session, session.exec(select(Partnership.id)).one())
    return {each.id: each.accounts[0].user.removeprefix("U-").lower() for each in scene.everybody}


def _recount(house: House, events: list[Happening], first: datetime, last: datetime) -> dict[str, Any]:
    undone = {each.subject for each in events if each.kind == "celebration.undone" and each.at <= last}
    status: dict[str, str] = {}
    due, given = {"a": 0, "b": 0}, {"a": 0, "b": 0}
    sides = house.database.run(lambda session: {row.id: row.side.value for row in session.exec(select(Member))})
    prompts: dict[str, tuple[str, date]] = {}
    became: dict[str, str] = {}
    confirmed = set()
    for each in events:
        if each.at > last:
            break
        if each.kind.startswith("escalation.") and each.body and "to" in each.body:
            status[each.subject] = each.body["to"]
            if each.kind == "escalation.confirmed" and each.at >= first:
                confirmed.add(each.subject)
        if each.kind == "standup.asked" and each.body:
            prompts[each.subject] = sides[each.body["member"]], date.fromisoformat(each.body["day"])
        if each.kind in ("checkin.answered", "checkin.skipped", "checkin.away", "checkin.missed"):
            became[each.subject] = each.kind
    for subject, (side, day) in prompts.items():
        # These standups open and close between Tuesday and Friday, well inside a week.
        if first <= datetime.combine(day, time(12), UTC) < last and became.get(subject, "") not in ("", "checkin.away"):
            due[side] += 1
            given[side] += became[subject] == "checkin.answered"
    return {
        "celebrations": sum(
            each.kind == "celebration.given" and first <= each.at < last and each.subject not in undone
            for each in events
        ),
        "resolved": sum(status[each] == "closed" for each in confirmed),
        "open": sum(each not in ("closed", "withdrawn") for each in status.values()),
        "check-ins": {side: (given[side], due[side]) for side in ("a", "b")},
    }  # fmt: skip


def test_many_digests_take_as_many_queries_as_one(house: House) -> None:
    begins(house)
    house.types("ana", f"/celebrate @joao {RIG}")
    house.types("joao", "/escalate nobody can see the shared test results")

    def another(session: Session) -> int:
        row = Partnership(name="Zephyr", created_at=house.clock())
        session.add(row)
        session.flush()
        for key in Key:
            session.add(Side(partnership_id=row.id, key=key, organisation=key.value, zone="Europe/Lisbon"))
        return row.id

    more = [house.database.run(another) for _ in range(4)]
    house.time_passes(seconds=1)

    def counted(session: Session, ids: list[int]) -> int:
        found = scenes.scenes(session, ids)
        wanted = [Wanted(each, weeks.up_to_now(house.clock(), "UTC"), house.clock()) for each in found.values()]
        asked: list[str] = []
        connection = session.connection()

        def note(*args: Any) -> None:
            asked.append(args[2])

        event.listen(connection, "before_cursor_execute", note)
        told = recounting.work_out(session, house.clock(), wanted)
        event.remove(connection, "before_cursor_execute", note)
        assert sum(each.wins for each in told) == 1
        return len(asked)

    one = house.database.run(counted, [house.partnership])
    assert house.database.run(counted, [house.partnership, *more]) == one


def test_digests_of_two_instants_in_one_go_say_what_each_says_alone(house: House) -> None:
    begins(house)
    recurs(house, CadenceKind.STANDUP, "FREQ=WEEKLY;BYDAY=TU,WE,TH,FR", time(9, 30))
    until(house, datetime(2026, 11, 4, 9, 30, tzinfo=UTC))
    house.types("ana", "/checkin done: the rig")
    until(house, datetime(2026, 11, 6, 12, tzinfo=UTC))

    def told(session: Session) -> None:
        found = scenes.scene(session, house.partnership)
        instants = house.clock() - timedelta(days=1), house.clock()
        wanted = [Wanted(found, weeks.up_to_now(each, "UTC"), each) for each in instants]
        alone = [recounting.work_out(session, house.clock(), [each])[0] for each in wanted]
        assert sum(each.given for each in alone[0].given.values()) == 1
        assert recounting.work_out(session, house.clock(), wanted) == alone

    house.database.run(told)
