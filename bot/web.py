"""The web application: each platform's routes, and what operators ask.

One rule: no answer carries a stack trace, and a body is at most a megabyte.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from bot.metrics import REGISTRY
from bot.port import Platform
from storage import Unavailable

log = logging.getLogger(__name__)

BODY_AT_MOST = 1024 * 1024  # bytes

Ready = Callable[[], Awaitable[str | None]]
"""Says why the bot is not ready; None when it is."""


def application(platforms: Iterable[Platform], ready: Ready, measure: Callable[[], Awaitable[None]]) -> web.Application:
    """Put the routes together. `measure` brings the gauges up to date before they are read."""

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        why = await ready()
        return web.Response(text=f"{why or 'ready'}\n", status=503 if why else 200)

    async def metrics(_: web.Request) -> web.Response:
        try:
            await measure()
        except Unavailable:
            return web.Response(text="the database does not answer\n", status=503)
        return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application(middlewares=[_no_traces], client_max_size=BODY_AT_MOST)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
    for platform in platforms:
        app.router.add_routes(platform.routes())
    return app


@web.middleware
async def _no_traces(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except (web.HTTPException, ConnectionResetError):
        raise
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return web.Response(status=500, text="Something went wrong here; it is in the log.\n")
