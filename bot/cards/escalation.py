"""An escalation as people see it: the card that lives in the rooms and with those addressed.

One rule: neutral and about the work. Nobody is blamed, and raising a concern costs the raiser nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cards import several
from bot.messages import (
    Button,
    Control,
    Fact,
    Facts,
    Menu,
    Message,
    Option,
    Style,
    Tone,
)
from bot.rules.escalation import Snooze, Status, left_in_words
from bot.rules.ladder import LEVELS
from bot.words import Line, Person, Strong, Text, Urgency, When, line


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that a card shows of an escalation, as it is at `now`."""

    id: int
    number: int
    partnership: str
    status: Status
    urgency: Urgency
    level: int
    told: tuple[Person, ...]
    raised_by: Person
    raised_at: datetime
    summary: str
    impact: str = ""
    tried: str = ""
    asked: str = ""
    wanted_by: datetime | None = None
    owner: Person | None = None
    outcome: str = ""
    private: bool = False
    skipped: str = ""
    zones: tuple[str, ...] = ()
    deadline: datetime | None = None
    left: timedelta | None = None
    working: bool = True
    asked_owner: bool = False
    snoozed_until: datetime | None = None
    paused: bool = False
    stopped: bool = False

    @property
    def subject(self) -> str:
        return f"escalation:{self.id}"

    @property
    def name(self) -> str:
        return f"Escalation {self.number}"


def about(number: int) -> Line:
    """Name an escalation in a sentence."""
    return (Strong(f"Escalation {number}"),)


TONES = {
    Status.OPEN: Tone.RED,
    Status.ACKNOWLEDGED: Tone.AMBER,
    Status.RESOLVED: Tone.OUTLINE,
    Status.CLOSED: Tone.GREEN,
    Status.WITHDRAWN: Tone.GREY,
}


def card(shown: Shown) -> Message:
    """Draw the living card."""
    return Message(
        title=line(Strong(f"{shown.name} · {_stands(shown)}"), " — ", Text(shown.summary)),
        body=(Facts(facts(shown)),),
        tone=TONES[shown.status],
        buttons=_buttons(shown),
        footer=_footer(shown),
    )


def _stands(shown: Shown) -> str:
    match shown.status:
        case Status.OPEN if shown.paused:
            return "open, paused with the partnership"
        case Status.OPEN if shown.stopped:
            return "open, nobody answered at the top"
        case Status.OPEN:
            return "open, urgent" if shown.urgency is Urgency.HIGH else "open"
        case Status.RESOLVED:
            return "resolved, waiting for confirmation"
        case _:
            return shown.status.value


def level_in_words(level: int, told: Sequence[Person]) -> Line:
    """Name a level by its people."""
    return (f"Level {level}: ", *several(told)) if told else (f"Level {level}: {LEVELS[level].name}",)


def facts(shown: Shown) -> tuple[Fact, ...]:
    """Everything about it as it is now, label by label."""
    open_ = shown.status is Status.OPEN
    every: list[Fact | None] = [
        Fact("With", level_in_words(shown.level, shown.told)) if open_ else None,
        Fact("Handed to" if open_ else "Owner", (shown.owner,)) if shown.owner else None,
        _clock(shown),
        Fact("Raised by", line(shown.raised_by, ", ", When(shown.raised_at))),
        _said("Impact", shown.impact),
        _said("Tried", shown.tried),
        _said("Asked", shown.asked),
        Fact("Wanted by", (When(shown.wanted_by, zones=shown.zones),)) if shown.wanted_by else None,
        _said("Outcome", shown.outcome),
        Fact("Seen by", ("the shepherds, the raiser and those addressed",)) if shown.private else None,
    ]
    return tuple(fact for fact in every if fact)


def _said(label: str, words: str) -> Fact | None:
    return Fact(label, (Text(words),)) if words else None


def _clock(shown: Shown) -> Fact | None:
    """The one clock, in words: what for, until when, and how much of it is left."""
    match shown.status:
        case Status.OPEN:
            label = "Acknowledge by"
        case Status.ACKNOWLEDGED:
            label = "Answer by" if shown.asked_owner else "Owner is asked"
        case Status.RESOLVED:
            label = "Confirms itself"
        case Status.CLOSED | Status.WITHDRAWN:
            return None
    if shown.snoozed_until:
        return Fact("Snoozed until", (When(shown.snoozed_until, zones=shown.zones),))
    left = f" — {left_in_words(shown.left, shown.working)} left" if shown.left is not None else ""
    if shown.deadline is None:
        return Fact("Clock", (f"stands still{left}",)) if shown.left is not None else None
    return Fact(label, line(When(shown.deadline, zones=shown.zones), left))


def _buttons(shown: Shown) -> tuple[Control, ...]:
    subject = shown.subject
    acknowledge = Button("Acknowledge", "escalation.acknowledge", subject, Style.PRIMARY)
    progress = Button("Still on it", "escalation.progress", subject, Style.PRIMARY)
    resolve = Button("Resolve", "escalation.resolve", subject, opens=True)
    confirm = Button("Confirm", "escalation.confirm", subject, Style.PRIMARY)
    reopen = Button("Reopen", "escalation.reopen", subject)
    raise_level = Button("Raise level", "escalation.raise_level", subject)
    reassign = Button("Reassign", "escalation.reassign", subject, opens=True)
    snooze = Menu(
        "Snooze", "escalation.snooze", tuple(Option(each.value, f"{subject}|{each.name.lower()}") for each in Snooze)
    )
    note = Button("Note", "escalation.note", subject, opens=True)
    timeline = Button("Timeline", "escalation.timeline", subject)
    withdraw = Button("Withdraw", "escalation.withdraw", subject, confirm="Withdraw this escalation? Its clock stops.")
    match shown.status:
        case Status.OPEN:
            return (acknowledge, resolve, raise_level, reassign, snooze, note, timeline, withdraw)
        case Status.ACKNOWLEDGED:
            first = (progress,) if shown.asked_owner else ()
            return (*first, resolve, raise_level, reassign, snooze, note, timeline, withdraw)
        case Status.RESOLVED:
            return (confirm, reopen, note, timeline)
        case Status.CLOSED:
            return (reopen, note, timeline)
        case Status.WITHDRAWN:
            return (note, timeline)


def _footer(shown: Shown) -> Line:
    return tuple(part for part in (shown.partnership, f" · {shown.skipped}" if shown.skipped else "") if part)
