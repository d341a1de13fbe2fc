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
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, ClassVar

import pytest

import bot.platforms
from bot.inbound import Inbound, Place, PlaceKind, Profile, ReplyBy, Submitted
from bot.messages import Errors, Form, Inset, Message, Nothing, Reply
from bot.port import Later, Never, Parcel, Platform, Sent, Way
from bot.words import line

PLATFORMS = sorted(module.name for module in pkgutil.iter_modules(bot.platforms.__path__))
Values = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True)
class Got:
    """What comes back to somebody at once: whether it was taken, words for them alone, a form that opened (or that is shown again),
    errors at its fields, what the card that they acted on shows now."""

    taken: bool
    told: str = ""
    form: Any = None
    errors: Mapping[str, str] = field(default_factory=dict)
    shown: Any = None


@dataclass(frozen=True)
class Seen:
    """One thing on somebody's screen. `shown` is as the platform drew it, `spoken` what a screen reader or a notification says."""

    id: str
    thread: str
    shown: Any
    spoken: str


Act = Callable[[], Awaitable[Got]]


class Trouble(StrEnum):
    """What can happen to a send."""

    BUSY = "busy"  # asked to wait, for WAIT
    GONE = "gone"  # where it goes there is nothing any more
    REFUSED = "refused"  # this message is not taken
    LOST = "lost"  # it arrived, and the answer to it did not
    SLOW = "slow"  # it is taken, but not before SLOWLY
    DOWN = "down"  # nobody is there to take it, from now on


WAIT, SLOWLY = 7, 0.1  # seconds


class Stage(ABC):
    """Ana and Bo in one room with the bot. `says` is its answer to everything (an exception is raised), `heard` all that it was asked,
    `kept` the forms that it gave out, by their key."""

    name: ClassVar[str]
    platform: Platform
    room: Place
    ana: Profile
    bo: Profile
    chat = ""  # the channel of another room of theirs, one without threads, where the platform has such rooms

    def __init__(self) -> None:
        self.says: Reply | Exception = Nothing()
        self.heard: list[Inbound] = []
        self.kept: dict[str, Form] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()
        self.count = itertools.count(1)

    async def answer(self, value: Inbound) -> Reply:
        """As the house does: what cannot open is put into a message, what cannot go back with the response is sent as a private one."""
        self.heard.append(value)
        self.asked.set()
        await self.gate.wait()
        reply = self.says
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, Form):
            reply = replace(reply, key=f"key-{next(self.count)}")
            self.kept[reply.key] = reply
            if not value.opens:
                reply = Message(line("There is a form for this."), (Inset(reply),))
        if isinstance(reply, Errors) and isinstance(value, Submitted):
            reply = replace(reply, form=self.kept.get(value.key))
        if isinstance(reply, Message) and value.reply is ReplyBy.MESSAGE:
            way = Way.PRIVATE if value.place.kind is PlaceKind.CHANNEL else Way.DIRECT
            await self.platform.deliver(self.parcel(reply, way, account=value.sender.account))
            return Nothing()
        return reply

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
        """Press what bears that label on a card, or choose an option of it."""

    @abstractmethod
    async def sends(self, who: Profile, form: Any, values: Values) -> Got:
        """Fill in a form as it was drawn, every field of it, and send it."""

    @abstractmethod
    def filled(self, form: Any) -> Values:
        """What stands in the fields of a form as it was drawn."""

    def inset(self, seen: Seen) -> Any:
        """The form that can be filled in on that card itself; None where cards take no input."""
        return None

    @abstractmethod
    async def goes_wrong(self, trouble: Trouble, way: Way) -> bool:
        """Let that happen to the next send of that way; False where it cannot happen on this platform."""

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


async def opened(stage: Stage, form: Form) -> Any:
    """The form open before Ana: by a command, or by the button of what the command gives where only a button opens one."""
    stage.says = form
    got = await stage.types(stage.ana, "escalate")
    if not stage.platform.can.forms_from_commands:
        assert got.form is None
        card = (await stage.sees(stage.ana))[-1]
        got = await stage.presses(stage.ana, card, Inset(form).opening.label)
    assert got.form is not None
    return got.form


async def tried(stage: Stage, parcel: Parcel) -> Sent | Later | Never:
    """What became of a parcel."""
    try:
        return await stage.platform.deliver(parcel)
    except (Later, Never) as told:
        return told


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
