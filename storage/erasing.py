"""One person's own data, wherever it lies: all of it gone.

One rule: what others need to go on (that something happened, when, on which side) stays; who it was and what they wrote goes.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, or_, select, update

from bot.pack import unpack
from bot.rules.digest import Digest
from bot.words import CadenceKind, CheckInState, Praise
from storage import addresses, digests, ledger, personal
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
    Occurrence,
    Outbox,
    Person,
    Post,
    WrongTry,
)
from storage.unsettled import ACTIVE

ERASED_NAME = "Erased person"
ERASED = "(erased)"


def silence(session: Session, person_id: int) -> set[str]:
    """Take all that a person wrote; gives the subjects whose cards look different once the name is gone as well."""
    ids = personal.known_as(session, person_id)
    partnerships = session.exec(select(Member.partnership_id).where(col(Member.id).in_(ids)).distinct()).all()
    _unsaid(session, person_id, partnerships, _written(session, ids))
    escalations, celebrations = _raised(session, ids), _given(session, ids)
    session.exec(update(Comment).where(col(Comment.member_id).in_(ids)).values(words=ERASED))
    session.flush()
    readers = session.exec(select(Member.id).where(col(Member.partnership_id).in_(partnerships)))
    return {
        *(f"escalation:{each}" for each in escalations),
        *(f"celebration:{each}" for each in celebrations),
        *(f"morning:{each}" for each in readers),
        *_digests(session, partnerships, escalations, celebrations),
        *_checked_in(session, ids),
        *_away(session, person_id, partnerships),
        *_recurring(session, ids),
    }


def hide(session: Session, person_id: int, now: datetime) -> None:
    """Take the name and the settings of a person away."""
    person = session.get_one(Person, person_id)
    person.name, person.erased_at, person.praise = ERASED_NAME, now, Praise.NONE
    person.zone = person.days = person.start = person.end = None
    session.exec(delete(Absence).where(col(Absence.person_id) == person_id))
    session.flush()


def erase(session: Session, person_id: int, now: datetime) -> None:
    """Take what the record holds of a person, their accounts, and what was for these alone."""
    ids = personal.known_as(session, person_id)
    accounts = session.exec(select(Account).where(Account.person_id == person_id)).all()
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


def _written(session: Session, ids: Sequence[int]) -> set[str]:
    """All that they wrote, as it stands."""
    tables: list[tuple[Any, Any, tuple[str, ...]]] = [
        (Escalation, Escalation.raised_by, ("summary", "impact", "tried", "asked")),
        (Escalation, Escalation.owner, ("outcome",)),
        (Celebration, Celebration.given_by, ("why",)),
        (Comment, Comment.member_id, ("words",)),
        (CheckIn, CheckIn.member_id, ("done", "next", "blockers", "waiting")),
        (Blocker, Blocker.member_id, ("words",)),
    ]
    said = (
        getattr(row, each)
        for table, by, parts in tables
        for row in personal.of(session, table, by.in_(ids))
        for each in parts
    )
    return {each for each in said if each}


def _unsaid(session: Session, person_id: int, partnerships: Sequence[int], words: set[str]) -> None:
    """Take the name and the words out of what others are still to be told, or could not be."""

    def without(part: Any) -> Any:
        match part:
            case {"kind": "person", "id": id} if id == person_id:
                return {**part, "name": ERASED_NAME, "accounts": []}
            case {"kind": "text", "value": said} if said in words:
                return {**part, "value": ERASED}
            case dict():
                return {name: without(each) for name, each in part.items()}
            case list():
                return [without(each) for each in part]
            case _:
                return part

    waiting = select(Outbox).where(
        col(Outbox.partnership_id).in_(partnerships),
        col(Outbox.state).in_(("waiting", "parked")),
        col(Outbox.message).is_not(None),
    )
    for row in session.exec(waiting):
        row.message = json.dumps(without(json.loads(row.message or "")), ensure_ascii=False)


def _raised(session: Session, ids: Sequence[int]) -> set[int]:
    """Take the words of escalations; gives those that they raised or had."""
    rows = session.exec(
        select(Escalation).where(or_(col(Escalation.raised_by).in_(ids), col(Escalation.owner).in_(ids)))
    )
    found = set()
    for each in rows:
        found.add(each.id)
        if each.raised_by in ids:
            each.summary = ERASED
            each.impact, each.tried, each.asked = (
                ERASED if said else "" for said in (each.impact, each.tried, each.asked)
            )
        if each.owner in ids:
            each.outcome = ERASED if each.outcome else ""
    return found


def _given(session: Session, ids: Sequence[int]) -> set[int]:
    """Take the words of celebrations; gives those that they gave or got."""
    given = session.exec(select(Celebration).where(col(Celebration.given_by).in_(ids))).all()
    for gift in given:
        gift.why = ERASED
    got = session.exec(select(Celebrated.celebration_id).where(col(Celebrated.member_id).in_(ids)))
    return {*(gift.id for gift in given), *got}


def _digests(
    session: Session, partnerships: Sequence[int], escalations: set[int], celebrations: set[int]
) -> Iterator[str]:
    """The digests that tell of these."""
    told = (
        select(Event.subject, EventBody.body)
        .join(EventBody, col(EventBody.event_id) == Event.id)
        .where(col(Event.partnership_id).in_(partnerships), Event.kind == digests.POSTED)
    )
    for subject, body in session.exec(told):
        digest = unpack(body, Digest)
        named = {*digest.resolved, *(each.escalation for each in digest.open)}
        if escalations & named or celebrations & {*digest.celebrations}:
            yield subject


def _checked_in(session: Session, ids: Sequence[int]) -> set[str]:
    """Take the words of check-ins and blockers; gives where they stood, and the standups that name who said nothing."""
    subjects: set[str] = set()
    rows = session.exec(select(CheckIn).where(col(CheckIn.member_id).in_(ids))).all()
    for row in rows:
        parts = (row.done, row.next, row.blockers, row.waiting)
        row.done, row.next, row.blockers, row.waiting = (ERASED if said else "" for said in parts)
        subjects.add(row.subject)
        if row.occurrence_id and row.state is not CheckInState.ASKED:
            subjects.add(f"occurrence:{row.occurrence_id}")
    for blocker in session.exec(select(Blocker).where(col(Blocker.member_id).in_(ids))):
        blocker.words, blocker.likeness = ERASED, f"erased-{blocker.id}"
        subjects.add(blocker.subject)
    session.flush()
    return subjects | _threads(session, {row.id for row in rows if row.occurrence_id is None})


def _threads(session: Session, unprompted: set[int]) -> set[str]:
    """The standups in whose threads these check-ins stand, or will."""
    days = (
        select(Occurrence.id)
        .join(
            CheckIn, (col(CheckIn.partnership_id) == Occurrence.partnership_id) & (col(CheckIn.day) == Occurrence.day)
        )
        .where(col(CheckIn.id).in_(unprompted))
        .distinct()
    )
    slots, standups = [f"checkin:{each}" for each in unprompted], [f"occurrence:{each}" for each in session.exec(days)]
    stand = select(Post.subject).where(col(Post.subject).in_(standups), col(Post.slot).in_(slots))
    come = select(Outbox.subject).where(ACTIVE, col(Outbox.subject).in_(standups), col(Outbox.slot).in_(slots))
    return {*session.exec(stand), *session.exec(come)}


def _away(session: Session, person_id: int, partnerships: Sequence[int]) -> list[str]:
    """The standups that name them as away."""
    days = (
        select(Occurrence.id)
        .join(Absence, col(Occurrence.day).between(Absence.starts_on, Absence.ends_on))
        .join(Cadence, col(Cadence.id) == Occurrence.cadence_id)
        .where(
            Absence.person_id == person_id,
            col(Occurrence.partnership_id).in_(partnerships),
            Cadence.kind == CadenceKind.STANDUP,
        )
    )
    return [f"occurrence:{each}" for each in session.exec(days)]


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
