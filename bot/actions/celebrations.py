"""What happens to a celebration: rows, record, rooms and direct messages change together.

One rule: every card is drawn from the celebration and from people's choices as they are when it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlmodel import Session

import storage.celebrations
from bot.actions import Call, View, digests, living, telling
from bot.actions.gathering import Gathered
from bot.cards import celebration as cards
from bot.messages import Message
from bot.rules import celebrating
from bot.rules.celebrating import Audience, Candidate, Wish
from bot.words import Praise
from storage import outbox, scenes, timers
from storage.people import Standing
from storage.scenes import Scene
from storage.tables import Celebration

FIXED = "celebration.fixed"
"""The timer for when a celebration can no longer be edited."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A celebration in full view: its row, what it says and for whom, and whom it reaches."""

    row: Celebration
    wish: Wish
    audience: Audience

    @property
    def subject(self) -> str:
        return f"celebration:{self.row.id}"


def of(session: Session, scene: Scene, celebration_id: int) -> Occasion:
    """Load one of that partnership's celebrations."""
    row = storage.celebrations.get(session, celebration_id)
    return _occasion(scene, row, storage.celebrations.wish(session, row))


def _occasion(scene: Scene, row: Celebration, wish: Wish) -> Occasion:
    everybody = [Candidate(each.id, each.side, each.person.praise, not each.left) for each in scene.everybody]
    return Occasion(row, wish, celebrating.audience(wish, row.given_by, everybody))


# Changes -------------------------------------------------------------------------------------------------------------


def give(session: Session, call: Call, wish: Wish) -> Occasion:
    """Celebrate somebody: once in each room, and directly to those who are celebrated."""
    row = storage.celebrations.add(session, call.scene.id, call.by.id, wish, call.now)
    occasion = _occasion(call.scene, row, wish)
    call.record(session, "celebration.given", occasion.subject, _body(wish))
    ends = call.now + celebrating.EDITABLE + timedelta(seconds=1)
    timers.plan(session, kind=FIXED, subject=occasion.subject, due_at=ends, once=f"{FIXED}:{row.id}")
    _told(call, occasion).write(session)  # last: whoever else writes to these lanes waits from here on
    return occasion


def change(session: Session, call: Call, occasion: Occasion, wish: Wish) -> Occasion:
    """Let it say something else; every card that stands follows, and who is new to it hears of it."""
    storage.celebrations.change(session, occasion.row, wish, call.now)
    changed = _occasion(call.scene, occasion.row, wish)
    body = {"from": _body(occasion.wish), "to": _body(wish)}
    call.record(session, "celebration.edited", changed.subject, body)
    _told(call, changed, before=occasion.audience).write(session)
    outbox.redraw(session, now=call.now, subject=changed.subject)
    digests.follow(session, call, changed.row)
    return changed


def undo(session: Session, call: Call, occasion: Occasion) -> None:
    """Take it back: the cards turn grey and its words are gone from them."""
    occasion.row.undone_at = call.now
    call.record(session, "celebration.undone", occasion.subject)
    outbox.redraw(session, now=call.now, subject=occasion.subject)
    digests.follow(session, call, occasion.row)


def clap(session: Session, call: Call, occasion: Occasion) -> bool:
    """Count the applause of one person; False when it was counted before."""
    if not storage.celebrations.clap(session, occasion.row.id, call.by.id):
        return False
    call.record(session, "celebration.clapped", occasion.subject)
    outbox.redraw(session, now=call.now, subject=occasion.subject)
    return True


def _told(call: Call, occasion: Occasion, before: Audience | None = None) -> Gathered:
    """What is said of it to whom it was not said before."""
    before, said = before or Audience(), Gathered(call.now)
    if occasion.audience.in_rooms and not before.in_rooms:
        said.card(call.scene, occasion.subject, call.scene.places)
    for member in occasion.audience.told:
        if member not in before.told:
            said.person(call.scene, call.scene.who(member), occasion.subject, None, slot=telling.CARD)
    return said


def _body(wish: Wish) -> dict[str, Any]:
    return {
        "members": list(wish.members),
        "sides": [side.value for side in wish.sides],
        "why": wish.why,
        "milestone": wish.milestone,
        "public": wish.public,
    }


# How it looks --------------------------------------------------------------------------------------------------------


@living("celebration")
def draw(session: Session, view: View) -> Message | None:
    """The card as it is now: for a room, or for one of those who are celebrated."""
    row = storage.celebrations.get(session, view.number)
    scene = scenes.scene(session, row.partnership_id)
    giver = scene.who(row.given_by)
    if row.undone_at is not None:
        shown = storage.celebrations.shown_anywhere(session, view.subject)
        return cards.taken_back(row.number, giver.shown()) if shown else None
    occasion = of(session, scene, row.id)
    if view.account_id is not None:
        you = scene.holder(view.account_id)
        return _to(scene, occasion, you) if you else None
    if not occasion.audience.in_rooms:
        return cards.not_shown(row.number)
    seen = _named(scene, occasion, claps=storage.celebrations.claps(session, row.id))
    return cards.card(replace(seen, editable=celebrating.can_change(row.given_at, view.now)))


def _to(scene: Scene, occasion: Occasion, you: Standing) -> Message | None:
    if not celebrating.is_for(occasion.wish, occasion.row.given_by, you.id, you.side):
        return cards.not_shown(occasion.row.number)
    if you.person.praise is Praise.NONE:
        return None
    by_name = you.id in occasion.wish.members
    return cards.to_receiver(
        _named(scene, occasion, but=you),
        as_side="" if by_name else you.organisation,
        in_rooms=occasion.audience.in_rooms,
        named=not by_name or you.id in occasion.audience.named,
    )


def _named(scene: Scene, occasion: Occasion, *, claps: int = 0, but: Standing | None = None) -> cards.Shown:
    """What everybody may read; with `but`, as it is told to one of those celebrated. A mention notifies only whom nothing else reaches."""
    people = [scene.who(member) for member in occasion.audience.named if but is None or member != but.id]
    by_side = but is not None and but.id not in occasion.wish.members
    sides = [side for side in occasion.audience.sides if not (by_side and but is not None and side is but.side)]
    return _shown(
        scene,
        occasion,
        people=tuple(each.shown(ping=but is None and each.reachable is None) for each in people),
        sides=tuple(scene.organisation(side) for side in sides),
        claps=claps,
    )


def in_full(scene: Scene, occasion: Occasion) -> cards.Shown:
    """What its giver may read: everybody whom it is for."""
    return _shown(
        scene,
        occasion,
        people=tuple(scene.who(member).shown() for member in occasion.wish.members),
        sides=tuple(scene.organisation(side) for side in occasion.wish.sides),
    )


def _shown(scene: Scene, occasion: Occasion, **those: Any) -> cards.Shown:
    row = occasion.row
    return cards.Shown(
        subject=occasion.subject,
        number=row.number,
        giver=scene.who(row.given_by).shown(),
        why=row.why,
        milestone=row.milestone,
        given_at=row.given_at,
        edited=row.edited_at is not None,
        **those,
    )


def reach(scene: Scene, occasion: Occasion) -> cards.Reach:
    """Where it went."""
    audience = occasion.audience
    told = [scene.who(member) for member in audience.told]
    missed = [each for each in told if not each.reachable]
    return cards.Reach(
        rooms=tuple(scene.organisation(side) if side else None for _, side in scene.rooms if audience.in_rooms),
        told=tuple(each.shown() for each in told if each.reachable),
        discreet=tuple(scene.who(member).shown() for member in audience.discreet),
        silent=tuple(scene.who(member).shown() for member in audience.silent),
        mentioned=tuple(each.shown() for each in missed if each.id in audience.named),
        unreachable=tuple(each.shown() for each in missed if each.id not in audience.named),
    )


def concerned(occasion: Occasion) -> set[int]:
    """Who knows of it although the rooms do not show it: its giver and those who were told."""
    return {occasion.row.given_by, *occasion.audience.told}


def listeners(scene: Scene, occasion: Occasion, speaker: Standing) -> list[Standing]:
    """Who hears what is said about it in private: the giver, who alone knows all whom it is for; of the giver's words, they all do."""
    giver = scene.who(occasion.row.given_by)
    return [scene.who(member) for member in occasion.audience.told] if speaker.id == giver.id else [giver]
