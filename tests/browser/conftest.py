"""A real browser that talks to nobody but this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.browser.serve import Server

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")  # its event loop occupies this thread: it must be gone when other modules run theirs
def browser() -> Iterator[Browser]:
    found = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
    if not (Path(found).exists() or shutil.which(found)):
        pytest.skip(f"no Chromium at {found} (set CHROMIUM to one)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Open the chat in a fresh browser window; a fault in the page's own code fails the test."""
    faults: list[str] = []
    contexts = []

    def stay(route: Route) -> None:
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            route.continue_()
        else:
            faults.append(f"asked for {route.request.url}")
            route.abort()

    def open_(width: int = 1400, height: int = 900, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]
        contexts.append(context)
        context.route("**/*", stay)
        page = context.new_page()
        page.set_default_timeout(6000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(server.url)
        page.locator(".seat .log").first.wait_for()
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []
