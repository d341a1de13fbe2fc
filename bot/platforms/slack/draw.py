"""Messages in Block Kit, within all its limits.

One rule: what people type stands in `plain_text`, or in `mrkdwn` only where no letter of it could format anything. A line
that needs both (a mention or an instant beside such letters) becomes a row of small elements, each of its own kind.
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
from bot.words import Code, Inline, Line, Link, Person, Secret, Shape, Strong, Text, When, beside, local, plain

Drawn = dict[str, Any]

BLOCKS, HOME_BLOCKS, LETTERS, SECTION, FIELD = 50, 100, 12_000, 3_000, 2_000
ROW, BUTTONS, OPTIONS = 10, 25, 100
LEFT_OUT = "… more is left out here."

_MARKS = re.compile(r"[*_~`]|:[\w+'-]+:|(?:^|\n)\s*>")
_SHORTCODE = re.compile(r":[\w+'-]+:")
_DATES = {
    Shape.MOMENT: "{date_short_pretty}, {time}",
    Shape.DAY: "{date_long_pretty}",
    Shape.TIME: "{time}",
}
_SIGNS = {
    Tone.NEUTRAL: "",
    Tone.RED: "🔴 ",
    Tone.AMBER: "🟠 ",
    Tone.OUTLINE: "🟢 ",
    Tone.GREEN: "✅ ",
    Tone.GREY: "⚪ ",
    Tone.JOY: "🎉 ",
}


def cut(words: str, most: int) -> str:
    """Shorten to at most so many letters, with an ellipsis."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def escape(words: str) -> str:
    """Make letters safe for `mrkdwn` and `text`: no mention, no link."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_text(words: str, most: int = SECTION) -> Drawn:
    return {"type": "plain_text", "text": cut(words, most), "emoji": False}


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


def lines(parts: Line, tenant: str) -> Iterator[Drawn]:
    """Draw one line of words as a block, or several where it is long."""
    parts = tuple(part for part in parts if part != "")
    if not plain(parts).strip():
        return
    if not _live(parts, tenant):
        for piece in _pieces(_bare(parts)):
            yield {"type": "section", "text": plain_text(piece)}
    elif not _marked(parts, tenant) and len(marked := _mrkdwn(parts, tenant)) <= SECTION:
        yield {"type": "section", "text": {"type": "mrkdwn", "text": marked, "verbatim": True}}
    elif len(elements := _row(parts, tenant)) <= ROW and all(len(each["text"]) <= SECTION for each in elements):
        yield {"type": "context", "elements": elements}
    else:
        for piece in _pieces(_bare(parts)):
            yield {"type": "section", "text": plain_text(piece)}


def _blocks(message: Message, tenant: str) -> Iterator[Drawn]:
    sign = _SIGNS[message.tone]
    title: Line = message.title if sign and plain(message.title).startswith(sign) else (sign, *message.title)
    whole = all(isinstance(part, Strong) for part in message.title)  # all of it stands out, so nothing does
    headed = (message.body or message.buttons) and (whole or not _live(title, tenant))
    if headed and 0 < len(_bare(title)) <= 150:
        yield {"type": "header", "text": plain_text(_bare(title).replace("\n", " "), 150)}
    else:
        yield from lines(title, tenant)
    names: dict[str, int] = {}
    for block in message.body:
        yield from _block(block, tenant, names)
    yield from _controls(message.buttons, names)
    if message.footer and plain(message.footer).strip():
        yield {"type": "context", "elements": _footer(message.footer, tenant)}


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
        words, live = plain(value), _live(value, tenant)
        wide = len(words) > 100 or "\n" in words or (live and _marked(value, tenant))
        if fields and (wide or len(fields) == ROW):
            yield {"type": "section", "fields": fields}
            fields = []
        label = _label(cut(fact.label, 150) or "–")
        if wide:
            yield {"type": "context", "elements": [label]}
            yield from lines(value, tenant)
        elif live:
            fields += [label, {"type": "mrkdwn", "text": _mrkdwn(value, tenant), "verbatim": True}]
        else:
            fields += [label, plain_text(_bare(value), FIELD)]
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


def _footer(parts: Line, tenant: str) -> list[Drawn]:
    if not _live(parts, tenant):
        return [plain_text(_bare(parts))]
    if not _marked(parts, tenant) and len(marked := _mrkdwn(parts, tenant)) <= SECTION:
        return [{"type": "mrkdwn", "text": marked, "verbatim": True}]
    row = _row(parts, tenant)
    return row if len(row) <= ROW else [plain_text(plain(parts))]


def _bare(parts: Line) -> str:
    return "".join(part.name if isinstance(part, Person) and not part.ping else plain((part,)) for part in parts)


def _alive(part: Inline, tenant: str) -> bool:
    """Whether it is more than letters: a mention, an instant, a link, or letters that stand out."""
    match part:
        case When() | Link():
            return True
        case Person():
            return bool(_mention(part, tenant))
        case Strong(value) | Code(value):
            return bool(value.strip()) and not _MARKS.search(value)
        case str() | Text() | Secret():
            return False
        case _:
            assert_never(part)


def _live(parts: Line, tenant: str) -> bool:
    """Whether it needs `mrkdwn`. Letters that stand out are given up for a line that reads as it was typed everywhere.

    Not every client turns `&lt;` back into a letter.
    """
    live = [part for part in parts if _alive(part, tenant)]
    if any(not isinstance(part, Strong | Code) for part in live):
        return True
    return bool(live) and not _marked(parts, tenant) and escape(_bare(parts)) == _bare(parts)


def _marked(parts: Line, tenant: str) -> bool:
    """Whether some of its letters could format something in `mrkdwn`."""
    rest = "".join("\0" if _alive(part, tenant) else _bare((part,)) for part in parts)
    return bool(_MARKS.search(rest)) or any(isinstance(part, Link) and _MARKS.search(part.label) for part in parts)


def _row(parts: Line, tenant: str) -> list[Drawn]:
    """One element for each run of letters and each mention, instant or link; Slack shows them side by side."""
    elements: list[Drawn] = []
    letters = ""
    for part in (*parts, None):
        if isinstance(part, Strong | Code) or (part is not None and not _alive(part, tenant)):
            letters += _bare((part,))
            continue
        if letters.strip():
            elements.append(plain_text(letters.strip()))
        letters = ""
        if part is not None:
            elements.append({"type": "mrkdwn", "text": _mrkdwn((part,), tenant), "verbatim": True})
    return elements


def _mrkdwn(parts: Line, tenant: str) -> str:
    written = ""
    for position, part in enumerate(parts):
        if not _alive(part, tenant):
            written += escape(_bare((part,)))
            continue
        match part:
            case When():
                written += _when(part)
            case Person():
                written += f"<@{_mention(part, tenant)}>"
            case Link(url, label):
                target = url.replace("|", "%7C").replace(">", "%3E").replace("<", "%3C")
                written += f"<{escape(target)}|{escape(label)}>"
            case Strong(value) | Code(value):
                after = plain(parts[position + 1 : position + 2])[:1]
                joined = written[-1:].isalnum() or after.isalnum() or value != value.strip() or "\n" in value
                mark = "" if joined else "*" if isinstance(part, Strong) else "`"
                written += f"{mark}{escape(value)}{mark}"
            case str() | Text() | Secret():
                pass
            case _:
                assert_never(part)
    return written


def _label(words: str) -> Drawn:
    if _MARKS.search(words) or escape(words) != words:
        return plain_text(words)
    return {"type": "mrkdwn", "text": f"*{words}*", "verbatim": True}


def _when(when: When) -> str:
    zone = when.zones[0] if when.zones else "UTC"
    otherwise = escape(local(when.at, zone, when.shape)).replace("|", "")
    if when.shape is not Shape.DAY and not when.zones:
        otherwise += " UTC"
    rest = beside(when)
    return f"<!date^{int(when.at.timestamp())}^{_DATES[when.shape]}|{otherwise}>" + (
        f" ({escape(rest)})" if rest else ""
    )


def _mention(person: Person, tenant: str) -> str:
    """The user to mention, where the person is to be told and has an account there; else empty."""
    if not person.ping:
        return ""
    users = (a.user for a in person.accounts if a.platform == "slack" and tenant in ("", a.tenant))
    return next((user for user in users if re.fullmatch(r"[A-Z0-9]+", user)), "")


def _pieces(words: str, most: int = SECTION) -> Iterator[str]:
    """Split at a line's end or a blank where there is one near."""
    while len(words) > most:
        at = max(words.rfind("\n", most // 2, most), words.rfind(" ", most // 2, most))
        at = at if at > 0 else most
        yield words[:at]
        words = words[at:].lstrip(" \n")
    if words.strip():
        yield words


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
