"""`/checkin`: asked or unasked, and one's own data afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.inbound import Pressed, ReplyBy
from bot.messages import Errors, Form, Message, Shown, SwitchField, TextField, in_words
from bot.words import CheckInState, plain
from storage import Database, ledger, merging, personal
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
from tests.house import House, controls, pressed_value, said


@pytest.fixture
def house(sqlite: Database, clock: Clock) -> Iterator[House]:
    house = House(sqlite, clock)
    yield house.begun()
    house.close()


def values(form: Any) -> dict[str, str]:
    assert isinstance(form, Form)
    return {each.id: each.value for each in form.fields if isinstance(each, TextField)}


def events(house: House, kind: str) -> list[Any]:
    return [each for each in house.database.run(ledger.of_partnership, house.partnership) if each.kind == kind]


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
    assert [each.body["private"] for each in events(house, "checkin.commented")] == [True, True]


def test_what_is_said_below_one_for_both_sides_is_not_private(house: House) -> None:
    house.types("ana", "/checkin the rig runs")
    house.says("bo", "well done", "south")
    assert [each.body["private"] for each in events(house, "checkin.commented")] == [False]


def test_a_blocker_in_words_can_be_escalated_from_the_echo(house: House) -> None:
    reply = house.types("ana", "/checkin done: the rig runs blockers: no key; no rig")
    assert isinstance(reply, Message)
    assert labels(reply) == ["Change", "Undo", "Escalate", "Escalate"]
    form = house.presses("ana", "Escalate", reply)
    assert isinstance(form, Form)
    assert next(each.value for each in form.fields if isinstance(each, TextField)) == "no key"


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


def test_taken_back_its_words_are_gone_from_the_record_as_well(house: House) -> None:
    begins(house)
    until(house, "2026-11-03 08:30")
    reply = house.types("ana", "/checkin done: the rig runs blockers: no key")
    changed = house.submits("ana", house.presses("ana", "Change", reply), done="the rig ran")
    assert isinstance(changed, Message)
    house.acts("ana", "checkin.undo", rows(house)["ana"][0].subject)
    kept = house.database.run(ledger.export, house.partnership)
    assert [each["body"] for each in kept if each["kind"] in ("checkin.answered", "checkin.edited")] == [None, None]
    assert "the rig" not in str(kept)
    assert not ledger.verify(kept)


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
    assert said(reply).startswith("No blockers any more. Over: no key.")
    assert [each.solved_at for each in all_blockers(house)] == [house.clock()]
    assert len(rows(house)["ana"]) == 1
    assert said(house.types("ana", "/checkin blockers: none")).startswith("Write at least one line")


def test_a_blocker_that_was_taken_back_does_not_count(house: House) -> None:
    first = house.types("ana", "/checkin blockers: no key")
    house.types("ana", "/checkin blockers: no key")
    assert isinstance(first, Message)
    house.presses("ana", "Undo", first)
    house.types("ana", "/checkin blockers: no key")
    assert [each.times for each in all_blockers(house)] == [2]
    assert not house.direct("bo").posts


# Plain words to the bot -------------------------------------------------------------------------------------------------


def asked(house: House) -> House:
    begins(house)
    until(house, "2026-11-03 08:30")
    return house


def test_plain_words_while_a_prompt_waits_are_offered_and_taken_with_one_press(house: House) -> None:
    asked(house)
    offer = house.types("ana", "shipped the rig, next the tests", "direct")
    assert isinstance(offer, Message)
    assert said(offer).startswith("Is this your answer to the Daily of Tue 3 Nov 2026?")
    assert "Since last time: shipped the rig, next the tests" in said(offer)
    assert labels(offer) == ["Take as check-in", "Change"]
    assert rows(house)["ana"][0].state is CheckInState.ASKED
    assert not house.room("south").thread

    echo = house.presses("ana", "Take as check-in", offer, where="direct")
    assert said(echo).startswith("Your answer to the Daily of Tue 3 Nov 2026 is in.")
    assert rows(house)["ana"][0].done == "shipped the rig, next the tests"
    assert "shipped the rig" in house.room("south").thread[0]
    again = house.presses("ana", "Take as check-in", offer, where="direct")
    assert said(again).startswith("You have answered already.")


def test_what_was_offered_stands_in_the_form_beside_what_is_known(house: House) -> None:
    house.types("ana", "/checkin done: more next: the tests blockers: no key")
    asked(house)
    offer = house.types("ana", "shipped the rig !private", "direct")
    assert isinstance(offer, Message)
    assert "It is for your side only." in said(offer)
    form = house.presses("ana", "Change", offer, where="direct")
    assert values(form) == {"done": "shipped the rig", "next": "the tests", "blockers": "no key", "waiting": ""}
    assert next(each.on for each in form.fields if isinstance(each, SwitchField))  # type: ignore[union-attr]


def test_taking_an_offer_leaves_blockers_open_that_it_says_nothing_of(house: House) -> None:
    house.types("ana", "/checkin blockers: no key")
    asked(house)
    offer = house.types("ana", "shipped the rig", "direct")
    assert isinstance(offer, Message)
    house.presses("ana", "Take as check-in", offer, where="direct")
    assert [each.solved_at for each in all_blockers(house)] == [None]


def test_an_offer_that_was_left_for_a_day_is_not_kept(house: House) -> None:
    offer = asked(house).types("ana", "shipped the rig", "direct")
    assert isinstance(offer, Message)
    until(house, "2026-11-03 21:00")
    assert "not kept any more" in said(house.presses("ana", "Take as check-in", offer, where="direct"))
    assert rows(house)["ana"][0].state is CheckInState.MISSED


def test_in_teams_the_offer_itself_becomes_the_echo_and_leaves_no_button_to_press_twice(house: House) -> None:
    begins(house)
    until(house, "2026-11-03 00:30")
    offer = house.types("bo", "shipped the rig", "direct")
    assert isinstance(offer, Message)
    take = next(each for each in controls(offer) if each.label == "Take as check-in")
    action, value = pressed_value(take, "")
    pressed = Pressed(
        delivery="t1", sender=house.profile("bo"), place=house.place("bo", "direct"), reply=ReplyBy.MESSAGE,
        action=action, value=value, message="offered", shows=True,
    )  # fmt: skip
    reply = house.does(pressed)
    assert isinstance(reply, Shown)
    assert in_words(reply.card).startswith("Your answer to the Daily of Tue 3 Nov 2026 is in.")
    assert labels(reply.card) == ["Change", "Undo"]


def test_labelled_words_are_taken_at_once(house: House) -> None:
    asked(house)
    echo = house.types("ana", "done: the rig runs next: the tests", "direct")
    assert said(echo).startswith("Your answer to the Daily of Tue 3 Nov 2026 is in.")
    row = rows(house)["ana"][0]
    assert (row.done, row.next) == ("the rig runs", "the tests")


def test_in_the_chat_of_the_prompt_the_echo_leaves_the_words_to_it_and_elsewhere_says_them(house: House) -> None:
    asked(house)
    assert "the rig runs" not in said(house.types("ana", "/checkin done: the rig runs", "direct"))
    assert "the rig runs" in in_words(prompt(house, "ana"))
    until(house, "2026-11-03 09:30")
    assert "the field" in said(house.types("joao", "/checkin done: the field"))


def test_of_several_prompts_plain_words_answer_the_newest(house: House) -> None:
    begins(house)
    begins(house, name="Evening", at=time(10, 0))
    until(house, "2026-11-03 09:00")
    assert "the Evening of Tue 3 Nov 2026?" in said(house.types("ana", "shipped the rig", "direct"))


def test_plain_words_after_the_window_are_still_taken_that_day(house: House) -> None:
    asked(house)
    until(house, "2026-11-03 20:00")
    offer = house.types("ana", "shipped the rig", "direct")
    assert isinstance(offer, Message)
    assert "is in, late." in said(house.presses("ana", "Take as check-in", offer, where="direct"))


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("status", "Apollo"),
        ("/partnership members", "Northwind"),
        ("hello", "I am Bellwether."),
        ("help me", "I did not understand that."),
        ("chekin", "I do not know “chekin”. Did you mean /checkin?"),
        ("reflect on the rig", "Reflections come in a later version."),
    ],
)
def test_what_is_a_command_a_greeting_or_a_call_for_help_stays_so(house: House, typed: str, answer: str) -> None:
    asked(house)
    reply = house.types("ana", typed, "direct")
    assert answer in said(reply)
    assert "Is this your answer" not in said(reply)


def test_a_sentence_that_begins_nearly_like_a_command_names_it_beside_the_offer(house: House) -> None:
    asked(house)
    assert "If you meant a command: /escalate" in said(house.types("ana", "escalte the rig is down", "direct"))


@pytest.mark.parametrize("who", ["ana", "mallory", "olga"])
def test_where_no_prompt_waits_plain_words_are_not_understood(house: House, who: str) -> None:
    assert said(house.types(who, "shipped the rig", "direct")).startswith("I did not understand that.")


def test_plain_words_to_the_bot_in_a_room_are_no_answer(house: House) -> None:
    asked(house)
    assert said(house.types("ana", "shipped the rig")).startswith("I did not understand that.")


def test_once_answered_or_skipped_plain_words_are_not_offered_again(house: House) -> None:
    asked(house)
    answers(house, "ana", done="the rig runs")
    house.presses("nora", "Skip today", prompt(house, "nora"), where="direct")
    for who in ("ana", "nora"):
        assert said(house.types(who, "shipped the rig", "direct")).startswith("I did not understand that.")


def test_too_many_plain_words_are_kept_in_the_form(house: House) -> None:
    reply = asked(house).types("ana", f"rig {'x' * 1000}", "direct")
    assert said(reply) == "Please keep this to 1000 letters; it is 1004."
    assert isinstance(reply, Message)
    assert values(house.presses("ana", "Open form", reply, where="direct"))["done"].endswith("xxx")


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
