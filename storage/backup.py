"""Copies of a SQLite database, taken while the bot runs and put back while it does not.

One rule: a copy is whole or it is not there. It is written beside its place, checked, and renamed into it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import make_url

from storage.sole import held

Show = Callable[[int, int], None]
"""Told how much is done, of how much."""

_PAGES = 2048  # copied between two looks at how far it is
_CHUNK = 8 * 1024 * 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIDES = ("-wal", "-shm")  # what SQLite keeps beside a database


class Unfit(Exception):
    """It cannot be copied or put back; the message says why."""


def file_of(url: str) -> Path | None:
    """The file of a SQLite database; None where it has none (PostgreSQL, in memory)."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or address.database in (None, "", ":memory:"):
        return None
    return Path(str(address.database))


def take(source: Path, out: Path, now: datetime, show: Show) -> None:
    """Copy a database that may be in use, as it is at one instant, to where nothing is lost by it. Raises Unfit, OSError.

    Nobody waits for it; what is written meanwhile is not in it. The copy is one file that its owner alone may read.
    """
    with _fresh(out) as fresh:
        try:
            with closing(_open(source)) as live, closing(_open(fresh)) as copy:
                live.execute("BEGIN")  # one snapshot for all pages; otherwise each commit would begin the copy anew
                live.execute("SELECT count(*) FROM sqlite_master").fetchone()
                live.backup(copy, pages=_PAGES, progress=lambda _, left, whole: show(whole - left, whole))
                live.execute("ROLLBACK")
                copy.execute("PRAGMA journal_mode=DELETE")  # all in one file
                copy.execute(f"PRAGMA user_version={int((now - _EPOCH) / timedelta(minutes=1))}")
                _whole(copy, source)
        except sqlite3.Error as fault:
            raise Unfit(f"{source} could not be copied: {fault}") from fault
        _placed(fresh, out)


@contextmanager
def unpacked(copy: Path, target: Path, show: Show) -> Iterator[Path]:
    """A checked copy of that copy, beside the place where it is to go; gone at the end if it was not put there. Raises Unfit, OSError."""
    with _alone(target), _fresh(target) as fresh:
        try:
            _write(copy, fresh, show)
            if (log := copy.with_name(copy.name + "-wal")).exists():  # a plain copy of a database in use
                beside = fresh.with_name(fresh.name + "-wal")
                beside.touch(mode=0o600)
                shutil.copyfile(log, beside)
            with closing(_open(fresh)) as found:
                found.execute("PRAGMA journal_mode=DELETE")
                if not found.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
                    raise Unfit(f"{copy} is not a database of Bellwether.")
                _whole(found, copy)
        except sqlite3.Error as fault:
            raise Unfit(f"{copy} is not a whole database: {fault}") from fault
        yield fresh


def swap(fresh: Path, target: Path, now: datetime) -> Path | None:
    """Put it into its place; what was there before is kept beside it, where is given back. Raises Unfit, OSError."""
    with closing(_open(fresh)) as done:
        done.execute("PRAGMA journal_mode=DELETE")
        done.execute("PRAGMA user_version=0")
    _unused(target)
    aside = None
    if target.exists():
        _belongs_as(target, fresh)
        aside = target.with_name(f"{target.name}.replaced-{now:%Y%m%dT%H%M%SZ}")
        for side in (*_SIDES, ""):
            if (old := target.with_name(target.name + side)).exists():
                os.replace(old, aside.with_name(aside.name + side))
    _placed(fresh, target)
    return aside


def taken(file: Path) -> datetime | None:
    """When a copy was taken, to the minute; None where it does not say (it was not taken by `take`)."""
    with closing(_open(file)) as copy:
        (minutes,) = copy.execute("PRAGMA user_version").fetchone()
    return _EPOCH + timedelta(minutes=minutes) if minutes else None


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """No bot runs on it, nor starts to. Raises Unfit, OSError."""
    lock = held(file)
    if lock is None:
        raise Unfit(f"{file} is in use: stop `bellwether run` first.")
    with closing(lock):
        _unused(file)
        yield


def _unused(file: Path) -> None:
    """Make sure that nobody has the database open. Raises Unfit."""
    if not file.exists():
        return
    try:
        with closing(_open(file, patience=0)) as alone:
            alone.execute("PRAGMA locking_mode=EXCLUSIVE")  # given to nobody beside anybody
            alone.execute("BEGIN EXCLUSIVE")
            alone.execute("ROLLBACK")
    except sqlite3.OperationalError as fault:
        if fault.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise Unfit(f"{file} is in use: stop `bellwether run` first.") from fault
    except sqlite3.DatabaseError:
        return  # so damaged that it cannot be opened: nobody works with it


def _open(file: Path, patience: float = 10) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=patience, isolation_level=None)


@contextmanager
def _fresh(place: Path) -> Iterator[Path]:
    """A new file beside the place where it is to go, for its owner alone."""
    handle, name = tempfile.mkstemp(dir=place.absolute().parent, prefix=f".{place.name}.", suffix=".part")
    os.close(handle)
    fresh = Path(name)
    try:
        yield fresh
    finally:
        for side in ("", "-journal", *_SIDES):
            fresh.with_name(fresh.name + side).unlink(missing_ok=True)


def _whole(copy: sqlite3.Connection, source: Path) -> None:
    faults = [fault for (fault,) in copy.execute("PRAGMA integrity_check(3)")]
    if faults != ["ok"]:
        raise Unfit(f"{source} is damaged: {' '.join('; '.join(faults).split())}")


def _write(copy: Path, fresh: Path, show: Show) -> None:
    whole, done = copy.stat().st_size, 0
    with copy.open("rb") as source, fresh.open("wb") as out:
        while chunk := source.read(_CHUNK):
            out.write(chunk)
            done += len(chunk)
            show(done, whole)


def _belongs_as(old: Path, new: Path) -> None:
    """Whoever may use the old file may use the new one; root may put back what belongs to the bot."""
    was = old.stat()
    shutil.copymode(old, new)
    with suppress(PermissionError):
        os.chown(new, was.st_uid, was.st_gid)


def _placed(fresh: Path, place: Path) -> None:
    """Rename it into its place, so that it is there after a power cut as well."""
    with fresh.open("rb+") as written:
        os.fsync(written.fileno())
    os.replace(fresh, place)
    folder = os.open(place.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
