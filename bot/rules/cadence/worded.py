"""A recurrence in plain words.

One rule: what is said here can be typed, and then means the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.rules.cadence.recurrence import Recurrence, occurrences
from bot.rules.cadence.rule import WORKDAYS, Rule, Unit, read, shortened
from bot.rules.worktime import DAY_NAMES

MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
QUARTER_STARTS, QUARTER_ENDS = (1, 4, 7, 10), (3, 6, 9, 12)
SHORTER = "(the last day of shorter months)"
LEAP = "(28 February in other years)"


def in_words(recurrence: Recurrence, *, now: datetime | None = None, zone: str | None = None) -> str:
    """Say when it recurs: `every weekday at 09:30`, `every other Tuesday at 14:00, from 19 January 2027`.

    Where it is counted in twos or more, the words say from when; with `now` and `zone` also where it begins later than next time.
    """
    rule = read(recurrence.rrule)
    said = f"{_days(rule)} at {recurrence.at:%H:%M}"
    waits = False
    if now is not None and zone is not None:
        soonest = replace(recurrence, start=min(recurrence.start, now.date()))
        waits = next(occurrences(soonest, zone, now)).day < recurrence.start
    return f"{said}, from {_date(recurrence.start)}" if rule.every > 1 or waits else said


def _days(rule: Rule) -> str:
    match rule.unit:
        case Unit.DAY:
            return _every(rule.every, "day")
        case Unit.WEEK if rule.every == 1:
            return "every weekday" if rule.weekdays == WORKDAYS else f"every {_weekdays(rule)}"
        case Unit.WEEK if rule.every == 2 and len(rule.weekdays) == 1:
            return f"every other {_weekdays(rule)}"
        case Unit.WEEK:
            return f"every {rule.every} weeks on {_weekdays(rule)}"
        case Unit.MONTH if rule.every == 1:
            return _in_month(rule)
        case Unit.MONTH:
            return f"every {rule.every} months {_in_month(rule)}"
        case Unit.YEAR:
            return f"{_every(rule.every, 'year')} {_in_year(rule)}"


def _every(count: int, unit: str) -> str:
    return f"every {unit}" if count == 1 else f"every other {unit}" if count == 2 else f"every {count} {unit}s"


def _weekdays(rule: Rule) -> str:
    begins = [day for day in rule.weekdays if (day - 1) % 7 not in rule.weekdays]
    if len(begins) == 1 and len(rule.weekdays) > 2:
        last = (begins[0] + len(rule.weekdays) - 1) % 7
        return f"{DAY_NAMES[begins[0]].title()} to {DAY_NAMES[last].title()}"
    return _joined([DAY_NAMES[day].title() for day in rule.weekdays])


def _in_month(rule: Rule) -> str:
    last = all(nth == -1 for nth in rule.nth or rule.month_days)
    counted = bool(rule.nth) or rule.month_days in ((1,), (-1,))
    if not rule.months:
        period = "the month"
    elif counted and rule.months == (QUARTER_ENDS if last else QUARTER_STARTS):
        period = "the quarter"
        if rule.month_days == (1,):
            return "on the first day of the quarter"
    else:
        period = _joined([MONTH_NAMES[month - 1] for month in rule.months])
    if shortened(rule) is None:
        return f"on the {_which(rule)} of {period}"
    return f"on the {_which(rule)} {SHORTER}" + (f" of {period}" if rule.months else "")


def _in_year(rule: Rule) -> str:
    month = MONTH_NAMES[rule.months[0] - 1]
    if len(rule.month_days) == 1 and rule.month_days[0] > 0:
        return f"on {rule.month_days[0]} {month}" + (f" {LEAP}" if shortened(rule) else "")
    return f"on the {_which(rule)} of {month}"


def _which(rule: Rule) -> str:
    if rule.month_days:
        return _joined([f"{day}{_suffix(day)}" if day > 0 else "last day" for day in rule.month_days])
    name = "working day" if len(rule.weekdays) > 1 else DAY_NAMES[rule.weekdays[0]].title()
    return f"{_joined(['last' if nth == -1 else ORDINALS[nth - 1] for nth in rule.nth])} {name}"


def _suffix(number: int) -> str:
    return "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _joined(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _date(day: date) -> str:
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"
