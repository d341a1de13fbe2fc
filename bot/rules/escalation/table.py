"""The table: what can happen to an escalation in each state, and what it leads to.

One rule: whatever is not in `TABLE` does not happen, and the person who tried it hears why and what can be done instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never

REPEATS = 5  # times that it is told again at the top
ANSWER_TIME = timedelta(hours=4)  # working time of the owner, once asked
SILENCE_DAYS = 2  # working days of the raiser's side
REOPENABLE = timedelta(days=30)


class Status(StrEnum):
    """The life of an escalation."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"  # waits for the raiser
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What people do, then what time does."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    CONFIRM = "confirm"
    RAISE_LEVEL = "raise the level"
    REASSIGN = "reassign"
    SNOOZE = "snooze"
    PROGRESS = "report progress"
    NOTE = "note"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"

    CLIMB = "climb"
    REPEAT = "repeat"
    STOP = "stop"
    ASK = "ask the owner"
    LAPSE = "lapse"
    SILENCE = "be confirmed by silence"
    WAKE = "wake"


BY_TIME = frozenset({Event.CLIMB, Event.REPEAT, Event.STOP, Event.ASK, Event.LAPSE, Event.SILENCE, Event.WAKE})


class Clock(StrEnum):
    """What an event does to the one clock."""

    START = "starts with its full time"
    RESTART = "has its full time again; a snooze stays"
    KEEP = "goes on"
    HOLD = "stands still with the time left"
    RELEASE = "goes on with the time left"
    END = "ends"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: the next status, the clock, the kind in the ledger and the sentence for people."""

    to: Status
    clock: Clock
    kind: str
    says: str


_OPEN, _ACKNOWLEDGED, _RESOLVED, _CLOSED, _WITHDRAWN = Status

TABLE: Mapping[tuple[Status, Event], Row] = MappingProxyType(
    {
        (_OPEN, Event.ACKNOWLEDGE): Row(_ACKNOWLEDGED, Clock.START, "escalation.acknowledged", "Whoever acknowledges owns it."),
        (_OPEN, Event.RESOLVE): Row(_RESOLVED, Clock.START, "escalation.resolved", "The raiser is asked to confirm."),
        (_OPEN, Event.RAISE_LEVEL): Row(_OPEN, Clock.START, "escalation.lifted", "One level up, on both sides."),
        (_OPEN, Event.REASSIGN): Row(_OPEN, Clock.KEEP, "escalation.reassigned", "Handing it on does not stop the clock."),
        (_OPEN, Event.SNOOZE): Row(_OPEN, Clock.HOLD, "escalation.snoozed", "The level's time waits."),
        (_OPEN, Event.NOTE): Row(_OPEN, Clock.KEEP, "escalation.noted", "Words for the record."),
        (_OPEN, Event.WITHDRAW): Row(_WITHDRAWN, Clock.END, "escalation.withdrawn", "The raiser needs it no longer."),
        (_OPEN, Event.CLIMB): Row(_OPEN, Clock.START, "escalation.climbed", "Unanswered: one level up, on both sides."),
        (_OPEN, Event.REPEAT): Row(_OPEN, Clock.START, "escalation.repeated", f"Unanswered at the top: told again, at most {REPEATS} times."),
        (_OPEN, Event.STOP): Row(_OPEN, Clock.END, "escalation.stopped", "Both shepherds hear that it stopped; it stays open."),
        (_OPEN, Event.WAKE): Row(_OPEN, Clock.RELEASE, "escalation.woken", "The snooze is over."),
        (_ACKNOWLEDGED, Event.RESOLVE): Row(_RESOLVED, Clock.START, "escalation.resolved", "The raiser is asked to confirm."),
        (_ACKNOWLEDGED, Event.RAISE_LEVEL): Row(_OPEN, Clock.START, "escalation.lifted", "The next level, on both sides, is to acknowledge."),
        (_ACKNOWLEDGED, Event.REASSIGN): Row(_ACKNOWLEDGED, Clock.START, "escalation.reassigned", "The new owner has a full working day."),
        (_ACKNOWLEDGED, Event.SNOOZE): Row(_ACKNOWLEDGED, Clock.HOLD, "escalation.snoozed", "The question for progress waits."),
        (_ACKNOWLEDGED, Event.PROGRESS): Row(_ACKNOWLEDGED, Clock.RESTART, "escalation.progressed", "What the owner's side says counts as progress."),
        (_ACKNOWLEDGED, Event.NOTE): Row(_ACKNOWLEDGED, Clock.KEEP, "escalation.noted", "Words for the record."),
        (_ACKNOWLEDGED, Event.WITHDRAW): Row(_WITHDRAWN, Clock.END, "escalation.withdrawn", "The raiser needs it no longer."),
        (_ACKNOWLEDGED, Event.ASK): Row(_ACKNOWLEDGED, Clock.START, "escalation.asked", "No progress for one working day: the owner is asked."),
        (_ACKNOWLEDGED, Event.LAPSE): Row(_OPEN, Clock.START, "escalation.lapsed", "The owner did not answer for 4 working hours: open again, same level."),
        (_ACKNOWLEDGED, Event.WAKE): Row(_ACKNOWLEDGED, Clock.RELEASE, "escalation.woken", "The snooze is over."),
        (_RESOLVED, Event.CONFIRM): Row(_CLOSED, Clock.END, "escalation.confirmed", "The raiser agrees."),
        (_RESOLVED, Event.REOPEN): Row(_OPEN, Clock.START, "escalation.reopened", "Not settled: open again at the level it had."),
        (_RESOLVED, Event.NOTE): Row(_RESOLVED, Clock.KEEP, "escalation.noted", "Words for the record."),
        (_RESOLVED, Event.SILENCE): Row(_CLOSED, Clock.END, "escalation.confirmed", f"{SILENCE_DAYS} working days without a word confirm."),
        (_CLOSED, Event.REOPEN): Row(_OPEN, Clock.START, "escalation.reopened", f"Within {REOPENABLE.days} days: open again at the level it had."),
        (_CLOSED, Event.NOTE): Row(_CLOSED, Clock.KEEP, "escalation.noted", "Words for the record."),
        (_WITHDRAWN, Event.NOTE): Row(_WITHDRAWN, Clock.KEEP, "escalation.noted", "Words for the record; to take it up again, raise it anew."),
    }
)  # fmt: skip


def refusal(status: Status, event: Event, owner: str = "") -> str:
    """Say to the person why the table does not allow it, and what can be done instead."""
    possible = ", ".join(each for each in Event if each not in BY_TIME and (status, each) in TABLE)
    match status:
        case Status.OPEN:
            stands = "is open and waits to be acknowledged"
        case Status.ACKNOWLEDGED:
            stands = f"is already acknowledged by {owner}" if owner else "is already acknowledged"
        case Status.RESOLVED:
            stands = "is resolved and waits for the raiser to confirm"
        case Status.CLOSED:
            stands = "is closed"
        case Status.WITHDRAWN:
            stands = "was withdrawn"
        case _:
            assert_never(status)
    anew = " To take it up again, raise it anew with /escalate." if status is Status.WITHDRAWN else ""
    return f"This escalation {stands}, so nobody can {event} now. Possible: {possible}.{anew}"


def table_in_markdown() -> str:
    """Write the table for the README."""
    head = (
        "| when it is | and | it becomes | its clock | on the record | meaning |\n| --- | --- | --- | --- | --- | --- |"
    )
    rows = (
        f"| {status} | {'time: ' if event in BY_TIME else ''}{event} | {row.to} | {row.clock} | `{row.kind}` | {row.says} |"
        for (status, event), row in TABLE.items()
    )
    return "\n".join((head, *rows))
