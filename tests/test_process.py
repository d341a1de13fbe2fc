"""How a process begins and ends, and that no second one works on its SQLite file: real processes, a Slack on loopback, people who go on typing."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import pytest
from sqlmodel import Session, select, text

from storage import Database
from storage.tables import Celebration, Outbox
from tests.conftest import Clock
from tests.fakes.slack import SECRET, TEAM, TOKEN, FakeSlack
from tests.house import House

CLIENTS = 12
START = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def furnished(database_url: str, clock: Clock) -> str:
    """The URL of a database in which Apollo's room is one that the Slack on loopback knows."""
    database = Database(database_url)
    house = House(database, clock).begun()

    def move(session: Session) -> None:
        for change in (
            f"UPDATE rooms SET tenant = '{TEAM}', channel = 'C01' WHERE tenant = 'T-NORTH'",
            f"UPDATE accounts SET tenant = '{TEAM}', via = '{TEAM}' WHERE tenant = 'T-NORTH'",
            "UPDATE accounts SET \"user\" = 'U01ANA' WHERE \"user\" = 'U-ANA'",
            f"UPDATE sides SET home_tenant = '{TEAM}' WHERE home_tenant = 'T-NORTH'",
        ):
            session.connection().execute(text(change))

    database.run(move)
    house.close()
    database.close()
    return database_url


@pytest.fixture
def starts(tmp_path: Path) -> Iterator[START]:
    """Run a command on that database, with that Slack."""
    started: list[subprocess.Popen[str]] = []

    def start(
        database: str, *words: str, slack: str = "http://127.0.0.1:9/api/", options: tuple[str, ...] = ()
    ) -> subprocess.Popen[str]:
        settings = {"BELLWETHER_DATABASE_URL": database, "BELLWETHER_PORT": "0", "SLACK_API_URL": slack}
        tokens = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET}
        process = subprocess.Popen(
            [sys.executable, *options, "-m", "bot", *words], env=os.environ | settings | tokens, cwd=tmp_path,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


HEAVY = {"alembic", "botbuilder", "cryptography", "dateparser", "holidays", "icalendar", "mako", "psycopg", "rich"}
"""What a bot that serves Slack from SQLite can do without until somebody asks for it."""


def listens(process: subprocess.Popen[str]) -> str:
    """Wait until it says where it listens."""
    said = []
    assert process.stdout
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError("".join(said))


def test_what_is_heavy_waits_until_it_is_needed(sqlite_url: str, starts: START) -> None:
    process = starts(sqlite_url, "run", options=("-X", "importtime"))
    said = "".join(itertools.takewhile(lambda line: "http://127.0.0.1" not in line, process.stdout or ()))
    imported = set(re.findall(r"^import time:.*\| +(\w+)", said, re.MULTILINE))

    assert {"slack_bolt", "sqlmodel", "handlers"} <= imported
    assert imported & HEAVY == set()


def test_who_is_told_to_stop_under_load_loses_nothing_that_was_acknowledged(
    furnished: str, starts: START, clock: Clock
) -> None:
    acknowledged: list[str] = []
    posted: list[str] = []

    async def types(slack: FakeSlack, url: str, client: int) -> None:
        for number in range(10_000):
            mark = f"m{client}x{number}m"
            try:
                status, said = await slack.send(
                    url, slack.command(f"/celebrate Contoso for shipping part {mark} of it")
                )
            except aiohttp.ClientError:
                return  # it hung up, and has promised nothing
            if status == 200 and "celebrated" in str(said):
                acknowledged.append(mark)

    async def meanwhile() -> tuple[int, str]:
        async with FakeSlack() as slack:
            slack.fail("chat.postMessage", "slow", 0.05, times=100_000)
            process = await asyncio.to_thread(starts, furnished, "run", slack=slack.api)
            url = f"{await asyncio.to_thread(listens, process)}/slack/events"
            clients = [asyncio.create_task(types(slack, url, each)) for each in range(CLIENTS)]
            await asyncio.sleep(1.5)
            process.send_signal(signal.SIGTERM)
            said, _ = await asyncio.to_thread(process.communicate, timeout=10)
            await asyncio.gather(*clients)
            posted.extend(re.findall(r"part (m\d+x\d+m)", " ".join(str(post["text"]) for post in slack.posts)))
            return process.returncode, said

    code, said = asyncio.run(meanwhile())

    assert code == 0, said
    assert "Traceback" not in said, said
    assert len(acknowledged) > CLIENTS, said
    database = Database(furnished)
    kept = " ".join(database.run(lambda session: session.exec(select(Celebration.why)).all()))
    states = database.run(lambda session: session.exec(select(Outbox.state)).all())
    database.close()
    assert [mark for mark in acknowledged if mark not in kept] == []
    assert "sending" not in states, "what was in hand was finished"
    assert posted
    assert len(posted) == len(set(posted)), "nothing appears twice"


def test_a_second_bot_on_a_sqlite_file_is_refused_and_other_commands_work_beside_the_first(
    sqlite_url: str, starts: START
) -> None:
    first = starts(sqlite_url, "run")
    listens(first)

    second = starts(sqlite_url, "run")
    said, _ = second.communicate(timeout=30)
    assert second.returncode == 1
    assert said == "Another Bellwether runs on this SQLite database: stop it first. Several at once need PostgreSQL.\n"

    beside = starts(sqlite_url, "migrate")
    said, _ = beside.communicate(timeout=30)
    assert (beside.returncode, said) == (0, "The database is at the current schema.\n")
    assert first.poll() is None


def test_a_sqlite_file_is_free_again_as_soon_as_its_bot_is_killed(sqlite_url: str, starts: START) -> None:
    first = starts(sqlite_url, "run")
    listens(first)
    first.kill()
    first.wait()

    listens(starts(sqlite_url, "run"))
