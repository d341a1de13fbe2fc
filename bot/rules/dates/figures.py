"""Dates as the calendar writes them: `1 December`, `3.4.2027`, `03/04`, `the 20th`.

One rule: the order of day and month is what the person's locale settles, and a question where it settles nothing.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from bot.rules.dates.asking import Here
from bot.rules.dates.vocabulary import MONTH, MONTHS, ORDINALS, WEEKDAY, weekday_of


def by_calendar(rest: str, here: Here) -> tuple[list[date], bool] | None:
    """Read a date, with or without its year; a weekday beside it must be right."""
    named = re.fullmatch(rf"({WEEKDAY}) (.+)", rest) or re.fullmatch(rf"(.+) ({WEEKDAY})", rest)
    weekday, plain = None, rest
    if named:
        word, plain = (named[1], named[2]) if re.fullmatch(WEEKDAY, named[1]) else (named[2], named[1])
        weekday = weekday_of(word)
    found = _by_figures(plain, here) or _by_month(plain, here) or _by_day(plain, here)
    if found is None or weekday is None:
        return found
    days = [day for day in found[0] if day.weekday() == weekday]
    if not days:
        real = found[0][0]
        raise here.unclear(f"does not fit: {real.day} {real:%b %Y} is a {real:%A}")
    return days, found[1]


def _by_figures(plain: str, here: Here) -> tuple[list[date], bool] | None:
    if match := re.fullmatch(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", plain):
        return [_date(int(match[1]), int(match[3]), int(match[4]), here)], True
    if match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})?", plain):
        return _dated(int(match[1]), int(match[2]), match[3], here)
    match = re.fullmatch(r"(\d{1,2})([-/])(\d{1,2})(?:\2(\d{4}|\d{2}))?", plain)
    if not match:
        return None
    one, two, year = int(match[1]), int(match[3]), match[4]
    order = _order(here)
    ways = [(one, two)] * (order != "month" and two <= 12) + [(two, one)] * (order != "day" and one <= 12)
    if not ways:
        raise here.unclear("is not a date in the order that your language writes: try “1 Dec”")
    found = [_dated(day, month, year, here) for day, month in dict.fromkeys(ways)]
    return [day for days, _ in found for day in days], all(sure for _, sure in found)


def _order(here: Here) -> str | None:
    """Which of 03/04 comes first where the person's locale settles it."""
    region = (re.split(r"[-_]", here.locale)[1:] or [""])[-1].upper()
    if (here.language, region) == ("en", "US") or here.language in ("ja", "ko"):
        return "month"
    if region in ("US", "CA"):
        return None
    if here.language in (
        "de",
        "fr",
        "es",
        "it",
        "pt",
        "nl",
        "pl",
        "cs",
        "da",
        "nb",
        "fi",
        "tr",
        "ru",
        "uk",
        "el",
        "ro",
    ):
        return "day"
    return "day" if region in ("GB", "IE", "AU", "NZ", "IN") else None


def _by_month(plain: str, here: Here) -> tuple[list[date], bool] | None:
    word = rf"(?P<month>{MONTH})\.?"
    day = rf"(?P<day>{'|'.join(ORDINALS)}|\d{{1,2}})(?:st|nd|rd|th|\.)?"
    year = r"(?:[ -](?P<year>\d{4}|this year|next year|(?<=[a-z]-)\d\d))?"
    match = re.fullmatch(rf"{day}[ -]?{word}{year}", plain) or re.fullmatch(rf"{word}[ -]?{day}{year}", plain)
    if not match:
        return None
    return _dated(
        ORDINALS.get(match["day"]) or int(match["day"]), MONTHS.index(match["month"][:3]) + 1, match["year"], here
    )


def _by_day(plain: str, here: Here) -> tuple[list[date], bool] | None:
    """`the 20th` is the next one of it."""
    match = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)(?: (this|next) month)?", plain)
    if not match:
        return None
    first = here.today.replace(day=1) + relativedelta(months=1 if match[2] == "next" else 0)
    if match[2]:
        return [_date(first.year, first.month, int(match[1]), here)], True
    months = [first + relativedelta(months=ahead) for ahead in range(3)]
    days = [day for month in months if (day := _maybe(month.year, month.month, int(match[1]))) and day >= here.today]
    if not days:
        raise here.unclear("names a day that no month has")
    return days[: 2 if days[0] == here.today else 1], True


def _dated(day: int, month: int, year: str | None, here: Here) -> tuple[list[date], bool]:
    """A date without its year is the next one; one that has just passed is asked back."""
    today = here.today
    if year:
        number = int(year) if year.isdigit() else today.year + (year == "next year")
        return [_date(number + (2000 if number < 100 else 0), month, day, here)], True
    coming = [found for ahead in range(9) if (found := _maybe(today.year + ahead, month, day)) and found >= today]
    if not coming:
        raise here.unclear("is not a day that exists")
    if coming[0] == today:
        return coming[:1], True
    return coming[:1], coming[0].year == today.year or coming[0] - today < timedelta(days=275)


def _maybe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _date(year: int, month: int, day: int, here: Here) -> date:
    found = _maybe(year, month, day)
    if found is None:
        raise here.unclear("is not a day that exists")
    return found
