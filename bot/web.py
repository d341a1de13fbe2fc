"""The web application: each platform's routes, people's calendars, and what operators ask.

One rule: no answer carries a stack trace, and a body is at most a megabyte.
"""

from __future__ import annotations

import functools
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from bot.metrics import REGISTRY
from bot.port import Platform
from storage import Unavailable

log = logging.getLogger(__name__)
http = logging.getLogger(f"{__name__}.http")
"""What aiohttp logs: that somebody who sends garbage speaks no HTTP is answered with 400, and is no failure of ours."""
http.addFilter(lambda record: not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError)))

BODY_AT_MOST = 1024 * 1024  # bytes

Ready = Callable[[], Awaitable[str | None]]
"""Says why the bot is not ready; None when it is."""

Calendar = Callable[[str], Awaitable[str | None]]
"""Gives the calendar that a secret opens; None where it opens none."""


def application(
    platforms: Iterable[Platform],
    ready: Ready,
    measure: Callable[[], Awaitable[None]],
    calendar: Calendar | None = None,
) -> web.Application:
    """Put the routes together. `measure` brings the gauges up to date before they are read."""

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        why = await ready()
        return web.Response(text=f"{why or 'ready'}\n", status=503 if why else 200)

    async def metrics(_: web.Request) -> web.Response:
        await measure()
        return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application(middlewares=[_no_traces], client_max_size=BODY_AT_MOST)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
    if calendar is not None:
        app.router.add_get("/calendar/{secret}.ics", functools.partial(_calendar, calendar))
    for platform in platforms:
        app.router.add_routes(platform.routes())
    return app


async def _calendar(calendar: Calendar, request: web.Request) -> web.Response:
    try:
        text = await calendar(request.match_info["secret"])
    except Unavailable:
        return web.Response(text="the database does not answer\n", status=503)
    if text is None:
        raise web.HTTPNotFound
    tag = hashlib.sha256(text.encode()).hexdigest()[:32]
    known = {each.value for each in request.if_none_match or ()}
    answer = web.Response(status=304) if known & {tag, "*"} else web.Response(text=text, content_type="text/calendar")
    answer.etag = tag
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@web.middleware
async def _no_traces(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except (web.HTTPException, ConnectionResetError):
        raise
    except Exception:
        resource = request.match_info.route.resource
        log.exception("%s %s failed", request.method, resource.canonical if resource else "?")  # a path may be a secret
        return web.Response(status=500, text="Something went wrong here; it is in the log.\n")
