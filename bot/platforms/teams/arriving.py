"""What every value has that came from Teams. One rule: it is complete before anything is answered, whoever has to be asked for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from bot.inbound import Arrival, Place, PlaceKind, Profile, ReplyBy
from bot.platforms.teams.apps import Registration
from bot.platforms.teams.called import Names
from bot.platforms.teams.directory import Directory
from bot.platforms.teams.people import People
from bot.platforms.teams.spot import CHANNEL, PERSONAL, PLATFORM, Spot
from bot.wire import Table, digest, maybe, table
from bot.words import Account

_LONGEST = 250  # letters of a delivery's id


@dataclass(frozen=True, slots=True)
class Near:
    """Whom to ask about what an activity only names."""

    people: People
    names: Names
    directory: Directory


async def arrived(activity: Table, spot: Spot, near: Near, message: str) -> Arrival | None:
    """What every value has that a person caused; None where Teams knows nobody who did. `message` is what it is or
    stands on. Raises `Untold`."""
    sender, place = await asyncio.gather(near.people.sender(spot, activity), place_of(activity, spot, near))
    thread = maybe(activity, "conversation", "id").partition(";messageid=")[2]
    rest = rest_of(activity, spot) | {"thread": "" if thread == message else thread}
    return Arrival(sender=sender, place=place, **rest) if sender else None


async def place_of(activity: Table, spot: Spot, near: Near, name: str = "") -> Place:
    """The place as it is where the bot was spoken to or came in; whether it may write in a private channel shows only when it does."""
    if spot.kind == PERSONAL:
        return Place(PLATFORM, spot.tenant, spot.channel, PlaceKind.DIRECT, present=True)
    about = table(activity, "channelData", "channel")
    if maybe(about, "id") in ("", spot.channel):
        name = name or maybe(about, "name")
    if maybe(activity, "conversation", "id").partition(";")[0] == spot.channel:
        name = name or maybe(activity, "conversation", "name")
    private = spot.kind == CHANNEL and maybe(about, "type").lower() == "private"
    return Place(
        PLATFORM, spot.tenant, spot.channel, name=await near.names.of(spot, name), present=None if private else True
    )


def rest_of(activity: Table, spot: Spot, about: str = "") -> dict[str, Any]:
    """Delivery and manner of the answer: everything is answered by a message, where nothing else is said. `about` parts what one activity
    tells of one place."""
    kind, name = maybe(activity, "type"), maybe(activity, "name")
    delivery = ":".join((kind, name, spot.channel, maybe(activity, "id") or digest(activity), about))
    if len(delivery) > _LONGEST:
        delivery = digest({"delivery": delivery})
    return {"delivery": delivery, "reply": ReplyBy.MESSAGE, "opens": False}


def fields_of(arrival: Arrival) -> dict[str, Any]:
    """What of it every value has."""
    return {name: getattr(arrival, name) for name in ("delivery", "sender", "place", "reply", "thread", "opens")}


def addresses_of_the_bot(activity: Table, app: Registration) -> frozenset[str]:
    """The bot's own addresses."""
    return frozenset({maybe(activity, "recipient", "id"), app.app, f"28:{app.app}"}) - {"", "28:"}


def the_bot(activity: Table, app: Registration, spot: Spot) -> Profile:
    """The bot itself, as somebody in that place."""
    user = maybe(activity, "recipient", "id") or f"28:{app.app}"
    return Profile(Account(PLATFORM, spot.tenant, user), maybe(activity, "recipient", "name"), bot=True)
