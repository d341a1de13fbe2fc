"""Forms as cards of a dialog or in the midst of a message.

One rule: an input's id is its field's kind and id, and the button that sends it lists them all. A form that is too large gives up letters
of what is said beside its fields, then options, and last of all what was typed, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from bot.messages import ChoiceField, Field, Form, ManyField, Note, Option, SwitchField, TextField
from bot.platforms.teams.filled import NOBODY, coded
from bot.platforms.teams.lines import escape, lines, unbroken
from bot.platforms.teams.sheet import CARD, LEFT_OUT, LONGEST, MOST, Drawn, Sheet, card, cut, size
from bot.words import Text

Input = TextField | ChoiceField | ManyField | SwitchField

LONGEST_TITLE, LABEL, EXAMPLE, OPTION = 150, 500, 200, 150
INSET = 3  # fields in the midst of a message
CUT_OFF = "There is no room to show all that was filled in here: please look at it again."
TOO_LARGE = "This form is too large for Teams."


@dataclass(frozen=True, slots=True)
class Room:
    """How many letters a text beside the fields may have, how many options a field, and how many letters (or ticks) what was filled in."""

    words: int
    options: int
    typed: int


ROOMS = (
    Room(LONGEST, 1_000, LONGEST * 10),
    Room(300, 1_000, LONGEST * 10),
    Room(100, 1_000, LONGEST * 10),
    Room(100, 200, LONGEST * 10),
    Room(100, 50, LONGEST * 10),
    Room(100, 50, 2_000),
    Room(100, 20, 500),
    Room(50, 5, 50),
)


def draw_form(form: Form, tenant: str = "", errors: Mapping[str, str] | None = None) -> Drawn:
    """Draw a form as the card of a dialog, each error at its field and those of no field above."""
    for room in ROOMS:
        sheet = Sheet(tenant, room.words)
        body = lines(form.intro, sheet) + _elsewhere(filter(_able, _inputs(form)), errors or {}, sheet)
        for each in form.fields:
            body += _field(each, sheet, errors or {}, room)
        send = {"type": "Action.Submit", "title": _title(form), "style": "positive", "data": _data(form)}
        drawn = card(body, sheet) | {"actions": [send]}
        if size(drawn) <= MOST:
            return drawn
    return card(lines((TOO_LARGE,), sheet), sheet)


def dialog(title: str, shown: Drawn) -> Drawn:
    """The answer that opens a dialog with that card, or puts it in place of what the dialog showed."""
    long = len(shown["body"]) > 10
    value = {
        "title": cut(title, LONGEST_TITLE),
        "height": "large" if long else "medium",
        "width": "medium",
        "card": {"contentType": CARD, "content": shown},
    }
    return {"task": {"type": "continue", "value": value}}


def inset(
    form: Form, errors: Mapping[str, str] | None = None, sheet: Sheet | None = None
) -> tuple[list[Drawn], list[Drawn]]:
    """The first fields of a form and the button that sends it; where they would not do, only what it is about and no button."""
    sheet, errors = sheet or Sheet(), errors or {}
    elements = lines((Text(form.title),), sheet, weight="Bolder") + lines(form.intro, sheet)
    first = [] if sheet.inputs else _first(form, errors)
    elements += _elsewhere(first, errors, sheet)
    if not first:
        return elements, []
    for each in first:
        sheet.inputs.add(_id(each))
        elements += _field(each, sheet, errors, Room(sheet.most, 50, LONGEST * 10))
    others = [each for each in _inputs(form) if each not in first]
    data = {**_data(form), "rest": {_id(each): _default(each) for each in others}}
    send = {"type": "Action.Execute", "title": _title(form), "style": "positive", "verb": "form.submit", "data": data}
    return elements, [send]


def choices(options: Iterable[Option]) -> list[Drawn]:
    """Draw options to choose one of."""
    return [
        {"title": cut(" ".join(each.label.split()) or each.value or "…", OPTION), "value": each.value}
        for each in options
    ]


def _boxes(options: Iterable[Option]) -> list[Drawn]:
    """Options to tick: several come back parted by commas, and clients read Markdown in their names (in no other input)."""
    drawn = choices(Option(each.label, coded(each.value)) for each in options)
    return [{**each, "title": escape(unbroken(each["title"]), starting=True)} for each in drawn]


# One field -----------------------------------------------------------------------------------------------------------


def _field(field: Field, sheet: Sheet, errors: Mapping[str, str], room: Room) -> list[Drawn]:
    if isinstance(field, Note):
        return lines(field.words, sheet)
    if not _able(field):
        return lines((f"{field.label}: nothing to choose from.",), sheet)
    drawn = [_input(field, room)]
    if isinstance(field, ChoiceField | ManyField) and len(field.options) > room.options:
        drawn += lines((LEFT_OUT,), sheet, spacing="Small", size="Small", isSubtle=True)
    if len(field.value if isinstance(field, TextField) else _ticked(field)) > room.typed:
        drawn += lines((CUT_OFF,), Sheet(), spacing="Small", color="Warning")
    drawn += lines((Text(field.hint),), sheet, spacing="Small", size="Small", isSubtle=True)
    wrong = lines((Text(errors.get(field.id, "")),), sheet, spacing="Small", color="Attention")
    return drawn + [each | {"id": f"error.{field.id}"} for each in wrong]


def _input(field: Input, room: Room) -> Drawn:
    drawn: Drawn = {"id": _id(field), "label": cut(unbroken(field.label), min(LABEL, room.words)) or "–"}
    match field:
        case TextField():
            drawn |= {"type": "Input.Text", "isMultiline": field.lines, "maxLength": max(1, field.most)}
            drawn |= _required(field.required, "Please fill this in.")
            if field.least > 1:
                drawn["regex"] = f"^[\\s\\S]{{{min(field.least, field.most)},}}$"
                drawn["errorMessage"] = f"At least {field.least} letters, please."
            if field.example:
                drawn["placeholder"] = cut(field.example, min(EXAMPLE, room.words))
            if field.value:
                drawn["value"] = cut(field.value, max(1, min(field.most, room.typed)))
        case ChoiceField():
            chosen = field.value if field.value in {each.value for each in field.options} else ""
            nobody = () if field.required else (Option(NOBODY, NOBODY),)
            drawn |= {"type": "Input.ChoiceSet", "placeholder": "Choose", "wrap": True}
            drawn["choices"] = choices((*nobody, *_kept(field.options, (chosen,), room)))
            drawn |= _required(field.required, "Please choose.")
            if chosen:
                drawn["value"] = chosen
        case ManyField():
            drawn |= {"type": "Input.ChoiceSet", "isMultiSelect": True, "placeholder": "Choose", "wrap": True}
            chosen_ones = _ticked(field)[: room.typed]
            drawn["choices"] = _boxes(_kept(field.options, chosen_ones, room))
            drawn |= _required(field.required, "Please choose.")
            if chosen_ones:
                drawn["value"] = _joined(chosen_ones)
        case SwitchField():
            drawn |= {"type": "Input.Toggle", "title": "Yes", "valueOn": "yes", "valueOff": "no"}
            drawn["value"] = "yes" if field.on else "no"
        case _:
            assert_never(field)
    return drawn


def _required(required: bool, words: str) -> Drawn:
    return {"isRequired": True, "errorMessage": words} if required else {}


def _kept(options: tuple[Option, ...], chosen: tuple[str, ...], room: Room) -> Iterable[Option]:
    return (each for at, each in enumerate(options) if at < room.options or each.value in chosen)


def _ticked(field: Input) -> tuple[str, ...]:
    """What is chosen of several, as far as it is there to be chosen."""
    if not isinstance(field, ManyField):
        return ()
    values = {each.value for each in field.options}
    return tuple(each for each in field.values if each in values)


def _joined(values: Iterable[str]) -> str:
    return ",".join(coded(each) for each in values)


def _default(field: Input) -> str:
    match field:
        case TextField() | ChoiceField():
            return field.value
        case ManyField():
            return _joined(_ticked(field))
        case SwitchField():
            return "yes" if field.on else ""
        case _:
            assert_never(field)


# The whole of it -----------------------------------------------------------------------------------------------------


def _first(form: Form, errors: Mapping[str, str]) -> list[Input]:
    """The fields that somebody has to fill in before it can be sent; none where they are too many or too large for a message."""
    inputs = _inputs(form)
    asked = [each for each in inputs if each.id in errors or _empty(each)]
    if errors and not asked:
        asked = [each for each in inputs if isinstance(each, TextField | ChoiceField) and each.required]
    if not asked and not any(each.required for each in inputs if not isinstance(each, SwitchField)):
        asked = [*[each for each in inputs if isinstance(each, TextField)][:INSET]]
    able = all(map(_able, asked))
    simple = all(each.id in errors or isinstance(each, TextField | ChoiceField) for each in asked)
    return asked if able and simple and len(asked) <= INSET else []


def _empty(field: Input) -> bool:
    match field:
        case TextField() | ChoiceField():
            return field.required and not field.value
        case ManyField():
            return field.required and not field.values
        case SwitchField():
            return False
        case _:
            assert_never(field)


def _elsewhere(fields: Iterable[Input], errors: Mapping[str, str], sheet: Sheet) -> list[Drawn]:
    """Errors that stand at none of these fields."""
    known = {each.id for each in fields}
    words = "\n".join(words for field, words in errors.items() if field not in known)
    drawn = lines((Text(words),), sheet, color="Attention")
    if drawn and "error" not in sheet.inputs:
        sheet.inputs.add("error")
        drawn[0]["id"] = "error"
    return drawn


def _able(field: Input) -> bool:
    """Whether there is anything to fill in."""
    return not isinstance(field, ChoiceField | ManyField) or bool(field.options)


def _inputs(form: Form) -> list[Input]:
    return [each for each in form.fields if not isinstance(each, Note)]


def _id(field: Input) -> str:
    return f"{field.kind}.{field.id}"


def _data(form: Form) -> dict[str, Any]:
    fields = [_id(each) for each in _inputs(form)]
    return {"form": form.name, "context": form.context, "key": form.key, "fields": fields, "rest": {}}


def _title(form: Form) -> str:
    return cut(form.submit, 75) if form.submit.strip() else "Send"
