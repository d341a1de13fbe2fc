"""The tenants that the app is installed in, with their tokens.

One rule: a token never lies in the database in the clear; the newest key writes, every key reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlmodel import Session

from storage import Database
from storage.statements import core, inserting, table

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

INSTALLATIONS = table("installations")


class Sealed(Exception):
    """Tokens cannot be kept or read: set BELLWETHER_SECRET_KEYS to a Fernet key, with older keys after it."""


class Vault:
    """Seals and opens small dictionaries with Fernet keys, newest first."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = _fernet(keys) if keys else None

    def seal(self, values: dict[str, str]) -> bytes:
        """Encrypt. Raises Sealed when there is no key."""
        if self._fernet is None:
            raise Sealed("no key to keep tokens with: set BELLWETHER_SECRET_KEYS to a Fernet key")
        return self._fernet.encrypt(json.dumps(values).encode())

    def unseal(self, secret: bytes) -> dict[str, str]:
        """Decrypt. Raises Sealed when there is no key that fits."""
        if self._fernet is None:
            raise Sealed("no key to read tokens with: set BELLWETHER_SECRET_KEYS to the Fernet key they were kept with")
        from cryptography.fernet import InvalidToken

        try:
            return {str(name): str(value) for name, value in json.loads(self._fernet.decrypt(secret)).items()}
        except InvalidToken as fault:
            raise Sealed("no key in BELLWETHER_SECRET_KEYS fits the tokens: add the one they were kept with") from fault


def _fernet(keys: Sequence[str]) -> MultiFernet:
    from cryptography.fernet import Fernet, MultiFernet  # seven MiB, for those alone who keep tokens

    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as fault:
        raise Sealed("BELLWETHER_SECRET_KEYS: a key is not a Fernet key (32 bytes, URL-safe base64)") from fault


class StoredInstallations:
    """The `bot.port.Installations` that the platforms are given."""

    def __init__(self, database: Database, vault: Vault, now: Callable[[], datetime]) -> None:
        self._database, self._vault, self._now = database, vault, now

    async def get(self, platform: str, tenant: str) -> dict[str, str] | None:
        """Read what was kept of a tenant; None where the app is not installed. Raises Sealed."""
        secret = await self._database.read(_get, platform, tenant)
        return None if secret is None else self._vault.unseal(secret)

    async def put(self, platform: str, tenant: str, values: dict[str, str]) -> None:
        """Keep a tenant's values, in place of older ones. Raises Sealed."""
        await self._database.transact(_put, platform, tenant, self._vault.seal(values), self._now())

    async def drop(self, platform: str, tenant: str) -> None:
        """Keep nothing of a tenant any more."""
        await self._database.transact(_drop, platform, tenant)


def _get(session: Session, platform: str, tenant: str) -> bytes | None:
    mine = INSTALLATIONS.c.platform == platform, INSTALLATIONS.c.tenant == tenant
    found = core(session).execute(select(INSTALLATIONS.c.secret).where(*mine)).scalar_one_or_none()
    return None if found is None else bytes(found)


def _put(session: Session, platform: str, tenant: str, secret: bytes, now: datetime) -> None:
    connection = core(session)
    fresh = inserting(connection)(INSTALLATIONS).values(
        platform=platform, tenant=tenant, secret=secret, installed_at=now
    )
    connection.execute(
        fresh.on_conflict_do_update(index_elements=["platform", "tenant"], set_={"secret": secret, "installed_at": now})
    )


def _drop(session: Session, platform: str, tenant: str) -> None:
    mine = INSTALLATIONS.c.platform == platform, INSTALLATIONS.c.tenant == tenant
    core(session).execute(delete(INSTALLATIONS).where(*mine))
