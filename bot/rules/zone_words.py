"""The time zone that is named in a line such as `tuesdays at 14:00 Tokyo time`.

One rule: a zone is taken only where it is named as one (before “time”, after a time of day, or by its full name); an abbreviation is
asked back, for it does not say when clocks change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.rules import Unclear
from bot.rules.worktime.zone import parse_zone, zones

_QUOTED = re.compile(r"[\"“„«][^\"“”„«»]*[\"”“»]")
_TIME = re.compile(r"(?i)(?<!\w)time(?!\w)")
_FULL = re.compile(r"(?i)(?<![\w/])(?:in )?([a-z]+(?:/[a-z_\-]+){1,2})(?: time)?(?![\w/])")
_SHORT = re.compile(
    r"(?<!\w)(?:in )?(UTC|GMT|[ECMP][SD]T|AK[SD]T|A[CEW]?[SD]T|HST|NZ[SD]T|CES?T|EES?T|WET|[BIJK]ST|MSK|SGT|HKT)(?: time)?(?!\w)"
)
_AFTER_CLOCK = re.compile(r"(?i)(?:\d\d?[:.h]\d\d|\d ?[ap]\.?m\.?|\d|noon|midday|midnight)\s+in\s+(?=\w)")
_WORDS = 3
"""A city has so many words at most."""


def lift_zone(text: str, known: Mapping[str, str]) -> tuple[str, str]:
    """Take the zone out of a line; give it (empty where none is named) and the rest. Raises Unclear.

    `known` are the zones of those who may be named instead of a city, by their names in small letters: `contoso`, `our`.
    """
    plain = _QUOTED.sub(lambda found: "\0" * len(found[0]), text)
    for found in _FULL.finditer(plain):
        if found[1].casefold() in {each.casefold() for each in zones()}:
            return parse_zone(found[1]), _without(text, found.start(), found.end())
    if short := _SHORT.search(plain):
        return parse_zone(short[1]), _without(text, short.start(), short.end())
    for word in _TIME.finditer(plain):
        before = list(re.finditer(r"[^\s,;()\0]+", plain[: word.start()]))[-_WORDS:]
        for index in range(len(before)):
            if zone := _zone(plain[before[index].start() : word.start()], known):
                start = _from_in(plain, before[index].start())
                return zone, _without(text, start, word.end())
    for clock in _AFTER_CLOCK.finditer(plain):
        after = list(re.finditer(r"[^\s,;()\0]+", plain[clock.end() :]))[:_WORDS]
        for last in reversed(after):
            end = clock.end() + last.end()
            if zone := _zone(plain[clock.end() : end], known):
                return zone, _without(text, _from_in(plain, clock.end()), end)
    return "", text


def _zone(words: str, known: Mapping[str, str]) -> str:
    name = re.sub(r"[’']s?$", "", words.strip().casefold())
    if name in known:
        return known[name]
    try:
        return parse_zone(words)
    except Unclear:
        return ""


def _from_in(plain: str, start: int) -> int:
    """Where it begins, with the “in” before it."""
    found = re.search(r"(?i)(?<!\w)in\s+$", plain[:start])
    return found.start() if found else start


def _without(text: str, start: int, end: int) -> str:
    return " ".join(f"{text[:start].rstrip(' ,;(')} {text[end:].lstrip(' ,;)')}".split())
