"""The whole bot from outside: what operators ask of it, and what it costs to start."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.exposition import generate_latest

from bot import metrics
from bot.app import App
from bot.settings import Settings
from bot.web import application
from storage import Database
from tests.house import House

HEAVY = ("slack_bolt", "slack_sdk", "botbuilder", "dateparser", "holidays", "alembic", "cryptography")


@pytest.fixture
def visit(database: Database) -> Callable[[Callable[[App, aiohttp.ClientSession], Awaitable[None]]], None]:
    """Start the bot with no platform, do something to it, and stop it."""

    def run(doing: Callable[[App, aiohttp.ClientSession], Awaitable[None]]) -> None:
        async def whole() -> None:
            app = App(Settings(_env_file=None, bellwether_port=0), database, [])
            await app.start()
            try:
                async with aiohttp.ClientSession(f"http://127.0.0.1:{app.port}") as session:
                    await doing(app, session)
            finally:
                await app.stop()

        asyncio.run(whole())

    return run


async def asked(session: aiohttp.ClientSession, path: str) -> tuple[int, str]:
    async with session.get(path) as answer:
        return answer.status, await answer.text()


def test_it_lives_is_ready_and_can_be_measured(visit: Callable[..., None]) -> None:
    async def doing(app: App, session: aiohttp.ClientSession) -> None:
        for _ in range(500):
            if (ready := await asked(session, "/readyz"))[0] == 200:
                break
            await asyncio.sleep(0.01)
        assert ready == (200, "ready\n")
        assert await asked(session, "/healthz") == (200, "ok\n")
        code, said = await asked(session, "/metrics")
        assert code == 200
        assert "\nbellwether_outbox_waiting 0.0\n" in said
        assert "\nbellwether_timers_late 0.0\n" in said

    visit(doing)


def test_it_is_not_ready_while_the_scheduler_stands_and_says_so(visit: Callable[..., None]) -> None:
    async def doing(app: App, session: aiohttp.ClientSession) -> None:
        await app.metronome.stop()
        assert await asked(session, "/readyz") == (503, "the scheduler is not running\n")
        assert (await asked(session, "/healthz"))[0] == 200

    visit(doing)


def test_without_its_database_it_lives_but_is_neither_ready_nor_measured() -> None:
    database = Database("postgresql://127.0.0.1:9/none?connect_timeout=1")

    async def whole() -> None:
        app = App(Settings(_env_file=None), database, [])
        async with TestClient(TestServer(application([], app.ready, app._measure))) as client:
            for path, code, said in (
                ("/healthz", 200, "ok\n"),
                ("/readyz", 503, "the database does not answer\n"),
                ("/metrics", 503, "the database does not answer\n"),
            ):
                answer = await client.get(path)
                assert (answer.status, await answer.text()) == (code, said)

    asyncio.run(whole())
    database.close()


def test_what_is_not_there_and_what_is_too_long_is_refused_without_a_trace(visit: Callable[..., None]) -> None:
    async def doing(app: App, session: aiohttp.ClientSession) -> None:
        code, said = await asked(session, "/slack/events")
        assert code == 404
        assert "Traceback" not in said
        async with session.post("/healthz", data=b"x") as answer:
            assert answer.status == 405

    visit(doing)


def test_each_delivery_is_counted_by_platform_and_outcome(house: House) -> None:
    counted = metrics.SENDS.labels("slack", "sent")._value
    before = counted.get()
    house.types("ana", "/celebrate @bo for turning the test rig round in one night")
    assert counted.get() > before


def test_no_label_of_a_measure_says_who_or_where(house: House) -> None:
    house.types("ana", "/escalate the test rig has been down since Monday")
    said = generate_latest(metrics.REGISTRY).decode()
    labels = {name for inside in re.findall(r"\{(.*?)\}", said) for name in re.findall(r"(\w+)=", inside)}
    assert labels <= {"kind", "outcome", "platform", "le"}
    assert "rig" not in said
    assert "Ana" not in said


def test_importing_the_bot_imports_nothing_heavy_that_is_not_used() -> None:
    asks = f"import sys, bot.app; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
