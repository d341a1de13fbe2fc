"""Recounting a week: what a digest tells is worked out from what is on record, for many partnerships at once.

One rule: everything is asked in sets; however many digests are due, it takes the same few queries.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.actions import calendars, rhythm
from bot.rules import celebrating
from bot.rules import digest as rules
from bot.rules import escalation as machine
from bot.rules.cadence import days
from bot.rules.celebrating import Audience, Candidate, Wish
from bot.rules.digest import Concern, Digest, Material, Meeting
from bot.rules.stand import Step
from bot.rules.weeks import Weeks
from bot.rules.worktime import place
from bot.words import Key, Role
from storage import digests, escalations
from storage.scenes import Scene
from storage.tables import Cadence, Celebration, Escalation

DAY = timedelta(days=1)
AHEAD = timedelta(days=8)
"""How far ahead meetings are told."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A digest that is to be worked out: of which partnership and weeks, and as of when."""

    scene: Scene
    weeks: Weeks
    seen: datetime


def work_out(session: Session, now: datetime, wanted: Sequence[Wanted]) -> list[Digest]:
    """Work out these digests, in the order given; what lies ahead is told only where they are as of now."""
    if not wanted:
        return []
    found = {each.scene.id: each.scene for each in wanted}
    first, last = min(each.weeks.edges[0] for each in wanted), max(each.seen for each in wanted)
    start = min(each.weeks.start for each in wanted)
    given = digests.celebrations(session, found, start, last)
    concerns = digests.escalations(session, found, start, last)
    prompts = digests.prompts(session, found, first, last)
    reports = digests.reports(session, found, last)
    changes = digests.changes(session, found, start, last)
    rows = digests.meetings(session, found)
    people = {id: _stand(scene) for id, scene in found.items()}
    told = []
    for each in wanted:
        id = each.scene.id
        material = Material(
            people[id],
            celebrations=[
                (row.id, row.given_at) for row, wish in given[id] if audience(each.scene, row, wish).in_rooms
            ],
            concerns=[_concern(each, row, steps, now) for row, steps in concerns[id]],
            prompts=prompts[id],
            reports=reports[id],
            meetings=_meetings(each.scene, rows[id], each.seen) if each.seen == now else (),
            changes=changes[id],
        )
        told.append(rules.digest(material, each.weeks, each.seen))
    return told


def _stand(scene: Scene) -> dict[int, tuple[Key, Role]]:
    """Side and role of everybody who is or was there, also under the ids that were merged into theirs."""
    return {id: (each.side, each.member.role) for each in scene.everybody for id in (each.id, *each.formerly)}


def audience(scene: Scene, row: Celebration, wish: Wish) -> Audience:
    """Whom a celebration reaches, as people choose now."""
    members, all_ = wish.members, bool(wish.sides)
    those = (each for each in scene.everybody if all_ or each.id in members)
    everybody = [Candidate(each.id, each.side, each.person.praise, not each.left) for each in those]
    return celebrating.audience(wish, row.given_by, everybody)


def _concern(wanted: Wanted, row: Escalation, steps: tuple[Step, ...], now: datetime) -> Concern:
    state = escalations.state(row)
    people = {rung.level: rung.everybody for rung in escalations.ladder(row).rungs}
    both = calendars.of_escalation(wanted.scene, row.side)
    # The clock on the row is the one of now and tells nothing of an earlier time.
    left = machine.time_left(state, now, both) if wanted.seen == now else None
    return Concern(row.id, row.side, steps, people, left, state.working)


def _meetings(scene: Scene, rows: Collection[Cadence], seen: datetime) -> list[Meeting]:
    """The meetings of the days ahead."""
    found = []
    for row in rows:
        rule = rhythm.as_rule(row, scene)
        for day in days(rule.recurrence, seen.date() - 2 * DAY, (seen + AHEAD).date() + DAY):
            at = place(day, rule.recurrence.at, rule.zone)
            if seen < at <= seen + AHEAD:
                found.append(Meeting(row.id, at))
    return found
