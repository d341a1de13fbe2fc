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
from sqlalchemy import text

from bot import metrics
from bot.app import App
from bot.port import Later, Never, Parcel
from bot.settings import Settings
from bot.web import application
from storage import Database
from tests.fakes.recorder import until
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
        for _ in range(500):
            if "\nbellwether_processes 1.0\n" in (said := (await asked(session, "/metrics"))[1]):
                break
            await asyncio.sleep(0.01)
        assert "\nbellwether_processes 1.0\n" in said

    visit(doing)


def test_it_is_not_ready_while_the_scheduler_stands_and_says_so(visit: Callable[..., None]) -> None:
    async def doing(app: App, session: aiohttp.ClientSession) -> None:
        await app.metronome.stop()
        assert await asked(session, "/readyz") == (503, "the scheduler is not running\n")
        assert (await asked(session, "/healthz"))[0] == 200

    visit(doing)


def test_without_its_database_it_lives_and_is_not_ready_and_says_what_it_knows_by_itself() -> None:
    database = Database("postgresql://127.0.0.1:9/none?connect_timeout=1")

    async def whole() -> None:
        app = App(Settings(_env_file=None), database, [])
        async with TestClient(TestServer(application([], app.ready, app._measure))) as client:
            for path, code, said in (
                ("/healthz", 200, "ok\n"),
                ("/readyz", 503, "the database does not answer\n"),
            ):
                answer = await client.get(path)
                assert (answer.status, await answer.text()) == (code, said)
            answer = await client.get("/metrics")
            measured = await answer.text()
            assert answer.status == 200
            for line in ("bellwether_database_up 0.0", "bellwether_outbox_waiting NaN"):
                assert f"\n{line}\n" in measured
            assert "\nbellwether_outbox_rows{" not in measured
            assert re.search(r'^bellwether_database_faults_total{outcome="given up"} [1-9]', measured, re.MULTILINE)

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
    assert labels <= {"kind", "outcome", "platform", "command", "state", "urgency", "version", "python", "le"}
    for private in ("rig", "Ana", "T-NORTH", "C-NORTH", "northwind"):
        assert private not in said


def test_commands_are_counted_by_name_and_what_is_no_command_as_other(house: House) -> None:
    def counted(name: str) -> float:
        return float(metrics.COMMANDS.labels(name, "answered")._value.get())

    before = counted("celebrate"), counted("other")
    house.types("ana", "/celebrate @bo for turning the test rig round in one night")
    house.types("ana", "/frobnicate the rig")
    assert (counted("celebrate"), counted("other")) == (before[0] + 1, before[1] + 1)
    assert "frobnicate" not in generate_latest(metrics.REGISTRY).decode()


def test_the_measures_say_how_deep_the_outbox_is_in_each_state_and_how_old(house: House) -> None:
    house.chats["slack"].goes_wrong = later
    house.chats["teams"].goes_wrong = never
    house.types("ana", "/celebrate @bo for turning the test rig round in one night")
    house.clock.passes(seconds=20)
    house.loop.run_until_complete(house.app._measure())
    said = generate_latest(metrics.REGISTRY).decode()
    count = "SELECT count(*) FROM outbox WHERE state = :state"
    for state in ("waiting", "sending", "unsure", "parked"):
        rows = house.database.run(
            lambda session, state: session.connection().execute(text(count), {"state": state}).scalar_one(), state
        )
        assert f'\nbellwether_outbox_rows{{state="{state}"}} {rows}.0\n' in said
        assert bool(rows) is (state in ("waiting", "parked"))
    assert '\nbellwether_outbox_age_seconds{state="waiting"} 20.0\n' in said
    assert "\nbellwether_outbox_oldest_seconds 20.0\n" in said


def test_the_measures_say_when_it_started_and_what_it_is(house: House) -> None:
    said = generate_latest(metrics.REGISTRY).decode()
    assert re.search(r"^process_start_time_seconds [\d.e+]+$", said, re.MULTILINE)
    assert re.search(r'^bellwether_build_info{.*version="\d+\.\d+\.\d+".*} 1.0$', said, re.MULTILINE)


def test_it_is_not_ready_while_it_stops_or_delivers_nothing(visit: Callable[..., None]) -> None:
    async def doing(app: App, session: aiohttp.ClientSession) -> None:
        await until(lambda: app.metronome.healthy and app.delivery.healthy)
        await app.delivery.stop()
        assert await asked(session, "/readyz") == (503, "delivery is not running\n")
        app._stopping = True
        assert await asked(session, "/readyz") == (503, "the bot is stopping\n")

    visit(doing)


def later(parcel: Parcel) -> None:
    raise Later("no route to it", after=60.0)


def never(parcel: Parcel) -> None:
    raise Never("the channel is archived")


def test_importing_the_bot_imports_nothing_heavy_that_is_not_used() -> None:
    asks = f"import sys, bot.app; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
