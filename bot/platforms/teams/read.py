"""What Teams sends, as `inbound` values. One rule: what is not meant for the bot gives nothing, and nothing of it is kept."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import Any

from bot.inbound import (
    Arrival,
    Gone,
    Inbound,
    Joined,
    Left,
    Mention,
    Opened,
    Place,
    PlaceKind,
    Pressed,
    Profile,
    Renamed,
    ReplyBy,
    Submitted,
    Typed,
)
from bot.platforms.teams.apps import Registration
from bot.platforms.teams.directory import CHANNEL, PERSONAL, kind_of, tenant_of
from bot.platforms.teams.form import read_form
from bot.platforms.teams.people import People, Spot
from bot.platforms.teams.said import Picked, split
from bot.wire import Malformed, Table, digest, maybe, rows, table, text
from bot.words import Account

_HOME = ("home", "start")
_LOST = ("channeldeleted", "teamdeleted", "teamharddeleted", "teamarchived")
_BACK = ("channelrestored", "teamrestored", "teamunarchived")
_LONGEST = 250  # letters of a delivery's id


async def read(activity: Table, app: Registration, people: People) -> list[Inbound]:
    """Read an activity, looking up who and where it is about; raises Malformed."""
    match text(activity, "type"):
        case "message":
            return await _message(activity, app, people)
        case "invoke":
            return await _invoked(activity, app, people)
        case "installationUpdate":
            spot = _spot(activity, app)
            match maybe(activity, "action"):
                case "add":
                    return await _added(activity, spot, people)
                case "remove":
                    return await _removed(activity, spot, people)
                case _:
                    return []  # an upgrade
        case "conversationUpdate":
            return await _changed(activity, app, people)
        case _:
            return []


# Messages --------------------------------------------------------------------------------------------------------------


async def _message(activity: Table, app: Registration, people: People) -> list[Inbound]:
    """What is typed for the bot, or sent from a card by a client that has no dialogs; of other bots nothing."""
    spot, ours = _spot(activity, app), _ours(activity, app)
    who = text(activity, "from", "id")
    if who in ours or who.startswith("28:") or maybe(activity, "from", "role") == "bot":
        return []
    value = activity.get("value")
    if isinstance(value, dict) and ("form" in value or "action" in value):
        arrival = await _arrival(activity, spot, people, message=maybe(activity, "replyToId"))
        return [_sent(arrival, value, maybe(activity, "replyToId"))] if arrival else []
    parts, addressed = split(activity, ours)
    if not (addressed or spot.kind == PERSONAL or table(activity, "recipient").get("isTargeted") is True):
        return []
    arrival = await _arrival(activity, spot, people, message=maybe(activity, "id"))
    return [await _typed(arrival, parts, spot, people)] if arrival else []


async def _typed(arrival: Arrival, parts: list[str | Picked], spot: Spot, people: People) -> Typed | Opened:
    """The first word is the command, with or without a slash. In a chat of one's own, `home` alone opens one's own page."""
    picked = [each for each in parts if isinstance(each, Picked) and not each.bot]
    found = await people.those(spot, [{**each.who, "name": each.name} for each in picked])
    words: list[str | Mention] = []
    for part in parts:
        profile = found.get(part.user) if isinstance(part, Picked) else None
        if isinstance(part, Picked) and (profile or part.bot):
            a_bot = Profile(Account("teams", spot.tenant, part.user), part.name, bot=True)
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
        return Opened(**_fields(arrival))
    return Typed(**_fields(arrival), command=command, words=said)


# Cards and dialogs -----------------------------------------------------------------------------------------------------


async def _invoked(activity: Table, app: Registration, people: People) -> list[Inbound]:
    spot, name, message = _spot(activity, app), maybe(activity, "name"), maybe(activity, "replyToId")
    if name not in ("adaptiveCard/action", "task/fetch", "task/submit"):
        return []
    text(activity, "from", "id")
    value = table(activity, "value")
    data = table(value, "action", "data") if name == "adaptiveCard/action" else table(value, "data")
    arrival = await _arrival(activity, spot, people, message=message)
    if arrival is None:
        return []
    match name:
        case "adaptiveCard/action":
            verb = text(value, "action", "verb")
            if verb == "form.submit":
                return [_sent(arrival, data)]
            pressed = Pressed(**_fields(arrival), action=verb, value=_choice(data), message=message, shows=True)
            return [pressed]
        case "task/fetch":
            return [_sent(replace(arrival, reply=ReplyBy.RESPONSE, opens=True), data, message)]
        case _:
            by = ReplyBy.MESSAGE if "form" in data else ReplyBy.RESPONSE
            return [_sent(replace(arrival, reply=by, opens=True), data)]


def _sent(arrival: Arrival, data: Table, message: str = "") -> Pressed | Submitted:
    """A form, or a button, by the data that a card's action carries."""
    if "action" in data:
        return Pressed(**_fields(arrival), action=text(data, "action"), value=_choice(data), message=message)
    form, context, key, values = read_form(data)
    return Submitted(**_fields(arrival), form=form, context=context, key=key, values=values)


def _choice(data: Table) -> str:
    return maybe(data, "value") or maybe(data, "choice")


# What happens to rooms and people ---------------------------------------------------------------------------------------


async def _changed(activity: Table, app: Registration, people: People) -> list[Inbound]:
    """Members who came and went, and what became of channels and teams."""
    spot, ours = _spot(activity, app), _ours(activity, app)
    added, removed = rows(activity, "membersAdded"), rows(activity, "membersRemoved")
    event = maybe(activity, "channelData", "eventType").lower()  # Teams writes some of them in lower case
    found: list[Inbound] = []
    if any(text(each, "id") in ours for each in added):
        found += await _added(activity, spot, people)
    if any(text(each, "id") in ours for each in removed):
        found += await _removed(activity, spot, people)
    if spot.kind != PERSONAL:
        found += await _moved(activity, Joined, [each for each in added if text(each, "id") not in ours], spot, people)
        found += await _moved(activity, Left, [each for each in removed if text(each, "id") not in ours], spot, people)
    channel = maybe(activity, "channelData", "channel", "id")
    if event == "channelrenamed":
        about = replace(spot, channel=text(activity, "channelData", "channel", "id"))
        place = await _place(activity, about, people, name=maybe(activity, "channelData", "channel", "name"))
        found.append(Renamed(sender=_bot(activity, app, spot), place=place, channel=True, **_rest(activity, about)))
    elif event in _LOST + _BACK:
        channels = [channel or spot.channel] if event.startswith("channel") else await _channels(spot, people)
        found += [await _room(activity, replace(spot, channel=each), people, back=event in _BACK) for each in channels]
    return found


async def _added(activity: Table, spot: Spot, people: People) -> list[Inbound]:
    """The bot came in: into a chat of somebody's own, or into a room and with it into what else is known of its team."""
    rest = _rest(activity, spot) | {"delivery": _once("added", activity, spot)}
    if spot.kind == PERSONAL:
        sender = await people.sender(spot, activity)
        return [Opened(sender=sender, place=await _place(activity, spot, people), **rest)] if sender else []
    chosen = maybe(activity, "channelData", "settings", "selectedChannel", "id") or spot.channel
    return [
        await _room(activity, about, people, back=True, delivery=_once("added", activity, about))
        for about in (replace(spot, channel=each) for each in await _channels(replace(spot, channel=chosen), people))
    ]


async def _removed(activity: Table, spot: Spot, people: People) -> list[Inbound]:
    """The bot is out: of a chat of somebody's own, or of a room and with it of the whole team."""
    if spot.kind == PERSONAL:
        sender = await people.sender(spot, activity)
        place = replace(await _place(activity, spot, people), present=False)
        rest = _rest(activity, spot) | {"delivery": _once("removed", activity, spot)}
        return [Gone(sender=sender, place=place, **rest)] if sender else []
    return [
        await _room(activity, about, people, back=False, delivery=_once("removed", activity, about))
        for about in (replace(spot, channel=each) for each in await _channels(spot, people))
    ]


async def _room(activity: Table, about: Spot, people: People, *, back: bool, delivery: str = "") -> Joined | Gone:
    rest = _rest(activity, about)
    rest["delivery"] = delivery or rest["delivery"]
    sender = _bot(activity, about.app, about)
    if back:
        return Joined(sender=sender, place=await _place(activity, about, people), **rest)
    name = await people.called(about, ask=False)
    return Gone(sender=sender, place=Place("teams", about.tenant, about.channel, name=name, present=False), **rest)


async def _moved(
    activity: Table, kind: type[Joined | Left], members: list[Table], spot: Spot, people: People
) -> list[Inbound]:
    found = await people.those(spot, members, ask=False)  # a whole company may come at once
    place = await _place(activity, spot, people) if found else None
    return [kind(sender=each, place=place, **_rest(activity, spot, user)) for user, each in found.items() if place]


async def _channels(spot: Spot, people: People) -> list[str]:
    """This one, and of its team all that were ever heard of."""
    known = await people.directory.of_team(spot.tenant, spot.team) if spot.team else []
    return list(dict.fromkeys([spot.channel, *known]))


# What every value has ---------------------------------------------------------------------------------------------------


def _spot(activity: Table, app: Registration) -> Spot:
    conversation, tenant = text(activity, "conversation", "id"), tenant_of(activity)
    channel = conversation.partition(";")[0]
    if not tenant or not channel:
        raise Malformed("of no tenant or no conversation")
    kind = maybe(activity, "conversation", "conversationType") or kind_of(channel)
    team = maybe(activity, "channelData", "team", "id")
    return Spot(app, text(activity, "serviceUrl"), tenant, channel, kind, team)


async def _arrival(activity: Table, spot: Spot, people: People, message: str) -> Arrival | None:
    """What every value has that a person caused; None where nobody can tell who it was. `message` is what it is or stands on."""
    sender, place = await asyncio.gather(people.sender(spot, activity), _place(activity, spot, people))
    thread = maybe(activity, "conversation", "id").partition(";messageid=")[2]
    rest = _rest(activity, spot) | {"thread": "" if thread == message else thread}
    return Arrival(sender=sender, place=place, **rest) if sender else None


async def _place(activity: Table, spot: Spot, people: People, name: str = "") -> Place:
    """The place as it is where the bot was spoken to or came in; whether it may write in a private channel shows only when it does."""
    if spot.kind == PERSONAL:
        return Place("teams", spot.tenant, spot.channel, PlaceKind.DIRECT, present=True)
    about = table(activity, "channelData", "channel")
    if maybe(about, "id") in ("", spot.channel):
        name = name or maybe(about, "name")
    if maybe(activity, "conversation", "id").partition(";")[0] == spot.channel:
        name = name or maybe(activity, "conversation", "name")
    private = spot.kind == CHANNEL and maybe(about, "type").lower() == "private"
    return Place(
        "teams", spot.tenant, spot.channel, name=await people.called(spot, name), present=None if private else True
    )


def _rest(activity: Table, spot: Spot, user: str = "") -> dict[str, Any]:
    """Delivery and manner of the answer: everything is answered by a message, where nothing else is said."""
    kind, name = maybe(activity, "type"), maybe(activity, "name")
    delivery = ":".join((kind, name, spot.channel, maybe(activity, "id") or digest(activity), user))
    if len(delivery) > _LONGEST:
        delivery = digest({"delivery": delivery})
    return {"delivery": delivery, "reply": ReplyBy.MESSAGE, "opens": False}


def _once(what: str, activity: Table, spot: Spot) -> str:
    """One name for the two activities by which Teams tells that the bot came or went: they come in the same minute."""
    return f"{what}:{spot.channel}:{maybe(activity, 'timestamp')[:16]}"


def _fields(arrival: Arrival) -> dict[str, Any]:
    return {name: getattr(arrival, name) for name in ("delivery", "sender", "place", "reply", "thread", "opens")}


def _ours(activity: Table, app: Registration) -> frozenset[str]:
    """The bot's own addresses."""
    return frozenset({maybe(activity, "recipient", "id"), app.app, f"28:{app.app}"}) - {"", "28:"}


def _bot(activity: Table, app: Registration, spot: Spot) -> Profile:
    user = maybe(activity, "recipient", "id") or f"28:{app.app}"
    return Profile(Account("teams", spot.tenant, user), maybe(activity, "recipient", "name"), bot=True)
