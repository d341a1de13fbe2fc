"""The demo as a newcomer meets it, in a real browser, from one end of the tour to the other."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.app import App, stage
from bot.demo.cast import RESIDENTS
from bot.demo.script import WEEKS
from bot.messages import Message, in_words
from bot.platforms.local import Local, Resident
from bot.platforms.local.chat import Chat, Post, direct

CLIMBED = re.compile(r"Level [23]:")


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    """The whole demo on a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> App:
        app = stage(0, None)
        await app.start()
        return app

    app = asyncio.run_coroutine_threadsafe(start(), loop).result(120)
    yield app
    asyncio.run_coroutine_threadsafe(app.stop(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


@pytest.fixture
def page(browser: Browser, app: App) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.set_default_timeout(20_000)
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    expect.set_options(timeout=15_000)  # the whole bot runs beside the browser
    page.goto(f"http://127.0.0.1:{app.port}/")
    yield page
    expect.set_options(timeout=5_000)
    context.close()
    assert faults == []


@pytest.fixture
def chat(app: App) -> Chat:
    (local,) = app.platforms
    assert isinstance(local, Local)
    return local.chat


def window(page: Page, organisation: str) -> Locator:
    return page.get_by_role("region", name=organisation).first


def tries(page: Page) -> None:
    page.get_by_role("button", name="Try it").first.click()


def thread(seat: Locator) -> Locator:
    """What opens the thread of the escalation's card."""
    card = seat.locator(".post", has_text="the test rig has been down since Monday")
    return card.last.get_by_role("button", name=re.compile("repl"))


def move(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()
    page.wait_for_timeout(300)
    expect(page.get_by_role("button", name=button)).not_to_have_attribute("aria-disabled", "true", timeout=60_000)
    page.wait_for_timeout(200)


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

    for _ in range(20):
        if page.get_by_role("button", name="Tour 5/9").is_visible():
            break
        move(page, "next event")
    expect(northwind.get_by_text(CLIMBED).last).to_be_visible()
    expect(contoso.get_by_text(CLIMBED).last).to_be_visible()
    done(page, 5)

    tries(page)
    contoso.get_by_role("button", name="Acknowledge").last.click()
    expect(northwind.get_by_text("· acknowledged").last).to_be_visible()
    expect(contoso.get_by_text("· acknowledged").last).to_be_visible()

    thread(contoso).click()
    page.keyboard.type("The part is on its way.")
    page.keyboard.press("Enter")
    expect(contoso.get_by_text("@Bellwether The part is on its way.").first).to_be_visible()
    page.keyboard.press("Escape")
    thread(northwind).click()
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


ROOMS = ("northwind/n-apollo", "contoso/c-apollo")


def said(post: Post) -> str:
    return in_words(post.content) if isinstance(post.content, Message) else ""


def posts(chat: Chat, where: str) -> list[Post]:
    return [post for post in chat.since(0, [each.user for each in RESIDENTS]) if post.where == where]


def here(post: Post, zone: str) -> datetime:
    return post.at.astimezone(ZoneInfo(zone))


def test_the_past_is_told_in_order_and_at_its_own_times(page: Page, chat: Chat) -> None:
    for where in ROOMS:
        told = [post.at for post in posts(chat, where) if not post.thread]
        assert told == sorted(told)
        assert told[-1] - told[0] > timedelta(weeks=WEEKS - 1)
        standups = [post for post in posts(chat, where) if said(post).startswith("Standup of")]
        assert len({here(post, "Asia/Kolkata").isocalendar()[:2] for post in standups}) >= WEEKS - 2


def test_everybodys_own_messages_can_be_read(page: Page) -> None:
    for each in RESIDENTS:
        seat = page.locator(f".seat[aria-label^={each.organisation}]")
        seat.locator(".who").click()
        page.get_by_role("option", name=each.name).click()
        seat.locator(".place", has_text="Bellwether").click()
        expect(seat.get_by_role("log").get_by_text("Bellwether").first).to_be_visible()
    shepherd = page.locator(".seat[aria-label^=Northwind]")
    shepherd.locator(".who").click()
    page.get_by_role("option", name="Ana Ruiz").click()
    shepherd.get_by_role("textbox").fill("/partnership mine calendar")
    shepherd.get_by_role("textbox").press("Enter")
    expect(shepherd.get_by_text(re.compile(r"/calendar/.+\.ics")).last).to_be_visible()


def test_days_pass_in_five_zones_and_the_week_ends_in_a_digest(page: Page, chat: Chat, app: App) -> None:
    move(page, "+1 day")
    move(page, "+1 week")
    today = app.now().astimezone(ZoneInfo("Europe/Berlin")).date()
    days = [today - timedelta(days=ago) for ago in range(1, 8)]

    prompts = {day: [prompted(chat, each, day) for each in RESIDENTS] for day in days}
    busiest = max(days, key=lambda day: len(list(filter(None, prompts[day]))))  # not a public holiday of either side
    assert {at.tzinfo: at.strftime("%H:%M") for at in prompts[busiest] if at} == {
        ZoneInfo(each.zone): "09:30" for each in RESIDENTS
    }
    for where, zone in zip(ROOMS, ("Europe/Berlin", "America/New_York"), strict=True):
        told = posts(chat, where)
        parent = next(post for post in told if f"Standup of {busiest:%a} {busiest.day} {busiest:%b}" in said(post))
        assert len([post for post in told if post.thread == parent.id and "checked in" in said(post)]) >= 2
        digest = next(post for post in reversed(told) if said(post).startswith("Apollo, the week to"))
        assert here(digest, zone).strftime("%H:%M") == "09:00"
        assert "last 8 weeks" in said(digest)


def prompted(chat: Chat, person: Resident, day: date) -> datetime | None:
    """When somebody was asked on a day of theirs."""
    asked = [here(post, person.zone) for post in posts(chat, direct(person)) if "Standup of" in said(post)]
    return min((at for at in asked if at.date() == day), default=None)
