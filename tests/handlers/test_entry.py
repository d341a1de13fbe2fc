"""Coming in: the right partnership, the right side, and nothing for those who do not belong."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlmodel import Session

from bot.messages import Message, Reply
from bot.words import Key, Role, Status
from storage import Database, partnerships, people
from storage.scenes import scene
from storage.tables import Member, Partnership, Side
from tests.conftest import Clock
from tests.handlers.escalating import cards, options, stands
from tests.house import HOMES, House, said

NOTHING = "There is nothing here for you to act on."


@pytest.fixture
def hall(database: Database, clock: Clock) -> Iterator[House]:
    """Apollo in one room that both sides share."""
    house = House(database, clock)
    yield house.begun(shared=True)
    house.close()


def second(house: House, *, where: str = "north", who: tuple[str, ...] = ("joao",)) -> None:
    """A second partnership, Beacon, in one room, with these people."""

    def make(session: Session) -> None:
        row = Partnership(name="Beacon", status=Status.ACTIVE, created_at=house.clock())
        session.add(row)
        session.flush()
        for key, name in ((Key.A, "Northwind"), (Key.B, "Fabrikam")):
            session.add(Side(partnership_id=row.id, key=key, organisation=name, zone="Europe/Berlin"))
        session.flush()
        partnerships.settle_in(session, HOMES[where], row.id, Key.A)
        roles = dict.fromkeys(who, Role.MEMBER) | {"mallory": Role.SHEPHERD}
        for each, role in roles.items():
            account = people.meet(session, house.profile(each), house.home(each).tenant)
            session.add(
                Member(
                    partnership_id=row.id, person_id=account.person_id, side=Key.A, role=role, joined_at=house.clock()
                )
            )

    house.database.run(make)


def members(house: House) -> dict[str, tuple[str, bool]]:
    def read(session: Session) -> dict[str, tuple[str, bool]]:
        found = scene(session, house.partnership).members
        return {each.person.name: (each.organisation, each.member.confirmed) for each in found}

    return house.database.run(read)


def test_a_room_with_several_partnerships_asks_which_one_and_goes_on(house: House) -> None:
    second(house)
    question = house.types("joao", "/escalate no spare part by friday at 3")

    assert isinstance(question, Message)
    assert said(question) == "Which partnership is it about?"
    assert list(options(question)) == ["Apollo", "Beacon"]
    when = house.presses("joao", "Apollo", question)
    assert isinstance(when, Message)
    assert said(house.presses("joao", "Fri 6 Nov 2026, 15:00", when)).startswith(
        "Escalation 1 is raised: no spare part"
    )
    assert len(cards(house, "south")) == 1


def test_a_form_from_a_room_with_several_partnerships_is_asked_about_once(house: House) -> None:
    second(house)
    question = house.types("joao", "/escalate")
    assert isinstance(question, Message)
    form = house.presses("joao", "Apollo", question)

    assert said(house.submits("joao", form, summary="no spare part")).startswith("Escalation 1 is raised")


def test_a_direct_message_asks_only_where_there_is_a_choice(house: House) -> None:
    assert said(house.types("joao", "/escalate no spare part", "direct")).startswith("Escalation 1 is raised")

    second(house, where="hall")
    question = house.types("joao", "/escalate no cable", "direct")
    assert isinstance(question, Message)
    assert list(options(question)) == ["Apollo", "Beacon"]


def test_the_picker_offers_only_one_s_own_partnerships_in_a_direct_message(house: House) -> None:
    second(house, where="hall", who=())

    assert said(house.types("joao", "/escalate no spare part", "direct")).startswith("Escalation 1 is raised")


def test_a_partnership_that_was_not_offered_cannot_be_chosen(house: House) -> None:
    second(house)
    question = house.types("joao", "/escalate no spare part")
    assert isinstance(question, Message)
    key = next(iter(options(question).values())).partition("|")[0]

    assert said(house.acts("joao", "ask.answer", f"{key}|partnership=999")) == "Which partnership is it about?"


def without_apollo(house: House) -> None:
    """Apollo does not live here and never did."""

    def hide(session: Session) -> None:
        found = scene(session, house.partnership)
        for room, _ in found.rooms:
            partnerships.move_out(session, room.id, found.id)

    house.database.run(hide)


Does = Callable[[House], Reply]
STRANGER: dict[str, Does] = {
    "a command in an unrelated channel": lambda house: house.types("mallory", "/escalate x is down", "hall"),
    "a command in a direct message": lambda house: house.types("mallory", "/escalate x is down", "direct"),
    "a card's button from a direct message": lambda house: house.acts("mallory", "escalation.acknowledge", "escalation:1", "direct"),
    "a card's timeline from an unrelated channel": lambda house: house.acts("mallory", "escalation.timeline", "escalation:1", "hall"),
    "a member's button": lambda house: house.acts("mallory", "member.remove", "member:1", "hall"),
}  # fmt: skip


@pytest.mark.parametrize("does", STRANGER.values(), ids=STRANGER.keys())
def test_a_stranger_hears_the_same_as_where_there_is_no_partnership(house: House, does: Does) -> None:
    nothing = does(house)
    house.types("joao", "/escalate the rig is down")

    assert does(house) == nothing
    assert "Apollo" not in said(nothing)
    assert "Mallory Fox" not in members(house)
    assert stands(house) == "open"


def test_a_member_of_one_partnership_is_a_stranger_to_the_other(house: House) -> None:
    second(house, where="hall")
    house.types("joao", "/escalate the rig is down", "north")

    assert said(house.acts("mallory", "escalation.acknowledge", "escalation:1", "hall")) == NOTHING
    assert said(house.acts("mallory", "escalation.timeline", "escalation:1", "direct")) == NOTHING


def test_the_subject_of_one_partnership_opens_no_door_to_another(house: House) -> None:
    second(house, where="hall", who=("joao",))
    house.types("sam", "/escalate the rig is down")
    form = house.types("mallory", "/escalate", "hall")

    assert said(house.acts("mallory", "escalation.timeline", "partnership:2|escalation:1", "hall")) == NOTHING
    assert said(house.submits("mallory", form, "hall", summary="x is down")).startswith("Escalation 1 is raised")


def test_who_uses_a_command_in_a_side_s_own_room_joins_it_and_the_shepherd_can_undo_it(house: House) -> None:
    reply = house.types("mallory", "/escalate no spare part")

    assert said(reply).startswith("Escalation 1 is raised")
    assert members(house)["Mallory Fox"] == ("Northwind", True)
    note = next(each for each in house.direct("ana").posts if said(each).startswith("Mallory Fox"))
    house.presses("ana", "Undo", note, where="direct")
    assert "Mallory Fox" not in members(house)


def test_pressing_a_card_s_button_in_the_room_joins_as_well(house: House) -> None:
    house.types("joao", "/escalate no spare part")
    reply = house.presses("mallory", "Note")

    assert members(house)["Mallory Fox"] == ("Northwind", True)
    assert said(house.submits("mallory", reply, words="I can help")) == "Escalation 1 has your note."


def test_in_a_shared_room_the_home_organisation_tells_the_side(hall: House) -> None:
    assert said(hall.types("mallory", "/escalate no spare part", "north")).startswith("Escalation 1 is raised")

    assert members(hall)["Mallory Fox"] == ("Northwind", True)


def test_in_a_shared_room_where_nothing_tells_the_side_one_is_asked_once(hall: House) -> None:
    def same_home(session: Session) -> None:
        for key in Key:
            session.get_one(Side, (hall.partnership, key)).home_tenant = "T-NORTH"
            session.get_one(Side, (hall.partnership, key)).home_platform = "slack"

    hall.database.run(same_home)
    question = hall.types("mallory", "/escalate no spare part", "north")

    assert isinstance(question, Message)
    assert said(question).startswith("Which side of Apollo are you with?")
    assert list(options(question)) == ["Northwind", "Contoso"]
    assert "Mallory Fox" not in members(hall)
    reply = hall.presses("mallory", "Contoso", question, where="north")
    assert said(reply).startswith("Escalation 1 is raised: no spare part")
    assert members(hall)["Mallory Fox"] == ("Contoso", False)
    assert said(hall.types("mallory", "/escalate no cable", "north")).startswith("Escalation 2 is raised")
