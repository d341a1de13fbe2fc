"""A progress report that one side owes the other: reminded of, due, sent, received, or late.

One rule: who owes it says that it was sent, who gets it that it was received; how late it is counts from the first of the two, in
working days of the side that owes it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session

from bot import words
from bot.actions import Call, View, cadences, calendars, living, telling
from bot.actions.cadences import Fallen, Wish
from bot.actions.gathering import Gathered
from bot.cards import report as cards
from bot.cards.cadence import State
from bot.cards.report import Phase
from bot.messages import Message
from bot.rules.cadence import days, on
from bot.rules.rhythm import local_day
from bot.rules.worktime import Calendar, works_on
from bot.words import CadenceKind, Key
from storage import cadences as store
from storage import ledger, occurrences, outbox, scenes
from storage import reports as store_of_reports
from storage.ledger import Happening
from storage.reports import ANNOUNCED
from storage.scenes import Scene
from storage.tables import Cadence, Occurrence

SOON, LATE = "soon", "late"
"""The slots of the cards that shepherds have of it."""
A_CHANCE = timedelta(hours=2)
"""How long a report must have been called due before it is called late: after an outage both come at once."""
DAY = timedelta(days=1)


def subject(one: Occurrence) -> str:
    return f"{CadenceKind.REPORT}:{one.id}"


# What time does ------------------------------------------------------------------------------------------------------


def remind(session: Session, fallen: Collection[Fallen], now: datetime) -> None:
    """Remind the shepherds of the sides that owe them, of those that are not due already and were not sent."""
    batch = Gathered(now)
    for (call, row, _, at), one in cadences.begun(session, [each for each in fallen if now < each[3]]):
        if row.side is None or phase(_placed(one, at, ANNOUNCED)) is not Phase.DUE:
            continue
        batch.record(call.scene, "report.reminded", subject(one), {"due": at.isoformat()})
        for who in cadences.watching(call.scene, row.side, now):
            batch.person(call.scene, who, subject(one), None, slot=SOON)
    batch.write(session)


def due(session: Session, fallen: Collection[Fallen], now: datetime) -> None:
    """Say in both rooms that they are due, those left out that were received already.

    Of those of a cadence that an outage left behind, only the newest is due.
    """
    batch, newest = Gathered(now), []
    for each in fallen:
        if cadences.made_up_for(each, now):
            cadences.skip(batch, each)
        else:
            newest.append(each)
    for (call, _, _, at), one in cadences.begun(session, newest):
        if phase(_placed(one, at)) is Phase.RECEIVED:
            continue
        batch.record(call.scene, "report.due", subject(one), {"due": at.isoformat()})
        batch.card(call.scene, subject(one), call.scene.places)
        batch.stale.add(subject(one))
    batch.write(session)


def late(session: Session, fallen: Collection[Fallen], now: datetime) -> None:
    """Tell the shepherds of both sides, once, which are not marked as sent; one that the next one has made up for is not told."""
    batch = Gathered(now)
    known = occurrences.at_spots(session, {(row.id, day) for _, row, day, _ in fallen})
    called_due = store_of_reports.called_due(session, [subject(one) for one in known.values()])
    for each in fallen:
        call, row, day, at = each
        one = known.get((row.id, day))
        said = called_due.get(subject(one)) if one else None
        if one is None or said is None or phase(one) is not Phase.DUE or now - said < A_CHANCE:
            continue
        if cadences.made_up_for(each, now):
            cadences.skip(batch, each)
        else:
            _late(batch, call.scene, _placed(one, at))
    batch.write(session)


def _late(batch: Gathered, scene: Scene, one: Occurrence) -> None:
    batch.record(scene, "report.late", subject(one), {"due": one.at.isoformat()})
    for key in scene.sides:
        for who in cadences.watching(scene, key, batch.now):
            batch.person(scene, who, subject(one), None, slot=LATE)
    batch.stale.add(subject(one))


def _placed(one: Occurrence, at: datetime, state: str = "open") -> Occurrence:
    if one.said_at is None:
        one.at, one.closes_at, one.state = at, at, state
    return one


def follow(session: Session, call: Call, row: Cadence, before: Wish | None = None) -> None:
    """Bring what was announced and is still to come into line with the cadence, which was `before`: due at its new time, or not due.

    One that was still to come and moves into the hours gone by of its own day is due now.
    """
    wish, today = cadences.as_wish(row), call.now.date()
    zone, runs = cadences.zone_of(call.scene, wish), cadences.state(row) is State.RUNS
    if before is not None and runs:
        near = days(wish.recurrence, today - 15 * DAY, today + 2 * DAY)
        moved = [(call, row, day, cadences.instant(call.scene, wish, day)) for day in near]
        due(session, [each for each in moved if each[3] <= call.now < _was(call.scene, before, each[2])], call.now)
    for one in store.occurrences(session, [row.id], today - 15 * DAY, today + 15 * DAY)[row.id]:
        if one.at <= call.now or one.held is not None:
            continue
        if runs and on(wish.recurrence, zone, one.day) is not None:
            one.at = one.closes_at = cadences.instant(call.scene, wish, one.day)
            one.state = ANNOUNCED
        else:
            one.state = "skipped"
        session.flush()
        outbox.redraw(session, now=call.now, subject=subject(one))


def _was(scene: Scene, before: Wish, day: date) -> datetime:
    """When it was on that day; long ago where it was not."""
    was = on(before.recurrence, cadences.zone_of(scene, before), day)
    return cadences.instant(scene, before, day) if was else datetime.min.replace(tzinfo=UTC)


# What people say -----------------------------------------------------------------------------------------------------


def phase(one: Occurrence) -> Phase:
    """What became of it so far."""
    if one.held:
        return Phase.RECEIVED
    if one.said_at is not None:
        return Phase.SENT
    return Phase.OFF if one.state == "skipped" else Phase.DUE


def say(session: Session, call: Call, row: Cadence, one: Occurrence, what: Phase) -> None:
    """Keep that it was sent, or received; the first of the two is when it came."""
    if one.said_at is None:
        one.said_by, one.said_at = call.by.id, call.now
    if what is Phase.RECEIVED:
        one.held, one.state = True, "closed"
    days = late_days(call.scene, row, one)
    call.record(session, f"report.{what}", subject(one), {"late": days})
    _show(session, call, one)
    telling.rooms(session, call, subject(one), cards.in_thread(call.by.shown(), what), under=telling.CARD)


def unsay(session: Session, call: Call, one: Occurrence, what: Phase) -> bool:
    """Take back what one said; False where something else was said since, or by somebody else."""
    said = _said(session, one)
    if phase(one) is not what or not said or said[-1].actor != call.by.id:
        return False
    one.held, one.state = None, "open" if one.at <= call.now else ANNOUNCED
    first = next((each for each in said[:-1]), None)
    one.said_by, one.said_at = (first.actor, first.at) if first else (None, None)
    call.record(session, f"report.not_{what}", subject(one))
    _show(session, call, one)
    return True


def _show(session: Session, call: Call, one: Occurrence) -> None:
    session.flush()
    telling.card(session, call, subject(one))
    outbox.redraw(session, now=call.now, subject=subject(one))


def late_days(scene: Scene, row: Cadence, one: Occurrence) -> int | None:
    """How many working days of the side that owes it went by before it came: 0 where it came later on the day, None where in time."""
    if row.side is None or one.said_at is None or one.said_at <= one.at:
        return None
    calendar = calendars.of_side(scene.sides[row.side])
    return _working_days(calendar, local_day(one.at, calendar.zone), local_day(one.said_at, calendar.zone))


def _working_days(calendar: Calendar, after: date, until: date) -> int:
    return sum(works_on(calendar, after + step * DAY) for step in range(1, (until - after).days + 1))


# How it looks --------------------------------------------------------------------------------------------------------


@living("report")
def draw(session: Session, view: View) -> Message | None:
    one = session.get_one(Occurrence, view.number)
    scene = scenes.scene(session, one.partnership_id)
    row = store.get(session, one.cadence_id)
    if view.account_id is not None:
        who = scene.holder(view.account_id)
        if who is None or who.left:
            return None  # they are not a member any more, and nothing of the partnership is shown to them
        return cards.card(shown(session, scene, row, one, view.now, who.side))
    sides = {room.id: side for room, side in scene.rooms}
    return cards.card(shown(session, scene, row, one, view.now, sides.get(view.room_id or 0)))


def shown(
    session: Session, scene: Scene, row: Cadence, one: Occurrence, now: datetime, reader: Key | None = None
) -> cards.Shown:
    """All that the cards say of it to readers of that side (None: of both)."""
    zone = cadences.zone_of(scene, cadences.as_wish(row))
    said = {each.kind: each for each in _said(session, one)}
    return cards.Shown(
        subject=subject(one),
        called=cadences.called(scene, row),
        whose=scene.organisation(row.side) if row.side else "",
        at=one.at,
        zones=scene.zones,
        phase=phase(one),
        today=local_day(one.at, zone) == local_day(now, zone),
        over=one.at <= now,
        late=late_days(scene, row, one),
        sent_by=_by(scene, said.get("report.sent")),
        received_by=_by(scene, said.get("report.received")),
        owes=reader in (None, row.side),
        gets=reader is None or reader is not row.side,
    )


def _by(scene: Scene, event: Happening | None) -> words.Person | None:
    return scene.who(event.actor).shown() if event and event.actor is not None else None


def _said(session: Session, one: Occurrence) -> list[Happening]:
    """Who said that it was sent or received, less what was taken back."""
    said: list[Happening] = []
    for each in ledger.history(session, subject(one)):
        if each.kind in ("report.sent", "report.received"):
            said.append(each)
        elif each.kind in ("report.not_sent", "report.not_received") and said:
            said.pop()
    return said
