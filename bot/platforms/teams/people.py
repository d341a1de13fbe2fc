"""Who people are, as Teams tells. One rule: nobody is taken for somebody of another tenant; who cannot be told is waited for, or is nobody.

A room has people of several tenants, and an activity seldom says of which its sender is: the roster knows. It is asked once for a
person, and the directory keeps the answer. Every activity brings the time zone of its sender's device: that is kept for a day, and
the only place where a zone is known from.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.inbound import Profile
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.directory import Address, Directory
from bot.platforms.teams.recent import Recent
from bot.platforms.teams.spot import PERSONAL, PLATFORM, Spot
from bot.port import Later, Never
from bot.wire import Malformed, Table, maybe, rows, table, text
from bot.words import Account

log = logging.getLogger(__name__)

FOR_A_PERSON = 3.0  # seconds: without knowing who it is nothing can be done
FOR_A_NAME = 0.5
FRESH = timedelta(days=1)
REST = timedelta(minutes=1)  # until somebody's name is asked for again

Asking = tuple[str, str, str]  # tenant, conversation, Teams' address of the person


class Untold(Exception):
    """Who somebody is cannot be told just now: what they did must be brought again."""


class People:
    """What was learnt, a day old at most. Raises `Malformed`, and `Untold` where it says so."""

    def __init__(self, connector: Connector, directory: Directory, now: Callable[[], datetime]) -> None:
        self._connector, self._directory = connector, directory
        self._accounts: Recent[tuple[str, str], Account] = Recent(FRESH, now)  # by tenant and Teams' address of them
        self._profiles: Recent[Account, Profile] = Recent(FRESH, now)
        self._nameless: Recent[Account, bool] = Recent(REST, now)  # whose name was asked for
        self._asking: dict[Asking, asyncio.Task[Account | None]] = {}

    async def sender(self, at: Spot, activity: Table) -> Profile | None:
        """Whoever an activity is from, with what it tells of them; None where Teams knows nobody there. Raises `Untold`."""
        who = table(activity, "from")
        user = text(who, "id")
        account = await self._known(at, who) or await self._looked_up(at, user)
        if account is None:
            log.info("nobody in Teams knows who %s is", user)
            return None
        known = self._profile(account, maybe(who, "name"))
        if not known.name and not self._nameless.get(account):
            self._nameless.put(account, True)
            with suppress(Untold, TimeoutError):
                async with asyncio.timeout(FOR_A_NAME):
                    await self._looked_up(at, user)
            known = self._profile(account, "")
        client = next((each for each in rows(activity, "entities") if each.get("type") == "clientInfo"), {})
        profile = replace(
            known,
            zone=_zone(maybe(activity, "localTimezone")) or _zone(maybe(client, "timezone")) or known.zone,
            locale=maybe(activity, "locale") or maybe(client, "locale") or known.locale,
        )
        self._profiles.put(account, profile)
        return profile

    async def those(self, at: Spot, named: Iterable[Table], *, ask: bool = True) -> dict[str, Profile]:
        """Who was named, by Teams' address of them; of whom it cannot be told who they are, they are left out."""
        people = {text(each, "id"): each for each in named}
        accounts = {user: await self._known(at, each) for user, each in people.items()}
        unknown = [user for user, account in accounts.items() if account is None and ask]
        accounts |= zip(unknown, await asyncio.gather(*(self._perhaps(at, user) for user in unknown)), strict=True)
        found = {user: self._profile(account, "") for user, account in accounts.items() if account}
        return {user: replace(each, name=each.name or maybe(people[user], "name")) for user, each in found.items()}

    async def close(self) -> None:
        """Ask nothing more."""
        for each in (under_way := list(self._asking.values())):
            each.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _known(self, at: Spot, who: Table) -> Account | None:
        """Who it is, as far as it can be told without asking. In a chat of their own with the bot people are of its tenant; but that is not
        remembered, for in a room it would count for more."""
        key, aad, home = (at.tenant, text(who, "id")), maybe(who, "aadObjectId"), maybe(who, "tenantId")
        if not (aad and home) and (kept := self._accounts.get(key)):
            return kept
        if aad and not home:
            address = await self._directory.of(at.tenant, f"@{aad}")
            home = address.home if address else ""
        if aad and home:
            self._accounts.put(key, account := Account(PLATFORM, home, aad))
            return account
        return Account(PLATFORM, at.tenant, aad) if aad and at.kind == PERSONAL else None

    def _profile(self, account: Account, name: str) -> Profile:
        known = self._profiles.get(account) or Profile(account, "")
        return replace(known, name=name or known.name)

    async def _perhaps(self, at: Spot, user: str) -> Account | None:
        with suppress(Untold):
            return await self._looked_up(at, user)
        return None

    async def _looked_up(self, at: Spot, user: str) -> Account | None:
        """Who it is by the roster, None where it knows nobody of that address; all who wait share one call. Raises `Untold`."""
        key = at.tenant, at.channel, user
        if key not in self._asking:
            self._asking[key] = asyncio.create_task(self._ask(at, user))
            self._asking[key].add_done_callback(lambda task: self._asked(key, task))
        try:
            async with asyncio.timeout(FOR_A_PERSON):
                return await asyncio.shield(self._asking[key])  # goes on when nobody waits: it is brought again
        except TimeoutError as error:
            raise Untold(f"Teams does not say in time who {user} is") from error

    def _asked(self, key: Asking, task: asyncio.Task[Account | None]) -> None:
        del self._asking[key]
        if not task.cancelled() and (error := task.exception()):
            log.info("nothing learnt of %s: %s", key[-1], error)

    async def _ask(self, at: Spot, user: str) -> Account | None:
        try:
            member = await self._connector.member(at.app, at.service_url, at.channel, user)
            aad = maybe(member, "aadObjectId") or text(member, "objectId")
            home = maybe(member, "tenantId") or (at.tenant if at.kind == PERSONAL else "")
            account = Account(PLATFORM, home, aad)
            known = self._profile(account, maybe(member, "name"))
            theirs = Address(at.app.app, at.service_url, at.bot, user=maybe(member, "id"), home=home)
        except Later as error:
            raise Untold(f"Teams does not say who {user} is: {error}") from error
        except (Never, Malformed) as error:
            log.info("the roster does not know %s: %s", user, error)
            return None
        if not home:
            raise Untold(f"Teams does not say where {user} is at home")
        self._accounts.put((at.tenant, user), account)
        self._profiles.put(account, known)
        await self._directory.met(at.tenant, aad, theirs)
        return account


def _zone(name: str) -> str | None:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # an unknown zone is a KeyError, an odd one any of these
        return None
    return name
