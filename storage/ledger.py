"""The one record: each thing that happened, chained by hashes within its partnership.

One rule: an event is appended in the transaction that made it happen, and only its body can ever be taken away.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update
from sqlmodel import Session

from storage.statements import core, table

LEDGER = table("ledger")
BODIES = table("ledger_bodies")
PARTNERSHIPS = table("partnerships")
_HEADER = ("partnership", "seq", "at", "kind", "subject", "actor", "side", "platform", "clause", "digest", "before")

_NEXT = (
    update(PARTNERSHIPS)
    .where(PARTNERSHIPS.c.id == bindparam("of"))
    .values(seq=PARTNERSHIPS.c.seq + 1)
    .returning(PARTNERSHIPS.c.seq, PARTNERSHIPS.c.head)
)
_HEAD = update(PARTNERSHIPS).where(PARTNERSHIPS.c.id == bindparam("of")).values(head=bindparam("new_head"))
_EVENT = insert(LEDGER).returning(LEDGER.c.id)
_BODY = insert(BODIES)
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
    connection = core(session)
    seq, before = connection.execute(_NEXT, {"of": partnership_id}).one()
    salt, said = secrets.token_hex(16), canonical(dict(body or {}))
    event = {
        "seq": seq,
        "at": at,
        "kind": kind,
        "subject": subject,
        "actor": actor,
        "side": str(side),
        "platform": platform,
        "clause": clause,
        "digest": _digest(salt, said),
        "before": before,
    }
    head = _hash({**event, "partnership": partnership_id, "at": _instant(at)})
    event_id = connection.execute(_EVENT, {**event, "partnership_id": partnership_id, "hash": head}).scalar_one()
    connection.execute(_BODY, {"event_id": event_id, "salt": salt, "body": said})
    connection.execute(_HEAD, {"of": partnership_id, "new_head": head})
    return int(seq)


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
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


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
