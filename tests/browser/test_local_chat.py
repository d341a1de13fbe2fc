"""The local chat as its people use it: a real browser, a real server, a bot with few words."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.messages import Button, Message, Quote, Tone
from bot.words import Text, line
from tests.browser.serve import Server
from tests.platforms.local.town import ADA

Visit = Callable[..., Page]
HOSTILE = "<img src=x onerror=document.title='owned'> <!channel> <@U1> **x** _y_ `z` [a](javascript:alert(1)) &amp; @Ada Berg."


def window(page: Page, organisation: str) -> Locator:
    return page.get_by_role("region", name=organisation)


def box(page: Page, organisation: str = "Northwind") -> Locator:
    return window(page, organisation).get_by_role("textbox").last


def log(page: Page, organisation: str = "Northwind") -> Locator:
    return window(page, organisation).get_by_role("log")


def say(page: Page, words: str, organisation: str = "Northwind") -> None:
    box(page, organisation).fill(words)
    box(page, organisation).press("Enter")


def sit(page: Page, name: str, organisation: str = "Northwind") -> None:
    window(page, organisation).get_by_role("button", name=re.compile("^Acting as")).click()
    page.get_by_role("option", name=re.compile(name)).click()


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def test_a_celebration_reaches_both_rooms_and_its_answer_only_who_typed_it(visit: Visit) -> None:
    page = visit()
    box(page).press_sequentially("/celebrate @pri")
    page.get_by_role("option", name=re.compile("Priya Rao")).click()
    box(page).press_sequentially("for closing the pilot")
    box(page).press("Enter")

    expect(log(page, "Kestrel")).to_contain_text("@Priya Rao for closing the pilot")
    expect(log(page)).to_contain_text("Only visible to you")
    expect(log(page)).to_contain_text("Celebrated in both rooms.")
    expect(log(page, "Kestrel")).not_to_contain_text("Celebrated in both rooms.")
    expect(log(page).locator(".card[data-tone=joy] .person[data-ping]")).to_have_text("@Priya Rao (Kestrel)")
    sit(page, "João Pinto")
    expect(log(page)).to_contain_text("@Priya Rao for closing the pilot")
    expect(log(page)).not_to_contain_text("Celebrated in both rooms.")


def test_two_people_work_one_escalation_and_everybody_sees_it_change(visit: Visit) -> None:
    page, other = visit(), visit()
    sit(page, "João Pinto")
    say(page, "/escalate the test rig is down")
    card = log(other, "Kestrel").locator(".card")
    expect(card).to_contain_text("Escalation 7: the test rig is down")
    log(page, "Kestrel").get_by_role("button", name="Acknowledge").click()

    expect(card).to_contain_text("Acknowledged by Priya Rao")
    expect(card).to_have_attribute("data-tone", "amber")
    expect(card).to_have_count(1)


def test_times_are_the_readers_own_with_the_other_sides_beside(visit: Visit) -> None:
    page = visit()
    say(page, "/escalate the test rig is down")

    expect(log(page).locator(".card time")).to_have_text("Tue 3 Nov, 18:05 (Wed 02:05 Tokyo)")
    expect(log(page, "Kestrel").locator(".card time")).to_have_text("Wed 4 Nov, 02:05 (Tue 18:05 Berlin)")


def test_a_reply_in_a_thread_is_counted_at_its_card_on_every_page(visit: Visit, server: Server) -> None:
    page, other = visit(), visit()
    say(page, "/escalate the test rig is down")
    log(page).get_by_role("button", name="Reply to Bellwether in a thread").click()
    expect(box(page)).to_be_focused()
    say(page, "I am on my way")

    expect(log(page)).to_contain_text("I am on my way")
    expect(log(other).get_by_role("button", name="1 reply")).to_be_visible()
    assert server.town.heard[-1].kind == "heard"
    box(page).press("Escape")
    expect(log(page).get_by_role("button", name="1 reply")).to_be_focused()


def test_a_form_keeps_what_was_typed_and_says_at_the_field_what_is_wrong(visit: Visit) -> None:
    page = visit()
    say(page, "/escalate")
    form = page.get_by_role("dialog", name="Raise a concern")
    summary = form.get_by_label("What is wrong?")
    expect(summary).to_be_focused()
    form.get_by_role("button", name="Raise it").click()
    expect(form).to_contain_text("Please fill this in.")
    summary.fill("it is broken again")
    form.get_by_label("What was tried?").fill("everything")
    form.get_by_label("Sam Ortiz").check()
    form.get_by_label("Private to the shepherds").check()
    form.get_by_role("button", name="Raise it").click()

    expect(form).to_contain_text("Please say which rig it is.")
    expect(summary).to_be_focused()
    expect(summary).to_have_attribute("aria-invalid", "true")
    expect(summary).to_have_value("it is broken again")
    expect(form.get_by_label("What was tried?")).to_have_value("everything")
    expect(form.get_by_label("Sam Ortiz")).to_be_checked()
    summary.fill("the rig is broken again")
    form.get_by_role("button", name="Raise it").click()
    expect(form).to_have_count(0)
    expect(log(page, "Kestrel")).to_contain_text("the rig is broken again")


def test_a_form_closed_by_mistake_comes_back_as_it_was(visit: Visit) -> None:
    page = visit()
    say(page, "/escalate")
    page.get_by_label("What is wrong?").fill("it is broken again")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Reopen").click()

    expect(page.get_by_label("What is wrong?")).to_have_value("it is broken again")


def test_everything_can_be_done_with_the_keyboard_alone(visit: Visit, server: Server) -> None:
    page = visit()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the conversations")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(window(page, "Northwind").get_by_role("button", name=re.compile("^Acting as Ada"))).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(window(page, "Northwind").get_by_role("button", name=re.compile("^Acting as João"))).to_be_focused()
    for _ in range(6):
        page.keyboard.press("Tab")
    expect(box(page)).to_be_focused()
    page.keyboard.type("/esc")
    page.keyboard.press("Enter")
    page.keyboard.type("the rig is down")
    page.keyboard.press("Enter")
    expect(log(page)).to_contain_text("Escalation 7: the rig is down")
    snooze = log(page).get_by_role("button", name="Snooze")
    snooze.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(log(page)).to_contain_text("You pressed snooze 60.")
    expect(snooze).to_be_focused()


def test_what_must_be_confirmed_is_asked_first(visit: Visit, server: Server) -> None:
    page = visit()
    say(page, "/escalate the rig")
    log(page).get_by_role("button", name="Withdraw").click()
    question = page.get_by_role("dialog", name=re.compile("^Withdraw this"))
    question.get_by_role("button", name="Cancel").click()
    assert [heard.kind for heard in server.town.heard] == ["typed"]
    log(page).get_by_role("button", name="Withdraw").click()
    question.get_by_role("button", name="Withdraw").click()

    expect(log(page)).to_contain_text("You pressed withdraw the rig.")


def test_what_people_type_is_shown_as_typed(visit: Visit, server: Server) -> None:
    page = visit()
    say(page, HOSTILE)
    say(page, f"/escalate {HOSTILE}")
    expect(log(page, "Kestrel").locator("blockquote")).to_have_count(1)
    server.do(
        server.town.both(Message(line(Text(HOSTILE)), (Quote(Text(HOSTILE)),), Tone.RED, (Button(HOSTILE[:60], "x"),)))
    )

    expect(log(page).get_by_text(HOSTILE, exact=True)).to_have_count(3)
    expect(log(page, "Kestrel").locator("blockquote")).to_contain_text(["Tried", HOSTILE])
    expect(page.locator(".log img[src=x], .log b, .log em, .log a")).to_have_count(0)
    expect(log(page).locator(".said .person")).to_have_count(2)
    assert "owned" not in page.title()


def test_who_got_a_letter_shows_without_being_asked(visit: Visit, server: Server) -> None:
    page = visit()
    sit(page, "João Pinto")
    server.do(server.town.tell(ADA, Message(line("A word in private"))))

    expect(
        window(page, "Northwind").get_by_role("button", name=re.compile("1 unread messages for others"))
    ).to_be_visible()
    sit(page, "Ada Berg")
    direct = window(page, "Northwind").get_by_role("button", name=re.compile("^Bellwether 1"))
    direct.click()
    expect(log(page)).to_contain_text("A word in private")
    expect(direct).to_have_count(0)


def test_plain_words_will_do_in_a_direct_message(visit: Visit) -> None:
    page = visit()
    window(page, "Northwind").get_by_role("button", name="Bellwether", exact=True).click()
    say(page, "help me")

    expect(log(page)).to_contain_text("You said help me.")
    expect(log(page)).not_to_contain_text("Only visible to you")


def test_commands_are_hinted_a_word_at_a_time_with_their_usage(visit: Visit, server: Server) -> None:
    page = visit()
    hints = page.get_by_role("option")
    box(page).press_sequentially("/")
    expect(hints).to_have_count(3)
    box(page).press_sequentially("part")
    expect(hints).to_have_count(1)
    expect(hints).to_contain_text("status | members | invite | help …")
    box(page).press("Tab")
    expect(box(page)).to_have_value("/partnership ")
    expect(hints).to_contain_text("/partnership members")
    box(page).press("ArrowDown")
    box(page).press("Enter")
    expect(hints).to_contain_text("/partnership members add")
    box(page).press("Enter")

    expect(log(page)).to_contain_text("You said partnership members.")


def test_what_was_begun_in_one_room_waits_there(visit: Visit) -> None:
    page = visit()
    box(page).fill("half a thought")
    window(page, "Northwind").get_by_role("button", name="hall").click()
    expect(box(page)).to_have_value("")
    window(page, "Northwind").get_by_role("button", name="pilot-line").click()

    expect(box(page)).to_have_value("half a thought")


def test_a_room_that_nobody_looks_at_counts_what_is_new(visit: Visit, server: Server) -> None:
    page = visit()
    window(page, "Northwind").get_by_role("button", name="hall").click()
    server.do(server.town.both(Message(line("News"))))
    room = window(page, "Northwind").get_by_role("button", name=re.compile("^pilot-line"))
    expect(room).to_have_text("pilot-line1 unread")
    expect(page).to_have_title("(1) Bellwether")
    room.click()

    expect(room).to_have_text("pilot-line")
    expect(page).to_have_title("Bellwether")


def test_the_own_page_lists_what_waits_and_its_buttons_work(visit: Visit) -> None:
    page = visit()
    window(page, "Kestrel").get_by_role("button", name="My items").click()
    log(page, "Kestrel").get_by_role("button", name="Open it").click()
    page.get_by_role("button", name="Show").click()

    expect(log(page, "Kestrel")).to_contain_text("You pressed item 7.")


def test_the_bot_is_invited_into_a_room_it_is_not_in(visit: Visit) -> None:
    page = visit()
    window(page, "Northwind").get_by_role("button", name="hall").click()
    invite = window(page, "Northwind").get_by_role("button", name="Invite Bellwether")
    invite.click()

    expect(log(page)).to_contain_text("Ada Berg added Bellwether to hall.")
    expect(invite).to_have_count(0)


def test_the_clock_moves_and_everybodys_time_with_it(visit: Visit) -> None:
    page = visit()
    clock = page.get_by_role("group", name="Simulated time")
    expect(clock).to_contain_text("14:05 Berlin")
    clock.get_by_role("button", name="Move the clock +1 hour").click()
    expect(clock).to_contain_text("15:05 Berlin")
    expect(clock).to_contain_text("23:05 Tokyo")
    clock.get_by_role("button", name="Move the clock to the next event").click()

    expect(log(page)).to_contain_text("on to level 2")
    clock.get_by_role("button", name=re.compile("19:05 Berlin")).click()
    expect(page.get_by_role("option", name=re.compile("Sam Ortiz"))).to_contain_text(
        "Tue, 3 Nov 2026, 10:05 Los Angeles"
    )


def test_the_tour_sets_the_stage_and_ticks_off_what_was_done(visit: Visit) -> None:
    page = visit()
    tour = page.get_by_role("complementary", name="Guided tour")
    tour.get_by_role("button", name="Try it as Ada").click()
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("/celebrate @Priya Rao for closing the pilot two days early")
    page.keyboard.press("Enter")
    expect(log(page).locator(".card .person[data-ping]")).to_have_text("@Priya Rao (Kestrel)")
    expect(tour.get_by_role("progressbar")).to_have_attribute("aria-label", "1 of 4 steps done")
    tour.get_by_role("button", name="Try it as João").click()
    expect(window(page, "Northwind").get_by_role("button", name=re.compile("^Acting as João"))).to_be_visible()
    tour.get_by_role("button", name="Close the tour").click()

    expect(tour).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name="Tour 1/4")).to_be_visible()
    expect(tour).to_have_count(0)


def test_a_lost_connection_is_said_and_healed_without_a_reload(visit: Visit, server: Server) -> None:
    page = visit()
    say(page, "before")
    expect(log(page)).to_contain_text("before")
    server.restart()
    expect(page.get_by_role("status")).to_contain_text("Connected again.", timeout=15000)
    say(page, "after")

    expect(log(page)).to_contain_text("after")
    expect(log(page)).not_to_contain_text("before")


def test_a_failure_keeps_what_was_written(visit: Visit) -> None:
    page = visit()
    say(page, "/boom it all")

    expect(page.get_by_role("status")).to_contain_text("nothing was saved")
    expect(box(page)).to_have_value("/boom it all")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_sticks_out_and_one_side_is_shown_at_a_time(visit: Visit, scheme: str) -> None:
    page = visit(360, 740, color_scheme=scheme)
    say(page, "/escalate " + "averylongwordwithoutanyspaceatall" * 6)
    expect(log(page).locator(".card").first).to_be_visible()
    assert overflow(page) == 0
    expect(window(page, "Kestrel")).to_be_hidden()
    page.get_by_role("navigation", name="Organisations").get_by_role("button", name=re.compile("Kestrel")).click()
    expect(log(page, "Kestrel").locator(".card")).to_be_visible()
    expect(window(page, "Northwind")).to_be_hidden()
    assert overflow(page) == 0
    say(page, "/escalate", "Kestrel")
    expect(log(page, "Kestrel").get_by_role("button", name="Open form")).to_be_visible()
    assert overflow(page) == 0
    log(page, "Kestrel").get_by_role("button", name="Open form").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert overflow(page) == 0
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Tour")).click()
    expect(page.get_by_role("complementary")).to_be_visible()
    assert overflow(page) == 0
