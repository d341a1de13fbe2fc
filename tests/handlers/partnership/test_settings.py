"""A side's settings and one's own: understood in words, echoed in words, and put back with one press."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.messages import Errors, Form, Message, in_words
from bot.words import Key, Praise
from storage import ledger, people, scenes
from storage.scenes import Scene
from storage.tables import Account, Comment, Escalation, Event, EventBody, Person
from tests.house import House, said


def scene(house: House) -> Scene:
    return house.database.run(scenes.scene, house.partnership)


def person(house: House, who: str) -> Person:
    def look(session: Session) -> Person:
        account = session.exec(select(Account).where(Account.user == f"U-{who.upper()}")).one()
        return session.get_one(Person, account.person_id)

    return house.database.run(look)


@pytest.mark.parametrize(
    ("typed", "echo", "kept"),
    [
        ("zone Lisbon", "Time zone: Lisbon time (Europe/Lisbon)", {"zone": "Europe/Lisbon"}),
        ("days sun to thu", "Working days: Sun–Thu", {"days": "0,1,2,3,6"}),
        ("hours 8am-4pm", "Working hours: 08:00–16:00", {"start": time(8), "end": time(16)}),
        ("country de by", "Public holidays: the public holidays of Germany, BY", {"country": "DE", "region": "BY"}),
        ("country Portugal", "the public holidays of Portugal", {"country": "PT", "region": None}),
        ("name North & Co", "Name: North & Co", {"organisation": "North & Co"}),
    ],
)
def test_a_sides_setting_is_echoed_and_undone(house: House, typed: str, echo: str, kept: dict[str, Any]) -> None:
    before = scene(house).sides[Key.A].model_dump()
    reply = house.types("ana", f"/partnership side {typed}")
    assert echo in said(reply)
    assert {name: getattr(scene(house).sides[Key.A], name) for name in kept} == kept
    house.presses("ana", "Undo", reply)
    assert scene(house).sides[Key.A].model_dump() == before
    assert [each.kind for each in house.database.run(ledger.of_partnership, house.partnership)] == ["side.changed"] * 2


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("zone Atlantis", "Atlantis"),
        ("zone CET", "/partnership side zone Berlin"),
        ("days blursday", "mon-fri"),
        ("hours 9-5", "two ways"),
        ("country XX", "is not a country"),
        ("country DE XX", "has no region"),
        ("name contoso", "two names"),
        ("colour red", "I know no setting"),
    ],
)
def test_what_is_not_understood_changes_nothing_and_shows_a_right_example(
    house: House, typed: str, answer: str
) -> None:
    before = scene(house).sides[Key.A].model_dump()
    assert answer in said(house.types("ana", f"/partnership side {typed}"))
    assert scene(house).sides[Key.A].model_dump() == before


def test_the_form_of_a_side_holds_what_is_set_and_keeps_what_was_typed(house: House) -> None:
    form = house.types("ana", "/partnership side")
    assert isinstance(form, Form)
    wrong = house.submits("ana", form, zone="Atlantis", hours="10-18")
    assert isinstance(wrong, Errors)
    assert list(wrong.fields) == ["zone"]
    reply = house.submits("ana", form, zone="Madrid", hours="10-18")
    assert "Europe/Madrid" in said(reply)
    assert "10:00–18:00" in said(reply)
    assert "Working days" not in said(reply)


def test_only_a_sides_own_shepherd_and_leaders_set_it(house: House) -> None:
    assert "Only" in said(house.types("joao", "/partnership side zone Lisbon"))
    assert "Only" in said(house.types("joao", "/partnership side"))
    assert "changed" in said(house.types("nora", "/partnership side zone Lisbon"))
    assert scene(house).sides[Key.B].zone == "Asia/Tokyo"


def test_the_ladder_shows_who_stands_where_and_names_others(house: House) -> None:
    shown = house.types("ana", "/partnership side ladder")
    assert "Level 1: Ana Ruiz (Northwind)" in said(shown)
    reply = house.types("ana", "/partnership side ladder 2 @joao and @nora")
    assert said(reply).startswith("On level 2 João Silva (Northwind) and Nora Berg (Northwind) stand now.")
    assert "named by your side" in said(house.types("ana", "/partnership side ladder"))
    assert "Level 2: Nora Berg (Northwind) – the leaders" in said(house.presses("ana", "Undo", reply))
    assert "usually" in said(house.types("ana", "/partnership side ladder 2 default"))


def test_who_is_not_confirmed_on_a_side_stands_on_no_level_of_its_ladder(house: House) -> None:
    def unconfirmed(session: Session) -> None:
        nora = next(
            each for each in scenes.scene(session, house.partnership).members if each.person.name == "Nora Berg"
        )
        nora.member.confirmed = False

    house.database.run(unconfirmed)
    assert "Level 2: nobody, so it is skipped" in said(house.types("ana", "/partnership side ladder"))


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("9 @joao", "Which level?"),
        ("2", "Who stands there?"),
        ("2 @bo", "on the other side"),
        ("two @joao", "Which level?"),
    ],
)
def test_a_ladder_that_cannot_be_is_refused(house: House, typed: str, answer: str) -> None:
    assert answer in said(house.types("ana", f"/partnership side ladder {typed}"))
    assert scene(house).sides[Key.A].ladder == {}


def test_ones_own_settings_need_no_partnership_and_are_undone(house: House) -> None:
    reply = house.types("mallory", "/partnership mine zone Lisbon", "direct")
    assert "Lisbon time" in said(reply)
    assert person(house, "mallory").zone == "Europe/Lisbon"
    house.presses("mallory", "Undo", reply, where="direct")
    assert person(house, "mallory").zone is None
    house.types("mallory", "/partnership mine hours 8-16", "direct")
    house.types("mallory", "/partnership mine days mon-thu", "direct")
    house.types("mallory", "/partnership mine praise private", "direct")
    shown = said(house.types("mallory", "/partnership mine", "direct"))
    assert "08:00–16:00" in shown
    assert "Mon–Thu" in shown
    assert "privately" in shown
    house.types("mallory", "/partnership mine hours default", "direct")
    assert person(house, "mallory").start is None


def test_the_form_of_ones_own_settings(house: House) -> None:
    form = house.presses("joao", "Change", house.types("joao", "/partnership mine"))
    assert isinstance(house.submits("joao", form, hours="whenever"), Errors)
    reply = house.submits("joao", form, hours="7-15", praise="none")
    assert "07:00–15:00" in said(reply)
    assert person(house, "joao").praise is Praise.NONE
    assert said(house.submits("joao", house.presses("joao", "Change", reply))).startswith("Nothing was changed")


def absences(house: House, who: str) -> list[tuple[date, date]]:
    rows = house.database.run(people.absences, person(house, who).id, date(2026, 1, 1))
    return [(each.starts_on, each.ends_on) for each in rows]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("away until friday", (date(2026, 11, 2), date(2026, 11, 6))),
        ("away from 1 December to 5 December", (date(2026, 12, 1), date(2026, 12, 5))),
        ("away tomorrow until 2026-11-10", (date(2026, 11, 3), date(2026, 11, 10))),
        ("off 24 December", (date(2026, 12, 24), date(2026, 12, 24))),
    ],
)
def test_being_away_is_echoed_with_its_days_and_undone(house: House, typed: str, kept: tuple[date, date]) -> None:
    reply = house.types("joao", f"/partnership mine {typed}")
    assert said(reply).startswith("You are away ")
    assert absences(house, "joao") == [kept]
    house.presses("joao", "Undo", reply)
    assert absences(house, "joao") == []


def test_being_back_ends_what_runs_and_keeps_what_is_planned(house: House) -> None:
    house.types("joao", "/partnership mine away until friday")
    house.types("joao", "/partnership mine off 24 December")
    house.clock.passes(days=1)
    assert "· away" in said(house.types("ana", "/partnership members"))
    assert "Thu 24 Dec 2026" in said(house.types("joao", "/partnership mine back"))
    assert absences(house, "joao") == [(date(2026, 11, 2), date(2026, 11, 2)), (date(2026, 12, 24),) * 2]


@pytest.mark.parametrize(
    "typed", ["away", "away friday", "away until someday", "off", "away from 5 December to 1 December"]
)
def test_days_that_are_not_clear_are_asked_back(house: House, typed: str) -> None:
    assert "/partnership mine" in said(house.types("joao", f"/partnership mine {typed}"))
    assert absences(house, "joao") == []


def test_an_export_comes_directly_and_holds_what_one_wrote(house: House) -> None:
    house.types("joao", "/escalate the rig is down")
    assert "direct message" in said(house.types("joao", "/partnership mine export"))
    parts = [message for message in house.direct("joao").posts if "Your data" in in_words(message)]
    text = "".join(block.words.value for message in parts for block in message.body if block.kind == "quote")
    data = json.loads(text)
    assert data["person"]["name"] == "João Silva"
    assert data["escalations raised"][0]["summary"] == "the rig is down"
    assert data["partnerships"][0]["organisation"] == "Northwind"


def test_erasing_asks_twice_and_then_nothing_of_the_person_is_left(house: House) -> None:
    house.types("joao", "/escalate the rig is down")
    house.says("joao", "it smokes")
    first = house.types("joao", "/partnership mine erase")
    assert "escalations, celebrations, comments, check-ins and blockers" in said(first)
    assert said(house.presses("joao", "No, keep it", first)) == "Nothing was erased."
    second = house.presses("joao", "Yes, erase it", house.types("joao", "/partnership mine erase"))
    assert isinstance(second, Message)
    reply = house.presses("joao", "Erase it for good", second)
    assert said(reply).startswith("Everything of yours is erased.")

    def left(session: Session) -> str:
        tables = (Person, Account, Escalation, Comment, EventBody)
        return "\n".join(str(row) for table in tables for row in session.exec(select(table)).all())  # type: ignore[call-overload]

    kept = house.database.run(left)
    for word in ("João", "U-JOAO", "rig is down", "smokes"):
        assert word not in kept
    assert "(erased)" in said(house.room("north").posts[0])
    assert len(house.database.run(lambda session: session.exec(select(Event)).all())) > 2
    assert "Erased person (left)" in said(house.room("south").posts[0])
