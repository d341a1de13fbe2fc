"""Forms as modals, and what was filled in. One rule: a field's id is its block's id, and its kind is in its action's id, so that reading needs no memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import assert_never

from bot.inbound import Place, PlaceKind
from bot.messages import ChoiceField, Errors, Field, Form, ManyField, Note, SwitchField, TextField
from bot.platforms.slack.draw import HOME_BLOCKS, OPTIONS, option
from bot.platforms.slack.lines import Drawn, cut, lines, plain_text
from bot.wire import Malformed, Table, maybe, parsed, rows, table

MOST = 3_000  # letters in a text field


def draw_form(form: Form, place: Place) -> Drawn:
    """Draw a form as a modal that remembers where it was opened from."""
    kept = {"context": form.context, "channel": place.channel, "kind": place.kind.value, "name": place.name[:80]}
    fields = [block for each in form.fields for block in _field(each, place.tenant)]
    return {
        "type": "modal",
        "callback_id": form.name[:255],
        "title": plain_text(form.title, 24),
        "submit": plain_text(form.submit, 24),
        "close": plain_text("Cancel"),
        "private_metadata": json.dumps(kept, ensure_ascii=False, separators=(",", ":")),
        "blocks": [*lines(form.intro, place.tenant), *fields][:HOME_BLOCKS],
    }


def _field(field: Field, tenant: str) -> Iterator[Drawn]:
    match field:
        case Note(words):
            yield from lines(words, tenant)
        case TextField():
            most = max(1, min(field.most, MOST))
            element: Drawn = {"type": "plain_text_input", "multiline": field.lines, "max_length": most}
            if field.least:
                element["min_length"] = min(field.least, most)
            if field.value:
                element["initial_value"] = cut(field.value, most)
            if field.example:
                element["placeholder"] = plain_text(field.example, 150)
            yield _input(field, element, field.required)
        case ChoiceField():
            options = [option(each.label, each.value) for each in field.options[:OPTIONS]]
            if not options:
                yield from lines((f"{field.label}: nothing to choose from.",), tenant)
                return
            element = {"type": "static_select", "placeholder": plain_text("Choose"), "options": options}
            chosen = [each for each in options if each["value"] == field.value and field.value]
            if chosen:
                element["initial_option"] = chosen[0]
            yield _input(field, element, field.required)
        case ManyField():
            options = [option(each.label, each.value) for each in field.options[:OPTIONS]]
            if not options:
                yield from lines((f"{field.label}: nothing to choose from.",), tenant)
                return
            element = {"type": "checkboxes", "options": options}
            if len(options) > 10:  # more than checkboxes take
                element |= {"type": "multi_static_select", "placeholder": plain_text("Choose")}
            chosen = [each for each in options if each["value"] in field.values]
            if chosen:
                element["initial_options"] = chosen
            yield _input(field, element, field.required)
        case SwitchField():
            yes = option("Yes", "yes")
            element = {"type": "checkboxes", "options": [yes]}
            if field.on:
                element["initial_options"] = [yes]
            yield _input(field, element, required=False)
        case _:
            assert_never(field)


def _input(field: TextField | ChoiceField | ManyField | SwitchField, element: Drawn, required: bool) -> Drawn:
    drawn: Drawn = {
        "type": "input",
        "block_id": field.id,
        "label": plain_text(field.label, 2000),
        "optional": not required,
        "element": {**element, "action_id": f"{field.kind}.{field.id}"},
    }
    if field.hint:
        drawn["hint"] = plain_text(field.hint, 2000)
    return drawn


def read_values(view: Table) -> dict[str, str | tuple[str, ...]]:
    """Read what was filled in, by field id."""
    values: dict[str, str | tuple[str, ...]] = {}
    for field, actions in table(view, "state", "values").items():
        for action in table(actions):
            filled = table(actions, action)
            chosen = tuple(maybe(each, "value") for each in rows(filled, "selected_options"))
            match action.partition(".")[0]:
                case "many":
                    values[field] = chosen
                case "switch":
                    values[field] = "yes" if chosen else ""
                case "choice":
                    values[field] = maybe(filled, "selected_option", "value")
                case "text":
                    values[field] = maybe(filled, "value")
                case _:
                    raise Malformed(f"a field of no kind: {action}")
    return values


def read_kept(view: Table, tenant: str) -> tuple[str, Place]:
    """Read the context and the place that the form was opened from."""
    kept = parsed(maybe(view, "private_metadata") or "{}")
    kind = maybe(kept, "kind") or PlaceKind.HOME.value
    if kind not in list(PlaceKind):
        raise Malformed("not a kind of place")
    place = Place("slack", tenant, maybe(kept, "channel"), PlaceKind(kind), maybe(kept, "name"))
    return maybe(kept, "context"), place


def inputs_of(view: Table) -> list[str]:
    """The fields of a modal, by their ids."""
    inputs = [maybe(each, "block_id") for each in rows(view, "blocks") if each.get("type") == "input"]
    return inputs or list(table(view, "state", "values"))


def draw_errors(errors: Errors, view: Table) -> Drawn | None:
    """Put each error at its field, at the first one where the field is unknown; None where the form has no fields to show them at."""
    inputs = inputs_of(view)
    if not inputs or not errors.fields:
        return None
    shown: dict[str, str] = {}
    for field, words in errors.fields.items():
        at = field if field in inputs else inputs[0]
        shown[at] = f"{shown[at]} {words}" if at in shown else words
    return {"response_action": "errors", "errors": shown}
