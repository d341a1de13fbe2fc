"""What is in people's way, as they named it.

One rule: a blocker is one row however often it is named; the same one is known by its likeness.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from bot.words import CheckInState
from storage.tables import Blocker, CheckIn


def open_of(session: Session, member_id: int) -> Sequence[Blocker]:
    """What is in a member's way, the oldest first."""
    return session.exec(
        select(Blocker)
        .where(Blocker.member_id == member_id, col(Blocker.solved_at).is_(None))
        .order_by(col(Blocker.first_at), col(Blocker.id))
    ).all()


def alike(session: Session, member_id: int, likenesses: Collection[str]) -> dict[str, Blocker]:
    """A member's blockers that are recognised by these."""
    rows = select(Blocker).where(Blocker.member_id == member_id, col(Blocker.likeness).in_(likenesses))
    return {row.likeness: row for row in session.exec(rows)}


def get(session: Session, blocker_id: int) -> Blocker | None:
    return session.get(Blocker, blocker_id)


def naming(session: Session, member_ids: Collection[int]) -> Sequence[CheckIn]:
    """The answers of a member, for both sides' eyes, that name what is in their way: the oldest first."""
    return session.exec(
        select(CheckIn)
        .where(
            col(CheckIn.member_id).in_(member_ids),
            CheckIn.state == CheckInState.ANSWERED,
            CheckIn.blockers != "",
            col(CheckIn.own_side).is_(False),
        )
        .order_by(col(CheckIn.answered_at), col(CheckIn.id))
    ).all()
