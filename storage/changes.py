"""What the schedule is made of, watched: zones, hours, absences, roles, sides, rooms, cadences.

One rule: whoever changes one of these need not think of the schedule; it is noted with the session here, and taken up before the commit.
Only who changes many rows in one statement says so (`note`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session as OrmSession
from sqlmodel import Session, col, select

from storage.tables import Absence, Account, Cadence, Member, Partnership, Person, RoomPartnership, Side

_WATCHED: dict[type[Any], frozenset[str]] = {
    Person: frozenset({"zone", "days", "start", "end", "left_at"}),
    Account: frozenset({"zone", "person_id", "reachable", "chosen_at", "left_at"}),
    Absence: frozenset({"starts_on", "ends_on", "person_id"}),
    Member: frozenset({"side", "role", "left_at", "person_id", "merged_into"}),
    Side: frozenset({"zone", "days", "start", "end", "country", "region"}),
    Partnership: frozenset({"status"}),
    RoomPartnership: frozenset({"room_id", "side"}),
    Cadence: frozenset({"rrule", "at", "start_on", "zone", "side", "window", "lasts", "paused_at", "ended_at"}),
}
_NOTED = "schedule"


@event.listens_for(OrmSession, "before_flush")
def _watch(session: OrmSession, *_: object) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        watched = _WATCHED.get(type(row))
        if watched is None or (row in session.new and isinstance(row, Partnership | Person | Account)):
            continue  # what is new has no schedule yet; what it is then made of is watched as well
        about = inspect(row)
        if row in session.dirty and not any(about.attrs[name].history.has_changes() for name in watched):
            continue
        session.info.setdefault(_NOTED, []).append(row)


def note(session: Session, partnerships: Iterable[Partnership]) -> None:
    """Note partnerships of which something was changed that is seen in no single row."""
    session.info.setdefault(_NOTED, []).extend(partnerships)


def taken_up(session: Session) -> set[int]:
    """The partnerships whose schedule may be another one now; asked once, they are forgotten."""
    session.flush()
    rows = session.info.pop(_NOTED, ())
    partnerships: set[int] = set()
    people: set[int] = set()
    for row in rows:
        match row:
            case Partnership(id=id):
                partnerships.add(id)
            case Person(id=id):
                people.add(id)
            case Account() | Absence():
                people.add(row.person_id)
            case _:
                partnerships.add(row.partnership_id)
    if people:
        theirs = select(Member.partnership_id).where(col(Member.person_id).in_(people), col(Member.left_at).is_(None))
        partnerships |= set(session.exec(theirs))
    return partnerships
