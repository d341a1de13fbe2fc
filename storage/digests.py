"""What a digest is worked out from, for many partnerships at once.

One rule: everything is asked in sets. However many partnerships there are, it takes the same few queries.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, literal, or_, true
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from bot.rules.celebrating import Receiver, Wish
from bot.rules.digest import OWED, Change, Prompt, Report
from bot.rules.escalation import TABLE
from bot.rules.stand import Step
from bot.words import CadenceKind, CheckInState, Key
from storage.among import among, several
from storage.ledger import BODIES, LEDGER
from storage.reports import ANNOUNCED
from storage.statements import core, table
from storage.tables import Cadence, Celebration, CheckIn, Comment, Escalation, Member, Occurrence

_CADENCES, _DAYS, _GIVEN, _TO = map(table, ("cadences", "occurrences", "celebrations", "celebrated"))
_SIDES = tuple(Key)
_LONGEST = timedelta(days=14)  # that a standup is open
POSTED, SKIPPED = "digest.posted", "digest.skipped_late"
_STEPS = ("escalation.raised", *dict.fromkeys(row.kind for row in TABLE.values()))


def celebrations(
    session: Session, ids: Collection[int], first: datetime, last: datetime
) -> dict[int, list[tuple[Celebration, Wish]]]:
    """The public celebrations from `first` on and before `last` that were not taken back, in the order they were given; plain rows."""
    at = _GIVEN.c.given_at
    rows = _celebrated(session, _GIVEN.c.partnership_id, ids, at >= first, at < last)
    return _by_partnership(ids, ((row.partnership_id, (row, wish)) for row, wish in rows))


def these(session: Session, celebration_ids: Collection[int]) -> list[tuple[Celebration, Wish]]:
    """These celebrations, those taken back or made private since left out; plain rows."""
    return _celebrated(session, _GIVEN.c.id, celebration_ids)


def _celebrated(
    session: Session, which: Any, those: Collection[int], *also: ColumnElement[bool]
) -> list[tuple[Celebration, Wish]]:
    connection = core(session)
    statement = (
        columns(_GIVEN, _TO.c.member_id, _TO.c.side)
        .join_from(_GIVEN, _TO, _TO.c.celebration_id == _GIVEN.c.id)
        .where(among(which, connection.dialect.name), _GIVEN.c.public.is_(True), _GIVEN.c.undone_at.is_(None), *also)
        .order_by(_GIVEN.c.id, _TO.c.id)
    )
    known: dict[int, Any] = {}
    receivers: dict[int, list[Receiver]] = {}
    for row in connection.execute(statement, {"ids": several(connection, those)}).all():
        *_, member, side = row
        known[row.id] = row
        whom = side or member
        receivers.setdefault(row.id, []).extend([whom] if whom is not None else [])
    return [(row, Wish(tuple(receivers[id]), row.why, row.milestone, row.public)) for id, row in known.items()]


def escalations(
    session: Session, ids: Collection[int], first: datetime, last: datetime
) -> dict[int, list[tuple[Escalation, tuple[Step, ...]]]]:
    """The escalations that were under way at some time from `first` to `last`, with their steps before `last`; private ones left out."""
    connection = core(session)
    those = {"ids": several(connection, ids)}
    under_way = (
        among(col(Escalation.partnership_id), connection.dialect.name),
        col(Escalation.private).is_(False),
        col(Escalation.raised_at) <= last,
        or_(col(Escalation.ended_at).is_(None), col(Escalation.ended_at) >= first),
    )
    events = (
        columns(col(Escalation.id).label("of"), LEDGER.c.kind, LEDGER.c.at, LEDGER.c.actor, BODIES.c.body)
        .select_from(Escalation)
        .join(LEDGER, LEDGER.c.subject == _subject("escalation", col(Escalation.id)))
        .join(BODIES, BODIES.c.event_id == LEDGER.c.id, isouter=True)
        .where(*under_way, LEDGER.c.kind.in_(_STEPS), LEDGER.c.at <= last)
        .order_by(LEDGER.c.id)
    )
    steps: dict[int, list[Step]] = {}
    for row in connection.execute(events, those):
        said = json.loads(row.body) if row.body else {}
        step = Step(row.kind, row.at, said.get("to") or "", said.get("level"), row.actor, said.get("person"))
        steps.setdefault(row.of, []).append(step)
    rows = session.exec(select(Escalation).where(*under_way).order_by(col(Escalation.id)), params=those)
    return _by_partnership(ids, ((row.partnership_id, (row, tuple(steps.get(row.id, ())))) for row in rows))


def prompts(session: Session, ids: Collection[int], first: datetime, last: datetime) -> dict[int, list[Prompt]]:
    """The check-ins that somebody owes in standups that close from `first` on and before `last`, those that are alike together;
    those answered by `last` count as answered when it closed."""
    closes = func.coalesce(
        Occurrence.closes_at, func.max(CheckIn.closes_at)
    )  # one that is open closes with its last window
    answered = col(CheckIn.answered_at) <= last
    counts = [
        func.sum(case((and_(col(Member.side) == side, given), 1), else_=0)).label(f"{side}{name}")
        for side in _SIDES
        for name, given in (("given", answered), ("due", true()))
    ]
    connection = core(session)
    statement = (
        columns(Occurrence.partnership_id, closes, *counts)  # type: ignore[call-overload]
        .select_from(Occurrence)
        .join(CheckIn, col(CheckIn.occurrence_id) == Occurrence.id)
        .join(Member, col(Member.id) == CheckIn.member_id)
        .where(
            among(col(Occurrence.partnership_id), connection.dialect.name),
            col(CheckIn.asked_at).is_not(None),
            col(CheckIn.state).in_(OWED),
            Occurrence.at >= first - _LONGEST,
            Occurrence.at < last,
        )
        .group_by(col(Occurrence.partnership_id), col(Occurrence.id))
        .having(and_(closes >= first, closes < last))
    )
    found: dict[int, list[Prompt]] = {each: [] for each in ids}
    (one, other), answered_, missed = _SIDES, CheckInState.ANSWERED, CheckInState.MISSED
    for id, closed, given, due, others, other_due in connection.execute(
        statement, {"ids": several(connection, ids)}
    ).all():
        here = found[id]
        if given:
            here.append(Prompt(one, answered_, closed, closed, given))
        if due > given:
            here.append(Prompt(one, missed, closed, None, due - given))
        if others:
            here.append(Prompt(other, answered_, closed, closed, others))
        if other_due > others:
            here.append(Prompt(other, missed, closed, None, other_due - others))
    return found


def cadences(session: Session, ids: Collection[int]) -> dict[int, Cadence]:
    """These cadences by id, as plain rows."""
    connection = core(session)
    statement = columns(_CADENCES).where(among(_CADENCES.c.id, connection.dialect.name))
    rows = connection.execute(statement, {"ids": several(connection, ids)}).all()
    return {row.id: row for row in rows}  # type: ignore[misc]


def meetings(session: Session, ids: Collection[int]) -> dict[int, list[Any]]:
    """The cadences of meetings that go on, as plain rows."""
    connection, of = core(session), _CADENCES.c
    statement = columns(_CADENCES).where(
        among(of.partnership_id, connection.dialect.name),
        of.kind == CadenceKind.MEETING,
        of.paused_at.is_(None),
        of.ended_at.is_(None),
    )
    rows = connection.execute(statement.order_by(of.id), {"ids": several(connection, ids)}).all()
    return _by_partnership(ids, ((row.partnership_id, row) for row in rows))


def reports(session: Session, ids: Collection[int], last: datetime) -> dict[int, list[Report]]:
    """The newest report of each cadence that was called due, or sent, and was due before `last`."""
    connection, of, day = core(session), _CADENCES.c, _DAYS.c
    newest = func.rank().over(partition_by=day.cadence_id, order_by=day.at.desc())
    due = (
        columns(day.id, day.partnership_id, of.side, day.at, day.said_at, newest.label("rank"))
        .join_from(_CADENCES, _DAYS, of.id == day.cadence_id)
        .where(
            of.kind == CadenceKind.REPORT,
            among(of.partnership_id, connection.dialect.name),
            of.side.is_not(None),
            of.paused_at.is_(None),
            of.ended_at.is_(None),
            day.state != "skipped",
            or_(day.state != ANNOUNCED, day.said_at.is_not(None)),
            day.at < last,
        )
        .subquery()
    )
    own = due.c
    statement = columns(own.partnership_id, own.id, own.side, own.at, own.said_at).where(own.rank == 1).order_by(own.id)
    rows = connection.execute(statement, {"ids": several(connection, ids)}).all()
    return _by_partnership(ids, ((of_, Report(id, side, at, said_at)) for of_, id, side, at, said_at in rows))


def changes(session: Session, ids: Collection[int], first: datetime, last: datetime) -> dict[int, list[Change]]:
    """What became of what recurs from `first` on and before `last`, in order."""
    connection = core(session)
    statement = (
        columns(Cadence.partnership_id, Cadence.id, LEDGER.c.kind, LEDGER.c.at)  # type: ignore[call-overload]
        .select_from(Cadence)
        .join(LEDGER, LEDGER.c.subject == _subject("cadence", col(Cadence.id)))
        .where(
            among(col(Cadence.partnership_id), connection.dialect.name),
            LEDGER.c.kind.like("cadence.%"),
            LEDGER.c.at >= first,
            LEDGER.c.at < last,
        )
        .order_by(LEDGER.c.id)
    )
    rows = connection.execute(statement, {"ids": several(connection, ids)})
    return _by_partnership(
        ids, ((row.partnership_id, Change(row.id, row.kind.partition(".")[2], row.at)) for row in rows)
    )


def telling_of(session: Session, celebration: Celebration) -> list[str]:
    """The subjects of the digests that were told of a celebration."""
    statement = (
        columns(LEDGER.c.subject, BODIES.c.body)
        .join(BODIES, BODIES.c.event_id == LEDGER.c.id)
        .where(
            LEDGER.c.partnership_id == celebration.partnership_id,
            LEDGER.c.kind == POSTED,
            LEDGER.c.at >= celebration.given_at,
        )
        .order_by(LEDGER.c.id)
    )
    rows = core(session).execute(statement)
    return list(dict.fromkeys(row.subject for row in rows if celebration.id in json.loads(row.body)["celebrations"]))


def comments(session: Session, subjects: Collection[str]) -> dict[str, list[Comment]]:
    """What was said under these digests, oldest first."""
    found: dict[str, list[Comment]] = {each: [] for each in subjects}
    for row in session.exec(select(Comment).where(col(Comment.subject).in_(subjects)).order_by(col(Comment.id))):
        found[row.subject].append(row)
    return found


def recorded(session: Session, day: Occurrence, room_id: int) -> dict[str, Any] | None:
    """What the record says that a room was told on that day; None where it was told nothing."""
    statement = (
        columns(BODIES.c.body)
        .join(LEDGER, LEDGER.c.id == BODIES.c.event_id)
        .where(LEDGER.c.subject == f"digest:{day.id}", LEDGER.c.kind == POSTED)
    )
    told: list[dict[str, Any]] = [json.loads(body) for body in core(session).execute(statement).scalars()]
    return next((each for each in told if each["room"] == room_id), None)


def _subject(noun: str, id: Any) -> Any:
    return literal(f"{noun}:") + cast(id, String)


def _by_partnership(ids: Collection[int], rows: Iterable[tuple[int, Any]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {each: [] for each in ids}
    for id, value in rows:
        found[id].append(value)
    return found
