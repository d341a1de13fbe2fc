"""Whole partnerships with people, what recurs and weeks of history: `python -m tests.bench.scale URL --partnerships 10000`.

One rule: the same seed gives the same rows, and they hang together as the product's own do: each number is given once, each chain of
the record verifies, what is open waits for somebody, what is over has its end on the record.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Any

from bot.pack import pack
from bot.rules import escalation as machine
from bot.rules import ladder as ladders
from bot.rules.escalation import Calendars, Event, State
from bot.rules.ladder import Candidate, Ladder
from bot.rules.rhythm import Due, Tick
from bot.rules.worktime import Calendar, place
from bot.words import Key, Role, Urgency
from storage import Database
from storage.ledger import _digest, _hash, _instant, canonical
from tests.bench import light
from tests.bench.light import COUNTRIES, NOW, PLATFORMS, TIMES, ZONES
from tests.bench.loading import Rows, sink, spread, stamp

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
CHUNK = 500
ROLES = (Role.SHEPHERD, Role.LEADER, Role.MEMBER, Role.MEMBER, Role.BACKUP, Role.OBSERVER)
DAYS = ("0,1,2,3,4", "0,1,2,3,4", "0,1,2,3,4", "0,1,2,3")

COLUMNS = light.COLUMNS | {
    "absences": ("id", "person_id", "starts_on", "ends_on"),
    "occurrences": ("id", "cadence_id", "partnership_id", "day", "at", "closes_at", "state", "held", "said_by", "said_at"),
    "check_ins": (
        "id", "partnership_id", "member_id", "occurrence_id", "day", "state", "asked_at", "closes_at", "reminded_at",
        "answered_at", "late", "done", "next", "blockers", "waiting", "own_side",
    ),
    "celebrations": ("id", "partnership_id", "number", "given_by", "why", "milestone", "public", "given_at"),
    "celebrated": ("id", "celebration_id", "member_id", "side"),
    "escalations": (
        "id", "partnership_id", "number", "raised_by", "side", "summary", "impact", "tried", "asked", "urgency", "private",
        "outcome", "owner", "status", "state", "ladder", "told", "raised_at", "ended_at",
    ),
    "ledger": (
        "id", "partnership_id", "seq", "at", "kind", "subject", "actor", "side", "platform", "clause", "digest", "before",
        "hash",
    ),
    "ledger_bodies": ("event_id", "salt", "body"),
}  # fmt: skip


@dataclass
class World:
    """Everything that is counted up, over all partnerships."""

    weeks: int
    chance: random.Random
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    last: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def id(self, table: str) -> int:
        self.last[table] += 1
        return self.last[table]


@dataclass
class One:
    """A partnership in the making: its people by side, and what happened, to be put on its record in order."""

    world: World
    id: int
    calendars: dict[str, Calendar]
    people: dict[str, list[tuple[int, Role]]] = field(default_factory=dict)
    happened: list[tuple[datetime, str, str, int | None, str, dict[str, Any]]] = field(default_factory=list)
    escalations: int = 0
    celebrations: int = 0

    def everybody(self) -> list[tuple[str, int, Role]]:
        return [(key, member, role) for key, those in self.people.items() for member, role in those]

    def note(self, at: datetime, kind: str, subject: str, by: tuple[str, int] | None, **body: Any) -> None:
        self.happened.append((at, kind, subject, by[1] if by else None, by[0] if by else "", body))

    def record(self) -> tuple[int, str]:
        """Chain what happened; gives the number and the hash of the last event."""
        before, seq = "", 0
        for at, kind, subject, actor, side, body in sorted(self.happened, key=lambda each: each[0]):
            seq += 1
            event_id, salt, said = (
                self.world.id("ledger"),
                f"{self.world.chance.getrandbits(128):032x}",
                canonical(body),
            )
            head = {
                "partnership": self.id, "seq": seq, "at": _instant(at), "kind": kind, "subject": subject, "actor": actor,
                "side": side, "platform": PLATFORMS.get(side, ""), "clause": "", "digest": _digest(salt, said), "before": before,
            }  # fmt: skip
            hash_ = _hash(head)
            values = (head["subject"], actor, side, head["platform"], "", head["digest"], before, hash_)
            self.world.rows["ledger"].append((event_id, self.id, seq, stamp(at), kind, *values))
            self.world.rows["ledger_bodies"].append((event_id, salt, said))
            before = hash_
        return seq, before


def partnerships(count: int, weeks: int, seed: int = 1) -> Iterator[Rows]:
    """The rows of so many, chunk by chunk."""
    world = World(weeks, random.Random(seed))
    for id in range(1, count + 1):
        _partnership(world, id)
        if id % CHUNK == 0 or id == count:
            yield world.rows
            world.rows = defaultdict(list)


def _partnership(world: World, id: int) -> None:
    chance, rows = world.chance, world.rows
    zones = {"a": ZONES[id % len(ZONES)], "b": ZONES[(id * 7 + 3) % len(ZONES)]}
    begun = NOW - world.weeks * WEEK - 20 * DAY
    one = One(world, id, {key: Calendar(zone, country=COUNTRIES.get(zone)) for key, zone in zones.items()})
    one.note(begun, "partnership.created", f"partnership:{id}", None)
    shared = id % 7 == 0
    for key, platform in PLATFORMS.items():
        tenant = f"T-{key.upper()}-{id // 100}"
        rows["sides"].append(
            (id, key, f"Organisation {id}{key}", zones[key], DAYS[id % 4], "09:00:00.000000", "17:00:00.000000",
             COUNTRIES.get(zones[key]), "{}", platform, tenant)
        )  # fmt: skip
        if key == "a" or not shared:
            room = world.id("rooms")
            rows["rooms"].append((room, platform, tenant, f"C{room}", f"room-{room}"))
            rows["room_partnerships"].append((room, id, None if shared else key))
        for place_, role in enumerate(ROLES[: 3 + (id + ord(key)) % 2 * (id % 3)]):
            _member(one, key, platform, tenant, zones[key], role, place_, begun)
    cadences = _cadences(one, zones["a"], begun)
    for week in range(world.weeks, 0, -1):
        _week(one, cadences, (NOW - week * WEEK).date(), week)
    if chance.random() < 0.1:
        _escalation(one, NOW - timedelta(days=2, hours=chance.randrange(12)), steps=chance.randrange(3))
    seq, head = one.record()
    rows["partnerships"].append((id, f"Partnership {id}", "One launch, together.", int(id % 5 == 0), "active", stamp(begun),
                                 one.escalations, one.celebrations, seq, head, stamp(NOW + light.HALF)))  # fmt: skip
    at = stamp(spread(NOW, id * 7919, DAY))
    carry = Due(Tick.PLAN, NOW, NOW.date(), who=id)
    rows["timers"].append((carry.tick.value, f"partnership:{id}", carry.once, at, 0, "waiting", 0, at, ""))


def _member(one: One, key: str, platform: str, tenant: str, zone: str, role: Role, rank: int, begun: datetime) -> None:
    world, person = one.world, one.world.id("people")
    name, member = f"Person {person}", world.id("members")
    world.rows["people"].append((person, name, "public" if person % 9 else "private", "standard", 0))
    own = ZONES[person % len(ZONES)] if person % 6 == 0 else zone
    world.rows["accounts"].append(
        (world.id("accounts"), person, platform, tenant, f"U{person}", tenant, name, own, "en-GB", 0, 1)
    )
    world.rows["members"].append(
        (member, one.id, person, key, role.value, int(person % 4 == 0), 100 + rank, 1, stamp(begun))
    )
    if person % 12 == 0:
        starts = (NOW + timedelta(days=person % 40 - 20)).date()
        world.rows["absences"].append(
            (world.id("absences"), person, starts.isoformat(), (starts + 4 * DAY).isoformat())
        )
    one.people.setdefault(key, []).append((member, role))


def _cadences(one: One, zone: str, begun: datetime) -> dict[str, int]:
    made = {}
    start = (begun + DAY).date().isoformat()
    for kind, rules in light.RULES.items():
        id = made[kind] = one.world.id("cadences")
        rule = "FREQ=WEEKLY;BYDAY=MO,WE,FR" if kind == "standup" else rules[one.id % 5 if kind != "digest" else 0]
        at = TIMES[4] if kind == "digest" else TIMES[one.id % len(TIMES)]
        zone_, side = (zone, None) if kind == "meeting" else (zone, "a") if kind == "report" else ("", None)
        one.world.rows["cadences"].append(
            (id, one.id, kind, "", rule, at, start, zone_, side, 240, 60, "", stamp(begun), None)
        )
        if kind != "digest":
            one.note(begun + DAY, "cadence.set", f"cadence:{id}", ("a", one.people["a"][0][0]))
    return made


# A week --------------------------------------------------------------------------------------------------------------


def _week(one: One, cadences: dict[str, int], begins: date, week: int) -> None:
    monday = begins - timedelta(days=begins.weekday())
    for offset in (0, 2, 4):
        _standup(one, cadences["standup"], monday + offset * DAY)
    chance = one.world.chance
    at = place(monday + DAY, clock(14), one.calendars["a"].zone)
    shepherd = "a", one.people["a"][0][0]
    if at < NOW:
        held = chance.random() < 0.85
        id = _occurrence(
            one, cadences["meeting"], monday + DAY, at, "closed", held, shepherd[1], at + timedelta(hours=2)
        )
        one.note(at + timedelta(hours=2), "meeting.held" if held else "meeting.not_held", f"meeting:{id}", shepherd)
    due = place(monday + 3 * DAY, clock(12), one.calendars["a"].zone)
    if due < NOW:
        came = due + timedelta(hours=chance.randrange(-20, 30)) if chance.random() < 0.9 else None
        id = _occurrence(one, cadences["report"], monday + 3 * DAY, due, "closed" if came else "open", True if came else None,
                         shepherd[1] if came else None, came)  # fmt: skip
        if came:
            one.note(came, "report.received", f"report:{id}", shepherd, late=max((came - due).days, 0))
    if chance.random() < 0.6:
        _celebration(one, place(monday + 2 * DAY, clock(15, 30), "UTC"))
    if week % 4 == 1:
        _escalation(one, place(monday, clock(10), "UTC"), steps=4)


def _occurrence(
    one: One,
    cadence: int,
    day: date,
    at: datetime,
    state: str,
    held: bool | None,
    by: int | None,
    said: datetime | None,
) -> int:
    id = one.world.id("occurrences")
    closes = stamp(at + timedelta(hours=4)) if state == "closed" else None
    one.world.rows["occurrences"].append(
        (id, cadence, one.id, day.isoformat(), stamp(at), closes, state, None if held is None else int(held), by, stamp(said) if said else None)
    )  # fmt: skip
    return id


def _standup(one: One, cadence: int, day: date) -> None:
    begins = min(place(day, clock(9), each.zone) for each in one.calendars.values())
    if begins > NOW - DAY:
        return
    held, chance, rows = (
        _occurrence(one, cadence, day, begins, "closed", None, None, None),
        one.world.chance,
        one.world.rows,
    )
    for key, member, role in one.everybody():
        if role is Role.OBSERVER:
            continue
        asked = place(day, clock(9), one.calendars[key].zone)
        luck, answered, state = chance.random(), None, "missed"
        if luck < 0.8:
            answered, state = asked + timedelta(minutes=chance.randrange(1, 230)), "answered"
        elif luck < 0.88:
            state = "skipped"
        elif luck < 0.92:
            state = "away"
        id = one.world.id("check_ins")
        words = (f"Finished part {id % 50} of the interface", "Measure it once more", "", "") if answered else ("",) * 4
        rows["check_ins"].append(
            (id, one.id, member, held, day.isoformat(), state, stamp(asked), stamp(asked + timedelta(hours=4)), None,
             stamp(answered) if answered else None, 0, *words, 0)
        )  # fmt: skip
        if answered:
            said = dict(zip(("done", "next", "blockers", "waiting"), words, strict=True))
            one.note(answered, "checkin.answered", f"checkin:{id}", (key, member), day=day.isoformat(), own_side=False,
                     late=False, **said)  # fmt: skip


def _celebration(one: One, at: datetime) -> None:
    world, everybody = one.world, one.everybody()
    giver, receiver = world.chance.sample(everybody, 2)
    one.celebrations += 1
    id, why = world.id("celebrations"), f"for closing part {at:%V} of the pilot without a single open point"
    world.rows["celebrations"].append((id, one.id, one.celebrations, giver[1], why, 0, 1, stamp(at)))
    world.rows["celebrated"].append((world.id("celebrated"), id, receiver[1], None))
    one.note(at, "celebration.given", f"celebration:{id}", giver[:2], members=[receiver[1]], sides=[], why=why,
             milestone=False, public=True)  # fmt: skip


def _escalation(one: One, at: datetime, steps: int) -> None:
    """Raised and, by as many steps as are given, acknowledged, resolved and confirmed."""
    world = one.world
    key, other = ("a", "b") if one.id % 2 else ("b", "a")
    raiser, owner = one.people[key][-1][0], one.people[other][0][0]
    both = Calendars(responder=one.calendars[other], raiser=one.calendars[key])
    ladder = ladders.join(
        *(ladders.people([Candidate(*each) for each in one.people[side]]) for side in ("a", "b")), raiser
    )
    limits = ladders.limits(ladder, Urgency.NORMAL)
    change = machine.raised(urgency=Urgency.NORMAL, level=0, limits=limits, raised_by=raiser, now=at, calendars=both)
    id, state = world.id("escalations"), change.state
    words, subject = f"The interface of part {id % 50} is late again", f"escalation:{id}"
    one.note(
        at, change.kind, subject, (key, raiser), to=state.status.value, level=state.level, urgency="normal", words=words
    )
    doing = ((Event.ACKNOWLEDGE, other, owner), (Event.RESOLVE, other, owner), (Event.CONFIRM, key, raiser))
    for hours, (what, side, by) in enumerate(doing[:steps], 1):
        then, before = at + timedelta(hours=hours), state
        change = machine.step(state, what, now=then, calendars=both, by=by)
        state = change.state
        one.note(then, change.kind, subject, (side, by), was=before.level, level=state.level, to=state.status.value,
                 **{"from": before.status.value})  # fmt: skip
    one.escalations += 1
    world.rows["escalations"].append(
        (id, one.id, one.escalations, raiser, Key(key).value, words, "The launch moves", "Asked twice", "A date", "normal", 0,
         "Delivered" if state.over else "", state.owner, state.status.value, pack(state, State), pack(ladder, Ladder), "{}",
         stamp(at), stamp(state.since) if state.over else None)
    )  # fmt: skip


def load(url: str, count: int, weeks: int, seed: int = 1) -> None:
    """Put them into a database that is empty and has the newest schema."""
    into = sink(url)
    into.take({"timers": [light.begun()]}, COLUMNS)
    for rows in partnerships(count, weeks, seed):
        into.take(rows, COLUMNS)
    into.end()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("url", help="an empty database: sqlite:///file.db or postgresql://…")
    options.add_argument("--partnerships", type=int, default=10_000)
    options.add_argument("--history-weeks", type=int, default=8)
    options.add_argument("--light", action="store_true", help="one cadence each, and no history")
    options.add_argument("--seed", type=int, default=1)
    wanted = options.parse_args()
    database = Database(wanted.url)
    database.migrate()
    database.close()
    began = time.perf_counter()
    if wanted.light:
        light.load(wanted.url, wanted.partnerships, seed=wanted.seed)
    else:
        load(wanted.url, wanted.partnerships, wanted.history_weeks, wanted.seed)
    print(
        f"{wanted.partnerships:,} partnerships in {time.perf_counter() - began:.1f} s, as of {NOW.astimezone(UTC):%d %B %Y, %H:%M} UTC"
    )


if __name__ == "__main__":
    main()
