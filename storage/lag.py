"""How far behind the bot is: what waits, what is late, what was set aside, who is alive.

One rule: it costs what is behind and not what exists; every question is answered from an index of what is not settled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, text
from sqlmodel import Session

from bot import metrics
from storage import beats
from storage.statements import core, table
from storage.tables import UtcDateTime
from storage.unsettled import LEFT

STATES = ("waiting", "sending", "unsure", "parked")
"""What an outbox row is until it is settled; `unsure`: it may have arrived, and is looked for."""

ALIVE = timedelta(minutes=3)
"""How long ago a process was last seen that counts as alive."""

_OUTBOX, _TIMERS, _BUDGETS, _BEATS = table("outbox"), table("timers"), table("budgets"), table("beats")
_NOW = bindparam("now", type_=UtcDateTime)
_SOON = bindparam("soon", type_=UtcDateTime)
# The conditions are written out, so that the partial indexes are seen.
_LEFT = select(_OUTBOX.c.state, func.count(), func.min(_OUTBOX.c.created_at)).where(LEFT).group_by(_OUTBOX.c.state)
_WAITING = text("timers.state = 'waiting'")
_OVERDUE = select(func.count(), func.min(_TIMERS.c.due_at)).where(_WAITING, _TIMERS.c.due_at <= _NOW)
_DUE = select(func.count()).where(_WAITING, _TIMERS.c.due_at > _NOW, _TIMERS.c.due_at <= _SOON)
_ASIDE = select(func.count()).select_from(_TIMERS).where(text("timers.state = 'parked'"))
_HELD = select(_BUDGETS).where(_BUDGETS.c.held_until > _NOW).order_by(_BUDGETS.c.held_until.desc())
_ALIVE = select(func.count(), func.max(_BEATS.c.at)).where(_BEATS.c.at > bindparam("since", type_=UtcDateTime))


@dataclass(frozen=True, slots=True)
class Depth:
    """How many there are, and since when the oldest (None: there are none)."""

    count: int = 0
    oldest: datetime | None = None

    def age(self, now: datetime) -> float:
        """How old the oldest is, in seconds; 0 where there are none, or none before `now`."""
        return max(0.0, (now - self.oldest).total_seconds()) if self.oldest else 0.0


@dataclass(frozen=True, slots=True)
class Held:
    """A shared limit that a platform asked to wait for."""

    platform: str
    tenant: str
    pool: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Lag:
    """All of it at one instant. `due`: timers of the next hour; `seen`: when a process was last alive (None: never noted)."""

    now: datetime
    outbox: dict[str, Depth]
    overdue: Depth
    due: int
    set_aside: int
    held: tuple[Held, ...]
    alive: int
    seen: datetime | None

    @property
    def waiting(self) -> Depth:
        """What is not delivered yet and may still be."""
        left = [depth for state, depth in self.outbox.items() if state != "parked"]
        return Depth(sum(each.count for each in left), min((each.oldest for each in left if each.oldest), default=None))


def look(session: Session, now: datetime) -> Lag:
    """Look at everything; seven statements, whatever there is."""
    connection = core(session)
    at = {"now": now, "soon": now + timedelta(hours=1)}
    left = {state: Depth(count, oldest) for state, count, oldest in connection.execute(_LEFT)}
    held = [Held(row.platform, row.tenant, row.pool, row.held_until) for row in connection.execute(_HELD, {"now": now})]
    alive, seen = connection.execute(_ALIVE, {"since": now - ALIVE}).one()
    return Lag(
        now,
        {state: left.get(state, Depth()) for state in STATES},
        Depth(*connection.execute(_OVERDUE, {"now": now}).one()),
        connection.execute(_DUE, at).scalar_one(),
        connection.execute(_ASIDE).scalar_one(),
        tuple(held),
        alive,
        seen or beats.last(session),
    )


def show(lag: Lag) -> None:
    """Set the gauges by it."""
    metrics.ANSWERS.set(1)
    for state, depth in lag.outbox.items():
        metrics.ROWS.labels(state).set(depth.count)
        metrics.AGE.labels(state).set(depth.age(lag.now))
    metrics.WAITING.set(lag.waiting.count)
    metrics.OLDEST.set(lag.waiting.age(lag.now))
    metrics.DUE.set(lag.due)
    metrics.LATE.set(lag.overdue.count)
    metrics.LATEST.set(lag.overdue.age(lag.now))
    metrics.SET_ASIDE.set(lag.set_aside)
    metrics.RUNNING.set(lag.alive)
    metrics.HELD.clear()
    for each in lag.held:
        metrics.HELD.labels(each.platform).inc()
