"""One partnership, Northwind in Slack and Contoso in Teams: whoever and whatever is on the other platform is as near as one's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from bot.inbound import Left, Mention, Typed
from bot.messages import Form, Message, Nothing, in_words
from bot.platforms.slack.draw import draw as drawn_in_slack
from bot.words import Key, Role, Status, plain
from storage import Database, people, scenes
from storage.tables import Person
from tests.conftest import Clock
from tests.handlers.escalating import ROOMS, card, options, stands
from tests.house import House, labels, said

RIG = "/escalate the test rig is down"


@pytest.fixture
def empty(database: Database, clock: Clock) -> Iterator[House]:
    """The bot before anything was begun."""
    empty = House(database, clock)
    yield empty
    empty.close()


def account(house: House, who: str, **values: Any) -> None:
    """Change somebody's account behind the scenes."""

    def run(session: Session) -> None:
        found = people.find(session, house.profile(who).account)
        assert found is not None
        for name, value in values.items():
            setattr(found, name, value)

    house.database.run(run)


def called(house: House, who: str, name: str) -> None:
    def run(session: Session) -> None:
        found = people.find(session, house.profile(who).account)
        assert found is not None
        session.get_one(Person, found.person_id).name = name

    house.database.run(run)


def everywhere(house: House) -> list[Message]:
    return [house.room(room).latest for room in ROOMS]


# Somebody on the other platform --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "typed", "meant"),
    [
        ("ana", "@bo", "Bo Chen (Contoso)"),  # picked, as a guest or in a shared channel
        ("ana", "\\@Bo Chen", "Bo Chen (Contoso)"),
        ("ana", "\\@chen", "Bo Chen (Contoso)"),
        ("sam", "@joao", "João Silva (Northwind)"),
        ("sam", "\\@João Silva", "João Silva (Northwind)"),
        ("sam", "\\@joao", "João Silva (Northwind)"),
        ("sam", "\\@JOÃO", "João Silva (Northwind)"),
        ("sam", "\\@joa", "João Silva (Northwind)"),
    ],
)
def test_praise_finds_somebody_of_the_other_platform_picked_or_by_name(
    house: House, who: str, typed: str, meant: str
) -> None:
    house.types(who, f"/celebrate {typed} for closing the pilot two days early")

    giver = f"{house.profile(who).name} ({'Northwind' if who == 'ana' else 'Contoso'})"
    for each in everywhere(house):
        assert plain(each.title) == f"🎉 {giver} celebrates {meant}"
    name = "bo" if "Bo" in meant else "joao"
    assert "for closing the pilot two days early" in in_words(house.direct(name).latest)


@pytest.mark.parametrize(
    ("who", "typed", "meant"),
    [
        ("joao", "@bo", "Bo Chen (Contoso)"),
        ("sam", "@nora", "Nora Berg (Northwind)"),
        ("sam", "\\@joao", "João Silva (Northwind)"),
        ("sam", "\\@João Silva", "João Silva (Northwind)"),
        ("sam", "\\@ruiz", "Ana Ruiz (Northwind)"),
    ],
)
def test_a_concern_is_handed_to_somebody_of_the_other_platform_picked_or_by_name(
    house: House, who: str, typed: str, meant: str
) -> None:
    house.types(who, f"{RIG} to {typed}")

    assert card(house).fact("Handed to") == meant
    assert plain(card(house).title).endswith(" — the test rig is down")


def test_a_name_that_fits_people_of_both_platforms_is_asked_about_with_their_organisations(house: House) -> None:
    called(house, "nora", "Sam Berg")
    question = house.types("bo", "/celebrate \\@sam for closing the pilot two days early")
    assert isinstance(question, Message)
    assert said(question) == "Whom do you mean by @sam?"
    assert sorted(options(question)) == ["Sam Berg (Northwind)", "Sam Lee (Contoso)"]
    assert house.room("north").posts == []

    house.presses("bo", "Sam Berg (Northwind)", question)
    assert all("celebrates Sam Berg (Northwind)" in plain(each.title) for each in everywhere(house))

    question = house.types("bo", f"{RIG} to \\@sam")
    assert isinstance(question, Message)
    house.presses("bo", "Sam Berg (Northwind)", question)
    assert card(house).fact("Handed to") == "Sam Berg (Northwind)"


@pytest.mark.parametrize(("who", "other"), [("ana", "Priya Rao (Contoso)"), ("sam", "João Silva (Northwind)")])
def test_the_forms_offer_people_of_both_platforms_and_take_whoever_is_chosen(
    house: House, who: str, other: str
) -> None:
    praise = house.types(who, "/celebrate")
    assert isinstance(praise, Form)
    offered = next(each for each in praise.fields if each.kind == "many")
    chosen = next(each.value for each in offered.options if each.label == other)
    house.submits(who, praise, people=(chosen,), why="for closing the pilot two days early")
    assert all(plain(each.title).endswith(f"celebrates {other}") for each in everywhere(house))

    concern = house.types(who, "/escalate")
    assert isinstance(concern, Form)
    to = next(each for each in concern.fields if each.kind == "choice" and each.id == "to")
    person = next(each.value for each in to.options if each.label == other)
    house.submits(who, concern, summary="the test rig is down", to=person)
    assert card(house).fact("Handed to") == other


def test_who_is_on_no_side_is_not_found_on_either_platform(house: House) -> None:
    for who in ("ana", "sam"):
        assert "is not a member" in said(house.types(who, "/celebrate @mallory for closing the pilot two days early"))
        assert "is not a member" in said(house.types(who, f"{RIG} to @mallory"))
        assert "I know nobody called @mallory" in said(
            house.types(who, "/celebrate \\@mallory for closing the pilot two days early")
        )
    assert house.room("north").posts == house.room("south").posts == []


def test_somebody_is_mentioned_on_their_own_platform_and_named_with_their_organisation_on_the_other(
    house: House,
) -> None:
    from bot.platforms.teams.draw import draw as drawn_in_teams

    account(house, "bo", reachable=False)  # a mention in the room is all that reaches him
    house.types("ana", "/celebrate @bo for closing the pilot two days early")
    slack, teams = everywhere(house)

    assert slack == teams
    in_teams = drawn_in_teams(teams, "T-SOUTH")
    assert [each["mentioned"]["id"] for each in in_teams["msteams"]["entities"]] == ["U-BO"]
    in_slack = json.dumps(drawn_in_slack(slack, "T-NORTH"), ensure_ascii=False)
    assert "Bo Chen (Contoso)" in in_slack
    assert "U-BO" not in in_slack


# One card in two rooms -----------------------------------------------------------------------------------------------


def test_a_press_in_either_product_changes_the_card_in_both(house: House) -> None:
    house.types("joao", RIG)
    for who, label, values, state in (
        ("bo", "Acknowledge", None, "acknowledged"),
        ("bo", "Resolve", {"outcome": "The spare part is in"}, "resolved, waiting for João Silva to confirm"),
        ("joao", "Reopen", None, "open"),
        ("ana", "Acknowledge", None, "acknowledged"),
        ("ana", "Resolve", {"outcome": "Once more, and for good"}, "resolved, waiting for João Silva to confirm"),
        ("joao", "Confirm", None, "closed"),
    ):
        reply = house.presses(who, label)
        if values:
            house.submits(who, reply, **values)
        assert stands(house).startswith(state.partition(",")[0])
    lines = [each for room in ROOMS for each in house.room(room).thread]
    assert any(each.startswith("Bo Chen (Contoso)") for each in lines)
    assert house.room("north").thread == house.room("south").thread


def test_applause_from_both_products_is_counted_together(house: House) -> None:
    house.types("ana", "/celebrate @bo for closing the pilot two days early")
    assert house.presses("sam", "👏") == Nothing()
    assert house.presses("joao", "👏 1") == Nothing()
    assert [labels(each)[0] for each in everywhere(house)] == ["👏 2", "👏 2"]


@pytest.mark.parametrize(
    ("who", "room", "other", "author"),
    [("joao", "north", "south", "João Silva (Northwind)"), ("sam", "south", "north", "Sam Lee (Contoso)")],
)
@pytest.mark.parametrize("about", [RIG, "/celebrate @nora @priya for closing the pilot two days early"])
def test_a_comment_is_carried_with_its_author_and_organisation_and_shown_as_typed(
    house: House, who: str, room: str, other: str, author: str, about: str
) -> None:
    house.types("ana", about)
    house.says(who, "one *step* closer <at>everyone</at> <!channel>")

    assert house.room(other).thread == [f"{author} says:\n> one *step* closer <at>everyone</at> <!channel>"]
    assert house.room(room).thread == []


# Coming, watching, going ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("founder", "guest"), [("ana", "bo"), ("bo", "ana")])
def test_a_partnership_begun_in_the_one_product_is_joined_in_the_other(empty: House, founder: str, guest: str) -> None:
    begun = empty.types(founder, "/partnership create Pilot line with Guests as Hosts")
    assert isinstance(begun, Message)
    offer = empty.types(guest, f"/partnership join {begun.fact('Invite code')}", delivery="offer")
    assert empty.types(guest, f"/partnership join {begun.fact('Invite code')}", delivery="offer") == offer
    assert said(offer).startswith("Hosts invites Guests to Pilot line. Join?")
    empty.presses(guest, "Join as Guests", offer if isinstance(offer, Message) else None)

    found = empty.database.run(scenes.scene, 1)
    assert found.partnership.status is Status.ACTIVE
    homes = [(empty.home(who).platform, empty.home(who).channel) for who in (founder, guest)]
    assert [(room.platform, room.channel) for room, _ in sorted(found.rooms, key=lambda each: str(each[1]))] == homes
    sides = [(each.platform, each.tenant) for each in (empty.home(founder), empty.home(guest))]
    assert [(found.sides[key].home_platform, found.sides[key].home_tenant) for key in Key] == sides
    for each in everywhere(empty):
        assert said(each).startswith("Pilot line has begun: Hosts and Guests")
    assert empty.room("north").latest == empty.room("south").latest


def test_an_observer_sees_the_card_of_the_other_platform_and_does_not_act_on_it(house: House) -> None:
    house.types("sam", RIG)
    seen = house.room("north").latest
    assert "Observers see and do not act." in said(house.presses("olga", "Acknowledge", seen))
    assert "Observers see and do not act." in said(house.presses("olga", "Note", seen))
    assert "Sam Lee (Contoso) raised it" in said(house.presses("olga", "Timeline", seen))
    assert "observes and does not act" in said(house.types("sam", f"{RIG} to @olga"))
    assert stands(house) == "open"

    house.types("sam", "/celebrate @olga for the calm look at both of our sides")
    assert all("celebrates Olga Novak (Northwind)" in plain(each.title) for each in everywhere(house))


def test_who_left_their_company_is_marked_on_the_other_platform_and_their_shepherd_takes_over(house: House) -> None:
    house.types("joao", f"{RIG} to @sam")
    house.presses("sam", "Acknowledge")
    house.types("ana", "/celebrate @sam for closing the pilot two days early")
    gone = Left(delivery="gone", sender=house.profile("sam"), place=house.home("sam"), company=True)
    house.does(gone)

    assert card(house).fact("Owner") == "Bo Chen (Contoso)"
    praise = "for closing the pilot two days early"
    picked = Mention(replace(house.profile("sam"), gone=True))
    reply = house.does(
        Typed(
            delivery="picked", sender=house.profile("ana"), place=house.home("ana"), command="celebrate",
            words=(picked, f" {praise}"),
        )
    )  # fmt: skip
    assert "Sam Lee has left" in said(reply)
    assert "I know nobody called @sam" in said(house.types("ana", f"/celebrate \\@sam {praise}"))
    assert "is not a member" in said(house.types("joao", f"{RIG} to @sam"))
    found = house.database.run(scenes.scene, house.partnership)
    assert [each.shown().name for each in found.everybody if each.left] == ["Sam Lee (left)"]
    assert "Sam Lee (left) (Contoso)" in said(house.presses("joao", "Timeline", house.room("north").posts[0]))
    assert {each.member.role for each in found.on(Key.B)} == {Role.SHEPHERD, Role.LEADER}
