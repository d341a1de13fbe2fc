"""What recurs: set, changed, paused, resumed, ended, and each of these taken back.

One rule: a change is on the record as it was and as it is, so that the last one can be undone from the record alone; the schedule
follows by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlmodel import Session

from bot.actions import Call, View, calendars, living, rhythm, telling
from bot.cards import cadence as cards
from bot.cards.cadence import Next, Off, State
from bot.messages import Message
from bot.pack import pack, unpack
from bot.rules.cadence import Recurrence, in_words, moved, occurrences, on
from bot.rules.rhythm import local_day, read_once, watches
from bot.rules.worktime import place, works_on
from bot.words import CadenceKind, Key, Status
from storage import cadences as store
from storage import ledger, outbox, scenes, subjects
from storage.people import Standing
from storage.scenes import Scene
from storage.tables import Cadence, Occurrence
from storage.timers import Due

SHOWN = 3
"""How many of the next dates are shown."""
KINDS = tuple(f"cadence.{what}" for what in cards.DONE)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to recur, understood. `of` is the cadence that it takes the place of, 0 for a new one."""

    kind: CadenceKind
    name: str = ""
    rrule: str
    at: time
    start_on: date
    zone: str = ""
    side: Key | None = None
    window: int = 240
    lasts: int = 60
    of: int = 0

    @property
    def recurrence(self) -> Recurrence:
        return Recurrence(self.rrule, self.at, self.start_on)


_FIELDS = ("name", "rrule", "at", "start_on", "zone", "side", "window", "lasts")


def as_wish(row: Cadence) -> Wish:
    """A cadence as somebody would have wished it."""
    return Wish(kind=row.kind, of=row.id, **{name: getattr(row, name) for name in _FIELDS})


# How it is shown -----------------------------------------------------------------------------------------------------


def words(wish: Wish, *, now: datetime | None = None, zone: str | None = None) -> str:
    """When it recurs, with whose clock."""
    said = in_words(wish.recurrence, now=now, zone=zone)
    return f"{said} ({cards.clock(wish.zone, wish.kind)})"


def zone_of(scene: Scene, wish: Wish) -> str:
    """The zone that its time is in; for what comes to each on their own clock, that of the side it is for, else of side A."""
    return wish.zone or scene.sides[wish.side or min(scene.sides)].zone


def instant(scene: Scene, wish: Wish, day: date) -> datetime:
    """When the occurrence of that day is: a report that falls on a day off of the side that owes it is due the next working day."""
    if wish.kind is CadenceKind.REPORT and wish.side in scene.sides:
        day = moved(day, calendars.of_side(scene.sides[wish.side]))
    return place(day, wish.at, zone_of(scene, wish))


def holidays(scene: Scene, at: datetime) -> list[Key]:
    """The sides that have a public holiday on the day that it is there at that instant."""
    return [key for key, day, holiday in _days_off(scene, at) if holiday]


def _days_off(scene: Scene, at: datetime, day: date | None = None) -> list[tuple[Key, date, bool]]:
    """The sides that do not work then, with their local day (`day`: the same for all), and whether it is a public holiday."""
    found = []
    for key, side in sorted(scene.sides.items()):
        calendar = calendars.of_side(side)
        there = day or local_day(at, calendar.zone)
        if not works_on(calendar, there):
            found.append((key, there, there.weekday() in calendar.days))
    return found


def watching(scene: Scene, key: Key, at: datetime) -> list[Standing]:
    """Who looks after the relationship for that side then: its shepherd, or the backup while the shepherd is away."""
    members = rhythm.score(scene, ()).members
    found = watches(members, key, local_day(at, scene.sides[key].zone))
    return [scene.who(found.id)] if found else list(scene.shepherds(key))


def upcoming(scene: Scene, wish: Wish, after: datetime) -> tuple[Next, ...]:
    """Its next dates, with the sides that do not work then and what comes of it."""
    found = islice(occurrences(wish.recurrence, zone_of(scene, wish), after), SHOWN)
    return tuple(_next(scene, wish, each.day, each.at) for each in found)


def _next(scene: Scene, wish: Wish, day: date, at: datetime) -> Next:
    off = [
        (key, there, holiday)
        for key, there, holiday in _days_off(scene, at, None if wish.kind is CadenceKind.MEETING else day)
        if wish.side in (None, key)
    ]
    grouped: dict[tuple[bool, str], list[str]] = {}
    for key, there, holiday in off:
        grouped.setdefault((holiday, _then(scene, wish, key, there)), []).append(scene.organisation(key))
    sides = tuple(Off(tuple(names), holiday, then) for (holiday, then), names in grouped.items())
    match wish.kind:
        case CadenceKind.STANDUP | CadenceKind.DIGEST:
            return Next(day, None, sides)
        case CadenceKind.MEETING:
            return Next(day, at, sides)
        case CadenceKind.REPORT:
            return Next(day, instant(scene, wish, day), sides, day if sides else None)


def _then(scene: Scene, wish: Wish, key: Key, day: date) -> str:
    match wish.kind:
        case CadenceKind.STANDUP:
            return ": nobody there is asked"
        case CadenceKind.DIGEST:
            following = moved(day, calendars.of_side(scene.sides[key]))
            return f": it comes on {cards.day_in_words(following)} instead"
        case CadenceKind.MEETING | CadenceKind.REPORT:
            return ""


def shown(
    scene: Scene, wish: Wish, now: datetime, *, rows: Sequence[Cadence] = (), row: Cadence | None = None
) -> cards.Shown:
    """All that the cards say of it; `rows` are all that ever were, which gives its number."""
    return cards.Shown(
        subject=row.subject if row else "",
        number=1 + next((index for index, each in enumerate(rows) if row and each.id == row.id), len(rows)),
        kind=wish.kind,
        name=wish.name,
        words=words(wish, now=now, zone=zone_of(scene, wish)),
        whose=scene.organisation(wish.side) if wish.side else "",
        long=cards.lasting(_long(wish)) if wish.kind in (CadenceKind.STANDUP, CadenceKind.MEETING) else "",
        zones=scene.zones,
        dates=upcoming(scene, wish, now),
        state=state(row),
        by=scene.who(row.created_by).shown() if row and row.created_by else None,
    )


def _long(wish: Wish) -> int:
    return wish.lasts if wish.kind is CadenceKind.MEETING else wish.window


def state(row: Cadence | None) -> State:
    """Whether it recurs now."""
    if row is not None and row.ended_at is not None:
        return State.ENDED
    return State.PAUSED if row is not None and row.paused_at is not None else State.RUNS


@living("cadence")
def draw(session: Session, view: View) -> Message | None:
    row = store.get(session, view.number)
    scene = scenes.scene(session, row.partnership_id)
    rows = every(session, scene)
    found = shown(scene, as_wish(row), view.now, rows=rows, row=row)
    # The card stands for long: it says when it began, not what comes next.
    begins = _next(scene, as_wish(row), row.start_on, instant(scene, as_wish(row), row.start_on))
    return cards.card(replace(found, dates=(begins,), words=words(as_wish(row))))


def fallen_due(session: Session, batch: Sequence[Due], now: datetime) -> Iterator[tuple[Call, Cadence, date, datetime]]:
    """The occurrences that these timers are about, each with its day and its instant; what stands still by now is left out."""
    found = scenes.scenes(session, {subjects.number(due.subject) for due in batch})
    rows = store.several(session, {read_once(due.once)[0] for due in batch})
    for due in batch:
        cadence_id, _, day = read_once(due.once)
        scene, row = found.get(subjects.number(due.subject)), rows.get(cadence_id)
        if scene is None or row is None or scene.partnership.status is not Status.ACTIVE:
            continue
        if state(row) is State.RUNS:
            yield Call(now, scene), row, day, instant(scene, as_wish(row), day)


# Changes -------------------------------------------------------------------------------------------------------------


def every(session: Session, scene: Scene) -> list[Cadence]:
    """All that ever recurred there, in the order they were made."""
    return store.of(session, [scene.id], ended=True)[scene.id]


def twin(session: Session, scene: Scene, wish: Wish) -> Cadence | None:
    """The one that recurs already at the very same times, if there is one."""
    for row in store.of(session, [scene.id])[scene.id]:
        known = as_wish(row)
        same = (known.kind, known.name.casefold(), known.side) == (wish.kind, wish.name.casefold(), wish.side)
        if not same or row.id == wish.of:
            continue
        after = datetime.combine(max(known.start_on, wish.start_on), time(), UTC) - 2 * DAY
        if _times(scene, known, after) == _times(scene, wish, after):
            return row
    return None


def _times(scene: Scene, wish: Wish, after: datetime) -> list[datetime]:
    return [each.at for each in islice(occurrences(wish.recurrence, zone_of(scene, wish), after), SHOWN)]


def set_(session: Session, call: Call, wish: Wish) -> tuple[Cadence, int]:
    """Let it recur from now on; both rooms see it. Gives it with the number of the event."""
    row = Cadence(
        partnership_id=call.scene.id,
        kind=wish.kind,
        created_by=call.by.id,
        created_at=call.now,
        **{name: getattr(wish, name) for name in _FIELDS},
    )
    session.add(row)
    session.flush()
    seq = call.record(session, "cadence.set", row.subject, {"to": _said(wish)})
    telling.card(session, call, row.subject)
    return row, seq


def change(session: Session, call: Call, row: Cadence, wish: Wish) -> int:
    """Let it recur otherwise; the card in the rooms follows, and what was announced already."""
    before = as_wish(row)
    for name in _FIELDS:
        setattr(row, name, getattr(wish, name))
    return _done(session, call, row, "changed", {"from": _said(before), "to": _said(as_wish(row))}, before)


def pause(session: Session, call: Call, row: Cadence) -> int:
    """Let it stand still."""
    row.paused_at = call.now
    return _done(session, call, row, "paused")


def resume(session: Session, call: Call, row: Cadence) -> int:
    """Let it go on, also where it had ended; what fell into the pause is not made up for."""
    row.paused_at = row.ended_at = None
    return _done(session, call, row, "resumed")


def end(session: Session, call: Call, row: Cadence) -> int:
    """Let it recur no more."""
    row.ended_at = call.now
    return _done(session, call, row, "ended")


def undo(session: Session, call: Call, row: Cadence, seq: int) -> bool:
    """Take the change with that number back; False where it is not the last one, or cannot stand beside what recurs now."""
    last = next((each for each in reversed(ledger.history(session, row.subject)) if each.kind in KINDS), None)
    if last is None or last.seq != seq:
        return False
    match last.kind.partition(".")[2]:
        case "set":
            end(session, call, row)
        case "changed" if last.body is not None:
            before = unpack(json.dumps(last.body["from"]), Wish)
            if twin(session, call.scene, before) is not None:
                return False
            change(session, call, row, before)
        case "paused":
            resume(session, call, row)
        case "resumed":
            pause(session, call, row)
        case "ended" if not _taken(session, call.scene, row):
            # Where it was paused when it ended, it is paused again.
            resume(session, call, row) if row.paused_at is None else _revive(session, call, row)
        case _:
            return False
    return True


def _revive(session: Session, call: Call, row: Cadence) -> None:
    row.ended_at = None
    _done(session, call, row, "paused")


def _taken(session: Session, scene: Scene, row: Cadence) -> bool:
    if row.kind is CadenceKind.DIGEST:
        return digest(session, scene) is not None
    return twin(session, scene, as_wish(row)) is not None


def digest(session: Session, scene: Scene) -> Cadence | None:
    """The one digest that there is."""
    rows = store.of(session, [scene.id])[scene.id]
    return next((row for row in rows if row.kind is CadenceKind.DIGEST), None)


def _done(
    session: Session,
    call: Call,
    row: Cadence,
    what: str,
    body: dict[str, Any] | None = None,
    before: Wish | None = None,
) -> int:
    session.flush()
    seq = call.record(session, f"cadence.{what}", row.subject, body)
    _realign(session, call, row)
    # The first digest came with the partnership and has no card yet.
    telling.card(session, call, row.subject)
    now, then = words(as_wish(row)), words(before) if before else ""
    telling.rooms(session, call, row.subject, cards.in_thread(call.by.shown(), what, now, then), under=telling.CARD)
    return seq


def _realign(session: Session, call: Call, row: Cadence) -> None:
    """Bring what was announced and has not come yet into line: at its new time, or off."""
    if row.kind not in (CadenceKind.MEETING, CadenceKind.REPORT):
        return
    wish, today = as_wish(row), call.now.date()
    for one in store.occurrences(session, [row.id], today - 15 * DAY, today + 15 * DAY)[row.id]:
        if one.at <= call.now or one.held is not None:
            continue
        falls = on(wish.recurrence, zone_of(call.scene, wish), one.day) is not None
        if falls and state(row) is State.RUNS:
            one.state, one.at = "open", instant(call.scene, wish, one.day)
            one.closes_at = one.at + timedelta(minutes=wish.lasts)
        else:
            one.state = "skipped"
        session.flush()
        outbox.redraw(session, now=call.now, subject=announced(row, one))


def announced(row: Cadence, one: Occurrence) -> str:
    """The subject of the card of one occurrence: `meeting:7`, `report:8`."""
    return f"{row.kind}:{one.id}"


def _said(wish: Wish) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(pack(wish, Wish))
    return said
