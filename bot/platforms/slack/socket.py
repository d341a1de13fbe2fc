"""Socket Mode: Slack through a connection that the bot opens. One rule: what is in hand when it closes is finished, and nothing more is taken.

It has a module of its own because only those who set an app token need bolt's part for it.
"""

from __future__ import annotations

import asyncio
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient


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
