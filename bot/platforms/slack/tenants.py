"""The workspaces that the app is installed in, and what to call them with. One rule: a workspace is the one of the installation, never that of a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.calls import ask, client
from bot.port import Installations
from bot.settings import Settings
from bot.wire import maybe

FRESH = timedelta(minutes=1)  # another process may have stored a new token


@dataclass(frozen=True, slots=True)
class Tenant:
    """`bot` is the bot's user there; empty where it is not known."""

    team: str
    token: str
    bot: str
    client: AsyncWebClient


class Tenants:
    """One workspace by its token in the settings, any number of others by what `installations` keeps."""

    def __init__(self, settings: Settings, installations: Installations, now: Callable[[], datetime]) -> None:
        self._url = settings.slack_api_url
        self._token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
        self._installations, self._now = installations, now
        self._own: Tenant | None = None
        self._kept: dict[str, tuple[datetime, Tenant]] = {}

    async def own(self) -> Tenant | None:
        """The workspace of the token in the settings. Raises Later or Never where Slack does not say which that is."""
        if self._token and self._own is None:
            caller = client(self._token, self._url)
            said = await ask(caller.auth_test)
            self._own = Tenant(maybe(said, "team_id"), self._token, maybe(said, "user_id"), caller)
        return self._own

    async def of(self, team: str) -> Tenant | None:
        """The installation for that workspace, or None. With a token in the settings there is always one: its own."""
        kept = self._kept.get(team)
        if kept and self._now() - kept[0] < FRESH:
            return kept[1]
        own = await self.own()
        if own and team in ("", own.team):
            return own
        values = await self._installations.get("slack", team)
        if not values:
            return own
        tenant = Tenant(team, values["token"], values.get("bot", ""), client(values["token"], self._url))
        self._kept[team] = (self._now(), tenant)
        return tenant

    async def install(self, team: str, token: str, bot: str, name: str) -> None:
        self._kept.pop(team, None)
        await self._installations.put("slack", team, {"token": token, "bot": bot, "name": name})

    async def drop(self, team: str) -> None:
        self._kept.pop(team, None)
        await self._installations.drop("slack", team)
