"""What the database says when everything is calm again, and whether it is. One rule: it only reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from storage import ledger
from storage.tables import Account, Clap, Lane, Member, Outbox, Partnership, Timer

SOON = timedelta(minutes=10)  # longer than the longest pause after a failure
ACTIVE = ("waiting", "sending", "unsure")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the outbox, with where it goes."""

    id: int
    token: str
    state: str
    subject: str
    channel: str
    trouble: str
    due_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Fired:
    kind: str
    subject: str
    state: str
    due_at: datetime
    fired_at: datetime | None
    trouble: str


@dataclass
class Record:
    """What the database says."""

    events: dict[int, list[dict[str, Any]]]
    outbox: list[Row]
    timers: list[Fired]
    claps: Counter[str]
    members: dict[int, str]  # a member's id -> the account's user


def read(session: Session) -> Record:
    """Take everything that is judged out of the database."""
    numbers = session.exec(select(Partnership.id)).all()
    rows = session.exec(select(Outbox, Lane).where(col(Outbox.lane_id) == col(Lane.id)).order_by(col(Outbox.id))).all()
    accounts = session.exec(select(Member, Account).where(col(Account.person_id) == col(Member.person_id))).all()
    return Record(
        {number: ledger.export(session, number) for number in numbers},
        [Row(o.id, o.token, o.state, o.subject, lane.target, o.trouble, o.due_at, o.settled_at) for o, lane in rows],
        [Fired(t.kind, t.subject, t.state, t.due_at, t.fired_at, t.trouble) for t in session.exec(select(Timer))],
        Counter(f"celebration:{each.celebration_id}" for each in session.exec(select(Clap))),
        {member.id: account.user for member, account in accounts},
    )


def waiting(session: Session, at: datetime) -> list[str]:
    """What waits to be delivered, with the lane that it waits in, a line each; `at` is told as well."""
    rows = session.exec(
        select(Outbox, Lane)
        .where(col(Outbox.lane_id) == col(Lane.id), col(Outbox.state).in_(ACTIVE))
        .order_by(col(Outbox.due_at))
    )
    return [
        f"{at:%T}: row {o.id} in {lane.target} is {o.state}, due {o.due_at:%T}, tried {o.tries}; lane {lane.id} due {lane.due_at}, "
        f"ready {lane.ready}, leased by {lane.holder} until {lane.lease_until}; {o.trouble[:80]}"
        for o, lane in rows
    ]


def waits(session: Session, at: datetime) -> tuple[int, int, int]:
    """How many rows wait to be delivered soon, how many are being sent, and how many timers are due."""
    soon = col(Outbox.state).in_(ACTIVE), col(Outbox.due_at) <= at + SOON
    rows = session.exec(select(func.count()).select_from(Outbox).where(*soon)).one()
    sending = session.exec(select(func.count()).select_from(Outbox).where(Outbox.state == "sending")).one()
    due = select(func.count()).select_from(Timer).where(Timer.state == "waiting", col(Timer.due_at) <= at)
    return rows, sending, session.exec(due).one()
