"""Who is still there of those who hold lanes: a lease that ran out by a clock that jumped is taken from nobody who is still sending.

One rule: a process is there as long as PostgreSQL keeps its advisory lock, which ends with its connection and no later; and nobody is
waited for endlessly.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select, text

from storage.statements import table
from storage.unsettled import ACTIVE

CLASS = 0x62656C6C
"""What these locks are told by from those of others in the same database."""
LONGEST = 120.0
"""Seconds, by a clock that nobody can move, that somebody is waited for who is there and does not let go. A send takes 30 at most."""

MISSED = 5.0
"""Seconds after which somebody who is not there is gone. Whoever lost their connection has another one within two."""

_Held = tuple[int, int]
"""A lane, and who holds it."""

_OUTBOX = table("outbox")
_LANES: BindParameter[Any] = bindparam("lanes", expanding=True)
SENT_TO = select(_OUTBOX.c.lane_id).where(ACTIVE, _OUTBOX.c.lane_id.in_(_LANES), _OUTBOX.c.state == "sending")
"""Of these `lanes` those to which somebody is sending, or was when they died."""
_HERE = text(
    "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = :class AND objid = ANY(:those) "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def me() -> int:
    """The number that this process goes by."""
    return _number(os.getpid())


@cache
def _number(_process: int) -> int:
    return secrets.randbits(31)


class Watch:
    """Remembers how long one waits for whom, in one process."""

    def __init__(self) -> None:
        self._since: dict[_Held, float] = {}
        self._missed: dict[_Held, float] = {}

    def sending(self, connection: Connection, holders: Mapping[int, int]) -> set[int]:
        """Of these lanes, by who held them last, those to which somebody else may still be sending: one who is there, or was a moment ago."""
        others = {lane: holder for lane, holder in holders.items() if holder != me()}
        if not others or connection.dialect.name != "postgresql":
            return set()
        there = {*connection.execute(_HERE, {"class": CLASS, "those": sorted({*others.values()})}).scalars()}
        sent_to = connection.execute(SENT_TO, {"lanes": [*others]}).scalars()
        now = time.monotonic()
        self._since, self._missed = _lately(self._since, now), _lately(self._missed, now)
        return {lane for lane in {*sent_to} if self._waits((lane, others[lane]), others[lane] in there, now)}

    def _waits(self, held: _Held, there: bool, now: float) -> bool:
        since = self._since.setdefault(held, now)
        if not there:
            return now - self._missed.setdefault(held, now) < MISSED
        self._missed.pop(held, None)
        return now - since < LONGEST


def _lately(known: Mapping[_Held, float], now: float) -> dict[_Held, float]:
    return {held: at for held, at in known.items() if now - at < 2 * LONGEST}
