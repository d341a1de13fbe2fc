"""Whom somebody means by a name that they typed: `@joao`, `Ana`, `Priya Nair`, with or without the accents.

One rule: the closest kind of match wins and all who match that way are given, so that two of one name are asked about and never
chosen between.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache

# Letters that carry their accent inside and do not come apart.
_WHOLE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


@lru_cache(4096)
def folded(name: str) -> str:
    """Write a name without accents, case, a leading @ and the marks between its parts."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return " ".join(re.split(r"[\s._\-'’@]+", bare.casefold().translate(_WHOLE))).strip()


def matches(typed: str, names: Mapping[int, str]) -> list[int]:
    """Find everybody who may be meant: by the whole name, else by a part of it, else by how it begins. Empty where nobody is."""
    wanted = folded(typed)
    if not wanted:
        return []
    known = {key: folded(name) for key, name in names.items()}
    ways: tuple[Callable[[str], bool], ...] = (
        lambda name: name == wanted,
        lambda name: name.replace(" ", "") == wanted.replace(" ", ""),
        lambda name: f" {wanted} " in f" {name} ",
        lambda name: f" {wanted}" in f" {name}",
    )
    for way in ways:
        found = [key for key, name in known.items() if way(name)]
        if found:
            return found
    return []
