"""What is in somebody's way: the blockers in a text, and which of them is the same one again.

One rule: it is recognised by its words alone, whatever their order, case, accents and marks.
"""

from __future__ import annotations

import re

from bot.rules.naming import folded

OFTEN = 3
"""How many times the same blocker is written until the shepherds hear of it."""

_BULLET = re.compile(r"^\s*(?:[-–—•*]|\d{1,2}[.)])\s+")
_NOTHING = frozenset(re.split(",", "none,no,nothing,nope,nil,na,n/a,-,–,—,0,no blockers,no blocker,not waiting"))
_SMALL = frozenset(
    re.findall(r"\w+", "the a an is are am be was were still yet again for of to on in at and we i our my it its us")
)


def blockers_in(text: str) -> dict[str, str]:
    """The blockers in a text, one a line or after a semicolon: what each is recognised by, and its words."""
    found: dict[str, str] = {}
    for piece in re.split(r"[\n;]+", text):
        words = _BULLET.sub("", piece).strip()
        if words and not is_nothing(words):
            found.setdefault(likeness(words), words)
    return found


def likeness(words: str) -> str:
    """What a blocker is recognised by: its words without accents, case, marks, order and the small ones."""
    every = re.findall(r"\w+", folded(words))
    return " ".join(sorted({word for word in every if word not in _SMALL} or set(every))) or words


def is_nothing(words: str) -> bool:
    """Whether somebody wrote that there is nothing: `none`, `-`, `n/a`."""
    return words.strip(" .!").casefold() in _NOTHING
