"""A partnership's own life: founded, revised, joined, paused, resumed.

One rule: who was not told before hears of it here, in the same transaction, and nobody outside its rooms and members does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from bot.actions import Call, View, calendars, escalations, living, members, telling
from bot.cards import partnership as cards
from bot.inbound import Place
from bot.messages import Message
from bot.rules.terms import Terms
from bot.rules.worktime import days_in_words, hours_in_words
from bot.words import Key, Role, Status
from storage import escalations as store
from storage import outbox, partnerships, rooms, scenes
from storage.scenes import Scene
from storage.tables import Account, Invite, Partnership, Side


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
        room=room.name if room else None,
        people=len(found.on(side.key)),
    )


@living("partnership")
def draw(session: Session, view: View) -> Message | None:
    found = scenes.scene(session, view.number)
    return cards.card(replace(shown(found), moved=rooms.moved(session, found.id)))


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
    call.record(session, "partnership.created", call.scene.subject, body)
    return call, invite(session, call, keys)


def revise(session: Session, call: Call, wish: Founding) -> None:
    """Change what was said when it was founded."""
    row, own = call.scene.partnership, call.by.side
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
    call.record(session, "partnership.changed", call.scene.subject, body)
    _redraw(session, call)


def take_back(session: Session, call: Call) -> None:
    """Undo the founding, as long as nobody joined."""
    call.record(session, "partnership.undone", call.scene.subject)
    call.scene.partnership.status = Status.CLOSED
    for room in call.scene.places:
        rooms.let_go(session, call.scene.id, room.id, call.now)
        partnerships.move_out(session, room.id, call.scene.id)
    for who in call.scene.members:
        who.member.left_at = call.now
    session.flush()


def invite(session: Session, call: Call, keys: Sequence[str]) -> Invite:
    """Make a new invitation; every earlier one is void."""
    made = partnerships.invite(session, call.scene.id, call.now, keys)
    call.record(session, "partnership.invited", call.scene.subject, {"until": made.expires_at.isoformat()})
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
    call.record(session, "partnership.joined", found.subject, {"side": Key.B.value, "shared": shared})
    telling.card(session, call, found.subject)
    return call


def pause(session: Session, call: Call) -> None:
    """Let everything stand still; both rooms are told."""
    row = call.scene.partnership
    clocks = sum(not each.private for each in store.under_way(session, [row.id]))
    row.status, row.paused_at = Status.PAUSED, call.now
    call.record(session, "partnership.paused", call.scene.subject)
    session.flush()
    escalations.freeze(session, call)
    telling.rooms(session, call, call.scene.subject, cards.stands_still(shown(call.scene), call.by.shown(), clocks))
    _redraw(session, call)


def resume(session: Session, call: Call) -> None:
    """Go on where it stood still; both rooms are told."""
    row = call.scene.partnership
    row.status, row.paused_at = Status.ACTIVE, None
    call.record(session, "partnership.resumed", call.scene.subject)
    session.flush()
    escalations.thaw(session, call)
    telling.rooms(session, call, call.scene.subject, cards.goes_on(shown(call.scene), call.by.shown()))
    _redraw(session, call)


def _redraw(session: Session, call: Call) -> None:
    session.flush()
    outbox.redraw(session, now=call.now, subject=call.scene.subject)
