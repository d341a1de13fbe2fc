"""Sending what `scheduler.delivery` hands over. One rule: nothing that may have arrived is sent again here, and what is for one
person is never shown to others: where Teams does not let it into the room so, it is said in the chat with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, assert_never

from bot.messages import Message, Paragraph
from bot.platforms.teams.apps import Registration
from bot.platforms.teams.connector import GONE, Connector, Declined
from bot.platforms.teams.directory import Address, Directory
from bot.platforms.teams.draw import draw, fallback
from bot.platforms.teams.sheet import CARD
from bot.platforms.teams.spot import CHANNEL, PERSONAL, kind_of
from bot.port import Later, Never, Parcel, Sent, Way
from bot.wire import maybe
from bot.words import line

Errors = Mapping[str, str]


class Sender:
    """Posts and edits, in rooms and in the chats with one person."""

    def __init__(self, apps: Iterable[Registration], connector: Connector, directory: Directory) -> None:
        self._apps = {each.app: each for each in apps}
        self._connector, self._directory = connector, directory

    async def deliver(self, parcel: Parcel) -> Sent:
        """Send it. Raises `Later`, `Never`, and `Malformed` where Teams answers oddly."""
        match parcel.way:
            case Way.POST:
                return await self._post(parcel, await self._room(parcel))
            case Way.EDIT:
                return await self._edit(parcel, await self._room(parcel))
            case Way.PRIVATE:
                return await self.private(parcel)
            case Way.DIRECT:
                return await self._direct(parcel)
            case Way.HOME:
                return await self._home(parcel)
            case _:
                assert_never(parcel.way)

    async def _post(self, parcel: Parcel, there: Address, to: str | None = None, errors: Errors | None = None) -> Sent:
        """Say it there; `to` is the `29:` address of the one who shall see it, None for all who are there."""
        assert to != "", "for one person, and nobody knows whom"
        conversation = there.conversation
        if parcel.thread and there.kind == CHANNEL:
            conversation += f";messageid={parcel.thread}"
        activity = _activity(parcel, there, to, errors)
        app = self._app(there)
        message = await self._connector.post(app, there.service_url, conversation, activity, targeted=to is not None)
        return Sent(there.conversation, message)

    async def _edit(self, parcel: Parcel, there: Address) -> Sent:
        activity = _activity(parcel, there)
        app = self._app(there)
        await self._connector.put(app, there.service_url, there.conversation, parcel.message, activity)
        return Sent(there.conversation, parcel.message)

    async def private(self, parcel: Parcel, errors: Errors | None = None) -> Sent:
        """Say it in the room to one person, or in the chat with them where Teams does not let it in there; `errors` stand at the fields of a
        form in it. Raises as `deliver`."""
        there = await self._room(parcel)
        if there.kind == PERSONAL:
            return await self._post(parcel, there, errors=errors)
        try:
            return await self._post(parcel, there, await self._member(parcel, there), errors)
        except Declined as error:
            if error.status not in (400, *GONE):
                raise
        return await self._direct(parcel, errors)

    async def _direct(self, parcel: Parcel, errors: Errors | None = None) -> Sent:
        """Say it in the chat with one person, begun anew where the one that was kept is no more."""
        kept = await self._directory.of(parcel.tenant, f"@{_user(parcel)}")
        if kept and kept.conversation:
            try:
                return await self._post(parcel, kept, errors=errors)
            except Declined as error:
                if error.status != 404:
                    raise
        return await self._post(parcel, await self._begin(parcel, kept), errors=errors)

    async def _home(self, parcel: Parcel) -> Sent:
        """Teams has no page that a bot could fill: it is one card in the chat, edited as long as it stands."""
        if parcel.message:
            kept = await self._directory.of(parcel.tenant, f"@{_user(parcel)}")
            there = await self._room(parcel) if parcel.channel else kept
            try:
                if there and there.conversation:
                    return await self._edit(parcel, there)
            except Declined as error:
                if error.status not in GONE:
                    raise
        return await self._direct(parcel)

    async def _begin(self, parcel: Parcel, kept: Address | None) -> Address:
        """The chat with somebody. To begin it leaves nothing behind that could be there twice."""
        user = _user(parcel)
        near = kept or await self._tenant(parcel)
        wish = {
            "bot": {"id": near.bot},
            "isGroup": False,
            "members": [{"id": near.user or user}],
            "tenantId": parcel.tenant,
            "channelData": {"tenant": {"id": parcel.tenant}},
        }
        conversation = await self._connector.begin(self._app(near), near.service_url, wish)
        theirs = replace(near, conversation=conversation, kind=PERSONAL, team="")
        await self._directory.keep(parcel.tenant, f"@{user}", theirs)
        await self._directory.keep(parcel.tenant, conversation, replace(theirs, user=""))
        return theirs

    async def _member(self, parcel: Parcel, there: Address) -> str:
        """The person's `29:` address for the bot of that room, from the room's roster where they never wrote to it."""
        user = _user(parcel)
        kept = await self._directory.of(parcel.tenant, f"@{user}")
        if kept and kept.user and kept.app == there.app:
            return kept.user
        found = await self._connector.member(self._app(there), there.service_url, there.conversation, user)
        if not (theirs := maybe(found, "id")):
            raise Later(f"Teams does not say how to write to {user} alone")
        home = maybe(found, "tenantId") or (kept.home if kept else "")
        address = replace(there, conversation="", kind="", team="", user=theirs, home=home)
        await self._directory.keep(parcel.tenant, f"@{user}", address)
        return theirs

    async def _room(self, parcel: Parcel) -> Address:
        """The address of the parcel's channel; of one that was never heard from, what is known of its tenant."""
        if kept := await self._directory.of(parcel.tenant, parcel.channel):
            return kept
        return replace(await self._tenant(parcel), conversation=parcel.channel, kind=kind_of(parcel.channel))

    async def _tenant(self, parcel: Parcel) -> Address:
        if kept := await self._directory.of(parcel.tenant, ""):
            return kept
        raise Never(f"Bellwether has not heard from the Teams tenant {parcel.tenant} yet: install it there", gone=True)

    def _app(self, address: Address) -> Registration:
        if address.app not in self._apps:
            raise Later(f"the Teams registration {address.app or 'without credentials'} is not configured")
        return self._apps[address.app]


def _activity(parcel: Parcel, there: Address, to: str | None = None, errors: Errors | None = None) -> dict[str, Any]:
    content = parcel.content
    if parcel.answers and there.kind != CHANNEL:  # no threads there
        content = _answering(content, parcel)
    activity: dict[str, Any] = {
        "type": "message",
        "from": {"id": there.bot},
        "conversation": {"id": there.conversation},
        "summary": fallback(content),
        "attachments": [{"contentType": CARD, "content": draw(content, parcel.tenant, errors=errors)}],
    }
    if to is not None:
        activity["recipient"] = {"id": to, "isTargeted": True}
    return activity


def _answering(content: Message, parcel: Parcel) -> Message:
    return replace(content, body=(Paragraph(line("In answer to: ", *parcel.answers)), *content.body))


def _user(parcel: Parcel) -> str:
    if parcel.account is None:
        raise Never("nobody to send it to")
    return parcel.account.user
