"""One transaction, and what becomes of it where the database fails.

One rule: what surely was not kept is tried again where that may help; for anything else the caller hears that the database failed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bot import metrics

T = TypeVar("T")

_TRIES = 5
_RETRIED = frozenset({"40001", "40P01"})  # serialisation failure, deadlock
_GONE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_READONLY")


class Unavailable(Exception):
    """The database did not answer, or could not write; nothing of the transaction was kept."""


def attempt(engine: Engine, work: Callable[[Session], T]) -> T:
    """Do a work in a transaction of its own, again where that may help. Raises Unavailable."""
    for left in reversed(range(_TRIES)):
        committing = False
        try:
            with Session(engine, expire_on_commit=False) as session:
                result = work(session)
                session.flush()
                committing = True
                session.commit()
                return result
        except DBAPIError as fault:
            # A commit whose answer was lost may have been kept: only what surely was not is tried again.
            again = _state(fault) in _RETRIED or (fault.connection_invalidated and not committing)
            if again and left:
                metrics.FAULTS.labels("retried").inc()
                continue
            if again or _gone(fault):
                metrics.FAULTS.labels("given up").inc()
                raise Unavailable(f"the database did not answer: {fault.orig}") from fault
            raise
    raise AssertionError("unreachable")


def told(fault: BaseException) -> BaseException:
    """What the caller hears of a fault that is not tried again."""
    if not (isinstance(fault, DBAPIError) and _gone(fault)):
        return fault
    metrics.FAULTS.labels("given up").inc()
    unavailable = Unavailable(f"the database did not answer: {fault.orig}")
    unavailable.__cause__ = fault
    return unavailable


def passing(fault: BaseException) -> bool:
    """Tell whether it is the database that failed and not the work: the same work may succeed when it is run again."""
    return isinstance(fault, DBAPIError) and (_state(fault) in _RETRIED or _gone(fault))


def _state(fault: DBAPIError) -> str | None:
    return getattr(fault.orig, "sqlstate", None)


def _gone(fault: DBAPIError) -> bool:
    name = getattr(fault.orig, "sqlite_errorname", None)
    if name is not None:
        return str(name).startswith(_GONE)
    return fault.connection_invalidated or type(fault).__name__ in ("OperationalError", "InterfaceError")
