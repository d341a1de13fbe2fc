"""What recurs: shown back before it is set, seen by both sides, changed, paused, ended, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.inbound import Pressed, ReplyBy
from bot.messages import Bullets, Button, Errors, Form, Message, Shown, Tone, in_words
from bot.words import CadenceKind, Key, Status, When, beside, plain
from storage import Database, ledger
from storage.tables import Cadence, Partnership, Side
from tests.conftest import Clock
from tests.house import House, controls, labels, said

STEERING = "/partnership cadence add meeting steering every other tuesday at 14:00 for 1 h"


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


def rows(house: House) -> list[Cadence]:
    return house.database.run(lambda session: list(session.exec(select(Cadence).order_by(Cadence.id))))  # type: ignore[arg-type]


def recorded(house: House) -> list[str]:
    events = house.database.run(ledger.of_partnership, house.partnership)
    return [each.kind for each in events if each.kind.startswith("cadence.")]


def changed(house: House, **values: Any) -> None:
    """Set columns of Contoso's side, or the partnership's status."""

    def change(session: Session) -> None:
        for name, value in values.items():
            row = (
                session.get_one(Partnership, house.partnership)
                if name == "status"
                else session.exec(select(Side).where(Side.key == Key.B)).one()
            )
            setattr(row, name, value)

    house.database.run(change)


def is_set(house: House, typed: str, who: str = "ana") -> Message:
    """Type it and press *Set it*."""
    question = house.types(who, typed)
    assert isinstance(question, Message)
    done = house.presses(who, "Set it", question)
    assert isinstance(done, Message)
    return done


def is_switched(house: House, what: str, which: str, who: str = "ana") -> Message:
    """Pause or end it, and say that it is meant."""
    question = house.types(who, f"/partnership cadence {what} {which}")
    assert isinstance(question, Message)
    done = house.presses(who, f"{what.capitalize()} it", question)
    assert isinstance(done, Message)
    return done


# Setting -------------------------------------------------------------------------------------------------------------


def test_a_meeting_is_shown_back_with_its_next_three_dates_before_it_is_set(house: House) -> None:
    question = house.types("priya", STEERING)

    assert said(question).splitlines() == [
        "Shall I set Steering meeting like this?",
        "When: every other Tuesday at 14:00, from 3 November 2026 (Kolkata time)",
        "Lasts: 1 h",
        "The next three:",
        "• Tue 3 Nov 2026, 14:00 Kolkata (09:30 Berlin, 17:30 Tokyo)",
        "• Tue 17 Nov 2026, 14:00 Kolkata (09:30 Berlin, 17:30 Tokyo)",
        "• Tue 1 Dec 2026, 14:00 Kolkata (09:30 Berlin, 17:30 Tokyo)",
    ]
    assert labels(question) == ["Set it", "Change", "Not now"]
    assert rows(house) == []
    assert house.room("north").posts == []


def test_ones_own_zone_is_not_named_again_beside_ones_own_time(house: House) -> None:
    whens = [part for part in dates(house.types("ana", STEERING)) if isinstance(part, When)]
    assert [each.reader for each in whens] == ["Europe/Berlin"] * 3
    assert [beside(each) for each in whens] == ["22:00 Tokyo"] * 3
    is_set(house, STEERING)
    assert "14:00 Berlin (22:00 Tokyo)" in (
        house.room("north").latest.fact("Begins") or ""
    )  # all sorts of people read it


def dates(reply: Any) -> list[Any]:
    return [part for block in reply.body if isinstance(block, Bullets) for item in block.items for part in item]


def test_what_was_shown_is_set_and_both_rooms_see_it_and_it_is_on_the_record(house: House) -> None:
    reply = is_set(house, STEERING)

    [row] = rows(house)
    assert (row.kind, row.name, row.rrule) == (CadenceKind.MEETING, "steering", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU")
    assert (row.at, row.zone, row.lasts) == (time(14), "Europe/Berlin", 60)
    assert said(reply).startswith("Steering meeting is set.")
    for room in ("north", "south"):
        [card] = house.room(room).posts
        assert plain(card.title) == (
            "🔁 Steering meeting recurs every other Tuesday at 14:00, from 3 November 2026 (Berlin time)."
        )
        assert card.fact("Begins") == "Tue 3 Nov 2026, 14:00 Berlin (22:00 Tokyo)"
    assert recorded(house) == ["cadence.set"]


def test_it_is_set_as_shown_even_where_the_answer_comes_after_midnight(house: House) -> None:
    house.clock.time = datetime(2026, 11, 2, 22, 50, tzinfo=UTC)  # ten minutes before, in Berlin
    question = house.types("ana", "/partnership cadence add meeting every other tuesday at 14:00 starting tomorrow")
    assert "from 3 November 2026" in said(question)
    house.clock.passes(hours=0.5)
    assert isinstance(question, Message)
    house.presses("ana", "Set it", question)
    assert rows(house)[0].start_on.isoformat() == "2026-11-03"


def test_a_question_that_was_left_for_an_hour_is_closed(house: House) -> None:
    question = house.types("ana", STEERING)
    house.clock.passes(hours=1)
    assert isinstance(question, Message)
    assert said(house.presses("ana", "Set it", question)).startswith("That question is no longer open.")


def test_not_now_sets_nothing_and_the_question_is_closed(house: House) -> None:
    question = house.types("ana", STEERING)
    assert isinstance(question, Message)
    assert said(house.presses("ana", "Not now", question)) == "Nothing was set."
    assert said(house.presses("ana", "Set it", question)).startswith("That question is no longer open.")
    assert rows(house) == []


def test_not_now_after_it_was_set_says_what_is_so(house: House) -> None:
    question = house.types("ana", STEERING)
    assert isinstance(question, Message)
    house.presses("ana", "Set it", question)
    assert said(house.presses("ana", "Set it", question)).startswith("That is set already: Steering meeting")
    assert said(house.presses("ana", "Not now", question)).splitlines() == [
        "Steering meeting is set already, and stays so.",
        "To let it stand still: /partnership cadence pause 1; to let it recur no more: /partnership cadence end 1.",
    ]
    assert said(house.presses("ana", "Not now", question)).startswith("That question is no longer open.")
    assert len(rows(house)) == 1


@pytest.mark.parametrize(("what", "changed"), [("pause", "paused_at"), ("end", "ended_at")])
def test_what_stops_for_both_sides_is_asked_about_by_its_name(house: House, what: str, changed: str) -> None:
    is_set(house, STEERING)
    question = house.types("bo", f"/partnership cadence {what} 1")
    assert said(question).startswith(f"Shall I {what} Steering meeting for both sides?")
    assert labels(question) == [f"{what.capitalize()} it", "Not now"]
    assert isinstance(question, Message)
    assert said(house.presses("bo", "Not now", question)) == "Nothing was changed. Steering meeting stays as it is."
    assert getattr(rows(house)[0], changed) is None
    is_switched(house, what, "1", "bo")
    assert getattr(rows(house)[0], changed) is not None


@pytest.mark.parametrize("label", ["Set it", "Not now"])
def test_the_answer_takes_the_place_of_the_question_where_the_platform_shows_it(house: House, label: str) -> None:
    def press(question: Any, label: str) -> Any:
        button = next(each for each in controls(question) if each.label == label)
        assert isinstance(button, Button)
        return house.does(
            Pressed(delivery=f"shows-{label}-{button.action}", sender=house.profile("bo"), place=house.place("bo", "direct"),
                    reply=ReplyBy.MESSAGE, action=button.action, value=button.value, message="m1", shows=True)
        )  # fmt: skip

    shown = press(house.types("bo", STEERING), label)
    assert isinstance(shown, Shown)
    assert plain(shown.card.title) == {"Set it": "Steering meeting is set.", "Not now": "Nothing was set."}[label]
    if label == "Set it":
        asked = press(house.types("bo", "/partnership cadence end 1"), "Not now")
        assert isinstance(asked, Shown)
        assert plain(asked.card.title) == "Nothing was changed. Steering meeting stays as it is."


def test_pressing_set_it_twice_sets_it_once(house: House) -> None:
    question = house.types("ana", STEERING)
    assert isinstance(question, Message)
    house.presses("ana", "Set it", question)
    house.presses("ana", "Set it", question)
    assert len(rows(house)) == 1


def test_somebody_elses_question_cannot_be_answered(house: House) -> None:
    question = house.types("ana", STEERING)
    assert isinstance(question, Message)
    assert said(house.presses("bo", "Set it", question)).startswith("That question is no longer open.")
    assert rows(house) == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("standup weekdays at 9:30", {"kind": CadenceKind.STANDUP, "zone": "", "window": 240, "side": None}),
        ("standup weekdays at 9:30 window 3 h", {"window": 180, "at": time(9, 30)}),
        ("standups weekdays at 9:30, with a window of 90 minutes", {"window": 90}),
        ("stand-up for Contoso weekdays at 10", {"side": Key.B, "name": ""}),
        ("standup “rig floor” for us on mondays at 8:00", {"side": Key.A, "name": "rig floor"}),
        ("meeting every tuesday at 14:00 for an hour and a half", {"lasts": 90, "name": ""}),
        ("meeting board quarterly on the first monday of the quarter at 9:00 for 1 h 30 min", {"lasts": 90, "name": "board"}),
        ("meeting every tuesday at 14:00 for 1.5 h", {"lasts": 90}),
        ("meeting every tuesday at 14:00 for half an hour", {"lasts": 30}),
        ("report status from Contoso monthly on the last friday by noon",
         {"kind": CadenceKind.REPORT, "side": Key.B, "name": "status", "at": time(12), "zone": "Asia/Tokyo"}),
        ("report status from Contoso fridays by noon Berlin time", {"name": "status", "at": time(12), "zone": "Europe/Berlin"}),
        ("report status from us fridays by noon their time", {"side": Key.A, "zone": "Asia/Tokyo"}),
        ("meeting steering tuesdays at 14:00 in New York for 2 h", {"name": "steering", "zone": "America/New_York", "lasts": 120}),
        ("meeting steering tuesdays at 14:00 UTC", {"name": "steering", "zone": "UTC"}),
        ("progress report from the other side every friday at 17:00", {"kind": CadenceKind.REPORT, "side": Key.B, "name": "progress"}),
        ("report from us fridays at 15:00", {"side": Key.A}),
        ("digest fridays", {"kind": CadenceKind.DIGEST, "at": time(9), "zone": ""}),
    ],
)  # fmt: skip
def test_what_is_typed_is_understood(house: House, typed: str, expected: dict[str, Any]) -> None:
    is_set(house, f"/partnership cadence add {typed}")
    [row] = rows(house)
    assert {name: getattr(row, name) for name in expected} == expected


def test_a_report_without_a_time_is_due_when_the_side_that_owes_it_ends_its_day(house: House) -> None:
    question = house.types("ana", "/partnership cadence add report from Contoso every friday")
    assert "every Friday at 17:00 (Tokyo time)" in said(question)
    assert "• Fri 6 Nov 2026, 09:00 Berlin (17:00 Tokyo)" in said(question)


def test_whose_report_it_is_is_asked_where_it_was_not_said(house: House) -> None:
    question = house.types("ana", "/partnership cadence add report every friday at noon")
    assert said(question) == "Who owes this report?"
    assert isinstance(question, Message)
    answer = house.presses("ana", "Contoso", question)
    assert said(answer).startswith("Shall I set Report of Contoso like this?")


def test_a_time_is_that_of_whoever_types_it_and_is_said_back(house: House) -> None:
    assert "every Tuesday at 14:00 (Tokyo time)" in said(
        house.types("bo", "/partnership cadence add meeting tuesdays at 14:00")
    )


def test_the_31st_is_said_to_be_the_last_day_of_shorter_months(house: House) -> None:
    text = said(house.types("ana", "/partnership cadence add meeting risk review monthly on the 31st at 10:00"))
    assert "on the 31st (the last day of shorter months) at 10:00" in text
    assert "• Mon 30 Nov 2026" in text
    assert "• Sun 31 Jan 2027, 10:00 Berlin (18:00 Tokyo) – Northwind and Contoso do not work that day" in text


def test_a_public_holiday_of_one_side_is_said_beside_the_date(house: House) -> None:
    changed(house, country="JP")  # 3 November is Culture Day, 23 November Labour Thanksgiving Day
    assert (
        "• Tue 3 Nov 2026, 14:00 Berlin (22:00 Tokyo) – Contoso has a public holiday"
        in said(house.types("ana", STEERING)).splitlines()
    )
    assert "• Tue 3 Nov 2026 – Contoso has a public holiday: nobody there is asked" in said(
        house.types("ana", "/partnership cadence add standup weekdays at 9:30")
    )
    assert "• Mon 23 Nov 2026 – Contoso has a public holiday: it comes on Tue 24 Nov instead" in said(
        house.types("ana", "/partnership cadence add digest mondays")
    )
    assert (
        "• Wed 4 Nov 2026, 04:00 Berlin (12:00 Tokyo) – instead of Tue 3 Nov, when Contoso has a public holiday"
        in said(house.types("ana", "/partnership cadence add report from Contoso tuesdays at noon"))
    )


def test_what_recurs_already_is_not_set_twice(house: House) -> None:
    is_set(house, STEERING)
    reply = house.types("bo", "/partnership cadence add meeting Steering every other tuesday at 22:00 for 2 h")
    assert said(reply).startswith("That is set already: Steering meeting, every other Tuesday at 14:00")
    is_set(house, "/partnership cadence add meeting board every other tuesday at 14:00")
    assert len(rows(house)) == 2


def test_two_who_ask_for_the_same_at_once_set_it_once(house: House) -> None:
    first, second = house.types("ana", STEERING), house.types("ana", STEERING)
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    house.presses("ana", "Set it", first)
    assert said(house.presses("ana", "Set it", second)).startswith("That is set already")
    assert len(rows(house)) == 1


def test_a_digest_that_is_so_already_is_shown_with_its_next_dates_and_how_to_change_it(house: House) -> None:
    is_set(house, "/partnership cadence add digest mondays at 9:00")
    reply = house.types("bo", "/partnership cadence add digest mondays at 9:00")
    assert said(reply).splitlines() == [
        "That is set already: Digest, every Monday at 09:00 (on each room’s own clock).",
        "The next three:",
        "• Mon 9 Nov 2026",
        "• Mon 16 Nov 2026",
        "• Mon 23 Nov 2026",
        "To let it recur otherwise, press Change or type for example /partnership cadence change 1 at 10:00.",
    ]
    assert labels(reply) == ["Change"]
    assert said(house.types("bo", "/partnership cadence change digest mondays")).startswith("That is set already")
    is_switched(house, "pause", "digest", "bo")
    paused = said(house.types("bo", "/partnership cadence add digest mondays"))
    assert paused.startswith("That is set already and paused: Digest")
    assert "It goes on with /partnership cadence resume 1." in paused


def test_there_is_one_digest_and_another_takes_its_place(house: House) -> None:
    is_set(house, "/partnership cadence add digest fridays")
    question = house.types("bo", "/partnership cadence add digest mondays at 8:00")
    assert said(question).startswith("Shall I change Digest to this?")
    assert "Until now: every Friday at 09:00" in said(question)
    assert isinstance(question, Message)
    house.presses("bo", "Set it", question)
    [row] = rows(house)
    assert (row.rrule, row.at) == ("FREQ=WEEKLY;BYDAY=MO", time(8))
    assert len(house.room("north").posts) == 1


@pytest.mark.parametrize(
    ("typed", "answer", "kept"),
    [
        ("standup weekdays", "no time of day yet", "weekdays"),
        ("meeting steering", "do not understand", "steering"),
        ("meeting steering tuesdays at 25:00", "no time of day that exists", "steering tuesdays at 25:00"),
        ("meeting tuesdays at 14:00 for 20 h", "is no length that I can keep", "tuesdays at 14:00"),
        ("report from us fridays at noon for 2 h", "A report has no length", "fridays at noon"),
        ("digest fridays with cake", "I do not understand “with cake”", "fridays with cake"),
    ],
)
def test_what_is_not_understood_sets_nothing_shows_an_example_and_is_kept_in_the_form(
    house: House, typed: str, answer: str, kept: str
) -> None:
    reply = house.types("ana", f"/partnership cadence add {typed}")
    assert answer in said(reply)
    assert f"/partnership cadence add {typed.split()[0]} " in said(reply)
    assert isinstance(reply, Message)
    form = house.presses("ana", "Open form", reply)
    assert isinstance(form, Form)
    assert next(each.value for each in form.fields if each.kind == "text" and each.id == "recurs") == kept
    assert rows(house) == []


def test_an_unknown_kind_and_an_unknown_word_are_answered_with_an_example(house: House) -> None:
    assert said(house.types("ana", "/partnership cadence add party fridays at 16:00")).startswith(
        "What is to recur: a standup, a meeting, a report or a digest?"
    )
    assert said(house.types("ana", "/partnership cadence party")).startswith("I do not know what to do with “party”.")


def test_the_form_sets_it_and_keeps_what_is_wrong_in_it(house: House) -> None:
    form = house.types("ana", "/partnership cadence add")
    wrong = house.submits("ana", form, kind="report", recurs="sometimes", long="1 h")
    assert isinstance(wrong, Errors)
    assert set(wrong.fields) == {"side"}
    wrong = house.submits("ana", form, kind="report", recurs="sometimes", side="b")
    assert isinstance(wrong, Errors)
    assert set(wrong.fields) == {"recurs"}
    wrong = house.submits("ana", form, kind="meeting", recurs="mondays at 9", long="for ever")
    assert isinstance(wrong, Errors)
    assert set(wrong.fields) == {"long"}

    question = house.submits("ana", form, kind="meeting", name="Board", recurs="mondays at 9:00", long="45 min")
    assert "Shall I set Board meeting like this?" in said(question)
    assert isinstance(question, Message)
    house.presses("ana", "Set it", question)
    [row] = rows(house)
    assert (row.name, row.lasts, row.side) == ("Board", 45, None)


def test_the_question_can_be_changed_in_the_form(house: House) -> None:
    question = house.types("ana", STEERING)
    assert isinstance(question, Message)
    form = house.presses("ana", "Change", question)
    again = house.submits("ana", form, name="Programme board")
    assert "Shall I set Programme board meeting like this?" in said(again)


@pytest.mark.parametrize("who", ["joao", "olga", "sam"])
def test_only_shepherds_and_leaders_set_what_recurs(house: House, who: str) -> None:
    assert "can set what recurs." in said(house.types(who, STEERING))
    assert "can set what recurs." in said(house.types(who, "/partnership cadence pause 1"))


def test_a_leader_of_either_side_sets_what_recurs(house: House) -> None:
    is_set(house, STEERING, "priya")
    assert rows(house)[0].zone == "Asia/Kolkata"


def test_before_the_other_side_has_joined_and_after_the_end_nothing_is_set(house: House) -> None:
    for status, words in ((Status.FORMING, "has not joined yet"), (Status.CLOSED, "is closed")):
        changed(house, status=status)
        assert words in said(house.types("ana", STEERING))


def test_while_the_partnership_is_paused_it_says_when_it_begins(house: House) -> None:
    changed(house, status=Status.PAUSED)
    assert "it begins when the partnership goes on" in said(house.types("ana", STEERING))


# The list ------------------------------------------------------------------------------------------------------------


def test_the_list_shows_what_recurs_with_its_next_dates_and_marks_what_is_paused(house: House) -> None:
    is_set(house, "/partnership cadence add standup weekdays at 9:30")
    is_set(house, STEERING)
    is_switched(house, "pause", "1")

    listed = house.types("sam", "/partnership cadence")
    assert said(listed).splitlines() == [
        "What recurs in Apollo:",
        "1. Standup: every weekday at 09:30 (on each person’s own clock), answers within 4 h – paused",
        "2. Steering meeting: every other Tuesday at 14:00, from 3 November 2026 (Berlin time), for 1 h",
        "Next: Tue 3 Nov 2026, 08:00 New York (14:00 Berlin, 22:00 Tokyo); then Tue 17 Nov 2026, 08:00 New York (14:00 Berlin, 22:00 Tokyo)",
    ]
    assert labels(listed) == []
    assert labels(house.types("bo", "/partnership cadence")) == [
        "Add", "Change", "Resume or end", "Change", "Pause or end",
    ]  # fmt: skip


def test_nothing_recurs_yet(house: House) -> None:
    assert said(house.types("sam", "/partnership cadence")).splitlines() == [
        "Nothing recurs in Apollo yet.",
        "A shepherd or leader of either side can begin, for example with /partnership cadence add standup weekdays at 9:30"
        " or /partnership cadence add meeting steering every other tuesday at 14:00 for 1 h.",
    ]
    assert said(house.types("ana", "/partnership cadence pause")).startswith("Nothing recurs yet.")


def test_the_list_pauses_resumes_and_ends(house: House) -> None:
    is_set(house, STEERING)

    def press(menu: str, option: str) -> Any:
        listed = house.types("ana", "/partnership cadence")
        assert isinstance(listed, Message)
        return house.presses("ana", menu, listed, option=option)

    assert said(press("Pause or end", "Pause")).startswith("Steering meeting is paused.")
    assert said(press("Resume or end", "Resume")).startswith("Steering meeting goes on.")
    assert said(press("Pause or end", "End")).startswith("Steering meeting has ended.")
    assert said(house.types("ana", "/partnership cadence")).startswith("Nothing recurs in Apollo yet.")
    assert recorded(house) == ["cadence.set", "cadence.paused", "cadence.resumed", "cadence.ended"]


# Changing ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("steering every other wednesday at 15:00",
         {"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "at": time(15), "zone": "Asia/Tokyo"}),
        ("steering meeting to every other wednesday",
         {"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "at": time(14), "zone": "Europe/Berlin"}),
        ("1 at 15:30", {"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "at": time(15, 30), "zone": "Asia/Tokyo"}),
        ("the meeting for 2 h", {"lasts": 120, "at": time(14), "zone": "Europe/Berlin"}),
    ],
)  # fmt: skip
def test_what_is_not_said_of_a_change_stays_as_it_was(house: House, typed: str, expected: dict[str, Any]) -> None:
    is_set(house, STEERING)
    question = house.types("bo", f"/partnership cadence change {typed}")
    assert said(question).startswith("Shall I change Steering meeting to this?")
    assert isinstance(question, Message)
    house.presses("bo", "Set it", question)
    [row] = rows(house)
    assert {name: getattr(row, name) for name in expected} == expected
    assert row.name == "steering"


def test_a_change_is_seen_on_the_card_and_in_its_thread_and_can_be_undone(house: House) -> None:
    is_set(house, STEERING)
    before = rows(house)[0].model_dump()
    reply = is_set(house, "/partnership cadence change steering mondays at 10:00", "bo")

    for room in ("north", "south"):
        [card] = house.room(room).posts
        assert plain(card.title) == "🔁 Steering meeting recurs every Monday at 10:00 (Tokyo time)."
        assert house.room(room).thread == [
            "Bo Chen (Contoso) changed it: until now every other Tuesday at 14:00, from 3 November 2026 (Berlin time),"
            " from now on every Monday at 10:00 (Tokyo time)."
        ]
    assert said(house.presses("bo", "Undo", reply)).startswith(
        "Undone. Steering meeting: it recurs every other Tuesday"
    )
    assert rows(house)[0].model_dump() == before
    assert "every other Tuesday" in plain(house.room("south").latest.title)


def test_an_undo_that_comes_after_another_change_is_refused(house: House) -> None:
    is_set(house, STEERING)
    first = is_set(house, "/partnership cadence change 1 mondays at 10:00")
    is_set(house, "/partnership cadence change 1 fridays at 10:00")
    assert said(house.presses("ana", "Undo", first)).startswith("Something was changed since")
    assert rows(house)[0].rrule == "FREQ=WEEKLY;BYDAY=FR"


def test_each_step_can_be_undone(either: House) -> None:
    house = either
    reply = is_set(house, STEERING)
    paused = is_switched(house, "pause", "steering")
    assert house.room("south").latest.tone is Tone.GREY
    house.presses("ana", "Undo", paused)
    assert rows(house)[0].paused_at is None

    is_switched(house, "pause", "steering")
    resumed = house.types("ana", "/partnership cadence resume steering")
    assert isinstance(resumed, Message)
    house.presses("ana", "Undo", resumed)
    assert rows(house)[0].paused_at is not None

    ended = is_switched(house, "end", "steering")
    assert plain(house.room("north").latest.title) == "Steering meeting has ended and recurs no more."
    house.presses("ana", "Undo", ended)
    assert rows(house)[0].ended_at is None
    assert rows(house)[0].paused_at is not None
    assert said(house.presses("ana", "Undo", reply)).startswith("Something was changed since")


def test_setting_is_undone_by_ending_it(house: House) -> None:
    reply = is_set(house, STEERING)
    assert said(house.presses("ana", "Undo", reply)) == "Undone. Steering meeting: it does not recur."
    assert rows(house)[0].ended_at is not None


def test_an_end_is_not_undone_beside_another_one_that_is_the_same(house: House) -> None:
    is_set(house, STEERING)
    ended = is_switched(house, "end", "1")
    is_set(house, STEERING)
    assert said(house.presses("ana", "Undo", ended)).startswith("Something was changed since")
    assert [row.ended_at is None for row in rows(house)] == [False, True]


def test_a_name_that_fits_several_is_asked_about(house: House) -> None:
    is_set(house, "/partnership cadence add standup weekdays at 9:30")
    is_set(house, "/partnership cadence add standup for Contoso weekdays at 10:00")
    question = house.types("ana", "/partnership cadence pause standup")
    assert said(question) == "Which one do you mean?"
    assert isinstance(question, Message)
    choice = next(label for label in labels(question) if label.startswith("Standup of Contoso"))
    sure = house.presses("ana", choice, question)
    assert said(sure).startswith("Shall I pause Standup of Contoso?")
    assert isinstance(sure, Message)
    assert said(house.presses("ana", "Pause it", sure)).startswith("Standup of Contoso is paused.")
    assert [row.paused_at is None for row in rows(house)] == [True, False]


def test_numbers_stay_when_an_earlier_one_ends(house: House) -> None:
    is_set(house, "/partnership cadence add standup weekdays at 9:30")
    is_set(house, STEERING)
    is_switched(house, "end", "1")
    assert "2. Steering meeting" in said(house.types("ana", "/partnership cadence"))
    assert said(house.types("ana", "/partnership cadence pause 1")).startswith("There is no number 1.")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("change wolf fridays at 9:00", "Nothing that recurs is called “wolf fridays at 9:00”."),
        ("change steering to whenever", "do not understand"),
        ("change steering fridays at 9:00 Board", "I do not understand “Board” in it"),
        ("resume steering", "Steering meeting is not paused."),
        ("pause steering now", "Name one by its number or name"),
    ],
)
def test_a_change_that_is_not_understood_changes_nothing(house: House, typed: str, answer: str) -> None:
    is_set(house, STEERING)
    before = rows(house)[0].model_dump()
    assert answer in said(house.types("ana", f"/partnership cadence {typed}"))
    assert rows(house)[0].model_dump() == before


def test_the_form_of_a_change_holds_what_is_set_and_its_zone_stays_where_the_time_does(house: House) -> None:
    is_set(house, STEERING)
    form = house.types("bo", "/partnership cadence change steering")
    question = house.submits("bo", form, name="Programme board")
    assert isinstance(question, Message)
    house.presses("bo", "Set it", question)
    [row] = rows(house)
    assert (row.name, row.zone, row.at, row.start_on.isoformat()) == (
        "Programme board", "Europe/Berlin", time(14), "2026-11-03",
    )  # fmt: skip
    assert len(house.room("south").posts) == 1


def test_a_forged_button_about_another_partnership_says_nothing(house: House) -> None:
    is_set(house, STEERING)
    for action in ("cadence.edit", "cadence.do", "cadence.undo"):
        assert "nothing here for you" in said(house.acts("mallory", action, "cadence:1|end", "direct"))
        assert "nothing here for you" in said(house.acts("ana", action, "cadence:999|end"))
    assert rows(house)[0].ended_at is None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1 Tokyo time", {"at": time(14), "zone": "Asia/Tokyo", "rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"}),
        ("1 at 15:00 Tokyo time", {"at": time(15), "zone": "Asia/Tokyo", "rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"}),
        ("1 every monday in Tokyo time", {"at": time(14), "zone": "Asia/Tokyo", "rrule": "FREQ=WEEKLY;BYDAY=MO"}),
    ],
)
def test_a_change_may_name_a_zone_and_the_form_keeps_it(house: House, typed: str, expected: dict[str, Any]) -> None:
    is_set(house, STEERING)
    question = house.types("ana", f"/partnership cadence change {typed}")
    assert isinstance(question, Message)
    again = house.submits("ana", house.presses("ana", "Change", question))
    assert isinstance(again, Message)
    house.presses("ana", "Set it", again)
    assert {name: getattr(rows(house)[0], name) for name in expected} == expected


def test_a_report_that_the_other_side_owes_from_now_on_is_due_on_its_clock(house: House) -> None:
    is_set(house, "/partnership cadence add report status from Contoso fridays at noon")
    form = house.types("ana", "/partnership cadence change status")
    assert isinstance(form, Form)
    assert next(each.value for each in form.fields if each.kind == "text" and each.id == "recurs") == (
        "every Friday at 12:00, Tokyo time"
    )
    question = house.submits("ana", form, side="a", recurs="fridays at noon")
    assert "When: every Friday at 12:00 (Berlin time)" in said(question)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("standup weekdays at 9:30 Berlin time", "A standup comes to each person on their own clock"),
        ("digest mondays at 9:00 UTC", "A digest comes to each room on its own clock"),
        ("meeting steering mondays at 9:00 CET", "“CET” means different hours"),
    ],
)
def test_a_zone_that_cannot_be_kept_is_asked_back(house: House, typed: str, answer: str) -> None:
    assert answer in said(house.types("ana", f"/partnership cadence add {typed}"))
    assert rows(house) == []


@pytest.mark.parametrize(
    "when",
    [
        "every other monday at 9:00",
        "weekdays",
        "mondays and thursdays",
        "on the 31st of the month",
        "every day at 9:00",
    ],
)
def test_a_digest_that_is_not_weekly_is_refused_with_an_example(house: House, when: str) -> None:
    is_set(house, "/partnership cadence add digest mondays at 9:00")
    for typed in (f"add digest {when}", f"change digest {when}"):
        reply = said(house.types("ana", f"/partnership cadence {typed}"))
        assert "A digest comes once a week: name one day of the week, for example “fridays at 9:00”." in reply
    form = house.types("ana", "/partnership cadence change digest")
    wrong = house.submits("ana", form, recurs=when)
    assert isinstance(wrong, Errors)
    assert set(wrong.fields) == {"recurs"}
    assert rows(house)[0].rrule == "FREQ=WEEKLY;BYDAY=MO"


def test_the_digest_that_came_with_the_partnership_is_changed_like_any_other(house: House) -> None:
    def begin(session: Session) -> None:
        session.add(
            Cadence(
                partnership_id=house.partnership, kind=CadenceKind.DIGEST, rrule="FREQ=WEEKLY;BYDAY=MO", at=time(9),
                start_on=house.clock().date(), created_at=house.clock(),
            )
        )  # fmt: skip

    house.database.run(begin)
    is_set(house, "/partnership cadence change digest fridays")
    assert "set by" not in in_words(house.room("north").latest)
    assert (rows(house)[0].rrule, rows(house)[0].at) == ("FREQ=WEEKLY;BYDAY=FR", time(9))
