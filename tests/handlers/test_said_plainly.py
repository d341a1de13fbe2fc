"""What a newcomer meets first: words that are understood as they come, and replies that say how it is."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from sqlmodel import Session, select

from bot.actions import persons
from bot.cards import parking, roster
from bot.cards.roster import Entry
from bot.inbound import Gone, Profile, Typed
from bot.messages import Message, Reply, in_words
from bot.platforms.slack.draw import BLOCKS, LEFT_OUT, draw
from bot.platforms.slack.lines import SECTION
from bot.words import Account, Person, Role, Status
from storage import scenes
from storage.tables import Account as Kept
from storage.tables import Side
from tests.house import HOMES, House, said

BOT = Profile(Account("slack", "T-NORTH", "U-BOT"), "Bellwether", bot=True)
COUNT = itertools.count(1)


def zoneless(house: House, who: str, text: str, where: str) -> Reply:
    """Type where the platform does not know the profile's zone."""
    command, _, rest = text.lstrip("/").partition(" ")
    sender = replace(house.profile(who), zone=None)
    return house.does(
        Typed(delivery=f"z{next(COUNT)}", sender=sender, place=HOMES[where], command=command, words=(rest,))
    )


def test_a_command_in_a_room_that_was_lost_brings_its_cards_back(house: House) -> None:
    house.types("joao", "/escalate the rig is down")
    house.does(Gone(delivery="g1", sender=BOT, place=HOMES["north"]))
    before = len(house.room("north").posts)
    house.types("joao", "/partnership status", "direct")
    assert len(house.room("north").posts) == before
    house.types("joao", "/partnership status")
    back = [said(each) for each in house.room("north").posts[before:]]
    assert any(each.startswith("Apollo lives here") for each in back)
    assert any("the rig is down" in each for each in back)
    house.types("joao", "/partnership status")
    assert len(house.room("north").posts) == before + len(back)


def test_a_moved_room_does_not_read_as_if_it_began_there(house: House) -> None:
    house.types("ana", "/partnership room move", "hall")
    words = said(house.room("hall").posts[0])
    assert words.startswith("Apollo lives here: Northwind and Contoso work together.")


def test_whose_time_zone_is_not_known_is_told_what_their_side_works_on(house: House) -> None:
    told = said(zoneless(house, "mallory", "/partnership create Beacon with Acme", "hall"))
    assert "I do not know your time zone yet, so your side works on UTC. Set it with /partnership side zone" in told
    assert "I do not know" not in said(house.types("ana", "/partnership create Comet with Acme", "hall"))


def test_ones_own_settings_follow_the_zone_of_the_side_where_the_profile_has_none(house: House) -> None:
    def forget(session: Session) -> str:
        account = session.exec(select(Kept).where(Kept.user == "U-SAM")).one()
        account.zone = None
        session.flush()
        return persons.zone(session, account)

    assert house.database.run(forget) == "Asia/Tokyo"


@pytest.mark.parametrize(
    "whole", ["Contoso for", "contoso: for", "everybody at Contoso for", "all of Contoso", "everyone at @Contoso"]
)
def test_an_organisation_named_first_is_celebrated_as_a_whole(house: House, whole: str) -> None:
    told = said(house.types("ana", f"/celebrate {whole} getting the whole fixture done"))
    assert told.startswith("You celebrated everybody at Contoso.")
    assert "getting the whole fixture done" in told


def test_a_sentence_that_only_begins_with_an_organisation_is_not_sent_off(house: House) -> None:
    assert not isinstance(house.types("ana", "/celebrate Contoso people worked through the night"), Message)


def many(count: int) -> list[Entry]:
    return [
        Entry(who=Person(number, f"Somebody Longnamed {number}", "Northwind"), role=Role.MEMBER, zone="Europe/Berlin")
        for number in range(1, count + 1)
    ]


def test_eighty_people_are_all_listed_within_what_slack_takes(house: House) -> None:
    sides = [("Northwind", "Contoso", many(40)), ("Contoso", "Northwind", many(40))]
    drawn = draw(roster.roster("Apollo", sides, house.clock(), [("x", 1)]))
    assert len(drawn) <= BLOCKS
    assert LEFT_OUT not in str(drawn)
    assert str(drawn).count("Somebody Longnamed") == 80
    assert all(len(each["text"]["text"]) <= SECTION for each in drawn if each["type"] == "section")


def test_people_whom_one_message_does_not_hold_are_counted(house: House) -> None:
    sides = [("Northwind", "Contoso", many(300)), ("Contoso", "Northwind", many(2))]
    message = roster.roster("Apollo", sides, house.clock(), [(f"x{number}", number) for number in range(300)])
    drawn = str(draw(message))
    left = 302 - drawn.count("Somebody Longnamed")
    assert left > 0
    assert f"{left} more of this side’s 300 people are not shown here" in drawn
    assert LEFT_OUT not in drawn
    assert "/partnership members change @name" in in_words(message)


def test_several_who_are_added_are_named_in_the_plural(house: House) -> None:
    house.types("mallory", "/escalate", "direct")
    reply = said(house.types("ana", "/partnership members add @mallory as member"))
    assert reply.startswith("Mallory Fox (Northwind) is with Northwind now.")
    house.types("ana", "/partnership members remove @mallory")
    house.types("ana", "/partnership members remove @joao")
    reply = said(house.types("ana", "/partnership members add @mallory @joao as leader"))
    assert reply.startswith("Mallory Fox (Northwind) and João Silva (Northwind) are with Northwind now, leaders.")
    reply = said(house.types("ana", "/partnership members change @joao as member"))
    assert reply.startswith("João Silva (Northwind) is now a member.")


def test_what_did_not_reach_a_person_is_not_said_as_if_a_channel_were_gone() -> None:
    who = Person(1, "Bo Chen", "Contoso")
    to_person = in_words(parking.undelivered("Apollo", "", who, "user_not_found"))
    assert "They may not have the app: please tell them another way." in to_person
    assert "room move" not in to_person
    assert "/partnership room move" in in_words(parking.undelivered("Apollo", "north", None, "is_archived"))


@pytest.mark.parametrize(("typed", "first"), [("/reflect", "Reflections")])
def test_a_command_that_is_still_to_come_says_so_and_what_can_be_done_today(
    house: House, typed: str, first: str
) -> None:
    told = said(house.types("joao", typed))
    assert told.startswith(f"{first} come in a later version. Today I can:")
    assert "/escalate" in told


def test_a_bare_subcommand_said_to_the_bot_acts_at_once(house: House) -> None:
    assert said(house.types("joao", "status", "direct")).startswith("Apollo: Northwind and Contoso.")
    assert said(house.types("joao", "Members", "direct")).startswith("7 people are in Apollo.")
    assert said(house.types("joao", "mine", "direct")).startswith("These are your own settings")
    assert said(house.types("joao", "mine praise private", "direct")).startswith("Your settings are changed.")
    assert said(house.types("ana", "pause", "direct")).startswith("Apollo is paused.")


@pytest.mark.parametrize("words", ["pause the line before noon", "leave it to me"])
def test_a_sentence_that_begins_like_a_subcommand_does_nothing(house: House, words: str) -> None:
    assert "Did you mean" in said(house.types("ana", words, "direct"))
    assert house.database.run(scenes.scene, house.partnership).partnership.status is Status.ACTIVE


def test_what_is_said_in_a_cards_thread_stays_a_comment(house: House) -> None:
    house.types("joao", "/escalate the rig is down")
    thread = house.room("north").latest_id
    house.does(
        Typed(delivery="t1", sender=house.profile("ana"), place=HOMES["north"], thread=thread, command="pause",
              words=("",))
    )  # fmt: skip
    assert house.database.run(scenes.scene, house.partnership).partnership.status is Status.ACTIVE


def test_whoever_joins_without_a_known_zone_hears_which_one_their_side_works_on(house: House) -> None:
    made = said(house.types("ana", "/partnership create Beacon with Acme", "hall"))
    code = next(word for word in made.split() if word.count("-") == 3)
    told = said(zoneless(house, "mallory", f"/partnership join {code} here", "hall"))
    assert "I do not know your time zone yet, so your side works on Berlin time." in told
    assert house.database.run(lambda session: len(session.exec(select(Side)).all())) == 4
