"""Who is who: listing, adding, changing, confirming, taking out and leaving, always decided by the person's own side."""

from __future__ import annotations

from typing import Any

import pytest

from bot.messages import Form
from bot.words import Dimension, Key, Role
from storage import ledger, scenes
from storage.people import Standing
from storage.scenes import Scene
from tests.house import House, labels, said


def scene(house: House) -> Scene:
    return house.database.run(scenes.scene, house.partnership)


def member(house: House, name: str) -> Standing:
    return next(each for each in scene(house).everybody if each.person.name.startswith(name))


def kinds(house: House) -> list[str]:
    return [each.kind for each in house.database.run(ledger.of_partnership, house.partnership)]


def test_the_list_shows_both_sides_with_role_zone_local_time_and_reach(house: House) -> None:
    text = said(house.types("ana", "/partnership members"))
    assert text.startswith("7 people are in Apollo.")
    assert "Ana Ruiz (Northwind) (you) – shepherd · Berlin, 10:00 there now · can be messaged" in text
    assert "Bo Chen (Contoso) – shepherd · Tokyo, 18:00 there now" in text
    assert text.index("Northwind\n") < text.index("Contoso\n")


def test_somebody_who_uses_a_command_in_a_sides_room_joins_it_and_its_shepherd_can_undo_it(house: House) -> None:
    house.types("mallory", "/partnership status")
    assert member(house, "Mallory").side is Key.A
    told = house.direct("ana").latest
    assert said(told).startswith("Mallory Fox (Northwind) joined Northwind in Apollo")
    assert "no longer with Northwind" in said(house.presses("ana", "Undo", told, where="direct"))
    assert member(house, "Mallory").left
    assert "You are no longer in Apollo" in said(house.direct("mallory").latest)


def test_only_that_sides_shepherd_undoes_a_joining(house: House) -> None:
    house.types("mallory", "/partnership status")
    told = house.direct("ana").latest
    assert "Only" in said(house.presses("nora", "Undo", told))
    assert "Only" in said(house.presses("bo", "Undo", told))
    assert not member(house, "Mallory").left


def test_adding_welcomes_the_person_and_can_be_undone(house: House) -> None:
    reply = house.types("ana", "/partnership members add @mallory to northw as leader front virtual rank 2")
    assert said(reply).startswith(
        "Mallory Fox (Northwind) is with Northwind now, a leader, in front (a customer) for Contoso"
    )
    new = member(house, "Mallory").member
    assert (new.role, new.dimension, new.virtual, new.rank) == (Role.LEADER, Dimension.FRONT, True, 2)
    assert said(house.direct("mallory").latest).startswith(
        "Welcome to Apollo: Ana Ruiz (Northwind) added you to Northwind as a leader"
    )
    house.presses("ana", "Undo", reply)
    assert member(house, "Mallory").left


def test_leaders_add_to_their_own_side_and_nobody_to_the_other(house: House) -> None:
    assert "Only" in said(house.types("ana", "/partnership members add @mallory to Contoso"))
    assert "Only" in said(house.types("joao", "/partnership members add @mallory"))
    assert "is with Northwind now" in said(house.types("nora", "/partnership members add @mallory"))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("add", "Whom?"),
        ("add @bo", "nobody can be on both sides"),
        ("add @joao", "is here already"),
        ("add @mallory to Fabrikam", "I know no side called"),
        ("add @mallory as king", "is not a role"),
        ("add zebedee", "I know nobody called"),
        ("change zebedee as leader", "I know nobody called"),
        ("change @mallory as leader", "is not a member here"),
        ("remove @ana", "/partnership leave"),
        ("change @joao rank 0", "is not a rank"),
    ],
)
def test_what_cannot_be_done_to_members_is_said_with_what_to_do(house: House, text: str, answer: str) -> None:
    assert answer in said(house.types("ana", f"/partnership members {text}"))
    assert len(scene(house).members) == 7


def test_a_new_shepherd_takes_the_place_of_the_former_who_is_told(house: House) -> None:
    reply = house.types("nora", "/partnership members change joao as shepherd")
    assert said(reply).startswith("João Silva (Northwind) is now the shepherd")
    assert (member(house, "João").member.role, member(house, "Ana").member.role) == (Role.SHEPHERD, Role.MEMBER)
    assert "You are a member" in said(house.direct("ana").latest)
    assert "You are the shepherd" in said(house.direct("joao").latest)
    house.presses("nora", "Undo", reply)
    assert (member(house, "João").member.role, member(house, "Ana").member.role) == (Role.MEMBER, Role.SHEPHERD)


def test_a_side_is_never_left_without_a_shepherd(house: House) -> None:
    assert "A side needs a shepherd" in said(house.types("ana", "/partnership members change @ana as member"))
    assert "Name another first" in said(house.types("nora", "/partnership members remove @ana"))
    assert "Hand over first" in said(house.types("ana", "/partnership leave"))
    assert member(house, "Ana").member.role is Role.SHEPHERD


def test_changing_without_terms_opens_a_form_for_that_person(house: House) -> None:
    form = house.types("ana", "/partnership members change @joao")
    assert isinstance(form, Form)
    reply = house.submits("ana", form, role="leader", rank="3")
    assert "a leader" in said(reply)
    assert member(house, "João").member.rank == 3


def test_a_removed_member_is_told_and_their_open_escalation_passes_on(house: House) -> None:
    house.types("sam", "/escalate the rig is down to @joao")
    house.types("joao", "/partnership status")
    reply = house.types("ana", "/partnership members remove @joao")
    assert said(reply).startswith("João Silva (Northwind) is no longer with Northwind")
    assert "You are no longer in Apollo" in said(house.direct("joao").latest)
    house.presses("ana", "Undo", reply)
    assert not member(house, "João").left


def test_leaving_asks_first_and_the_backup_takes_over(house: House) -> None:
    house.types("ana", "/partnership side backup @joao")
    asked = house.types("ana", "/partnership leave")
    assert "João Silva (Northwind) becomes the shepherd" in said(asked)
    assert "You stay" in said(house.presses("ana", "Stay", asked))
    asked = house.types("ana", "/partnership leave")
    assert said(house.presses("ana", "Leave", asked)).startswith("You left Apollo.")
    assert member(house, "Ana").left
    assert member(house, "João").member.role is Role.SHEPHERD
    assert "member.left" in kinds(house)


def test_two_of_one_name_are_asked_about(house: House) -> None:
    house.types("ana", "/partnership members add @mallory")
    house.database.run(_call_her_joao, house)
    asked = house.types("ana", "/partnership members change joao as leader")
    assert said(asked).startswith("Whom do you mean by “joao”?")
    house.presses("ana", "João Fox (Northwind)", asked)
    assert member(house, "João Fox").member.role is Role.LEADER
    assert member(house, "João Silva").member.role is Role.MEMBER


def _call_her_joao(session: Any, house: House) -> None:
    found = scenes.scene(session, house.partnership)
    next(each for each in found.everybody if each.person.name == "Mallory Fox").person.name = "João Fox"


def test_the_dimension_of_one_side_is_mirrored_on_the_other_until_said_otherwise(house: House) -> None:
    house.types("bo", "/partnership members change @sam behind")
    text = said(house.types("ana", "/partnership members"))
    assert "Sam Lee (Contoso) – member · behind (a supplier) for Northwind" in text
    assert "João Silva (Northwind) – member · in front (a customer) for Contoso" in text


def test_in_a_shared_room_the_home_organisation_tells_the_side(database: Any, clock: Any) -> None:
    house = House(database, clock).begun(shared=True)
    try:
        house.types("mallory", "/partnership status", "north")
        assert member(house, "Mallory").side is Key.A
        assert member(house, "Mallory").member.confirmed
    finally:
        house.close()


def test_where_the_platform_cannot_tell_the_side_it_is_asked_once_and_confirmed(database: Any, clock: Any) -> None:
    house = House(database, clock).begun(shared=True)
    try:
        house.database.run(_same_home, house)
        asked = house.types("mallory", "/partnership status", "north")
        assert labels(asked) == ["Northwind", "Contoso"]
        assert said(house.presses("mallory", "Contoso", asked, where="north")).startswith("Apollo")
        assert not member(house, "Mallory").member.confirmed
        told = house.direct("bo").latest
        assert labels(told) == ["Confirm", "Undo"]
        assert "Only" in said(house.presses("ana", "Confirm", told))
        assert "is confirmed" in said(house.presses("bo", "Confirm", told))
        assert member(house, "Mallory").member.confirmed
        assert "confirmed already" in said(house.presses("bo", "Confirm", told))
    finally:
        house.close()


def _same_home(session: Any, house: House) -> None:
    for side in scenes.scene(session, house.partnership).sides.values():
        side.home_platform, side.home_tenant = "slack", "T-NORTH"
