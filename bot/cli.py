"""The command line: try it, run it, look after it.

One rule: exit 0 done, 1 something is wrong (a line a problem on standard error), 2 usage. What is heavy is imported by the command
that needs it.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from pydantic import ValidationError

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.app import App

cli = typer.Typer(
    help="Bellwether keeps a partnership between two organisations on course, in the chats where its people are.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
manifests = typer.Typer(help="Print or write the app's manifest for a chat platform.", no_args_is_help=True)
cli.add_typer(manifests, name="manifest")


class Format(StrEnum):
    MD = "md"
    CSV = "csv"
    JSON = "json"


def fail(*problems: str) -> NoReturn:
    """Say what is wrong, a line a problem, and end with 1."""
    for problem in problems:
        print(problem, file=sys.stderr)
    raise typer.Exit(1)


def settings() -> Settings:
    """Read the settings; ends with 1 and a line for each that is wrong."""
    try:
        return Settings()
    except ValidationError as wrong:
        fail(*(f"{'.'.join(map(str, each['loc'])).upper()}: {each['msg']}" for each in wrong.errors()))


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the page is: http://127.0.0.1:<port>/.")] = 3000,
    database: Annotated[str | None, typer.Option(help="Keep what happens there; without it nothing is left behind.")] = None,
) -> None:
    """Try everything in the browser: a sample partnership, people of both sides, a clock that can be moved."""
    from bot.demo import stage

    _serve(stage(port, database))


@cli.command()
def run() -> None:
    """Run the bot with the platforms that are configured."""
    from bot import logs
    from bot.app import App, Misconfigured, connect, utc_now
    from storage import Database

    wanted = settings()
    logs.configure(wanted.bellwether_log_level, wanted.bellwether_log_format)
    try:
        database = Database(wanted.bellwether_database_url)
        app = App(wanted, database, connect(wanted, database, utc_now))
    except Misconfigured as wrong:
        fail(*wrong.problems)
    _serve(app)


@cli.command()
def migrate() -> None:
    """Bring the database to the current schema."""
    from storage import Database

    database = Database(settings().bellwether_database_url)
    try:
        database.migrate()
    finally:
        database.close()
    print("The database is at the current schema.")


@cli.command()
def doctor() -> None:
    """Check settings, database, tokens and scopes; say what is missing and how to get it."""
    from bot.doctor import problems

    found = asyncio.run(problems(settings()))
    if found:
        fail(*found)
    print("All is well.")


@manifests.command("slack")
def manifest_slack(
    url: Annotated[str | None, typer.Option(help="The public URL of this deployment.")] = None,
) -> None:
    """Print the Slack app manifest, with your public URL in it."""
    from bot.platforms.slack.manifest import manifest

    print(manifest(url))


@cli.command()
def export(
    partnership: Annotated[int, typer.Argument(help="The partnership's number, as `/partnership status` shows it.")],
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.MD,
) -> None:
    """Write the record of a partnership to standard output."""
    from bot.record import written
    from storage import Database

    database = Database(settings().bellwether_database_url)
    try:
        text = database.run(written, partnership, form.value)
    finally:
        database.close()
    if text is None:
        fail(f"There is no partnership with the number {partnership}.")
    print(text)


@cli.command()
def verify(file: Annotated[Path, typer.Argument(help="A record exported with --format json.")]) -> None:
    """Check the hash chain of an exported record; needs no database."""
    from storage.ledger import verify as broken

    try:
        events = json.loads(file.read_text())["events"]
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        fail(f"{file} is not an exported record: {wrong}")
    problems = broken(events)
    if problems:
        fail(*problems)
    print(f"The record is whole: {len(events)} events, each bound to the one before.")


def _serve(app: App) -> None:
    from bot.app import Misconfigured
    from storage import Unavailable

    async def until_told() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, stop.set)
        try:
            await app.start()
            await stop.wait()
        finally:
            await app.stop()

    try:
        asyncio.run(until_told())
    except (Misconfigured, Unavailable, OSError) as wrong:
        fail(str(wrong))


def main() -> None:
    """The entry point."""
    cli()
