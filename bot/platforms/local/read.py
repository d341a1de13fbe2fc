"""What the page sends, read into the values that everything else understands.

One rule: a page's word is checked like a stranger's. Who is not in a room neither speaks nor presses there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.inbound import (
    Arrival,
    Heard,
    Inbound,
    Joined,
    Mention,
    Opened,
    Place,
    PlaceKind,
    Pressed,
    Profile,
    Submitted,
    Typed,
    Words,
)
from bot.platforms.local.chat import Chat, Post, direct, own_page
from bot.platforms.local.world import Resident, Skin, World
from bot.words import Account

BOT = "Bellwether"
SLASH = re.compile(r"/([A-Za-z][\w-]*)(?:\s+|$)")
MENTION = re.compile(rf"@{BOT}\b[:,]?\s*", re.IGNORECASE)
WORD = re.compile(r"\S+")


class Refused(Exception):
    """What the page asked for cannot be; the words say why."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A person picked while typing."""

    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    id: str
    who: str
    where: str
    words: tuple[str | Pick, ...]
    kind: Literal["say"]
    thread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button or a menu's choice; `message` is empty on a person's own page."""

    id: str
    who: str
    where: str
    action: str
    kind: Literal["press"]
    value: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    id: str
    who: str
    where: str
    form: str
    values: dict[str, str | tuple[str, ...]]
    kind: Literal["submit"]
    context: str = ""
    key: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A person looks at their own page."""

    id: str
    who: str
    kind: Literal["open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """A person brings the bot into a room."""

    id: str
    who: str
    where: str
    kind: Literal["invite"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The clock moves: by hours, or (0) to the next event."""

    kind: Literal["move"]
    hours: float = 0


Act = Say | Press | Submit | Open | Invite
Asked = Act | Move


def who(world: World, user: str) -> Resident:
    """The resident of that id. Raises Refused."""
    if (resident := world.resident(user)) is None:
        raise Refused("There is nobody of that name here.")
    return resident


def place(world: World, chat: Chat, person: Resident, where: str) -> Place:
    """The place as that person sees it. Raises Refused where they are not."""
    tenant, _, channel = where.partition("/")
    if where == direct(person):
        return Place("local", tenant, channel, PlaceKind.DIRECT, BOT, present=True)
    if where == own_page(person):
        return Place("local", tenant, channel, PlaceKind.HOME, "My items", present=True)
    room = world.room(where)
    if room is None or not chat.reads(person.user, where):
        raise Refused(f"{person.name} is not in that room.")
    return Place("local", tenant, channel, PlaceKind.CHANNEL, room.name, present=where in chat.present)


def spoken(world: World, act: Say) -> Words:
    """The words with their picked people as mentions. Raises Refused for nobody and for nothing."""
    parts = [Mention(who(world, part.user).profile) if isinstance(part, Pick) else part for part in act.words]
    if not any(part.strip() if isinstance(part, str) else True for part in parts):
        raise Refused("Write something first.")
    return tuple(parts)


def skin(world: World, person: Resident, where: str) -> Skin:
    """The skin of the window in which that person sees that place."""
    room = world.room(where)
    return world.skin(room.organisation if room else person.organisation)


def arrival(person: Resident, act: Act, at: Place, thread: str = "", opens: bool = True) -> Arrival:
    """What every arrival has; a repeated id of the same person is a redelivery."""
    return Arrival(delivery=f"{person.user}:{act.id}", sender=person.profile, place=at, thread=thread, opens=opens)


def is_command(words: Words) -> bool:
    """Whether it begins with a slash and a word, which nobody else in a room gets to see."""
    return bool(words) and isinstance(words[0], str) and SLASH.match(words[0].lstrip()) is not None


def typed(base: Arrival, words: Words) -> Typed | None:
    """What is meant for the bot: a slash command, a mention of it, anything in a direct message; else None."""
    first = words[0].lstrip() if isinstance(words[0], str) else ""
    if slash := SLASH.match(first):
        return _typed(base, slash[1].lower(), first[slash.end() :], words)
    mention = MENTION.match(first)
    if mention is None and base.place.kind is not PlaceKind.DIRECT:
        return None
    if mention and not base.place.present:
        return None
    rest = first[mention.end() :] if mention else first
    command = WORD.match(rest)
    if command is None:
        return _typed(base, "", rest, words)
    return _typed(base, command[0].removeprefix("/"), rest[command.end() :].lstrip(), words)


def _typed(base: Arrival, command: str, rest: str, words: Words) -> Typed:
    after: Words = words[1:] if isinstance(words[0], str) else words
    said: Words = (rest, *after) if rest else after
    return Typed(**_fields(base), command=command, words=said)


def heard(base: Arrival, words: Words, parent: Post | None, own: Post, unnamed: bool = True) -> Heard | None:
    """A reply under one of the bot's own cards; None where the thread is people's own, or the reply names no bot and only those
    that do reach it."""
    if parent is None or parent.author or isinstance(parent.content, str):
        return None
    if not (unnamed or any(isinstance(part, str) and MENTION.search(part) for part in words)):
        return None
    return Heard(**_fields(base), words=words, message=own.id)


def pressed(base: Arrival, act: Press) -> Pressed:
    return Pressed(**_fields(base), action=act.action, value=act.value, message=act.message)


def submitted(base: Arrival, act: Submit) -> Submitted:
    return Submitted(**_fields(base), form=act.form, context=act.context, key=act.key, values=act.values)


def opened(base: Arrival) -> Opened:
    return Opened(**_fields(base))


def joined(base: Arrival) -> Inbound:
    """The bot came into the room; it is the sender then."""
    bot = Profile(Account("local", base.place.tenant, "bellwether"), BOT, bot=True)
    return Joined(**_fields(replace(base, sender=bot, place=replace(base.place, present=True))))


def _fields(base: Arrival) -> dict[str, Any]:
    return {name: getattr(base, name) for name in ("delivery", "sender", "place", "reply", "thread", "opens")}
