"""Meetings and reports as time passes: announced, asked about, due, sent, received, late."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.actions import evidence, meetings, reports
from bot.messages import Form, Message, Tone, in_words
from bot.words import CadenceKind, Key, Role, plain
from storage import Database, ledger, scenes
from storage.tables import Absence, Account, Cadence, Member, Occurrence, Side
from tests.conftest import Clock
from tests.house import House, labels, said

MEETING = "meeting steering every other tuesday at 14:00 for 1 h"
REPORT = "report status from Contoso fridays at noon Berlin time"


@pytest.fixture
def house(sqlite: Database, clock: Clock) -> Iterator[House]:
    """On one database; one story is lived on both below."""
    house = House(sqlite, clock)
    yield house.begun()
    house.close()


@pytest.fixture
def either(database: Database, clock: Clock) -> Iterator[House]:
    """On each database."""
    house = House(database, clock)
    yield house.begun()
    house.close()


def is_set(house: House, typed: str, who: str = "ana") -> None:
    question = house.types(who, f"/partnership cadence add {typed}")
    assert isinstance(question, Message)
    house.presses(who, "Set it", question)


def goes_to(house: House, words: str) -> None:
    """Let time pass to an instant, in UTC, as it does."""
    until = datetime.fromisoformat(words).replace(tzinfo=UTC)
    house.time_passes(seconds=(until - house.clock()).total_seconds())


def jumps_to(house: House, words: str) -> None:
    house.jumps(datetime.fromisoformat(words).replace(tzinfo=UTC))


def titles(messages: list[Message], about: str) -> list[str]:
    """The first lines of the messages about a meeting or a report, without those that say that it recurs."""
    found = [plain(each.title) for each in messages]
    return [title for title in found if about in title and "recurs" not in title]


def card(house: House, room: str, about: str = "Steering meeting") -> Message:
    """The one card about it in a room."""
    [found] = [
        each for each in house.room(room).posts if about in plain(each.title) and "recurs" not in plain(each.title)
    ]
    return found


def asked(house: House, who: str, about: str = "Steering meeting") -> Message:
    [found] = [each for each in house.direct(who).posts if about in plain(each.title)]
    return found


def recorded(house: House, *nouns: str) -> list[str]:
    events = house.database.run(ledger.of_partnership, house.partnership)
    return [each.kind for each in events if each.kind.partition(".")[0] in (nouns or ("meeting", "report"))]


def body(house: House, kind: str) -> dict[str, Any]:
    events = house.database.run(ledger.of_partnership, house.partnership)
    return next(each.body or {} for each in reversed(events) if each.kind == kind)


def occurrence(house: House) -> Occurrence:
    return house.database.run(lambda session: session.exec(select(Occurrence)).one())


def keeps_holidays_of(house: House, key: Key, country: str) -> None:
    def change(session: Session) -> None:
        session.exec(select(Side).where(Side.key == key)).one().country = country

    house.database.run(change)


# Meetings ------------------------------------------------------------------------------------------------------------


def test_a_meeting_is_announced_in_both_rooms_half_an_hour_before(house: House) -> None:
    is_set(house, MEETING)
    goes_to(house, "2026-11-03 12:29")
    assert titles(house.room("north").posts, "Steering") == []
    goes_to(house, "2026-11-03 12:30")
    for room in ("north", "south"):
        assert in_words(card(house, room)).splitlines() == [
            "📅 Steering meeting begins soon.",
            "When: Tue 3 Nov 2026, 14:00 Berlin (22:00 Tokyo)",
            "Lasts: 1 h",
        ]
    assert not house.direct("ana").posts


def test_after_its_end_both_shepherds_are_asked_and_the_first_answer_counts(house: House) -> None:
    is_set(house, MEETING)
    goes_to(house, "2026-11-03 13:59")
    assert not house.direct("ana").posts
    goes_to(house, "2026-11-03 14:00")
    for who in ("ana", "bo"):
        assert plain(asked(house, who).title) == "Steering meeting is over. Was it held?"
        assert labels(asked(house, who)) == ["Held", "Not held", "Answer with a note"]
    for who in ("joao", "nora", "priya", "sam"):
        assert not house.direct(who).posts

    reply = house.presses("bo", "Held", asked(house, "bo"), where="direct")
    assert said(reply).startswith("Noted: Steering meeting was held.")
    for message in (card(house, "north"), card(house, "south"), asked(house, "ana"), asked(house, "bo")):
        assert plain(message.title) == "Steering meeting was held."
        assert message.fact("Said by") == "Bo Chen (Contoso)"
        assert message.tone is Tone.GREEN
        assert labels(message) == []
    assert said(house.acts("ana", "meeting.not_held", f"meeting:{occurrence(house).id}")) == (
        "Bo Chen (Contoso) said already that it was held. The first answer counts, and they can change it."
    )
    assert occurrence(house).held is True
    assert recorded(house) == ["meeting.reminded", "meeting.asked", "meeting.held"]


@pytest.mark.parametrize("noun", ["meeting", "report"])
def test_of_two_who_answer_at_once_one_is_first_and_the_other_hears_so(
    postgresql: Database, postgresql_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch, noun: str
) -> None:
    house = House(postgresql, clock).begun()
    is_set(house, MEETING if noun == "meeting" else REPORT)
    goes_to(house, "2026-11-06 11:00")
    about = house.database.run(_newest, CadenceKind(noun))
    beside = Database(postgresql_url)
    other = House(beside, clock)
    other.partnership = house.partnership
    done = "held" if noun == "meeting" else "received"
    heard: list[Any] = []
    second = threading.Thread(target=lambda: heard.append(other.acts("nora", f"{noun}.{done}", about)))
    actions = {"meeting": meetings, "report": reports}[noun]
    say = actions.say

    def slowly(*given: Any, **named: Any) -> Any:
        if not second.ident:
            second.start()
            second.join(0.5)  # the other one has come as far as it can
        return say(*given, **named)

    monkeypatch.setattr(actions, "say", slowly)
    first = said(house.acts("ana", f"{noun}.{done}", about))
    second.join(20)
    assert first.startswith(("Noted", "Thank you")), first
    assert "Ana Ruiz" in said(heard[0])
    assert recorded(house).count(f"{noun}.{done}") == 1
    for each in (other, house):
        each.close()
    beside.close()


def _newest(session: Session, kind: CadenceKind) -> str:
    of = select(Cadence.id).where(Cadence.kind == kind)
    rows = session.exec(select(Occurrence.id).where(col(Occurrence.cadence_id).in_(of)).order_by(col(Occurrence.day)))
    return f"{kind}:{rows.all()[-1]}"


def test_whoever_answered_can_change_it_and_add_a_note_that_both_rooms_see(house: House) -> None:
    is_set(house, MEETING)
    goes_to(house, "2026-11-03 14:00")
    reply = house.presses("ana", "Held", asked(house, "ana"), where="direct")
    assert isinstance(reply, Message)
    form = house.presses("ana", "Change", reply)
    house.submits("ana", form, held="not_held", note="Moved to Thursday <!channel>")

    assert plain(card(house, "south").title) == "Steering meeting was not held this time."
    assert "> Moved to Thursday <!channel>" in in_words(card(house, "south"))
    assert occurrence(house).held is False
    assert recorded(house) == ["meeting.reminded", "meeting.asked", "meeting.held", "meeting.not_held"]


def test_the_note_form_answers_and_keeps_a_note_that_is_too_long_open(house: House) -> None:
    is_set(house, MEETING)
    goes_to(house, "2026-11-03 14:00")
    form = house.presses("ana", "Answer with a note", asked(house, "ana"), where="direct")
    assert isinstance(form, Form)
    wrong = house.submits("ana", form, note="x" * 501)
    assert getattr(wrong, "fields", {}) == {"note": "A note has 500 letters at most."}
    house.submits("ana", form, note="Good one.")
    assert occurrence(house).held is True


def test_a_leader_can_say_it_in_the_room_and_a_member_cannot(house: House) -> None:
    is_set(house, MEETING)
    goes_to(house, "2026-11-03 14:00")
    assert "can say whether it took place" in said(house.presses("sam", "Held", card(house, "south")))
    assert "can say whether it took place" in said(house.presses("olga", "Held", card(house, "north")))
    assert occurrence(house).held is None
    house.presses("priya", "Not held", card(house, "south"))
    assert occurrence(house).held is False
    assert asked(house, "ana").fact("Said by") == "Priya Rao (Contoso)"


def test_nobody_says_that_it_was_held_before_it_begins(house: House) -> None:
    is_set(house, MEETING)
    goes_to(house, "2026-11-03 12:30")
    assert said(house.acts("ana", "meeting.held", f"meeting:{occurrence(house).id}")).startswith(
        "It has not begun yet."
    )
    assert occurrence(house).held is None


def test_the_backup_is_asked_while_the_shepherd_is_away(house: House) -> None:
    def go(session: Session) -> None:
        account = session.exec(select(Account).where(Account.user == "U-BO")).one()
        session.add(Absence(person_id=account.person_id, starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 6)))
        sam = session.exec(select(Account).where(Account.user == "U-SAM")).one()
        session.exec(select(Member).where(Member.person_id == sam.person_id)).one().role = Role.BACKUP

    house.database.run(go)
    is_set(house, MEETING)
    goes_to(house, "2026-11-03 14:00")
    assert titles(house.direct("sam").posts, "Steering") == ["Steering meeting is over. Was it held?"]
    assert titles(house.direct("bo").posts, "Steering") == []


@pytest.mark.parametrize(("key", "country", "whose"), [(Key.B, "JP", "Contoso"), (Key.A, "PA", "Northwind")])
def test_on_a_public_holiday_of_either_side_it_is_said_and_nobody_is_asked(
    house: House, key: Key, country: str, whose: str
) -> None:
    keeps_holidays_of(house, key, country)  # 3 November is Culture Day in Japan and Separation Day in Panama
    is_set(house, MEETING)
    goes_to(house, "2026-11-03 12:30")
    assert card(house, "north").fact("Public holiday") == whose
    goes_to(house, "2026-11-03 14:00")
    assert plain(card(house, "south").title) == (
        "Steering meeting fell on a public holiday, so nobody is asked whether it was held."
    )
    assert not house.direct("ana").posts
    assert occurrence(house).state == "skipped"
    assert body(house, "meeting.excused") == {"holiday": [key.value]}

    house.presses("ana", "It was held", card(house, "north"))
    assert occurrence(house).held is True


# Meetings that move ---------------------------------------------------------------------------------------------------


def changes(house: House, typed: str, who: str = "ana") -> Message:
    question = house.types(who, f"/partnership cadence change {typed}")
    assert isinstance(question, Message)
    done = house.presses(who, "Set it", question)
    assert isinstance(done, Message)
    return done


def told(house: House, room: str = "south") -> list[str]:
    """What a room was told of the meeting, in words, without the cards that say that it recurs."""
    return [
        in_words(each)
        for each in house.room(room).posts
        if "Steering" in plain(each.title) and "recurs" not in plain(each.title)
    ]


def test_a_meeting_that_moves_after_it_was_announced_is_told_once_and_all_follows_the_new_time(either: House) -> None:
    house = either
    is_set(house, "meeting steering tuesdays at 14:00 for 1 h")
    goes_to(house, "2026-11-03 12:40")
    changes(house, "steering at 16:00")
    for room in ("north", "south"):
        assert told(house, room) == [
            "📅 Steering meeting is moved.\nWhen: Tue 3 Nov 2026, 16:00 Berlin (Wed 00:00 Tokyo)\nLasts: 1 h",
            "📅 Steering meeting is moved to Tue 3 Nov 2026, 16:00 Berlin (Wed 00:00 Tokyo).\n"
            "Until now: Tue 3 Nov 2026, 14:00 Berlin (22:00 Tokyo)\nChanged by: Ana Ruiz (Northwind)",
        ]
    goes_to(house, "2026-11-03 14:29")
    assert not house.direct("ana").posts
    assert len(told(house)) == 2
    goes_to(house, "2026-11-03 14:30")
    assert told(house)[0].startswith("📅 Steering meeting begins soon.")
    assert told(house)[2:] == [
        "📅 Steering meeting begins soon.\nWhen: Tue 3 Nov 2026, 16:00 Berlin (Wed 00:00 Tokyo)\nLasts: 1 h"
    ]
    goes_to(house, "2026-11-03 15:59")
    assert not house.direct("ana").posts
    goes_to(house, "2026-11-03 16:00")
    assert plain(asked(house, "ana").title) == "Steering meeting is over. Was it held?"
    assert recorded(house) == ["meeting.reminded", "meeting.moved", "meeting.reminded", "meeting.asked"]


def test_a_meeting_that_moves_into_the_next_half_hour_is_not_announced_once_more(house: House) -> None:
    is_set(house, "meeting steering tuesdays at 14:00 for 1 h")
    goes_to(house, "2026-11-03 12:40")
    changes(house, "steering at 14:05")
    goes_to(house, "2026-11-03 13:10")
    assert [each.splitlines()[0] for each in told(house)] == [
        "📅 Steering meeting begins soon.",
        "📅 Steering meeting is moved to Tue 3 Nov 2026, 14:05 Berlin (22:05 Tokyo).",
    ]
    assert recorded(house) == ["meeting.reminded", "meeting.moved"]


def test_a_meeting_that_moves_to_right_now_before_it_was_announced_is_announced_at_once(house: House) -> None:
    is_set(house, "meeting steering tuesdays at 16:00 for 1 h")
    goes_to(house, "2026-11-03 12:40")
    changes(house, "steering at 14:00")
    assert recorded(house) == ["meeting.reminded"]
    assert card(house, "south").fact("When") == "Tue 3 Nov 2026, 14:00 Berlin (22:00 Tokyo)"
    goes_to(house, "2026-11-03 15:40")
    assert recorded(house) == ["meeting.reminded", "meeting.asked"]


def test_a_meeting_that_moves_twice_and_back_is_announced_for_the_last_time_alone(house: House) -> None:
    is_set(house, "meeting steering tuesdays at 14:00 for 1 h")
    goes_to(house, "2026-11-03 12:40")
    first = changes(house, "steering at 16:00")
    second = changes(house, "steering at 18:00", "bo")  # in Tokyo: over by then
    assert "does not take place" in told(house)[-1].splitlines()[0]
    assert "Next: Tue 10 Nov 2026" in told(house)[-1]
    house.presses("bo", "Undo", second)
    assert told(house)[-1].startswith("📅 Steering meeting takes place after all: Tue 3 Nov 2026, 16:00 Berlin")
    assert "cannot be undone" in said(house.presses("ana", "Undo", first))
    goes_to(house, "2026-11-03 16:00")
    assert recorded(house)[-2:] == ["meeting.reminded", "meeting.asked"]
    assert recorded(house).count("meeting.reminded") == 2


def test_a_meeting_that_moves_to_another_day_is_called_off_on_this_one_and_announced_on_that(house: House) -> None:
    is_set(house, "meeting steering tuesdays at 14:00 for 1 h")
    goes_to(house, "2026-11-03 12:40")
    changes(house, "steering wednesdays at 14:00")
    assert told(house) == [
        "Steering meeting does not take place this time.\nWhen: Tue 3 Nov 2026, 14:00 Berlin (22:00 Tokyo)",
        "📅 Steering meeting of Tue 3 Nov 2026, 14:00 Berlin (22:00 Tokyo) does not take place.\n"
        "Next: Wed 4 Nov 2026, 14:00 Berlin (22:00 Tokyo)\nChanged by: Ana Ruiz (Northwind)",
    ]
    goes_to(house, "2026-11-04 14:00")
    assert recorded(house) == ["meeting.reminded", "meeting.called_off", "meeting.reminded", "meeting.asked"]


def test_a_meeting_that_is_paused_after_it_was_announced_is_called_off_and_comes_back(house: House) -> None:
    is_set(house, "meeting steering tuesdays at 14:00 for 1 h")
    goes_to(house, "2026-11-03 12:40")
    sure = house.types("ana", "/partnership cadence pause steering")
    assert isinstance(sure, Message)
    house.presses("ana", "Pause it", sure)
    assert told(house)[-1].splitlines() == [
        "📅 Steering meeting of Tue 3 Nov 2026, 14:00 Berlin (22:00 Tokyo) does not take place.",
        "Changed by: Ana Ruiz (Northwind)",
    ]
    house.types("ana", "/partnership cadence resume steering")
    assert plain(house.room("south").posts[1].title) == "📅 Steering meeting begins soon."
    assert told(house)[-1].startswith("📅 Steering meeting takes place after all: Tue 3 Nov 2026, 14:00 Berlin")
    goes_to(house, "2026-11-03 14:00")
    assert recorded(house) == ["meeting.reminded", "meeting.called_off", "meeting.moved", "meeting.asked"]


def test_a_meeting_that_only_lasts_longer_is_not_told_anew_and_asked_about_at_its_new_end(house: House) -> None:
    is_set(house, "meeting steering tuesdays at 14:00 for 1 h")
    goes_to(house, "2026-11-03 12:40")
    changes(house, "steering for 2 h")
    assert [each.splitlines()[-1] for each in told(house)] == ["Lasts: 2 h"]
    goes_to(house, "2026-11-03 14:59")
    assert not house.direct("ana").posts
    goes_to(house, "2026-11-03 15:00")
    assert recorded(house) == ["meeting.reminded", "meeting.asked"]


def test_a_meeting_that_moves_at_the_moment_of_its_end_is_asked_about_at_its_new_end(house: House) -> None:
    is_set(house, "meeting steering tuesdays at 14:00 for 1 h")
    goes_to(house, "2026-11-03 13:59")
    house.clock.time = datetime(2026, 11, 3, 13, 59, 59, tzinfo=UTC)
    changes(house, "steering at 16:00")
    jumps_to(house, "2026-11-03 14:00")
    assert not house.direct("ana").posts
    goes_to(house, "2026-11-03 16:00")
    assert recorded(house) == ["meeting.reminded", "meeting.moved", "meeting.reminded", "meeting.asked"]


def test_in_a_pause_nothing_is_announced_or_asked_and_it_is_not_made_up_for(house: House) -> None:
    is_set(house, MEETING)
    goes_to(house, "2026-11-03 10:00")
    house.types("ana", "/partnership pause")
    goes_to(house, "2026-11-04 10:00")
    house.types("ana", "/partnership resume")
    goes_to(house, "2026-11-05 10:00")
    assert recorded(house) == []
    goes_to(house, "2026-11-17 14:00")
    assert recorded(house) == ["meeting.reminded", "meeting.asked"]


def test_after_an_outage_a_meeting_that_has_begun_is_not_announced_but_asked_about_once(house: House) -> None:
    is_set(house, MEETING)
    goes_to(house, "2026-11-03 09:00")
    jumps_to(house, "2026-11-04 15:00")
    assert recorded(house) == ["meeting.asked"]
    assert titles(house.room("north").posts, "Steering") == []
    assert plain(asked(house, "ana").title) == "Steering meeting is over. Was it held?"
    house.presses("ana", "Held", asked(house, "ana"), where="direct")
    goes_to(house, "2026-11-10 00:00")
    assert recorded(house) == ["meeting.asked", "meeting.held"]


def test_a_meeting_that_a_pause_ran_over_counts_against_nobody(house: House) -> None:
    is_set(house, "meeting steering tuesdays at 14:00 for 1 h")
    goes_to(house, "2026-11-03 12:40")
    house.types("ana", "/partnership pause")
    goes_to(house, "2026-11-03 16:00")
    house.types("ana", "/partnership resume")
    goes_to(house, "2026-11-05 12:00")
    assert recorded(house) == ["meeting.reminded"]
    assert not [each for each in house.direct("ana").all.values() if "Steering" in in_words(each)]
    goes_to(house, "2026-11-11 12:00")
    assert recorded(house) == ["meeting.reminded", "meeting.reminded", "meeting.asked"]
    assert "nobody has said yet whether it was held" in "".join(
        in_words(each) for each in house.direct("ana").all.values()
    )


def test_after_two_weeks_without_the_bot_only_the_newest_meeting_is_asked_about(house: House) -> None:
    goes_to(house, "2026-11-02 14:00")
    is_set(house, "meeting steering weekdays at 14:00 for 1 h")
    goes_to(house, "2026-11-03 12:40")
    jumps_to(house, "2026-11-17 15:00")
    assert recorded(house) == ["meeting.reminded", *["meeting.skipped_late"] * 10, "meeting.asked"]
    for who in ("ana", "bo"):
        assert titles(house.direct(who).posts, "Steering") == ["Steering meeting is over. Was it held?"]
    assert titles(house.room("north").posts, "Steering") == ["Steering meeting is over. Was it held?"]  # of the 3rd
    goes_to(house, "2026-11-18 09:00")
    assert not [each for each in house.direct("bo").all.values() if "3 Nov" in in_words(each)]
    house.presses("ana", "Held", asked(house, "ana"), where="direct")
    assert house.database.run(_held) == [(date(2026, 11, 3), None), (date(2026, 11, 17), True)]


def _held(session: Session) -> list[tuple[date, bool | None]]:
    meetings = select(Cadence.id).where(Cadence.kind == CadenceKind.MEETING)
    rows = session.exec(
        select(Occurrence).where(col(Occurrence.cadence_id).in_(meetings)).order_by(col(Occurrence.day))
    )
    return [(one.day, one.held) for one in rows]


def test_an_announcement_that_is_late_but_before_the_meeting_is_made(house: House) -> None:
    is_set(house, MEETING)
    goes_to(house, "2026-11-03 09:00")
    jumps_to(house, "2026-11-03 12:45")
    assert recorded(house) == ["meeting.reminded"]


def test_a_shared_room_has_one_card(sqlite: Database, clock: Clock) -> None:
    house = House(sqlite, clock).begun(shared=True)
    try:
        is_set(house, MEETING)
        goes_to(house, "2026-11-03 12:30")
        assert titles(house.room("north").posts, "Steering") == ["📅 Steering meeting begins soon."]
        assert not house.room("south").posts
    finally:
        house.close()


def test_what_is_said_in_the_thread_of_a_card_reaches_the_other_room(house: House) -> None:
    is_set(house, MEETING)
    goes_to(house, "2026-11-03 12:30")
    house.says("joao", "I am five minutes late")
    assert any("I am five minutes late" in words for words in house.room("south").thread)
    assert not any("I am five minutes late" in words for words in house.room("north").thread)


def test_a_button_about_something_else_or_from_outside_says_nothing(house: House) -> None:
    is_set(house, MEETING)
    is_set(house, REPORT)
    goes_to(house, "2026-11-06 11:00")

    def ids(session: Session) -> dict[str, int]:
        rows = session.exec(select(Cadence.kind, Occurrence.id).join(Occurrence, Occurrence.cadence_id == Cadence.id))  # type: ignore[arg-type]
        return {str(kind): id for kind, id in rows}

    found = house.database.run(ids)
    for action in ("meeting.held", "meeting.note", "report.sent", "report.undo"):
        noun = action.partition(".")[0]
        other = found["report" if noun == "meeting" else "meeting"]
        for subject in (f"{noun}:{other}", "cadence:1", "meeting:999"):
            assert "nothing here for you" in said(house.acts("bo", action, f"{subject}|sent"))
        assert "nothing here for you" in said(house.acts("mallory", action, f"meeting:{found['meeting']}", "direct"))


# Reports -------------------------------------------------------------------------------------------------------------


def test_the_side_that_owes_a_report_is_reminded_on_the_working_day_before(house: House) -> None:
    is_set(house, REPORT)
    goes_to(house, "2026-11-04 23:59")
    assert not house.direct("bo").posts
    goes_to(house, "2026-11-05 00:00")  # nine o'clock in Tokyo
    assert plain(asked(house, "bo", "Status report").title) == "📄 Status report of Contoso is due on Fri 6 Nov 2026."
    assert labels(asked(house, "bo", "Status report")) == ["Sent"]
    assert not house.direct("ana").posts
    assert titles(house.room("south").posts, "Status report") == []


def test_when_it_is_due_both_rooms_see_it_each_with_its_own_button(house: House) -> None:
    is_set(house, REPORT)
    goes_to(house, "2026-11-06 11:00")
    for room, button in (("north", "Received"), ("south", "Sent")):
        found = card(house, room, "Status report")
        assert plain(found.title) == "📄 Status report of Contoso is due today."
        assert found.fact("Due") == "Fri 6 Nov 2026, 12:00 Berlin (20:00 Tokyo)"
        assert labels(found) == [button]


def test_sent_and_received_in_time(house: House) -> None:
    is_set(house, REPORT)
    goes_to(house, "2026-11-06 11:00")
    at = house.room("south").latest_id
    reply = house.presses("sam", "Sent", card(house, "south", "Status report"))
    assert said(reply) == "Noted: Status report of Contoso was sent."
    assert labels(card(house, "south", "Status report")) == []
    assert card(house, "north", "Status report").fact("Marked as sent by") == "Sam Lee (Contoso)"
    assert "Sam Lee (Contoso) says that it was sent." in house.room("north").thread
    house.presses("joao", "Received", card(house, "north", "Status report"))
    for room in ("north", "south"):
        found = card(house, room, "Status report")
        assert plain(found.title) == "Status report of Contoso was received."
        assert found.fact("Marked as received by") == "João Silva (Northwind)"
        assert found.tone is Tone.GREEN
    assert house.room("south").latest_id == at
    assert recorded(house) == ["report.reminded", "report.due", "report.sent", "report.received"]
    assert body(house, "report.received") == {"late": None}
    goes_to(house, "2026-11-10 00:00")
    assert "report.late" not in recorded(house)


def test_a_report_that_comes_early_is_not_asked_for_again(house: House) -> None:
    is_set(house, REPORT)
    goes_to(house, "2026-11-05 01:00")
    house.presses("bo", "Sent", asked(house, "bo", "Status report"), where="direct")
    assert plain(card(house, "north", "Status report").title) == "Status report of Contoso was sent."
    house.presses("ana", "Received", card(house, "north", "Status report"))
    goes_to(house, "2026-11-10 00:00")
    assert recorded(house) == ["report.reminded", "report.sent", "report.received"]
    assert plain(asked(house, "bo", "Status report").title) == "Status report of Contoso was received."


def test_a_late_report_is_said_once_neutrally_to_both_shepherds_on_the_next_working_morning(house: House) -> None:
    is_set(house, REPORT)
    goes_to(house, "2026-11-08 23:59")
    assert not titles(house.direct("ana").posts, "Status report")
    goes_to(house, "2026-11-09 00:00")  # Monday, nine o'clock in Tokyo
    for who in ("ana", "bo"):
        assert plain(house.direct(who).posts[-1].title) == (
            "📄 Status report of Contoso was due on Fri 6 Nov 2026 and is not marked as sent yet."
        )
    assert card(house, "south", "Status report").tone is Tone.AMBER
    goes_to(house, "2026-11-10 10:00")
    house.presses("ana", "Received", card(house, "north", "Status report"))
    assert plain(card(house, "south", "Status report").title) == (
        "Status report of Contoso was received, 2 working days late."
    )
    assert recorded(house) == ["report.reminded", "report.due", "report.late", "report.received"]
    assert body(house, "report.received") == {"late": 2}


def test_reports_that_are_late_together_are_each_said_once(house: House) -> None:
    is_set(house, REPORT)
    is_set(house, "report risks from Contoso fridays at noon Berlin time")
    goes_to(house, "2026-11-06 11:30")
    house.acts("bo", "report.sent", "report:1")
    is_set(house, "report figures from Contoso fridays at noon Berlin time")  # not due before next Friday
    goes_to(house, "2026-11-09 00:00")
    assert [each for each in recorded(house) if each == "report.late"] == ["report.late"]
    assert plain(house.direct("ana").posts[-1].title).startswith("📄 Risks report of Contoso was due on Fri 6 Nov 2026")


def test_how_late_it_is_counts_from_when_it_was_sent(house: House) -> None:
    is_set(house, REPORT)
    goes_to(house, "2026-11-09 02:00")
    house.presses("bo", "Sent", card(house, "south", "Status report"))
    goes_to(house, "2026-11-12 10:00")
    house.presses("ana", "Received", card(house, "north", "Status report"))
    assert plain(card(house, "north", "Status report").title) == (
        "Status report of Contoso was received, 1 working day late."
    )


def test_each_side_says_its_own_half(house: House) -> None:
    is_set(house, REPORT)
    goes_to(house, "2026-11-06 11:00")
    subject = f"report:{occurrence(house).id}"
    assert "Contoso owes this report" in said(house.acts("ana", "report.sent", subject))
    assert "Your side owes this report" in said(house.acts("bo", "report.received", subject))
    refused = said(house.acts("olga", "report.received", subject))
    assert refused == "Observers see and do not act. Only members of either side can say what became of a report."
    house.acts("sam", "report.sent", subject)
    assert said(house.acts("bo", "report.sent", subject)) == "Sam Lee (Contoso) said already that it was sent."
    assert recorded(house, "report") == ["report.reminded", "report.due", "report.sent"]


def test_what_one_said_of_a_report_can_be_undone_until_somebody_says_more(house: House) -> None:
    is_set(house, REPORT)
    goes_to(house, "2026-11-06 11:00")
    sent = house.presses("sam", "Sent", card(house, "south", "Status report"))
    received = house.presses("ana", "Received", card(house, "north", "Status report"))
    assert isinstance(sent, Message)
    assert isinstance(received, Message)
    assert "cannot be undone" in said(house.presses("sam", "Undo", sent))
    assert "cannot be undone" in said(house.acts("ana", "report.undo", f"report:{occurrence(house).id}|nonsense"))
    house.presses("ana", "Undo", received)
    assert labels(card(house, "north", "Status report")) == ["Received"]
    house.presses("sam", "Undo", sent)
    assert plain(card(house, "south", "Status report").title) == "📄 Status report of Contoso is due today."
    assert (occurrence(house).held, occurrence(house).said_at) == (None, None)
    goes_to(house, "2026-11-09 00:00")
    assert "report.late" in recorded(house)


def test_a_report_that_falls_on_a_holiday_is_due_the_next_working_day(house: House) -> None:
    keeps_holidays_of(house, Key.B, "JP")
    is_set(house, "report status from Contoso tuesdays at noon Berlin time")  # 3 November is Culture Day
    goes_to(house, "2026-11-03 23:00")
    assert "report.due" not in recorded(house)
    goes_to(house, "2026-11-04 11:00")
    assert card(house, "south", "Status report").fact("Due") == "Wed 4 Nov 2026, 12:00 Berlin (20:00 Tokyo)"


def test_after_an_outage_what_is_due_is_said_late_once_and_nobody_is_called_late_for_it(house: House) -> None:
    is_set(house, REPORT)
    goes_to(house, "2026-11-04 12:00")
    jumps_to(house, "2026-11-09 08:00")
    assert recorded(house) == ["report.due"]
    assert plain(card(house, "south", "Status report").title) == (
        "📄 Status report of Contoso was due on Fri 6 Nov 2026 and is not marked as sent yet."
    )
    assert not titles(house.direct("bo").posts, "Status report")
    goes_to(house, "2026-11-11 00:00")
    assert recorded(house) == ["report.due"]


def test_after_two_weeks_without_the_bot_only_the_newest_report_is_due_and_the_older_are_not_called_late(
    house: House,
) -> None:
    goes_to(house, "2026-11-02 12:00")
    is_set(house, "report status from Contoso weekdays at noon Berlin time")
    goes_to(house, "2026-11-03 12:00")
    assert recorded(house) == ["report.reminded", "report.due"]
    jumps_to(house, "2026-11-17 12:00")
    late = ["report.skipped_late"] * 10  # nine that were never called due, and the first, which is not called late
    assert [kind for kind in recorded(house)[2:] if kind != "report.reminded"] == [*late, "report.due"]
    goes_to(house, "2026-11-18 00:01")  # nine o'clock in Tokyo
    assert recorded(house).count("report.late") == 1
    assert "Tue 17 Nov" in " ".join(titles(house.direct("bo").posts, "not marked as sent"))


def test_a_report_that_moves_into_the_hours_gone_by_of_its_day_is_due_at_once_and_late_the_next_morning(
    house: House,
) -> None:
    is_set(house, "report status from Contoso fridays at 17:00 Tokyo time")
    goes_to(house, "2026-11-06 03:00")  # Friday noon in Tokyo
    changes(house, "status at 11:00 Tokyo time")
    for room in ("north", "south"):
        assert card(house, room, "Status report").fact("Due") == "Fri 6 Nov 2026, 03:00 Berlin (11:00 Tokyo)"
    goes_to(house, "2026-11-10 12:00")
    assert recorded(house) == ["report.reminded", "report.due", "report.late"]


def test_a_report_that_nobody_was_reminded_of_and_that_moves_on_its_day_is_due_at_once(house: House) -> None:
    goes_to(house, "2026-11-05 12:00")
    is_set(house, "report status from Contoso fridays at 17:00 Tokyo time")
    goes_to(house, "2026-11-06 03:00")
    changes(house, "status at 11:00 Tokyo time")
    assert recorded(house) == ["report.due"]
    changes(house, "status at 10:00 Tokyo time")
    assert recorded(house) == ["report.due"]


def test_what_was_sent_early_makes_up_for_an_older_one_that_never_came(house: House) -> None:
    is_set(house, REPORT)
    goes_to(house, "2026-11-12 01:00")
    house.presses("bo", "Sent", house.direct("bo").posts[-1], where="direct")
    house.types("ana", "/partnership pause")
    goes_to(house, "2026-11-13 20:00")
    house.types("ana", "/partnership resume")
    goes_to(house, "2026-11-16 12:00")
    assert house.database.run(evidence_of, house) == ()


def evidence_of(session: Session, house: House) -> tuple[object, ...]:
    """What the shepherds are told of the reports by now."""
    return evidence.facts(session, scenes.scenes(session, [house.partnership]), house.clock())[
        house.partnership
    ].reports


# Whoever was erased ---------------------------------------------------------------------------------------------------


def erases(house: House, who: str) -> None:
    question = house.types(who, "/partnership mine erase")
    assert isinstance(question, Message)
    sure = house.presses(who, "Yes, erase it", question)
    assert isinstance(sure, Message)
    house.presses(who, "Erase it for good", sure)


def test_of_whoever_was_erased_a_meeting_keeps_that_it_was_held_and_neither_the_note_nor_the_name(house: House) -> None:
    is_set(house, MEETING, "bo")
    goes_to(house, "2026-11-03 14:00")
    form = house.presses("ana", "Answer with a note", asked(house, "ana"), where="direct")
    house.submits("ana", form, held="held", note="the secret rig")
    assert "secret" in in_words(card(house, "south"))
    erases(house, "ana")
    for message in (card(house, "north"), card(house, "south"), asked(house, "bo")):
        assert plain(message.title) == "Steering meeting was held."
        assert "secret" not in in_words(message)
        assert message.fact("Said by") == "Erased person (left) (Northwind)"


def test_of_whoever_was_erased_a_report_keeps_that_it_was_sent_and_received_and_not_the_name(house: House) -> None:
    is_set(house, REPORT)
    goes_to(house, "2026-11-06 11:00")
    house.presses("sam", "Sent", card(house, "south", "Status report"))
    house.presses("joao", "Received", card(house, "north", "Status report"))
    for who, fact, whose in (("sam", "Marked as sent by", "Contoso"), ("joao", "Marked as received by", "Northwind")):
        erases(house, who)
        for room in ("north", "south"):
            assert card(house, room, "Status report").fact(fact) == f"Erased person (left) ({whose})"


def test_of_whoever_was_erased_what_recurs_keeps_its_times_and_not_the_name(house: House) -> None:
    is_set(house, MEETING)
    erases(house, "ana")
    for room in ("north", "south"):
        words = [in_words(each) for each in house.room(room).posts]
        assert any("Steering meeting" in each and "Erased person" in each for each in words)
        assert not any("Ana Ruiz" in each for each in words if "Steering meeting" in each)
