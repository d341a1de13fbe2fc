"""What people type, fill in and press, and what is made up to look like it: always answered in words, always drawn within the limits."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import handlers
from bot.inbound import Heard, Inbound, Mention, Pressed, ReplyBy, Submitted, Typed, Words
from bot.messages import (
    Button,
    ChoiceField,
    Control,
    Errors,
    Form,
    ManyField,
    Menu,
    Message,
    Note,
    Nothing,
    Reply,
    Shown,
)
from bot.platforms.slack.draw import BLOCKS
from bot.platforms.slack.draw import draw as drawn_in_slack
from bot.platforms.slack.draw import fallback as told_in_slack
from bot.platforms.slack.form import draw_form as form_in_slack
from bot.platforms.teams.draw import draw as drawn_in_teams
from bot.platforms.teams.form import draw_form as form_in_teams
from bot.platforms.teams.sheet import size
from storage import Database
from tests.conftest import Clock
from tests.fuzz.nasty import LETTERS, letters, quick
from tests.house import HOMES, House, controls, pressed_value
from tests.platforms.slack.test_slack_drawing import keeps_the_limits

handlers.discover()

PEOPLE = ["ana", "ana", "joao", "bo", "olga", "mallory"]
NOUNS = ["partnership", "escalation", "celebration", "member", "morning", "cadence", "occurrence", "meeting", "report", "digest",
         "checkin", "blocker", "home", "nothing", ""]  # fmt: skip
NUMBERS = ["1", "2", "1", "0", "-1", "99999", "9" * 18, "9" * 30, "x", "", "1:2", "٣", "1 ", "1.0", "0x1", "²"]
COMMANDS = sorted(" ".join(path) for path in handlers.commands)
ACTIONS = sorted([*handlers.buttons, "ask.answer", "form.open"])
CARD_AT_MOST = 28 * 1024

subjects = st.builds("{}:{}".format, st.sampled_from(NOUNS), st.sampled_from(NUMBERS))
abouts = st.one_of(
    subjects, st.builds("{}|{}".format, subjects, st.one_of(letters, st.sampled_from(NUMBERS), subjects)), letters
)


@dataclass(frozen=True)
class Stage:
    """A partnership in which something has happened, every form that a command or a button opens, and every button's value."""

    file: Path
    forms: list[Form]
    presses: list[tuple[str, str]]


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    file = tmp_path_factory.mktemp("people") / "stage.db"
    shutil.copy(sqlite_template, file)
    with open_house(file) as house:
        house.begun()
        house.types("ana", "/escalate the test rig is down !high")
        house.types("bo", "/celebrate @ana for turning the rig round in one night")
        house.types("ana", "/checkin done: the rig next: the report blockers: a spare part")
        house.types("ana", "/partnership cadence standup every weekday at 9:30")
        house.types("ana", "/partnership cadence digest every friday at 16:00")
        house.types("bo", "/partnership meeting")
        house.time_passes(days=2)
        said = [house.types(who, f"/{typed}") for typed in COMMANDS for who in ("ana", "joao")]
        messages = [each for each in said if isinstance(each, Message)] + told(house)
        pressed = {pressed_value(each, _first(each)) for message in messages for each in controls(message)}
        said += [house.acts("ana", action, value) for action, value in sorted(pressed) if opens(messages, action)]
    forms = {each.name + each.context: each for each in said if isinstance(each, Form)}
    return Stage(file, [forms[name] for name in sorted(forms)], sorted(pressed))


def told(house: House) -> list[Message]:
    """Everything that stands anywhere."""
    rooms = [message for chat in house.chats.values() for there in chat.contents.values() for message in there.values()]
    return rooms + [message for chat in house.chats.values() for there in chat.whispers.values() for message in there]


def opens(messages: list[Message], action: str) -> bool:
    found = (each for message in messages for each in controls(message))
    return any(isinstance(each, Button) and each.opens and each.action == action for each in found)


def _first(control: Control) -> str:
    return control.options[0].label if isinstance(control, Menu) else ""


@contextmanager
def open_house(file: Path) -> Iterator[House]:
    database, clock = Database(f"sqlite:///{file}"), Clock()
    clock.passes(days=2)
    house = House(database, clock)
    try:
        yield house
    finally:
        house.close()
        database.close()


def answered(stage: Stage, arrival: Inbound) -> None:
    """Have it answered in a house of its own, and look at all that comes of it as both products show it."""
    file = stage.file.with_name("one.db")
    shutil.copy(stage.file, file)
    with open_house(file) as house:
        reply = house.does(arrival)
        shown(reply)
        if isinstance(reply, Form):
            reply = house.does(_sent(arrival, reply, {}))
            shown(reply)
        for message in told(house):
            shown(message)


def shown(reply: Reply) -> None:
    match reply:
        case Message() as message:
            keeps_the_limits(drawn_in_slack(message, "T-NORTH"), BLOCKS)
            assert 0 < len(told_in_slack(message)) <= 15_000
            assert size(drawn_in_teams(message, "T-SOUTH")) <= CARD_AT_MOST
        case Form() as form:
            view = form_in_slack(form, HOMES["north"])
            keeps_the_limits(view["blocks"], 100)
            assert len(view["private_metadata"]) <= 3000
            assert size(form_in_teams(form, "T-SOUTH")) <= CARD_AT_MOST
        case Shown(card=card):
            shown(card)
        case Errors(fields=fields):
            assert fields
            assert all(words.strip() for words in fields.values())
        case Nothing():
            pass


def _who(name: str, where: str) -> dict[str, Any]:
    house = House.__new__(House)  # only for its characters
    place = House.place(house, name, where or None)
    return {"sender": House.profile(house, name), "place": place, "delivery": "d-1"}


def _sent(arrival: Inbound, form: Form, values: dict[str, Any]) -> Submitted:
    held: dict[str, Any] = {}
    for each in form.fields:
        match each:
            case Note():
                pass
            case ManyField():
                held[each.id] = each.values
            case ChoiceField():
                held[each.id] = each.value or (each.options[0].value if each.options else "")
            case _:
                held[each.id] = getattr(each, "value", "")
    return Submitted(
        delivery="d-2",
        sender=arrival.sender,
        place=arrival.place,
        form=form.name,
        context=form.context,
        values=held | values,
    )


@st.composite
def words(draw: st.DrawFn) -> Words:
    """A few pieces of what people type, some of them people who were picked."""
    house = House.__new__(House)
    piece = st.one_of(
        letters,
        letters,
        st.sampled_from(
            [
                "1",
                "#1",
                "by friday",
                "!high",
                "to level 2",
                "for the pilot",
                "every tuesday at 9",
                "A",
                "on",
                "off",
                "a",
                "b",
                "Europe/Berlin",
            ]
        ),
        st.sampled_from(["ana", "bo", "mallory"]).map(lambda who: Mention(House.profile(house, who))),
    )
    return tuple(
        each if isinstance(each, Mention) else f"{each} " for each in draw(st.lists(piece, min_size=0, max_size=4))
    )


where = st.sampled_from(["", "", "", "direct", "hall", "attic"])


@quick(40)
@given(
    typed=st.sampled_from(COMMANDS), rest=words(), who=st.sampled_from(PEOPLE), where=where, by=st.sampled_from(ReplyBy)
)
def test_every_command_answers_whatever_is_typed_behind_it(
    stage: Stage, typed: str, rest: Words, who: str, where: str, by: ReplyBy
) -> None:
    command, _, below = typed.partition(" ")
    first, *others = rest or ("",)
    said = (f"{below} {first}", *others) if isinstance(first, str) else (f"{below} ", first, *others)
    answered(stage, Typed(command=command, words=said, reply=by, opens=by is ReplyBy.RESPONSE, **_who(who, where)))


@quick(12)
@given(
    command=letters, rest=words(), who=st.sampled_from(PEOPLE), where=where, thread=st.sampled_from(["", "1", "\x00"])
)
def test_what_is_no_command_is_answered_too(
    stage: Stage, command: str, rest: Words, who: str, where: str, thread: str
) -> None:
    answered(stage, Typed(command=command, words=rest, thread=thread, **_who(who, where)))


@quick(8)
@given(said=words(), who=st.sampled_from(PEOPLE), thread=st.sampled_from(["1", "2", "3", "x", ""]))
def test_whatever_is_said_in_a_thread_is_heard(stage: Stage, said: Words, who: str, thread: str) -> None:
    answered(stage, Heard(words=said, thread=thread, message="77", **_who(who, "")))


@quick(35)
@given(data=st.data(), who=st.sampled_from(PEOPLE), where=where)
def test_every_form_answers_whatever_is_put_into_it(stage: Stage, data: st.DataObject, who: str, where: str) -> None:
    form = data.draw(st.sampled_from(stage.forms))
    values: dict[str, Any] = {}
    for each in form.fields:
        if isinstance(each, Note) or data.draw(st.integers(0, 3)) == 0:
            continue
        kind = st.one_of(letters, st.lists(letters, max_size=3).map(tuple), st.just(tuple(map(str, range(3_000)))))
        if isinstance(each, ChoiceField | ManyField) and each.options and data.draw(st.booleans()):
            kind = st.sampled_from(each.options).map(lambda option: option.value)
        values[each.id] = data.draw(kind)
    values |= data.draw(st.sampled_from([{}, {}, {"unknown": "x"}, {"": ""}]))
    sent = _sent(Typed(command="", **_who(who, where)), form, values)
    if data.draw(st.integers(0, 3)) == 0:
        sent = partial(Submitted, form=sent.form, values={}, context=data.draw(abouts))(**_who(who, where))
    answered(stage, sent)


@quick(15)
@given(
    form=st.one_of(st.sampled_from(sorted(handlers.forms)), letters),
    context=abouts,
    who=st.sampled_from(PEOPLE),
    values=st.dictionaries(letters, st.one_of(letters, st.just(("1", "2"))), max_size=3),
)
def test_a_form_that_was_made_up_is_answered(
    stage: Stage, form: str, context: str, who: str, values: dict[str, Any]
) -> None:
    answered(stage, Submitted(form=form, context=context, values=values, key=context, **_who(who, "")))


@quick(40)
@given(data=st.data(), who=st.sampled_from(PEOPLE), where=where, shows=st.booleans())
def test_a_button_that_was_made_up_is_answered(
    stage: Stage, data: st.DataObject, who: str, where: str, shows: bool
) -> None:
    action, value = data.draw(st.sampled_from(stage.presses))
    match data.draw(st.sampled_from(["bent", "bent", "another's", "forged", "unknown"])):
        case "bent":
            at = data.draw(st.integers(0, len(value)))
            piece = data.draw(st.text(alphabet="0123456789,.;:=|abinouts-x²\x00", max_size=6))
            value = value[:at] + piece + value[at + data.draw(st.integers(0, 8)) :]
        case "another's":
            _, value = data.draw(st.sampled_from(stage.presses))
        case "forged":
            action, value = data.draw(st.sampled_from(ACTIONS)), data.draw(abouts)
        case _:
            action, value = data.draw(letters), data.draw(abouts)
    answered(stage, Pressed(action=action, value=value, message="1", shows=shows, **_who(who, where)))


@pytest.mark.parametrize("said", LETTERS, ids=range(len(LETTERS)))
def test_what_is_shown_of_anybodys_words_is_within_the_limits(stage: Stage, said: str) -> None:
    for command in ("escalate", "celebrate", "checkin")[LETTERS.index(said) % 3 :][:1]:
        bo = House.words(House.__new__(House), "@bo for ") if command == "celebrate" else ()
        answered(stage, Typed(command=command, words=(*bo, f" {said} twenty letters and more"), **_who("ana", "")))
