"""What is not needed any longer is forgotten, a slice at a time: found where it is only read, then deleted by its keys.

One rule: a slice is small, so that nobody waits for the cleaning. The record, and what was set aside for somebody to look at, are
kept for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, not_, or_, select, text
from sqlmodel import Session

from bot.settings import Settings
from storage.nudges import AWAY
from storage.statements import core, table

SLICE = 200
"""How many rows at most one slice deletes."""

_DONE = text("outbox.state IN ('sent','dropped')")  # written out, so that the partial indexes are seen
_PAST = text("timers.state IN ('fired','dropped')")
_MARKS_LAST = timedelta(days=60)
_AWAY_LASTS = timedelta(days=400)  # longer than an absence can be
_TRIES_LAST = timedelta(days=1)
_BEATS_LAST = timedelta(days=7)

Stale = Mapping[str, Sequence[tuple[Any, ...]]]
"""The keys of rows that were kept for long enough, by table."""


@dataclass(frozen=True, slots=True)
class Keep:
    """For how long: the answers that a redelivery gets again, what was delivered or given up, timers that fired or were dropped."""

    answers: timedelta = timedelta(hours=24)
    sent: timedelta = timedelta(days=30)
    fired: timedelta = timedelta(days=90)


KEEP = Keep()


def kept_for(settings: Settings) -> Keep:
    """What the operator set."""
    return Keep(
        answers=timedelta(hours=settings.bellwether_keep_answers_hours),
        sent=timedelta(days=settings.bellwether_keep_sent_days),
        fired=timedelta(days=settings.bellwether_keep_timers_days),
    )


def stale(session: Session, now: datetime, keep: Keep, most: int = SLICE) -> Stale:
    """Find at most that many rows that were kept for long enough, the oldest of each table; empty when there are none."""
    connection, left = core(session), most
    found: dict[str, Sequence[tuple[Any, ...]]] = {}
    for rows, old, age in _old(now, keep):
        statement = select(*rows.primary_key.columns).where(old).order_by(age).limit(left)
        if keys := [tuple(key) for key in connection.execute(statement)]:
            found[rows.name] = keys
            left -= len(keys)
        if not left:
            break
    return found


def forget(session: Session, found: Stale, now: datetime, keep: Keep) -> int:
    """Delete those of these rows that are still old enough; returns how many."""
    connection, gone = core(session), 0
    for rows, old, _ in _old(now, keep):
        if keys := found.get(rows.name):
            this = [column == bindparam(f"key_{column.name}") for column in rows.primary_key.columns]
            names = [f"key_{column.name}" for column in rows.primary_key.columns]
            these = [dict(zip(names, key, strict=True)) for key in keys]
            gone += connection.execute(delete(rows).where(*this, old), these).rowcount
    return gone


def _old(now: datetime, keep: Keep) -> Iterator[tuple[Table, ColumnElement[bool], ColumnElement[Any]]]:
    """Each table with what of it is old enough, and the order in which the oldest come first."""
    inbox, kept, outbox, timers = table("inbox"), table("kept"), table("outbox"), table("timers")
    yield inbox, inbox.c.at < now - keep.answers, inbox.c.at
    yield kept, kept.c.until <= now, kept.c.until
    yield outbox, and_(_DONE, outbox.c.settled_at < now - keep.sent), outbox.c.settled_at
    yield timers, and_(_PAST, timers.c.due_at < now - keep.fired), timers.c.due_at
    tries, nudges, beats = table("wrong_tries"), table("nudges"), table("beats")
    yield tries, tries.c.at < now - _TRIES_LAST, tries.c.id
    yield nudges, _marked_before(nudges, now), nudges.c.id
    # The newest tells when the bot was last alive, however long ago that was.
    newest = select(beats.alias().c.at).order_by(text("1 DESC")).limit(1).scalar_subquery()
    yield beats, and_(beats.c.at < now - _BEATS_LAST, beats.c.at < newest), beats.c.at


def _marked_before(nudges: Table, now: datetime) -> ColumnElement[bool]:
    marks = (nudges.c.snoozed_until, nudges.c.reminded_at, nudges.c.useless_at)
    away = nudges.c.line.startswith(AWAY)

    def before(instant: datetime) -> ColumnElement[bool]:
        return and_(*(or_(mark.is_(None), mark < instant) for mark in marks))

    return or_(and_(not_(away), before(now - _MARKS_LAST)), and_(away, before(now - _AWAY_LASTS)))
