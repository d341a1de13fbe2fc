"""Where to write to: what every activity tells of its tenant, its conversation and its sender, kept.

One rule: what was heard last holds. Teams moves its service URLs, so an address is as good as the newest activity from there.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace

from bot.platforms.teams.apps import Registration
from bot.port import Addresses
from bot.wire import Table, maybe, table

PLATFORM = "teams"
PERSONAL, CHANNEL, GROUP = "personal", "channel", "groupChat"


@dataclass(frozen=True, slots=True)
class Address:
    """How to reach a target: by which registration, at which service URL, as which bot. `user` is a person's `29:` address, which only
    that bot may use; `conversation` of a person is their own with the bot."""

    app: str
    service_url: str
    bot: str
    conversation: str = ""
    kind: str = ""
    team: str = ""
    user: str = ""


class Directory:
    """The addresses of all tenants, in memory before the `Addresses` that outlast a start; written only when something changed.

    A target is a conversation's id, `@` and an aadObjectId, or empty for the tenant itself.
    """

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._known: dict[tuple[str, str], Address] = {}

    async def learn(self, activity: Table, app: Registration) -> None:
        """Take from an activity what it tells."""
        tenant = tenant_of(activity)
        conversation, _, _ = maybe(activity, "conversation", "id").partition(";")
        here = Address(app.app, maybe(activity, "serviceUrl"), maybe(activity, "recipient", "id"))
        if not tenant or not here.service_url:
            return
        await self._changed(tenant, "", here)
        kind = maybe(activity, "conversation", "conversationType") or kind_of(conversation)
        if conversation:
            team = maybe(activity, "channelData", "team", "id")
            await self._changed(tenant, conversation, replace(here, conversation=conversation, kind=kind, team=team))
        if user := maybe(activity, "from", "aadObjectId"):
            theirs = replace(here, user=maybe(activity, "from", "id"))
            before = await self.of(tenant, f"@{user}")
            if kind == PERSONAL:
                theirs = replace(theirs, conversation=conversation, kind=PERSONAL)
            elif before and before.app == app.app:
                theirs = replace(theirs, conversation=before.conversation, kind=before.kind)
            await self._changed(tenant, f"@{user}", theirs)

    async def of(self, tenant: str, target: str) -> Address | None:
        """The address of that target; None where nothing was heard of it."""
        if (tenant, target) not in self._known:
            kept = await self._addresses.get(PLATFORM, tenant, target)
            if kept is None:
                return None
            named = {each.name for each in fields(Address)}
            self._known[tenant, target] = Address(**{name: value for name, value in kept.items() if name in named})
        return self._known[tenant, target]

    async def keep(self, tenant: str, target: str, address: Address) -> None:
        """Keep it, in place of what was kept before."""
        await self._addresses.put(PLATFORM, tenant, target, asdict(address))
        self._known[tenant, target] = address

    async def forget(self, tenant: str, target: str) -> None:
        """Keep nothing of that target any more."""
        self._known.pop((tenant, target), None)
        await self._addresses.drop(PLATFORM, tenant, target)

    async def of_team(self, tenant: str, team: str) -> list[str]:
        """The channels of a team that were ever heard of."""
        return sorted(await self._addresses.having(PLATFORM, tenant, "team", team))

    async def _changed(self, tenant: str, target: str, address: Address) -> None:
        if await self.of(tenant, target) != address:
            await self.keep(tenant, target, address)


def tenant_of(activity: Table) -> str:
    """The tenant that an activity is from, empty where it does not say."""
    return maybe(table(activity, "channelData"), "tenant", "id") or maybe(activity, "conversation", "tenantId")


def kind_of(conversation: str) -> str:
    """What kind of conversation bears such an id, for those activities that do not say."""
    if not conversation.startswith("19:"):
        return PERSONAL
    return GROUP if conversation.endswith("@thread.v2") else CHANNEL
