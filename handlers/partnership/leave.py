"""`/partnership leave`: go, and leave nothing open behind."""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import members
from bot.cards import partnership as cards
from bot.cards.sentence import told
from bot.messages import Reply
from bot.words import Code, Role, Strong, line
from handlers import Ask, Sorry, Visit, command


@command(
    "partnership leave", about="Leave the partnership; what you have open goes to your side’s shepherd.", examples=("",)
)
def leave(visit: Visit, session: Session) -> Reply:
    """Leave, after one question."""
    who, name = visit.actor, visit.scene.partnership.name
    follows = members.follower(visit.scene, who) if who.member.role is Role.SHEPHERD else None
    if who.member.role is Role.SHEPHERD and follows is None:
        raise Sorry(
            "You are the shepherd of your side, and nobody stands in for you. Hand over first: ",
            Code("/partnership members change @name as shepherd"),
            ", or name a backup, who then takes over: ",
            Code("/partnership side backup @name"),
        )
    answer = visit.answers.get("leave")
    if answer is None:
        more = line(follows.shown(), " becomes the shepherd of your side. ") if follows else ()
        raise Ask(
            "leave",
            line("Leave ", Strong(name), "?"),
            [("Leave", "yes"), ("Stay", "no")],
            more=line(*more, "What you have open goes to your side’s shepherd."),
        )
    if answer != "yes":
        return told("You stay in ", Strong(name), ".")
    gone = members.leave(session, visit.call, who)
    return cards.left_reply(name, follows.shown() if follows else None, [each.shown() for each in gone.to], gone.handed)
