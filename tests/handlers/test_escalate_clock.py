"""The clock of an escalation, to the minute: working time of the responder side, holidays, clock changes, nights, outages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from bot.messages import Tone
from bot.words import Key, plain
from storage.tables import Side
from tests.handlers.escalating import ROOMS, card, has_card, level, stands, told, waiting, words
from tests.house import House, labels, said

RIG = "escalation:1"


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def until(house: House, text: str) -> None:
    house.time_passes(seconds=(at(text) - house.clock()).total_seconds())


def side(house: House, key: Key, **settings: object) -> None:
    def change(session: Session) -> None:
        row = session.get_one(Side, (house.partnership, key))
        for name, value in settings.items():
            setattr(row, name, value)

    house.database.run(change)


# Climbing ------------------------------------------------------------------------------------------------------------


def test_an_unanswered_escalation_climbs_on_both_sides_together(house: House) -> None:
    house.types("joao", "/escalate the test rig is down")
    house.time_passes(days=1)

    assert card(house).fact("With") == "Level 2: Nora Berg (Northwind) and Priya Rao (Contoso)"
    assert house.room("south").thread == [
        "Not acknowledged in time, so it is now with the next level on both sides. "
        "Level 2: Nora Berg (Northwind) and Priya Rao (Contoso)."
    ]


@pytest.mark.parametrize(
    ("who", "raised", "climbs", "because"),
    [
        ("joao", "2026-11-02 01:00", "2026-11-02 05:00", "four hours within a day in Tokyo"),
        ("joao", "2026-11-02 09:00", "2026-11-03 04:00", "raised in Tokyo's evening, from its morning on"),
        ("joao", "2026-11-06 06:00", "2026-11-09 02:00", "two hours on friday, two on monday"),
        ("sam", "2026-10-23 14:00", "2026-10-26 11:00", "the clocks of Berlin go back over the weekend"),
        ("sam", "2027-03-26 15:00", "2027-03-29 10:00", "the clocks of Berlin go forward over the weekend"),
    ],
)
def test_the_responder_side_s_working_time_counts_to_the_minute(
    house: House, who: str, raised: str, climbs: str, because: str
) -> None:
    house.clock.time = at(raised)
    house.types(who, "/escalate the test rig is down")

    house.time_passes(seconds=(at(climbs) - house.clock()).total_seconds() - 60)
    assert level(house) == "Level 1", because
    house.time_passes(minutes=1)
    assert level(house) == "Level 2", because


@pytest.mark.parametrize(
    ("key", "country", "region", "who", "raised", "climbs"),
    [
        (Key.B, "JP", None, "joao", "2026-11-02 09:00", "2026-11-04 04:00"),  # culture day on the 3rd
        (Key.A, "DE", None, "sam", "2026-12-24 15:00", "2026-12-28 11:00"),  # both days of christmas
        (Key.A, "DE", "BY", "sam", "2027-01-05 15:00", "2027-01-07 11:00"),  # epiphany, in Bavaria alone
        (Key.A, "DE", None, "sam", "2027-01-05 15:00", "2027-01-06 11:00"),
    ],
)
def test_public_holidays_of_the_responder_side_s_country_do_not_count(
    house: House, key: Key, country: str, region: str | None, who: str, raised: str, climbs: str
) -> None:
    side(house, key, country=country, region=region)
    house.clock.time = at(raised)
    house.types(who, "/escalate the test rig is down")

    house.time_passes(seconds=(at(climbs) - house.clock()).total_seconds() - 60)
    assert level(house) == "Level 1"
    house.time_passes(minutes=1)
    assert level(house) == "Level 2"


def test_high_urgency_runs_on_the_wall_clock_and_wakes_people_at_night(house: House) -> None:
    house.clock.time = at("2026-10-25 00:45")  # a quarter of an hour before the clocks of Berlin go back
    house.types("sam", "/escalate customers cannot log in !high")

    assert stands(house) == "open, urgent"
    assert has_card(house, "ana")
    assert has_card(house, "bo")
    steps = [(30, "Level 2"), (120, "Level 3")]
    for minutes, reached in steps:
        house.time_passes(minutes=minutes - 1)
        assert level(house) != reached
        house.time_passes(minutes=1)
        assert level(house) == reached
    assert has_card(house, "nora")
    assert has_card(house, "priya")


def test_at_the_top_it_is_told_again_five_times_and_then_both_shepherds_hear_that_it_stopped(house: House) -> None:
    house.types("joao", "/escalate customers cannot log in to level 3 !high")
    for times in range(1, 6):
        house.time_passes(hours=4)
        assert len(told(house, "nora")) == len(told(house, "priya")) == times
        assert told(house, "nora")[-1] == "Escalation 1 waits to be acknowledged: customers cannot log in"
    house.time_passes(hours=4)

    assert stands(house) == "open, nobody answered at the top"
    assert waiting(house) == []
    for who in ("ana", "bo"):
        assert told(house, who) == [
            "Escalation 1 stopped: nobody acknowledged it at the top, and nobody is told again by itself."
        ]
    house.time_passes(days=9)
    assert len(told(house, "nora")) == 5
    assert len(told(house, "ana")) == 1
    assert said(house.presses("priya", "Acknowledge")).startswith("Escalation 1 is yours now.")
    assert card(house).tone is Tone.AMBER


def test_a_repeat_reaches_each_in_their_own_working_time(house: House) -> None:
    house.clock.time = at("2026-11-02 04:00")  # 24 working hours of Tokyo later it is 13:00 there, 05:00 in Berlin
    house.types("joao", "/escalate no spare part to level 3")
    until(house, "2026-11-05 03:59")
    assert told(house, "priya") == []
    until(house, "2026-11-05 04:00")
    assert (len(told(house, "priya")), told(house, "nora")) == (1, [])
    until(house, "2026-11-05 08:00")
    assert (len(told(house, "priya")), len(told(house, "nora"))) == (1, 1)


# People are told in their working time -------------------------------------------------------------------------------


def test_the_rooms_show_it_at_once_and_people_hear_of_it_in_their_working_time(house: House) -> None:
    house.clock.time = at("2026-11-06 18:00")  # friday evening in Berlin, night in Tokyo
    house.types("joao", "/escalate the test rig is down")

    assert [len(house.room(room).posts) for room in ROOMS] == [1, 1]
    assert not has_card(house, "ana")
    assert not has_card(house, "bo")
    until(house, "2026-11-08 23:59")
    assert not has_card(house, "bo")
    until(house, "2026-11-09 00:00")
    assert has_card(house, "bo")
    until(house, "2026-11-09 07:59")
    assert not has_card(house, "ana")


def test_who_is_still_waiting_to_hear_of_it_does_not_once_it_is_in_hand(house: House) -> None:
    house.types("joao", "/escalate the test rig is down")
    house.presses("ana", "Acknowledge")
    house.time_passes(hours=18)

    assert not has_card(house, "bo")
    assert not any("notify" in each for each in waiting(house))


# In hand -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def mine(house: House) -> House:
    """Escalation 1, acknowledged by Bo on Monday at 11:00 in Tokyo."""
    house.clock.time = at("2026-11-02 02:00")
    house.types("joao", "/escalate the test rig is down")
    house.presses("bo", "Acknowledge")
    return house


def test_after_a_working_day_without_a_word_the_owner_is_asked(mine: House) -> None:
    until(mine, "2026-11-03 01:59")
    assert told(mine, "bo") == []
    until(mine, "2026-11-03 02:00")

    assert told(mine, "bo") == ["Are you still on Escalation 1? the test rig is down"]
    question = mine.direct("bo").latest
    assert "Without an answer by Tue 3 Nov 2026, 07:00 Berlin (15:00 Tokyo) it opens again." in words(question)
    assert labels(question) == ["Still on it", "Resolve", "Reassign", "Note"]
    assert labels(card(mine))[0] == "Still on it"
    assert said(mine.presses("bo", "Still on it", question, where="direct")) == (
        "Escalation 1 stays with Bo Chen (Contoso). Thank you for letting everybody know."
    )
    assert waiting(mine) == ["progress Wed 04 02:00"]


def test_an_owner_who_does_not_answer_for_four_working_hours_opens_it_again(mine: House) -> None:
    until(mine, "2026-11-03 05:59")
    assert stands(mine) == "acknowledged"
    until(mine, "2026-11-03 06:00")

    assert stands(mine) == "open"
    assert level(mine) == "Level 1"
    assert card(mine).fact("Owner") is None
    assert waiting(mine)[-1] == "unanswered Wed 04 02:00"
    assert told(mine, "bo")[-1] == "Escalation 1 waits to be acknowledged: the test rig is down"
    assert mine.room("north").thread[-1].startswith("No answer for four working hours, so it is open again. Level 1: ")


def test_a_question_about_progress_is_asked_once(mine: House) -> None:
    until(mine, "2026-11-03 05:00")

    assert len(told(mine, "bo")) == 1


def test_a_note_of_the_owner_answers_the_question(mine: House) -> None:
    until(mine, "2026-11-03 03:00")
    mine.submits("bo", mine.presses("bo", "Note", mine.direct("bo").latest), words="waiting for the courier")

    assert waiting(mine) == ["progress Wed 04 03:00"]
    assert card(mine).fact("Owner is asked") is not None


# Settled -------------------------------------------------------------------------------------------------------------


def test_silence_of_the_raiser_for_two_of_their_working_days_confirms(mine: House) -> None:
    until(mine, "2026-11-05 11:00")  # noon in Berlin, on a thursday
    mine.submits("bo", mine.acts("bo", "escalation.resolve", RIG), outcome="Fixed")
    until(mine, "2026-11-09 10:59")
    assert stands(mine) == "resolved, waiting for confirmation"
    until(mine, "2026-11-09 11:00")

    assert (stands(mine), card(mine).tone) == ("closed", Tone.GREEN)
    assert mine.room("south").thread[-1] == "Nobody objected for two working days, so it counts as settled."


# Outages -------------------------------------------------------------------------------------------------------------


def test_after_an_outage_it_climbs_at_once_one_level_and_once(house: House) -> None:
    house.types("joao", "/escalate the test rig is down")
    house.jumps(at("2026-11-06 03:00"))

    assert level(house) == "Level 2"
    assert (card(house).fact("Acknowledge by") or "").endswith("8 h of working time left")
    assert len(house.room("north").thread) == 1
    house.jumps(house.clock() + timedelta(minutes=1))
    assert len(house.room("north").thread) == 1


def test_after_an_outage_nothing_that_was_answered_is_told(house: House) -> None:
    house.types("joao", "/escalate the test rig is down")
    house.presses("ana", "Acknowledge")
    house.jumps(at("2026-11-03 05:30"))  # after Bo would have been told, before Ana is asked

    assert plain(card(house).title).startswith("Escalation 1 · acknowledged")
    assert not has_card(house, "bo")


def test_the_time_left_is_shown_anew_when_half_and_a_quarter_are_left(house: House) -> None:
    house.clock.time = at("2026-11-02 01:00")
    house.types("joao", "/escalate the test rig is down")
    for hours, left in ((2, "2 h"), (1, "1 h")):
        house.time_passes(hours=hours)
        assert (card(house).fact("Acknowledge by") or "").endswith(f"— {left} of working time left")
