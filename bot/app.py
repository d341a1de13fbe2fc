"""The composition root: settings to database, platforms, clock, web and scheduler. It starts them, joins them and stops them.

One rule: only this module knows everybody. It hands `answer` to the platforms and the platforms to delivery.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from aiohttp import web
from sqlmodel import Session

import handlers
from bot import logs, metrics
from bot.actions import View, drawn, feeds, parking, rhythm
from bot.actions.secrets import reveal
from bot.cards.feed import ical
from bot.inbound import Inbound
from bot.messages import Message, Reply
from bot.port import Answer, Platform
from bot.settings import Settings
from bot.web import application
from handlers.answering import answer
from scheduler import Metronome
from scheduler.delivery import Delivery
from storage import Database, Unavailable, outbox, scenes, timers
from storage.lanes import Claimed

log = logging.getLogger(__name__)

Now = Callable[[], datetime]


_HANG_UP = 1.0  # seconds that are given to open connections when the bot stops


def utc_now() -> datetime:
    return datetime.now(UTC)


class Misconfigured(Exception):
    """The bot cannot start as it is set; `problems` has a line for each, with what to do."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def connect(settings: Settings, database: Database, now: Now) -> list[Platform]:
    """Make the platforms that the settings ask for. A chat SDK is imported only where it is used. Raises Misconfigured."""
    platforms: list[Platform] = []
    if settings.slack_wanted:
        from bot.platforms.slack import Slack
        from storage.installations import StoredInstallations, Vault

        installations = StoredInstallations(database, Vault(settings.secret_keys), now)
        slack = Slack(settings, installations, now, settings.bellwether_public_url)
        if problems := slack.faults():
            raise Misconfigured(*problems)
        platforms.append(slack)
    if settings.teams_wanted:
        from bot.platforms.teams import Teams
        from storage.addresses import StoredAddresses

        teams = Teams(settings, StoredAddresses(database), now)
        if problems := teams.faults():
            raise Misconfigured(*problems)
        platforms.append(teams)
    if not platforms:
        raise Misconfigured(
            "No platform is configured. For Slack set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET, for Microsoft Teams "
            "MICROSOFT_APP_ID, MICROSOFT_APP_PASSWORD and MICROSOFT_APP_TENANT_ID; to try Bellwether without an account "
            "run `bellwether demo`."
        )
    return platforms


class App:
    """The whole bot around one database and some platforms."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        platforms: Sequence[Platform],
        now: Now = utc_now,
        prelude: Callable[[Answer], Awaitable[None]] | None = None,
        at_home: bool = False,
    ) -> None:
        """`prelude` runs when all is joined and before anything else does; `at_home` there are no others, and whoever comes
        reaches it where it listens."""
        handlers.discover()
        self.settings, self.database, self.platforms, self.now = settings, database, platforms, now
        self.keys = tuple(settings.secret_keys)
        self.address = (settings.bellwether_public_url or "").rstrip("/")
        self._prelude, self._at_home = prelude, at_home
        self.delivery = Delivery(
            database,
            {platform.name: platform for platform in platforms},
            now,
            functools.partial(_draw, now=now),
            reveal=lambda session, message: reveal(session, message, self.keys),
            parked=functools.partial(_parked, now=now),
        )
        self.metronome = Metronome(database, now, self.delivery.wake)
        self._runner: web.AppRunner | None = None
        self.port = settings.bellwether_port

    async def answer(self, arrival: Inbound) -> Reply:
        """Answer one inbound value: committed when this returns. The one door for every platform."""
        logs.token.set(secrets.token_hex(4))
        kind, began = arrival.kind, time.perf_counter()
        try:
            reply = await self.database.transact(answer, arrival, self.now(), self.keys, self.address)
        except Exception:
            metrics.ANSWERED.labels(kind, "failed").inc()
            log.exception("%s could not be answered", kind)
            raise
        metrics.ANSWERED.labels(kind, "answered").inc()
        metrics.LATENCY.labels(kind).observe(time.perf_counter() - began)
        self.delivery.wake()
        self.metronome.wake()
        return reply

    async def start(self) -> None:
        """Migrate, then open every door; returns when the bot is ready."""
        await asyncio.to_thread(self.database.migrate)
        site = application(self.platforms, self.ready, self._measure, self._calendar)
        self._runner = web.AppRunner(site, access_log=None, shutdown_timeout=_HANG_UP)
        await self._runner.setup()
        if self._prelude is not None:
            await self._prelude(self.answer)
        await self.database.transact(rhythm.begin, self.now())
        await self.delivery.start()
        await self.metronome.start()
        for platform in self.platforms:
            await platform.open(self.answer)
        listener = web.TCPSite(self._runner, self.settings.bellwether_host, self.settings.bellwether_port)
        await listener.start()
        self.port = self._runner.addresses[0][1]
        if self._at_home:
            self.address = f"http://{self.settings.bellwether_host}:{self.port}"
        log.info("listening on http://%s:%s", self.settings.bellwether_host, self.port)

    async def stop(self) -> None:
        """Take no more work, finish what is in hand, let go of everything."""
        await asyncio.gather(*(platform.close() for platform in self.platforms))
        if self._runner is not None:
            await self._runner.cleanup()
        await self.metronome.stop()
        await self.delivery.stop()
        await asyncio.to_thread(self.database.close)

    async def ready(self) -> str | None:
        """Why the bot is not ready; None when it is."""
        if not await self.database.alive():
            return "the database does not answer"
        try:
            if not await asyncio.to_thread(self.database.current):
                return "the database schema is not current: run `bellwether migrate`"
        except Unavailable:
            return "the database does not answer"
        return None if self.metronome.healthy else "the scheduler is not running"

    async def _calendar(self, secret: str) -> str | None:
        now = self.now()
        entries = await self.database.read(feeds.calendar, secret, now, self.keys)
        return None if entries is None else await asyncio.to_thread(ical.written, entries, now)

    async def _measure(self) -> None:
        now = self.now()
        waiting, oldest = await self.database.read(outbox.backlog)
        late, latest = await self.database.read(timers.overdue, now)
        metrics.WAITING.set(waiting)
        metrics.OLDEST.set((now - oldest).total_seconds() if oldest else 0)
        metrics.LATE.set(late)
        metrics.LATEST.set((now - latest).total_seconds() if latest else 0)


def stage(port: int, database_url: str | None) -> App:
    """Put the demo together: the whole bot around the chat in the browser and a sample partnership."""
    from bot.demo import Demo

    # The demo takes nothing from the environment: it needs no settings and stays on loopback.
    settings = Settings.model_construct(bellwether_port=port)
    database = Database(database_url or "sqlite://")
    demo = Demo(database)
    app = App(settings, database, [demo.local], demo.clock.now, demo.begin, at_home=True)
    demo.join(app.metronome.tick, app.delivery.drain)
    return app


def _draw(session: Session, claimed: Claimed, *, now: Now) -> Message | None:
    scenes.keep(session)  # many of the cards of one turn are of the same partnership
    return drawn(session, View(claimed.subject, claimed.slot, now(), claimed.room_id, claimed.account_id))


def _parked(session: Session, claimed: Claimed, reason: str, gone: bool, *, now: Now) -> None:
    scenes.look_again(session)
    parking.tell(session, claimed, reason, now(), gone=gone)
