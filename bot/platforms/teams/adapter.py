"""botbuilder's aiohttp adapter with a door of our own in front.

One rule: the token is checked before a letter of the body is parsed, the body against the token before it is read, and the reader gets the activity as it was sent: the SDK's
own form of it loses members that we need.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity, ActivityTypes
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
)

from bot.platforms.teams.apps import loopback
from bot.platforms.teams.auth import Claims, Doorkeeper
from bot.platforms.teams.keys import Refused, Unsure
from bot.platforms.teams.sheet import written
from bot.wire import Malformed, Table, parsed, text

log = logging.getLogger(__name__)

READING = 10  # seconds that a body may take to come


class Untaken(Exception):
    """It was not taken; with `status` Teams hears so, and brings it again."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Taker(Protocol):
    """Who takes the activities that were let in."""

    async def take(self, activity: Table, claims: Claims) -> dict[str, Any] | None:
        """What an invoke is answered with; None for others and for an invoke that is not known. Raises Untaken and Malformed."""


class Silent(ConnectorFactory):  # type: ignore[misc]
    """The pipeline wants a connector for each turn; nothing is sent by it, all goes by the outbox."""

    async def create(self, service_url: str, audience: str) -> object:
        return self


class Checked(BotFrameworkAuthentication):  # type: ignore[misc]
    """The pipeline's questions to Microsoft, which the doorkeeper has asked already."""

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        raise PermissionError("not by this door")

    async def authenticate_streaming_request(
        self, auth_header: str, channel_id_header: str
    ) -> AuthenticateRequestResult:
        raise PermissionError("not by this door")

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        return Silent()

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> None:
        return None


class Adapter(CloudAdapter):  # type: ignore[misc]
    """From an HTTP request to a turn of botbuilder's, and back."""

    def __init__(self, door: Doorkeeper) -> None:
        self._checked = Checked()
        super().__init__(self._checked)
        self._door = door

    async def process(self, request: web.Request, bot: Taker, ws_response: None = None) -> web.Response:
        """Let it in or not, have it taken, and answer."""
        try:
            claims = await self._door.admit(request.headers.get(hdrs.AUTHORIZATION, ""), _near(request))
            async with asyncio.timeout(READING):
                body = await request.read()
            activity = _parsed(body)
            claims.covers(activity)
            return await self._turn(activity, claims, bot)
        except TimeoutError:
            return web.Response(status=408, text="too slow", headers={"Connection": "close"})
        except Refused as error:
            log.info("a request was refused: %s", error)
            return web.Response(status=401, text="not proved to come from Microsoft")
        except Unsure as error:
            log.warning("a request could not be checked: %s", error)
            return web.Response(status=503, text="cannot be checked now")
        except Malformed as error:
            log.warning("a malformed request: %s", error)
            return web.Response(status=400, text="malformed")
        except Untaken as error:
            return web.Response(status=error.status, text=str(error))

    async def _turn(self, raw: Table, claims: Claims, bot: Taker) -> web.Response:
        """Run the pipeline; at its end stands the taker, with what was sent and not what the SDK kept of it."""

        async def take(context: TurnContext) -> None:
            taken = await bot.take(raw, claims)
            if taken is not None:
                answer = InvokeResponse(status=200, body=taken)
                await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=answer))

        answered = await self.process_activity(self._admitted(claims), _activity(raw), take)
        if answered is None:
            return web.Response(status=200)
        if answered.body is None:
            return web.Response(status=int(answered.status))
        return web.json_response(answered.body, status=int(answered.status), dumps=written)

    def _admitted(self, claims: Claims) -> AuthenticateRequestResult:
        result = AuthenticateRequestResult()
        result.claims_identity = self.create_claims_identity(claims.app.app)
        result.connector_factory = self._checked.create_connector_factory(result.claims_identity)
        return result


def _parsed(body: bytes) -> Table:
    try:
        found = parsed(body.decode())
    except UnicodeDecodeError as error:
        raise Malformed(f"not JSON: {error}") from error
    if not isinstance(found, dict):
        raise Malformed("not an activity")
    text(found, "type")
    return found


def _activity(raw: Table) -> Activity:
    """The activity as botbuilder's pipeline knows it."""
    try:
        # Nothing is collected for the response (`deliveryMode`): what is said goes by the outbox.
        return Activity().deserialize({name: value for name, value in raw.items() if name != "deliveryMode"})
    except Exception as error:  # the SDK raises whatever it stumbles over
        raise Malformed(f"not an activity: {error}") from error


def _near(request: web.Request) -> bool:
    """Tell whether a program on this machine sent it: not a page in somebody's browser, and nobody behind a proxy or a tunnel."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host"))
    if forwarded or not peer or not loopback(peer[0]) or not loopback(_named(f"//{request.host}")):
        return False
    origin = request.headers.get(hdrs.ORIGIN)
    return origin is None or loopback(_named(origin))


def _named(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
