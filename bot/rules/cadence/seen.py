"""What the words of a recurrence say, one thing after another: how often, which weekdays, which days of which months.

One rule: each reader takes its own words out of the phrase; whatever word is left over was not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.rules.cadence.rule import CODES, WORKDAYS
from bot.rules.cadence.spelling import CODE, MONTHS, NTH, NUMBER, ORDINAL, UNIT, count_of
from bot.rules.dates.vocabulary import MONTH
from bot.rules.dates.vocabulary import MONTHS as MONTH_NAMES

EXAMPLE = "Try “weekdays at 9:30”, “every other tuesday at 14:00” or “last friday of the month at noon”."
_FILLERS = frozenset({"of", "on", "in", "by", "and", "a", "every", "only"})


class Unread(ValueError):
    """Says why words name no recurrence, to be put after them."""


@dataclass
class Seen:
    """What the words of a phrase said, taken out of it one after another."""

    rest: str
    every: int = 0  # how often, of `unit`; 0 where the words do not say
    unit: str = ""
    times: int = 0  # “twice a week”
    period: str = ""
    weekdays: set[int] = field(default_factory=set)
    except_for: set[int] = field(default_factory=set)
    nth: list[int] = field(default_factory=list)
    of: str = ""  # what the nth are: a weekday's code, `workday` or `day`
    days: set[int] = field(default_factory=set)
    months: set[int] = field(default_factory=set)
    recurs: bool = False  # “every”

    def take(self, pattern: str) -> re.Match[str] | None:
        """Take the first words of that form out of the rest."""
        found = re.search(pattern, self.rest)
        if found:
            self.rest = " ".join(f"{self.rest[: found.start()]} {self.rest[found.end() :]}".split())
        return found


def see(phrase: str) -> Seen:
    """Read words in one spelling. Raises Unread."""
    seen = Seen(phrase)
    _how_often(seen)
    _how_many_times(seen)
    _nth(seen)
    _dates(seen)
    _weekdays(seen)
    left = [word for word in seen.rest.split() if word not in _FILLERS]
    if any(word.isdigit() for word in left):
        raise Unread(
            f"has a number (“{' '.join(left)}”) that may be a time or a date: write one time of day, as in “at 9:00”"
        )
    if left:
        raise Unread(f"has words that I do not understand as a recurrence (“{' '.join(left).casefold()}”)")
    if bool(seen.nth) + bool(seen.days) + bool(seen.weekdays) > 1:
        raise Unread("names its days in two ways: set each apart")
    return seen


def _how_often(seen: Seen) -> None:
    seen.recurs = "every" in seen.rest.split()
    if found := seen.take(rf"\bevery (?:(other|{NUMBER}|{NTH}) )?({UNIT})\b(?! of)"):
        word = found[1] or "one"
        seen.every, seen.unit = 2 if word == "other" else count_of(word), found[2]
    elif found := seen.take(rf"\bevery other ({CODE})\b"):
        if re.search(rf"\b(?:{CODE}|workday)\b", seen.rest):
            raise Unread("may mean every other one of the first day alone: say “every 2 weeks on …”, or set each apart")
        seen.every, seen.unit, seen.weekdays = 2, "week", {CODES.index(found[1])}
    if seen.unit and not 1 <= seen.every <= 60:
        raise Unread("counts in steps that I cannot keep: use 1 to 60")
    if found := seen.take(r"\b(?:of |in )?(month|quarter|year)\b"):
        seen.period = found[1]
        if seen.unit and found[1] != seen.unit:
            raise Unread("names two periods")


def _how_many_times(seen: Seen) -> None:
    if found := seen.take(rf"\b(?:(twice)|({NUMBER}) times) (?:a|every)\b(?: ({UNIT}))?"):
        seen.times = 2 if found[1] else count_of(found[2])
        unit = found[3] or seen.period or seen.unit
        if not unit or (seen.unit and (seen.unit, seen.every) != (unit, 1)):
            raise Unread("does not say on which days")
        seen.every, seen.unit, seen.period = 1, unit, ""


def _nth(seen: Seen) -> None:
    if re.search(rf"\b(?:{NTH})(?: to)? last\b", seen.rest):
        raise Unread("counts from the end: only the last one can be named")
    several = rf"(?:{ORDINAL})(?:(?: and)? (?:{ORDINAL}))*"
    found = seen.take(rf"\b(every )?({several}) ({CODE}|workday|day)\b")
    if found:
        seen.nth, seen.of = [count_of(word) for word in re.findall(ORDINAL, found[2])], found[3]
        seen.recurs = seen.recurs or bool(found[1])
        if found[1] and found[3] in ("workday", "day") and seen.nth[0] in (2, 3, 4):
            raise Unread(
                "may count the days of the month or skip days between: leave “every” out, or say “every 2 days”"
            )
        if found[1] and not (seen.unit or seen.period or re.search(MONTHS, seen.rest)):
            seen.period = "every"


def _dates(seen: Seen) -> None:
    numbers = set()
    while found := seen.take(
        rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({MONTH})|({MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?)\b\.?"
    ):
        numbers.add(int(found[1] or found[4]))
        seen.months.add(_month(found[2] or found[3]))
    if len(numbers) > 1:
        raise Unread("names different days of different months: set each apart")
    while found := seen.take(MONTHS):
        seen.months.add(_month(found[1]))
    while found := seen.take(r"\b(?:(\d{1,2})(?:st|nd|rd|th)|day (\d{1,2})|(first))\b"):
        numbers.add(count_of(found[1] or found[2] or found[3]))
    if seen.of == "day":
        numbers, seen.nth = numbers | set(seen.nth), []
    seen.days = numbers


def _month(word: str) -> int:
    return MONTH_NAMES.index(word[:3]) + 1


def _weekdays(seen: Seen) -> None:
    if found := seen.take(
        rf"\b(?:except|but|excluding|without|apart from)(?: for| not)?(?: on)?(?: every)?((?: (?:and |or )?(?:{CODE}))+)\b"
    ):
        seen.except_for = {CODES.index(code) for code in re.findall(CODE, found[1])}
    all_week = seen.take(r"\bworkday\b") is not None
    while found := seen.take(rf"\b({CODE})\b"):
        seen.weekdays.add(CODES.index(found[1]))
    if all_week:
        if seen.weekdays & set(WORKDAYS):
            raise Unread("says every working day and names some of them")
        seen.weekdays |= set(WORKDAYS)
    if seen.except_for:
        if seen.unit == "day" and seen.every == 1 and not seen.weekdays:
            seen.weekdays, seen.every, seen.unit = set(range(7)), 0, ""
        if not seen.except_for < seen.weekdays:
            raise Unread("leaves out a day that it does not have, or all of them")
        seen.weekdays -= seen.except_for
