"""The one clock of an escalation: how long it has, when it rings, and what ringing means.

One rule: at any time at most one clock runs, told by the status alone, and every timer is worked out anew from the state. So a
pause, a restart or a late tick changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from bot.rules.escalation.table import ANSWER_TIME, REPEATS, SILENCE_DAYS, Event, Status
from bot.rules.worktime import Calendar, add, between, full_day, next_day
from bot.words import Urgency

FADES = (0.5, 0.25)  # of the level's time left: the card is drawn again


class Timer(StrEnum):
    """The kinds of timers; `FADE` only draws the card again, with less time left on it."""

    UNANSWERED = "escalation.unanswered"
    PROGRESS = "escalation.progress"
    REOPEN = "escalation.reopen"
    SILENCE = "escalation.silence"
    WAKE = "escalation.wake"
    FADE = "escalation.fade"


@dataclass(frozen=True, slots=True)
class Limit:
    """How many minutes a level has to acknowledge: working time, or wall clock where the urgency is high."""

    level: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Calendars:
    """Whose working time counts: the responder side is the one that did not raise it."""

    responder: Calendar
    raiser: Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that the machine needs to know of one escalation.

    `limits` are the levels it can have, lowest first, as they were when it was raised. The clock runs while `deadline` is set,
    stands still while `left` is set, and there is none when both are None. `owner` has it in hand or, while it is open, is the
    person it was handed to.
    """

    status: Status
    urgency: Urgency
    level: int
    limits: tuple[Limit, ...]
    raised_by: int
    since: datetime  # of this status and level
    owner: int | None = None
    deadline: datetime | None = None
    left: timedelta | None = None
    asked: bool = False
    repeats: int = 0
    snoozed_until: datetime | None = None
    paused_at: datetime | None = None

    @property
    def over(self) -> bool:
        return self.status in (Status.CLOSED, Status.WITHDRAWN)

    @property
    def stopped(self) -> bool:
        """Whether it is open at the top with nobody left to tell."""
        return self.status is Status.OPEN and self.deadline is None and self.left is None

    @property
    def working(self) -> bool:
        """Whether its clock counts working time, and not the wall clock."""
        return not (self.status is Status.OPEN and self.urgency is Urgency.HIGH)

    @property
    def above(self) -> int | None:
        """The next level, or None at the top."""
        return min((limit.level for limit in self.limits if limit.level > self.level), default=None)


@dataclass(frozen=True, slots=True)
class Plan:
    kind: Timer
    due_at: datetime


class Snooze(StrEnum):
    HALF_HOUR = "30 min"
    HOUR = "1 h"
    FOUR_HOURS = "4 h"
    NEXT_DAY = "next working day"


def snooze_until(choice: Snooze, now: datetime, calendar: Calendar) -> datetime:
    """Tell when a snooze ends: after that time on the wall clock, or when the calendar's next working day begins."""
    match choice:
        case Snooze.HALF_HOUR:
            return now + timedelta(minutes=30)
        case Snooze.HOUR:
            return now + timedelta(hours=1)
        case Snooze.FOUR_HOURS:
            return now + timedelta(hours=4)
        case Snooze.NEXT_DAY:
            return next_day(calendar, now)
        case _:
            assert_never(choice)


def run(state: State, amount: timedelta, now: datetime, calendars: Calendars) -> State:
    """Let the clock run for that long; it stands still while the partnership is paused or the escalation snoozed."""
    if state.paused_at or state.snoozed_until:
        return replace(state, deadline=None, left=amount)
    due = add(_calendar(state, calendars), now, amount) if state.working else now + amount
    return replace(state, deadline=due, left=None)


def full_time(state: State, calendars: Calendars) -> timedelta:
    """The full time of the clock that belongs to this status."""
    match state.status:
        case Status.OPEN:
            return next(timedelta(minutes=limit.minutes) for limit in state.limits if limit.level == state.level)
        case Status.ACKNOWLEDGED:
            return ANSWER_TIME if state.asked else full_day(calendars.responder)
        case Status.RESOLVED:
            return SILENCE_DAYS * full_day(calendars.raiser)
        case Status.CLOSED | Status.WITHDRAWN:
            return timedelta()
        case _:
            assert_never(state.status)


def _calendar(state: State, calendars: Calendars) -> Calendar:
    return calendars.raiser if state.status is Status.RESOLVED else calendars.responder


def _timer(state: State) -> Timer:
    match state.status:
        case Status.OPEN:
            return Timer.UNANSWERED
        case Status.ACKNOWLEDGED:
            return Timer.REOPEN if state.asked else Timer.PROGRESS
        case Status.RESOLVED | Status.CLOSED | Status.WITHDRAWN:
            return Timer.SILENCE
        case _:
            assert_never(state.status)


def time_left(state: State, now: datetime, calendars: Calendars) -> timedelta | None:
    """Tell how long the clock still has, in working time where `state.working`; None where there is no clock."""
    if state.left is not None or state.deadline is None:
        return state.left
    if state.working:
        return between(_calendar(state, calendars), now, state.deadline)
    return max(state.deadline - now, timedelta())


def timers_of(state: State, now: datetime, calendars: Calendars) -> tuple[Plan, ...]:
    """Work out every timer that the state calls for from now on."""
    if state.paused_at:
        return ()
    if state.snoozed_until:
        return (Plan(Timer.WAKE, state.snoozed_until),)
    left = time_left(state, now, calendars)
    if state.deadline is None or left is None:
        return ()
    main = Plan(_timer(state), state.deadline)
    if state.status is not Status.OPEN:
        return (main,)
    waits = (left - share * full_time(state, calendars) for share in FADES)
    instants = (
        add(calendars.responder, now, wait) if state.working else now + wait for wait in waits if wait > timedelta()
    )
    return (*(Plan(Timer.FADE, at) for at in instants), main)


def falls_due(state: State, timer: Timer, now: datetime) -> Event | None:
    """Tell what a timer that fired brings about; None where it is too early, overtaken, or only the card is drawn again."""
    if state.paused_at:
        return None
    if timer is Timer.WAKE:
        return Event.WAKE if state.snoozed_until and state.snoozed_until <= now else None
    if state.deadline is None or state.deadline > now or timer is not _timer(state):
        return None
    match timer:
        case Timer.UNANSWERED:
            return Event.CLIMB if state.above is not None else Event.REPEAT if state.repeats < REPEATS else Event.STOP
        case Timer.PROGRESS:
            return Event.ASK
        case Timer.REOPEN:
            return Event.LAPSE
        case Timer.SILENCE:
            return Event.SILENCE
        case Timer.FADE:
            return None
        case _:
            assert_never(timer)


def freeze(state: State, now: datetime, calendars: Calendars) -> State:
    """Pause it with its partnership: the clock and a snooze keep the time they had left."""
    if state.paused_at:
        return state
    return replace(state, paused_at=now, left=time_left(state, now, calendars), deadline=None)


def thaw(state: State, now: datetime, calendars: Calendars) -> State:
    """Go on after a pause with the time that was left."""
    if state.paused_at is None:
        return state
    snoozed = state.snoozed_until and state.snoozed_until + (now - state.paused_at)
    awake = replace(state, paused_at=None, snoozed_until=snoozed)
    return awake if awake.left is None else run(awake, awake.left, now, calendars)


def left_in_words(left: timedelta, working: bool) -> str:
    """Write a time left to the minute, for example `3 h 10 min of working time`."""
    minutes = round(left / timedelta(minutes=1))
    if not minutes:
        return "less than a minute" if left else "no time left"
    hours, rest = divmod(minutes, 60)
    words = " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)
    return f"{words} of working time" if working else words
