"""Partnerships with one cadence each, by the million: what the schedule is made of, and nothing else.

One rule: they are in the middle of their lives: each schedule stands for half a day more, and the timer that carries it a day further
is due now in as many as are asked for, and at some time of the next day in the others.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.actions import rhythm
from bot.rules.rhythm import Due, Tick
from tests.bench.loading import Rows, sink, spread, stamp

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY, HALF = timedelta(days=1), timedelta(hours=12)
CHUNK = 5000
SHARED = 10
"""So many partnerships share their rooms and shepherds."""

ZONES = (
    "Europe/Berlin", "Asia/Tokyo", "America/New_York", "Europe/London", "Asia/Kolkata", "America/Los_Angeles", "Europe/Paris",
    "America/Sao_Paulo", "Australia/Sydney", "Asia/Singapore", "America/Chicago", "Europe/Warsaw", "Africa/Lagos",
    "Asia/Shanghai", "America/Mexico_City", "Europe/Istanbul", "Asia/Dubai", "America/Toronto", "Europe/Madrid",
    "Asia/Seoul", "Pacific/Auckland", "Europe/Stockholm", "Africa/Johannesburg", "America/Bogota",
)  # fmt: skip
COUNTRIES = {"Europe/Berlin": "DE", "Asia/Tokyo": "JP", "America/New_York": "US", "Europe/London": "GB"}
_DAYS = ("MO", "TU", "WE", "TH", "FR")
RULES = {
    "standup": ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=WEEKLY;BYDAY=TU,TH", "FREQ=DAILY"),
    "meeting": (
        *(f"FREQ=WEEKLY;BYDAY={day}" for day in _DAYS),
        *(f"FREQ=WEEKLY;INTERVAL=2;BYDAY={day}" for day in _DAYS),
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1",
    ),
    "report": (
        *(f"FREQ=WEEKLY;BYDAY={day}" for day in _DAYS), "FREQ=MONTHLY;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    ),
    "digest": tuple(f"FREQ=WEEKLY;BYDAY={day}" for day in _DAYS),
}  # fmt: skip
KINDS = tuple(RULES)
TIMES = tuple(f"{hour:02}:{minute:02}:00.000000" for hour in (8, 9, 10, 11, 13, 14, 15) for minute in (0, 15, 30, 45))

COLUMNS = {
    "people": ("id", "name", "praise", "nudging", "feed"),
    "accounts": ("id", "person_id", "platform", "tenant", "user", "via", "name", "zone", "locale", "bot", "reachable"),
    "rooms": ("id", "platform", "tenant", "channel", "name"),
    "partnerships": (
        "id", "name", "purpose", "strategic", "status", "created_at", "escalations", "celebrations", "seq", "head",
        "planned_until",
    ),
    "sides": (
        "partnership_id", "key", "organisation", "zone", "days", "start", "end", "country", "ladder", "home_platform",
        "home_tenant",
    ),
    "members": (
        "id", "partnership_id", "person_id", "side", "role", "virtual", "rank", "confirmed", "joined_at"
    ),
    "room_partnerships": ("room_id", "partnership_id", "side"),
    "cadences": (
        "id", "partnership_id", "kind", "name", "rrule", "at", "start_on", "zone", "side", "window", "lasts", "clause",
        "created_at", "ended_at",
    ),
    "timers": ("kind", "subject", "once", "due_at", "turn", "state", "tries", "planned_for", "trouble"),
}  # fmt: skip
TIMER = ("waiting", 0)
PLATFORMS = {"a": "slack", "b": "teams"}


def partnerships(count: int, due: int, seed: int = 1) -> Iterator[Rows]:
    """The rows of so many, chunk by chunk; of `due` of them, all over, the schedule is due to be carried on."""
    chance = random.Random(seed)
    every = max(count // due, 1) if due else 0
    begun, late = stamp(NOW - 200 * DAY), stamp(NOW - timedelta(seconds=1))
    until = stamp(NOW + HALF)
    ended = stamp(NOW - 100 * DAY)
    for first in range(1, count + 1, CHUNK):
        rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for id in range(first, min(first + CHUNK, count + 1)):
            zones = {"a": ZONES[id % len(ZONES)], "b": ZONES[(id * 7 + 3) % len(ZONES)]}
            rows["partnerships"].append((id, f"Partnership {id}", "", 0, "active", begun, 0, 0, 0, "", until))
            group = (id - 1) // SHARED
            for place, (key, platform) in enumerate(PLATFORMS.items()):
                own, tenant = group * 2 + place + 1, f"T-{key.upper()}-{group // 50}"
                if (id - 1) % SHARED == 0:
                    rows["people"].append((own, f"Shepherd {own}", "public", "standard", 0))
                    rows["accounts"].append(
                        (own, own, platform, tenant, f"U{own}", tenant, f"Shepherd {own}", zones[key], "en-GB", 0, 1)
                    )
                    rows["rooms"].append((own, platform, tenant, f"C{own}", f"room-{own}"))
                rows["sides"].append(
                    (id, key, f"Organisation {own}", zones[key], "0,1,2,3,4", "09:00:00.000000", "17:00:00.000000",
                     COUNTRIES.get(zones[key]), "{}", platform, tenant)
                )  # fmt: skip
                rows["members"].append((id * 2 - 1 + place, id, own, key, "shepherd", 0, 100, 1, begun))
                rows["room_partnerships"].append((own, id, key))
            kind = KINDS[chance.randrange(4)]
            start = (NOW - timedelta(days=chance.randrange(20, 180))).date()
            rows["cadences"].append(
                (id * 2, id, kind, "", chance.choice(RULES[kind]), chance.choice(TIMES), start.isoformat(),
                 zones["a"] if kind in ("meeting", "report") else "", "a" if kind == "report" else None, 240, 60, "", begun, None)
            )  # fmt: skip
            if kind != "digest":  # theirs they ended
                rows["cadences"].append((id * 2 + 1, id, "digest", "", RULES["digest"][0], TIMES[4], start.isoformat(),
                                         "", None, 240, 60, "", begun, ended))  # fmt: skip
            mine = bool(due) and id % every == 0 and id // every <= due
            at = late if mine else stamp(spread(NOW, id * 7919, DAY))
            carry = Due(Tick.PLAN, NOW, NOW.date(), who=id)
            rows["timers"].append((carry.tick.value, f"partnership:{id}", carry.once, at, 0, *TIMER, at, ""))
            soon = Due(Tick.MORNING, NOW, date(2026, 11, 25), who=id * 2)
            at = stamp(spread(NOW, id * 104_729, DAY))
            rows["timers"].append((soon.tick.value, f"partnership:{id}", soon.once, at, 0, *TIMER, at, ""))
        yield rows


def load(url: str, count: int, due: int = 0, seed: int = 1) -> None:
    """Put them into an empty database."""
    into = sink(url)
    into.take({"timers": [begun()]}, COLUMNS)
    for rows in partnerships(count, due, seed):
        into.take(rows, COLUMNS)
    into.end()


def begun() -> tuple[Any, ...]:
    """The timer that was fired when all schedules were worked out by the rules of time zones that are in force."""
    at = stamp(NOW - 100 * DAY)
    return (Tick.BEGIN.value, "rhythm:0", rhythm.begun(0), at, 0, "fired", 0, at, "")
