"""The demo as a newcomer meets it, in a real browser, from one end of the tour to the other."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.app import App, stage

CLIMBED = re.compile(r"Level [23]:")


@pytest.fixture
def demo() -> Iterator[str]:
    """The whole demo on a loop of its own; gives its address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> App:
        app = stage(0, None)
        await app.start()
        return app

    app = asyncio.run_coroutine_threadsafe(start(), loop).result(120)
    yield f"http://127.0.0.1:{app.port}/"
    asyncio.run_coroutine_threadsafe(app.stop(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


@pytest.fixture
def page(browser: Browser, demo: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.set_default_timeout(10_000)
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto(demo)
    yield page
    context.close()
    assert faults == []


def window(page: Page, organisation: str) -> Locator:
    return page.get_by_role("region", name=organisation).first


def tries(page: Page) -> None:
    page.get_by_role("button", name="Try it").first.click()


def done(page: Page, steps: int) -> None:
    expect(page.get_by_role("button", name=f"Tour {steps}/9")).to_be_visible()


def test_a_newcomer_walks_the_whole_tour_from_slack_to_teams_and_back(page: Page) -> None:
    northwind, contoso = window(page, "Northwind, in Slack"), window(page, "Contoso, in Teams")

    tries(page)
    page.keyboard.press("Enter")
    done(page, 1)

    tries(page)
    page.keyboard.press("Enter")
    expect(contoso.get_by_text("celebrates Sam Lee").first).to_be_visible()
    done(page, 2)

    tries(page)
    contoso.get_by_role("button", name="👏").last.click()
    expect(northwind.get_by_role("button", name="👏 1").last).to_be_visible()
    done(page, 3)

    tries(page)
    page.keyboard.press("Enter")
    expect(contoso.get_by_text("the test rig has been down since Monday").last).to_be_visible()
    done(page, 4)

    onward = page.get_by_role("button", name="next event")
    for _ in range(20):
        if page.get_by_role("button", name="Tour 5/9").is_visible():
            break
        onward.click()
        page.wait_for_timeout(300)
        expect(onward).not_to_have_attribute("aria-disabled", "true")
        page.wait_for_timeout(200)
    expect(northwind.get_by_text(CLIMBED).last).to_be_visible()
    expect(contoso.get_by_text(CLIMBED).last).to_be_visible()
    done(page, 5)

    tries(page)
    contoso.get_by_role("button", name="Acknowledge").last.click()
    expect(northwind.get_by_text("· acknowledged").last).to_be_visible()
    expect(contoso.get_by_text("· acknowledged").last).to_be_visible()

    contoso.get_by_role("button", name="replies").last.click()
    page.keyboard.type("The part is on its way.")
    page.keyboard.press("Enter")
    expect(contoso.get_by_text("@Bellwether The part is on its way.").first).to_be_visible()
    page.keyboard.press("Escape")
    northwind.get_by_role("button", name="replies").last.click()
    expect(northwind.get_by_text("The part is on its way.").first).to_be_visible()
    page.keyboard.press("Escape")

    contoso.get_by_role("button", name="Resolve").last.click()
    page.get_by_role("dialog").get_by_role("textbox").fill("The spare part is in.")
    page.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    expect(northwind.get_by_text("waiting for confirmation").last).to_be_visible()
    northwind.get_by_role("button", name="Confirm").last.click()
    expect(contoso.get_by_text("· closed").last).to_be_visible()
    done(page, 8)


def test_a_concern_begun_in_teams_by_the_command_alone_reaches_slack(page: Page) -> None:
    northwind, contoso = window(page, "Northwind, in Slack"), window(page, "Contoso, in Teams")
    contoso.get_by_role("textbox").fill("/escalate")
    contoso.get_by_role("textbox").press("Enter")
    card = contoso.get_by_role("form", name="Raise an escalation")
    card.get_by_role("textbox").fill("the badge reader lets nobody in")
    card.get_by_role("button", name="Open form").click()
    form = page.get_by_role("dialog", name="Raise an escalation")
    expect(form.get_by_role("textbox").first).to_have_value("the badge reader lets nobody in")
    form.get_by_role("button", name="Raise it").click()

    expect(northwind.get_by_text("the badge reader lets nobody in").last).to_be_visible()
    expect(contoso.get_by_text("Raise an escalation: sent.")).to_be_visible()
