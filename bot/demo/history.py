"""Some weeks of the sample's past, lived through the front door.

One rule: each line is something that a person typed or pressed, at a time of their own working day.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.demo import cast
from bot.demo.clock import Clock
from bot.inbound import Mention, Place, Pressed, Submitted, Typed, Words
from bot.messages import Button, Errors, Message, Reply, Tone, in_words
from bot.port import Answer
from storage import outbox, partnerships

WEEKS = 4
_OPENS = time(15, 30)
_WHERE = ZoneInfo("Europe/Berlin")


def opening(today: datetime) -> datetime:
    """When the sample's past begins: four weeks before the last Tuesday afternoon, when both sides are at work."""
    here = today.astimezone(_WHERE)
    return _at(here.date() - timedelta(days=(here.weekday() - 1) % 7, weeks=WEEKS), 0)


def _at(day: date, hours: float) -> datetime:
    """So many hours after the opening time of that day, as the clock on the wall in Berlin shows it."""
    return datetime.combine(day, _OPENS, _WHERE) + timedelta(hours=hours)


@dataclass(frozen=True, slots=True)
class Line:
    """At so many days and hours after the beginning, `who` types `says`, or presses or sends what `does` names."""

    day: int
    hour: float
    who: str
    says: str = ""
    does: str = ""
    on: str = ""
    values: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    agrees: bool = False


# hours count from half past three in Berlin, half past nine in New York
_SCRIPT: Sequence[Line] = (
    Line(0, 0.0, "ana", "/partnership create Apollo with Contoso as Northwind"),
    Line(0, 0.2, "bo", "/partnership join {code}", agrees=True),
    Line(0, 0.3, "ana", "/partnership side country DE BE"),
    Line(0, 0.3, "bo", "/partnership side country US"),
    Line(0, 0.4, "ana", "/partnership members add @nora to Northwind as leader"),
    Line(0, 0.4, "ana", "/partnership members add @elif to Northwind as backup"),
    Line(0, 0.4, "ana", "/partnership members add @joao to Northwind"),
    Line(0, 0.4, "ana", "/partnership members add @olga to Northwind as observer"),
    Line(0, 0.5, "bo", "/partnership members add @sam to Contoso behind"),
    Line(0, 0.5, "bo", "/partnership members add @grace to Contoso as leader behind"),
    Line(0, 0.5, "bo", "/partnership members add @priya to Contoso as leader behind virtual"),
    Line(2, 0.5, "sam", "/celebrate @joao for walking us through the whole test plan twice"),
    Line(2, 0.9, "bo", does="celebration.clap", on="celebration:1"),
    Line(6, 0.2, "joao", "/escalate nobody can see the shared test results by friday noon"),
    Line(6, 1.0, "bo", does="escalation.acknowledge", on="escalation:1"),
    Line(7, 0.4, "bo", does="escalation.resolve", on="escalation:1",
         values={"outcome": "Everybody on the list has access since this morning."}),
    Line(7, 1.1, "joao", does="escalation.confirm", on="escalation:1"),
    Line(13, 0.3, "ana", "/celebrate @bo and @sam for having the spare parts here in three days"),
    Line(13, 0.6, "joao", does="celebration.clap", on="celebration:2"),
    Line(13, 0.8, "nora", does="celebration.clap", on="celebration:2"),
    Line(20, 0.1, "sam", "/escalate the drawings for the second batch are not final"),
    Line(20, 2.0, "ana", does="escalation.acknowledge", on="escalation:2"),
    Line(21, 0.5, "ana", does="escalation.resolve", on="escalation:2",
         values={"outcome": "Revision C is final and stands in the shared folder."}),
    Line(21, 1.5, "sam", does="escalation.confirm", on="escalation:2"),
    Line(27, 0.4, "priya", "/celebrate @ana for keeping everybody calm before the dry run"),
    Line(27, 0.7, "sam", does="celebration.clap", on="celebration:3"),
)  # fmt: skip


def lived(session: Session) -> bool:
    """Whether the database has a past already."""
    return bool(partnerships.names(session))


def show_again(session: Session, now: datetime) -> None:
    """Draw every card anew: the rooms were in memory and are empty after a new start."""
    for subject in outbox.standing(session):
        outbox.redraw(session, now=now, subject=subject)


async def live(answer: Answer, clock: Clock) -> None:
    """Live through the script and come out where the sample begins. Raises RuntimeError where a line is refused."""
    begins = clock.now().astimezone(_WHERE).date()
    count, code = itertools.count(1), ""
    for line in _SCRIPT:
        await clock.until(_at(begins + timedelta(days=line.day), line.hour))
        reply = await _act(answer, line, f"past-{next(count)}", code)
        if line.says.startswith("/partnership create"):
            code = _code(reply)
        await clock.settle()
    await clock.until(_at(begins + timedelta(weeks=WEEKS), 0))


async def _act(answer: Answer, line: Line, delivery: str, code: str) -> Reply:
    """Do what the line says, and agree where the bot asks first."""
    who, place = cast.resident(line.who).profile, cast.home(line.who)
    if line.says:
        command, _, rest = line.says.format(code=code).lstrip("/").partition(" ")
        reply = await answer(Typed(delivery=delivery, sender=who, place=place, command=command, words=_words(rest)))
    else:
        reply = await answer(_press(line, delivery, place))
    if line.agrees:
        assert isinstance(reply, Message), reply
        yes = next(each for each in reply.buttons if isinstance(each, Button))
        reply = await answer(
            Pressed(delivery=f"{delivery}-yes", sender=who, place=place, action=yes.action, value=yes.value)
        )
    refused = isinstance(reply, Errors) or (isinstance(reply, Message) and reply.tone is Tone.AMBER)
    if refused and not line.does.startswith("escalation."):
        raise RuntimeError(f"the sample's past went wrong at {line}: {reply}")
    return reply


def _press(line: Line, delivery: str, place: Place) -> Pressed | Submitted:
    who = cast.resident(line.who).profile
    if line.values:
        return Submitted(
            delivery=delivery, sender=who, place=place, form=line.does, context=line.on, values=line.values
        )
    return Pressed(delivery=delivery, sender=who, place=place, action=line.does, value=line.on)


def _words(text: str) -> Words:
    words: list[str | Mention] = []
    for piece in text.split(" "):
        known = piece.startswith("@") and any(each.user == piece[1:] for each in cast.RESIDENTS)
        if known:
            words += [" ", Mention(cast.resident(piece[1:]).profile)]
        elif words and isinstance(words[-1], str):
            words[-1] += f" {piece}"
        else:
            words.append(piece if not words else f" {piece}")
    return tuple(words)


def _code(reply: Reply) -> str:
    """The invite code that the creator sees; it is stored nowhere."""
    assert isinstance(reply, Message), reply
    return next(word for word in in_words(reply).replace("\n", " ").split() if word.count("-") == 3 and word.isupper())
