from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from bot.rules.dates import Reading, deadline, looks_like_date
from bot.rules.worktime import Calendar
from tests.rules.dates.reading import WEDNESDAY, ZONE, asked, at, read

BAVARIA = Calendar(ZONE, country="DE", region="BY")


@pytest.mark.parametrize(
    ("now", "phrase", "expected"),
    [
        ("2027-01-15 18:00", "friday", "2027-01-22 17:00"),  # today's working day is over
        ("2027-01-15 18:00", "end of next week", "2027-01-22 17:00"),
        ("2027-01-15 14:00", "noon", "2027-01-16 12:00"),
        ("2027-01-17 12:00", "next monday", "2027-01-18 17:00"),
        ("2027-01-31 12:00", "in a month", "2027-02-28 17:00"),
        ("2027-01-31 12:00", "the 31st at 18:00", "?"),
        ("2027-11-20 12:00", "1 march", "2028-03-01 17:00"),
        ("2027-11-20 12:00", "end of march", "2028-03-31 17:00"),
        ("2027-03-27 12:00", "tomorrow at 02:30", "2027-03-28 03:00"),  # clocks skip it
        ("2027-10-30 12:00", "tomorrow at 02:30", "2027-10-31 02:30"),
        ("2027-03-27 12:00", "in 24 hours", "2027-03-28 13:00"),
    ],
)
def test_the_moment_of_asking_decides(now: str, phrase: str, expected: str) -> None:
    if expected == "?":
        assert len(asked(phrase, now=now)[1]) == 2
    else:
        assert read(phrase, now=now) == expected


def test_the_first_of_two_equal_clock_times_is_meant() -> None:
    found = deadline("2027-10-31 02:30", now=at(WEDNESDAY), zone=ZONE)
    assert found.at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("phrase", ["today", "eod", "end of week"])
def test_a_day_whose_work_is_over_is_in_the_past(phrase: str) -> None:
    assert "in the past" in asked(phrase, now="2027-01-15 17:00")[0]


def test_the_side_s_calendar_says_when_a_day_and_a_week_end() -> None:
    gulf = Calendar(ZONE, days=frozenset({6, 0, 1, 2, 3}), start=time(8), end=time(15, 30))
    assert read("tomorrow", calendar=gulf) == "2027-01-14 15:30"
    assert read("end of week", calendar=gulf) == "2027-01-14 15:30"
    assert read("end of next week", calendar=gulf) == "2027-01-21 15:30"
    assert read("sunday next week", calendar=gulf) == "2027-01-17 15:30"
    assert read("in 2 working days", calendar=gulf) == "2027-01-17 15:30"
    assert read("in 2 working days", now="2027-01-05 12:00", calendar=BAVARIA) == "2027-01-08 17:00"
    assert read("today", calendar=Calendar(ZONE, start=time(22), end=time(6))) == "2027-01-14 06:00"


def test_a_reading_keeps_the_words_that_it_was_read_from() -> None:
    found = deadline("  friday   noon ", now=at(WEDNESDAY), zone=ZONE)
    assert found == Reading(at("2027-01-15 12:00"), "friday noon")


@pytest.mark.parametrize(
    "phrase",
    [
        "procurement",
        "the vendor",
        "3 vendors",
        "2 open tickets",
        "this vendor",
        "Anna",
        "10 of us",
        "the end",
        "our team in march",
        "hand",
        "",
    ],
)
def test_a_cause_does_not_look_like_a_date(phrase: str) -> None:
    assert not looks_like_date(phrase)


@pytest.mark.parametrize(
    "phrase", ["may", "10", "q3", "next week", "before friday", "mid february", "friday or monday", "25:00"]
)
def test_a_date_that_is_not_clear_still_looks_like_one(phrase: str) -> None:
    assert looks_like_date(phrase)
