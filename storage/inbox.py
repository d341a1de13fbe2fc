"""What was answered, so that a redelivery acts on nothing and hears the same.

One rule: the row goes in first, before anything acts; the same transaction keeps the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from storage.statements import Prepared, table

INBOX = table("inbox")
_MINE = (
    INBOX.c.platform == bindparam("of_platform"),
    INBOX.c.tenant == bindparam("of_tenant"),
    INBOX.c.delivery == bindparam("of_delivery"),
)
_FIRST = Prepared(
    lambda insert: insert(INBOX).on_conflict_do_nothing().returning(INBOX.c.delivery),
    ["platform", "tenant", "delivery", "at"],
)
_REPLY = Prepared(lambda _: select(INBOX.c.reply).where(*_MINE))
_KEEP = Prepared(lambda _: update(INBOX).where(*_MINE).values(reply=bindparam("kept")))


@dataclass(frozen=True, slots=True)
class Seen:
    """It came before; `reply` is what was answered then, packed (None: nothing was kept)."""

    reply: str | None


def seen(session: Session, platform: str, tenant: str, delivery: str, now: datetime) -> Seen | None:
    """Note a delivery; None when it is new. Another transaction with the same one is waited for."""
    if _FIRST.first(session, platform=platform, tenant=tenant, delivery=delivery, at=now) is not None:
        return None
    (reply,) = _REPLY.first(session, **_of(platform, tenant, delivery)) or (None,)
    return Seen(reply)


def keep(session: Session, platform: str, tenant: str, delivery: str, reply: str) -> None:
    """Keep the packed answer for redeliveries."""
    _KEEP.all(session, **_of(platform, tenant, delivery), kept=reply)


def _of(platform: str, tenant: str, delivery: str) -> dict[str, str]:
    return {"of_platform": platform, "of_tenant": tenant, "of_delivery": delivery}
