"""The secret link to one's calendar: shown to the one who asks, computed each time, made anew with one press."""

from __future__ import annotations

import re
from datetime import time

import icalendar
import pytest
from sqlmodel import Session, select

from bot.actions import feeds
from bot.inbound import ReplyBy, Typed
from bot.messages import Message, Reply, in_words
from bot.words import CadenceKind
from storage.tables import Cadence, Inbox, Key_, Outbox
from tests.house import House, said

ADDRESS = "https://bot.example.org"


@pytest.fixture
def reached(house: House) -> House:
    """The house with an address."""
    house.app.address = ADDRESS
    return house


def url(reply: Reply) -> str:
    found = re.findall(r"https://bot\.example\.org/calendar/(\S+)\.ics", said(reply))
    assert len(found) == 1
    return str(found[0])


def opens(house: House, secret: str) -> bool:
    return house.database.run(feeds.calendar, secret, house.clock(), house.keys) is not None


@pytest.mark.parametrize("where", [None, "direct"])
def test_the_link_is_shown_to_the_one_who_asks_and_to_nobody_else(reached: House, where: str | None) -> None:
    reply = reached.types("joao", "/partnership mine calendar", where)
    assert said(reply).startswith("Here is the link to your calendar.")
    assert opens(reached, url(reply))
    assert reached.room("north").posts == []
    assert url(reply) != url(reached.types("ana", "/partnership mine calendar"))


def test_it_is_the_same_link_each_time_until_a_new_one_is_made(reached: House) -> None:
    shown = reached.types("joao", "/partnership mine calendar")
    assert url(reached.types("joao", "/partnership mine calendar", "direct")) == url(shown)
    new = reached.presses("joao", "New link", shown)
    assert "opens nothing any more" in said(new)
    assert not opens(reached, url(shown))
    assert opens(reached, url(new))
    assert url(reached.types("joao", "/partnership mine calendar")) == url(new)


def test_a_new_link_can_be_asked_for_in_words_and_other_words_change_nothing(reached: House) -> None:
    shown = reached.types("joao", "/partnership mine calendar")
    assert "make a new one with /partnership mine calendar new" in said(
        reached.types("joao", "/partnership mine calendar please")
    )
    assert opens(reached, url(shown))
    new = reached.types("joao", "/partnership mine calendar new")
    assert "opens nothing any more" in said(new)
    assert not opens(reached, url(shown))
    assert opens(reached, url(new))


def test_a_press_that_arrives_twice_makes_one_new_link(reached: House) -> None:
    first = reached.acts("joao", "feed.renew", "mine", delivery="twice")
    again = reached.acts("joao", "feed.renew", "mine", delivery="twice")
    assert url(first) == url(again)
    assert opens(reached, url(first))


def test_the_link_is_kept_nowhere(reached: House) -> None:
    by_response = reached.types("joao", "/partnership mine calendar")
    reached.does(
        Typed(
            delivery="later", sender=reached.profile("joao"), place=reached.place("joao", None), reply=ReplyBy.MESSAGE,
            command="partnership", words=("mine calendar",),
        )
    )  # fmt: skip
    whispered = reached.whispers("joao")[-1]
    assert url(whispered) == url(by_response)

    def kept(session: Session) -> str:
        rows = [*session.exec(select(Inbox)), *session.exec(select(Outbox)), *session.exec(select(Key_))]
        return "\n".join(str(row.model_dump()) for row in rows)

    text = reached.database.run(kept)
    assert "Here is the link" in text
    assert url(by_response).partition("-")[2] not in text


def test_it_is_the_calendar_of_whoever_asked(reached: House) -> None:
    def recurs(session: Session) -> None:
        session.add(
            Cadence(
                partnership_id=reached.partnership, kind=CadenceKind.STANDUP, rrule="FREQ=DAILY", at=time(9, 30),
                start_on=reached.clock().date(), created_at=reached.clock(),
            )
        )  # fmt: skip

    reached.database.run(recurs)
    zones = {}
    for who in ("joao", "bo", "mallory"):
        secret = url(reached.types(who, "/partnership mine calendar", "direct"))
        text = reached.loop.run_until_complete(reached.app._calendar(secret))
        zones[who] = [str(each["DTSTART"].params["TZID"]) for each in _events(text)]
    assert zones == {"joao": ["Europe/Lisbon"], "bo": ["Asia/Tokyo"], "mallory": []}


def _events(text: str | None) -> list[icalendar.Component]:
    assert text is not None
    return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


def test_without_an_address_it_says_what_is_missing_and_changes_nothing(house: House) -> None:
    house.app.address = ADDRESS
    shown = house.types("joao", "/partnership mine calendar")
    house.app.address = ""
    for reply in (house.types("joao", "/partnership mine calendar"), house.presses("joao", "New link", shown)):
        assert isinstance(reply, Message)
        assert "BELLWETHER_PUBLIC_URL" in in_words(reply)
        assert "/calendar/" not in in_words(reply)
    assert opens(house, url(shown))
