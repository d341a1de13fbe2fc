"""What somebody does with a check-in: answers, changes, skips, snoozes, is away, takes back.

One rule: every step changes the prompt, the thread and the count together, and an answer that is for one side only leaves no word in
the other side's room.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Session

from bot.actions import Call, blockers, comments, occurrences, standups, telling
from bot.actions.gathering import Gathered
from bot.cards import comment as comment_cards
from bot.cards.check_in_replies import Reach
from bot.rules import checking_in
from bot.rules.checking_in import Said, Step
from bot.words import CheckInState, Key, Status
from storage import cadences, ledger, outbox, scenes, timers
from storage import check_ins as store
from storage import occurrences as taking_place
from storage.comments import rooms_with_card
from storage.scenes import Scene
from storage.tables import Blocker, Cadence, CheckIn, Occurrence, Room
from storage.timers import Due


def answer(
    session: Session, call: Call, row: CheckIn, said: Said, *, over: Iterable[Blocker] = ()
) -> tuple[CheckIn, Reach]:
    """Take an answer, or a change of it; `over` are blockers that it says are solved. Gives where it went."""
    before = store.said(row) if row.state is CheckInState.ANSWERED else None
    row.state = checking_in.after(row.state, Step.ANSWER)
    row.done, row.next, row.blockers, row.waiting, row.own_side = *said.parts, said.own_side
    if before is None:
        row.answered_at = call.now
        row.late = row.closes_at is not None and call.now >= row.closes_at
    else:
        row.edited_at = call.now
    session.flush()
    kind = "checkin.answered" if before is None else "checkin.edited"
    call.record(session, kind, row.subject, _body(row))
    repeated = blockers.note(session, call, row, before or Said(), said, over)
    timers.drop(session, row.subject, {store.AGAIN})
    rooms, threaded = _put(session, call, row, before)
    outbox.redraw(session, now=call.now, subject=row.subject)
    sides = {room.id: key for room, key in call.scene.rooms}
    whose = [None if (key := sides[room.id]) is None else call.scene.organisation(key) for room in rooms]
    return row, Reach(tuple(whose), threaded, tuple(each.words for each in repeated))


def _body(row: CheckIn) -> dict[str, object]:
    said = store.said(row)
    parts = dict(zip(checking_in.PARTS, said.parts, strict=True))
    return {"day": row.day.isoformat(), "own_side": row.own_side, "late": row.late} | parts


def give(session: Session, call: Call, said: Said, day: date, *, over: Iterable[Blocker] = ()) -> tuple[CheckIn, Reach]:
    """Take a check-in that nobody asked for."""
    row = CheckIn(partnership_id=call.scene.id, member_id=call.by.id, day=day, state=CheckInState.ASKED)
    session.add(row)
    session.flush()
    return answer(session, call, row, said, over=over)


def _put(session: Session, call: Call, row: CheckIn, before: Said | None) -> tuple[list[Room], bool]:
    """Let the rooms show it, those alone that may; gives them, and whether it stands in the thread of a standup."""
    side = None if not row.own_side else call.scene.who(row.member_id).side
    held, cadence = _standup_of(session, call.scene, row, fresh=before is None)
    of = cadence.side if cadence else None
    shown = [room for room, key in occurrences.places(call.scene, of) if side is None or key is side]
    # Where its words stood before, they are taken away.
    touched = shown if before is None or before.own_side else [room for room, _ in occurrences.places(call.scene, of)]
    if held is None or cadence is None:
        telling.card(session, call, row.subject, into=touched)
        return shown, False
    occurrences.show(session, call, cadence, held)
    occurrences.put(session, call, held, row, touched)
    return shown, True


def _standup_of(
    session: Session, scene: Scene, row: CheckIn, *, fresh: bool
) -> tuple[Occurrence, Cadence] | tuple[None, None]:
    """The standup in whose thread it belongs: its own, or for one given unprompted that of the day, if one is open."""
    if row.occurrence_id is not None:
        held = taking_place.several(session, {row.occurrence_id})[row.occurrence_id]
        return held, cadences.get(session, held.cadence_id)
    if not fresh:
        stands = taking_place.thread_of(session, row)
        return (stands, cadences.get(session, stands.cadence_id)) if stands else (None, None)
    side = scene.who(row.member_id).side
    for each, cadence in taking_place.standups_on(session, scene.id, row.day):
        if each.state == "open" and cadence.side in (None, side):
            return each, cadence
    return None, None


def undo(session: Session, call: Call, row: CheckIn) -> CheckIn:
    """Take an answer back: its words go from the rooms and from the record, and who was asked can answer again.

    Raises checking_in.Refused."""
    before = store.said(row)
    held, cadence = _standup_of(session, call.scene, row, fresh=False)
    closed = held is not None and held.state != "open"
    state = checking_in.after(row.state, Step.UNDO, over=closed)
    row.state = CheckInState.SKIPPED if row.occurrence_id is None else state
    row.done = row.next = row.blockers = row.waiting = ""
    row.answered_at = row.edited_at = None
    row.late = row.own_side = False
    ledger.erase(session, store.answers_of(session, row.subject))
    call.record(session, "checkin.undone", row.subject, {"day": row.day.isoformat()})
    blockers.note(session, call, row, before, Said(), ())
    if held is not None and cadence is not None:
        side = call.scene.who(row.member_id).side if before.own_side else None
        stands = taking_place.rooms_with(session, held.subject, row.subject)
        rooms = [
            room
            for room, key in occurrences.places(call.scene, cadence.side)
            if side is None or key is side or room.id in stands
        ]
        occurrences.show(session, call, cadence, held)
        occurrences.put(session, call, held, row, rooms)
    outbox.redraw(session, now=call.now, subject=row.subject)
    return row


def skip(session: Session, call: Call, row: CheckIn) -> None:
    """Leave this one out. Raises checking_in.Refused."""
    _step(session, call, row, Step.SKIP)


def leave(session: Session, call: Call, row: CheckIn) -> None:
    """Be away; the absence itself is the person's, in every partnership."""
    _step(session, call, row, Step.LEAVE)


def _step(session: Session, call: Call, row: CheckIn, step: Step) -> None:
    held, cadence = _standup_of(session, call.scene, row, fresh=False)
    state = checking_in.after(row.state, step, over=held is not None and held.state != "open")
    if state is row.state:
        return
    row.state = state
    session.flush()
    call.record(session, f"checkin.{state}", row.subject, {"day": row.day.isoformat()})
    timers.drop(session, row.subject, {store.AGAIN})
    if held is not None and cadence is not None:
        occurrences.show(session, call, cadence, held)
    outbox.redraw(session, now=call.now, subject=row.subject)


def snooze(session: Session, call: Call, row: CheckIn) -> datetime:
    """Ask again in an hour; gives when. Raises checking_in.Refused."""
    at = checking_in.comes_back(call.now, row.closes_at)
    timers.drop(session, row.subject, {store.AGAIN})
    once = f"{store.AGAIN}|{row.id}|{at.isoformat()}"
    timers.plan(session, kind=store.AGAIN, subject=row.subject, due_at=at, once=once)
    outbox.redraw(session, now=call.now, subject=row.subject)
    return at


def again(session: Session, now: datetime, batch: Iterable[Due]) -> None:
    """Bring snoozed prompts back that still wait."""
    rows = store.several(session, {int(due.subject.partition(":")[2]) for due in batch})
    found = scenes.scenes(session, {row.partnership_id for row in rows.values()})
    told = Gathered(now)
    for row in rows.values():
        scene = found[row.partnership_id]
        who = scene.who(row.member_id)
        if not standups.waits(row, now) or scene.partnership.status is not Status.ACTIVE:
            continue
        if not standups.takes_part(who) or who.away_at(now):
            continue
        row.reminded_at = now
        told.person(scene, who, row.subject, None, slot=f"{store.AGAIN}:{now.isoformat()}")
        told.stale.add(row.subject)
    told.write(session)


def comment(session: Session, call: Call, row: CheckIn, words: str, *, from_room: int | None) -> None:
    """Carry what is said below an unprompted check-in to the rooms that show it; about one for a side only it is private to that side."""
    if row.own_side:
        _say_to_side(session, call, row.subject, words, call.scene.who(row.member_id).side, from_room)
    else:
        comments.say(session, call, row.subject, words, from_room=from_room)


def comment_below(session: Session, call: Call, held: str, words: str, *, from_room: int | None) -> None:
    """Carry what is typed in the thread of a standup to the other rooms; where an answer for that side only stands in the thread, it
    stays on that side."""
    below = store.shown_in(session, held, from_room) if from_room is not None else ()
    side = next((key for room, key in call.scene.rooms if room.id == from_room), None)
    if side is not None and any(row.own_side and call.scene.who(row.member_id).side is side for row in below):
        _say_to_side(session, call, held, words, side, from_room)
    else:
        comments.say(session, call, held, words, from_room=from_room)


def _say_to_side(session: Session, call: Call, subject: str, words: str, side: Key, from_room: int | None) -> None:
    comments.say(session, call, subject, words, from_room=from_room, only=())
    threads = rooms_with_card(session, subject) - {from_room}
    own = [room for room, key in call.scene.rooms if key is side and room.id in threads]
    telling.rooms(session, call, subject, comment_cards.said(call.by.shown(), words), under=telling.CARD, into=own)
