"""`/partnership side`: how one's own side is called and when it works.

One rule: everybody changes their own side alone, and hears in words what was understood.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from bot.actions import sides
from bot.cards import settings as cards
from bot.messages import Errors, Message, Reply
from bot.pack import pack, reading, unpack
from bot.rules import Unclear
from bot.rules.authority import Right
from bot.rules.grammar import text_of
from bot.rules.hours import Setting, as_typed, read
from bot.rules.terms import Terms
from bot.words import Code, Role, Text
from handlers import Sorry, Visit, command, pressed, submitted
from handlers.partnership import whom
from handlers.partnership.members import change as change_member
from handlers.rights import allow


@command("partnership side", about="Set your side’s name, time zone, days, hours and holidays.", examples=("",))
@pressed("side.open")
def side(visit: Visit, session: Session) -> Reply:
    """Open the form of one's own side."""
    said = text_of(visit.words)
    if said:
        raise Sorry(
            "I know no setting “", Text(said[:60]), "”. Try for example ", Code("/partnership side zone Berlin"), "."
        )
    allow(visit, Right.SIDE, about=visit.actor.side)
    return cards.side_form(visit.scene.partnership.name, visit.scene.id, _typed(visit))


@submitted("side")
def sent(visit: Visit, session: Session) -> Reply:
    """Set what the form says."""
    allow(visit, Right.SIDE, about=visit.actor.side)
    wanted, problems = {}, {}
    for setting in Setting:
        typed = visit.value(setting.value)
        try:
            wanted[setting] = read(setting, typed or ("none" if setting is Setting.COUNTRY else ""))
        except Unclear as unclear:
            problems[setting.value] = str(unclear)
    if Setting.NAME in wanted and _taken(visit, wanted[Setting.NAME]):
        problems[Setting.NAME.value] = "The other side is called so. Two sides need two names."
    return Errors(problems) if problems else _put(visit, session, wanted)


@command(
    "partnership side zone", usage="<city>", about="Set your side’s time zone.", examples=("Berlin", "America/New_York")
)
def zone(visit: Visit, session: Session) -> Reply:
    """Set the time zone."""
    return _set(visit, session, Setting.ZONE, "zone Berlin")


@command(
    "partnership side days", usage="<days>", about="Set your side’s working days.", examples=("mon-fri", "sun to thu")
)
def days(visit: Visit, session: Session) -> Reply:
    """Set the working days."""
    return _set(visit, session, Setting.DAYS, "days mon-fri")


@command(
    "partnership side hours",
    usage="<hours>",
    about="Set your side’s working hours.",
    examples=("9-17", "08:30 to 16:30"),
)
def hours(visit: Visit, session: Session) -> Reply:
    """Set the working hours."""
    return _set(visit, session, Setting.HOURS, "hours 9-17")


@command(
    "partnership side country",
    usage="<country> [region]",
    about="Set whose public holidays your side keeps.",
    examples=("DE BY", "Portugal", "none"),
)
def country(visit: Visit, session: Session) -> Reply:
    """Set whose holidays are kept."""
    return _set(visit, session, Setting.COUNTRY, "country DE BY")


@command("partnership side name", usage="<organisation>", about="Set how your side is called.", examples=("Northwind",))
def name(visit: Visit, session: Session) -> Reply:
    """Set the side's name."""
    return _set(visit, session, Setting.NAME, "name Northwind")


@command(
    "partnership side backup",
    usage="@person",
    about="Name who stands in for your side’s shepherd.",
    examples=("@Priya",),
)
def backup(visit: Visit, session: Session) -> Reply:
    """Name the backup."""
    picked, text = whom.split(visit.words)
    who = whom.member(visit, picked, text, "/partnership side backup @Priya")
    return change_member(visit, session, who, Terms(role=Role.BACKUP))


@pressed("side.undo")
def undo(visit: Visit, session: Session) -> Reply:
    """Put back what was set before."""
    allow(visit, Right.SIDE, about=visit.actor.side)
    return reading(lambda: _put(visit, session, unpack(visit.argument, sides.Values)))


def _typed(visit: Visit) -> dict[Setting, str]:
    values = sides.now_set(visit.scene.sides[visit.actor.side])
    return {setting: as_typed(setting, value) for setting, value in values.items()}


def _set(visit: Visit, session: Session, setting: Setting, example: str) -> Message:
    allow(visit, Right.SIDE, about=visit.actor.side)
    typed = text_of(visit.words)
    form = cards.side_form(visit.scene.partnership.name, visit.scene.id, _typed(visit) | {setting: typed[:80]})
    try:
        kept = read(setting, typed)
    except Unclear as unclear:
        raise Sorry(str(unclear), " So: ", Code(f"/partnership side {example}"), form=form) from None
    if setting is Setting.NAME and _taken(visit, kept):
        raise Sorry("The other side is called so. Two sides need two names.", form=form)
    return _put(visit, session, {setting: kept})


def _taken(visit: Visit, name: str) -> bool:
    return name.casefold() == visit.scene.organisation(visit.actor.side.other).casefold()


def _put(visit: Visit, session: Session, wanted: Mapping[Setting, str]) -> Message:
    key = visit.actor.side
    old = sides.put(session, visit.call, key, wanted)
    organisation = visit.scene.organisation(key)
    return cards.side_changed(
        organisation, visit.scene.id, {each: wanted[each] for each in old}, pack(old, sides.Values)
    )
