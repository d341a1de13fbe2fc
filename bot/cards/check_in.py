"""A check-in as the one sees it who is asked: the prompt, what became of it, and the reminder.

One rule: a question, never a reproach. Skipping and being away take one press, and nobody is asked why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.cards.standup import STANDUP, called, facts
from bot.messages import Block, Bullets, Button, Control, Controls, Fact, Facts, Message, Paragraph, Style, Tone
from bot.rules.checking_in import Said
from bot.words import CheckInState, Code, Line, Shape, Strong, Text, When, line

TYPED = Code("checkin done: … next: … blockers: …")


@dataclass(frozen=True, slots=True)
class InTheWay:
    """A blocker that is open; `escalated` once it was raised."""

    subject: str
    words: str
    times: int = 1
    escalated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A check-in as its person sees it. `day` is None for one that was given unprompted; `before` is what they said the last time.

    `cut_off`: an outage ended the standup."""

    subject: str
    partnership: str
    partner: str
    state: CheckInState
    name: str = STANDUP
    day: date | None = None
    said: Said = field(default_factory=Said)
    before: Said | None = None
    before_on: date | None = None
    blockers: tuple[InTheWay, ...] = ()
    closes_at: datetime | None = None
    closed: bool = False
    cut_off: bool = False
    snoozed_until: datetime | None = None
    at: datetime | None = None
    late: bool = False
    edited: bool = False

    @property
    def called(self) -> str:
        return called(self.name, self.day) if self.day else "check-in"


def card(shown: Shown) -> Message:
    """The prompt, and what became of it."""
    match shown.state:
        case CheckInState.ASKED if shown.closed and shown.cut_off:
            return _over(shown, "is over: I was not running then. Nothing is counted.")
        case CheckInState.ASKED if shown.closed:
            return _over(shown, "is over. Nothing is counted this time.")
        case CheckInState.ASKED:
            return _question(shown)
        case CheckInState.ANSWERED:
            return _answered(shown)
        case CheckInState.SKIPPED:
            return _over(shown, "is skipped.")
        case CheckInState.AWAY:
            return _over(shown, "does not wait for you: you are away.")
        case CheckInState.MISSED:
            return _over(shown, "closed without an update from you.")


def _question(shown: Shown) -> Message:
    body: list[Block] = [
        Paragraph(
            line("What was done since last time, what comes next, any blockers, and are you waiting on ",
                 Text(shown.partner), "?")
        ),
        Paragraph(line("Press Answer, or simply reply here. In one line: ", TYPED)),
    ]  # fmt: skip
    if shown.before and shown.before.next:
        body.append(Facts((Fact("Last time you had next", (Text(shown.before.next),)),)))
    if shown.blockers:
        body += [Paragraph(line("Open blockers:")), Bullets(tuple((Text(each.words),) for each in shown.blockers))]
    return Message(
        line(Strong(shown.called), " · how does it go in ", Text(shown.partnership), "?"),
        tuple(body),
        buttons=_choices(shown),
        footer=_until(shown),
    )


def _until(shown: Shown) -> Line:
    closes = ("Open until ", When(shown.closes_at), ".") if shown.closes_at else ()
    again = (" I ask again ", When(shown.snoozed_until, Shape.TIME), ".") if shown.snoozed_until else ()
    return line(*closes, *again)


def _choices(shown: Shown) -> tuple[Control, ...]:
    yesterday = shown.day is not None and shown.before_on == shown.day - timedelta(days=1)
    label = "Same as yesterday" if yesterday else "Same as last time"
    same = (Button(label, "checkin.same", shown.subject),) if shown.before else ()
    return (
        Button("Answer", "checkin.answer", shown.subject, Style.PRIMARY, opens=True),
        *same,
        Button("Skip today", "checkin.skip", shown.subject),
        Button("Snooze 1 h", "checkin.snooze", shown.subject),
        Button("I’m away until…", "checkin.away", shown.subject, opens=True),
    )


def _over(shown: Shown, how: str) -> Message:
    return Message(
        line(Strong(shown.called), f" {how}"),
        (Paragraph(line("You can still answer until you are asked again.")),),
        tone=Tone.GREY,
        buttons=(Button("Answer", "checkin.answer", shown.subject, opens=True),),
        footer=line(Text(shown.partnership)),
    )


def _answered(shown: Shown) -> Message:
    marks = f"{' · late' if shown.late else ''}{' · edited' if shown.edited else ''}"
    return Message(
        line(Strong(yours(shown)), " is in."),
        (Facts(facts(shown.said, shown.partner)), *raising(shown, named=len(shown.blockers) > 1)),
        tone=Tone.GREEN,
        buttons=(Button("Change", "checkin.answer", shown.subject, opens=True),),
        footer=line(Text(shown.partnership), *((" · ", When(shown.at)) if shown.at else ()), marks),
    )


def raising(shown: Shown, *, named: bool) -> list[Block]:
    """A way to escalate each blocker, which is `named` where the message does not say already which one is meant."""
    body: list[Block] = []
    for each in shown.blockers:
        if each.escalated:
            body.append(Paragraph(line("“", Text(each.words), "” is escalated.")))
            continue
        if named:
            body.append(Paragraph(line("Blocker: ", Text(each.words))))
        body.append(Controls((Button("Escalate", "blocker.escalate", each.subject, opens=True),)))
    return body


def yours(shown: Shown) -> str:
    """How an answer is called to whoever gave it."""
    return f"Your answer to the {shown.called}" if shown.day else "Your check-in"


def reminder(shown: Shown, *, asked_for: bool) -> Message:
    """Once more, because it waits or (`asked_for`) because it was snoozed; a line when it is settled, as the prompt tells the rest."""
    if shown.state is not CheckInState.ASKED or shown.closed:
        return Message(line(shown.called, f" · {_settled(shown.state)}."), tone=Tone.GREY)
    left = (" is open until ", When(shown.closes_at, Shape.TIME)) if shown.closes_at else (" is still open",)
    first = "You asked me to come back" if asked_for else "A reminder"
    snooze = (Button("Snooze 1 h", "checkin.snooze", shown.subject),) if asked_for else ()
    return Message(
        line(f"{first}: ", Strong(shown.called), *left, "."),
        buttons=(Button("Answer", "checkin.answer", shown.subject, Style.PRIMARY, opens=True), *snooze),
        footer=line("You can simply reply here."),
    )


def _settled(state: CheckInState) -> str:
    match state:
        case CheckInState.ANSWERED:
            return "answered"
        case CheckInState.SKIPPED:
            return "skipped"
        case CheckInState.AWAY:
            return "you are away"
        case CheckInState.ASKED | CheckInState.MISSED:
            return "over"
