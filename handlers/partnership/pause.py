"""`/partnership pause` and `resume`: let every clock stand still, and go on with the time that was left."""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import partnerships
from bot.cards import partnership as cards
from bot.messages import Message, Reply
from bot.rules.authority import Right
from bot.words import Status, Strong
from handlers import Sorry, Visit, command, pressed
from handlers.rights import allow


@command("partnership pause", about="Let every clock stand still; both rooms are told.", examples=("",))
def pause(visit: Visit, session: Session) -> Reply:
    """Pause it."""
    return _pause(visit, session)


@pressed("partnership.pause")
def pause_button(visit: Visit, session: Session) -> Reply:
    """Undo a resuming."""
    return _pause(visit, session)


def _pause(visit: Visit, session: Session) -> Message:
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
def resume(visit: Visit, session: Session) -> Reply:
    """Resume it."""
    return _resume(visit, session)


@pressed("partnership.resume")
def resume_button(visit: Visit, session: Session) -> Reply:
    """Undo a pause."""
    return _resume(visit, session)


def _resume(visit: Visit, session: Session) -> Message:
    allow(visit, Right.RESUME)
    if visit.scene.partnership.status is not Status.PAUSED:
        raise Sorry(Strong(visit.scene.partnership.name), " is not paused.")
    partnerships.resume(session, visit.call)
    return cards.switched(partnerships.shown(visit.scene))
