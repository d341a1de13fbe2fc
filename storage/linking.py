"""Codes by which a second account joins a person.

One rule: a code is computed when it is shown and never stored; the row keeps what finds it and whether it is still good.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from storage import codes
from storage.tables import Account, Link

LIVES = timedelta(minutes=15)
_GOOD = (col(Link.used_at).is_(None), col(Link.void_at).is_(None))


def make(session: Session, account: Account, now: datetime, keys: Sequence[str]) -> Link:
    """Make a new code for joining another account with this one; every earlier one of that person is void."""
    void(session, account.person_id, now)
    nonce, fingerprint = codes.fresh(session, "link", keys)
    made = Link(account_id=account.id, nonce=nonce, fingerprint=fingerprint, expires_at=now + LIVES)
    session.add(made)
    session.flush()
    return made


def void(session: Session, person_id: int, now: datetime) -> None:
    """Let every code of a person that is still good open nothing any more."""
    theirs = session.exec(select(Account.id).where(Account.person_id == person_id)).all()
    session.exec(update(Link).where(col(Link.account_id).in_(theirs), *_GOOD).values(void_at=now))


def use(session: Session, link_id: int, now: datetime) -> bool:
    """Take a code as used; False where it was used or void already, by anybody at the same moment too."""
    taken = session.exec(update(Link).where(col(Link.id) == link_id, *_GOOD).values(used_at=now))
    return bool(taken.rowcount)


def shown_code(session: Session, link_id: int, keys: Sequence[str]) -> str:
    """Compute a code (80 bits) for showing it; empty when no key makes it any more."""
    kept = session.get_one(Link, link_id)
    return codes.shown(session, "link", kept.nonce, kept.fingerprint, keys)


def by_code(session: Session, code: str) -> Link | None:
    """Find what somebody typed, be it used, void or expired."""
    return session.exec(select(Link).where(Link.fingerprint == codes.fingerprint(code))).first()
