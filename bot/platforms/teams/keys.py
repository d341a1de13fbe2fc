"""The keys that Microsoft signs with. One rule: a day old at most, and however many wait for them, they are fetched once.

A key id that is not known is looked for again, since keys change, but not more often than once in some seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import jwt

from bot.wire import Malformed, Table, rows, text

KEPT = timedelta(days=1)
PAUSE = timedelta(seconds=5)  # between two looks for a key that is not known, so that garbage does not hammer Microsoft
TIMEOUT = aiohttp.ClientTimeout(total=5)


class Refused(Exception):
    """It is not proved that Microsoft sent this to the bot."""


class Unsure(Exception):
    """Microsoft's keys cannot be had now: it must be sent again."""


@dataclass(frozen=True, slots=True)
class Key:
    public: Any
    endorsements: frozenset[str]


@dataclass(frozen=True, slots=True)
class Keys:
    """What Microsoft published, and when it was fetched."""

    issuer: str
    by_id: Mapping[str, Key]
    at: datetime


class Keyring:
    """Microsoft's keys, fetched when they are needed; all who wait share one fetch."""

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        self._url, self._now = url, now
        self._keys: Keys | None = None
        self._fetching: asyncio.Task[Keys] | None = None
        self._looked: datetime | None = None  # when it was last looked in vain, or for an unknown key
        self._trouble = ""

    async def find(self, name: str) -> tuple[str, Key]:
        """The issuer and the key of that id. Raises Refused where there is none, Unsure where that cannot be told."""
        now = self._now()
        keys = self._keys if self._keys and timedelta() <= now - self._keys.at < KEPT else None
        if keys is None or name not in keys.by_id:
            if self._fetching is None and self._looked and abs(now - self._looked) < PAUSE:
                if keys is None or self._trouble:
                    raise Unsure(self._trouble)
            else:
                keys = await self._fetched(again=keys is not None)
        if keys is None or name not in keys.by_id:
            raise Refused("signed with a key that Microsoft does not publish")
        return keys.issuer, keys.by_id[name]

    async def _fetched(self, again: bool) -> Keys:
        if self._fetching is None:
            self._looked = self._now() if again else None
            self._fetching = asyncio.create_task(self._fetch())
            self._fetching.add_done_callback(self._settle)
        return await asyncio.shield(self._fetching)

    def _settle(self, task: asyncio.Task[Keys]) -> None:
        self._fetching = None
        if task.cancelled():
            return
        if error := task.exception():
            self._looked, self._trouble = self._now(), str(error)
        else:
            self._keys, self._trouble = task.result(), ""

    async def _fetch(self) -> Keys:
        try:
            async with aiohttp.ClientSession(timeout=TIMEOUT, raise_for_status=True) as session:
                async with session.get(self._url) as response:
                    about = await response.json(content_type=None)
                issuer = text(about, "issuer")
                async with session.get(text(about, "jwks_uri")) as response:
                    found = dict(_keys(rows(await response.json(content_type=None), "keys")))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, Malformed) as error:
            raise Unsure(f"Microsoft's keys cannot be had from {self._url}: {error or type(error).__name__}") from error
        if not found:
            raise Unsure(f"Microsoft's keys cannot be had from {self._url}: there is none")
        return Keys(issuer, found, self._now())

    async def close(self) -> None:
        """Let go of a fetch that is under way."""
        if self._fetching:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)


def _keys(published: Iterable[Table]) -> Iterable[tuple[str, Key]]:
    for each in published:
        endorsed = each.get("endorsements")
        named = frozenset(name for name in endorsed if isinstance(name, str)) if isinstance(endorsed, list) else ()
        try:
            yield text(each, "kid"), Key(jwt.PyJWK(dict(each), "RS256").key, frozenset(named))
        except (jwt.PyJWTError, ValueError, TypeError, Malformed):
            continue  # of a kind that does not sign these tokens
