"""The bot's own tokens, by which it may write. One rule: one fetch at a time for a registration, and no secret in a log or an error."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote

import aiohttp

from bot.platforms.teams.apps import Registration
from bot.port import Later
from bot.wire import Malformed, maybe, table, text

SCOPE = "https://api.botframework.com/.default"
TIMEOUT = 10  # seconds a fetch
EARLY = timedelta(minutes=5)  # before its end a token is not used any more


class Tokens:
    """Client credentials for each registration, kept until shortly before they end."""

    def __init__(self, login_url: str, scope: str, now: Callable[[], datetime]) -> None:
        self._login, self._scope, self._now = login_url.rstrip("/"), scope, now
        self._kept: dict[Registration, tuple[str, datetime]] = {}
        self._fetches: dict[Registration, asyncio.Task[str]] = {}
        self._session: aiohttp.ClientSession | None = None

    async def bearer(self, app: Registration, fresh: bool = False) -> str:
        """A token that holds; empty for the registration without credentials. `fresh` gives none that was there before. Raises `Later`."""
        if not app.app:
            return ""
        token, until = self._kept.get(app, ("", self._now()))
        if token and not fresh and self._now() < until:
            return token
        if app not in self._fetches:
            self._fetches[app] = asyncio.create_task(self._fetch(app))
            self._fetches[app].add_done_callback(lambda _: self._fetches.pop(app))
        return await asyncio.shield(self._fetches[app])

    async def close(self) -> None:
        """Let go of the network."""
        for fetch in (under_way := list(self._fetches.values())):
            fetch.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        if self._session:
            await self._session.close()
            self._session = None

    async def _fetch(self, app: Registration) -> str:
        self._session = self._session or aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT))
        url = f"{self._login}/{quote(app.tenant or 'botframework.com', safe='')}/oauth2/v2.0/token"
        wish = {"grant_type": "client_credentials", "client_id": app.app, "scope": self._scope}
        asked = self._now()
        try:
            async with self._session.post(
                url, data=wish | {"client_secret": app.password}, allow_redirects=False
            ) as response:
                if response.status >= 500 or response.status == 429:
                    raise Later(f"Microsoft's login has trouble ({response.status})")
                said = table(await response.json(content_type=None))
                if response.status != 200:
                    raise Later(
                        f"Microsoft's login refuses the app {app.app} ({_why(said)}): check its secret and its tenant"
                    )
                token, seconds = text(said, "access_token"), int(said.get("expires_in") or 0)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Later(f"Microsoft's login cannot be reached: {error!r}") from error
        except (ValueError, TypeError, Malformed) as error:
            raise Later("Microsoft's login answered oddly") from error
        self._kept[app] = token, asked + timedelta(seconds=seconds) - EARLY
        return token


def _why(said: object) -> str:
    """Its own words, without the trace ids that follow in later lines."""
    return f"{maybe(said, 'error')}: {maybe(said, 'error_description').partition(chr(10))[0]}"[:200].strip(": \r")
