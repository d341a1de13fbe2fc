"""Which week a digest tells of, and which one somebody means."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import Unclear
from bot.rules.cadence import Recurrence
from bot.rules.weeks import Weeks, meant, to, up_to_now

NOW = datetime(2026, 11, 12, 10, tzinfo=UTC)  # a Thursday
MONDAYS = Recurrence("FREQ=WEEKLY;BYDAY=MO", time(9), date(2026, 1, 5))


def at(words: str, zone: str = "Europe/Berlin") -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def read(typed: str, *, now: datetime = NOW, closing: Recurrence | None = MONDAYS, locale: str = "en-GB") -> Weeks:
    return meant(typed, now=now, zone="Europe/Berlin", locale=locale, closing=closing)


def test_a_digests_week_ends_at_its_own_time_on_the_wall_clock_whatever_the_clocks_do() -> None:
    # Berlin puts its clocks back on 25 October 2026: that week has an hour more.
    week = to(date(2026, 10, 26), time(9), "Europe/Berlin")
    assert (week.start, week.end) == (at("2026-10-19 09:00"), at("2026-10-26 09:00"))
    assert week.end - week.start == timedelta(days=7, hours=1)
    assert week.count == 8


def test_an_instant_belongs_to_one_week_and_the_moment_of_the_digest_to_the_next() -> None:
    week = to(date(2026, 11, 9), time(9), "Europe/Berlin")
    assert week.has(at("2026-11-02 09:00"))
    assert not week.has(at("2026-11-09 09:00"))
    assert week.index(at("2026-11-02 08:59")) == 6
    assert week.index(week.edges[0] - timedelta(seconds=1)) is None


def test_nothing_typed_is_the_seven_days_until_now() -> None:
    assert (read("").start, read("").end) == (NOW - timedelta(days=7), NOW)


@pytest.mark.parametrize(
    ("typed", "start"),
    [
        ("last week", "2026-11-02"),
        ("Last  Week.", "2026-11-02"),
        ("previous week", "2026-11-02"),
        ("2 weeks ago", "2026-10-26"),
        ("a week ago", "2026-11-02"),
        ("week 45", "2026-11-02"),
        ("week 45 2025", "2025-11-03"),
        ("2026-W45", "2026-11-02"),
        ("week 50", "2025-12-08"),
        ("3 november", "2026-11-02"),
        ("nov 3rd", "2026-11-02"),
        ("2026-11-03", "2026-11-02"),
        ("15.10.2026", "2026-10-12"),
        ("2025-03-02", "2025-02-24"),
        ("last friday", "2026-11-02"),
        ("friday", "2026-11-02"),
    ],
)
def test_a_week_that_is_over_is_the_one_that_its_own_digest_told_of(typed: str, start: str) -> None:
    found = read(typed)
    assert found.start == at(f"{start} 09:00")
    assert found.end == at(f"{date.fromisoformat(start) + timedelta(days=7)} 09:00")


@pytest.mark.parametrize("typed", ["this week", "today", "yesterday", "monday", "12 november", "week 46"])
def test_a_week_that_is_not_over_is_told_of_until_now(typed: str) -> None:
    assert (read(typed).start, read(typed).end) == (at("2026-11-09 09:00"), NOW)


def test_weeks_follow_the_day_on_which_the_digest_comes() -> None:
    fridays = Recurrence("FREQ=WEEKLY;BYDAY=FR", time(16), date(2026, 1, 2))
    assert read("week 45", closing=fridays).end == at("2026-11-06 16:00")
    assert read("last week", closing=fridays).end == at("2026-11-06 16:00")
    assert read("week 45", closing=None).end == at("2026-11-09 00:00")


def test_a_few_minutes_after_the_digest_last_week_is_the_one_it_told_of() -> None:
    assert read("last week", now=at("2026-11-09 09:05")).end == at("2026-11-09 09:00")


@pytest.mark.parametrize(
    "typed",
    ["next week", "week 51 2026", "2027-01-05", "in 3 weeks", "week 54", "2026-W60", "banana", "17", "9999-12-31",
     "0001-01-01", "week", "the week before the launch", "week 0"],
)  # fmt: skip
def test_what_is_no_week_that_has_begun_is_asked_back_with_an_example(typed: str) -> None:
    with pytest.raises(Unclear, match="last week"):
        read(typed)


@given(
    st.integers(0, 6 * 365 * 24 * 60).map(
        lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]),
)
def test_weeks_lie_end_to_end_and_the_last_one_ends_now(now: datetime, zone: str) -> None:
    found = up_to_now(now, zone)
    assert found.end == now
    assert list(found.edges) == sorted(set(found.edges))
    hours = {
        (after - before) // timedelta(hours=1) for before, after in zip(found.edges, found.edges[1:], strict=False)
    }
    assert hours <= {166, 167, 168, 169}


@given(st.dates(date(2024, 1, 1), date(2026, 11, 5)))
def test_any_day_gone_by_is_in_the_week_that_its_date_names(day: date) -> None:
    found = read(day.isoformat())
    assert found.start <= at(f"{day} 12:00") < found.end
    assert found == to(found.end.astimezone(ZoneInfo("Europe/Berlin")).date(), time(9), "Europe/Berlin")
