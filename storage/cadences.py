"""Cadences and their occurrences.

One rule: an occurrence is one local day of a cadence, whoever makes it first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlmodel import Session, col, select

from storage.statements import core, inserting, table
from storage.tables import Cadence, Occurrence

_CADENCES = table("cadences")


def get(session: Session, cadence_id: int) -> Cadence:
    return session.get_one(Cadence, cadence_id)


def of(session: Session, partnership_ids: Collection[int], *, ended: bool = False) -> dict[int, list[Cadence]]:
    """The cadences of these partnerships in the order they were made, paused ones included; `ended` those that ended too."""
    wanted = select(Cadence).where(col(Cadence.partnership_id).in_(partnership_ids))
    if not ended:
        wanted = wanted.where(col(Cadence.ended_at).is_(None))
    found: dict[int, list[Cadence]] = {each: [] for each in partnership_ids}
    for row in session.exec(wanted.order_by(col(Cadence.id))):
        found[row.partnership_id].append(row)
    return found


def several(session: Session, ids: Collection[int]) -> dict[int, Cadence]:
    """These cadences by id; those that do not exist are left out."""
    return {row.id: row for row in session.exec(select(Cadence).where(col(Cadence.id).in_(ids)))}


def derive(session: Session, wanted: Sequence[Cadence]) -> None:
    """Make cadences that are derived from something, unless another process made them at the same moment."""
    connection = core(session)
    values = [{name: value for name, value in row.model_dump().items() if name != "id"} for row in wanted]
    connection.execute(inserting(connection)(_CADENCES).on_conflict_do_nothing(), values)


def occurrences(session: Session, cadence_ids: Collection[int], first: date, last: date) -> dict[int, list[Occurrence]]:
    """The occurrences of these cadences from `first` to `last`, both included, that were made, by cadence, oldest first."""
    rows: Sequence[Occurrence] = session.exec(
        select(Occurrence)
        .where(col(Occurrence.cadence_id).in_(cadence_ids), Occurrence.day >= first, Occurrence.day <= last)
        .order_by(col(Occurrence.day), col(Occurrence.id))
    ).all()
    found: dict[int, list[Occurrence]] = {each: [] for each in cadence_ids}
    for row in rows:
        found[row.cadence_id].append(row)
    return found
