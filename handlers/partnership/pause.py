"""`/partnership pause` and `resume`: let every clock stand still, and go on with the time that was left."""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import partnerships
from bot.cards import partnership as cards
from bot.messages import Reply
from bot.rules.authority import Right
from bot.words import Status, Strong
from handlers import Sorry, Visit, command, pressed
from handlers.rights import allow


@command("partnership pause", about="Let every clock stand still; both rooms are told.", examples=("",))
@pressed("partnership.pause")
def pause(visit: Visit, session: Session) -> Reply:
    """Pause it; the button undoes a resuming."""
    allow(visit, Right.PAUSE)
    name = Strong(visit.scene.partnership.name)
    match visit.scene.partnership.status:
        case Status.ACTIVE:
            partnerships.pause(session, visit.call)
            return cards.switched(partnerships.shown(visit.scene))
        case Status.PAUSED:
            raise Sorry(name, " is paused already.")
        case Status.FORMING:
            raise Sorry(name, " has not begun yet, so there is nothing to pause.")
        case Status.CLOSED:
            raise Sorry(name, " is closed.")


@command("partnership resume", about="Let every clock go on with the time that was left.", examples=("",))
@pressed("partnership.resume")
def resume(visit: Visit, session: Session) -> Reply:
    """Resume it; the button undoes a pause."""
    allow(visit, Right.RESUME)
    if visit.scene.partnership.status is not Status.PAUSED:
        raise Sorry(Strong(visit.scene.partnership.name), " is not paused.")
    partnerships.resume(session, visit.call)
    return cards.switched(partnerships.shown(visit.scene))
