"""The words that deadlines are made of.

One rule: every spelling of the same thing becomes one spelling here, so that the readers know one only.
"""

from __future__ import annotations

import re
import unicodedata

from bot.rules.worktime import DAY_NAMES

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?"
)
WEEKDAY = r"mon(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
COUNT = rf"\d{{1,3}}|an?|a couple|couple|{'|'.join(COUNTS)}"
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_NTHS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
# What is longer than COUNTS and ORDINALS, in figures.
_SPELLED = (
    {word: str(13 + index) for index, word in enumerate(_TEENS)}
    | {f"{word}th": f"{13 + index}th" for index, word in enumerate(_TEENS)}
    | {
        f"{word}th": f"{6 + index}th"
        for index, word in enumerate(("six", "seven", "eigh", "nin", "ten", "eleven", "twelf"))
    }
    | {ten: f"{20 + 10 * index}" for index, ten in enumerate(_TENS)}
    | {f"{ten[:-1]}ieth": f"{20 + 10 * index}th" for index, ten in enumerate(_TENS)}
    | {f"{ten} {one}": f"{20 + 10 * i + 1 + j}" for i, ten in enumerate(_TENS) for j, one in enumerate(COUNTS[1:10])}
    | {f"{ten} {nth}": f"{20 + 10 * i + 1 + j}th" for i, ten in enumerate(_TENS) for j, nth in enumerate(_NTHS)}
)
_SPELLED_OUT = re.compile(rf"\b({'|'.join(sorted(_SPELLED, key=len, reverse=True)).replace(' ', '[ -]')})\b")
ORDINALS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
}
ORDINAL = rf"{'|'.join(ORDINALS)}|last|final"
WORKDAYS = r"(?:working|business|work)[ -]?days?|weekdays?"
DAYS = rf"{WORKDAYS}|days?|d|weeks?|wks?|w|fortnights?|months?|quarters?|years?"
UNIT = rf"{DAYS}|(?:working |business )?hours?|hrs?|h|minutes?|mins?|m"
# A place's clock and, where the letters name one half of its year, that offset; letters of several places are all of them.
ZONES = {
    "utc": ("UTC",),
    "gmt": ("UTC",),
    "bst": ("Europe/London", "Etc/GMT-1"),
    "cet": ("Europe/Berlin", "Etc/GMT-1"),
    "cest": ("Europe/Berlin", "Etc/GMT-2"),
    "eet": ("Europe/Athens", "Etc/GMT-2"),
    "eest": ("Europe/Athens", "Etc/GMT-3"),
    "ist": ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"),
    "sgt": ("Asia/Singapore",),
    "jst": ("Asia/Tokyo",),
    "aest": ("Australia/Sydney", "Etc/GMT-10"),
    "aedt": ("Australia/Sydney", "Etc/GMT-11"),
    "et": ("America/New_York",),
    "est": ("America/New_York", "Etc/GMT+5"),
    "edt": ("America/New_York", "Etc/GMT+4"),
    "ct": ("America/Chicago",),
    "cst": ("America/Chicago", "Etc/GMT+6", "Asia/Shanghai"),
    "cdt": ("America/Chicago", "Etc/GMT+5"),
    "mt": ("America/Denver",),
    "mst": ("America/Denver", "Etc/GMT+7"),
    "mdt": ("America/Denver", "Etc/GMT+6"),
    "pt": ("America/Los_Angeles",),
    "pst": ("America/Los_Angeles", "Etc/GMT+8"),
    "pdt": ("America/Los_Angeles", "Etc/GMT+7"),
}
ZONE = "|".join(ZONES)
END_OF_DAY = (
    r"eod|cob|eob|(?:end|close) (?:of )?(?:(?:the|working|work|business) )*day|(?:end|close) of (?:business|play)"
)
DATE_WORD = (
    rf"{MONTH}|{WEEKDAY}|today|tonight|tomorrow|tmrw|tmr|tmw|overmorrow|yesterday|now|asap|noon|midday|midnight|morning"
    rf"|afternoon|evening|weekend|eo[wmqy]|{END_OF_DAY}|(?:week|month|quarter|year)(?:'s)? end|q[1-4]"
)
LEADING = (
    r"in|within|next|this|coming|last|first|second|third|fourth|fifth|end|start|beginning|middle|close|half|quarter"
    r"|every|before|after"
)
FIGURES = r"\d{1,4}(?:[:./h-]\d{1,4})*(?:t[\d:.]+\S*)?\s?(?:h|am|pm|st|nd|rd|th|\.|o'?clock)?"


def one_spelling(text: str) -> str:
    """Spell what means the same in the same way."""
    plain = unicodedata.normalize("NFKC", " ".join(text.split())).casefold().replace("’", "'")
    plain = re.sub(r"[–—]", "-", plain).replace(",", " ")
    plain = re.sub(r"\b([ap])\. ?m\b\.?", r"\1m", plain)
    plain = re.sub(r"[!?]+$|(?<=[^\W\d])\.$", "", plain.strip())
    plain = re.sub(r"(?<=[^\W\d])\.(?= )", "", plain)
    plain = _SPELLED_OUT.sub(lambda match: _SPELLED[match[1].replace("-", " ")], plain)
    plain = re.sub(r"\b(week|month|quarter|year)-end\b", r"\1 end", plain)
    plain = re.sub(rf"\b(in|within) (?:the )?next (?=(?:{COUNT})\b)", r"\1 ", plain)
    plain = re.sub(rf"\b({'|'.join(ORDINALS)}) quarter\b", lambda match: f"q{ORDINALS[match[1]]}", plain)
    plain = re.sub(r"\b(?:the )?day after tomorrow\b", "overmorrow", plain)
    plain = re.sub(r"\btonight\b", "today night", plain)
    plain = re.sub(r"\bthis (?=morning|afternoon|evening)", "today ", plain)
    plain = re.sub(r"\b(?:tmrw|tmr|tmw|tom+or+ow+)\b", "tomorrow", plain)
    plain = re.sub(r"\bwe(?:nd|n|dn|nde)sday", "wednesday", plain)
    plain = re.sub(r" (?:(?:at the|the) )?latest$", "", plain)
    plain = re.sub(r"^(?:(?:by|on|until|till|due|no later than|not later than)\s+)+", "", plain)
    return " ".join(plain.split())


def number(word: str) -> int:
    """Read a word of `COUNT`."""
    if word.isdigit():
        return int(word)
    return COUNTS.index(word) if word in COUNTS else 2 if "couple" in word else 1


def weekday_of(word: str) -> int:
    """Read a word of `WEEKDAY`, Monday as 0."""
    return next(index for index, name in enumerate(DAY_NAMES) if name[:3] == word[:3])
