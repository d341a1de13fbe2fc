"""Whom an answer reaches, and what is kept of somebody to send it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import Session, select

from bot.actions import telling
from bot.inbound import PlaceKind, ReplyBy, Typed
from bot.messages import Message, Nothing, Reply
from bot.words import line
from storage import people
from storage.tables import Account, Person
from tests.house import House, said


def greets(house: House, who: str, where: str | None, reply: ReplyBy = ReplyBy.MESSAGE) -> Reply:
    """Say hello to the bot, where the answer comes back as a message of its own (or with the response)."""
    place = house.place(who, where)
    return house.does(
        Typed(
            delivery=f"hello-{next(house.count)}", sender=house.profile(who), place=place, reply=reply, command="hello"
        )
    )


def kept(house: House, who: str) -> list[tuple[str, str, str | None]]:
    """The names and the zone under which somebody is kept."""

    def read(session: Session) -> list[tuple[str, str, str | None]]:
        rows = session.exec(select(Account, Person).join(Person).where(Account.user == f"U-{who.upper()}"))
        return [(account.name, person.name, account.zone) for account, person in rows]

    return house.database.run(read)


def test_a_stranger_who_says_hello_directly_is_answered_and_kept_without_a_name(house: House) -> None:
    assert greets(house, "mallory", "direct") == Nothing()

    (told,) = house.direct("mallory").posts
    assert "/partnership" in said(told)
    assert kept(house, "mallory") == [("", "", None)]


def test_a_stranger_who_is_answered_with_the_response_is_not_kept_at_all(house: House) -> None:
    assert "/partnership" in said(greets(house, "mallory", "direct", ReplyBy.RESPONSE))

    assert house.direct("mallory").posts == []
    assert kept(house, "mallory") == []


def test_who_was_kept_without_a_name_gets_it_when_they_use_a_command(house: House) -> None:
    greets(house, "mallory", "direct")
    house.types("mallory", "/celebrate @bo for closing the pilot two days early")

    assert kept(house, "mallory") == [("Mallory Fox", "Mallory Fox", "Europe/Berlin")]


def test_who_is_known_stays_known_by_their_name(house: House) -> None:
    greets(house, "ana", "direct")

    assert kept(house, "ana") == [("Ana Ruiz", "Ana Ruiz", "Europe/Berlin")]


def test_who_asks_in_a_room_is_answered_there_and_nobody_else_sees_it(house: House) -> None:
    greets(house, "ana", "north")

    assert ["/partnership" in said(each) for each in house.whispers("ana")] == [True]
    assert house.room("north").posts == house.direct("ana").posts == []


@pytest.mark.parametrize(
    ("where", "kind", "present", "in_room"),
    [
        ("north", PlaceKind.CHANNEL, True, True),
        ("north", PlaceKind.CHANNEL, None, True),
        ("attic", PlaceKind.CHANNEL, False, False),
        ("direct", PlaceKind.DIRECT, True, False),
        ("direct", PlaceKind.HOME, None, False),
    ],
)
def test_an_answer_goes_directly_wherever_the_bot_cannot_whisper(
    house: House, where: str, kind: PlaceKind, present: bool | None, in_room: bool
) -> None:
    place = replace(house.place("ana", where), kind=kind, present=present)
    message = Message(line("Between us"))

    def tell(session: Session) -> None:
        account = people.find(session, house.profile("ana").account)
        assert account is not None
        telling.privately(session, house.clock(), account, place, message)

    house.database.run(tell)
    house.delivers()
    assert (house.whispers("ana"), house.direct("ana").posts) == (([message], []) if in_room else ([], [message]))
