"""The one way out: what was announced goes to the platforms, each channel in order, and each thing once.

One rule: nothing is sent inside a transaction. Claiming, drawing and settling are short transactions around the send;
whoever dies in between leaves a lease that runs out, and the platform is asked before anything goes again.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlmodel import Session

from bot import metrics
from bot.messages import Message
from bot.pack import unpack
from bot.port import Later, Never, Parcel, Platform, Sent, Way
from bot.rules.retrying import LOOK_AFTER, out_of_patience, pause
from bot.words import Line
from storage import Database, Unavailable, arriving, lanes, outbox, passing, settling
from storage.lanes import FIRST, LEASE, Claimed, Tenant

log = logging.getLogger(__name__)

Draw = Callable[[Session, Claimed], Message | None]
Reveal = Callable[[Session, Message], Message]
OnParked = Callable[[Session, Claimed, str, bool], None]
"""Told of what is set aside: why, and whether the whole channel or account is gone."""

_SEND_SECONDS = 30.0
_DOUBLES = 3
"""How often something is sent at most that may have arrived each time, where it cannot be looked for."""

_STOP_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Dropped:
    """It is not sent, and that is well."""

    reason: str


Outcome = Sent | Later | Never | Dropped


@dataclass(frozen=True, slots=True)
class Turn:
    """What one transaction found to do, and when there is more (None: nothing waits)."""

    parcels: list[tuple[Claimed, Parcel]] = field(default_factory=list)
    settled: int = 0
    next_due: datetime | None = None


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
        """Take the platforms by name; about `in_flight` sends go at once on each, `of_one` at most of one tenant, so that none waits for another. `draw` and `reveal` run in the claim's transaction, `parked` in the settling one."""
        self._database, self._platforms, self._now = database, platforms, now
        self._draw, self._reveal, self._parked = draw, reveal, parked
        self._in_flight, self._of_one, self._lease = in_flight, of_one, lease
        self._sending: dict[int, asyncio.Task[None]] = {}
        self._load: Counter[Tenant] = Counter()
        self._served = FIRST
        self._outcomes: list[tuple[Claimed, Outcome]] = []
        self._turns = asyncio.Lock()
        self._woken = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        """Begin to deliver."""
        if self._database.alone:
            now = self._now()
            await self._database.transact(lanes.give_back, now, now + LOOK_AFTER)
        self._loop = asyncio.create_task(self._run(), name="delivery")

    async def stop(self) -> None:
        """Take nothing new, finish what is being sent (8 seconds at most) and settle it."""
        self._stopping = True
        self.wake()
        if self._loop is not None:
            await self._loop
        if self._sending:
            await asyncio.wait(self._sending.values(), timeout=_STOP_SECONDS)
        for task in [*self._sending.values()]:
            task.cancel()
        if self._sending:
            await asyncio.wait(self._sending.values())
        try:
            await self._turn(take=False)
        except Unavailable as fault:
            log.warning("what was just sent could not be noted: %s", fault)

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
            elif not turn.settled and not turn.parcels and not self._outcomes:
                return settled

    async def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            rest = 1.0
            try:
                turn = await self._turn()
                rest = self._rest(turn)
            except Unavailable as fault:
                log.warning("delivery waits for the database: %s", fault)
            except Exception:
                log.exception("delivery stumbled and goes on")
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
            return 5.0
        return min(1.0, max(0.01, (turn.next_due - self._now()).total_seconds()))

    async def _turn(self, *, take: bool = True) -> Turn:
        """Settle what came back and claim what there is room for, in one transaction."""
        async with self._turns:
            outcomes, self._outcomes = self._outcomes, []
            try:
                turn = await self._database.transact(
                    self._work, self._now(), outcomes, busy=frozenset(self._sending), load=+self._load, take=take
                )
            except BaseException:
                self._outcomes = outcomes + self._outcomes
                raise
            for claimed, parcel in turn.parcels:
                self._load[claimed.owner] += 1
                self._served = claimed.owner
                self._sending[claimed.lane_id] = asyncio.create_task(self._send(claimed, parcel))
            return turn

    def _work(
        self,
        session: Session,
        now: datetime,
        outcomes: Iterable[tuple[Claimed, Outcome]],
        *,
        busy: frozenset[int] = frozenset(),
        load: Mapping[Tenant, int] = MappingProxyType({}),
        take: bool = True,
    ) -> Turn:
        settled = unsent = 0
        for claimed, outcome in sorted(outcomes, key=lambda each: each[0].lane_id):
            self._settle(session, claimed, outcome, now)
            settled += 1
        parcels: list[tuple[Claimed, Parcel]] = []
        if not take:
            return Turn(parcels, settled)
        on_each: Counter[str] = Counter()
        for (name, _), sending in load.items():
            on_each[name] += sending
        full = {name for name, sending in on_each.items() if sending >= self._in_flight}
        room = {tenant: self._of_one - sending for tenant, sending in load.items()}
        sated = {tenant for tenant, left in room.items() if left <= 0}
        for claimed in lanes.claim(
            session, now, limit=self._of_one, lease=self._lease, busy=busy, full=full, room=room,
            after=self._served,
        ):  # fmt: skip
            ready = self._prepare(session, claimed)
            if isinstance(ready, Parcel):
                parcels.append((claimed, ready))
            else:
                self._settle(session, claimed, ready, now)
                unsent += 1
        # A lane whose row was not sent after all has perhaps another one. A full platform is woken by who comes home.
        due = now if unsent else lanes.next_due(session, full, sated)
        return Turn(parcels, settled + unsent, due)

    def _prepare(self, session: Session, claimed: Claimed) -> Parcel | Outcome:
        """Make the parcel of a claimed row, or tell what becomes of it unsent."""
        if claimed.orphaned == "parked":
            return Never("the card it belongs under was not delivered")
        if claimed.orphaned == "dropped":
            return Dropped("the card it belongs under was not wanted any more")
        if claimed.platform not in self._platforms:
            return Later(f"{claimed.platform} is not connected", after=60.0)
        # Where nothing can be looked for, everything is rather said twice than lost.
        if claimed.unsure and claimed.way is Way.PRIVATE and self._platforms[claimed.platform].can.finds:
            return Dropped("it may have arrived, and is never shown twice")
        try:
            with session.begin_nested():
                content = self._content(session, claimed)
                answers = self._answers(session, claimed)
        except Exception as fault:
            if passing(fault):
                raise
            log.exception("%s could not be drawn", claimed.subject)
            return Later(f"it could not be drawn: {fault!r}", whole=False)
        if content is None:
            return Dropped("there is nothing to say any more")
        return Parcel(
            way=claimed.way,
            platform=claimed.platform,
            tenant=claimed.tenant,
            content=content,
            token=claimed.token,
            channel=claimed.channel,
            account=claimed.account,
            thread=claimed.thread,
            message=claimed.post,
            answers=answers,
        )

    def _content(self, session: Session, claimed: Claimed) -> Message | None:
        said = self._draw(session, claimed) if claimed.message is None else unpack(claimed.message, Message)
        return None if said is None else self._reveal(session, said)

    def _answers(self, session: Session, claimed: Claimed) -> Line:
        """What the card says first in whose thread this goes, where the platform has to quote it."""
        if not (claimed.under and self._platforms[claimed.platform].can.quotes):
            return ()
        card = self._draw(session, replace(claimed, slot=claimed.under, under=""))
        return card.title if card else ()

    async def _send(self, claimed: Claimed, parcel: Parcel) -> None:
        outcome: Outcome
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                outcome = await self._deliver(parcel, look=claimed.unsure)
        except (Later, Never) as told:
            outcome = told
        except TimeoutError:
            outcome = Later("no answer in time", unsure=True)
        except asyncio.CancelledError:
            outcome = Later("stopped while it was being sent", unsure=True)
        except Exception as fault:
            log.exception("%s failed in a way that nobody foresaw", parcel.platform)
            outcome = Later(f"unforeseen: {fault!r}", unsure=True, whole=False)
        metrics.SENDS.labels(parcel.platform, type(outcome).__name__.lower()).inc()
        self._outcomes.append((claimed, outcome))
        del self._sending[claimed.lane_id]
        self._load[claimed.owner] -= 1
        self.wake()

    async def _deliver(self, parcel: Parcel, *, look: bool) -> Sent:
        platform = self._platforms[parcel.platform]
        if look and platform.can.finds and parcel.way in (Way.POST, Way.DIRECT):
            try:
                found = await platform.find(parcel)
            except Later as told:  # not known yet: it still may have arrived
                raise Later(str(told), after=told.after, unsure=True, whole=told.whole) from told
            if found is not None:
                return found
        return await platform.deliver(parcel)

    def _settle(self, session: Session, claimed: Claimed, outcome: Outcome, now: datetime) -> None:
        match outcome:
            case Sent():
                settling.sent(session, claimed, now, outcome)
                if claimed.tries > 1:
                    self._say_elsewhere(session, claimed, now)
            case Dropped(reason):
                settling.dropped(session, claimed, now, reason)
            case Later(unsure=True) if claimed.tries >= _DOUBLES and not self._finds(claimed):
                self._park(session, claimed, now, f"it never said whether it took it ({outcome})")
            case Later() if out_of_patience(claimed.created_at, now):
                self._park(session, claimed, now, f"given up after a day: {outcome}")
            case Later():
                wait = pause(claimed.tries, after=outcome.after, unsure=outcome.unsure, luck=random.random())
                long = settling.later(
                    session,
                    claimed,
                    now,
                    due=now + wait,
                    unsure=outcome.unsure,
                    whole=outcome.whole,
                    reason=str(outcome),
                )
                if long:
                    self._say_elsewhere(session, claimed, now)
            case Never() if claimed.living and claimed.way is Way.EDIT and not outcome.gone:
                settling.anew(session, claimed, now, str(outcome))
            case Never():
                self._park(session, claimed, now, str(outcome), gone=outcome.gone)

    def _finds(self, claimed: Claimed) -> bool:
        platform = self._platforms.get(claimed.platform)
        return platform is None or platform.can.finds

    def _say_elsewhere(self, session: Session, claimed: Claimed, now: datetime) -> None:
        """Let the cards in other rooms be drawn again of which something waits for this one: they say what has not arrived here."""
        subjects = arriving.waiting_in(session, claimed.lane_id) | ({claimed.subject} if claimed.room_id else set())
        for subject in sorted(subjects):
            outbox.redraw(session, now=now, subject=subject, beside=claimed.lane_id)

    def _park(self, session: Session, claimed: Claimed, now: datetime, reason: str, *, gone: bool = False) -> None:
        settling.never(session, claimed, now, reason)
        self._say_elsewhere(session, claimed, now)
        try:
            with session.begin_nested():
                self._parked(session, claimed, reason, gone)
        except Exception as fault:
            if passing(fault):
                raise
            log.exception("nobody could be told that %s was parked", claimed.subject)
