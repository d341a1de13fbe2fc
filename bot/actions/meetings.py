"""A meeting that was agreed: announced before it begins, and asked about after its end.

One rule: whoever answers first has said it, and every card shows the same; on a public holiday of either side nobody is asked.
What was announced and then moved is told in the rooms once, and both follow the new time.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice

from sqlmodel import Session

from bot.actions import Call, View, cadences, living, telling
from bot.cards import cadence as recurring
from bot.cards import meeting as cards
from bot.cards.cadence import State
from bot.cards.meeting import Phase
from bot.messages import Message
from bot.rules.cadence import occurrences, on
from bot.rules.rhythm import BEFORE_MEETING
from bot.words import CadenceKind
from storage import cadences as store
from storage import ledger, outbox, scenes, timers
from storage.scenes import Scene
from storage.tables import Cadence, Occurrence

SAID = ("meeting.held", "meeting.not_held")
SOON_AGAIN, OVER_AGAIN = "meeting.remind_again", "meeting.ask_again"
"""The timers of a meeting that moved on its day; those of the schedule come once a day."""
DAY = timedelta(days=1)


def subject(one: Occurrence) -> str:
    return f"{CadenceKind.MEETING}:{one.id}"


# What time does ------------------------------------------------------------------------------------------------------


def remind(session: Session, call: Call, row: Cadence, day: date, at: datetime) -> None:
    """Announce it in both rooms, unless it has begun already."""
    if call.now >= at:
        return
    if call.now < at - BEFORE_MEETING:  # it moved at this very moment
        _plan(session, call, row, day, SOON_AGAIN, at - BEFORE_MEETING)
        return
    one = _occurrence(session, row, day, at)
    call.record(session, "meeting.reminded", subject(one), {"at": at.isoformat()})
    telling.card(session, call, subject(one))


def remind_again(session: Session, call: Call, row: Cadence, day: date, at: datetime) -> None:
    """Say in both rooms that one which was announced for another time begins soon, unless it moved once more."""
    if not at - BEFORE_MEETING <= call.now < at:
        return
    one = _occurrence(session, row, day, at)
    call.record(session, "meeting.reminded", subject(one), {"at": at.isoformat()})
    _show(session, call, one)
    telling.rooms(session, call, subject(one), cards.card(shown(session, call.scene, row, one, call.now)))


def ask(session: Session, call: Call, row: Cadence, day: date, at: datetime) -> None:
    """Ask the shepherds of both sides whether it was held; on a public holiday nobody is asked, and it counts for nothing."""
    if call.now < (ends := at + timedelta(minutes=row.lasts)):  # it moved at this very moment
        _plan(session, call, row, day, OVER_AGAIN, ends)
        return
    one = _occurrence(session, row, day, at)
    if one.held is not None:
        return
    off = cadences.holidays(call.scene, at)
    if off:
        one.state = "skipped"
        call.record(session, "meeting.excused", subject(one), {"holiday": [key.value for key in off]})
    else:
        one.state = "open"
        asked = [who for key in call.scene.sides for who in cadences.watching(call.scene, key, at)]
        call.record(session, "meeting.asked", subject(one), {"members": [who.id for who in asked]})
        for who in asked:
            telling.person(session, call, who, subject(one), None, slot=telling.CARD)
    _show(session, call, one)


def _plan(session: Session, call: Call, row: Cadence, day: date, kind: str, due_at: datetime) -> None:
    minute = int(due_at.timestamp()) // 60  # each time that it is moved to has a timer of its own
    once = f"{kind}|{row.id}|{minute}|{day.isoformat()}"
    timers.plan(session, kind=kind, subject=call.scene.subject, due_at=due_at, once=once)


def _occurrence(session: Session, row: Cadence, day: date, at: datetime) -> Occurrence:
    one = store.occurrence(session, row, day, at)
    one.at, one.closes_at = at, at + timedelta(minutes=row.lasts)
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
            remind(session, call, row, each.day, each.at)


def _move(session: Session, call: Call, row: Cadence, one: Occurrence, at: datetime) -> None:
    """Let it be at that time; where it is as it was, only its length may be another one."""
    before, back = one.at, one.state == "skipped"
    one.at, one.closes_at, one.state = at, at + timedelta(minutes=row.lasts), "open"
    _show(session, call, one)
    if at == before and not back:
        return
    call.record(session, "meeting.moved", subject(one), {"from": before.isoformat(), "to": at.isoformat()})
    drawn = shown(session, call.scene, row, one, call.now)
    telling.rooms(session, call, subject(one), cards.moved(drawn, None if at == before else before, call.by.shown()))
    if call.now < at - BEFORE_MEETING:
        _plan(session, call, row, one.day, SOON_AGAIN, at - BEFORE_MEETING)


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
