"""Messages as Adaptive Cards that read well in light and dark and fit into what Teams takes.

One rule: a card that is too large gives up letters first, then blocks from its end, and its buttons last of all; it never fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import assert_never

from bot.messages import (
    Block,
    Bullets,
    Button,
    Control,
    Controls,
    Fact,
    Facts,
    Heading,
    Inset,
    Menu,
    Message,
    Option,
    Paragraph,
    Picture,
    Quote,
    Style,
    Tone,
    in_words,
)
from bot.platforms.teams.form import choices, inset
from bot.platforms.teams.lines import lines
from bot.platforms.teams.sheet import LEFT_OUT, LONGEST, MOST, Drawn, Sheet, card, cut, size
from bot.words import Line, Strong, Text, plain

BUTTONS, BUTTON, VALUE = 6, 75, 2_000  # in a set, letters on one, letters in what it brings back
SPOKEN = 1_000

_SIGNS = {
    Tone.NEUTRAL: "",
    Tone.RED: "🔴 ",
    Tone.AMBER: "🟠 ",
    Tone.OUTLINE: "🟢 ",
    Tone.GREEN: "✅ ",
    Tone.GREY: "⚪ ",
    Tone.JOY: "🎉 ",
}
_STYLES = {
    Tone.NEUTRAL: "default",
    Tone.RED: "attention",
    Tone.AMBER: "warning",
    Tone.OUTLINE: "good",
    Tone.GREEN: "good",
    Tone.GREY: "emphasis",
    Tone.JOY: "accent",
}
_PRESSES = {Style.DEFAULT: "default", Style.PRIMARY: "positive", Style.DANGER: "destructive"}


def fallback(message: Message) -> str:
    """The message as plain words for notifications, as far as there is room in them."""
    return cut(in_words(message), SPOKEN)


def draw(message: Message, tenant: str = "", *, dialog: bool = False, errors: Mapping[str, str] | None = None) -> Drawn:
    """Draw a message as a card; `tenant` is where it will be seen, and only its people are mentioned (all, where it is empty)."""
    for most in (LONGEST, 2_000, 500):
        sheet = Sheet(tenant, most)
        body = list(_body(message, sheet, dialog, errors or {}))
        if size(drawn := card(body, sheet)) <= MOST:
            return drawn
    return card(_fitting(body, sheet), sheet)


def _fitting(body: list[Drawn], sheet: Sheet) -> list[Drawn]:
    """What there is room for, the title always, and a word about the rest where it stood."""
    said = {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": LEFT_OUT, "isSubtle": True}]}
    empty = size(card([], sheet))
    sizes = [size(card([each], sheet)) - empty + 2 for each in body]  # with its mentions
    kept, over = set(range(len(body))), empty + sum(sizes) + size(said) + 2 - MOST
    for at in sorted(range(1, len(body)), key=lambda at: (_acts(body[at]), -at)):
        if over <= 0:
            break
        kept.discard(at)
        over -= sizes[at]
    first = min(set(range(len(body))) - kept, default=len(body))
    return [body[at] if at in kept else said for at in range(len(body)) if at in kept or at == first]


def _acts(element: Drawn) -> bool:
    return element["type"] == "ActionSet" or any(_acts(each) for each in element.get("items", []))


def _body(message: Message, sheet: Sheet, dialog: bool, errors: Mapping[str, str]) -> Iterator[Drawn]:
    yield from _title(message, sheet)
    for block in message.body:
        yield from _block(block, sheet, dialog, errors)
    yield from _controls(message.buttons, sheet, dialog)
    yield from lines(message.footer, sheet, size="Small", isSubtle=True)


def _title(message: Message, sheet: Sheet) -> Iterator[Drawn]:
    sign = _SIGNS[message.tone]
    title: Line = message.title if sign and plain(message.title).startswith(sign) else (sign, *message.title)
    title = tuple(part for part in title if part != "")
    look: Drawn = {}
    if message.body or message.buttons:
        words = plain(title)
        look["size"] = "Large" if len(words) <= 80 else "Medium"
        if not any(isinstance(part, Strong) for part in title) and len(words) <= 150:
            look["weight"] = "Bolder"
    drawn = lines(title, sheet, **look)
    if drawn and message.tone is not Tone.NEUTRAL:
        yield {"type": "Container", "style": _STYLES[message.tone], "bleed": True, "items": drawn}
    else:
        yield from drawn


def _block(block: Block, sheet: Sheet, dialog: bool, errors: Mapping[str, str]) -> Iterator[Drawn]:
    match block:
        case Paragraph(words):
            yield from lines(words, sheet)
        case Quote(words):
            if drawn := lines((words,), sheet):
                yield {"type": "Container", "style": "emphasis", "items": drawn}
        case Facts(facts):
            for position, fact in enumerate(facts):
                yield {**_fact(fact, sheet), **({"spacing": "Small"} if position else {})}
        case Bullets(items):
            for item in items:
                yield from lines(("•  ", *item), sheet, spacing="Small")
        case Heading(value):
            yield from lines((Text(value),), sheet, spacing="Large", size="Medium", weight="Bolder")
        case Controls(controls):
            yield from _controls(controls, sheet, dialog)
        case Inset(form):
            elements, actions = ([], []) if dialog else inset(form, errors, sheet)
            opening = replace(block.opening, style=Style.DEFAULT) if actions else block.opening
            actions.append(_press(opening, dialog))
            yield {"type": "Container", "items": [*elements, {"type": "ActionSet", "actions": actions}]}
        case Picture(url, alt):
            if url.startswith("https://"):
                yield {"type": "Image", "url": url, "altText": cut(alt, sheet.most) or "picture"}
            else:
                yield from lines((Text(alt),), sheet)
        case _:
            assert_never(block)


def _fact(fact: Fact, sheet: Sheet) -> Drawn:
    value = lines(fact.value, sheet) or lines(("–",), sheet)
    label = lines((Text(fact.label),), sheet, isSubtle=True) or lines(("–",), sheet, isSubtle=True)
    columns = [{"type": "Column", "width": 1, "items": label}, {"type": "Column", "width": 3, "items": value}]
    return {"type": "ColumnSet", "columns": columns}


def _controls(controls: tuple[Control, ...], sheet: Sheet, dialog: bool) -> Iterator[Drawn]:
    actions = [_action(each, sheet, dialog) for each in controls if isinstance(each, Button) or each.options]
    for start in range(0, len(actions), BUTTONS):
        drawn: Drawn = {"type": "ActionSet", "actions": actions[start : start + BUTTONS]}
        yield drawn | {"spacing": "Small"} if start else drawn


def _action(control: Control, sheet: Sheet, dialog: bool) -> Drawn:
    match control:
        case Button(confirm=question) if question:
            asked = lines((Text(question),), sheet)
            return _showing(control.label, asked, [_press(control, dialog)], control.style)
        case Button():
            return _press(control, dialog)
        case Menu(label, action, options):
            if len(options) > BUTTONS and "choice" not in sheet.inputs:
                sheet.inputs.add("choice")
                press = _press(Button(label, action, style=Style.PRIMARY), dialog)
                del press["associatedInputs"]  # it brings the choice along
                return _showing(label, [_choice(label, options)], [press])
            presses = [_press(Button(each.label or each.value, action, each.value), dialog) for each in options]
            sets = [presses[start : start + BUTTONS] for start in range(0, len(presses), BUTTONS)]
            return _showing(label, [{"type": "ActionSet", "actions": each} for each in sets])
        case _:
            assert_never(control)


def _showing(label: str, body: list[Drawn], actions: list[Drawn] | None = None, style: Style = Style.DEFAULT) -> Drawn:
    """A button that shows more in the same card before anything counts."""
    shown: Drawn = {"type": "AdaptiveCard", "body": body}
    if actions:
        shown["actions"] = actions
    return {"type": "Action.ShowCard", "title": _name(label), "card": shown, "style": _PRESSES[style]}


def _choice(label: str, options: tuple[Option, ...]) -> Drawn:
    return {
        "type": "Input.ChoiceSet",
        "id": "choice",
        "label": cut(label, 150) or "–",
        "choices": choices(options),
        "isRequired": True,
        "errorMessage": "Please choose.",
    }


def _press(button: Button, dialog: bool) -> Drawn:
    """The action that comes back. What is typed into inputs beside it is not its business, nor need it be right."""
    value = button.value[:VALUE]
    opening = {"msteams": {"type": "task/fetch"}} if button.opens and not dialog else {}
    drawn: Drawn = {
        "type": "Action.Submit" if dialog or opening else "Action.Execute",
        "title": _name(button.label),
        "style": _PRESSES[button.style],
        "associatedInputs": "none",
    }
    if drawn["type"] == "Action.Execute":
        return drawn | {"verb": button.action, "data": {"value": value}}
    return drawn | {"data": {**opening, "action": button.action, "value": value}}


def _name(label: str) -> str:
    return cut(label, BUTTON) if label.strip() else "…"
