"""Two persons who turn out to be one, and what becomes of two memberships that are one from then on.

One rule: nothing is left that means the other person. The older membership stands for both; the younger row stays, with nobody
behind it, and points on, because the record names it in a chain that cannot be written anew (`Standing.formerly` reads it back).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, select, update

from bot.pack import pack
from bot.rules.ladder import Ladder
from bot.words import CheckInState, Praise, Role
from storage import escalations
from storage.tables import (
    Absence,
    Account,
    Blocker,
    Celebrated,
    Celebration,
    CheckIn,
    Clap,
    Comment,
    Escalation,
    Member,
    Partnership,
    Person,
    Side,
)

STRENGTH = (Role.SHEPHERD, Role.BACKUP, Role.LEADER, Role.MEMBER, Role.OBSERVER)


@dataclass(slots=True)
class Merged:
    """What came of it: the memberships that stand for another one now, and the subjects whose cards look different."""

    members: dict[int, int] = field(default_factory=dict)
    subjects: set[str] = field(default_factory=set)


def organisations(session: Session, person_id: int) -> tuple[str, ...]:
    """The organisations that a person stands for, each once."""
    rows = session.exec(
        select(Side.organisation)
        .join(Member, (col(Side.partnership_id) == Member.partnership_id) & (col(Side.key) == Member.side))
        .where(Member.person_id == person_id, col(Member.left_at).is_(None))
        .order_by(col(Member.id))
    )
    return tuple(dict.fromkeys(rows))


def in_both(session: Session, one: int, other: int) -> Sequence[tuple[Partnership, Member, Member]]:
    """The partnerships where both persons have a membership, be it one that they left, with both."""
    mine, theirs = aliased(Member), aliased(Member)
    return session.exec(
        select(Partnership, mine, theirs)
        .join(mine, col(mine.partnership_id) == Partnership.id)
        .join(theirs, col(theirs.partnership_id) == Partnership.id)
        .where(mine.person_id == one, theirs.person_id == other)
        .order_by(col(Partnership.id))
    ).all()


def merge(session: Session, keep: Person, other: Person, now: datetime) -> Merged:
    """Let everything of the other person be of the one who is kept, whose own choices go first. They stand on one side everywhere."""
    merged = Merged()
    nobody: Person | None = None
    for partnership, *both in in_both(session, keep.id, other.id):
        older, younger = sorted(both, key=lambda row: row.id)
        if nobody is None:
            nobody = Person(name="", left_at=now)
            session.add(nobody)
            session.flush()
        _stand_for_both(older, younger)
        younger.person_id, younger.left_at, younger.merged_into = nobody.id, younger.left_at or now, older.id
        session.flush()  # before the older one takes its place: a person has one membership in a partnership
        older.person_id = keep.id
        session.exec(update(Member).where(col(Member.merged_into) == younger.id).values(merged_into=older.id))
        merged.members[older.id] = younger.id
        merged.subjects |= _repoint(session, partnership.id, younger.id, older.id)
    for table in (Member, Account):
        session.exec(update(table).where(col(table.person_id) == other.id).values(person_id=keep.id))
    _share_choices(session, keep, other)
    session.flush()
    session.exec(delete(Person).where(col(Person.id) == other.id))
    return merged


def _stand_for_both(older: Member, younger: Member) -> None:
    """Let the older membership be what the stronger of those that were not left is."""
    rows = (older, younger)
    here = [row for row in rows if row.left_at is None]
    best = min(here or [older], key=lambda row: STRENGTH.index(row.role))
    confirmed = any(row.confirmed for row in here or [older])
    ends = [row.left_at for row in rows if row.left_at is not None]
    older.side, older.role, older.rank, older.virtual = best.side, best.role, best.rank, best.virtual
    older.dimension = best.dimension or older.dimension or younger.dimension
    older.confirmed, older.joined_at = confirmed, min(row.joined_at for row in rows)
    older.left_at = None if here else max(ends)


def _share_choices(session: Session, keep: Person, other: Person) -> None:
    keep.zone, keep.days = keep.zone or other.zone, keep.days or other.days
    if keep.start is None:
        keep.start, keep.end = other.start, other.end
    if keep.praise is Praise.PUBLIC:  # what it is for whoever chose nothing
        keep.praise = other.praise
    session.exec(update(Absence).where(col(Absence.person_id) == other.id).values(person_id=keep.id))


def _repoint(session: Session, partnership_id: int, old: int, new: int) -> set[str]:
    """Let all that names the one membership name the other; gives the subjects whose cards look different."""
    session.exec(update(Comment).where(col(Comment.member_id) == old).values(member_id=new))
    session.exec(update(Celebration).where(col(Celebration.given_by) == old).values(given_by=new))
    doubled = {*_once(session, Celebrated, old, new), *_once(session, Clap, old, new)}
    standups = _check_ins(session, old, new)
    _blockers(session, old, new)
    for side in session.exec(select(Side).where(Side.partnership_id == partnership_id)):
        side.ladder = {level: list(_each_once(ids, old, new)) for level, ids in side.ladder.items()}
    changed = {f"celebration:{each}" for each in doubled} | standups
    for escalation in session.exec(select(Escalation).where(Escalation.partnership_id == partnership_id)):
        if _repointed(escalation, old, new):
            changed.add(escalation.subject)
    session.flush()
    return changed


def _once(session: Session, table: Any, old: int, new: int) -> Sequence[int]:
    """Move the rows of a celebration, each of which names a member once; gives the celebrations that had both."""
    theirs = select(table.celebration_id).where(table.member_id == new)
    both = session.exec(
        select(table.celebration_id).where(table.member_id == old, col(table.celebration_id).in_(theirs))
    ).all()
    session.exec(delete(table).where(col(table.member_id) == old, col(table.celebration_id).in_(both)))
    session.exec(update(table).where(col(table.member_id) == old).values(member_id=new))
    return both


def _check_ins(session: Session, old: int, new: int) -> set[str]:
    """Move check-ins; of two in one standup the answer stays, or else the one that was kept. Gives the standups that had both."""
    mine = select(CheckIn.occurrence_id).where(CheckIn.member_id == new)
    both = session.exec(select(CheckIn).where(CheckIn.member_id == old, col(CheckIn.occurrence_id).in_(mine))).all()
    held = [row.occurrence_id for row in both]
    kept = {
        row.occurrence_id: row
        for row in session.exec(select(CheckIn).where(CheckIn.member_id == new, col(CheckIn.occurrence_id).in_(held)))
    }
    for row in both:
        stays = kept[row.occurrence_id]
        answered = row.state is CheckInState.ANSWERED and stays.state is not CheckInState.ANSWERED
        session.delete(stays if answered else row)
    session.flush()
    session.exec(update(CheckIn).where(col(CheckIn.member_id) == old).values(member_id=new))
    return {f"occurrence:{each}" for each in held}


def _blockers(session: Session, old: int, new: int) -> None:
    """Move blockers; two that are alike become one, named as often as both."""
    mine = {row.likeness: row for row in session.exec(select(Blocker).where(Blocker.member_id == new))}
    for row in session.exec(select(Blocker).where(Blocker.member_id == old)).all():
        same = mine.get(row.likeness)
        if same is None:
            row.member_id = new
            continue
        same.times, same.own_side = same.times + row.times, same.own_side and row.own_side
        same.first_at, same.last_at = min(same.first_at, row.first_at), max(same.last_at, row.last_at)
        same.solved_at = max(same.solved_at, row.solved_at) if same.solved_at and row.solved_at else None
        same.escalation_id = same.escalation_id or row.escalation_id
        session.delete(row)
    session.flush()


def _repointed(escalation: Escalation, old: int, new: int) -> bool:
    """Change one escalation: who raised it, has it, stands on its ladder and was told. Tells whether any of these named the old one."""
    state, ladder = escalations.state(escalation), escalations.ladder(escalation)
    moved = replace(
        state,
        raised_by=new if state.raised_by == old else state.raised_by,
        owner=new if state.owner == old else state.owner,
    )
    rungs = tuple(
        replace(each, a=_each_once(each.a, old, new), b=_each_once(each.b, old, new)) for each in ladder.rungs
    )
    told: dict[str, bool] = {}
    for key, done in escalation.told.items():
        who, mark, more = key.partition("?")
        here = f"{new if who == str(old) else who}{mark}{more}"
        told[here] = told.get(here, False) or done
    if (moved, rungs, told) == (state, ladder.rungs, escalation.told):
        return False
    escalations.keep(escalation, moved)
    escalation.raised_by, escalation.told = moved.raised_by, told
    escalation.ladder = pack(replace(ladder, rungs=rungs), Ladder)
    return True


def _each_once(ids: Iterable[int], old: int, new: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys(new if each == old else each for each in ids))


def part(session: Session, account: Account) -> Person:
    """Give an account a person of its own, with the same choices; the memberships stay with the person it leaves."""
    before = session.get_one(Person, account.person_id)
    own = Person(
        name=account.name, zone=before.zone, start=before.start, end=before.end, days=before.days, praise=before.praise
    )
    session.add(own)
    session.flush()
    account.person_id, account.chosen_at = own.id, None
    session.flush()
    return before
