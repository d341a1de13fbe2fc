"""What was answered, so that a redelivery acts on nothing and hears the same.

One rule: the row goes in first, before anything acts; the same transaction keeps the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import Session

from storage.statements import core, inserting, table

INBOX = table("inbox")
_MINE = (
    INBOX.c.platform == bindparam("of_platform"),
    INBOX.c.tenant == bindparam("of_tenant"),
    INBOX.c.delivery == bindparam("of_delivery"),
)
_REPLY = select(INBOX.c.reply).where(*_MINE)
_KEEP = update(INBOX).where(*_MINE).values(reply=bindparam("kept"))


@dataclass(frozen=True, slots=True)
class Seen:
    """It came before; `reply` is what was answered then, packed (None: nothing was kept)."""

    reply: str | None


@cache
def _first(insert: Any) -> Any:
    return insert(INBOX).on_conflict_do_nothing().returning(INBOX.c.delivery)


def seen(session: Session, platform: str, tenant: str, delivery: str, now: datetime) -> Seen | None:
    """Note a delivery; None when it is new. Another transaction with the same one is waited for."""
    connection = core(session)
    row = {"platform": platform, "tenant": tenant, "delivery": delivery, "at": now}
    if connection.execute(_first(inserting(connection)), row).first() is not None:
        return None
    return Seen(connection.execute(_REPLY, _of(platform, tenant, delivery)).scalar_one_or_none())


def keep(session: Session, platform: str, tenant: str, delivery: str, reply: str) -> None:
    """Keep the packed answer for redeliveries."""
    core(session).execute(_KEEP, {**_of(platform, tenant, delivery), "kept": reply})


def forget(session: Session, before: datetime) -> int:
    """Delete what was noted before that time; returns how many."""
    return core(session).execute(delete(INBOX).where(INBOX.c.at < before)).rowcount


def _of(platform: str, tenant: str, delivery: str) -> dict[str, str]:
    return {"of_platform": platform, "of_tenant": tenant, "of_delivery": delivery}
