"""Beginning a partnership and joining it: a code is the only way in, and it says nothing to those it was not made for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bot.messages import Errors, Form, Message, Tone
from bot.words import Key, Role, Status
from storage import Database, ledger, scenes
from storage.scenes import Scene
from tests.conftest import Clock
from tests.house import House, said

CREATE = "/partnership create Pilot line with Contoso as Northwind"


@pytest.fixture
def house(database: Database, clock: Clock) -> Iterator[House]:
    """The bot before anything was begun."""
    empty = House(database, clock)
    yield empty
    empty.close()


def created(house: House, text: str = CREATE, where: str = "north") -> tuple[Message, str]:
    reply = house.types("ana", text, where)
    assert isinstance(reply, Message)
    code = reply.fact("Invite code")
    assert code
    return reply, code


def scene(house: House, partnership_id: int = 1) -> Scene:
    return house.database.run(scenes.scene, partnership_id)


def kinds(house: House, partnership_id: int = 1) -> list[str]:
    return [each.kind for each in house.database.run(ledger.of_partnership, partnership_id)]


def button_labels(reply: Any) -> list[str]:
    assert isinstance(reply, Message)
    return [each.label for each in reply.buttons]


def test_creating_makes_this_channel_the_room_and_the_caller_its_shepherd(house: House) -> None:
    reply, code = created(house)
    assert said(reply).startswith("Pilot line with Contoso is created")
    assert re.fullmatch(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){3}", code)
    assert reply.fact("Valid until")
    assert button_labels(reply) == ["Change", "Undo"]
    found = scene(house)
    assert found.partnership.status is Status.FORMING
    assert [(room.channel, key) for room, key in found.rooms] == [("C-NORTH", Key.A)]
    assert [(each.person.name, each.member.role) for each in found.on(Key.A)] == [("Ana Ruiz", Role.SHEPHERD)]
    assert found.organisation(Key.B) == "Contoso"
    assert house.room("north").posts == []
    assert kinds(house) == ["partnership.created", "partnership.invited"]


def test_the_code_is_kept_nowhere(house: House) -> None:
    _, code = created(house)
    dump = house.database.run(
        lambda session: [
            str(row)
            for table in ("inbox", "invites", "outbox", "kept", "ledger_bodies")
            for row in session.connection().exec_driver_sql(f"SELECT * FROM {table}").all()
        ]
    )
    assert dump
    assert not any(code in row or code.replace("-", "") in row for row in dump)
    house.types("bo", f"/partnership join {code}")
    after = house.database.run(
        lambda session: [
            str(row)
            for table in ("inbox", "kept", "outbox")
            for row in session.connection().exec_driver_sql(f"SELECT * FROM {table}").all()
        ]
    )
    assert not any(code in row for row in after)


def test_a_redelivered_create_makes_one_partnership_and_shows_the_same_code(house: House) -> None:
    first = house.types("ana", CREATE, delivery="d1")
    again = house.types("ana", CREATE, delivery="d1")
    assert first == again
    with pytest.raises(KeyError):
        scene(house, 2)


def test_creating_without_words_opens_a_form_that_makes_it(house: House) -> None:
    form = house.types("ana", "/partnership create")
    assert isinstance(form, Form)
    wrong = house.submits("ana", form, name="Pilot", other="Contoso", own="contoso")
    assert isinstance(wrong, Errors)
    assert "own" in wrong.fields
    reply = house.submits(
        "ana", form, name="Pilot", other="Contoso", own="Northwind", purpose="One line.", strategic="yes"
    )
    assert said(reply).startswith("Pilot with Contoso is created")
    assert scene(house).partnership.strategic


def test_creating_where_the_bot_is_not_says_how_to_bring_it_and_what_to_type_again(house: House) -> None:
    reply = said(house.types("ana", CREATE, "attic"))
    assert "/invite @Bellwether" in reply
    assert CREATE in reply
    with pytest.raises(KeyError):
        scene(house)


def test_a_partnership_is_not_made_in_a_direct_message(house: House) -> None:
    assert "channel" in said(house.types("ana", CREATE, "direct"))
    with pytest.raises(KeyError):
        scene(house)


def test_creating_without_an_other_side_keeps_what_was_typed(house: House) -> None:
    reply = house.types("ana", "/partnership create Pilot line")
    assert "/partnership create Pilot line with Acme" in said(reply)
    form = house.presses("ana", "Open form", reply)
    assert isinstance(form, Form)
    assert any(getattr(each, "value", "") == "Pilot line" for each in form.fields)


def test_a_side_without_a_name_is_called_after_its_founder_until_it_is_named(house: House) -> None:
    reply, _ = created(house, "/partnership create Pilot with Contoso")
    assert "no name yet" in said(reply)
    assert scene(house).organisation(Key.A) == "Ana’s side"
    changed = house.submits("ana", house.presses("ana", "Change", reply), own="Northwind")
    assert said(changed).startswith("Pilot")
    assert scene(house).organisation(Key.A) == "Northwind"


def test_undoing_takes_it_back_whole(house: House) -> None:
    reply, code = created(house)
    assert "taken back" in said(house.presses("ana", "Undo", reply))
    assert "void" in said(house.types("bo", f"/partnership join {code}"))
    assert "No partnership lives" in said(house.types("joao", "/partnership status"))


def test_one_channel_may_hold_two_partnerships_and_a_command_asks_which(house: House) -> None:
    created(house)
    again = said(house.types("ana", "/partnership create pilot line with Fabrikam"))
    assert "already has a partnership" in again
    created(house, "/partnership create Second with Fabrikam")
    asked = house.types("ana", "/partnership status")
    assert button_labels(asked) == ["Pilot line", "Second"]
    assert said(house.presses("ana", "Second", asked)).startswith("Second")


def test_joining_shows_who_invites_to_what_and_asks_first(house: House) -> None:
    _, code = created(house)
    offer = house.types("bo", f"/partnership join {code.lower().replace('-', ' ')}")
    assert said(offer).startswith("Northwind invites Contoso to Pilot line. Join?")
    assert button_labels(offer) == ["Join as Contoso", "Not now"]
    assert scene(house).partnership.status is Status.FORMING

    reply = house.presses("bo", "Join as Contoso", offer)
    assert said(reply).startswith("You joined Pilot line for Contoso")
    found = scene(house)
    assert found.partnership.status is Status.ACTIVE
    assert [(room.channel, key) for room, key in found.rooms] == [("C-NORTH", Key.A), ("C-SOUTH", Key.B)]
    assert [(each.person.name, each.member.role) for each in found.on(Key.B)] == [("Bo Chen", Role.SHEPHERD)]
    assert found.sides[Key.B].zone == "Asia/Tokyo"
    for room in ("north", "south"):
        assert len(house.room(room).posts) == 1
        assert said(house.room(room).latest).startswith("Pilot line has begun: Northwind and Contoso")


def test_not_now_joins_nothing_and_the_code_stays_good(house: House) -> None:
    _, code = created(house)
    offer = house.types("bo", f"/partnership join {code}")
    assert "Nothing was joined" in said(house.presses("bo", "Not now", offer))
    assert "no longer open" in said(house.presses("bo", "Join as Contoso", offer))
    assert "Join?" in said(house.types("bo", f"/partnership join {code}"))


def test_an_offer_is_good_only_for_the_one_who_showed_the_code(house: House) -> None:
    _, code = created(house)
    offer = house.types("bo", f"/partnership join {code}")
    assert isinstance(offer, Message)
    assert "no longer open" in said(house.presses("sam", "Join as Contoso", offer))
    assert scene(house).partnership.status is Status.FORMING


def test_joining_here_shares_the_room_without_another_question(house: House) -> None:
    _, code = created(house)
    reply = house.types("mallory", f"/partnership join {code} here", "north")
    assert said(reply).startswith("You joined Pilot line")
    found = scene(house)
    assert [(room.channel, key) for room, key in found.rooms] == [("C-NORTH", None)]
    assert len(house.room("north").posts) == 1


def test_joining_in_the_other_sides_room_asks_whether_it_is_shared(house: House) -> None:
    _, code = created(house)
    offer = house.types("mallory", f"/partnership join {code}", "north")
    assert button_labels(offer) == ["Share this channel", "Not now"]
    house.presses("mallory", "Share this channel", offer)
    assert scene(house).shared


def test_here_in_another_channel_shares_nothing(house: House) -> None:
    _, code = created(house)
    assert "another one" in said(house.types("bo", f"/partnership join {code} here"))
    assert scene(house).partnership.status is Status.FORMING


def test_nobody_can_be_on_both_sides(house: House) -> None:
    _, code = created(house)
    assert "nobody can be on both sides" in said(house.types("ana", f"/partnership join {code} here"))
    assert "nobody can be on both sides" in said(house.types("ana", f"/partnership join {code}", "hall"))


def test_joining_where_the_bot_is_not_says_how_to_bring_it(house: House) -> None:
    _, code = created(house)
    reply = said(house.types("mallory", f"/partnership join {code}", "attic"))
    assert "/invite @Bellwether" in reply
    assert f"/partnership join {code}" in reply


def test_a_code_works_once_and_a_used_one_names_nothing(house: House) -> None:
    _, code = created(house)
    house.presses("bo", "Join as Contoso", house.types("bo", f"/partnership join {code}"))
    late = said(house.types("mallory", f"/partnership join {code}", "hall"))
    assert "used already" in late
    assert "Pilot" not in late
    assert "Northwind" not in late


def test_a_code_runs_out_after_seven_days(house: House) -> None:
    _, code = created(house)
    house.clock.passes(days=7, seconds=1)
    late = said(house.types("bo", f"/partnership join {code}"))
    assert "run out" in late
    assert "Pilot" not in late


def test_a_new_invite_makes_the_old_code_void(house: House) -> None:
    _, old = created(house)
    reply = house.types("ana", "/partnership invite")
    assert isinstance(reply, Message)
    new = reply.fact("Invite code")
    assert new
    assert new != old
    assert "void" in said(house.types("bo", f"/partnership join {old}"))
    assert "Join?" in said(house.types("bo", f"/partnership join {new}"))


def test_only_a_shepherd_invites_and_only_until_the_other_side_is_there(house: House) -> None:
    _, code = created(house)
    assert "Only" in said(house.types("joao", "/partnership invite"))
    house.presses("bo", "Join as Contoso", house.types("bo", f"/partnership join {code}"))
    assert "has joined already" in said(house.types("ana", "/partnership invite"))


def test_five_wrong_codes_close_the_door_for_an_hour_even_to_the_right_one(house: House) -> None:
    _, code = created(house)
    for _ in range(5):
        wrong = house.types("bo", "/partnership join ABCD-EFGH-IJKL-MNOP")
        assert isinstance(wrong, Message)
        assert wrong.tone is Tone.AMBER
        assert "no such code" in said(wrong)
    assert "too many" in said(house.types("bo", f"/partnership join {code}"))
    house.clock.passes(hours=1, seconds=1)
    assert "Join?" in said(house.types("bo", f"/partnership join {code}"))


def test_a_code_works_through_the_form_too(house: House) -> None:
    _, code = created(house)
    form = house.types("bo", "/partnership join")
    assert "Join?" in said(house.submits("bo", form, code=f" {code} "))


def test_whoever_is_in_no_partnership_learns_nothing_of_one(house: House) -> None:
    house.begun()
    for text in ("status", "members", "side", "pause", "leave", "invite", "room move"):
        reply = said(house.types("mallory", f"/partnership {text}", "hall"))
        assert "Apollo" not in reply
        assert "Contoso" not in reply
    assert "not in a partnership yet" in said(house.types("mallory", "/partnership status", "direct"))
