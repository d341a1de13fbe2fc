"""Where to write to: what every activity tells of its tenant, its conversation and its sender, kept.

One rule: what was heard last holds, but what an activity leaves out is no news. Teams moves its service URLs, so an address is as good
as the newest activity from there; another process may have heard it, so none is remembered longer than an hour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta

from bot.platforms.teams.apps import Registration
from bot.platforms.teams.recent import Recent
from bot.platforms.teams.spot import PERSONAL, PLATFORM, kind_of, tenant_of
from bot.port import Addresses
from bot.wire import Table, maybe

AGE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Address:
    """How to reach a target: by which registration, at which service URL, as which bot. `user` is a person's `29:` address, which only
    that bot may use; `conversation` of a person is their own with the bot, `home` the tenant they come from, where Teams told."""

    app: str
    service_url: str
    bot: str
    conversation: str = ""
    kind: str = ""
    team: str = ""
    user: str = ""
    home: str = ""


class Directory:
    """The addresses of all tenants, in memory before the `Addresses` that outlast a start; written only where they are not kept so.

    A target is a conversation's id, `@` and an aadObjectId, or empty for the tenant itself.
    """

    def __init__(self, addresses: Addresses, now: Callable[[], datetime]) -> None:
        self._addresses = addresses
        self._known: Recent[tuple[str, str], Address] = Recent(AGE, now)

    async def learn(self, activity: Table, app: Registration) -> None:
        """Take from an activity what it tells."""
        tenant = tenant_of(activity)
        conversation, _, _ = maybe(activity, "conversation", "id").partition(";")
        here = Address(app.app, maybe(activity, "serviceUrl"), maybe(activity, "recipient", "id"))
        if not tenant or not here.service_url:
            return
        await self._changed(tenant, "", here)
        before = (await self.of(tenant, conversation) if conversation else None) or here
        kind = maybe(activity, "conversation", "conversationType") or before.kind or kind_of(conversation)
        if conversation:
            team = maybe(activity, "channelData", "team", "id") or before.team
            await self._changed(tenant, conversation, replace(here, conversation=conversation, kind=kind, team=team))
        if user := maybe(activity, "from", "aadObjectId"):
            known = await self.of(tenant, f"@{user}") or here
            home = maybe(activity, "from", "tenantId") or known.home
            theirs = replace(here, user=maybe(activity, "from", "id"), home=home)
            if kind == PERSONAL:
                theirs = replace(theirs, conversation=conversation, kind=PERSONAL)
            elif known.app == app.app:
                theirs = replace(theirs, conversation=known.conversation, kind=known.kind)
            await self._changed(tenant, f"@{user}", theirs)

    async def met(self, tenant: str, user: str, theirs: Address) -> None:
        """Take from the roster where somebody is at home; what else is known of them already stays."""
        known = await self.of(tenant, f"@{user}")
        await self._changed(tenant, f"@{user}", replace(known or theirs, home=theirs.home))

    async def of(self, tenant: str, target: str) -> Address | None:
        """The address of that target; None where nothing was heard of it."""
        if known := self._known.get((tenant, target)):
            return known
        kept = await self._addresses.get(PLATFORM, tenant, target)
        if kept is None:
            return None
        named = {each.name for each in fields(Address)}
        found = Address(**{name: value for name, value in kept.items() if name in named})
        self._known.put((tenant, target), found)
        return found

    async def keep(self, tenant: str, target: str, address: Address) -> None:
        """Keep it, in place of what was kept before."""
        await self._addresses.put(PLATFORM, tenant, target, asdict(address))
        self._known.put((tenant, target), address)

    async def forget(self, tenant: str, target: str) -> None:
        """Keep nothing of that target any more."""
        self._known.drop((tenant, target))
        await self._addresses.drop(PLATFORM, tenant, target)

    async def of_team(self, tenant: str, team: str) -> list[str]:
        """The channels of a team that were ever heard of."""
        return sorted(await self._addresses.having(PLATFORM, tenant, "team", team))

    async def _changed(self, tenant: str, target: str, address: Address) -> None:
        if await self.of(tenant, target) != address:
            await self.keep(tenant, target, address)
