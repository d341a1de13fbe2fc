"""A digest as people see it: the card in a room, the details in its thread, and both together as a preview.

One rule: one screen, counts first. Both sides stand beside each other, and nobody is named as being late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cards import several
from bot.cards.cadence import DONE
from bot.cards.escalation import TONES
from bot.messages import Block, Bullets, Button, Fact, Facts, Heading, Message, Paragraph, Tone
from bot.rules.digest import Digest, Open, Overdue, Owed, Tally, bars
from bot.rules.escalation import Status, left_in_words
from bot.words import Key, Line, Person, Shape, Text, When, line, local

FEW, MANY = 3, 10
"""How many of a kind the card shows, and the thread."""
LETTERS = 160  # of what people wrote
_SIGNS = {Tone.RED: "🔴 ", Tone.AMBER: "🟠 ", Tone.OUTLINE: "🟢 "}


@dataclass(frozen=True, slots=True)
class Win:
    """A celebration (`giver`, and to whom), or a resolved escalation with its number and its outcome."""

    words: str
    giver: Person | None = None
    receivers: Line = ()
    number: int = 0
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An escalation that has not ended."""

    number: int
    summary: str
    stands: Open


@dataclass(frozen=True, slots=True)
class Due:
    """What a side owes: `report` is its name, `number` the escalation's; `people` only for readers who look after it."""

    owes: Overdue
    report: str = ""
    number: int = 0
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Ahead:
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """`what` is `set`, `changed`, `paused`, `resumed` or `ended`."""

    name: str
    what: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that is said: the numbers, and the words to those that have some."""

    subject: str = ""
    partnership: str
    sides: Mapping[Key, str]
    digest: Digest
    zone: str
    zones: tuple[str, ...] = ()
    late: bool = False
    wins: tuple[Win, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    due: tuple[Due, ...] = ()
    ahead: tuple[Ahead, ...] = ()
    changed: tuple[Changed, ...] = ()

    @property
    def week(self) -> str:
        return f"the week to {local(self.digest.end, self.zone, Shape.DAY)}"


def card(shown: Shown) -> Message:
    """The card in a room."""
    return Message(
        _title(shown),
        (*_counted(shown), *_brief(shown), *_trend(shown)),
        buttons=(Button("Comment", "digest.comment", shown.subject, opens=True),),
        footer=_footer(shown),
    )


def details(shown: Shown) -> Message:
    """What stands in its thread."""
    return Message(line(f"Details of {shown.week}"), tuple(_details(shown)))


def preview(shown: Shown) -> Message:
    """Both in one, for the one who asks."""
    return Message(_title(shown), (*_counted(shown), *_trend(shown), *_details(shown)), footer=_footer(shown))


# The card ------------------------------------------------------------------------------------------------------------


def _title(shown: Shown) -> Line:
    told, name = shown.digest, Text(shown.partnership)
    if told.empty:
        return line("Nothing to report from ", name, f" for {shown.week}.")
    found = [
        _count(told.wins, "win"),
        _count(len(told.open), "open escalation"),
        f"{len(told.overdue)} overdue" if told.overdue else "",
    ]
    said = [each for each in found if each] or [_all_check_ins(told) or "a change to the schedule"]
    return line(name, f", {shown.week}: {', '.join(said)}")


def _all_check_ins(told: Digest) -> str:
    given, due = sum(each.given for each in told.given.values()), sum(each.due for each in told.given.values())
    return f"{given} of {due} check-ins" if due else ""


def _counted(shown: Shown) -> Sequence[Block]:
    told = shown.digest
    facts = [] if told.empty else _counts(shown)
    facts += [
        Fact("After that" if later else "Next meeting", _meeting(shown, each))
        for later, each in enumerate(shown.ahead[:2])
    ]
    if told.changes:
        facts.append(Fact("Schedule", line(_count(len(told.changes), "change"))))
    return [Facts(tuple(facts))] if facts else []


def _brief(shown: Shown) -> Sequence[Block]:
    """What matters most of what the thread has in full."""
    lines = [*(_waits(shown, each) for each in shown.waiting[:FEW]), *(_owes(shown, each) for each in shown.due[:FEW])]
    if left_out := max(len(shown.waiting) - FEW, 0) + max(len(shown.due) - FEW, 0):
        lines.append(line(f"{left_out} more in the thread"))
    return [Bullets(tuple(lines))] if lines else []


def _counts(shown: Shown) -> list[Fact]:
    told = shown.digest
    wins = [_count(len(told.celebrations), "celebration"), _count(len(told.resolved), "resolved escalation")]
    turns = {key: sum(each.waits_for is key for each in told.open) for key in shown.sides}
    owing = {key: sum(each.side is key for each in told.overdue) for key in shown.sides}
    return [
        Fact("Wins", line(", ".join(filter(None, wins)) or "none")),
        Fact("Open escalations", _by_side(shown, turns, "waiting for ") if told.open else line("none")),
        Fact("Check-ins", _check_ins(shown)),
        Fact("Overdue", _by_side(shown, owing) if told.overdue else line("nothing")),
    ]


def _by_side(shown: Shown, counts: Mapping[Key, int], what: str = "") -> Line:
    parts: list[str | Text] = []
    for key, count in counts.items():
        parts += [", " if parts else f"{sum(counts.values())} ({what}", Text(shown.sides[key]), f" {count}"]
    return line(*parts, ")")


def _check_ins(shown: Shown) -> Line:
    if not any(each.due for each in shown.digest.given.values()):
        return line("none were due")
    parts: list[str | Text] = []
    for key, name in shown.sides.items():
        parts += [", " if parts else "", Text(name), f" {_tally(shown.digest.given.get(key, Tally()))}"]
    return line(*parts)


def _tally(tally: Tally) -> str:
    return f"{tally.given} of {tally.due} ({tally.share}%)" if tally.due else "none due"


def _meeting(shown: Shown, ahead: Ahead) -> Line:
    return line(Text(ahead.name), ", ", When(ahead.at, zones=shown.zones))


def _trend(shown: Shown) -> Sequence[Block]:
    """One line since the first week in which something was due: bars for the eye, the same as numbers for the ear."""
    trend = shown.digest.trend
    first = next((index for index, each in enumerate(trend) if each.due), len(trend))
    if len(known := trend[first:]) < 2:
        return []
    numbers = ", ".join("nothing due" if each.share is None else f"{each.share}%" for each in known)
    return [Paragraph(line(f"Check-ins, the last {len(known)} weeks: {bars(known)} ({numbers})"))]


def _footer(shown: Shown) -> Line:
    late = " · sent late: I was not running when it was due" if shown.late else ""
    return line("From ", When(shown.digest.start), " to ", When(shown.digest.end), late)


# One line each -------------------------------------------------------------------------------------------------------


def _waits(shown: Shown, waiting: Waiting) -> Line:
    stands = waiting.stands
    side = shown.sides.get(stands.waits_for, "the other side")
    match stands.status:
        case Status.OPEN:
            where: Line = ("waits for an answer from ", Text(side), f" (level {stands.level})")
        case Status.ACKNOWLEDGED:
            where = ("is in hand at ", Text(side))
        case _:
            where = ("is resolved, for ", Text(side), " to confirm")
    left = f", {left_in_words(stands.left, stands.working)} left" if stands.left is not None else ""
    sign = _SIGNS[TONES[stands.status]]
    return line(sign, f"Escalation {waiting.number} ", *where, f"{left}: ", Text(_cut(waiting.summary)))


def _owes(shown: Shown, due: Due) -> Line:
    owes = due.owes
    roles = ", ".join(each.value for each in owes.roles)
    match owes.owed:
        case Owed.ANSWER:
            what: Line = (f"an answer on escalation {due.number}",)
        case Owed.PROGRESS:
            what = (f"word on how escalation {due.number} goes",)
        case Owed.REPORT:
            what = (Text(due.report),)
    of: Line = (roles, ": " if roles and due.people else "", *several(due.people))
    who: Line = (" (", *of, ")") if roles or due.people else ()
    side = Text(shown.sides.get(owes.side, "the other side"))
    return line("⏰ Overdue from ", side, *who, ": ", *what, ", since ", When(owes.since))


def _won(win: Win) -> Line:
    if win.giver is not None:
        return line("🎉 ", win.giver, " celebrates ", *win.receivers, ": ", Text(_cut(win.words)))
    outcome = (" — ", Text(_cut(win.outcome))) if win.outcome else ()
    return line(f"✅ Escalation {win.number} is settled: ", Text(_cut(win.words)), *outcome)


def _changed(changed: Changed) -> Line:
    return line("🔁 ", Text(changed.name), f" {DONE.get(changed.what, changed.what)}, ", When(changed.at))


# The thread ----------------------------------------------------------------------------------------------------------


def _details(shown: Shown) -> list[Block]:
    sections: list[tuple[str, list[Line], int]] = [
        ("Wins", [_won(each) for each in shown.wins], shown.digest.wins),
        ("Open escalations", [_waits(shown, each) for each in shown.waiting], len(shown.waiting)),
        ("Check-ins", _weekly(shown), 0),
        ("Overdue", [_owes(shown, each) for each in shown.due], len(shown.due)),
        ("Next meetings", [_meeting(shown, each) for each in shown.ahead], len(shown.ahead)),
        ("Schedule", [_changed(each) for each in shown.changed], len(shown.changed)),
    ]
    blocks: list[Block] = []
    for name, lines, count in sections:
        more = [line(f"and {count - MANY} more")] if count > MANY else []
        if lines:
            blocks += [Heading(name), Bullets((*lines[:MANY], *more))]
    return blocks


def _weekly(shown: Shown) -> list[Line]:
    told = shown.digest
    if not any(each.due for each in told.given.values()):
        return []
    return [
        line(Text(name), f": {_tally(told.given.get(key, Tally()))}") for key, name in shown.sides.items()
    ]  # fmt: skip


def _count(number: int, what: str) -> str:
    """`1 win`, `3 wins`; empty for none."""
    return f"{number} {what}{'' if number == 1 else 's'}" if number else ""


def _cut(words: str) -> str:
    one_line = " ".join(words.split())
    return one_line if len(one_line) <= LETTERS else one_line[: LETTERS - 1].rstrip() + "…"
