"""The whole bot around a recording platform for each side, spoken to as people speak to it.

Characters: Ana (shepherd), João (member) and Nora (leader) of Northwind in Slack's #north; Bo (shepherd), Priya (leader) and
Sam (member) of Contoso in Teams' #south; Olga, an observer of Northwind; Mallory, who belongs nowhere.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlmodel import Session

from bot.app import App
from bot.inbound import (
    Heard,
    Inbound,
    Mention,
    Place,
    PlaceKind,
    Pressed,
    Profile,
    ReplyBy,
    Submitted,
    Typed,
    Words,
)
from bot.messages import Button, Control, Controls, Form, Inset, Menu, Message, Reply, in_words
from bot.port import Parcel, Sent, Way
from bot.settings import Settings
from bot.words import Account, Key, Role, Status
from storage import Database, partnerships, people, timers
from storage.tables import Member, Partnership, Side
from tests.conftest import Clock
from tests.fakes.recorder import Recorder

HOMES = {"north": Place("slack", "T-NORTH", "C-NORTH", name="north", present=True),
         "south": Place("teams", "T-SOUTH", "C-SOUTH", name="south", present=True),
         "hall": Place("slack", "T-NORTH", "C-HALL", name="hall", present=True),
         "attic": Place("slack", "T-NORTH", "C-ATTIC", name="attic", present=False)}  # fmt: skip

_PEOPLE = {
    "ana": ("Ana Ruiz", "north", "Europe/Berlin"),
    "joao": ("João Silva", "north", "Europe/Lisbon"),
    "nora": ("Nora Berg", "north", "Europe/Berlin"),
    "olga": ("Olga Novak", "north", "Europe/Berlin"),
    "bo": ("Bo Chen", "south", "Asia/Tokyo"),
    "priya": ("Priya Rao", "south", "Asia/Kolkata"),
    "sam": ("Sam Lee", "south", "America/New_York"),
    "mallory": ("Mallory Fox", "north", "Europe/Berlin"),
}


@dataclass
class Chat(Recorder):
    """A recorder that also keeps the messages themselves, by channel and id; private ones apart."""

    contents: dict[str, dict[str, Message]] = field(default_factory=dict)
    whispers: dict[str, list[Message]] = field(default_factory=dict)
    homes: dict[str, Message] = field(default_factory=dict)

    def _keep(self, parcel: Parcel, channel: str) -> Sent:
        sent = super()._keep(parcel, channel)
        if parcel.way is Way.PRIVATE and parcel.account:
            self.whispers.setdefault(parcel.account.user, []).append(parcel.content)
        elif parcel.way is Way.HOME and parcel.account:
            self.homes[parcel.account.user] = parcel.content
        else:
            self.contents.setdefault(channel, {})[sent.message] = parcel.content
        return sent


@dataclass(frozen=True)
class Channel:
    """What stands in one channel now."""

    chat: Chat
    id: str

    @property
    def all(self) -> dict[str, Message]:
        return self.chat.contents.get(self.id, {})

    @property
    def posts(self) -> list[Message]:
        """The messages that stand in the channel itself, oldest first."""
        return [message for key, message in self.all.items() if key not in self.chat.threads]

    @property
    def latest(self) -> Message:
        assert self.posts, f"nothing was posted in {self.id}"
        return self.posts[-1]

    @property
    def latest_id(self) -> str:
        return [key for key in self.all if key not in self.chat.threads][-1]

    @property
    def thread(self) -> list[str]:
        """The words in the threads, oldest first."""
        return [in_words(message) for key, message in self.all.items() if key in self.chat.threads]


class House:
    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.chats = {"slack": Chat("slack"), "teams": Chat("teams")}
        self.loop = asyncio.new_event_loop()
        settings = Settings.model_construct(bellwether_secret_keys=SecretStr("k" * 32))
        self.app = App(settings, database, [*self.chats.values()], clock)
        self.keys, self.delivery, self.metronome = self.app.keys, self.app.delivery, self.app.metronome
        self.count = itertools.count(1)
        self.partnership = 0
        self.replies: list[Reply] = []

    # The stage

    def begun(self, *, shared: bool = False) -> House:
        """An active partnership, Apollo, with everybody in place."""
        self.partnership = self.database.run(self._begin, shared)
        return self

    def _begin(self, session: Session, shared: bool) -> int:
        now = self.clock()
        apollo = Partnership(name="Apollo", purpose="One launch, together.", status=Status.ACTIVE, created_at=now)
        session.add(apollo)
        session.flush()
        session.add(Side(partnership_id=apollo.id, key=Key.A, organisation="Northwind", zone="Europe/Berlin",
                         home_platform="slack", home_tenant="T-NORTH"))  # fmt: skip
        session.add(Side(partnership_id=apollo.id, key=Key.B, organisation="Contoso", zone="Asia/Tokyo",
                         home_platform="teams", home_tenant="T-SOUTH"))  # fmt: skip
        session.flush()
        partnerships.settle_in(session, HOMES["north"], apollo.id, None if shared else Key.A)
        if not shared:
            partnerships.settle_in(session, HOMES["south"], apollo.id, Key.B)
        cast = [("ana", Role.SHEPHERD, Key.A), ("joao", Role.MEMBER, Key.A), ("nora", Role.LEADER, Key.A),
                ("olga", Role.OBSERVER, Key.A), ("bo", Role.SHEPHERD, Key.B), ("priya", Role.LEADER, Key.B),
                ("sam", Role.MEMBER, Key.B)]  # fmt: skip
        for name, role, side in cast:
            account = people.meet(session, self.profile(name), self.home(name).tenant)
            session.add(
                Member(partnership_id=apollo.id, person_id=account.person_id, side=side, role=role, joined_at=now)
            )
        return apollo.id

    def home(self, who: str) -> Place:
        return HOMES[_PEOPLE[who][1]]

    def profile(self, who: str) -> Profile:
        name, home, zone = _PEOPLE[who]
        return Profile(Account(HOMES[home].platform, HOMES[home].tenant, f"U-{who.upper()}"), name, zone, "en-GB")

    # What people do

    def place(self, who: str, where: str | None) -> Place:
        if where == "direct":
            home = self.home(who)
            return Place(home.platform, home.tenant, f"D-U-{who.upper()}", PlaceKind.DIRECT, present=True)
        return HOMES[where] if where else self.home(who)

    def does(self, arrival: Inbound) -> Reply:
        """Hand in any inbound value and deliver what comes of it."""
        reply = self.loop.run_until_complete(self.app.answer(arrival))
        self.replies.append(reply)
        self.delivers()
        return reply

    def words(self, text: str) -> Words:
        """`@ana` is a picked mention where Ana is one of the characters; `\\@ana` stays as typed."""
        pieces: list[str | Mention] = []
        for piece in re.split(r"((?<!\\)@\w+)", text):
            known = piece[1:] if piece.startswith("@") and piece[1:] in _PEOPLE else None
            if known:
                pieces.append(Mention(self.profile(known)))
            elif piece:
                pieces.append(piece.replace("\\@", "@"))
        return tuple(pieces)

    def types(self, who: str, text: str, where: str | None = None, *, delivery: str = "") -> Reply:
        """Type a command: `/escalate …`, or plain words in a direct message with the bot."""
        command, _, rest = text.lstrip("/").partition(" ")
        return self.does(
            Typed(
                delivery=delivery or f"typed-{next(self.count)}",
                sender=self.profile(who),
                place=self.place(who, where),
                command=command,
                words=self.words(rest),
            )
        )

    def presses(
        self, who: str, label: str, on: Message | None = None, *, where: str | None = None, option: str = ""
    ) -> Reply:
        """Press what bears that label on a message (the newest in the person's room if none is given)."""
        place = self.place(who, where)
        message = on or self.channel(place).latest
        control = next(each for each in controls(message) if each.label == label)
        action, value = pressed_value(control, option)
        reply = self.does(
            Pressed(
                delivery=f"press-{next(self.count)}", sender=self.profile(who), place=place,
                reply=ReplyBy.RESPONSE, action=action, value=value,
            )
        )  # fmt: skip
        if isinstance(reply, Form) and action != "ask.answer":
            assert isinstance(control, Button)
            assert control.opens, f"{action} opens a form and does not say so"
        return reply

    def acts(self, who: str, action: str, value: str, where: str | None = None, *, delivery: str = "") -> Reply:
        """Press a button that stands on no message here: an old one, a forged one, the same one delivered again."""
        return self.does(
            Pressed(
                delivery=delivery or f"press-{next(self.count)}", sender=self.profile(who), place=self.place(who, where),
                action=action, value=value,
            )
        )  # fmt: skip

    def submits(self, who: str, form: Reply, where: str | None = None, **values: Any) -> Reply:
        """Fill in a form and send it; what is not named keeps what the form held."""
        assert isinstance(form, Form), form
        filled: dict[str, Any] = {}
        for each in form.fields:
            match each.kind:
                case "text" | "choice":
                    filled[each.id] = each.value
                case "many":
                    filled[each.id] = each.values
                case "switch":
                    filled[each.id] = "yes" if each.on else ""
                case "note":
                    pass
        return self.does(
            Submitted(
                delivery=f"form-{next(self.count)}", sender=self.profile(who), place=self.place(who, where),
                form=form.name, context=form.context, values=filled | values,
            )
        )  # fmt: skip

    def says(self, who: str, text: str, where: str | None = None, message: str = "") -> Reply:
        """Reply in the thread of the newest card."""
        place = self.place(who, where)
        thread = message or self.channel(place).latest_id
        return self.does(
            Heard(
                delivery=f"heard-{next(self.count)}", sender=self.profile(who), place=place,
                thread=thread, words=self.words(text),
            )
        )  # fmt: skip

    # What time does

    def delivers(self) -> None:
        self.loop.run_until_complete(self.delivery.drain())

    def time_passes(self, **how_long: float) -> None:
        """Let time pass from one thing that is due to the next, as it does."""
        until = self.clock() + timedelta(**how_long)
        while (due := self.database.run(timers.next_due)) is not None and due <= until:
            self.clock.time = max(due, self.clock())
            self.loop.run_until_complete(self.metronome.tick())
            self.delivers()
        self.clock.time = until
        self.delivers()

    def jumps(self, to: datetime) -> None:
        """Let the clock jump, as after an outage."""
        self.clock.time = to
        self.loop.run_until_complete(self.metronome.tick())
        self.delivers()

    # What is seen

    def channel(self, place: Place) -> Channel:
        return Channel(self.chats[place.platform], place.channel)

    def room(self, name: str) -> Channel:
        return self.channel(HOMES[name])

    def direct(self, who: str) -> Channel:
        return Channel(self.chats[self.home(who).platform], f"D-U-{who.upper()}")

    def whispers(self, who: str) -> list[Message]:
        """What only that person saw, in rooms."""
        return self.chats[self.home(who).platform].whispers.get(f"U-{who.upper()}", [])

    def close(self) -> None:
        self.loop.close()


def controls(message: Message) -> list[Control]:
    """Every button and menu of a message."""
    inside = [control for block in message.body if isinstance(block, Controls) for control in block.controls]
    opening = [block.opening for block in message.body if isinstance(block, Inset)]
    return [*message.buttons, *inside, *opening]


def labels(message: Any) -> list[str]:
    """What its buttons and menus are called."""
    assert isinstance(message, Message)
    return [each.label for each in controls(message)]


def pressed_value(control: Control, option: str) -> tuple[str, str]:
    match control:
        case Button(action=action, value=value):
            return action, value
        case Menu(action=action, options=options):
            return action, next(each.value for each in options if each.label == option)


def said(reply: Reply) -> str:
    """The words of a reply."""
    assert isinstance(reply, Message), reply
    return in_words(reply)
