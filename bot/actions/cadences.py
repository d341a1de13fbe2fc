"""What recurs, as it is: when it comes, on whose clock, who does not work then, and how it is shown.

One rule: a row and a wish are read alike, so that what is shown before it is set is what is set.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice

from sqlmodel import Session

from bot.actions import Call, View, calendars, living, rhythm
from bot.actions.gathering import Gathered
from bot.cards import cadence as cards
from bot.cards.cadence import Next, Off, State
from bot.messages import Message
from bot.rules.cadence import Recurrence, in_words, moved, occurrences
from bot.rules.rhythm import local_day, read_once, watches
from bot.rules.worktime import place, works_on
from bot.words import CadenceKind, Key, Status
from storage import cadences as store
from storage import occurrences as taking_place
from storage import scenes, subjects
from storage.people import Standing
from storage.scenes import Scene
from storage.tables import Cadence, Occurrence
from storage.timers import Due

SHOWN = 3
"""How many of the next dates are shown."""


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


FIELDS = ("name", "rrule", "at", "start_on", "zone", "side", "window", "lasts")
"""What a wish and a row have in common, the kind apart."""


def as_wish(row: Cadence) -> Wish:
    """A cadence as somebody would have wished it."""
    return Wish(kind=row.kind, of=row.id, **{name: getattr(row, name) for name in FIELDS})


def every(session: Session, scene: Scene) -> list[Cadence]:
    """All that ever recurred there, in the order they were made."""
    return store.of(session, [scene.id], ended=True)[scene.id]


def called(scene: Scene, row: Cadence) -> str:
    """How one is called there: `Steering meeting`, `Status report of Contoso`."""
    return cards.called(row.kind, row.name, scene.organisation(row.side) if row.side else "")


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
    scene: Scene,
    wish: Wish,
    now: datetime,
    *,
    rows: Sequence[Cadence] = (),
    row: Cadence | None = None,
    reader: str = "",
) -> cards.Shown:
    """All that the cards say of it; `rows` are all that ever were, which gives its number.

    `reader` is the zone of the only one who reads it: their own time stands first by itself, and is not said again.
    """
    return cards.Shown(
        subject=row.subject if row else "",
        number=1 + next((index for index, each in enumerate(rows) if row and each.id == row.id), len(rows)),
        kind=wish.kind,
        name=wish.name,
        words=words(wish, now=now, zone=zone_of(scene, wish)),
        whose=scene.organisation(wish.side) if wish.side else "",
        long=cards.lasting(_long(wish)) if wish.kind in (CadenceKind.STANDUP, CadenceKind.MEETING) else "",
        zones=scene.zones,
        reader=reader,
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


Fallen = tuple[Call, Cadence, date, datetime]
"""An occurrence that something falls due of: its partnership, its cadence, its day and its instant."""


def fallen_due(session: Session, batch: Sequence[Due], now: datetime) -> Iterator[Fallen]:
    """The occurrences that these timers are about; what stands still by now is left out."""
    those = {subjects.number(due.subject) for due in batch}
    scenes.lock(session, those)  # what people say meanwhile is either read here or waits
    found = scenes.scenes(session, those)
    rows = store.several(session, {read_once(due.once)[0] for due in batch})
    for due in batch:
        cadence_id, _, day = read_once(due.once)
        scene, row = found.get(subjects.number(due.subject)), rows.get(cadence_id)
        if scene is None or row is None or scene.partnership.status is not Status.ACTIVE:
            continue
        if state(row) is State.RUNS:
            yield Call(now, scene), row, day, instant(scene, as_wish(row), day)


def begun(session: Session, fallen: Collection[Fallen]) -> list[tuple[Fallen, Occurrence]]:
    """Each of them with its occurrence, which is made where there was none."""
    found = taking_place.begun(session, {(row.id, day): (call.scene.id, at) for call, row, day, at in fallen})
    return [(each, found[each[1].id, each[2]]) for each in fallen]


def made_up_for(one: Fallen, now: datetime) -> bool:
    """Whether the one that follows has come by now as well: after an outage only the newest is spoken of."""
    call, row, _, at = one
    wish = as_wish(row)
    following = next(occurrences(wish.recurrence, zone_of(call.scene, wish), at))
    long = timedelta(minutes=row.lasts if row.kind is CadenceKind.MEETING else 0)
    return instant(call.scene, wish, following.day) + long <= now


def skip(batch: Gathered, one: Fallen) -> None:
    """Put on the record that it was not spoken of."""
    call, row, day, at = one
    batch.record(call.scene, f"{row.kind}.skipped_late", row.subject, {"day": day.isoformat(), "at": at.isoformat()})
