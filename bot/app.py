"""The composition root: settings to database, platforms, clock, web and scheduler. It starts them, joins them and stops them.

One rule: only this module knows everybody. It hands `answer` to the platforms and the platforms to delivery.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
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
from bot.inbound import Inbound, Typed
from bot.messages import Errors, Message, Reply
from bot.port import Answer, Busy, Platform
from bot.rules.worktime.holiday import holidays_of
from bot.settings import Settings
from bot.web import application, http
from handlers.answering import answer
from scheduler import Metronome
from scheduler.delivery import Delivery
from scheduler.wall_clock import WallClock
from storage import Database, Unavailable, calendars, lag, retention, scenes
from storage.claims import Claimed
from storage.gate import Gate

log = logging.getLogger(__name__)

Now = Callable[[], datetime]


_MEASURED_WITHIN = 5.0  # seconds; who asks gives up after ten
_HANG_UP = 1.0  # seconds that are given to open connections when the bot stops
_KEPT_OPEN = 75.0  # seconds that a connection may stand idle
_PATIENCE = 5.0  # seconds that something may wait for its turn that came from no platform of ours
_BACKLOG = (
    4096  # connections that may stand before the door; those beyond try again after a second, and that is too late
)


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
        self._commands = {first for first, *_ in handlers.commands}
        self.settings, self.database, self.platforms = settings, database, platforms
        self.now = now = WallClock(now)
        self.keys = tuple(settings.secret_keys)
        self.address = (settings.bellwether_public_url or "").rstrip("/")
        self._prelude, self._at_home = prelude, at_home
        self._gate = Gate(database)
        self._patience = {platform.name: platform.can.patience for platform in platforms}
        self.delivery = Delivery(
            database,
            {platform.name: platform for platform in platforms},
            now,
            functools.partial(_draw, now=now),
            reveal=lambda session, message: reveal(session, message, self.keys),
            parked=functools.partial(_parked, now=now),
        )
        self.metronome = Metronome(database, now, self.delivery.wake, keep=retention.kept_for(settings))
        self._runner: web.AppRunner | None = None
        self._warming: asyncio.Task[None] | None = None
        self._stopping = False
        self.port = settings.bellwether_port

    async def answer(self, arrival: Inbound) -> Reply:
        """Answer one inbound value: committed when this returns. The one door for every platform. Raises Busy where too much is at
        the door, and the value has left no trace then."""
        logs.begin()
        began = time.perf_counter()
        patience = self._patience.get(arrival.place.platform, _PATIENCE)
        try:
            reply = await self._gate.transact(patience, answer, arrival, self.now(), self.keys, self.address)
        except Busy:
            metrics.TURNED_AWAY.labels(arrival.place.platform).inc()
            self._note(arrival, "busy", began)
            raise
        except Exception:
            log.exception("%s could not be answered", arrival.kind)
            self._note(arrival, "failed", began)
            raise
        self._note(arrival, "errors" if isinstance(reply, Errors) else "answered", began)
        self.delivery.wake()
        self.metronome.wake()
        return reply

    def _note(self, arrival: Inbound, outcome: str, began: float) -> None:
        """Count and log how something that somebody did was answered."""
        took, platform = time.perf_counter() - began, arrival.place.platform
        metrics.ANSWERED.labels(arrival.kind, outcome).inc()
        if outcome != "busy":
            metrics.LATENCY.labels(arrival.kind).observe(took)
        facts = {"kind": arrival.kind, "platform": platform, "outcome": outcome}
        if isinstance(arrival, Typed):
            facts["command"] = arrival.command if arrival.command in self._commands else "other"
            metrics.COMMANDS.labels(facts["command"], outcome).inc()
        if outcome != "busy":  # there are thousands of them when there are any
            logs.say(log, "answered", **facts, ms=round(1000 * took))

    async def start(self) -> None:
        """Migrate, then open every door; returns when the bot is ready. Raises Misconfigured where it may not run."""
        if not await asyncio.to_thread(self.database.hold):
            raise Misconfigured(
                "Another Bellwether runs on this SQLite database: stop it first. Several at once need PostgreSQL."
            )
        await asyncio.to_thread(self.database.migrate)
        site = application(self.platforms, self.ready, self._measure, self._calendar)
        self._runner = web.AppRunner(
            site,
            access_log=None,
            logger=http,
            shutdown_timeout=_HANG_UP,
            auto_decompress=False,  # no platform sends anything packed, and a small pack may hold a large thing
            lingering_time=_HANG_UP,
            keepalive_timeout=_KEPT_OPEN,
        )
        await self._runner.setup()
        if self._prelude is not None:
            await self._prelude(self.answer)
        await self.database.transact(rhythm.begin, self.now())
        await self.delivery.start()
        await self.metronome.start()
        for platform in self.platforms:
            await platform.open(self.answer)
        listener = web.TCPSite(
            self._runner, self.settings.bellwether_host, self.settings.bellwether_port, backlog=_BACKLOG
        )
        await listener.start()
        self.port = self._runner.addresses[0][1]
        if self._at_home:
            self.address = f"http://{self.settings.bellwether_host}:{self.port}"
        log.info("listening on http://%s:%s", self.settings.bellwether_host, self.port)
        self._warming = asyncio.create_task(self._warm(), name="warming")

    async def stop(self) -> None:
        """Take no more work, finish what is in hand, let go of everything."""
        self._stopping = True
        if self._warming is not None:
            self._warming.cancel()
        await asyncio.gather(*(platform.close() for platform in self.platforms))
        if self._runner is not None:
            await self._runner.cleanup()
        await self.metronome.stop()
        await self.delivery.stop()
        await asyncio.to_thread(self.database.close)

    async def ready(self) -> str | None:
        """Why the bot is not ready; None when it is."""
        if self._stopping:
            return "the bot is stopping"
        if not await self.database.alive():
            return "the database does not answer"
        try:
            if not await asyncio.to_thread(self.database.current):
                return "the database schema is not current: run `bellwether migrate`"
        except Unavailable:
            return "the database does not answer"
        if not self.metronome.healthy:
            return "the scheduler is not running"
        return None if self.delivery.healthy else "delivery is not running"

    async def _warm(self) -> None:
        """Load what the first person would wait for: half a second goes by until the first holiday of a country is known."""
        with contextlib.suppress(Unavailable):
            for country, region in await self.database.read(calendars.countries):
                await asyncio.to_thread(holidays_of, country, region, self.now().year)

    async def _calendar(self, secret: str) -> str | None:
        now = self.now()
        entries = await self.database.read(feeds.calendar, secret, now, self.keys)
        return None if entries is None else await asyncio.to_thread(ical.written, entries, now)

    async def _measure(self) -> None:
        """What is counted here is told in any case; what stands in the database, only when it answers."""
        try:
            async with asyncio.timeout(_MEASURED_WITHIN):
                lag.show(await self.database.read(lag.look, self.now()))
        except (Unavailable, TimeoutError):
            metrics.nothing_known()


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
