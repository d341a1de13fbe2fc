"""Celebrations: who can be celebrated, who hears of it, and what can still be changed.

One rule: praise reaches a person only in the way that they chose. Who likes it private is not named in the rooms; who wants
none is neither named nor told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.naming import folded, matches
from bot.words import Key, Praise

LEAST, MOST = 20, 2000  # characters of the reason
EDITABLE = timedelta(minutes=15)

Receiver = int | Key  # a member, or everybody on a side


@dataclass(frozen=True, slots=True)
class Wish:
    """A celebration as it is wanted: for whom and why."""

    receivers: tuple[Receiver, ...]
    why: str
    milestone: bool = False
    public: bool = True

    @property
    def members(self) -> tuple[int, ...]:
        return tuple(each for each in self.receivers if not isinstance(each, Key))

    @property
    def sides(self) -> tuple[Key, ...]:
        return tuple(each for each in self.receivers if isinstance(each, Key))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member as praise sees them; `here` is false for those who left."""

    member: int
    side: Key
    praise: Praise = Praise.PUBLIC
    here: bool = True


@dataclass(frozen=True, slots=True)
class Audience:
    """What becomes of a celebration. `named` and `sides` are shown in the rooms, `told` hear of it directly, `discreet` are
    told and were left out of the rooms by their own choice, `silent` want no praise."""

    named: tuple[int, ...] = ()
    sides: tuple[Key, ...] = ()
    told: tuple[int, ...] = ()
    discreet: tuple[int, ...] = ()
    silent: tuple[int, ...] = ()

    @property
    def in_rooms(self) -> bool:
        return bool(self.named or self.sides)


def audience(wish: Wish, giver: int, everybody: Iterable[Candidate]) -> Audience:
    """Tell who is named, who is told and who is spared. Of a whole side only the side is named, so no choice of a person shows."""
    known = {each.member: each for each in everybody}
    receivers = [known[member] for member in wish.members if member in known]
    public = [each for each in receivers if wish.public and each.praise is Praise.PUBLIC]
    along = [each for each in known.values() if each.side in wish.sides and each.member != giver]
    told = [each.member for each in (*receivers, *along) if each.here and each.praise is not Praise.NONE]
    return Audience(
        named=tuple(each.member for each in public),
        sides=wish.sides if wish.public else (),
        told=tuple(dict.fromkeys(told)),
        discreet=tuple(each.member for each in receivers if wish.public and each.praise is Praise.PRIVATE),
        silent=tuple(each.member for each in receivers if each.praise is Praise.NONE),
    )


def is_for(wish: Wish, giver: int, member: int, side: Key) -> bool:
    """Tell whether a celebration is for that member, by name or with their whole side."""
    return member in wish.members or (side in wish.sides and member != giver)


def trouble_with(why: str) -> str | None:
    """Say what is wrong with a reason; None when all is well."""
    length = len(" ".join(why.split()))
    if not length:
        return f"Say what it is for, in {LEAST} characters or more."
    if length < LEAST:
        return f"Say a little more about what it is for: {LEAST} characters or more, and so far it is {length}."
    if len(why) > MOST:
        return f"Say it in {MOST:,} characters at most; it is {len(why):,} now."
    return None


def can_change(given_at: datetime, now: datetime) -> bool:
    """Tell whether the giver can still change it."""
    return now - given_at <= EDITABLE


# As people type them -------------------------------------------------------------------------------------------------


def spelled(text: str, names: Collection[str]) -> str:
    """Write each full name that was typed after an @ as one word, so that it is read as one: `@Ana Silva` as `@Ana.Silva`."""
    known = {folded(name) for name in names if len(folded(name).split()) > 1}
    longest = max((len(name.split()) for name in known), default=0)
    pieces = re.split(r"((?:(?<=\s)|^)@)", unicodedata.normalize("NFC", text))
    for index in range(2, len(pieces), 2):
        words = re.findall(r"\s*\S+", pieces[index][:200])
        for count in range(min(longest, len(words)), 1, -1):
            name = "".join(words[:count])
            bare = name.rstrip(".,;:!")
            if folded(bare) in known:
                pieces[index] = re.sub(r"\W+", ".", bare) + pieces[index][len(bare) :]
                break
    return "".join(pieces)


_ALL = re.compile(r"(?i)(?:(?:all|everybody|everyone)\s+(?:at|of|from|in)|the\s+whole(?:\s+of)?)\s+")

_FOR = re.compile(r"(?i)(?<!\S)for(?=\s)")

_ENDS = re.compile(r"(?i)\s*(?:$|[,:])|\s+(?:for\s|@|!private\b|(?:and|&)\s*(?:@|$))")


def addressed(text: str, organisations: Collection[str]) -> str:
    """Write an organisation that the words begin with as if typed after an @: `Northwind for …`, `everybody at Northwind …`."""
    known = {folded(name) for name in organisations}
    whole = _ALL.match(text.lstrip())
    rest = text.lstrip()[whole.end() :] if whole else text.lstrip()
    words = re.findall(r"\s*\S+", rest[:200])
    for count in range(min(max((len(name.split()) for name in known), default=0), len(words)), 0, -1):
        name = "".join(words[:count]).rstrip(".,;:!")
        behind = rest[len(name) :]
        if folded(name) in known and (whole or _ENDS.match(behind)):
            return f"@{name.lstrip('@')}{behind}"
    return text


def meant(typed: str, members: Mapping[int, str], sides: Mapping[Key, str]) -> list[Receiver]:
    """Find the members and the sides that a typed name may mean; two of one name are both given."""
    keys = dict(enumerate(sides, start=1))
    found = matches(typed, {**members, **{-number: sides[key] for number, key in keys.items()}})
    return [each if each > 0 else keys[-each] for each in found]


def reason(typed: str, why: str, milestone: str | None = None) -> str:
    """Put the reason together as it was typed, the `for` before it and the milestone's name included."""
    behind = (typed[found.end() :].lstrip().casefold() for found in _FOR.finditer(typed))
    if why and any(each.startswith(why.casefold()) for each in behind):
        why = f"for {why}"
    if milestone is None:
        return why
    return f"{why} (milestone: {milestone})" if why else f"for the milestone {milestone}"
