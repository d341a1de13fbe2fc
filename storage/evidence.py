"""What happened lately, as a morning message asks for it, for many partnerships at once.

One rule: everything is asked in sets. However many partnerships there are, it takes the same few queries.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from bot.rules.checking_in import OUT
from bot.words import CadenceKind, CheckInState, Key
from storage import occurrences as taking_place
from storage import outages as down
from storage import subjects
from storage.ledger import BODIES, LEDGER, PARTNERSHIPS
from storage.statements import core
from storage.tables import Cadence, Celebrated, Celebration, CheckIn, Member, Occurrence

STEPS = ("checkin.answered", "escalation.resolved", "escalation.confirmed", "meeting.held", "report.received")
"""The events by which work moves forward."""

CUT_OFF = "standup.cut_off"
_OUT = (CUT_OFF, "standup.skipped_late", "digest.skipped_late")  # what an outage leaves on the record

_LOOKED_THROUGH = 1000  # events of a partnership, the newest ones
_NEWEST = LEDGER.c.seq > PARTNERSHIPS.c.seq - _LOOKED_THROUGH


@dataclass(frozen=True, slots=True)
class Activity:
    """What people did: when last, by side, and how many steps forward each side made; `resumed` is the end of the last pause, and
    `since` the oldest event that was looked at, where not all were."""

    last: dict[Key, datetime]
    steps: dict[Key, int]
    resumed: datetime | None = None
    since: datetime | None = None


def activity(session: Session, partnership_ids: Collection[int], since: datetime) -> dict[int, Activity]:
    """Look through the newest events of these partnerships; steps count `since` then. Acting on a nudge is no activity."""
    resumed = case((LEDGER.c.kind == "partnership.resumed", LEDGER.c.at))
    forward = and_(LEDGER.c.kind.in_(STEPS), LEDGER.c.at >= since)
    statement = (
        select(
            LEDGER.c.partnership_id,
            LEDGER.c.side,
            func.max(LEDGER.c.at).label("last"),
            func.min(LEDGER.c.at).label("first"),
            func.max(PARTNERSHIPS.c.seq).label("events"),
            func.max(resumed).label("resumed"),
            func.sum(case((forward, 1), else_=0)).label("steps"),
        )
        .join_from(LEDGER, PARTNERSHIPS, LEDGER.c.partnership_id == PARTNERSHIPS.c.id)
        .where(
            LEDGER.c.partnership_id.in_(partnership_ids),
            _NEWEST,
            LEDGER.c.kind.not_like("nudge.%"),
        )
        .group_by(LEDGER.c.partnership_id, LEDGER.c.side)
    )
    rows: dict[int, list[Any]] = {each: [] for each in partnership_ids}
    for row in core(session).execute(statement):
        rows[row.partnership_id].append(row)
    return {
        id: Activity(
            {Key(row.side): row.last for row in those if row.side},
            {Key(row.side): row.steps for row in those if row.side},
            max((row.resumed for row in those if row.resumed), default=None),
            min((row.first for row in those if row.events > _LOOKED_THROUGH), default=None),
        )
        for id, those in rows.items()
    }


def outages(session: Session, partnership_ids: Collection[int], since: datetime) -> dict[int, set[tuple[datetime, datetime]]]:  # fmt: skip
    """When the bot was out since then: as it was noted, and as the record has it, from what it should have done to when it was back."""
    statement = (
        select(LEDGER.c.partnership_id, LEDGER.c.kind, LEDGER.c.subject, LEDGER.c.at, BODIES.c.body)
        .join_from(LEDGER, PARTNERSHIPS, LEDGER.c.partnership_id == PARTNERSHIPS.c.id)
        .join(BODIES, BODIES.c.event_id == LEDGER.c.id)
        .where(LEDGER.c.partnership_id.in_(partnership_ids), _NEWEST, LEDGER.c.kind.in_(_OUT), LEDGER.c.at >= since)
    )
    rows = core(session).execute(statement).all()
    cut_off = taking_place.several(session, {subjects.number(row.subject) for row in rows if row.kind == CUT_OFF})
    noted = {(begun, back) for begun, back in down.between(session, since) if back - begun >= OUT}
    found: dict[int, set[tuple[datetime, datetime]]] = {each: set(noted) for each in partnership_ids}
    for row in rows:
        if row.kind == CUT_OFF:
            begun = cut_off[subjects.number(row.subject)].at
        else:
            begun = datetime.fromisoformat(json.loads(row.body)["planned_for"])
        found[row.partnership_id].add((begun, row.at))
    return found


def praise(session: Session, partnership_ids: Collection[int], since: datetime) -> dict[int, list[tuple[datetime, bool, frozenset[Key]]]]:  # fmt: skip
    """The celebrations since then that stand: when, whether in the rooms, and of which sides those are whom they are for."""
    statement = (
        rows_of(Celebration, Celebrated, Member)
        .join(Celebrated, col(Celebrated.celebration_id) == Celebration.id)
        .join(Member, col(Member.id) == Celebrated.member_id, isouter=True)
        .where(
            col(Celebration.partnership_id).in_(partnership_ids),
            Celebration.given_at >= since,
            col(Celebration.undone_at).is_(None),
        )
    )
    whole: dict[int, tuple[Celebration, set[Key]]] = {}
    for row, celebrated, member in session.exec(statement):
        side = celebrated.side if celebrated.side is not None else member.side
        whole.setdefault(row.id, (row, set()))[1].add(side)
    found: dict[int, list[tuple[datetime, bool, frozenset[Key]]]] = {each: [] for each in partnership_ids}
    for row, sides in whole.values():
        found[row.partnership_id].append((row.given_at, row.public, frozenset(sides)))
    return found


def occurrences(session: Session, partnership_ids: Collection[int], since: datetime) -> dict[int, list[tuple[Cadence, list[Occurrence]]]]:  # fmt: skip
    """The meetings and reports since then of cadences that go on, by cadence, the newest first; skipped ones are left out."""
    statement = (
        rows_of(Occurrence, Cadence)
        .join(Cadence, col(Cadence.id) == Occurrence.cadence_id)
        .where(
            col(Occurrence.partnership_id).in_(partnership_ids),
            col(Cadence.kind).in_((CadenceKind.MEETING, CadenceKind.REPORT)),
            col(Cadence.ended_at).is_(None),
            col(Cadence.paused_at).is_(None),
            Occurrence.state != "skipped",
            Occurrence.at >= since,
        )
        .order_by(col(Occurrence.at).desc())
    )
    by_cadence: dict[int, tuple[Cadence, list[Occurrence]]] = {}
    for row, cadence in session.exec(statement):
        by_cadence.setdefault(cadence.id, (cadence, []))[1].append(row)
    found: dict[int, list[tuple[Cadence, list[Occurrence]]]] = {each: [] for each in partnership_ids}
    for _, pair in sorted(by_cadence.items()):
        found[pair[0].partnership_id].append(pair)
    return found


LAST = 2  # days on which somebody was asked
_OVER = (CheckInState.MISSED, CheckInState.ANSWERED, CheckInState.SKIPPED)


def check_ins(session: Session, partnership_ids: Collection[int], since: date) -> dict[int, dict[int, list[tuple[date, bool]]]]:  # fmt: skip
    """The last two days since then of which somebody was asked and it is over, by partnership and member, the newest first: day, and
    whether nothing came. Away is not missed, and so is not here; who was cut off by an outage could not answer, and missed nothing."""
    cut_off = and_(col(CheckIn.state) == CheckInState.ASKED, col(Occurrence.state) == "closed")
    theirs_alone = func.dense_rank().over(partition_by=col(CheckIn.member_id), order_by=col(CheckIn.day).desc())
    ranked = (
        select(
            CheckIn.partnership_id,
            CheckIn.member_id,
            CheckIn.day,
            CheckIn.state,
            theirs_alone.label("back"),  # type: ignore[call-overload]
        )
        .join(Occurrence, col(Occurrence.id) == CheckIn.occurrence_id)
        .where(
            col(CheckIn.partnership_id).in_(partnership_ids),
            CheckIn.day >= since,
            or_(col(CheckIn.state).in_(_OVER), cut_off),
        )
        .subquery()
    )
    of = ranked.c
    statement = select(of.partnership_id, of.member_id, of.day, of.state).where(of.back <= LAST)
    days: dict[int, dict[int, dict[date, bool]]] = {each: {} for each in partnership_ids}
    for partnership, member, day, state in core(session).execute(statement):
        theirs = days[partnership].setdefault(member, {})
        theirs[day] = theirs.get(day, True) and state is CheckInState.MISSED
    return {
        id: {member: sorted(theirs.items(), reverse=True) for member, theirs in those.items()}
        for id, those in days.items()
    }
