"""Who may speak to the bot: Microsoft's tokens, checked with Microsoft's keys.

One rule: what is not proved is refused, and what cannot be checked now is neither refused nor let in.

botbuilder's own check answers 500 to a bad token, never looks for new keys, skips what an activity leaves out and blocks
the event loop; this one takes its place. It does not compare tenants: a registration made in one tenant is also installed in others
(a shared channel's activity names the tenant that hosts it), and what Microsoft signed for the bot is true of its tenant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import jwt

from bot.platforms.teams.apps import ANONYMOUS, Registration, hosts, loopback
from bot.platforms.teams.keys import Keyring, Refused
from bot.settings import Settings
from bot.wire import Malformed, Table, maybe, text

MSTEAMS = "msteams"
LEEWAY = 300  # seconds that Microsoft's clock and ours may part

_PLAIN = re.compile(r"[a-z0-9.:-]+")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token proves: for which registration it is, and what an activity that comes with it may say."""

    app: Registration
    service_url: str = ""
    endorsements: frozenset[str] = field(default_factory=frozenset)

    def covers(self, activity: Table) -> None:
        """Check that the token was made for this activity. Raises Refused."""
        try:
            channel, service = maybe(activity, "channelId"), maybe(activity, "serviceUrl")
        except Malformed as error:
            raise Refused(str(error)) from error
        if channel != MSTEAMS:
            raise Refused("not of Teams")
        if self.app is ANONYMOUS:
            if not loopback(_host(service)):
                raise Refused("without a token, only this machine's service URLs are taken")
            return
        if channel not in self.endorsements:
            raise Refused("signed with a key that does not vouch for Teams")
        if not service or _same(service) != _same(self.service_url):
            raise Refused("signed for another service URL")


class Doorkeeper:
    """Checks the token of each request before anything of it is read."""

    def __init__(self, settings: Settings, apps: Iterable[Registration], now: Callable[[], datetime]) -> None:
        self._apps = {each.app: each for each in apps if each is not ANONYMOUS}
        self._open = settings.teams_allow_unauthenticated and loopback(settings.bellwether_host)
        self._hosts = (*hosts(settings), *(("localhost", "127.0.0.1", "::1") if self._open else ()))
        self._now = now
        self._keyring = Keyring(settings.microsoft_openid_url, now)

    async def admit(self, header: str, near: bool = False) -> Claims:
        """Check an Authorization header; `near` tells that a program on this machine sent it. Raises Refused or Unsure."""
        scheme, _, token = header.strip().partition(" ")
        if not scheme:
            if self._open and near:
                return Claims(ANONYMOUS)
            raise Refused("without a token")
        if scheme.lower() != "bearer":
            raise Refused("without a bearer token")
        try:
            return await self._verified(token.strip())
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError, Malformed) as error:
            raise Refused(f"with a bad token: {error}") from error

    async def close(self) -> None:
        """Let go of what is under way."""
        await self._keyring.close()

    async def check(self) -> None:
        """Try whether Microsoft's keys can be had. Raises Unsure."""
        try:
            await self._keyring.find("")
        except Refused:
            return

    async def _verified(self, token: str) -> Claims:
        # What can be told without a key is looked at first, so that most garbage never leads to a fetch.
        claimed = jwt.decode(token, options={"verify_signature": False})
        app = self._apps.get(text(claimed, "aud").lower())
        if app is None:
            raise Refused("for another bot")
        self._fresh(claimed)
        head = jwt.get_unverified_header(token)
        if head.get("alg") != "RS256":
            raise Refused("not signed by RS256")
        issuer, key = await self._keyring.find(text(head, "kid"))
        claims = jwt.decode(
            token,
            key.public,
            algorithms=["RS256"],
            issuer=issuer,
            # the times were compared above, by the clock that is given
            options={
                "verify_aud": False,
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
                "require": ["iss", "aud", "exp"],
            },
        )
        service = text(claims, "serviceurl")
        if not any(_matches(_host(service), each) for each in self._hosts):
            raise Refused(f"for a service URL that TEAMS_SERVICE_HOSTS does not have: {service}")
        return Claims(app, service, key.endorsements)

    def _fresh(self, claims: Mapping[str, Any]) -> None:
        now, until, since = self._now().timestamp(), claims.get("exp"), claims.get("nbf", 0)
        if not isinstance(until, int | float) or not isinstance(since, int | float):
            raise Refused("without the time that it holds")
        if not now < until + LEEWAY:
            raise Refused("expired")
        if not since - LEEWAY <= now:
            raise Refused("not valid yet")


def _same(url: str) -> str:
    return url.rstrip("/").lower()


def _host(url: str) -> str:
    """The host of a URL that is safe to send a token to; empty where it is not: not encrypted, or read otherwise by others."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    plain = f"[{host}]" if ":" in host else host
    if parts.netloc.lower() != (plain if port is None else f"{plain}:{port}") or not _PLAIN.fullmatch(host):
        return ""
    return host if parts.scheme == "https" or (parts.scheme == "http" and loopback(host)) else ""


def _matches(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern.strip("[]")
