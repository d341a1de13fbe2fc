"""What is said once about an escalation: the reply to whoever raised it, questions, and one line of history for each step.

One rule: neutral and about the work, and always with what can be done next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from bot.cards import several
from bot.cards.escalation import TONES, Shown, facts, level_in_words
from bot.messages import Block, Button, Control, Facts, Message, Paragraph, Quote, Style, Tone
from bot.rules.escalation import Event
from bot.words import Inline, Line, Person, Strong, Text, When, line


@dataclass(frozen=True, slots=True)
class Notice:
    """When one person hears of it: now (no `at`), when their working time begins in their `zone`, or not from the bot."""

    who: Person
    at: datetime | None = None
    zone: str = "UTC"
    unreachable: bool = False


def raised(shown: Shown, notices: Sequence[Notice]) -> Message:
    """Tell the raiser, privately, what was understood and who was told."""
    now = [each.who for each in notices if each.at is None and not each.unreachable]
    later = [each for each in notices if each.at is not None]
    cannot = [each.who for each in notices if each.unreachable]
    body: list[Block] = [Facts(facts(shown))]
    if now:
        body.append(Paragraph(line(*several(now), " is being told now." if len(now) == 1 else " are being told now.")))
    if later:
        body += [
            Paragraph(
                line(
                    each.who,
                    " will be notified ",
                    When(each.at, zones=(each.zone,)),
                    ", when their working time begins.",
                )
            )
            for each in later
            if each.at
        ]
    if cannot:
        body.append(Paragraph(line(*several(cannot), " cannot be messaged directly and sees it in the room.")))
    if shown.paused:
        body.append(Paragraph(line(Text(shown.partnership), " is paused: the clock begins to run when it is resumed.")))
    buttons: list[Control] = []
    if later:
        buttons.append(Button("Notify now", "escalation.notify_now", shown.subject))
    buttons += [
        Button("Change", "escalation.change", shown.subject, opens=True),
        Button("Undo", "escalation.withdraw", shown.subject),
    ]
    where = (
        "It is with those addressed and the shepherds only." if shown.private else "The rooms of both sides show it."
    )
    return Message(
        line(Strong(f"{shown.name} is raised"), ": ", Text(shown.summary)),
        (*body, Paragraph(line(where))),
        tone=Tone.RED,
        buttons=tuple(buttons),
    )


def told_again(shown: Shown) -> Message:
    """Tell those who have the card already that it waits for them, once more or again."""
    return Message(
        line(Strong(shown.name), " waits to be acknowledged: ", Text(shown.summary)),
        (Facts(facts(shown)),),
        tone=Tone.RED,
        buttons=(
            Button("Acknowledge", "escalation.acknowledge", shown.subject, Style.PRIMARY),
            Button("Timeline", "escalation.timeline", shown.subject),
        ),
    )


def stopped(shown: Shown) -> Message:
    """Tell the shepherds that the clock stopped at the top."""
    return Message(
        line(
            Strong(f"{shown.name} stopped"), ": nobody acknowledged it at the top, and nobody is told again by itself."
        ),
        (
            Paragraph(line(Text(shown.summary))),
            Paragraph(line("It stays open. You can acknowledge it, reassign it, or talk to each other about it.")),
        ),
        tone=Tone.RED,
        buttons=(
            Button("Acknowledge", "escalation.acknowledge", shown.subject, Style.PRIMARY),
            Button("Reassign", "escalation.reassign", shown.subject, opens=True),
            Button("Timeline", "escalation.timeline", shown.subject),
        ),
    )


def asks_for_progress(shown: Shown) -> Message:
    """Ask the owner whether it is still in hand."""
    by = (
        (" Without an answer by ", When(shown.deadline, zones=shown.zones), " it opens again.")
        if shown.deadline
        else ()
    )
    return Message(
        line("Are you still on ", Strong(shown.name), "? ", Text(shown.summary)),
        (Paragraph(line("Nothing was said about it for a working day.", *by)),),
        tone=Tone.AMBER,
        buttons=(
            Button("Still on it", "escalation.progress", shown.subject, Style.PRIMARY),
            Button("Resolve", "escalation.resolve", shown.subject, opens=True),
            Button("Reassign", "escalation.reassign", shown.subject, opens=True),
            Button("Note", "escalation.note", shown.subject, opens=True),
        ),
    )


def asks_to_confirm(shown: Shown) -> Message:
    """Ask the raiser whether it is settled."""
    return Message(
        line(
            Strong(f"{shown.name} is resolved"), ", says ", shown.owner or "the other side", ". Is it settled for you?"
        ),
        (
            Paragraph(line(Text(shown.summary))),
            Quote(Text(shown.outcome)),
            Paragraph(line("If you say nothing, it is confirmed ", *_instant(shown), ".")),
        ),
        tone=Tone.OUTLINE,
        buttons=(
            Button("Confirm", "escalation.confirm", shown.subject, Style.PRIMARY),
            Button("Reopen", "escalation.reopen", shown.subject),
        ),
    )


def _instant(shown: Shown) -> Line:
    return (When(shown.deadline, zones=shown.zones),) if shown.deadline else ("in two working days",)


def _note(shown: Shown, *words: Inline) -> Message:
    return Message(
        line(Strong(shown.name), " ", *words),
        (Paragraph(line(Text(shown.summary))),),
        tone=TONES[shown.status],
        buttons=(Button("Timeline", "escalation.timeline", shown.subject),),
    )


def acknowledged(shown: Shown, by: Person) -> Message:
    """Tell the raiser that somebody has it in hand."""
    return _note(shown, "is acknowledged by ", by, ".")


def inherited(shown: Shown, raiser: Person) -> Message:
    """Tell a shepherd that what somebody raised who has left is theirs now."""
    return _note(shown, "was raised by ", raiser, ", who has left. It is yours now.")


def handed(shown: Shown, by: Person | None) -> Message:
    """Tell somebody that it is theirs now, with what they can do."""
    return replace(
        _note(shown, "was handed to you", *((" by ", by) if by else ()), "."),
        buttons=(
            Button("Resolve", "escalation.resolve", shown.subject, opens=True),
            Button("Reassign", "escalation.reassign", shown.subject, opens=True),
            Button("Note", "escalation.note", shown.subject, opens=True),
            Button("Timeline", "escalation.timeline", shown.subject),
        ),
    )


def in_thread(*what: Inline, words: str = "") -> Message:
    """One line of history, with what the person wrote."""
    return Message(line(*what), (Quote(Text(words)),) if words else ())


REWORDED: Line = ("changed the wording.",)


def what(event: Event, shown: Shown, *, to: Inline = "", until: datetime | None = None) -> Line:
    """Say what a step did, as a sentence goes on after the name of who did it; time's own steps stand alone."""
    told = level_in_words(shown.level, shown.told)
    match event:
        case Event.ACKNOWLEDGE:
            return ("acknowledged it. The clock has stopped on both sides.",)
        case Event.RESOLVE:
            return line("resolved it. ", shown.raised_by, " is asked to confirm.")
        case Event.CONFIRM:
            return ("confirmed that it is settled.",)
        case Event.SILENCE:
            return ("Nobody objected for two working days, so it counts as settled.",)
        case Event.RAISE_LEVEL:
            return line("raised it. ", *told, ".")
        case Event.CLIMB:
            return line("Not acknowledged in time, so it is now with the next level on both sides. ", *told, ".")
        case Event.REPEAT:
            return line("Still waiting, so those at the top were told again. ", *told, ".")
        case Event.STOP:
            return ("Those at the top were told as often as agreed. It stays open; both shepherds know.",)
        case Event.REASSIGN:
            return line("handed it to ", to, ".") if to else ()
        case Event.SNOOZE:
            return line("snoozed it until ", When(until, zones=shown.zones), ".") if until else ("snoozed it.",)
        case Event.WAKE:
            return ("The snooze is over, and the clock goes on.",)
        case Event.PROGRESS:
            return ("is on it.",)
        case Event.ASK:
            return line(
                "Nothing was said for a working day, so ", shown.owner or "the owner", " is asked how it stands."
            )
        case Event.LAPSE:
            return line("No answer for four working hours, so it is open again. ", *told, ".")
        case Event.REOPEN:
            return line("reopened it. ", *told, ".")
        case Event.WITHDRAW:
            return ("withdrew it. The clock has stopped.",)
        case Event.NOTE:
            return ()
        case _:
            assert_never(event)


def ended(shown: Shown, event: Event) -> Message:
    """Tell its owner how it ended."""
    match event:
        case Event.CONFIRM:
            return _note(shown, "is closed: the raiser confirmed that it is settled.")
        case Event.SILENCE:
            return _note(shown, "is closed: nobody objected for two working days.")
        case _:
            return _note(shown, "was withdrawn by the raiser.")


def done(shown: Shown, *words: Inline) -> Message:
    """Tell the person who pressed that it went through."""
    return Message(line(Strong(shown.name), " ", *words), tone=TONES[shown.status])
