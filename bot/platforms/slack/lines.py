"""Lines of words in Block Kit.

One rule: what people type stands in `plain_text`, or in `mrkdwn` only where no letter of it could format anything. A line
that needs both (a mention or an instant beside such letters) becomes a row of small elements, each of its own kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, assert_never

from bot.words import Code, Inline, Line, Link, Person, Secret, Shape, Strong, Text, When, beside, local, plain

Drawn = dict[str, Any]

SECTION, ROW = 3_000, 10

_MARKS = re.compile(r"[*_~`]|:[\w+'-]+:|(?:^|\n)\s*>")
_DATES = {
    Shape.MOMENT: "{date_short_pretty}, {time}",
    Shape.DAY: "{date_long_pretty}",
    Shape.TIME: "{time}",
}


def cut(words: str, most: int) -> str:
    """Shorten to at most so many letters, with an ellipsis."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def escape(words: str) -> str:
    """Make letters safe for `mrkdwn` and `text`: no mention, no link."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_text(words: str, most: int = SECTION) -> Drawn:
    """Letters as they are, at most so many of them."""
    return {"type": "plain_text", "text": cut(words, most), "emoji": False}


def lines(parts: Line, tenant: str) -> Iterator[Drawn]:
    """Draw one line of words as a block, or several where it is long."""
    parts = tuple(part for part in parts if part != "")
    if not plain(parts).strip():
        return
    if not is_live(parts, tenant):
        for piece in _pieces(bare(parts)):
            yield {"type": "section", "text": plain_text(piece)}
    elif not is_marked(parts, tenant) and len(marked := mrkdwn(parts, tenant)) <= SECTION:
        yield {"type": "section", "text": {"type": "mrkdwn", "text": marked, "verbatim": True}}
    elif len(elements := _row(parts, tenant)) <= ROW and all(len(each["text"]) <= SECTION for each in elements):
        yield {"type": "context", "elements": elements}
    else:
        for piece in _pieces(bare(parts)):
            yield {"type": "section", "text": plain_text(piece)}


def small(parts: Line, tenant: str) -> list[Drawn]:
    """Draw one line of words as the elements of a row in small letters."""
    if not is_live(parts, tenant):
        return [plain_text(bare(parts))]
    if not is_marked(parts, tenant) and len(marked := mrkdwn(parts, tenant)) <= SECTION:
        return [{"type": "mrkdwn", "text": marked, "verbatim": True}]
    row = _row(parts, tenant)
    return row if len(row) <= ROW else [plain_text(plain(parts))]


def bare(parts: Line) -> str:
    """The letters of a line, with nothing alive in it."""
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


def is_live(parts: Line, tenant: str) -> bool:
    """Whether it needs `mrkdwn`. Letters that stand out are given up for a line that reads as it was typed everywhere.

    Not every client turns `&lt;` back into a letter.
    """
    live = [part for part in parts if _alive(part, tenant)]
    if any(not isinstance(part, Strong | Code) for part in live):
        return True
    return bool(live) and not is_marked(parts, tenant) and escape(bare(parts)) == bare(parts)


def is_marked(parts: Line, tenant: str) -> bool:
    """Whether some of its letters could format something in `mrkdwn`."""
    rest = "".join("\0" if _alive(part, tenant) else bare((part,)) for part in parts)
    return bool(_MARKS.search(rest)) or any(isinstance(part, Link) and _MARKS.search(part.label) for part in parts)


def _row(parts: Line, tenant: str) -> list[Drawn]:
    """One element for each run of letters and each mention, instant or link; Slack shows them side by side."""
    elements: list[Drawn] = []
    letters = ""
    for part in (*parts, None):
        if isinstance(part, Strong | Code) or (part is not None and not _alive(part, tenant)):
            letters += bare((part,))
            continue
        if letters.strip():
            elements.append(plain_text(letters.strip()))
        letters = ""
        if part is not None:
            elements.append({"type": "mrkdwn", "text": mrkdwn((part,), tenant), "verbatim": True})
    return elements


def mrkdwn(parts: Line, tenant: str) -> str:
    """A line in `mrkdwn`, with what is alive in it."""
    written = ""
    for position, part in enumerate(parts):
        if not _alive(part, tenant):
            written += escape(bare((part,)))
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


def bold(words: str) -> Drawn:
    """Words that stand out, or plain ones where a letter of them could format something."""
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
