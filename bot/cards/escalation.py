"""An escalation as people see it: the card that lives in the rooms, its history, its forms and what is said to whom.

One rule: neutral and about the work. Nobody is blamed, and raising a concern costs the raiser nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from bot.cards import several
from bot.messages import (
    Block,
    Button,
    ChoiceField,
    Control,
    Fact,
    Facts,
    Field,
    Form,
    Menu,
    Message,
    Note,
    Option,
    Paragraph,
    Quote,
    Style,
    SwitchField,
    TextField,
    Tone,
)
from bot.rules.escalation import Event, Snooze, Status, left_in_words
from bot.rules.ladder import LEVELS
from bot.words import Code, Inline, Line, Person, Shape, Strong, Text, Urgency, When, line


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


_TONES = {
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
        body=(Facts(_facts(shown)),),
        tone=_TONES[shown.status],
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
    return (f"Level {level}: ", *several(told)) if told else (f"Level {level}: {LEVELS[level].name}",)


def _facts(shown: Shown) -> tuple[Fact, ...]:
    open_ = shown.status is Status.OPEN
    facts: list[Fact | None] = [
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
    return tuple(fact for fact in facts if fact)


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
    resolve = Button("Resolve", "escalation.resolve", subject)
    confirm = Button("Confirm", "escalation.confirm", subject, Style.PRIMARY)
    reopen = Button("Reopen", "escalation.reopen", subject)
    raise_level = Button("Raise level", "escalation.raise_level", subject)
    reassign = Button("Reassign", "escalation.reassign", subject)
    snooze = Menu(
        "Snooze", "escalation.snooze", tuple(Option(each.value, f"{subject}|{each.name.lower()}") for each in Snooze)
    )
    note = Button("Note", "escalation.note", subject)
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


# What is said once ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Notice:
    """When one person hears of it: now, or when their working time begins; `instead` stands in for somebody who is away."""

    who: Person
    at: datetime | None = None
    zone: str = "UTC"
    unreachable: bool = False


def raised(shown: Shown, notices: Sequence[Notice], more: Line = ()) -> Message:
    """Tell the raiser, privately, what was understood and who was told."""
    now = [each.who for each in notices if each.at is None and not each.unreachable]
    later = [each for each in notices if each.at is not None]
    cannot = [each.who for each in notices if each.unreachable]
    body: list[Block] = [Facts(_facts(shown))]
    if now:
        body.append(Paragraph(line(*several(now), " told just now.")))
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
    if more:
        body.append(Paragraph(more))
    buttons: list[Control] = []
    if later:
        buttons.append(Button("Notify now", "escalation.notify_now", shown.subject))
    buttons += [
        Button("Change", "escalation.change", shown.subject),
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
        (Facts(_facts(shown)),),
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
            Button("Reassign", "escalation.reassign", shown.subject),
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
            Button("Resolve", "escalation.resolve", shown.subject),
            Button("Reassign", "escalation.reassign", shown.subject),
            Button("Note", "escalation.note", shown.subject),
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


def note_to(shown: Shown, *words: Inline) -> Message:
    """Tell one person what happened to an escalation that is theirs, in one line."""
    return Message(
        line(Strong(shown.name), " ", *words),
        (Paragraph(line(Text(shown.summary))),),
        tone=_TONES[shown.status],
        buttons=(Button("Timeline", "escalation.timeline", shown.subject),),
    )


def in_thread(*what: Inline, words: str = "") -> Message:
    """One line of history, with what the person wrote."""
    return Message(line(*what), (Quote(Text(words)),) if words else ())


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


def ended(event: Event) -> Line:
    """How it ended, for its owner."""
    match event:
        case Event.CONFIRM:
            return ("is closed: the raiser confirmed that it is settled",)
        case Event.SILENCE:
            return ("is closed: nobody objected for two working days",)
        case _:
            return ("was withdrawn by the raiser",)


def done(shown: Shown, *words: Inline) -> Message:
    """Tell the person who pressed that it went through."""
    return Message(line(Strong(shown.name), " ", *words), tone=_TONES[shown.status])


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a timeline; `who` is None where time did it, `what` goes on after the name."""

    at: datetime
    what: Line
    who: Person | None = None
    platform: str = ""
    clause: str = ""
    words: str = ""


def on_record(
    kind: str,
    *,
    level: int | None = None,
    was: int | None = None,
    to: Person | None = None,
    until: datetime | None = None,
    alone: bool = False,
) -> Line:
    """Say what an event was (`alone`: time did it); a kind that is not known here is shown by its own name."""
    new = f"level {level}" if level else "the same level"
    move = f"from level {was} to level {level}" if was and level and was != level else f"at {new}"
    person: Inline = to or "the owner"
    sentences: Mapping[str, Line] = {
        "raised": (f"raised it, {move}",),
        "acknowledged": ("acknowledged it: open → acknowledged",),
        "resolved": ("resolved it: → resolved",),
        "confirmed": (("two working days without a word" if alone else "confirmed it") + ": resolved → closed",),
        "lifted": (f"raised it {move}",),
        "reassigned": ("handed it to ", person),
        "snoozed": ("snoozed it until ", When(until)) if until else ("snoozed it",),
        "progressed": ("is on it",),
        "noted": ("left a note",),
        "commented": ("commented",),
        "withdrawn": ("withdrew it: → withdrawn",),
        "climbed": (f"not acknowledged in time: {move}, on both sides",),
        "repeated": ("not acknowledged at the top: told again",),
        "stopped": ("told as often as agreed: the clock stopped",),
        "asked": ("no progress for a working day: ", person, " was asked"),
        "lapsed": ("no answer for four working hours: acknowledged → open",),
        "woken": ("the snooze was over",),
        "reopened": (f"reopened it, {move}",),
        "changed": ("changed the wording",),
    }
    return sentences.get(kind.partition(".")[2], (kind,))


def timeline(shown: Shown, steps: Sequence[Step]) -> Message:
    """Every step on the record: when, who, on which platform, what, under which clause."""
    body: list[Block] = []
    for step in steps:
        via = f" · via {step.platform.capitalize()}" if step.platform else ""
        clause = f" · clause {step.clause}" if step.clause else ""
        who: Line = (step.who, " ") if step.who else ()
        body.append(Paragraph(line(When(step.at), " — ", *who, *step.what, via, clause)))
        if step.words:
            body.append(Quote(Text(step.words)))
    return Message(
        line(Strong(f"Timeline of {shown.name}"), ": ", Text(shown.summary)), tuple(body), tone=_TONES[shown.status]
    )


# Forms ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Draft:
    """What is in the form, as typed."""

    summary: str = ""
    impact: str = ""
    tried: str = ""
    asked: str = ""
    wanted_by: str = ""
    high: bool = False
    level: int = 0
    to: int | None = None
    private: bool = False


SUMMARY_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class Rung:
    """A level that can be chosen, who would be told on it, and who of them is away until when."""

    level: int
    people: tuple[Person, ...]
    away: tuple[tuple[Person, datetime], ...] = ()


def form(subject: str, partnership: str, rungs: Sequence[Rung], draft: Draft, people: Sequence[Person] = ()) -> Form:
    """The form for raising one. Its context is the partnership, or the escalation that is being changed."""
    changing = subject.startswith("escalation:")
    told: list[Field] = []
    for rung in rungs:
        away: list[Inline] = []
        for person, until in rung.away:
            away += [" — ", person, " is away until ", When(until, Shape.DAY)]
        told.append(Note(line(*level_in_words(rung.level, rung.people), *away)))
    fields: list[Field] = [
        TextField("summary", "What is wrong?", draft.summary, lines=True, least=3, most=SUMMARY_AT_MOST,
                  hint="Observed, in a sentence or two.", example="The test rig has been down since Tuesday."),
        TextField("impact", "Impact on the shared objective", draft.impact, lines=True, required=False, most=1000),
        TextField("tried", "What was tried?", draft.tried, lines=True, required=False, most=1000),
        TextField("asked", "What do you ask for?", draft.asked, lines=True, required=False, most=1000),
        TextField("wanted_by", "Wanted by", draft.wanted_by, required=False, most=60, example="friday noon"),
    ]  # fmt: skip
    if not changing:
        levels = tuple(Option(f"Level {rung.level} – {LEVELS[rung.level].name}", str(rung.level)) for rung in rungs)
        fields += [
            ChoiceField("urgency", "Urgency",
                        (Option("Normal – working time", "normal"), Option("High – wall clock, day and night", "high")),
                        "high" if draft.high else "normal"),
            ChoiceField("level", "Begin at", levels, _begin_at(rungs, draft.level)),
            ChoiceField("to", "To one person (optional)",
                        tuple(Option(f"{each.name} ({each.organisation})", str(each.id)) for each in people),
                        str(draft.to or ""), required=False),
            SwitchField("private", "Private to the shepherds, those addressed and you", draft.private),
        ]  # fmt: skip
        fields += [Note(line(Strong("Who will be told"))), *told]
    return Form(
        "escalate",
        "Change the escalation" if changing else "Raise an escalation",
        tuple(fields),
        submit="Save" if changing else "Raise it",
        context=subject,
        intro=line("In ", Strong(partnership), ". Raising a concern never costs the raiser anything."),
    )


def _begin_at(rungs: Sequence[Rung], wished: int) -> str:
    levels = [str(rung.level) for rung in rungs]
    return str(wished) if str(wished) in levels else next(iter(levels), "")


def resolve_form(shown: Shown, outcome: str = "") -> Form:
    return Form(
        "escalation.resolve",
        f"Resolve {shown.name}",
        (
            TextField("outcome", "What is the outcome?", outcome, lines=True, least=3, most=1000,
                      example="The spare part is in; the rig runs since noon."),
        ),
        submit="Resolve",
        context=shown.subject,
        intro=line(shown.raised_by, " is asked to confirm."),
    )  # fmt: skip


def reassign_form(shown: Shown, people: Sequence[Person]) -> Form:
    return Form(
        "escalation.reassign",
        f"Reassign {shown.name}",
        (
            ChoiceField("to", "Who takes it?", tuple(Option(f"{each.name} ({each.organisation})", str(each.id)) for each in people)),
            TextField("why", "A word to them (optional)", lines=True, required=False, most=1000),
        ),
        submit="Reassign",
        context=shown.subject,
    )  # fmt: skip


def note_form(shown: Shown) -> Form:
    return Form(
        "escalation.note",
        f"Note on {shown.name}",
        (TextField("words", "Note", lines=True, least=1, most=2000),),
        submit="Add note",
        context=shown.subject,
        intro=line("It goes into the thread in both rooms, with your name." if not shown.private else "It goes to those who see this escalation."),
    )  # fmt: skip


def away_question(names: Sequence[tuple[Person, datetime]]) -> Line:
    """Ask before somebody is addressed who is away."""
    parts: list[Inline] = []
    for person, until in names:
        parts += [person, " is away until ", When(until, Shape.DAY), ". "]
    return line(*parts, "Raise it all the same?")


EXAMPLE = Code("/escalate the test rig is down by friday noon")
