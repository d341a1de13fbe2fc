"""`/partnership status`: where a partnership stands, for the one who asks."""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import partnerships
from bot.cards import partnership as cards
from bot.cards.member import ROLE
from bot.messages import Message, Reply
from bot.words import Role, Text, line
from handlers import Visit, command, pressed
from storage import escalations, rooms


@command("partnership status", about="Show where the partnership stands.", examples=("",))
@pressed("partnership.status")
def status(visit: Visit, session: Session) -> Reply:
    """Show where it stands."""
    return show(visit, session)


def show(visit: Visit, session: Session, *, menu: bool = False) -> Message:
    """Where it stands; private escalations count only for those who look after it."""
    looks_after = visit.actor.member.confirmed and visit.actor.member.role in (Role.SHEPHERD, Role.BACKUP)
    under_way = escalations.under_way(session, [visit.scene.id])
    return cards.standing(
        partnerships.shown(visit.scene),
        line("You are ", ROLE[visit.actor.member.role], " of ", Text(visit.actor.organisation), "."),
        sum(looks_after or not each.private for each in under_way),
        rooms.last_celebrated(session, visit.scene.id),
        menu=menu,
    )
