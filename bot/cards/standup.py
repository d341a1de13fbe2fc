"""A standup in a room: the card that counts both sides' answers, and each answer in its thread.

One rule: nobody is mentioned, and the two sides are counted in the same way. Who is away is away; why is nobody's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.cards import several
from bot.cards.settings import days_in_words
from bot.messages import Button, Fact, Facts, Message, Paragraph, Tone
from bot.rules.checking_in import Said, Tally, total
from bot.words import Line, Person, Strong, Text, When, line

STANDUP = "Standup"
"""What one is called that bears no name."""


@dataclass(frozen=True, slots=True)
class Half:
    """One side of a standup; the people are those who are named."""

    organisation: str
    tally: Tally
    away: tuple[Person, ...] = ()
    skipped: tuple[Person, ...] = ()
    missed: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that the card of a standup shows."""

    subject: str
    name: str
    day: date
    halves: tuple[Half, ...]
    closed: bool = False
    closes_at: datetime | None = None
    zones: tuple[str, ...] = ()


def called(name: str, day: date) -> str:
    """Name an occurrence by its cadence and its date."""
    return f"{name or STANDUP} of {days_in_words(day, day)}"


def card(shown: Shown) -> Message:
    """The card in a room."""
    answered, due = total(half.tally for half in shown.halves)
    how = "closed" if shown.closed else "open"
    facts = [Fact(half.organisation, (_in_words(half.tally, shown.closed),)) for half in shown.halves]
    facts += _named("Away", [each for half in shown.halves for each in half.away])
    facts += _named("Skipped", [each for half in shown.halves for each in half.skipped])
    if shown.closed:
        facts += _named("No update", [each for half in shown.halves for each in half.missed])
    return Message(
        line(Strong(called(shown.name, shown.day)), f" · {how}, {answered} of {due} answered"),
        (Facts(tuple(facts)),),
        tone=_tone(shown.closed, answered, due),
        buttons=(Button("Comment", "standup.comment", shown.subject, opens=True),),
        footer=_footer(shown),
    )


def _in_words(tally: Tally, closed: bool) -> str:
    if not tally.due:
        asked = "nobody was asked" if closed else "nobody is asked"
        return f"{asked}, {tally.away} away" if tally.away else asked
    more = [(tally.skipped, "skipped"), (tally.missed if closed else 0, "no update"), (tally.away, "away")]
    return ", ".join(
        [f"{tally.answered} of {tally.due} answered", *(f"{count} {what}" for count, what in more if count)]
    )


def _named(label: str, people: Sequence[Person]) -> list[Fact]:
    return [Fact(label, several(people))] if people else []


def _tone(closed: bool, answered: int, due: int) -> Tone:
    if due and answered == due:
        return Tone.GREEN
    return Tone.GREY if closed else Tone.NEUTRAL


def _footer(shown: Shown) -> Line:
    if shown.closed or shown.closes_at is None:
        return line("The answers are in the thread.")
    return line("The answers are in the thread. It closes ", When(shown.closes_at, zones=shown.zones), ".")


# Answers --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One person's check-in as a room sees it."""

    who: Person
    said: Said
    partner: str
    at: datetime | None = None
    late: bool = False
    edited: bool = False
    about: str = ""
    only: str = ""
    """The organisation whose side alone sees it."""


def facts(said: Said, partner: str) -> tuple[Fact, ...]:
    """The parts of a check-in that are not empty; `partner` is the other side's organisation."""
    labels = ("Since last time", "Next", "Blockers", f"Waiting on {partner}")
    pairs = zip(labels, said.parts, strict=True)
    return tuple(Fact(label, (Text(words),)) for label, words in pairs if words)


def answer(shown: Answer) -> Message:
    """What somebody answered, in a thread or, unprompted, on a card of its own."""
    marks = [
        *((When(shown.at),) if shown.at else ()),
        *((" · late",) if shown.late else ()),
        *((" · edited",) if shown.edited else ()),
    ]
    only = line("For ", Text(f"{shown.only}’s"), " side only. Replies here stay on that side.")
    kept = (Paragraph(only),) if shown.only else ()
    return Message(
        line(shown.who, " checked in", Text(f" for {shown.about}") if shown.about else "", "."),
        (Facts(facts(shown.said, shown.partner)), *kept),
        footer=line(*marks),
    )


def kept_to_side(who: Person) -> Message:
    """What the other side's room shows of an answer that is not for it any more."""
    return Message(line(who, " checked in, for their own side."), tone=Tone.GREY)


def taken_back(who: Person) -> Message:
    """What is left of an answer that was taken back."""
    return Message(line(who, " took this check-in back."), tone=Tone.GREY)


def gone() -> Message:
    """What is left of an answer of which nothing is known any more."""
    return Message(line("This check-in was taken back."), tone=Tone.GREY)


def asked_here(who: Person, name: str, day: date, subject: str, closes_at: datetime | None) -> Message:
    """Ask somebody in the room whom the bot cannot write to."""
    until = (Paragraph(line("Open until ", When(closes_at), ".")),) if closes_at else ()
    return Message(
        line(who, ", how does it go? ", Strong(called(name, day))),
        until,
        buttons=(Button("Answer", "checkin.answer", subject, opens=True),),
    )


def settled_here(who: Person, name: str, day: date, how: str) -> Message:
    """What becomes of that question, `how` being `answered`, `is away` and so on."""
    return Message(line(who, f" {how}. ", Strong(called(name, day))), tone=Tone.GREY)


# Shepherds ------------------------------------------------------------------------------------------------------------


def unreachable(who: Person, partnership: str) -> Message:
    """Tell a shepherd, once, that somebody is asked in the room."""
    return Message(
        line("I cannot write to ", who, " directly, so I ask them in the room."),
        (
            Paragraph(
                line("In ", Text(partnership), " their check-ins have a button there. "
                     "To be asked privately they write to me once, or have the app installed where they are.")
            ),
        ),
        tone=Tone.AMBER,
    )  # fmt: skip


def unasked(who: Person, partnership: str) -> Message:
    """Tell a shepherd, once, that somebody can be asked nowhere."""
    return Message(
        line("I cannot write to ", who, " directly, and there is no room, so they are not asked."),
        (
            Paragraph(
                line("In ", Text(partnership), " nothing is counted for them. To be asked they write to me once, "
                     "or their side brings me into a room.")
            ),
        ),
        tone=Tone.AMBER,
    )  # fmt: skip


class Scope(StrEnum):
    """Who hears of a blocker, in words for a shepherd of the side that it comes from."""

    OWN_SIDE = "This is for your side only."
    MOSTLY_OWN_SIDE = "Some of this was for your side only, so the other side’s shepherds have not heard of it."
    BOTH = "Both shepherds hear of it."


def repeated(who: Person, words: str, times: int, since: datetime | None, subject: str, scope: Scope) -> Message:
    """Tell the shepherds that the same blocker comes up again."""
    first = ("First on ", When(since), ". ") if since else ()
    return Message(
        line(who, f" has named the same blocker {times} times: ", Text(words)),
        (Paragraph(line(*first, Text(scope))),),
        tone=Tone.AMBER,
        buttons=(Button("Escalate", "blocker.escalate", subject, opens=True),),
    )
