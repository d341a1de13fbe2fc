"""What the platforms took, in the order in which they took it, and how their answers went wrong.

One rule: what was taken is noted the moment it is taken, whatever becomes of the answer, and is never changed.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

MARK = re.compile(r"zq[a-z]{6}q")
"""What makes the words of each deed unlike all others."""

BEFORE = {"429": 3, "500": 2, "502": 1, "503": 1, "dropped": 3}
"""What goes wrong before anything was taken, and how often beside the others."""

AFTER = {"lost": 4, "broken": 2, "garbage": 1, "late": 3}
"""What goes wrong when it was taken: no answer, a 500 all the same, no JSON, an answer that takes seconds."""

SLOW = {"slow": 3}


@dataclass(slots=True)
class Act:
    """Something that a platform took: `way` is post, edit, whisper or home; `fault` is how its answer went wrong."""

    at: float
    platform: str
    way: str
    channel: str
    id: str
    words: str
    thread: str = ""
    to: str = ""
    token: str = ""
    by: str = ""  # the bot's name, where it is known
    claps: int = 0
    subject: str = ""  # of the celebration that it is a card of
    fault: str = ""
    marks: frozenset[str] = frozenset()


@dataclass
class History:
    """All that was taken. `on_act` is called with each before it is answered."""

    acts: list[Act] = field(default_factory=list)
    standing: dict[tuple[str, str], Act] = field(default_factory=dict)  # channel and id -> the newest act there
    cards: dict[str, list[Act]] = field(
        default_factory=dict
    )  # channel -> the cards of celebrations that were posted there
    on_act: Callable[[Act], None] | None = None
    on_call: Callable[[str], None] | None = None

    def took(self, act: Act) -> Act:
        act.marks = frozenset(MARK.findall(act.words))
        self.acts.append(act)
        self.standing[act.channel, act.id] = act
        if act.subject and act.way == "post" and not act.thread and act.marks:
            self.cards.setdefault(act.channel, []).append(act)
        return act

    def happened(self, act: Act) -> None:
        """Tell whoever wants to know at this very moment."""
        if self.on_act is not None:
            self.on_act(act)

    def called(self, what: str) -> None:
        """Tell whoever wants to know that something is asked for, and nothing was done yet."""
        if self.on_call is not None:
            self.on_call(what)


@dataclass
class Luck:
    """Which call goes wrong, and how: by its own seed, with `share` of all calls."""

    seed: int
    share: float = 0.0
    gone: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def fault(self, *, takes: bool) -> str:
        """How the next call goes wrong, empty where it does not; `takes` when it leaves something behind."""
        if self._chance.random() >= self.share:
            return ""
        kinds = BEFORE | SLOW | (AFTER if takes else {"garbage": 1})
        kind = self._chance.choices(list(kinds), list(kinds.values()))[0]
        self.gone[kind] += 1
        return kind

    def seconds(self, kind: str) -> float:
        """How long it takes."""
        return self._chance.uniform(0.2, 1.2) if kind == "slow" else self._chance.uniform(0.1, 0.6)

    def after(self) -> int:
        """What Retry-After says."""
        return self._chance.choice((1, 1, 1, 2, 5))


def now() -> float:
    return time.monotonic()
