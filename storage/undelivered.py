"""What was to be said and has not been, for the operator to see, to send again or to give up.

One rule: a list is bounded, and never shows what a message says.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select, text, update
from sqlmodel import Session

from bot.port import Way
from storage import aside, outbox, waking
from storage.outbox import LANES, OUTBOX
from storage.statements import core
from storage.unsettled import LEFT

_STATES = {
    "parked": ("parked",),
    "waiting": ("waiting", "unsure"),  # what may have arrived waits to be looked for
    "sending": ("sending",),
    "all": ("waiting", "sending", "unsure", "parked"),
}
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was not delivered. `target` is a channel, or with @ in front a person, with ~ their own page."""

    id: int
    state: str
    platform: str
    tenant: str
    target: str
    way: Way
    subject: str
    tries: int
    created_at: datetime
    due_at: datetime
    trouble: str


def listed(session: Session, state: str, limit: int) -> tuple[list[Row], int]:
    """The first of those in that state (parked, waiting, sending, all), oldest first, and how many there are."""
    which = and_(LEFT, OUTBOX.c.state.in_(_STATES[state]))
    columns = (OUTBOX.c.state, LANES.c.platform, LANES.c.tenant, LANES.c.target, OUTBOX.c.way, OUTBOX.c.subject)
    times = (OUTBOX.c.tries, OUTBOX.c.created_at, OUTBOX.c.due_at, OUTBOX.c.trouble)
    statement = (
        select(OUTBOX.c.id, *columns, *times)
        .join_from(OUTBOX, LANES, OUTBOX.c.lane_id == LANES.c.id)
        .where(which)
        .order_by(OUTBOX.c.created_at, OUTBOX.c.id)
        .limit(limit)
    )
    connection = core(session)
    rows = [Row(*row[:5], Way(row.way), *row[6:]) for row in connection.execute(statement)]
    return rows, connection.execute(select(func.count()).select_from(OUTBOX).where(which)).scalar_one()


def parked_ids(session: Session, after: int, limit: int) -> Sequence[int]:
    """The next of what is parked behind that id."""
    statement = select(OUTBOX.c.id).where(text("outbox.state = 'parked'"), OUTBOX.c.id > after)
    return core(session).execute(statement.order_by(OUTBOX.c.id).limit(limit)).scalars().all()


def retry(session: Session, ids: Collection[int], now: datetime) -> tuple[int, dict[int, str]]:
    """Let these be tried for another day; how many of them were parked, and of the others the state (none where there is no such row).

    What was parked because of one of them goes with it.
    """
    again = outbox.wait_again(session, now, aside.parked(session, OUTBOX.c.id.in_(ids)))
    if again:
        waking.tell(session)
    return len(again), _others(session, {*ids} - {*again})


def drop(session: Session, ids: Collection[int], now: datetime) -> tuple[int, dict[int, str]]:
    """Give these up; how many of them waited or were parked, and of the others the state (none where there is no such row)."""
    statement = update(OUTBOX).where(OUTBOX.c.id.in_(ids), OUTBOX.c.state.in_(("waiting", "parked")))
    dropped = statement.values(state="dropped", settled_at=now).returning(OUTBOX.c.id)
    gone = {*core(session).execute(dropped).scalars()}
    return len(gone), _others(session, {*ids} - gone)


def again(session: Session, now: datetime, *, room_id: int | None = None, account_id: int | None = None) -> None:
    """Try the living cards once more that could not be delivered to a room or an account which can be written to again."""
    whose = OUTBOX.c.room_id == room_id if room_id is not None else OUTBOX.c.account_id == account_id
    while stuck := aside.parked(session, and_(aside.STUCK, whose), _AT_ONCE):
        outbox.wait_again(session, now, stuck)
        lanes: dict[str, set[int]] = {}
        for row in stuck:
            lanes.setdefault(row.subject, set()).add(row.lane_id)
        outbox.redraw_beside(session, now=now, lanes=lanes)


def _others(session: Session, ids: Collection[int]) -> dict[int, str]:
    """In which state each of these is."""
    if not ids:
        return {}
    found = core(session).execute(select(OUTBOX.c.id, OUTBOX.c.state).where(OUTBOX.c.id.in_(ids)))
    return dict.fromkeys(sorted(ids), "") | {row.id: row.state for row in found}
