"""Morning messages: what was said in them, where they stand, and what shepherds did about their lines.

One rule: the database decides what happens only once.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from bot.words import CheckInState
from storage.ledger import BODIES, LEDGER
from storage.statements import core, inserting, table
from storage.tables import CheckIn, Nudge

_NUDGES, _POSTS = table("nudges"), table("posts")
SAID = "nudge.said"
"""The event of a message: its day, and the lines in it."""
AWAY = "away|"
"""What lines begin with that remember of an absence that it was told who stands in."""

Line = tuple[int, str]
"""A line of a partnership."""
Said = dict[str, datetime]
"""What a line said, and when last."""


# Marks ---------------------------------------------------------------------------------------------------------------


def of(session: Session, partnership_ids: Collection[int]) -> dict[int, dict[str, Nudge]]:
    """What was done about lines, by partnership and line."""
    found: dict[int, dict[str, Nudge]] = {each: {} for each in partnership_ids}
    rows = rows_of(Nudge).where(col(Nudge.partnership_id).in_(partnership_ids))
    for row in session.exec(rows.execution_options(populate_existing=True)):
        found[row.partnership_id][row.line] = row
    return found


def mark(session: Session, partnership_id: int, line: str, values: dict[str, Any]) -> None:
    """Remember that somebody snoozed a line or found it of no use."""
    connection = core(session)
    fresh = inserting(connection)(_NUDGES).values(partnership_id=partnership_id, line=line, **values)
    connection.execute(fresh.on_conflict_do_update(index_elements=["partnership_id", "line"], set_=values))


def once(session: Session, partnership_id: int, line: str, now: datetime, since: datetime) -> bool:
    """Note that something is said now; False when it was said already, at `since` or after it."""
    return bool(once_each(session, {(partnership_id, line)}, now, since))


def once_each(session: Session, lines: Collection[Line], now: datetime, since: datetime) -> set[Line]:
    """Note that all of these are said now; gives those that were not said yet at `since` or after it."""
    if not lines:
        return set()
    connection = core(session)
    statement = (
        inserting(connection)(_NUDGES)
        .on_conflict_do_update(
            index_elements=["partnership_id", "line"],
            set_={"reminded_at": now},
            where=or_(_NUDGES.c.reminded_at.is_(None), _NUDGES.c.reminded_at < since),
        )
        .returning(_NUDGES.c.partnership_id, _NUDGES.c.line)
    )
    rows = [{"partnership_id": of, "line": line, "reminded_at": now} for of, line in sorted({*lines})]
    return {(row.partnership_id, row.line) for row in connection.execute(statement, rows)}


def asked_last(session: Session, member_id: int) -> str:
    """The subject of the newest prompt of a member, where they did not answer it; empty otherwise."""
    prompts = rows_of(CheckIn).where(CheckIn.member_id == member_id, col(CheckIn.occurrence_id).is_not(None))
    newest = session.exec(prompts.order_by(col(CheckIn.id).desc()).limit(1)).first()
    return newest.subject if newest and newest.state is not CheckInState.ANSWERED else ""


# What was said -------------------------------------------------------------------------------------------------------


def said(session: Session, subjects: Collection[str], since: datetime) -> dict[str, dict[date, dict[str, Said]]]:
    """The lines of the messages since then, by subject, day and key."""
    statement = (
        select(LEDGER.c.subject, LEDGER.c.at, BODIES.c.body)
        .join_from(LEDGER, BODIES, LEDGER.c.id == BODIES.c.event_id)
        .where(LEDGER.c.subject.in_(subjects), LEDGER.c.kind == SAID, LEDGER.c.at >= since)
        .order_by(LEDGER.c.id)
    )
    found: dict[str, dict[date, dict[str, Said]]] = {each: {} for each in subjects}
    for row in core(session).execute(statement):
        body = json.loads(row.body)
        lines = found[row.subject].setdefault(date.fromisoformat(body["day"]), {})
        for key, news in body["lines"].items():
            lines.setdefault(key, {})[news] = row.at
    return found


def cards(session: Session, subjects: Collection[str]) -> dict[str, list[Any]]:
    """Where messages of these subjects stand: lane and slot, the oldest first."""
    statement = select(_POSTS).where(_POSTS.c.subject.in_(subjects)).order_by(_POSTS.c.slot, _POSTS.c.lane_id)
    found: dict[str, list[Any]] = {each: [] for each in subjects}
    for row in core(session).execute(statement):
        found[row.subject].append(row)
    return found
