"""Digests: worked out in sets, put on the record, and shown from there in the words that may be shown now.

One rule: the numbers of a digest are on record as they were told; its words are looked up when it is drawn, so what was taken back
or erased since is gone from it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import Session

from bot.actions import Call, View, calendars, living, recounting, telling
from bot.actions.cadences import called
from bot.actions.gathering import Gathered
from bot.actions.recounting import Wanted
from bot.cards import cadence as recurring
from bot.cards import comment as comment_cards
from bot.cards import digest as cards
from bot.cards import several
from bot.cards.digest import Ahead, Changed, Due, Shown, Waiting, Win
from bot.messages import Message
from bot.pack import pack, unpack
from bot.rules import weeks
from bot.rules.cadence import Recurrence, moved, occurrences
from bot.rules.celebrating import Wish
from bot.rules.digest import Digest, Open, Owed
from bot.rules.weeks import Weeks
from bot.rules.worktime import place
from bot.words import Person, Status, Text
from storage import digests, escalations, outbox, scenes
from storage import occurrences as taking_place
from storage.scenes import Scene
from storage.tables import Cadence, Celebration, Escalation, Occurrence, Room, Side

DETAILS = "details"
"""The slot of the card in the digest's own thread."""
LATE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Post:
    """A digest whose time has come in a room."""

    scene: Scene
    cadence: Cadence
    room: Room
    day: date
    planned_for: datetime


def zone_of(scene: Scene, room: Room | None) -> str:
    """The zone of a room."""
    return _side(scene, room).zone


def _side(scene: Scene, room: Room | None) -> Side:
    """The side that reads in a room; of a shared one side A."""
    key = next((key for each, key in scene.rooms if room is not None and each.id == room.id), None)
    return scene.sides[key or min(scene.sides)]


# Posting -------------------------------------------------------------------------------------------------------------


def post(session: Session, now: datetime, wanted: Sequence[Post]) -> None:
    """Put each into its room, once; one whose successor is due by now is left out, and the record says so."""
    wanted = [each for each in wanted if each.scene.partnership.status is Status.ACTIVE and _tells(each)]
    days = taking_place.begun(
        session, {(each.cadence.id, each.day): (each.scene.id, each.planned_for) for each in wanted}
    )
    batch, due = Gathered(now), []
    for each in wanted:
        if _next(each) > now:
            due.append(each)
            continue
        body = {"room": each.room.id, "planned_for": each.planned_for.isoformat()}
        batch.record(each.scene, digests.SKIPPED, _subject(days[each.cadence.id, each.day]), body)
    found = recounting.work_out(session, now, [Wanted(each.scene, _weeks(each), now) for each in due])
    said = digests.comments(session, {_subject(days[each.cadence.id, each.day]) for each in due})
    for each, digest in zip(due, found, strict=True):
        subject, late = _subject(days[each.cadence.id, each.day]), now - each.planned_for > LATE
        batch.record(each.scene, digests.POSTED, subject, {"room": each.room.id, "late": late, **_said(digest)})
        batch.card(each.scene, subject, [each.room])
        under = partial(telling.to_room, each.scene.id, each.room, subject, under=telling.CARD)
        if not digest.empty:  # the details are a card of their own, so that they follow what is taken back
            batch.said.append(under(None, slot=DETAILS))
        for comment in said[subject]:  # said under the same digest in the other room, where it came earlier
            batch.said.append(under(comment_cards.said(each.scene.who(comment.member_id).shown(), comment.words)))
    batch.write(session)


def follow(session: Session, call: Call, celebration: Celebration) -> None:
    """Draw the digests again that tell of a celebration, because it says something else or nothing any more."""
    for subject in digests.telling_of(session, celebration):
        outbox.redraw(session, now=call.now, subject=subject)


def _subject(day: Occurrence) -> str:
    return f"digest:{day.id}"


def _tells(post: Post) -> bool:
    """Whether there was a partnership in its week; one moved behind a holiday may tell of a time before."""
    return _weeks(post).end > post.scene.partnership.created_at


def _weeks(post: Post) -> Weeks:
    """The weeks up to its own day, also where it comes on the next working day or late."""
    return weeks.to(post.day, post.cadence.at, zone_of(post.scene, post.room))


def _next(post: Post) -> datetime:
    """When the digest after it is due in that room."""
    zone = zone_of(post.scene, post.room)
    rule = Recurrence(post.cadence.rrule, post.cadence.at, post.cadence.start_on)
    own = place(post.day, post.cadence.at, zone)
    following = next(occurrences(rule, zone, own))
    calendar = calendars.of_side(_side(post.scene, post.room))
    return place(moved(following.day, calendar), post.cadence.at, zone)


def _said(digest: Digest) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(pack(digest, Digest))
    return said


# How it looks --------------------------------------------------------------------------------------------------------


@living("digest")
def draw(session: Session, view: View) -> Message | None:
    day = taking_place.several(session, [view.number])[view.number]
    body = digests.recorded(session, day, view.room_id or 0)
    if body is None:
        return None
    scene = scenes.scene(session, day.partnership_id)
    room = next((each for each in scene.places if each.id == view.room_id), None)
    seen = shown(session, scene, unpack(json.dumps(body), Digest), zone_of(scene, room))
    if view.slot == DETAILS:
        return cards.details(seen)
    return cards.card(replace(seen, subject=view.subject, late=body["late"]))


def shown(session: Session, scene: Scene, digest: Digest, zone: str, *, names: bool = False) -> Shown:
    """All that the cards say, in the words that may be shown now; with `names` also who is overdue."""
    return shown_all(session, [(scene, digest, zone)], names=names)[0]


def shown_all(session: Session, told: Sequence[tuple[Scene, Digest, str]], *, names: bool = False) -> list[Shown]:
    """The same for many at once, each with the zone of its room."""
    those = [digest for _, digest, _ in told]
    rows = escalations.several(
        session,
        {id for each in those for id in each.resolved} | {one.escalation for each in those for one in each.open},
    )
    days = taking_place.several(
        session, {owed.about for each in those for owed in each.overdue if owed.owed is Owed.REPORT}
    )
    recur = {one.cadence for each in those for one in each.meetings}
    recur |= {one.cadence for each in those for one in each.changes}
    rules = digests.cadences(session, recur | {each.cadence_id for each in days.values()})
    given = {
        row.id: (row, wish) for row, wish in digests.these(session, {id for each in those for id in each.celebrations})
    }
    return [_shown(scene, digest, zone, rows, days, rules, given, names) for scene, digest, zone in told]


def _shown(
    scene: Scene,
    digest: Digest,
    zone: str,
    rows: Mapping[int, Escalation],
    days: Mapping[int, Occurrence],
    rules: Mapping[int, Cadence],
    celebrations: Mapping[int, tuple[Celebration, Wish]],
    names: bool,
) -> Shown:
    given = [_given(scene, *celebrations[id]) for id in digest.celebrations if id in celebrations]
    settled = [Win(rows[id].summary, number=rows[id].number, outcome=rows[id].outcome) for id in digest.resolved]
    return Shown(
        partnership=scene.partnership.name,
        sides={key: side.organisation for key, side in sorted(scene.sides.items())},
        digest=digest,
        zone=zone,
        zones=scene.zones,
        wins=tuple(win for win in (*given, *settled) if win),
        waiting=tuple(_waiting(rows[each.escalation], each) for each in digest.open),
        due=tuple(
            Due(
                each,
                report=_own(rules[days[each.about].cadence_id]) if each.owed is Owed.REPORT else "",
                number=0 if each.owed is Owed.REPORT else rows[each.about].number,
                people=_of_side(scene, each.members) if names else (),
            )
            for each in digest.overdue
        ),
        ahead=tuple(Ahead(called(scene, rules[each.cadence]), each.at) for each in digest.meetings),
        changed=tuple(Changed(called(scene, rules[each.cadence]), each.what, each.at) for each in digest.changes),
    )


def _waiting(row: Escalation, stands: Open) -> Waiting:
    return Waiting(row.number, row.summary, stands)


def _named(scene: Scene, members: Collection[int]) -> tuple[Person, ...]:
    return tuple(scene.who(member).shown() for member in members)


def _of_side(scene: Scene, members: Collection[int]) -> tuple[Person, ...]:
    """The same beside the name of their side."""
    return tuple(replace(each, organisation="") for each in _named(scene, members))


def _given(scene: Scene, row: Celebration, wish: Wish) -> Win | None:
    """A celebration as the rooms show it; None where they do not show it any more."""
    audience = recounting.audience(scene, row, wish)
    sides = [Text(f"everybody at {scene.organisation(side)}") for side in audience.sides]
    if not audience.in_rooms:
        return None
    giver = scene.who(row.given_by).shown()
    return Win(row.why, giver, several([*_named(scene, audience.named), *sides]))


def _own(row: Cadence) -> str:
    """How a report is called beside the name of its side."""
    return recurring.called(row.kind, row.name)
