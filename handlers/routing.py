"""Which feature answers what somebody did, and what it is handed.

One rule: decided by what the features registered; nothing is listed here.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from bot.inbound import Heard, Inbound, Pressed, Submitted, Typed, Words
from bot.messages import Nothing, Reply
from bot.pack import Unreadable
from bot.port import Busy
from bot.rules.grammar import text_of
from handlers import Command, Door, Sorry, Visit, buttons, commands, entry, forms, happenings, helping, threads
from storage import arriving, lent, people, subjects

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Knock:
    """What is at the door: the inbound value, when it came, the keys for secrets, where people reach the web server, and
    what was answered on the way."""

    arrival: Inbound
    now: datetime
    keys: tuple[str, ...] = ()
    address: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


def dispatch(session: Session, knock: Knock) -> Reply:
    """Let the feature answer that is meant; raises its `Sorry` and its `Ask`."""
    arrival = knock.arrival
    match arrival:
        case Typed():
            found, words = find_command(arrival)
            if found is None and arrival.thread and subjects.of_thread(session, arrival):
                # Said to the bot in a card's thread, and no command: a comment, like any other reply there.
                return dispatch(session, replace(knock, arrival=_as_heard(arrival)))
            if (
                found is None and arrival.thread
            ):  # in a thread that is none of a card's, words mean what they mean anywhere
                found, words = find_command(replace(arrival, thread=""))
            if found is None and (prompt := entry.meant_by(session, arrival, knock.now)):
                asked = threads[subjects.noun(prompt)]
                return _enter(session, replace(_visit(session, knock, asked, prompt), words=_joined(arrival)), asked)
            if found is None or helping.asked(words):
                return helping.reply(arrival, found)
            return _enter(session, replace(_visit(session, knock, found), words=words), found)
        case Pressed(action=action, value=value):
            door = buttons.get(action)
            if door is None:
                raise Sorry("That button is from an earlier time and does nothing any more.")
            return _carried(session, _visit(session, knock, door, value), door)
        case Submitted(form=form, context=context, values=values):
            door = forms.get(form)
            if door is None:
                raise Sorry("That form is from an earlier time and cannot be sent any more. Please open it again.")
            return _carried(session, replace(_visit(session, knock, door, context), values=values), door)
        case Heard():
            subject = subjects.of_thread(session, arrival)
            door = threads.get(subjects.noun(subject)) if subject else None
            if subject is None and not arrival.sender.bot and arriving.to(session, arrival.place):
                raise Busy  # it may be a card of ours of which it is not known yet that it stands there
            if subject is None or door is None or arrival.sender.bot:
                return Nothing()
            return _enter(session, replace(_visit(session, knock, door, subject), words=arrival.words), door)
        case _:
            feature = happenings.get(type(arrival))
            known = people.find(session, arrival.sender.account)
            if feature is None:
                return Nothing()
            return feature(Visit(knock.now, known or entry.stranger(arrival), arrival, keys=knock.keys), session)


def _visit(session: Session, knock: Knock, door: Door | Command, about: str = "") -> Visit:
    """The visit of whoever did it; `about` is what a button or a form carries, `subject` or `subject|argument`."""
    subject, _, argument = about.partition("|")
    # Where no scene is asked for, nothing would tell that an account which was lent is another one by now.
    account = entry.meet(session, knock.arrival, reading=door.partnership and lent.taken(session))
    return Visit(
        knock.now,
        account,
        knock.arrival,
        subject=subject,
        argument=argument,
        answers=knock.answers,
        keys=knock.keys,
        address=knock.address,
    )


def _enter(session: Session, visit: Visit, door: Door | Command) -> Reply:
    return door.feature(entry.enter(session, visit) if door.partnership else visit, session)


def _carried(session: Session, visit: Visit, door: Door) -> Reply:
    """Enter with what a button or a form carries, which may be of an earlier version, or made up."""
    try:
        return _enter(session, visit, door)
    except Unreadable as error:
        log.warning("what a button or a form carries cannot be read", exc_info=error)
        raise Sorry("That is from an earlier time and does nothing any more. Please start again.") from None


def _as_heard(typed: Typed) -> Heard:
    return Heard(
        delivery=typed.delivery,
        sender=typed.sender,
        place=typed.place,
        reply=typed.reply,
        thread=typed.thread,
        words=_joined(typed),
    )


def _joined(typed: Typed) -> Words:
    """The words with the command before them, as they were typed."""
    first, *rest = typed.words or ("",)
    if isinstance(first, str):
        return f"{typed.command} {first}".strip(), *rest
    return f"{typed.command} ", first, *rest


def find_command(typed: Typed) -> tuple[Command | None, Words]:
    """The command with the longest path that was typed, and what stands behind it."""
    first = typed.words[0] if typed.words and isinstance(typed.words[0], str) else ""
    pieces = first.split()
    for length in range(min(len(pieces), 3), -1, -1):
        found = commands.get((typed.command.lower(), *(piece.lower() for piece in pieces[:length])))
        if found is not None:
            rest = first.split(maxsplit=length)[length] if len(pieces) > length else ""
            return found, ((rest,) if rest else ()) + (typed.words[1:] if first else typed.words)
    return _subcommand(typed) or (None, typed.words)


def _subcommand(typed: Typed) -> tuple[Command, Words] | None:
    """What `status` or `room move` alone mean to the bot. A sentence that only begins like one is none, nor is what stands in a thread."""
    word = typed.command.lower()
    if typed.thread or word in helping.ASKING or not any(path[:2] == ("partnership", word) for path in commands):
        return None
    found, words = find_command(replace(typed, command="partnership", words=_joined(typed)))
    if found is None or len(found.path) < 2 or not (found.usage or not text_of(words) or helping.asked(words)):
        return None
    return found, words
