"""What the hot paths share: statements that are prepared once and run on the session's own connection, the same on both databases.

One rule: the database refuses the double (ON CONFLICT), never an `if`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Executable, Table
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from storage.tables import UtcDateTime

_LINE = "line"
"""Where a session keeps its connection, of which it has one in its one transaction."""

Make = Callable[[Any], Executable]
"""Makes a statement, given the INSERT of the database that it is for."""


def core(session: Session) -> Connection:
    """Give the session's connection, after writing what is pending so that statements see it."""
    session.flush()
    return session.connection()


def table(name: str) -> Table:
    """Give the table of that name as a Core value."""
    return SQLModel.metadata.tables[name]


def inserting(connection: Connection) -> Any:
    """Give the INSERT of this database that knows ON CONFLICT."""
    if connection.dialect.name == "postgresql":  # two MiB that a bot on SQLite does without
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert


def database_of(insert: Any) -> str:
    """Tell which database an INSERT is of, as `inserting` gives it."""
    return str(insert.__module__.split(".")[2])


def savepoint(session: Session, name: str) -> Callable[[], None]:
    """Note where the transaction stands; gives what undoes all that was done since, as often as it is called. Undone rows are known no
    more, and there is nothing to release: the end of the transaction does that."""
    _tell(session, f"SAVEPOINT {name}")

    def undo() -> None:
        session.expunge_all()
        _tell(session, f"ROLLBACK TO SAVEPOINT {name}")

    return undo


def _tell(session: Session, statement: str) -> None:
    connection, raw = _line(session)
    _announce(connection, statement)
    try:
        raw.execute(statement)
    except Exception as fault:
        raise _as_ever(connection, statement, fault) from fault


class Prepared:
    """A statement that is compiled once for each kind of database and then runs on the driver's own cursor, at a tenth of the cost.

    Every value that changes is a `bindparam`, or with `columns` a column of the INSERT; lists of unknown length (`expanding`) are for
    Core. Values go through the types of their columns both ways; rows are tuples. Raises what SQLAlchemy raises.
    """

    def __init__(self, make: Make, columns: Sequence[str] | None = None) -> None:
        self._make, self._columns = make, columns
        self._ready: dict[str, _Ready] = {}

    def all(self, session: Session, **values: Any) -> list[tuple[Any, ...]]:
        """Run it and give its rows."""
        connection, raw = _line(session)
        ready = self._of(connection)
        _announce(connection, ready.text)
        try:
            cursor = raw.execute(ready.text, ready.bound(values))
            return ready.read(cursor.fetchall()) if ready.reads else []
        except Exception as fault:
            raise _as_ever(connection, ready.text, fault) from fault

    def first(self, session: Session, **values: Any) -> tuple[Any, ...] | None:
        """Run it and give its first row; None where it has none."""
        rows = self.all(session, **values)
        return rows[0] if rows else None

    def rows(self, session: Session, many: Sequence[Mapping[str, Any]]) -> list[list[tuple[Any, ...]]]:
        """Run it for each of these, in one go where the driver can, and give the rows of each."""
        if len(many) < 2:  # on PostgreSQL to run many of one costs twice as much as to run one
            return [self.all(session, **each) for each in many]
        connection, raw = _line(session)
        ready = self._of(connection)
        bound = [ready.bound(values) for values in many]
        _announce(connection, ready.text, many=True)
        try:
            if connection.dialect.name != "postgresql":
                return [ready.read(raw.execute(ready.text, each).fetchall()) for each in bound]
            with raw.cursor() as cursor:
                cursor.executemany(ready.text, bound, returning=True)
                found = [ready.read(cursor.fetchall())]
                while cursor.nextset():
                    found.append(ready.read(cursor.fetchall()))
                return found
        except Exception as fault:
            raise _as_ever(connection, ready.text, fault) from fault

    def together(self, session: Session, many: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """Run an INSERT for all of these, in one statement where the driver has no way to give many; gives the rows of all."""
        connection, raw = _line(session)
        ready = self._of(connection)
        if not ready.positional or len(many) == 1:
            return [row for rows in self.rows(session, many) for row in rows]
        text = ready.widened(len(many))
        _announce(connection, text)
        try:
            return ready.read(raw.execute(text, [value for each in many for value in ready.bound(each)]).fetchall())
        except Exception as fault:
            raise _as_ever(connection, text, fault) from fault

    def each(self, session: Session, many: Sequence[Mapping[str, Any]]) -> None:
        """Run it for each of these in one go, for its effect alone."""
        if len(many) < 2:
            self.rows(session, many)
            return
        connection, raw = _line(session)
        ready = self._of(connection)
        assert not ready.reads, "rows are given by `rows`"
        bound = [ready.bound(values) for values in many]
        _announce(connection, ready.text, many=True)
        try:
            raw.cursor().executemany(ready.text, bound)
        except Exception as fault:
            raise _as_ever(connection, ready.text, fault) from fault

    def _of(self, connection: Connection) -> _Ready:
        name = connection.dialect.name
        ready = self._ready.get(name)
        if ready is None:
            made = self._make(inserting(connection))
            ready = self._ready[name] = _Ready(made, self._columns, connection.dialect)
        return ready


class _Ready:
    """A statement in the words of one database, and what its values go through on their way there and back."""

    def __init__(self, statement: Any, columns: Sequence[str] | None, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        assert not compiled.post_compile_params, "a list of unknown length is for Core"
        assert not [*compiled.insert_prefetch, *compiled.update_prefetch], "give columns that have a default of ours"
        self.text = str(compiled)
        types = {name: bound.type for bound, name in compiled.bind_names.items()}
        given = compiled.construct_params(_check=False)
        self._binds = [(name, _processor(types[name], dialect), given[name]) for name in types]
        at = {name: place for place, name in enumerate(types)}
        self._order = [at[name] for name in compiled.positiontup or ()]
        self._repeats = self._order != [*range(len(types))]
        self._known = frozenset(types)
        self._needed = frozenset(name for bound, name in compiled.bind_names.items() if bound.required)
        self.positional = bool(compiled.positional)
        through = [
            each.type.dialect_impl(dialect).result_processor(dialect, None) for each in statement.exported_columns
        ]
        self.reads = bool(through)
        self._through = [(place, how) for place, how in enumerate(through) if how is not None]

    def bound(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them. Raises KeyError for one that the statement lacks, or does not know."""
        if not self._needed <= values.keys() <= self._known:
            raise KeyError(*(self._needed - values.keys()), *(values.keys() - self._known))
        get = values.get
        if not self.positional:
            return {name: how(get(name, default)) if how else get(name, default) for name, how, default in self._binds}
        bound = [how(get(name, default)) if how else get(name, default) for name, how, default in self._binds]
        return [bound[place] for place in self._order] if self._repeats else bound

    def widened(self, count: int) -> str:
        """The text of an INSERT of one row for so many rows."""
        row = f"({', '.join('?' * len(self._binds))})"
        assert self.text.count(row) == 1, "one row of values alone can be repeated"
        return self.text.replace(row, ", ".join([row] * count))

    def read(self, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """The rows as their types have them."""
        if not self._through:
            return [tuple(row) for row in rows]
        read = []
        for row in rows:
            values = list(row)
            for place, how in self._through:
                values[place] = how(values[place])
            read.append(tuple(values))
        return read


def _processor(kind: Any, dialect: Dialect) -> Callable[[Any], Any] | None:
    """What a value of that type goes through on its way to the database; an instant by a shorter way than SQLAlchemy's on SQLite."""
    if isinstance(kind, UtcDateTime) and dialect.name == "sqlite":
        return _in_words
    processor: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return processor


@lru_cache(256)  # one transaction has the same few instants in many places
def _in_words(at: datetime | None) -> str | None:
    if at is None:
        return None
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {at}")
    return at.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def _line(session: Session) -> tuple[Connection, Any]:
    """The session's connection and the driver's own, after writing what is pending."""
    session.flush()
    line: tuple[Connection, Any] | None = session.info.get(_LINE)
    if line is None or not line[0].in_transaction():
        connection = session.connection()
        line = session.info[_LINE] = connection, connection.connection.driver_connection
    return line


def _announce(connection: Connection, statement: str, *, many: bool = False) -> None:
    """Let whoever listens to what is executed hear of it."""
    for listener in connection.dispatch.before_cursor_execute:
        listener(connection, None, statement, None, None, many)


def _as_ever(connection: Connection, statement: str, fault: Exception) -> BaseException:
    """The error of the driver as SQLAlchemy tells it, which also leaves a line that was cut."""
    dialect = connection.dialect
    error = dialect.loaded_dbapi.Error
    if not isinstance(fault, error):
        return fault
    lost = dialect.is_disconnect(fault, connection.connection, None)
    if lost:
        connection.invalidate(fault)
    return DBAPIError.instance(statement, None, fault, error, True, connection_invalidated=lost, dialect=dialect)
