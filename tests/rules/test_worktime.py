from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.worktime import (
    Calendar,
    Unclear,
    add,
    between,
    countries,
    days_in_words,
    full_day,
    hours_in_words,
    is_working,
    later_day,
    next_day,
    next_moment,
    parse_days,
    parse_hours,
    parse_zone,
    place,
    problem_with,
    regions,
)

BERLIN = Calendar("Europe/Berlin", country="DE", region="BY")
GULF = Calendar("Asia/Dubai", days=frozenset({6, 0, 1, 2, 3}), start=time(8), end=time(16))
NIGHTS = Calendar("America/New_York", start=time(22), end=time(6))
ALWAYS = Calendar("Europe/London", days=frozenset(range(7)), start=time(0), end=time(0))
ODD = Calendar("Australia/Lord_Howe", days=frozenset({1, 5}), start=time(1, 45), end=time(2, 15))


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_four_hours_asked_on_friday_afternoon_end_on_monday() -> None:
    assert add(BERLIN, at("2027-01-15 15:00"), hours(4)) == at("2027-01-18 11:00")


def test_work_stops_at_the_end_of_the_day_and_not_at_the_next_beginning() -> None:
    assert add(BERLIN, at("2027-01-15 13:00"), hours(4)) == at("2027-01-15 17:00")


def test_time_before_work_counts_from_its_beginning() -> None:
    assert add(BERLIN, at("2027-01-13 03:00"), hours(1)) == at("2027-01-13 10:00")


def test_no_time_passes_at_once() -> None:
    assert add(BERLIN, at("2027-01-16 12:00"), hours(0)) == at("2027-01-16 12:00")


def test_a_public_holiday_of_the_region_is_no_working_day() -> None:
    epiphany = at("2027-01-06 10:00")
    assert not is_working(BERLIN, epiphany)
    assert is_working(Calendar("Europe/Berlin", country="DE", region="BE"), epiphany)
    assert is_working(Calendar("Europe/Berlin"), epiphany)
    assert add(BERLIN, at("2027-01-05 16:00"), hours(2)) == at("2027-01-07 10:00")


def test_a_week_from_sunday_to_thursday_rests_on_friday() -> None:
    assert not is_working(GULF, at("2027-01-15 10:00", "Asia/Dubai"))
    assert add(GULF, at("2027-01-14 15:00", "Asia/Dubai"), hours(2)) == at("2027-01-17 09:00", "Asia/Dubai")


def test_a_night_shift_runs_into_the_next_day() -> None:
    assert is_working(NIGHTS, at("2027-01-16 05:59", "America/New_York"))  # Friday's
    assert not is_working(NIGHTS, at("2027-01-17 23:00", "America/New_York"))
    assert add(NIGHTS, at("2027-01-15 23:00", "America/New_York"), hours(8)) == at(
        "2027-01-18 23:00", "America/New_York"
    )
    assert full_day(NIGHTS) == hours(8)


def test_hours_that_end_where_they_begin_are_the_whole_day() -> None:
    assert full_day(ALWAYS) == hours(24)
    assert add(ALWAYS, at("2027-01-15 23:00"), hours(200)) == at("2027-01-15 23:00") + hours(200)


def test_an_hour_that_clocks_skip_takes_no_time() -> None:
    early = Calendar("Europe/Berlin", days=frozenset({6}), start=time(1), end=time(5))
    assert between(early, at("2027-03-28 00:00"), at("2027-03-29 00:00")) == hours(3)
    assert add(early, at("2027-03-28 00:00"), hours(1.5)) == at("2027-03-28 03:30")


def test_an_hour_that_clocks_repeat_takes_its_time_twice() -> None:
    early = Calendar("Europe/Berlin", days=frozenset({6}), start=time(1), end=time(5))
    assert between(early, at("2027-10-31 00:00"), at("2027-11-01 00:00")) == hours(5)


def test_a_time_that_does_not_exist_is_the_first_minute_that_does() -> None:
    assert place(date(2027, 3, 28), time(2, 30), "Europe/Berlin") == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert place(date(2027, 10, 3), time(2, 15), "Australia/Lord_Howe") == datetime(2027, 10, 2, 15, 30, tzinfo=UTC)
    assert place(date(2011, 12, 30), time(12), "Pacific/Apia") == datetime(2011, 12, 30, 10, 0, tzinfo=UTC)


def test_a_time_that_exists_twice_is_the_first_of_the_two() -> None:
    assert place(date(2027, 10, 31), time(2, 30), "Europe/Berlin") == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_nothing_passes_when_the_end_is_not_after_the_start() -> None:
    assert between(BERLIN, at("2027-01-13 12:00"), at("2027-01-13 12:00")) == hours(0)
    assert between(BERLIN, at("2027-01-13 12:00"), at("2027-01-12 12:00")) == hours(0)


def test_the_next_moment_is_now_while_people_work() -> None:
    assert next_moment(BERLIN, at("2027-01-13 12:00")) == at("2027-01-13 12:00")
    assert next_moment(BERLIN, at("2027-01-13 17:00")) == at("2027-01-14 09:00")
    assert next_moment(BERLIN, at("2027-01-16 17:00")) == at("2027-01-18 09:00")


def test_the_next_moment_skips_days_off() -> None:
    away = [(date(2027, 1, 13), date(2027, 1, 14)), (date(2027, 1, 15), date(2027, 1, 18))]
    assert next_moment(BERLIN, at("2027-01-13 12:00"), away) == at("2027-01-19 09:00")


def test_somebody_who_never_comes_back_has_no_next_moment() -> None:
    with pytest.raises(ValueError, match="no working day left"):
        next_moment(BERLIN, at("2027-01-13 12:00"), [(date(2027, 1, 1), date.max)])


def test_the_next_day_begins_after_today() -> None:
    assert next_day(BERLIN, at("2027-01-13 03:00")) == at("2027-01-14 09:00")
    assert next_day(BERLIN, at("2027-01-15 12:00")) == at("2027-01-18 09:00")
    assert next_day(BERLIN, at("2027-01-16 12:00")) == at("2027-01-18 09:00")


def test_the_night_after_a_night_shift_begins_the_same_evening() -> None:
    assert next_day(NIGHTS, at("2027-01-13 02:00", "America/New_York")) == at("2027-01-13 22:00", "America/New_York")


def test_working_days_are_counted_over_weekends_and_holidays() -> None:
    assert later_day(BERLIN, date(2027, 1, 5), 1) == date(2027, 1, 7)
    assert later_day(BERLIN, date(2027, 1, 8), 2) == date(2027, 1, 12)
    with pytest.raises(ValueError, match="twenty years"):
        later_day(BERLIN, date(2027, 1, 8), 9_999)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: Calendar("UTC", days=frozenset()), "at least one working day"),
        (lambda: Calendar("UTC", days=frozenset({7})), "numbered from 0"),
        (lambda: Calendar("Europe/Atlantis"), "no time zone called"),
        (lambda: Calendar("../etc/passwd"), "no time zone called"),
        (lambda: Calendar("UTC", country="XX"), "not a country"),
        (lambda: Calendar("UTC", country="DE", region="ZZ"), "no region “ZZ”"),
        (lambda: Calendar("UTC", start=time(9, tzinfo=UTC)), "carry no time zone"),
        (lambda: add(BERLIN, datetime(2027, 1, 1), hours(1)), "needs its time zone"),  # noqa: DTZ001
        (lambda: add(BERLIN, at("2027-01-01 12:00"), -hours(1)), "forward only"),
        (lambda: add(BERLIN, at("2027-01-01 12:00"), timedelta(days=99_999)), "twenty years"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(wrong: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        wrong()


CALENDARS = st.one_of(
    st.sampled_from([BERLIN, GULF, NIGHTS, ALWAYS, ODD]),
    st.builds(
        Calendar,
        zone=st.sampled_from(
            ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]
        ),
        days=st.frozensets(st.integers(0, 6), min_size=1),
        start=st.times().map(lambda value: value.replace(second=0, microsecond=0)),
        end=st.times().map(lambda value: value.replace(second=0, microsecond=0)),
    ),
)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
AMOUNTS = st.timedeltas(timedelta(0), timedelta(hours=60))


@settings(max_examples=150, deadline=None)
@given(CALENDARS, INSTANTS, AMOUNTS)
def test_the_working_time_that_was_added_is_the_working_time_between(
    calendar: Calendar, now: datetime, amount: timedelta
) -> None:
    try:
        end = add(calendar, now, amount)
    except ValueError:
        assert full_day(calendar) < timedelta(
            minutes=30
        )  # nobody gets far in minutes a week, or in hours that are skipped
        return
    assert between(calendar, now, end) == amount
    assert between(calendar, now, end - timedelta(microseconds=1)) < amount or not amount


@settings(max_examples=100, deadline=None)
@given(CALENDARS, INSTANTS, AMOUNTS, AMOUNTS)
def test_working_time_adds_up(calendar: Calendar, now: datetime, one: timedelta, two: timedelta) -> None:
    middle, end = now + one, now + one + two
    assert between(calendar, now, end) == between(calendar, now, middle) + between(calendar, middle, end)


@settings(max_examples=100, deadline=None)
@given(CALENDARS, INSTANTS)
def test_the_next_moment_is_a_working_one_with_nothing_worked_before_it(calendar: Calendar, now: datetime) -> None:
    moment = next_moment(calendar, now)
    assert is_working(calendar, moment)
    assert between(calendar, now, moment) == timedelta(0)
    assert next_day(calendar, now) > now


def test_a_year_of_working_time_is_measured_quickly() -> None:
    begin = perf_counter()
    for _ in range(10):
        between(BERLIN, at("2027-01-01 00:00"), at("2028-01-01 00:00"))
    assert perf_counter() - begin < 1


@pytest.mark.parametrize(
    ("typed", "days", "said"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}, "Mon–Fri"),
        ("Sun to Thu", {6, 0, 1, 2, 3}, "Sun–Thu"),
        ("mon, tue, thu", {0, 1, 3}, "Mon, Tue, Thu"),
        ("Monday – Wednesday and Friday", {0, 1, 2, 4}, "Mon–Wed, Fri"),
        ("monday through thursday", {0, 1, 2, 3}, "Mon–Thu"),
        ("mo-fr", {0, 1, 2, 3, 4}, "Mon–Fri"),
        ("fri-mon", {4, 5, 6, 0}, "Fri–Mon"),
        ("weekdays", {0, 1, 2, 3, 4}, "Mon–Fri"),
        ("every day", set(range(7)), "every day"),
        ("sundays", {6}, "Sun"),
        ("thurs tues", {1, 3}, "Tue, Thu"),
    ],
)
def test_working_days_are_read_and_written_in_words(typed: str, days: set[int], said: str) -> None:
    assert parse_days(typed) == days
    assert days_in_words(parse_days(typed)) == said
    assert parse_days(said) == days


@pytest.mark.parametrize("typed", ["", "  ", ",", "funday", "mon-tue-wed", "mon-", "1-5", "x" * 5000])
def test_days_that_cannot_be_read_are_asked_back_with_an_example(typed: str) -> None:
    with pytest.raises(Unclear, match="mon-fri"):
        parse_days(typed)


@pytest.mark.parametrize(
    ("typed", "start", "end", "said"),
    [
        ("9-17", time(9), time(17), "09:00–17:00"),
        ("09:00 to 17:30", time(9), time(17, 30), "09:00–17:30"),
        ("8am-4pm", time(8), time(16), "08:00–16:00"),
        ("9.30 – 18.15", time(9, 30), time(18, 15), "09:30–18:15"),
        ("from 8 to 16", time(8), time(16), "08:00–16:00"),
        ("22-6", time(22), time(6), "22:00–06:00 the next day"),
        ("09:00-05:00", time(9), time(5), "09:00–05:00 the next day"),
        ("12pm-12am", time(12), time(0), "12:00–00:00"),
        ("0-24", time(0), time(0), "around the clock"),
    ],
)
def test_working_hours_are_read_and_written_in_words(typed: str, start: time, end: time, said: str) -> None:
    assert parse_hours(typed) == (start, end)
    assert hours_in_words(start, end) == said


@pytest.mark.parametrize(
    "typed", ["", "9", "9-5", "9 to 5pm", "9-25", "9:75-17", "13pm-4pm", "nine to five", "-", "9-12-17", "9" * 9000]
)
def test_hours_that_cannot_be_read_are_asked_back_with_an_example(typed: str) -> None:
    with pytest.raises(Unclear, match=r"9am-5pm|8am-4pm"):
        parse_hours(typed)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("São Paulo", "America/Sao_Paulo"),
        ("new york", "America/New_York"),
        ("NYC", "America/New_York"),
        ("Bangalore", "Asia/Kolkata"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("Singapore", "Asia/Singapore"),
        ("Japan", "Japan"),
        ("utc", "UTC"),
        ("GMT", "UTC"),
    ],
)
def test_a_city_names_its_time_zone(typed: str, zone: str) -> None:
    assert parse_zone(typed) == zone
    assert Calendar(zone).zone == zone


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("CET", "summer"),
        ("est", "summer"),
        ("EST5EDT", "summer"),
        ("UTC+2", "when clocks change"),
        ("+05:30", "when clocks change"),
        ("west", "Australia/West or Brazil/West"),
        ("Berln", "Did you mean Europe/Berlin"),
        ("xyzzy", "no time zone called"),
        ("../../etc/passwd", "no time zone called"),
        ("", "Which time zone"),
        ("x" * 40_000, "no time zone called"),
    ],
)
def test_a_zone_that_is_not_clear_is_asked_back(typed: str, said: str) -> None:
    with pytest.raises(Unclear, match=said):
        parse_zone(typed)


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_whatever_is_typed_is_read_or_asked_back(text: str) -> None:
    for parse in (parse_days, parse_hours, parse_zone):
        with suppress(Unclear):
            parse(text)


def test_a_wrong_country_or_region_is_said_with_what_to_write() -> None:
    assert problem_with("DE", "BY") is None
    assert problem_with("DE", None) is None
    assert problem_with(None, None) is None
    assert "did you mean DE" in str(problem_with("Germany", None))
    assert "did you mean US" in str(problem_with("us", None))
    assert "two letters" in str(problem_with("??", None))
    assert "BY" in str(problem_with("DE", "Nowhere"))
    assert "country" in str(problem_with(None, "BY"))
    assert "DE" in countries()
    assert "BY" in regions("DE")
