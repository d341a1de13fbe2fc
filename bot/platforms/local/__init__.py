"""The chat in the browser: a platform of its own for trying everything out, with no account and no settings.

One rule: it is a chat product like the others, behind the same port; nothing knows that it is a sample.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, assert_never

from aiohttp import web

from bot import logs
from bot.inbound import Inbound, Place, PlaceKind, Words
from bot.messages import Message, Nothing, Reply
from bot.pack import Unreadable, unpack
from bot.platforms.local import door, draw, read
from bot.platforms.local.chat import Chat, Post, direct, own_page
from bot.platforms.local.live import Live
from bot.platforms.local.world import ClockControl, Resident, Room, Skin, Slash, Step, Tour, World
from bot.port import Answer, Busy, Capabilities, Never, Parcel, Sent, Way

__all__ = ["ClockControl", "Local", "Resident", "Room", "Skin", "Slash", "Step", "Tour", "World"]

log = logging.getLogger(__name__)


class Local:
    """A chat in memory, with its page. `clock` shows buttons that move the time, `tour` a list of things to try."""

    name = "local"
    can = Capabilities(
        finds=True,
        threads=True,
        private=True,
        forms_from_commands=True,
        home=True,
        quotes=False,
        hears=True,
        shows=False,
    )

    def __init__(
        self, world: World, now: Callable[[], datetime], clock: ClockControl | None = None, tour: Tour | None = None
    ) -> None:
        self.world, self.now, self.clock = world, now, clock
        self.chat = Chat(world)
        self.live = Live(world, self.chat, now, clock is not None, tour)
        self.announced: Mapping[str, datetime] = {}  # when that was said which is delivered late, by token
        self._answer: Answer | None = None
        self._in_hand: set[asyncio.Task[Any]] = set()

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The page, its files, its stream and what people do."""
        return [
            web.get("/", door.guarded(door.page)),
            web.get("/page/{file}", door.guarded(door.asset)),
            web.get("/live", door.guarded(self._live)),
            web.post("/act", door.guarded(self._act)),
        ]

    async def open(self, answer: Answer) -> None:
        """Begin to take what people do."""
        self._answer = answer

    async def close(self) -> None:
        """Take nothing more, finish what is in hand, let the pages go."""
        self._answer = None
        self.live.closing = True
        self.chat.change()
        await asyncio.gather(*self._in_hand, return_exceptions=True)

    def draw(self, message: Message) -> draw.Drawn:
        """The message as the page gets it."""
        return draw.message(message)

    async def deliver(self, parcel: Parcel) -> Sent:
        """Put it into the chat; the same token never twice."""
        match parcel.way:
            case Way.POST:
                where = self._room(parcel)
                return self._post(parcel, where)
            case Way.EDIT:
                where = f"{parcel.tenant}/{parcel.channel}"
                if not self.chat.known(where):
                    raise Never(f"there is no room {parcel.channel} here", gone=True)
                self.chat.edit(where, parcel.message, parcel.content, at=self.now())
                return Sent(parcel.channel, parcel.message)
            case Way.PRIVATE:
                person, where = self._person(parcel), self._room(parcel)
                if not self.chat.reads(person.user, where):
                    raise Never(f"{person.name} is not in {parcel.channel}")
                return self._post(parcel, where, to=person.user)
            case Way.DIRECT:
                return self._post(parcel, direct(self._person(parcel)))
            case Way.HOME:
                person = self._person(parcel)
                version = self.chat.home(person.user, parcel.content)
                return Sent(own_page(person).partition("/")[2], str(version))
        assert_never(parcel.way)

    async def find(self, parcel: Parcel) -> Sent | None:
        """Whether it is in the chat."""
        post = self.chat.find(parcel.token)
        return _sent(post) if post else None

    async def check(self) -> list[str]:
        """Nothing can be wrong with it: it has no settings."""
        return []

    def _post(self, parcel: Parcel, where: str, to: str = "") -> Sent:
        at = self.announced.get(parcel.token) or self.now()
        post = self.chat.post(where, parcel.content, token=parcel.token, at=at, thread=parcel.thread, to=to)
        return _sent(post)

    def _room(self, parcel: Parcel) -> str:
        where = f"{parcel.tenant}/{parcel.channel}"
        if where in self.chat.directs:
            return where
        if not self.chat.known(where):
            raise Never(f"there is no room {parcel.channel} here", gone=True)
        if where not in self.chat.present:
            raise Never(f"Bellwether is not in {parcel.channel}", gone=True)
        return where

    def _person(self, parcel: Parcel) -> Resident:
        resident = self.world.resident(parcel.account.user) if parcel.account else None
        if resident is None:
            raise Never("there is nobody of that name here", gone=True)
        return resident

    async def _live(self, request: web.Request) -> web.StreamResponse:
        try:
            people = [read.who(self.world, user) for user in request.query.getall("as", [])]
        except read.Refused as problem:
            return _refused(400, str(problem))
        return await self.live.stream(request, people)

    async def _act(self, request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/json":
            return _refused(415, "Only JSON is taken here.")
        if self._answer is None:
            return _refused(503, "The chat is not open.")
        try:
            asked: read.Asked = unpack((await request.read()).decode(), read.Asked)
        except (Unreadable, UnicodeDecodeError):
            return _refused(400, "That could not be read.")
        task = asyncio.ensure_future(self._done(asked, self._answer))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)
        return await asyncio.shield(task)

    async def _done(self, asked: read.Asked, answer: Answer) -> web.Response:
        try:
            match asked:
                case read.Move():
                    return await self._move(asked)
                case _:
                    reply, told = await self._take(asked, answer)
                    return web.json_response(draw.reply(reply, told), headers=door.HEADERS)
        except read.Refused as problem:
            return _refused(422, str(problem))
        except Busy:
            return _refused(
                503, "I have too much to do at this moment and could not take this. Please send it again in a minute."
            )
        except Exception:
            token = logs.spoken()
            log.exception("an act failed (%s)", token)
            return _refused(
                500, f"Something went wrong and nothing was saved. Please try again. The log calls it {token}."
            )

    async def _move(self, asked: read.Move) -> web.Response:
        if self.clock is None:
            raise read.Refused("The time cannot be moved here.")
        if self.live.moving:
            raise read.Refused("The clock is moving already.")
        if not 0 <= asked.hours <= 24 * 366:
            raise read.Refused("The clock goes forward only, a year at most.")
        self.live.moving = True
        self.chat.change()
        try:
            await (self.clock.forward(asked.hours) if asked.hours else self.clock.next_event())
        finally:
            self.live.moving = False
            self.chat.change()
        return web.json_response(draw.reply(Nothing(), None), headers=door.HEADERS)

    async def _take(self, act: read.Act, answer: Answer) -> tuple[Reply, Post | None]:
        person = read.who(self.world, act.who)
        match act:
            case read.Say():
                return await self._say(act, person, answer)
            case read.Press():
                place = read.place(self.world, self.chat, person, act.where)
                post = self.chat.get(act.message)
                if post and (post.where != act.where or post.to not in ("", person.user)):
                    raise read.Refused("That is not yours to press.")
                base = read.arrival(person, act, place, post.thread if post else "")
                return await self._ask(answer, read.pressed(base, act), person, place)
            case read.Submit():
                place = read.place(self.world, self.chat, person, act.where)
                base = read.arrival(person, act, place, act.thread)
                return await self._ask(answer, read.submitted(base, act), person, place)
            case read.Open():
                place = read.place(self.world, self.chat, person, own_page(person))
                reply = await answer(read.opened(read.arrival(person, act, place)))
                if isinstance(reply, Message):
                    self.chat.home(person.user, reply)
                return reply, None
            case read.Invite():
                return await self._invite(act, person, answer)
        assert_never(act)

    async def _say(self, act: read.Say, person: Resident, answer: Answer) -> tuple[Reply, Post | None]:
        place = read.place(self.world, self.chat, person, act.where)
        words = read.spoken(self.world, act)
        parent = self.chat.get(act.thread)
        if place.kind is PlaceKind.HOME or (act.thread and (parent is None or parent.where != act.where)):
            raise read.Refused("That cannot be written there.")
        in_slack = read.skin(self.world, person, act.where) is Skin.SLACK
        base = read.arrival(person, act, place, act.thread, opens=in_slack)
        typed = read.typed(base, words)
        if typed and place.kind is PlaceKind.CHANNEL and read.is_command(words):
            return await self._ask(answer, typed, person, place, asked=words)
        own = self.chat.post(
            act.where, words, token=f"said:{base.delivery}", at=self.now(), author=person.user, thread=act.thread
        )
        value: Inbound | None = typed or read.heard(base, words, parent, own, unnamed=in_slack)
        if value is None:
            return Nothing(), None
        return await self._ask(answer, value, person, place)

    async def _invite(self, act: read.Invite, person: Resident, answer: Answer) -> tuple[Reply, Post | None]:
        place = read.place(self.world, self.chat, person, act.where)
        if place.kind is not PlaceKind.CHANNEL:
            raise read.Refused("Bellwether is there already.")
        new = not place.present
        self.chat.present.add(act.where)
        try:
            asked = await self._ask(answer, read.joined(read.arrival(person, act, place)), person, place)
        except BaseException:
            if new:
                self.chat.present.discard(act.where)
            raise
        notice = f"{person.name} added {read.BOT} to {place.name}."
        self.chat.post(act.where, notice, token=f"invited:{person.user}:{act.id}", at=self.now())
        return asked

    async def _ask(
        self,
        answer: Callable[[Inbound], Awaitable[Reply]],
        value: Inbound,
        person: Resident,
        place: Place,
        asked: Words = (),
    ) -> tuple[Reply, Post | None]:
        """Have it answered; a message is put where it happened, for that person alone (from their own page: into their direct messages)."""
        reply = await answer(value)
        if not isinstance(reply, Message):
            return reply, None
        where = direct(person) if place.kind is PlaceKind.HOME else f"{place.tenant}/{place.channel}"
        told = self.chat.post(
            where,
            reply,
            token=f"told:{place.tenant}:{value.delivery}",
            at=self.now(),
            thread=value.thread,
            to=person.user,
            asked=asked,
        )
        return reply, told


def _sent(post: Post) -> Sent:
    return Sent(post.where.partition("/")[2], post.id)


def _refused(status: int, words: str) -> web.Response:
    return web.json_response({"error": words}, status=status, headers=door.HEADERS)
