"""`/partnership mine away`, `off` and `back`: the days on which nothing is asked of somebody. The reason is neither asked nor kept."""

from __future__ import annotations

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.actions import persons
from bot.cards import settings as cards
from bot.cards.sentence import told
from bot.messages import Message, Reply
from bot.rules import Unclear, dates
from bot.rules.grammar import text_of
from bot.words import Code
from handlers import Sorry, Visit, command, pressed

LONGEST = timedelta(days=366)
EXAMPLES = ("until friday", "from 1 December to 5 December")


@command(
    "partnership mine away",
    usage="[from <day>] until <day>",
    about="Be away; your side’s backup stands in where you are the shepherd.",
    examples=EXAMPLES,
    partnership=False,
)
def away(visit: Visit, session: Session) -> Reply:
    """Be away from one day to another, both included."""
    said = text_of(visit.words)
    found = re.fullmatch(r"(?is)(?:from\s+)?(.*?)(?:^|\s+)(?:until|till|to|through|-|–)\s+(\S.*)", said)
    if found is None:
        raise Sorry("From when until when? For example: ", *_examples())
    start = _day(visit, session, found[1]) if found[1].strip() else _today(visit, session)
    return _away(visit, session, start, _day(visit, session, found[2]))


@command(
    "partnership mine off",
    usage="<day>",
    about="Have one day off.",
    examples=("friday", "24 December"),
    partnership=False,
)
def off(visit: Visit, session: Session) -> Reply:
    """Have one day off."""
    said = text_of(visit.words)
    if not said:
        raise Sorry("Which day? For example: ", Code("/partnership mine off 24 December"))
    day = _day(visit, session, said)
    return _away(visit, session, day, day)


@command("partnership mine back", about="Be back from being away.", examples=("",), partnership=False)
def back(visit: Visit, session: Session) -> Reply:
    """Be back."""
    planned = persons.back(session, visit.account, _today(visit, session))
    if not planned:
        return told("You are back. Nothing else is planned.")
    return told("You are back. Still planned: ", "; ".join(cards.days_in_words(*each) for each in planned), ".")


@pressed("mine.here", partnership=False)
def here(visit: Visit, session: Session) -> Reply:
    """Take an absence back."""
    known = visit.figure is not None and persons.not_away(session, visit.account, visit.figure)
    return told("Undone: you are not away then." if known else "That was undone already.")


def _today(visit: Visit, session: Session) -> date:
    return visit.now.astimezone(ZoneInfo(persons.zone(session, visit.account))).date()


def _day(visit: Visit, session: Session, typed: str) -> date:
    zone = persons.zone(session, visit.account)
    if typed.strip().casefold() in ("today", "now"):
        return _today(visit, session)
    try:
        reading = dates.deadline(typed, now=visit.now, zone=zone, locale=visit.account.locale)
    except Unclear as unclear:
        days = {each.at.astimezone(ZoneInfo(zone)).date() for each in unclear.readings}
        if len(days) == 1:  # two hours of one day are one day off
            return days.pop()
        raise Sorry(str(unclear), " For example: ", *_examples()) from None
    return reading.at.astimezone(ZoneInfo(zone)).date()


def _away(visit: Visit, session: Session, start: date, end: date) -> Message:
    if end < start:
        raise Sorry(
            f"{cards.days_in_words(end, end)} is before {cards.days_in_words(start, start)}. For example: ",
            *_examples(),
        )
    if end - start > LONGEST:
        raise Sorry("That is longer than a year. Who goes for good can leave: ", Code("/partnership leave"))
    made = persons.away(session, visit.account, start, end)
    return cards.away(start, end, made.id)


def _examples() -> tuple[Code | str, ...]:
    first, second = (Code(f"/partnership mine away {example}") for example in EXAMPLES)
    return first, " or ", second
