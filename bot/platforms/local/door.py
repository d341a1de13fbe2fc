"""Who is let in, and the page's own files.

One rule: only a page that this very server gave out, in a browser on this machine, is answered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from importlib.resources import files
from urllib.parse import urlsplit

from aiohttp import hdrs, web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SCRIPTS = ("chat", "seat", "composer", "card", "dialog", "fields", "words", "wire", "dom")
FILES = {f"{name}.js": "text/javascript" for name in SCRIPTS} | {
    "chat.css": "text/css",
    "skins.css": "text/css",
    "bell.svg": "image/svg+xml",
}
OURS = {"127.0.0.1", "localhost", "::1"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def guarded(handler: Handler) -> Handler:
    """Answer only what was asked of this machine by name, and of nobody else's page; else 403."""

    @wraps(handler)
    async def check(request: web.Request) -> web.StreamResponse:
        host = request.headers.get(hdrs.HOST, "")
        if _name(f"//{host}") not in OURS:
            return web.Response(status=403, text="This chat answers on this machine only.", headers=HEADERS)
        origin = request.headers.get(hdrs.ORIGIN)
        elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
        if request.method == "POST" and (elsewhere or origin not in (None, f"http://{host}", f"https://{host}")):
            return web.Response(status=403, text="That came from another page.", headers=HEADERS)
        return await handler(request)

    return check


def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


async def page(request: web.Request) -> web.StreamResponse:
    """The page itself."""
    return _file("index.html", "text/html")


async def asset(request: web.Request) -> web.StreamResponse:
    """One of the page's files, by a fixed list."""
    name = request.match_info["file"]
    if name not in FILES:
        return web.Response(status=404, text="There is no such file.", headers=HEADERS)
    return _file(name, FILES[name])


def _file(name: str, kind: str) -> web.Response:
    body = (files(__package__) / "page" / name).read_bytes()
    return web.Response(body=body, content_type=kind, charset="utf-8", headers=HEADERS)
