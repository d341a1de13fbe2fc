"""What people do, read from a platform's wire format with everything in it that needs the network.

One rule: a value here is complete and frozen. Whoever answers it asks no platform anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from bot.words import Account


@dataclass(frozen=True, slots=True)
class Profile:
    """What a platform knows of an account. `zone` is an IANA name; None where the platform did not say in time, and then the
    name may be `guessed` too: it is what they log in with, for want of a better one."""

    account: Account
    name: str
    zone: str | None = None
    locale: str | None = None
    bot: bool = False
    gone: bool = False
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A person whom the sender picked, so a real account and not just an @ and some letters."""

    profile: Profile
    kind: Literal["mention"] = "mention"


Words = tuple[str | Mention, ...]


class PlaceKind(StrEnum):
    CHANNEL = "channel"
    DIRECT = "direct"  # with the bot alone
    HOME = "home"  # App Home, personal tab


@dataclass(frozen=True, slots=True)
class Place:
    """Where it happened. `tenant` is the installation's; `present` tells whether the bot can post there (None: not known in time)."""

    platform: str
    tenant: str
    channel: str
    kind: PlaceKind = PlaceKind.CHANNEL
    name: str = ""
    present: bool | None = None


class ReplyBy(StrEnum):
    """How the platform takes the private answer: in its HTTP response, or as a message of its own."""

    RESPONSE = "response"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What every inbound value has. (platform, tenant of the place, `delivery`) is unique, and the same for a redelivery."""

    delivery: str
    sender: Profile
    place: Place
    reply: ReplyBy = ReplyBy.RESPONSE
    thread: str = ""  # message id of the thread's parent, where it happened in one
    opens: bool = (
        True  # whether a form can open in answer to it; else the answer is a message with the button that opens it
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed(Arrival):
    """A command: `/escalate the rig is down`; or what was said to the bot by mention or directly, its first word as the command."""

    command: str
    words: Words = ()
    kind: Literal["typed"] = "typed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed(Arrival):
    """A button or a menu's choice. `message` is the id of the message it stood on; with `shows` the platform takes that card, as it
    is now, in its response."""

    action: str
    value: str = ""
    message: str = ""
    shows: bool = False
    kind: Literal["pressed"] = "pressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted(Arrival):
    """A form, sent. A `ManyField` comes as a tuple, everything else as a string; a field left empty is an empty one. `key` is the
    form's, from a platform that has to show the form again itself where something in it is wrong."""

    form: str
    context: str = ""
    key: str = ""
    values: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    kind: Literal["submitted"] = "submitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(Arrival):
    """A reply in the thread of one of the bot's own cards."""

    words: Words = ()
    message: str = ""
    kind: Literal["heard"] = "heard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Arrival):
    """Somebody looks at their own page with the bot (App Home)."""

    kind: Literal["opened"] = "opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Arrival):
    """The sender came into the channel (`bot=True` on the sender's profile: the bot itself did)."""

    kind: Literal["joined"] = "joined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left(Arrival):
    """The sender left the channel, or (`company=True`) the whole workspace."""

    company: bool = False
    kind: Literal["left"] = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed(Arrival):
    """A person (a new profile in `sender`) or, with `channel=True`, the channel (its new name in `place`) is called otherwise now."""

    channel: bool = False
    kind: Literal["renamed"] = "renamed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone(Arrival):
    """The channel was archived or deleted, or the bot was removed from it."""

    kind: Literal["gone"] = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Uninstalled(Arrival):
    """The app was removed from the tenant."""

    kind: Literal["uninstalled"] = "uninstalled"


Inbound = Typed | Pressed | Submitted | Heard | Opened | Joined | Left | Renamed | Gone | Uninstalled
