"""Something kept for its person for an hour: a question that waits for an answer, a form to reopen.

One rule: only the account it was kept for gets it back.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, insert, select
from sqlmodel import Session

from storage.statements import core, table

KEPT = table("kept")


def keep(session: Session, account_id: int, value: str, until: datetime) -> str:
    """Keep a packed value; returns the key that gives it back."""
    key = secrets.token_urlsafe(12)
    core(session).execute(insert(KEPT).values(key=key, account_id=account_id, value=value, until=until))
    return key


def take(session: Session, key: str, account_id: int, now: datetime) -> str | None:
    """Give it back and keep it no longer; None when it is unknown, too old or somebody else's."""
    statement = delete(KEPT).where(_mine(key, account_id, now)).returning(KEPT.c.value)
    return core(session).execute(statement).scalar_one_or_none()


def peek(session: Session, key: str, account_id: int, now: datetime) -> str | None:
    """Give it back and keep it on; None when it is unknown, too old or somebody else's."""
    return core(session).execute(select(KEPT.c.value).where(_mine(key, account_id, now))).scalar_one_or_none()


def _mine(key: str, account_id: int, now: datetime) -> ColumnElement[bool]:
    return and_(KEPT.c.key == key, KEPT.c.account_id == account_id, KEPT.c.until > now)
