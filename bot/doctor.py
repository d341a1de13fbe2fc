"""`bellwether doctor`: what keeps the bot from working, found before people find it.

One rule: it changes nothing, and every line says what to do.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import make_url
from sqlmodel import Session

from bot.app import Misconfigured, connect, utc_now
from bot.settings import Settings
from storage import Database, Unavailable, outbox, timers
from storage.installations import Sealed

_LATE = timedelta(minutes=5)  # what is due longer ago than this was not only just missed


async def problems(settings: Settings) -> list[str]:
    """Look at everything; a line for each problem, none when all is well."""
    absent = _absent(settings.bellwether_database_url)
    database = Database(settings.bellwether_database_url)  # connects when first used
    try:
        return await _of_platforms(settings, database) + ([absent] if absent else await _of_database(database))
    finally:
        await asyncio.to_thread(database.close)


def _absent(url: str) -> str | None:
    address = make_url(url)
    file = address.database
    if address.get_backend_name() != "sqlite" or not file or file == ":memory:" or Path(file).exists():
        return None
    return f"There is no database at {file} yet: run `bellwether migrate` (`bellwether run` does it too)."


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
    found = []
    count, oldest = timers.overdue(session, now)
    if oldest is not None and now - oldest > _LATE:
        found.append(
            f"{count} timers are due and have not fired since {oldest:%Y-%m-%d %H:%M} UTC: is `bellwether run` running?"
        )
    for row in outbox.parked(session):
        found.append(
            f"A message about {row.subject} could not be delivered to {row.target} on {row.platform} ({row.tenant}): "
            f"{row.trouble}. Invite the bot there again, or move the room."
        )
    found += [
        f"A timer ({kind}) of {subject} was set aside after it failed again and again: {trouble}. Please report it."
        for kind, subject, trouble in timers.parked(session)
    ]
    return found
