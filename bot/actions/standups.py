"""Standups: people are asked, reminded and no longer waited for, and each room shows how it stands.

One rule: everybody is asked once a day and cadence, and nobody has missed what they could not answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from bot.actions import occurrences, telling
from bot.actions.gathering import Gathered
from bot.cards import standup as cards
from bot.rules import checking_in
from bot.rules.checking_in import Step
from bot.rules.rhythm import Tick, read_once
from bot.words import CheckInState, Role, Status
from storage import cadences, outages, scenes
from storage import check_ins as store
from storage import occurrences as taking_place
from storage.people import Standing
from storage.scenes import Glimpse, Scene
from storage.tables import Cadence, CheckIn, Occurrence
from storage.timers import Due

CLOSE = "standup.close"
"""The timer of a standup's own: whatever happens to the schedule, what was begun is closed."""

UNREACHABLE = "member.unreachable"
UNASKED = "member.unasked"
CUT_OFF = "standup.cut_off"
"""On the record of a standup that an outage ended."""

REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One person whose time for a standup has come."""

    scene: Glimpse
    cadence: Cadence
    who: Standing
    day: date
    planned_for: datetime

    @property
    def spot(self) -> taking_place.Spot:
        return self.cadence.id, self.day

    @property
    def window(self) -> timedelta:
        return timedelta(minutes=self.cadence.window)

    @property
    def closes_at(self) -> datetime:
        return self.planned_for + self.window


def prompts(session: Session, batch: Sequence[Due]) -> list[Prompt]:
    """Those of a batch that still hold: the partnership is active, the standup goes on, and the person is there."""
    read = [(due, *read_once(due.once)) for due in batch]
    rows = cadences.several(session, {cadence for _, cadence, _, _ in read})
    found = scenes.glimpses(session, {member for _, _, member, _ in read}).values()
    people = {each.id: (scene, each) for scene in found for each in scene.known if not each.left}
    held = []
    for due, cadence_id, member, day in read:
        cadence = rows.get(cadence_id)
        if cadence is None or member not in people or cadence.paused_at or cadence.ended_at:
            continue
        scene, who = people[member]
        if scene.partnership.status is Status.ACTIVE:
            held.append(Prompt(scene, cadence, who, day, due.planned_for))
    return held


# Asking ---------------------------------------------------------------------------------------------------------------


def ask(session: Session, now: datetime, wanted: Sequence[Prompt]) -> None:
    """Ask these people, each once; what the bot was out for too long to ask is put on the record and left out."""
    scenes.lock(session, {each.scene.id for each in wanted})
    batch, timely, unheard = Gathered(now), [], []
    for each in wanted:
        if not takes_part(each.who) or _away_on(each.who, each.day) or each.who.away_at(now):
            continue  # the schedule has not followed yet
        if checking_in.too_late(now, each.planned_for, each.window):
            body = {"member": each.who.id, "day": each.day.isoformat(), "planned_for": each.planned_for.isoformat()}
            batch.record(each.scene, "standup.skipped_late", each.cadence.subject, body)
        elif each.who.reachable is None and each.scene.room_of(each.who.side) is None:
            unheard.append(each)
        else:
            timely.append(each)
    held = taking_place.begun(session, {each.spot: (each.scene.id, each.planned_for) for each in reversed(timely)})
    asked = store.ask(session, now, [(held[each.spot], each.who.id, each.closes_at) for each in timely])
    fresh = [each for each in timely if (held[each.spot].id, each.who.id) in asked]
    spots = _one_each(fresh)
    begins = {spot: each for spot, each in spots.items() if not _goes_on(held[spot])}
    _reopen(session, [held[spot] for spot in begins if held[spot].state != "open"], {*asked.values()})
    mute = [each for each in fresh if each.who.reachable is None]
    whole = scenes.scenes(session, {each.scene.id for each in (*unheard, *mute, *begins.values())})
    _tell_unasked(session, batch, [(whole[each.scene.id], each.who) for each in unheard])
    told = store.on_record(session, UNREACHABLE, {each.who.subject for each in mute})
    for each in fresh:
        subject = asked[held[each.spot].id, each.who.id]
        body = {"member": each.who.id, "cadence": each.cadence.id, "day": each.day.isoformat()}
        batch.record(each.scene, "standup.asked", subject, body)
        if not batch.person(each.scene, each.who, subject, None, slot=telling.CARD):
            _ask_in_room(batch, whole[each.scene.id], subject, each.who, told=each.who.subject in told)
            told.add(each.who.subject)
    for spot, each in spots.items():
        _go_on(batch, each, held[spot], whole[each.scene.id] if spot in begins else None)
    batch.write(session)


def _one_each(prompts: Iterable[Prompt]) -> dict[taking_place.Spot, Prompt]:
    """One prompt of each standup, the last to be closed."""
    return {each.spot: each for each in sorted(prompts, key=lambda each: each.closes_at)}


def _ask_in_room(batch: Gathered, scene: Scene, subject: str, who: Standing, *, told: bool) -> None:
    """Ask somebody in their side's room whom the bot cannot write to; their shepherd hears of it once."""
    room = scene.room_of(who.side)
    batch.card(scene, subject, [room] if room else [])
    if not told:
        _tell_shepherd(batch, scene, who, UNREACHABLE)


def _tell_unasked(session: Session, batch: Gathered, unheard: Iterable[tuple[Scene, Standing]]) -> None:
    """Tell the shepherds, once, of those who can be asked nowhere."""
    people = {who.subject: (scene, who) for scene, who in unheard}
    told = store.on_record(session, UNASKED, people)
    for subject, (scene, who) in people.items():
        if subject not in told:
            _tell_shepherd(batch, scene, who, UNASKED)


def _tell_shepherd(batch: Gathered, scene: Scene, who: Standing, kind: str) -> None:
    batch.record(scene, kind, who.subject)
    name = scene.partnership.name
    said = cards.unasked(who.shown(), name) if kind == UNASKED else cards.unreachable(who.shown(), name)
    for shepherd in scene.shepherds(who.side):
        batch.person(scene, shepherd, who.subject, said)


def not_reached(session: Session, subject: str, now: datetime) -> bool:
    """Ask somebody in the room whom the platform did not let the bot write to; False where nobody is waited for."""
    noun, _, number = subject.partition(":")
    row = store.several(session, {int(number)}).get(int(number)) if noun == "checkin" else None
    if row is not None:
        scenes.lock(session, {row.partnership_id})
        session.refresh(row)
    if row is None or not waits(row, now):
        return False
    batch, scene = Gathered(now), scenes.scene(session, row.partnership_id)
    who = scene.who(row.member_id)
    if scene.room_of(who.side) is None:
        row.closes_at = None  # they were not asked, so they are not waited for
        _tell_unasked(session, batch, [(scene, who)])
    else:
        _ask_in_room(batch, scene, row.subject, who, told=bool(store.on_record(session, UNREACHABLE, {who.subject})))
    batch.write(session)
    return True


def _goes_on(held: Occurrence) -> bool:
    """Whether it began with somebody who was asked before, and is not over."""
    return held.state == "open" and held.closes_at is not None


def _reopen(session: Session, shut: Sequence[Occurrence], fresh: Collection[str]) -> None:
    """Let these go on: whoever their first end did not count is not counted by the next one."""
    earlier = store.of(session, {held.id for held in shut})
    for held in shut:
        held.state = "open"
        for row in earlier[held.id]:
            if row.state is CheckInState.ASKED and row.subject not in fresh:
                row.closes_at = None


def _go_on(batch: Gathered, prompt: Prompt, held: Occurrence, begins: Scene | None) -> None:
    """Show in the rooms how it stands, and see to it that it is closed when nobody is waited for any more; when it begins, the
    schedule tells when that will be."""
    plan = occurrences.schedule(begins, prompt.cadence, prompt.day) if begins else ()
    ends = [due.at for due in plan if due.tick is Tick.END]
    closes_at = max([prompt.closes_at, *ends, *([held.closes_at] if held.closes_at else [])])
    if begins or closes_at != held.closes_at:
        held.closes_at = closes_at
        _close_at(batch, held, closes_at)
    batch.card(prompt.scene, held.subject, occurrences.rooms_of(prompt.scene, prompt.cadence))


def _close_at(batch: Gathered, held: Occurrence, at: datetime) -> None:
    batch.plan(CLOSE, held.subject, at, f"{CLOSE}|{held.id}|{at.isoformat()}")


# Reminding ------------------------------------------------------------------------------------------------------------


def remind(session: Session, now: datetime, wanted: Sequence[Prompt]) -> None:
    """Write once more to those who have not answered. A snoozed prompt comes back by itself, and that is its reminder."""
    batch = Gathered(now)
    held = taking_place.at_spots(session, {each.spot for each in wanted})
    rows = store.theirs(session, {row.id for row in held.values()}, {each.who.id for each in wanted})
    waiting = [
        (each, row)
        for each in wanted
        if each.spot in held and (row := rows.get((held[each.spot].id, each.who.id))) is not None
        if waits(row, now) and row.reminded_at is None and takes_part(each.who) and not each.who.away_at(now)
    ]
    snoozed = store.snoozed(session, {row.subject for _, row in waiting})
    for each, row in waiting:
        row.reminded_at = now
        if row.subject not in snoozed:
            batch.person(each.scene, each.who, row.subject, None, slot=REMINDER)
    batch.write(session)


def waits(row: CheckIn, now: datetime) -> bool:
    """Whether somebody is still waited for."""
    return row.state is CheckInState.ASKED and row.closes_at is not None and now < row.closes_at


# Closing --------------------------------------------------------------------------------------------------------------


def close(session: Session, now: datetime, held: Mapping[int, datetime]) -> None:
    """Close those of these, each to be closed at its time, where nobody is waited for any more; at the others it looks again later."""
    scenes.lock(session, taking_place.partnerships_of(session, set(held)))
    batch = Gathered(now)
    open_ = [row for row in taking_place.several(session, set(held)).values() if row.state == "open"]
    rows = store.of(session, {row.id for row in open_})
    kinds = cadences.several(session, {row.cadence_id for row in open_})
    found = scenes.scenes(session, {row.partnership_id for row in open_})
    silent = [row for those in rows.values() for row in those if row.state is CheckInState.ASKED and row.asked_at]
    standing, in_time = store.reached(session, silent)
    down = outages.between(session, min((row.asked_at for row in silent if row.asked_at), default=now), now)
    unsaid: set[str] = set()
    for each in open_:
        scene, cadence = found[each.partnership_id], kinds[each.cadence_id]
        due = [row for row in rows[each.id] if takes_part(scene.who(row.member_id))]
        ends = [row.closes_at for row in due if waits(row, now) and row.closes_at]
        ends += [
            at + timedelta(minutes=cadence.window)
            for _, at in occurrences.to_come(scene, cadence, each, rows[each.id], now)
        ]
        if ends:
            _close_at(batch, each, max(ends))
            continue
        # Whoever could not be heard, because the bot was out or the partnership stands still, did not miss it.
        out = now - held[each.id] > checking_in.OUT
        excused = out or scene.partnership.status is not Status.ACTIVE
        robbed = {row.id for row in due if row.state is CheckInState.ASKED and _robbed(row, down)}
        if out or robbed:
            batch.record(scene, CUT_OFF, each.subject)
        for row in rows[each.id]:
            if row.state is CheckInState.ASKED and row.subject not in in_time:
                row.closes_at = None  # the question did not reach them, so they are not waited for
                unsaid |= {row.subject} - standing
        _close(batch, scene, cadence, each, [] if excused else [row for row in due if row.id not in robbed])
        batch.stale.update(row.subject for row in rows[each.id] if row.state is not CheckInState.ANSWERED)
    store.unsay(session, unsaid, now)
    batch.write(session)


def _close(batch: Gathered, scene: Scene, cadence: Cadence, held: Occurrence, rows: Iterable[CheckIn]) -> None:
    held.state, held.closes_at = "closed", batch.now
    for row in rows:
        who = scene.who(row.member_id)
        before, step = row.state, Step.LEAVE if _away_on(who, row.day) else Step.CLOSE
        if before is CheckInState.ASKED and row.closes_at is not None:
            row.state = checking_in.after(before, step, over=True)
            batch.record(scene, f"checkin.{row.state}", row.subject, {"member": who.id, "day": row.day.isoformat()})
    batch.card(scene, held.subject, occurrences.rooms_of(scene, cadence))


def _robbed(row: CheckIn, down: Sequence[tuple[datetime, datetime]]) -> bool:
    asked, closes = row.asked_at, row.closes_at
    return asked is not None and closes is not None and checking_in.robbed(asked, closes, down)


def cut_off(session: Session, held: Occurrence, row: CheckIn) -> bool:
    """Whether an outage ended the standup before somebody was heard."""
    unheard = held.state != "open" and row.state is CheckInState.ASKED
    return unheard and bool(store.on_record(session, CUT_OFF, {held.subject}))


def takes_part(who: Standing) -> bool:
    """Whether somebody is asked at all by now: they are here, and more than an observer."""
    return not who.left and who.member.role is not Role.OBSERVER


def _away_on(who: Standing, day: date) -> bool:
    return any(start <= day <= end for start, end in who.away)
