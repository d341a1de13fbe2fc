"""One's own page: opened by looking at it, or by asking for it where it is a card in the chat with the bot."""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import homes
from bot.inbound import Opened, PlaceKind
from bot.messages import Nothing, Reply
from handlers import Visit, happened
from handlers.entry import meet


@happened(Opened)
def opened(visit: Visit, session: Session) -> Reply:
    """Show what waits for the person who looks."""
    account = meet(session, visit.arrival)
    homes.show(session, account, visit.now, anew=visit.arrival.place.kind is PlaceKind.DIRECT)
    return Nothing()
