"""What a whole `/celebrate` costs: `python -m tests.bench.answers [--postgres URL] [--seconds 1.5] [--runs 5]`.

The whole bot (signature, bolt, inbox, transaction, record, outbox, reply; SQLite with synchronous=FULL in a file, or PostgreSQL as it
is configured) against a bare bolt app that answers the same signed requests, with the same authorize, and stores nothing. Each is a
process of its own; a Slack on loopback that answers at once is another one. The load comes from here: requests that were signed
before the clock starts, each with a trigger id of its own, over connections that stay open, in 32 partnerships. Shown once with
delivery standing still, so that it is the answers alone, and once with delivery sending what they cause in the same process, by the
same two cores. Every reply is looked at, and what was acknowledged is counted in the database at the end.

One rule: all take turns in one run, and what is printed are medians of the runs with what they are of.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import itertools
import logging
import multiprocessing
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from statistics import median
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr
from sqlalchemy import make_url
from sqlmodel import Session, func, select

from bot.inbound import Place, PlaceKind, Profile
from bot.settings import Settings
from bot.words import Account, Key, Role, Status
from storage import Database, partnerships, people
from storage.tables import Celebration, Member, Partnership, Side
from tests.fakes.slack import BOT, SECRET, TEAM, TOKEN, FakeSlack

ROOMS, CROWD = 32, 32
FASTEST = 6000
"""More requests a second than any of them answers."""
CAST = {"U01ANA": "Ana Ruiz", "U02BO": "Bo Chen"}
SPAWN = multiprocessing.get_context("spawn")
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Run:
    """One run of one server: requests a second, median and 99th percentile in ms, ms of the server's processors a request, and how
    many were turned away because it had too much to do."""

    rate: float
    middle: float
    slow: float
    cpu: float
    turned: int


# The servers ---------------------------------------------------------------------------------------------------------


def slack(pipe: Connection) -> None:
    """A Slack that answers at once."""

    async def main() -> None:
        channels = {f"C{number:02}": {"name": f"room-{number}", "is_member": True} for number in range(ROOMS)}
        async with FakeSlack(channels=channels) as fake:
            pipe.send(fake.api)
            while not pipe.poll():
                fake.calls.clear()
                fake.posts.clear()
                await asyncio.sleep(0.2)

    asyncio.run(main())


def bare(pipe: Connection, api: str) -> None:
    """A bolt app that answers and stores nothing."""

    async def nothing() -> None:
        pass

    answering(pipe, nothing)


def answering(pipe: Connection, before: Callable[[], Awaitable[None]]) -> None:
    """A bolt app that does something before it answers, and nothing else."""
    from aiohttp import web
    from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
    from slack_bolt.app.async_app import AsyncApp
    from slack_bolt.authorization import AuthorizeResult

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_user_id=BOT, bot_token=TOKEN)

    async def celebrate(ack: Any) -> None:
        await before()
        await ack("Celebrated, and that is all.")

    async def main() -> None:
        app = AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=True)
        app.command("/celebrate")(celebrate)

        async def post(request: web.Request) -> web.Response:
            return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

        site = web.Application()
        site.router.add_post("/slack/events", post)
        runner = web.AppRunner(site, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        pipe.send(runner.addresses[0][1])
        await asyncio.to_thread(pipe.recv)

    asyncio.run(main())


def ours(pipe: Connection, api: str, url: str, delivers: bool) -> None:
    """The whole bot, with its delivery or without."""
    from bot.app import App, connect, utc_now

    logging.basicConfig(level=logging.WARNING)
    settings = Settings.model_construct(
        slack_bot_token=SecretStr(TOKEN), slack_signing_secret=SecretStr(SECRET), slack_api_url=api, bellwether_port=0
    )

    async def nothing() -> None:
        pass

    async def main() -> None:
        database = Database(url)
        app = App(settings, database, connect(settings, database, utc_now))
        if not delivers:
            app.delivery.start = nothing  # type: ignore[method-assign]
        await app.start()
        pipe.send(app.port)
        await asyncio.to_thread(pipe.recv)
        await app.stop()

    asyncio.run(main())


@contextmanager
def running(server: Any, *arguments: Any) -> Iterator[tuple[Any, int]]:
    """A server in a process of its own; gives what it tells of where it listens, and its process."""
    mine, its = SPAWN.Pipe()
    process = SPAWN.Process(target=server, args=(its, *arguments), daemon=True)
    process.start()
    assert mine.poll(60), "it did not start"
    assert process.pid is not None
    try:
        yield mine.recv(), process.pid
    finally:
        mine.send(None)
        process.join(20)
        process.kill()


# The load ------------------------------------------------------------------------------------------------------------

_numbers = itertools.count()


def requests(count: int) -> list[bytes]:
    """So many `/celebrate`, signed now."""
    run, made = f"{os.getpid()}.{time.time_ns()}", []
    for number in itertools.islice(_numbers, count):
        body = urlencode(
            {
                "command": "/celebrate",
                "text": f"<@U02BO|bo> for closing the pilot in record time, the {number}th time",
                "team_id": TEAM,
                "team_domain": "northwind",
                "channel_id": f"C{number % ROOMS:02}",
                "channel_name": "room",
                "user_id": "U01ANA",
                "user_name": "ana",
                "api_app_id": "A1",
                "is_enterprise_install": "false",
                "trigger_id": f"{run}.{number}",
                "response_url": "https://hooks.slack.com/commands/x",
            }
        ).encode()
        stamp = str(int(time.time()))
        seal = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        head = (
            "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={seal}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


async def load(port: int, pid: int, clients: int, seconds: float, least: int = 0) -> tuple[Run, int]:
    """Let so many clients ask one thing after the other for a while, and so many things at least; gives how it went and how many
    were answered."""
    waiting = iter(requests(int(FASTEST * seconds) + least))
    took: list[float] = []
    turned: list[bytes] = []
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(clients)]
    began, used = time.perf_counter(), _used(pid)
    until = began + seconds

    async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for request in waiting:
            asked = time.perf_counter()
            if asked > until and len(took) >= least:
                return
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
            if b"elebrated" in body:
                took.append(time.perf_counter() - asked)
            else:
                assert b"too much to do" in body, head + body
                turned.append(body)

    await asyncio.gather(*(ask(*line) for line in lines))
    spent, cpu = time.perf_counter() - began, _used(pid) - used
    for _, writer in lines:
        writer.close()
    took.sort()
    middle, slow = took[len(took) // 2] * 1e3, took[len(took) * 99 // 100] * 1e3
    return Run(len(took) / spent, middle, slow, cpu / len(took) * 1e3, len(turned)), len(took)


def _used(pid: int) -> float:
    """Seconds of the processors that a process had so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


# All of it -----------------------------------------------------------------------------------------------------------


def found(session: Session) -> None:
    """Partnerships, each in a room of its own, with the same people."""
    now = datetime.now(UTC)
    for number in range(ROOMS):
        row = Partnership(name=f"Partnership {number}", status=Status.ACTIVE, created_at=now)
        session.add(row)
        session.flush()
        for key in Key:
            session.add(Side(partnership_id=row.id, key=key, organisation=f"Organisation {key}", zone="Europe/Berlin"))
        session.flush()
        place = Place("slack", TEAM, f"C{number:02}", PlaceKind.CHANNEL, name=f"room-{number}", present=True)
        partnerships.settle_in(session, place, row.id, None)
        for (user, name), key in zip(CAST.items(), Key, strict=True):
            account = people.meet(session, Profile(Account("slack", TEAM, user), name, "Europe/Berlin"), TEAM)
            member = Member(
                partnership_id=row.id, person_id=account.person_id, side=key, role=Role.SHEPHERD, joined_at=now
            )
            session.add(member)
    session.flush()


def kept(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Celebration)).one()


async def measured(url: str, seconds: float, runs: int) -> None:
    """Let them take turns, and print what came of it."""
    database = Database(url)
    database.migrate()
    database.run(found)
    answered = 0
    results: dict[tuple[str, int], list[Run]] = {}
    with running(slack) as (api, _):
        servers = {"bare bolt": partial(bare), "delivery still": partial(ours, url=url, delivers=False),
                   "delivery sends": partial(ours, url=url, delivers=True)}  # fmt: skip
        for _, (name, server), clients in itertools.product(range(runs), servers.items(), (CROWD, 1)):
            with running(server, api) as (port, pid):
                await load(port, pid, clients, 0.5, least=4 * ROOMS)  # by then it knows everybody and every room
                before = database.run(kept)
                run, count = await load(port, pid, clients, seconds)
                results.setdefault((name, clients), []).append(run)
                if server.func is ours:
                    answered += count
                    assert database.run(kept) - before == count, f"{database.run(kept) - before} of {count} were kept"
    database.close()

    def middle(name: str, clients: int, what: str) -> float:
        return float(median(getattr(each, what) for each in results[name, clients]))

    turned = sum(each.turned for runs_of in results.values() for each in runs_of)
    print(
        f"{make_url(url).get_backend_name()}: {answered:,} celebrations acknowledged, and all of them are kept; "
        f"{turned} turned away"
    )
    for name in ("delivery still", "delivery sends"):
        rates = [middle(each, CROWD, "rate") for each in (name, "bare bolt")]
        times = [middle(each, 1, "middle") for each in (name, "bare bolt")]
        costs = [middle(each, CROWD, "cpu") for each in (name, "bare bolt")]
        print(
            f"{name}, {CROWD} clients: {rates[0]:.0f} requests/s, bare bolt {rates[1]:.0f}: {rates[0] / rates[1]:.3f} x; "
            f"processor {costs[0]:.2f} and {costs[1]:.2f} ms a request; "
            f"99 of 100 within {middle(name, CROWD, 'slow'):.0f} and {middle('bare bolt', CROWD, 'slow'):.0f} ms"
        )
        print(f"{name}, one client: median {times[0]:.2f} ms, bare bolt {times[1]:.2f} ms: {times[0] / times[1]:.2f} x")


def main(measure: Callable[[str, float, int], Coroutine[Any, Any, None]], about: str) -> None:
    """Read what was typed behind the bench's name, and measure."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--postgres", metavar="URL", help="an empty database of a server; else SQLite in a file")
    parser.add_argument("--seconds", type=float, default=1.5, help="how long each run takes")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(given.postgres or f"sqlite:///{folder}/bench.db", given.seconds, given.runs))


if __name__ == "__main__":
    main(measured, "Answers side by side with a bare bolt app.")
