"""Celebrations, who is celebrated in them, and the applause.

One rule: queries take the caller's session, never commit and never read the clock.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, delete, func, select

from bot.rules.celebrating import Receiver, Wish
from bot.words import Key
from storage import lent, partnerships
from storage.statements import Prepared, core, inserting, table
from storage.tables import Celebrated, Celebration, Clap, Post

CELEBRATIONS, CELEBRATED = table("celebrations"), table("celebrated")
_ADD = Prepared(
    lambda _: insert(CELEBRATIONS).returning(CELEBRATIONS.c.id),
    [column.key for column in CELEBRATIONS.c if column.key != "id"],
)
_FOR = Prepared(lambda _: insert(CELEBRATED), ["celebration_id", "member_id", "side"])


def add(session: Session, partnership_id: int, given_by: int, wish: Wish, now: datetime) -> Celebration:
    """Keep a celebration; gives it for reading."""
    values: dict[str, Any] = {
        "partnership_id": partnership_id,
        "number": partnerships.number(session, partnership_id, "celebrations"),
        "given_by": given_by,
        "why": wish.why,
        "milestone": wish.milestone,
        "public": wish.public,
        "given_at": now,
        "edited_at": None,
        "undone_at": None,
    }
    ((id,),) = _ADD.all(session, **values)
    _celebrate(session, id, wish)
    return lent.row(Celebration, values | {"id": id})


def change(session: Session, row: Celebration, wish: Wish, now: datetime) -> None:
    """Let it say what is wanted now."""
    row.why, row.milestone, row.public, row.edited_at = wish.why, wish.milestone, wish.public, now
    session.exec(delete(Celebrated).where(col(Celebrated.celebration_id) == row.id))
    _celebrate(session, row.id, wish)


def _celebrate(session: Session, celebration_id: int, wish: Wish) -> None:
    rows: list[dict[str, Any]] = [
        {"celebration_id": celebration_id, "member_id": None, "side": each}
        if isinstance(each, Key)
        else {"celebration_id": celebration_id, "member_id": each, "side": None}
        for each in wish.receivers
    ]
    _FOR.each(session, rows)


def get(session: Session, celebration_id: int) -> Celebration:
    return session.get_one(Celebration, celebration_id)


def wish(session: Session, row: Celebration) -> Wish:
    """What it says and for whom, as a value."""
    rows = session.exec(
        select(Celebrated).where(Celebrated.celebration_id == row.id).order_by(col(Celebrated.id))
    ).all()
    receivers: list[Receiver | None] = [each.side or each.member_id for each in rows]
    return Wish(tuple(each for each in receivers if each is not None), row.why, row.milestone, row.public)


def clap(session: Session, celebration_id: int, member_id: int) -> bool:
    """Count a person's applause; False when it was counted before."""
    connection, claps = core(session), table("claps")
    once = inserting(connection)(claps).values(celebration_id=celebration_id, member_id=member_id)
    return connection.execute(once.on_conflict_do_nothing().returning(claps.c.member_id)).first() is not None


def claps(session: Session, celebration_id: int) -> int:
    return session.exec(select(func.count()).select_from(Clap).where(Clap.celebration_id == celebration_id)).one()


def shown_anywhere(session: Session, subject: str) -> bool:
    """Whether any card of it was delivered, so that there is something to take back."""
    return session.exec(select(Post.id).where(Post.subject == subject)).first() is not None
