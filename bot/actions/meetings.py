"""A meeting that was agreed: announced before it begins, and asked about after its end.

One rule: whoever answers first has said it, and every card shows the same; on a public holiday of either side nobody is asked.
What was announced and then moved is told in the rooms once, and both follow the new time.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from itertools import islice

from sqlmodel import Session

from bot.actions import Call, View, cadences, living, telling
from bot.actions.cadences import Fallen
from bot.actions.gathering import Gathered
from bot.cards import cadence as recurring
from bot.cards import meeting as cards
from bot.cards.cadence import State
from bot.cards.meeting import Phase
from bot.messages import Message
from bot.rules.cadence import occurrences, on
from bot.rules.rhythm import BEFORE_MEETING
from bot.words import CadenceKind
from storage import cadences as store
from storage import ledger, outbox, scenes
from storage import occurrences as taking_place
from storage.reports import ANNOUNCED
from storage.scenes import Scene
from storage.tables import Cadence, Occurrence

SAID = ("meeting.held", "meeting.not_held")
SOON_AGAIN, OVER_AGAIN = "meeting.remind_again", "meeting.ask_again"
"""The timers of a meeting that moved on its day; those of the schedule come once a day."""
DAY = timedelta(days=1)


def subject(one: Occurrence) -> str:
    return f"{CadenceKind.MEETING}:{one.id}"


# What time does ------------------------------------------------------------------------------------------------------


def remind(session: Session, fallen: Collection[Fallen], now: datetime) -> None:
    """Announce them in both rooms, those left out that have begun already."""
    batch, soon = Gathered(now), []
    for each in fallen:
        call, row, day, at = each
        if now < at - BEFORE_MEETING:  # it moved at this very moment
            _plan(batch, call.scene, row, day, SOON_AGAIN, at - BEFORE_MEETING)
        elif now < at:
            soon.append(each)
    for (call, row, _, at), one in cadences.begun(session, soon):
        _placed(one, row, at, ANNOUNCED)
        batch.record(call.scene, "meeting.reminded", subject(one), {"at": at.isoformat()})
        batch.card(call.scene, subject(one), call.scene.places)
    batch.write(session)


def remind_again(session: Session, fallen: Collection[Fallen], now: datetime) -> None:
    """Say in both rooms of those that were announced for another time that they begin soon, unless they moved once more."""
    batch = Gathered(now)
    soon = [each for each in fallen if each[3] - BEFORE_MEETING <= now < each[3]]
    for (call, row, _, at), one in cadences.begun(session, soon):
        _placed(one, row, at, ANNOUNCED)
        batch.record(call.scene, "meeting.reminded", subject(one), {"at": at.isoformat()})
        batch.stale.add(subject(one))
        said = cards.card(shown(session, call.scene, row, one, now))
        batch.said.extend(telling.to_room(call.scene.id, room, subject(one), said) for room in call.scene.places)
    batch.write(session)


def ask(session: Session, fallen: Collection[Fallen], now: datetime) -> None:
    """Ask the shepherds of both sides whether they were held; on a public holiday nobody is asked, and it counts for nothing.

    Of those of a cadence that an outage left behind, only the newest is asked about.
    """
    batch, over, older = Gathered(now), [], set()
    for each in fallen:
        call, row, day, at = each
        if now < (ends := at + timedelta(minutes=row.lasts)):  # it moved at this very moment
            _plan(batch, call.scene, row, day, OVER_AGAIN, ends)
        elif cadences.made_up_for(each, now):
            cadences.skip(batch, each)
            older.add((row.id, day))
        else:
            over.append(each)
    # Of those that were announced the cards in the rooms say that they are over.
    batch.stale.update(subject(one) for one in taking_place.at_spots(session, older).values())
    for (call, row, _, at), one in cadences.begun(session, over):
        if one.held is None:
            _ask(batch, call.scene, _placed(one, row, at, "open"))
    batch.write(session)


def _ask(batch: Gathered, scene: Scene, one: Occurrence) -> None:
    off = cadences.holidays(scene, one.at)
    if off:
        one.state = "skipped"
        batch.record(scene, "meeting.excused", subject(one), {"holiday": [key.value for key in off]})
    else:
        asked = [who for key in scene.sides for who in cadences.watching(scene, key, one.at)]
        batch.record(scene, "meeting.asked", subject(one), {"members": [who.id for who in asked]})
        for who in asked:
            batch.person(scene, who, subject(one), None, slot=telling.CARD)
    batch.stale.add(subject(one))


def _plan(batch: Gathered, scene: Scene, row: Cadence, day: date, kind: str, due_at: datetime) -> None:
    minute = int(due_at.timestamp()) // 60  # each time that it is moved to has a timer of its own
    batch.plan(kind, scene.subject, due_at, f"{kind}|{row.id}|{minute}|{day.isoformat()}")


def _placed(one: Occurrence, row: Cadence, at: datetime, state: str) -> Occurrence:
    one.at, one.closes_at = at, at + timedelta(minutes=row.lasts)
    one.state = one.state if one.held is not None else state
    return one


def _show(session: Session, call: Call, one: Occurrence) -> None:
    session.flush()
    outbox.redraw(session, now=call.now, subject=subject(one))


# What a change of the cadence does -----------------------------------------------------------------------------------


def follow(session: Session, call: Call, row: Cadence) -> None:
    """Bring what was announced and is not over into line with the cadence, and tell the rooms; announce what now begins soon."""
    wish, today = cadences.as_wish(row), call.now.date()
    zone, runs = cadences.zone_of(call.scene, wish), cadences.state(row) is State.RUNS
    known = store.occurrences(session, [row.id], today - 2 * DAY, today + 2 * DAY)[row.id]
    for one in known:
        if one.held is not None or one.closes_at is None or one.closes_at <= call.now:
            continue
        found = on(wish.recurrence, zone, one.day) if runs else None
        if found is not None and found.at > call.now:
            _move(session, call, row, one, found.at)
        elif one.at > call.now and one.state != "skipped":
            _call_off(session, call, row, one)
    for each in islice(occurrences(wish.recurrence, zone, call.now), int(runs)):
        if each.at - BEFORE_MEETING < call.now and each.day not in {one.day for one in known}:
            remind(session, [(call, row, each.day, each.at)], call.now)


def _move(session: Session, call: Call, row: Cadence, one: Occurrence, at: datetime) -> None:
    """Let it be at that time; where it is as it was, only its length may be another one."""
    before, back = one.at, one.state == "skipped"
    _placed(one, row, at, ANNOUNCED)
    _show(session, call, one)
    if at == before and not back:
        return
    call.record(session, "meeting.moved", subject(one), {"from": before.isoformat(), "to": at.isoformat()})
    drawn = shown(session, call.scene, row, one, call.now)
    telling.rooms(session, call, subject(one), cards.moved(drawn, None if at == before else before, call.by.shown()))
    if call.now < at - BEFORE_MEETING:
        batch = Gathered(call.now)
        _plan(batch, call.scene, row, one.day, SOON_AGAIN, at - BEFORE_MEETING)
        batch.write(session)


def _call_off(session: Session, call: Call, row: Cadence, one: Occurrence) -> None:
    one.state = "skipped"
    _show(session, call, one)
    call.record(session, "meeting.called_off", subject(one), {"at": one.at.isoformat()})
    coming = cadences.upcoming(call.scene, cadences.as_wish(row), call.now)
    follows = coming[0].at if coming and cadences.state(row) is State.RUNS else None
    drawn = shown(session, call.scene, row, one, call.now)
    telling.rooms(session, call, subject(one), cards.called_off(drawn, follows, call.by.shown()))


# What people say -----------------------------------------------------------------------------------------------------


def say(session: Session, call: Call, row: Cadence, one: Occurrence, *, held: bool, note: str = "") -> bool:
    """Keep whether it was held; False where somebody else said so before."""
    if one.held is not None and one.said_by != call.by.id:
        return False
    one.held, one.said_by, one.said_at, one.state = held, call.by.id, call.now, "closed"
    call.record(session, SAID[0] if held else SAID[1], subject(one), {"words": note} if note else {})
    _show(session, call, one)
    return True


# How it looks --------------------------------------------------------------------------------------------------------


@living("meeting")
def draw(session: Session, view: View) -> Message | None:
    one = session.get_one(Occurrence, view.number)
    scene = scenes.scene(session, one.partnership_id)
    if view.account_id is not None and not ((who := scene.holder(view.account_id)) and not who.left):
        return None  # they are not a member any more, and nothing of the partnership is shown to them
    return cards.card(shown(session, scene, store.get(session, one.cadence_id), one, view.now))


def shown(session: Session, scene: Scene, row: Cadence, one: Occurrence, now: datetime) -> cards.Shown:
    """All that the cards say of it."""
    off = cadences.holidays(scene, one.at)
    return cards.Shown(
        subject=subject(one),
        called=cadences.called(scene, row),
        at=one.at,
        zones=scene.zones,
        long=recurring.lasting(row.lasts),
        phase=_phase(one, bool(off), now),
        holidays=tuple(scene.organisation(key) for key in off),
        by=scene.who(one.said_by).shown() if one.said_by is not None else None,
        note=_note(session, one),
    )


def _phase(one: Occurrence, holiday: bool, now: datetime) -> Phase:
    if one.held is not None:
        return Phase.HELD if one.held else Phase.NOT_HELD
    over = one.closes_at is not None and one.closes_at <= now
    if one.state == "skipped":
        return Phase.EXCUSED if holiday and over else Phase.OFF
    if over:
        return Phase.ASKED
    return Phase.SOON if one.at - BEFORE_MEETING <= now else Phase.MOVED


def _note(session: Session, one: Occurrence) -> str:
    if one.held is None:
        return ""
    said = [each for each in ledger.history(session, subject(one)) if each.kind in SAID]
    return str((said[-1].body or {}).get("words", "")) if said else ""
