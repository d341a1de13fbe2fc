"""One person with accounts in both products: a code from the one, confirmed in the other, makes them one, and nothing is lost."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.inbound import Renamed
from bot.messages import Message
from bot.record import faults, written
from bot.rules.rhythm import Tick, read_once
from bot.words import Key, Praise, Role
from storage import escalations, ledger, linking, people, scenes
from storage.people import Standing
from storage.scenes import Scene
from storage.tables import (
    Absence,
    Account,
    Celebrated,
    Celebration,
    Clap,
    Comment,
    Escalation,
    Link,
    Member,
    Person,
    Side,
    Timer,
)
from tests import house as characters
from tests.handlers.test_standups import at, begins, until
from tests.house import House, labels, said

LINK = "/partnership mine link"


@pytest.fixture(autouse=True)
def twins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ana, João, Sam and Bo with a second account in the other product, Sam with a third."""
    for who, name, home in (
        ("ana2", "Ana Ruiz (ext)", "south"),
        ("joao2", "João Silva", "south"),
        ("sam2", "Sam Lee", "north"),
        ("bo2", "Bo Chen", "north"),
        ("sam3", "Sam Lee", "north"),
    ):
        monkeypatch.setitem(characters._PEOPLE, who, (name, home, "Europe/Berlin"))


def asks(house: House, who: str, text: str, where: str | None = "direct", *, delivery: str = "") -> Message:
    """Type something to which the answer is a message."""
    reply = house.types(who, text, where, delivery=delivery)
    assert isinstance(reply, Message)
    return reply


def code(house: House, who: str) -> str:
    shown = asks(house, who, LINK).fact("Code")
    assert shown
    return shown


def offered(house: House, who: str, other: str) -> Message:
    return asks(house, other, f"{LINK} {code(house, who)}")


def joins(house: House, who: str, other: str) -> Message:
    """Join the second account with the first."""
    reply = house.presses(other, "These are both mine", offered(house, who, other), where="direct")
    assert isinstance(reply, Message)
    return reply


def comes_in(
    house: House, who: str, role: Role = Role.MEMBER, side: Key | None = None, *, confirmed: bool = True
) -> int:
    """Make somebody a member behind the scenes; gives the id of the membership."""

    def run(session: Session) -> int:
        account = people.meet(session, house.profile(who), house.home(who).tenant)
        key = side or (Key.A if house.home(who).platform == "slack" else Key.B)
        row = Member(partnership_id=house.partnership, person_id=account.person_id, side=key, role=role,
                     joined_at=house.clock(), confirmed=confirmed)  # fmt: skip
        session.add(row)
        session.flush()
        return row.id

    return house.database.run(run)


def scene(house: House) -> Scene:
    return house.database.run(scenes.scene, house.partnership)


def standing(house: House, who: str) -> Standing | None:
    return scene(house).by_account(house.profile(who).account)


def stands(house: House, who: str) -> Standing:
    found = standing(house, who)
    assert found is not None
    return found


def person(house: House, who: str) -> Person:
    def look(session: Session) -> Person:
        account = people.find(session, house.profile(who).account)
        assert account is not None
        return session.get_one(Person, account.person_id)

    return house.database.run(look)


def rows(house: House, table: Any) -> list[Any]:
    return house.database.run(lambda session: [*session.exec(select(table)).all()])


def kinds(house: House) -> list[str]:
    return [each.kind for each in house.database.run(ledger.of_partnership, house.partnership)]


# The way in ----------------------------------------------------------------------------------------------------------


def test_a_code_from_the_one_account_confirmed_in_the_other_makes_them_one_person(house: House) -> None:
    shown = asks(house, "ana", LINK)
    typed = shown.fact("Code")
    assert typed
    assert re.fullmatch(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){3}", typed)
    assert LINK in said(shown)

    offer = asks(house, "ana2", f"{LINK} {typed.lower().replace('-', ' ')}")
    assert offer.fact("That account") == "Ana Ruiz in Slack, with Northwind"
    assert offer.fact("This account") == "Ana Ruiz (ext) in Teams, in no partnership yet"
    assert labels(offer) == ["These are both mine", "Not me"]
    assert standing(house, "ana2") is None

    reply = house.presses("ana2", "These are both mine", offer, where="direct")
    assert said(reply).startswith("This account and Ana Ruiz in Slack are one person now.")
    assert "I write to you directly in Slack" in said(reply)
    told = house.direct("ana").latest
    assert said(told).startswith("Another account of yours is joined with this one: Ana Ruiz (ext) in Teams.")
    assert stands(house, "ana2").id == stands(house, "ana").id
    assert len(scene(house).members) == 7
    events = house.database.run(ledger.of_partnership, house.partnership)
    assert [(each.kind, each.actor, each.body) for each in events] == [
        ("member.linked", stands(house, "ana").id, {"account": "teams", "with": "slack"})
    ]


def test_either_account_acts_as_the_one_person_and_is_mentioned_as_itself(house: House) -> None:
    joins(house, "ana", "ana2")
    house.types("sam", "/escalate the rig is down")
    house.presses("ana2", "Acknowledge", house.room("south").latest, where="south")
    assert "Ana Ruiz (Northwind)" in said(house.room("north").latest)
    house.types("ana2", "/celebrate @sam for bringing the rig back so quickly", "south")
    giver = scene(house).who(stands(house, "ana").id).shown()
    assert {(each.platform, each.user) for each in giver.accounts} == {("slack", "U-ANA"), ("teams", "U-ANA2")}
    assert "You cannot celebrate yourself" in said(house.types("ana2", "/celebrate @ana for being so very good to me"))
    assert len(scene(house).members) == 7  # nobody joined the other side by typing in its room


def test_the_code_is_kept_nowhere_and_a_redelivery_shows_the_same(house: House) -> None:
    first = asks(house, "ana", LINK, delivery="d1")
    again = asks(house, "ana", LINK, delivery="d1")
    assert first == again
    shown = first.fact("Code") or ""
    asks(house, "ana2", f"{LINK} {shown}")
    dump = house.database.run(
        lambda session: [
            str(row)
            for table in ("inbox", "links", "outbox", "kept", "keys")
            for row in session.connection().exec_driver_sql(f"SELECT * FROM {table}").all()
        ]
    )
    assert dump
    assert shown
    assert not any(shown in row or shown.replace("-", "") in row for row in dump)


def test_without_keys_of_the_operator_a_code_is_made_with_one_of_the_database(house: House) -> None:
    def make_and_show(session: Session) -> tuple[str, str]:
        account = people.find(session, house.profile("ana").account)
        assert account is not None
        made = linking.make(session, account, house.clock(), ())
        return linking.shown_code(session, made.id, ()), linking.shown_code(session, made.id, ["new"])

    first, later = house.database.run(make_and_show)
    assert first
    assert first == later


def test_a_code_works_once(house: House) -> None:
    typed = code(house, "ana")
    house.presses("ana2", "These are both mine", asks(house, "ana2", f"{LINK} {typed}"), where="direct")
    assert "used already" in said(asks(house, "mallory", f"{LINK} {typed}"))
    assert "joined already" in said(asks(house, "ana2", f"{LINK} {typed}"))


def test_of_two_who_were_asked_only_the_first_joins(house: House) -> None:
    typed = code(house, "ana")
    one, two = (asks(house, who, f"{LINK} {typed}") for who in ("ana2", "sam2"))
    house.presses("ana2", "These are both mine", one, where="direct")
    assert "used already" in said(house.presses("sam2", "These are both mine", two, where="direct"))
    assert standing(house, "sam2") is None


def test_a_code_runs_out_after_fifteen_minutes_and_so_does_the_question(house: House) -> None:
    typed = code(house, "ana")
    offer = asks(house, "ana2", f"{LINK} {typed}")
    house.clock.passes(minutes=15, seconds=1)
    assert "run out" in said(asks(house, "ana2", f"{LINK} {typed}"))
    assert "no longer open" in said(house.presses("ana2", "These are both mine", offer, where="direct"))
    assert standing(house, "ana2") is None


def test_a_new_code_makes_the_old_one_void(house: House) -> None:
    old, new = code(house, "ana"), code(house, "ana")
    assert old != new
    assert "void" in said(asks(house, "ana2", f"{LINK} {old}"))
    assert "Are both of these you?" in said(asks(house, "ana2", f"{LINK} {new}"))


def test_five_wrong_codes_close_the_door_and_count_together_with_those_of_invitations(house: House) -> None:
    typed = code(house, "ana")
    for _ in range(3):
        assert "no such code" in said(asks(house, "sam", f"{LINK} ABCD-EFGH-IJKL-MNOP"))
    for _ in range(2):
        house.types("sam", "/partnership join ABCD-EFGH-IJKL-MNOP")
    assert "too many" in said(asks(house, "sam", f"{LINK} {typed}"))
    house.clock.passes(hours=1, seconds=1)
    assert "too many" not in said(asks(house, "sam", f"{LINK} {code(house, 'ana')}"))


def test_not_me_joins_nothing_and_makes_the_code_void(house: House) -> None:
    typed = code(house, "ana")
    offer = asks(house, "mallory", f"{LINK} {typed}")
    assert "Nothing was joined" in said(house.presses("mallory", "Not me", offer, where="direct"))
    assert "no longer open" in said(house.presses("mallory", "These are both mine", offer, where="direct"))
    assert "void" in said(asks(house, "ana2", f"{LINK} {typed}"))


def test_the_question_is_only_for_the_one_who_typed_the_code(house: House) -> None:
    offer = offered(house, "ana", "ana2")
    assert "no longer open" in said(house.presses("mallory", "These are both mine", offer, where="direct"))
    assert standing(house, "mallory") is None


def test_a_code_typed_where_it_came_from_says_so(house: House) -> None:
    assert "this very account" in said(asks(house, "ana", f"{LINK} {code(house, 'ana')}"))


def test_who_has_left_can_neither_give_a_code_nor_be_joined_by_one(house: House) -> None:
    typed = code(house, "joao")

    def leaves(session: Session) -> None:
        account = people.find(session, house.profile("joao").account)
        assert account is not None
        people.leave_company(session, account, house.clock())

    house.database.run(leaves)
    assert "void" in said(asks(house, "joao2", f"{LINK} {typed}"))
    assert "having left" in said(asks(house, "joao", LINK))


def test_who_was_erased_cannot_be_joined_by_an_old_code(house: House) -> None:
    typed = code(house, "joao")
    second = house.presses("joao", "Yes, erase it", asks(house, "joao", "/partnership mine erase"))
    assert isinstance(second, Message)
    house.presses("joao", "Erase it for good", second)
    assert "void" in said(asks(house, "joao2", f"{LINK} {typed}"))


def test_a_third_account_comes_to_the_two(house: House) -> None:
    joins(house, "ana", "ana2")
    joins(house, "ana2", "bo2")
    assert stands(house, "bo2").id == stands(house, "ana").id
    assert len(stands(house, "ana").accounts) == 3


# Two memberships become one ------------------------------------------------------------------------------------------


def test_on_different_sides_it_is_refused_until_one_of_them_is_left(house: House) -> None:
    house.types("joao2", "/partnership status")  # in the other side's room: a member there from now on
    typed = code(house, "joao")
    reply = said(asks(house, "joao2", f"{LINK} {typed}"))
    assert "In Apollo that account is with Northwind and this one with Contoso" in reply
    assert "nobody can be on both sides" in reply
    assert person(house, "joao").id != person(house, "joao2").id

    house.presses("joao2", "Leave", asks(house, "joao2", "/partnership leave", None))
    house.presses("joao2", "These are both mine", asks(house, "joao2", f"{LINK} {typed}"), where="direct")
    assert stands(house, "joao2").side is Key.A
    assert stands(house, "joao2").id == stands(house, "joao").id


def test_who_comes_to_the_wrong_side_while_being_asked_is_refused_at_the_end(house: House) -> None:
    offer = offered(house, "joao", "joao2")
    comes_in(house, "joao2")
    reply = said(house.presses("joao2", "These are both mine", offer, where="direct"))
    assert "nobody can be on both sides" in reply
    assert stands(house, "joao2").side is Key.B


def test_on_one_side_the_older_membership_stays_with_the_stronger_role(house: House) -> None:
    older, younger = stands(house, "sam").id, comes_in(house, "sam2", Role.LEADER, Key.B)
    offer = offered(house, "sam2", "sam")
    assert "In Apollo you stand once from then on, as a leader." in said(offer)
    house.presses("sam", "These are both mine", offer, where="direct")
    for who in ("sam", "sam2"):
        assert stands(house, who).id == older
        assert stands(house, who).member.role is Role.LEADER
        assert stands(house, who).side is Key.B
    assert [each.id for each in scene(house).everybody].count(younger) == 0
    assert scene(house).who(younger).id == older
    assert [each.person.name for each in scene(house).members].count("Sam Lee") == 1
    linked = house.database.run(ledger.of_partnership, house.partnership)[-1]
    assert (linked.kind, linked.body) == ("member.linked", {"account": "teams", "with": "slack", "was": younger})


def test_a_shepherd_stays_the_shepherd(house: House) -> None:
    comes_in(house, "bo2", Role.OBSERVER, Key.B)
    joins(house, "bo2", "bo")
    assert stands(house, "bo2").member.role is Role.SHEPHERD
    assert [each.person.name for each in scene(house).shepherds(Key.B)] == ["Bo Chen"]


def test_who_was_confirmed_with_either_account_is_confirmed_and_was_there_since_the_first(house: House) -> None:
    house.clock.passes(days=-1)
    first = house.clock()
    older = comes_in(house, "sam2", side=Key.B, confirmed=False)
    house.clock.passes(days=1)
    younger = comes_in(house, "sam3", side=Key.B)
    joins(house, "sam2", "sam3")
    row = stands(house, "sam3").member
    assert (row.id, row.confirmed, row.joined_at) == (older, True, first)
    assert scene(house).who(younger).id == older


def test_three_memberships_become_one_whatever_the_order(house: House) -> None:
    ids = [stands(house, "sam").id, comes_in(house, "sam2", side=Key.B), comes_in(house, "sam3", side=Key.B)]
    joins(house, "sam3", "sam2")
    joins(house, "sam2", "sam")
    assert {scene(house).who(each).id for each in ids} == {ids[0]}
    assert len(stands(house, "sam").accounts) == 3


def test_praise_given_with_the_one_account_is_taken_back_with_the_other(house: House) -> None:
    comes_in(house, "sam2", side=Key.B)
    house.types("sam2", "/celebrate @ana for all the spare parts of this year", "south")
    joins(house, "sam", "sam2")
    assert "only" not in said(house.presses("sam", "Undo")).lower()
    assert "was taken back by Sam Lee (Contoso)" in said(house.room("north").latest)


def test_who_left_with_the_one_account_is_still_there_with_the_other(house: House) -> None:
    comes_in(house, "sam2", side=Key.B)
    house.presses("sam", "Leave", asks(house, "sam", "/partnership leave", None))
    joins(house, "sam", "sam2")
    assert not stands(house, "sam").left
    assert stands(house, "sam2").id == stands(house, "sam").id


def test_everything_that_named_the_other_membership_names_the_one_that_stays(house: House) -> None:
    comes_in(house, "sam2", side=Key.B)
    older, younger = stands(house, "sam").id, stands(house, "sam2").id
    house.types("sam2", "/escalate the rig is down", "south")
    house.types("bo", "/partnership side ladder 1 @sam @sam2 @bo")
    house.types("joao", "/escalate no spare part to @sam2 !high")
    house.presses("sam2", "Acknowledge", house.room("south").latest, where="south")
    house.says("sam2", "on my way", "south")
    house.types("sam2", "/celebrate @ana @joao for all the spare parts of this year", "south")
    card = house.room("south").latest
    for who in ("sam", "sam2"):
        house.presses(who, "👏", card, where="south")
    assert applause(house, "spare parts of") == "👏 2"
    house.types("ana", "/celebrate @sam @sam2 for bringing the rig back so quickly")
    joins(house, "sam", "sam2")

    raised, handed = rows(house, Escalation)
    assert (raised.raised_by, handed.owner) == (older, older)
    for each in (raised, handed):
        state, ladder = escalations.state(each), escalations.ladder(each)
        assert younger not in (state.raised_by, state.owner)
        assert all(younger not in rung.everybody for rung in ladder.rungs)
        assert all(len(set(rung.everybody)) == len(rung.everybody) for rung in ladder.rungs)
        assert not any(key.rstrip("?") == str(younger) for key in each.told)
    assert next(each for each in rows(house, Side) if each.key is Key.B).ladder["1"] == [older, stands(house, "bo").id]
    assert {each.member_id for each in rows(house, Comment)} == {older}
    assert {each.given_by for each in rows(house, Celebration)} == {older, stands(house, "ana").id}
    assert sorted((each.celebration_id, each.member_id) for each in rows(house, Celebrated)) == sorted(
        [(1, stands(house, "ana").id), (1, stands(house, "joao").id), (2, older)]
    )
    assert [(each.celebration_id, each.member_id) for each in rows(house, Clap)].count((1, older)) == 1
    assert applause(house, "spare parts of") == "👏 1"
    for row in (*rows(house, Member), *rows(house, Account)):
        if getattr(row, "merged_into", None) is None:
            assert row.person_id in {each.id for each in rows(house, Person)}


def applause(house: House, about: str) -> str:
    """The label that counts the applause for a celebration, as it stands in the south room."""
    card = next(each for each in house.room("south").posts if about in said(each))
    return labels(card)[0]


def test_the_record_still_names_who_did_it_and_still_verifies(house: House) -> None:
    comes_in(house, "sam2", side=Key.B)
    house.types("sam2", "/escalate the rig is down", "south")
    card = house.room("south").latest
    younger = stands(house, "sam2").id
    joins(house, "sam", "sam2")
    assert {each.actor for each in house.database.run(ledger.history, "escalation:1")} == {younger}
    assert "Sam Lee (Contoso) raised it at level 1" in said(house.presses("bo", "Timeline", card))
    exported = house.database.run(written, house.partnership, "json")
    assert faults(json.loads(exported)) == []
    assert "**escalation 1** raised by Sam Lee (Contoso)" in house.database.run(written, house.partnership, "md")


def test_an_old_button_about_the_other_membership_is_about_the_person(house: House) -> None:
    house.types("sam2", "/partnership status", "south")
    told = house.direct("bo").latest
    joins(house, "sam", "sam2")
    house.presses("bo", "Undo", told, where="direct")
    assert standing(house, "sam") is None
    assert standing(house, "sam2") is None


def test_ones_own_choices_go_before_those_of_the_other_account(house: House) -> None:
    asks(house, "ana", "/partnership mine zone Lisbon")
    asks(house, "ana2", "/partnership mine zone Tokyo")
    asks(house, "ana2", "/partnership mine days mon-thu")
    asks(house, "ana2", "/partnership mine hours 8-16")
    asks(house, "ana2", "/partnership mine praise private")
    asks(house, "ana2", "/partnership mine off 24 December")
    joins(house, "ana", "ana2")
    both = person(house, "ana")
    assert (both.zone, both.days, both.praise) == ("Europe/Lisbon", "0,1,2,3", Praise.PRIVATE)
    assert both.start is not None
    assert [each.person_id for each in rows(house, Absence)] == [both.id]
    assert both.name == "Ana Ruiz"


def test_an_export_and_an_erasing_reach_both_accounts_and_both_memberships(house: House) -> None:
    comes_in(house, "sam2", side=Key.B)
    house.types("sam2", "/escalate the rig is down", "south")
    joins(house, "sam", "sam2")
    asks(house, "sam", "/partnership mine export")
    text = "".join(
        block.words.value for each in house.direct("sam").posts for block in each.body if block.kind == "quote"
    )
    data = json.loads(text)
    assert len(data["accounts"]) == 2
    assert "escalation.raised" in [each["what"] for each in data["record"]]

    second = house.presses("sam", "Yes, erase it", asks(house, "sam", "/partnership mine erase"))
    assert isinstance(second, Message)
    house.presses("sam", "Erase it for good", second)
    left = "\n".join(str(row) for table in (Person, Account, Escalation, Link) for row in rows(house, table))
    for word in ("Sam Lee", "U-SAM", "rig is down"):
        assert word not in left
    bodies = [
        each.body for each in house.database.run(ledger.history, "escalation:1") if each.kind == "escalation.raised"
    ]
    assert bodies == [None]


def test_of_two_answers_in_one_standup_one_stays_and_no_room_shows_the_other(house: House) -> None:
    comes_in(house, "sam2", side=Key.B)
    begins(house)
    until(house, "2026-11-03 15:00")
    for who, words in (("sam", "the first words"), ("sam2", "the second words")):
        form = house.presses(who, "Answer", house.direct(who).latest, where="direct")
        house.submits(who, form, "direct", done=words)
    assert all("second words" in "".join(house.room(room).thread) for room in ("north", "south"))
    joins(house, "sam", "sam2")
    for room in ("north", "south"):
        thread = "".join(house.room(room).thread)
        assert "the first words" in thread
        assert "second words" not in thread
        assert "Contoso: 1 of 3 answered" in said(house.room(room).latest)


# When they are asked -------------------------------------------------------------------------------------------------


def asked_from(house: House, who: str) -> list[datetime]:
    """When somebody is asked next, as it is planned."""
    due, member = Tick.ASK, stands(house, who).id
    house.loop.run_until_complete(house.metronome.tick())
    planned = [each for each in rows(house, Timer) if each.kind == due and each.state == "waiting"]
    return sorted(each.due_at for each in planned if read_once(each.once)[1] == member)


def test_who_is_joined_is_asked_by_the_clock_and_the_absences_of_the_one_they_are_now(house: House) -> None:
    begins(house)
    asks(house, "sam2", "/partnership mine zone Tokyo")
    assert asked_from(house, "sam") == [at("2026-11-03 14:30")]
    joins(house, "sam2", "sam")
    assert asked_from(house, "sam") == [at("2026-11-03 00:30")]


def test_who_is_joined_with_an_account_that_is_away_is_not_asked(house: House) -> None:
    begins(house)
    asks(house, "sam2", "/partnership mine off 3 November")
    joins(house, "sam", "sam2")
    assert asked_from(house, "sam") == []


def test_who_is_written_to_elsewhere_or_taken_apart_is_asked_by_the_clock_of_the_account_that_counts(
    house: House,
) -> None:
    begins(house)
    joins(house, "sam", "sam2")
    assert asked_from(house, "sam") == [at("2026-11-03 14:30")]
    asks(house, "sam2", "/partnership mine here")
    assert asked_from(house, "sam") == [at("2026-11-03 08:30")]
    house.presses("sam2", "Take it off", asks(house, "sam2", "/partnership mine unlink"), where="direct")
    assert asked_from(house, "sam") == [at("2026-11-03 14:30")]


# Which of them is written to -----------------------------------------------------------------------------------------


def test_direct_messages_come_to_the_account_that_was_chosen(house: House) -> None:
    joins(house, "ana", "ana2")
    assert "in Teams" in said(asks(house, "ana2", "/partnership mine here"))
    house.types("sam", "/celebrate @ana for keeping everybody calm in the dry run")
    assert "for keeping everybody calm" in said(house.direct("ana2").latest)
    house.clock.passes(minutes=1)
    asks(house, "ana", "/partnership mine here")
    house.types("sam", "/celebrate @ana for a second dry run without a hitch")
    assert "without a hitch" in said(house.direct("ana").latest)


def test_who_cannot_be_written_to_in_the_one_account_is_written_to_in_the_other(house: House) -> None:
    joins(house, "ana", "ana2")

    def unreachable(session: Session) -> None:
        account = people.find(session, house.profile("ana").account)
        assert account is not None
        account.reachable = False

    house.database.run(unreachable)
    house.types("sam", "/celebrate @ana for keeping everybody calm in the dry run")
    assert "for keeping everybody calm" in said(house.direct("ana2").latest)


def test_an_account_that_cannot_be_written_to_is_joined_all_the_same(house: House) -> None:
    typed = code(house, "ana")
    before = house.direct("ana").posts

    def unreachable(session: Session) -> None:
        account = people.find(session, house.profile("ana").account)
        assert account is not None
        account.reachable = False

    house.database.run(unreachable)
    reply = house.presses("ana2", "These are both mine", asks(house, "ana2", f"{LINK} {typed}"), where="direct")
    assert "I write to you directly here." in said(reply)
    assert house.direct("ana").posts == before


# Apart again ---------------------------------------------------------------------------------------------------------


def test_unlinking_asks_and_leaves_everything_with_the_other_account(house: House) -> None:
    comes_in(house, "sam2", side=Key.B)
    joins(house, "sam", "sam2")
    asked = asks(house, "sam2", "/partnership mine unlink")
    assert said(asked).startswith("Take this account off Sam Lee in Teams?")
    assert "Nothing was changed" in said(house.presses("sam2", "Leave it as it is", asked, where="direct"))
    asked = asks(house, "sam2", "/partnership mine unlink")
    reply = said(house.presses("sam2", "Take it off", asked, where="direct"))
    assert reply.startswith("This account is a person of its own now, in no partnership.")
    assert standing(house, "sam2") is None
    assert stands(house, "sam").side is Key.B
    assert "Sam Lee in Slack is not joined with this account any more." in said(house.direct("sam").latest)
    assert kinds(house)[-1] == "member.unlinked"
    assert "not joined" in said(asks(house, "sam2", "/partnership mine unlink"))


def test_an_account_that_is_not_ones_own_is_taken_off_from_where_the_code_came(house: House) -> None:
    joins(house, "ana", "mallory")
    told = house.direct("ana").latest
    assert "Mallory Fox in Slack" in said(told)
    assert "not joined with this one any more" in said(house.presses("sam", "Take it off", told, where="direct"))
    assert said(house.presses("ana", "Take it off", told, where="direct")).startswith(
        "Mallory Fox in Slack is a person"
    )
    assert standing(house, "mallory") is None
    assert stands(house, "ana").member.role is Role.SHEPHERD
    assert "was taken off" in said(house.direct("mallory").latest)
    assert person(house, "ana").name == "Ana Ruiz"


def test_what_waits_for_somebody_reaches_the_account_that_they_keep(house: House) -> None:
    joins(house, "ana", "ana2")
    asks(house, "ana2", "/partnership mine here")
    house.types("sam", "/escalate the rig is down !high")
    assert said(house.direct("ana2").latest).startswith("Escalation 1 · ")
    house.presses("ana2", "Take it off", asks(house, "ana2", "/partnership mine unlink"), where="direct")
    assert any(said(each).startswith("Escalation 1 · ") for each in house.direct("ana").posts)
    house.presses("bo", "Acknowledge", house.room("south").latest)
    assert "acknowledged" not in said(house.direct("ana2").posts[0]).lower()


def test_accounts_can_be_joined_again_after_they_were_taken_apart(house: House) -> None:
    joins(house, "ana", "ana2")
    house.presses("ana2", "Take it off", asks(house, "ana2", "/partnership mine unlink"), where="direct")
    joins(house, "ana", "ana2")
    assert stands(house, "ana2").id == stands(house, "ana").id
    assert kinds(house) == ["member.linked", "member.unlinked", "member.linked"]


def test_taken_apart_neither_account_keeps_what_was_of_the_other(house: House) -> None:
    joins(house, "ana", "ana2")
    asks(house, "ana2", "/partnership mine here")
    house.does(
        Renamed(delivery="renamed", sender=replace(house.profile("ana2"), name="Ana R."), place=house.home("ana2"))
    )
    assert person(house, "ana").name == "Ana R."
    house.presses("ana2", "Take it off", asks(house, "ana2", "/partnership mine unlink"), where="direct")
    assert (person(house, "ana").name, person(house, "ana2").name) == ("Ana Ruiz", "Ana Ruiz (ext)")

    joins(house, "ana", "ana2")
    house.types("sam", "/celebrate @ana for keeping everybody calm in the dry run")
    assert "for keeping everybody calm" in said(house.direct("ana").latest)
