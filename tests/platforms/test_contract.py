"""What every chat platform keeps, whichever it is: found by being under `bot.platforms`, judged on a stage of its own."""

from __future__ import annotations

import asyncio
import re
from dataclasses import fields, replace

import pytest

from bot.inbound import Arrival, Heard, Mention, Opened, PlaceKind, Pressed, ReplyBy, Submitted, Typed
from bot.messages import (
    Button,
    ChoiceField,
    Controls,
    Errors,
    Form,
    Inset,
    ManyField,
    Menu,
    Message,
    Note,
    Option,
    Shown,
    SwitchField,
    TextField,
)
from bot.port import Capabilities, Later, Never, Parcel, Sent, Way
from bot.rules.pacing import Pace
from bot.words import Text, line, plain
from tests.platforms.contract import (
    PLATFORMS,
    SLOWLY,
    WAIT,
    Act,
    Stage,
    Trouble,
    bare,
    news,
    on_stage,
    opened,
    posted,
    stage_of,
    tried,
)
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
REQUIRED = {"summary", "level"}
AT_FIRST: dict[str, str | tuple[str, ...]] = {
    "summary": "", "tried": "", "level": "", "who": (), "nobody": (), "private": "", "high": "",
}  # fmt: skip


def in_a_message(stage: Stage, form: Form) -> Message:
    """What a command answers where it cannot open the form itself."""
    stage.kept["key-0"] = replace(form, key="key-0")
    return Message(line("There is a form for this."), (Inset(stage.kept["key-0"]),))


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
    assert all(isinstance(getattr(stage.platform.can, each.name), bool | float | Pace) for each in fields(Capabilities))
    assert 0.5 <= stage.platform.can.patience <= 8
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
async def test_a_reply_in_the_thread_of_a_card_is_heard_where_the_platform_brings_it(stage: Stage) -> None:
    sent = await stage.platform.deliver(stage.parcel(HELLO))
    await stage.speaks(stage.bo, "I am on it, ", stage.ana, thread=sent.message)

    if not stage.platform.can.hears:
        assert stage.heard == []
        return
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
    card = await posted(
        stage, Message(line("A card"), buttons=(Button("Go", "go"), Button("Open", "form", opens=True)))
    )
    stage.says = Message(line("Between us: ", Text(HOSTILE)))
    acts: tuple[Act, ...] = (
        lambda: stage.types(stage.ana, "status"),
        lambda: stage.speaks(stage.ana, "status", to_bot=True),
        lambda: stage.presses(stage.ana, card, "Go"),
        lambda: stage.presses(stage.ana, card, "Open"),
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
    zones = tuple(Option(f"Zone {n}", f"7:{n}") for n in range(30))
    controls = (
        Button("Acknowledge", "escalation.ack", "7|x"),
        Button("The other", "escalation.ack", "8"),
        Button("Withdraw", "escalation.withdraw", "9", confirm="Withdraw it for both sides?"),
        Button("Comment", "escalation.comment", "10", opens=True),
        Menu("Snooze", "escalation.snooze", (Option("30 min", "7:30"), Option("1 h", "7:60"))),
        Menu("Zone", "zone", zones),
    )
    inside = Controls((Button("Inside", "inside"),))
    card = await posted(stage, Message(line("Escalation 7"), (inside,), buttons=controls))
    await stage.presses(stage.ana, card, "Acknowledge")
    await stage.presses(stage.bo, card, "The other")
    for label, option in (("Withdraw", ""), ("Comment", ""), ("Snooze", "1 h"), ("Zone", "Zone 29"), ("Inside", "")):
        await stage.presses(stage.ana, card, label, option)

    pressed = [each for each in stage.heard if isinstance(each, Pressed)]
    assert [(each.action, each.value) for each in pressed] == [
        ("escalation.ack", "7|x"), ("escalation.ack", "8"), ("escalation.withdraw", "9"), ("escalation.comment", "10"),
        ("escalation.snooze", "7:60"), ("zone", "7:29"), ("inside", ""),
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
async def test_the_buttons_of_an_answer_work_wherever_it_is_shown(stage: Stage) -> None:
    card = await posted(
        stage, Message(line("A card"), buttons=(Button("Go", "go"), Button("Open", "form", opens=True)))
    )
    stage.says = Message(line("Sure?"), buttons=(Button("Yes", "yes", "7"),))
    for label in ("Go", "Open"):
        await stage.presses(stage.ana, card, label)
        question = (await stage.sees(stage.ana))[-1]
        got = await stage.presses(stage.ana, question, "Yes")

        assert got.taken
        heard = stage.heard[-1]
        assert isinstance(heard, Pressed)
        assert (heard.action, heard.value, heard.place, heard.sender) == ("yes", "7", stage.room, stage.ana)


@on_stage
async def test_a_press_is_answered_with_the_card_as_it_is_now_where_the_platform_takes_that(stage: Stage) -> None:
    card = await posted(stage, Message(line("Open"), buttons=(Button("Go", "go"),)))
    stage.says = Shown(Message(line("Acknowledged"), buttons=(Button("Resolve", "resolve"),)))
    got = await stage.presses(stage.ana, card, "Go")

    (heard,) = stage.heard
    assert isinstance(heard, Pressed)
    assert heard.shows == stage.platform.can.shows
    assert (got.taken, got.told) == (True, "")
    if stage.platform.can.shows:
        assert bare("Acknowledged") in bare("".join(stage.words(got.shown)))
        (stands,) = await stage.sees(stage.ana)
        assert stands.shown == got.shown
        assert (await stage.presses(stage.ana, stands, "Resolve")).taken
        assert [each.action for each in stage.heard if isinstance(each, Pressed)] == ["go", "resolve"]
    else:
        assert got.shown is None


@on_stage
async def test_a_form_opens_from_a_command_or_from_the_button_in_its_answer(stage: Stage) -> None:
    stage.says = FORM
    got = await stage.types(stage.ana, "escalate")
    assert stage.heard[-1].opens == stage.platform.can.forms_from_commands == (got.form is not None)
    said = await stage.speaks(stage.ana, "escalate", to_bot=True)
    assert stage.heard[-1].opens == (said.form is not None)
    if not said.form:
        assert "Open form" in stage.words((await stage.sees(stage.ana))[-1].shown)
    card = await posted(stage, in_a_message(stage, FORM))
    assert "Open form" in stage.words(card.shown)
    pressed = await stage.presses(stage.bo, card, "Open form")

    assert stage.filled(pressed.form) == AT_FIRST
    last = stage.heard[-1]
    assert isinstance(last, Pressed)
    assert (last.action, last.value, last.place, last.sender) == ("form.open", "key-0", stage.room, stage.bo)
    assert last.opens


@on_stage
async def test_a_form_comes_back_with_its_values_its_context_and_its_place(stage: Stage) -> None:
    form = await opened(stage, FORM)
    stage.says = HELLO
    got = await stage.sends(stage.ana, form, FILLED)

    heard = stage.heard[-1]
    assert isinstance(heard, Submitted)
    assert (heard.form, heard.context, heard.place) == ("escalate", "p:7|é", stage.room)
    assert heard.values == FILLED
    assert heard.sender == stage.ana
    assert (got.taken, got.errors, got.form) == (True, {}, None)
    assert await news(stage, "Hello, both of you") == (1, 0)


@on_stage
async def test_a_button_opens_a_form_and_nasty_words_in_it_come_back_as_typed(stage: Stage) -> None:
    card = await posted(stage, Message(line("A card"), buttons=(Button("Open", "form", opens=True),)))
    stage.says = FORMS["hostile"]
    got = await stage.presses(stage.ana, card, "Open")
    assert stage.filled(got.form) == {"words": HOSTILE, "one": "1", "yes": ""}
    await stage.sends(stage.ana, got.form, {"words": HOSTILE + "\n" + HOSTILE, "one": "1", "yes": ""})

    heard = stage.heard[-1]
    assert isinstance(heard, Submitted)
    assert heard.context == HOSTILE
    assert heard.values == {"words": HOSTILE + "\n" + HOSTILE, "one": "1", "yes": ""}


@on_stage
async def test_a_form_opens_with_what_it_holds(stage: Stage) -> None:
    holds = (
        TextField("summary", "What?", "the rig\nis down", lines=True),
        TextField("tried", "Tried?", "nothing, yet"),
        ChoiceField("level", "Level", (Option("Shepherds", "1"), Option("Leaders", "2")), "2"),
        ManyField("who", "Who?", (Option("Ana", "7"), Option("Bo", "8"), Option("Eve", "9")), ("7", "9")),
        SwitchField("private", "Private?", on=True),
        SwitchField("high", "Urgent?"),
    )
    form = await opened(stage, Form("escalate", "Raise a concern", holds))
    held: dict[str, str | tuple[str, ...]] = {
        "summary": "the rig\nis down",
        "tried": "nothing, yet",
        "level": "2",
        "who": ("7", "9"),
        "private": "yes",
        "high": "",
    }
    assert stage.filled(form) == held
    await stage.sends(stage.ana, form, held)

    heard = stage.heard[-1]
    assert isinstance(heard, Submitted)
    assert heard.values == held


@on_stage
async def test_errors_stand_at_their_fields_and_the_form_stays_with_all_that_was_typed(stage: Stage) -> None:
    form = await opened(stage, FORM)
    before = await stage.sees(stage.ana)
    stage.says = Errors({"summary": "Say which <rig>.", "unknown": "And this."})
    wrong = await stage.sends(stage.ana, form, FILLED)
    assert wrong.taken
    assert "Say which <rig>." in wrong.errors["summary"]
    assert "And this." in " ".join(wrong.errors.values())
    if wrong.form is not None:  # shown again, by a platform that does not keep it open by itself
        form = wrong.form
        assert stage.filled(form) == FILLED
    assert await stage.sees(stage.ana) == before
    stage.says = HELLO
    right = await stage.sends(stage.ana, form, {**FILLED, "summary": "rig 4"})

    first, second = (each for each in stage.heard if isinstance(each, Submitted))
    assert (right.errors, right.form) == ({}, None)
    assert (second.form, second.context, second.place) == (first.form, first.context, first.place)
    assert second.values == {**FILLED, "summary": "rig 4"}
    assert first.delivery != second.delivery


@on_stage
async def test_nothing_typed_is_lost_where_the_form_is_not_kept_any_more(stage: Stage) -> None:
    form = await opened(stage, FORM)
    stage.kept.clear()
    stage.says = Errors({"summary": "Say which <rig>."})
    wrong = await stage.sends(stage.ana, form, {**FILLED, "tried": HOSTILE})

    assert wrong.taken
    assert wrong.form is None
    stays_open = "Say which <rig>." in wrong.errors.get("summary", "")
    assert stays_open or all(
        bare(each) in bare(wrong.told) for each in ("Say which <rig>.", "the rig is down", HOSTILE)
    )


@on_stage
async def test_a_form_filled_in_on_the_card_itself_is_the_same_as_in_its_own_window(stage: Stage) -> None:
    card = await posted(stage, in_a_message(stage, FORM))
    inset = stage.inset(card)
    if inset is None:
        return
    typed = {**AT_FIRST, "summary": HOSTILE, "level": "2"}
    assert {*stage.filled(inset)} == REQUIRED
    stage.says = Errors({"summary": "Say which <rig>.", "unknown": "And this."})
    wrong = await stage.sends(stage.ana, inset, typed)
    assert "Say which <rig>." in wrong.errors["summary"]
    assert "And this." in " ".join(wrong.errors.values())
    again = stage.inset(replace(card, shown=wrong.shown))
    assert stage.filled(again)["summary"] == HOSTILE
    stage.says = HELLO
    right = await stage.sends(stage.ana, again, typed)
    assert stage.inset(replace(card, shown=right.shown)) is None  # it is not sent twice
    assert await news(stage, "Hello, both of you") == (1, 0)
    window = await opened(stage, FORM)
    await stage.sends(stage.ana, window, typed)

    first, second, third = (each for each in stage.heard if isinstance(each, Submitted))
    for each in (first, second, third):
        assert (each.form, each.context, each.place, each.sender) == ("escalate", "p:7|é", stage.room, stage.ana)
        assert each.values == typed
    assert first.delivery != second.delivery


@on_stage
async def test_one_form_may_follow_another(stage: Stage) -> None:
    form = await opened(stage, FORM)
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
    assert (heard.sender, heard.place.tenant) == (stage.ana, stage.room.tenant)
    assert heard.place.kind in (
        PlaceKind.HOME,
        PlaceKind.DIRECT,
    )  # where it is a page of its own, or stands in the chat


@on_stage
async def test_a_redelivery_bears_the_same_id_and_another_act_another(stage: Stage) -> None:
    card = await posted(stage, Message(line("A card"), buttons=(Button("Go", "go", "1"),)))
    form = await opened(stage, FORM)
    stage.heard.clear()
    acts: tuple[Act, ...] = (
        lambda: stage.types(stage.ana, "status"),
        lambda: stage.presses(stage.ana, card, "Go"),
        lambda: stage.sends(stage.ana, form, FILLED),
        lambda: stage.speaks(stage.ana, "on it", thread=card.id, to_bot=not stage.platform.can.hears),
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
    form = await opened(stage, FORM)
    stage.heard.clear()
    stage.says = RuntimeError("the disk is full")
    acts: tuple[Act, ...] = (
        lambda: stage.types(stage.ana, "escalate", "x"),
        lambda: stage.sends(stage.ana, form, FILLED),
        lambda: stage.presses(stage.ana, card, "Go"),
        lambda: stage.speaks(stage.ana, "status", to_bot=True),
    )
    for act in acts:
        got = await act()
        told = "nothing was saved" in got.told and re.search(r"\b[0-9a-f]{8}\b", got.told)
        at_once = isinstance(stage.heard[-1], Submitted) or stage.heard[-1].reply is ReplyBy.RESPONSE
        assert told or not (got.taken or at_once)  # what was not taken is brought again
        assert "disk" not in got.told
        assert "Traceback" not in got.told
    assert len(stage.heard) == len(acts)


@on_stage
async def test_nothing_is_acknowledged_before_it_is_answered(stage: Stage) -> None:
    card = await posted(stage, Message(line("A card"), buttons=(Button("Go", "go"),)))
    form = await opened(stage, FORM)
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


async def parcels(stage: Stage) -> dict[Way, Parcel]:
    """One of each way that the platform has, after one of each kind that arrived."""
    can, to_ana = stage.platform.can, {"account": stage.ana.account}
    card = await stage.platform.deliver(stage.parcel(HELLO))
    await stage.platform.deliver(stage.parcel(HELLO, Way.DIRECT, **to_ana))
    one_of_each = {
        Way.POST: stage.parcel(Message(line("Posted"))),
        Way.EDIT: stage.parcel(Message(line("Edited")), Way.EDIT, message=card.message),
        Way.DIRECT: stage.parcel(Message(line("Directly")), Way.DIRECT, **to_ana),
        Way.PRIVATE: stage.parcel(Message(line("Quietly")), Way.PRIVATE, **to_ana),
        Way.HOME: stage.parcel(Message(line("Mine")), Way.HOME, **to_ana),
    }
    cannot = {way for way, able in ((Way.PRIVATE, can.private), (Way.HOME, can.home)) if not able}
    return {way: parcel for way, parcel in one_of_each.items() if way not in cannot}


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
    ana = {"account": stage.ana.account}
    page = await stage.platform.deliver(stage.parcel(Message(line("Old items")), Way.HOME, **ana))
    where = {"channel": page.channel, "message": page.message}  # as the outbox knows it from then on
    newer = await stage.platform.deliver(stage.parcel(Message(line("New items")), Way.HOME, **ana, **where))

    assert newer.channel == page.channel
    assert stage.words(await stage.home(stage.ana)) == ["New items"]
    assert await stage.home(stage.bo) is None
    assert await news(stage, "Old items") == (0, 0)
    assert await news(stage, "New items") in (
        (0, 0),
        (1, 0),
    )  # where it stands among the messages, it stands there once


@on_stage
async def test_a_reply_says_what_it_answers_where_there_is_no_thread_for_it(stage: Stage) -> None:
    assert stage.platform.can.quotes == bool(stage.chat)
    card = await stage.platform.deliver(stage.parcel(HELLO))
    title = line("Escalation 7: ", Text(HOSTILE))
    await stage.platform.deliver(stage.parcel(Message(line("On it")), thread=card.message, answers=title))
    assert await news(stage, f"Escalation 7: {HOSTILE}") == (0, 0)
    if stage.chat:
        asked = await stage.platform.deliver(stage.parcel(HELLO, channel=stage.chat))
        told = stage.parcel(Message(line("Done")), channel=stage.chat, thread=asked.message, answers=title)
        await stage.platform.deliver(told)
        answer = (await stage.sees(stage.bo))[-1]
        words = bare("".join(stage.words(answer.shown)))
        assert bare(f"Escalation 7: {HOSTILE}") in words
        assert "Done" in words
        assert answer.thread == ""


@on_stage
async def test_it_is_known_what_arrived_and_what_did_not(stage: Stage) -> None:
    parent = await stage.platform.deliver(stage.parcel(HELLO))
    for parcel in (
        stage.parcel(HELLO),
        stage.parcel(HELLO, thread=parent.message),
        stage.parcel(HELLO, Way.DIRECT, account=stage.ana.account),
    ):
        assert await stage.platform.find(parcel) is None
        sent = await stage.platform.deliver(parcel)
        assert await stage.platform.find(parcel) == (sent if stage.platform.can.finds else None)


@on_stage
async def test_a_channel_that_is_not_there_is_gone_for_good(stage: Stage) -> None:
    with pytest.raises(Never) as refused:
        await stage.platform.deliver(stage.parcel(HELLO, channel="CNOWHERE"))
    assert refused.value.gone
    assert await stage.platform.find(stage.parcel(HELLO, channel="CNOWHERE")) is None


@on_stage
async def test_a_card_that_is_no_longer_there_does_not_take_its_room_with_it(stage: Stage) -> None:
    outcome = await tried(stage, stage.parcel(HELLO, Way.EDIT, message="1900000000.000100"))
    assert not isinstance(outcome, Later)
    assert not (isinstance(outcome, Never) and outcome.gone)
    await stage.platform.deliver(stage.parcel(Message(line("Anew"))))
    assert await news(stage, "Anew") == (1, 1)


@on_stage
async def test_a_platform_that_asks_to_wait_is_asked_again_after_that_time(stage: Stage) -> None:
    for way, parcel in (await parcels(stage)).items():
        if await stage.goes_wrong(Trouble.BUSY, way):
            told = await tried(stage, parcel)
            assert isinstance(told, Later), way
            assert (told.after, told.unsure, told.whole) == (WAIT, False, True), way
            assert isinstance(await tried(stage, parcel), Sent), way


@on_stage
async def test_what_is_refused_is_never_taken_and_nothing_else_suffers(stage: Stage) -> None:
    for way, parcel in (await parcels(stage)).items():
        if way is not Way.PRIVATE and await stage.goes_wrong(Trouble.REFUSED, way):
            told = await tried(stage, parcel)
            assert isinstance(told, Never), way
            assert not told.gone, way
            assert isinstance(await tried(stage, parcel), Sent), way


@on_stage
async def test_a_lost_answer_leaves_doubt_and_nothing_is_tried_twice_by_the_platform(stage: Stage) -> None:
    for way, parcel in (await parcels(stage)).items():
        if way in (Way.POST, Way.DIRECT, Way.PRIVATE) and await stage.goes_wrong(Trouble.LOST, way):
            told = await tried(stage, parcel)
            assert isinstance(told, Later), way
            assert (told.after, told.unsure) == (None, True), way
            assert (await news(stage, plain(parcel.content.title)))[0] == 1, way


@on_stage
async def test_a_room_without_the_bot_is_gone(stage: Stage) -> None:
    assert await stage.goes_wrong(Trouble.GONE, Way.POST)
    told = await tried(stage, stage.parcel(HELLO))
    assert isinstance(told, Never)
    assert told.gone


@on_stage
async def test_a_platform_that_is_down_has_taken_nothing(stage: Stage) -> None:
    for way, parcel in (await parcels(stage)).items():
        if await stage.goes_wrong(Trouble.DOWN, way):
            told = await tried(stage, parcel)
            assert isinstance(told, Later), way
            assert (told.after, told.unsure, told.whole) == (None, False, True), way


# Its life ------------------------------------------------------------------------------------------------------------


@on_stage
async def test_a_closed_platform_takes_nothing_until_it_is_open_again(stage: Stage) -> None:
    await stage.platform.close()
    await stage.platform.close()
    assert not (await stage.types(stage.ana, "status")).taken
    assert stage.heard == []
    late = await tried(stage, stage.parcel(Message(line("Late"))))  # what is under way when everything stops
    assert isinstance(late, Sent) or (isinstance(late, Later) and not late.unsure)
    await stage.platform.open(stage.answer)
    assert (await stage.again()).taken
    assert len(stage.heard) == 1
    assert isinstance(await tried(stage, stage.parcel(HELLO)), Sent)


@on_stage
async def test_what_is_being_sent_arrives_though_the_platform_is_closed_meanwhile(stage: Stage) -> None:
    for way, parcel in (await parcels(stage)).items():
        if await stage.goes_wrong(Trouble.SLOW, way):
            sending = asyncio.ensure_future(tried(stage, parcel))
            await asyncio.sleep(SLOWLY / 3)
            await stage.platform.close()
            assert isinstance(await sending, Sent), way
            await stage.platform.open(stage.answer)


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
