"""The morning message of a shepherd: what there is to act on, each line with its evidence and one thing to do.

One rule: both shepherds read the same facts, each with their own side first, and names stand here because only they read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import assert_never

from bot.cards import several
from bot.cards.evidence import counted, in_words
from bot.messages import (
    Block,
    Button,
    Control,
    Controls,
    Heading,
    Menu,
    Message,
    Option,
    Paragraph,
    Style,
    Tone,
)
from bot.rules import evidence
from bot.rules.evidence import (
    Evidence,
    Half,
    Meeting,
    OneSided,
    Report,
    Silence,
    Uncelebrated,
    Unreachable,
    Unsaid,
    Waiting,
    Waits,
)
from bot.words import Code, Inline, Key, Line, Nudging, Person, Shape, Strong, When, line, local

AT_A_GLANCE = 12  # lines of one message
SNOOZES = {1: "1 day", 3: "3 days", 7: "1 week"}
_HEARS = {
    Nudging.LIGHT: line("You hear of what is overdue or runs out, and of a long silence. For more: ",
                        Code("/partnership mine nudges standard")),
    Nudging.STANDARD: line("For less, ", Code("/partnership mine nudges light"), "; for early signs too, ",
                           Code("/partnership mine nudges active")),
    Nudging.ACTIVE: line("You hear of early signs too. For less: ", Code("/partnership mine nudges standard")),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line. `aside` says what the reader's side did with it, so that nothing is to be done any more; `other` what the other
    side's shepherd did; `reminded` were reminded today, and `can_remind` tells whether somebody is left."""

    evidence: Evidence
    people: tuple[Person, ...] = ()
    aside: Line = ()
    other: Line = ()
    reminded: tuple[Person, ...] = ()
    can_remind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that a morning message shows. `own` is the reader's side; `earlier` counts the lines that were said before in this week,
    `settled` those of this message that are not so any more."""

    subject: str
    partnership: str
    own: Key
    sides: Mapping[Key, str]
    facts: evidence.Facts
    zones: tuple[str, ...]
    entries: tuple[Entry, ...]
    earlier: int = 0
    settled: int = 0
    setting: Nudging = Nudging.STANDARD


def card(shown: Shown) -> Message:
    """Draw the message as it is now."""
    todo = sum(not each.aside for each in shown.entries)
    body: list[Block] = []
    for side in (shown.own, shown.own.other, None):
        those = [each for each in shown.entries[:AT_A_GLANCE] if each.evidence.side is side]
        if side:
            body += [Heading(shown.sides.get(side, "The other side")), _counts(shown, side)]
        elif those:
            body.append(Heading("Both sides"))
        for each in those:
            body += _entry(shown, each)
    if rest := _rest(shown):
        body.append(Paragraph((rest,)))
    if not todo:
        title = line("Nothing is left to act on in ", Strong(shown.partnership), " from this message.")
    else:
        title = line(f"{counted(todo, 'thing')} to act on in ", Strong(shown.partnership), ".")
    return Message(
        title,
        tuple(body),
        tone=Tone.NEUTRAL if todo else Tone.GREEN,
        buttons=(Button("Show all", "nudge.all", shown.subject),) if shown.earlier else (),
        footer=line("Both shepherds see the same facts. ", *_HEARS[shown.setting]),
    )


def replaced(day: date) -> Message:
    """What is left of a message when a newer one was sent."""
    return Message(line(f"Replaced by the message of {day:%a} {day.day} {day:%b %Y}."), tone=Tone.GREY)


def _rest(shown: Shown) -> str:
    """Say what this message does not show."""
    hidden = max(len(shown.entries) - AT_A_GLANCE, 0)
    sentences = (
        (hidden, f"{counted(hidden, 'more line')} will show here as others are settled."),
        (shown.settled, f"{counted(shown.settled, 'line')} of this message {_is(shown.settled)} settled by now."),
        (shown.earlier, f"{counted(shown.earlier, 'line')} from earlier this week {_is(shown.earlier)} still open."),
    )
    return " ".join(sentence for count, sentence in sentences if count)


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _counts(shown: Shown, key: Key) -> Paragraph:
    """The same counts of each side, under its name."""
    half = shown.facts.halves.get(key, Half())
    waiting = sum(each.side is key and each.how is not Waits.EARLY for each in shown.facts.waiting)
    parts: list[Inline] = [f"{counted(waiting, 'escalation')} to answer" if waiting else "no escalation to answer"]
    if half.missing:
        parts.append(f" · {len(half.missing)} of {half.asked} gave no check-in twice in a row")
    if half.silent:
        parts.append(f" · quiet for {counted(half.silent, 'working day')}")
    elif half.heard is not None:
        parts += [" · last heard from ", When(half.heard, Shape.DAY)]
    return Paragraph(line(*parts))


def _entry(shown: Shown, entry: Entry) -> list[Block]:
    words = in_words(entry.evidence, entry.people, shown.sides, shown.zones)
    if entry.aside:
        return [Paragraph(line(*words, " ", *entry.aside))]
    told = (" Today’s reminder goes to ", *several(entry.reminded), ".") if entry.reminded else ()
    return [Paragraph(line(*words, *told, *((" ", *entry.other) if entry.other else ()))), _controls(shown, entry)]


def _controls(shown: Shown, entry: Entry) -> Controls:
    about = f"{shown.subject}|{entry.evidence.key}"
    first: tuple[Control, ...] = ()
    match entry.evidence:
        case Waiting() | Report() | Unsaid():
            first = (Button("Remind", "nudge.remind", about, Style.PRIMARY),) if entry.can_remind else ()
        case Meeting(held=None, occurrence=id):
            first = (
                Button("Held", "meeting.held", f"meeting:{id}", Style.PRIMARY),
                Button("Not held", "meeting.not_held", f"meeting:{id}"),
            )
        case Meeting() | Silence():
            first = (Button("Meet", "nudge.meet", about, Style.PRIMARY),)
        case Unreachable() | Uncelebrated() | OneSided():
            pass
        case _:
            assert_never(entry.evidence)
    options = tuple(Option(label, f"{shown.subject}|{days}|{entry.evidence.key}") for days, label in SNOOZES.items())
    snooze = Menu("Snooze", "nudge.snooze", options)
    if isinstance(entry.evidence, Waiting):  # a clock that runs is put off, never put out of sight for weeks
        return Controls((*first, snooze))
    return Controls((*first, snooze, Button("Not useful", "nudge.useless", about)))


def snoozed(by: Person, until: datetime, zone: str) -> Line:
    """Say until which day it rests, in the words that the other shepherd reads as well."""
    return line("Snoozed by ", by, f" until {local(until, zone, Shape.DAY)}.")


def useless(until: datetime, zone: str) -> Line:
    return line(f"Set aside by your side as not useful, until {local(until, zone, Shape.DAY)}.")
