"""`/partnership mine nudges`: how much a shepherd wants to hear in the morning, in every partnership."""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import nudges
from bot.cards import nudge as cards
from bot.messages import Reply
from bot.rules.grammar import text_of
from bot.words import Code, Nudging
from handlers import Sorry, Visit, command, pressed


@command(
    "partnership mine nudges",
    usage="light | standard | active",
    about="Choose how much your morning message says where you are a shepherd.",
    examples=("light",),
    partnership=False,
)
def choose(visit: Visit, session: Session) -> Reply:
    """Choose how much one wants to hear."""
    return _choose(visit, session, text_of(visit.words).casefold())


@pressed("nudging.undo", partnership=False)
def undo(visit: Visit, session: Session) -> Reply:
    """Put back what was set before."""
    return _choose(visit, session, visit.argument)


def _choose(visit: Visit, session: Session, typed: str) -> Reply:
    if typed not in set(Nudging):
        raise Sorry("Say one of light, standard or active: ", Code("/partnership mine nudges light"))
    setting = Nudging(typed)
    return cards.chosen(setting, nudges.choose(session, visit.account, setting))
