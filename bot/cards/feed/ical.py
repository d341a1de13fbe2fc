"""A person's cadences as an iCalendar (RFC 5545) that calendar programs read.

One rule: the same entries on the same day are the same letters, so that a program can ask whether anything changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.cards.feed import Entry
from bot.cards.feed.zone import timezone

if TYPE_CHECKING:
    from icalendar import Event

AGAIN = timedelta(hours=4)  # how often a program may ask
YEARS_AHEAD = 6  # of clock changes that are looked up


def written(entries: Sequence[Entry], now: datetime) -> str:
    """Write the calendar."""
    # Loaded only when somebody's program asks.
    from icalendar import Calendar, vDuration

    calendar = Calendar()
    calendar.add("prodid", "-//Bellwether//Cadences//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", "Bellwether")
    calendar.add("refresh-interval", vDuration(AGAIN), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(AGAIN))
    stamp = datetime.combine(now.astimezone(UTC), time(), UTC)
    for zone in sorted({_zone(entry) for entry in entries} - {"UTC"}):
        first = min(entry.begins.year for entry in entries if _zone(entry) == zone)
        calendar.add_component(timezone(zone, first, now.year + YEARS_AHEAD))
    for entry in entries:
        calendar.add_component(_series(entry, stamp))
        for instead_of, at in entry.moved:
            once = _event(entry, at, stamp)
            once.add("recurrence-id", instead_of)
            calendar.add_component(once)
    text: str = calendar.to_ical().decode()
    return text


def _zone(entry: Entry) -> str:
    assert isinstance(entry.begins.tzinfo, ZoneInfo), "an entry is on the wall clock of a zone"
    return entry.begins.tzinfo.key


def _series(entry: Entry, stamp: datetime) -> Event:
    from icalendar import vRecur

    event = _event(entry, entry.begins, stamp)
    event.add("rrule", vRecur.from_ical(entry.rrule))
    if entry.gone:
        event.add("exdate", list(entry.gone))
    return event


def _event(entry: Entry, at: datetime, stamp: datetime) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", stamp)
    event.add("dtstart", at)
    if entry.lasts:
        event.add("duration", entry.lasts)
    event.add("summary", entry.title)
    event.add("description", entry.about)
    event.add("transp", "OPAQUE" if entry.busy else "TRANSPARENT")
    return event
