"""Who hears of an escalation, and when: each in their working time, once, or at once where it is urgent.

One rule: who is told is worked out from the state; `told` on its row only remembers who was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot.actions import Call, calendars, telling
from bot.actions.concerned import addressed, or_shepherd, privy, shown
from bot.cards import tidings
from bot.cards.tidings import Notice
from bot.messages import Message
from bot.rules import ladder as ladders
from bot.rules.escalation import State, Status
from storage import escalations as store
from storage import timers
from storage.people import Standing
from storage.tables import Escalation

NOTIFY = "escalation.notify"
ASKED = "?"  # after a member's id in `told`: they were asked since the last question came up


def tell(
    session: Session, call: Call, escalation: Escalation, state: State, *, anew: bool = False, at_once: bool = False
) -> list[Notice]:
    """Write to those addressed, each in their working time (`at_once`: now), and say when each hears of it."""
    told: dict[str, bool] = dict.fromkeys(escalation.told, False) if anew else dict(escalation.told)
    those = list(addressed(call.scene, escalation, state))
    if escalation.private:
        those = list(privy(call.scene, escalation, state))
    notices = []
    for who in those:
        if told.get(str(who.id)) or (call.actor is not None and who.id == call.actor.id):
            continue
        person = who.shown()
        if who.reachable is None:
            notices.append(Notice(person, unreachable=True))
            continue
        due = hears_at(call, escalation, who)
        if due > call.now and not at_once:
            notices.append(Notice(person, due, who.zone))
            _wait_for(session, escalation, who, due)
            continue
        if str(who.id) in told:
            again = tidings.told_again(shown(call.scene, escalation, call.now))
            telling.person(session, call, who, escalation.subject, again, urgent=True)
        else:
            telling.person(session, call, who, escalation.subject, None, slot=telling.CARD, urgent=True)
        told[str(who.id)] = True
        notices.append(Notice(person))
    escalation.told = told
    return notices


def notify(session: Session, call: Call, escalation: Escalation, *, anew: bool = False) -> None:
    """Write to all who are to answer as it stands now, each in their working time and once; `anew`: those who were told as well."""
    state = store.state(escalation)
    if state.status is Status.OPEN and not state.stopped:
        tell(session, call, escalation, state, anew=anew)
        return
    told = {key: done for key, done in escalation.told.items() if not (anew and key.endswith(ASKED))}
    those, message = _question(call, escalation, state)
    for who in those:
        if told.get(f"{who.id}{ASKED}") or (call.actor is not None and who.id == call.actor.id):
            continue
        due = hears_at(call, escalation, who)
        if due > call.now:
            _wait_for(session, escalation, who, due)
        else:
            told[f"{who.id}{ASKED}"] = telling.person(session, call, who, escalation.subject, message, urgent=True)
    escalation.told = told


def hears_at(call: Call, escalation: Escalation, who: Standing) -> datetime:
    """When somebody is written to about it: now where it is urgent or they are at work, else when their working time begins."""
    calendar = calendars.of_person(call.scene, who)
    return ladders.told_at(store.state(escalation).urgency, call.now, calendar, who.away)


def let_know(session: Session, call: Call, escalation: Escalation, who: Standing, message: Message) -> None:
    """Write something once to one person whom it concerns, when their working time comes; not to who did it."""
    if call.actor is not None and who.id == call.actor.id:
        return
    due = hears_at(call, escalation, who)
    # A subject of its own: what waits for the morning must not hold up the card.
    telling.person(session, call, who, f"tidings:{escalation.id}", message, due_at=due)


def _question(call: Call, escalation: Escalation, state: State) -> tuple[Sequence[Standing], Message | None]:
    """Who is to answer now beside those addressed, and what they are asked."""
    scene, seen = call.scene, shown(call.scene, escalation, call.now)
    match state.status:
        case Status.OPEN if state.stopped:
            return scene.shepherds(), tidings.stopped(seen)
        case Status.ACKNOWLEDGED if state.asked and state.owner is not None:
            return or_shepherd(scene, scene.who(state.owner)), tidings.asks_for_progress(seen)
        case Status.RESOLVED:
            return or_shepherd(scene, scene.who(escalation.raised_by)), tidings.asks_to_confirm(seen)
        case _:
            return (), None


def _wait_for(session: Session, escalation: Escalation, who: Standing, due: datetime) -> None:
    once = f"{NOTIFY}:{escalation.id}:{who.id}:{due.isoformat()}"
    timers.plan(session, kind=NOTIFY, subject=escalation.subject, due_at=due, once=once)
