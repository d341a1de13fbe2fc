"""The one way in: each inbound value is answered in one transaction, once, and a redelivery hears the same answer again.

One rule: what happens here is the same for every feature: drop what was answered before, let the feature answer in a
savepoint of its own, park what it asks, keep the answer. The platform acknowledges only after that was committed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar, assert_never

from sqlmodel import Session

from bot.actions import View, drawn, homes, parking, rhythm, telling
from bot.actions.secrets import reveal
from bot.inbound import (
    Gone,
    Heard,
    Inbound,
    Mention,
    PlaceKind,
    Pressed,
    ReplyBy,
    Submitted,
    Typed,
)
from bot.messages import Button, Errors, Form, Inset, Menu, Message, Nothing, Option, Paragraph, Reply, Shown, Tone
from bot.pack import Unreadable, pack, unpack
from bot.rules.grammar import printable, tidy
from bot.words import line, plain
from handlers import Ask, Sorry
from handlers.entry import meet
from handlers.routing import Knock, dispatch
from handlers.showing import in_its_place
from storage import inbox, kept, people, posts, subjects
from storage.lent import lending
from storage.scenes import as_lent
from storage.statements import savepoint
from storage.tables import Account

T = TypeVar("T")

KEPT_FOR = timedelta(hours=1)
_HIDDEN = '"kind":"secret"'  # as what is shown only on the way out stands in what is packed
BUTTONS_AT_MOST = 4  # more answers than this become a menu


@dataclass(frozen=True, slots=True)
class _Parked:
    """What waits for an answer: the inbound value and the answers so far."""

    arrival: Inbound
    answers: Mapping[str, str] = field(default_factory=dict)


def answer(session: Session, arrival: Inbound, now: datetime, keys: tuple[str, ...] = (), address: str = "") -> Reply:
    """Answer one inbound value. Exceptions other than a feature's own questions and refusals roll everything back."""
    arrival = _legible(arrival)
    place = arrival.place
    # A form that has faults is sent again under the same id, so that this try must leave no trace.
    attempt = savepoint(session, "attempt") if isinstance(arrival, Submitted) else None
    before = inbox.seen(session, place.platform, place.tenant, arrival.delivery, now)
    if before is not None:
        said: Reply = unpack(before.reply, Reply) if before.reply else Nothing()
        return reveal(session, _as_it_is_now(session, arrival, said, now), keys)
    if place.kind is not PlaceKind.CHANNEL and not isinstance(arrival, Gone):
        _reached_again(session, arrival, now)
    reply = _say(session, arrival, now, _reply(session, Knock(arrival, now, keys, address)))
    if attempt and isinstance(reply, Errors):
        attempt()
        return _with_its_form(session, arrival, reply, now)
    packed = pack(reply, Reply)
    inbox.keep(session, place.platform, place.tenant, arrival.delivery, packed)
    rhythm.follow(session, now)
    if _on_own_page(session, arrival):
        homes.show(session, meet(session, arrival), now)
    shown = _as_it_is_now(session, arrival, reply, now)
    return shown if shown is reply and _HIDDEN not in packed else reveal(session, shown, keys)


def _reached_again(session: Session, arrival: Inbound, now: datetime) -> None:
    """Whoever is with the bot alone can be written to, whatever was thought of it."""
    account = people.find(session, arrival.sender.account)
    if account is not None and not account.reachable and account.left_at is None:
        parking.back(session, account, now)


def _on_own_page(session: Session, arrival: Inbound) -> bool:
    """Whether somebody acted on their own page, which then shows what came of it."""
    stands = _pressed_on(session, arrival)
    on_home = arrival.place.kind is PlaceKind.HOME and isinstance(arrival, Pressed | Submitted)
    return on_home or (stands is not None and subjects.noun(stands.subject) == "home")


def _pressed_on(session: Session, arrival: Inbound) -> Any | None:
    """The living card that was pressed on, where the platform takes it in its response."""
    if not (isinstance(arrival, Pressed) and arrival.shows):
        return None
    place = arrival.place
    return posts.standing_at(session, place.platform, place.tenant, place.channel, arrival.message)


def _as_it_is_now(session: Session, arrival: Inbound, reply: Reply, now: datetime) -> Reply:
    """Where nothing else is to be said, the card that was pressed on, for a platform that takes it in its response."""
    stands = _pressed_on(session, arrival) if isinstance(reply, Nothing) else None
    card = drawn(session, View(stands.subject, stands.slot, now, stands.room_id, stands.account_id)) if stands else None
    return Shown(card) if card else reply


def _with_its_form(session: Session, arrival: Inbound, errors: Errors, now: datetime) -> Errors:
    """The errors with the form that they are of, where the platform has to show it again."""
    key = arrival.key if isinstance(arrival, Submitted) else ""
    account = people.find(session, arrival.sender.account) if key else None
    form = kept.peek(session, key, account.id, now) if account else None
    return replace(errors, form=replace(unpack(form, Form), key=key)) if form else errors


def _legible(arrival: Inbound) -> Inbound:
    """The same without what no database keeps and nobody can read: control characters and halves of letters."""
    if (name := tidy(arrival.sender.name)) != arrival.sender.name:
        arrival = replace(arrival, sender=replace(arrival.sender, name=name))
    match arrival:
        case Typed(words=words) | Heard(words=words):
            legible = tuple(_word(each) for each in words)
            return arrival if legible == words else replace(arrival, words=legible)
        case Submitted(context=context, key=key, values=values):
            filled = {printable(name): _filled(given) for name, given in values.items()}
            return replace(arrival, context=printable(context), key=printable(key), values=filled)
        case Pressed(value=value):
            return replace(arrival, value=printable(value))
        case _:
            return arrival


def _filled(given: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return printable(given) if isinstance(given, str) else tuple(printable(each) for each in given)


def _word(word: str | Mention) -> str | Mention:
    if isinstance(word, Mention):
        return replace(word, profile=replace(word.profile, name=tidy(word.profile.name)))
    return printable(word)


def _reply(session: Session, knock: Knock) -> Reply:
    match knock.arrival:
        case Pressed(action="ask.answer"):
            return _answered(session, knock, knock.arrival)
        case Pressed(action="form.open", value=key):
            form = _kept(kept.peek(session, key, meet(session, knock.arrival).id, knock.now), Form)
            return replace(form, key=key) if form else _note("That form is no longer kept.", "Please start it again.")
        case _:
            return _attempt(session, knock)


def _attempt(session: Session, knock: Knock) -> Reply:
    """Call the feature in a savepoint of its own, so that a question or a refusal leaves nothing half done."""
    undo = savepoint(session, "feature")
    try:
        return lending(session, lambda: dispatch(session, knock), lambda: as_lent(session), undo)
    except Sorry as sorry:
        undo()
        return _refusal(session, knock, sorry)
    except Ask as ask:
        undo()
        key = _keep(session, knock.arrival, knock.now, pack(_Parked(knock.arrival, knock.answers), _Parked))
        return _question(ask, key)


def _answered(session: Session, knock: Knock, press: Pressed) -> Reply:
    """Do again what a question held up, with the answer."""
    key, _, chosen = press.value.partition("|")
    parked = _kept(kept.take(session, key, meet(session, press).id, knock.now), _Parked)
    if parked is None:
        return _note(
            "That question is no longer open.", "It was answered already, or an hour went by: please start again."
        )
    name, _, choice = chosen.partition("=")
    arrival = replace(parked.arrival, delivery=press.delivery, reply=press.reply, opens=press.opens)
    reply = _attempt(session, replace(knock, arrival=arrival, answers={**parked.answers, name: choice}))
    if isinstance(reply, Errors):
        reply = _note("Something in the form needs another look.", " ".join(reply.fields.values()))
    return in_its_place(press, reply) if isinstance(reply, Message) else reply


def _kept(text: str | None, shape: type[T]) -> T | None:
    """What was kept; None where nothing was, or where it was something else."""
    try:
        found: T | None = unpack(text, shape) if text else None
    except Unreadable:
        return None
    return found


def _addressee(session: Session, arrival: Inbound) -> Account:
    """Whom the answer goes to. Whoever was not met by a feature (or was just forgotten) is kept without their name."""
    nameless = replace(arrival.sender, name="", zone=None, locale=None)
    return people.find(session, arrival.sender.account) or people.meet(session, nameless, arrival.place.tenant)


# How it is said ------------------------------------------------------------------------------------------------------


def _say(session: Session, arrival: Inbound, now: datetime, reply: Reply) -> Reply:
    """Bring the reply into the shape in which this arrival can take it; what cannot go back with the response goes to the outbox."""
    if isinstance(reply, Form):
        reply = replace(reply, key=reply.key or _keep(session, arrival, now, pack(reply, Form)))
        if not arrival.opens:
            reply = Message(line("There is a form for this."), (Inset(reply),))
    if arrival.reply is ReplyBy.MESSAGE and isinstance(reply, Message):
        telling.privately(session, now, _addressee(session, arrival), arrival.place, reply)
        return Nothing(plain(reply.title)) if isinstance(arrival, Pressed) and arrival.shows else Nothing()
    match reply:
        case Message() | Form() | Errors() | Nothing() | Shown():
            return reply
        case _:
            assert_never(reply)


def _refusal(session: Session, knock: Knock, sorry: Sorry) -> Message:
    if sorry.form is None:
        return Message(sorry.words, tone=Tone.AMBER)
    key = _keep(session, knock.arrival, knock.now, pack(sorry.form, Form))
    return Message(sorry.words, tone=Tone.AMBER, buttons=(Inset(replace(sorry.form, key=key)).opening,))


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
    return kept.keep(session, meet(session, arrival).id, text, now + KEPT_FOR)


def _note(title: str, more: str) -> Message:
    return Message(line(title), (Paragraph(line(more)),), tone=Tone.AMBER)
