"""The settings of a side and of a person as people type them: time zone, days, hours, country, name.

One rule: a value is kept as plain text that reads back the same, so that undoing is putting the old text back.
"""

from __future__ import annotations

from datetime import time
from enum import StrEnum

from bot.rules import Unclear
from bot.rules.worktime import (
    countries,
    days_in_words,
    hours_in_words,
    parse_days,
    parse_hours,
    parse_zone,
    problem_with,
    regions,
)
from bot.words import city

NAME_AT_MOST = 80
NONE = ("none", "no", "off", "-", "default")


class Setting(StrEnum):
    ZONE = "zone"
    DAYS = "days"
    HOURS = "hours"
    COUNTRY = "country"
    NAME = "name"


def read(setting: Setting, typed: str) -> str:
    """Understand what was typed; raises Unclear with an example."""
    typed = " ".join(typed.split())
    match setting:
        case Setting.ZONE:
            return parse_zone(typed)
        case Setting.DAYS:
            return kept_days(parse_days(typed))
        case Setting.HOURS:
            return kept_hours(*parse_hours(typed))
        case Setting.COUNTRY:
            return _country(typed)
        case Setting.NAME:
            if not typed:
                raise Unclear("What is your side called? For example “Northwind”.")
            if len(typed) > NAME_AT_MOST:
                raise Unclear(f"A name has {NAME_AT_MOST} letters at most.")
            return typed


def in_words(setting: Setting, kept: str) -> str:
    """Say a kept value as people do."""
    match setting:
        case Setting.ZONE:
            return f"{city(kept)} time ({kept})" if "/" in kept else kept
        case Setting.DAYS:
            return days_in_words(frozenset(int(day) for day in kept.split(",")))
        case Setting.HOURS:
            return hours_in_words(*times(kept))
        case Setting.COUNTRY:
            code, _, region = kept.partition(" ")
            if not code:
                return "no public holidays"
            return f"the public holidays of {countries()[code]}" + (f", {region}" if region else "")
        case Setting.NAME:
            return kept


def as_typed(setting: Setting, kept: str) -> str:
    """Write a kept value as somebody would type it, for a form."""
    if setting is not Setting.DAYS or not kept:
        return kept
    days = frozenset(int(day) for day in kept.split(","))
    return "mon-sun" if len(days) == 7 else days_in_words(days)


def kept_days(days: frozenset[int]) -> str:
    return ",".join(str(day) for day in sorted(days))


def kept_hours(start: time, end: time) -> str:
    return f"{start:%H:%M}-{end:%H:%M}"


def times(kept: str) -> tuple[time, time]:
    start, _, end = kept.partition("-")
    return time.fromisoformat(start), time.fromisoformat(end)


def _country(typed: str) -> str:
    if typed.casefold() in NONE:
        return ""
    if not typed:
        raise Unclear("Which country’s public holidays? For example DE, DE BY or Germany.")
    named = {name.casefold(): code for code, name in countries().items()}
    if typed.casefold() in named:
        return named[typed.casefold()]
    code, _, rest = typed.partition(" ")
    code = code.upper()
    region = rest.strip()
    if code in countries() and region:
        region = next((each for each in regions(code) if each.casefold() == region.casefold()), region)
    problem = problem_with(code if code in countries() else typed, region if code in countries() and region else None)
    if problem:
        raise Unclear(problem)
    return f"{code} {region}".strip()
