"""Who and what the local chat shows: people, rooms, commands, a clock and a tour, all given by whoever starts it.

One rule: the chat invents nobody and nothing; what is not in the world is not there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.inbound import Profile
from bot.words import Account


class Skin(StrEnum):
    """The chat product that an organisation's windows look and behave like."""

    SLACK = "slack"
    TEAMS = "teams"  # a typed command opens no form, and a reply in a thread reaches the bot only with a mention


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody to act as. `role_hint` is shown beside the name (`Shepherd`), `zone` is an IANA name."""

    account: Account
    name: str
    organisation: str
    role_hint: str
    zone: str
    locale: str = "en-GB"

    @property
    def user(self) -> str:
        return self.account.user

    @property
    def profile(self) -> Profile:
        return Profile(self.account, self.name, self.zone, self.locale)


@dataclass(frozen=True, slots=True)
class Room:
    """A channel. `members` are user ids; `bot` tells whether the bot is in it from the start."""

    tenant: str
    channel: str
    name: str
    organisation: str
    members: tuple[str, ...]
    bot: bool = True

    @property
    def key(self) -> str:
        return f"{self.tenant}/{self.channel}"


@dataclass(frozen=True, slots=True)
class Slash:
    """A command as hinted while it is typed: `name` without the slash, `does` in half a line."""

    name: str
    usage: str
    does: str


@dataclass(frozen=True, slots=True)
class World:
    """Organisations are shown in the order of their first resident, each with its own window and skin (Slack's where `skins` names
    none). User ids are unique in a world."""

    residents: tuple[Resident, ...]
    rooms: tuple[Room, ...]
    commands: tuple[Slash, ...] = ()
    skins: Mapping[str, Skin] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len({resident.user for resident in self.residents}) != len(self.residents):
            raise ValueError("two residents have the same user id")
        if strangers := {user for room in self.rooms for user in room.members} - {r.user for r in self.residents}:
            raise ValueError(f"members of a room who are no residents: {', '.join(sorted(strangers))}")

    def resident(self, user: str) -> Resident | None:
        return next((resident for resident in self.residents if resident.user == user), None)

    def room(self, key: str) -> Room | None:
        return next((room for room in self.rooms if room.key == key), None)

    def skin(self, organisation: str) -> Skin:
        return self.skins.get(organisation, Skin.SLACK)


class ClockControl(Protocol):
    """Moves the simulated time; a call returns when everything due on the way has happened."""

    def now(self) -> datetime: ...

    async def forward(self, hours: float) -> None: ...

    async def next_event(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try. `actor` is a user id, `room` a room's channel (empty: the direct messages); a full name after an @ in
    `prefill` becomes a picked mention."""

    id: str
    title: str
    hint: str
    actor: str
    room: str
    prefill: str = ""
    done: bool = False


class Tour(Protocol):
    def steps(self) -> Awaitable[list[Step]]: ...
