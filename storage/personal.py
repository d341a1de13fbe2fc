"""One person's own data, wherever it lies, as it is given out to them.

One rule: what is kept of them is theirs to read; of what others wrote only why they were celebrated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, SQLModel, col, or_, select

from storage.tables import (
    Absence,
    Account,
    Blocker,
    Celebrated,
    Celebration,
    CheckIn,
    Comment,
    Escalation,
    Event,
    EventBody,
    Member,
    Partnership,
    Person,
    Side,
)


def everything(session: Session, person_id: int) -> dict[str, Any]:
    """All that is kept of a person, ready for JSON."""
    person = session.get_one(Person, person_id)
    members = session.exec(
        select(Member, Partnership, Side)
        .join(Partnership, col(Partnership.id) == Member.partnership_id)
        .join(Side, (col(Side.partnership_id) == Member.partnership_id) & (col(Side.key) == Member.side))
        .where(Member.person_id == person_id)
        .order_by(col(Member.id))
    ).all()
    ids = known_as(session, person_id)
    events = session.exec(
        select(Event, EventBody)
        .join(EventBody, col(EventBody.event_id) == Event.id, isouter=True)
        .where(col(Event.actor).in_(ids))
        .order_by(col(Event.id))
    ).all()
    given = of(session, Celebration, col(Celebration.given_by).in_(ids))
    got = session.exec(
        select(Celebration)
        .join(Celebrated, col(Celebrated.celebration_id) == Celebration.id)
        .where(col(Celebrated.member_id).in_(ids))
    ).all()
    return {
        "person": _plain(person, "id"),
        "accounts": [_plain(row, "id", "person_id") for row in of(session, Account, col(Account.person_id) == person_id)],
        "away": [_plain(row, "id", "person_id") for row in of(session, Absence, col(Absence.person_id) == person_id)],
        "partnerships": [
            {"partnership": partnership.name, "organisation": side.organisation, **_plain(member, "id", "person_id", "partnership_id")}
            for member, partnership, side in members
        ],
        "escalations raised": [
            _plain(row, "state", "ladder") for row in of(session, Escalation, col(Escalation.raised_by).in_(ids))
        ],
        "celebrations given": [_plain(row) for row in given],
        "celebrated for": [{"why": row.why, "at": row.given_at} for row in got if row.undone_at is None],
        "comments": [_plain(row, "id") for row in of(session, Comment, col(Comment.member_id).in_(ids))],
        "check-ins": [_plain(row, "id", "occurrence_id") for row in of(session, CheckIn, col(CheckIn.member_id).in_(ids))],
        "blockers": [_plain(row, "id", "likeness") for row in of(session, Blocker, col(Blocker.member_id).in_(ids))],
        "record": [
            {"at": event.at, "what": event.kind, "about": event.subject, "platform": event.platform, "said": body.body if body else None}
            for event, body in events
        ],
    }  # fmt: skip


def known_as(session: Session, person_id: int) -> Sequence[int]:
    """The ids under which a person is on record, those that were merged into another included."""
    own = select(Member.id).where(Member.person_id == person_id)
    return session.exec(
        select(Member.id).where(or_(Member.person_id == person_id, col(Member.merged_into).in_(own)))
    ).all()


def of(session: Session, table: Any, condition: Any) -> Sequence[Any]:
    """The rows of a table for which that holds, oldest first."""
    return session.exec(select(table).where(condition).order_by(table.id)).all()


def _plain(row: SQLModel, *but: str) -> dict[str, Any]:
    return {name: value for name, value in row.model_dump().items() if name not in but and value is not None}
