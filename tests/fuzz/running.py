"""The whole bot on a thread of its own, between a Slack and a Teams on loopback, spoken to through plain sockets.

One rule: whatever the bot logs as an error counts as a failure, however politely it answered.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import re
import socket
import threading
import time
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography.fernet import Fernet
from sqlmodel import Session, func, select

from bot.app import App, connect, utc_now
from bot.settings import Settings
from storage import Database
from storage.tables import Event, Inbox, Outbox, Person
from tests.fakes.slack import SECRET, TOKEN, FakeSlack
from tests.fakes.teams import APP, PASSWORD, TENANT, FakeTeams

PATIENCE = 20  # seconds after which the bot counts as stuck


@dataclass(frozen=True)
class Got:
    """An answer as it came over the wire; status 0 where there was none."""

    status: int
    head: str = field(default="", repr=False)
    body: str = ""


class Faults(logging.Handler):
    """Keeps what was logged as an error, with its traceback."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if record.name != "aiohttp.server":  # that is the Slack and the Teams around it
            self.found.append(self.format(record))


class Running:
    """A bot that runs. `faults` is what went wrong in it."""

    def __init__(self, port: int, slack: FakeSlack, teams: FakeTeams, database: Database) -> None:
        self.port, self.slack, self.teams, self.database = port, slack, teams, database
        self.faults = Faults()

    def __repr__(self) -> str:
        return "the bot"

    def speaks(self, request: bytes, *, hang_up: bool = False) -> Got:
        """Send bytes and read what comes; with `hang_up` nothing is waited for."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as line:
            try:
                line.sendall(request)
                if hang_up:
                    return Got(0)
                return _read(line)
            except (BrokenPipeError, ConnectionResetError):
                return _read(line)

    def proof(self, path: str, body: bytes) -> dict[str, str]:
        """The headers that prove a body to come from Slack, or from Microsoft."""
        if path == "/api/messages":
            return {"Authorization": f"Bearer {self.teams.token()}"}
        stamp = str(int(time.time()))
        seal = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={seal}"}

    def slack_gets(self, body: bytes, kind: str = "application/json", *, signed: bool = True, **more: str) -> Got:
        """Post to Slack's endpoint."""
        proof = self.proof("/slack/events", body if signed else b"another" + body)
        return self.speaks(posted("/slack/events", body, {"Content-Type": kind, **proof, **more}))

    def teams_gets(self, body: bytes, kind: str = "application/json", *, signed: bool = True) -> Got:
        """Post to Teams' endpoint."""
        token = self.teams.token() if signed else self.teams.token()[:-6] + "AAAAAA"
        return self.speaks(posted("/api/messages", body, {"Content-Type": kind, "Authorization": f"Bearer {token}"}))

    def touched(self) -> tuple[int, ...]:
        """How much was kept and how often somebody was called."""

        def rows(session: Session) -> list[int]:
            return [
                session.exec(select(func.count()).select_from(each)).one() for each in (Inbox, Event, Outbox, Person)
            ]

        keys = ("openid", "keys")  # without them nothing can be refused
        asked = [name for name, *_ in self.teams.calls if name not in keys]
        asked += [name for name, _ in self.slack.calls if not name.startswith("chat.")]  # what was announced before
        return (*self.database.run(rows), len(asked))

    def quiet(self) -> None:
        """Wait until nothing is being done any more."""
        before = None
        while before != (before := self.touched()):
            time.sleep(0.3)

    def unharmed(self, got: Got, statuses: Container[int]) -> None:
        """It answered with one of these, nothing has gone wrong in it, and it lives."""
        found, self.faults.found = self.faults.found, []
        assert not found, found[0]
        assert got.status in statuses, got
        assert "Traceback" not in got.body
        assert self.speaks(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status == 200


def posted(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A POST as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: bot.test", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def _read(line: socket.socket) -> Got:
    said = b""
    try:
        while piece := line.recv(65536):
            said += piece
    except ConnectionResetError:
        pass
    head, _, body = said.decode("utf-8", "replace").partition("\r\n\r\n")
    found = re.match(r"HTTP/1\.[01] (\d{3})", head)
    return Got(int(found[1]) if found else 0, head, body)


async def _founded(slack: FakeSlack, port: int) -> None:
    """A partnership whose two sides share one room, so that there is something to act on."""
    url = f"http://127.0.0.1:{port}/slack/events"
    _, told = await slack.send(url, slack.command("/partnership create Apollo with Contoso as Northwind"))
    code = re.search(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){3}", json.dumps(told))
    assert code, told
    await slack.send(url, slack.command(f"/partnership join {code[0]} here", user="U02BO"))
    await slack.send(url, slack.command("/escalate the test rig is down"))


@contextmanager
def running(database_url: str) -> Iterator[Running]:
    """Start the bot, and stop it at the end."""
    database = Database(database_url)
    loop, up = asyncio.new_event_loop(), threading.Event()
    found: list[Running] = []
    failed: list[BaseException] = []
    end = asyncio.Event()

    async def live() -> None:
        async with FakeSlack() as slack, FakeTeams() as teams:
            given: dict[str, Any] = {
                "slack_bot_token": TOKEN, "slack_signing_secret": SECRET, "slack_api_url": slack.api,
                "microsoft_app_id": APP, "microsoft_app_password": PASSWORD, "microsoft_app_tenant_id": TENANT,
                "microsoft_openid_url": teams.openid_url, "microsoft_login_url": teams.login_url,
                "teams_service_hosts": "127.0.0.1", "bellwether_secret_keys": Fernet.generate_key().decode(),
            }  # fmt: skip
            settings = Settings(_env_file=None, bellwether_port=0, **given)  # type: ignore[call-arg]
            app = App(settings, database, connect(settings, database, utc_now), utc_now)
            await app.start()
            await _founded(slack, app.port)
            found.append(Running(app.port, slack, teams, database))
            up.set()
            await end.wait()
            await app.stop()

    def run() -> None:
        try:
            loop.run_until_complete(live())
        except BaseException as error:
            failed.append(error)
            up.set()

    thread = threading.Thread(target=run)
    thread.start()
    up.wait()
    if failed:
        raise failed[0]
    [bot] = found
    logging.getLogger().addHandler(bot.faults)
    try:
        yield bot
    finally:
        logging.getLogger().removeHandler(bot.faults)
        loop.call_soon_threadsafe(end.set)
        thread.join()
        loop.close()
