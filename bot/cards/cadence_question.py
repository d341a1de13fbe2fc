"""The question before something is set, and the private answers to whoever sets it.

One rule: nothing recurs that was not shown first as it was understood, with its next three dates.
"""

from __future__ import annotations

from bot.cards.cadence import DONE, Shown, State, dated, facts_of
from bot.messages import Block, Bullets, Button, Facts, Message, Paragraph, Style
from bot.words import Code, Text, line


def preview(shown: Shown, partnership: str, key: str, *, instead: Shown | None = None, waits: bool = False) -> Message:
    """Show what was understood and ask; `instead` is what it takes the place of; `waits`: the partnership stands still."""
    body: list[Block] = [
        Facts(facts_of(shown, instead)),
        *_next_three(shown),
    ]
    if waits:
        body.append(Paragraph(line("The partnership is paused: it begins when the partnership goes on.")))
    return Message(
        line("Shall I change ", Text(shown.called), " to this?") if instead else line("Shall I set ", Text(shown.called), " like this?"),
        tuple(body),
        buttons=(
            Button("Set it", "cadence.set", f"{partnership}|{key}", Style.PRIMARY),
            Button("Change", "cadence.retouch", f"{partnership}|{key}", opens=True),
            Button("Not now", "cadence.later", f"{partnership}|{key}"),
        ),
    )  # fmt: skip


def done(shown: Shown, what: str, undo: str) -> Message:
    """Say privately what was done, with a way back."""
    dates = _next_three(shown) if shown.state is State.RUNS else ()
    ended = what == "ended"
    return Message(
        line(Text(shown.called), f" {DONE[what]}."),
        (Facts(facts_of(shown)), *dates, Paragraph(line("The rooms of the partnership show it too."))),
        buttons=(
            *(() if ended else (Button("Change", "cadence.edit", shown.subject, opens=True),)),
            Button("Undo", "cadence.undo", f"{shown.subject}|{undo}"),
        ),
    )


def already(shown: Shown) -> Message:
    """Say that it is so by now, with its next dates and how to let it be otherwise."""
    paused = shown.state is State.PAUSED
    goes_on = line("It goes on with ", Code(f"/partnership cadence resume {shown.number}"), ".")
    other = line("To let it recur otherwise, press Change or type for example ",
                 Code(f"/partnership cadence change {shown.number} at 10:00"), ".")  # fmt: skip
    so = " and paused" if paused else ""
    return Message(
        line("That is set already", so, ": ", Text(shown.called), ", ", Text(shown.words), "."),
        (Facts(facts_of(shown)[1:]), *((Paragraph(goes_on),) if paused else _next_three(shown)), Paragraph(other)),
        buttons=(Button("Change", "cadence.edit", shown.subject, opens=True),),
    )


def still(shown: Shown) -> Message:
    """Say that it is set, and is not undone by leaving the question."""
    paused = shown.state is State.PAUSED
    resume = ("It goes on with ", Code(f"/partnership cadence resume {shown.number}"))
    pause = ("To let it stand still: ", Code(f"/partnership cadence pause {shown.number}"))
    end = ("; to let it recur no more: ", Code(f"/partnership cadence end {shown.number}"), ".")
    return Message(
        line(Text(shown.called), f" is set already{' and paused' if paused else ''}, and stays so."),
        (Paragraph(line(*(resume if paused else pause), *end)),),
    )


def _next_three(shown: Shown) -> tuple[Block, ...]:
    return (Paragraph(line("The next three:")), Bullets(tuple(dated(each, shown) for each in shown.dates)))


def taken_back(shown: Shown) -> Message:
    """Say that the last change was undone."""
    now = {State.RUNS: f"it recurs {shown.words}", State.PAUSED: "it is paused", State.ENDED: "it does not recur"}
    return Message(line("Undone. ", Text(shown.called), ": ", Text(now[shown.state]), "."))
