"""How a standup stands, and how the rooms show it: a card that counts both sides, and each check-in in its thread.

One rule: drawn from its check-ins and from who is still to be asked, as they are when the card is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime

from sqlmodel import Session

from bot.actions import Call, View, living, rhythm, telling
from bot.cards import standup as cards
from bot.messages import Message
from bot.rules import checking_in
from bot.rules import rhythm as rules
from bot.rules.rhythm import Tick
from bot.words import CheckInState, Key, Person, Status
from storage import cadences, outbox, scenes
from storage import check_ins as store
from storage.people import Standing
from storage.scenes import Glimpse, Scene
from storage.tables import Cadence, CheckIn, Occurrence, Room


def schedule(scene: Scene, cadence: Cadence, day: date) -> Iterator[rules.Due]:
    """What the schedule holds for a standup on that day, as people, hours and absences are now."""
    known = rhythm.score(scene, [cadence])
    for rule in known.cadences:
        yield from rules.standup(rule, known.members, day)


def to_come(
    scene: Scene, cadence: Cadence, held: Occurrence, rows: Iterable[CheckIn], now: datetime
) -> list[tuple[int, datetime]]:
    """Who is asked later, and when."""
    asked = {scene.who(row.member_id).id for row in rows}
    active = scene.partnership.status is Status.ACTIVE
    plan = schedule(scene, cadence, held.day) if active else ()
    return [(due.who, due.at) for due in plan if due.tick is Tick.ASK and due.at > now and due.who not in asked]


def places(scene: Glimpse, side: Key | None) -> list[tuple[Room, Key | None]]:
    """The rooms of a side (None: of both), the shared one among them."""
    return [(room, key) for room, key in scene.rooms if side is None or key in (side, None)]


def rooms_of(scene: Glimpse, cadence: Cadence) -> list[Room]:
    """The rooms of those whom a cadence is for."""
    return [room for room, _ in places(scene, cadence.side)]


def show(session: Session, call: Call, cadence: Cadence, held: Occurrence) -> None:
    """Let the rooms show how it stands."""
    telling.card(session, call, held.subject, into=rooms_of(call.scene, cadence))


def put(session: Session, call: Call, held: Occurrence, row: CheckIn, into: Iterable[Room]) -> None:
    """Put a check-in into the thread of a standup in these rooms, or let it show there what it is now."""
    said = [
        telling.to_room(call.scene.id, room, held.subject, None, slot=row.subject, under=telling.CARD) for room in into
    ]
    outbox.announce_all(session, call.now, said)


@living("occurrence")
def draw(session: Session, view: View) -> Message | None:
    """The card of a standup as it is now, or (the slot names it) one check-in in its thread."""
    held = session.get_one(Occurrence, view.number)
    if view.slot != telling.CARD:
        row = next(iter(store.several(session, {int(view.slot.partition(":")[2])}).values()), None)
        return drawn_answer(scenes.glimpse(session, row.member_id), row, view.room_id) if row else cards.gone()
    scene = scenes.scene(session, held.partnership_id)
    cadence = cadences.get(session, held.cadence_id)
    rows = store.of(session, {held.id})[held.id]
    over = held.state != "open"
    come = [] if over else [who for who, _ in to_come(scene, cadence, held, rows, view.now)]
    sides = [key for key in sorted(scene.sides) if cadence.side in (None, key)]
    return cards.card(
        cards.Shown(
            subject=held.subject,
            name=cadence.name,
            day=held.day,
            halves=tuple(_half(scene, cadence, held, rows, come, key) for key in sides),
            closed=over,
            closes_at=held.closes_at,
            zones=scene.zones,
        )
    )


def _half(
    scene: Scene, cadence: Cadence, held: Occurrence, rows: Iterable[CheckIn], come: Iterable[int], key: Key
) -> cards.Half:
    mine = [(who, row.state) for row in rows if (who := scene.who(row.member_id)).side is key]
    unasked = _away_unasked(scene, cadence, held.day, key, {who.id for who, _ in mine})
    over = held.state != "open"
    later = sum(scene.who(each).side is key for each in come)

    def those(state: CheckInState) -> tuple[Person, ...]:
        return tuple(who.shown() for who, each in mine if each is state)

    return cards.Half(
        scene.organisation(key),
        checking_in.tally([state for _, state in mine], to_come=later, away=len(unasked), over=over),
        away=(*those(CheckInState.AWAY), *(who.shown() for who in unasked)),
        skipped=those(CheckInState.SKIPPED),
        missed=those(CheckInState.MISSED),
    )


def _away_unasked(scene: Scene, cadence: Cadence, day: date, key: Key, asked: Collection[int]) -> list[Standing]:
    """Those of a side who would be asked on that day and are not, because they are away."""
    known = rhythm.score(scene, [cadence])
    would = {
        each.id
        for each in known.members
        for rule in known.cadences
        if each.side is key and each.away_on(day) and rules.asked_at(rule, _here(each), day) is not None
    }
    return [scene.who(each) for each in sorted(would - set(asked))]


def _here(member: rules.Member) -> rules.Member:
    return rules.Member(member.id, member.side, member.role, member.calendar)


def drawn_answer(scene: Glimpse, row: CheckIn, room_id: int | None, *, about: str = "") -> Message:
    """A check-in as that room may see it."""
    who = scene.who(row.member_id)
    if row.state is not CheckInState.ANSWERED:
        return cards.taken_back(who.shown())
    side = next((key for room, key in scene.rooms if room.id == room_id), None)
    if row.own_side and side is not who.side:
        return cards.kept_to_side(who.shown())
    return cards.answer(
        cards.Answer(
            who=who.shown(),
            said=store.said(row),
            partner=scene.organisation(who.side.other),
            at=row.answered_at,
            late=row.late,
            edited=row.edited_at is not None,
            about=about,
            only=scene.organisation(who.side) if row.own_side else "",
        )
    )
