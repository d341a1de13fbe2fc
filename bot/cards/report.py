"""A progress report as people see it: a reminder to who owes it, the card when it is due, and what became of it.

One rule: neutral. It says what is due and what was said about it, and late is a number of working days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.messages import Button, Fact, Facts, Message, Style, Tone
from bot.words import Line, Person, Shape, Strong, When, line


class Phase(StrEnum):
    DUE = "due"
    OFF = "off"  # moved, paused or ended after it was announced
    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that a card shows. `late` are working days (None: in time, 0: later on the day); `owes` and `gets` tell whose buttons it has."""

    subject: str
    called: str
    whose: str
    at: datetime
    zones: tuple[str, ...]
    phase: Phase
    today: bool = False
    over: bool = False
    late: int | None = None
    sent_by: Person | None = None
    received_by: Person | None = None
    owes: bool = True
    gets: bool = True


def card(shown: Shown) -> Message:
    """The card as it is now, in a room or with a shepherd."""
    name, when, tone = Strong(shown.called), When(shown.at, Shape.DAY), Tone.NEUTRAL
    match shown.phase:
        case Phase.DUE if shown.today:
            title = line("📄 ", name, " is due today.")
        case Phase.DUE if shown.over:
            title, tone = line("📄 ", name, " was due on ", when, " and is not marked as sent yet."), Tone.AMBER
        case Phase.DUE:
            title = line("📄 ", name, " is due on ", when, ".")
        case Phase.OFF:
            title, tone = line(name, " is not due this time."), Tone.GREY
        case Phase.SENT:
            title, tone = line(name, " was sent", _late(shown.late), "."), Tone.OUTLINE
        case Phase.RECEIVED:
            title, tone = line(name, " was received", _late(shown.late), "."), Tone.GREEN
    facts = [Fact("Due", line(When(shown.at, zones=shown.zones)))]
    facts += [Fact("Marked as sent by", line(shown.sent_by))] if shown.sent_by else []
    facts += [Fact("Marked as received by", line(shown.received_by))] if shown.received_by else []
    return Message(title, (Facts(tuple(facts)),), tone=tone, buttons=_buttons(shown))


def _buttons(shown: Shown) -> tuple[Button, ...]:
    sent = Button("Sent", "report.sent", shown.subject, Style.PRIMARY)
    received = Button("Received", "report.received", shown.subject, Style.PRIMARY)
    return (
        *((sent,) if shown.phase is Phase.DUE and shown.owes else ()),
        *((received,) if shown.phase in (Phase.DUE, Phase.SENT) and shown.gets else ()),
    )


def _late(late: int | None) -> str:
    match late:
        case None:
            return ""
        case 0:
            return ", later on the same day"
        case 1:
            return ", 1 working day late"
        case _:
            return f", {late} working days late"


def in_thread(by: Person, phase: Phase) -> Message:
    """One line under the card: who said what."""
    return Message(line(by, f" says that it was {phase}."))


def said(shown: Shown) -> Message:
    """Echo privately what somebody said about it, with a way back."""
    return Message(
        line("Noted: ", Strong(shown.called), f" was {shown.phase}", _late(shown.late), "."),
        buttons=(Button("Undo", "report.undo", f"{shown.subject}|{shown.phase}"),),
    )


def said_before(shown: Shown) -> Line:
    """Tell that somebody said so already."""
    who = shown.received_by or shown.sent_by
    return line(*((who, " said already") if who else ("It is known already",)), f" that it was {shown.phase}.")
