"""`/partnership side ladder`: who of one's side hears of a concern on which level."""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import concerned, sides
from bot.cards import settings as cards
from bot.cards.settings import Rung
from bot.messages import Reply
from bot.pack import reading
from bot.rules.authority import Right
from bot.rules.ladder import LEVELS
from bot.words import Code
from handlers import Sorry, Visit, command, pressed
from handlers.partnership import whom
from handlers.rights import allow, can

EXAMPLE = "/partnership side ladder 2 @Bo @Priya"


@command(
    "partnership side ladder",
    usage="[<level> @people | <level> default]",
    about="Show your side’s escalation ladder, or name the people of a level.",
    examples=("", "2 @Bo @Priya", "2 default"),
)
def ladder(visit: Visit, session: Session) -> Reply:
    """Show the ladder, or name the people of one level."""
    picked, text = whom.split(visit.words)
    if not picked and not text:
        return _shown(visit)
    key = visit.actor.side
    allow(visit, Right.SIDE, about=key)
    first, _, rest = text.partition(" ")
    level = first.casefold().removeprefix("level").removeprefix("l")
    if first.casefold() == "level":
        level, _, rest = rest.partition(" ")
    if not level.isdigit() or int(level) not in LEVELS:
        raise Sorry(f"Which level? There are {', '.join(str(each) for each in LEVELS)}. For example: ", Code(EXAMPLE))
    if rest.strip().casefold() in ("default", "usual", "none") and not picked:
        undo = sides.name_level(session, visit.call, key, int(level), [])
        return cards.level_named(int(level), [], visit.scene.id, undo)
    people = whom.members(visit, picked, rest)
    if not people:
        raise Sorry("Who stands there? For example: ", Code(EXAMPLE))
    for who in people:
        if who.side is not key:
            raise Sorry(who.shown(), " is on the other side, which names its own ladder.")
    undo = sides.name_level(session, visit.call, key, int(level), [each.id for each in people])
    return cards.level_named(int(level), [each.shown() for each in people], visit.scene.id, undo)


@pressed("ladder.undo")
def undo(visit: Visit, session: Session) -> Reply:
    """Put back who was named before."""
    allow(visit, Right.SIDE, about=visit.actor.side)
    reading(lambda: sides.restore_level(session, visit.call, visit.actor.side, visit.argument))
    return _shown(visit)


def _shown(visit: Visit) -> Reply:
    key, scene = visit.actor.side, visit.scene
    named = scene.sides[key].ladder
    stands = concerned.stands(scene, key, visit.now)
    rungs = [
        Rung(level, about.name, tuple(scene.who(each).shown() for each in stands.get(level, ())), str(level) in named)
        for level, about in LEVELS.items()
    ]
    return cards.ladder(scene.organisation(key), rungs, can(visit, Right.SIDE, about=key))
