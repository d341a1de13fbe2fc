"""A meeting that was agreed: announced before it begins, and asked about after its end.

One rule: whoever answers first has said it, and every card shows the same; on a public holiday of either side nobody is asked.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlmodel import Session

from bot.actions import Call, View, cadences, living, telling
from bot.cards import cadence as recurring
from bot.cards import meeting as cards
from bot.cards.meeting import Phase
from bot.messages import Message
from bot.words import CadenceKind
from storage import cadences as store
from storage import ledger, outbox, scenes
from storage.scenes import Scene
from storage.tables import Cadence, Occurrence

SAID = ("meeting.held", "meeting.not_held")


def subject(one: Occurrence) -> str:
    return f"{CadenceKind.MEETING}:{one.id}"


# What time does ------------------------------------------------------------------------------------------------------


def remind(session: Session, call: Call, row: Cadence, day: date, at: datetime) -> None:
    """Announce it in both rooms, unless it has begun already."""
    if call.now >= at:
        return
    one = _occurrence(session, row, day, at)
    call.record(session, "meeting.reminded", subject(one), {"at": at.isoformat()})
    telling.card(session, call, subject(one))


def ask(session: Session, call: Call, row: Cadence, day: date, at: datetime) -> None:
    """Ask the shepherds of both sides whether it was held; on a public holiday nobody is asked, and it counts for nothing."""
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
    session.flush()
    outbox.redraw(session, now=call.now, subject=subject(one))


def _occurrence(session: Session, row: Cadence, day: date, at: datetime) -> Occurrence:
    one = store.occurrence(session, row, day, at)
    one.at, one.closes_at = at, at + timedelta(minutes=row.lasts)
    return one


# What people say -----------------------------------------------------------------------------------------------------


def say(session: Session, call: Call, row: Cadence, one: Occurrence, *, held: bool, note: str = "") -> bool:
    """Keep whether it was held; False where somebody else said so before."""
    if one.held is not None and one.said_by != call.by.id:
        return False
    one.held, one.said_by, one.said_at, one.state = held, call.by.id, call.now, "closed"
    call.record(session, SAID[0] if held else SAID[1], subject(one), {"words": note} if note else {})
    session.flush()
    outbox.redraw(session, now=call.now, subject=subject(one))
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
        called=recurring.called(row.kind, row.name),
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
    return Phase.ASKED if over else Phase.SOON


def _note(session: Session, one: Occurrence) -> str:
    if one.held is None:
        return ""
    said = [each for each in ledger.history(session, subject(one)) if each.kind in SAID]
    return str((said[-1].body or {}).get("words", "")) if said else ""
