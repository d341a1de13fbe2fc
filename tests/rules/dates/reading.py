"""Reading and asking from one desk in Berlin, on Wednesday 13 January 2027 at 10:07."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.rules.dates import Unclear, deadline
from bot.rules.worktime import Calendar

ZONE = "Europe/Berlin"
WEDNESDAY = "2027-01-13 10:07"


def at(text: str, zone: str = ZONE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def read(phrase: str, now: str = WEDNESDAY, locale: str | None = None, calendar: Calendar | None = None) -> str:
    found = deadline(phrase, now=at(now), zone=ZONE, locale=locale, calendar=calendar)
    assert found.at.utcoffset() == timedelta(0)
    return f"{found.at.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M}"


def asked(phrase: str, now: str = WEDNESDAY, locale: str | None = None) -> tuple[str, list[str]]:
    with pytest.raises(Unclear) as unclear:
        deadline(phrase, now=at(now), zone=ZONE, locale=locale)
    readings = unclear.value.readings
    return str(unclear.value), [f"{found.at.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M}" for found in readings]
