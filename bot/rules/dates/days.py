"""Days in plain words: weekdays, distances, ends of periods, ordinals.

One rule: a reader gives every day that its words may mean, and None where they are not its words.
"""

from __future__ import annotations

import re
from datetime import date

from dateutil.relativedelta import relativedelta

from bot.rules.dates.asking import DAY, WEEK, Here
from bot.rules.dates.figures import by_calendar
from bot.rules.dates.period import period_of, week_of
from bot.rules.dates.vocabulary import (
    COUNT,
    COUNTS,
    DAYS,
    MONTH,
    ORDINAL,
    ORDINALS,
    WEEKDAY,
    WORKDAYS,
    number,
    weekday_of,
)
from bot.rules.worktime import later_day, works_on


def _coming(weekday: int, here: Here) -> list[date]:
    """The next day of that name; today and the one after when it is that day today."""
    ahead = (weekday - here.today.weekday()) % 7
    return [here.today + ahead * DAY] if ahead else [here.today, here.today + WEEK]


def read_days(rest: str, here: Here) -> tuple[list[date], bool]:
    """Read which days the words may mean, and whether one alone would be sure. Raises Unclear."""
    today = here.today
    if rest in ("today", "tomorrow", "overmorrow"):
        return [today + ("today", "tomorrow", "overmorrow").index(rest) * DAY], True
    if rest == "now" or "asap" in rest.split():
        raise here.unclear("names no moment")
    if rest == "yesterday" or re.fullmatch(rf"last (?:{WEEKDAY}|week|month|quarter|year|night)|.+ ago", rest):
        raise here.unclear("is in the past")
    if re.fullmatch(rf"\d+|{'|'.join(COUNTS)}", rest):
        raise here.unclear("is a number and not yet a date or a time: say the month, the unit or “at … am”")
    if re.fullmatch(MONTH, rest):
        raise here.unclear("is a whole month: say the day too, for example “1 " + rest + "” or “end of " + rest + "”")
    for reader in (_by_weekday, _by_distance, _by_end, _by_ordinal, by_calendar):
        found = reader(rest, here)
        if found is not None:
            return found
    raise here.unclear()


def _by_weekday(rest: str, here: Here) -> tuple[list[date], bool] | None:
    monday = here.today - here.today.weekday() * DAY
    if match := re.fullmatch(rf"(?:(this|this coming|coming|next) )?({WEEKDAY})", rest):
        coming = _coming(weekday_of(match[2]), here)
        if match[1] == "next":
            return sorted({coming[-1], monday + (7 + weekday_of(match[2])) * DAY}), True
        return coming, match[1] != "this" or coming[0] < monday + WEEK
    base = rf"{WEEKDAY}|today|tomorrow"
    if match := re.fullmatch(rf"({base}) week|(?:({COUNT}) )?(week|fortnight)s? (?:from )?({base})", rest):
        weeks = number(match[2] or "a") * (2 if match[3] == "fortnight" else 1)
        return [day + weeks * WEEK for day in read_days(match[1] or match[4], here)[0]], True
    if match := re.fullmatch(rf"(today|tomorrow) in ({COUNT}) weeks?", rest):
        return [day + number(match[2]) * WEEK for day in read_days(match[1], here)[0]], True
    either = re.fullmatch(rf"({WEEKDAY}) (this|next) week|(this|next) week ({WEEKDAY})", rest)
    if either:
        start = week_of(here)[0] + (WEEK if "next" in (either[2], either[3]) else 0 * DAY)
        return [start + (weekday_of(either[1] or either[4]) - start.weekday()) % 7 * DAY], True
    far = re.fullmatch(rf"({WEEKDAY}) in ({COUNT}) weeks?|in ({COUNT}) weeks? ({WEEKDAY})", rest)
    if far:
        weekday, weeks = weekday_of(far[1] or far[4]), number(far[2] or far[3])
        counted = {day + weeks * WEEK for day in _coming(weekday, here)}
        return sorted(counted | {monday + weeks * WEEK + weekday * DAY}), True
    return None


def _by_distance(rest: str, here: Here) -> tuple[list[date], bool] | None:
    rest = re.sub(rf"^next (?=(?:{WORKDAYS})$)", "1 ", rest)
    match = re.fullmatch(
        rf"(?:in |within )?(?P<count>{COUNT})(?: of)? ?(?P<unit>{DAYS})(?:'s?)?(?: time)?(?: (?P<way>from|after|before) (?P<base>.+))?",
        rest,
    )
    if not match:
        return None
    count, unit, base, sure = number(match["count"]), match["unit"], [here.today], True
    if not count:
        raise here.unclear()
    if match["base"] and match["base"] != "now":
        base, sure = read_days(match["base"], here)
    if re.fullmatch(WORKDAYS, unit):
        if match["way"] == "before":
            raise here.unclear()
        try:
            return [later_day(here.calendar, day, count) for day in base], sure
        except ValueError:
            raise here.unclear("is too far away") from None
    sign = -count if match["way"] == "before" else count
    step = {
        "d": relativedelta(days=sign),
        "w": relativedelta(weeks=sign),
        "f": relativedelta(weeks=2 * sign),
        "m": relativedelta(months=sign),
        "q": relativedelta(months=3 * sign),
        "y": relativedelta(years=sign),
    }[unit[0]]
    return [day + step for day in base], sure


def _by_end(rest: str, here: Here) -> tuple[list[date], bool] | None:
    short = re.sub(r"^eo([wmqy])$", r"\1", rest)
    if short != rest:
        rest = "end " + {"w": "week", "m": "month", "q": "quarter", "y": "year"}[short]
    rest = re.sub(r"^((?:this |next )?(?:week|month|quarter|year)|[qh]\d)(?:'s)? end$", r"end \1", rest)
    match = re.fullmatch(r"end (.+)", rest)
    if not match:
        return None
    if period := period_of(match[1], here):
        return [period[1]], True
    return read_days(match[1], here)


def _by_ordinal(rest: str, here: Here) -> tuple[list[date], bool] | None:
    match = re.fullmatch(rf"({ORDINAL}) ({WEEKDAY}|{WORKDAYS}|day) (?:in )?(.+)", rest)
    period = period_of(match[3], here) if match and "week" not in match[3].split() else None
    if not match or period is None:
        return None
    first, last = period
    whole = [first + step * DAY for step in range((last - first).days + 1)]
    if re.fullmatch(WEEKDAY, match[2]):
        fitting = [day for day in whole if day.weekday() == weekday_of(match[2])]
    else:
        fitting = [day for day in whole if match[2] == "day" or works_on(here.calendar, day)]
    nth = ORDINALS.get(match[1], 0)
    if nth > len(fitting) or not fitting:
        raise here.unclear("names a day that this period does not have")
    day = fitting[nth - 1]
    if day < here.today and match[3] == "month":  # this month's is over: next month's, if that is what is meant
        return read_days(f"{match[1]} {match[2]} next month", here)[0], False
    return [day], True
