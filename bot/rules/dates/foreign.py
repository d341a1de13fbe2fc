"""Dates in the language that a person's locale suggests, put into the English that the readers know.

One rule: a phrase is translated only when every word of it is known; a word with two meanings makes two phrases, and the
readers find out which of them names a day.
"""

from __future__ import annotations

import re
from itertools import product
from math import prod

from bot.rules.dates.lexicon import folded, words_of
from bot.rules.dates.vocabulary import MONTH, UNIT, WEEKDAY

_MANY = 24  # phrases to try; real ones have four at most
_PERIOD = r"week|month|quarter|year"
_CLOCK = r"(?:at )*(\d{1,2})(?: oclock)?"


def in_english(phrase: str, locale: str) -> tuple[str, ...]:
    """Put a phrase in one spelling into English, in each way that it can be meant; empty where a word is not known."""
    words = words_of(locale.replace("_", "-").casefold())
    if words is None:
        return ()
    plain = _spelled(phrase)
    found: list[tuple[str, ...]] = []
    at = 0
    while at < len(plain):
        match = words.pattern.match(plain, at)
        if match is None:
            return ()
        found.append(words.meanings.get(match[1], (match[1],)))
        if re.fullmatch(rf"{MONTH}|{WEEKDAY}", match[1]):  # “mar” is a French Tuesday and an English March
            found[-1] = (*found[-1], match[1])
        at = match.end()
    if prod(map(len, found)) > _MANY:
        return ()
    ways = [_arranged(" ".join(filter(None, way))) for way in product(*found)]
    if locale[:2] in ("fr", "es", "it", "pt"):  # “mardi 24” is a date there; a time of day would say so
        ways = [re.sub(rf"\b({WEEKDAY}) (\d{{1,2}})(?= at |$)", r"\1 \2th", way) for way in ways]
    for count, weeks in (("8", "1"), ("15", "2")):  # who counts both ends says eight days for a week, fifteen for two
        ways += [re.sub(rf"\b{count} days\b", f"{weeks} weeks", way) for way in ways]
    return tuple(dict.fromkeys(ways))


def _spelled(phrase: str) -> str:
    """Spell figures in the same way in every language: `14h30` and `14u30` with a colon, `20.`, `20e` and `1er` as `20th`."""
    plain = re.sub(r"(?<=[^\W\d])\.(?= |$)", "", folded(phrase))
    plain = re.sub(r"(?<=\d)[-.](?=[^\W\d])|(?<=[^\W\d])-(?=\d)", " ", plain)
    plain = re.sub(r"\b(\d{1,2}) ?[hu] ?(\d\d)\b", r"\1:\2", plain)
    plain = re.sub(r"\b(\d{1,2}) h\b", r"\1h", plain)
    plain = re.sub(r"(?<=\d)(?=(?:uhr|uur|u|ore)\b)", " ", plain)
    plain = re.sub(r"\b(\d{1,2})(?:(?:er|ere|e|eme|ste|de|o|a)\b|°)(?! feira)", r"\1th", plain)
    return re.sub(r"(?<![\w.])(\d{1,2})\.(?= |$)", r"\1th", plain)


def _arranged(way: str) -> str:
    """Put the words into the order, and the times of day into the form, of English."""
    way = re.sub(r"(?<=past|r to) (\d{1,2}) oclock", r" \1", way)
    way = re.sub(rf"\bhalfto {_CLOCK}\b", _half_to, way)
    for form, english in (
        (r"\b(\d{1,2}) hours and half\b", r"\1.5 hours"),
        (rf"\b{_CLOCK} and half\b", r"at \1:30"),
        (rf"\b{_CLOCK} and quarter\b", r"at \1:15"),
        (rf"\b{_CLOCK} less quarter\b", r"quarter to \1"),
        (r"\b(\d{1,2})[.:](\d\d) oclock\b", r"at \1:\2"),
        (r"\b(\d{1,2}) oclock (\d\d)\b", r"at \1:\2"),
        (r"\b(\d{1,2}) oclock\b", r"at \1"),
        (r"\b(?:at )+", "at "),
        (r"\bin (?!\d|half an|at )(?=\w)", ""),
        (rf"\bin (?=\d{{1,2}}(?:th)? (?:{MONTH})\b)", ""),
        (rf"\bthe (\d{{1,2}})(?= (?!{UNIT}|working|{_PERIOD})|$)", r"\1th"),
        (rf"\b({WEEKDAY}|{_PERIOD}) (next|this|last)\b(?! (?:{_PERIOD}))", r"\2 \1"),
    ):
        way = re.sub(form, english, way)
    return way.strip()


def _half_to(match: re.Match[str]) -> str:
    hour = int(match[1])
    return f"at {hour - 1 or 12}:30" if 1 <= hour <= 12 else match[0]
