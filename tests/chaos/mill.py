"""A process to be killed: it answers deliveries, announces posts, fires timers and delivers to a platform over HTTP.

One rule: a number is told to the parent only once its transaction was committed.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from aiohttp import ClientError, ClientSession
from sqlmodel import Session

from bot.messages import Message
from bot.pack import pack
from bot.port import Later, Parcel, Sent, Way
from bot.words import line, plain
from scheduler import Metronome, timer
from scheduler.delivery import Delivery
from storage import Database, inbox, outbox, timers
from tests.fakes.recorder import EVERYTHING, Recorder


class OverHttp(Recorder):
    """Posts to the fake platform, and asks it what arrived."""

    def __init__(self, url: str, http: ClientSession) -> None:
        super().__init__(can=EVERYTHING)
        self.url, self.http = url, http

    async def deliver(self, parcel: Parcel) -> Sent:
        return await self._ask("post", parcel) or Sent("", "")

    async def find(self, parcel: Parcel) -> Sent | None:
        return await self._ask("find", parcel)

    async def _ask(self, what: str, parcel: Parcel) -> Sent | None:
        said = {"token": parcel.token, "channel": parcel.channel, "words": plain(parcel.content.title)}
        try:
            async with self.http.post(f"{self.url}/{what}", json=said) as answer:
                message = (await answer.json())["message"]
        except ClientError as fault:
            raise Later(str(fault), unsure=True) from fault
        return Sent(parcel.channel, message) if message else None


def now() -> datetime:
    return datetime.now(UTC)


def say(session: Session, words: str, number: int) -> None:
    lane = outbox.lane(session, "slack", "T1", f"C{number % 3}")
    message = pack(Message(line(words)), Message)
    outbox.announce(session, now=now(), lane=lane, way=Way.POST, subject=f"s:{number % 5}", message=message)


def answer(session: Session, number: int) -> None:
    """One inbound thing: noted, said, and something planned for it."""
    if inbox.seen(session, "slack", "T1", str(number), now()) is None:
        say(session, f"said {number}", number)
        timers.plan(session, kind="mill.ring", subject=f"s:{number}", due_at=now(), once=f"ring {number}")


async def mill(database_url: str, platform_url: str, first: int, parent: Connection) -> None:
    database = Database(database_url)

    @timer("mill.ring")
    def ring(batch: list[timers.Due], session: Session, at: datetime) -> None:
        for each in batch:
            say(session, f"rang {each.subject[2:]}", int(each.subject[2:]))

    async with ClientSession() as http:
        delivery = Delivery(database, {"slack": OverHttp(platform_url, http)}, now, lambda session, claimed: None)
        metronome = Metronome(database, now, delivery.wake)
        await delivery.start()
        await metronome.start()
        for number in range(first, first + 100_000):
            await database.transact(answer, number)
            parent.send(number)
            delivery.wake()
            metronome.wake()
            await asyncio.sleep(0.02)


def run(database_url: str, platform_url: str, first: int, parent: Connection) -> None:
    """Work until killed."""
    asyncio.run(mill(database_url, platform_url, first, parent))
