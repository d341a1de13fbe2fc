"""`/partnership join`: take up an invitation, in one's own channel or in the one that both sides share.

One rule: a code opens nothing but what it was made for, and a code that opens nothing names no partnership. What waits for the
confirmation keeps the invitation's number, never the code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from bot.actions import partnerships
from bot.cards import founding as cards
from bot.cards.sentence import told
from bot.inbound import Place, PlaceKind
from bot.messages import Form, Message, Reply, TextField, Tone
from bot.pack import pack, unpack
from bot.rules.grammar import text_of
from bot.words import Code, Key, Secret, Status, Strong, Text, line
from handlers import Sorry, Visit, command, pressed, submitted
from handlers.partnership.create import present
from handlers.showing import in_its_place
from storage import kept, scenes
from storage import partnerships as store
from storage.tables import Invite, Room

HOUR = timedelta(hours=1)
EXAMPLE = "/partnership join ABCD-EFGH-IJKL-MNOP"


@dataclass(frozen=True, slots=True)
class _Offer:
    """An invitation that somebody showed the code of, and the channel they did it in."""

    invite_id: int
    place: Place


@command(
    "partnership join",
    usage="<code> [here]",
    about="Take up an invitation; this channel becomes your side’s room. With here, both sides share it.",
    examples=("ABCD-EFGH-IJKL-MNOP", "ABCD-EFGH-IJKL-MNOP here"),
    partnership=False,
)
def join(visit: Visit, session: Session) -> Reply:
    """Look at the code, then ask, or with `here` join at once."""
    said = text_of(visit.words).split()
    here = bool(said) and said[-1].casefold() == "here"
    code = "".join(said[:-1] if here else said)
    if not code:
        return Form(
            "partnership.join",
            "Join a partnership",
            (TextField("code", "Invite code", most=40, example="ABCD-EFGH-IJKL-MNOP"),),
            submit="Look at it",
        )
    return _knock(visit, session, code, here)


@submitted("partnership.join", partnership=False)
def sent(visit: Visit, session: Session) -> Reply:
    """The same from the form."""
    return _knock(visit, session, visit.value("code"), False)


def _knock(visit: Visit, session: Session, code: str, here: bool) -> Reply:
    place = visit.arrival.place
    if place.kind is not PlaceKind.CHANNEL:
        raise Sorry(
            "Join in the channel where your side lives. Go there and type ", Code("/partnership join"), " and the code."
        )
    if store.wrong_tries(session, visit.account.id, visit.now - HOUR) >= store.TRIES_AN_HOUR:
        return cards.no_way_in("There were too many wrong codes. Please try again in an hour.")
    bare = re.sub(r"[\W_]", "", code)
    invitation = store.by_code(session, bare) if bare else None
    if invitation is None:
        store.note_wrong_try(session, visit.account.id, visit.now)
        return Message(
            line(
                "I know no such code. It looks like ",
                Code("ABCD-EFGH-IJKL-MNOP"),
                ": please check it and type it again.",
            ),
            tone=Tone.AMBER,
        )
    closed = _closed(visit, session, invitation)
    if closed:
        return cards.no_way_in(closed)
    again = (Code("/partnership join"), " ", Secret(f"invite:{invitation.id}"), " here" if here else "")
    present(visit, "type it again: ", *again)
    found = scenes.scene(session, invitation.partnership_id)
    _not_on_the_other_side(visit, found)
    same_room = any(_is(place, room) for room, _ in found.rooms)
    if here and not same_room:
        raise Sorry(
            Code("here"), " is for the channel where the partnership was begun, and this is another one. To make this your side’s own "
            "room, type it without ", Code("here"), ": ", *again[:3],
        )  # fmt: skip
    if here:
        return _join(visit, session, invitation, place, shared=True)
    offer = pack(_Offer(invitation.id, place), _Offer)
    key = kept.keep(session, visit.account.id, offer, visit.now + HOUR)
    inviter = next((each.shown() for each in found.shepherds(Key.A)), None)
    return cards.offer(partnerships.shown(found), Key.A, inviter, key, same_room)


@pressed("partnership.join", partnership=False)
def confirmed(visit: Visit, session: Session) -> Reply:
    """Join, now that they saw who invites to what."""
    text = kept.take(session, visit.argument, visit.account.id, visit.now)
    if text is None:
        raise Sorry("That question is no longer open. Please type the code again: ", Code("/partnership join <code>"))
    offer: _Offer = unpack(text, _Offer)
    invitation = session.get_one(Invite, offer.invite_id)
    closed = _closed(visit, session, invitation)
    if closed:
        return cards.no_way_in(closed)
    found = scenes.scene(session, invitation.partnership_id)
    _not_on_the_other_side(visit, found)
    shared = any(_is(offer.place, room) for room, _ in found.rooms)
    return _join(visit, session, invitation, offer.place, shared=shared)


@pressed("partnership.later", partnership=False)
def later(visit: Visit, session: Session) -> Reply:
    """Leave it for now."""
    kept.take(session, visit.argument, visit.account.id, visit.now)
    return in_its_place(
        visit.arrival,
        told("Nothing was joined. The code stays good until it runs out; type it again whenever you like."),
    )


def _join(visit: Visit, session: Session, invitation: Invite, place: Place, *, shared: bool) -> Message:
    call = partnerships.join(session, visit.now, visit.account, place, invitation, shared=shared)
    return cards.joined(partnerships.shown(call.scene), Key.B, bool(visit.account.zone))


def _closed(visit: Visit, session: Session, invitation: Invite) -> str:
    if invitation.used_at is not None:
        return (
            "That code was used already; each works once. Ask the other side’s shepherd whether it was meant for you."
        )
    if invitation.void_at is not None or store.get(session, invitation.partnership_id).status is not Status.FORMING:
        return "That code is void: there is a newer one, or it was taken back. Ask the other side’s shepherd for a new one."
    if invitation.expires_at <= visit.now:
        return "That code has run out; it was good for seven days. Ask the other side’s shepherd for a new one."
    return ""


def _not_on_the_other_side(visit: Visit, found: scenes.Scene) -> None:
    standing = found.by_person(visit.account.person_id)
    if standing is not None and standing.side is Key.A:
        raise Sorry(
            "You are with ", Text(standing.organisation), " in ", Strong(found.partnership.name), ", and nobody can be on both sides. "
            "Send the code to somebody at ", Text(found.organisation(Key.B)), ".",
        )  # fmt: skip


def _is(place: Place, room: Room) -> bool:
    return (place.platform, place.tenant, place.channel) == (room.platform, room.tenant, room.channel)
