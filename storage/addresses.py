"""Where the platforms write to, kept so that they can after a start as well.

One rule: what is kept last holds; the values are the platform's own and mean nothing here.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, select
from sqlmodel import Session

from storage import Database
from storage.statements import core, inserting, table

ADDRESSES = table("addresses")


class StoredAddresses:
    """The `bot.port.Addresses` that the platforms are given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, platform: str, tenant: str, target: str) -> dict[str, str] | None:
        """What was last kept of that target; None where nothing was."""
        return await self._database.read(_get, platform, tenant, target)

    async def put(self, platform: str, tenant: str, target: str, values: dict[str, str]) -> None:
        """Keep it, in place of what was kept before."""
        await self._database.transact(_put, platform, tenant, target, values)

    async def drop(self, platform: str, tenant: str, target: str) -> None:
        """Keep nothing of that target any more."""
        await self._database.transact(drop, platform, tenant, target)

    async def having(self, platform: str, tenant: str, name: str, value: str) -> dict[str, dict[str, str]]:
        """The targets whose values have that one."""
        return await self._database.read(_having, platform, tenant, name, value)


def drop_person(session: Session, platform: str, tenant: str, user: str) -> None:
    """Keep nothing of somebody any more, nor of the chat with them."""
    kept = _get(session, platform, tenant, f"@{user}") or {}
    drop(session, platform, tenant, f"@{user}")
    if chat := kept.get("conversation"):
        drop(session, platform, tenant, chat)


def drop(session: Session, platform: str, tenant: str, target: str) -> None:
    """Keep nothing of that target any more."""
    core(session).execute(delete(ADDRESSES).where(*_at(platform, tenant), ADDRESSES.c.target == target))


def _get(session: Session, platform: str, tenant: str, target: str) -> dict[str, str] | None:
    mine = select(ADDRESSES.c["values"]).where(*_at(platform, tenant), ADDRESSES.c.target == target)
    found: dict[str, str] | None = core(session).execute(mine).scalar_one_or_none()
    return found


def _put(session: Session, platform: str, tenant: str, target: str, values: dict[str, str]) -> None:
    connection = core(session)
    fresh = inserting(connection)(ADDRESSES).values(platform=platform, tenant=tenant, target=target, values=values)
    unique = ["platform", "tenant", "target"]
    connection.execute(fresh.on_conflict_do_update(index_elements=unique, set_={"values": values}))


def _having(session: Session, platform: str, tenant: str, name: str, value: str) -> dict[str, dict[str, str]]:
    wanted = ADDRESSES.c["values"][name].as_string() == value
    found = core(session).execute(
        select(ADDRESSES.c.target, ADDRESSES.c["values"]).where(*_at(platform, tenant), wanted)
    )
    return {row.target: row[1] for row in found}


def _at(platform: str, tenant: str) -> tuple[ColumnElement[bool], ...]:
    return ADDRESSES.c.platform == platform, ADDRESSES.c.tenant == tenant
