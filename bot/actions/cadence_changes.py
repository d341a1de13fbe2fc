"""What recurs: set, changed, paused, resumed, ended, and each of these taken back.

One rule: a change is on the record as it was and as it is, so that the last one can be undone from the record alone; the schedule
follows by itself.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlmodel import Session

from bot.actions import Call, meetings, reports, telling
from bot.actions.cadences import FIELDS, SHOWN, Wish, as_wish, words, zone_of
from bot.cards import cadence as cards
from bot.pack import pack, unpack
from bot.rules.cadence import occurrences
from bot.words import CadenceKind
from storage import cadences as store
from storage import ledger
from storage.scenes import Scene
from storage.tables import Cadence

KINDS = tuple(f"cadence.{what}" for what in cards.DONE)
DAY = timedelta(days=1)


def twin(session: Session, scene: Scene, wish: Wish) -> Cadence | None:
    """The one that recurs already at the very same times, if there is one."""
    for row in store.of(session, [scene.id])[scene.id]:
        known = as_wish(row)
        same = (known.kind, known.name.casefold(), known.side) == (wish.kind, wish.name.casefold(), wish.side)
        if not same or row.id == wish.of:
            continue
        after = datetime.combine(max(known.start_on, wish.start_on), time(), UTC) - 2 * DAY
        if _times(scene, known, after) == _times(scene, wish, after):
            return row
    return None


def already(session: Session, scene: Scene, wish: Wish) -> Cadence | None:
    """The one that is just so by now: another at the very same times, or the one that it takes the place of."""
    row = store.get(session, wish.of) if wish.of else None
    if row is None or row.ended_at is not None:
        return twin(session, scene, wish)
    known = replace(as_wish(row), rrule=wish.rrule, at=wish.at, start_on=wish.start_on)
    after = datetime.combine(max(row.start_on, wish.start_on), time(), UTC) - 2 * DAY
    unchanged = known == wish and _times(scene, as_wish(row), after) == _times(scene, wish, after)
    return row if unchanged else twin(session, scene, wish)


def _times(scene: Scene, wish: Wish, after: datetime) -> list[datetime]:
    return [each.at for each in islice(occurrences(wish.recurrence, zone_of(scene, wish), after), SHOWN)]


def set_(session: Session, call: Call, wish: Wish) -> tuple[Cadence, int]:
    """Let it recur from now on; both rooms see it. Gives it with the number of the event."""
    row = Cadence(
        partnership_id=call.scene.id,
        kind=wish.kind,
        created_by=call.by.id,
        created_at=call.now,
        **{name: getattr(wish, name) for name in FIELDS},
    )
    session.add(row)
    session.flush()
    seq = call.record(session, "cadence.set", row.subject, {"to": _said(wish)})
    telling.card(session, call, row.subject)
    return row, seq


def change(session: Session, call: Call, row: Cadence, wish: Wish) -> int:
    """Let it recur otherwise; the card in the rooms follows, and what was announced already."""
    before = as_wish(row)
    for name in FIELDS:
        setattr(row, name, getattr(wish, name))
    return _done(session, call, row, "changed", {"from": _said(before), "to": _said(as_wish(row))}, before)


def pause(session: Session, call: Call, row: Cadence) -> int:
    """Let it stand still."""
    row.paused_at = call.now
    return _done(session, call, row, "paused")


def resume(session: Session, call: Call, row: Cadence) -> int:
    """Let it go on, also where it had ended; what fell into the pause is not made up for."""
    row.paused_at = row.ended_at = None
    return _done(session, call, row, "resumed")


def end(session: Session, call: Call, row: Cadence) -> int:
    """Let it recur no more."""
    row.ended_at = call.now
    return _done(session, call, row, "ended")


def undo(session: Session, call: Call, row: Cadence, seq: int) -> bool:
    """Take the change with that number back; False where it is not the last one, or cannot stand beside what recurs now."""
    last = next((each for each in reversed(ledger.history(session, row.subject)) if each.kind in KINDS), None)
    if last is None or last.seq != seq:
        return False
    match last.kind.partition(".")[2]:
        case "set":
            end(session, call, row)
        case "changed" if last.body is not None:
            before = unpack(json.dumps(last.body["from"]), Wish)
            if twin(session, call.scene, before) is not None:
                return False
            change(session, call, row, before)
        case "paused":
            resume(session, call, row)
        case "resumed":
            pause(session, call, row)
        case "ended" if not _taken(session, call.scene, row):
            # Where it was paused when it ended, it is paused again.
            resume(session, call, row) if row.paused_at is None else _revive(session, call, row)
        case _:
            return False
    return True


def _revive(session: Session, call: Call, row: Cadence) -> None:
    row.ended_at = None
    _done(session, call, row, "paused")


def _taken(session: Session, scene: Scene, row: Cadence) -> bool:
    if row.kind is CadenceKind.DIGEST:
        return digest(session, scene) is not None
    return twin(session, scene, as_wish(row)) is not None


def digest(session: Session, scene: Scene) -> Cadence | None:
    """The one digest that there is."""
    rows = store.of(session, [scene.id])[scene.id]
    return next((row for row in rows if row.kind is CadenceKind.DIGEST), None)


def _done(
    session: Session,
    call: Call,
    row: Cadence,
    what: str,
    body: dict[str, Any] | None = None,
    before: Wish | None = None,
) -> int:
    session.flush()
    seq = call.record(session, f"cadence.{what}", row.subject, body)
    match row.kind:
        case CadenceKind.MEETING:
            meetings.follow(session, call, row)
        case CadenceKind.REPORT:
            reports.follow(session, call, row, before)
        case CadenceKind.STANDUP | CadenceKind.DIGEST:
            pass
    # The first digest came with the partnership and has no card yet.
    telling.card(session, call, row.subject)
    now, then = words(as_wish(row)), words(before) if before else ""
    telling.rooms(session, call, row.subject, cards.in_thread(call.by.shown(), what, now, then), under=telling.CARD)
    return seq


def _said(wish: Wish) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(pack(wish, Wish))
    return said
