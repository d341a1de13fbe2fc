"""The one way in: once, whole or not at all, the same answer again, and one question at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import Session, func, select

from bot.actions import telling
from bot.inbound import Heard, Pressed, ReplyBy, Submitted, Typed
from bot.messages import Errors, Form, Message, Nothing, Shown, in_words
from bot.port import Busy, Later, Parcel
from storage import Database, escalations
from storage.tables import Account, Escalation, Event, Inbox, Outbox, Person, Timer
from tests.conftest import Clock
from tests.handlers.escalating import card, cards, options, stands
from tests.house import House, labels, said


def counts(house: House) -> dict[str, int]:
    def count(session: Session) -> dict[str, int]:
        tables = (Escalation, Inbox, Event, Outbox, Timer, Account, Person)
        return {each.__name__: session.exec(select(func.count()).select_from(each)).one() for each in tables}

    return house.database.run(count)


def test_an_unexpected_fault_takes_back_everything_and_the_redelivery_goes_through(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counts(house)

    def breaks(*given: object, **named: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(telling, "card", breaks)
        with pytest.raises(RuntimeError):
            house.types("joao", "/escalate the rig is down", delivery="d1")
    assert counts(house) == before

    assert said(house.types("joao", "/escalate the rig is down", delivery="d1")).startswith("Escalation 1 is raised")


def test_a_fault_while_answering_a_question_leaves_the_question_open(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = house.types("joao", "/escalate the rig is down by friday at 3")
    assert isinstance(question, Message)
    before = counts(house)

    def breaks(*given: object, **named: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(escalations, "add", breaks)
        with pytest.raises(RuntimeError):
            house.presses("joao", "Fri 6 Nov 2026, 15:00", question)
    assert counts(house) == before
    assert said(house.presses("joao", "Fri 6 Nov 2026, 15:00", question)).startswith("Escalation 1 is raised")


def test_a_button_delivered_twice_acts_once_and_gets_the_same_answer(house: House) -> None:
    house.types("joao", "/escalate the rig is down")
    first = house.acts("bo", "escalation.acknowledge", "escalation:1", delivery="p1")
    house.presses("joao", "Withdraw")
    again = house.acts("bo", "escalation.acknowledge", "escalation:1", delivery="p1")

    assert again == first
    assert stands(house) == "withdrawn"


def test_a_question_is_answered_once_by_the_one_who_was_asked_and_within_the_hour(house: House) -> None:
    question = house.types("joao", "/escalate the rig is down by friday at 3")
    assert isinstance(question, Message)
    answer = options(question)["Fri 6 Nov 2026, 15:00"]

    assert said(house.acts("sam", "ask.answer", answer)).startswith("That question is no longer open.")
    house.time_passes(minutes=59)
    assert said(house.acts("joao", "ask.answer", answer, delivery="a1")).startswith("Escalation 1 is raised")
    assert said(house.acts("joao", "ask.answer", answer, delivery="a1")).startswith("Escalation 1 is raised")
    assert said(house.acts("joao", "ask.answer", answer)).startswith("That question is no longer open.")
    assert len(cards(house, "north")) == 1

    late = house.types("joao", "/escalate the rig is down by friday at 3")
    assert isinstance(late, Message)
    house.time_passes(minutes=61)
    assert said(house.presses("joao", "Fri 6 Nov 2026, 15:00", late)).startswith("That question is no longer open.")


@pytest.mark.parametrize("forged", ["", "|", "nonsense", "nonsense|by=2026-01-01", "||="])
def test_a_forged_answer_to_a_question_does_nothing(house: House, forged: str) -> None:
    assert said(house.acts("joao", "ask.answer", forged)).startswith("That question is no longer open.")


def test_an_answer_that_was_not_offered_is_asked_again(house: House) -> None:
    question = house.types("joao", "/escalate the rig is down by friday at 3")
    assert isinstance(question, Message)
    key = next(iter(options(question).values())).partition("|")[0]

    again = house.acts("joao", "ask.answer", f"{key}|by=whenever")
    assert isinstance(again, Message)
    assert list(options(again)) == list(options(question))


def test_a_form_is_kept_for_an_hour_for_its_own_person(house: House) -> None:
    reply = house.types("joao", "/escalate the rig is down by 31 february")
    assert isinstance(reply, Message)
    assert labels(reply) == ["Open form"]
    key = next(iter(options(reply).values()))

    assert said(house.acts("sam", "form.open", key)).startswith("That form is no longer kept.")
    assert isinstance(house.acts("joao", "form.open", key), Form)
    assert isinstance(house.acts("joao", "form.open", key), Form)
    house.time_passes(minutes=61)
    assert said(house.acts("joao", "form.open", key)).startswith("That form is no longer kept.")


def test_a_button_or_form_of_an_earlier_time_says_so(house: House) -> None:
    assert said(house.acts("joao", "escalation.dance", "escalation:1")) == (
        "That button is from an earlier time and does nothing any more."
    )


def test_a_word_that_is_no_command_gets_a_suggestion_and_never_silence(house: House) -> None:
    assert "/escalate" in said(house.types("joao", "/escalte the rig is down", "direct"))


def typed(house: House, who: str, text: str, delivery: str) -> Typed:
    return Typed(
        delivery=delivery, sender=house.profile(who), place=house.place(who, None), reply=ReplyBy.MESSAGE, opens=False,
        command="escalate", words=(text,),
    )  # fmt: skip


def test_where_the_platform_takes_no_answer_in_its_response_it_comes_as_a_private_message(house: House) -> None:
    assert house.does(typed(house, "bo", "the rig is down", "m1")) == Nothing()
    assert house.does(typed(house, "bo", "the rig is down", "m1")) == Nothing()

    assert [said(each).splitlines()[0] for each in house.whispers("bo")] == ["Escalation 1 is raised: the rig is down"]


def test_where_a_form_cannot_open_by_itself_there_is_a_button_for_it(house: House) -> None:
    house.does(typed(house, "bo", "", "m1"))

    message = house.whispers("bo")[0]
    assert (said(message), labels(message)) == ("There is a form for this.", ["Open form"])
    assert isinstance(house.presses("bo", "Open form", message), Form)


def test_apps_and_threads_of_others_are_not_heard(house: House) -> None:
    house.types("joao", "/escalate the rig is down")
    thread = house.room("south").latest_id
    app = replace(house.profile("sam"), bot=True)
    for sender, under in ((app, thread), (house.profile("sam"), "another thread")):
        reply = house.does(
            Heard(delivery=f"h-{under}-{sender.bot}", sender=sender, place=house.place("sam", None), thread=under, words=("hello",))
        )  # fmt: skip
        assert reply == Nothing()
    assert house.room("north").thread == []


def test_a_name_with_control_characters_is_kept_without_them(house: House) -> None:
    house.types("joao", "/escalate the rig is down")
    strange = replace(house.profile("sam"), name="Sam\x00 Lee\ud800\n")
    house.does(
        Pressed(
            delivery="p9",
            sender=strange,
            place=house.place("sam", None),
            action="escalation.note",
            value="escalation:1",
        )
    )
    house.says("sam", "hello")

    assert house.room("north").thread == ["Sam Lee (Contoso) says:\n> hello"]
    assert card(house)


def pressed(house: House, who: str, action: str, value: str, message: str, where: str | None = None) -> Pressed:
    return Pressed(
        delivery=f"shown-{next(house.count)}", sender=house.profile(who), place=house.place(who, where),
        reply=ReplyBy.MESSAGE, opens=False, action=action, value=value, message=message, shows=True,
    )  # fmt: skip


def test_a_platform_that_takes_the_card_in_its_response_gets_it_as_it_is_after_the_press_and_again(
    house: House,
) -> None:
    house.types("joao", "/escalate the rig is down")
    press = pressed(house, "bo", "escalation.acknowledge", "escalation:1", house.room("south").latest_id)

    first, again = house.does(press), house.does(press)
    assert isinstance(first, Shown)
    assert "acknowledged" in in_words(first.card)
    assert again == first
    assert first.card == house.room("south").latest


def test_a_press_on_what_is_no_living_card_shows_none(house: House) -> None:
    house.types("joao", "/escalate the rig is down")
    elsewhere = pressed(house, "bo", "escalation.acknowledge", "escalation:1", "no such message")
    assert house.does(elsewhere) == Nothing("Escalation 1 is yours now. Its clock has stopped on both sides.")


def test_errors_come_with_the_form_where_the_platform_has_to_show_it_again(house: House) -> None:
    form = house.types("ana", "/escalate")
    assert isinstance(form, Form)
    sent = Submitted(
        delivery="s1", sender=house.profile("ana"), place=house.place("ana", None), form=form.name, context=form.context,
        values={"summary": ""}, key=form.key,
    )  # fmt: skip
    errors = house.does(sent)
    assert isinstance(errors, Errors)
    assert errors.form == form

    nobodys = house.does(replace(sent, delivery="s2", sender=house.profile("joao")))
    assert isinstance(nobodys, Errors)
    assert nobodys.form is None


def test_a_reply_to_a_card_that_stands_there_and_is_not_noted_yet_is_left_to_come_again(
    sqlite: Database, clock: Clock
) -> None:
    house = House(sqlite, clock).begun()

    def lost(parcel: Parcel) -> None:
        if parcel.channel == "C-NORTH":
            raise Later("no answer", unsure=True)

    house.chats["slack"].goes_wrong_after = lost
    house.types("joao", "/escalate the test rig is down")
    with pytest.raises(Busy):
        house.says("ana", "I am looking at it")  # by the card that people see

    house.chats["slack"].goes_wrong_after = lambda parcel: None
    house.time_passes(seconds=10)
    house.says("ana", "I am looking at it")
    assert any("I am looking at it" in each for each in house.room("south").thread)
    house.close()
