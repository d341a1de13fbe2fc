"""The days on which something that recurs takes place: a standup, a meeting, a report that is due, a digest.

One rule: a cadence has one occurrence a day, made by whoever comes first and found by all who come after.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from bot.words import CadenceKind
from storage.statements import core, inserting, table
from storage.tables import Cadence, CheckIn, Occurrence, Outbox, Post
from storage.unsettled import ACTIVE

Spot = tuple[int, date]
"""A cadence and one local day of it."""

_OCCURRENCES = table("occurrences")


def begun(session: Session, spots: Mapping[Spot, tuple[int, datetime]]) -> dict[Spot, Occurrence]:
    """Find the occurrences of these days, or make them; each spot comes with its partnership and the instant it begins."""
    if not spots:
        return {}
    connection = core(session)
    rows = [
        {"cadence_id": cadence, "day": day, "partnership_id": partnership, "at": at, "state": "open"}
        for (cadence, day), (partnership, at) in spots.items()
    ]
    connection.execute(inserting(connection)(_OCCURRENCES).on_conflict_do_nothing(), rows)
    return at_spots(session, spots)


def at_spots(session: Session, spots: Collection[Spot]) -> dict[Spot, Occurrence]:
    """The occurrences of these days that were made."""
    # Pairs would be looked for by reading the whole table (SQLite); each column by itself is found by the index.
    near = select(Occurrence).where(
        col(Occurrence.cadence_id).in_({cadence for cadence, _ in spots}),
        col(Occurrence.day).in_({day for _, day in spots}),
    )
    return {spot: row for row in session.exec(near) if (spot := (row.cadence_id, row.day)) in spots}


def several(session: Session, ids: Collection[int]) -> dict[int, Occurrence]:
    """These occurrences by id, as they are now; those that do not exist are left out."""
    found = select(Occurrence).where(col(Occurrence.id).in_(ids))
    # Also of a row that was read before its partnership was locked.
    return {row.id: row for row in session.exec(found, execution_options={"populate_existing": True})}


def partnerships_of(session: Session, occurrence_ids: Collection[int]) -> set[int]:
    """Whose these occurrences are."""
    return set(session.exec(select(Occurrence.partnership_id).where(col(Occurrence.id).in_(occurrence_ids))))


def standups_on(session: Session, partnership_id: int, day: date) -> Sequence[tuple[Occurrence, Cadence]]:
    """The standups of a partnership on a local day that have begun, oldest first."""
    return session.exec(
        select(Occurrence, Cadence)
        .join(Cadence, col(Cadence.id) == Occurrence.cadence_id)
        .where(Occurrence.partnership_id == partnership_id, Occurrence.day == day, Cadence.kind == CadenceKind.STANDUP)
        .order_by(col(Occurrence.id))
    ).all()


def thread_of(session: Session, row: CheckIn) -> Occurrence | None:
    """The standup in whose thread an unprompted check-in stands; None where it has a card of its own."""
    own = {found.subject: found for found, _ in standups_on(session, row.partnership_id, row.day)}
    stands = select(Post.subject).where(col(Post.subject).in_(own), Post.slot == row.subject)
    comes = select(Outbox.subject).where(ACTIVE, col(Outbox.subject).in_(own), Outbox.slot == row.subject)
    subject = next((subject for query in (stands, comes) for subject in session.exec(query)), None)
    return own[subject] if subject is not None else None


def rooms_with(session: Session, subject: str, slot: str) -> set[int | None]:
    """The rooms where that living card stands or will."""
    stands = select(Post.room_id).where(Post.subject == subject, Post.slot == slot)
    comes = select(Outbox.room_id).where(ACTIVE, Outbox.subject == subject, Outbox.slot == slot)
    return {*session.exec(stands), *session.exec(comes)}
