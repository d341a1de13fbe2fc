"""Weeks, months, quarters and years, and their ends.

One rule: a week is a side's own, from the day after its longest weekend to its last working day.
"""

from __future__ import annotations

import re
from datetime import date

from dateutil.relativedelta import relativedelta

from bot.rules.dates.asking import DAY, WEEK, Here
from bot.rules.dates.vocabulary import MONTH, MONTHS


def week_of(here: Here) -> tuple[date, date]:
    """Find the first and the last working day of this week, which begins after the longest weekend."""
    days = here.calendar.days
    first, last = 0, 6
    if len(days) < 7:
        gaps = {day: next(gap for gap in range(7) if (day - 1 - gap) % 7 in days) for day in sorted(days)}
        first = max(gaps, key=lambda day: gaps[day])
        last = (first - 1 - gaps[first]) % 7
    start = here.today - (here.today.weekday() - first) % 7 * DAY
    return start, start + (last - first) % 7 * DAY


def period_of(words: str, here: Here) -> tuple[date, date] | None:
    """Read a week, month, quarter or year as its first and last day; a week ends with its last working day."""
    today = here.today
    if match := re.fullmatch(r"(?:(this|next|current) )?(week|month|quarter|year)", words):
        ahead = 1 if match[1] == "next" else 0
        if match[2] == "week":
            start, last = week_of(here)
            return start + ahead * WEEK, last + ahead * WEEK
        months = {"month": 1, "quarter": 3, "year": 12}[match[2]]
        begin = date(today.year, (today.month - 1) // months * months + 1, 1) + relativedelta(months=ahead * months)
    elif match := re.fullmatch(rf"({MONTH})(?: (\d{{4}}|this year|next year))?", words):
        months = 1
        begin = _coming_period(MONTHS.index(match[1][:3]) + 1, 1, match[2], today)
    elif match := re.fullmatch(r"(q[1-4]|h[12])(?: (\d{4}|this year|next year))?", words):
        months = 3 if match[1][0] == "q" else 6
        begin = _coming_period((int(match[1][1]) - 1) * months + 1, months, match[2], today)
    elif match := re.fullmatch(r"2\d{3}", words):
        months, begin = 12, date(int(words), 1, 1)
    else:
        return None
    return begin, begin + relativedelta(months=months) - DAY


def _coming_period(month: int, months: int, year: str | None, today: date) -> date:
    if year:
        number = int(year) if year.isdigit() else today.year + (year == "next year")
        return date(max(number, 1), month, 1)
    this = date(today.year, month, 1)
    return this if this + relativedelta(months=months) > today else this + relativedelta(years=1)


def vague_days(rest: str, here: Here) -> tuple[date, ...] | None:
    """Read a period that is named without saying which end of it is meant."""
    if re.fullmatch(r"(?:this |next )?weekend", rest):
        ahead = WEEK if rest.startswith("next") else 0 * DAY
        saturday = here.today + (5 - here.today.weekday()) % 7 * DAY + ahead
        return saturday - DAY, saturday + DAY
    if re.fullmatch(MONTH, rest) or re.fullmatch(r"\d{4}", rest):
        return None
    return period_of(rest, here)
