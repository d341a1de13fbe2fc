"""A person's calendar feed: the secret link to it, and what stands in it.

One rule: the secret is computed from a key, the person and the count of their links, and stored nowhere; only the newest opens anything.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.actions import rhythm
from bot.cards.feed import Entry
from bot.rules.cadence import days, moved
from bot.rules.rhythm import Cadence, Member, Score, asked_at, local_day
from bot.rules.worktime import place
from bot.words import CadenceKind, Status
from storage import cadences, people, scenes
from storage.people import Standing
from storage.scenes import Scene
from storage.tables import Cadence as Row
from storage.tables import Key_, Person

AHEAD = timedelta(days=366)  # how far days off and holidays are looked for
ANSWERING = timedelta(minutes=15)  # what a standup takes of a day
_OWN_KEY = "calendars"
_SECRET = re.compile(r"([0-9]{1,18})-([a-z2-7]{32})")


# The link ------------------------------------------------------------------------------------------------------------


def link(session: Session, person_id: int, keys: Sequence[str], address: str) -> str:
    """Compute the link to a person's calendar (a secret of 160 bits) for showing it."""
    person = session.get_one(Person, person_id)
    return f"{address}/calendar/{person.id}-{_mac(keys[0] if keys else _own_key(session), person)}.ics"


def renew(session: Session, person_id: int) -> None:
    """Let every link that was given out so far open nothing any more."""
    session.get_one(Person, person_id).feed += 1
    session.flush()


def _mac(key: str, person: Person) -> str:
    digest = hmac.new(key.encode(), f"calendar:{person.id}:{person.feed}".encode(), hashlib.sha256).digest()[:20]
    return base64.b32encode(digest).decode().lower()


def _own_key(session: Session) -> str:
    """The database's own key, for where the operator set none."""
    kept = session.get(Key_, _OWN_KEY)
    if kept is None:
        kept = Key_(name=_OWN_KEY, value=secrets.token_hex(32))
        session.add(kept)
        session.flush()
    return kept.value


def _whose(session: Session, secret: str, keys: Sequence[str]) -> Person | None:
    found = _SECRET.fullmatch(secret)
    person = session.get(Person, int(found[1])) if found else None
    if found is None or person is None or person.left_at is not None or person.erased_at is not None:
        return None
    own = session.get(Key_, _OWN_KEY)
    every = [*keys, own.value] if own else keys
    return person if any(hmac.compare_digest(_mac(key, person), found[2]) for key in every) else None


# What stands in it ---------------------------------------------------------------------------------------------------


def calendar(session: Session, secret: str, now: datetime, keys: Sequence[str]) -> list[Entry] | None:
    """Give what recurs for the person whose secret that is, in all their partnerships; None where it is nobody's."""
    person = _whose(session, secret, keys)
    if person is None:
        return None
    ids = [row.id for row, _ in people.memberships(session, person.id) if row.status is Status.ACTIVE]
    rows, found = cadences.of(session, ids), scenes.scenes(session, ids)
    return [each for id in ids for each in _in(found[id], person.id, rows[id], now)]


def _in(scene: Scene, person_id: int, rows: list[Row], now: datetime) -> Iterator[Entry]:
    who = scene.by_person(person_id)
    if who is None:
        return
    score = rhythm.score(scene, rows)
    me = next(each for each in score.members if each.id == who.id)
    named = {row.id: row for row in rows}
    for cadence in score.cadences:
        found = _entry(cadence, named[cadence.id], scene, score, me, who, now) if _seen(cadence, who) else None
        if found is not None:
            yield found


def _seen(cadence: Cadence, who: Standing) -> bool:
    """Whether it is theirs to see: what is one side's own is for those who are confirmed on it; a report is of both."""
    return cadence.kind is CadenceKind.REPORT or cadence.side in (None, who.side if who.member.confirmed else None)


def _entry(
    cadence: Cadence, row: Row, scene: Scene, score: Score, me: Member, who: Standing, now: datetime
) -> Entry | None:
    """What one cadence is for them from when they came; None where it never falls on them within a year."""
    zone, clock = _clock(cadence, me)
    tz = ZoneInfo(zone)
    first = max(cadence.recurrence.start, local_day(who.member.joined_at, zone))
    fall = [(day, _falls(cadence, score, me, day)) for day in days(cadence.recurrence, first, now.date() + AHEAD)]
    while fall and fall[0][1] is None:
        fall.pop(0)
    if not fall:
        return None
    gone, elsewhere = _apart(fall, clock, tz)
    return Entry(
        uid=f"cadence-{cadence.id}-{who.id}@bellwether",
        kind=cadence.kind,
        name=row.name,
        partnership=scene.partnership.name,
        organisations=tuple(side.organisation for _, side in sorted(scene.sides.items())),
        owes=scene.organisation(cadence.side) if cadence.side else "",
        rrule=cadence.recurrence.rrule,
        begins=datetime.combine(fall[0][0], clock, tz),
        lasts={CadenceKind.STANDUP: ANSWERING, CadenceKind.MEETING: cadence.lasts}.get(cadence.kind, timedelta(0)),
        gone=gone,
        moved=elsewhere,
    )


def _apart(
    fall: Sequence[tuple[date, datetime | None]], clock: time, tz: ZoneInfo
) -> tuple[tuple[datetime, ...], tuple[tuple[datetime, datetime], ...]]:
    """The times of the rule that fall out, and those that are at another time, with that time."""
    gone, elsewhere, taken = list[datetime](), list[tuple[datetime, datetime]](), set[datetime]()
    for day, at in fall:
        written = datetime.combine(day, clock, tz)
        if at is None:
            gone.append(written)
        elif at.astimezone(tz).replace(tzinfo=None) == written.replace(tzinfo=None):
            taken.add(at)
        else:
            elsewhere.append((written, at.astimezone(tz)))
    kept = []
    for written, there in elsewhere:
        if there.astimezone(UTC) in taken:  # several that nobody works on are moved to one day
            gone.append(written)
        else:
            taken.add(there.astimezone(UTC))
            kept.append((written, there))
    return tuple(sorted(gone)), tuple(kept)


def _clock(cadence: Cadence, me: Member) -> tuple[str, time]:
    """The zone that it is in, and the time on the clock there."""
    if cadence.kind is CadenceKind.STANDUP:
        return me.calendar.zone, max(cadence.recurrence.at, me.calendar.start)
    return cadence.zone, cadence.recurrence.at


def _falls(cadence: Cadence, score: Score, me: Member, day: date) -> datetime | None:
    """At which instant that day of the cadence is for them; None where they have none of it."""
    match cadence.kind:
        case CadenceKind.STANDUP:
            return asked_at(cadence, me, day)
        case CadenceKind.MEETING:
            at = place(day, cadence.recurrence.at, cadence.zone)
            return at if me.here(local_day(at, me.calendar.zone)) else None
        case CadenceKind.REPORT:
            owes = score.sides.get(cadence.side) if cadence.side else None
            return place(moved(day, owes), cadence.recurrence.at, cadence.zone) if owes else None
        case CadenceKind.DIGEST:
            return None
        case _:
            assert_never(cadence.kind)
