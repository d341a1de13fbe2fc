"""What the bot says: a closed set of frozen values that every platform draws in its own way.

One rule: a message says everything it needs; drawing adds looks, never words. Limits of a platform (lengths, counts) are
the platform's to keep, by cutting with an ellipsis and never by failing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from bot.words import Line, Text, plain


class Tone(StrEnum):
    """The colour of a card, always said in words too."""

    NEUTRAL = "neutral"
    RED = "red"  # waiting for somebody
    AMBER = "amber"  # acknowledged, in hand
    OUTLINE = "outline"  # green outline: resolved, waiting to be confirmed
    GREEN = "green"  # closed well
    GREY = "grey"  # withdrawn, undone, over
    JOY = "joy"  # a celebration


class Style(StrEnum):
    DEFAULT = "default"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Option:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Button:
    """A press comes back as `inbound.Pressed(action, value)`. `confirm` is a question asked before it counts; `opens` tells that a form
    follows, for platforms where only some buttons can open one."""

    label: str
    action: str
    value: str = ""
    style: Style = Style.DEFAULT
    confirm: str = ""
    opens: bool = False
    kind: Literal["button"] = "button"


@dataclass(frozen=True, slots=True)
class Menu:
    """A button with a few choices (snooze for …). A choice comes back as `inbound.Pressed(action, option.value)`."""

    label: str
    action: str
    options: tuple[Option, ...]
    kind: Literal["menu"] = "menu"


Control = Button | Menu


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: Line


@dataclass(frozen=True, slots=True)
class Paragraph:
    words: Line
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Quote:
    """What a person wrote, set apart."""

    words: Text
    kind: Literal["quote"] = "quote"


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value pairs, shown as a small table."""

    facts: tuple[Fact, ...]
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[Line, ...]
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True, slots=True)
class Heading:
    value: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Controls:
    """Buttons in the midst of a message, belonging to what stands above them."""

    controls: tuple[Control, ...]
    kind: Literal["controls"] = "controls"


@dataclass(frozen=True, slots=True)
class Picture:
    url: str
    alt: str
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True, slots=True)
class TextField:
    """`least` and `most` are letters; the platform and the feature both keep them."""

    id: str
    label: str
    value: str = ""
    lines: bool = False
    required: bool = True
    least: int = 0
    most: int = 2000
    hint: str = ""
    example: str = ""
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class ChoiceField:
    """One of several. Shown as a list."""

    id: str
    label: str
    options: tuple[Option, ...]
    value: str = ""
    required: bool = True
    hint: str = ""
    kind: Literal["choice"] = "choice"


@dataclass(frozen=True, slots=True)
class ManyField:
    """Several of several, for example people. `values` are those chosen at first."""

    id: str
    label: str
    options: tuple[Option, ...]
    values: tuple[str, ...] = ()
    required: bool = True
    hint: str = ""
    kind: Literal["many"] = "many"


@dataclass(frozen=True, slots=True)
class SwitchField:
    """Yes or no; comes back as `"yes"` or `""`."""

    id: str
    label: str
    on: bool = False
    hint: str = ""
    kind: Literal["switch"] = "switch"


@dataclass(frozen=True, slots=True)
class Note:
    """Words between the fields, for example who will be told."""

    words: Line
    kind: Literal["note"] = "note"


Field = TextField | ChoiceField | ManyField | SwitchField | Note


@dataclass(frozen=True, slots=True)
class Form:
    """A form to fill in. `name` finds its `@submitted` feature; `context` comes back with it untouched (2,000 letters at most);
    `key`, set when it is given out, reopens it with what it held."""

    name: str
    title: str
    fields: tuple[Field, ...]
    submit: str = "Send"
    context: str = ""
    intro: Line = ()
    key: str = ""
    kind: Literal["form"] = "form"


@dataclass(frozen=True, slots=True)
class Inset:
    """A form in the midst of a message, where it could not open by itself: the button that opens it (`opening`), and on platforms
    whose messages take input also its first fields."""

    form: Form
    kind: Literal["inset"] = "inset"

    @property
    def opening(self) -> Button:
        """The button that opens the whole form."""
        return Button("Open form", "form.open", self.form.key, Style.PRIMARY, opens=True)


Block = Paragraph | Quote | Facts | Bullets | Heading | Controls | Picture | Inset


@dataclass(frozen=True, slots=True)
class Message:
    """One message or card. `title` is the first line and says what happened; `lasting` when a private answer is needed for longer than
    a platform keeps those in a room."""

    title: Line
    body: tuple[Block, ...] = ()
    tone: Tone = Tone.NEUTRAL
    buttons: tuple[Control, ...] = ()
    footer: Line = ()
    lasting: bool = False
    kind: Literal["message"] = "message"

    def fact(self, label: str) -> str | None:
        """The plain value of the fact with that label, or None."""
        found = (fact for block in self.body if isinstance(block, Facts) for fact in block.facts if fact.label == label)
        return next((plain(fact.value) for fact in found), None)


def in_words(message: Message, zone: str = "UTC") -> str:
    """The whole message as plain text: for notifications, screen readers, logs and tests."""
    lines = [plain(message.title, zone)]
    for block in message.body:
        match block:
            case Paragraph(words):
                lines.append(plain(words, zone))
            case Quote(words):
                lines += [f"> {each}" for each in words.value.splitlines()]
            case Facts(facts):
                lines += [f"{fact.label}: {plain(fact.value, zone)}" for fact in facts]
            case Bullets(items):
                lines += [f"• {plain(item, zone)}" for item in items]
            case Heading(value):
                lines.append(value)
            case Picture(alt=alt):
                lines.append(f"[{alt}]")
            case Controls() | Inset():
                pass
    if message.footer:
        lines.append(plain(message.footer, zone))
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Errors:
    """What is wrong in a submitted form, by field id. The form stays open with all that was typed; `form` is that form, for a platform
    that has to show it again (None: it is not kept any more)."""

    fields: Mapping[str, str] = field(default_factory=dict)
    form: Form | None = None
    kind: Literal["errors"] = "errors"


@dataclass(frozen=True, slots=True)
class Nothing:
    """No private answer: what happened is seen where it happened (a card that changed). `told` is how an answer begins that goes on its
    own way, for a platform that shows a word at the button."""

    told: str = ""
    kind: Literal["nothing"] = "nothing"


@dataclass(frozen=True, slots=True)
class Shown:
    """The card that was pressed on, as it is now, for a platform that takes it in its response."""

    card: Message
    kind: Literal["shown"] = "shown"


Reply = Message | Form | Errors | Nothing | Shown
