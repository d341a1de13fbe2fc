"""Escalations: finding them, and keeping the machine's state beside what queries ask for."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from bot.pack import pack, unpack
from bot.rules.escalation import State, Status
from bot.rules.ladder import Ladder
from storage.tables import Escalation

UNDER_WAY = (Status.OPEN, Status.ACKNOWLEDGED, Status.RESOLVED)


def add(session: Session, escalation: Escalation, state: State, ladder: Ladder) -> Escalation:
    escalation.ladder = pack(ladder, Ladder)
    keep(escalation, state)
    session.add(escalation)
    session.flush()
    return escalation


def keep(escalation: Escalation, state: State) -> None:
    """Write the machine's state onto the row, and with it what queries ask for."""
    escalation.state = pack(state, State)
    escalation.status = state.status.value
    escalation.owner = state.owner
    escalation.ended_at = state.since if state.over else None


def state(escalation: Escalation) -> State:
    found: State = unpack(escalation.state, State)
    return found


def ladder(escalation: Escalation) -> Ladder:
    found: Ladder = unpack(escalation.ladder, Ladder)
    return found


def get(session: Session, escalation_id: int) -> Escalation:
    return session.get_one(Escalation, escalation_id)


def several(session: Session, ids: Collection[int]) -> dict[int, Escalation]:
    return {row.id: row for row in session.exec(select(Escalation).where(col(Escalation.id).in_(ids)))}


def under_way(session: Session, partnership_ids: Collection[int]) -> Sequence[Escalation]:
    """All that have not ended, oldest first."""
    return session.exec(
        select(Escalation)
        .where(col(Escalation.partnership_id).in_(partnership_ids), col(Escalation.status).in_(UNDER_WAY))
        .order_by(col(Escalation.id))
    ).all()
