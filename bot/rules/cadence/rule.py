"""The parts of a recurrence, and how they are written as an RRULE (RFC 5545).

One rule: the same recurrence has one RRULE; a day that some months do not have is the last day of those months.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAYS = (0, 1, 2, 3, 4)
SHORTEST = 28
_LENGTHS = (28, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # by number; 0 is any month


class Unit(StrEnum):
    """What is counted between two occurrences."""

    DAY = "DAILY"
    WEEK = "WEEKLY"
    MONTH = "MONTHLY"
    YEAR = "YEARLY"


@dataclass(frozen=True, slots=True)
class Rule:
    """Every so many units: on weekdays (Monday is 0), on days of the month, or on the nth of its weekdays; -1 is the last.

    `nth` with one weekday counts that weekday, with several it counts all of them together: the first working day. `months` are
    those it falls in (none: all); a rule by the year has one.
    """

    unit: Unit
    every: int = 1
    weekdays: tuple[int, ...] = ()
    nth: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()


def written(rule: Rule) -> str:
    """Write it as an RRULE."""
    parts = {"FREQ": rule.unit.value}
    if rule.every > 1:
        parts["INTERVAL"] = str(rule.every)
    if rule.months:
        parts["BYMONTH"] = _list(rule.months)
    if rule.month_days:
        parts |= _month_days(rule)
    elif len(rule.weekdays) == 1 and rule.nth:
        parts["BYDAY"] = ",".join(f"{nth}{CODES[rule.weekdays[0]]}" for nth in rule.nth)
    elif rule.weekdays:
        parts["BYDAY"] = ",".join(CODES[day] for day in rule.weekdays)
        if rule.nth:
            parts["BYSETPOS"] = _list(rule.nth)
    return ";".join(f"{name}={value}" for name, value in parts.items())


def shortened(rule: Rule) -> int | None:
    """Give the day of the month that some of its months do not have."""
    shortest = min(_LENGTHS[month] for month in rule.months or (0,))
    return next((day for day in rule.month_days if day > shortest), None)


def _month_days(rule: Rule) -> dict[str, str]:
    longest = shortened(rule)
    if longest is None:
        return {"BYMONTHDAY": _list(rule.month_days)}
    # The last of 28 to 31 that a month has; the other days are counted from its beginning.
    others = [day for day in rule.month_days if day != longest]
    listed = sorted({*others, *range(SHORTEST, longest + 1)})
    return {"BYMONTHDAY": _list(listed), "BYSETPOS": _list([*range(1, len(others) + 1), -1])}


@lru_cache(maxsize=4096)
def read(rrule: str) -> Rule:
    """Read an RRULE that was written here."""
    parts = dict(part.split("=") for part in rrule.split(";"))
    nth, month_days = _numbers(parts, "BYSETPOS"), _numbers(parts, "BYMONTHDAY")
    if nth and month_days:
        month_days, nth = (*month_days[: len(nth) - 1], month_days[-1]), ()
    by_day = parts["BYDAY"].split(",") if "BYDAY" in parts else []
    if by_day and len(by_day[0]) > 2:
        nth = tuple(int(day[:-2]) for day in by_day)
        by_day = by_day[:1]
    return Rule(
        Unit(parts["FREQ"]),
        int(parts.get("INTERVAL", "1")),
        tuple(CODES.index(day[-2:]) for day in by_day),
        nth,
        month_days,
        _numbers(parts, "BYMONTH"),
    )


def _numbers(parts: dict[str, str], name: str) -> tuple[int, ...]:
    return tuple(int(number) for number in parts[name].split(",")) if name in parts else ()


def _list(numbers: tuple[int, ...] | list[int]) -> str:
    return ",".join(map(str, numbers))
