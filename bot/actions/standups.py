"""Standups: people are asked, reminded and no longer waited for, and each room shows how it stands.

One rule: everybody is asked once a day and cadence, and nobody has missed what they could not answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from bot.actions import Call, occurrences, telling
from bot.cards import standup as cards
from bot.rules import checking_in
from bot.rules.checking_in import Step
from bot.rules.rhythm import Tick, read_once
from bot.words import CheckInState, Role, Status
from storage import cadences, outbox, scenes, timers
from storage import check_ins as store
from storage.people import Standing
from storage.scenes import Scene
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

    scene: Scene
    cadence: Cadence
    who: Standing
    day: date
    planned_for: datetime

    @property
    def spot(self) -> store.Spot:
        return self.cadence.id, self.day

    @property
    def window(self) -> timedelta:
        return timedelta(minutes=self.cadence.window)


def prompts(session: Session, batch: Sequence[Due]) -> list[Prompt]:
    """Those of a batch that still hold: the partnership is active, the standup goes on, and the person is there."""
    read = [(due, *read_once(due.once)) for due in batch]
    rows = cadences.several(session, {cadence for _, cadence, _, _ in read})
    found = scenes.scenes(session, {row.partnership_id for row in rows.values()})
    people = {each.id: each for scene in found.values() for each in scene.members}
    held = []
    for due, cadence_id, member, day in read:
        cadence, who = rows.get(cadence_id), people.get(member)
        if cadence is None or who is None or cadence.paused_at or cadence.ended_at:
            continue
        scene = found[cadence.partnership_id]
        if scene.partnership.status is Status.ACTIVE:
            held.append(Prompt(scene, cadence, who, day, due.planned_for))
    return held


# Asking ---------------------------------------------------------------------------------------------------------------


def ask(session: Session, now: datetime, wanted: Sequence[Prompt]) -> None:
    """Ask these people, each once; what the bot was out for too long to ask is put on the record and left out."""
    timely, unheard = [], []
    for each in wanted:
        if checking_in.too_late(now, each.planned_for, each.window):
            body = {"member": each.who.id, "day": each.day.isoformat(), "planned_for": each.planned_for.isoformat()}
            Call(now, each.scene).record(session, "standup.skipped_late", each.cadence.subject, body)
        elif each.who.reachable is None and each.scene.room_of(each.who.side) is None:
            unheard.append((each.scene, each.who))
        else:
            timely.append(each)
    _tell_unasked(session, now, unheard)
    held = store.begun(session, {each.spot: (each.scene.id, each.planned_for) for each in reversed(timely)})
    there = store.of(session, {row.id for row in held.values()})
    asked = {(row.occurrence_id, row.member_id) for rows in there.values() for row in rows}
    fresh = [
        (each, _check_in(each, held[each.spot], now))
        for each in timely
        if (held[each.spot].id, each.who.id) not in asked
    ]
    session.add_all(row for _, row in fresh)
    session.flush()
    told = store.on_record(session, UNREACHABLE, {each.who.subject for each, _ in fresh if each.who.reachable is None})
    for each, row in fresh:
        call = Call(now, each.scene)
        body = {"member": each.who.id, "cadence": each.cadence.id, "day": each.day.isoformat()}
        call.record(session, "standup.asked", row.subject, body)
        if not telling.person(session, call, each.who, row.subject, None, slot=telling.CARD):
            ask_in_room(session, call, row, each.who, told=each.who.subject in told)
            told.add(each.who.subject)
    for each in {each.spot: each for each, _ in fresh}.values():
        _go_on(session, each, held[each.spot], there[held[each.spot].id], now)


def _check_in(prompt: Prompt, held: Occurrence, now: datetime) -> CheckIn:
    return CheckIn(
        partnership_id=prompt.scene.id,
        member_id=prompt.who.id,
        occurrence_id=held.id,
        day=prompt.day,
        state=CheckInState.ASKED,
        asked_at=now,
        closes_at=prompt.planned_for + prompt.window,
    )


def ask_in_room(session: Session, call: Call, row: CheckIn, who: Standing, *, told: bool) -> None:
    """Ask somebody in their side's room whom the bot cannot write to; their shepherd hears of it once."""
    room = call.scene.room_of(who.side)
    telling.card(session, call, row.subject, into=[room] if room else [])
    if not told:
        _tell_shepherd(session, call, who, UNREACHABLE)


def _tell_unasked(session: Session, now: datetime, unheard: Iterable[tuple[Scene, Standing]]) -> None:
    """Tell the shepherds, once, of those who can be asked nowhere."""
    people = {who.subject: (scene, who) for scene, who in unheard}
    told = store.on_record(session, UNASKED, people) if people else set()
    for subject, (scene, who) in people.items():
        if subject not in told:
            _tell_shepherd(session, Call(now, scene), who, UNASKED)


def _tell_shepherd(session: Session, call: Call, who: Standing, kind: str) -> None:
    call.record(session, kind, who.subject)
    name = call.scene.partnership.name
    said = cards.unasked(who.shown(), name) if kind == UNASKED else cards.unreachable(who.shown(), name)
    telling.people(session, call, call.scene.shepherds(who.side), who.subject, said)


def not_reached(session: Session, subject: str, now: datetime) -> bool:
    """Ask somebody in the room whom the platform did not let the bot write to; False where nobody is waited for."""
    noun, _, number = subject.partition(":")
    row = store.several(session, {int(number)}).get(int(number)) if noun == "checkin" else None
    if row is None or not waits(row, now):
        return False
    call = Call(now, scenes.scene(session, row.partnership_id))
    who = call.scene.who(row.member_id)
    if call.scene.room_of(who.side) is None:
        row.closes_at = None  # they were not asked, so they are not waited for
        _tell_unasked(session, now, [(call.scene, who)])
        return True
    ask_in_room(session, call, row, who, told=who.subject in store.on_record(session, UNREACHABLE, {who.subject}))
    return True


def _go_on(session: Session, prompt: Prompt, held: Occurrence, earlier: Iterable[CheckIn], now: datetime) -> None:
    """Show in the rooms how it stands, and see to it that it is closed when nobody is waited for any more."""
    if held.state != "open":
        held.state = "open"
        for row in earlier:  # whoever the first end did not count is not counted by the next one
            row.closes_at = None if row.state is CheckInState.ASKED else row.closes_at
    ends = [due.at for due in occurrences.schedule(prompt.scene, prompt.cadence, prompt.day) if due.tick is Tick.END]
    known = [held.closes_at] if held.closes_at else []
    held.closes_at = max([prompt.planned_for + prompt.window, *ends, *known])
    _close_at(session, held, held.closes_at)
    occurrences.show(session, Call(now, prompt.scene), prompt.cadence, held)


def _close_at(session: Session, held: Occurrence, at: datetime) -> None:
    once = f"{CLOSE}|{held.id}|{at.isoformat()}"
    timers.plan(session, kind=CLOSE, subject=held.subject, due_at=at, once=once)


# Reminding ------------------------------------------------------------------------------------------------------------


def remind(session: Session, now: datetime, wanted: Sequence[Prompt]) -> None:
    """Write once more to those who have not answered. A snoozed prompt comes back by itself, and that is its reminder."""
    held = store.at_spots(session, {each.spot for each in wanted})
    rows = {
        (row.occurrence_id, row.member_id): row
        for several in store.of(session, {row.id for row in held.values()}).values()
        for row in several
    }
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
            telling.person(session, Call(now, each.scene), each.who, row.subject, None, slot=REMINDER)


def waits(row: CheckIn, now: datetime) -> bool:
    """Whether somebody is still waited for."""
    return row.state is CheckInState.ASKED and row.closes_at is not None and now < row.closes_at


# Closing --------------------------------------------------------------------------------------------------------------


def close(session: Session, now: datetime, held: Mapping[int, datetime]) -> None:
    """Close those of these, each to be closed at its time, where nobody is waited for any more; at the others it looks again later."""
    open_ = [row for row in store.occurrences(session, set(held)).values() if row.state == "open"]
    rows = store.of(session, {row.id for row in open_})
    kinds = cadences.several(session, {row.cadence_id for row in open_})
    found = scenes.scenes(session, {row.partnership_id for row in open_})
    for each in open_:
        scene, cadence = found[each.partnership_id], kinds[each.cadence_id]
        due = [row for row in rows[each.id] if takes_part(scene.who(row.member_id))]
        ends = [row.closes_at for row in due if waits(row, now) and row.closes_at]
        ends += [
            at + timedelta(minutes=cadence.window)
            for _, at in occurrences.to_come(scene, cadence, each, rows[each.id], now)
        ]
        if ends:
            _close_at(session, each, max(ends))
            continue
        # Whoever could not be heard, because the bot was out or the partnership stands still, did not miss it.
        out = now - held[each.id] > checking_in.OUT
        excused = out or scene.partnership.status is not Status.ACTIVE
        if out:
            Call(now, scene).record(session, CUT_OFF, each.subject)
        _close(session, Call(now, scene), cadence, each, [] if excused else due)
        for row in rows[each.id]:
            if row.state is not CheckInState.ANSWERED:
                outbox.redraw(session, now=now, subject=row.subject)


def _close(session: Session, call: Call, cadence: Cadence, held: Occurrence, rows: Iterable[CheckIn]) -> None:
    held.state, held.closes_at = "closed", call.now
    for row in rows:
        who = call.scene.who(row.member_id)
        before, step = row.state, Step.LEAVE if _away_on(who, row.day) else Step.CLOSE
        if before is CheckInState.ASKED and row.closes_at is not None:
            row.state = checking_in.after(before, step, over=True)
            call.record(session, f"checkin.{row.state}", row.subject, {"member": who.id, "day": row.day.isoformat()})
    occurrences.show(session, call, cadence, held)


def cut_off(session: Session, held: Occurrence, row: CheckIn) -> bool:
    """Whether an outage ended the standup before somebody was heard."""
    unheard = held.state != "open" and row.state is CheckInState.ASKED
    return unheard and bool(store.on_record(session, CUT_OFF, {held.subject}))


def takes_part(who: Standing) -> bool:
    """Whether somebody is asked at all by now: they are here, and more than an observer."""
    return not who.left and who.member.role is not Role.OBSERVER


def _away_on(who: Standing, day: date) -> bool:
    return any(start <= day <= end for start, end in who.away)
