"""Erasing a person: whatever still stands anywhere says neither their name nor their words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlmodel import Session, select

from bot.actions import rhythm
from bot.messages import Message, in_words
from storage import Database, people
from storage.tables import Absence, Account
from tests.conftest import Clock
from tests.handlers.test_standups import begins, change, person, until
from tests.house import House


@pytest.fixture
def house(sqlite: Database, clock: Clock) -> Iterator[House]:
    house = House(sqlite, clock)
    yield house.begun()
    house.close()


def erases(house: House, who: str) -> None:
    question = house.types(who, "/partnership mine erase", "direct")
    assert isinstance(question, Message)
    sure = house.presses(who, "Yes, erase it", question, where="direct")
    assert isinstance(sure, Message)
    house.presses(who, "Erase it for good", sure, where="direct")


def in_rooms(house: House, *names: str) -> str:
    """All that stands in the rooms, threads included."""
    return "\n".join(in_words(each) for name in names or ("north", "south") for each in house.room(name).all.values())


def directly(house: House, who: str) -> str:
    return "\n".join(in_words(each) for each in house.direct(who).all.values())


def test_a_check_in_that_nobody_asked_for_is_gone_from_the_thread_of_the_standup(house: House) -> None:
    begins(house)
    until(house, "2026-11-03 09:00")
    house.types("sam", "/checkin done: the secret rig")
    assert in_rooms(house).count("the secret rig") == 2
    erases(house, "sam")
    assert "secret" not in in_rooms(house)
    assert "Sam" not in in_rooms(house)


def test_who_gave_no_update_is_not_named_by_the_card_of_a_standup(house: House) -> None:
    begins(house)
    until(house, "2026-11-04 02:00")
    assert in_rooms(house).count("Sam Lee") == 2
    erases(house, "sam")
    assert "Sam" not in in_rooms(house)
    assert in_rooms(house).count("Erased person (left)") == 2


def test_who_was_away_is_not_named_by_the_card_of_a_standup(house: House) -> None:
    def away(session: Session) -> None:
        day = date(2026, 11, 3)
        session.add(Absence(person_id=person(session, "sam").id, starts_on=day, ends_on=day))

    begins(house)
    change(house, away)
    until(house, "2026-11-03 18:00")
    assert "Away: Sam Lee" in in_rooms(house)
    erases(house, "sam")
    assert "Sam" not in in_rooms(house)


def test_who_was_asked_in_the_room_is_not_named_there(house: House) -> None:
    def mute(session: Session) -> None:
        session.exec(select(Account).where(Account.user == "U-SAM")).one().reachable = False

    begins(house)
    change(house, mute)
    until(house, "2026-11-03 15:00")
    assert "Sam Lee" in in_rooms(house, "south")
    erases(house, "sam")
    assert "Sam" not in in_rooms(house)


def test_digests_tell_of_a_celebration_without_the_name_and_the_words(house: House) -> None:
    house.database.run(rhythm.plan, {house.partnership}, house.clock())
    house.types("sam", "/celebrate @ana for the secret rig that runs at last")
    until(house, "2026-11-09 09:00")
    assert in_rooms(house).count("secret rig") == 4  # two cards, and the details of two digests
    erases(house, "sam")
    assert "secret" not in in_rooms(house)
    assert "Sam" not in in_rooms(house)


def test_who_was_celebrated_is_not_named_by_a_digest(house: House) -> None:
    house.database.run(rhythm.plan, {house.partnership}, house.clock())
    house.types("ana", "/celebrate @sam for a rig that runs at last")
    until(house, "2026-11-09 09:00")
    assert "Sam Lee" in "".join(house.room("north").thread)
    erases(house, "sam")
    assert "Sam" not in in_rooms(house)


def test_digests_and_morning_messages_tell_of_an_escalation_without_its_words(house: House) -> None:
    house.database.run(rhythm.plan, {house.partnership}, house.clock())
    house.types("sam", "/escalate the secret rig is down")
    until(house, "2026-11-09 09:00")
    assert "secret" in "".join(house.room("north").thread)
    assert "secret" in directly(house, "ana")
    erases(house, "sam")
    assert "secret" not in in_rooms(house)
    assert "secret" not in directly(house, "ana")
    assert "secret" not in directly(house, "bo")


def test_what_was_resolved_loses_the_outcome_in_the_words_of_whoever_is_erased(house: House) -> None:
    house.database.run(rhythm.plan, {house.partnership}, house.clock())
    house.types("sam", "/escalate the rig is down")
    house.acts("ana", "escalation.acknowledge", "escalation:1")
    house.submits("ana", house.acts("ana", "escalation.resolve", "escalation:1"), outcome="a secret spare part")
    house.acts("sam", "escalation.confirm", "escalation:1")
    until(house, "2026-11-09 09:00")
    assert "secret" in "".join(house.room("north").thread)
    erases(house, "ana")
    digest = [each for each in house.room("north").thread if each.startswith("Details")]
    assert "secret" not in "".join(digest)
    assert "the rig is down" in "".join(digest)


def test_whoever_takes_over_is_told_without_the_words(house: House) -> None:
    house.types("sam", "/escalate the secret rig is down")
    house.acts("ana", "escalation.acknowledge", "escalation:1")
    erases(house, "sam")
    assert "It is yours now." in directly(house, "bo")
    assert "secret" not in directly(house, "bo")


def test_what_others_are_still_to_be_told_repeats_neither_the_name_nor_the_words(house: House) -> None:
    house.types("sam", "/escalate the secret rig is down")
    house.acts("ana", "escalation.acknowledge", "escalation:1")
    house.time_passes(hours=12)  # to the night, in which nobody is written to
    joao = house.database.run(lambda session: person(session, "joao").id)
    member = house.database.run(people.member, house.partnership, joao)
    assert member is not None
    house.submits("priya", house.acts("priya", "escalation.reassign", "escalation:1"), to=str(member.id))
    assert "was handed to you" not in directly(house, "joao")
    erases(house, "sam")
    erases(house, "priya")
    house.time_passes(hours=14)
    told = next(each for each in map(in_words, house.direct("joao").posts) if "was handed to you" in each)
    assert told.startswith("Escalation 1 was handed to you by Erased person")
    assert "(erased)" in told
    assert "secret" not in told
