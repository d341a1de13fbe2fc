"""`/partnership digest`: what a digest says of any week, for the one who asks.

One rule: it is the same digest that the room gets; only whoever looks after the partnership also sees who is overdue.
"""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import digests, recounting
from bot.actions.recounting import Wanted
from bot.cards import digest as cards
from bot.messages import Reply
from bot.rules import Unclear, weeks
from bot.rules.authority import Right
from bot.rules.cadence import Recurrence
from bot.rules.grammar import text_of
from bot.words import CadenceKind, Code, Role
from handlers import Sorry, Visit, command
from handlers.rights import allow
from storage import cadences


@command(
    "partnership digest",
    usage="[week]",
    about="Show what the digest says of a week: this one until now, or any before it.",
    examples=("", "last week", "week 45"),
)
def digest(visit: Visit, session: Session) -> Reply:
    """Show it privately, with the details that the room has in its thread."""
    allow(visit, Right.SEE)
    zone = digests.zone_of(visit.scene, visit.scene.room_of(visit.actor.side))
    try:
        wanted = weeks.meant(
            text_of(visit.words),
            now=visit.now,
            zone=zone,
            locale=visit.account.locale,
            closing=_closing(visit, session),
        )
    except Unclear as unclear:
        raise Sorry(str(unclear), " For example: ", Code("/partnership digest last week")) from None
    seen = min(visit.now, wanted.end)
    (told,) = recounting.work_out(session, visit.now, [Wanted(visit.scene, wanted, seen)])
    member = visit.actor.member
    looks_after = member.confirmed and member.role in (Role.SHEPHERD, Role.BACKUP)
    return cards.preview(digests.shown(session, visit.scene, told, zone, names=looks_after))


def _closing(visit: Visit, session: Session) -> Recurrence | None:
    """When the partnership's digest comes, if one does."""
    rows = cadences.of(session, [visit.scene.id])[visit.scene.id]
    row = next((each for each in rows if each.kind is CadenceKind.DIGEST), None)
    return Recurrence(row.rrule, row.at, row.start_on) if row is not None else None
