"""A bot that is nothing but its Slack side, over real HTTP: what it hears is kept, what it answers is set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from bot.inbound import Inbound
from bot.messages import Message, Nothing, Reply
from bot.platforms.slack import Slack
from bot.port import Parcel, Way
from bot.settings import Settings
from bot.words import Account, line
from tests.fakes.slack import APP_TOKEN, SECRET, TEAM, TOKEN, FakeSlack

HELLO = Message(line("Hello"))
ANA = Account("slack", TEAM, "U01ANA")


class Drawer:
    """Installations in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, str]] = {}

    async def get(self, platform: str, tenant: str) -> dict[str, str] | None:
        return self.kept.get(tenant)

    async def put(self, platform: str, tenant: str, values: dict[str, str]) -> None:
        self.kept[tenant] = values

    async def drop(self, platform: str, tenant: str) -> None:
        self.kept.pop(tenant, None)


@dataclass
class Office:
    """`says` is the answer to everything; an exception in it is raised."""

    fake: FakeSlack
    slack: Slack
    drawer: Drawer
    url: str = ""
    says: Reply | Exception = field(default_factory=Nothing)
    heard: list[Inbound] = field(default_factory=list)
    late: timedelta = timedelta()

    async def answer(self, value: Inbound) -> Reply:
        self.heard.append(value)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    def now(self) -> datetime:
        return datetime.now(UTC) + self.late

    async def gets(self, what: dict[str, Any] | bytes, **how: Any) -> tuple[int, Any]:
        """Send it as Slack would; gives the bot's answer."""
        return await self.fake.send(f"{self.url}/slack/events", what, **how)

    async def hears(self, what: dict[str, Any]) -> Any:
        """Send it, and give the one value that was heard."""
        self.heard.clear()
        status, _ = await self.gets(what)
        assert status == 200
        [value] = self.heard
        return value


@asynccontextmanager
async def office(**settings: Any) -> AsyncIterator[Office]:
    async with FakeSlack() as fake:
        given = {"slack_bot_token": TOKEN, "slack_signing_secret": SECRET, "slack_api_url": fake.api, **settings}
        drawer = Drawer()
        desk = Office(fake, None, drawer)  # type: ignore[arg-type]
        desk.slack = Slack(Settings(_env_file=None, **given), drawer, desk.now, "https://bot.example.org")
        app = web.Application()
        app.add_routes(desk.slack.routes())
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        desk.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        await desk.slack.open(desk.answer)
        try:
            yield desk
        finally:
            await desk.slack.close()
            await runner.cleanup()


def at_the_office(journey: Callable[[Office], Awaitable[None]], **settings: Any) -> None:
    """Run a journey in an office of its own."""

    async def run() -> None:
        async with asyncio.timeout(20), office(**settings) as desk:
            await journey(desk)

    asyncio.run(run())


def parcel(way: Way = Way.POST, **more: Any) -> Parcel:
    """A parcel to the partners' channel, or to Ana."""
    plain = Parcel(way, "slack", TEAM, HELLO, token="token-1", channel="C01", account=ANA)
    return replace(plain, **more)


SOCKET = {"slack_app_token": APP_TOKEN}
