"""The commands that look after what is kept: what could not be delivered, copies of the database.

One rule: each is safe beside a running bot, or refuses.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.settings import Settings
from bot.terminal import absent, current, fail, misused, opened, progress

if TYPE_CHECKING:
    from storage import Database
    from storage.undelivered import Row

outbox = typer.Typer(help="What was to be said and could not be delivered.", no_args_is_help=True)

_SLICE = 100  # so many in one transaction, so that a running bot does not wait for all of them


class State(StrEnum):
    PARKED = "parked"
    WAITING = "waiting"
    SENDING = "sending"
    ALL = "all"


Ids = Annotated[
    list[int] | None, typer.Argument(metavar="ID…", help="The numbers that `bellwether outbox list` shows.")
]


@outbox.command("list")
def list_(
    state: Annotated[State, typer.Option(help="Which: parked is what was given up for now.")] = State.PARKED,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="How many at most, the oldest first.")] = 50,
) -> None:
    """Show what is not delivered, and why."""
    from storage import undelivered

    now = datetime.now(UTC)
    with current() as database:
        rows, total = database.run(undelivered.listed, state.value, limit)
    for row in rows:
        print(told(row, now))
    if not total:
        print("There is nothing." if state is State.ALL else f"Nothing is {state.value}.")
    elif total > len(rows):
        print(f"… and {total - len(rows)} more: say --limit.")


@outbox.command()
def retry(
    ids: Ids = None, every: Annotated[bool, typer.Option("--all", help="Everything that is parked.")] = False
) -> None:
    """Try what is parked once more, for another day; a running bot begins within seconds."""
    from storage import undelivered

    if bool(ids) == every:
        misused("Say which, by number, or --all: `bellwether outbox list` shows them.")
    with current() as database:
        if every:
            again, problems = _retry_all(database), []
        else:
            again, others = database.run(undelivered.retry, set(ids or ()), datetime.now(UTC))
            problems = [_not(id, state, "sent again: only what is parked can be") for id, state in others.items()]
    print("Nothing is parked." if every and not again else f"{_messages(again)} will be tried again.")
    if problems:
        fail(*problems)


@outbox.command()
def drop(ids: Ids = None) -> None:
    """Give up what is parked or waits: it will not be sent."""
    from storage import undelivered

    if not ids:
        misused("Say which, by number: `bellwether outbox list` shows them.")
    with current() as database:
        gone, others = database.run(undelivered.drop, set(ids), datetime.now(UTC))
    print(f"{_messages(gone)} will not be sent.")
    if others:
        fail(*(_not(id, state, "dropped: only what is parked or waiting can be") for id, state in others.items()))


def _retry_all(database: Database) -> int:
    """In slices by number, so that what is parked again meanwhile is not tried for ever."""
    from storage import undelivered

    again, last = 0, 0
    while ids := database.run(undelivered.parked_ids, last, _SLICE):
        last = ids[-1]
        again += database.run(undelivered.retry, ids, datetime.now(UTC))[0]
    return again


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"


def _not(id: int, state: str, why: str) -> str:
    return f"{id} is {state} and cannot be {why}." if state else f"There is no {id} in the outbox."


def told(row: Row, now: datetime) -> str:
    """One line about something that is not delivered: its number, state, since when, where to, what about, why."""
    since = f"since {row.created_at:%Y-%m-%d %H:%M} UTC"
    when = f"put off until {row.due_at:%Y-%m-%d %H:%M} UTC" if not row.tries and row.due_at > now else since
    tries = f", {row.tries} {'try' if row.tries == 1 else 'tries'}" if row.tries else ""
    place = f"{row.platform} {row.tenant} {row.target}"
    return f"{row.id}  {row.state}  {when}{tries}  {place}  {row.way} about {row.subject}" + (
        f": {' '.join(row.trouble.split())}" if row.trouble else ""
    )


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")],
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
) -> None:
    """Copy the SQLite database, while the bot runs or not; the copy is checked."""
    from storage.backup import Unfit, file_of, take

    url = Settings().bellwether_database_url
    source = file_of(url)
    if source is None:
        misused(_elsewhere(url, f"pg_dump --format=custom --file={file} <the database's URL>", "backed up"))
    if missing := absent(url):
        fail(missing)
    if file.exists() and file.samefile(source):
        misused(f"{file} is the database itself: name another file.")
    if file.exists() and not force:
        fail(f"{file} is there already: name another file, or say --force.")
    try:
        with progress("Copying") as show:
            take(source, file, datetime.now(UTC), show)
    except Unfit as wrong:
        fail(str(wrong))
    print(
        f"{file} holds the database as it was just now: {_size(file)}, checked. `bellwether restore {file}` puts it back."
    )


def restore(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A copy that `bellwether backup` made; none on PostgreSQL.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Put it in the place of the database that is there.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not tell the rooms that some time is missing.")] = False,
) -> None:
    """Put a copy back, while the bot does not run; nothing that may have been sent since goes out again unasked."""
    from storage import backup as copies
    from storage import lag

    url = Settings().bellwether_database_url
    target = copies.file_of(url)
    if target is None:
        if file is not None:
            misused(_elsewhere(url, "pg_restore, then `bellwether restore` without a file", "put back"))
        with current() as database:
            if not force and database.run(lag.look, datetime.now(UTC)).alive:
                fail(
                    "A bot was at work on this database within the last minutes: stop it first. (--force, if it is stopped.)"
                )
            print("\n".join(_settled(database, None, tell=not quiet)))
        return
    if file is None:
        misused("Say which copy to put back: `bellwether restore FILE`.")
    if not file.is_file():
        fail(f"There is no file {file}.")
    if target.exists() and file.samefile(target):
        misused(f"{file} is the database itself.")
    if target.exists() and not force:
        fail(
            f"There is a database at {target}: say --force to put the copy in its place (what is there is kept beside it)."
        )
    try:
        with progress("Reading") as show, copies.unpacked(file, target, show) as fresh:
            taken = copies.taken(fresh)
            with opened(f"sqlite:///{fresh.absolute()}") as database:
                database.migrate()
                said = _settled(database, taken, tell=not quiet)
            aside = copies.swap(fresh, target, datetime.now(UTC))
    except copies.Unfit as wrong:
        fail(str(wrong))
    print(f"{target} is put back." + (f" What was there is now {aside}." if aside else ""))
    print("\n".join(said))


def _settled(database: Database, taken: datetime | None, *, tell: bool) -> list[str]:
    """Make a database that was put back safe to run on; says what that meant, a line each."""
    from bot.actions import restoring
    from bot.platforms.local import Local
    from bot.platforms.slack import Slack
    from bot.platforms.teams import Teams

    now = datetime.now(UTC)
    finds = [platform.name for platform in (Slack, Teams, Local) if platform.can.finds]
    found = database.run(restoring.settle, now, finds, taken, tell=tell)
    then = found.unsettled
    said = [
        f"It is as of {found.taken:%Y-%m-%d %H:%M} UTC: what was done since is not in it, and who had their data erased since is in it again."
        if found.taken
        else "It does not say as of when it is."
    ]
    if then.asked:
        said.append(f"On the way then, and looked for before it is sent: {_messages(then.asked)}.")
    if then.private:
        said.append(f"On the way then to one person in a room, and not shown again: {_messages(then.private)}.")
    if then.aside:
        said.append(
            f"On the way then to where nobody can ask whether it arrived, and set aside: {_messages(then.aside)}. "
            "See `bellwether outbox list`, then say `outbox retry` or `outbox drop`."
        )
    if found.overdue:
        said.append(
            f"Due since {found.overdue:%Y-%m-%d %H:%M} UTC: {found.timers} of what time does. It is made up for when the bot starts, by "
            "the rules for downtime; some of what it says may have been said before."
        )
    if found.rooms:
        said.append(f"Rooms that will be told that some time is missing: {found.rooms}.")
    return said


def _elsewhere(url: str, how: str, what: str) -> str:
    if url.startswith("sqlite"):
        return f"The database is in memory and cannot be {what}."
    return f"This database is not a SQLite file. To have it {what}: {how}."


def _size(file: Path) -> str:
    return f"{file.stat().st_size / 1_000_000:.1f} MB"
