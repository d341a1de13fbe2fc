"""The schedule of a partnership as timers: worked out for the next day and a half, and anew whenever what it is made of changes.

One rule: it is worked out by `rules.rhythm` from what is in the database; deleted and worked out again it is the same.
"""

from __future__ import annotations

import secrets
import zoneinfo
from collections.abc import Collection, Iterable
from datetime import datetime, time, timedelta
from importlib import metadata
from pathlib import Path

from sqlmodel import Session

from bot.actions import calendars
from bot.rules import rhythm
from bot.rules.cadence import Recurrence
from bot.rules.rhythm import Due, Score, Tick
from bot.words import CadenceKind, Status
from storage import cadences as store
from storage import changes, partnerships, scenes, timers
from storage.scenes import Scene
from storage.tables import Cadence

AHEAD = timedelta(hours=36)
AGAIN = timedelta(hours=24)
_TICKS = frozenset(Tick) - {Tick.PLAN, Tick.REPLAN, Tick.BEGIN}
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
    return rhythm.Cadence(
        row.id,
        row.kind,
        Recurrence(row.rrule, row.at, row.start_on),
        zone,
        row.side,
        timedelta(minutes=row.window),
        timedelta(minutes=row.lasts),
    )


def follow(session: Session, now: datetime) -> None:
    """Let the schedules of those partnerships be worked out anew of which something was changed in this transaction."""
    _anew(session, sorted(changes.taken_up(session)), now)


def begin(session: Session, now: datetime) -> None:
    """At a start: where the rules of time zones are other ones than ever before, let every schedule be worked out anew, once."""
    timers.plan(session, kind=Tick.BEGIN, subject="rhythm:0", due_at=now, once=f"{Tick.BEGIN}|{_zone_rules()}")


def begin_all(session: Session, now: datetime) -> None:
    """Let the schedule of every active partnership be worked out anew."""
    _anew(session, partnerships.active(session), now)


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
    rows = store.of(session, ids, ended=True)
    for id, scene in scenes.scenes(session, ids).items():
        _plan(session, scene, rows[id], now)


def replan(session: Session, ids: Collection[int], now: datetime) -> None:
    """Work these schedules out anew. What is due by now stays: it is being done."""
    rows = store.of(session, ids, ended=True)
    for id, scene in scenes.scenes(session, ids).items():
        waits = [each for each in timers.waiting(session, scene.subject) if each.due_at > now]
        asked = {each.once for each in waits if each.kind == Tick.ASK}
        # Who was asked already is reminded within the window that they were told of, wherever they are by now.
        told = {each.once for each in waits if each.kind == Tick.REMIND and _ask_of(each.once) not in asked}
        timers.drop_these(session, [each.once for each in waits if each.kind in _TICKS and each.once not in told])
        scene.partnership.planned_until = min(scene.partnership.planned_until or now, now)
        _plan(session, scene, rows[id], now)
        if scene.partnership.status is Status.ACTIVE:
            _make_up(session, scene, rows[id], {each.once for each in waits if each.kind in _MADE_UP}, now)


def _ask_of(reminder: str) -> str:
    return reminder.replace(Tick.REMIND, Tick.ASK, 1)


def _reminder_of(ask: str) -> str:
    return ask.replace(Tick.ASK, Tick.REMIND, 1)


def _make_up(session: Session, scene: Scene, rows: list[Cadence], waited: Collection[str], now: datetime) -> None:
    """Do now what was to come later and, by what changed (a zone, the time), should have been done a while ago.

    Who is asked now has the whole window from now on, and is reminded within it.
    """
    past = rhythm.falls_due(score(scene, rows), now - AGAIN, now)
    moved = [each for each in past if each.tick in _MADE_UP and each.once in waited]
    windows = {row.id: timedelta(minutes=row.window) for row in rows}
    reminders = {
        _reminder_of(each.once): now + rhythm.REMINDED * windows[each.cadence]
        for each in moved
        if each.tick is Tick.ASK
    }
    timers.drop_these(session, reminders)
    reminded = [(Tick.REMIND, at, once) for once, at in reminders.items()]
    timers.plan_all(session, scene.subject, [*((each.tick, now, each.once) for each in moved), *reminded])


def _plan(session: Session, scene: Scene, rows: list[Cadence], now: datetime) -> None:
    if scene.partnership.status is not Status.ACTIVE:
        scene.partnership.planned_until = None  # what falls into a pause is never made up for
        return
    if not any(row.kind is CadenceKind.DIGEST for row in rows):
        rows = [*rows, _first_digest(session, scene, now)]
    first, last = scene.partnership.planned_until or now, now + AHEAD
    found = rhythm.falls_due(score(scene, rows), first, last)
    next_ = Due(Tick.PLAN, now + AGAIN, (now + AGAIN).date(), who=scene.id)
    timers.plan_all(session, scene.subject, [(each.tick, each.at, each.once) for each in (*found, next_)])
    scene.partnership.planned_until = last


def _first_digest(session: Session, scene: Scene, now: datetime) -> Cadence:
    """Every partnership begins with a digest on Mondays at nine, in each room's own zone."""
    return store.derive(
        session,
        Cadence(
            partnership_id=scene.id,
            kind=CadenceKind.DIGEST,
            rrule="FREQ=WEEKLY;BYDAY=MO",
            at=time(9),
            start_on=now.date(),
            derived=f"first digest of {scene.subject}",
            created_at=now,
        ),
    )
