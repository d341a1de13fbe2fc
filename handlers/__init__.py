"""People's doors. A feature says which command, button or form it answers, and is found by being in this package.

One rule: a feature parses, checks rights, calls one action and replies; it is a plain function over a `Visit` and a session.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.actions import Call
from bot.inbound import Inbound, Words
from bot.messages import Form, Reply
from bot.words import Inline, Line, line
from storage import subjects
from storage.people import Standing
from storage.scenes import Scene
from storage.tables import Account


class Sorry(Exception):
    """It cannot be done: said privately, with what to do instead. With a `form`, what was typed is kept in it."""

    def __init__(self, *words: Inline, form: Form | None = None) -> None:
        super().__init__(*words)
        self.words: Line = line(*words)
        self.form = form


class Ask(Exception):
    """One question must be answered first. What was done is parked and done again with the answer under `name`."""

    def __init__(self, name: str, question: Line, options: Sequence[tuple[str, str]], *, more: Line = ()) -> None:
        super().__init__(name)
        self.name, self.question, self.options, self.more = name, question, tuple(options), more


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at the door: who, where, when and with what. `scene` and `actor` are there when the feature asked for a partnership;
    `address` is where people reach the web server, empty where that is nowhere."""

    now: datetime
    account: Account
    arrival: Inbound
    words: Words = ()
    subject: str = ""
    argument: str = ""
    values: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    address: str = ""
    found: Scene | None = None
    standing: Standing | None = None

    @property
    def scene(self) -> Scene:
        assert self.found is not None, "the feature did not ask for a partnership"
        return self.found

    @property
    def actor(self) -> Standing:
        assert self.standing is not None, "the feature did not ask for a partnership"
        return self.standing

    @property
    def call(self) -> Call:
        """The same, as actions take it."""
        return Call(self.now, self.scene, self.actor, self.account.platform)

    @property
    def zone(self) -> str:
        """The visitor's own time zone, as far as it is known."""
        if self.standing is not None:
            return self.standing.zone
        return self.account.zone or "UTC"

    @property
    def today(self) -> datetime:
        """Now, on the visitor's own clock."""
        return self.now.astimezone(ZoneInfo(self.zone))

    @property
    def number(self) -> int:
        """The id in the subject."""
        return subjects.number(self.subject)

    @property
    def figure(self) -> int | None:
        """The number in the argument; None where it is none that a database holds."""
        figures = self.argument
        held = figures.isascii() and figures.isdigit() and len(figures) <= subjects.FIGURES_AT_MOST
        return int(figures) if held else None

    def value(self, name: str) -> str:
        """What was put into a field of the form, with the blanks around it gone."""
        given = self.values.get(name, "")
        return given.strip() if isinstance(given, str) else ",".join(given)

    def chosen(self, name: str) -> tuple[str, ...]:
        """What was chosen in a field that takes several."""
        given = self.values.get(name, ())
        return given if isinstance(given, tuple) else ((given,) if given else ())


Feature = Callable[[Visit, Session], Reply]


@dataclass(frozen=True, slots=True)
class Command:
    """A command as people see it. `path` is its words: `("partnership", "room", "move")`."""

    path: tuple[str, ...]
    usage: str
    about: str
    examples: tuple[str, ...]
    partnership: bool
    feature: Feature

    @property
    def typed(self) -> str:
        return "/" + " ".join(self.path)


@dataclass(frozen=True, slots=True)
class Door:
    feature: Feature
    partnership: bool


commands: dict[tuple[str, ...], Command] = {}
buttons: dict[str, Door] = {}
forms: dict[str, Door] = {}
threads: dict[str, Door] = {}
happenings: dict[type[Any], Feature] = {}


def command(
    path: str, *, usage: str = "", about: str, examples: Sequence[str] = (), partnership: bool = True
) -> Callable[[Feature], Feature]:
    """Answer a command. `examples` are what stands behind the command's own words; the help is made of all this."""

    def register(feature: Feature) -> Feature:
        words = tuple(path.split())
        commands[words] = Command(words, usage, about, tuple(examples), partnership, feature)
        return feature

    return register


def pressed(action: str, *, partnership: bool = True) -> Callable[[Feature], Feature]:
    """Answer a button. Its value is `subject` or `subject|argument`."""

    def register(feature: Feature) -> Feature:
        buttons[action] = Door(feature, partnership)
        return feature

    return register


def submitted(form: str, *, partnership: bool = True) -> Callable[[Feature], Feature]:
    """Answer a form. Its context is `subject` or `subject|argument`."""

    def register(feature: Feature) -> Feature:
        forms[form] = Door(feature, partnership)
        return feature

    return register


def heard(noun: str) -> Callable[[Feature], Feature]:
    """Answer a reply in the thread of a card about that noun."""

    def register(feature: Feature) -> Feature:
        threads[noun] = Door(feature, True)
        return feature

    return register


def happened(kind: type[Any]) -> Callable[[Feature], Feature]:
    """Answer what the platform tells of its own (somebody left, a channel was renamed)."""

    def register(feature: Feature) -> Feature:
        happenings[kind] = feature
        return feature

    return register


def discover() -> None:
    """Find every feature: each module in this package registers itself when it is imported."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
