"""The rooms of a partnership: moved, lost, found again.

One rule: a room that is new shows the cards of what is under way, and one that was left is never touched again.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot.actions import Call, members, telling
from bot.actions.partnerships import shown
from bot.cards import partnership as cards
from bot.inbound import Place
from bot.words import Key, Status
from storage import escalations, outbox, partnerships, rooms, scenes
from storage.tables import Room


def move(session: Session, call: Call, place: Place) -> Call:
    """Move the caller's side into this place; in the other side's room both share it from now on."""
    side = call.by.side
    before = [(room, key) for room, key in call.scene.rooms if key in (side, None)]
    here = partnerships.room(session, place)
    tied = {room.id: key for room, key in call.scene.rooms}
    shares = here is not None and tied.get(here.id) is side.other
    settled = partnerships.settle_in(session, place, call.scene.id, None if shares else side)
    said = cards.moved_away(shown(call.scene), call.scene.organisation(side), settled.name)
    for room, key in before:
        telling.rooms(session, call, call.scene.subject, said, into=[room])
        if key is None:
            partnerships.settle_in(session, _place(room), call.scene.id, side.other)
        else:
            rooms.let_go(session, call.scene.id, room.id, call.now)
            partnerships.move_out(session, room.id, call.scene.id)
    call = members.again(session, call)
    call.record(session, "partnership.moved", call.scene.subject, {"side": side.value, "shared": shares})
    if not shares:
        _furnish(session, call, settled)
    session.flush()
    outbox.redraw(session, now=call.now, subject=call.scene.subject)
    return call


def _place(room: Room) -> Place:
    return Place(platform=room.platform, tenant=room.tenant, channel=room.channel, name=room.name)


def _furnish(session: Session, call: Call, room: Room) -> None:
    """Put the cards of what is under way into a room that is new."""
    telling.card(session, call, call.scene.subject, into=[room])
    for escalation in escalations.under_way(session, [call.scene.id]):
        if not escalation.private:
            telling.card(session, call, escalation.subject, into=[room])


def lose(session: Session, now: datetime, room: Room, platform: str) -> None:
    """A room is gone: the shepherds of every partnership in it hear directly how to move."""
    room.gone_at = now
    session.flush()
    ties = {row.id: side for row, side in partnerships.in_room(session, room.id)}
    for found in scenes.scenes(session, ties).values():
        if found.partnership.status is Status.CLOSED:
            continue
        call, side = Call(now, found, None, platform), ties[found.id]
        call.record(session, "partnership.room_lost", found.subject, {"side": side.value if side else ""})
        rooms.let_go(session, found.id, room.id, now)
        whose = found.organisation(side) if side else None
        for key in Key:
            yours = side in (key, None)
            said = cards.room_lost(shown(found), whose, room.name, yours)
            telling.people(session, call, found.shepherds(key), found.subject, said)


def find(session: Session, now: datetime, room: Room, platform: str) -> None:
    """The bot is back in a room that was gone: its cards are shown there again."""
    room.gone_at = None
    session.flush()
    ties = [row.id for row, _ in partnerships.in_room(session, room.id)]
    for found in scenes.scenes(session, ties).values():
        if found.partnership.status is not Status.CLOSED:
            call = Call(now, found, None, platform)
            call.record(session, "partnership.room_back", found.subject)
            _furnish(session, call, room)
