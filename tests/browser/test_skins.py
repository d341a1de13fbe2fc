"""The two products side by side: one side's windows look and behave like Slack, the other's like Teams."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.inbound import Heard, Pressed, Submitted, Typed
from tests.browser.serve import Server
from tests.browser.test_local_chat import box, log, overflow, say, window

Visit = Callable[..., Page]
SLACK, TEAMS = "Northwind", "Kestrel"

HARD_TO_READ = """(root) => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const paint = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
  const over = ([r, g, b, a], under) => [r, g, b].map((each, n) => each * a + under[n] * (1 - a));
  const light = (colour) => { const [r, g, b] = colour.map((v) => v / 255).map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const found = [], texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const node = text.parentElement;
    if (!text.data.trim() || !node.checkVisibility() || node.closest('.hidden') || node.closest(':disabled')) continue;
    const line = [], style = getComputedStyle(node);
    for (let each = node; each; each = each.parentElement) line.unshift(each);
    let ground = [255, 255, 255], shown = 1;
    for (const each of line) { ground = over(paint(getComputedStyle(each).backgroundColor), ground); shown *= getComputedStyle(each).opacity; }
    const [r, g, b, a] = paint(style.color), ink = over([r, g, b, a * shown], ground);
    const [dark, bright] = [light(ink), light(ground)].sort((one, two) => one - two), ratio = (bright + .05) / (dark + .05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${node.tagName}.${node.className}: ${text.data.slice(0, 40)}`);
  }
  return found;
}"""


def style(element: Locator, name: str) -> str:
    return str(element.evaluate("(node, name) => getComputedStyle(node).getPropertyValue(name)", name))


def fill_the_rooms(page: Page) -> None:
    """Have a card of every kind, private words and a form on both screens."""
    for organisation in (SLACK, TEAMS):
        say(page, "/celebrate everybody for the pilot", organisation)
        expect(log(page, organisation)).to_contain_text("Celebrated in both rooms.")
    say(page, "/escalate the test rig is down")
    expect(log(page, TEAMS)).to_contain_text("Escalation 7")
    say(page, "hello there", TEAMS)
    say(page, "/help", TEAMS)
    say(page, "/escalate", TEAMS)
    expect(log(page, TEAMS).get_by_role("button", name="Open form")).to_be_visible()


def test_each_side_wears_the_looks_of_its_own_product(visit: Visit) -> None:
    page = visit()
    fill_the_rooms(page)
    slack, teams = window(page, SLACK), window(page, TEAMS)

    expect(slack.get_by_role("heading", name="Northwind Slack")).to_be_visible()
    expect(teams.get_by_role("heading", name="Kestrel Teams")).to_be_visible()
    expect(slack.get_by_role("heading", name="#pilot-line")).to_be_visible()
    expect(teams.get_by_role("heading", name="northwind-team", exact=True)).to_be_visible()
    assert style(slack.locator(".seat-top"), "background-color") == "rgb(67, 21, 70)"
    assert style(teams.locator(".seat-top"), "background-color") == "rgb(235, 235, 235)"
    assert style(slack.locator(".seat-top .avatar"), "border-radius") == "8px"
    assert style(teams.locator(".seat-top .avatar"), "border-radius") == "50%"
    assert style(slack.locator(".card").first, "border-style") == "none"
    assert style(teams.locator(".card").first, "border-style") == "solid"
    assert style(teams.get_by_role("button", name="Acknowledge"), "background-color") == "rgb(91, 95, 199)"
    assert style(slack.get_by_role("button", name="Acknowledge"), "background-color") == "rgb(0, 122, 90)"


def test_a_command_alone_opens_its_form_in_slack_and_a_card_with_its_first_field_in_teams(visit: Visit) -> None:
    page = visit()
    say(page, "/escalate")
    expect(page.get_by_role("dialog", name="Raise a concern")).to_have_attribute("data-skin", "slack")
    page.keyboard.press("Escape")
    say(page, "/escalate", TEAMS)

    card = log(page, TEAMS).get_by_role("form", name="Raise a concern")
    expect(card.get_by_label("What is wrong?")).to_be_visible()
    expect(card.get_by_label("What was tried?")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(log(page, TEAMS)).to_contain_text("Only visible to you")


def test_open_form_opens_all_of_it_with_what_was_written_on_the_card(visit: Visit, server: Server) -> None:
    page = visit()
    say(page, "/escalate", TEAMS)
    card = log(page, TEAMS).get_by_role("form")
    card.get_by_label("What is wrong?").fill("the rig is broken again")
    card.get_by_role("button", name="Open form").click()
    form = page.get_by_role("dialog", name="Raise a concern")
    expect(form).to_have_attribute("data-skin", "teams")
    expect(form.get_by_label("What is wrong?")).to_have_value("the rig is broken again")
    form.get_by_label("What was tried?").fill("everything")
    form.get_by_role("button", name="Raise it").click()

    expect(log(page)).to_contain_text("the rig is broken again")
    expect(log(page, TEAMS)).to_contain_text("Raise a concern: sent.")
    expect(card).to_have_count(0)
    pressed, sent = server.town.heard[-2:]
    assert isinstance(pressed, Pressed)
    assert (pressed.action, pressed.value) == ("form.open", "k1")
    assert isinstance(sent, Submitted)
    assert sent.values["tried"] == "everything"


def test_a_form_sent_from_its_card_is_whole_and_says_at_the_field_what_is_wrong(visit: Visit, server: Server) -> None:
    page = visit()
    say(page, "/escalate", TEAMS)
    card = log(page, TEAMS).get_by_role("form")
    summary = card.get_by_label("What is wrong?")
    card.get_by_role("button", name="Raise it").click()
    expect(card).to_contain_text("Please fill this in.")
    summary.fill("it is broken again")
    card.get_by_role("button", name="Raise it").click()
    expect(card).to_contain_text("Please say which rig it is.")
    expect(summary).to_be_focused()
    expect(summary).to_have_value("it is broken again")
    summary.fill("the rig is broken again")
    card.get_by_role("button", name="Raise it").click()

    expect(log(page)).to_contain_text("the rig is broken again")
    expect(card).to_have_count(0)
    sent = server.town.heard[-1]
    assert isinstance(sent, Submitted)
    assert (sent.form, sent.context, sent.key) == ("escalate", "p7", "k1")
    assert sent.values == {
        "summary": "the rig is broken again",
        "tried": "",
        "level": "1",
        "people": (),
        "private": "",
    }


def test_a_reply_in_teams_begins_with_the_mention_without_which_the_bot_does_not_hear_it(
    visit: Visit, server: Server
) -> None:
    page = visit()
    say(page, "/escalate the test rig is down")
    log(page, TEAMS).get_by_role("button", name="Reply to Bellwether in a thread").click()
    expect(box(page, TEAMS)).to_have_value("@Bellwether ")
    expect(window(page, TEAMS).get_by_role("button", name="Send")).to_be_disabled()
    page.keyboard.type("we look at it")
    page.keyboard.press("Enter")
    expect(log(page, TEAMS)).to_contain_text("@Bellwether we look at it")
    expect(box(page, TEAMS)).to_have_value("@Bellwether ")
    heard = server.town.heard[-1]
    assert isinstance(heard, Typed)
    assert heard.thread
    say(page, "among ourselves", TEAMS)
    expect(log(page, TEAMS)).to_contain_text("among ourselves")
    assert server.town.heard[-1] is heard
    say(page, "thank you, @Bellwether, that helps", TEAMS)
    expect(log(page, TEAMS)).to_contain_text("thank you, @Bellwether, that helps")

    assert isinstance(server.town.heard[-1], Heard)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_can_be_read_in_both_looks(visit: Visit, scheme: str) -> None:
    page = visit(color_scheme=scheme, reduced_motion="reduce")
    fill_the_rooms(page)
    phone = visit(360, 740, color_scheme=scheme, reduced_motion="reduce")
    hard = page.locator("body").evaluate(HARD_TO_READ) + phone.locator("body").evaluate(HARD_TO_READ)
    log(page, TEAMS).get_by_role("button", name="Open form").click()
    hard += page.get_by_role("dialog").evaluate(HARD_TO_READ)
    page.keyboard.press("Escape")
    for organisation in (SLACK, TEAMS):
        window(page, organisation).get_by_role("button", name="Reply to Bellwether in a thread").first.click()
        hard += window(page, organisation).evaluate(HARD_TO_READ)
        window(page, organisation).get_by_role("button", name="My items").click()
        expect(log(page, organisation)).to_contain_text("My open items")
        hard += window(page, organisation).evaluate(HARD_TO_READ)
        window(page, organisation).get_by_role("button", name="Bellwether").first.click()
        say(page, "help", organisation)
        expect(log(page, organisation)).to_contain_text("You said help.")
        hard += window(page, organisation).evaluate(HARD_TO_READ)
        box(page, organisation).fill("/")
        hard += window(page, organisation).evaluate(HARD_TO_READ)
        box(page, organisation).fill("")

    assert hard == []
    for organisation in (SLACK, TEAMS):
        ground = style(window(page, organisation).locator(".stage"), "--surface")
        assert (int(ground[1:3], 16) > 0xF0) == (scheme == "light")


@pytest.mark.parametrize("width", [1400, 1024, 360])
def test_nothing_sticks_out_at_any_width(visit: Visit, width: int) -> None:
    wide, page = visit(), visit(width, 740)
    fill_the_rooms(wide)
    assert overflow(page) == 0
    if width == 360:
        page.get_by_role("navigation", name="Organisations").get_by_role("button", name="Kestrel Teams").click()
    card = log(page, TEAMS).get_by_role("form", name="Raise a concern")
    expect(card.get_by_role("button", name="Open form")).to_be_visible()

    assert overflow(page) == 0
    for inside in (log(page, TEAMS), window(page, TEAMS).get_by_role("navigation")):
        assert inside.evaluate("(node) => node.scrollWidth - node.clientWidth") == 0
    assert box(page, TEAMS).evaluate("(node) => node.clientHeight") > 20


@pytest.mark.parametrize("organisation", [SLACK, TEAMS])
def test_the_focus_is_seen_wherever_the_keyboard_leads(visit: Visit, organisation: str) -> None:
    page = visit()
    fill_the_rooms(page)
    window(page, organisation).get_by_role("button", name="Acting as").focus()
    unseen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        unseen += page.evaluate(
            """() => { const node = document.activeElement, style = getComputedStyle(node), box = node.closest('.box');
              const seen = style.outlineStyle !== 'none' || (box && getComputedStyle(box).borderBottomColor !== getComputedStyle(box).borderTopColor) || (box && getComputedStyle(box).boxShadow !== 'none');
              return seen ? [] : [node.outerHTML.slice(0, 120)]; }"""
        )

    assert unseen == []
