"""Where an escalation stood at some instant, told from its record alone.

One rule: what is not on the record did not happen; an event whose body was erased still tells what its kind tells.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.rules.escalation import TABLE, Status

_FRESH = ("raised", "lifted", "climbed", "lapsed", "reopened")  # open anew, and nobody's yet
_LATE = ("climbed", "repeated", "stopped")  # by time, for want of an answer
_KEEPS_ASKING = ("asked", "noted", "snoozed", "woken")


def _leads_to() -> dict[str, Status]:
    """What a kind of event leads to, where it is the same from every state."""
    found: dict[str, set[Status]] = {"escalation.raised": {Status.OPEN}}
    for row in TABLE.values():
        found.setdefault(row.kind, set()).add(row.to)
    return {kind: statuses.pop() for kind, statuses in found.items() if len(statuses) == 1}


_LEADS_TO = _leads_to()
_KINDS = frozenset(row.kind for row in TABLE.values())


@dataclass(frozen=True, slots=True)
class Step:
    """One event of an escalation: what it led to, at which level, who did it and to whom. Empty where its body was erased."""

    kind: str
    at: datetime
    to: str = ""
    level: int | None = None
    by: int | None = None
    person: int | None = None


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an escalation stood: its status since when, whose it was, since when an answer or word on progress was overdue."""

    status: Status
    level: int
    since: datetime
    owner: int | None = None
    unanswered: datetime | None = None
    asked: datetime | None = None


def stand(steps: Iterable[Step], seen: datetime) -> Stand | None:
    """Tell where it stood then, from its steps, oldest first; None before it was raised."""
    found: Stand | None = None
    for step in steps:
        if step.at <= seen:
            found = _after(found, step)
    return found


def _after(before: Stand | None, step: Step) -> Stand:
    if before is not None and step.kind not in _KINDS:
        return before
    what = step.kind.partition(".")[2]
    was = before or Stand(Status.OPEN, step.level or 1, step.at)
    status = Status(step.to) if step.to else _LEADS_TO.get(step.kind, was.status)
    owner = was.owner
    if what in _FRESH:
        owner = None
    elif what == "acknowledged" or (what == "resolved" and was.status is Status.OPEN):
        owner = step.by
    elif what == "reassigned":
        owner = step.person or owner
    late = status is Status.OPEN and what not in ("raised", "lifted", "lapsed", "reopened")
    unanswered = was.unanswered or (step.at if what in _LATE else None)
    asked = (was.asked or step.at) if what in _KEEPS_ASKING and (what == "asked" or was.asked) else None
    return replace(
        was,
        status=status,
        level=step.level or was.level,
        since=was.since if status is was.status else step.at,
        owner=owner,
        unanswered=unanswered if late else None,
        asked=asked,
    )
