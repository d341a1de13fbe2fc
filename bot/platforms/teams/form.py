"""Forms as cards of a dialog or in the midst of a message, and what was filled in.

One rule: an input's id is its field's kind and id, and the button that sends it lists them all, so that reading needs no memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, assert_never

from bot.messages import ChoiceField, Field, Form, ManyField, Note, Option, SwitchField, TextField
from bot.platforms.teams.lines import LEFT_OUT, MOST, Drawn, Sheet, card, cut, escape, lines, size, unbroken
from bot.wire import Malformed, Table, maybe, table, text
from bot.words import Text

Filled = Mapping[str, str | tuple[str, ...]]
Input = TextField | ChoiceField | ManyField | SwitchField

CARD = "application/vnd.microsoft.card.adaptive"
TITLE, LABEL, EXAMPLE, OPTION = 150, 500, 200, 150
INSET = 3  # fields in the midst of a message
NOBODY = "–"  # the choice of nothing, where a choice may be taken back


def draw_form(form: Form, tenant: str = "", errors: Mapping[str, str] | None = None) -> Drawn:
    """Draw a form as the card of a dialog, each error at its field and those of no field above."""
    for options in (1_000, 200, 50):
        sheet = Sheet(tenant)
        body = lines(form.intro, sheet) + _elsewhere(filter(_able, _inputs(form)), errors or {}, sheet)
        for each in form.fields:
            body += _field(each, sheet, errors or {}, options)
        send = {"type": "Action.Submit", "title": _title(form), "style": "positive", "data": _data(form)}
        drawn = card(body, sheet) | {"actions": [send]}
        if size(drawn) <= MOST:
            break
    return drawn


def dialog(title: str, shown: Drawn) -> Drawn:
    """The answer that opens a dialog with that card, or puts it in place of what the dialog showed."""
    long = len(shown["body"]) > 10
    value = {
        "title": cut(title, TITLE),
        "height": "large" if long else "medium",
        "width": "medium",
        "card": {"contentType": CARD, "content": shown},
    }
    return {"task": {"type": "continue", "value": value}}


def refilled(form: Form, values: Filled) -> Form:
    """The same form with what was typed in place of its own values."""
    return replace(form, fields=tuple(_refilled(each, values) for each in form.fields))


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
        elements += _field(each, sheet, errors, options=50)
    others = [each for each in _inputs(form) if each not in first]
    data = {**_data(form), "rest": {_id(each): _default(each) for each in others}}
    send = {"type": "Action.Execute", "title": _title(form), "style": "positive", "verb": "form.submit", "data": data}
    return elements, [send]


def read_form(data: Table) -> tuple[str, str, str, dict[str, str | tuple[str, ...]]]:
    """Read a form's name, context, key and values by field. Raises `Malformed`."""
    fields, rest = data.get("fields"), table(data, "rest")
    if not isinstance(fields, list) or not all(isinstance(each, str) for each in fields):
        raise Malformed("a form without its fields")
    values: dict[str, str | tuple[str, ...]] = {}
    for each in fields:
        kind, _, field = each.partition(".")
        given = maybe(data, each) if data.get(each) is not None else maybe(rest, each)
        match kind:
            case "text":
                values[field] = given.replace("\r\n", "\n").replace("\r", "\n")
            case "choice":
                values[field] = "" if given == NOBODY else given
            case "many":
                values[field] = tuple(_uncoded(one) for one in given.split(",") if one)
            case "switch":
                values[field] = "yes" if given == "yes" else ""
            case _:
                raise Malformed(f"a field of no kind: {each}")
    return text(data, "form"), maybe(data, "context"), maybe(data, "key"), values


def choices(options: Iterable[Option]) -> list[Drawn]:
    """Draw options to choose one of."""
    return [
        {"title": cut(" ".join(each.label.split()) or each.value or "…", OPTION), "value": each.value}
        for each in options
    ]


def _boxes(options: Iterable[Option]) -> list[Drawn]:
    """Options to tick: several come back parted by commas, and clients read Markdown in their names (in no other input)."""
    drawn = choices(Option(each.label, _coded(each.value)) for each in options)
    return [{**each, "title": escape(unbroken(each["title"]), starting=True)} for each in drawn]


# One field -----------------------------------------------------------------------------------------------------------


def _field(field: Field, sheet: Sheet, errors: Mapping[str, str], options: int) -> list[Drawn]:
    if isinstance(field, Note):
        return lines(field.words, sheet)
    if not _able(field):
        return lines((f"{field.label}: nothing to choose from.",), sheet)
    drawn = [_input(field, options)]
    if isinstance(field, ChoiceField | ManyField) and len(field.options) > options:
        drawn += lines((LEFT_OUT,), sheet, spacing="Small", size="Small", isSubtle=True)
    drawn += lines((Text(field.hint),), sheet, spacing="Small", size="Small", isSubtle=True)
    wrong = lines((Text(errors.get(field.id, "")),), sheet, spacing="Small", color="Attention")
    return drawn + [each | {"id": f"error.{field.id}"} for each in wrong]


def _input(field: Input, options: int) -> Drawn:
    drawn: Drawn = {"id": _id(field), "label": cut(unbroken(field.label), LABEL) or "–"}
    match field:
        case TextField():
            drawn |= {"type": "Input.Text", "isMultiline": field.lines, "maxLength": max(1, field.most)}
            drawn |= _required(field.required, "Please fill this in.")
            if field.least > 1:
                drawn["regex"] = f"^[\\s\\S]{{{min(field.least, field.most)},}}$"
                drawn["errorMessage"] = f"At least {field.least} letters, please."
            if field.example:
                drawn["placeholder"] = cut(field.example, EXAMPLE)
            if field.value:
                drawn["value"] = cut(field.value, max(1, field.most))
        case ChoiceField():
            chosen = field.value if field.value in {each.value for each in field.options} else ""
            nobody = () if field.required else (Option(NOBODY, NOBODY),)
            drawn |= {"type": "Input.ChoiceSet", "placeholder": "Choose", "wrap": True}
            drawn["choices"] = choices((*nobody, *_kept(field.options, (chosen,), options)))
            drawn |= _required(field.required, "Please choose.")
            if chosen:
                drawn["value"] = chosen
        case ManyField():
            drawn |= {"type": "Input.ChoiceSet", "isMultiSelect": True, "placeholder": "Choose", "wrap": True}
            drawn["choices"] = _boxes(_kept(field.options, field.values, options))
            drawn |= _required(field.required, "Please choose.")
            if _default(field):
                drawn["value"] = _default(field)
        case SwitchField():
            drawn |= {"type": "Input.Toggle", "title": "Yes", "valueOn": "yes", "valueOff": "no"}
            drawn["value"] = "yes" if field.on else "no"
        case _:
            assert_never(field)
    return drawn


def _required(required: bool, words: str) -> Drawn:
    return {"isRequired": True, "errorMessage": words} if required else {}


def _kept(options: tuple[Option, ...], chosen: tuple[str, ...], most: int) -> Iterable[Option]:
    return (each for at, each in enumerate(options) if at < most or each.value in chosen)


def _default(field: Input) -> str:
    match field:
        case TextField() | ChoiceField():
            return field.value
        case ManyField():
            values = {each.value for each in field.options}
            return ",".join(_coded(each) for each in field.values if each in values)
        case SwitchField():
            return "yes" if field.on else ""
        case _:
            assert_never(field)


def _refilled(field: Field, values: Filled) -> Field:
    if isinstance(field, Note) or field.id not in values:
        return field
    given = values[field.id]
    one, many = (given, (given,)) if isinstance(given, str) else (given[0] if given else "", given)
    match field:
        case TextField() | ChoiceField():
            return replace(field, value=one)
        case ManyField():
            return replace(field, values=many)
        case SwitchField():
            return replace(field, on=one == "yes")
        case _:
            assert_never(field)


# The whole of it -----------------------------------------------------------------------------------------------------


def _first(form: Form, errors: Mapping[str, str]) -> list[Input]:
    """The fields that somebody has to fill in before it can be sent; none where they are too many or too large for a message."""
    inputs = _inputs(form)
    asked = [each for each in inputs if each.id in errors or _empty(each)]
    if errors and not asked:
        asked = [each for each in inputs if isinstance(each, TextField | ChoiceField) and each.required]
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


def _coded(value: str) -> str:
    """A value without commas: several come back parted by them."""
    return value.replace("%", "%25").replace(",", "%2C")


def _uncoded(value: str) -> str:
    return value.replace("%2C", ",").replace("%25", "%")
