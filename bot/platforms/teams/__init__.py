"""All of Microsoft Teams, and the only place that knows its packages. One rule: outside this package Teams is a `bot.port.Platform`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime

from aiohttp import web

from bot.messages import Message
from bot.platforms.teams.apps import faults, registrations
from bot.platforms.teams.arriving import Near
from bot.platforms.teams.auth import Doorkeeper
from bot.platforms.teams.called import Names
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.directory import Directory
from bot.platforms.teams.draw import draw
from bot.platforms.teams.keys import Unsure
from bot.platforms.teams.limits import PACE
from bot.platforms.teams.people import People
from bot.platforms.teams.receive import Receiver
from bot.platforms.teams.send import Sender
from bot.platforms.teams.sheet import Drawn
from bot.platforms.teams.spot import PLATFORM
from bot.platforms.teams.tokens import SCOPE, Tokens
from bot.port import Addresses, Answer, Capabilities, Later, Never, Parcel, Sent
from bot.settings import Settings
from bot.wire import Malformed

SCOPES = {  # by the host of the login; everywhere else it is the public cloud's
    "login.microsoftonline.us": "https://api.botframework.us/.default",
    "login.partner.microsoftonline.cn": "https://api.botframework.azure.cn/.default",
}


class Teams:
    """One bot in any number of Teams tenants, by one registration or several."""

    name = PLATFORM
    can = Capabilities(
        finds=False,
        threads=True,
        private=True,
        forms_from_commands=False,
        home=True,
        quotes=True,
        hears=False,
        shows=True,
        pace=PACE,
        patience=6.0,  # of the ten that Teams waits at least
    )

    def __init__(self, settings: Settings, addresses: Addresses, now: Callable[[], datetime]) -> None:
        self._settings, self._now = settings, now
        self._apps = registrations(settings)
        self._door = Doorkeeper(settings, self._apps, now)
        self._tokens = self._fetching()
        self._connector = Connector(self._tokens)
        directory = Directory(addresses, now)
        self._sender = Sender(self._apps, self._connector, directory)
        self._closed, self._sends = False, 0
        self._people = People(self._connector, directory, now)
        near = Near(self._people, Names(self._connector, now), directory)
        self._receiver = Receiver(self._door, near, self._whisper)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The web routes it needs."""
        yield web.post("/api/messages", self._receiver.post)

    async def open(self, answer: Answer) -> None:
        """Begin to receive."""
        self._closed = False
        self._receiver.open(answer)

    async def close(self) -> None:
        """Stop receiving; finish what is in hand."""
        await self._receiver.close()
        await self._people.close()
        await self._door.close()
        self._closed = True
        await self._hang_up()

    def draw(self, message: Message, tenant: str = "") -> Drawn:
        """The message as an Adaptive Card, within all limits; `tenant` is the one that will see it."""
        return draw(message, tenant)

    async def deliver(self, parcel: Parcel) -> Sent:
        """Send it. Raises `Later` or `Never`."""
        return await self._sending(self._sender.deliver(parcel))

    async def find(self, parcel: Parcel) -> Sent | None:
        """Nothing: Teams offers no way to ask what a bot has posted (`can.finds`)."""
        return None

    def faults(self) -> list[str]:
        """What is wrong with the settings alone, a line a fault with what to do; asks nobody."""
        return faults(self._settings)

    async def check(self) -> list[str]:
        """What is wrong with its settings and registrations, a line a problem with what to do."""
        found, tokens = self.faults(), self._fetching()
        try:
            for app in self._apps:
                try:
                    await tokens.bearer(app)
                except (Later, Never) as error:
                    found.append(f"No token can be fetched for the Teams bot: {error}.")
            if any(app.app for app in self._apps):
                await self._door.check()
        except Unsure as error:
            found.append(f"{error}: check MICROSOFT_OPENID_URL and the network.")
        finally:
            await tokens.close()
        return found

    async def _whisper(self, parcel: Parcel, errors: Mapping[str, str]) -> Sent:
        return await self._sending(self._sender.private(parcel, errors))

    async def _sending(self, sending: Awaitable[Sent]) -> Sent:
        self._sends += 1
        try:
            return await sending
        except Malformed as error:
            raise Later(f"Teams answered oddly: {error}", unsure=True) from error
        finally:
            self._sends -= 1
            await self._hang_up()

    async def _hang_up(self) -> None:
        """Let go of the network when the bot has stopped and nothing is being sent: whatever is sent last does it."""
        if self._closed and not self._sends:
            await self._connector.close()
            await self._tokens.close()

    def _fetching(self) -> Tokens:
        login = self._settings.microsoft_login_url
        scope = next((scope for host, scope in SCOPES.items() if f"//{host}" in login), SCOPE)
        return Tokens(login, scope, self._now)
