"""What shepherds do about the lines of their morning message: remind, snooze, meet, have them stay away, see them all.

One rule: a line is looked up anew before anything is done about it, and whatever was done shows in both shepherds' messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.actions import Call, View, calendars, evidence, living, reports
from bot.actions.mornings import DAY, OFFICES, REMEMBERED, midnight, note, person_line, subject, write
from bot.cards import nudge as cards
from bot.messages import Message
from bot.rules import nudging
from bot.rules.common_hours import Slot, slots
from bot.rules.evidence import Evidence, Report, Unsaid, reminded
from bot.rules.rhythm import local_day
from bot.rules.worktime import works_on
from bot.words import Key, Nudging, Status
from storage import nudges as store
from storage import occurrences, outbox, scenes
from storage.people import Standing
from storage.scenes import Scene
from storage.tables import Account, Person

REST_AT_MOST = 14  # days


@dataclass(frozen=True, slots=True)
class Reminded:
    """Who is reminded now, who later (in their working time), and who is not."""

    now: tuple[Standing, ...]
    later: tuple[tuple[Standing, datetime], ...]
    missed: tuple[Standing, ...]


def _lines(session: Session, scene: Scene, setting: Nudging, side: Key, now: datetime) -> list[Evidence]:
    return nudging.lines(evidence.facts(session, {scene.id: scene}, now)[scene.id], setting, side)


def line(session: Session, call: Call, key: str) -> Evidence | None:
    """The line of that key, as it is now; None where it is not so any more."""
    found = _lines(session, call.scene, Nudging.ACTIVE, call.by.side, call.now)
    return next((one for one in found if one.key == key), None)


def remind(session: Session, call: Call, one: Evidence) -> Reminded:
    """Write to those whom a line waits for, each once a day whoever asks for it; never to oneself."""
    scene = call.scene
    now: list[Standing] = []
    later: list[tuple[Standing, datetime]] = []
    missed: list[Standing] = []
    for who in (scene.who(each) for each in reminded(one) if each != call.by.id):
        today = midnight(who, call.now)
        if who.reachable is None or not store.once(session, scene.id, person_line(who.id), call.now, today):
            missed.append(who)
            continue
        due = write(session, call, who, None, f"{today.isoformat()}|{call.by.id}|{one.key}")
        if due is not None and due > call.now:
            later.append((who, due))
        else:
            now.append(who)
    told = [*now, *(who for who, _ in later)]
    if told:
        _did(session, call, "nudge.reminded", one.key, people=[who.id for who in told])
    return Reminded(tuple(now), tuple(later), tuple(missed))


@living("nudge")
def draw(session: Session, view: View) -> Message | None:
    """A reminder as things are when it goes out: nothing where it does not wait for them any more."""
    scene = scenes.scene(session, view.number)
    who = next((each for each in scene.members if view.account_id in {one.id for one in each.accounts}), None)
    _, by, key = view.slot.split("|", 2)
    if who is None or scene.partnership.status is not Status.ACTIVE:
        return None
    one = next((each for each in _lines(session, scene, Nudging.ACTIVE, who.side, view.now) if each.key == key), None)
    if one is None or who.id not in reminded(one):
        return None
    sides = {each: scene.organisation(each) for each in Key}
    about = _settled_on(session, one, who)
    return cards.reminder(one, scene.who(int(by)).shown(), scene.partnership.name, sides, scene.zones, about)


def _settled_on(session: Session, one: Evidence, who: Standing) -> str:
    """The report that is owed, or what somebody was asked last; empty where there is no such thing."""
    match one:
        case Report(cadence=cadence, day=day):
            found = occurrences.at_spots(session, {(cadence, day)})
            return reports.subject(found[cadence, day]) if found else ""
        case Unsaid():
            return store.asked_last(session, who.id)
        case _:
            return ""


def snooze(session: Session, call: Call, key: str, days: int) -> None:
    """Put a line aside on the actor's side until the morning of that day, or of their next working day; the other shepherd sees it."""
    calendar = calendars.of_person(call.scene, call.by)
    today = local_day(call.now, call.by.zone)
    while days < REST_AT_MOST and not works_on(calendar, today + days * DAY):
        days += 1  # no message comes on such a day, so it rests until the next one that has one
    until = midnight(call.by, call.now, days)
    store.mark(session, call.scene.id, f"{call.by.side}|{key}", {"snoozed_until": until, "snoozed_by": call.by.id})
    _did(session, call, "nudge.snoozed", key, until=until.isoformat())


def useless(session: Session, call: Call, key: str) -> None:
    """Let a line stay away from the actor's side for four weeks."""
    store.mark(session, call.scene.id, f"{call.by.side}|{key}", {"useless_at": call.now})
    _did(session, call, "nudge.useless", key)


def meet(scene: Scene, now: datetime) -> list[Slot]:
    """When both sides could talk in the next days."""
    one, other = (calendars.of_side(side) for _, side in sorted(scene.sides.items()))
    return slots(one, other, now)


def choose(session: Session, account: Account, setting: Nudging) -> Nudging:
    """Set how much somebody wants to hear in the morning; gives what it was before."""
    person = session.get_one(Person, account.person_id)
    before, person.nudging = person.nudging, setting
    session.flush()
    return before


def say_all(session: Session, call: Call) -> None:
    """Let somebody's newest message show what was said before in their week too."""
    about = subject(call.by.id)
    days = store.said(session, [about], call.now - REMEMBERED)[about]
    if days:
        found = _lines(session, call.scene, call.by.person.nudging, call.by.side, call.now)
        note(session, call, call.by, max(days), found)
        outbox.redraw(session, now=call.now, subject=about)


def _did(session: Session, call: Call, kind: str, key: str, **more: Any) -> None:
    call.record(session, kind, subject(call.by.id), {"line": key, **more})
    for who in call.scene.members:
        if who.member.role in OFFICES:
            outbox.redraw(session, now=call.now, subject=subject(who.id))
