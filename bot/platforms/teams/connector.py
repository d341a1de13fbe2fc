"""Calling Microsoft's connector. One rule: a call that may have been taken is made once, and what comes of it is an answer, `Later` or `Never`.

It goes through the SDK's client and pipeline, with a sender of our own on aiohttp: the SDK's holds a thread for each call.
JSON is ours on both ways, for the SDK's models lose what they do not know (`isTargeted`, `tenantId`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
from botframework.connector.aio import ConnectorClient
from botframework.connector.aio.operations_async import ConversationsOperations
from botframework.connector.teams.operations import TeamsOperations
from msrest.pipeline import Request, Response
from msrest.pipeline.async_abc import AsyncHTTPPolicy, AsyncHTTPSender, AsyncPipeline
from msrest.universal_http import ClientRequest
from yarl import URL

from bot.platforms.teams.apps import Registration
from bot.platforms.teams.sheet import written
from bot.platforms.teams.tokens import Tokens
from bot.port import Later, Never
from bot.wire import Malformed, Table, maybe, rows, table, text

TIMEOUT, CONNECT = (
    25,
    5,
)  # seconds a call, and of them to connect; who gives up early does not know whether it was taken
TARGETED = {"isTargetedActivity": "true"}
GONE = {403, 404}
WAITS = {412, 503}  # not taken, for certain


SAID = {  # what a shepherd reads
    403: "Teams does not let Bellwether write there any more",
    404: "Teams does not have any more what this was for",
    413: "The message is too large for Teams",
}


class Declined(Never):
    """The connector's own no; `status` is HTTP's, `code` its name for the reason."""

    def __init__(self, status: int, code: str, *, gone: bool) -> None:
        super().__init__(f"{SAID.get(status, 'Teams does not take it')} ({f'{status} {code}'.strip()})", gone=gone)
        self.status, self.code = status, code


class Connector:
    """The calls that are used, for any registration and service URL."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._wire = _Wire()
        self._clients: dict[tuple[Registration, str], ConnectorClient] = {}

    async def post(
        self,
        app: Registration,
        service_url: str,
        conversation: str,
        activity: dict[str, Any],
        *,
        targeted: bool = False,
    ) -> str:
        """Say it there, `targeted` to its recipient alone; gives the activity's id, empty where Teams took it and does not tell. What answers
        with something else than JSON may have been somebody in between."""
        url = _url(ConversationsOperations.send_to_conversation, targeted, conversationId=conversation)
        taken = await self._call(app, service_url, "POST", url, activity, unsure=True)
        try:
            return maybe(_said(taken), "id")
        except Malformed:
            return ""
        except Later as odd:
            raise Later(str(odd), unsure=True) from odd

    async def put(
        self,
        app: Registration,
        service_url: str,
        conversation: str,
        message: str,
        activity: dict[str, Any],
    ) -> None:
        """Let that message be this from now on. Of a message that is no longer there it raises `Never`, but the conversation is not gone."""
        update = ConversationsOperations.update_activity
        url = _url(update, conversationId=conversation, activityId=message)
        try:
            await self._call(app, service_url, "PUT", url, activity)
        except Declined as error:
            if error.status == 404 and error.code != "ConversationNotFound":
                raise Declined(error.status, error.code, gone=False) from error
            raise

    async def begin(self, app: Registration, service_url: str, parameters: dict[str, Any]) -> str:
        """Begin to talk to somebody; gives the conversation's id, the same for the same person."""
        url = _url(ConversationsOperations.create_conversation)
        try:
            return text(_said(await self._call(app, service_url, "POST", url, parameters)), "id")
        except Malformed as error:
            raise Later(f"Teams answered oddly: {error}") from error

    async def member(self, app: Registration, service_url: str, conversation: str, user: str) -> Table:
        """One of the roster, by `29:` address or aadObjectId."""
        url = _url(ConversationsOperations.get_conversation_member, conversationId=conversation, memberId=user)
        return _said(await self._call(app, service_url, "GET", url))

    async def channels(self, app: Registration, service_url: str, team: str) -> list[Table]:
        """The channels of a team; its General channel has no name."""
        said = await self._call(app, service_url, "GET", _url(TeamsOperations.get_teams_channels, teamId=team))
        try:
            return rows(_said(said), "conversations")
        except Malformed as error:
            raise Later(f"Teams answered oddly: {error}") from error

    async def close(self) -> None:
        """Let go of the network."""
        await self._wire.close()

    async def _call(
        self,
        app: Registration,
        service_url: str,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        unsure: bool = False,
    ) -> bytes:
        """Make it; gives the body of the answer. `unsure` when it leaves something behind that would be there twice."""
        sent = ClientRequest(method, service_url.rstrip("/") + path, headers={"Accept": "application/json"})
        if body is not None:
            sent.headers["Content-Type"] = "application/json; charset=utf-8"
            sent.data = written(body).encode()
        try:
            answer: _Answer = (await self._client(app, service_url).config.pipeline.run(sent)).http_response
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Later(f"Teams cannot be reached: {error!r}") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Later(f"no answer from Teams: {error!r}", unsure=unsure) from error
        if not 200 <= answer.status < 300:
            raise _refused(answer, unsure)
        return answer.body

    def _client(self, app: Registration, service_url: str) -> ConnectorClient:
        if (app, service_url) not in self._clients:
            bearer = _Bearer(self._tokens, app)
            client = ConnectorClient(bearer, service_url)
            # Afterwards, for the SDK links the credentials into a pipeline of its own first. In ours there is no reading of bodies,
            # which fails on an error page, and no logging of headers.
            client.config.pipeline = AsyncPipeline([client.config.user_agent_policy, bearer], self._wire)
            self._clients[app, service_url] = client
        return self._clients[app, service_url]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class _Bearer(AsyncHTTPPolicy[ClientRequest, _Answer]):
    """Signs each call; what is not let in was not taken, and goes once more with a fresh token."""

    def __init__(self, tokens: Tokens, app: Registration) -> None:
        super().__init__()
        self._tokens, self._app = tokens, app

    async def send(self, request: Request[ClientRequest], **config: Any) -> Response[ClientRequest, _Answer]:
        answer = await self._signed(request, fresh=False)
        if answer.http_response.status == 401 and self._app.app:
            answer = await self._signed(request, fresh=True)
        return answer

    async def _signed(self, request: Request[ClientRequest], *, fresh: bool) -> Response[ClientRequest, _Answer]:
        if token := await self._tokens.bearer(self._app, fresh):
            request.http_request.headers["Authorization"] = f"Bearer {token}"
        assert self.next
        return await self.next.send(request)


class _Wire(AsyncHTTPSender[ClientRequest, _Answer]):
    """Any number of calls at once, each on a connection of its own: one that was used before may be gone when it is used again,
    and then nobody knows whether the call arrived."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: Request[ClientRequest], **config: Any) -> Response[ClientRequest, _Answer]:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, force_close=True),
                timeout=aiohttp.ClientTimeout(total=TIMEOUT, connect=CONNECT),
            )
            self._session._retry_connection = (
                False  # else it makes a PUT or GET again by itself; there is no public way to say so
            )
        asked = request.http_request
        async with self._session.request(
            asked.method,
            URL(asked.url, encoded=True),
            headers=asked.headers,
            data=asked.data,
            allow_redirects=False,
        ) as given:
            return Response(request, _Answer(given.status, given.headers, await given.read()))

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None


def _url(operation: Any, targeted: bool = False, **parts: str) -> str:
    path: str = operation.metadata["url"].format(**{name: quote(part, safe="") for name, part in parts.items()})
    return path + (f"?{urlencode(TARGETED)}" if targeted else "")


def _refused(answer: _Answer, unsure: bool) -> Later | Never:
    status = answer.status
    try:
        code = maybe(json.loads(answer.body or b"{}"), "error", "code")
    except (ValueError, Malformed):
        code = ""
    named = f"{status} {code}".strip()
    match status:
        case 401:
            return Later("Teams does not accept the bot's token: check the app's registration")
        case 429:
            return Later(f"Teams asks to wait ({named})", after=_seconds(answer.headers.get("Retry-After")))
        case _ if status in WAITS:
            return Later(f"Teams is busy ({named})")
        case _ if status >= 500 or status == 408:
            return Later(f"Teams has trouble ({named})", unsure=unsure)
        case _:
            return Declined(status, code, gone=status in GONE)


def _seconds(header: str | None) -> float | None:
    try:
        return max(1.0, float(header or ""))
    except ValueError:
        return None


def _said(body: bytes) -> Table:
    try:
        return table(json.loads(body or b"{}"))
    except (ValueError, Malformed) as error:
        raise Later("Teams answered with something else than JSON") from error
