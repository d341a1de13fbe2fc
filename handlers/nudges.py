"""What a shepherd does about a line of the morning message: remind, snooze, meet, or have it stay away.

One rule: a line is named by its key and asked for anew, so that nobody is reminded of what is settled.
"""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import nudges
from bot.cards import nudge as cards
from bot.cards.morning import SNOOZES
from bot.messages import Nothing, Reply
from bot.rules.authority import Right
from bot.rules.evidence import Evidence
from handlers import Sorry, Visit, pressed
from handlers.rights import allow


def _line(visit: Visit, session: Session, key: str) -> Evidence:
    """The line that a button stands on, once the visitor may act on it and it is still so."""
    allow(visit, Right.NUDGES)
    found = nudges.line(session, visit.call, key)
    if found is None:
        raise Sorry("That is settled by now, so there is nothing left to do about it.")
    return found


@pressed("nudge.remind")
def remind(visit: Visit, session: Session) -> Reply:
    """Write to those whom it waits for."""
    told = nudges.remind(session, visit.call, _line(visit, session, visit.argument))
    return cards.told(
        [who.shown() for who in told.now],
        [(who.shown(), at, who.zone) for who, at in told.later],
        [who.shown() for who in told.missed],
    )


@pressed("nudge.snooze")
def snooze(visit: Visit, session: Session) -> Reply:
    """Put it aside for some days."""
    days, _, key = visit.argument.partition("|")
    if days not in {str(each) for each in SNOOZES}:
        raise Sorry("Choose how long it is to be snoozed: ", ", ".join(SNOOZES.values()), ".")
    found = _line(visit, session, key)
    nudges.snooze(session, visit.call, found.key, int(days))
    return Nothing()


@pressed("nudge.useless")
def useless(visit: Visit, session: Session) -> Reply:
    """Let it stay away for four weeks."""
    found = _line(visit, session, visit.argument)
    nudges.useless(session, visit.call, found.key)
    return Nothing()


@pressed("nudge.meet")
def meet(visit: Visit, session: Session) -> Reply:
    """Propose times, as text to copy."""
    _line(visit, session, visit.argument)
    scene = visit.scene
    found = nudges.meet(scene, visit.now)
    return cards.meet(
        scene.partnership.name,
        [side.organisation for _, side in sorted(scene.sides.items())],
        scene.zones,
        [slot.at for slot in found],
        fits=not any(slot.apart for slot in found),
    )


@pressed("nudge.all")
def everything(visit: Visit, session: Session) -> Reply:
    """Show in the message what was said before in this week too."""
    allow(visit, Right.NUDGES)
    nudges.say_all(session, visit.call)
    return Nothing()
