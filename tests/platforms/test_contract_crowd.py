"""What every chat platform keeps when too much is at the door: who is turned away hears so in time, and loses nothing."""

from __future__ import annotations

import re

from bot.inbound import Typed
from bot.messages import Button, Form, Message, TextField
from bot.port import Busy
from bot.words import Text, line
from tests.platforms.contract import Got, Stage, bare, news, on_stage, opened, posted

WORDS = (
    "the rig & its <spare> *both* 🧨 are down " + "since Monday morning " * 550
)  # more than one text of a card holds
FORM = Form("escalate", "Raise a concern", (TextField("summary", "What is wrong?", most=3000, lines=True),))


async def screen(stage: Stage, got: Got) -> str:
    """Everything that Ana sees, in messages and in what came back at once."""
    seen = [each.spoken + "".join(stage.words(each.shown)) for each in await stage.sees(stage.ana)]
    drawn = [each for shown in (got.form, got.shown) if shown is not None for each in stage.words(shown)]
    return bare("".join([got.told, *seen, *drawn]))


def letters(words: str) -> str:
    """Without what marks a quotation."""
    return re.sub(r"[\s>“”]", "", words)


def turned_away(got: Got, on_screen: str) -> bool:
    """Whether it was said that it was not taken; where it was not taken, the platform says so itself."""
    return not got.taken or "couldnottake" in on_screen or "notsent" in on_screen


@on_stage
async def test_who_is_turned_away_hears_so_and_has_all_their_words_to_send_again(stage: Stage) -> None:
    stage.says = Busy()
    got = await stage.types(stage.ana, "escalate", WORDS)

    seen = await screen(stage, got)
    assert turned_away(got, seen)
    assert not got.taken or letters(WORDS) in letters(seen)
    assert await news(stage, "could not take") in [(0, 0), (1, 0)]


@on_stage
async def test_what_was_turned_away_is_taken_when_it_comes_again(stage: Stage) -> None:
    stage.says = Busy()
    await stage.speaks(stage.ana, "escalate ", WORDS[:100], to_bot=True)
    stage.says = Message(line("It is raised."))
    await stage.again()

    first, again = stage.heard
    assert isinstance(again, Typed)
    assert first == again
    assert await news(stage, "It is raised.") == (1, 0)


@on_stage
async def test_what_was_said_to_the_bot_is_brought_again_or_given_back(stage: Stage) -> None:
    stage.says = Busy()
    for where in ({"to_bot": True}, {"directly": True}):
        got = await stage.speaks(stage.ana, "escalate the rig ", stage.bo, " is down", **where)
        assert not got.taken or bare("the rig @Bo Chen is down") in await screen(stage, got)
    assert (await news(stage, "the rig @Bo Chen is down"))[1] == 0


@on_stage
async def test_a_form_that_was_turned_away_keeps_what_was_typed_into_it(stage: Stage) -> None:
    form = await opened(stage, FORM)
    typed = WORDS[:2900]
    stage.says = Busy()
    got = await stage.sends(stage.ana, form, {"summary": typed})

    seen = await screen(stage, got)
    assert turned_away(got, seen)
    assert not got.taken or got.errors or bare(typed) in seen


@on_stage
async def test_a_button_that_did_nothing_says_so_to_whoever_pressed_it_alone(stage: Stage) -> None:
    card = await posted(
        stage, Message(line("A card"), buttons=(Button("Go", "go"), Button("Open", "open", opens=True)))
    )
    stage.says = Busy()
    for times, label in enumerate(("Go", "Open"), start=1):
        got = await stage.presses(stage.ana, card, label)
        assert turned_away(got, await screen(stage, got))
        assert (await news(stage, "could not take")) in [(0, 0), (times, 0)]
    stage.says = Message(line("Gone."), (), buttons=())
    await stage.again()
    assert len(stage.heard) == 3
    assert stage.heard[1] == stage.heard[2]


@on_stage
async def test_what_nobody_said_is_brought_again(stage: Stage) -> None:
    stage.says = Busy()
    got = await stage.comes_home(stage.ana)

    assert not got.taken or not stage.heard
    assert await news(stage, Text("could not take").value) == (0, 0)
