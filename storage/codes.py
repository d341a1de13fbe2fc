"""Codes that somebody types somewhere else: for joining a partnership, for joining two accounts.

One rule: a code (80 bits) is computed when it is shown and never stored; a row keeps the nonce that it is made of and the
fingerprint that finds it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from sqlmodel import Session

from storage.tables import Key_


def fresh(session: Session, purpose: str, keys: Sequence[str]) -> tuple[str, str]:
    """Make a new code for that purpose; gives its nonce and its fingerprint."""
    nonce = secrets.token_hex(16)
    return nonce, fingerprint(_code(keys[0] if keys else _own_key(session, purpose), purpose, nonce))


def shown(session: Session, purpose: str, nonce: str, kept: str, keys: Sequence[str]) -> str:
    """Compute the code with that nonce and fingerprint for showing it; empty when no key makes it any more."""
    candidates = (_code(key, purpose, nonce) for key in [*keys, _own_key(session, purpose)])
    return next((code for code in candidates if fingerprint(code) == kept), "")


def fingerprint(code: str) -> str:
    """What finds a code, however it was typed."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()


def _own_key(session: Session, purpose: str) -> str:
    """The database's own key, for where the operator set none."""
    kept = session.get(Key_, f"{purpose}s")
    if kept is None:
        kept = Key_(name=f"{purpose}s", value=secrets.token_hex(32))
        session.add(kept)
        session.flush()
    return kept.value


def _code(key: str, purpose: str, nonce: str) -> str:
    digest = hmac.new(key.encode(), f"{purpose}:{nonce}".encode(), hashlib.sha256).digest()[:10]
    letters = base64.b32encode(digest).decode()
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))
