"""`/partnership mine`: one's own settings, in every partnership; it needs none.

One rule: what a person sets for themselves goes before what their side or their chat profile says.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.actions import persons
from bot.actions.persons import PRAISE
from bot.cards import settings as cards
from bot.cards.settings import Mine
from bot.messages import Errors, Message, Reply
from bot.pack import pack, reading, unpack
from bot.rules import Unclear
from bot.rules.grammar import text_of
from bot.rules.hours import NONE, Setting, as_typed, in_words, read
from bot.words import Code, Praise, Text
from handlers import Sorry, Visit, command, pressed, submitted
from storage import people
from storage.tables import Person

OWN = (Setting.ZONE, Setting.DAYS, Setting.HOURS)


@command("partnership mine", about="Show and change your own settings.", examples=("",), partnership=False)
@pressed("mine.open", partnership=False)
def mine(visit: Visit, session: Session) -> Reply:
    """Show what is set."""
    said = text_of(visit.words)
    if said:
        raise Sorry(
            "I know no setting “", Text(said[:60]), "”. Try for example ", Code("/partnership mine zone Lisbon"), "."
        )
    person = _person(visit, session)
    values = persons.now_set(person)
    zone = persons.zone(session, visit.account)
    today = visit.now.astimezone(ZoneInfo(zone)).date()
    absences = people.absences(session, visit.account.person_id, today)
    return cards.mine(
        Mine(
            zone=zone,
            zone_own=bool(values[Setting.ZONE]),
            days=values[Setting.DAYS],
            hours=values[Setting.HOURS],
            praise=Praise(values[PRAISE]),
            nudging=person.nudging,
            absences=tuple((each.starts_on, each.ends_on) for each in absences),
            partnerships=tuple(row.name for row, _ in people.memberships(session, visit.account.person_id)),
        )
    )


@pressed("mine.form", partnership=False)
def form_button(visit: Visit, session: Session) -> Reply:
    """Open the form."""
    values = persons.now_set(_person(visit, session))
    return cards.mine_form({each: as_typed(each, values[each]) for each in OWN}, Praise(values[PRAISE]))


@submitted("mine", partnership=False)
def sent(visit: Visit, session: Session) -> Reply:
    """Set what the form says; what is empty follows the side."""
    wanted: dict[str, str] = {PRAISE: visit.value(PRAISE)}
    problems = {} if wanted[PRAISE] in tuple(Praise) else {PRAISE: "Choose one of the three."}
    for setting in OWN:
        typed = visit.value(setting.value)
        try:
            wanted[setting] = read(setting, typed) if typed else ""
        except Unclear as unclear:
            problems[setting.value] = str(unclear)
    return Errors(problems) if problems else _put(visit, session, wanted)


@command(
    "partnership mine zone",
    usage="<city>",
    about="Set your own time zone.",
    examples=("Lisbon", "default"),
    partnership=False,
)
def zone(visit: Visit, session: Session) -> Reply:
    """Set one's own time zone."""
    return _set(visit, session, Setting.ZONE, "zone Lisbon")


@command(
    "partnership mine hours",
    usage="<hours>",
    about="Set your own working hours.",
    examples=("8-16", "default"),
    partnership=False,
)
def hours(visit: Visit, session: Session) -> Reply:
    """Set one's own hours."""
    return _set(visit, session, Setting.HOURS, "hours 8-16")


@command(
    "partnership mine days",
    usage="<days>",
    about="Set your own working days.",
    examples=("mon-thu", "default"),
    partnership=False,
)
def days(visit: Visit, session: Session) -> Reply:
    """Set one's own days."""
    return _set(visit, session, Setting.DAYS, "days mon-thu")


@command(
    "partnership mine praise",
    usage="public | private | none",
    about="Choose how you are celebrated: in the rooms, privately, or not at all.",
    examples=("private",),
    partnership=False,
)
def praise(visit: Visit, session: Session) -> Reply:
    """Choose how one is celebrated."""
    typed = text_of(visit.words).casefold()
    if typed not in set(Praise):
        raise Sorry("Say one of public, private or none: ", Code("/partnership mine praise private"))
    return _put(visit, session, {PRAISE: typed})


@pressed("mine.undo", partnership=False)
def undo(visit: Visit, session: Session) -> Reply:
    """Put back what was set before."""
    return reading(lambda: _put(visit, session, unpack(visit.argument, persons.Values)))


def _person(visit: Visit, session: Session) -> Person:
    return session.get_one(Person, visit.account.person_id)


def _set(visit: Visit, session: Session, setting: Setting, example: str) -> Message:
    typed = text_of(visit.words)
    try:
        kept = "" if typed.casefold() in NONE else read(setting, typed)
    except Unclear as unclear:
        raise Sorry(str(unclear), " So: ", Code(f"/partnership mine {example}")) from None
    return _put(visit, session, {setting: kept})


def _put(visit: Visit, session: Session, wanted: dict[str, str]) -> Message:
    old = persons.put(session, visit.account, wanted)
    return cards.mine_changed([_said(name, wanted[name]) for name in old], pack(old, persons.Values))


def _said(name: str, value: str) -> tuple[str, str]:
    if name == PRAISE:
        return "Be celebrated", cards.PRAISE[Praise(value)]
    setting = Setting(name)
    follows = "as your chat profile or your side says" if setting is Setting.ZONE else "those of your side"
    return cards.LABELS[setting], in_words(setting, value) if value else follows
