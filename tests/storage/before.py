"""A process of the release before, as far as the database sees it: statements that know the columns of revision 0004 and no others.

One rule: its tables are read from a real database at that revision; nothing here is taken from today's code.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, insert, select, update
from sqlmodel import Session

REVISION = "0004"
LEASE = timedelta(seconds=60)


def reflected(connection: Connection) -> MetaData:
    """The tables as they are now."""
    tables = MetaData()
    tables.reflect(connection)
    return tables


@dataclass(frozen=True)
class Before:
    """What it did with lanes, outbox and timers: a lane was leased by its `lease_until`, and kept its `due_at` meanwhile."""

    tables: MetaData

    def __getitem__(self, name: str) -> Table:
        return self.tables.tables[name]

    def announce(self, session: Session, lane: tuple[str, str, str], packed: str, now: datetime) -> None:
        lanes, outbox, connection = self["lanes"], self["outbox"], session.connection()
        at = dict(zip(("platform", "tenant", "target"), lane, strict=True))
        found = select(lanes.c.id).filter_by(**at)
        number = connection.execute(found).scalar_one_or_none()
        if number is None:
            connection.execute(insert(lanes).values(**at))
            number = connection.execute(found).scalar_one()
        connection.execute(update(lanes).where(lanes.c.id == number).values(due_at=now))
        said: dict[str, Any] = {"lane_id": number, "way": "post", "subject": "note:1", "slot": "", "under": ""}
        state = {"urgent": False, "token": secrets.token_hex(8), "state": "waiting", "tries": 0, "trouble": ""}
        connection.execute(insert(outbox).values(**said, **state, message=packed, created_at=now, due_at=now))

    def claim(self, session: Session, now: datetime) -> tuple[int, int] | None:
        """Take the first row of a lane that is free and due: the row, and its lane."""
        lanes, outbox, connection = self["lanes"], self["outbox"], session.connection()
        free = lanes.c.lease_until.is_(None) | (lanes.c.lease_until <= now)
        due = select(lanes.c.id).where(lanes.c.due_at.is_not(None), lanes.c.due_at <= now, free)
        lane = connection.execute(due.order_by(lanes.c.due_at).limit(1).with_for_update(skip_locked=True)).scalar()
        if lane is None:
            return None
        ready = select(outbox.c.id).where(outbox.c.lane_id == lane, outbox.c.state == "waiting", outbox.c.due_at <= now)
        row = connection.execute(ready.order_by(outbox.c.id).limit(1)).scalar_one()
        connection.execute(update(outbox).where(outbox.c.id == row).values(state="sending", tries=outbox.c.tries + 1))
        connection.execute(update(lanes).where(lanes.c.id == lane).values(lease_until=now + LEASE))
        return row, lane

    def settle(self, session: Session, row: int, lane: int, now: datetime) -> None:
        """It arrived: the lane is free, and due when something waits in it."""
        lanes, outbox, connection = self["lanes"], self["outbox"], session.connection()
        sent = update(outbox).where(outbox.c.id == row).values(state="sent", message=None, settled_at=now)
        connection.execute(sent)
        next_due = select(func.min(outbox.c.due_at)).where(outbox.c.lane_id == lane, outbox.c.state == "waiting")
        due = connection.execute(next_due).scalar()
        connection.execute(update(lanes).where(lanes.c.id == lane).values(lease_until=None, due_at=due))

    def plan(self, session: Session, kind: str, subject: str, at: datetime) -> None:
        row = {"kind": kind, "subject": subject, "once": f"{kind}:{subject}", "turn": 0, "state": "waiting", "tries": 0}
        session.connection().execute(insert(self["timers"]).values(**row, due_at=at, planned_for=at, trouble=""))

    def fire(self, session: Session, now: datetime) -> list[str]:
        """Claim what is due and mark it as having happened: their kinds."""
        timers, connection = self["timers"], session.connection()
        due = select(timers.c.id, timers.c.kind).where(timers.c.state == "waiting", timers.c.due_at <= now)
        rows = connection.execute(due.with_for_update(skip_locked=True)).all()
        ids = [row.id for row in rows]
        connection.execute(update(timers).where(timers.c.id.in_(ids)).values(state="fired", fired_at=now))
        return [row.kind for row in rows]
