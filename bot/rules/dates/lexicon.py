"""The words of one language and what they are in English: the small ones from here, names from the date library.

One rule: the library is asked what things are called, and for no more: it guesses at whole phrases.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.rules.dates.languages import NOT_NAMES, WORDS
from bot.rules.dates.vocabulary import DATE_WORD, UNIT, ZONE
from bot.rules.worktime import DAY_NAMES

_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_UNITS = {"day": "days", "week": "week", "month": "month", "year": "year", "hour": "hours", "minute": "minutes"}
_DAYS = {"0 day ago": "today", "1 day ago": "yesterday", "in 1 day": "tomorrow", "in 2 day": "overmorrow"}
# Figures and the English of dates go through as they are.
_AS_IT_IS = rf"\d\S*|@\d\S*|(?!\w\b)(?:{DATE_WORD}|{UNIT})|at|of|the|[ap]m|{ZONE}|next|last|end"


@dataclass(frozen=True)
class Words:
    """Every word of a language folded, with its meanings, and a pattern that finds the longest one with the blank after it."""

    meanings: dict[str, tuple[str, ...]]
    pattern: re.Pattern[str]


def folded(text: str) -> str:
    """Spell without accents, and with blanks for the hyphens of compounds."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("’", "'").replace("ı", "i"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"(?<=[^\W\d])-(?=[^\W\d])", " ", plain)


@lru_cache(maxsize=64)
def words_of(locale: str) -> Words | None:
    """Collect the words of a locale such as `fr-ca`; None for English and for what the date library does not know."""
    language = locale.split("-")[0]
    names = _names(language) if language not in ("", "en") else []
    if not names:
        return None
    rows = [row.split(" = ") for row in WORDS.get(locale, WORDS.get(language, "")).splitlines() if row]
    small = [(english, word.strip()) for english, words in rows for word in words.split(",")]
    ours = {folded(word) for english, word in small if english[0] != "+"}
    meanings: dict[str, list[str]] = {}
    for english, word in (*_left(names, ours, NOT_NAMES.get(language, ())), *_spread(small, names)):
        for spelling in _spellings(word, language):
            known = meanings.setdefault(spelling, [])
            if english not in known:
                known.append(english)
    either = "|".join(map(re.escape, sorted(meanings, key=len, reverse=True)))
    pattern = re.compile(rf"((?:{either})(?:(?<=')|(?= |$))|(?:{_AS_IT_IS})(?= |$)) ?")
    return Words({word: tuple(english) for word, english in meanings.items()}, pattern)


def _names(language: str) -> list[tuple[str, str]]:
    """What months, weekdays, units and days are called, each behind its English."""
    from dateparser.languages.loader import default_loader

    try:
        info = default_loader.get_locale(language).info
    except ValueError:  # a language it does not know
        return []
    wanted = {name: name for name in (*DAY_NAMES, *_MONTH_NAMES)} | _UNITS
    if language not in WORDS:
        wanted["in"] = "in"
    relative = info.get("relative-type", {})
    names = [(english, word) for key, english in wanted.items() for word in info.get(key, ())]
    return names + [(english, word) for key, english in _DAYS.items() for word in relative.get(key, ())]


def _left(names: list[tuple[str, str]], ours: set[str], not_names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The names that are safe to take: no single letters, and no days of ours."""
    for english, word in names:
        plain = folded(word.strip())
        if len(plain) > 1 and plain not in not_names and not (english in _DAYS.values() and plain in ours):
            yield english, word


def _spread(small: list[tuple[str, str]], names: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The small words, with compounds such as Freitagabend made of their two parts."""
    days = [(english, word) for english, word in names if english in (*DAY_NAMES, "tomorrow") and len(word) > 4]
    for english, word in small:
        if english.startswith("+"):
            yield from ((f"{day} {english[1:]}", f"{name}{gap}{word}") for day, name in days for gap in ("", " "))
        else:
            yield "" if english == "-" else english, word


def _spellings(word: str, language: str) -> set[str]:
    plain = folded(word.strip())
    if language != "de":
        return {plain}
    return {plain, folded(word.strip().casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue"))}
