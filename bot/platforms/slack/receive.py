"""The way in: signature, bolt, one catch-all, answer. One rule: nothing is parsed before its signature holds, and nothing is acknowledged before it is saved."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot import logs
from bot.inbound import Inbound, Place, Pressed, Submitted, Typed, Uninstalled
from bot.messages import Errors, Form, Inset, Message, Nothing, Reply
from bot.platforms.slack.authorize import Authorize
from bot.platforms.slack.calls import Refused, ask, client
from bot.platforms.slack.draw import draw, fallback
from bot.platforms.slack.form import draw_errors, draw_form
from bot.platforms.slack.people import People
from bot.platforms.slack.read import read
from bot.platforms.slack.tenants import Tenant, Tenants
from bot.platforms.slack.untaken import BUSY, FAILED, PRESSED, given_back
from bot.platforms.slack.wire import parse
from bot.port import Answer, Busy, Later, Never
from bot.wire import Malformed, Table, maybe

if TYPE_CHECKING:
    from bot.platforms.slack.socket import Socket

log = logging.getLogger(__name__)

BODY = 1_000_000  # bytes that are taken
HASHED = 8_000_000  # bytes that are read at all, to tell a large body from a forged one
READING = 10  # seconds that a body may take to come
STALE = 300  # seconds
TRIGGER = 2.6  # seconds that a form may be opened in; Slack gives three, of which some pass on the way
RETRIES = "3"  # how often Slack brings an event again
AT_LAST = (
    20  # how often what comes for the last time stands in line: Slack has stopped listening by then, and loses nothing
)
WHISPERS, AT_A_BUTTON = (
    16,
    0.8,
)  # answers to buttons that were turned away: how many are under way at once, seconds for each


class Everything(AsyncMiddleware):
    """The one catch-all behind bolt's own middleware."""

    def __init__(self, handle: Callable[[Table, str, bool], Awaitable[BoltResponse]]) -> None:
        self._handle = handle

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        last = req.headers.get("x-slack-retry-num", ("",))[0] == RETRIES
        team = req.context.team_id
        return await self._handle(req.body, team if isinstance(team, str) else "", last)


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
        self._whispers = 0
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
            from bot.platforms.slack.socket import Socket

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
        try:
            async with asyncio.timeout(READING):
                body = await self._verified(request)
        except TimeoutError:
            return web.Response(status=408, text="too slow", headers={"Connection": "close"})
        if body is None:
            return web.Response(status=401, text="not signed by Slack, or too long ago")
        if len(body) > BODY:
            return web.Response(status=413, text="too large")
        if self._answer is None:
            return web.Response(status=503, text="not receiving")
        try:
            # As Socket Mode hands it over: bolt would read the body again, and not always in the same way.
            bolt_request = AsyncBoltRequest(
                mode="socket_mode",
                body=parse(body, request.content_type),
                query=request.query_string,
                headers=dict(request.headers.items()),
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
        return (
            bytes(body)
            if hmac.compare_digest(f"v0={seal.hexdigest()}".encode(), given.encode(errors="replace"))
            else None
        )

    async def _take(self, body: Table, team: str, last: bool) -> BoltResponse:
        """Read it, have it answered, and acknowledge it with the answer; `last` when Slack will not bring it again."""
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
            reply = await self._answered(value, answer, AT_LAST if last else 1)
            if isinstance(value, Uninstalled):
                await self._tenants.drop(tenant.team)
        except Malformed as error:
            log.warning("a malformed request: %s", error)
            return BoltResponse(status=400, body="malformed")
        except Busy:
            return given_back(body, BUSY) or await self._busy(body, tenant)
        except Exception:
            return _sorry(body)
        return await self._reply(value, reply, body, tenant, began)

    async def _answered(self, value: Inbound, answer: Answer, tries: int) -> Reply:
        while True:
            tries -= 1
            try:
                return await answer(value)
            except Busy:
                if not tries:
                    raise

    async def _busy(self, body: Table, tenant: Tenant) -> BoltResponse:
        """Say privately that a button did nothing; where that cannot be said, Slack puts a sign beside it, and brings an event again."""
        if not maybe(body, "response_url") or self._whispers >= WHISPERS:
            return BoltResponse(status=503, body="")
        self._whispers += 1
        try:
            async with asyncio.timeout(AT_A_BUTTON):
                await self._whisper(PRESSED, body, tenant)
        except TimeoutError:
            return BoltResponse(status=503, body="")
        finally:
            self._whispers -= 1
        return BoltResponse(status=200, body="")

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
    return given_back(body, f"{FAILED} {token}") or BoltResponse(status=500, body="")
