"""Rooms that move, go and come back; pausing; help. Whoever looks after a side hears what to do."""

from __future__ import annotations

import pytest

from bot.inbound import Gone, Joined, Left, Place, PlaceKind, Profile, Renamed, Typed, Uninstalled
from bot.messages import Message
from bot.words import Account, Key, Status
from handlers import commands, discover
from storage import ledger, scenes
from storage.scenes import Scene
from tests.house import HOMES, House, said

discover()
BOT = Profile(Account("slack", "T-NORTH", "U-BOT"), "Bellwether", bot=True)


def scene(house: House) -> Scene:
    return house.database.run(scenes.scene, house.partnership)


def kinds(house: House) -> list[str]:
    return [each.kind for each in house.database.run(ledger.of_partnership, house.partnership)]


def rooms(house: House) -> dict[str, Key | None]:
    return {room.channel: key for room, key in scene(house).rooms}


def test_a_shepherd_moves_the_room_with_what_is_under_way(house: House) -> None:
    house.types("joao", "/escalate the rig is down")
    reply = house.types("ana", "/partnership room move", "hall")
    assert said(reply).startswith("Apollo: Northwind now has its room here.")
    assert rooms(house) == {"C-HALL": Key.A, "C-SOUTH": Key.B}
    assert "moved its room for Apollo to hall" in said(house.room("north").latest)
    assert "the rig is down" in said(house.room("hall").latest)
    before = list(house.room("north").posts)
    house.types("bo", "/escalate the supplier is late")
    assert house.room("north").posts == before
    assert "the supplier is late" in said(house.room("hall").latest)


def test_only_the_sides_shepherd_moves_it_and_only_to_where_the_bot_is(house: House) -> None:
    assert "Only" in said(house.types("nora", "/partnership room move", "hall"))
    assert "/invite @Bellwether" in said(house.types("ana", "/partnership room move", "attic"))
    assert "already" in said(house.types("ana", "/partnership room move"))
    assert rooms(house) == {"C-NORTH": Key.A, "C-SOUTH": Key.B}


def test_moving_into_the_other_sides_room_shares_it_after_a_question(house: House) -> None:
    asked = house.types("ana", "/partnership room move", "south")
    assert said(asked).startswith("This is the room of Contoso")
    assert "Nothing was moved" in said(house.presses("ana", "Not now", asked, where="south"))
    asked = house.types("ana", "/partnership room move", "south")
    house.presses("ana", "Share it", asked, where="south")
    assert rooms(house) == {"C-SOUTH": None}


def test_moving_out_of_a_shared_room_leaves_it_to_the_other_side(house: House) -> None:
    house.presses("ana", "Share it", house.types("ana", "/partnership room move", "south"), where="south")
    house.types("ana", "/partnership room move", "hall")
    assert rooms(house) == {"C-SOUTH": Key.B, "C-HALL": Key.A}


def test_a_pause_is_told_in_both_rooms_and_undone_by_either_shepherd(house: House) -> None:
    assert "Only" in said(house.types("joao", "/partnership pause"))
    reply = house.types("ana", "/partnership pause")
    assert said(reply).startswith("Apollo is paused.")
    assert scene(house).partnership.status is Status.PAUSED
    for room in ("north", "south"):
        assert said(house.room(room).latest).startswith("Ana Ruiz (Northwind) paused Apollo")
    assert "paused already" in said(house.types("bo", "/partnership pause"))
    assert said(house.types("bo", "/partnership resume")).startswith("Apollo goes on.")
    assert said(house.room("north").latest).startswith("Bo Chen (Contoso) resumed Apollo")
    assert "is not paused" in said(house.types("bo", "/partnership resume"))
    assert kinds(house) == ["partnership.paused", "partnership.resumed"]


def test_the_status_says_where_it_stands(house: House) -> None:
    text = said(house.types("sam", "/partnership status"))
    assert text.startswith("Apollo: Northwind and Contoso.")
    assert "Open escalations: none" in text
    assert "Last celebration: none yet" in text
    assert "Works: Mon–Fri, 09:00–17:00, Tokyo time" in text
    assert "You are a member of Contoso." in text
    house.types("sam", "/celebrate @ana for the quick answer on the invoice")
    house.types("sam", "/escalate the rig is down")
    text = said(house.types("ana", "/partnership status"))
    assert "Open escalations: 1" in text
    assert "Last celebration: Mon 2 Nov 2026" in text


def test_the_bare_command_shows_where_one_stands_or_how_to_begin(house: House) -> None:
    assert said(house.types("ana", "/partnership")).startswith("Apollo")
    lost = house.types("mallory", "/partnership", "hall")
    assert "Apollo" not in said(lost)
    assert isinstance(lost, Message)
    assert [each.label for each in lost.buttons] == ["Create a partnership", "Mine"]


# What the platform tells ---------------------------------------------------------------------------------------------


def place(where: str, **new: str) -> Place:
    old = HOMES[where]
    return Place(old.platform, old.tenant, old.channel, name=new.get("name", old.name), present=True)


def test_a_room_that_is_gone_is_told_to_both_shepherds_and_found_again(house: House) -> None:
    house.does(Gone(delivery="g1", sender=BOT, place=place("north")))
    assert rooms(house) == {"C-SOUTH": Key.B}
    assert "/partnership room move" in said(house.direct("ana").latest)
    assert "I can no longer post in the room of Northwind" in said(house.direct("bo").latest)
    assert "/partnership room move" not in said(house.direct("bo").latest)
    house.does(Joined(delivery="j1", sender=BOT, place=place("north")))
    assert rooms(house) == {"C-NORTH": Key.A, "C-SOUTH": Key.B}


def test_who_left_the_company_is_marked_and_the_backup_takes_over(house: House) -> None:
    house.types("ana", "/partnership side backup @joao")
    house.does(Left(delivery="l1", sender=house.profile("ana"), place=place("north"), company=True))
    found = scene(house)
    assert next(each for each in found.everybody if each.person.name == "Ana Ruiz").left
    assert [each.person.name for each in found.shepherds(Key.A)] == ["João Silva"]
    assert "Ana Ruiz (Northwind) left the company" in said(house.direct("joao").latest)


def test_a_shepherd_who_left_without_a_backup_is_told_to_the_leaders_and_the_other_shepherd(house: House) -> None:
    house.does(Left(delivery="l1", sender=house.profile("ana"), place=place("north"), company=True))
    for who in ("nora", "bo"):
        assert "Northwind has no shepherd now" in said(house.direct(who).latest)


def test_who_only_left_the_channel_stays_a_member(house: House) -> None:
    house.does(Left(delivery="l1", sender=house.profile("joao"), place=place("north")))
    assert any(each.person.name == "João Silva" for each in scene(house).members)


def test_new_names_of_people_and_channels_are_kept(house: House) -> None:
    ana = house.profile("ana")
    house.does(Renamed(delivery="r1", sender=Profile(ana.account, "Ana Ruiz-Berg", ana.zone), place=place("north")))
    house.does(Renamed(delivery="r2", sender=BOT, place=place("north", name="northern-light"), channel=True))
    text = said(house.types("bo", "/partnership status"))
    assert "Ana Ruiz-Berg" in text
    assert "northern-light" in text


def test_an_uninstalled_app_is_told_to_the_other_side(house: House) -> None:
    home = Place("slack", "T-NORTH", "", PlaceKind.CHANNEL)
    house.does(Uninstalled(delivery="u1", sender=BOT, place=home))
    assert rooms(house) == {"C-SOUTH": Key.B}
    assert "I can no longer post in the room of Northwind" in said(house.direct("bo").latest)
    assert "Ana Ruiz (Northwind) – shepherd · Berlin, 10:00 there now · cannot be messaged directly" in said(
        house.types("bo", "/partnership members")
    )


# Help ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [path for path in commands if path[0] == "partnership"])
def test_help_behind_any_command_explains_it_with_its_examples(house: House, path: tuple[str, ...]) -> None:
    text = said(house.types("mallory", f"/{' '.join(path)} help", "hall"))
    assert commands[path].about in text or path[-1] == "help"


def test_the_help_of_partnership_lists_every_subcommand_and_nothing_that_is_not_there(house: House) -> None:
    text = said(house.types("mallory", "/partnership help", "hall"))
    for path, each in commands.items():
        if path[0] == "partnership" and len(path) > 1:
            assert each.typed in text
    assert "/checkin" not in text
    assert said(house.types("mallory", "/partnership help create", "hall")).startswith("/partnership create – ")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("/partnership craete Pilot", "/partnership create"), ("/partnership stauts", "/partnership status"),
     ("/celebrat @bo", "/celebrate"), ("/partnership mine zoen Berlin", "/partnership mine zone")],
)  # fmt: skip
def test_an_unknown_word_gets_the_nearest_command(house: House, typed: str, meant: str) -> None:
    text = said(house.types("mallory", typed, "hall"))
    assert meant in text


def test_a_word_that_is_like_no_command_gets_the_whole_list(house: House) -> None:
    assert said(house.types("mallory", "/partnership xylophone", "hall")).startswith(
        "I do not know “/partnership xylophone”."
    )


@pytest.mark.parametrize("words", ["hi", "Hello!", "help", "?", "", "what is this?"])
def test_plain_words_in_a_direct_message_get_a_short_overview(house: House, words: str) -> None:
    direct = house.place("mallory", "direct")
    text = said(
        house.does(
            Typed(delivery=f"dm-{words}", sender=house.profile("mallory"), place=direct, command="", words=(words,))
        )
    )
    for command in ("/celebrate", "/escalate", "/partnership"):
        assert command in text
