"""The recurrence inside a line such as `steering every other tuesday at 14:00 for 1 h`.

One rule: a name stands beside the recurrence, or anywhere in quotation marks; where a word may belong to either, the line is
asked back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from enum import IntEnum
from functools import partial
from itertools import groupby

from bot.rules import Unclear
from bot.rules.cadence.foreign import in_english, known
from bot.rules.cadence.recurrence import Recurrence
from bot.rules.cadence.spelling import NUMBER, ORDINAL, UNIT
from bot.rules.cadence.typed import LENGTH, is_time, parse
from bot.rules.dates.vocabulary import MONTH, WEEKDAY, ZONE

LONGEST = 300  # letters
_QUOTED = r"[\"“„«]([^\"“”„«»]+)[\"”“»]"
_HINT = "If some of these words are its name, put the name in quotation marks: “monday review” mondays at 9:00."


class _Weight(IntEnum):
    """How surely a word belongs to a recurrence: never, beside others, perhaps, always."""

    NONE = 0
    LIGHT = 1
    PERHAPS = 2
    SURE = 3


_ALWAYS = (
    rf"every|each|everyday|(?:{WEEKDAY})s?|(?:bi-?)?(?:daily|weekly|monthly|yearly)|quarterly|annual(?:ly)?|fortnight(?:ly)?|hourly"
    r"|alternat(?:e|ing)|twice|weekdays?|workdays?|weekends?|noon|midday|midnight|[ap]\.?m\.?|o'?clock|hours?|@?(?!\d:\d$)\d\S*"
)
_MAYBE = (
    rf"(?:{UNIT})s?|{ORDINAL}|{NUMBER}|{MONTH}|final|other|single|times?|working|business|work|end|eo[mqy]|half(?:to)?|past|next|tomorrow"
    r"|morning|afternoon|evening|night|starting|beginning|once"
)
_BESIDE = r"the|of|on|at|by|in|and|&|\+|-|–|to|through|thru|until|till?|an?|per|or|but|not|from|since|as|except|excluding|without|apart|never|only|t/m|@"
# These go with the recurrence that they stand before; where the words after them are no part of it, they may still limit it.
_LEADING = re.compile(r"the|on|at|@|by|in|from|since|until|till|except|excluding|apart|not|never")
_LIMITING = re.compile(r"(?:from|since|starting|beginning|next)\b")
_ALWAYS_LIMITING = re.compile(
    r"\(?(?:until|till|except|excluding|apart|unless|without|not|never|no|minus|before|after)(?!\S)"
)
_ZONE = re.compile(rf"(?:{ZONE})(?!\S)")


@dataclass(frozen=True, slots=True, eq=False)
class _Word:
    """A word, or a run of them, as typed; `leads` where it goes with the recurrence that it stands before."""

    text: str
    weight: _Weight
    leads: bool = False
    quoted: bool = False


def lift(
    text: str, *, now: datetime, zone: str, locale: str | None = None, otherwise: time | None = None
) -> tuple[Recurrence, str]:
    """Take the recurrence out of a line; give it and the rest, such as a name and “for 1 h”.

    Raises Unclear as `parse` does; the words of its readings stand for the recurrence alone.
    """
    if len(text) > LONGEST:
        raise Unclear(f"That is too long for something that recurs. {_HINT}")
    read = partial(parse, now=now, zone=zone, locale=locale, otherwise=otherwise)
    runs = list(_runs(list(_words(text, locale or ""))))
    clocks = [
        run for run in runs if run.weight is _Weight.SURE and is_time(run.text, now=now, zone=zone, locale=locale)
    ]
    others = [run for run in runs if run.weight > _Weight.LIGHT and run not in clocks]
    mains = [run for run in others if run.weight is max(other.weight for other in others)]
    if not mains:
        return read(text), ""

    def joined(*chosen: _Word) -> str:
        return " ".join(run.text for run in runs if run in chosen or run in clocks)

    chosen = mains
    if len(mains) > 1:
        # “Weekly sync every tuesday”: the first word changes nothing, whether it belongs to the name or not.
        chosen = [
            run
            for run in mains
            if _reads(read, joined(run)) and _reads(read, joined(run)) == _reads(read, joined(*mains))
        ]
        if len(chosen) != 1:
            raise Unclear(f"“{joined(*mains)}” stands in parts that do not fit together. {_HINT}")
    try:
        found = read(joined(*chosen))
    except Unclear as unclear:
        if unclear.readings or len(runs) == 1:
            raise
        raise Unclear(f"{unclear} {_HINT}") from None
    left = [run for run in runs if run not in chosen and run not in clocks]
    for index, run in enumerate(runs):
        if run in left and not run.quoted and _limits(run, index > 0 and runs[index - 1] not in left, locale or ""):
            raise Unclear(f"“{run.text}” may limit when it recurs, and I cannot tell. {_HINT}")
    return found, " ".join(run.text for run in left).strip(" ,;:-–—")


def _limits(run: _Word, follows: bool, locale: str) -> bool:
    """Tell whether a run that is no part of the recurrence, but may follow it, says when it does not recur, or in which zone."""
    forms = [_ALWAYS_LIMITING, *[_LIMITING] * (run.weight > _Weight.LIGHT), *[_ZONE] * follows]
    return any(form.match(way) for form in forms for way in in_english(run.text.casefold(), locale))


def _reads(read: Callable[[str], Recurrence], phrase: str) -> Recurrence | None:
    try:
        return read(phrase)
    except Unclear:
        return None


def _words(text: str, locale: str) -> Iterator[_Word]:
    """Split a line into words; a quoted name and a length (“for 1 h”) are one word each, and no part of a recurrence."""
    typed = [
        (found[1] or found[0], bool(found[1]) or re.fullmatch(rf"(?i){LENGTH}", found[0]) is not None)
        for found in re.finditer(rf"{_QUOTED}|\b(?i:{LENGTH})|\S+", text)
    ]
    at = 0
    while at < len(typed):
        word, apart = typed[at]
        several = range(min(6, len(typed) - at), 0, -1)
        ahead = {count: " ".join(one for one, _ in typed[at : at + count]) for count in several}
        many = next((count for count, words in ahead.items() if known(words, locale)), 0)
        if apart:
            yield _Word(word.strip(), _Weight.NONE, quoted=True)
        elif many:
            weight = _weigh_all(known(ahead[many], locale))
            yield _Word(ahead[many], weight, leads=weight is _Weight.LIGHT)
        else:
            plain = word.casefold().strip(",;:.!()")
            ways = in_english(plain, locale)[1:]
            weight = max(_weigh(plain), *(_weigh_all(way) for way in ways), _Weight.NONE)
            yield _Word(word, weight, bool(ways) or _LEADING.fullmatch(plain) is not None)
        at += many or 1


def _weigh_all(way: str) -> _Weight:
    return max((_weigh(word) for word in way.split()), default=_Weight.LIGHT)


def _weigh(word: str) -> _Weight:
    # “mon-fri” and “9:30/14:00” are as sure as their parts.
    for weight, form in ((_Weight.SURE, _ALWAYS), (_Weight.PERHAPS, _MAYBE), (_Weight.LIGHT, _BESIDE)):
        if re.fullmatch(rf"(?:{form})(?:(?:-|–|/|&|,)(?:{form}))*", word):
            return weight
    return _Weight.NONE


def _runs(words: list[_Word]) -> Iterator[_Word]:
    """Put neighbours together that may be words of one recurrence, each run as heavy as its heaviest word."""
    for part, group in groupby(words, key=lambda word: word.weight is not _Weight.NONE):
        run = list(group)
        yield from _trimmed(run) if part else run


def _trimmed(run: list[_Word]) -> Iterator[_Word]:
    """Leave small words at its ends to the rest of the line, unless they lead into it."""
    heavy = [index for index, word in enumerate(run) if word.weight > _Weight.LIGHT]
    if not heavy:
        yield from run
        return
    first, last = heavy[0], heavy[-1]
    while first and run[first - 1].leads:
        first -= 1
    yield from run[:first]
    inside = run[first : last + 1]
    yield _Word(" ".join(word.text for word in inside), max(word.weight for word in inside))
    yield from run[last + 1 :]
