"""What is said when somebody acts on a line of the morning message: reminders, times to meet, who stands in.

One rule: neutral and about the work; a reminder asks and never blames.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot.cards import several
from bot.cards.evidence import in_words
from bot.cards.settings import NUDGES
from bot.messages import (
    Block,
    Bullets,
    Button,
    Message,
    Paragraph,
    Quote,
    Style,
    Tone,
)
from bot.rules.evidence import (
    Evidence,
    Report,
    Unsaid,
    Waiting,
    Waits,
)
from bot.words import Code, Key, Nudging, Person, Strong, Text, When, line, plain


def reminder(
    evidence: Evidence, by: Person, partnership: str, sides: Mapping[Key, str], zones: tuple[str, ...], about: str = ""
) -> Message:
    """Write to somebody whom a line waits for. `about` is the report or the prompt that settles it, where there is one."""
    title = line("A friendly reminder from ", by, " about ", Strong(partnership), ".")
    match evidence:
        case Waiting(how=Waits.ASKED):
            asks = line(Strong(f"Escalation {evidence.number}"), ": how is it going?")
            button = Button("Still on it", "escalation.progress", f"escalation:{evidence.id}", Style.PRIMARY)
        case Waiting():
            asks = line(Strong(f"Escalation {evidence.number}"), " waits for somebody to take it up.")
            button = Button("Acknowledge", "escalation.acknowledge", f"escalation:{evidence.id}", Style.PRIMARY)
        case Unsaid():
            words = line("A check-in from you would help: ", Code("/checkin done: … next: … blockers: …"))
            answer = (Button("Answer", "checkin.answer", about, Style.PRIMARY, opens=True),) if about else ()
            return Message(title, (Paragraph(words),), buttons=answer)
        case Report():
            sent = (Button("Sent", "report.sent", about, Style.PRIMARY),) if about else ()
            return Message(title, (Paragraph(in_words(evidence, (), sides, zones)),), buttons=sent)
        case _:
            return Message(title, (Paragraph(in_words(evidence, (), sides, zones)),))
    return Message(title, (Paragraph(asks), Quote(Text(evidence.summary))), buttons=(button,))


def told(now: Sequence[Person], later: Sequence[tuple[Person, datetime, str]], missed: Sequence[Person]) -> Message:
    """Say who is reminded, and when; `missed` were reminded today already or cannot be written to."""
    body: list[Block] = [
        Paragraph(line(person, " hears of it ", When(at, zones=(zone,)), ", when their working time begins."))
        for person, at, zone in later
    ]
    if missed:
        body.append(Paragraph(line("Not written to, because they were reminded today already or I cannot reach them: ",
                                   *several(missed), ".")))  # fmt: skip
    if now:
        return Message(line("Reminded: ", *several(now), "."), tuple(body))
    if later:
        return Message(line("The reminder goes out when they work again."), tuple(body))
    return Message(line("Nobody was reminded."), tuple(body), tone=Tone.AMBER)


def meet(
    partnership: str, sides: Sequence[str], zones: tuple[str, ...], times: Sequence[datetime], *, fits: bool
) -> Message:
    """Propose times, as text to copy."""
    one, other = sides
    if not times:
        return Message(line("There is no common working day of ", Text(one), " and ", Text(other), " in sight."))
    # Written out in both sides' clocks, because a copied instant would be read on the copier's alone.
    listed = tuple(line(plain((When(at, zones=zones),))) for at in times)
    if fits:
        title = line("Times that are working time on both sides. Copy what you like:")
    else:
        title = line("No hour is working time on both sides in the next days. These come closest:")
    return Message(
        title, (Paragraph(line("Shall we talk about ", Text(partnership), "? For example:")), Bullets(listed))
    )


def stands_in(partnership: str, organisation: str, backup: Person, shepherd: Person, last: date) -> Message:
    """Tell the other shepherd whom to turn to."""
    return Message(
        line(backup, " looks after ", Strong(partnership), " for ", Text(organisation), f" until {last:%a} {last.day} {last:%b %Y}."),
        (Paragraph(line(shepherd, " is away until then.")),),
    )  # fmt: skip


def chosen(setting: Nudging, before: Nudging) -> Message:
    """Say what is set now."""
    if setting is before:
        return Message(line("Nothing was changed: it is so already."))
    return Message(
        line(f"Where you are a shepherd, your morning message is now {NUDGES[setting]}."),
        buttons=(Button("Undo", "nudging.undo", f"mine|{before}"),),
    )
