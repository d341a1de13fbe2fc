"""A check-in as the one sees it who is asked: the prompt, what became of it, the reminder, the form, and the private replies.

One rule: a question, never a reproach. Skipping and being away take one press, and nobody is asked why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.cards.settings import days_in_words
from bot.cards.standup import STANDUP, called, facts
from bot.messages import (
    Block,
    Bullets,
    Button,
    Control,
    Controls,
    Fact,
    Facts,
    Form,
    Message,
    Paragraph,
    Style,
    SwitchField,
    TextField,
    Tone,
)
from bot.rules.checking_in import MOST, Said
from bot.words import CheckInState, Code, Line, Shape, Strong, Text, When, line

EXAMPLE = Code("/checkin done: the rig runs next: the first test blockers: no certificate yet")
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
        line(Strong(_yours(shown)), " is in."),
        (Facts(facts(shown.said, shown.partner)), *_raising(shown, named=len(shown.blockers) > 1)),
        tone=Tone.GREEN,
        buttons=(Button("Change", "checkin.answer", shown.subject, opens=True),),
        footer=line(Text(shown.partnership), *((" · ", When(shown.at)) if shown.at else ()), marks),
    )


def _raising(shown: Shown, *, named: bool) -> list[Block]:
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


def _yours(shown: Shown) -> str:
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


# Forms ----------------------------------------------------------------------------------------------------------------


def form(subject: str, title: str, draft: Said, partner: str, before: Said | None = None) -> Form:
    """The form; its context is the check-in, or the partnership for one that is given unprompted."""
    last = f"Last time you had next: {before.next}" if before and before.next else ""
    hint = last if len(last) <= 140 else f"{last[:139]}…"
    return Form(
        "checkin.answer",
        title,
        (
            TextField("done", "Since last time", draft.done, lines=True, required=False, most=MOST, hint=hint,
                      example="The rig runs again."),
            TextField("next", "Next", draft.next, lines=True, required=False, most=MOST, example="The first test."),
            TextField("blockers", "Blockers", draft.blockers, lines=True, required=False, most=MOST,
                      hint="One a line. What you leave out is over.", example="No certificate yet."),
            TextField("waiting", "Waiting on the partner?", draft.waiting, lines=True, required=False, most=MOST,
                      hint=partner[:140], example="The drawings."),
            SwitchField("own_side", "For my side only", draft.own_side, hint="The other side does not see the words."),
        ),
        submit="Send",
        context=subject,
    )  # fmt: skip


def away_form(subject: str) -> Form:
    """Ask until when somebody is away."""
    return Form(
        "checkin.away",
        "I’m away until…",
        (TextField("until", "Until and including", most=60, example="friday", hint="Nobody is told why."),),
        submit="I’m away",
        context=subject,
    )


# Private replies ------------------------------------------------------------------------------------------------------


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
    body += _raising(shown, named=above or len(shown.blockers) > 1)
    late = ", late" if shown.late else ""
    undo = () if shown.edited else (Button("Undo", "checkin.undo", shown.subject),)
    return Message(
        line(f"{_yours(shown)} {'is changed' if shown.edited else 'is in'}{late}."),
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
    return Message(line(f"{_yours(shown)} is taken back."), (Paragraph(line(more)),), tone=Tone.GREY)


def away_until(last: date, absence_id: int) -> Message:
    """Say until when somebody is away."""
    return Message(
        line("You are away until ", Text(days_in_words(last, last)), ", that day included."),
        (Paragraph(line("Nothing is asked of you until then. Others see that you are away, never why.")),),
        buttons=(Button("Undo", "mine.here", f"mine|{absence_id}"),),
    )
