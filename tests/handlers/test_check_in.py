"""`/checkin`: asked or unasked, and one's own data afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.messages import Errors, Form, Message, SwitchField, TextField, in_words
from bot.words import CheckInState, plain
from storage import Database, merging, personal
from storage.tables import Blocker, CheckIn, Member
from tests.conftest import Clock
from tests.handlers.test_standups import (
    all_blockers,
    answers,
    at,
    begins,
    labels,
    parent,
    person,
    prompt,
    rows,
    until,
)
from tests.house import House, said


@pytest.fixture
def house(sqlite: Database, clock: Clock) -> Iterator[House]:
    house = House(sqlite, clock)
    yield house.begun()
    house.close()


def values(form: Any) -> dict[str, str]:
    assert isinstance(form, Form)
    return {each.id: each.value for each in form.fields if isinstance(each, TextField)}


# Unasked ----------------------------------------------------------------------------------------------------------------


def test_unasked_it_is_a_small_card_in_both_rooms_and_echoed(house: House) -> None:
    reply = house.types("ana", "/checkin done: the rig runs next: first test")
    for room in ("north", "south"):
        [card] = house.room(room).posts
        assert plain(card.title) == "Ana Ruiz (Northwind) checked in for Apollo."
        assert (card.fact("Since last time"), card.fact("Next")) == ("the rig runs", "first test")
    assert said(reply).startswith("Your check-in is in.\nSince last time: the rig runs\nNext: first test")
    assert "It is shown in Northwind’s room and Contoso’s room." in said(reply)
    assert isinstance(reply, Message)
    assert labels(reply) == ["Change", "Undo"]


def test_a_redelivered_command_checks_in_once(house: House) -> None:
    first = house.types("ana", "/checkin the rig runs", delivery="same")
    assert house.types("ana", "/checkin the rig runs", delivery="same") == first
    assert len(house.room("south").posts) == 1


def test_without_words_the_form_opens_and_what_it_says_is_taken(house: House) -> None:
    form = house.types("ana", "/checkin")
    assert set(values(form)) == {"done", "next", "blockers", "waiting"}
    assert isinstance(house.submits("ana", form), Errors)
    reply = house.submits("ana", form, done="the rig runs")
    assert said(reply).startswith("Your check-in is in.")
    assert house.room("south").latest.fact("Since last time") == "the rig runs"


def test_the_flag_alone_opens_the_form_for_ones_own_side(house: House) -> None:
    form = house.types("ana", "/checkin !private")
    assert isinstance(form, Form)
    assert next(each.on for each in form.fields if isinstance(each, SwitchField))


def test_too_many_words_are_kept_in_the_form(house: House) -> None:
    reply = house.types("ana", f"/checkin done: {'x' * 1001}")
    assert said(reply) == "Please keep this to 1000 letters; it is 1001."
    assert isinstance(reply, Message)
    assert values(house.presses("ana", "Open form", reply))["done"] == "x" * 1001


def test_for_ones_own_side_the_other_room_shows_nothing(house: House) -> None:
    reply = house.types("ana", "/checkin we are short of people !private")
    assert "It is for your side only, in Northwind’s room." in said(reply)
    assert not house.room("south").posts
    assert "short of people" in in_words(house.room("north").latest)


def test_it_can_be_changed_and_taken_back(house: House) -> None:
    reply = house.types("ana", "/checkin the rig runs")
    assert isinstance(reply, Message)
    form = house.presses("ana", "Change", reply)
    changed = house.submits("ana", form, done="the rig ran")
    assert said(changed).startswith("Your check-in is changed.")
    assert house.room("south").latest.fact("Since last time") == "the rig ran"
    assert said(house.presses("ana", "Undo", reply)).startswith("Your check-in is taken back.")
    assert plain(house.room("south").latest.title) == "Ana Ruiz (Northwind) took this check-in back."
    assert "rig" not in in_words(house.room("south").latest)
    assert said(house.presses("ana", "Change", reply)).startswith("That check-in was taken back.")


def test_observers_and_people_from_elsewhere_do_not_check_in(house: House) -> None:
    assert said(house.types("olga", "/checkin all well")).endswith("Only members of either side can check in.")
    assert said(house.types("mallory", "/checkin all well", "hall")).startswith("No partnership lives in this channel.")
    assert not rows(house)


def test_a_reply_in_the_thread_of_the_card_is_carried_to_the_other_room(house: House) -> None:
    house.types("ana", "/checkin the rig runs")
    house.says("bo", "well done", "south")
    assert house.room("north").thread == ["Bo Chen (Contoso) says:\n> well done"]


def test_what_is_said_below_one_for_ones_own_side_stays_on_that_side(house: House) -> None:
    first = house.types("ana", "/checkin we are short of people")
    assert isinstance(first, Message)
    house.submits("ana", house.presses("ana", "Change", first), own_side="yes")
    house.says("nora", "by two people", "north")
    assert not house.room("south").thread
    house.says("bo", "can we help?", "south")
    assert house.room("north").thread == ["Bo Chen (Contoso) says:\n> can we help?"]


# Asked ------------------------------------------------------------------------------------------------------------------


def test_it_answers_the_prompt_of_today(house: House) -> None:
    begins(house)
    until(house, "2026-11-03 08:30")
    reply = house.types("ana", "/checkin done: the rig runs")
    assert said(reply).startswith("Your answer to the Daily of Tue 3 Nov 2026 is in.")
    assert plain(prompt(house, "ana").title).endswith("is in.")
    assert parent(house).fact("Northwind") == "1 of 3 answered"
    assert len(rows(house)["ana"]) == 1


def test_it_answers_late_where_the_window_of_today_is_over(house: House) -> None:
    begins(house)
    until(house, "2026-11-03 20:00")
    reply = house.types("ana", "/checkin done: the rig runs")
    assert said(reply).startswith("Your answer to the Daily of Tue 3 Nov 2026 is in, late.")
    assert rows(house)["ana"][0].late


def test_taken_back_it_waits_again(house: House) -> None:
    begins(house)
    until(house, "2026-11-03 08:30")
    reply = house.types("ana", "/checkin done: the rig runs")
    assert isinstance(reply, Message)
    assert "You can answer again" in said(house.presses("ana", "Undo", reply))
    assert "how does it go" in plain(prompt(house, "ana").title)
    assert house.room("south").thread == ["Ana Ruiz (Northwind) took this check-in back."]
    assert parent(house).fact("Northwind") == "0 of 3 answered"
    answers(house, "ana", done="the rig ran")
    [words] = house.room("south").thread
    assert "the rig ran" in words


def test_taken_back_after_it_became_for_ones_own_side_it_is_gone_from_both_rooms(house: House) -> None:
    begins(house)
    until(house, "2026-11-03 08:30")
    reply = house.types("ana", "/checkin done: we are short of people")
    assert isinstance(reply, Message)
    house.submits("ana", house.presses("ana", "Change", reply), own_side="yes")
    house.presses("ana", "Undo", reply)
    for room in ("north", "south"):
        assert house.room(room).thread == ["Ana Ruiz (Northwind) took this check-in back."]


def test_taken_back_one_for_ones_own_side_leaves_nothing_in_the_other_room(house: House) -> None:
    begins(house)
    until(house, "2026-11-03 08:30")
    reply = house.types("ana", "/checkin done: we are short of people !private")
    assert isinstance(reply, Message)
    house.presses("ana", "Undo", reply)
    assert house.room("north").thread == ["Ana Ruiz (Northwind) took this check-in back."]
    assert not house.room("south").thread


def test_a_second_one_that_day_stands_in_the_thread_of_the_standup(house: House) -> None:
    begins(house)
    until(house, "2026-11-03 08:30")
    answers(house, "ana", done="the rig runs")
    house.types("ana", "/checkin the rig stands again")
    assert len(house.room("south").posts) == 1
    assert len(house.room("south").thread) == 2
    assert parent(house).fact("Northwind") == "1 of 3 answered"


def test_words_without_blockers_leave_open_ones_open_and_none_ends_them(house: House) -> None:
    house.types("ana", "/checkin blockers: no key; no rig")
    house.types("ana", "/checkin done: some tests")
    assert all(each.solved_at is None for each in all_blockers(house))
    assert values(house.types("ana", "/checkin"))["blockers"] == "no key\nno rig"
    house.types("ana", "/checkin done: both are here blockers: none")
    assert all(each.solved_at == house.clock() for each in all_blockers(house))


def test_none_alone_ends_open_blockers_and_checks_nobody_in(house: House) -> None:
    house.types("ana", "/checkin blockers: no key")
    reply = house.types("ana", "/checkin blockers: none")
    assert said(reply).startswith("Nothing is in your way any more: no key.")
    assert [each.solved_at for each in all_blockers(house)] == [house.clock()]
    assert len(rows(house)["ana"]) == 1
    assert said(house.types("ana", "/checkin blockers: none")).startswith("Write at least one line")


def test_a_blocker_that_was_taken_back_does_not_count(house: House) -> None:
    first = house.types("ana", "/checkin blockers: no key")
    house.types("ana", "/checkin blockers: no key")
    house.presses("ana", "Undo", first)
    house.types("ana", "/checkin blockers: no key")
    assert [each.times for each in all_blockers(house)] == [2]
    assert not house.direct("bo").posts


# One's own data ---------------------------------------------------------------------------------------------------------


def test_what_somebody_checked_in_is_theirs_to_have_and_to_erase(house: House) -> None:
    begins(house)
    until(house, "2026-11-03 09:30")
    answers(house, "joao", done="the secret rig", blockers="no secret key")
    who = house.database.run(lambda session: person(session, "joao").id)
    everything = house.database.run(personal.everything, who)
    assert [row["done"] for row in everything["check-ins"]] == ["the secret rig"]
    assert [row["words"] for row in everything["blockers"]] == ["no secret key"]

    question = house.types("joao", "/partnership mine erase")
    assert isinstance(question, Message)
    sure = house.presses("joao", "Yes, erase it", question)
    assert isinstance(sure, Message)
    house.presses("joao", "Erase it for good", sure)
    assert "secret" not in "".join(house.room("south").thread)
    assert "(erased)" in "".join(house.room("south").thread)
    assert all(each.words == "(erased)" for each in all_blockers(house))


def test_two_accounts_that_are_one_person_have_one_answer_and_one_of_each_blocker(house: House) -> None:
    def pair(session: Session) -> list[tuple[str, CheckInState]]:
        now = house.clock()
        ana, joao = person(session, "ana"), person(session, "joao")
        first, second = (session.exec(select(Member).where(Member.person_id == each.id)).one() for each in (ana, joao))
        cadence_day = at("2026-11-03 08:30").date()
        held = session.exec(select(CheckIn).where(CheckIn.member_id == first.id)).one().occurrence_id
        assert held is not None
        for member in (first, second):
            session.add(
                Blocker(partnership_id=house.partnership, member_id=member.id, words="no key", likeness="key no",
                        first_at=now, last_at=now)
            )  # fmt: skip
        session.flush()
        merged = merging.merge(session, ana, joao, now)
        assert f"occurrence:{held}" in merged.subjects
        assert [row.times for row in session.exec(select(Blocker))] == [2]
        rows = session.exec(select(CheckIn).where(CheckIn.day == cadence_day, CheckIn.occurrence_id == held))
        return [(row.done, row.state) for row in rows if row.member_id == first.id or row.member_id == second.id]

    begins(house)
    until(house, "2026-11-03 09:30")
    answers(house, "joao", done="the rig runs")
    assert house.database.run(pair) == [("the rig runs", CheckInState.ANSWERED)]
