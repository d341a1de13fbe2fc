"""`bellwether doctor`: what keeps the bot from working, found before people find it.

One rule: it changes nothing, and every line says what to do.
"""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from bot.app import Misconfigured, connect, utc_now
from bot.settings import Settings
from bot.terminal import absent
from storage import Database, Unavailable, lag, timers, undelivered
from storage.backup import file_of
from storage.installations import Sealed
from storage.lag import Lag

_LATE = 300.0  # seconds: what is due longer ago than this was not only just missed
_WAITS = 600.0  # seconds: what waits longer has failed for minutes, or nobody sends
_PAUSE = timedelta(minutes=1)  # what a platform asks for every now and then
_ROOM = 200_000_000  # bytes
_SHOWN = 5  # of each kind


async def problems(settings: Settings) -> list[str]:
    """Look at everything; a line for each problem, none when all is well."""
    missing = absent(settings.bellwether_database_url)
    database = Database(settings.bellwether_database_url)  # connects when first used
    try:
        return await _of_platforms(settings, database) + (
            [missing] if missing else await _of_database(database) + _room(settings.bellwether_database_url)
        )
    finally:
        await asyncio.to_thread(database.close)


async def _of_platforms(settings: Settings, database: Database) -> list[str]:
    try:
        platforms = connect(settings, database, utc_now)
    except Misconfigured as wrong:
        return list(wrong.problems)
    except Sealed as wrong:
        return [str(wrong)]
    return [line for platform in platforms for line in await platform.check()]


async def _of_database(database: Database) -> list[str]:
    try:
        if not await asyncio.to_thread(database.current):
            return ["The database schema is not current: run `bellwether migrate`."]
        return await database.read(_stuck, datetime.now(UTC))
    except Unavailable as wrong:
        return [f"BELLWETHER_DATABASE_URL: {wrong}. Check that it runs, and that it may be reached and written to."]


def _stuck(session: Session, now: datetime) -> list[str]:
    found, behind = [], lag.look(session, now)
    waiting, late = behind.waiting, behind.overdue.age(now) > _LATE
    if late or (waiting.age(now) > _WAITS and not behind.alive):
        found.append(_seen(behind))
    if late:
        found.append(
            f"{behind.overdue.count} timers are due and have not fired since {_moment(behind.overdue.oldest)}."
        )
    if waiting.age(now) > _WAITS:
        found.append(
            f"{waiting.count} messages wait, the oldest since {_moment(waiting.oldest)}: "
            "`bellwether outbox list --state waiting` says what keeps them."
        )
    found += [
        f"{each.platform} asked to send nothing more to {each.tenant or 'it'} until {_moment(each.until)}: it goes on by itself."
        for each in [held for held in behind.held if held.until > now + _PAUSE][:_SHOWN]
    ]
    rows, total = undelivered.listed(session, "parked", _SHOWN)
    found += [
        f"Message {row.id} about {row.subject} could not be delivered to {row.target} on {row.platform} ({row.tenant}): "
        f"{row.trouble}. Invite the bot there again or move the room, then `bellwether outbox retry {row.id}`; or "
        f"`bellwether outbox drop {row.id}`."
        for row in rows
    ]
    if total > len(rows):
        found.append(f"{total - len(rows)} more messages could not be delivered: `bellwether outbox list` shows them.")
    aside = timers.parked(session)
    found += [
        f"A timer ({kind}) of {subject} was set aside after it failed again and again: {trouble}. Please report it."
        for kind, subject, trouble in aside[:_SHOWN]
    ]
    if len(aside) > _SHOWN:
        found.append(f"{len(aside) - _SHOWN} more timers were set aside.")
    return found


def _seen(behind: Lag) -> str:
    if behind.alive:
        return f"A bot is at work (seen at {_moment(behind.seen)}) and does not keep up: look at its log."
    since = f" No bot was seen at work since {_moment(behind.seen)}." if behind.seen else ""
    return f"What is due is not done: is `bellwether run` running?{since}"


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "ever"


def _room(url: str) -> list[str]:
    """Whether there is room for a SQLite file to grow."""
    file = file_of(url)
    if file is None or not file.exists():
        return []
    free, wanted = shutil.disk_usage(file.parent).free, max(_ROOM, file.stat().st_size // 10)
    if free >= wanted:
        return []
    return [
        f"Only {free // 1_000_000} MB are free where {file} lies: make room; with none left nothing can be saved or answered."
    ]
