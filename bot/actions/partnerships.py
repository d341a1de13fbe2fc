"""A partnership's own life: founded, joined, moved, paused, resumed, and rooms that come and go.

One rule: who was not told before hears of it here, in the same transaction, and nobody outside its rooms and members does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from bot.actions import Call, View, calendars, living, members, telling
from bot.cards import partnership as cards
from bot.inbound import Place
from bot.messages import Message
from bot.rules.terms import Terms
from bot.rules.worktime import days_in_words, hours_in_words
from bot.words import Key, Role, Status
from storage import escalations, outbox, partnerships, rooms, scenes
from storage.scenes import Scene
from storage.tables import Account, Invite, Partnership, Room, Side


@dataclass(frozen=True, slots=True)
class Founding:
    """What somebody wants to begin; `own` empty: not said."""

    name: str
    other: str
    own: str = ""
    purpose: str = ""
    strategic: bool = False


def shown(found: Scene) -> cards.Shown:
    """What the cards show of it, as it is now."""
    return cards.Shown(
        id=found.id,
        name=found.partnership.name,
        purpose=found.partnership.purpose,
        strategic=found.partnership.strategic,
        status=found.partnership.status,
        sides=tuple(_side(found, found.sides[key]) for key in Key),
        shared=found.shared,
    )


def _side(found: Scene, side: Side) -> cards.Side:
    calendar, room = calendars.of_side(side), found.room_of(side.key)
    return cards.Side(
        key=side.key,
        organisation=side.organisation,
        zone=side.zone,
        days=days_in_words(calendar.days),
        hours=hours_in_words(side.start, side.end),
        country=" ".join(part for part in (side.country, side.region) if part),
        shepherds=tuple(each.shown() for each in found.shepherds(side.key)),
        room=(room.name or "a channel") if room else None,
        people=len(found.on(side.key)),
    )


@living("partnership")
def draw(session: Session, view: View) -> Message | None:
    return cards.card(shown(scenes.scene(session, view.number)))


def create(
    session: Session, now: datetime, account: Account, place: Place, wish: Founding, keys: Sequence[str]
) -> tuple[Call, Invite]:
    """Found it: this place is side A's room, the caller its shepherd, and an invitation waits for side B."""
    row = Partnership(name=wish.name, purpose=wish.purpose, strategic=wish.strategic, created_at=now)
    session.add(row)
    session.flush()
    zone = account.zone or "UTC"
    session.add(
        Side(
            partnership_id=row.id,
            key=Key.A,
            organisation=wish.own,
            zone=zone,
            home_platform=account.platform,
            home_tenant=account.tenant,
        )
    )
    session.add(Side(partnership_id=row.id, key=Key.B, organisation=wish.other, zone=zone))
    partnerships.settle_in(session, place, row.id, Key.A)
    call = Call(now, scenes.scene(session, row.id), None, account.platform)
    members.enrol(session, call, account.person_id, Key.A, Terms(role=Role.SHEPHERD))
    call = members.again(session, call, account.person_id)
    body = {"name": wish.name, "purpose": wish.purpose, "sides": [wish.own, wish.other], "strategic": wish.strategic}
    call.record(session, "partnership.created", f"partnership:{row.id}", body)
    return call, invite(session, call, keys)


def revise(session: Session, call: Call, wish: Founding) -> None:
    """Change what was said when it was founded."""
    assert call.actor is not None
    row, own = call.scene.partnership, call.actor.side
    row.name, row.purpose, row.strategic = wish.name, wish.purpose, wish.strategic
    call.scene.sides[own].organisation = wish.own
    call.scene.sides[own.other].organisation = wish.other
    body = {
        "name": wish.name,
        "purpose": wish.purpose,
        "strategic": wish.strategic,
        own: wish.own,
        own.other: wish.other,
    }
    call.record(session, "partnership.changed", f"partnership:{row.id}", body)
    _redraw(session, call)


def take_back(session: Session, call: Call) -> None:
    """Undo the founding, as long as nobody joined."""
    subject = f"partnership:{call.scene.id}"
    call.record(session, "partnership.undone", subject)
    call.scene.partnership.status = Status.CLOSED
    for room, _ in call.scene.rooms:
        rooms.let_go(session, call.scene.id, room.id, call.now)
        partnerships.move_out(session, room.id, call.scene.id)
    for who in call.scene.members:
        who.member.left_at = call.now
    session.flush()


def invite(session: Session, call: Call, keys: Sequence[str]) -> Invite:
    """Make a new invitation; every earlier one is void."""
    made = partnerships.invite(session, call.scene.id, call.now, keys)
    call.record(session, "partnership.invited", f"partnership:{call.scene.id}", {"until": made.expires_at.isoformat()})
    return made


def join(session: Session, now: datetime, account: Account, place: Place, invitation: Invite, *, shared: bool) -> Call:
    """Take up an invitation: this place is side B's room (or both sides' own), the caller its shepherd, and it begins."""
    found = scenes.scene(session, invitation.partnership_id)
    invitation.used_at = now
    found.partnership.status = Status.ACTIVE
    side = found.sides[Key.B]
    side.zone = account.zone or side.zone
    side.home_platform, side.home_tenant = account.platform, account.tenant
    partnerships.settle_in(session, place, found.id, None if shared else Key.B)
    call = Call(now, found, None, account.platform)
    members.enrol(session, call, account.person_id, Key.B, Terms(role=Role.SHEPHERD))
    call = members.again(session, call, account.person_id)
    subject = f"partnership:{found.id}"
    call.record(session, "partnership.joined", subject, {"side": Key.B.value, "shared": shared})
    telling.card(session, call, subject)
    return call


def move(session: Session, call: Call, place: Place) -> Call:
    """Move the caller's side into this place; in the other side's room both share it from now on."""
    assert call.actor is not None
    side = call.actor.side
    before = [(room, key) for room, key in call.scene.rooms if key in (side, None)]
    here = partnerships.room(session, place)
    tied = {room.id: key for room, key in call.scene.rooms}
    shares = here is not None and tied.get(here.id) is side.other
    settled = partnerships.settle_in(session, place, call.scene.id, None if shares else side)
    said = cards.moved_away(shown(call.scene), call.scene.organisation(side), settled.name)
    for room, key in before:
        telling.rooms(
            session,
            replace(call, scene=replace(call.scene, rooms=((room, key),))),
            f"partnership:{call.scene.id}",
            said,
        )
        if key is None:
            partnerships.settle_in(session, _place(room), call.scene.id, side.other)
        else:
            rooms.let_go(session, call.scene.id, room.id, call.now)
            partnerships.move_out(session, room.id, call.scene.id)
    call = members.again(session, call)
    call.record(session, "partnership.moved", f"partnership:{call.scene.id}", {"side": side.value, "shared": shares})
    if not shares:
        _furnish(session, call, settled)
    _redraw(session, call)
    return call


def _place(room: Room) -> Place:
    return Place(platform=room.platform, tenant=room.tenant, channel=room.channel, name=room.name)


def _furnish(session: Session, call: Call, room: Room) -> None:
    """Put the cards of what is under way into a room that is new."""
    tie = next(key for each, key in call.scene.rooms if each.id == room.id)
    only = replace(call, scene=replace(call.scene, rooms=((room, tie),)))
    telling.card(session, only, f"partnership:{call.scene.id}")
    for escalation in escalations.under_way(session, [call.scene.id]):
        if not escalation.private:
            telling.card(session, only, f"escalation:{escalation.id}")


def pause(session: Session, call: Call) -> None:
    """Let everything stand still; both rooms are told."""
    from bot.actions.escalations import freeze

    assert call.actor is not None
    row = call.scene.partnership
    clocks = sum(not each.private for each in escalations.under_way(session, [row.id]))
    row.status, row.paused_at = Status.PAUSED, call.now
    call.record(session, "partnership.paused", f"partnership:{row.id}")
    session.flush()
    freeze(session, call)
    telling.rooms(
        session, call, f"partnership:{row.id}", cards.stands_still(shown(call.scene), call.actor.shown(), clocks)
    )
    _redraw(session, call)


def resume(session: Session, call: Call) -> None:
    """Go on where it stood still; both rooms are told."""
    from bot.actions.escalations import thaw

    assert call.actor is not None
    row = call.scene.partnership
    row.status, row.paused_at = Status.ACTIVE, None
    call.record(session, "partnership.resumed", f"partnership:{row.id}")
    session.flush()
    thaw(session, call)
    telling.rooms(session, call, f"partnership:{row.id}", cards.goes_on(shown(call.scene), call.actor.shown()))
    _redraw(session, call)


def lose_room(session: Session, now: datetime, room: Room, platform: str) -> None:
    """A room is gone: the shepherds of every partnership in it hear directly how to move."""
    room.gone_at = now
    session.flush()
    ties = {row.id: side for row, side in partnerships.in_room(session, room.id)}
    for found in scenes.scenes(session, ties).values():
        if found.partnership.status is Status.CLOSED:
            continue
        call, side = Call(now, found, None, platform), ties[found.id]
        call.record(session, "partnership.room_lost", f"partnership:{found.id}", {"side": side.value if side else ""})
        rooms.let_go(session, found.id, room.id, now)
        whose = found.organisation(side) if side else "both sides"
        for key in Key:
            yours = side in (key, None)
            said = cards.room_lost(shown(found), whose, room.name, yours)
            telling.people(session, call, found.shepherds(key), f"partnership:{found.id}", said)


def find_room(session: Session, now: datetime, room: Room, platform: str) -> None:
    """The bot is back in a room that was gone: its cards are shown there again."""
    room.gone_at = None
    session.flush()
    ties = [row.id for row, _ in partnerships.in_room(session, room.id)]
    for found in scenes.scenes(session, ties).values():
        if found.partnership.status is not Status.CLOSED:
            call = Call(now, found, None, platform)
            call.record(session, "partnership.room_back", f"partnership:{found.id}")
            _furnish(session, call, room)


def _redraw(session: Session, call: Call) -> None:
    session.flush()
    outbox.redraw(session, now=call.now, subject=f"partnership:{call.scene.id}")
