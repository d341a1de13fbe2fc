"""Telling people: cards into rooms, words into threads, messages to one person.

One rule: telling is an outbox row in the transaction of what it tells; nothing here reaches a platform.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from bot.actions import Call
from bot.inbound import Place, PlaceKind
from bot.messages import Message
from bot.pack import pack
from bot.port import Way
from bot.words import line
from storage import outbox
from storage.outbox import Announcement
from storage.people import Standing
from storage.tables import Account, Room

CARD = "card"
"""The slot of a subject's living card; what is said under it goes into the thread of that card."""


def to_room(
    partnership_id: int,
    room: Room,
    subject: str,
    message: Message | None,
    *,
    slot: str = "",
    under: str = "",
    urgent: bool = False,
) -> Announcement:
    """What is to be said in a room (no message: a living card)."""
    return Announcement(
        lane=(room.platform, room.tenant, room.channel),
        way=Way.POST,
        subject=subject,
        message=pack(message, Message) if message else None,
        slot=slot,
        under=under,
        urgent=urgent,
        partnership_id=partnership_id,
        room_id=room.id,
    )


def to_person(
    partnership_id: int,
    who: Standing,
    subject: str,
    message: Message | None,
    *,
    slot: str = "",
    urgent: bool = False,
    due_at: datetime | None = None,
) -> Announcement | None:
    """What is to be said to one person directly (no message: a living card); None where they cannot be written to."""
    account = who.reachable
    if account is None:
        return None
    return Announcement(
        lane=(account.platform, account.via, f"@{account.user}"),
        way=Way.DIRECT,
        subject=subject,
        message=pack(message, Message) if message else None,
        slot=slot,
        urgent=urgent,
        partnership_id=partnership_id,
        account_id=account.id,
        due_at=due_at,
    )


def card(
    session: Session, call: Call, subject: str, *, into: Iterable[Room] | None = None, urgent: bool = False
) -> None:
    """Put a living card into every room of the partnership, or into these."""
    rooms = call.scene.places if into is None else into
    said = [to_room(call.scene.id, room, subject, None, slot=CARD, urgent=urgent) for room in rooms]
    outbox.announce_all(session, call.now, said)


def rooms(
    session: Session, call: Call, subject: str, message: Message, *, under: str = "", into: Iterable[Room] | None = None
) -> None:
    """Say something once in every room, or in these; with `under` in the thread of the card in that slot."""
    those = call.scene.places if into is None else into
    outbox.announce_all(
        session, call.now, [to_room(call.scene.id, room, subject, message, under=under) for room in those]
    )


def person(
    session: Session,
    call: Call,
    who: Standing,
    subject: str,
    message: Message | None,
    *,
    slot: str = "",
    urgent: bool = False,
    due_at: datetime | None = None,
) -> bool:
    """Write to one person directly (no message: a living card); False where they cannot be written to."""
    said = to_person(call.scene.id, who, subject, message, slot=slot, urgent=urgent, due_at=due_at)
    outbox.announce_all(session, call.now, [said] if said else [])
    return said is not None


def people(session: Session, call: Call, those: Iterable[Standing], subject: str, message: Message) -> None:
    """Write the same to several people, each directly; who caused it is not told of their own deed."""
    others = [who for who in those if call.actor is None or who.id != call.actor.id]
    said = [to_person(call.scene.id, who, subject, message) for who in others]
    outbox.announce_all(session, call.now, [each for each in said if each])


def privately(session: Session, now: datetime, account: Account, place: Place, message: Message) -> None:
    """Answer somebody so that only they see it: in the room where they are if the bot is there, else directly; what lasts, directly."""
    in_room = place.kind is PlaceKind.CHANNEL and place.present is not False
    if in_room and message.lasting:
        _reply(session, now, account, place, message, in_room=False)
        message = Message(line("I have written to you directly: ", *message.title))
    _reply(session, now, account, place, message, in_room=in_room)


def _reply(session: Session, now: datetime, account: Account, place: Place, message: Message, *, in_room: bool) -> None:
    target = place.channel if in_room else f"@{account.user}"
    outbox.announce(
        session,
        now=now,
        lane=outbox.lane(session, place.platform, place.tenant, target),
        way=Way.PRIVATE if in_room else Way.DIRECT,
        subject=f"reply:{account.id}",
        message=pack(message, Message),
        urgent=True,
        account_id=account.id,
    )
