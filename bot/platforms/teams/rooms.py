"""What becomes of rooms and of who is in them. One rule: each activity that tells that the bot is in a room, or no longer, counts."""

from __future__ import annotations

from dataclasses import replace

from bot.inbound import Gone, Inbound, Joined, Left, Opened, Place, Renamed
from bot.platforms.teams.apps import Registration
from bot.platforms.teams.arriving import Near, addresses_of_the_bot, place_of, rest_of, the_bot
from bot.platforms.teams.spot import PERSONAL, PLATFORM, Spot, spot_of
from bot.wire import Table, maybe, rows, table, text

_LOST = ("channeldeleted", "teamdeleted", "teamharddeleted", "teamarchived")
_BACK = ("channelrestored", "teamrestored", "teamunarchived")


async def changed(activity: Table, app: Registration, near: Near) -> list[Inbound]:
    """Members who came and went, and what became of channels and teams."""
    spot, ours = spot_of(activity, app), addresses_of_the_bot(activity, app)
    added, removed = rows(activity, "membersAdded"), rows(activity, "membersRemoved")
    event = maybe(activity, "channelData", "eventType").lower()  # Teams writes some of them in lower case
    found: list[Inbound] = []
    if any(text(each, "id") in ours for each in added):
        found += await added_to(activity, spot, near)
    if any(text(each, "id") in ours for each in removed):
        found += await removed_from(activity, spot, near)
    if spot.kind != PERSONAL:
        found += await _moved(activity, Joined, [each for each in added if text(each, "id") not in ours], spot, near)
        found += await _moved(activity, Left, [each for each in removed if text(each, "id") not in ours], spot, near)
    channel = maybe(activity, "channelData", "channel", "id")
    if event == "channelrenamed":
        about = replace(spot, channel=text(activity, "channelData", "channel", "id"))
        place = await place_of(activity, about, near, name=maybe(activity, "channelData", "channel", "name"))
        found.append(
            Renamed(sender=the_bot(activity, app, spot), place=place, channel=True, **rest_of(activity, about))
        )
    elif event in _LOST + _BACK:
        channels = [channel or spot.channel] if event.startswith("channel") else await _channels(spot, near)
        found += [await _room(activity, replace(spot, channel=each), near, back=event in _BACK) for each in channels]
    return found


def deleted(activity: Table) -> str:
    """The channel that this activity tells to be deleted; empty where it tells of none."""
    event = maybe(table(activity, "channelData"), "eventType").lower()
    of_channel = activity["type"] == "conversationUpdate" and event == "channeldeleted"
    return maybe(activity, "channelData", "channel", "id") if of_channel else ""


async def added_to(activity: Table, spot: Spot, near: Near) -> list[Inbound]:
    """The bot came in: into a chat of somebody's own, or into a room and with it into what else is known of its team."""
    if spot.kind == PERSONAL:
        sender = await near.people.sender(spot, activity)
        rest = rest_of(activity, spot) | {"delivery": _once(activity, spot)}
        return [Opened(sender=sender, place=await place_of(activity, spot, near), **rest)] if sender else []
    chosen = maybe(activity, "channelData", "settings", "selectedChannel", "id") or spot.channel
    channels = await _channels(replace(spot, channel=chosen), near)
    return [await _room(activity, replace(spot, channel=each), near, back=True) for each in channels]


async def removed_from(activity: Table, spot: Spot, near: Near) -> list[Inbound]:
    """The bot is out: of a chat of somebody's own, or of a room and with it of the whole team."""
    if spot.kind == PERSONAL:
        sender = await near.people.sender(spot, activity)
        place = replace(await place_of(activity, spot, near), present=False)
        return [Gone(sender=sender, place=place, **rest_of(activity, spot, "removed"))] if sender else []
    return [
        await _room(activity, replace(spot, channel=each), near, back=False) for each in await _channels(spot, near)
    ]


async def _room(activity: Table, about: Spot, near: Near, *, back: bool) -> Joined | Gone:
    """That the bot is in a room or not. To hear it twice does no harm, so each activity that tells it has a delivery of its own."""
    sender, rest = the_bot(activity, about.app, about), rest_of(activity, about, "added" if back else "removed")
    if back:
        return Joined(sender=sender, place=await place_of(activity, about, near), **rest)
    name = await near.names.of(about, ask=False)
    return Gone(sender=sender, place=Place(PLATFORM, about.tenant, about.channel, name=name, present=False), **rest)


async def _moved(
    activity: Table, kind: type[Joined | Left], members: list[Table], spot: Spot, near: Near
) -> list[Inbound]:
    found = await near.people.those(spot, members, ask=False)  # a whole company may come at once
    place = await place_of(activity, spot, near) if found else None
    return [kind(sender=each, place=place, **rest_of(activity, spot, user)) for user, each in found.items() if place]


async def _channels(spot: Spot, near: Near) -> list[str]:
    """This one, and of its team all that were ever heard of."""
    known = await near.directory.of_team(spot.tenant, spot.team) if spot.team else []
    return list(dict.fromkeys([spot.channel, *known]))


def _once(activity: Table, spot: Spot) -> str:
    """One name for the two activities by which Teams tells that somebody has the bot now: they come in the same minute."""
    return f"added:{spot.channel}:{maybe(activity, 'timestamp')[:16]}"
