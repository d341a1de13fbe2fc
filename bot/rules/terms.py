"""On what terms somebody is on a side: role, dimension, virtual or not, rank; and how people type that.

One rule: only what stands at the end is read as terms, so that an organisation may be called “Virtual Leaders”.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.rules import Unclear
from bot.words import Dimension, Role


@dataclass(frozen=True, slots=True)
class Terms:
    """What is wished for; None leaves it as it is."""

    role: Role | None = None
    dimension: Dimension | None = None
    virtual: bool | None = None
    rank: int | None = None

    def __bool__(self) -> bool:
        return self != Terms()


_ROLES = {role.value: role for role in Role} | {"observers": Role.OBSERVER, "leaders": Role.LEADER}
_DIMENSIONS = {dimension.value: dimension for dimension in Dimension}
_PLACES = {"virtual": True, "remote": True, "onsite": False, "on-site": False}


def read(text: str) -> tuple[str, Terms]:
    """Take the terms off the end: `Acme as leader front virtual` is `Acme` and its terms. Raises Unclear for a role that there is not."""
    words, terms = text.split(), Terms()
    while words:
        last = words[-1].casefold().strip(",.")
        before = [word.casefold() for word in words[:-1]]
        if last in _DIMENSIONS:
            terms = replace(terms, dimension=_DIMENSIONS[last])
        elif last in _PLACES:
            terms = replace(terms, virtual=_PLACES[last])
        elif before and before[-1] == "rank":
            if not (last.isascii() and last.isdigit() and 1 <= int(last) <= 999):
                raise Unclear(f"“{last[:20]}” is not a rank. 1 is the most senior, for example “rank 1”.")
            terms, words = replace(terms, rank=int(last)), words[:-1]
        elif before and (before[-1] == "as" or before[-2:] in (["as", "a"], ["as", "the"], ["as", "an"])):
            if last not in _ROLES:
                raise Unclear(f"“{last[:20]}” is not a role. A role is one of {', '.join(Role)}.")
            count = 1 if before[-1] == "as" else 2
            terms, words = replace(terms, role=_ROLES[last]), words[:-count]
        else:
            break
        words = words[:-1]
    return " ".join(words), terms


def seen(own: Dimension | None, others: Iterable[Dimension | None]) -> Dimension | None:
    """Tell where a person stands as the other side sees them: as was said, else the mirror of how their side sees the others."""
    if own is not None:
        return own
    said = Counter(each for each in others if each is not None).most_common(1)
    return said[0][0].mirror if said else None
