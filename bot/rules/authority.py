"""Who may do what: role, side and relation to an escalation, as one table.

One rule: a right is a line of `TABLE`, and every line counts the same for both sides. Whoever may not do something hears who can,
except about a private escalation, of which nothing is said, not even that it exists.

- The backup has every right of the shepherd. An observer sees and does not act.
- A side is confirmed by its shepherd where the platform cannot tell it; until then a person may do what any member may and holds
  no office.
- Where the raiser has left, their side's shepherd stands in for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never

from bot.rules import escalation
from bot.rules.escalation import Event, Status
from bot.words import Key, Role


class Right(StrEnum):
    """What can be done: first in a partnership, then with one escalation."""

    SEE = "see the partnership"
    SEE_SIDE = "see what is for one side's eyes only"
    ESCALATE = "escalate"
    CELEBRATE = "celebrate"
    INVITE = "invite the other side"
    MOVE_ROOM = "move a side's room"
    MEMBERS = "manage a side's members"
    SIDE = "change a side's settings"
    CONFIRM_SIDE = "confirm which side a person is on"
    UNDO_JOIN = "undo a person's joining"
    PAUSE = "pause the partnership"
    RESUME = "resume the partnership"
    CADENCE = "set what recurs"
    CHECK_IN = "check in"
    HELD = "say whether it took place"
    REPORT = "say what became of a report"
    NUDGES = "act on the morning message"

    TIMELINE = "see an escalation and its timeline"
    NOTE = "add a note"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    PROGRESS = "report progress"
    SNOOZE = "snooze"
    REASSIGN = "reassign"
    RAISE_LEVEL = "raise the level"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    NOTIFY_NOW = "notify now"


class Who(StrEnum):
    """A way to hold a right; the words fit between “Only” and “can”."""

    ANYBODY = "members and observers of either side"
    MEMBER = "members of either side"
    SAME_SIDE = "confirmed members and observers of that side"
    SHEPHERD = "the shepherd of either side"
    LEADER = "the leaders of either side"
    ITS_SHEPHERD = "that side's shepherd"
    ITS_LEADER = "that side's leaders"
    RAISER = "the person who raised it"
    RAISERS_SHEPHERD = "the shepherd of the side that raised it"
    RAISERS_LEADER = "the leaders of the side that raised it"
    OWNER = "the one who has it"
    ADDRESSED = "those addressed"
    THEIR_SHEPHERD = "the shepherd of a side that is addressed"
    THEIR_LEADER = "the leaders of a side that is addressed"


@dataclass(frozen=True, slots=True)
class Grant:
    """One line of the table. `event` ties it to the table of states; `settles` means that the raiser leaves it to others."""

    who: tuple[Who, ...]
    event: Event | None = None
    settles: bool = False


_ITS_OFFICES = (Who.ITS_SHEPHERD, Who.ITS_LEADER)
_ADDRESSED = (Who.OWNER, Who.ADDRESSED, Who.THEIR_SHEPHERD, Who.THEIR_LEADER)
_OFFICES = (Who.SHEPHERD, Who.LEADER)

TABLE: Mapping[Right, Grant] = MappingProxyType(
    {
        Right.SEE: Grant((Who.ANYBODY,)),
        Right.SEE_SIDE: Grant((Who.SAME_SIDE,)),
        Right.ESCALATE: Grant((Who.MEMBER,)),
        Right.CELEBRATE: Grant((Who.MEMBER,)),
        Right.INVITE: Grant((Who.SHEPHERD,)),
        Right.MOVE_ROOM: Grant((Who.ITS_SHEPHERD,)),
        Right.MEMBERS: Grant(_ITS_OFFICES),
        Right.SIDE: Grant(_ITS_OFFICES),
        Right.CONFIRM_SIDE: Grant((Who.ITS_SHEPHERD,)),
        Right.UNDO_JOIN: Grant((Who.ITS_SHEPHERD,)),
        Right.PAUSE: Grant((Who.SHEPHERD,)),
        Right.RESUME: Grant((Who.SHEPHERD,)),
        Right.CADENCE: Grant(_OFFICES),
        Right.CHECK_IN: Grant((Who.MEMBER,)),
        Right.HELD: Grant(_OFFICES),
        Right.REPORT: Grant((Who.MEMBER,)),
        Right.NUDGES: Grant((Who.SHEPHERD,)),
        Right.TIMELINE: Grant((Who.ANYBODY,)),
        Right.NOTE: Grant((Who.MEMBER,), Event.NOTE),
        Right.ACKNOWLEDGE: Grant(_ADDRESSED, Event.ACKNOWLEDGE, settles=True),
        Right.RESOLVE: Grant(_ADDRESSED, Event.RESOLVE, settles=True),
        Right.PROGRESS: Grant(_ADDRESSED, Event.PROGRESS),
        Right.SNOOZE: Grant(_ADDRESSED, Event.SNOOZE),
        Right.REASSIGN: Grant((Who.OWNER, Who.ADDRESSED, *_OFFICES), Event.REASSIGN),
        Right.RAISE_LEVEL: Grant((Who.RAISER, Who.ADDRESSED, *_OFFICES), Event.RAISE_LEVEL),
        Right.CONFIRM: Grant((Who.RAISER,), Event.CONFIRM),
        Right.REOPEN: Grant((Who.RAISER, Who.RAISERS_SHEPHERD, Who.RAISERS_LEADER), Event.REOPEN),
        Right.WITHDRAW: Grant((Who.RAISER,), Event.WITHDRAW),
        Right.NOTIFY_NOW: Grant((Who.RAISER,)),
    }
)

# A private escalation exists only for these, whatever the right.
PRIVY = (Who.SHEPHERD, Who.RAISER, Who.OWNER, Who.ADDRESSED)
# What shows itself to observers; everything else is acting.
SEEING = frozenset({Who.ANYBODY, Who.SAME_SIDE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a person stands towards what they want to do.

    `about` is the side it concerns: the side whose members, settings or room are meant, or the side that raised the escalation;
    None where it concerns the partnership as a whole. `owner` has it in hand or was handed it. `side_addressed` says that somebody of the person's own side is addressed.
    """

    side: Key
    role: Role
    confirmed: bool = True
    about: Key | None = None
    raiser: bool = False
    raiser_left: bool = False
    owner: bool = False
    addressed: bool = False
    side_addressed: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it is allowed; where it is not, `why` tells the person in a sentence, with who can."""

    allowed: bool
    why: str = ""


ALLOWED = Verdict(True)
UNKNOWN = Verdict(False, "There is no such escalation here.")


def may(standing: Standing, right: Right, status: Status | None = None, owner: str = "") -> Verdict:
    """Judge one wish. `status` is the escalation's, where the right is about one; `owner` is its owner's name for the sentence."""
    grant = TABLE[right]
    if standing.private and not any(holds(standing, who) for who in PRIVY):
        return UNKNOWN
    if standing.role is Role.OBSERVER and not SEEING.intersection(grant.who):
        return Verdict(False, f"Observers see and do not act. {_who_can(right)}")
    if grant.settles and standing.raiser and not (standing.owner or standing.addressed):
        return Verdict(
            False, f"You raised this one, so others {right} it. If it is settled or no longer needed, withdraw it."
        )
    if not any(holds(standing, who) for who in grant.who):
        return Verdict(False, _who_can(right))
    if status and grant.event and (status, grant.event) not in escalation.TABLE:
        return Verdict(False, escalation.refusal(status, grant.event, owner))
    if status and right is Right.NOTIFY_NOW and status is not Status.OPEN:
        return Verdict(False, "Nobody is waiting to be notified of this escalation any more.")
    return ALLOWED


def holds(standing: Standing, who: Who) -> bool:
    """Tell whether a person is one of those."""
    shepherd = standing.confirmed and standing.role in (Role.SHEPHERD, Role.BACKUP)
    leader = standing.confirmed and standing.role is Role.LEADER
    its = standing.about is standing.side
    match who:
        case Who.ANYBODY:
            return True
        case Who.MEMBER:
            return standing.role is not Role.OBSERVER
        case Who.SAME_SIDE:
            return standing.confirmed and its
        case Who.SHEPHERD:
            return shepherd
        case Who.LEADER:
            return leader
        case Who.ITS_SHEPHERD | Who.RAISERS_SHEPHERD:
            return shepherd and its
        case Who.ITS_LEADER | Who.RAISERS_LEADER:
            return leader and its
        case Who.RAISER:
            return standing.raiser or (standing.raiser_left and shepherd and its)
        case Who.OWNER:
            return standing.owner
        case Who.ADDRESSED:
            return standing.addressed
        case Who.THEIR_SHEPHERD:
            return shepherd and (standing.addressed or standing.side_addressed)
        case Who.THEIR_LEADER:
            return leader and (standing.addressed or standing.side_addressed)
        case _:
            assert_never(who)


def _who_can(right: Right) -> str:
    *most, last = TABLE[right].who
    who = f"{', '.join(most)} or {last}" if most else last
    return f"Only {who} can {right}."


def table_in_markdown() -> str:
    """Write the table for the README."""
    head = "| to | may | while the escalation is |\n| --- | --- | --- |"
    return "\n".join((head, *(f"| {right} | {_may(grant)} | {_while(right)} |" for right, grant in TABLE.items())))


def _may(grant: Grant) -> str:
    return ", ".join(grant.who) + (" (the raiser only where they have it or are addressed)" if grant.settles else "")


def _while(right: Right) -> str:
    if right is Right.NOTIFY_NOW:
        return Status.OPEN
    event = TABLE[right].event
    return ", ".join(status for status in Status if (status, event) in escalation.TABLE) if event else ""
