"""Twelve weeks of the sample's past, lived through the front door, and how its people go on from there.

One rule: whoever presses something presses what the chat shows them then, and what is not shown to them cannot be pressed.
"""

from __future__ import annotations

import asyncio
import functools
import gc
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.demo import cast, script
from bot.demo.clock import Clock
from bot.demo.script import WEEKS, Line
from bot.inbound import Mention, Place, Pressed, Submitted, Typed, Words
from bot.messages import Button, Errors, Message, Reply, Tone, in_words
from bot.port import Answer
from storage import outbox, partnerships, posts

_OPENS = time(15, 30)
_WHERE = ZoneInfo("Europe/Berlin")
_MINUTES = timedelta(minutes=20)

CatchUp = Callable[[], Awaitable[None]]
Shown = Callable[[str, str, datetime | None], tuple[Place, str] | None]
"""Where a person sees a button of that action, on the newest post that has one (and is not older than that), and its value."""


def opening(today: datetime) -> datetime:
    """When the sample's past begins: twelve weeks before the last Tuesday afternoon, when both sides are at work."""
    here = today.astimezone(_WHERE)
    return _afternoon(here.date() - timedelta(days=(here.weekday() - 1) % 7, weeks=WEEKS))


def _afternoon(day: date) -> datetime:
    return datetime.combine(day, _OPENS, _WHERE)


def lived(session: Session) -> bool:
    """Whether the database has a past already."""
    return bool(partnerships.names(session))


def show_again(session: Session, now: datetime) -> None:
    """Draw every card anew: the rooms were in memory and are empty after a new start."""
    for subject in posts.standing(session):
        outbox.redraw(session, now=now, subject=subject)


class Past:
    """The life of the sample's people: up to today in one go, and on from there as the clock is moved."""

    def __init__(self, answer: Answer, clock: Clock, shown: Shown, catch_up: CatchUp) -> None:
        """`catch_up` lets the rooms have what waited while the clock was held."""
        self._answer, self._clock, self._shown, self._catch_up = answer, clock, shown, catch_up
        self._code = ""

    async def live(self) -> None:
        """Live through the script and come out where the sample begins. Raises RuntimeError where a line is refused."""
        begins = self._clock.now().astimezone(_WHERE).date()
        ends = _afternoon(begins + timedelta(weeks=WEEKS))
        plan = sorted(((_when(begins, line), line) for line in script.lines(begins)), key=lambda each: each[0])
        often = gc.get_threshold()
        gc.set_threshold(100_000, 50, 50)  # a past makes and drops much, and looking for circles in it takes its time
        self._clock.held = True
        try:
            for number, several in enumerate(_together(each for each in plan if each[0] <= ends)):
                await self._clock.until(several[0][0])
                await self._catch_up()
                await self._together(several, f"past-{number}")
            await self._clock.until(ends)
            await self._catch_up()
        finally:
            self._clock.held = False
            gc.set_threshold(*often)
        self._clock.agenda.extend(
            (at, functools.partial(self._act, line, at, f"later-{number}"))
            for number, (at, line) in enumerate(each for each in plan if each[0] > ends)
        )

    async def _together(self, several: Sequence[tuple[datetime, Line]], delivery: str) -> None:
        doing = [self._act(line, at, f"{delivery}-{place}") for place, (at, line) in enumerate(several)]
        for (_, line), reply in zip(several, await asyncio.gather(*doing), strict=True):
            refused = isinstance(reply, Errors) or (isinstance(reply, Message) and reply.tone is Tone.AMBER)
            if (refused and not line.does.startswith("escalation.")) or (reply is None and not line.asked):
                raise RuntimeError(f"the sample's past went wrong at {line}: {reply}")
            if reply is not None and line.says.startswith("/partnership create"):
                self._code = _code(reply)

    async def _act(self, line: Line, at: datetime, delivery: str) -> Reply | None:
        """Do what the line says, and agree where the bot asks first; None where nobody shows it to them."""
        who, place = cast.resident(line.who).profile, cast.home(line.who)
        self._clock.pass_to(at)
        if line.says:
            command, _, rest = line.says.format(code=self._code).lstrip("/").partition(" ")
            typed = Typed(delivery=delivery, sender=who, place=place, command=command, words=_words(rest))
            reply = await self._answer(typed)
        else:
            since = at.replace(hour=0, minute=0) - timedelta(days=line.asked - 1) if line.asked else None
            found = self._shown(line.who, line.does, since)
            if found is None:
                return None
            reply = await self._answer(_press(line, delivery, *found))
        if line.agrees:
            assert isinstance(reply, Message), reply
            yes = next(each for each in reply.buttons if isinstance(each, Button))
            pressed = Pressed(delivery=f"{delivery}-yes", sender=who, place=place, action=yes.action, value=yes.value)
            reply = await self._answer(pressed)
        return reply


def _together(plan: Iterable[tuple[datetime, Line]]) -> Iterator[list[tuple[datetime, Line]]]:
    """Who answers the same standup within minutes is delivered at once: the rooms are drawn once for all of them."""
    several: list[tuple[datetime, Line]] = []
    for at, line in plan:
        if several and not (line.asked and several[0][1].asked and at - several[0][0] < _MINUTES):
            yield several
            several = []
        several.append((at, line))
    if several:
        yield several


def _when(begins: date, line: Line) -> datetime:
    zone = ZoneInfo(cast.resident(line.who).zone)
    return datetime.combine(begins + timedelta(days=line.day), time.fromisoformat(line.at), zone)


def _press(line: Line, delivery: str, place: Place, value: str) -> Pressed | Submitted:
    who = cast.resident(line.who).profile
    if line.form:
        return Submitted(delivery=delivery, sender=who, place=place, form=line.form, context=value, values=line.values)
    return Pressed(delivery=delivery, sender=who, place=place, action=line.does, value=value)


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
