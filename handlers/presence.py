"""What the platform tells of its own: who came and went, what is called otherwise now, where the bot can no longer post.

One rule: nobody is in or out of a partnership because of where they are in the chat; only who left the company is marked so.
"""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import Call, members, rooms
from bot.inbound import Gone, Joined, Left, PlaceKind, Renamed, Uninstalled
from bot.messages import Nothing, Reply
from handlers import Visit, happened
from storage import partnerships as store
from storage import people, scenes, undelivered
from storage import rooms as places


@happened(Joined)
def joined(visit: Visit, session: Session) -> Reply:
    """The bot is back in a room that was gone; people become members when they use a command."""
    place = visit.arrival.place
    if visit.arrival.sender.bot:
        places.reach(session, place.platform, place.tenant, True)
        room = store.room(session, place)
        if room is not None and room.gone_at is not None:
            rooms.find(session, visit.now, room, place.platform)
        elif room is not None:
            undelivered.again(session, visit.now, room_id=room.id)
    return Nothing()


@happened(Left)
def left(visit: Visit, session: Session) -> Reply:
    """Who left the company is marked so, and what they have open passes on."""
    arrival = visit.arrival
    assert isinstance(arrival, Left)
    account = people.find(session, arrival.sender.account)
    if not arrival.company or account is None or account.left_at is not None:
        return Nothing()
    before = [row.id for row, _ in people.memberships(session, account.person_id)]
    found = scenes.scenes(session, before)
    people.leave_company(session, account, visit.now)
    for each in found.values():
        who = next(one for one in each.everybody if one.member.person_id == account.person_id)
        if who.person.left_at is not None:
            members.leave(session, Call(visit.now, each, None, account.platform), who, company=True)
    return Nothing()


@happened(Renamed)
def renamed(visit: Visit, session: Session) -> Reply:
    """Keep up with the names of people and channels that are known."""
    arrival = visit.arrival
    assert isinstance(arrival, Renamed)
    if arrival.channel:
        room = store.room(session, arrival.place)
        if room is not None and arrival.place.name:
            room.name = arrival.place.name
    elif (account := people.find(session, arrival.sender.account)) is not None:
        people.meet(session, arrival.sender, account.via)
    return Nothing()


@happened(Gone)
def gone(visit: Visit, session: Session) -> Reply:
    """A room is gone; its shepherds hear directly how to move. Who took the app out of their own chat cannot be written to."""
    if visit.arrival.place.kind is PlaceKind.DIRECT and visit.account.id is not None:
        visit.account.reachable = False
    room = store.room(session, visit.arrival.place)
    if room is not None and room.gone_at is None:
        rooms.lose(session, visit.now, room, room.platform)
    return Nothing()


@happened(Uninstalled)
def uninstalled(visit: Visit, session: Session) -> Reply:
    """The app is gone from a whole tenant: its rooms are, and its people cannot be written to."""
    place = visit.arrival.place
    places.reach(session, place.platform, place.tenant, False)
    for room in places.of_tenant(session, place.platform, place.tenant):
        rooms.lose(session, visit.now, room, place.platform)
    return Nothing()
