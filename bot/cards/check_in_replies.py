"""What is said privately to who checks in: what was understood, where it went, and the way back.

One rule: nobody has to look into a room to know who reads what they said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.cards.check_in import Shown, raising, yours
from bot.cards.settings import days_in_words
from bot.cards.standup import facts
from bot.messages import Block, Button, Facts, Message, Paragraph, Style, Tone
from bot.rules.checking_in import Said
from bot.words import Code, Strong, Text, line

EXAMPLE = Code("/checkin done: the rig runs next: the first test blockers: no certificate yet")


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a check-in went: the rooms by their organisation (None: the shared one), in the thread of a standup or by itself, and
    the shepherds who were told of a blocker that came up again."""

    rooms: tuple[str | None, ...] = ()
    thread: bool = True
    repeated: tuple[str, ...] = ()


def taken(shown: Shown, reach: Reach, *, above: bool = False) -> Message:
    """Echo what was understood and where it went; `above`: the prompt in the same chat shows the words."""
    where = [f"{whose}’s room" if whose else "the shared room" for whose in reach.rooms]
    if not where:
        to = "It is kept for your side; no room shows it."
    elif shown.said.own_side:
        to = f"It is for your side only, in {where[0]}."
    else:
        to = f"It is {'in the thread' if reach.thread else 'shown'} in {' and '.join(where)}."
    body: list[Block] = [] if above else [Facts(facts(shown.said, shown.partner))]
    body.append(Paragraph(line(Text(to))))
    for words in reach.repeated:
        body.append(Paragraph(line("You named “", Text(words), "” for the third time, so the shepherds hear of it.")))
    body += raising(shown, named=above or len(shown.blockers) > 1)
    late = ", late" if shown.late else ""
    undo = () if shown.edited else (Button("Undo", "checkin.undo", shown.subject),)
    return Message(
        line(f"{yours(shown)} {'is changed' if shown.edited else 'is in'}{late}."),
        tuple(body),
        tone=Tone.GREEN,
        buttons=(Button("Change", "checkin.answer", shown.subject, opens=True), *undo),
        footer=line(Text(shown.partnership)),
    )


def cleared(words: Sequence[str], *, waits: bool) -> Message:
    """Say which blockers are over, and that a prompt still waits."""
    more = (Paragraph(line("Your prompt still waits. For example: ", EXAMPLE)),) if waits else ()
    return Message(line("No blockers any more. Over: ", Text("; ".join(words)), "."), more, tone=Tone.GREEN)


def offered(shown: Shown, said: Said, key: str, meant: str) -> Message:
    """Ask whether plain words are the answer; `key` is what they are kept under, `meant` a command that is spelled like them."""
    own_side = " It is for your side only." if said.own_side else ""
    other = (
        ("If you meant a command: ", Code(meant)) if meant else ("If not, leave it. What else I know: ", Code("help"))
    )
    return Message(
        line("Is this your answer to the ", Strong(shown.called), "?"),
        (Facts(facts(said, shown.partner)), Paragraph(line(f"Nothing is sent yet.{own_side} ", *other))),
        buttons=(
            Button("Take as check-in", "checkin.take", f"{shown.subject}|{key}", Style.PRIMARY),
            Button("Change", "checkin.answer", f"{shown.subject}|{key}", opens=True),
        ),
        footer=line(Text(shown.partnership)),
    )


def undone(shown: Shown) -> Message:
    """Say that it is taken back."""
    more = (
        "You can answer again until you are asked the next time." if shown.day else "Its words are gone from the rooms."
    )
    return Message(line(f"{yours(shown)} is taken back."), (Paragraph(line(more)),), tone=Tone.GREY)


def away_until(last: date, absence_id: int) -> Message:
    """Say until when somebody is away."""
    return Message(
        line("You are away until ", Text(days_in_words(last, last)), ", that day included."),
        (Paragraph(line("Nothing is asked of you until then. Others see that you are away, never why.")),),
        buttons=(Button("Undo", "mine.here", f"mine|{absence_id}"),),
    )
