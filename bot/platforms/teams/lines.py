"""Lines of words as elements of an Adaptive Card.

One rule: what people type stands in a TextRun, which reads no Markdown. Only a line with a mention or an instant, which
Teams shows in a TextBlock alone, is one, and there every letter that Markdown could read is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC
from itertools import chain, count
from typing import Any, assert_never

from bot.platforms.teams.sheet import Drawn, Sheet, cut
from bot.platforms.teams.spot import PLATFORM
from bot.words import Code, Inline, Line, Link, Person, Secret, Shape, Strong, Text, When, beside, plain

_MARKS = re.compile(r"[\\`*~\[\]<]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|(?<=\{)\{|!$")
_STARTS = re.compile(r"\d+(?=[.)])|(?=[#>+=:|-])")  # before what makes a heading, a quote, a list or a table of a line
_SEAMS = re.compile(r"(?<=\{)(?=\{)|(?<=<)(?=/?at\b)", re.IGNORECASE)  # within what could be an instant or a mention
_AT = re.compile(r"(?<=<)(?=/?at\b)", re.IGNORECASE)  # an escaped `<at>` could still be taken for a mention
_WEB = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)


def escape(words: str, *, starting: bool = False) -> str:
    """Make letters safe for a TextBlock; `starting` where they begin its line."""
    escaped = _MARKS.sub(r"\\\g<0>", _AT.sub("\u2060", words))
    if not starting:
        return escaped
    letters = escaped.lstrip()
    indent = "\u00a0" * (len(escaped) - len(letters))  # blanks would make it code
    start = _STARTS.match(letters)
    return indent + (f"{start[0]}\\{letters[start.end() :]}" if start else letters)


def unbroken(words: str) -> str:
    """Letters for where no runs can part them: nothing in them is taken for an instant."""
    return _SEAMS.sub("\u2060", words)


def lines(parts: Line, sheet: Sheet, *, spacing: str = "", **look: Any) -> list[Drawn]:
    """Draw one line of words as a block, or several where a mention or an instant stands among several rows."""
    parts = tuple(_shortened([_as_letters(part, sheet) for part in parts], sheet.most))
    if not plain(parts).strip():
        return []
    rows = list(_rows(parts)) if any(_alive(part, sheet) for part in parts) else [parts]
    drawn = [_block(row, sheet, look) for row in rows]
    for position, block in enumerate(drawn):
        if position or spacing:
            block["spacing"] = "None" if position else spacing
    return drawn


def _block(parts: Line, sheet: Sheet, look: Drawn) -> Drawn:
    if any(_alive(part, sheet) for part in parts):
        return {"type": "TextBlock", "text": _markdown(parts, sheet), "wrap": True, **look}
    return {"type": "RichTextBlock", "inlines": list(_runs(parts, look))}


def _alive(part: Inline, sheet: Sheet) -> bool:
    return isinstance(part, When) or (isinstance(part, Person) and bool(_user(part, sheet)))


def _user(person: Person, sheet: Sheet) -> str:
    """The user to mention, where the person is to be told and has an account there; else empty."""
    if not person.ping:
        return ""
    users = (a.user for a in person.accounts if a.platform == PLATFORM and sheet.tenant in ("", a.tenant))
    return next(users, "")


def _as_letters(part: Inline, sheet: Sheet) -> Inline:
    """What is only letters here, as such: whom nothing tells, and what is no link to the web."""
    match part:
        case Person() if not _alive(part, sheet):
            return plain((part,)) if part.ping else part.name
        case Link(url) if not _WEB.fullmatch(url):
            return plain((part,))
        case _:
            return part


def _bare(part: Inline) -> str:
    return " ".join(part.label.split()) if isinstance(part, Link) else plain((part,))


def _runs(parts: Line, look: Drawn) -> Iterator[Drawn]:
    """One run for all neighbours that look the same, in pieces wherever a client could read something into the letters."""
    together: list[tuple[str, Drawn]] = []
    for part in parts:
        style = look | _style(part)
        words = _bare(part)
        if together and together[-1][1] == style and not isinstance(part, Link):
            words = together.pop()[0] + words
        together.append((words, style))
    for words, style in together or [("\u00a0", look)]:
        for piece in _SEAMS.split(words):
            if piece:
                yield {"type": "TextRun", "text": piece, **style}


def _style(part: Inline) -> Drawn:
    match part:
        case Strong():
            return {"weight": "Bolder"}
        case Code() | Secret():
            return {"fontType": "Monospace"}
        case Link(url):
            return {"selectAction": {"type": "Action.OpenUrl", "url": url}}
        case str() | Text() | Person() | When():
            return {}
        case _:
            assert_never(part)


def _markdown(parts: Line, sheet: Sheet) -> str:
    written, letters = "", ""
    for position, part in enumerate(parts):
        before = (written + letters)[-1:]
        live = _live(part, before, plain(parts[position + 1 : position + 2])[:1], sheet)
        if live:
            written += escape(letters, starting=not written) + live
            letters = ""
        else:
            letters += _bare(part)
    return written + escape(letters, starting=not written)


def _live(part: Inline, before: str, after: str, sheet: Sheet) -> str:
    """What it is in Markdown; empty where it is only letters."""
    match part:
        case When():
            return _when(part)
        case Person():
            return _mention(part, sheet)
        case Link(url):
            target = url.replace("(", "%28").replace(")", "%29").replace("\\", "%5C")
            return f"[{escape(_bare(part))}]({target})"
        case Strong(value):
            apart = not before.strip() and (not after.strip() or after in ".,:;!?)")
            return f"**{escape(value)}**" if apart and value and value == value.strip() else ""
        case str() | Text() | Code() | Secret():
            return ""
        case _:
            assert_never(part)


def _mention(person: Person, sheet: Sheet) -> str:
    """The mention, by a name that means nobody else on this card; empty where the person is not to be told."""
    user = _user(person, sheet)
    if not user:
        return ""
    name, organisation = (_named(words) for words in (person.name, person.organisation))
    name = name or "somebody"
    more = chain([f"{name} ({organisation})"] if organisation else [], (f"{name} ({n})" for n in count(2)))
    shown = next(each for each in chain([name], more) if sheet.people.setdefault(each, user) == user)
    return f"<at>{shown}</at>"


def _named(words: str) -> str:
    """A name without the letters that could format something: within a mention nothing is escaped."""
    return " ".join(_MARKS.sub("", words).replace(">", "").split())


def _when(when: When) -> str:
    at = f"{when.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    day, time = f"{{{{DATE({at},SHORT)}}}}", f"{{{{TIME({at})}}}}"
    shown = {Shape.MOMENT: f"{day} {time}", Shape.DAY: day, Shape.TIME: time}[when.shape]
    rest = beside(when)
    return f"{shown} ({escape(rest)})" if rest else shown


def _rows(parts: Line) -> Iterator[Line]:
    """Part the line where a row ends. (One break alone is none in Markdown.)"""
    row: list[Inline] = []
    for part in parts:
        first, *others = re.split(r"\r\n|\r|\n", _bare(part)) if _splits(part) else [""]
        row.append(_with(part, first) if others else part)
        for each in others:
            yield tuple(row)
            row = [_with(part, each)]
    yield tuple(row)


def _splits(part: Inline) -> bool:
    return isinstance(part, str | Text | Strong | Code)


def _with(part: Inline, words: str) -> Inline:
    return replace(part, value=words) if isinstance(part, Text | Strong | Code) else words


def _shortened(parts: Iterable[Inline], most: int) -> Iterator[Inline]:
    """As many of its parts as there is room for; the last one cut, where it is only letters."""
    left = most
    for part in parts:
        words = _bare(part)
        if len(words) > left:
            yield _with(part, cut(words, left)) if _splits(part) and left > 1 else "…"
            return
        left -= len(words)
        yield part
