"""The command line: try it, run it, look after it.

One rule: exit 0 done, 1 something is wrong (a line a problem on standard error), 2 usage. What is heavy is imported by the command
that needs it.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from bot import keeping
from bot.settings import Settings
from bot.terminal import current, fail, opened

if TYPE_CHECKING:
    from bot.app import App

cli = typer.Typer(
    help="Bellwether keeps a partnership between two organisations on course, in the chats where its people are.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
manifests = typer.Typer(help="Make the app for a chat platform: its manifest, or its package.", no_args_is_help=True)
cli.add_typer(manifests, name="manifest")
cli.add_typer(keeping.outbox, name="outbox")
cli.command()(keeping.backup)
cli.command()(keeping.restore)

_STOP_SECONDS = 9  # what still hangs by then is let go: whatever was acknowledged is saved


class Format(StrEnum):
    MD = "md"
    CSV = "csv"
    JSON = "json"


@cli.command()
def demo(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where the page is: http://127.0.0.1:<port>/. 0 takes a free one.")
    ] = 3000,
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="Keep what happens there; without it nothing is left behind.")
    ] = None,
) -> None:
    """Try everything in the browser: a sample partnership, people of both sides, a clock that can be moved."""
    from bot.app import stage

    app = stage(port, database)
    _serve(app, lambda: _invite(app.port))


@cli.command()
def run() -> None:
    """Run the bot with the platforms that are configured."""
    with _for_good():
        from bot import logs
        from bot.app import App, connect, utc_now
        from storage import Database

        settings = Settings()
        logs.configure(settings.bellwether_log_level, settings.bellwether_log_format)
        database = Database(settings.bellwether_database_url)
        app = App(settings, database, connect(settings, database, utc_now))
    _serve(app)


@cli.command()
def migrate() -> None:
    """Bring the database to the current schema."""
    with opened() as database:
        database.migrate()
    print("The database is at the current schema.")


@cli.command()
def doctor() -> None:
    """Check settings, database, tokens and scopes; say what is missing and how to get it."""
    from bot import logs
    from bot.doctor import problems

    logs.configure("error", "text")  # the packages' own warnings are not findings
    found = asyncio.run(problems(Settings()))
    if found:
        fail(*found)
    print("All is well.")


@manifests.command("slack")
def manifest_slack(
    url: Annotated[str | None, typer.Option(help="The public URL of this deployment.")] = None,
) -> None:
    """Print the Slack app manifest, with your public URL in it."""
    from bot.platforms.slack.manifest import manifest_yaml

    print(manifest_yaml(url), end="")


@manifests.command("teams")
def manifest_teams(
    out: Annotated[Path, typer.Option(metavar="FILE.zip", help="Where to write it.")],
    url: Annotated[
        str | None, typer.Option(help="The public URL of this deployment; without it BELLWETHER_PUBLIC_URL.")
    ] = None,
    tenant: Annotated[
        str, typer.Option(metavar="ID", help="Which tenant's registration it is for, where there are several.")
    ] = "",
) -> None:
    """Write the Teams app package: the manifest, with your bot's id in it, and the icons."""
    from bot.platforms.teams.manifest import PLACEHOLDER, NoBot, bot, package

    if url is not None and not re.match(r"https?://[^/]", url):
        raise typer.BadParameter("write it whole, as https://bellwether.example.org", param_hint="--url")
    settings = Settings()
    root = url or settings.bellwether_public_url
    try:
        app = bot(settings, tenant)
    except NoBot as wrong:
        print(wrong, file=sys.stderr)
        raise typer.Exit(2) from None
    out.write_bytes(package(app, root))
    print(f"{out} holds the Teams app of the bot {app}.")
    if root is None:
        print(f"Its links lead to {PLACEHOLDER}: say --url, or set BELLWETHER_PUBLIC_URL, and write it again.")


@cli.command()
def export(
    partnership: Annotated[
        str, typer.Argument(metavar="PARTNERSHIP", help="Its name, or its number where several are called so.")
    ],
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.MD,
) -> None:
    """Write the record of a partnership to standard output, with what is private in it."""
    from bot.record import meant, written

    with current() as database:
        print(database.run(written, database.run(meant, partnership), form.value))


@cli.command()
def verify(file: Annotated[Path, typer.Argument(metavar="FILE", help="A record exported with --format json.")]) -> None:
    """Check the hash chain of an exported record; needs no database."""
    from bot.record import faults

    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        problems = faults(record)
    except ValueError as wrong:
        fail(f"{file} is not an exported record: {wrong}")
    if problems:
        fail(*problems)
    print(f"The record is whole: {len(record['events'])} events, each bound to the one before.")


COLLECTED = 20_000, 20, 20
"""How much is made before garbage is looked for: a batch of many rows makes much and hardly a circle."""


@contextmanager
def _for_good() -> Iterator[None]:
    """What is made here stands until the process ends: the garbage collector looks at none of it, neither while it is made nor later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*COLLECTED)
        gc.enable()


def _invite(port: int) -> None:
    """Say where the page is, and open it where there is a browser and somebody at the terminal."""
    url = f"http://127.0.0.1:{port}/"
    print(f"Bellwether is ready: {url}  (Ctrl+C ends it)", flush=True)
    if sys.stdout.isatty():
        import webbrowser

        webbrowser.open(url)


def _serve(app: App, ready: Callable[[], None] = lambda: None) -> None:
    async def until_told() -> None:
        stop = asyncio.Event()

        def told() -> None:
            stop.set()
            last = threading.Timer(_STOP_SECONDS, os._exit, (0,))
            last.daemon = True
            last.start()

        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, told)
        try:
            await app.start()
            ready()
            await stop.wait()
        finally:
            await app.stop()

    asyncio.run(until_told())


def explained(wrong: Exception) -> list[str]:
    """Say what went wrong, a line a problem. What nobody foresaw is named with the place where it happened."""
    from bot.app import Misconfigured
    from bot.record import Unknown
    from storage import Unavailable
    from storage.installations import Sealed

    match wrong:
        case ValidationError():
            return [
                f"{'.'.join(map(str, each['loc'])).upper()}: {each['msg'].removeprefix('Value error, ')}"
                for each in wrong.errors()
            ]
        case Misconfigured():
            return list(wrong.problems)
        case Unavailable():
            return [f"{' '.join(str(wrong).split())}. Check BELLWETHER_DATABASE_URL."]
        case Unknown() | Sealed() | OSError():
            return [str(wrong)]
        case _:
            place = traceback.extract_tb(wrong.__traceback__)[-1]
            said = " ".join(str(wrong).split())
            return [f"Something unexpected failed: {type(wrong).__name__}: {said} ({place.filename}:{place.lineno})"]


def main() -> None:
    """The entry point."""
    try:
        cli(prog_name="bellwether")
    except Exception as wrong:
        for line in explained(wrong):
            print(line, file=sys.stderr)
        raise SystemExit(1) from None
