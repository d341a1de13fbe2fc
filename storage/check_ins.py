"""Check-ins: who was asked at a standup, and what they said, asked or not.

One rule: read in sets. A batch of prompts costs the same few queries as one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, text, update
from sqlalchemy import select as select_these
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, or_, select

from bot.rules.checking_in import Said
from bot.words import CheckInState, Status
from storage.statements import core, inserting, table
from storage.subjects import noun, number
from storage.tables import (
    Account,
    Cadence,
    CheckIn,
    Event,
    Member,
    Occurrence,
    Outbox,
    Partnership,
    Person,
    Post,
    Side,
    Timer,
)
from storage.unsettled import ACTIVE

AGAIN = "standup.again"
"""The timer of a prompt that was snoozed."""

Asked = tuple[int, int]
"""An occurrence and a member who was asked."""


@dataclass(frozen=True, slots=True)
class Prompted:
    """A check-in with what is shown beside it to its person: the standup it belongs to, and both names."""

    row: CheckIn
    held: Occurrence | None
    cadence: str
    member_id: int
    partnership: str
    partner: str


_ASKED = aliased(Member)
_PROMPTED: Any = (
    select_these(CheckIn, Occurrence, col(Cadence.name), col(Member.id), col(Partnership.name), col(Side.organisation))
    .join(_ASKED, col(_ASKED.id) == CheckIn.member_id)
    .join(Member, col(Member.id) == func.coalesce(_ASKED.merged_into, _ASKED.id))
    .join(Person, col(Person.id) == Member.person_id)
    .join(Account, (col(Account.person_id) == Person.id) & col(Account.left_at).is_(None))
    .join(Partnership, col(Partnership.id) == CheckIn.partnership_id)
    .outerjoin(Side, (col(Side.partnership_id) == CheckIn.partnership_id) & (col(Side.key) != Member.side))
    .outerjoin(Occurrence, col(Occurrence.id) == CheckIn.occurrence_id)
    .outerjoin(Cadence, col(Cadence.id) == Occurrence.cadence_id)
    .where(
        col(CheckIn.id) == bindparam("number"),
        col(Account.id) == bindparam("account"),
        col(Member.left_at).is_(None),
        col(Person.left_at).is_(None),
    )
)
_CHECK_INS = table("check_ins")


def said(row: CheckIn) -> Said:
    """What a check-in says, as a value."""
    return Said(row.done, row.next, row.blockers, row.waiting, row.own_side)


def several(session: Session, ids: Collection[int]) -> dict[int, CheckIn]:
    """These check-ins by id; those that do not exist are left out."""
    return {row.id: row for row in session.exec(select(CheckIn).where(col(CheckIn.id).in_(ids)))}


def reached(session: Session, rows: Collection[CheckIn]) -> tuple[set[str], set[str]]:
    """The subjects of those of these check-ins whose question stands somewhere, and of those whose question came in time."""
    subjects = [row.subject for row in rows]
    stands = select(Post.subject).where(col(Post.subject).in_(subjects), Post.slot == "card")
    came = select(Outbox.subject, Outbox.settled_at).where(
        col(Outbox.created_at).in_({row.asked_at for row in rows}),  # as of the question itself, and of nothing later
        col(Outbox.subject).in_(subjects),
        Outbox.slot == "card",
        Outbox.state == "sent",
    )
    standing, until = set(session.exec(stands)), {row.subject: row.closes_at for row in rows}
    late = {
        subject
        for subject, at in session.exec(came)
        if at is not None and (end := until[subject]) is not None and at >= end
    }
    return standing, standing - late


def unsay(session: Session, subjects: Collection[str], now: datetime) -> None:
    """Say nothing any more of what waits about these check-ins."""
    waiting = (
        select(Outbox.id)
        .where(col(Outbox.subject).in_(subjects), ACTIVE)
        .where(Outbox.state == "waiting")
        .with_for_update(skip_locked=True)  # what is being sent at this moment is said
    )
    if ids := session.exec(waiting).all():
        given_up = update(Outbox).where(col(Outbox.id).in_(ids), col(Outbox.state) == "waiting")
        session.exec(given_up.values(state="dropped", settled_at=now))


def of(session: Session, occurrence_ids: Collection[int]) -> dict[int, list[CheckIn]]:
    """The check-ins of these occurrences, in the order in which people were asked."""
    if not occurrence_ids:
        return {}
    found: dict[int, list[CheckIn]] = {each: [] for each in occurrence_ids}
    rows = select(CheckIn).where(col(CheckIn.occurrence_id).in_(occurrence_ids)).order_by(col(CheckIn.id))
    # Also of a row that was read before its partnership was locked.
    for row in session.exec(rows, execution_options={"populate_existing": True}):
        found[row.occurrence_id or 0].append(row)
    return found


def ask(session: Session, now: datetime, wanted: Iterable[tuple[Occurrence, int, datetime]]) -> dict[Asked, str]:
    """Note that these are asked: at which occurrence, which member, and until when they are waited for. Gives the subjects of the
    check-ins of those who were not asked before."""
    connection = core(session)
    rows = [
        CheckIn(
            partnership_id=held.partnership_id,
            member_id=member,
            occurrence_id=held.id,
            day=held.day,
            state=CheckInState.ASKED,
            asked_at=now,
            closes_at=until,
        ).model_dump(exclude={"id"})
        for held, member, until in wanted
    ]
    if not rows:
        return {}
    fresh = inserting(connection)(_CHECK_INS).on_conflict_do_nothing()
    made = fresh.returning(_CHECK_INS.c.id, _CHECK_INS.c.occurrence_id, _CHECK_INS.c.member_id)
    return {(row.occurrence_id, row.member_id): f"checkin:{row.id}" for row in connection.execute(made, rows)}


def prompted(session: Session, check_in_id: int, account_id: int) -> Prompted | None:
    """Find a check-in for the account of who was asked; None where that is not theirs, or they left."""
    found = session.exec(_PROMPTED, params={"number": check_in_id, "account": account_id}).first()
    if found is None:
        return None
    row, held, cadence, member_id, partnership, partner = found
    return Prompted(row, held, cadence or "", member_id, partnership, partner or "the other side")


def theirs(session: Session, occurrence_ids: Collection[int], member_ids: Collection[int]) -> dict[Asked, CheckIn]:
    """The check-ins of these members at these occurrences, by both."""
    wanted = col(CheckIn.occurrence_id).in_(occurrence_ids), col(CheckIn.member_id).in_(member_ids)
    return {(row.occurrence_id or 0, row.member_id): row for row in session.exec(select(CheckIn).where(*wanted))}


def unanswered(session: Session, member_id: int, day: date, now: datetime) -> Sequence[CheckIn]:
    """What a member was asked on that local day, or is still open, and has not answered: the newest first."""
    return session.exec(
        select(CheckIn)
        .where(
            CheckIn.member_id == member_id,
            col(CheckIn.occurrence_id).is_not(None),
            CheckIn.state != CheckInState.ANSWERED,
            or_(col(CheckIn.day) == day, col(CheckIn.closes_at) > now),
        )
        .order_by(col(CheckIn.id).desc())
    ).all()


def waiting_anywhere(session: Session, person_id: int, day: date, now: datetime) -> Sequence[CheckIn]:
    """What a person was asked in any partnership and has neither answered nor put aside: first what is still open, the newest first."""
    return session.exec(
        select(CheckIn)
        .join(Member, col(Member.id) == CheckIn.member_id)
        .join(Partnership, col(Partnership.id) == CheckIn.partnership_id)
        .where(
            Member.person_id == person_id,
            col(Member.left_at).is_(None),
            Partnership.status != Status.CLOSED,
            col(CheckIn.occurrence_id).is_not(None),
            col(CheckIn.state).in_((CheckInState.ASKED, CheckInState.MISSED)),
            or_(col(CheckIn.day) == day, col(CheckIn.closes_at) > now),
        )
        .order_by(col(CheckIn.state), col(CheckIn.id).desc())
    ).all()


def asked_since(session: Session, row: CheckIn) -> bool:
    """Whether the member was asked again since: by the same cadence, or of an unprompted one by any."""
    later = select(CheckIn.id).where(
        CheckIn.member_id == row.member_id, CheckIn.id > row.id, col(CheckIn.asked_at).is_not(None)
    )
    if row.occurrence_id is not None:
        cadence = select(Occurrence.cadence_id).where(Occurrence.id == row.occurrence_id).scalar_subquery()
        later = later.join(Occurrence, col(Occurrence.id) == CheckIn.occurrence_id).where(
            Occurrence.cadence_id == cadence
        )
    return session.exec(later.limit(1)).first() is not None


def last_answer(session: Session, member_id: int, *, but: int = 0) -> CheckIn | None:
    """What a member answered last, one check-in left aside."""
    return session.exec(
        select(CheckIn)
        .where(CheckIn.member_id == member_id, CheckIn.state == CheckInState.ANSWERED, CheckIn.id != but)
        .order_by(col(CheckIn.answered_at).desc())
        .limit(1)
    ).first()


def snoozed(session: Session, subjects: Collection[str]) -> dict[str, datetime]:
    """Which of these check-ins are snoozed, and until when."""
    waiting = select(Timer.subject, Timer.due_at).where(
        text("timers.state = 'waiting'"),  # written out, so that the partial index is seen
        Timer.kind == AGAIN,
        col(Timer.subject).in_(subjects),
    )
    return dict(session.exec(waiting).all())


def shown_in(session: Session, subject: str, room_id: int) -> Sequence[CheckIn]:
    """The check-ins in the thread of a standup in that room."""
    stands = select(Post.slot).where(Post.subject == subject, Post.room_id == room_id)
    comes = select(Outbox.slot).where(ACTIVE, Outbox.subject == subject, Outbox.room_id == room_id)
    slots = {*session.exec(stands), *session.exec(comes)}
    return list(several(session, {number(slot) for slot in slots if noun(slot) == "checkin"}).values())


# Once -----------------------------------------------------------------------------------------------------------------


def on_record(session: Session, kind: str, subjects: Collection[str]) -> set[str]:
    """Which of these subjects have an event of that kind on the record."""
    if not subjects:
        return set()
    return set(session.exec(select(Event.subject).where(Event.kind == kind, col(Event.subject).in_(subjects))))


def answers_of(session: Session, subject: str) -> Sequence[int]:
    """The events with the words of a check-in in their bodies."""
    said = col(Event.kind).in_(("checkin.answered", "checkin.edited"))
    return session.exec(select(Event.id).where(Event.subject == subject, said)).all()
