"""Tokens: given back as they were kept, never lying about in the clear."""

from __future__ import annotations

import asyncio

import pytest
from cryptography.fernet import Fernet
from sqlmodel import select

from storage import Database
from storage.installations import Sealed, StoredInstallations, Vault
from storage.tables import Installation
from tests.conftest import Clock

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_a_tenant_is_kept_replaced_and_dropped(database: Database, clock: Clock) -> None:
    installations = StoredInstallations(database, Vault([NEW]), clock)

    async def story() -> None:
        assert await installations.get("slack", "T1") is None
        await installations.put("slack", "T1", {"token": "xoxb-1"})
        await installations.put("slack", "T1", {"token": "xoxb-2"})
        await installations.put("slack", "T2", {"token": "xoxb-3"})
        assert await installations.get("slack", "T1") == {"token": "xoxb-2"}
        await installations.drop("slack", "T1")
        assert await installations.get("slack", "T1") is None
        assert await installations.get("slack", "T2") == {"token": "xoxb-3"}

    asyncio.run(story())


def test_a_token_is_not_readable_in_the_database(sqlite: Database, clock: Clock) -> None:
    asyncio.run(StoredInstallations(sqlite, Vault([NEW]), clock).put("slack", "T1", {"token": "xoxb-1"}))
    assert b"xoxb" not in sqlite.run(lambda session: session.exec(select(Installation.secret)).one())


def test_what_an_older_key_kept_is_read_with_the_newer_one_before_it(sqlite: Database, clock: Clock) -> None:
    asyncio.run(StoredInstallations(sqlite, Vault([OLD]), clock).put("slack", "T1", {"token": "xoxb-1"}))

    both = StoredInstallations(sqlite, Vault([NEW, OLD]), clock)
    assert asyncio.run(both.get("slack", "T1")) == {"token": "xoxb-1"}
    with pytest.raises(Sealed, match="no key in BELLWETHER_SECRET_KEYS fits"):
        asyncio.run(StoredInstallations(sqlite, Vault([NEW]), clock).get("slack", "T1"))


def test_without_a_key_nothing_is_kept_and_a_wrong_key_is_named(sqlite: Database, clock: Clock) -> None:
    with pytest.raises(Sealed, match="set BELLWETHER_SECRET_KEYS"):
        asyncio.run(StoredInstallations(sqlite, Vault([]), clock).put("slack", "T1", {"token": "xoxb-1"}))
    with pytest.raises(Sealed, match="not a Fernet key"):
        Vault(["hunter2"])
