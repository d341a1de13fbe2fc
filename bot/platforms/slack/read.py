"""What Slack sends, as `inbound` values. One rule: what is not meant for the bot gives None, and nothing of it is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.inbound import (
    Gone,
    Heard,
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
    Uninstalled,
    Words,
)
from bot.platforms.slack.form import inputs_of, read_kept, read_values
from bot.platforms.slack.people import Channel, People
from bot.platforms.slack.tenants import Tenant
from bot.wire import Malformed, Table, digest, maybe, rows, table, text

_TOKEN = re.compile(r"<([^<>]*)>")
_SUBTYPES = ("", "file_share", "thread_broadcast")
_NAMELESS = ("", "directmessage", "privategroup")


@dataclass(frozen=True, slots=True)
class Picked:
    """A person picked from Slack's list, not looked up yet."""

    user: str
    name: str


async def read(body: Table, tenant: Tenant, people: People) -> Inbound | None:
    """Read a request, looking up who and where it is about; raises Malformed."""
    if "command" in body:
        return await _command(body, tenant, people)
    match maybe(body, "type"):
        case "block_actions":
            return await _pressed(body, tenant, people)
        case "view_submission":
            return await _submitted(body, tenant, people)
        case "event_callback":
            return await _event(body, tenant, people)
        case "":
            raise Malformed("of no type")
        case _:
            return None


def split(words: str) -> list[str | Picked]:
    """Take Slack's escaped text apart: letters as they were typed, and people who were picked."""
    parts: list[str | Picked] = []
    letters, at = "", 0
    for token in _TOKEN.finditer(words):
        letters += unescape(words[at : token.start()])
        at = token.end()
        inner = token[1]
        target, _, label = inner.partition("|")
        if re.fullmatch(r"@[UW][A-Z0-9]+", target):
            if letters:
                parts.append(letters)
            letters = ""
            parts.append(Picked(target[1:], unescape(label)))
        else:
            letters += _typed(target, unescape(label), token[0])
    letters += unescape(words[at:])
    return [*parts, letters] if letters else parts


def unescape(words: str) -> str:
    """Undo Slack's escaping: three entities and no others."""
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _typed(target: str, label: str, whole: str) -> str:
    """What somebody typed that Slack has made a channel, a group, a date or a link of."""
    if target.startswith("#"):
        return "#" + (label or target[1:])
    if target.startswith("!"):
        return label or "@" + target[1:].partition("^")[0]
    if re.match(r"[a-z][a-z0-9+.-]*:", target):
        address = unescape(target)
        bare = re.sub(r"^(mailto:|tel:|https?://)", "", address)
        return label if label in (address, bare) else f"{label} ({address})" if label else address
    return unescape(whole)


async def _command(body: Table, tenant: Tenant, people: People) -> Typed:
    user, channel = text(body, "user_id"), text(body, "channel_id")
    parts = split(maybe(body, "text").strip())
    await people.learn(tenant, {user, *_users(parts)}, channel)
    return Typed(
        delivery=_delivery("command", body),
        sender=people.profile(tenant, user, maybe(body, "user_name"), maybe(body, "team_id")),
        place=_place(tenant, people, channel, maybe(body, "channel_name")),
        command=text(body, "command").lstrip("/").lower(),
        words=_words(parts, tenant, people),
    )


async def _pressed(body: Table, tenant: Tenant, people: People) -> Pressed:
    user = text(body, "user", "id")
    pressed = rows(body, "actions")
    if not pressed:
        raise Malformed("no action")
    action = text(pressed[0], "action_id")
    channel = maybe(body, "channel", "id") or maybe(body, "container", "channel_id")
    await people.learn(tenant, {user}, channel)
    place = Place("slack", tenant.team, "", PlaceKind.HOME)
    if channel:
        place = _place(tenant, people, channel, maybe(body, "channel", "name"))
    message = maybe(body, "container", "message_ts") or maybe(body, "message", "ts")
    thread = maybe(body, "message", "thread_ts") or maybe(body, "container", "thread_ts")
    return Pressed(
        delivery=_delivery("press", body),
        sender=_interactor(body, tenant, people),
        place=place,
        reply=ReplyBy.MESSAGE,
        thread="" if thread == message else thread,
        action=re.sub(r"#\d+$", "", action),
        value=maybe(pressed[0], "value") or maybe(pressed[0], "selected_option", "value"),
        message=message,
    )


async def _submitted(body: Table, tenant: Tenant, people: People) -> Submitted:
    view = table(body, "view")
    context, place = read_kept(view, tenant.team)
    inputs_of(view)  # what is wrong in them is shown there, and it is too late to find none then
    await people.learn(tenant, {text(body, "user", "id")}, place.channel)
    if place.channel and place.kind is not PlaceKind.HOME:
        place = _place(tenant, people, place.channel, place.name)
    return Submitted(
        delivery=_delivery("form", body),
        sender=_interactor(body, tenant, people),
        place=place,
        reply=ReplyBy.MESSAGE,
        form=text(view, "callback_id"),
        context=context,
        values=read_values(view),
    )


async def _event(body: Table, tenant: Tenant, people: People) -> Inbound | None:
    event = table(body, "event")
    common: dict[str, Any] = {
        "delivery": maybe(body, "event_id") or digest(body),
        "reply": ReplyBy.MESSAGE,
        "opens": False,
    }
    nobody = Profile(people.profile(tenant, tenant.bot).account, "", bot=True)
    match text(event, "type"):
        case "app_mention" | "message":
            return await _said(event, tenant, people, common)
        case "app_home_opened":
            if maybe(event, "tab") != "home":
                return None
            sender = await _who(event, tenant, people)
            place = Place("slack", tenant.team, maybe(event, "channel"), PlaceKind.HOME)
            return Opened(sender=sender, place=place, **common)
        case "member_joined_channel":
            channel = text(event, "channel")
            sender = await _who(event, tenant, people, channel)
            if sender.account.user == tenant.bot:
                people.entered(tenant, channel, Channel(people.channel(tenant, channel).name, present=True))
            return Joined(sender=sender, place=_place(tenant, people, channel), **common)
        case "channel_unarchive" | "group_unarchive":
            channel = text(event, "channel")
            await people.learn(tenant, (), channel)
            place = _place(tenant, people, channel)  # Slack tells of every public channel
            return None if place.present is False else Joined(sender=nobody, place=place, **common)
        case "member_left_channel":
            channel = text(event, "channel")
            if event.get("user") == tenant.bot:
                people.forget(tenant, channel)
            return Left(sender=await _who(event, tenant, people), place=_place(tenant, people, channel), **common)
        case "channel_rename" | "group_rename":
            channel, name = text(event, "channel", "id"), maybe(event, "channel", "name")
            present = people.channel(tenant, channel).present
            if present:
                people.entered(tenant, channel, Channel(name, present=True))
            place = Place("slack", tenant.team, channel, name=name, present=present)
            return Renamed(sender=nobody, place=place, channel=True, **common)
        case "channel_archive" | "channel_deleted" | "channel_left" | "group_archive" | "group_deleted" | "group_left":
            channel = text(event, "channel")
            people.forget(tenant, channel)
            place = Place("slack", tenant.team, channel, present=False)
            return Gone(sender=nobody, place=place, **common)
        case "user_change":
            text(event, "user", "id")
            profile = people.told(tenant, table(event, "user"))
            place = Place("slack", tenant.team, "")
            if profile.gone:
                return Left(sender=profile, place=place, company=True, **common)
            return Renamed(sender=profile, place=place, **common)
        case "tokens_revoked" if not table(event, "tokens").get("bot"):
            return None
        case "app_uninstalled" | "tokens_revoked":
            return Uninstalled(sender=nobody, place=Place("slack", tenant.team, ""), **common)
        case _:
            return None


async def _said(event: Table, tenant: Tenant, people: People, common: dict[str, Any]) -> Typed | Heard | None:
    """A mention, a direct message, or a reply in a thread of the bot's own; anything else is none of its business."""
    user = maybe(event, "user")
    ours = event.get("bot_id") or not user or user == tenant.bot
    if ours or maybe(event, "subtype") not in _SUBTYPES:
        return None
    channel, message, thread = text(event, "channel"), text(event, "ts"), maybe(event, "thread_ts")
    thread = "" if thread == message else thread
    mentioned = event.get("type") == "app_mention"
    direct = maybe(event, "channel_type") == "im"
    parts = split(maybe(event, "text").strip())
    at_bot = next((at for at, each in enumerate(parts) if isinstance(each, Picked) and each.user == tenant.bot), None)
    if not (mentioned or direct):
        parent = maybe(event, "parent_user_id")
        if not thread or at_bot is not None or parent not in ("", tenant.bot):
            return None  # a mention of the bot comes as an event of its own
    if at_bot is not None and (mentioned or direct):
        after, before = parts[at_bot + 1 :], parts[:at_bot]
        parts = after if any(not isinstance(each, str) or each.strip() for each in after) else before
    await people.learn(tenant, {user, *_users(parts)}, channel if mentioned else "")
    people.entered(tenant, channel, Channel(people.channel(tenant, channel).name, present=True, direct=direct))
    sender = people.profile(tenant, user, home=maybe(event, "user_team"))
    kind = PlaceKind.DIRECT if direct else PlaceKind.CHANNEL
    place = Place("slack", tenant.team, channel, kind, people.channel(tenant, channel).name, present=True)
    if not (mentioned or direct):
        words = _words(parts, tenant, people)
        return Heard(sender=sender, place=place, thread=thread, words=words, message=message, **common)
    command = ""
    if parts and isinstance(parts[0], str):
        first = re.match(r"\s*/?(\S*)\s*", parts[0])
        command, rest = (first[1], parts[0][first.end() :]) if first else ("", parts[0])
        parts = [rest, *parts[1:]] if rest else parts[1:]
    return Typed(
        sender=sender, place=place, thread=thread, command=command, words=_words(parts, tenant, people), **common
    )


async def _who(event: Table, tenant: Tenant, people: People, channel: str = "") -> Profile:
    user = text(event, "user")
    await people.learn(tenant, {user}, channel)
    return people.profile(tenant, user, home=maybe(event, "user_team"))


def _interactor(body: Table, tenant: Tenant, people: People) -> Profile:
    name = maybe(body, "user", "name") or maybe(body, "user", "username")
    return people.profile(tenant, text(body, "user", "id"), name, maybe(body, "user", "team_id"))


def _place(tenant: Tenant, people: People, channel: str, name: str = "") -> Place:
    known = people.channel(tenant, channel)
    name = known.name or ("" if name in _NAMELESS else name)
    # Somebody else's direct channel looks like the bot's own, except that Slack does not let the bot see it.
    direct = known.direct or (channel.startswith("D") and known.present is None)
    return Place("slack", tenant.team, channel, PlaceKind.DIRECT if direct else PlaceKind.CHANNEL, name, known.present)


def _users(parts: list[str | Picked]) -> set[str]:
    return {each.user for each in parts if isinstance(each, Picked)}


def _words(parts: list[str | Picked], tenant: Tenant, people: People) -> Words:
    return tuple(
        each if isinstance(each, str) else Mention(people.profile(tenant, each.user, each.name)) for each in parts
    )


def _delivery(kind: str, body: Table) -> str:
    trigger = maybe(body, "trigger_id")
    return f"{kind}:{trigger}" if trigger else f"{kind}:{digest(body)}"
