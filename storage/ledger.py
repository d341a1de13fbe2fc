"""The one record: each thing that happened, chained by hashes within its partnership.

One rule: an event is appended in the transaction that made it happen, and only its body can ever be taken away.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update
from sqlmodel import Session

from storage.statements import Prepared, core, table

LEDGER = table("ledger")
BODIES = table("ledger_bodies")
PARTNERSHIPS = table("partnerships")
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_HEADER = ("partnership", "seq", "at", "kind", "subject", "actor", "side", "platform", "clause", "digest", "before")

_ENDS = (  # a partnership's row is locked first, several in the order of their ids, and new rows may refer to it meanwhile
    select(PARTNERSHIPS.c.id, PARTNERSHIPS.c.seq, PARTNERSHIPS.c.head)
    .where(PARTNERSHIPS.c.id.in_(bindparam("those", expanding=True)))
    .order_by(PARTNERSHIPS.c.id)
    .with_for_update(key_share=True)
)
_END = Prepared(
    lambda _: (
        update(PARTNERSHIPS)
        .where(PARTNERSHIPS.c.id == bindparam("of"))
        .values(seq=bindparam("new_seq"), head=bindparam("new_head"))
    )
)
_LAST = Prepared(  # the same for one alone, which is what people cause
    lambda _: (
        select(PARTNERSHIPS.c.id, PARTNERSHIPS.c.seq, PARTNERSHIPS.c.head)
        .where(PARTNERSHIPS.c.id == bindparam("of"))
        .with_for_update(key_share=True)
    )
)
_EVENTS = insert(LEDGER).returning(LEDGER.c.id, LEDGER.c.partnership_id, LEDGER.c.seq)
_EVENT = Prepared(lambda _: _EVENTS, [column.key for column in LEDGER.c if column.key != "id"])
_BODIES = Prepared(lambda _: insert(BODIES), ["event_id", "salt", "body"])
_ALL = select(LEDGER, BODIES.c.salt, BODIES.c.body).join_from(
    LEDGER, BODIES, LEDGER.c.id == BODIES.c.event_id, isouter=True
)


@dataclass(frozen=True, slots=True)
class Happening:
    """One event as it is read. `actor` is a member's id (None: time itself); `body` is None once it was erased."""

    seq: int
    at: datetime
    kind: str
    subject: str
    actor: int | None
    side: str
    platform: str
    clause: str
    body: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event that is to go on the record of a partnership. `actor` is a member's id (None: time itself)."""

    partnership_id: int
    at: datetime
    kind: str
    subject: str
    actor: int | None = None
    side: str = ""
    platform: str = ""
    clause: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)


def append(
    session: Session,
    *,
    partnership_id: int,
    at: datetime,
    kind: str,
    subject: str,
    actor: int | None = None,
    side: str = "",
    platform: str = "",
    clause: str = "",
    body: Mapping[str, Any] | None = None,
) -> int:
    """Put an event at the end of its partnership's chain; returns its number there. Locks the partnership's row."""
    entry = Entry(
        partnership_id=partnership_id,
        at=at,
        kind=kind,
        subject=subject,
        actor=actor,
        side=side,
        platform=platform,
        clause=clause,
        body=body or {},
    )
    return append_all(session, [entry])[0]


def append_all(session: Session, entries: Sequence[Entry]) -> list[int]:
    """Put these events, in this order, at the ends of their partnerships' chains; returns their numbers there.

    Locks the partnerships' rows in the order of their ids. The same four statements, however many there are. Raises KeyError
    where there is no such partnership.
    """
    if not entries:
        return []
    those = sorted({each.partnership_id for each in entries})
    ends = {id: (seq, head) for id, seq, head in _ends(session, those)}
    events: list[dict[str, Any]] = []
    bodies: dict[tuple[int, int], dict[str, str]] = {}
    for entry in entries:
        last, before = ends[entry.partnership_id]
        salt, said = secrets.token_hex(16), canonical(dict(entry.body))
        event = {
            "seq": last + 1,
            "at": entry.at,
            "kind": entry.kind,
            "subject": entry.subject,
            "actor": entry.actor,
            "side": str(entry.side),
            "platform": entry.platform,
            "clause": entry.clause,
            "digest": _digest(salt, said),
            "before": before,
        }
        head = _hash({**event, "partnership": entry.partnership_id, "at": _instant(entry.at)})
        events.append({**event, "partnership_id": entry.partnership_id, "hash": head})
        bodies[entry.partnership_id, last + 1] = {"salt": salt, "body": said}
        ends[entry.partnership_id] = last + 1, head
    _BODIES.each(session, [{"event_id": id, **bodies[of, seq]} for id, of, seq in _written(session, events)])
    _END.each(session, [{"of": of, "new_seq": ends[of][0], "new_head": ends[of][1]} for of in those])
    return [int(event["seq"]) for event in events]


def _ends(session: Session, those: Sequence[int]) -> Iterable[Sequence[Any]]:
    """The numbers, the last events' numbers and the hashes of these, whose rows are locked."""
    return _LAST.all(session, of=those[0]) if len(those) == 1 else core(session).execute(_ENDS, {"those": those}).all()


def _written(session: Session, events: Sequence[Mapping[str, Any]]) -> Iterable[Sequence[Any]]:
    """The ids that these events got, each with its partnership and number."""
    return _EVENT.all(session, **events[0]) if len(events) == 1 else core(session).execute(_EVENTS, events).all()


def history(session: Session, subject: str) -> list[Happening]:
    """Read what happened to a subject, in order."""
    return _read(session, _ALL.where(LEDGER.c.subject == subject).order_by(LEDGER.c.id))


def of_partnership(session: Session, partnership_id: int) -> list[Happening]:
    """Read everything that happened in a partnership, in order."""
    return _read(session, _ALL.where(LEDGER.c.partnership_id == partnership_id).order_by(LEDGER.c.seq))


def count_by_kind(session: Session, kinds: Collection[str]) -> dict[str, int]:
    """Count the events of these kinds, over everything there is."""
    statement = (
        select(LEDGER.c.kind, func.count().label("times")).where(LEDGER.c.kind.in_(kinds)).group_by(LEDGER.c.kind)
    )
    return {row.kind: row.times for row in core(session).execute(statement)}


def export(session: Session, partnership_id: int) -> list[dict[str, Any]]:
    """Give the whole chain as plain values that `verify` takes; `salt` and `body` are None where erased."""
    statement = _ALL.where(LEDGER.c.partnership_id == partnership_id).order_by(LEDGER.c.seq)
    return [
        {
            "partnership": row.partnership_id,
            **{name: row._mapping[name] for name in _HEADER[1:]},
            "at": _instant(row.at),
            "hash": row.hash,
            "salt": row.salt,
            "body": None if row.body is None else json.loads(row.body),
        }
        for row in core(session).execute(statement)
    ]


def erase(session: Session, event_ids: Collection[int]) -> int:
    """Take the bodies of events away for good; the chain still verifies. Returns how many."""
    return core(session).execute(delete(BODIES).where(BODIES.c.event_id.in_(event_ids))).rowcount


def verify(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """Check an exported chain offline; returns a line for each fault, none when it is whole."""
    faults: list[str] = []
    before, expected = "", 1
    for event in events:
        name = f"event {event.get('seq')}"
        if missing := [field for field in (*_HEADER, "hash") if field not in event]:
            faults.append(f"{name}: {', '.join(missing)} missing")
            expected += 1
            continue
        if event["seq"] != expected:
            faults.append(f"{name}: event {expected} should stand here")
        if event["before"] != before:
            faults.append(f"{name}: does not follow the event before it")
        if event["hash"] != _hash(event):
            faults.append(f"{name}: what it says is not what was recorded")
        body = event.get("body")
        if body is not None and event["digest"] != _digest(str(event.get("salt")), canonical(body)):
            faults.append(f"{name}: its body is not what was recorded")
        before = event["hash"]
        expected = event["seq"] + 1 if isinstance(event["seq"], int) else expected + 1
    return faults


def canonical(value: Mapping[str, Any]) -> str:
    """Write a value as the one JSON text that it hashes by."""
    return _CANONICAL.encode(value)


def _hash(event: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical({name: event[name] for name in _HEADER}).encode()).hexdigest()


def _digest(salt: str, body: str) -> str:
    return hashlib.sha256((salt + body).encode()).hexdigest()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _read(session: Session, statement: Any) -> list[Happening]:
    return [_happening(row) for row in core(session).execute(statement)]


def _happening(row: Row[Any]) -> Happening:
    return Happening(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        subject=row.subject,
        actor=row.actor,
        side=row.side,
        platform=row.platform,
        clause=row.clause,
        body=None if row.body is None else json.loads(row.body),
    )
