"""On which days something recurs, and at which instants, compared with a walk from day to day that knows no RRULE."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise, product
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.cadence import Occurrence, Recurrence, days, moved, occurrences, on
from bot.rules.cadence.rule import WORKDAYS, Rule, Unit, read, written
from bot.rules.worktime import Calendar

DAY = timedelta(days=1)
DAILY, WEEKDAYS = "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
THE_31ST = "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def daily(clock: str, start: str = "2020-01-01", rrule: str = DAILY) -> Recurrence:
    return Recurrence(rrule, time.fromisoformat(clock), date.fromisoformat(start))


def instants(recurrence: Recurrence, zone: str, after: datetime, count: int) -> list[str]:
    return [f"{found.at:%m-%d %H:%M}" for found in islice(occurrences(recurrence, zone, after), count)]


# Clock changes -------------------------------------------------------------------------------------------------------


def test_a_time_that_the_clocks_skip_is_the_first_minute_after_it() -> None:
    assert instants(daily("02:30"), "Europe/Berlin", at("2027-03-27 00:00"), 3) == [
        "03-27 01:30",
        "03-28 01:00",
        "03-29 00:30",
    ]


def test_a_time_that_comes_twice_is_the_first_of_the_two() -> None:
    assert instants(daily("02:30"), "Europe/Berlin", at("2027-10-30 00:00"), 3) == [
        "10-30 00:30",
        "10-31 00:30",
        "11-01 01:30",
    ]


def test_the_wall_clock_stays_while_the_instant_moves() -> None:
    nine = daily("09:00", rrule=WEEKDAYS)
    assert instants(nine, "America/New_York", at("2027-03-12 00:00"), 2) == ["03-12 14:00", "03-15 13:00"]
    assert instants(nine, "Europe/Berlin", at("2027-03-12 00:00"), 2) == ["03-12 08:00", "03-15 08:00"]


def test_a_zone_that_gives_up_changing_its_clocks_is_followed() -> None:
    assert instants(daily("09:00"), "America/Mexico_City", at("2022-07-01 00:00"), 1) == ["07-01 14:00"]
    assert instants(daily("09:00"), "America/Mexico_City", at("2023-07-01 00:00"), 1) == ["07-01 15:00"]
    assert instants(daily("09:00"), "Asia/Amman", at("2022-01-01 00:00"), 1) == ["01-01 07:00"]
    assert instants(daily("09:00"), "Asia/Amman", at("2023-01-01 00:00"), 1) == ["01-01 06:00"]


def test_a_day_that_a_zone_leaves_out_has_no_occurrence() -> None:
    found = list(islice(occurrences(daily("09:00", "2011-12-28"), "Pacific/Apia", at("2011-12-29 00:00")), 3))
    assert [str(each.day) for each in found] == ["2011-12-29", "2011-12-31", "2012-01-01"]
    assert on(daily("09:00", "2011-12-28"), "Pacific/Apia", date(2011, 12, 30)) is None


def test_a_midnight_that_does_not_exist_belongs_to_its_own_day() -> None:
    assert on(daily("00:00"), "Africa/Cairo", date(2027, 4, 30)) == Occurrence(
        date(2027, 4, 30), at("2027-04-29 22:00")
    )


# Calendars -----------------------------------------------------------------------------------------------------------


def test_the_31st_falls_on_the_last_day_of_shorter_months() -> None:
    assert [str(day) for day in days(daily("09:00", "2028-01-31", THE_31ST), date(2028, 1, 1), date(2028, 4, 30))] == [
        "2028-01-31",
        "2028-02-29",
        "2028-03-31",
        "2028-04-30",
    ]


def test_every_other_week_is_counted_from_the_first_one_over_the_years() -> None:
    every_other = daily("14:00", "2021-01-05", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU")
    assert days(every_other, date(2027, 1, 1), date(2027, 1, 31)) == [date(2027, 1, 12), date(2027, 1, 26)]
    assert (date(2027, 1, 12) - every_other.start).days % 14 == 0


def test_nothing_falls_before_the_first_day() -> None:
    assert days(daily("09:00", "2027-01-13"), date(2027, 1, 1), date(2027, 1, 14)) == [
        date(2027, 1, 13),
        date(2027, 1, 14),
    ]
    assert on(daily("09:00", "2027-01-13"), "Europe/Berlin", date(2027, 1, 12)) is None
    assert instants(daily("09:00", "2027-01-13"), "UTC", at("2026-01-01 00:00"), 1) == ["01-13 09:00"]


def test_an_occurrence_at_the_very_instant_is_over() -> None:
    assert instants(daily("09:00"), "UTC", at("2027-01-13 09:00"), 1) == ["01-14 09:00"]
    assert instants(daily("09:00"), "UTC", at("2027-01-13 08:59"), 1) == ["01-13 09:00"]


def test_far_from_utc_the_local_day_counts() -> None:
    assert instants(daily("00:30"), "Pacific/Kiritimati", at("2027-01-12 10:00"), 1) == ["01-12 10:30"]
    assert next(occurrences(daily("00:30"), "Pacific/Kiritimati", at("2027-01-12 10:00"))).day == date(2027, 1, 13)
    assert next(occurrences(daily("23:30"), "Pacific/Pago_Pago", at("2027-01-13 10:00"))).day == date(2027, 1, 12)


def test_what_falls_on_a_holiday_moves_to_the_next_working_day() -> None:
    bavaria = Calendar("Europe/Berlin", country="DE", region="BY")
    assert moved(date(2027, 1, 6), bavaria) == date(2027, 1, 7)
    assert moved(date(2027, 1, 7), bavaria) == date(2027, 1, 7)
    assert moved(date(2027, 3, 26), bavaria) == date(2027, 3, 30)  # Good Friday to Easter Monday
    assert moved(date(2027, 1, 15), Calendar("Asia/Dubai", days=frozenset({6, 0, 1, 2, 3}))) == date(2027, 1, 17)


def test_years_gone_by_cost_no_time() -> None:
    old = daily("09:30", "1980-01-01", WEEKDAYS)
    start = perf_counter()
    for _ in range(100):
        days(old, date(2027, 1, 13), date(2027, 1, 15))
    assert perf_counter() - start < 1


# An independent walk -------------------------------------------------------------------------------------------------

ZONES = (
    *("Europe/Berlin", "Europe/London", "America/New_York", "America/Santiago", "America/Havana", "America/Nuuk"),
    *(
        "America/Mexico_City",
        "America/Asuncion",
        "Africa/Cairo",
        "Africa/Casablanca",
        "Asia/Beirut",
        "Asia/Gaza",
        "Asia/Tehran",
    ),
    *("Asia/Amman", "Asia/Kathmandu", "Europe/Volgograd", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham"),
    *("Pacific/Kiritimati", "Antarctica/Troll", "UTC"),
)


def falls(rule: Rule, start: date, day: date) -> bool:
    """Count on the calendar whether a rule that began falls on a day."""
    if day < start:
        return False
    months = (day.year - start.year) * 12 + day.month - start.month
    length = monthrange(day.year, day.month)[1]
    if rule.months and day.month not in rule.months:
        return False
    match rule.unit:
        case Unit.DAY:
            return (day - start).days % rule.every == 0
        case Unit.WEEK:
            weeks = ((day - day.weekday() * DAY) - (start - start.weekday() * DAY)).days // 7
            return weeks % rule.every == 0 and day.weekday() in rule.weekdays
        case Unit.MONTH:
            counts = months % rule.every == 0
        case Unit.YEAR:
            counts = (day.year - start.year) % rule.every == 0
    if rule.month_days:
        wanted = {length if each == -1 else min(each, length) for each in rule.month_days}
        return counts and day.day in wanted
    same = [number for number in range(1, length + 1) if day.replace(day=number).weekday() in rule.weekdays]
    wanted = {same[each - 1] if each > 0 else same[-1] for each in rule.nth}
    return counts and day.day in wanted


def first_showing(zone: str, day: date, clock: time) -> datetime:
    """Look for the first instant at which a clock shows the time, or else for the first minute after it that it shows."""
    tz, wall = ZoneInfo(zone), datetime.combine(day, clock)
    offsets = {(wall + hours).replace(tzinfo=tz).utcoffset() for hours in (-30 * DAY / 24, 0 * DAY, 30 * DAY / 24)}
    for minutes in range(181):
        shown = wall + timedelta(minutes=minutes)
        fitting = [(shown - offset).replace(tzinfo=UTC) for offset in offsets if offset is not None]
        fitting = [each for each in fitting if each.astimezone(tz).replace(tzinfo=None) == shown]
        if fitting:
            return min(fitting)
    raise AssertionError(f"{zone} has no {wall}")


COUNTED = st.integers(1, 4)
ON_WEEKDAYS = st.sets(st.integers(0, 6), min_size=1).map(lambda found: tuple(sorted(found)))
NTH = st.lists(st.sampled_from((1, 2, 3, 4, -1)), min_size=1, max_size=3, unique=True).map(
    lambda found: tuple(sorted(found, key=lambda each: each % 100))
)
MONTH_DAYS = st.tuples(st.sets(st.integers(1, 28), max_size=3), st.sampled_from((None, 28, 29, 30, 31, -1))).map(
    lambda found: tuple(sorted(found[0] | ({found[1]} if found[1] else set()), key=lambda each: each % 100))
)
IN_MONTHS = st.sets(st.integers(1, 12), max_size=5).map(lambda found: tuple(sorted(found)))
IN_MONTH = st.one_of(
    st.tuples(st.integers(0, 6).map(lambda day: (day,)), NTH, st.just(())),
    st.tuples(st.just(WORKDAYS), NTH, st.just(())),
    st.tuples(st.just(()), st.just(()), MONTH_DAYS.filter(bool)),
)


def in_month(unit: Unit, every: int, days: tuple[tuple[int, ...], ...], months: tuple[int, ...]) -> Rule:
    weekdays, nth, month_days = days
    return Rule(unit, every, weekdays, nth, month_days, months)


RULES = st.one_of(
    st.builds(Rule, st.just(Unit.DAY), COUNTED),
    st.builds(Rule, st.just(Unit.WEEK), COUNTED, ON_WEEKDAYS),
    st.builds(in_month, st.just(Unit.MONTH), COUNTED, IN_MONTH, st.just(())),
    st.builds(in_month, st.just(Unit.MONTH), st.just(1), IN_MONTH, IN_MONTHS),
    st.builds(in_month, st.just(Unit.YEAR), COUNTED, IN_MONTH, st.tuples(st.integers(1, 12))),
)
STARTS = st.dates(date(2019, 1, 1), date(2034, 12, 31))
CLOCKS = st.times().map(lambda found: found.replace(second=0, microsecond=0)) | st.sampled_from(
    (time(0), time(2, 30), time(23, 59))
)


@settings(max_examples=200, deadline=None)
@given(rule=RULES, start=STARTS, first=STARTS, length=st.integers(0, 500))
def test_the_days_are_those_of_a_walk_over_the_calendar(rule: Rule, start: date, first: date, length: int) -> None:
    last = first + length * DAY
    walked = [first + step * DAY for step in range(length + 1)]
    assert days(Recurrence(written(rule), time(9), start), first, last) == [
        day for day in walked if falls(rule, start, day)
    ]


@settings(max_examples=200, deadline=None)
@given(rule=RULES)
def test_a_rule_is_read_as_it_was_written(rule: Rule) -> None:
    again = read(written(rule))
    assert written(again) == written(rule)
    assert again == rule


def changing(zone: str) -> list[date]:
    """List the days from 2020 to 2035 on which the clocks of a zone change, and its New Year's Days."""
    tz = ZoneInfo(zone)
    walked = [datetime(2020, 1, 1, tzinfo=tz) + step * DAY for step in range(5844)]
    change = [one.date() for one, other in pairwise(walked) if one.utcoffset() != other.utcoffset()]
    return change + [date(year, 1, 1) for year in range(2020, 2036)]


@pytest.mark.parametrize("zone", ZONES)
def test_each_day_comes_once_and_shows_its_time_through_sixteen_years_of_clock_changes(zone: str) -> None:
    tz = ZoneInfo(zone)
    for clock, around in product((time(0), time(2, 30), time(9)), changing(zone)):
        first = around - 2 * DAY
        begin = datetime.combine(first, clock, UTC) - timedelta(
            hours=18
        )  # before the first day, and after the one before
        walk = occurrences(Recurrence(DAILY, clock, date(2019, 1, 1)), zone, begin)
        found = [each for each in islice(walk, 7) if each.day >= first][:5]
        assert [each.day for each in found] == [first + step * DAY for step in range(5)]
        assert all(one.at < other.at for one, other in pairwise(found))
        for each in found:
            shown = each.at.astimezone(tz)
            assert shown.fold == 0
            if shown.replace(tzinfo=None) != datetime.combine(each.day, clock):
                assert each.at == first_showing(zone, each.day, clock)


@settings(max_examples=200, deadline=None)
@given(
    rule=RULES,
    start=STARTS,
    clock=CLOCKS,
    zone=st.sampled_from(ZONES),
    after=st.integers(0, 15 * 366 * 1440).map(lambda minutes: at("2020-01-01") + timedelta(minutes=minutes)),
)
def test_the_instants_are_those_of_a_walk_with_a_clock(
    rule: Rule, start: date, clock: time, zone: str, after: datetime
) -> None:
    recurrence = Recurrence(written(rule), clock, start)
    found = list(islice(occurrences(recurrence, zone, after), 4))
    assert all(one.at < other.at and one.day < other.day for one, other in pairwise(found))
    walked: list[Occurrence] = []
    day = max(start, after.date() - 2 * DAY)
    while len(walked) < len(found):
        if falls(rule, start, day) and (shown := first_showing(zone, day, clock)) > after:
            walked.append(Occurrence(day, shown))
        day += DAY
    assert found == walked
    assert all(on(recurrence, zone, each.day) == each for each in found)
    before = found[0].day - DAY
    assert (on(recurrence, zone, before) is not None) == falls(rule, start, before)
