"""What the record says of reports, for many at once.

One rule: asked in sets, whatever the number of reports.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from storage.ledger import LEDGER
from storage.statements import core

ANNOUNCED = "soon"
"""The state of a report or meeting that was announced, until it is called due, or asked about: no pause makes it count."""


def called_due(session: Session, subjects: Collection[str]) -> dict[str, datetime]:
    """When the rooms were last told of each of these that it is due; those of which they were not told are left out."""
    statement = (
        select(LEDGER.c.subject, func.max(LEDGER.c.at).label("at"))
        .where(LEDGER.c.subject.in_(subjects), LEDGER.c.kind == "report.due")
        .group_by(LEDGER.c.subject)
    )
    return {row.subject: row.at for row in core(session).execute(statement)}
