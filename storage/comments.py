"""What people say about a subject.

One rule: queries take the caller's session, never commit and never read the clock.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from storage.tables import Comment, Outbox, Post
from storage.unsettled import ACTIVE


def add(session: Session, partnership_id: int, subject: str, member_id: int, words: str, now: datetime) -> Comment:
    row = Comment(partnership_id=partnership_id, subject=subject, member_id=member_id, words=words, said_at=now)
    session.add(row)
    session.flush()
    return row


def rooms_with_card(session: Session, subject: str) -> set[int]:
    """The rooms where the subject's card stands, is on its way or was set aside, so that there is a thread to speak in, now or when it
    is tried again."""
    stands = select(Post.room_id).where(Post.subject == subject, Post.slot == "card")
    card = Outbox.subject == subject, Outbox.slot == "card", col(Outbox.message).is_(None)
    comes = select(Outbox.room_id).where(ACTIVE, *card)
    stuck = select(Outbox.room_id).where(text("outbox.state = 'parked'"), *card)
    return {room for query in (stands, comes, stuck) for room in session.exec(query) if room is not None}
