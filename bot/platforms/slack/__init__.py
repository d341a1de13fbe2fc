"""All of Slack, and the only place that knows its packages. One rule: outside this package Slack is a `bot.port.Platform`."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request

from bot.inbound import Place, Profile, Renamed
from bot.messages import Message
from bot.platforms.slack.calls import client, scopes
from bot.platforms.slack.draw import draw
from bot.platforms.slack.install import flow
from bot.platforms.slack.limits import PACE
from bot.platforms.slack.lines import Drawn
from bot.platforms.slack.manifest import SCOPES
from bot.platforms.slack.people import People
from bot.platforms.slack.receive import Receiver
from bot.platforms.slack.send import Sender
from bot.platforms.slack.tenants import Tenant, Tenants
from bot.port import Answer, Busy, Capabilities, Installations, Later, Never, Parcel, Sent
from bot.settings import Settings
from bot.wire import Malformed

log = logging.getLogger(__name__)


class Slack:
    """One Slack app: one workspace by its token, or many by OAuth; over HTTP, or Socket Mode."""

    name = "slack"
    can = Capabilities(
        finds=True,
        threads=True,
        private=True,
        forms_from_commands=True,
        home=True,
        quotes=False,
        hears=True,
        shows=False,
        pace=PACE,
    )

    def __init__(
        self,
        settings: Settings,
        installations: Installations,
        now: Callable[[], datetime],
        public_url: str | None,
    ) -> None:
        self._settings, self._public_url = settings, public_url
        self._tenants = Tenants(settings, installations, now)
        self._people = People(now)
        self._oauth = flow(settings, self._tenants, now, public_url)
        self._sender = Sender(self._tenants)
        secret = settings.slack_signing_secret
        self._receiver = Receiver(
            self._tenants,
            self._people,
            now,
            signing_secret=secret.get_secret_value() if secret else "",
            api_url=settings.slack_api_url,
            oauth=self._oauth,
        )
        self._warming: asyncio.Task[None] | None = None

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The web routes it needs."""
        yield web.post("/slack/events", self._receiver.post)
        if self._oauth:
            yield web.get("/slack/install", self._install)
            yield web.get("/slack/oauth_redirect", self._installed)

    async def open(self, answer: Answer) -> None:
        """Begin to receive."""
        token = self._settings.slack_app_token
        self._receiver.open(answer, token.get_secret_value() if token else "")

        async def late(tenant: Tenant, profile: Profile) -> None:
            place = Place("slack", tenant.team, "")
            try:
                await answer(Renamed(delivery=f"late:{secrets.token_hex(8)}", sender=profile, place=place))
            except Busy:
                log.info("what was learnt of somebody is kept when they come again")
            except Exception:
                log.exception("what was learnt of somebody could not be kept")

        self._people.late = late
        self._warming = asyncio.create_task(self._warm())

    async def close(self) -> None:
        """Stop receiving; finish what is in hand."""
        await self._receiver.close()
        await self._people.close()
        if self._warming:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)

    def draw(self, message: Message, tenant: str = "") -> list[Drawn]:
        """The message as blocks, within all limits; `tenant` is the workspace that will see it."""
        return draw(message, tenant)

    async def deliver(self, parcel: Parcel) -> Sent:
        """Send it. Raises `Later` or `Never`."""
        try:
            return await self._sender.deliver(parcel)
        except Malformed as error:
            raise Later(f"Slack answered oddly: {error}", unsure=True) from error

    async def find(self, parcel: Parcel) -> Sent | None:
        """Look whether it arrived after all. Raises `Later` when that cannot be told now."""
        try:
            return await self._sender.find(parcel)
        except Malformed as error:
            raise Later(f"Slack answered oddly: {error}") from error

    def faults(self) -> list[str]:
        """What is wrong with the settings alone, a line a fault with what to do; asks nobody."""
        given = self._settings
        found = []
        if not given.slack_signing_secret and not given.slack_app_token:
            found.append(
                "SLACK_SIGNING_SECRET is missing: copy it from the app's Basic Information (or set SLACK_APP_TOKEN for Socket Mode)."
            )
        if not given.slack_bot_token and not given.slack_client_id:
            found.append(
                "SLACK_BOT_TOKEN is missing: install the app and copy the token (xoxb-…) from OAuth & Permissions."
            )
        if bool(given.slack_client_id) != bool(given.slack_client_secret):
            found.append(
                "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET go together: set both, from the app's Basic Information."
            )
        if self._oauth and not self._public_url:
            found.append("BELLWETHER_PUBLIC_URL is missing: Slack sends people back to it when they install the app.")
        if self._oauth and not given.secret_keys:
            found.append("BELLWETHER_SECRET_KEYS is missing: the tokens of installed workspaces are kept encrypted.")
        if given.slack_app_token and not given.slack_app_token.get_secret_value().startswith("xapp-"):
            found.append(
                "SLACK_APP_TOKEN is not an app-level token (xapp-…): make one with the scope connections:write."
            )
        return found

    async def check(self) -> list[str]:
        """What is wrong with its settings, tokens and scopes, a line a problem with what to do."""
        found = self.faults()
        if not self._settings.slack_bot_token:
            return found
        caller = client(self._settings.slack_bot_token.get_secret_value(), self._settings.slack_api_url)
        try:
            granted = await scopes(caller)
        except Never as error:
            return [
                *found,
                f"SLACK_BOT_TOKEN is not accepted ({error}): copy the current one from OAuth & Permissions.",
            ]
        except Later as error:
            return [*found, f"Slack did not answer ({error}): check SLACK_API_URL and the network."]
        if granted and (missing := sorted({*SCOPES} - granted)):
            found.append(
                f"The Slack app lacks scopes: {', '.join(missing)}. Add them (see manifest.yaml) and reinstall it."
            )
        return found

    async def _warm(self) -> None:
        try:
            await self._tenants.own()
        except (Later, Never) as error:
            log.warning("Slack does not say which workspace the token is of (asked again at need): %s", error)

    async def _install(self, request: web.Request) -> web.Response:
        assert self._oauth
        return await to_aiohttp_response(await self._oauth.handle_installation(await to_bolt_request(request)))

    async def _installed(self, request: web.Request) -> web.Response:
        assert self._oauth
        return await to_aiohttp_response(await self._oauth.handle_callback(await to_bolt_request(request)))
