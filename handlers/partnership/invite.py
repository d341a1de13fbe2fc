"""`/partnership invite`: a new code for the other side; the old one is void."""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import partnerships
from bot.cards import founding as cards
from bot.messages import Reply
from bot.rules.authority import Right
from bot.words import Code, Status, Text
from handlers import Sorry, Visit, command
from handlers.rights import allow


@command("partnership invite", about="Make a new invite code; every earlier one is void.", examples=("",))
def invite(visit: Visit, session: Session) -> Reply:
    """Make a new code for the other side."""
    allow(visit, Right.INVITE)
    other = visit.scene.organisation(visit.actor.side.other)
    if visit.scene.partnership.status is not Status.FORMING:
        raise Sorry(
            Text(other), " has joined already, so there is nobody to invite. Add people with ",
            Code("/partnership members add @name"), ".",
        )  # fmt: skip
    made = partnerships.invite(session, visit.call, visit.keys)
    return cards.invited(partnerships.shown(visit.scene), made.id, made.expires_at, other)
