"""Bots that are broken on purpose, to prove that the checker sees it. One rule: each breaks one promise and no other."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.app import App
from bot.inbound import Inbound, Typed
from bot.messages import Message, Reply
from bot.port import Parcel, Sent
from bot.words import line

_CHANCE = random.Random(3)
_SELDOM = 0.15


def _platform(app: App, name: str) -> Any:
    return next(each for each in app.platforms if each.name == name)


def looks_for_nothing(app: App) -> None:
    """After a lost answer it does not ask Slack whether the message arrived."""

    async def find(parcel: Parcel) -> Sent | None:
        return None

    _platform(app, "slack").find = find


def speaks_too_early(app: App) -> None:
    """It answers a command before anything was saved, and saves it a little later."""
    answer, later = app.answer, set[asyncio.Task[None]]()

    async def early(arrival: Inbound) -> Reply:
        if not isinstance(arrival, Typed):
            return await answer(arrival)

        async def save() -> None:
            await asyncio.sleep(0.1)
            await answer(arrival)

        task = asyncio.create_task(save())
        later.add(task)
        task.add_done_callback(later.discard)
        return Message(line("Celebration 1 is in the rooms."))

    app.answer = early  # type: ignore[method-assign]


def loses_posts(app: App) -> None:
    """Now and then it takes a message for sent that it never sent."""
    for platform in app.platforms:
        _lose(platform)


def _lose(platform: Any) -> None:
    deliver = platform.deliver

    async def lossy(parcel: Parcel) -> Sent:
        if parcel.content.body and _CHANCE.random() < _SELDOM:
            return Sent(parcel.channel, "1.1")
        sent: Sent = await deliver(parcel)
        return sent

    platform.deliver = lossy


def says_it_twice(app: App) -> None:
    """Now and then it sends a message twice."""
    for platform in app.platforms:
        _repeat(platform)


def _repeat(platform: Any) -> None:
    deliver = platform.deliver

    async def twice(parcel: Parcel) -> Sent:
        if _CHANCE.random() < _SELDOM:
            await deliver(parcel)
        sent: Sent = await deliver(parcel)
        return sent

    platform.deliver = twice


def forgets_what_came(app: App) -> None:
    """It answers a redelivery as if it were new."""
    answer = app.answer

    async def anew(arrival: Inbound) -> Reply:
        return await answer(replace(arrival, delivery=secrets.token_hex(8)))

    app.answer = anew  # type: ignore[method-assign]


def climbs_too_soon(app: App) -> None:
    """It gives those who are to answer half of the time."""
    from bot.rules import ladder

    limits = ladder.limits

    def halved(*given: Any) -> Any:
        return tuple(replace(each, minutes=each.minutes // 2) for each in limits(*given))

    ladder.limits = halved  # type: ignore[assignment]


def lets_timers_pass(app: App) -> None:
    """It marks timers as fired and does nothing."""
    from scheduler import TIMERS

    def nothing(batch: Any, session: Session, now: datetime) -> None: ...

    for kind in TIMERS:
        TIMERS[kind] = nothing


def tears_the_record(app: App) -> None:
    """It writes the record without the hash of what came before."""
    from storage import ledger

    ledger._hash = lambda event: "0" * 64


KINDS: dict[str, Callable[[App], None]] = {
    each.__name__.replace("_", "-"): each
    for each in (
        looks_for_nothing,
        speaks_too_early,
        loses_posts,
        says_it_twice,
        forgets_what_came,
        climbs_too_soon,
        lets_timers_pass,
        tears_the_record,
    )
}

SHORT = {"climbs-too-soon": 1200.0}
"""How long, in seconds, an outage is that shows it, where the usual one is too long for that."""
