"""The one way in: each inbound value is answered in one transaction, once, and a redelivery hears the same answer again.

One rule: what happens here is the same for every feature: drop what was answered before, meet the person, find the
partnership and the member, call the feature, keep the answer. The platform acknowledges only after that was committed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from sqlmodel import Session

from bot.actions import homes, telling
from bot.actions.secrets import reveal
from bot.inbound import (
    Heard,
    Inbound,
    Mention,
    PlaceKind,
    Pressed,
    Profile,
    ReplyBy,
    Submitted,
    Typed,
    Words,
)
from bot.messages import Button, Errors, Form, Menu, Message, Nothing, Option, Paragraph, Reply, Style, Tone
from bot.pack import pack, unpack
from bot.rules.grammar import printable, tidy
from bot.words import line
from handlers import Ask, Command, Door, Sorry, Visit, buttons, commands, entry, forms, happenings, helping, threads
from storage import inbox, kept, people, subjects
from storage.tables import Account

KEPT_FOR = timedelta(hours=1)
BUTTONS_AT_MOST = 4  # more answers than this become a menu


@dataclass(frozen=True, slots=True)
class _Parked:
    """What waits for an answer: the inbound value and the answers so far."""

    arrival: Inbound
    answers: Mapping[str, str] = field(default_factory=dict)


def answer(session: Session, arrival: Inbound, now: datetime, keys: tuple[str, ...] = ()) -> Reply:
    """Answer one inbound value. Exceptions other than a feature's own questions and refusals roll everything back."""
    arrival = _legible(arrival)
    attempt = session.begin_nested()
    place = arrival.place
    before = inbox.seen(session, place.platform, place.tenant, arrival.delivery, now)
    if before is not None:
        attempt.commit()
        said: Reply = unpack(before.reply, Reply) if before.reply else Nothing()
        return reveal(session, said, keys)
    reply = _say(session, arrival, now, _reply(session, arrival, now, keys))
    if isinstance(reply, Errors):
        # The form stays open and is sent again under the same id: this try must leave no trace.
        attempt.rollback()
        return reply
    inbox.keep(session, place.platform, place.tenant, arrival.delivery, pack(reply, Reply))
    if place.kind is PlaceKind.HOME and isinstance(arrival, Pressed | Submitted):
        homes.show(session, _meet(session, arrival), now)
    attempt.commit()
    return reveal(session, reply, keys)


def _legible(arrival: Inbound) -> Inbound:
    """The same without what no database keeps and nobody can read: control characters and halves of letters."""
    arrival = replace(arrival, sender=replace(arrival.sender, name=tidy(arrival.sender.name)))
    match arrival:
        case Typed(words=words) | Heard(words=words):
            return replace(arrival, words=tuple(_word(each) for each in words))
        case Submitted(values=values):
            filled = {name: printable(given) if isinstance(given, str) else given for name, given in values.items()}
            return replace(arrival, values=filled)
        case _:
            return arrival


def _word(word: str | Mention) -> str | Mention:
    if isinstance(word, Mention):
        return replace(word, profile=replace(word.profile, name=tidy(word.profile.name)))
    return printable(word)


def _reply(session: Session, arrival: Inbound, now: datetime, keys: tuple[str, ...]) -> Reply:
    match arrival:
        case Pressed(action="ask.answer", value=value):
            return _answered(session, arrival, now, keys, value)
        case Pressed(action="form.open", value=key):
            account = _meet(session, arrival)
            form = kept.peek(session, key, account.id, now)
            return unpack(form, Form) if form else _note("That form is no longer kept.", "Please start it again.")
        case _:
            return _attempt(session, arrival, now, keys, {})


def _attempt(
    session: Session, arrival: Inbound, now: datetime, keys: tuple[str, ...], answers: Mapping[str, str]
) -> Reply:
    """Call the feature in a savepoint of its own, so that a question or a refusal leaves nothing half done."""
    feature = session.begin_nested()
    try:
        reply = _dispatch(session, arrival, now, keys, answers)
    except Sorry as sorry:
        feature.rollback()
        return _refusal(session, arrival, now, sorry)
    except Ask as ask:
        feature.rollback()
        key = _keep(session, arrival, now, pack(_Parked(arrival, answers), _Parked))
        return _question(ask, key)
    feature.commit()
    return reply


def _answered(session: Session, press: Pressed, now: datetime, keys: tuple[str, ...], value: str) -> Reply:
    key, _, chosen = value.partition("|")
    account = _meet(session, press)
    text = kept.take(session, key, account.id, now)
    if text is None:
        return _note(
            "That question is no longer open.", "It was answered already, or an hour went by: please start again."
        )
    parked: _Parked = unpack(text, _Parked)
    name, _, choice = chosen.partition("=")
    arrival = replace(parked.arrival, delivery=press.delivery, reply=press.reply)
    reply = _attempt(session, arrival, now, keys, {**parked.answers, name: choice})
    if isinstance(reply, Errors):
        return _note("Something in the form needs another look.", " ".join(reply.fields.values()))
    return reply


def _dispatch(
    session: Session, arrival: Inbound, now: datetime, keys: tuple[str, ...], answers: Mapping[str, str]
) -> Reply:
    match arrival:
        case Typed():
            found, words = find_command(arrival)
            if found is None and arrival.thread and subjects.of_thread(session, arrival):
                # Said to the bot in a card's thread, and no command: a comment, like any other reply there.
                return _dispatch(session, _as_heard(arrival), now, keys, answers)
            if found is None or helping.asked(words):
                return helping.reply(arrival, found)
            visit = Visit(now, _meet(session, arrival), arrival, words, answers=answers, keys=keys)
            return _enter(session, visit, Door(found.feature, found.partnership))
        case Pressed(action=action, value=value):
            door = buttons.get(action)
            if door is None:
                raise Sorry("That button is from an earlier time and does nothing any more.")
            return _through(session, arrival, now, keys, answers, door, value)
        case Submitted(form=form, context=context, values=values):
            door = forms.get(form)
            if door is None:
                raise Sorry("That form is from an earlier time and cannot be sent any more. Please open it again.")
            return _through(session, arrival, now, keys, answers, door, context, values)
        case Heard():
            subject = subjects.of_thread(session, arrival)
            door = threads.get(subject.partition(":")[0]) if subject else None
            if subject is None or door is None or arrival.sender.bot:
                return Nothing()
            return _through(session, arrival, now, keys, answers, door, subject, words=arrival.words)
        case _:
            feature = happenings.get(type(arrival))
            known = people.find(session, arrival.sender.account)
            if feature is None:
                return Nothing()
            return feature(Visit(now, known or entry.stranger(arrival), arrival, keys=keys), session)


def _through(
    session: Session,
    arrival: Inbound,
    now: datetime,
    keys: tuple[str, ...],
    answers: Mapping[str, str],
    door: Door,
    value: str,
    values: Mapping[str, str | tuple[str, ...]] | None = None,
    words: Words = (),
) -> Reply:
    subject, _, argument = value.partition("|")
    visit = Visit(now, _meet(session, arrival), arrival, words, subject, argument, values or {}, answers, keys)
    return _enter(session, visit, door)


def _enter(session: Session, visit: Visit, door: Door) -> Reply:
    return door.feature(entry.enter(session, visit) if door.partnership else visit, session)


def _meet(session: Session, arrival: Inbound) -> Account:
    profile: Profile = arrival.sender
    return people.meet(session, profile, arrival.place.tenant)


def _as_heard(typed: Typed) -> Heard:
    first, *rest = typed.words or ("",)
    words = (
        (f"{typed.command} {first}".strip(), *rest) if isinstance(first, str) else (f"{typed.command} ", first, *rest)
    )
    return Heard(
        delivery=typed.delivery,
        sender=typed.sender,
        place=typed.place,
        reply=typed.reply,
        thread=typed.thread,
        words=words,
    )


def _addressee(session: Session, arrival: Inbound) -> Account:
    """Whom the answer goes to. Whoever was not met by a feature (or was just forgotten) is kept without their name."""
    nameless = replace(arrival.sender, name="", zone=None, locale=None)
    return people.find(session, arrival.sender.account) or people.meet(session, nameless, arrival.place.tenant)


def find_command(typed: Typed) -> tuple[Command | None, Words]:
    """The command with the longest path that was typed, and what stands behind it."""
    first = typed.words[0] if typed.words and isinstance(typed.words[0], str) else ""
    pieces = first.split()
    for length in range(min(len(pieces), 3), -1, -1):
        found = commands.get((typed.command.lower(), *(piece.lower() for piece in pieces[:length])))
        if found is not None:
            rest = first.split(maxsplit=length)[length] if len(pieces) > length else ""
            return found, ((rest,) if rest else ()) + (typed.words[1:] if first else typed.words)
    return None, typed.words


# How it is said ------------------------------------------------------------------------------------------------------


def _say(session: Session, arrival: Inbound, now: datetime, reply: Reply) -> Reply:
    """Bring the reply into the shape in which this arrival can take it; what cannot go back with the response goes to the outbox."""
    if isinstance(reply, Form):
        reply = replace(reply, key=reply.key or _keep(session, arrival, now, pack(reply, Form)))
        if arrival.reply is ReplyBy.MESSAGE and not isinstance(arrival, Pressed | Submitted):
            reply = Message(
                line("There is a form for this."),
                buttons=(Button("Open form", "form.open", reply.key, Style.PRIMARY),),
            )
    if arrival.reply is ReplyBy.MESSAGE and isinstance(reply, Message):
        telling.privately(session, now, _addressee(session, arrival), arrival.place, reply)
        return Nothing()
    match reply:
        case Message() | Form() | Errors() | Nothing():
            return reply
        case _:
            assert_never(reply)


def _refusal(session: Session, arrival: Inbound, now: datetime, sorry: Sorry) -> Message:
    opener: tuple[Button, ...] = ()
    if sorry.form is not None:
        key = _keep(session, arrival, now, pack(sorry.form, Form))
        opener = (Button("Open form", "form.open", key, Style.PRIMARY),)
    return Message(sorry.words, tone=Tone.AMBER, buttons=opener)


def _question(ask: Ask, key: str) -> Message:
    options = [Option(label, f"{key}|{ask.name}={value}") for label, value in ask.options]
    few = len(options) <= BUTTONS_AT_MOST
    controls = (
        tuple(Button(option.label, "ask.answer", option.value) for option in options)
        if few
        else (Menu("Choose", "ask.answer", tuple(options)),)
    )
    return Message(ask.question, (Paragraph(ask.more),) if ask.more else (), buttons=controls)


def _keep(session: Session, arrival: Inbound, now: datetime, text: str) -> str:
    return kept.keep(session, _meet(session, arrival).id, text, now + KEPT_FOR)


def _note(title: str, more: str) -> Message:
    return Message(line(title), (Paragraph(line(more)),), tone=Tone.AMBER)
