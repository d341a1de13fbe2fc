"""When no process ran: noted by the first one that starts again.

One rule: a time in which any process ran is no outage, and neither is a short restart.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlmodel import Session

from storage import beats
from storage.statements import core, table

_OUTAGES = table("outages")
SHORT = timedelta(minutes=2)


def back(session: Session, now: datetime) -> tuple[datetime, datetime] | None:
    """Note that the bot is there again, where it was not; gives since when, and until when."""
    last = beats.last(session)
    if last is None or now - last <= SHORT:
        return None
    core(session).execute(insert(_OUTAGES), {"since": last, "until": now})
    return last, now


def between(session: Session, first: datetime, last: datetime | None = None) -> list[tuple[datetime, datetime]]:
    """The outages that lie in that time, whole or in part, oldest first; what two processes noted that came back together is one."""
    wanted = select(_OUTAGES.c.since, _OUTAGES.c.until).where(_OUTAGES.c.until > first)
    if last is not None:
        wanted = wanted.where(_OUTAGES.c.since < last)
    found: list[tuple[datetime, datetime]] = []
    for since, until in core(session).execute(wanted.order_by(_OUTAGES.c.since)):
        if found and since <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], until)
        else:
            found.append((since, until))
    return found
