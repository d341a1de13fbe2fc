"""A platform that keeps what it is given, with knobs for everything that goes wrong out there."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.messages import Message, in_words
from bot.port import Answer, Capabilities, Parcel, Sent, Way

EVERYTHING = Capabilities(
    finds=True,
    threads=True,
    private=True,
    forms_from_commands=True,
    home=True,
    quotes=False,
    hears=True,
    shows=False,
    patience=60.0,
)


@dataclass
class Recorder:
    """`shown` is what people see, by channel: message id to words. `goes_wrong` may raise before anything is kept,
    `goes_wrong_after` once it was kept (a lost answer)."""

    name: str = "slack"
    can: Capabilities = EVERYTHING
    goes_wrong: Callable[[Parcel], None] = lambda parcel: None
    goes_wrong_after: Callable[[Parcel], None] = lambda parcel: None
    looks_wrong: Callable[[Parcel], None] = lambda parcel: None
    takes: float = 0.0
    tried: list[Parcel] = field(default_factory=list)
    taken: list[Parcel] = field(default_factory=list)
    looked_for: list[Parcel] = field(default_factory=list)
    shown: dict[str, dict[str, str]] = field(default_factory=dict)
    threads: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, Sent] = field(default_factory=dict)
    busy: Counter[str] = field(default_factory=Counter)
    most_at_once: int = 0

    def routes(self) -> Iterable[Any]:
        return ()

    async def open(self, answer: Answer) -> None: ...

    async def close(self) -> None: ...

    async def check(self) -> list[str]:
        return []

    def draw(self, message: Message) -> Any:
        return in_words(message)

    async def deliver(self, parcel: Parcel) -> Sent:
        channel = parcel.channel or (f"D-{parcel.account.user}" if parcel.account else "?")
        self.tried.append(parcel)
        self.busy[channel] += 1
        self.most_at_once = max(self.most_at_once, self.busy[channel])
        try:
            await asyncio.sleep(self.takes)
            self.goes_wrong(parcel)
            sent = self._keep(parcel, channel)
            self.goes_wrong_after(parcel)
            return sent
        finally:
            self.busy[channel] -= 1

    async def find(self, parcel: Parcel) -> Sent | None:
        self.looked_for.append(parcel)
        self.looks_wrong(parcel)
        return self.tokens.get(parcel.token)

    def words(self, channel: str) -> list[str]:
        """What stands in a channel now, oldest first."""
        return list(self.shown.get(channel, {}).values())

    def _keep(self, parcel: Parcel, channel: str) -> Sent:
        self.taken.append(parcel)
        message = parcel.message if parcel.way is Way.EDIT else str(len(self.taken))
        self.shown.setdefault(channel, {})[message] = in_words(parcel.content)
        if parcel.thread:
            self.threads[message] = parcel.thread
        sent = Sent(channel, message)
        self.tokens[parcel.token] = sent
        return sent


async def until(happened: Callable[[], object], *, seconds: float = 20) -> None:
    """Let things go on until something happened. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not happened():  # noqa: ASYNC110  (what is waited for is in a database or on another thread)
            await asyncio.sleep(0.01)
