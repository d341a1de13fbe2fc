"""Recurrences as people type them.

One rule: every word must be understood, and together they must name one recurrence with one time of day; else it is asked back.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from bot.rules import Reading, Unclear
from bot.rules.cadence.foreign import in_english
from bot.rules.cadence.meaning import rules_of
from bot.rules.cadence.recurrence import Recurrence, occurrences
from bot.rules.cadence.rule import Rule, written
from bot.rules.cadence.seen import EXAMPLE, Unread
from bot.rules.cadence.spelling import one_way
from bot.rules.cadence.worded import in_words
from bot.rules.dates import deadline
from bot.rules.dates.asking import Here
from bot.rules.dates.clock import lift_time
from bot.rules.dates.figures import by_calendar
from bot.rules.dates.vocabulary import COUNT, WEEKDAY, one_spelling
from bot.rules.worktime import Calendar, place

LONGEST = 120  # letters
FARTHEST = timedelta(days=3650)
_LONG = rf"(?:\d{{1,2}} ?h ?\d\d|(?:{COUNT}|half an|\d[.,]\d) ?(?:h|hours?|hrs?|m|mins?|minutes?)(?: (?:and )?\d+ ?(?:m|mins?|minutes?))?)\b"
LENGTH = rf"for {_LONG}"
_OFTENER = rf"\bevery {_LONG}|\bhourly\b|\b(?:twice|{COUNT} times) (?:a|every|per) day\b"
_TWICE_OR_HALF = r"\bbi-?(?:(week)ly|(month)ly|(?:annual(?:ly)?|ennial(?:ly)?|yearly))\b"
_SINCE = rf"\b(?:starting(?: from| on)?|beginning(?! of)(?: on| from)?|as (?:of|from)|from|since) (?!(?:{WEEKDAY})s? ?(?:-|to|till?|until|thru|through)\b)(?=\S)"


def parse(
    text: str, *, now: datetime, zone: str, locale: str | None = None, otherwise: time | None = None
) -> Recurrence:
    """Read the one recurrence that the words mean to somebody in that zone, beginning after `now`.

    `otherwise` is the time of day where none was typed. Raises Unclear, with the readings if there are several; the words of
    each can be typed instead.
    """
    typed = " ".join(text.split())
    if len(typed) > LONGEST:
        raise Unclear(f"That is too long for something that recurs: “{typed[:LONGEST]}…”. {EXAMPLE}")
    if not typed:
        raise Unclear(f"How often? {EXAMPLE}")
    here = Here(typed, now, zone, locale or "", Calendar(zone))
    found: list[Recurrence] = []
    problems: list[str] = []
    for phrase in in_english(typed, here.locale):
        try:
            found += _read(phrase, here, otherwise)
        except Unread as unread:
            problems.append(str(unread))
    found = list(dict.fromkeys(found))
    if not found:
        raise Unclear(f"“{typed}” {problems[0]}. {EXAMPLE}")
    if len(found) > 1:
        readings = tuple(
            Reading(next(occurrences(each, zone, now)).at, in_words(each, now=now, zone=zone)) for each in found
        )
        ways = " or ".join(f"“{reading.words_used}”" for reading in readings)
        raise Unclear(f"“{typed}” can be read in more than one way: do you mean {ways}?", readings)
    return found[0]


def is_time(text: str, *, now: datetime, zone: str, locale: str | None = None) -> bool:
    """Tell whether the words are a time of day and nothing else, be it one that does not exist."""
    here = Here(text, now, zone, locale or "", Calendar(zone))
    for phrase in in_english(text, here.locale):
        try:
            times, rest = lift_time(phrase, here)
        except Unclear:
            return True
        if times is not None and not set(rest.split()) - {"at", "by", "and", "the"}:
            return True
    return False


def _read(phrase: str, here: Here, otherwise: time | None) -> list[Recurrence]:
    """List what the words may mean. Raises Unread."""
    if re.search(rf"\b{LENGTH}", phrase):
        raise Unread("says how long it lasts: that is said apart")
    if re.search(_OFTENER, phrase):
        raise Unread("is more often than once a day: set each time of day apart")
    if found := re.search(_TWICE_OR_HALF, phrase):
        unit = found[1] or found[2] or "year"
        raise Unread(f"can be read in two ways: say “every two {unit}s”, or the days if it is twice a {unit}")
    phrase = re.sub(r"\b(every|each) (?=morning|afternoon|evening)", r"\1 day ", phrase)
    phrase = re.sub(r"\bapart from\b", "except", phrase)
    clocks, rest = _clocks(phrase, here, otherwise)
    rest, since = _since(rest, here)
    rules = rules_of(one_way(rest))
    if not clocks:
        raise Unread("has no time of day yet: add one, for example “at 9:30”")
    return [_beginning(rule, at, since, here) for rule, at in product(rules, clocks)]


def _clocks(phrase: str, here: Here, otherwise: time | None) -> tuple[list[time], str]:
    try:
        times, rest = lift_time(phrase, here)
        again = lift_time(rest, here)[0] if times else None
    except Unclear:
        raise Unread("has no time of day that exists") from None
    if again:
        raise Unread("has more than one time of day: set each apart")
    if times is None:
        return [otherwise] if otherwise else [], rest
    if times.zones:
        raise Unread("names a zone of its own: say the time on your own clock")
    if not times.minutes or times.minutes[-1] - times.minutes[0] not in (0, 720):
        raise Unread("needs a time of day in figures: write “at 9:30”, or “at 00:00” for the beginning of the day")
    if 1440 in times.minutes:
        raise Unread("ends a day that is already the next: write “at 00:00” on that day or “at 23:59” on this one")
    return [time(*divmod(minutes, 60)) for minutes in times.minutes], rest


def _since(phrase: str, here: Here) -> tuple[str, date | None]:
    """Take the day that it begins on from the end of the words."""
    found = next(reversed(list(re.finditer(_SINCE, phrase))), None)
    if found is None:
        return phrase, None
    words = one_spelling(phrase[found.end() :])
    if words in ("today", "now"):
        return phrase[: found.start()], here.today
    try:
        full = by_calendar(re.sub(r"\b(?:the|of|on) ", "", words), here) if re.search(r"\d{4}", words) else None
        if full and full[1] and len(full[0]) == 1 and abs(full[0][0] - here.today) < FARTHEST:
            return phrase[: found.start()], full[0][0]
        at = deadline(words, now=here.now, zone=here.zone, locale=here.locale).at
    except Unclear:
        raise Unread(f"begins on “{words}”, which is not one day that I understand") from None
    return phrase[: found.start()], at.astimezone(ZoneInfo(here.zone)).date()


def _beginning(rule: Rule, at: time, since: date | None, here: Here) -> Recurrence:
    """Let it begin with the next time; an interval counts from the first day on or after `since`."""
    plain = Recurrence(written(replace(rule, every=1)), at, since or here.today)
    after = here.now if since is None else min(here.now, place(plain.start, time(), here.zone) - timedelta(seconds=1))
    anchor = Recurrence(written(rule), at, next(occurrences(plain, here.zone, after)).day)
    return replace(anchor, start=next(occurrences(anchor, here.zone, here.now)).day)
