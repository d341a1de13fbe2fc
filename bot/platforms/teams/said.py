"""The words of a message: Teams' markup taken apart into letters as they were typed and people who were picked.

One rule: only a mention that Teams itself vouches for (an entity of the activity) is a person; everything else is letters.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from bot.wire import Table, maybe, rows, table, text

_AT = re.compile(r"<at\b[^<>]*>([^<]*)</at>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li)>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:(lt|gt|amp|quot|apos|nbsp)|#([0-9]{1,7})|#x([0-9a-f]{1,6}));", re.IGNORECASE)
_LETTERS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'", "nbsp": " "}
_AFTER_BOT = re.compile(r"[ \t]*[,:]?[ \t]*")


@dataclass(frozen=True, slots=True)
class Picked:
    """Somebody picked from Teams' list, not looked up yet; `who` is all that Teams says of them."""

    who: Table
    name: str

    @property
    def user(self) -> str:
        """Teams' own address of them."""
        return text(self.who, "id")

    @property
    def bot(self) -> bool:
        return self.user.startswith("28:")


def split(activity: Table, ours: frozenset[str]) -> tuple[list[str | Picked], bool]:
    """Take a message apart, without the mentions of the bot (whose addresses are `ours`); tells too whether there was one."""
    words, rich = maybe(activity, "text"), maybe(activity, "textFormat") == "xml"
    mentions = [
        each for each in rows(activity, "entities") if each.get("type") == "mention" and maybe(each, "mentioned", "id")
    ]
    addressed = any(text(each, "mentioned", "id") in ours for each in mentions)
    tags = list(_AT.finditer(words))
    parts: list[str | Picked] = []
    at, add = 0, _say
    for tag, mention in zip(tags, _vouched([_name(tag[1]) for tag in tags], mentions), strict=True):
        add(parts, _typed(words[at : tag.start()], rich))
        at, name = tag.end(), _typed(tag[1], rich).strip().removeprefix("@")
        add = _say
        if mention is None:
            _say(parts, f"@{name}")
        elif text(mention, "mentioned", "id") in ours:
            add = _go_on
        else:
            _pick(parts, Picked(table(mention, "mentioned"), name))
    add(parts, _typed(words[at:], rich))
    return parts, addressed


def _vouched(names: list[str], mentions: list[Table]) -> list[Table | None]:
    """The entity of each tag. People of one name come in the order of their tags; Teams may send an entity twice."""
    of_name: dict[str, list[Table]] = defaultdict(list)
    for each in mentions:
        marked = _AT.search(maybe(each, "text"))  # without it where a name has an &
        of_name[_name(marked[1] if marked else maybe(each, "mentioned", "name"))].append(each)
    tagged, seen = Counter(names), Counter[str]()
    for name, named in of_name.items():
        if len(named) > tagged[name]:
            of_name[name] = list({text(each, "mentioned", "id"): each for each in named}.values())
    found: list[Table | None] = []
    for name in names:
        named = of_name.get(name, [])
        found.append(named[min(seen[name], len(named) - 1)] if named else None)
        seen[name] += 1
    return found


def _pick(parts: list[str | Picked], picked: Picked) -> None:
    """Add somebody; Teams tears a name of several words into a tag for each, which are one person again here."""
    if len(parts) > 1 and isinstance(parts[-1], str) and not parts[-1].strip(" "):
        gap, before = parts[-1], parts[-2]
    else:
        gap, before = "", parts[-1] if parts else ""
    if not (isinstance(before, Picked) and before.user == picked.user):
        parts.append(picked)
        return
    if gap:
        parts.pop()
    if picked.name not in before.name:
        parts[-1] = replace(before, name=f"{before.name}{gap}{picked.name}")


def _say(parts: list[str | Picked], letters: str) -> None:
    last = parts[-1] if parts else None
    if isinstance(last, str):
        parts[-1] = last + letters
    elif letters:
        parts.append(letters)


def _go_on(parts: list[str | Picked], letters: str) -> None:
    """Add what stands behind the bot's mention: of the blanks around it one is left."""
    last, letters = parts[-1] if parts else None, _AFTER_BOT.sub("", letters, count=1)
    if isinstance(last, str):
        parts[-1] = last.rstrip(" ")
    _say(parts, f" {letters}" if letters else "")


def _typed(words: str, rich: bool) -> str:
    """Undo Teams' escaping, once: what reads like markup after that was typed so."""
    if rich:
        words = _TAG.sub("", _BREAK.sub("\n", words))
    return _ENTITY.sub(_letter, words).replace("\xa0", " ").replace("\r\n", "\n")


def _letter(found: re.Match[str]) -> str:
    if found[1]:
        return _LETTERS[found[1].lower()]
    point = int(found[2]) if found[2] else int(found[3], 16)
    return chr(point) if point < 0xD800 or 0xDFFF < point <= 0x10FFFF else found[0]


def _name(tagged: str) -> str:
    """A name as it is compared: Teams writes it with blanks and escapes of many kinds."""
    return " ".join(_typed(tagged, rich=False).split()).removeprefix("@").casefold()
