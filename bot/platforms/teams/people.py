"""Who people are and what channels are called, as Teams tells. One rule: nobody waits longer for it than is said here.

Every activity names its sender, with the time zone of their device: that is kept for a day, and the only place where a zone is known from.
The roster of a conversation knows who somebody mentioned is, and from which tenant people come.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.inbound import Profile
from bot.platforms.teams.apps import Registration
from bot.port import Later, Never
from bot.wire import Malformed, Table, maybe, rows, table, text
from bot.words import Account

if TYPE_CHECKING:
    from bot.platforms.teams.connector import Connector
    from bot.platforms.teams.directory import Directory

log = logging.getLogger(__name__)

PATIENCE = 0.5  # seconds
FOR_A_MENTION = 2.0  # seconds: without knowing who is meant nothing can be done for them
FRESH = timedelta(days=1)
REST = timedelta(minutes=1)  # until what could not be told is asked again
MOST = 50_000


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an activity comes from, and what it takes to ask Teams about it. `kind` is Teams' own: personal, groupChat or channel."""

    app: Registration
    service_url: str
    tenant: str
    channel: str
    kind: str
    team: str = ""


class People:
    """What was learnt, a day old at most. Raises nothing but `Malformed`."""

    def __init__(self, connector: Connector, directory: Directory, now: Callable[[], datetime]) -> None:
        self.directory = directory
        self._connector = connector
        self._now = now
        self._accounts: dict[tuple[str, str], Account] = {}  # by tenant and Teams' own address of them
        self._profiles: dict[Account, tuple[datetime, Profile]] = {}
        self._names: dict[tuple[str, str], tuple[datetime, str]] = {}
        self._asked: dict[tuple[str, str], datetime] = {}

    async def sender(self, at: Spot, activity: Table) -> Profile | None:
        """Whoever an activity is from, with what it tells of them; None where nobody can tell who that is."""
        who = table(activity, "from")
        user = text(who, "id")
        if (self._unsure(at, who) or not self._profile(at, who).name) and self._may_ask((at.tenant, user)):
            await _within(PATIENCE, self._learn_user(at, user))
        known = self._profile(at, who)
        if not known.account.user:
            log.info("nobody can tell who %s is", user)
            return None
        client = next((each for each in rows(activity, "entities") if each.get("type") == "clientInfo"), {})
        profile = replace(
            known,
            zone=_zone(maybe(activity, "localTimezone")) or _zone(maybe(client, "timezone")) or known.zone,
            locale=maybe(activity, "locale") or maybe(client, "locale") or known.locale,
        )
        _keep(self._profiles, profile.account, (self._now(), profile))
        return profile

    async def those(self, at: Spot, named: Iterable[Table], *, ask: bool = True) -> dict[str, Profile]:
        """Who was named, by Teams' address of them; those of whom nobody can tell who they are are left out."""
        people = {text(each, "id"): each for each in named}
        unsure = [user for user, each in people.items() if self._unsure(at, each) and ask]
        await _within(FOR_A_MENTION, *(self._learn_user(at, user) for user in unsure))
        found = {user: self._profile(at, {**each, "name": ""}) for user, each in people.items()}
        return {
            user: replace(profile, name=profile.name or maybe(people[user], "name"))
            for user, profile in found.items()
            if profile.account.user
        }

    async def called(self, at: Spot, said: str = "", *, ask: bool = True) -> str:
        """What the channel is called: as it was just `said`, as it is known, else as the team tells; empty where nobody does."""
        if said:
            _keep(self._names, (at.tenant, at.channel), (self._now(), said))
        elif at.kind == "channel" and at.channel == at.team:
            return "General"  # it has the team's own id, and no name
        kept = self._names.get((at.tenant, at.channel))
        if kept and self._now() - kept[0] < FRESH:
            return kept[1]
        if ask and at.team and at.kind == "channel" and self._may_ask((at.tenant, at.team)):
            await _within(PATIENCE, self._learn_names(at))
        kept = self._names.get((at.tenant, at.channel))
        return kept[1] if kept else ""

    def _unsure(self, at: Spot, who: Table) -> bool:
        """Keep what is said of somebody, and tell whether only the roster knows more: in a chat of their own people are of its tenant."""
        key, aad, home = (at.tenant, text(who, "id")), maybe(who, "aadObjectId"), maybe(who, "tenantId")
        if aad and (home or (at.kind == "personal" and key not in self._accounts)):
            _keep(self._accounts, key, Account("teams", home or at.tenant, aad))
        return key not in self._accounts

    def _profile(self, at: Spot, who: Table) -> Profile:
        """What is known of somebody now; an account of no user where nothing is."""
        said, name = Account("teams", at.tenant, maybe(who, "aadObjectId")), maybe(who, "name")
        account = self._accounts.get((at.tenant, text(who, "id")), said)
        kept = self._profiles.get(account)
        if kept and self._now() - kept[0] < FRESH:
            return replace(kept[1], name=name or kept[1].name)
        return Profile(account, name)

    def _may_ask(self, what: tuple[str, str]) -> bool:
        """Tell whether enough time went by since it was asked last, and count this as asked."""
        before, moment = self._asked.get(what), self._now()
        if before and moment - before < REST:
            return False
        _keep(self._asked, what, moment)
        return True

    async def _learn_user(self, at: Spot, user: str) -> None:
        try:
            member = await self._connector.member(at.app, at.service_url, at.channel, user)
            aad = maybe(member, "aadObjectId") or text(member, "objectId")
            account = Account("teams", maybe(member, "tenantId") or at.tenant, aad)
            name = maybe(member, "name")
        except (Later, Never, Malformed) as error:
            log.info("nothing learnt of %s: %s", user, error)
            return
        _keep(self._accounts, (at.tenant, user), account)
        known = self._profile(at, {"id": user})
        _keep(self._profiles, account, (self._now(), replace(known, name=name or known.name)))

    async def _learn_names(self, at: Spot) -> None:
        try:
            for each in await self._connector.channels(at.app, at.service_url, at.team):
                if name := maybe(each, "name"):
                    _keep(self._names, (at.tenant, text(each, "id")), (self._now(), name))
        except (Later, Never, Malformed) as error:
            log.info("the channels of %s are not known by name: %s", at.team, error)


async def _within(seconds: float, *asked: Coroutine[Any, Any, None]) -> None:
    """Wait for all of it, and no longer than that."""
    if asked:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.gather(*asked)


def _keep(kept: dict[Any, Any], key: Any, value: Any) -> None:
    kept.pop(key, None)
    kept[key] = value
    if len(kept) > MOST:
        del kept[next(iter(kept))]


def _zone(name: str) -> str | None:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # an unknown zone is a KeyError, an odd one any of these
        return None
    return name
