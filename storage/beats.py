"""Which processes run, or ran: each notes every minute that it is alive.

One rule: the row of a process that is gone stays for a while, because it tells until when the bot was there.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from storage.statements import core, inserting, table

_BEATS = table("beats")


@cache
def _note(insert: Any) -> Any:
    fresh = insert(_BEATS)
    return fresh.on_conflict_do_update(index_elements=["process"], set_={"at": fresh.excluded.at})


def note(session: Session, process: str, began_at: datetime, now: datetime) -> None:
    """Note that a process is alive."""
    connection = core(session)
    connection.execute(_note(inserting(connection)), {"process": process, "began_at": began_at, "at": now})


def last(session: Session) -> datetime | None:
    """When a process was last seen alive; None where none ever was."""
    seen: datetime | None = core(session).execute(select(func.max(_BEATS.c.at))).scalar_one()
    return seen
