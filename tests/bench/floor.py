"""How fast an answer could be at most with this record: `python -m tests.bench.floor [--postgres URL] [--seconds 1.5] [--runs 5]`.

A bare bolt app that, before it answers, has the bot's own database do the statements of one `/celebrate`: recorded from the bot, each time
with keys of their own, one durable commit. It does nothing else: it reads no words, asks for no rights, draws nothing and sends nothing.
Beside it the same app without any of that.

One rule: nothing is left in it but bolt, the statements, and the bot's way to the database with its threads and commits. What makes those
fewer or shorter moves the floor; what makes the rest faster comes no further than to it.
"""

from __future__ import annotations

import itertools
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection as Pipe
from statistics import median
from typing import Any

from sqlalchemy import Connection, make_url
from sqlmodel import Session

import handlers
from bot.inbound import Mention, Place, PlaceKind, Profile, Typed
from bot.words import Account
from handlers.answering import answer
from storage import Database, statements
from tests.bench.answers import CAST, CROWD, ROOMS, Run, answering, bare, found, load, main, running, slack
from tests.fakes.slack import TEAM

KEY = ("a key of nobody's",)


@dataclass(frozen=True)
class Said:
    """A statement as the driver was given it, with the values of one run or, with `many`, of several."""

    text: str
    values: Any
    many: bool = False


class Recorder:
    """A driver's connection, or a cursor of it, that notes what it is given."""

    def __init__(self, real: Any, noted: list[Said]) -> None:
        self._real, self._noted = real, noted

    def execute(self, text: str, values: Any = ()) -> Any:
        self._noted.append(Said(text, values))
        return self._real.execute(text, values)

    def executemany(self, text: str, values: Any, **more: Any) -> Any:
        self._noted.append(Said(text, values, many=True))
        return self._real.executemany(text, values, **more)

    def cursor(self) -> Recorder:
        return Recorder(self._real.cursor(), self._noted)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self._real.close()


def recorded(database: Database) -> list[list[Said]]:
    """What one `/celebrate` says to the database, in each of the rooms; everybody and everything is known there by then."""
    handlers.discover()
    who, whom = (Profile(Account("slack", TEAM, user), name, "Europe/Berlin") for user, name in CAST.items())
    line, rooms = statements._line, []
    for room in range(ROOMS):
        noted: list[Said] = []
        place = Place("slack", TEAM, f"C{room:02}", PlaceKind.CHANNEL, name=f"room-{room}", present=True)

        def once(place: Place = place) -> None:
            words = Mention(whom), " for closing the pilot in record time, the 1000th time"
            typed = Typed(delivery=secrets.token_hex(8), sender=who, place=place, command="celebrate", words=words)
            database.run(answer, typed, datetime.now(UTC), KEY)

        once()

        def overheard(session: Session, noted: list[Said] = noted) -> tuple[Connection, Any]:
            connection, raw = line(session)
            return connection, Recorder(raw, noted)

        statements._line = overheard
        try:
            once()
        finally:
            statements._line = line
        rooms.append(noted)
    return rooms


def fresh(said: Said, number: int, event: int | None) -> Any:
    """Its values, in an INSERT with keys that nobody has yet."""
    if not said.text.startswith("INSERT"):
        return said.values
    own = {"delivery": f"floor-{number}", "number": number, "seq": number, "once": f"floor-{number}", "event_id": event}
    own |= {"subject": f"celebration:{number}", "token": secrets.token_urlsafe(15)}
    if isinstance(said.values, dict):
        return said.values | {name: value for name, value in own.items() if name in said.values}
    columns = [each.strip(' "') for each in re.findall(r"\((.*?)\)", said.text)[0].split(",")]
    names = itertools.islice(itertools.cycle(columns), len(said.values))
    return [own.get(name, value) for name, value in zip(names, said.values, strict=True)]


def replay(session: Session, said: list[Said], number: int) -> None:
    """Say it all again."""
    raw, event = statements._line(session)[1], None
    for each in said:
        if each.many:
            raw.cursor().executemany(each.text, each.values)
            continue
        rows = raw.execute(each.text, fresh(each, number, event))
        given = rows.fetchall() if "RETURNING" in each.text or each.text.startswith("SELECT") else []
        if each.text.startswith("INSERT INTO ledger ("):
            event = given[0][0]


def floor(pipe: Pipe, api: str, url: str) -> None:
    """The bare app, with the statements."""
    database = Database(url)
    rooms = recorded(database)
    numbers = itertools.count(time.time_ns() // 1_000_000_000 % 1_000_000 * 1000)  # behind those of the run before

    async def keep() -> None:
        number = next(numbers)
        await database.transact(replay, rooms[number % ROOMS], number)

    answering(pipe, keep)
    database.close()


async def measured(url: str, seconds: float, runs: int) -> None:
    """Let them take turns, and print what came of it."""
    database = Database(url)
    database.migrate()
    database.run(found)
    database.close()
    results: dict[tuple[str, int], list[Run]] = {}
    servers: dict[str, Callable[..., None]] = {"bare": bare, "floor": partial(floor, url=url)}
    with running(slack) as (api, _):
        for _, (name, server), clients in itertools.product(range(runs), servers.items(), (CROWD, 1)):
            with running(server, api) as (port, pid):
                await load(port, pid, clients, 0.5, least=4 * ROOMS)
                results.setdefault((name, clients), []).append((await load(port, pid, clients, seconds))[0])

    def middle(name: str, clients: int, what: str) -> float:
        return float(median(getattr(each, what) for each in results[name, clients]))

    rates = [middle(name, CROWD, "rate") for name in servers]
    times = [middle(name, 1, "middle") for name in servers]
    costs = [middle(name, CROWD, "cpu") for name in servers]
    print(
        f"{make_url(url).get_backend_name()}, the statements alone, {CROWD} clients: {rates[1]:.0f} requests/s, bare bolt {rates[0]:.0f}: "
        f"{rates[1] / rates[0]:.3f} x; processor {costs[1]:.2f} and {costs[0]:.2f} ms a request; one client: median {times[1]:.2f} ms, "
        f"bare bolt {times[0]:.2f} ms: {times[1] / times[0]:.2f} x"
    )


if __name__ == "__main__":
    main(measured, "The least that an answer can cost with this record.")
