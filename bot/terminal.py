"""What the commands share at the terminal: how they fail, how they reach the database, how long work shows that it goes on.

One rule: results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from bot.settings import Settings

if TYPE_CHECKING:
    from storage import Database


def fail(*problems: str) -> NoReturn:
    """Say what is wrong, a line a problem, and end with 1."""
    for problem in problems:
        print(problem, file=sys.stderr)
    raise typer.Exit(1)


def misused(problem: str) -> NoReturn:
    """Say that this cannot be asked for in this way, and end with 2."""
    print(problem, file=sys.stderr)
    raise typer.Exit(2)


def absent(url: str) -> str | None:
    """What to say where a SQLite file is not there yet, which opening it would make."""
    from sqlalchemy import make_url

    address = make_url(url)
    file = address.database
    if address.get_backend_name() != "sqlite" or not file or file == ":memory:" or Path(file).exists():
        return None
    return f"There is no database at {file} yet: run `bellwether migrate` (`bellwether run` does it too)."


@contextmanager
def opened(url: str | None = None) -> Iterator[Database]:
    """That database, or the one of the settings; let go of at the end."""
    from storage import Database

    database = Database(url or Settings().bellwether_database_url)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def current() -> Iterator[Database]:
    """The same, when its schema is one that can be worked on; ends with 1 otherwise."""
    if missing := absent(Settings().bellwether_database_url):
        fail(missing)
    with opened() as database:
        if not database.current():
            fail("The database schema is not current: run `bellwether migrate`.")
        yield database


@contextmanager
def progress(doing: str) -> Iterator[Callable[[int, int], None]]:
    """Gives what is called with how much is done of how much: a bar on a terminal, a line for each quarter otherwise."""
    if sys.stderr.isatty():
        with typer.progressbar(length=100, label=doing, file=sys.stderr) as bar:
            yield lambda done, whole: bar.update(100 * done // max(whole, 1) - bar.pos)
        return
    said = 0

    def plainly(done: int, whole: int) -> None:
        nonlocal said
        quarter = 4 * done // max(whole, 1)
        if quarter > said:
            said = quarter
            print(f"{doing}: {25 * quarter} %", file=sys.stderr)

    yield plainly
