"""What happens to an escalation, whoever or whatever causes it: rows, record, timers and rooms change together.

One rule: the machine in `bot.rules.escalation` decides; here its decision is carried out, once, for people and for time alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.actions import Call, View, calendars, comments, living, telling
from bot.cards import escalation as cards
from bot.cards.escalation import Notice, Shown
from bot.messages import Message
from bot.rules import escalation as machine
from bot.rules import ladder as ladders
from bot.rules.escalation import Event, Plan, State, Status, Timer
from bot.rules.ladder import Candidate, Ladder
from bot.words import Inline, Key, Strong, Urgency
from storage import escalations as store
from storage import outbox, partnerships, scenes, timers
from storage.people import Standing
from storage.scenes import Scene
from storage.tables import Escalation

CARD = "card"
NOTIFY = "escalation.notify"
ASKED = "?"  # after a member's id in `told`: they were asked since the last question came up
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


# Who ------------------------------------------------------------------------------------------------------------------


def ladder_for(scene: Scene, raiser: Standing, now: datetime) -> Ladder:
    """The ladder of both sides as it stands now, for a concern of that person."""
    return ladders.join(_people(scene, Key.A, now), _people(scene, Key.B, now), raiser.id)


def _people(scene: Scene, key: Key, now: datetime) -> dict[int, tuple[int, ...]]:
    here = [
        Candidate(each.id, each.member.role, each.member.rank, each.away_on(now.astimezone(ZoneInfo(each.zone)).date()))
        for each in scene.on(key)
        if each.member.confirmed
    ]
    named = {int(level): tuple(ids) for level, ids in scene.sides[key].ladder.items()} if key in scene.sides else {}
    return ladders.people(here, named)


def addressed(scene: Scene, escalation: Escalation, state: State) -> tuple[Standing, ...]:
    """Those who are to answer now: the people of its level on both sides, and whoever it was handed to.

    Where one of them has left, their side's shepherd answers for them.
    """
    ids = [*ladders.rung_at(store.ladder(escalation), state.level).everybody]
    if state.owner is not None:
        ids.append(state.owner)
    those = [here for each in ids for here in _or_shepherd(scene, scene.who(each))]
    return tuple({each.id: each for each in those if each.id != escalation.raised_by or each.id in ids}.values())


def privy(scene: Scene, escalation: Escalation, state: State) -> tuple[Standing, ...]:
    """Everybody who sees a private escalation."""
    those = (*scene.shepherds(), *addressed(scene, escalation, state), scene.who(escalation.raised_by))
    return tuple({each.id: each for each in those if not each.left}.values())


# Seeing ---------------------------------------------------------------------------------------------------------------


def shown(scene: Scene, escalation: Escalation, now: datetime) -> Shown:
    """Everything the cards show, as it is now."""
    state = store.state(escalation)
    both = calendars.of_escalation(scene, escalation.side)
    ladder = store.ladder(escalation)
    told = addressed(scene, escalation, state)
    return Shown(
        id=escalation.id,
        number=escalation.number,
        partnership=scene.partnership.name,
        status=state.status,
        urgency=state.urgency,
        level=state.level,
        told=tuple(each.shown(ping=each.reachable is None) for each in told),
        raised_by=scene.who(escalation.raised_by).shown(),
        raised_at=escalation.raised_at,
        summary=escalation.summary,
        impact=escalation.impact,
        tried=escalation.tried,
        asked=escalation.asked,
        wanted_by=escalation.wanted_by,
        owner=scene.who(state.owner).shown() if state.owner is not None else None,
        outcome=escalation.outcome,
        private=escalation.private,
        skipped=ladders.skipped_in_words(ladder),
        zones=scene.zones,
        deadline=state.deadline,
        left=machine.time_left(state, now, both),
        working=state.working,
        asked_owner=state.asked,
        snoozed_until=state.snoozed_until,
        paused=state.paused_at is not None,
        stopped=state.stopped,
    )


@living("escalation")
def draw(session: Session, view: View) -> Message | None:
    escalation = store.get(session, view.number)
    scene = scenes.scene(session, escalation.partnership_id)
    if view.account_id is not None and not any(
        account.id == view.account_id for who in scene.members for account in who.accounts
    ):
        return None  # they are not a member any more, and nothing of the partnership is shown to them
    return cards.card(shown(scene, escalation, view.now))


# Changing -------------------------------------------------------------------------------------------------------------


def open_(session: Session, call: Call, concern: Concern) -> tuple[Escalation, list[Notice]]:
    """Raise a concern; gives who hears of it, and when. Raises ValueError where nobody stands on any level."""
    assert call.actor is not None
    scene, raiser = call.scene, call.actor
    ladder = ladder_for(scene, raiser, call.now)
    level = concern.level or (concern.to and ladders.level_of(ladder, concern.to)) or ladders.lowest_level(ladder) or 0
    both = calendars.of_escalation(scene, raiser.side)
    change = machine.raised(
        urgency=concern.urgency,
        level=level,
        limits=ladders.limits(ladder, concern.urgency),
        raised_by=raiser.id,
        now=call.now,
        calendars=both,
    )
    state = _with_the_partnership(replace(change.state, owner=concern.to), call, both)
    escalation = Escalation(
        partnership_id=scene.id,
        number=partnerships.number(session, scene.partnership, "escalations"),
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
        _subject(escalation),
        {"to": state.status, "level": state.level, "urgency": state.urgency, "words": concern.summary},
    )
    _replan(session, escalation, machine.timers_of(state, call.now, both), seq)
    if not concern.private:
        telling.card(session, call, _subject(escalation), urgent=True)
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
        _subject(escalation),
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
        history(session, call, escalation, *cards.what(event, seen, to=_named(call, to), until=until), words=words)
    _follow(session, call, escalation, event, seen, to)
    timers.drop(session, _subject(escalation), {NOTIFY})
    notify(session, call, escalation, anew=event in FRESH | ASKS)
    outbox.redraw(session, now=call.now, subject=_subject(escalation), urgent=True)
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
    """Tell at once those whom somebody's step concerns."""
    match event:
        case Event.ACKNOWLEDGE if call.actor:
            note = cards.note_to(seen, "is acknowledged by ", call.actor.shown(), ".")
            telling.people(session, call, [call.scene.who(escalation.raised_by)], _subject(escalation), note)
        case Event.REASSIGN if to is not None:
            new = call.scene.who(to)
            if not telling.person(session, call, new, _subject(escalation), None, slot=CARD, urgent=True):
                return
            escalation.told = {**escalation.told, str(to): True}
            handed = cards.note_to(seen, "was handed to you", *(" by ", call.actor.shown()) if call.actor else (), ".")
            telling.person(session, call, new, _subject(escalation), handed, urgent=True)
        case Event.CONFIRM | Event.SILENCE | Event.WITHDRAW if escalation.owner is not None:
            note = cards.note_to(seen, *cards.ended(event), ".")
            telling.people(session, call, [call.scene.who(escalation.owner)], _subject(escalation), note)
        case _:
            pass


def _named(call: Call, member_id: int | None) -> Inline:
    return call.scene.who(member_id).shown() if member_id is not None else ""


def _or_shepherd(scene: Scene, who: Standing) -> Sequence[Standing]:
    """That person, or their side's shepherd where they have left."""
    return scene.shepherds(who.side) if who.left else [who]


def history(session: Session, call: Call, escalation: Escalation, *what: Inline, words: str = "") -> None:
    """Put one line into the thread of its card in every room; a private one has no rooms."""
    if escalation.private or not what:
        return
    who = (call.actor.shown(), " ") if call.actor else ()
    telling.rooms(session, call, _subject(escalation), cards.in_thread(*who, *what, words=words), under=CARD)


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
        due = ladders.told_at(state.urgency, call.now, calendars.of_person(call.scene, who), who.away)
        if due > call.now and not at_once:
            notices.append(Notice(person, due, who.zone))
            _wait_for(session, escalation, who, due)
            continue
        if str(who.id) in told:
            again = cards.told_again(shown(call.scene, escalation, call.now))
            telling.person(session, call, who, _subject(escalation), again, urgent=True)
        else:
            telling.person(session, call, who, _subject(escalation), None, slot=CARD, urgent=True)
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
        due = ladders.told_at(state.urgency, call.now, calendars.of_person(call.scene, who), who.away)
        if due > call.now:
            _wait_for(session, escalation, who, due)
        else:
            told[f"{who.id}{ASKED}"] = telling.person(session, call, who, _subject(escalation), message, urgent=True)
    escalation.told = told


def _question(call: Call, escalation: Escalation, state: State) -> tuple[Sequence[Standing], Message | None]:
    """Who is to answer now beside those addressed, and what they are asked."""
    scene, seen = call.scene, shown(call.scene, escalation, call.now)
    match state.status:
        case Status.OPEN if state.stopped:
            return scene.shepherds(), cards.stopped(seen)
        case Status.ACKNOWLEDGED if state.asked and state.owner is not None:
            return _or_shepherd(scene, scene.who(state.owner)), cards.asks_for_progress(seen)
        case Status.RESOLVED:
            return _or_shepherd(scene, scene.who(escalation.raised_by)), cards.asks_to_confirm(seen)
        case _:
            return (), None


def _wait_for(session: Session, escalation: Escalation, who: Standing, due: datetime) -> None:
    once = f"{NOTIFY}:{escalation.id}:{who.id}:{due.isoformat()}"
    timers.plan(session, kind=NOTIFY, subject=_subject(escalation), due_at=due, once=once)


def change(session: Session, call: Call, escalation: Escalation, concern: Concern) -> Shown:
    """Correct what was said; the clock and the ladder stay."""
    escalation.summary, escalation.impact, escalation.tried = concern.summary, concern.impact, concern.tried
    escalation.asked, escalation.wanted_by = concern.asked, concern.wanted_by
    call.record(session, "escalation.changed", _subject(escalation), {"words": concern.summary})
    history(session, call, escalation, "changed the wording.")
    outbox.redraw(session, now=call.now, subject=_subject(escalation), urgent=True)
    return shown(call.scene, escalation, call.now)


def remark(session: Session, call: Call, escalation: Escalation, words: str, *, from_room: int | None) -> Shown:
    """Keep what somebody said about it and carry it to the other room; said by the owner's side it counts as progress."""
    assert call.actor is not None
    state = store.state(escalation)
    only = privy(call.scene, escalation, state) if escalation.private else None
    about = (Strong(f"Escalation {escalation.number}"),)
    comments.say(session, call, _subject(escalation), words, from_room=from_room, only=only, about=about)
    owner = call.scene.who(state.owner) if state.owner is not None else None
    event = machine.remark(state.status, by_owners_side=owner is not None and owner.side is call.actor.side)
    if event is Event.PROGRESS:
        return move(session, call, escalation, event, said=True)
    return shown(call.scene, escalation, call.now)


def freeze(session: Session, call: Call) -> None:
    """Stop every clock of the partnership; each keeps the time it had left."""
    for escalation in store.under_way(session, [call.scene.id]):
        both = calendars.of_escalation(call.scene, escalation.side)
        store.keep(escalation, machine.freeze(store.state(escalation), call.now, both))
        timers.drop(session, _subject(escalation))
        outbox.redraw(session, now=call.now, subject=_subject(escalation))


def thaw(session: Session, call: Call) -> None:
    """Let every clock go on with the time it had left."""
    for escalation in store.under_way(session, [call.scene.id]):
        both = calendars.of_escalation(call.scene, escalation.side)
        state = machine.thaw(store.state(escalation), call.now, both)
        store.keep(escalation, state)
        _replan(session, escalation, machine.timers_of(state, call.now, both), call.scene.partnership.seq)
        notify(session, call, escalation)
        outbox.redraw(session, now=call.now, subject=_subject(escalation))


def retime(session: Session, call: Call) -> None:
    """Show the time left anew after a side's calendar changed; a deadline that was given stays."""
    for escalation in store.under_way(session, [call.scene.id]):
        outbox.redraw(session, now=call.now, subject=_subject(escalation))


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
            note = cards.note_to(
                shown(call.scene, escalation, call.now),
                "was raised by ",
                leaving.shown(),
                ", who has left. It is yours now.",
            )
            telling.people(session, call, [heir], _subject(escalation), note)
            handed += 1
        elif (
            state.status is Status.OPEN
            and member_id in ladders.rung_at(store.ladder(escalation), state.level).everybody
        ):
            tell(session, call, escalation, state)
            outbox.redraw(session, now=call.now, subject=_subject(escalation))
            handed += 1
    return handed


def _replan(session: Session, escalation: Escalation, plans: Iterable[Plan], seq: int) -> None:
    """Let these timers take the place of every earlier one of the machine's."""
    subject = _subject(escalation)
    timers.drop(session, subject, {timer.value for timer in Timer})
    for plan in plans:
        once = f"{plan.kind}:{escalation.id}:{seq}:{plan.due_at.isoformat()}"
        timers.plan(session, kind=plan.kind.value, subject=subject, due_at=plan.due_at, once=once)


def _subject(escalation: Escalation) -> str:
    return f"escalation:{escalation.id}"
