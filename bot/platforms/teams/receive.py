"""What was let in is read and answered. One rule: nothing is acknowledged before it is saved, and nobody hears that it was not when it was."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from aiohttp import web

from bot import logs
from bot.inbound import Inbound
from bot.messages import Errors, Message, Reply
from bot.platforms.teams.adapter import Adapter, Untaken
from bot.platforms.teams.answers import BUSY, done, in_dialog, in_words, not_sent, on_card, once_more, too_busy
from bot.platforms.teams.arriving import Near
from bot.platforms.teams.auth import Claims, Doorkeeper
from bot.platforms.teams.people import Untold
from bot.platforms.teams.read import read
from bot.platforms.teams.rooms import deleted
from bot.platforms.teams.sheet import EXECUTE, FETCH, SUBMIT, Drawn
from bot.platforms.teams.spot import PLATFORM, tenant_of
from bot.port import Answer, Busy, Later, Never, Parcel, Sent, Way
from bot.wire import Malformed, Table, maybe

log = logging.getLogger(__name__)

UNSAVED = "Something went wrong and nothing was saved. Please try again; if it happens again, tell your operator:"
UNSHOWN = "It was done, but cannot be shown here. Please tell your operator:"
WHISPERS = 16  # words given back that are under way at once
CLOSING = 5  # seconds that what is in hand has when the bot stops

Whisper = Callable[[Parcel, Mapping[str, str]], Awaitable[Sent]]


class Receiver:
    """All activities of Teams take this way. `whisper` says something to one person at once, with errors at the fields of its form."""

    def __init__(self, door: Doorkeeper, near: Near, whisper: Whisper) -> None:
        self._adapter = Adapter(door)
        self._near, self._whisper = near, whisper
        self._answer: Answer | None = None
        self._in_hand: set[asyncio.Future[None]] = set()
        self._whispers = 0

    def open(self, answer: Answer) -> None:
        """Begin to answer."""
        self._answer = answer

    async def close(self) -> None:
        """Take nothing more, and finish what is in hand (five seconds at most)."""
        self._answer = None
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=CLOSING)

    async def post(self, request: web.Request) -> web.Response:
        """Take one HTTP request from Teams."""
        return await self._adapter.process(request, self)

    async def take(self, activity: Table, claims: Claims) -> Drawn | None:
        """Have an activity answered; gives what an invoke is answered with, None for others and for an invoke that we do not know."""
        if self._answer is None:
            raise Untaken(503, "not receiving")
        in_hand = asyncio.get_running_loop().create_future()
        self._in_hand.add(in_hand)
        try:
            return await self._answered(activity, claims, self._answer)
        finally:
            self._in_hand.discard(in_hand)
            in_hand.set_result(None)

    async def _answered(self, activity: Table, claims: Claims, answer: Answer) -> Drawn | None:
        name = maybe(activity, "name") if activity["type"] == "invoke" else ""
        ours = name in (EXECUTE, FETCH, SUBMIT)
        replies: list[tuple[Inbound, Reply]] = []
        asked: Inbound | None = None
        try:
            values = await read(activity, claims.app, self._near)
            await self._near.directory.learn(activity, claims.app)
            for value in values:
                asked = value
                replies.append((value, await answer(value)))
            if gone := deleted(activity):
                await self._near.directory.forget(tenant_of(activity), gone)
        except Malformed:
            raise
        except Busy as error:
            if ours:
                return in_words(name, f"{BUSY} Please try again in a minute.", activity)
            await self._busy(asked, error)
            return None
        except Untold as error:
            log.info("%s", error)
            if ours:
                return in_words(name, "Teams does not say just now who you are. Please try again.", activity)
            raise Untaken(503, "cannot be told now who sent it") from error
        except Exception as error:
            token = logs.spoken()
            log.error("a request failed (%s)", token, exc_info=error)
            if ours:
                return in_words(name, f"{UNSAVED} {token}", activity)
            raise Untaken(500, "failed") from error
        if not ours:
            for value, reply in replies:
                await self._note(value, reply)
            return None
        if not replies:
            return in_words(name, "Teams does not say who you are, so nothing was done.", activity)
        return _drawn(name, activity, *replies[0])

    async def _note(self, value: Inbound, reply: Reply) -> None:
        """Say what is wrong in a form that was sent as a message, by a client without dialogs: its answer has no room for anything."""
        if not isinstance(reply, Errors):
            return
        await self._tell(value, once_more(value, reply) or not_sent(value, reply), reply.fields)

    async def _busy(self, value: Inbound | None, error: Busy) -> None:
        """Give back what somebody said to the bot; what nobody said is brought again."""
        content = too_busy(value) if value else None
        if value is None or content is None or self._whispers >= WHISPERS:
            raise Untaken(503, "too much to do") from error
        self._whispers += 1
        try:
            await self._tell(value, content)
        finally:
            self._whispers -= 1

    async def _tell(self, value: Inbound, content: Message, errors: Mapping[str, str] = MappingProxyType({})) -> None:
        """Say something to one person at once that is kept nowhere."""
        place = value.place
        parcel = Parcel(
            Way.PRIVATE,
            PLATFORM,
            place.tenant,
            content,
            token=value.delivery,
            channel=place.channel,
            account=value.sender.account,
            thread=value.thread,
        )
        try:
            await self._whisper(parcel, errors)
        except Later as error:
            if not error.unsure:  # it is not kept anywhere: brought again, it is wrong again, and that is said then
                raise Untaken(503, "cannot be answered now") from error
            log.info("an answer may be lost: %s", error)
        except Never as error:
            log.info("an answer could not be given: %s", error)


def _drawn(name: str, activity: Table, value: Inbound, reply: Reply) -> Drawn:
    try:
        return on_card(value, reply) if name == EXECUTE else in_dialog(name, value, reply)
    except Exception as error:
        token = logs.spoken()
        log.error("an answer could not be drawn (%s)", token, exc_info=error)
        if isinstance(reply, Errors):
            return in_words(name, f"{UNSAVED} {token}", activity)
        return done(name, f"{UNSHOWN} {token}")
