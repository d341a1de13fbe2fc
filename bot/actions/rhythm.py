"""The schedule of a partnership as timers: worked out for the next day and a half, and anew whenever what it is made of changes.

One rule: it is worked out by `rules.rhythm` from what is in the database; deleted and worked out again it is the same.
"""

from __future__ import annotations

import secrets
import zoneinfo
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from importlib import metadata
from pathlib import Path

from sqlmodel import Session

from bot.actions import calendars
from bot.rules import rhythm
from bot.rules.cadence import Recurrence
from bot.rules.rhythm import Due, Score, Tick
from bot.words import CadenceKind, Key, Role, Status
from storage import cadences as store
from storage import changes, partnerships, schedules, timers
from storage.scenes import Scene
from storage.schedules import Sheet
from storage.tables import Cadence

AHEAD = timedelta(hours=36)
AGAIN = timedelta(hours=24)
LOOKED_BACK = timedelta(days=20)
"""How long ago somebody's days off may have ended and still matter."""
SLICE = 500
_TICKS = frozenset(Tick) - {Tick.PLAN, Tick.REPLAN, Tick.BEGIN}
_KEYS, _ROLES = {each.value: each for each in Key}, {each.value: each for each in Role}
_KINDS = {each.value: each for each in CadenceKind}
_MINUTE = timedelta(minutes=1)
_MADE_UP = {Tick.ASK, Tick.DIGEST, Tick.MORNING}


def score(scene: Scene, rows: Collection[Cadence]) -> Score:
    """All that the schedule is worked out from. Paused and ended cadences count for nothing."""
    return Score(
        cadences=[as_rule(row, scene) for row in rows if row.paused_at is None and row.ended_at is None],
        members=[
            rhythm.Member(each.id, each.side, each.member.role, calendars.of_person(scene, each), each.away)
            for each in scene.members
        ],
        rooms=[
            rhythm.Room(room.id, side, calendars.of_side(scene.sides[side or min(scene.sides)]))
            for room, side in scene.rooms
        ],
        sides={key: calendars.of_side(side) for key, side in scene.sides.items()},
    )


def as_rule(row: Cadence, scene: Scene) -> rhythm.Cadence:
    """The value of a row. What needs one zone and names none is in that of the side it is for, else of side A."""
    zone = row.zone or scene.sides[row.side or min(scene.sides)].zone
    return _rule(row.id, row.kind, row.rrule, row.at, row.start_on, zone, row.side, row.window, row.lasts)


def _rule(
    id: int, kind: CadenceKind, rrule: str, at: time, start: date, zone: str, side: Key | None, window: int, lasts: int
) -> rhythm.Cadence:
    recurrence = Recurrence(rrule, at, start)
    return rhythm.Cadence(id, kind, recurrence, zone, side, window * _MINUTE, lasts * _MINUTE)


def _score(sheet: Sheet) -> Score:
    """The same as `score`, from plain rows."""
    hours = {Key(row.key): row for row in sheet.sides}
    sides = {key: calendars.calendar(*row[2:]) for key, row in hours.items()}
    first = sides[min(sides)]
    members = []
    for _, id, key, role, own, there, days, start, end in sheet.members:
        side, zone = hours[key], own or there
        calendar = sides[key]
        if (zone and zone != side.zone) or days or start is not None or end is not None:
            begins, ends = side.start if start is None else start, side.end if end is None else end
            calendar = calendars.calendar(zone or side.zone, days or side.days, begins, ends, side.country, side.region)
        members.append(rhythm.Member(id, _KEYS[key], _ROLES[role], calendar, tuple(sheet.away.get(id, ()))))
    cadences = []
    for _, id, kind, rrule, at, start, zone, side, window, lasts in sheet.cadences:
        zone = zone or (sides[side] if side else first).zone
        key = _KEYS[side] if side else None
        cadences.append(_rule(id, _KINDS[kind], rrule, at, start, zone, key, window, lasts))
    return Score(
        cadences=cadences,
        members=members,
        rooms=[
            rhythm.Room(id, _KEYS[side] if side else None, sides[side] if side else first)
            for _, id, side in sheet.rooms
        ],
        sides=sides,
    )


def follow(session: Session, now: datetime) -> None:
    """Let the schedules of those partnerships be worked out anew of which something was changed in this transaction."""
    _anew(session, sorted(changes.taken_up(session)), now)


def begin(session: Session, now: datetime) -> None:
    """At a start: where the rules of time zones are other ones than ever before, let every schedule be worked out anew, once."""
    _begin(session, 0, now)


def begin_all(session: Session, after: int, now: datetime) -> None:
    """Let the schedules of the active partnerships behind that one be worked out anew: of some now, of the others in turn.

    What falls due meanwhile is not kept waiting by them.
    """
    ids = partnerships.active(session, after, SLICE)
    _anew(session, ids, now)
    if len(ids) == SLICE:
        _begin(session, ids[-1], now)


def _begin(session: Session, after: int, now: datetime) -> None:
    timers.plan(session, kind=Tick.BEGIN, subject=f"rhythm:{after}", due_at=now, once=begun(after))


def begun(after: int) -> str:
    """What keeps a slice, the one behind that partnership, from being worked out twice by the same rules of time zones."""
    return f"{Tick.BEGIN}|{_zone_rules()}" + (f"|{after}" if after else "")


def _anew(session: Session, ids: Iterable[int], now: datetime) -> None:
    wanted = ((Tick.REPLAN, f"partnership:{id}", now, f"{Tick.REPLAN}|{id}|{secrets.token_hex(8)}") for id in ids)
    timers.plan_each(session, wanted)


def _zone_rules() -> str:
    """Which release of the time zone database is at work: the system's, which `zoneinfo` takes first, else the package's."""
    for folder in zoneinfo.TZPATH:
        try:
            with (Path(folder) / "tzdata.zi").open(encoding="utf-8") as rules:
                return rules.readline().removeprefix("# version ").strip()
        except OSError:
            continue
    return metadata.version("tzdata")


def plan(session: Session, ids: Collection[int], now: datetime) -> None:
    """Carry the schedules of these partnerships a day further."""
    sheets = _sheets(session, ids, now)
    _plan(session, sheets.values(), {id: sheet.planned_until or now for id, sheet in sheets.items()}, now)


def replan(session: Session, ids: Collection[int], now: datetime) -> None:
    """Work these schedules out anew. What is due by now stays: it is being done."""
    sheets = _sheets(session, ids, now)
    waits = timers.waiting_of(session, [sheet.subject for sheet in sheets.values()], now)
    asked = {each.once for each in waits if each.kind == Tick.ASK}
    # Who was asked already is reminded within the window that they were told of, wherever they are by now.
    told = {each.once for each in waits if each.kind == Tick.REMIND and _ask_of(each.once) not in asked}
    timers.drop_these(session, [each.once for each in waits if each.kind in _TICKS and each.once not in told])
    _plan(session, sheets.values(), {id: min(sheet.planned_until or now, now) for id, sheet in sheets.items()}, now)
    _make_up(session, sheets.values(), {each.once for each in waits if each.kind in _MADE_UP}, now)


def _ask_of(reminder: str) -> str:
    return reminder.replace(Tick.REMIND, Tick.ASK, 1)


def _reminder_of(ask: str) -> str:
    return ask.replace(Tick.ASK, Tick.REMIND, 1)


def _make_up(session: Session, sheets: Iterable[Sheet], waited: Collection[str], now: datetime) -> None:
    """Do now what was to come later and, by what changed (a zone, the time), should have been done a while ago.

    Who is asked now has the whole window from now on, and is reminded within it.
    """
    moved, reminders = [], {}
    for sheet in sheets:
        if sheet.status is not Status.ACTIVE:
            continue
        score = _score(sheet)
        windows = {each.id: each.window for each in score.cadences}
        for each in rhythm.falls_due(score, now - AGAIN, now):
            if each.tick in _MADE_UP and each.once in waited:
                moved.append((each.tick, sheet.subject, now, each.once))
                if each.tick is Tick.ASK:
                    at = now + rhythm.REMINDED * windows[each.cadence]
                    reminders[_reminder_of(each.once)] = (Tick.REMIND, sheet.subject, at, _reminder_of(each.once))
    timers.drop_these(session, reminders)
    timers.plan_each(session, [*moved, *reminders.values()])


def _plan(session: Session, sheets: Collection[Sheet], begin: Mapping[int, datetime], now: datetime) -> None:
    """Plan what falls due in each from its instant on. What falls into a pause is never made up for."""
    active = [sheet for sheet in sheets if sheet.status is Status.ACTIVE]
    again, last = now + AGAIN, now + AHEAD
    wanted: list[tuple[str, str, datetime, str]] = []
    for sheet in active:
        subject = sheet.subject
        found = rhythm.falls_due(_score(sheet), begin[sheet.id], last)
        wanted += [(each.tick, subject, each.at, each.once) for each in found]
        wanted.append((Tick.PLAN, subject, again, Due(Tick.PLAN, again, again.date(), who=sheet.id).once))
    timers.plan_each(session, wanted)
    schedules.planned(session, [sheet.id for sheet in active], last)
    if paused := [sheet.id for sheet in sheets if sheet.status is not Status.ACTIVE]:
        schedules.planned(session, paused, None)


def _sheets(session: Session, ids: Collection[int], now: datetime) -> dict[int, Sheet]:
    """What their schedules are made of. Every partnership begins with a digest on Mondays at nine, in each room's own zone."""
    since = (now - LOOKED_BACK).date()
    sheets = schedules.sheets(session, ids, since)
    fresh = [sheet for sheet in sheets.values() if not sheet.digest and sheet.status is Status.ACTIVE]
    if not fresh:
        return sheets
    wanted = [
        Cadence(
            partnership_id=sheet.id,
            kind=CadenceKind.DIGEST,
            rrule="FREQ=WEEKLY;BYDAY=MO",
            at=time(9),
            start_on=now.date(),
            derived=f"first digest of {sheet.subject}",
            created_at=now,
        )
        for sheet in fresh
    ]
    store.derive(session, wanted)
    return sheets | schedules.sheets(session, [sheet.id for sheet in fresh], since)
