"""Rows that are kept from one transaction to the next, and lent for reading.

One rule: nobody writes to a lent row, and it is never a session's own. Whoever tries, or asks for what it does not hold, gets
`NotYours`, is undone and begins again with rows of their own (`lending`); so does whoever changed what they were lent.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm.exc import DetachedInstanceError
from sqlmodel import Session

from storage.statements import core
from storage.tables import Account, Celebration, Member, Partnership, Person, Room, Side

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
R = TypeVar("R")

_LENT = "lent"
"""Marks a row that is lent, and a session that takes such."""
_WATCHED: tuple[type[Any], ...] = (Account, Celebration, Member, Partnership, Person, Room, Side)


class NotYours(Exception):
    """A lent row was written to."""


def row(kind: type[R], values: Mapping[str, Any]) -> R:
    """Make a row to be lent, of the values of all its columns."""
    made: R = inspect(kind).class_manager.new_instance()
    vars(made).update(values)
    return lent(made)


def lent(row: R) -> R:
    """Lend a row that was loaded to be lent."""
    state: Any = inspect(row)
    state.info[_LENT] = True
    return row


@contextmanager
def reading(session: Session) -> Iterator[Session]:
    """Load rows that are to be lent: in the same transaction, and known to no session afterwards."""
    with Session(core(session), join_transaction_mode="rollback_only") as own:
        yield own
        own.expunge_all()


def taken(session: Session) -> bool:
    """Tell whether who works with this session may be given lent rows."""
    return _LENT in session.info


def lending(session: Session, work: Callable[[], R], unchanged: Callable[[], bool], undo: Callable[[], None]) -> R:
    """Do a piece of work with lent rows; where it needs rows of its own, or changed what it was lent, undo it and do it again."""
    session.info[_LENT] = True
    try:
        result = work()
        if unchanged():
            return result
    except (NotYours, DetachedInstanceError):
        pass
    finally:
        session.info.pop(_LENT, None)
    undo()
    return work()


def _refuse(row: Any, *_: object) -> None:
    if _LENT in inspect(row).__dict__.get("info", ()):
        raise NotYours(type(row).__name__)


def _refuse_attaching(_: OrmSession, row: Any) -> None:
    _refuse(row)


for _table in _WATCHED:
    for _column in inspect(_table).column_attrs:
        event.listen(getattr(_table, _column.key), "set", _refuse)
event.listen(OrmSession, "before_attach", _refuse_attaching)


class Shelf(Generic[K, V]):
    """What is kept in memory of a bounded size, whatever was not asked for the longest going first. For several threads."""

    def __init__(self, most: int) -> None:
        self._most, self._sum = most, 0
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """What is kept under that key."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def put(self, key: K, value: V, size: int = 1) -> None:
        """Keep it in place of what was kept."""
        with self._lock:
            self._sum += size - self._kept.pop(key, (None, 0))[1]
            self._kept[key] = value, size
            while self._sum > self._most:
                self._sum -= self._kept.popitem(last=False)[1][1]
