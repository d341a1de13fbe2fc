"""Where the answer to a press is shown."""

from __future__ import annotations

from dataclasses import replace

from bot.inbound import Place, Pressed, Profile
from bot.messages import Message, Shown
from bot.words import Account, line
from handlers.showing import in_its_place

SAID = Message(line("Nothing was set."))


def press(*, shows: bool) -> Pressed:
    bo = Profile(Account("teams", "T-SOUTH", "U-BO"), "Bo Chen")
    place = Place("teams", "T-SOUTH", "C-SOUTH")
    return Pressed(delivery="1", sender=bo, place=place, action="cadence.later", message="m", shows=shows)


def test_an_answer_takes_the_place_of_its_question_only_where_the_platform_shows_it() -> None:
    assert in_its_place(press(shows=True), SAID) == Shown(SAID)
    assert in_its_place(press(shows=False), SAID) is SAID


def test_an_answer_that_is_needed_for_longer_is_not_put_where_it_may_be_gone_tomorrow() -> None:
    lasting = replace(SAID, lasting=True)
    assert in_its_place(press(shows=True), lasting) is lasting
