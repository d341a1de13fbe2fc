"""What every chat platform keeps, whichever it is: found by being under `bot.platforms`, judged on a stage of its own."""

from __future__ import annotations

import asyncio
import re
from dataclasses import fields, replace

import pytest

from bot.inbound import Arrival, Heard, Mention, Opened, PlaceKind, Pressed, Submitted, Typed
from bot.messages import (
    Button,
    ChoiceField,
    Controls,
    Errors,
    Form,
    ManyField,
    Menu,
    Message,
    Note,
    Option,
    SwitchField,
    TextField,
)
from bot.port import Capabilities, Never, Way
from bot.words import Text, line
from tests.platforms.contract import PLATFORMS, Act, Stage, bare, news, on_stage, posted, stage_of
from tests.platforms.samples import FORMS, HOSTILE

HELLO = Message(line("Hello, both of you"))

FORM = Form(
    "escalate",
    "Raise a concern",
    (
        TextField("summary", "What is wrong?"),
        TextField("tried", "What was tried?", lines=True, required=False),
        ChoiceField("level", "Level", (Option("Shepherds", "1"), Option("Leaders", "2"))),
        ManyField("who", "Who else?", (Option("Ana", "7"), Option("Bo", "8"), Option("Eve", "9")), required=False),
        ManyField("nobody", "Who not?", (Option("Ana", "7"), Option("Bo", "8")), required=False),
        SwitchField("private", "Private?"),
        SwitchField("high", "Urgent?"),
        Note(line("Both shepherds will be told.")),
    ),
    context="p:7|é",
)
FILLED: dict[str, str | tuple[str, ...]] = {
    "summary": "the rig\nis down", "tried": "", "level": "2", "who": ("7", "9"), "nobody": (), "private": "yes", "high": "",
}  # fmt: skip


def common(value: Arrival) -> Arrival:
    """What every arrival has, alone."""
    return Arrival(**{each.name: getattr(value, each.name) for each in fields(Arrival)})


# What it is ----------------------------------------------------------------------------------------------------------


def test_every_platform_has_a_stage_of_its_own() -> None:
    assert [stage_of(platform).name for platform in PLATFORMS] == PLATFORMS
    assert PLATFORMS


@on_stage
async def test_a_platform_bears_the_name_of_its_file_and_says_what_it_can(stage: Stage) -> None:
    assert stage.platform.name == stage.name
    assert isinstance(stage.platform.can, Capabilities)
    assert all(isinstance(getattr(stage.platform.can, each.name), bool) for each in fields(Capabilities))
    assert list(stage.platform.routes())
    assert await stage.platform.check() == []


# What people do ------------------------------------------------------------------------------------------------------


@on_stage
async def test_a_command_is_heard_once_with_its_words_its_people_and_who_said_it_where(stage: Stage) -> None:
    await stage.types(stage.ana, "celebrate", HOSTILE + " ", stage.bo, " for the pilot")

    (heard,) = stage.heard
    assert isinstance(heard, Typed)
    assert heard.command == "celebrate"
    assert heard.words == (HOSTILE + " ", Mention(stage.bo), " for the pilot")
    assert heard.sender == stage.ana
    assert (heard.sender.zone, heard.sender.name) == ("Europe/Berlin", "Ana Ruiz")
    assert (heard.place, heard.thread) == (stage.room, "")


@on_stage
async def test_what_is_said_to_the_bot_is_a_command_in_words_and_other_talk_is_not_heard(stage: Stage) -> None:
    await stage.speaks(stage.ana, "lunch, ", stage.bo, "?")
    assert stage.heard == []
    await stage.speaks(stage.ana, "escalate the rig ", stage.bo, to_bot=True)
    await stage.speaks(stage.bo, "Hello there", directly=True)

    mention, direct = stage.heard
    assert isinstance(mention, Typed)
    assert isinstance(direct, Typed)
    assert (mention.command, mention.words, mention.place) == ("escalate", ("the rig ", Mention(stage.bo)), stage.room)
    assert (direct.command, direct.words, direct.place.kind) == ("Hello", ("there",), PlaceKind.DIRECT)
    assert direct.sender == stage.bo


@on_stage
async def test_a_reply_in_the_thread_of_a_card_is_heard_as_one(stage: Stage) -> None:
    sent = await stage.platform.deliver(stage.parcel(HELLO))
    await stage.speaks(stage.bo, "I am on it, ", stage.ana, thread=sent.message)

    (heard,) = stage.heard
    assert isinstance(heard, Heard)
    assert (heard.words, heard.thread) == (("I am on it, ", Mention(stage.ana)), sent.message)
    assert replace(heard.place, name=stage.room.name) == stage.room  # a name is not worth asking for each time
    assert heard.message not in ("", sent.message)
    assert heard.sender == stage.bo


@on_stage
async def test_a_mention_of_the_bot_in_a_thread_says_in_which(stage: Stage) -> None:
    sent = await stage.platform.deliver(stage.parcel(HELLO))
    await stage.speaks(stage.ana, "status please", to_bot=True, thread=sent.message)

    (heard,) = stage.heard
    assert isinstance(heard, Typed)
    assert (heard.command, heard.thread) == ("status", sent.message)


@on_stage
async def test_the_answer_to_whatever_somebody_does_is_theirs_alone(stage: Stage) -> None:
    card = await posted(stage, Message(line("A card"), buttons=(Button("Go", "go"),)))
    stage.says = Message(line("Between us: ", Text(HOSTILE)))
    acts: tuple[Act, ...] = (
        lambda: stage.types(stage.ana, "status"),
        lambda: stage.speaks(stage.ana, "status", to_bot=True),
        lambda: stage.presses(stage.ana, card, "Go"),
    )
    for times, act in enumerate(acts, start=1):
        assert (await act()).taken
        assert await news(stage, f"Between us: {HOSTILE}") == (times, 0)


@on_stage
async def test_a_command_without_an_answer_says_nothing(stage: Stage) -> None:
    got = await stage.types(stage.ana, "status")
    assert (got.taken, got.told, got.form) == (True, "", None)
    assert [each for who in (stage.ana, stage.bo) for each in await stage.sees(who)] == []


@on_stage
async def test_a_button_comes_back_as_it_was_declared(stage: Stage) -> None:
    first, again = Button("Acknowledge", "escalation.ack", "7|x"), Button("The other", "escalation.ack", "8")
    menu = Menu("Snooze", "escalation.snooze", (Option("30 min", "7:30"), Option("1 h", "7:60")))
    inside = Controls((Button("Inside", "inside"),))
    card = await posted(stage, Message(line("Escalation 7"), (inside,), buttons=(first, again, menu)))
    await stage.presses(stage.ana, card, "Acknowledge")
    await stage.presses(stage.bo, card, "The other")
    await stage.presses(stage.ana, card, "Snooze", "1 h")
    await stage.presses(stage.ana, card, "Inside")

    pressed = [each for each in stage.heard if isinstance(each, Pressed)]
    assert [(each.action, each.value) for each in pressed] == [
        ("escalation.ack", "7|x"), ("escalation.ack", "8"), ("escalation.snooze", "7:60"), ("inside", ""),
    ]  # fmt: skip
    assert {each.message for each in pressed} == {card.id}
    assert {each.place for each in pressed} == {stage.room}
    assert {each.thread for each in pressed} == {""}
    assert [each.sender for each in pressed[:2]] == [stage.ana, stage.bo]


@on_stage
async def test_a_button_in_a_thread_says_in_which(stage: Stage) -> None:
    sent = await stage.platform.deliver(stage.parcel(HELLO))
    reply = await posted(stage, Message(line("More"), buttons=(Button("Go", "go"),)), thread=sent.message)
    await stage.presses(stage.ana, reply, "Go")

    (pressed,) = stage.heard
    assert isinstance(pressed, Pressed)
    assert (pressed.message, pressed.thread) == (reply.id, sent.message)


@on_stage
async def test_a_form_comes_back_with_its_values_its_context_and_its_place(stage: Stage) -> None:
    card = await posted(stage, Message(line("A card"), buttons=(Button("Open", "form"),)))
    stage.says = FORM
    opened = await stage.types(stage.ana, "escalate")
    if not stage.platform.can.forms_from_commands:
        assert opened.form is None
        opened = await stage.presses(stage.ana, card, "Open")
    stage.says = HELLO
    got = await stage.sends(stage.ana, opened.form, FILLED)

    heard = stage.heard[-1]
    assert isinstance(heard, Submitted)
    assert (heard.form, heard.context, heard.place) == ("escalate", "p:7|é", stage.room)
    assert heard.values == FILLED
    assert heard.sender == stage.ana
    assert (got.taken, got.errors, got.form) == (True, {}, None)
    assert await news(stage, "Hello, both of you") == (1, 0)


@on_stage
async def test_a_button_opens_a_form_and_nasty_words_in_it_come_back_as_typed(stage: Stage) -> None:
    card = await posted(stage, Message(line("A card"), buttons=(Button("Open", "form"),)))
    stage.says = FORMS["hostile"]
    opened = await stage.presses(stage.ana, card, "Open")
    await stage.sends(stage.ana, opened.form, {"words": HOSTILE + "\n" + HOSTILE, "one": "1", "yes": ""})

    heard = stage.heard[-1]
    assert isinstance(heard, Submitted)
    assert heard.context == HOSTILE
    assert heard.values == {"words": HOSTILE + "\n" + HOSTILE, "one": "1", "yes": ""}


@on_stage
async def test_errors_stand_at_their_fields_and_the_form_stays_open(stage: Stage) -> None:
    stage.says = FORM
    form = (await stage.types(stage.ana, "escalate")).form
    stage.says = Errors({"summary": "Say which <rig>.", "unknown": "And this."})
    wrong = await stage.sends(stage.ana, form, FILLED)
    assert wrong.taken
    assert wrong.form is None
    assert "Say which <rig>." in wrong.errors["summary"]
    assert "And this." in " ".join(wrong.errors.values())
    assert await stage.sees(stage.ana) == []
    stage.says = HELLO
    right = await stage.sends(stage.ana, form, {**FILLED, "summary": "rig 4"})

    first, second = (each for each in stage.heard if isinstance(each, Submitted))
    assert right.errors == {}
    assert second.values == {**FILLED, "summary": "rig 4"}
    assert first.delivery != second.delivery


@on_stage
async def test_one_form_may_follow_another(stage: Stage) -> None:
    stage.says = FORM
    form = (await stage.types(stage.ana, "escalate")).form
    stage.says = Form("next", "And then", (TextField("more", "More"),), context="2")
    following = await stage.sends(stage.ana, form, FILLED)
    await stage.sends(stage.ana, following.form, {"more": "yes, more"})

    heard = stage.heard[-1]
    assert isinstance(heard, Submitted)
    assert (heard.form, heard.context, heard.values) == ("next", "2", {"more": "yes, more"})
    assert heard.place == stage.room


@on_stage
async def test_somebody_who_looks_at_their_own_page_is_heard(stage: Stage) -> None:
    await stage.comes_home(stage.ana)

    (heard,) = stage.heard
    assert isinstance(heard, Opened)
    assert (heard.sender, heard.place.kind, heard.place.tenant) == (stage.ana, PlaceKind.HOME, stage.room.tenant)


@on_stage
async def test_a_redelivery_bears_the_same_id_and_another_act_another(stage: Stage) -> None:
    card = await posted(stage, Message(line("A card"), buttons=(Button("Go", "go", "1"),)))
    stage.says = FORM
    form = (await stage.types(stage.ana, "escalate")).form
    stage.heard.clear()
    acts: tuple[Act, ...] = (
        lambda: stage.types(stage.ana, "status"),
        lambda: stage.presses(stage.ana, card, "Go"),
        lambda: stage.sends(stage.ana, form, FILLED),
        lambda: stage.speaks(stage.ana, "on it", thread=card.id),
        lambda: stage.speaks(stage.ana, "status", to_bot=True),
        lambda: stage.comes_home(stage.ana),
    )
    for act in acts:
        await act()
        await stage.again()
        await act()

    ids = [each.delivery for each in stage.heard]
    assert len(ids) == 18
    assert ids[0::3] == ids[1::3]
    assert len(set(ids)) == 12
    assert [common(each) for each in stage.heard[0::3]] == [common(each) for each in stage.heard[1::3]]


@on_stage
async def test_a_failure_is_told_plainly_with_a_token_and_no_trace(stage: Stage) -> None:
    card = await posted(stage, Message(line("A card"), buttons=(Button("Go", "go"),)))
    stage.says = FORM
    form = (await stage.types(stage.ana, "escalate")).form
    stage.says = RuntimeError("the disk is full")
    typed, sent = await stage.types(stage.ana, "escalate", "x"), await stage.sends(stage.ana, form, FILLED)
    for got in (typed, sent):
        assert "nothing was saved" in got.told
        assert re.search(r"\b[0-9a-f]{8}\b", got.told)
    pressed = await stage.presses(stage.ana, card, "Go")
    assert not pressed.taken or "nothing was saved" in pressed.told
    mentioned = await stage.speaks(stage.ana, "status", to_bot=True)
    for got in (typed, sent, pressed, mentioned):
        assert "disk" not in got.told
        assert "Traceback" not in got.told
    assert len(stage.heard) == 5


@on_stage
async def test_nothing_is_acknowledged_before_it_is_answered(stage: Stage) -> None:
    card = await posted(stage, Message(line("A card"), buttons=(Button("Go", "go"),)))
    stage.says = FORM
    form = (await stage.types(stage.ana, "escalate")).form
    stage.says = HELLO
    acts: tuple[Act, ...] = (
        lambda: stage.types(stage.ana, "status"),
        lambda: stage.presses(stage.ana, card, "Go"),
        lambda: stage.sends(stage.ana, form, FILLED),
        lambda: stage.speaks(stage.ana, "status", to_bot=True),
    )
    for act in acts:
        stage.asked.clear()
        stage.gate.clear()
        before = await news(stage, "Hello, both of you")
        acting = asyncio.ensure_future(act())
        await stage.asked.wait()
        await asyncio.sleep(0.03)
        assert not acting.done()
        assert await news(stage, "Hello, both of you") == before
        stage.gate.set()
        assert (await acting).taken
        assert await news(stage, "Hello, both of you") == (before[0] + 1, 0)


# What it delivers ----------------------------------------------------------------------------------------------------


@on_stage
async def test_a_card_is_changed_in_place_and_a_reply_stands_in_its_thread(stage: Stage) -> None:
    sent = await stage.platform.deliver(stage.parcel(HELLO))
    assert sent.channel == stage.room.channel
    reply = await stage.platform.deliver(stage.parcel(Message(line("In the thread")), thread=sent.message))
    changed = await stage.platform.deliver(stage.parcel(Message(line("Changed")), Way.EDIT, message=sent.message))

    assert changed == sent
    for who in (stage.ana, stage.bo):
        card, under = await stage.sees(who)
        assert (card.id, card.thread, bare("".join(stage.words(card.shown)))) == (sent.message, "", "Changed")
        assert (under.id, under.thread) == (reply.message, sent.message if stage.platform.can.threads else "")
    assert "Changed" in card.spoken


@on_stage
async def test_a_private_message_and_a_direct_one_are_seen_by_one_person_only(stage: Stage) -> None:
    to_bo = {"account": stage.bo.account}
    direct = await stage.platform.deliver(stage.parcel(Message(line("Directly")), Way.DIRECT, **to_bo))
    assert direct.channel not in ("", stage.room.channel)
    assert await news(stage, "Directly") == (0, 1)
    await stage.platform.deliver(
        stage.parcel(Message(line("Directly, but changed")), Way.EDIT, channel=direct.channel, message=direct.message)
    )
    assert await news(stage, "Directly, but changed") == (0, 1)
    if stage.platform.can.private:
        await stage.platform.deliver(stage.parcel(Message(line("Quietly")), Way.PRIVATE, **to_bo))
        assert await news(stage, "Quietly") == (0, 1)


@on_stage
async def test_a_page_of_ones_own_shows_the_newest_and_nobody_elses(stage: Stage) -> None:
    if not stage.platform.can.home:
        return
    for words in ("Old items", "New items"):
        await stage.platform.deliver(stage.parcel(Message(line(words)), Way.HOME, account=stage.ana.account))

    assert stage.words(await stage.home(stage.ana)) == ["New items"]
    assert await stage.home(stage.bo) is None
    assert await news(stage, "New items") == (0, 0)


@on_stage
async def test_it_is_known_what_arrived_and_what_did_not(stage: Stage) -> None:
    if not stage.platform.can.finds:
        return
    parent = await stage.platform.deliver(stage.parcel(HELLO))
    for parcel in (
        stage.parcel(HELLO),
        stage.parcel(HELLO, thread=parent.message),
        stage.parcel(HELLO, Way.DIRECT, account=stage.ana.account),
    ):
        assert await stage.platform.find(parcel) is None
        sent = await stage.platform.deliver(parcel)
        assert await stage.platform.find(parcel) == sent


@on_stage
async def test_a_channel_that_is_not_there_is_gone_for_good(stage: Stage) -> None:
    with pytest.raises(Never) as refused:
        await stage.platform.deliver(stage.parcel(HELLO, channel="CNOWHERE"))
    assert refused.value.gone
    assert await stage.platform.find(stage.parcel(HELLO, channel="CNOWHERE")) is None


# Its life ------------------------------------------------------------------------------------------------------------


@on_stage
async def test_a_closed_platform_takes_nothing_until_it_is_open_again(stage: Stage) -> None:
    await stage.platform.close()
    await stage.platform.close()
    assert not (await stage.types(stage.ana, "status")).taken
    assert stage.heard == []
    await stage.platform.open(stage.answer)
    assert (await stage.again()).taken
    assert len(stage.heard) == 1


@on_stage
async def test_closing_lets_what_is_in_hand_be_finished(stage: Stage) -> None:
    stage.says = HELLO
    stage.gate.clear()
    acting = asyncio.ensure_future(stage.types(stage.ana, "status"))
    await stage.asked.wait()
    closing = asyncio.ensure_future(stage.platform.close())
    await asyncio.sleep(0.01)
    stage.gate.set()
    await closing
    got = await acting
    assert (got.taken, bare(got.told)) == (True, bare("Hello, both of you"))
