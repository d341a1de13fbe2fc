"""Sending what `scheduler.delivery` hands over, and looking whether it arrived. One rule: nothing is tried twice here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, assert_never

from bot.platforms.slack.calls import Refused, ask
from bot.platforms.slack.draw import HOME_BLOCKS, draw, fallback
from bot.platforms.slack.tenants import Tenant, Tenants
from bot.port import Later, Never, Parcel, Sent, Way
from bot.wire import Table, maybe, rows, table

PAGES, THREAD_PAGES, PAGE = 3, 10, 100
EVENT = "bellwether"
OUTSIDE = {"user_not_in_channel", "not_in_channel", "channel_not_found"}  # the person, or the bot itself


class Sender:
    """Posts, edits and finds."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants
        self._direct: dict[tuple[str, str], str] = {}

    async def deliver(self, parcel: Parcel) -> Sent:
        """Send it. Raises `Later` or `Never`."""
        tenant = await self._tenant(parcel)
        words: dict[str, Any] = {
            "text": fallback(parcel.content),
            "blocks": draw(parcel.content, parcel.tenant),
            "parse": "none",
        }
        match parcel.way:
            case Way.POST:
                return await self._post(tenant, parcel, parcel.channel, words)
            case Way.DIRECT:
                return await self._post(tenant, parcel, await self._channel(tenant, parcel), words)
            case Way.EDIT:
                said = await ask(
                    tenant.client.chat_update, changes=True, channel=parcel.channel, ts=parcel.message, **words
                )
                return Sent(parcel.channel, maybe(said, "ts") or parcel.message)
            case Way.PRIVATE:
                return await self._private(tenant, parcel, words)
            case Way.HOME:
                view = {"type": "home", "blocks": draw(parcel.content, parcel.tenant, HOME_BLOCKS)}
                said = await ask(tenant.client.views_publish, changes=True, user_id=_user(parcel), view=view)
                return Sent("", maybe(said, "view", "id"))
            case _:
                assert_never(parcel.way)

    async def find(self, parcel: Parcel) -> Sent | None:
        """Look for a post or direct message by its token, newest first; an edit needs no looking, it may be made again."""
        if parcel.way not in (Way.POST, Way.DIRECT):
            return None
        try:
            tenant = await self._tenant(parcel)
            channel = await self._channel(tenant, parcel) if parcel.way is Way.DIRECT else parcel.channel
            return await self._look(tenant, parcel, channel)
        except Never as error:
            if error.gone:
                return None
            raise Later(f"cannot be looked for: {error}") from error

    async def _look(self, tenant: Tenant, parcel: Parcel, channel: str) -> Sent | None:
        cursor = ""
        for _ in range(THREAD_PAGES if parcel.thread else PAGES):
            pages: dict[str, Any] = {
                "channel": channel,
                "limit": PAGE,
                "cursor": cursor or None,
                "include_all_metadata": True,
            }
            if parcel.thread:  # oldest first: Slack turns only channels round
                said = await ask(tenant.client.conversations_replies, ts=parcel.thread, **pages)
            else:
                said = await ask(tenant.client.conversations_history, **pages)
            for message in rows(said, "messages"):
                if _token(message) == parcel.token:
                    return Sent(channel, maybe(message, "ts"))
            cursor = maybe(said, "response_metadata", "next_cursor")
            if not cursor:
                return None
        return None

    async def _post(self, tenant: Tenant, parcel: Parcel, channel: str, words: dict[str, Any]) -> Sent:
        said = await ask(
            tenant.client.chat_postMessage,
            changes=True,
            channel=channel,
            thread_ts=parcel.thread or None,
            metadata={"event_type": EVENT, "event_payload": {"token": parcel.token}},
            unfurl_links=False,
            unfurl_media=False,
            mrkdwn=False,
            **words,
        )
        return Sent(maybe(said, "channel") or channel, maybe(said, "ts"))

    async def _private(self, tenant: Tenant, parcel: Parcel, words: dict[str, Any]) -> Sent:
        """Say it in the room to one person, or directly where Slack refuses because one of the two is not in that room."""
        try:
            said = await ask(
                tenant.client.chat_postEphemeral,
                changes=True,
                channel=parcel.channel,
                user=_user(parcel),
                thread_ts=parcel.thread or None,
                **words,
            )
        except Refused as error:
            if error.why not in OUTSIDE:
                raise
            return await self._post(tenant, replace(parcel, thread=""), await self._channel(tenant, parcel), words)
        return Sent(parcel.channel, maybe(said, "message_ts"))

    async def _channel(self, tenant: Tenant, parcel: Parcel) -> str:
        """The direct channel with somebody. Opening it leaves nothing behind that could be there twice."""
        user = _user(parcel)
        if (tenant.team, user) not in self._direct:
            said = await ask(tenant.client.conversations_open, users=[user])
            self._direct[tenant.team, user] = maybe(said, "channel", "id")
        return self._direct[tenant.team, user]

    async def _tenant(self, parcel: Parcel) -> Tenant:
        tenant = await self._tenants.of(parcel.tenant)
        if tenant is None:
            raise Never(f"Bellwether is not installed in the Slack workspace {parcel.tenant}", gone=True)
        return tenant


def _user(parcel: Parcel) -> str:
    if parcel.account is None:
        raise Never("nobody to send it to")
    return parcel.account.user


def _token(message: Table) -> str:
    metadata = table(message, "metadata")
    return maybe(metadata, "event_payload", "token") if metadata.get("event_type") == EVENT else ""
