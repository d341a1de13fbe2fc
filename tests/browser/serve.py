"""The small town's server on a thread of its own, so that a test can use a browser and the chat at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from aiohttp import web

from tests.platforms.local.town import Town

T = TypeVar("T")


class Server:
    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.town = Town()
        self.port = self.do(self._start())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it on the server's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    async def _start(self, port: int = 0) -> int:
        await self.town.local.open(self.town.answer)
        app = web.Application()
        app.add_routes(self.town.local.routes())
        self.runner = web.AppRunner(app, shutdown_timeout=1)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", port)
        await site.start()
        return int(self.runner.addresses[0][1])

    async def _stop(self) -> None:
        await self.town.local.close()
        await self.runner.cleanup()

    def restart(self) -> None:
        """The same address, a new process as far as a page can tell."""
        self.do(self._stop())
        self.town = Town()
        self.do(self._start(self.port))

    def stop(self) -> None:
        self.do(self._stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()
