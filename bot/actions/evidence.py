"""The facts of a morning message: rows of many partnerships, brought into values that `rules.nudging` judges.

One rule: asked without a viewer, so that both shepherds have the same facts. Days on which nobody of a side works never count
against it, and neither does a pause or a day on which the bot was out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlmodel import Session

from bot.actions import calendars, rhythm
from bot.actions.concerned import addressed, or_shepherd
from bot.rules import escalation as machine
from bot.rules.escalation.clock import full_time
from bot.rules.evidence import Facts, Half, Meeting, Report, Waiting, Waits
from bot.rules.nudging import EARLY, SHORT
from bot.rules.rhythm import Member, local_day, watches
from bot.rules.worktime import between
from bot.words import CadenceKind, Key, Role
from storage import escalations, evidence
from storage.evidence import Activity
from storage.reports import ANNOUNCED
from storage.scenes import Scene
from storage.tables import Cadence, Escalation, Occurrence

T = TypeVar("T")

DAY = timedelta(days=1)
FORTNIGHT, FOUR_WEEKS = 14 * DAY, 28 * DAY
LATELY = 7 * DAY  # how long a meeting that was not held is told
RECENTLY = 5 * DAY  # how fresh the last check-in that is missing has to be
SOON = DAY  # before a report is due
LOOKED_BACK = 100 * DAY  # over the occurrences of a cadence: a report each quarter is seen
COUNTED = 60  # working days of silence, at most


def facts(session: Session, found: Mapping[int, Scene], now: datetime) -> dict[int, Facts]:
    """All that is so in these partnerships now."""
    ids = list(found)
    active = evidence.activity(session, ids, now - FORTNIGHT)
    praise = evidence.praise(session, ids, now - FOUR_WEEKS)
    outages = evidence.outages(session, ids, now - LOOKED_BACK)
    cadences = evidence.occurrences(session, ids, now - LOOKED_BACK)
    answers = evidence.check_ins(session, ids, (now - LOOKED_BACK).date())
    waiting: dict[int, list[Escalation]] = {each: [] for each in ids}
    for row in escalations.under_way(session, ids):
        waiting[row.partnership_id].append(row)
    told: dict[int, Facts] = {}
    for id, scene in found.items():
        everybody = rhythm.score(scene, ()).members
        told[id] = Facts(
            halves=_halves(scene, everybody, active[id], outages[id], praise[id], answers[id], now),
            waiting=tuple(_each(_waiting(scene, row, now) for row in waiting[id])),
            reports=tuple(_each(_report(scene, everybody, *pair, now) for pair in cadences[id])),
            meetings=tuple(_each(_meeting(*pair, now) for pair in cadences[id])),
            uncelebrated=_uncelebrated(scene, active[id], praise[id], now),
        )
    return told


def _each(found: Iterable[T | None]) -> Iterator[T]:
    return (each for each in found if each is not None)


# The two sides -------------------------------------------------------------------------------------------------------


def _halves(
    scene: Scene,
    everybody: Sequence[Member],
    active: Activity,
    outages: Iterable[tuple[datetime, datetime]],
    praise: Sequence[tuple[datetime, bool, frozenset[Key]]],
    answers: Mapping[int, Sequence[tuple[date, bool]]],
    now: datetime,
) -> dict[Key, Half]:
    missing, asked = _missing(scene, answers, now)
    return {
        key: Half(
            heard=active.last.get(key),
            silent=_silent(scene, key, [each for each in everybody if each.side is key], active, outages, now),
            unreachable=tuple(
                each.id
                for each in scene.on(key)
                if each.reachable is None and each.member.role is not Role.OBSERVER and each.member.confirmed
            ),
            missing=tuple(each for each in missing if scene.who(each).side is key),
            asked=sum(scene.who(each).side is key for each in asked),
            moves=active.steps.get(key, 0),
            praised=sum(public and key in sides for _, public, sides in praise),
        )
        for key in scene.sides
    }


def _silent(
    scene: Scene,
    key: Key,
    members: Sequence[Member],
    active: Activity,
    outages: Iterable[tuple[datetime, datetime]],
    now: datetime,
) -> int:
    """The working days since anybody of a side did anything, on which somebody of it worked and the bot could hear them."""
    # Who was not seen in what was looked through did nothing since it began, and nothing more is known.
    last = active.last.get(key) or active.since or scene.partnership.created_at
    last = max(last, active.resumed or last)
    zone = scene.sides[key].zone
    today = local_day(now, zone)
    out = [(local_day(begun, zone), local_day(back, zone)) for begun, back in outages]
    day, count = local_day(last, zone) + DAY, 0
    while day < today and count < COUNTED:
        if not any(begun == day or begun < day < back for begun, back in out):
            count += any(each.here(day) for each in members if each.role is not Role.OBSERVER)
        day += DAY
    return count


def _missing(
    scene: Scene, answers: Mapping[int, Sequence[tuple[date, bool]]], now: datetime
) -> tuple[list[int], list[int]]:
    """Who gave no check-in on the last two days they were asked, of all who were asked of late."""
    here = {each.id: each for each in scene.members}
    asked = [
        each
        for each, days in answers.items()
        if each in here and not here[each].away_at(now) and now.date() - days[0][0] <= RECENTLY
    ]
    missing = [each for each in asked if len(answers[each]) > 1 and all(nothing for _, nothing in answers[each][:2])]
    return sorted(missing), sorted(asked)


def _uncelebrated(
    scene: Scene, active: Activity, praise: Sequence[tuple[datetime, bool, frozenset[Key]]], now: datetime
) -> int:
    begun = max(scene.partnership.created_at, active.resumed or scene.partnership.created_at, now - FOUR_WEEKS)
    return (now - max((at for at, _, _ in praise), default=begun)).days


# Escalations, reports, meetings --------------------------------------------------------------------------------------


def _waiting(scene: Scene, row: Escalation, now: datetime) -> Waiting | None:
    state = escalations.state(row)
    if state.paused_at or state.snoozed_until:
        return None
    both = calendars.of_escalation(scene, row.side)
    left = machine.time_left(state, now, both)
    match state.status:
        case machine.Status.OPEN:
            how = _how(state, row, left, now, both)
            people = addressed(scene, row, state)
        case machine.Status.ACKNOWLEDGED if state.asked and state.owner is not None:
            how = Waits.ASKED
            people = tuple(or_shepherd(scene, scene.who(state.owner)))
        case _:
            return None
    if how is None:
        return None
    return Waiting(
        id=row.id,
        number=row.number,
        side=row.side.other,
        how=how,
        level=state.level,
        summary=row.summary,
        since=row.raised_at if state.status is machine.Status.OPEN else state.since,
        people=tuple(each.id for each in people),
        left=left,
        working=state.working,
    )


def _how(
    state: machine.State, row: Escalation, left: timedelta | None, now: datetime, both: machine.Calendars
) -> Waits | None:
    share = left / full_time(state, both) if left is not None else 1.0
    if share < SHORT:
        return Waits.SHORT
    waited = between(both.responder, row.raised_at, now) if state.working else now - row.raised_at
    if state.stopped or waited > timedelta(minutes=state.limits[0].minutes):
        return Waits.OVERDUE
    return Waits.EARLY if share < EARLY else None


def _report(
    scene: Scene, everybody: Sequence[Member], cadence: Cadence, rows: Sequence[Occurrence], now: datetime
) -> Report | None:
    """The newest one that is due, or due soon, and did not come; an older one is made up for by it."""
    # One that was only announced and then never called due fell into a pause, and counts against nobody.
    called = [row for row in rows if row.at > now or row.said_at is not None or row.state != ANNOUNCED]
    newest = next((row for row in called if row.at <= now + SOON), None)
    if cadence.kind is not CadenceKind.REPORT or cadence.side is None or newest is None or newest.said_at is not None:
        return None
    keeper = watches(everybody, cadence.side, local_day(now, scene.sides[cadence.side].zone))
    return Report(
        cadence=cadence.id,
        name=cadence.name,
        side=cadence.side,
        day=newest.day,
        at=newest.at,
        late=newest.at <= now,
        people=(keeper.id,) if keeper else (),
    )


def _meeting(cadence: Cadence, rows: Sequence[Occurrence], now: datetime) -> Meeting | None:
    """The last one, where it was not held or nobody said so, beside those before of which somebody did."""
    # One that was announced and never asked about was run over by a pause, or an outage, and counts for nothing.
    asked = [row for row in rows if row.state != ANNOUNCED]
    over = [row for row in asked if row.at + timedelta(minutes=cadence.lasts) <= now][:4]
    if cadence.kind is not CadenceKind.MEETING or not over or over[0].held or now - over[0].at > LATELY:
        return None
    last = over[0]
    return Meeting(
        occurrence=last.id,
        cadence=cadence.id,
        name=cadence.name,
        day=last.day,
        at=last.at,
        held=last.held,
        kept=sum(row.held is True for row in over),
        of=sum(row.held is not None for row in over),
    )
