"""The morning messages of shepherds: when they come, what they say, and what can be done about each line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from bot.actions import evidence, rhythm
from bot.messages import Controls, Form, Message, Paragraph, Tone, in_words
from bot.rules.evidence import Facts
from bot.words import CadenceKind, CheckInState, Key, Nudging, Role, Status, plain
from scheduler import shepherds
from storage import Database, ledger, scenes, timers
from storage.tables import (
    Absence,
    Account,
    Cadence,
    Celebrated,
    Celebration,
    CheckIn,
    Member,
    Occurrence,
    Partnership,
    Person,
    Side,
)
from storage.timers import Due
from tests.conftest import Clock
from tests.house import House, controls, pressed_value, said

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def house(sqlite: Database, clock: Clock) -> Iterator[House]:
    """On one database; an outage and what comes of it is lived on both below."""
    house = House(sqlite, clock)
    yield house.begun()
    house.close()


def member(house: House, who: str) -> int:
    def look(session: Session) -> int:
        account = session.exec(select(Account).where(Account.user == f"U-{who.upper()}")).one()
        return session.exec(select(Member.id).where(Member.person_id == account.person_id)).one()

    return house.database.run(look)


def changes(house: House, who: str, change: Callable[[Session, Member, Account], None]) -> None:
    def work(session: Session) -> None:
        account = session.exec(select(Account).where(Account.user == f"U-{who.upper()}")).one()
        change(session, session.exec(select(Member).where(Member.person_id == account.person_id)).one(), account)

    house.database.run(work)


def begins(house: House) -> None:
    """Let the schedule run from here on."""
    house.database.run(rhythm.plan, {house.partnership}, house.clock())


def until(house: House, day: int, hour: int, minute: int = 0) -> None:
    """Let time pass until that hour of November in UTC."""
    there = datetime(2026, 11, day, hour, minute, tzinfo=UTC)
    house.time_passes(seconds=(there - house.clock()).total_seconds())


def mornings(house: House, who: str) -> list[Message]:
    return [
        each for each in house.direct(who).posts if "to act on" in plain(each.title) or "Replaced" in plain(each.title)
    ]


def words(house: House, who: str) -> str:
    """The newest morning message."""
    assert mornings(house, who), f"{who} heard nothing"
    return in_words(mornings(house, who)[-1], "Europe/Berlin")


def events(house: House, kind: str) -> list[dict[str, Any]]:
    return [
        each.body or {} for each in house.database.run(ledger.of_partnership, house.partnership) if each.kind == kind
    ]


def press(house: House, who: str, label: str, about: str, option: str = "") -> Any:
    """Press a control of the line that says so."""
    body = mornings(house, who)[-1].body
    for block, below in pairwise(body):
        if isinstance(block, Paragraph) and about in plain(block.words) and isinstance(below, Controls):
            return house.presses(who, label, Message((), (below,)), where="direct", option=option)
    raise AssertionError(f"no line with {about!r} and something to press")


def escalated(house: House) -> None:
    """A concern of Northwind's that Contoso has not answered for two working days."""
    house.types("ana", "/escalate the rig is down !high")
    begins(house)


def quiet_people(house: House, *days: tuple[str, date]) -> None:
    """Check-ins that did not come."""

    def add(session: Session) -> None:
        row = Cadence(partnership_id=house.partnership, kind=CadenceKind.STANDUP, rrule="FREQ=DAILY", at=time(9),
                      start_on=date(2026, 11, 1), created_at=house.clock(), paused_at=house.clock())  # fmt: skip
        session.add(row)
        session.flush()
        occurrences: dict[date, Occurrence] = {}
        for who, day in days:
            if day not in occurrences:
                occurrences[day] = Occurrence(cadence_id=row.id, partnership_id=house.partnership, day=day,
                                              at=house.clock(), state="closed")  # fmt: skip
                session.add(occurrences[day])
                session.flush()
            account = session.exec(select(Account).where(Account.user == f"U-{who.upper()}")).one()
            whose = session.exec(select(Member.id).where(Member.person_id == account.person_id)).one()
            session.add(CheckIn(partnership_id=house.partnership, member_id=whose, occurrence_id=occurrences[day].id,
                                day=day, state=CheckInState.MISSED))  # fmt: skip

    house.database.run(add)


def cadence(
    house: House, kind: CadenceKind, name: str, at: datetime, held: bool | None, side: Key | None = None
) -> None:
    """One that fell due then."""

    def add(session: Session) -> None:
        row = Cadence(partnership_id=house.partnership, kind=kind, name=name, rrule="FREQ=MONTHLY", at=at.time(),
                      start_on=at.date() + timedelta(days=60), side=side, created_at=house.clock())  # fmt: skip
        session.add(row)
        session.flush()
        session.add(Occurrence(cadence_id=row.id, partnership_id=house.partnership, day=at.date(), at=at, held=held))

    house.database.run(add)


# When it comes -------------------------------------------------------------------------------------------------------


def test_nothing_comes_while_there_is_nothing_to_act_on(house: House) -> None:
    house.types("ana", "/celebrate @bo for closing the pilot together")
    house.types("bo", "/celebrate @ana for closing the pilot together")
    begins(house)
    until(house, 6, 12)
    assert mornings(house, "ana") == mornings(house, "bo") == []
    assert events(house, "nudge.said") == []


def test_each_shepherd_hears_at_half_past_eight_of_their_own_zone(house: House) -> None:
    escalated(house)
    until(house, 2, 23, 29)
    assert not mornings(house, "bo")
    until(house, 2, 23, 31)
    assert len(mornings(house, "bo")) == 1
    assert not mornings(house, "ana")
    until(house, 3, 7, 31)
    assert len(mornings(house, "ana")) == 1
    assert "1 thing to act on in Apollo." in words(house, "ana")
    for who in ("joao", "nora", "priya", "sam", "olga"):
        assert not mornings(house, who)


def test_both_shepherds_read_the_same_lines_with_their_own_side_first(house: House) -> None:
    house.types("ana", "/escalate the rig is down !high")
    quiet_people(house, *((who, date(2026, 11, day)) for who in ("joao", "sam") for day in (1, 2)))
    begins(house)
    until(house, 3, 7, 31)
    ana, bo = words(house, "ana"), words(house, "bo")
    for line in ("Escalation 1 “the rig is down” has waited for an answer since",
                 "No check-in on the last two days they were asked: Sam Lee (Contoso). That is 1 of 1 at Contoso, and 1 of 1 at Northwind.",
                 "No check-in on the last two days they were asked: João Silva (Northwind). That is 1 of 1 at Northwind, and 1 of 1 at Contoso."):  # fmt: skip
        assert line in ana
        assert line in bo
    assert ana.index("João Silva") < ana.index("Sam Lee")
    assert bo.index("Sam Lee") < bo.index("João Silva")


def test_the_facts_are_the_same_whoever_asks(house: House) -> None:
    escalated(house)
    until(house, 4, 0)

    def look(session: Session) -> Facts:
        scene = scenes.scene(session, house.partnership)
        return evidence.facts(session, {scene.id: scene}, house.clock())[scene.id]

    found = house.database.run(look)
    assert [each.number for each in found.waiting] == [1]
    assert set(found.halves) == set(Key)


def test_what_was_said_is_not_said_again_before_the_next_week_begins(house: House) -> None:
    cadence(house, CadenceKind.REPORT, "Figures", MONDAY - timedelta(hours=1), None, Key.A)
    begins(house)
    until(house, 6, 12)
    assert len(mornings(house, "ana")) == 1
    assert "Figures report of Northwind was due" in words(house, "ana")
    until(house, 9, 7, 31)
    assert len(mornings(house, "ana")) == 2
    assert [plain(each.title) for each in mornings(house, "ana")] == [
        "Replaced by the message of Mon 9 Nov 2026.",
        "1 thing to act on in Apollo.",
    ]
    assert "Figures report of Northwind was due" in words(house, "ana")


def test_a_new_message_replaces_the_old_one_and_shows_the_rest_of_the_week_on_request(house: House) -> None:
    cadence(house, CadenceKind.REPORT, "Figures", MONDAY - timedelta(hours=1), None, Key.A)
    begins(house)
    until(house, 3, 12)
    cadence(house, CadenceKind.REPORT, "Risks", MONDAY, None, Key.B)
    until(house, 4, 12)
    old, new = mornings(house, "ana")
    assert in_words(old) == "Replaced by the message of Wed 4 Nov 2026."
    assert old.tone is Tone.GREY
    assert "Risks report of Contoso" in in_words(new)
    assert "Figures report of Northwind" not in in_words(new)
    assert "1 line from earlier this week is still open." in in_words(new)

    house.presses("ana", "Show all", new, where="direct")
    assert "Figures report of Northwind" in words(house, "ana")
    assert "Show all" not in [each.label for each in controls(mornings(house, "ana")[-1])]
    assert len(mornings(house, "ana")) == 2


def test_of_many_old_messages_only_the_last_is_still_drawn_again(house: House) -> None:
    begins(house)
    for day in (3, 4, 5, 6):
        cadence(house, CadenceKind.REPORT, f"Report {day}", MONDAY, None, Key.A)
        until(house, day, 12)
    assert len(mornings(house, "ana")) == 4
    replaced = [plain(each.title) for each in mornings(house, "ana")[:3]]
    assert replaced == [f"Replaced by the message of {day} Nov 2026." for day in ("Wed 4", "Thu 5", "Fri 6")]
    edits = len(house.chats["slack"].taken)
    press(house, "ana", "Not useful", "Report 6")
    assert len(house.chats["slack"].taken) - edits <= 2


def test_more_than_four_hours_late_it_is_left_to_the_next_morning(house: House) -> None:
    escalated(house)
    until(house, 3, 0)
    waits = [each for each in house.database.run(timers.waiting, f"partnership:{house.partnership}")
             if each.kind == "shepherd.morning"]  # fmt: skip
    ana = next(each for each in waits if each.planned_for == datetime(2026, 11, 3, 7, 30, tzinfo=UTC))

    def run(session: Session, now: datetime) -> None:
        shepherds.morning([Due(0, ana.kind, ana.subject, ana.once, now, ana.planned_for, 0)], session, now)

    house.database.run(run, ana.planned_for + timedelta(hours=4, minutes=1))
    house.delivers()
    assert not mornings(house, "ana")
    house.clock.time = ana.planned_for + timedelta(hours=4)
    house.database.run(run, house.clock())
    house.delivers()
    assert len(mornings(house, "ana")) == 1


def test_a_day_without_the_bot_sends_one_message_and_not_two(house: House) -> None:
    escalated(house)
    until(house, 2, 12)
    house.jumps(datetime(2026, 11, 4, 8, 0, tzinfo=UTC))
    until(house, 4, 8, 30)
    assert len(mornings(house, "ana")) == 1


def test_a_paused_partnership_sends_nothing(house: House) -> None:
    escalated(house)
    house.types("ana", "/partnership pause")
    until(house, 5, 12)
    assert not mornings(house, "ana")


# Away ----------------------------------------------------------------------------------------------------------------


def away(house: House, who: str, start: date, end: date) -> None:
    changes(
        house, who,
        lambda session, row, _: session.add(Absence(person_id=row.person_id, starts_on=start, ends_on=end)),
    )  # fmt: skip


def office(house: House, who: str, role: Role) -> None:
    def change(session: Session, row: Member, _: Account) -> None:
        row.role = role

    changes(house, who, change)


def test_the_backup_hears_while_the_shepherd_is_away_and_the_other_side_is_told_once(house: House) -> None:
    office(house, "joao", Role.BACKUP)
    away(house, "ana", date(2026, 11, 2), date(2026, 11, 5))
    escalated(house)
    until(house, 5, 12)
    assert not mornings(house, "ana")
    assert "the rig is down" in words(house, "joao")
    notes = [in_words(each) for each in house.direct("bo").posts if "looks after" in plain(each.title)]
    assert notes == [
        "João Silva (Northwind) looks after Apollo for Northwind until Thu 5 Nov 2026.\n"
        "Ana Ruiz (Northwind) is away until then."
    ]
    until(house, 6, 12)
    assert "the rig is down" in words(house, "ana")


def test_who_is_no_shepherd_any_more_is_shown_nothing_new(house: House) -> None:
    escalated(house)
    until(house, 3, 8)
    before = words(house, "ana")
    office(house, "ana", Role.MEMBER)
    reply = press(house, "ana", "Remind", "Escalation 1")
    assert "Only the shepherd of either side can act on the morning message." in said(reply)
    assert words(house, "ana") == before


# What is told --------------------------------------------------------------------------------------------------------


def test_silence_counts_only_days_on_which_somebody_of_that_side_worked(house: House) -> None:
    house.types("bo", "/celebrate @ana for closing the pilot together")
    house.types("ana", "/celebrate @bo for closing the pilot together")
    begins(house)
    until(house, 10, 12)
    assert "Nothing was heard from Northwind for 5 working days (the same count for Contoso: 5)." in words(house, "ana")
    assert "Meet" in [each.label for each in controls(mornings(house, "ana")[-1])]


def test_a_shepherd_who_acts_on_the_message_does_not_end_a_silence(house: House) -> None:
    begins(house)
    until(house, 10, 8)
    assert "Nothing was heard from Northwind" in words(house, "ana")
    press(house, "ana", "Snooze", "heard from Northwind", "1 day")
    until(house, 11, 8)
    assert "Nothing was heard from Northwind for 6 working days" in words(house, "ana")


def test_what_the_bot_did_not_hear_while_it_was_out_is_nobodys_silence(database: Database, clock: Clock) -> None:
    house = House(database, clock).begun()

    def standup(session: Session) -> None:
        session.add(Cadence(partnership_id=house.partnership, kind=CadenceKind.STANDUP, rrule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
                            at=time(9, 30), start_on=date(2026, 11, 2), created_at=house.clock()))  # fmt: skip

    def facts() -> Facts:
        ask = house.database.run(
            lambda session: evidence.facts(session, scenes.scenes(session, [house.partnership]), house.clock())
        )
        return ask[house.partnership]

    house.database.run(standup)
    begins(house)
    until(house, 3, 16)  # nobody has answered, and in New York there is still time to
    house.jumps(datetime(2026, 11, 10, 1, tzinfo=UTC))
    until(house, 10, 8)
    assert events(house, "standup.cut_off")
    assert events(house, "standup.skipped_late")
    assert [half.silent for half in facts().halves.values()] == [0, 0]
    until(house, 11, 8)
    assert [half.silent for half in facts().halves.values()] == [1, 1]  # Tuesday, when the bot was back
    assert [half.missing for half in facts().halves.values()] == [(), ()]
    house.close()


def test_a_meeting_that_was_not_held_and_one_nobody_spoke_of_are_told_with_what_to_do(house: House) -> None:
    cadence(house, CadenceKind.MEETING, "Sync", MONDAY - timedelta(days=3), held=False)
    cadence(house, CadenceKind.MEETING, "Review", MONDAY - timedelta(days=3), held=None)
    cadence(house, CadenceKind.MEETING, "Old", MONDAY - timedelta(days=9), held=False)
    cadence(house, CadenceKind.MEETING, "Good", MONDAY - timedelta(days=3), held=True)
    begins(house)
    until(house, 3, 8)
    text = words(house, "ana")
    assert "Sync meeting of Fri 30 Oct 2026, 10:00 Berlin (18:00 Tokyo) was not held." in text
    assert (
        "Review meeting of Fri 30 Oct 2026, 10:00 Berlin (18:00 Tokyo): nobody has said yet whether it was held."
        in text
    )
    assert "Old" not in text
    assert "Good" not in text


def test_a_report_is_told_when_it_is_late_and_only_to_the_active_when_it_is_due_soon(house: House) -> None:
    changes(house, "bo", lambda session, row, account: _set(session, row, Nudging.ACTIVE))
    cadence(house, CadenceKind.REPORT, "Figures", MONDAY + timedelta(days=1), None, Key.A)
    begins(house)
    until(house, 3, 8)
    assert "Figures report of Northwind is due" in words(house, "bo")
    assert not mornings(house, "ana")
    until(house, 4, 8)
    assert "Figures report of Northwind was due" in words(house, "bo")
    assert "Figures report of Northwind was due" in words(house, "ana")


def test_a_report_that_was_sent_is_not_told_as_missing_before_it_is_received(house: House) -> None:
    def comes(session: Session) -> None:
        session.exec(select(Occurrence)).one().said_at = house.clock()

    cadence(house, CadenceKind.REPORT, "Figures", MONDAY, None, Key.A)
    begins(house)
    until(house, 3, 8)
    assert "Figures report of Northwind was due" in words(house, "bo")
    house.database.run(comes)
    assert (
        house.database.run(
            lambda session: evidence.facts(session, scenes.scenes(session, [house.partnership]), house.clock())
        )[house.partnership].reports
        == ()
    )


def _set(session: Session, row: Member, setting: Nudging) -> None:
    session.get_one(Person, row.person_id).nudging = setting


def test_who_cannot_be_written_to_is_named_to_the_shepherds_alone(house: House) -> None:
    def unreachable(_: Session, __: Member, account: Account) -> None:
        account.reachable = False

    changes(house, "sam", unreachable)
    changes(house, "olga", unreachable)
    begins(house)
    until(house, 3, 8)
    assert "Not reachable by direct message: Sam Lee (Contoso)." in words(house, "ana")
    assert "Olga" not in words(house, "ana")
    assert all("Sam Lee" not in in_words(each) for room in ("north", "south") for each in house.room(room).posts)


def test_missing_and_one_sided_praise_is_told_while_work_moves(house: House) -> None:
    def history(session: Session) -> None:
        session.get_one(Partnership, house.partnership).created_at = MONDAY - timedelta(days=60)
        ana, bo = (session.exec(select(Member.id).join(Account, Account.person_id == Member.person_id)  # type: ignore[arg-type]
                                .where(Account.user == user)).one() for user in ("U-ANA", "U-BO"))  # fmt: skip
        for number in range(1, 4):
            row = Celebration(partnership_id=house.partnership, number=number, given_by=ana, why="for closing the pilot",
                              given_at=MONDAY - timedelta(days=20))  # fmt: skip
            session.add(row)
            session.flush()
            session.add(Celebrated(celebration_id=row.id, member_id=bo))
        for _ in range(4):
            ledger.append(session, partnership_id=house.partnership, at=MONDAY, kind="checkin.answered",
                          subject="checkin:1", actor=ana, side="a")  # fmt: skip

    house.database.run(history)
    begins(house)
    until(house, 3, 8)
    text = words(house, "ana")
    assert "Nothing was celebrated for 20 days, while work moved forward by 4 steps in two weeks" in text
    assert (
        "All 3 celebrations in the rooms in the last four weeks went to Contoso, while Northwind moved forward by"
        in text
    )


# What is done about it -----------------------------------------------------------------------------------------------


def test_a_reminder_is_neutral_and_goes_to_each_person_once_a_day_in_their_working_time(house: House) -> None:
    escalated(house)
    until(house, 3, 8)
    reply = press(house, "ana", "Remind", "Escalation 1")
    assert said(reply).startswith("Reminded: ")
    reminders = [each for each in house.direct("nora").posts if "friendly reminder" in plain(each.title)]
    [note] = reminders
    assert plain(note.title) == "A friendly reminder from Ana Ruiz (Northwind) about Apollo."
    assert "waits for somebody to take it up." in in_words(note)
    assert "Remind" not in [each.label for each in controls(mornings(house, "ana")[-1])]
    assert "Today’s reminder goes to " in words(house, "ana")
    assert "Today’s reminder goes to " in words(house, "bo")
    again = house.acts("bo", "nudge.remind", _value(house, "bo", "Snooze").replace("|1|", "|"), "direct")
    assert said(again).startswith("Nobody was reminded.")
    assert "Not written to, because they were reminded today already or I cannot reach them: Nora" in said(again)
    assert len(events(house, "nudge.reminded")) == 1
    house.presses("nora", "Acknowledge", note, where="direct")
    assert "Nothing is left to act on in Apollo" not in words(house, "bo")


def test_whoever_does_not_work_yet_is_reminded_when_their_day_begins(house: House) -> None:
    quiet_people(house, ("sam", date(2026, 11, 1)), ("sam", date(2026, 11, 2)))
    begins(house)
    until(house, 3, 7, 31)
    reply = press(house, "ana", "Remind", "last two days")
    assert said(reply).startswith("The reminder goes out when they work again.")
    assert "Sam Lee (Contoso) hears of it Tue 3 Nov 2026, 09:00 New York, when their working time begins." in said(
        reply
    )
    until(house, 3, 13, 59)
    assert not house.direct("sam").posts
    until(house, 3, 14, 1)
    assert "A check-in from you would help: /checkin" in in_words(house.direct("sam").latest)


def test_a_reminder_that_waits_does_not_come_once_the_thing_is_done(house: House) -> None:
    cadence(house, CadenceKind.REPORT, "Figures", MONDAY - timedelta(hours=1), None, Key.B)
    begins(house)
    until(house, 3, 9)  # evening in Tokyo
    assert "hears of it" in said(press(house, "ana", "Remind", "Figures"))
    house.acts("bo", "report.sent", "report:1", "south")
    until(house, 4, 9)
    assert not [each for each in house.direct("bo").posts if "reminder" in plain(each.title)]


def test_a_reminder_has_the_button_that_settles_it(house: House) -> None:
    cadence(house, CadenceKind.REPORT, "Figures", MONDAY - timedelta(hours=1), None, Key.B)
    begins(house)
    until(house, 3, 9)
    press(house, "ana", "Remind", "Figures")
    until(house, 4, 2)
    [note] = [each for each in house.direct("bo").posts if "reminder" in plain(each.title)]
    assert plain(note.title) == "A friendly reminder from Ana Ruiz (Northwind) about Apollo."
    house.presses("bo", "Sent", note, where="direct")
    assert [each["late"] for each in events(house, "report.sent")] == [2]


def test_a_reminder_of_a_check_in_opens_the_prompt_that_was_not_answered(house: House) -> None:
    quiet_people(house, ("sam", date(2026, 11, 1)), ("sam", date(2026, 11, 2)))
    begins(house)
    until(house, 3, 7, 31)
    press(house, "ana", "Remind", "last two days")
    until(house, 3, 14, 1)
    form = house.presses("sam", "Answer", house.direct("sam").latest, where="direct")
    assert isinstance(form, Form)
    assert form.context == "checkin:2"


def test_what_is_snoozed_for_a_day_before_a_weekend_rests_until_monday(house: House) -> None:
    cadence(house, CadenceKind.REPORT, "Figures", MONDAY - timedelta(hours=1), None, Key.A)
    begins(house)
    until(house, 6, 8)
    press(house, "ana", "Snooze", "Figures", "1 day")
    assert "Snoozed by Ana Ruiz (Northwind) until Mon 9 Nov 2026." in words(house, "ana")


def _value(house: House, who: str, label: str) -> str:
    control = next(each for each in controls(mornings(house, who)[-1]) if each.label == label)
    return pressed_value(control, "1 day")[1]


def test_a_snoozed_line_rests_on_one_side_and_the_other_shepherd_sees_it(house: House) -> None:
    cadence(house, CadenceKind.REPORT, "Figures", MONDAY - timedelta(hours=1), None, Key.A)
    begins(house)
    until(house, 3, 8)
    press(house, "ana", "Snooze", "Figures", "3 days")
    assert "Snoozed by Ana Ruiz (Northwind) until Fri 6 Nov 2026." in words(house, "ana")
    assert "Snooze" not in [each.label for each in controls(mornings(house, "ana")[-1])]
    assert "Nothing is left to act on in Apollo" in words(house, "ana")
    assert "Snoozed by Ana Ruiz (Northwind) until Fri 6 Nov 2026." in words(house, "bo")
    assert "Snooze" in [each.label for each in controls(mornings(house, "bo")[-1])]
    assert [each["line"] for each in events(house, "nudge.snoozed")] == ["report|1|2026-11-02"]


def test_what_was_snoozed_comes_back_on_the_morning_of_its_day(house: House) -> None:
    cadence(house, CadenceKind.REPORT, "Figures", MONDAY - timedelta(hours=1), None, Key.A)
    cadence(house, CadenceKind.REPORT, "Risks", MONDAY - timedelta(hours=1), None, Key.A)
    begins(house)
    until(house, 6, 8)
    press(house, "ana", "Snooze", "Figures", "1 week")
    press(house, "ana", "Snooze", "Risks", "3 days")
    until(house, 9, 8)
    assert "Risks" in words(house, "ana")
    assert "Figures" not in words(house, "ana")
    until(house, 13, 8)
    assert "Figures" in words(house, "ana")


def test_a_line_that_is_not_useful_stays_away_from_that_side_alone_and_it_is_on_the_record(house: House) -> None:
    cadence(house, CadenceKind.REPORT, "Figures", MONDAY - timedelta(hours=1), None, Key.A)
    begins(house)
    until(house, 3, 8)
    press(house, "ana", "Not useful", "Figures")
    assert "Set aside by your side as not useful, until Tue 1 Dec 2026." in words(house, "ana")
    assert "not useful" not in words(house, "bo")
    assert [each["line"] for each in events(house, "nudge.useless")] == ["report|1|2026-11-02"]
    until(house, 9, 8)
    assert "Figures report of Northwind was due" in words(house, "bo")
    assert len(mornings(house, "bo")) == 2
    assert len(mornings(house, "ana")) == 1
    until(house, 10, 8)
    assert "Figures" not in words(house, "ana")
    until(house, 30, 8)
    assert "Figures" not in words(house, "ana")
    house.time_passes(days=7)
    assert "Figures" in words(house, "ana")


def test_times_to_meet_are_given_as_words_to_copy(house: House) -> None:
    cadence(house, CadenceKind.MEETING, "Sync", MONDAY - timedelta(days=3), held=False)
    begins(house)
    until(house, 3, 7, 31)
    reply = press(house, "ana", "Meet", "Sync")
    assert said(reply) == (
        "No hour is working time on both sides in the next days. These come closest:\n"
        "Shall we talk about Apollo? For example:\n"
        "• Wed 4 Nov 2026, 09:00 Berlin (17:00 Tokyo)\n"
        "• Thu 5 Nov 2026, 09:00 Berlin (17:00 Tokyo)\n"
        "• Fri 6 Nov 2026, 09:00 Berlin (17:00 Tokyo)"
    )


def test_what_is_settled_leaves_the_message_and_can_no_longer_be_acted_on(house: House) -> None:
    cadence(house, CadenceKind.REPORT, "Figures", MONDAY - timedelta(hours=1), None, Key.A)
    begins(house)
    until(house, 3, 8)
    message = mornings(house, "bo")[-1]

    def came(session: Session) -> None:
        one = session.exec(select(Occurrence)).one()
        one.held, one.said_at = True, house.clock()

    house.database.run(came)
    reply = house.presses("bo", "Remind", message, where="direct")
    assert said(reply) == "That is settled by now, so there is nothing left to do about it."
    assert not [each for each in house.direct("ana").posts if "reminder" in plain(each.title)]
    house.acts("bo", "nudge.all", f"morning:{member(house, 'bo')}", "direct")
    assert "Nothing is left to act on in Apollo from this message." in words(house, "bo")
    assert "1 line of this message is settled by now." in words(house, "bo")


@pytest.mark.parametrize("action", ["nudge.remind", "nudge.snooze", "nudge.useless", "nudge.meet", "nudge.all"])
def test_only_those_who_look_after_the_partnership_act_on_the_message(house: House, action: str) -> None:
    cadence(house, CadenceKind.REPORT, "Figures", MONDAY - timedelta(hours=1), None, Key.A)
    value = f"morning:{member(house, 'ana')}|{'1|' if action == 'nudge.snooze' else ''}report|1|2026-11-02"
    assert "Only the shepherd of either side can" in said(house.acts("sam", action, value, "direct"))
    assert "nothing here for you" in said(house.acts("mallory", action, value, "direct"))
    assert [each for each in house.database.run(ledger.of_partnership, house.partnership) if "nudge" in each.kind] == []


def test_how_long_it_rests_is_one_of_three(house: House) -> None:
    value = f"morning:{member(house, 'ana')}|900|report|1|2026-11-02"
    assert "1 day, 3 days, 1 week" in said(house.acts("ana", "nudge.snooze", value, "direct"))


# What is in somebody's way -------------------------------------------------------------------------------------------


def test_what_a_shepherd_reads_of_a_blocker_goes_with_who_wrote_it(house: House) -> None:
    for _ in range(3):
        house.types("sam", "/checkin blockers: no key to the lab")
    for who in ("ana", "bo"):
        assert "Sam Lee (Contoso) has named the same blocker 3 times: no key to the lab" in in_words(
            house.direct(who).latest
        )
    house.types("sam", "/partnership mine erase")
    for label in ("Yes, erase it", "Erase it for good"):
        question = house.replies[-1]
        assert isinstance(question, Message)
        house.presses("sam", label, question)
    for who in ("ana", "bo"):
        everything = [in_words(each) for each in house.direct(who).posts]
        assert any("has named the same blocker 3 times" in each for each in everything)
        assert not any("no key to the lab" in each or "Sam Lee" in each for each in everything if "blocker" in each)


# How much one wants to hear ------------------------------------------------------------------------------------------


def test_how_much_one_wants_to_hear_is_chosen_in_words_shown_and_undone(house: House) -> None:
    assert "Morning message: standard, what there is to act on" in said(house.types("ana", "/partnership mine"))
    reply = house.types("ana", "/partnership mine nudges Light")
    assert said(reply) == (
        "Where you are a shepherd, your morning message is now light, only what is overdue or runs out."
    )
    assert "Morning message: light" in said(house.types("ana", "/partnership mine"))
    assert said(house.types("ana", "/partnership mine nudges light")) == "Nothing was changed: it is so already."
    assert isinstance(reply, Message)
    house.presses("ana", "Undo", reply)
    assert "Morning message: standard" in said(house.types("ana", "/partnership mine"))
    assert "Say one of light, standard or active" in said(house.types("ana", "/partnership mine nudges loud"))


def test_whoever_chose_light_hears_only_what_is_overdue(house: House) -> None:
    house.types("ana", "/partnership mine nudges light")
    cadence(house, CadenceKind.REPORT, "Figures", MONDAY - timedelta(hours=1), None, Key.A)
    cadence(house, CadenceKind.MEETING, "Sync", MONDAY - timedelta(days=3), held=False)
    begins(house)
    until(house, 3, 8)
    assert "Figures" in words(house, "ana")
    assert "Sync" not in words(house, "ana")
    assert "Sync" in words(house, "bo")


# In numbers ----------------------------------------------------------------------------------------------------------


def test_the_facts_of_many_partnerships_take_no_more_queries_than_those_of_one(house: House) -> None:
    def ask(session: Session, count: int) -> int:
        for number in range(count):
            row = Partnership(name=f"P{number}", status=Status.ACTIVE, created_at=MONDAY)
            session.add(row)
            session.flush()
            for key in Key:
                session.add(Side(partnership_id=row.id, key=key, organisation=key.value, zone="Europe/Berlin"))
        session.flush()
        found = scenes.scenes(session, list(session.exec(select(Partnership.id))))
        asked: list[str] = []

        def note(*about: Any) -> None:
            asked.append(about[2])

        event.listen(session.get_bind(), "before_cursor_execute", note)
        assert len(evidence.facts(session, found, house.clock())) == len(found)
        event.remove(session.get_bind(), "before_cursor_execute", note)
        return len(asked)

    few, many = house.database.run(ask, 0), house.database.run(ask, 20)
    assert 0 < many == few
