"""The way in: signature, bolt, one catch-all, answer. One rule: nothing is parsed before its signature holds, and nothing is acknowledged before it is saved."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot import logs
from bot.inbound import Inbound, Place, Pressed, Submitted, Typed, Uninstalled
from bot.messages import Errors, Form, Inset, Message, Nothing, Reply
from bot.platforms.slack.calls import Refused, ask, client
from bot.platforms.slack.draw import draw, escape, fallback
from bot.platforms.slack.form import draw_errors, draw_form
from bot.platforms.slack.people import People
from bot.platforms.slack.read import read
from bot.platforms.slack.tenants import Tenant, Tenants
from bot.platforms.slack.wire import parse
from bot.port import Answer, Later, Never
from bot.wire import Malformed, Table, maybe

log = logging.getLogger(__name__)

BODY = 1_000_000  # bytes that are taken
HASHED = 8_000_000  # bytes that are read at all, to tell a large body from a forged one
STALE = 300  # seconds
TRIGGER = 2.6  # seconds that a form may be opened in; Slack gives three, of which some pass on the way


class Authorize(AsyncAuthorize):
    """Bolt's question who we are in a workspace, answered from `Tenants`."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        **_: Any,
    ) -> AuthorizeResult | None:
        if not team_id:
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=None)  # refused below
        try:
            tenant = await self._tenants.of(team_id)
        except (Later, Never):
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)  # asked again, and answered for, below
        if tenant is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_user_id=tenant.bot, bot_token=tenant.token
        )


class Everything(AsyncMiddleware):
    """The one catch-all behind bolt's own middleware."""

    def __init__(self, handle: Callable[[Table, str], Awaitable[BoltResponse]]) -> None:
        self._handle = handle

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        return await self._handle(req.body, req.context.team_id or "")


class Socket(AsyncSocketModeHandler):
    """Bolt's Socket Mode, which in addition knows what is in hand."""

    def __init__(self, app: AsyncApp, token: str, web_client: AsyncWebClient) -> None:
        super().__init__(app, token, web_client=web_client)
        self.in_hand: set[asyncio.Task[Any]] = set()
        self.closing = False

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        if self.closing:
            return  # not acknowledged, so Slack gives it to another connection
        task = asyncio.ensure_future(super().handle(client, req))
        self.in_hand.add(task)
        task.add_done_callback(self.in_hand.discard)
        await task


class Receiver:
    """Requests over HTTP and envelopes over Socket Mode take the same way."""

    def __init__(
        self,
        tenants: Tenants,
        people: People,
        now: Callable[[], datetime],
        *,
        signing_secret: str,
        api_url: str,
        oauth: AsyncOAuthFlow | None,
    ) -> None:
        self._tenants, self._people, self._now = tenants, people, now
        self._secret, self._api_url = signing_secret.encode(), api_url
        self._answer: Answer | None = None
        self._socket: Socket | None = None
        self._connecting: asyncio.Task[None] | None = None
        bolts = logging.getLogger(f"{__name__}.bolt")
        bolts.setLevel(logging.ERROR)  # it warns of every token that stands in the environment
        self.app = AsyncApp(
            name="bellwether",
            logger=bolts,
            client=client(None, api_url),
            signing_secret=signing_secret,
            authorize=Authorize(tenants),  # type: ignore[arg-type]  # bolt's own class, missing from its annotation
            oauth_flow=oauth,
            process_before_response=True,
            request_verification_enabled=False,  # done in front, by the clock that is given
        )
        self.app.use(Everything(self._take))

    def open(self, answer: Answer, app_token: str) -> None:
        """Begin to answer; with an app token, also begin to connect to Socket Mode."""
        self._answer = answer
        if app_token:
            self._socket = Socket(self.app, app_token, client(None, self._api_url))
            self._connecting = asyncio.create_task(self._socket.client.connect())  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Take nothing more, finish what is in hand (five seconds at most), and hang up."""
        if self._socket:
            self._socket.closing = True
            if self._socket.in_hand:
                await asyncio.wait(self._socket.in_hand, timeout=5)
            if self._connecting:
                self._connecting.cancel()
                await asyncio.gather(self._connecting, return_exceptions=True)
            await self._socket.client.close()  # type: ignore[no-untyped-call]
        self._socket = self._connecting = self._answer = None

    async def post(self, request: web.Request) -> web.Response:
        """Take one HTTP request from Slack."""
        body = await self._verified(request)
        if body is None:
            return web.Response(status=401, text="not signed by Slack, or too long ago")
        if len(body) > BODY:
            return web.Response(status=413, text="too large")
        if self._answer is None:
            return web.Response(status=503, text="not receiving")
        try:
            parse(body, request.content_type)
            bolt_request = AsyncBoltRequest(
                body=body.decode(), query=request.query_string, headers=dict(request.headers.items())
            )
        except (Malformed, ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            log.warning("a malformed request: %s", error)
            return web.Response(status=400, text="malformed")
        return await to_aiohttp_response(await self.app.async_dispatch(bolt_request))

    async def _verified(self, request: web.Request) -> bytes | None:
        """The body, if it is signed by Slack and fresh; one byte too many of it where it is too large."""
        stamp = request.headers.get("X-Slack-Request-Timestamp", "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12 and self._secret):
            return None
        if abs(self._now().timestamp() - int(stamp)) > STALE:
            return None
        seal = hmac.new(self._secret, f"v0:{stamp}:".encode(), hashlib.sha256)
        body, size = bytearray(), 0
        async for chunk in request.content.iter_any():
            size += len(chunk)
            if size > HASHED:
                return None
            seal.update(chunk)
            body += chunk[: BODY + 1 - len(body)]
        given = request.headers.get("X-Slack-Signature", "")
        return bytes(body) if hmac.compare_digest(f"v0={seal.hexdigest()}".encode(), given.encode()) else None

    async def _take(self, body: Table, team: str) -> BoltResponse:
        """Read it, have it answered, and acknowledge it with the answer."""
        began = time.monotonic()
        answer = self._answer
        if answer is None:
            return BoltResponse(status=503, body="")
        try:
            if not team:
                raise Malformed("of no workspace")
            tenant = await self._tenants.of(team) or Tenant(team, "", "", client(None, self._api_url))
            value = await read(body, tenant, self._people)
            if value is None:
                return BoltResponse(status=200, body="")
            reply = await answer(value)
            if isinstance(value, Uninstalled):
                await self._tenants.drop(tenant.team)
        except Malformed as error:
            log.warning("a malformed request: %s", error)
            return BoltResponse(status=400, body="malformed")
        except Exception:
            return _sorry(body)
        return await self._reply(value, reply, body, tenant, began)

    async def _reply(self, value: Inbound, reply: Reply, body: Table, tenant: Tenant, began: float) -> BoltResponse:
        done = BoltResponse(status=200, body="")
        match value, reply:
            case Typed() | Pressed(), Form():
                trigger = maybe(body, "trigger_id")
                if not trigger or await self._opened(reply, value.place, tenant, trigger, began):
                    return done
                closed = _closed(reply)
                if isinstance(value, Typed):
                    return _said(closed, tenant)
                await self._whisper(closed, body, tenant)
                return done
            case Typed(), Message() if "command" in body:
                return _said(reply, tenant)
            case Submitted(), Form():
                return BoltResponse(
                    status=200, body={"response_action": "update", "view": draw_form(reply, value.place)}
                )
            case Submitted(), Errors():
                return BoltResponse(status=200, body=draw_errors(reply, body["view"]) or {"response_action": "clear"})
            case Submitted(), Message() | Nothing():
                return BoltResponse(status=200, body={"response_action": "clear"})
            case _:
                return done

    async def _opened(self, form: Form, place: Place, tenant: Tenant, trigger: str, began: float) -> bool:
        """Open a form while the trigger lives; tell whether it was opened, now or before."""
        try:
            async with asyncio.timeout(max(0.1, TRIGGER - (time.monotonic() - began))):
                await ask(tenant.client.views_open, trigger_id=trigger, view=draw_form(form, place))
        except (Later, Never, TimeoutError) as error:
            log.info("a form did not open: %s", error)
            # A trigger that was used before came again, and its form was opened then.
            return isinstance(error, Refused) and error.why == "exchanged_trigger_id"
        return True

    async def _whisper(self, message: Message, body: Table, tenant: Tenant) -> None:
        """Answer a button privately, by the address that came with it: that works where the bot itself may not post."""
        url = maybe(body, "response_url")
        if not url:
            return
        try:
            await AsyncWebhookClient(url, timeout=3, retry_handlers=[]).send_dict(
                {"response_type": "ephemeral", "replace_original": False, **_drawn(message, tenant)}
            )
        except Exception as error:
            log.warning("a private answer was lost: %r", error)


def _drawn(message: Message, tenant: Tenant) -> dict[str, Any]:
    return {"text": fallback(message), "mrkdwn": False, "blocks": draw(message, tenant.team)}


def _said(message: Message, tenant: Tenant) -> BoltResponse:
    return BoltResponse(status=200, body={"response_type": "ephemeral", **_drawn(message, tenant)})


def _closed(form: Form) -> Message:
    """A form that did not open by itself, with the button that opens it."""
    return Message((f"Press the button to open “{form.title}”.",), buttons=(Inset(form).opening,))


def _sorry(body: Table) -> BoltResponse:
    """What a person sees of an unexpected failure; an event gets a 500, so that Slack brings it again."""
    token = logs.spoken()
    log.exception("a request failed (%s)", token)
    words = f"Something went wrong and nothing was saved. Please try again; if it happens again, tell your operator: {token}"
    if "command" in body:
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": escape(words)})
    if body.get("type") == "view_submission" and (shown := draw_errors(Errors({"": words}), body["view"])):
        return BoltResponse(status=200, body=shown)
    return BoltResponse(status=500, body="")
