"""What a contract test stands on: one stage for each platform, where people act over the platform's own wire and see what comes of it.

One rule: the contract tests know a platform by its stage alone: `STAGE` in `tests/platforms/<name>/stage.py`.
"""

from __future__ import annotations

import asyncio
import importlib
import itertools
import pkgutil
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest

import bot.platforms
from bot.inbound import Inbound, Place, PlaceKind, Profile, ReplyBy
from bot.messages import Message, Nothing, Reply
from bot.port import Parcel, Platform, Way

PLATFORMS = sorted(module.name for module in pkgutil.iter_modules(bot.platforms.__path__))
Values = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True)
class Got:
    """What comes back to somebody at once: whether it was taken, words for them alone, a form that opened, errors at its fields."""

    taken: bool
    told: str = ""
    form: Any = None
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """One thing on somebody's screen. `shown` is as the platform drew it, `spoken` what a screen reader or a notification says."""

    id: str
    thread: str
    shown: Any
    spoken: str


Act = Callable[[], Awaitable[Got]]


class Stage(ABC):
    """Ana and Bo in one room with the bot. `says` is its answer to everything (an exception is raised), `heard` all that it was asked."""

    name: ClassVar[str]
    platform: Platform
    room: Place
    ana: Profile
    bo: Profile

    def __init__(self) -> None:
        self.says: Reply | Exception = Nothing()
        self.heard: list[Inbound] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()
        self.count = itertools.count(1)

    async def answer(self, value: Inbound) -> Reply:
        """As the house does: what cannot go back with the response is sent as a private message of its own."""
        self.heard.append(value)
        self.asked.set()
        await self.gate.wait()
        if isinstance(self.says, Exception):
            raise self.says
        if isinstance(self.says, Message) and value.reply is ReplyBy.MESSAGE:
            way = Way.PRIVATE if value.place.kind is PlaceKind.CHANNEL else Way.DIRECT
            await self.platform.deliver(self.parcel(self.says, way, account=value.sender.account))
            return Nothing()
        return self.says

    def parcel(self, content: Message, way: Way = Way.POST, **rest: Any) -> Parcel:
        """A parcel to the room, or to whose account is given."""
        to = {"channel": "" if way in (Way.DIRECT, Way.HOME) else self.room.channel}
        token = f"token-{next(self.count)}"
        return Parcel(way, self.name, self.room.tenant, content, **{"token": token, **to, **rest})

    @classmethod
    @abstractmethod
    def raised(cls) -> AbstractAsyncContextManager[Stage]:
        """The stage as an async context, with the platform open."""

    @abstractmethod
    async def types(self, who: Profile, command: str, *words: str | Profile) -> Got:
        """Type a slash command in the room; a profile among the words is a person picked."""

    @abstractmethod
    async def speaks(
        self, who: Profile, *words: str | Profile, to_bot: bool = False, directly: bool = False, thread: str = ""
    ) -> Got:
        """Say something in the room (with a mention of the bot before it), in a thread, or to the bot directly."""

    @abstractmethod
    async def presses(self, who: Profile, seen: Seen, label: str, option: str = "") -> Got:
        """Press what bears that label on a card in the room, or choose an option of it."""

    @abstractmethod
    async def sends(self, who: Profile, form: Any, values: Values) -> Got:
        """Fill in a form as it was drawn, every field of it, and send it."""

    @abstractmethod
    async def comes_home(self, who: Profile) -> Got:
        """Look at one's own page with the bot."""

    @abstractmethod
    async def again(self) -> Got:
        """Bring the last thing that was done once more, as a platform or a page does that got no answer."""

    @abstractmethod
    async def sees(self, who: Profile) -> list[Seen]:
        """Everything on that person's screen, in the order it came; their own page apart."""

    @abstractmethod
    async def home(self, who: Profile) -> Any:
        """That person's own page, as it was drawn; None where nothing is on it."""

    @abstractmethod
    def words(self, drawn: Any) -> list[str]:
        """The letters that people see of it, piece by piece."""

    @abstractmethod
    def live(self, drawn: Any) -> set[tuple[str, str]]:
        """What is more than letters: `person` and a user, `link` and its address, `when` and its second, `strong`, `code` and others with their letters."""


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in some JSON, outside in."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(each)


def stage_of(platform: str) -> type[Stage]:
    """The stage of that platform. Without one nothing would hold the platform to the contract: the test fails."""
    try:
        found: type[Stage] = importlib.import_module(f"tests.platforms.{platform}.stage").STAGE
    except ModuleNotFoundError as error:
        pytest.fail(f"bot.platforms.{platform} has no stage in tests/platforms/{platform}/stage.py: {error}")
    return found


def on_stage(story: Callable[[Stage], Awaitable[None]]) -> Callable[[str], None]:
    """Tell the story on the stage of every platform there is."""

    @pytest.mark.parametrize("platform", PLATFORMS)
    def test(platform: str) -> None:
        async def tell() -> None:
            async with asyncio.timeout(10), stage_of(platform).raised() as stage:
                await story(stage)

        asyncio.run(tell())

    test.__name__, test.__qualname__ = story.__name__, story.__qualname__
    return test


def bare(words: str) -> str:
    return re.sub(r"\s", "", words)


async def posted(stage: Stage, message: Message, **rest: Any) -> Any:
    """Post it and give it as Ana sees it."""
    sent = await stage.platform.deliver(stage.parcel(message, **rest))
    return next(each for each in await stage.sees(stage.ana) if each.id == sent.message)


async def news(stage: Stage, words: str) -> tuple[int, int]:
    """How often Ana and Bo see these words."""
    ana, bo = [
        sum(bare(words) in bare("".join(stage.words(each.shown)) or each.spoken) for each in await stage.sees(who))
        for who in (stage.ana, stage.bo)
    ]
    return ana, bo
