"""What the people of the sample do all day, in their own words.

One rule: few words make many. Everybody does their own kind of work on one thing after another, and what somebody had next is done the
time after.
"""

from __future__ import annotations

from dataclasses import dataclass

_THINGS = (
    "the door sensors",
    "the gateway",
    "the alarm chain",
    "the control room",
    "the night shift",
    "the second hall",
    "the spare parts",
    "the dry run",
)

_STEPS = {
    "joao": ("test plan for {}", "first tests of {}", "test report on {}"),
    "ana": ("schedule for {}", "walk-through of {} with Bo", "open points of {}"),
    "elif": ("risk list for {}", "call with the installers about {}", "checklist for {}"),
    "nora": ("budget for {}", "note to the board on {}", "decision on {}"),
    "bo": ("drawings of {}", "site visit for {}", "hand-over of {}"),
    "sam": ("wiring of {}", "trial of {}", "fixes to {}"),
    "priya": ("staffing for {}", "contract check on {}", "review of {}"),
    "grace": ("forecast for {}", "questions of the customer about {}", "sign-off of {}"),
}

_WAITING = {
    "joao": "the last drawings of {}",
    "ana": "two names for {}",
    "sam": "the test plan for {}",
    "bo": "the dates of {}",
}


@dataclass(frozen=True, slots=True)
class Words:
    done: str
    next: str
    waiting: str = ""

    @property
    def typed(self) -> str:
        waiting = f" waiting: {self.waiting}" if self.waiting else ""
        return f"done: {self.done} next: {self.next}{waiting}"


def words(who: str, count: int) -> Words:
    """What somebody says the so-many-th time, counted from nought."""
    waiting = _WAITING.get(who, "") if count % 4 == 3 else ""
    return Words(_item(who, count), _item(who, count + 1), waiting.format(_thing(count)))


def _item(who: str, count: int) -> str:
    return _STEPS[who][count % 3].format(_thing(count))


def _thing(count: int) -> str:
    return _THINGS[count // 3 % len(_THINGS)]
