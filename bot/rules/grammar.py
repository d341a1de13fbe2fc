"""What people type after a command, split into what is said and what is asked for.

One rule: a word that may belong to the sentence stays in the sentence; only a clause that cannot be meant otherwise is
lifted out of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.inbound import Mention, Words
from bot.rules.dates import LONGEST, looks_like_date


@dataclass(frozen=True, slots=True)
class Wish:
    """An escalation as typed: `by` is a day or time still to be read, `to` a level, a person or a name."""

    text: str
    by: str | None = None
    to: int | Mention | str | None = None
    high: bool = False


@dataclass(frozen=True, slots=True)
class Cheer:
    """A celebration as typed: `people` were picked, `names` only typed with an @ before them."""

    people: tuple[Mention, ...]
    names: tuple[str, ...]
    why: str
    milestone: str | None = None
    private: bool = False


def nearest(word: str, known: Sequence[str]) -> str | None:
    """Suggest the known word that a slip of the fingers may have meant."""
    close = get_close_matches(word[:40].casefold(), known, 1, 0.6)
    return close[0] if close else None


def tidy(text: str) -> str:
    """Take control characters and the blanks at both ends away; line breaks, accents, emoji and writing directions stay."""
    return printable(text).strip()


def printable(text: str) -> str:
    """Take control characters and halves of letters away; every blank stays."""
    if text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in lines if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs"))


def text_of(words: Words) -> str:
    """Write the words as one text, with people as `@Name`."""
    return tidy("".join(word if isinstance(word, str) else f"@{word.profile.name}" for word in words))


def cut(words: Words, count: int) -> Words:
    """Leave the first words out, such as the name of a subcommand; a person counts as one word."""
    left = list(words)
    while left and count > 0:
        first = left.pop(0)
        if isinstance(first, str) and (rest := "".join(first.split(maxsplit=1)[1:])):
            left.insert(0, rest)
        count -= isinstance(first, Mention) or bool(first.strip())
    if left and isinstance(left[0], str):
        left[0] = left[0].lstrip()
    return tuple(left)


# A person inside the one string that the patterns below look at: control characters cannot be typed into it.
_PERSON = r"\x02(\d+)\x03"


@dataclass(frozen=True, slots=True)
class _Line:
    """The words as one string, with the people numbered."""

    text: str
    people: tuple[Mention, ...]

    def shown(self, part: str) -> str:
        return tidy(re.sub(_PERSON, lambda found: f"@{self.people[int(found[1])].profile.name}", part))


def _line(words: Words) -> _Line:
    people = tuple(word for word in words if isinstance(word, Mention))
    numbers = iter(range(len(people)))
    parts = (printable(word) if isinstance(word, str) else f"\x02{next(numbers)}\x03" for word in words)
    return _Line("".join(parts).strip(), people)


def _flag(text: str, flag: str) -> tuple[str, bool]:
    """Take a flag such as `!high` out, wherever it stands."""
    found = re.search(rf"(?i)(?:^|(?<=\s))!{flag}(?:[ \t]+|(?=\s)|$)", text)
    return (f"{text[: found.start()]}{text[found.end() :]}".strip(), True) if found else (text, False)


_TO = rf"to[ \t]+(?:(?:the[ \t]+)?(leaders)|level[ \t]*([1-9])|l([1-9])|{_PERSON})"
_TO_AT_START = re.compile(rf"(?i){_TO}(?=\s)")
_TO_AT_END = re.compile(rf"(?i)(?:^|(?<=\s)){_TO}\.?$")
_NAME = r"to[ \t]+@([^\s@\x02]+(?:[ \t]+[^\s@\x02]+){0,2})"  # three words at most, and few enough to try each
_NAME_AT_START = re.compile(rf"(?i){_NAME}(?=\s)")
_NAME_AT_END = re.compile(rf"(?i)(?:^|(?<=\s)){_NAME}$")
_BY_AT_END = re.compile(r"(?i)(?:^|(?<=\s))by[ \t]+((?:(?!\bby\b)[^\n\x02])+)$")


def escalation_wish(words: Words, known: Callable[[str], bool] = lambda name: False, locale: str | None = None) -> Wish:
    """Read `what is wrong [by <date>] [to <level or @person>] [!high]`; the clauses may come in any order.

    A person is picked, or typed after an @ with a name that is `known`; any other @ stays in the sentence. Dates may be in the
    language of the `locale`.
    """
    line = _line(words)
    text, high = _flag(line.text, "high")
    to: int | Mention | str | None = None
    by: str | None = None
    if first := _TO_AT_START.match(text):
        to, text = _addressed(first, line), text[first.end() :].lstrip()
    elif (first := _NAME_AT_START.match(text)) and (name := _name_before(first[1], known)):
        to, text = name, text[first.start(1) + len(name) :].lstrip()
    while True:
        near = max(0, len(text) - 4 * LONGEST)
        if to is None and (last := _TO_AT_END.search(text, near)):
            to = _addressed(last, line)
        elif to is None and (last := _NAME_AT_END.search(text, near)) and known(last[1].rstrip(".")):
            to = last[1].rstrip(".")
        elif by is None and (last := _BY_AT_END.search(text, near)) and _is_date(last[1], locale):
            by = tidy(last[1])
        else:
            break
        text = text[: last.start()].rstrip()
    return Wish(line.shown(text), by, to, high)


def addressed_at_end(text: str) -> str | None:
    """The name in a `to @name` that ends the sentence, whoever that is; None where it does not end so."""
    found = re.search(r"(?i)(?:^|\s)to[ \t]+@([^\s@]+?)\.?$", text[-4 * LONGEST :])
    return found[1] if found else None


def _name_before(words: str, known: Callable[[str], bool]) -> str | None:
    """The longest beginning of these words that is somebody's name."""
    ends = [found.end() for found in re.finditer(r"\S+", words)]
    return next((words[:end] for end in reversed(ends) if known(words[:end])), None)


def _is_date(phrase: str, locale: str | None) -> bool:
    return len(phrase) <= LONGEST and looks_like_date(phrase, locale)


def _addressed(found: re.Match[str], line: _Line) -> int | Mention:
    if found[4]:
        return line.people[int(found[4])]
    return 2 if found[1] else int(found[2] or found[3])


_HEAD = rf"(?:{_PERSON}|@[\w.\-]*\w|\band\b|[&,:+\s])*"


def celebration_wish(words: Words) -> Cheer:
    """Read `@people [for] why [for milestone <name>] [!private]`."""
    line = _line(words)
    text, private = _flag(line.text, "private")
    milestone = None
    if named := re.search(r"(?i)(?:^|\s)for (?:the )?milestone[: ]+(\S[^\n]*)$", text):
        milestone, text = line.shown(named[1]), text[: named.start()].rstrip()

    reason = re.search(r"(?i)(?:^|\s)for\s", text)
    head = text[: reason.start()] if reason else text
    people = tuple(line.people[int(number)] for number in re.findall(_PERSON, head))
    names = tuple(re.findall(r"(?<!\S)@([\w.\-]*\w)", head))

    start = re.match(_HEAD, text)
    why = text[start.end() :] if start and ("@" in start[0] or "\x02" in start[0]) else text
    why = re.sub(r"(?i)^for\s+", "", why)
    return Cheer(tuple(dict.fromkeys(people)), tuple(dict.fromkeys(names)), line.shown(why), milestone, private)
