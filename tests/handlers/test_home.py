"""One's own page: what waits for the one who looks, and where they belong."""

from __future__ import annotations

from dataclasses import replace

from bot.inbound import Opened, Place, PlaceKind, Pressed, ReplyBy
from bot.messages import Message, in_words
from bot.port import Way
from tests.house import House, labels


def page(house: House, who: str) -> Message:
    home = house.home(who)
    place = Place(home.platform, home.tenant, f"U-{who.upper()}", PlaceKind.HOME)
    house.does(Opened(delivery=f"o-{next(house.count)}", sender=house.profile(who), place=place))
    return house.chats[home.platform].homes[f"U-{who.upper()}"]


def items(house: House, who: str) -> list[str]:
    return [each for each in in_words(page(house, who)).splitlines() if each.startswith("Escalation")]


def test_nothing_waits_at_first_and_the_partnerships_are_there(house: House) -> None:
    shown = in_words(page(house, "ana"))

    assert "Nothing waits for you." in shown
    assert "• Apollo · Northwind · shepherd · active · #north" in shown


def test_what_waits_is_there_for_those_it_waits_for_and_says_why(house: House) -> None:
    house.types("joao", "/escalate the rig is down")

    assert items(house, "bo") == [
        "Escalation 1 · open · waits for you: the rig is down — 4 h of working time left, until Tue 3 Nov 2026, 04:00 UTC"
    ]
    assert items(house, "joao")[0].startswith("Escalation 1 · open · raised by you: the rig is down")
    assert items(house, "sam") == []
    house.presses("bo", "Acknowledge", page(house, "bo"))
    assert items(house, "ana") == []
    assert items(house, "bo")[0].startswith("Escalation 1 · acknowledged · yours: ")


def test_what_is_resolved_waits_for_its_raiser(house: House) -> None:
    house.types("joao", "/escalate the rig is down")
    house.submits("bo", house.presses("bo", "Resolve"), outcome="Fixed")

    assert items(house, "bo") == []
    assert items(house, "joao")[0].startswith("Escalation 1 · resolved · waits for your confirmation: ")
    house.presses("joao", "Confirm", page(house, "joao"))
    assert items(house, "joao") == []


def test_the_page_offers_only_what_its_reader_may_do(house: House) -> None:
    house.types("joao", "/escalate the rig is down")

    assert labels(page(house, "bo")) == ["Acknowledge", "Timeline"]
    assert labels(page(house, "joao")) == ["Timeline"]


def test_a_private_one_is_on_the_pages_of_those_concerned_only(house: House) -> None:
    house.submits("joao", house.types("joao", "/escalate"), summary="no trust", private="yes")

    assert [who for who in ("ana", "joao", "nora", "bo", "priya", "sam", "olga") if items(house, who)] == [
        "ana",
        "joao",
        "bo",
    ]


def test_a_stranger_s_page_says_how_to_begin_and_nothing_else(house: House) -> None:
    house.types("joao", "/escalate the rig is down")

    assert "You are in none yet." in in_words(page(house, "mallory"))
    assert "Apollo" not in in_words(page(house, "mallory"))


def test_where_ones_own_page_is_a_card_in_a_chat_asking_for_it_posts_it_anew_and_a_press_on_it_keeps_it_true(
    house: House,
) -> None:
    chat = house.chats["teams"]
    place = house.place("bo", "direct")

    def asks() -> str:
        house.does(Opened(delivery=f"o-{next(house.count)}", sender=house.profile("bo"), place=place))
        assert chat.taken[-1].message == ""  # not an edit of the one above
        return str(len(chat.taken))

    asks()
    house.types("joao", "/escalate the rig is down")
    message = asks()
    assert "waits for you" in in_words(chat.homes["U-BO"])

    house.does(
        Pressed(
            delivery="p1", sender=house.profile("bo"), place=replace(place, channel="D-U-BO"), reply=ReplyBy.MESSAGE,
            action="escalation.acknowledge", value="escalation:1", message=message, shows=True,
        )
    )  # fmt: skip
    assert "yours" in in_words(chat.homes["U-BO"])
    edits = [each for each in chat.taken if each.way is Way.HOME and each.message == message]
    assert len(edits) == 1
