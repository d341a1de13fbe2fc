"""Messages in Block Kit, within all its limits.

One rule: a message that is too long gives up its end and says so; Slack is never given what it would refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, assert_never

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
    Paragraph,
    Picture,
    Quote,
    Style,
    Tone,
    in_words,
)
from bot.platforms.slack.lines import (
    SECTION,
    Drawn,
    bare,
    bold,
    cut,
    escape,
    is_live,
    is_marked,
    lines,
    mrkdwn,
    plain_text,
    small,
)
from bot.words import Line, Strong, Text, plain

BLOCKS, HOME_BLOCKS, LETTERS, FIELD = 50, 100, 12_000, 2_000
FIELDS, BUTTONS, OPTIONS = 10, 25, 100
LEFT_OUT = "… more is left out here."

_SHORTCODE = re.compile(r":[\w+'-]+:")
_SIGNS = {
    Tone.NEUTRAL: "",
    Tone.RED: "🔴 ",
    Tone.AMBER: "🟠 ",
    Tone.OUTLINE: "🟢 ",
    Tone.GREEN: "✅ ",
    Tone.GREY: "⚪ ",
    Tone.JOY: "🎉 ",
}


def fallback(message: Message) -> str:
    """The whole message as text for notifications and screen readers."""
    return escape(cut(in_words(message), SECTION))


def draw(message: Message, tenant: str = "", most: int = BLOCKS) -> list[Drawn]:
    """Draw a message as blocks; `tenant` is where it will be seen, and only its people are mentioned (all, where it is empty)."""
    blocks = list(_blocks(message, tenant))
    kept: list[Drawn] = []
    letters = 0
    for position, block in enumerate(blocks):
        letters += _letters(block)
        last = position == len(blocks) - 1
        if letters > LETTERS or (len(kept) == most - 1 and not last):
            kept.append({"type": "section", "text": plain_text(LEFT_OUT)})
            break
        kept.append(block)
    return kept


def _blocks(message: Message, tenant: str) -> Iterator[Drawn]:
    sign = _SIGNS[message.tone]
    title: Line = message.title if sign and plain(message.title).startswith(sign) else (sign, *message.title)
    whole = all(isinstance(part, Strong) for part in message.title)  # all of it stands out, so nothing does
    headed = (message.body or message.buttons) and (whole or not is_live(title, tenant))
    if headed and 0 < len(bare(title)) <= 150:
        yield {"type": "header", "text": plain_text(bare(title).replace("\n", " "), 150)}
    else:
        yield from lines(title, tenant)
    names: dict[str, int] = {}
    for block in message.body:
        yield from _block(block, tenant, names)
    yield from _controls(message.buttons, names)
    if message.footer and plain(message.footer).strip():
        yield {"type": "context", "elements": small(message.footer, tenant)}


def _block(block: Block, tenant: str, names: dict[str, int]) -> Iterator[Drawn]:
    match block:
        case Paragraph(words):
            yield from lines(words, tenant)
        case Quote(words):
            if words.value.strip():
                yield from lines(("“", words, "”"), tenant)
        case Facts(facts):
            yield from _facts(facts, tenant)
        case Bullets(items):
            for item in items:
                yield from lines(("•  ", *item), tenant)
        case Heading(value):
            if value.strip():
                yield {"type": "header", "text": plain_text(value, 150)}
        case Controls(controls):
            yield from _controls(controls, names)
        case Inset():
            yield from _controls((block.opening,), names)
        case Picture(url, alt):
            if url.startswith(("https://", "http://")) and len(url) <= 3000:
                yield {"type": "image", "image_url": url, "alt_text": cut(alt, 2000) or "picture"}
            else:
                yield from lines((Text(alt),), tenant)
        case _:
            assert_never(block)


def _facts(facts: tuple[Fact, ...], tenant: str) -> Iterator[Drawn]:
    """Pairs of fields, five a section; what is long, or mixes a mention with letters that could format, has a row of its own."""
    fields: list[Drawn] = []
    for fact in facts:
        value: Line = fact.value if plain(fact.value).strip() else ("–",)
        words, live = plain(value), is_live(value, tenant)
        wide = len(words) > 100 or "\n" in words or (live and is_marked(value, tenant))
        if fields and (wide or len(fields) == FIELDS):
            yield {"type": "section", "fields": fields}
            fields = []
        label = bold(cut(fact.label, 150) or "–")
        if wide:
            yield {"type": "context", "elements": [label]}
            yield from lines(value, tenant)
        elif live:
            fields += [label, {"type": "mrkdwn", "text": mrkdwn(value, tenant), "verbatim": True}]
        else:
            fields += [label, plain_text(bare(value), FIELD)]
    if fields:
        yield {"type": "section", "fields": fields}


def _controls(controls: tuple[Control, ...], names: dict[str, int]) -> Iterator[Drawn]:
    elements = [
        _control(each, _name(each.action, names)) for each in controls if isinstance(each, Button) or each.options
    ]
    for start in range(0, len(elements), BUTTONS):
        yield {"type": "actions", "elements": elements[start : start + BUTTONS]}


def _name(action: str, names: dict[str, int]) -> str:
    """Name a control; Slack wants names to differ within a message, so the second of the same action is `action#2`."""
    names[action] = count = names.get(action, 0) + 1
    return action if count == 1 else f"{action}#{count}"


def _control(control: Control, name: str) -> Drawn:
    match control:
        case Button():
            drawn: Drawn = {
                "type": "button",
                "action_id": name,
                # Signs stay signs; `:words:` that somebody typed (a partnership's name) stay words.
                "text": {**plain_text(control.label or "…", 75), "emoji": not _SHORTCODE.search(control.label)},
            }
            if control.value:
                drawn["value"] = control.value[:2000]
            if control.style is not Style.DEFAULT:
                drawn["style"] = control.style.value
            if control.confirm:
                drawn["confirm"] = {
                    "title": plain_text("Are you sure?"),
                    "text": plain_text(control.confirm, 300),
                    "confirm": plain_text(control.label, 30),
                    "deny": plain_text("Cancel"),
                }
            return drawn
        case Menu():
            return {
                "type": "static_select",
                "action_id": name,
                "placeholder": plain_text(control.label, 150),
                "options": [option(each.label, each.value) for each in control.options[:OPTIONS]],
            }
        case _:
            assert_never(control)


def option(label: str, value: str) -> Drawn:
    return {"text": plain_text(label or value, 75), "value": value[:150]}


def _letters(value: Any) -> int:
    letters = 0
    if isinstance(value, dict):
        words = value.get("text")
        letters = len(words) if isinstance(words, str) else 0
        value = value.values()
    for each in value:
        if isinstance(each, dict | list):
            letters += _letters(each)
    return letters
