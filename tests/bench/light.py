"""Partnerships with one cadence each, or with one of each kind, by the million: what the schedule is made of, and nothing else.

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
EACH = len(KINDS)
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


def own(id: int) -> list[Due]:
    """What each cadence of a partnership with one of each kind had to do yesterday: two are asked, two rooms have a digest."""
    standup, meeting, report, digest = (id * EACH + place for place in range(EACH))
    yesterday, (one, other) = (NOW - DAY).date(), (id * 2 - 1, id * 2)
    return [
        Due(Tick.ASK, NOW, yesterday, standup, one),
        Due(Tick.ASK, NOW, yesterday, standup, other),
        Due(Tick.MEETING_SOON, NOW, yesterday, meeting),
        Due(Tick.REPORT_DUE, NOW, yesterday, report),
        Due(Tick.DIGEST, NOW, yesterday, digest, one),
        Due(Tick.DIGEST, NOW, yesterday, digest, other),
    ]


def partnerships(count: int, due: int, seed: int = 1, each: int = 1) -> Iterator[Rows]:
    """The rows of so many, chunk by chunk; of `due` of them, all over, the schedule is due to be carried on.

    With `each` = 4 they have a cadence of each kind, whose own timers wait beside it.
    """
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
                whose, tenant = group * 2 + place + 1, f"T-{key.upper()}-{group // 50}"
                if (id - 1) % SHARED == 0:
                    rows["people"].append((whose, f"Shepherd {whose}", "public", "standard", 0))
                    rows["accounts"].append(
                        (
                            whose,
                            whose,
                            platform,
                            tenant,
                            f"U{whose}",
                            tenant,
                            f"Shepherd {whose}",
                            zones[key],
                            "en-GB",
                            0,
                            1,
                        )
                    )
                    rows["rooms"].append((whose, platform, tenant, f"C{whose}", f"room-{whose}"))
                rows["sides"].append(
                    (id, key, f"Organisation {whose}", zones[key], "0,1,2,3,4", "09:00:00.000000", "17:00:00.000000",
                     COUNTRIES.get(zones[key]), "{}", platform, tenant)
                )  # fmt: skip
                rows["members"].append((id * 2 - 1 + place, id, whose, key, "shepherd", 0, 100, 1, begun))
                rows["room_partnerships"].append((whose, id, key))
            start = (NOW - timedelta(days=chance.randrange(20, 180))).date()
            for place, kind in enumerate(KINDS if each == EACH else (KINDS[chance.randrange(4)],)):
                rows["cadences"].append(
                    (id * max(each, 2) + place, id, kind, "", chance.choice(RULES[kind]), chance.choice(TIMES), start.isoformat(),
                     zones["a"] if kind in ("meeting", "report") else "", "a" if kind == "report" else None, 240, 60, "", begun, None)
                )  # fmt: skip
            if each == EACH:
                far = stamp(NOW + 30 * DAY)
                for one in own(id):
                    rows["timers"].append((one.tick.value, f"partnership:{id}", one.once, far, 0, *TIMER, far, ""))
            elif kind != "digest":  # theirs they ended
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


def load(url: str, count: int, due: int = 0, seed: int = 1, each: int = 1) -> None:
    """Put them into an empty database."""
    into = sink(url)
    into.take({"timers": [begun()]}, COLUMNS)
    for rows in partnerships(count, due, seed, each):
        into.take(rows, COLUMNS)
    into.end()


def begun() -> tuple[Any, ...]:
    """The timer that was fired when all schedules were worked out by the rules of time zones that are in force."""
    at = stamp(NOW - 100 * DAY)
    return (Tick.BEGIN.value, "rhythm:0", rhythm.begun(0), at, 0, "fired", 0, at, "")
