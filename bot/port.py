"""What a chat platform must be able to do. Every member is required; what a platform cannot do is declared, never guessed.

One rule: nothing beyond this page is known of a platform outside its own file. A third platform is one file with a
`Platform` in it, judged by the same contract tests as the others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from bot.inbound import Inbound
from bot.messages import Message, Reply
from bot.rules.pacing import UNLIMITED, Pace
from bot.words import Account, Line

if TYPE_CHECKING:
    from aiohttp.web import AbstractRouteDef


class Later(Exception):
    """The platform did not take it now. `after` is in seconds (None: as our own backoff says); `unsure` when it may have taken it
    all the same (a lost answer), so that it must be looked for before it is sent again; `whole` when nothing else would
    go to that channel either (a rate limit, the network), `wide` when nothing else of that way would go to that tenant."""

    def __init__(
        self, reason: str, *, after: float | None = None, unsure: bool = False, whole: bool = True, wide: bool = False
    ) -> None:
        super().__init__(reason)
        self.after, self.unsure, self.whole, self.wide = after, unsure, whole, wide


class Never(Exception):
    """The platform will not take it, ever: the target is gone, the message is refused. `gone` when the whole channel or account is."""

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.gone = gone


class Busy(Exception):
    """Too much is at the door: it was not begun and left no trace, so that the same is taken when it comes again."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do; features never ask, only delivery and the contract tests do."""

    finds: bool  # can be asked whether a post arrived (after a lost answer)
    threads: bool
    private: bool  # private replies in a room
    forms_from_commands: bool  # a typed command may open a form at once
    home: bool  # a page of one's own
    quotes: bool  # some of its rooms have no threads: a reply there says what it answers
    hears: bool  # replies in its threads reach the bot without a mention
    shows: bool  # a press is answered with the card as it is now
    patience: float = 1.2  # seconds that something may wait for its turn and still be answered in time
    pace: Pace = UNLIMITED


class Way(StrEnum):
    POST = "post"  # a new message, in `thread` if given
    EDIT = "edit"  # `message` shows this content now
    PRIVATE = "private"  # seen by `account` alone, in the channel; at most once
    DIRECT = "direct"  # a direct message to `account`; `channel` is empty
    HOME = "home"  # `account`'s own page shows this content now


@dataclass(frozen=True, slots=True)
class Parcel:
    """One thing to deliver. `token` is unique to it and the same at every try: a platform that can carries it with the message."""

    way: Way
    platform: str
    tenant: str
    content: Message
    token: str
    channel: str = ""
    account: Account | None = None
    thread: str = ""
    message: str = ""
    answers: Line = ()  # the title of the card in whose thread it goes, for a platform that quotes


@dataclass(frozen=True, slots=True)
class Sent:
    """Where it arrived: the channel (of a direct message, the one the platform made for it) and the message's id in it."""

    channel: str
    message: str


Answer = Callable[[Inbound], Awaitable[Reply]]


class Platform(Protocol):
    """One chat product. `draw` is pure; the rest is asyncio."""

    name: str
    can: Capabilities

    def routes(self) -> Iterable[AbstractRouteDef]:
        """The web routes it needs."""

    async def open(self, answer: Answer) -> None:
        """Begin to receive: each thing people do goes to `answer` once, and is acknowledged only when `answer` returned."""

    async def close(self) -> None:
        """Stop receiving; finish what is in hand."""

    def draw(self, message: Message) -> Any:
        """The message in the platform's own format, within all its limits."""

    async def deliver(self, parcel: Parcel) -> Sent:
        """Send it. Raises `Later` or `Never`; tries nothing twice by itself."""

    async def find(self, parcel: Parcel) -> Sent | None:
        """Look whether it arrived after all. Raises `Later` when that cannot be told now."""

    async def check(self) -> list[str]:
        """What is wrong with its settings, tokens and scopes, a line a problem with what to do; empty when all is well."""


class Addresses(Protocol):
    """Where a platform keeps what it needs to write to a channel or a person, so that it can after a start as well. Given by `app`.

    `target` is a channel's id, or `@` and a user's id.
    """

    async def get(self, platform: str, tenant: str, target: str) -> dict[str, str] | None:
        """What was last kept of that target; None where nothing was."""

    async def put(self, platform: str, tenant: str, target: str, values: dict[str, str]) -> None:
        """Keep it, in place of what was kept before."""

    async def drop(self, platform: str, tenant: str, target: str) -> None: ...

    async def having(self, platform: str, tenant: str, name: str, value: str) -> dict[str, dict[str, str]]:
        """The targets whose values have that one, for example all channels of a team."""


class Installations(Protocol):
    """Where a platform keeps the tenants that it is installed in. Given by `app`; encrypted at rest."""

    async def get(self, platform: str, tenant: str) -> dict[str, str] | None:
        """The kept values of that tenant, or None where it is not installed."""

    async def put(self, platform: str, tenant: str, values: dict[str, str]) -> None: ...

    async def drop(self, platform: str, tenant: str) -> None: ...
