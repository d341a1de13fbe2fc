"""The smallest values: what a sentence is made of, and the names everybody shares.

One rule: nothing here is a string with markup in it. A platform draws each part in its own way and escapes every
letter of it, so what people type can never become a mention, a link or a format.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account on one chat platform; `tenant` is the home workspace or tenant of the *person*."""

    platform: str
    tenant: str
    user: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words that a person typed. Shown letter for letter, line breaks kept."""

    value: str
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class Strong:
    """Words of the bot's own (or a name) that stand out."""

    value: str
    kind: Literal["strong"] = "strong"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that the bot itself gives; never made from what people typed."""

    url: str
    label: str
    kind: Literal["link"] = "link"


@dataclass(frozen=True, slots=True)
class Code:
    """Something to type or copy as it stands: a command, an example."""

    value: str
    kind: Literal["code"] = "code"


class Shape(StrEnum):
    """How much of an instant is shown."""

    MOMENT = "moment"  # Mon 3 Nov, 14:00
    DAY = "day"  # Mon 3 Nov 2026
    TIME = "time"  # 14:00


@dataclass(frozen=True, slots=True)
class When:
    """An instant, shown to each reader in their own time zone; `zones` are named beside it where they matter (both sides' clocks).

    `reader` is the zone of the only one who reads it, where that is known: it is not said again."""

    at: datetime
    shape: Shape = Shape.MOMENT
    zones: tuple[str, ...] = ()
    reader: str = ""
    kind: Literal["when"] = "when"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody: a real mention on their own platform (`ping`), a name with its organisation elsewhere."""

    id: int
    name: str
    organisation: str = ""
    accounts: tuple[Account, ...] = ()
    ping: bool = True
    kind: Literal["person"] = "person"


@dataclass(frozen=True, slots=True)
class Secret:
    """Something that is computed when it is shown and never stored: `ref` names it (for example `invite:7`)."""

    ref: str
    kind: Literal["secret"] = "secret"


Inline = str | Text | Strong | Link | Code | When | Person | Secret
Line = tuple[Inline, ...]


class Key(StrEnum):
    """The two sides of a partnership. Neither is first: the letters only tell them apart."""

    A = "a"
    B = "b"

    @property
    def other(self) -> Key:
        return Key.B if self is Key.A else Key.A


class Role(StrEnum):
    MEMBER = "member"
    SHEPHERD = "shepherd"
    BACKUP = "backup"
    LEADER = "leader"
    OBSERVER = "observer"


class Dimension(StrEnum):
    """Where a partner stands, seen from the viewing side."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"
    FRONT = "front"
    BEHIND = "behind"

    @property
    def mirror(self) -> Dimension:
        """The same person seen from the other side: my supplier's people see me in front."""
        match self:
            case Dimension.FRONT:
                return Dimension.BEHIND
            case Dimension.BEHIND:
                return Dimension.FRONT
            case Dimension.LEFT:
                return Dimension.RIGHT
            case Dimension.RIGHT:
                return Dimension.LEFT
            case Dimension.UP:
                return Dimension.DOWN
            case Dimension.DOWN:
                return Dimension.UP


class Status(StrEnum):
    """A partnership's life."""

    FORMING = "forming"
    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"


class Urgency(StrEnum):
    NORMAL = "normal"
    HIGH = "high"


class Praise(StrEnum):
    """How a person wants to be celebrated: in the rooms, told privately, or not at all."""

    PUBLIC = "public"
    PRIVATE = "private"
    NONE = "none"


class CadenceKind(StrEnum):
    """What recurs."""

    STANDUP = "standup"
    MEETING = "meeting"
    REPORT = "report"
    DIGEST = "digest"


class CheckInState(StrEnum):
    """What became of one person's prompt."""

    ASKED = "asked"
    ANSWERED = "answered"
    SKIPPED = "skipped"  # they said so
    AWAY = "away"
    MISSED = "missed"  # the window closed: no update


class Nudging(StrEnum):
    """How much a shepherd wants to hear in the morning."""

    LIGHT = "light"
    STANDARD = "standard"
    ACTIVE = "active"


def line(*parts: Inline) -> Line:
    """Put parts together into one line, so that call sites read like the sentence."""
    return tuple(part for part in parts if part != "")


@lru_cache(256)  # a card names an instant several times
def local(at: datetime, zone: str, shape: Shape = Shape.MOMENT) -> str:
    """Write an instant in a zone in plain words, for example `Mon 3 Nov 2026, 14:00`."""
    there = at.astimezone(ZoneInfo(zone))
    day = f"{there:%a} {there.day} {there:%b %Y}"
    match shape:
        case Shape.MOMENT:
            return f"{day}, {there:%H:%M}"
        case Shape.DAY:
            return day
        case Shape.TIME:
            return f"{there:%H:%M}"


def city(zone: str) -> str:
    """Name a zone as people say it: `Europe/Berlin` is `Berlin`."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def beside(when: When, reader: str | None = None) -> str:
    """Name the instant in the zones that matter beside the reader's own, for example `14:00 Berlin, 22:00 Tokyo`; empty if none.

    The weekday is named wherever the zones, or the `reader`'s where it is known, do not agree on the day.
    """
    reader = when.reader if reader is None else reader
    others = [zone for zone in dict.fromkeys(when.zones) if zone != reader]
    days = {local(when.at, zone, Shape.DAY) for zone in (*others, reader) if zone}
    form = "%a %H:%M" if len(days) > 1 else "%H:%M"
    return ", ".join(f"{when.at.astimezone(ZoneInfo(zone)):{form}} {city(zone)}" for zone in others)


def plain(parts: Line, zone: str = "UTC") -> str:
    """Write a line with no formatting at all, for notifications, screen readers, logs and tests."""
    return "".join(_plain(part, zone) for part in parts)


def _plain(part: Inline, zone: str) -> str:
    match part:
        case str():
            return part
        case Text(value) | Strong(value) | Code(value):
            return value
        case Link(url, label):
            return f"{label} ({url})"
        case When(zones=zones, reader=reader):
            shown = reader or (zones[0] if zones else zone)
            named = local(part.at, shown, part.shape) + ("" if part.shape is Shape.DAY else f" {city(shown)}")
            rest = beside(part, shown)
            return f"{named} ({rest})" if rest else named
        case Person(name=name, organisation=organisation):
            return f"{name} ({organisation})" if organisation else name
        case Secret():
            return "••••"
