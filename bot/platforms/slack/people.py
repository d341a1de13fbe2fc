"""Who people are and what channels are called, as Slack knows them. One rule: nobody waits longer than half a second for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.inbound import Profile
from bot.platforms.slack.calls import ask
from bot.platforms.slack.tenants import Tenant
from bot.port import Later, Never
from bot.wire import Malformed, Table, maybe, table
from bot.words import Account

log = logging.getLogger(__name__)

PATIENCE = 0.5  # seconds
FRESH = timedelta(days=1)
MOST = 50_000


@dataclass(frozen=True, slots=True)
class Channel:
    """`present`: the bot can post there; None where that is not known."""

    name: str = ""
    present: bool | None = None
    direct: bool = False


class People:
    """What was learnt, a day old at most. That the bot is absent from a channel is asked anew each time: somebody may just have invited it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._profiles: dict[tuple[str, str], tuple[datetime, Profile]] = {}
        self._channels: dict[tuple[str, str], tuple[datetime, Channel]] = {}
        self._absent: dict[tuple[str, str], Channel] = {}
        self._asking: dict[tuple[str, str], asyncio.Task[None]] = {}
        self.late: Callable[[Tenant, Profile], Awaitable[None]] | None = None
        """Told of somebody for whom nobody waited any more."""

    async def learn(self, tenant: Tenant, users: Iterable[str], channel: str = "") -> None:
        """Find out what is not known yet, waiting half a second at most; the rest is learnt in the background."""
        asked = [
            self._ask((tenant.team, u), self._learn_user(tenant, u))
            for u in {*users} - {""}
            if not self.knows(tenant, u)
        ]
        if channel and not self.channel(tenant, channel).present:
            self._absent.pop((tenant.team, channel), None)
            asked.append(self._ask((tenant.team, channel), self._learn_channel(tenant, channel)))
        if asked:
            await asyncio.wait(asked, timeout=PATIENCE)

    def knows(self, tenant: Tenant, user: str) -> bool:
        kept = self._profiles.get((tenant.team, user))
        return kept is not None and self._now() - kept[0] < FRESH

    def profile(self, tenant: Tenant, user: str, name: str = "", home: str = "") -> Profile:
        """Give what is known of a user; `name` and `home` (their own workspace) are what the request said of them."""
        if kept := self._profiles.get((tenant.team, user)):  # of another day, where Slack was slow to say it anew
            return kept[1]
        home = home if home.startswith("T") else tenant.team  # an enterprise's id is no workspace
        return Profile(Account("slack", home, user), name or user, bot=user == tenant.bot, guessed=True)

    def channel(self, tenant: Tenant, channel: str) -> Channel:
        kept = self._channels.get((tenant.team, channel))
        if kept and self._now() - kept[0] < FRESH:
            return kept[1]
        return self._absent.get((tenant.team, channel), Channel())

    def told(self, tenant: Tenant, user: Table) -> Profile:
        """Keep what Slack says of a user."""
        about = table(user, "profile")
        profile = Profile(
            Account("slack", maybe(user, "team_id") or tenant.team, maybe(user, "id")),
            name=maybe(about, "real_name")
            or maybe(user, "real_name")
            or maybe(about, "display_name")
            or maybe(user, "name")
            or maybe(user, "id"),
            zone=_zone(maybe(user, "tz")),
            locale=maybe(user, "locale") or None,
            bot=user.get("is_bot") is True or maybe(user, "id") in ("USLACKBOT", tenant.bot),
            gone=user.get("deleted") is True,
        )
        _keep(self._profiles, (tenant.team, maybe(user, "id")), (self._now(), profile))
        return profile

    def entered(self, tenant: Tenant, channel: str, known: Channel) -> None:
        """Keep that the bot is in that channel."""
        self._absent.pop((tenant.team, channel), None)
        _keep(self._channels, (tenant.team, channel), (self._now(), known))

    def forget(self, tenant: Tenant, channel: str) -> None:
        """Forget a channel: it is called otherwise now, or the bot is no longer in it."""
        self._channels.pop((tenant.team, channel), None)

    async def close(self) -> None:
        for task in self._asking.values():
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)

    def _ask(self, key: tuple[str, str], learning: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        if key in self._asking:
            learning.close()
        else:
            self._asking[key] = task = asyncio.create_task(learning)
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        return self._asking[key]

    async def _learn_user(self, tenant: Tenant, user: str) -> None:
        began = asyncio.get_running_loop().time()
        try:
            said = await ask(tenant.client.users_info, user=user, include_locale=True)
            profile = self.told(tenant, {"id": user, **table(said, "user")})
        except (Later, Never, Malformed) as error:
            log.info("nothing learnt of user %s: %s", user, error)
            return
        if self.late is not None and asyncio.get_running_loop().time() - began > PATIENCE:
            await self.late(tenant, profile)

    async def _learn_channel(self, tenant: Tenant, channel: str) -> None:
        try:
            said = table(await ask(tenant.client.conversations_info, channel=channel), "channel")
            direct = said.get("is_im") is True
            known = Channel(maybe(said, "name"), direct or said.get("is_member") is True, direct)
        except Never as error:
            if not error.gone:
                log.info("nothing learnt of channel %s: %s", channel, error)
                return
            known = Channel(present=False)
        except (Later, Malformed) as error:
            log.info("nothing learnt of channel %s: %s", channel, error)
            return
        if known.present:
            self.entered(tenant, channel, known)
        else:
            _keep(self._absent, (tenant.team, channel), known)


def _keep(kept: dict[tuple[str, str], Any], key: tuple[str, str], value: Any) -> None:
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
