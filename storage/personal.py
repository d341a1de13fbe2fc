"""One person's own data, wherever it lies: all of it given out, or all of it gone.

One rule: what others need to go on (that something happened, when, on which side) stays; who it was and what they wrote goes.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, delete, or_, select, update

from bot.words import Praise
from storage import addresses, ledger
from storage.tables import (
    Absence,
    Account,
    Blocker,
    Cadence,
    Celebrated,
    Celebration,
    CheckIn,
    Comment,
    Escalation,
    Event,
    EventBody,
    Kept,
    Lane,
    Member,
    Outbox,
    Partnership,
    Person,
    Post,
    Side,
    WrongTry,
)

ERASED_NAME = "Erased person"
ERASED = "(erased)"


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
    ids = _memberships(session, person_id)
    events = session.exec(
        select(Event, EventBody)
        .join(EventBody, col(EventBody.event_id) == Event.id, isouter=True)
        .where(col(Event.actor).in_(ids))
        .order_by(col(Event.id))
    ).all()
    given = _of(session, Celebration, col(Celebration.given_by).in_(ids))
    got = session.exec(
        select(Celebration)
        .join(Celebrated, col(Celebrated.celebration_id) == Celebration.id)
        .where(col(Celebrated.member_id).in_(ids))
    ).all()
    return {
        "person": _plain(person, "id"),
        "accounts": [_plain(row, "id", "person_id") for row in _of(session, Account, col(Account.person_id) == person_id)],
        "away": [_plain(row, "id", "person_id") for row in _of(session, Absence, col(Absence.person_id) == person_id)],
        "partnerships": [
            {"partnership": partnership.name, "organisation": side.organisation, **_plain(member, "id", "person_id", "partnership_id")}
            for member, partnership, side in members
        ],
        "escalations raised": [
            _plain(row, "state", "ladder") for row in _of(session, Escalation, col(Escalation.raised_by).in_(ids))
        ],
        "celebrations given": [_plain(row) for row in given],
        "celebrated for": [{"why": row.why, "at": row.given_at} for row in got if row.undone_at is None],
        "comments": [_plain(row, "id") for row in _of(session, Comment, col(Comment.member_id).in_(ids))],
        "check-ins": [_plain(row, "id", "occurrence_id") for row in _of(session, CheckIn, col(CheckIn.member_id).in_(ids))],
        "blockers": [_plain(row, "id", "likeness") for row in _of(session, Blocker, col(Blocker.member_id).in_(ids))],
        "record": [
            {"at": event.at, "what": event.kind, "about": event.subject, "platform": event.platform, "said": body.body if body else None}
            for event, body in events
        ],
    }  # fmt: skip


def _memberships(session: Session, person_id: int) -> Sequence[int]:
    """The ids under which a person is on record, those that were merged into another included."""
    own = select(Member.id).where(Member.person_id == person_id)
    return session.exec(
        select(Member.id).where(or_(Member.person_id == person_id, col(Member.merged_into).in_(own)))
    ).all()


def _of(session: Session, table: Any, condition: Any) -> Sequence[Any]:
    return session.exec(select(table).where(condition).order_by(table.id)).all()


def _plain(row: SQLModel, *but: str) -> dict[str, Any]:
    return {name: value for name, value in row.model_dump().items() if name not in but and value is not None}


def hide(session: Session, person_id: int, now: datetime) -> None:
    """Take the name and the settings of a person away."""
    person = session.get_one(Person, person_id)
    person.name, person.erased_at, person.praise = ERASED_NAME, now, Praise.NONE
    person.zone = person.days = person.start = person.end = None
    session.exec(delete(Absence).where(col(Absence.person_id) == person_id))
    session.flush()


def erase(session: Session, person_id: int, now: datetime) -> list[str]:
    """Take everything that a hidden person wrote, and their accounts; gives the subjects whose cards look different now."""
    ids = _memberships(session, person_id)
    accounts = session.exec(select(Account).where(Account.person_id == person_id)).all()
    subjects = _words(session, ids)
    ledger.erase(session, session.exec(select(Event.id).where(col(Event.actor).in_(ids))).all())
    account_ids = [account.id for account in accounts]
    session.exec(delete(Kept).where(col(Kept.account_id).in_(account_ids)))
    session.exec(delete(WrongTry).where(col(WrongTry.account_id).in_(account_ids)))
    session.exec(delete(Post).where(col(Post.account_id).in_(account_ids)))
    theirs = col(Outbox.account_id).in_(account_ids)
    session.exec(
        update(Outbox)
        .where(theirs, col(Outbox.state).in_(("waiting", "parked")))
        .values(state="dropped", settled_at=now)
    )
    session.exec(update(Outbox).where(theirs, col(Outbox.state).in_(("sent", "dropped"))).values(message=None))
    for account in accounts:
        _forget(session, account, now)
    session.flush()
    return subjects


def _words(session: Session, ids: Sequence[int]) -> list[str]:
    raised = session.exec(select(Escalation).where(col(Escalation.raised_by).in_(ids))).all()
    for each in raised:
        each.summary = ERASED
        each.impact, each.tried, each.asked = (ERASED if said else "" for said in (each.impact, each.tried, each.asked))
    owned = session.exec(select(Escalation).where(col(Escalation.owner).in_(ids), Escalation.outcome != "")).all()
    for each in owned:
        each.outcome = ERASED
    given = session.exec(select(Celebration).where(col(Celebration.given_by).in_(ids))).all()
    for gift in given:
        gift.why = ERASED
    got = session.exec(select(Celebrated.celebration_id).where(col(Celebrated.member_id).in_(ids))).all()
    session.exec(update(Comment).where(col(Comment.member_id).in_(ids)).values(words=ERASED))
    session.flush()
    concerned = session.exec(
        select(Escalation.id).where(or_(col(Escalation.raised_by).in_(ids), col(Escalation.owner).in_(ids)))
    ).all()
    celebrations = {*(gift.id for gift in given), *got}
    return [
        *(f"escalation:{each}" for each in concerned),
        *(f"celebration:{each}" for each in sorted(celebrations)),
        *_checked_in(session, ids),
        *_recurring(session, ids),
    ]


def _checked_in(session: Session, ids: Sequence[int]) -> list[str]:
    """Take the words of check-ins and blockers; gives where they stood."""
    subjects: dict[str, None] = {}
    for row in session.exec(select(CheckIn).where(col(CheckIn.member_id).in_(ids)).order_by(col(CheckIn.id))):
        if any((row.done, row.next, row.blockers, row.waiting)):
            parts = (row.done, row.next, row.blockers, row.waiting)
            row.done, row.next, row.blockers, row.waiting = (ERASED if said else "" for said in parts)
            subjects[f"occurrence:{row.occurrence_id}" if row.occurrence_id else row.subject] = None
    for blocker in session.exec(select(Blocker).where(col(Blocker.member_id).in_(ids))):
        blocker.words, blocker.likeness = ERASED, f"erased-{blocker.id}"
        subjects[blocker.subject] = None
    session.flush()
    return list(subjects)


def _recurring(session: Session, ids: Sequence[int]) -> list[str]:
    """The meetings and reports of which they said something, and what recurs because of them: their cards name them."""
    made = session.exec(select(Cadence.id).where(col(Cadence.created_by).in_(ids)).order_by(col(Cadence.id))).all()
    of_these = or_(col(Event.subject).startswith("meeting:"), col(Event.subject).startswith("report:"))
    told = select(Event.subject).where(col(Event.actor).in_(ids), of_these).distinct().order_by(col(Event.subject))
    return [*(f"cadence:{each}" for each in made), *session.exec(told)]


def _forget(session: Session, account: Account, now: datetime) -> None:
    nobody = f"erased-{secrets.token_hex(12)}"
    for mark in ("@", "~"):
        session.exec(
            update(Lane)
            .where(
                col(Lane.platform) == account.platform,
                col(Lane.tenant) == account.via,
                col(Lane.target) == f"{mark}{account.user}",
            )
            .values(target=f"{mark}{nobody}")
        )
    addresses.drop_person(session, account.platform, account.via, account.user)
    account.user, account.name = nobody, ERASED_NAME
    account.zone = account.locale = None
    account.reachable, account.left_at = False, now
