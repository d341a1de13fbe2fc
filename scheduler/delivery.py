"""The one way out: what was announced goes to the platforms, each channel in order, and each thing once.

One rule: nothing is sent inside a transaction. Settling what came back and claiming what goes next is one short transaction, drawing
what was claimed another that only reads; whoever dies in between leaves a lease that runs out, and the platform is asked before anything
goes again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from bot import logs, metrics
from bot.port import Later, Never, Parcel, Platform
from bot.rules.pacing import UNLIMITED
from bot.rules.retrying import LOOK_AFTER
from scheduler.asked import Asked, Pool
from scheduler.doubts import Doubts
from scheduler.gates import Gates
from scheduler.outcomes import OnParked, Outcome, Outcomes, Unsent, note
from scheduler.parcels import Draw, Parcels, Reveal, deliver
from storage import Database, Unavailable, claims, lanes, waking
from storage.claims import LEASE, Claimed
from storage.holders import Watch
from storage.turns import FIRST, Cursor, Room
from storage.waking import Listener

log = logging.getLogger(__name__)

_SEND_SECONDS = 30.0
_STOP_SECONDS = 8.0
_GATHER = 0.005  # seconds at most that what came home waits for more, while others keep the line busy
_TELL_AFTER = 0.1  # seconds between words to the other processes


@dataclass(frozen=True, slots=True)
class Turn:
    """What one transaction found to do, and when there is more (None: nothing waits for its time)."""

    claimed: list[Claimed] = field(default_factory=list)
    settled: int = 0
    next_due: datetime | None = None
    after: Cursor = (FIRST, FIRST)


class Delivery:
    """Sends what is due; `wake` it when something was announced."""

    def __init__(
        self,
        database: Database,
        platforms: Mapping[str, Platform],
        now: Callable[[], datetime],
        draw: Draw,
        *,
        reveal: Reveal = lambda session, message: message,
        parked: OnParked = lambda session, claimed, reason, gone: None,
        in_flight: int = 48,
        of_one: int = 16,
        lease: timedelta = LEASE,
    ) -> None:
        """Take the platforms by name; `in_flight` sends go at once on each, `of_one` at most of one tenant, so that none waits for
        another; as many again are claimed and drawn ahead, and what is urgent waits for neither. `draw` and `reveal` only read, `parked`
        may write."""
        self._database, self._platforms, self._now = database, platforms, now
        self._parcels, self._fates = Parcels(platforms, draw, reveal), Outcomes(platforms, parked)
        self._in_flight, self._of_one, self._lease = in_flight, of_one, lease
        self._sending: dict[int, asyncio.Task[None]] = {}
        self._paces = {name: platform.can.pace for name, platform in platforms.items()}
        self._gates = Gates(in_flight, of_one)
        self._asked = Asked()
        self._doubts = Doubts(database.alone)
        self._after: Cursor = (FIRST, FIRST)
        self._watch = Watch()
        self._outcomes: list[tuple[Claimed, Outcome]] = []
        self._gathering: asyncio.TimerHandle | None = None
        self._turns = asyncio.Lock()
        self._woken = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._listener: Listener | None = None
        self._told = 0.0
        self._stopping = False
        self.healthy = False

    async def start(self) -> None:
        """Begin to deliver."""
        self._doubts.begin()
        if self._database.alone:
            now = self._now()
            await self._database.transact(claims.give_back, now, now + LOOK_AFTER)
        loop = asyncio.get_running_loop()
        self._listener = self._database.listen(lambda: loop.call_soon_threadsafe(self._woken.set))
        self._loop = asyncio.create_task(self._run(), name="delivery")

    async def stop(self) -> None:
        """Take nothing new, finish what is being sent (8 seconds at most) and settle it."""
        self._stopping, self.healthy = True, False
        self.wake()
        if self._loop is not None:
            await self._loop
        if self._listener is not None:
            await asyncio.to_thread(self._listener.close)
        await self._come_home(_STOP_SECONDS)
        for task in {*self._sending.values()}:
            task.cancel()
        await self._come_home(None)
        try:
            await self._turn(take=False)
        except Unavailable as fault:
            log.warning("what was just sent could not be noted: %s", fault)

    async def _come_home(self, seconds: float | None) -> None:
        """Wait until nothing is on its way, or for so long."""
        try:
            async with asyncio.timeout(seconds):
                while self._sending:
                    await asyncio.wait({*self._sending.values()}, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            pass

    def wake(self) -> None:
        """Look for something to send now. To be called on the event loop."""
        self._woken.set()

    async def drain(self) -> int:
        """Send all that is due by now, whatever it leads to as well; returns how many rows were settled."""
        settled = 0
        while True:
            turn = await self._turn()
            settled += turn.settled
            if self._sending:
                await asyncio.wait(self._sending.values(), return_when=asyncio.FIRST_COMPLETED)
            elif not turn.settled and not turn.claimed and not self._outcomes and not self._more(turn):
                return settled

    def _more(self, turn: Turn) -> bool:
        return turn.next_due is not None and turn.next_due <= self._now()

    async def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            rest = 1.0
            try:
                turn = await self._turn()
                rest = self._rest(turn)
                self.healthy = not self._stopping
            except Unavailable as fault:
                log.warning("delivery waits for the database: %s", fault)
                self.healthy = False
            except Exception:
                log.exception("delivery stumbled and goes on")
                self.healthy = False
            if self._stopping:
                return
            try:
                async with asyncio.timeout(rest):
                    await self._woken.wait()
            except TimeoutError:
                pass

    def _rest(self, turn: Turn) -> float:
        """How many seconds to sleep: short while something waits, because the clock may be moved."""
        if turn.next_due is None:
            # Another process may have ended before it took what it announced.
            return 5.0 if self._database.alone else 1.0
        return min(1.0, max(0.01, (turn.next_due - self._now()).total_seconds()))

    async def _turn(self, *, take: bool = True) -> Turn:
        """Settle what came back and claim what there is room for, in one transaction, and set out with what was claimed."""
        async with self._turns:
            outcomes, self._outcomes = self._outcomes, []
            if self._gathering is not None:
                self._gathering.cancel()
                self._gathering = None
            try:
                with metrics.TURN.time():
                    turn = await self._database.transact(
                        self._work,
                        self._now(),
                        outcomes,
                        busy=frozenset(self._sending),
                        room=self._gates.room if take else None,
                    )
            except BaseException:
                self._outcomes = outcomes + self._outcomes
                raise
            if take:
                self._after = turn.after
            metrics.CLAIMED.inc(len(turn.claimed))
            if turn.claimed:
                self._gates.came(turn.claimed)
                self._begin(self._set_out(turn.claimed), turn.claimed)
            return turn

    def _work(
        self,
        session: Session,
        now: datetime,
        outcomes: Sequence[tuple[Claimed, Outcome]],
        *,
        busy: frozenset[int] = frozenset(),
        room: Room | None = None,
    ) -> Turn:
        lanes.look_up(session)
        self._fates.settle(session, outcomes, now)
        if room is None:
            return Turn([], len(outcomes))
        took = claims.claim(
            session, now, limit=self._of_one, room_for=room, paces=self._paces, lease=self._lease, busy=busy,
            after=self._after, watch=self._watch,
        )  # fmt: skip
        # Who could take so many may find more; a tenant or a platform without room is woken for by who comes home.
        more = took.missed or len(took.rows) >= self._of_one
        if more and time.monotonic() - self._told > _TELL_AFTER:
            self._told = time.monotonic()
            waking.tell(session)
        return Turn(took.rows, len(outcomes), now if more else lanes.next_due(session, now), took.after)

    def _begin(self, work: Coroutine[None, None, None], claimed: Sequence[Claimed]) -> None:
        """Let a task see to these; one that is stopped before its first step leaves them to be told of here."""

        def ended(task: asyncio.Task[None]) -> None:
            for each in claimed:
                if task.cancelled() and self._sending.get(each.lane_id) is task:
                    self._came_home(each, Unsent(each, "stopped before it was sent"))

        going = asyncio.create_task(work)
        self._sending |= dict.fromkeys((each.lane_id for each in claimed), going)
        going.add_done_callback(ended)

    async def _set_out(self, claimed: Sequence[Claimed]) -> None:
        """Draw what was claimed, all in one look, and send each."""
        ready: Sequence[Parcel | Outcome]
        try:
            ready = await self._database.read(self._parcels.drawn, claimed)
        except asyncio.CancelledError:
            ready = [Unsent(each, "stopped before it was sent") for each in claimed]
        except Unavailable as fault:
            ready = [Unsent(each, f"the database did not answer: {fault}") for each in claimed]
        except Exception as fault:
            log.exception("what was claimed could not be drawn")
            ready = [Unsent(each, f"it could not be drawn: {fault!r}", counts=True) for each in claimed]
        for each, parcel in zip(claimed, ready, strict=True):
            if isinstance(parcel, Parcel):
                self._begin(self._send(each, parcel), [each])
            else:
                self._came_home(each, parcel)

    async def _send(self, claimed: Claimed, parcel: Parcel) -> None:
        logs.token.set(claimed.trace)
        outcome: Outcome
        began, going = time.perf_counter(), False
        try:
            async with self._gates.through(claimed):
                self._still(claimed)
                going = True
                async with asyncio.timeout(_SEND_SECONDS):
                    outcome = await deliver(self._platforms[parcel.platform], parcel, look=claimed.unsure)
        except (Later, Never) as told:
            outcome = told
        except TimeoutError:
            outcome = Later("no answer in time", unsure=True)
        except asyncio.CancelledError:
            outcome = Later("stopped while it was being sent", unsure=going or claimed.unsure)
        except Exception as fault:
            log.exception("%s failed in a way that nobody foresaw", parcel.platform)
            outcome = Later(f"unforeseen: {fault!r}", unsure=True, whole=False)
        if going:
            self._doubts.note(claimed.id, isinstance(outcome, Later) and outcome.unsure)
        note(claimed, outcome, time.perf_counter() - began, self._now())
        self._came_home(claimed, outcome)

    def _still(self, claimed: Claimed) -> None:
        """Raises `Unsent` where it waited here for so long that it must not be sent any more, or not yet."""
        if (claimed.lease_until - self._now()).total_seconds() < _SEND_SECONDS:
            raise Unsent(claimed, "it waited here for too long", after=0.0)
        if claimed.unsure and (wait := self._doubts.left(claimed.id)) > 0:
            raise Unsent(claimed, "it may still be arriving", after=wait)
        if (wait := self._asked.left(self._pool(claimed), self._now())) > 0:
            raise Unsent(claimed, f"{claimed.platform} asks to wait", after=wait)

    def _pool(self, claimed: Claimed) -> Pool:
        pace = self._paces.get(claimed.platform, UNLIMITED)
        return claimed.platform, claimed.tenant, pace.pool(claimed.way)

    def _came_home(self, claimed: Claimed, outcome: Outcome) -> None:
        self._outcomes.append((claimed, outcome))
        if isinstance(outcome, Later) and outcome.wide and outcome.after is not None:
            self._asked.note(self._pool(claimed), outcome.after, self._now())
        del self._sending[claimed.lane_id]
        self._gates.left(claimed)
        # A turn costs much the same whatever it settles.
        if claimed.urgent or len(self._outcomes) >= self._in_flight or len(self._sending) < self._in_flight // 2:
            self.wake()
        elif self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(_GATHER, self.wake)
