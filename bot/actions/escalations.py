"""What happens to an escalation, whoever or whatever causes it: rows, record, timers and rooms change together.

One rule: the machine in `bot.rules.escalation` decides; here its decision is carried out, once, for people and for time alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from bot.actions import Call, View, calendars, comments, living, telling
from bot.actions.concerned import ladder_for, privy, shown
from bot.actions.notifying import NOTIFY, let_know, notify, tell
from bot.cards import escalation as cards
from bot.cards import tidings
from bot.cards.escalation import Shown
from bot.cards.tidings import Notice
from bot.messages import Message
from bot.rules import escalation as machine
from bot.rules import ladder as ladders
from bot.rules.escalation import Event, Plan, State, Status, Timer
from bot.words import Inline, Urgency
from storage import escalations as store
from storage import outbox, partnerships, scenes, timers
from storage.tables import Escalation

FRESH = frozenset({Event.REPEAT, Event.LAPSE, Event.REOPEN})
"""Events after which those addressed hear of it anew, though they have the card already."""
ASKS = frozenset({Event.ASK, Event.RESOLVE, Event.STOP})
"""Events after which somebody else is to answer: the owner, the raiser, the shepherds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """What somebody wants to raise, understood. `level` 0 is the lowest there is; `to` is a member's id."""

    summary: str
    impact: str = ""
    tried: str = ""
    asked: str = ""
    wanted_by: datetime | None = None
    urgency: Urgency = Urgency.NORMAL
    level: int = 0
    to: int | None = None
    private: bool = False


@living("escalation")
def draw(session: Session, view: View) -> Message | None:
    escalation = store.get(session, view.number)
    scene = scenes.scene(session, escalation.partnership_id)
    if view.account_id is not None and not ((who := scene.holder(view.account_id)) and not who.left):
        return None  # they are not a member any more, and nothing of the partnership is shown to them
    return cards.card(shown(scene, escalation, view.now))


def open_(session: Session, call: Call, concern: Concern) -> tuple[Escalation, list[Notice]]:
    """Raise a concern; gives who hears of it, and when. Raises ValueError where nobody stands on any level."""
    scene, raiser = call.scene, call.by
    ladder = ladder_for(scene, raiser, call.now)
    start = ladders.begin(ladder, concern.level, concern.to)
    both = calendars.of_escalation(scene, raiser.side)
    change = machine.raised(
        urgency=concern.urgency,
        level=start.level if start else 0,
        limits=ladders.limits(ladder, concern.urgency),
        raised_by=raiser.id,
        now=call.now,
        calendars=both,
    )
    state = _with_the_partnership(replace(change.state, owner=concern.to), call, both)
    escalation = Escalation(
        partnership_id=scene.id,
        number=partnerships.number(session, scene.id, "escalations"),
        raised_by=raiser.id,
        side=raiser.side,
        summary=concern.summary,
        impact=concern.impact,
        tried=concern.tried,
        asked=concern.asked,
        wanted_by=concern.wanted_by,
        urgency=concern.urgency,
        private=concern.private,
        raised_at=call.now,
        status="",
        state="",
        ladder="",
    )
    store.add(session, escalation, state, ladder)
    seq = call.record(
        session,
        change.kind,
        escalation.subject,
        {"to": state.status, "level": state.level, "urgency": state.urgency, "words": concern.summary},
    )
    _replan(session, escalation, machine.timers_of(state, call.now, both), seq)
    if not concern.private:
        telling.card(session, call, escalation.subject, urgent=True)
    return escalation, tell(session, call, escalation, state)


def move(
    session: Session,
    call: Call,
    escalation: Escalation,
    event: Event,
    *,
    to: int | None = None,
    until: datetime | None = None,
    words: str = "",
    said: bool = False,
) -> Shown:
    """Take one step on the machine and carry it out (`said`: the thread has heard of it). Raises `machine.Refused` where it cannot be."""
    both = calendars.of_escalation(call.scene, escalation.side)
    before = _with_the_partnership(store.state(escalation), call, both)
    by = call.actor.id if call.actor else None
    change = machine.step(before, event, now=call.now, calendars=both, by=by, to=to, until=until)
    state = _with_the_partnership(change.state, call, both)
    store.keep(escalation, state)
    if event is Event.RESOLVE:
        escalation.outcome = words
    seq = call.record(
        session,
        change.kind,
        escalation.subject,
        {"from": before.status, "to": state.status, "was": before.level, "level": state.level}
        | ({"person": to} if to is not None else {})
        | ({"person": state.owner} if event in (Event.ASK, Event.LAPSE) else {})
        | ({"until": until.isoformat()} if until else {})
        | ({"times": state.repeats} if event is Event.REPEAT else {})
        | ({"words": words} if words else {}),
    )
    _replan(session, escalation, machine.timers_of(state, call.now, both), seq)
    seen = shown(call.scene, escalation, call.now)
    if not said:
        _history(session, call, escalation, *tidings.what(event, seen, to=_named(call, to), until=until), words=words)
    _follow(session, call, escalation, event, seen, to)
    timers.drop(session, escalation.subject, {NOTIFY})
    notify(session, call, escalation, anew=event in FRESH | ASKS)
    outbox.redraw(session, now=call.now, subject=escalation.subject, urgent=True)
    return seen


def _with_the_partnership(state: State, call: Call, both: machine.Calendars) -> State:
    """Its clock stands still while the partnership is paused, also where it was raised or reopened in the pause, and only then."""
    if call.scene.partnership.paused_at is None:
        return machine.thaw(state, call.now, both)
    return state if state.over else machine.freeze(state, call.now, both)


def _follow(
    session: Session,
    call: Call,
    escalation: Escalation,
    event: Event,
    seen: Shown,
    to: int | None,
) -> None:
    """Tell those whom somebody's step concerns beside those who are to answer."""
    match event:
        case Event.ACKNOWLEDGE if call.actor:
            note = tidings.acknowledged(seen, call.actor.shown())
            let_know(session, call, escalation, call.scene.who(escalation.raised_by), note)
        case Event.REASSIGN if to is not None and seen.status is Status.ACKNOWLEDGED:
            # While it is open, the new one is among those addressed and gets the card itself.
            note = tidings.handed(seen, call.actor.shown() if call.actor else None)
            let_know(session, call, escalation, call.scene.who(to), note)
        case Event.CONFIRM | Event.SILENCE | Event.WITHDRAW if escalation.owner is not None:
            let_know(session, call, escalation, call.scene.who(escalation.owner), tidings.ended(seen, event))
        case _:
            pass


def _named(call: Call, member_id: int | None) -> Inline:
    return call.scene.who(member_id).shown() if member_id is not None else ""


def _history(session: Session, call: Call, escalation: Escalation, *what: Inline, words: str = "") -> None:
    """Put one line into the thread of its card in every room; a private one has no rooms."""
    if escalation.private or not what:
        return
    who = (call.actor.shown(), " ") if call.actor else ()
    telling.rooms(session, call, escalation.subject, tidings.in_thread(*who, *what, words=words), under=telling.CARD)


def change(session: Session, call: Call, escalation: Escalation, concern: Concern) -> Shown:
    """Correct what was said; the clock and the ladder stay."""
    escalation.summary, escalation.impact, escalation.tried = concern.summary, concern.impact, concern.tried
    escalation.asked, escalation.wanted_by = concern.asked, concern.wanted_by
    call.record(session, "escalation.changed", escalation.subject, {"words": concern.summary})
    _history(session, call, escalation, *tidings.REWORDED)
    outbox.redraw(session, now=call.now, subject=escalation.subject, urgent=True)
    return shown(call.scene, escalation, call.now)


def remark(session: Session, call: Call, escalation: Escalation, words: str, *, from_room: int | None) -> Shown:
    """Keep what somebody said about it and carry it to the other room; said by the owner's side it counts as progress."""
    state = store.state(escalation)
    only = privy(call.scene, escalation, state) if escalation.private else None
    about = cards.about(escalation.number)
    comments.say(session, call, escalation.subject, words, from_room=from_room, only=only, about=about)
    owner = call.scene.who(state.owner) if state.owner is not None else None
    event = machine.remark(state.status, by_owners_side=owner is not None and owner.side is call.by.side)
    if event is Event.PROGRESS:
        return move(session, call, escalation, event, said=True)
    return shown(call.scene, escalation, call.now)


def freeze(session: Session, call: Call) -> None:
    """Stop every clock of the partnership; each keeps the time it had left."""
    for escalation in store.under_way(session, [call.scene.id]):
        both = calendars.of_escalation(call.scene, escalation.side)
        store.keep(escalation, machine.freeze(store.state(escalation), call.now, both))
        timers.drop(session, escalation.subject)
        outbox.redraw(session, now=call.now, subject=escalation.subject)


def thaw(session: Session, call: Call) -> None:
    """Let every clock go on with the time it had left."""
    for escalation in store.under_way(session, [call.scene.id]):
        both = calendars.of_escalation(call.scene, escalation.side)
        state = machine.thaw(store.state(escalation), call.now, both)
        store.keep(escalation, state)
        _replan(session, escalation, machine.timers_of(state, call.now, both), call.scene.partnership.seq)
        notify(session, call, escalation)
        outbox.redraw(session, now=call.now, subject=escalation.subject)


def retime(session: Session, call: Call) -> None:
    """Show the time left anew after a side's calendar changed; a deadline that was given stays."""
    for escalation in store.under_way(session, [call.scene.id]):
        outbox.redraw(session, now=call.now, subject=escalation.subject)


def hand_over(session: Session, call: Call, member_id: int) -> int:
    """Give what somebody who leaves has in hand to their side's shepherd; gives how many there were."""
    leaving = call.scene.who(member_id)
    heir = next((each for each in call.scene.shepherds(leaving.side) if each.id != member_id), None)
    handed = 0
    for escalation in store.under_way(session, [call.scene.id]):
        state = store.state(escalation)
        if state.owner == member_id and heir is not None and (state.status, Event.REASSIGN) in machine.TABLE:
            move(session, Call(call.now, call.scene), escalation, Event.REASSIGN, to=heir.id)
            handed += 1
        elif escalation.raised_by == member_id and heir is not None:
            note = tidings.inherited(shown(call.scene, escalation, call.now), leaving.shown())
            telling.people(session, call, [heir], escalation.subject, note)
            handed += 1
        elif (
            state.status is Status.OPEN
            and member_id in ladders.rung_at(store.ladder(escalation), state.level).everybody
        ):
            tell(session, call, escalation, state)
            outbox.redraw(session, now=call.now, subject=escalation.subject)
            handed += 1
    return handed


def _replan(session: Session, escalation: Escalation, plans: Iterable[Plan], seq: int) -> None:
    """Let these timers take the place of every earlier one of the machine's."""
    about = escalation.subject
    timers.drop(session, about, {timer.value for timer in Timer})
    for plan in plans:
        once = f"{plan.kind}:{escalation.id}:{seq}:{plan.due_at.isoformat()}"
        timers.plan(session, kind=plan.kind.value, subject=about, due_at=plan.due_at, once=once)
