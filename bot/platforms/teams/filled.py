"""What was filled in. One rule: what a card sent says itself which fields it has, so that reading it needs no memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from bot.messages import ChoiceField, Field, Form, ManyField, Note, SwitchField, TextField
from bot.wire import Malformed, Table, maybe, table, text

Filled = Mapping[str, str | tuple[str, ...]]

NOBODY = "–"  # the choice of nothing, where a choice may be taken back


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


def refilled(form: Form, values: Filled) -> Form:
    """The same form with what was typed in place of its own values."""
    return replace(form, fields=tuple(_refilled(each, values) for each in form.fields))


def coded(value: str) -> str:
    """A value without commas: several come back parted by them."""
    return value.replace("%", "%25").replace(",", "%2C")


def _uncoded(value: str) -> str:
    return value.replace("%2C", ",").replace("%25", "%")


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
