"""What can happen to an escalation, and when: a state machine written as one table.

One rule: whatever is not in `TABLE` does not happen, and the person who tried it hears why. At any time at most one clock runs,
told by the status alone; every timer is worked out anew from the state, so a pause, a restart or a late tick changes nothing.

- open: somebody has to acknowledge within the level's time. Normal urgency counts the responder side's working time, high
  urgency the wall clock. Unanswered it climbs; at the top it repeats 5 times, each with the top level's full time, then it stops.
- acknowledged: the owner has one working day between signs of progress, then is asked; 4 working hours later it reopens.
- resolved: the raiser confirms; 2 working days of the raiser's side in silence confirm as well.
- closed, withdrawn: no clock. A closed one can be reopened for 30 days; a withdrawn one is raised anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.rules.escalation.clock import (
    Calendars,
    Limit,
    Plan,
    Snooze,
    State,
    Timer,
    falls_due,
    freeze,
    full_time,
    left_in_words,
    run,
    snooze_until,
    thaw,
    time_left,
    timers_of,
)
from bot.rules.escalation.table import (
    BY_TIME,
    REOPENABLE,
    REPEATS,
    TABLE,
    Clock,
    Event,
    Row,
    Status,
    refusal,
    table_in_markdown,
)
from bot.words import Urgency

__all__ = [
    "BY_TIME",
    "REPEATS",
    "TABLE",
    "Calendars",
    "Change",
    "Clock",
    "Event",
    "Limit",
    "Plan",
    "Refused",
    "Row",
    "Snooze",
    "State",
    "Status",
    "Timer",
    "falls_due",
    "freeze",
    "left_in_words",
    "obstacle",
    "raised",
    "refusal",
    "remark",
    "snooze_until",
    "step",
    "table_in_markdown",
    "thaw",
    "time_left",
    "timers_of",
]


@dataclass(frozen=True, slots=True)
class Change:
    """What a step leads to: `timers` take the place of every earlier timer of the escalation, `kind` goes into the ledger."""

    state: State
    kind: str
    timers: tuple[Plan, ...]


class Refused(ValueError):
    """Not possible now; the message is a sentence for the person who tried."""


def raised(
    *, urgency: Urgency, level: int, limits: tuple[Limit, ...], raised_by: int, now: datetime, calendars: Calendars
) -> Change:
    """Begin an escalation at a level, or at the next one up that is not skipped; ValueError where there is no level at all."""
    if not limits:
        raise ValueError("an escalation needs at least one level with somebody on it")
    limits = tuple(sorted(limits, key=lambda limit: limit.level))
    start = next((limit.level for limit in limits if limit.level >= level), limits[-1].level)
    fresh = State(status=Status.OPEN, urgency=urgency, level=start, limits=limits, raised_by=raised_by, since=now)
    state = run(fresh, full_time(fresh, calendars), now, calendars)
    return Change(state, "escalation.raised", timers_of(state, now, calendars))


def remark(status: Status, *, by_owners_side: bool) -> Event:
    """Tell what a comment or a note amounts to: the owner's side makes progress by saying something."""
    return Event.PROGRESS if by_owners_side and status is Status.ACKNOWLEDGED else Event.NOTE


def step(
    state: State,
    event: Event,
    *,
    now: datetime,
    calendars: Calendars,
    by: int | None = None,
    to: int | None = None,
    until: datetime | None = None,
) -> Change:
    """Take one step. `by` acts (None: time does), `to` is whom it is reassigned to, `until` ends a snooze. Raises Refused."""
    if why := obstacle(state, event, now=now, to=to, until=until):
        raise Refused(why)
    row = TABLE[state.status, event]
    level = state.above if event in (Event.CLIMB, Event.RAISE_LEVEL) and state.above is not None else state.level
    moved = replace(
        state,
        status=row.to,
        level=level,
        owner=_owner(state, event, row, by, to),
        since=state.since if (row.to, level) == (state.status, state.level) else now,
        asked=event is Event.ASK or (state.asked and row.clock in (Clock.KEEP, Clock.HOLD, Clock.RELEASE)),
        repeats=state.repeats + 1 if event is Event.REPEAT else 0 if row.clock is Clock.START else state.repeats,
    )
    changed = _clocked(state, moved, row.clock, now, calendars, until)
    return Change(changed, row.kind, timers_of(changed, now, calendars))


def _owner(state: State, event: Event, row: Row, by: int | None, to: int | None) -> int | None:
    if event is Event.REASSIGN:
        return to
    if event is Event.ACKNOWLEDGE:
        return by
    if event is Event.RESOLVE:
        return by if state.status is Status.OPEN else state.owner
    anew = row.to is Status.OPEN and row.clock is Clock.START and event is not Event.REPEAT
    return None if anew else state.owner


def _clocked(
    before: State, moved: State, clock: Clock, now: datetime, calendars: Calendars, until: datetime | None
) -> State:
    match clock:
        case Clock.START:
            return run(replace(moved, snoozed_until=None), full_time(moved, calendars), now, calendars)
        case Clock.RESTART:
            return run(moved, full_time(moved, calendars), now, calendars)
        case Clock.KEEP:
            return moved
        case Clock.HOLD:
            return replace(moved, left=time_left(before, now, calendars), deadline=None, snoozed_until=until)
        case Clock.RELEASE:
            return run(replace(moved, snoozed_until=None), before.left or timedelta(), now, calendars)
        case Clock.END:
            return replace(moved, deadline=None, left=None, snoozed_until=None)
        case _:
            assert_never(clock)


def obstacle(
    state: State, event: Event, *, now: datetime, owner: str = "", to: int | None = None, until: datetime | None = None
) -> str | None:
    """Say why this cannot happen to it now, or None where it can; `owner` is the owner's name for the sentence."""
    if (state.status, event) not in TABLE:
        return refusal(state.status, event, owner)
    if state.paused_at and (event in BY_TIME or event is Event.SNOOZE):
        return "The partnership is paused, so every clock of this escalation stands still already."
    top, spent = state.above is None, state.repeats >= REPEATS
    match event:
        case Event.RAISE_LEVEL if top:
            return "This escalation is already at the top level: there is nobody above to raise it to."
        case Event.REASSIGN if to is not None and to == state.owner:
            return f"This escalation is already with {owner or 'that person'}."
        case Event.SNOOZE if state.stopped:
            return "The clock of this escalation has stopped, so there is nothing to snooze."
        case Event.SNOOZE if until is None or until <= now:
            return "A snooze has to end in the future, for example in 30 minutes."
        case Event.REOPEN if state.status is Status.CLOSED and now - state.since > REOPENABLE:
            return f"This escalation was closed more than {REOPENABLE.days} days ago. Raise it anew with /escalate."
        case Event.CLIMB if top or state.deadline is None:
            return "This escalation has no level to climb to."
        case Event.REPEAT if not top or spent or state.deadline is None:
            return "This escalation is not repeated (again)."
        case Event.STOP if not top or not spent or state.deadline is None:
            return "This escalation does not stop here."
        case Event.ASK if state.asked or state.deadline is None:
            return "The owner is not asked (again)."
        case Event.LAPSE if not state.asked or state.deadline is None:
            return "The owner still has time to answer."
        case Event.WAKE if state.snoozed_until is None:
            return "This escalation is not snoozed."
        case _:
            return None
