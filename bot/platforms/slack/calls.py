"""Calling Slack's Web API. One rule: a call is made once, and what comes of it is an answer, `Later` or `Never`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.port import Later, Never
from bot.wire import Table

TIMEOUT = 10  # seconds a call

Call = Callable[..., Awaitable[AsyncSlackResponse]]

UNSURE = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
BUSY = {"ratelimited", "rate_limited", "message_limit_exceeded"}
GONE = {  # the channel or the person; what is wrong with our own token says nothing of either
    "cannot_dm_bot",
    "channel_is_archived",
    "channel_not_found",
    "is_archived",
    "is_inactive",
    "messages_tab_disabled",
    "not_in_channel",
    "user_disabled",
    "user_not_found",
    "user_not_visible",
}


class Refused(Never):
    """Slack's own no; `why` is its name for the reason."""

    def __init__(self, why: str) -> None:
        super().__init__(f"Slack refuses: {why}", gone=why in GONE)
        self.why = why


def client(token: str | None, base_url: str) -> AsyncWebClient:
    """A client that never tries anything twice: its own way of retrying posts twice after a lost answer."""
    return AsyncWebClient(token=token, base_url=base_url, timeout=TIMEOUT, retry_handlers=[])


async def ask(call: Call, *, changes: bool = False, **arguments: Any) -> Table:
    """Make a call. `changes` when it leaves something behind, so that a lost answer is worth looking for."""
    data = (await _made(call, changes, arguments)).data
    if not isinstance(data, dict):
        raise Later("Slack answered with something else than JSON", unsure=changes)
    return data


async def scopes(caller: AsyncWebClient) -> set[str]:
    """The scopes that a token has; empty where Slack does not tell."""
    response = await _made(caller.auth_test, False, {})
    return {each.strip() for each in response.headers.get("x-oauth-scopes", "").split(",")} - {""}


async def _made(call: Call, changes: bool, arguments: dict[str, Any]) -> AsyncSlackResponse:
    try:
        return await call(**arguments)
    except SlackApiError as error:
        raise _refused(error, changes) from error
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise Later(f"Slack cannot be reached: {error!r}") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Later(f"no answer from Slack: {error!r}", unsure=changes) from error


def _refused(error: SlackApiError, changes: bool) -> Later | Never:
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    data = getattr(response, "data", None)
    why = str(data.get("error") or "") if isinstance(data, dict) else ""
    if status == 429 or why in BUSY:
        return Later(
            f"Slack asks to wait ({why or status})", after=_seconds(response.headers.get("Retry-After")), wide=True
        )
    if status >= 500 or not why or why in UNSURE:
        return Later(f"Slack has trouble ({why or status})", unsure=changes)
    return Refused(why)


def _seconds(header: str | None) -> float:
    try:
        return max(1.0, float(header or ""))
    except ValueError:
        return 30.0
