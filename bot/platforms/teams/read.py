"""What Teams sends, as `inbound` values. One rule: what is not meant for the bot gives nothing, and nothing of it is kept."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.inbound import Arrival, Inbound, Mention, Opened, Pressed, Profile, ReplyBy, Submitted, Typed
from bot.platforms.teams.apps import Registration
from bot.platforms.teams.arriving import Near, addresses_of_the_bot, arrived, fields_of
from bot.platforms.teams.filled import read_form
from bot.platforms.teams.rooms import added_to, changed, removed_from
from bot.platforms.teams.said import Picked, split
from bot.platforms.teams.sheet import EXECUTE, FETCH, SUBMIT
from bot.platforms.teams.spot import PERSONAL, PLATFORM, Spot, spot_of
from bot.wire import Table, maybe, table, text
from bot.words import Account

_HOME = ("home", "start")


async def read(activity: Table, app: Registration, near: Near) -> list[Inbound]:
    """Read an activity, looking up who and where it is about. Raises `Malformed` and `Untold`."""
    match text(activity, "type"):
        case "message":
            return await _message(activity, app, near)
        case "invoke":
            return await _invoked(activity, app, near)
        case "installationUpdate":
            spot = spot_of(activity, app)
            match maybe(activity, "action"):
                case "add":
                    return await added_to(activity, spot, near)
                case "remove":
                    return await removed_from(activity, spot, near)
                case _:
                    return []  # an upgrade
        case "conversationUpdate":
            return await changed(activity, app, near)
        case _:
            return []


# Messages --------------------------------------------------------------------------------------------------------------


async def _message(activity: Table, app: Registration, near: Near) -> list[Inbound]:
    """What is typed for the bot, or sent from a card by a client that has no dialogs; of other bots nothing."""
    spot, ours = spot_of(activity, app), addresses_of_the_bot(activity, app)
    who = text(activity, "from", "id")
    if who in ours or who.startswith("28:") or maybe(activity, "from", "role") == "bot":
        return []
    value = activity.get("value")
    if isinstance(value, dict) and ("form" in value or "action" in value):
        arrival = await arrived(activity, spot, near, message=maybe(activity, "replyToId"))
        return [_sent(arrival, value, maybe(activity, "replyToId"))] if arrival else []
    parts, addressed = split(activity, ours)
    if not (addressed or spot.kind == PERSONAL or table(activity, "recipient").get("isTargeted") is True):
        return []
    arrival = await arrived(activity, spot, near, message=maybe(activity, "id"))
    return [await _typed(arrival, parts, spot, near)] if arrival else []


async def _typed(arrival: Arrival, parts: list[str | Picked], spot: Spot, near: Near) -> Typed | Opened:
    """The first word is the command, with or without a slash. In a chat of one's own, `home` alone opens one's own page."""
    picked = [each for each in parts if isinstance(each, Picked) and not each.bot]
    found = await near.people.those(spot, [{**each.who, "name": each.name} for each in picked])
    words: list[str | Mention] = []
    for part in parts:
        profile = found.get(part.user) if isinstance(part, Picked) else None
        if isinstance(part, Picked) and (profile or part.bot):
            a_bot = Profile(Account(PLATFORM, spot.tenant, part.user), part.name, bot=True)
            words.append(Mention(profile or a_bot))
        else:
            letters = f"@{part.name}" if isinstance(part, Picked) else part
            before = words.pop() if words and isinstance(words[-1], str) else ""
            words.append(f"{before}{letters}")
    command = ""
    if words and isinstance(words[0], str):
        first = re.match(r"\s*/?\s*(\S*)\s*", words[0])
        assert first  # every part of it may be empty
        command, words[0] = first[1], words[0][first.end() :]
    if words and isinstance(words[-1], str):
        words[-1] = words[-1].rstrip()
    said = tuple(each for each in words if each)
    if spot.kind == PERSONAL and not said and command.lower() in _HOME:
        return Opened(**fields_of(arrival))
    return Typed(**fields_of(arrival), command=command, words=said)


# Cards and dialogs -----------------------------------------------------------------------------------------------------


async def _invoked(activity: Table, app: Registration, near: Near) -> list[Inbound]:
    spot, name, message = spot_of(activity, app), maybe(activity, "name"), maybe(activity, "replyToId")
    if name not in (EXECUTE, FETCH, SUBMIT):
        return []
    text(activity, "from", "id")
    value = table(activity, "value")
    data = table(value, "action", "data") if name == EXECUTE else table(value, "data")
    arrival = await arrived(activity, spot, near, message=message)
    if arrival is None:
        return []
    if name == FETCH:
        return [_sent(replace(arrival, reply=ReplyBy.RESPONSE, opens=True), data, message)]
    if name == SUBMIT:
        by = ReplyBy.MESSAGE if "form" in data else ReplyBy.RESPONSE
        return [_sent(replace(arrival, reply=by, opens=True), data)]
    verb = text(value, "action", "verb")
    if verb == "form.submit":
        return [_sent(arrival, data)]
    return [Pressed(**fields_of(arrival), action=verb, value=_choice(data), message=message, shows=True)]


def _sent(arrival: Arrival, data: Table, message: str = "") -> Pressed | Submitted:
    """A form, or a button, by the data that a card's action carries."""
    if "action" in data:
        return Pressed(**fields_of(arrival), action=text(data, "action"), value=_choice(data), message=message)
    form, context, key, values = read_form(data)
    return Submitted(**fields_of(arrival), form=form, context=context, key=key, values=values)


def _choice(data: Table) -> str:
    return maybe(data, "value") or maybe(data, "choice")
