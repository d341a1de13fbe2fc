"""The words that recurrences are made of.

One rule: every spelling of the same thing becomes one spelling here; weekdays become their codes, `MO` to `SU`, and a working
day `workday`, so that the reader knows one only.
"""

from __future__ import annotations

import re

from bot.rules.cadence.rule import CODES
from bot.rules.cadence.worded import LEAP, ORDINALS, SHORTER
from bot.rules.dates.vocabulary import COUNTS, MONTH, WEEKDAY, one_spelling, weekday_of

CODE = "|".join(CODES)
UNIT = "day|week|month|quarter|year"
NUMBER = rf"\d{{1,3}}|{'|'.join(COUNTS)}"
NTH = rf"\d{{1,2}}(?:st|nd|rd|th)|{'|'.join(ORDINALS)}"
ORDINAL = rf"{NTH}|last"
MONTHS = rf"\b({MONTH})\b\.?"

_SPELLINGS = (
    (re.escape(SHORTER), "of month"),
    (re.escape(LEAP.casefold()), ""),
    (r"(?<!\d)/|/(?!\d)|[&+;]", " and "),
    (r"\bthe\b|:(?!\d)", " "),
    (r"\beach\b|\bevery single\b|\ball(?= (?:work|business|week))", "every"),
    (r"\b(?:once|one time) (?:an?|per|in a|every)\b|\bper(?= (?:week|month|quarter|year))", "every"),
    (r"\b(?:working|work|business|week)[- ]?days?\b", "workday"),
    (r"\b(?:month[- ]end|eom|end (?:of )?(?:every )?month)\b", "last day of month"),
    (r"\b(?:quarter[- ]end|eoq|end (?:of )?(?:every )?quarter)\b", "last day of quarter"),
    (r"\b(?:year[- ]end|eoy|end (?:of )?(?:every )?year)\b", "last day of year"),
    (r"\b(?:half[- ]yearly|semi-?annual(?:ly)?|every half[- ]year)\b", "every 6 month"),
    (r"\beveryday\b|\bdaily\b", "every day"),
    (r"\b(except|excluding|without|apart from|but)( not)?( on| at| for)? weekends?\b", r"\1 saturday and sunday"),
    (r"\bweekly\b", "every week"),
    (r"\bmonthly\b", "every month"),
    (r"\bquarterly\b", "every quarter"),
    (r"\b(?:yearly|annually|annual)\b", "every year"),
    (r"\b(?:(?:every|once a) )?fortnight(?:ly)?\b", "every 2 week"),
    (r"\b(?:every )?alternat(?:e|ing)\b", "every other"),
    (r"\bfinal\b", "last"),
    (rf"\b({UNIT})s\b", r"\1"),
)


def one_way(text: str) -> str:
    """Spell what means the same in the same way."""
    plain = one_spelling(text)
    for form, spelled in _SPELLINGS:
        plain = re.sub(form, spelled, plain)
    plain = re.sub(rf"\b({WEEKDAY})(s?)\b\.?", _coded, plain)
    plain = re.sub(r"\b(every other|every|and) every\b", r"\1", plain)
    either_end = rf"\b(?:from )?({CODE}) ?(?:-|\bto\b|\bthrough\b|\bthru\b|\btill?\b|\buntil\b) ?({CODE})\b"
    plain = re.sub(either_end, _range, " ".join(plain.split()))
    return re.sub(r"\bevery every\b", "every", plain)


def count_of(word: str) -> int:
    """Read a word of `NUMBER` or `ORDINAL`; -1 is the last."""
    if word == "last":
        return -1
    if word in COUNTS or word in ORDINALS:
        return COUNTS.index(word) if word in COUNTS else ORDINALS.index(word) + 1
    return int(re.sub(r"\D", "", word))


def _coded(found: re.Match[str]) -> str:
    return ("every " if found[2] and found[1].endswith("day") else "") + CODES[weekday_of(found[1])]


def _range(found: re.Match[str]) -> str:
    first, last = CODES.index(found[1]), CODES.index(found[2])
    return " ".join(CODES[(first + step) % 7] for step in range((last - first) % 7 + 1))
