"""While one platform is down the other goes on, and each card says what has not arrived yet."""

from __future__ import annotations

from dataclasses import replace

from bot.inbound import ReplyBy, Typed
from bot.messages import in_words
from bot.port import Later, Never, Parcel
from tests.fakes.recorder import EVERYTHING
from tests.house import House

NOT_YET = "⏳ This has not reached Contoso (Microsoft Teams) yet. Bellwether goes on trying."


def down(parcel: Parcel) -> None:
    raise Later("Teams cannot be reached")


def up(parcel: Parcel) -> None:
    """Nothing goes wrong."""


def pass_some(house: House) -> None:
    """Half an hour, in which everything is tried again several times."""
    for _ in range(6):
        house.time_passes(minutes=5)


def north(house: House) -> str:
    return in_words(house.room("north").latest)


def test_a_card_says_where_it_has_not_arrived_and_stops_saying_so_when_it_has(house: House) -> None:
    house.chats["teams"].goes_wrong = down
    house.types("ana", "/escalate the rig is down")
    house.delivers()
    assert NOT_YET not in north(house)  # a blink is not worth a word

    pass_some(house)
    assert NOT_YET in north(house)
    assert house.room("south").posts == []

    house.chats["teams"].goes_wrong = up
    pass_some(house)
    assert "the rig is down" in in_words(house.room("south").latest)
    assert NOT_YET not in north(house)


def test_what_is_said_after_the_other_platform_went_down_says_so_at_once(house: House) -> None:
    house.chats["teams"].goes_wrong = down
    house.types("ana", "/escalate the rig is down")
    pass_some(house)
    house.types("joao", "/celebrate @nora for keeping calm while the rig was down")
    house.delivers()

    assert "keeping calm" in north(house)
    assert NOT_YET in north(house)

    house.chats["teams"].goes_wrong = up
    pass_some(house)
    assert "keeping calm" in in_words(house.room("south").latest)
    assert all(NOT_YET not in in_words(post) for post in house.room("north").posts)


def test_a_change_that_did_not_arrive_is_said_too_and_the_card_there_does_not_say_it_of_itself(house: House) -> None:
    house.types("ana", "/escalate the rig is down")
    house.delivers()
    house.chats["teams"].goes_wrong = down
    house.presses("ana", "Raise level")
    pass_some(house)
    assert NOT_YET in north(house)
    assert "Level 1" in in_words(house.room("south").latest)

    house.chats["teams"].goes_wrong = up
    pass_some(house)
    assert "Level 2" in in_words(house.room("south").latest)
    assert NOT_YET not in north(house)
    assert "⏳" not in in_words(house.room("south").latest)


def test_what_will_never_arrive_is_no_longer_promised(house: House) -> None:
    house.chats["teams"].goes_wrong = down
    house.types("ana", "/escalate the rig is down")
    pass_some(house)
    assert NOT_YET in north(house)

    def gone(parcel: Parcel) -> None:
        raise Never("the channel is gone", gone=True)

    house.chats["teams"].goes_wrong = gone
    pass_some(house)
    assert "goes on trying" not in north(house)
    assert "could not be delivered to #south" in "\n".join(in_words(each) for each in house.direct("ana").posts)


def test_what_waits_behind_a_private_answer_that_fails_is_said_too(house: House) -> None:
    def blink(parcel: Parcel) -> None:
        down(parcel)

    house.chats["teams"].goes_wrong = blink
    house.chats["teams"].can = replace(EVERYTHING, forms_from_commands=False)
    house.does(
        Typed(
            delivery="t1", sender=house.profile("bo"), place=house.place("bo", None), reply=ReplyBy.MESSAGE, opens=False,
            command="escalate", words=("the rig is down",),
        )
    )  # fmt: skip
    pass_some(house)
    assert NOT_YET in north(house)


def test_what_is_said_between_two_tries_does_not_keep_its_word_of_it_after_it_arrived(house: House) -> None:
    house.chats["teams"].goes_wrong = down
    house.types("ana", "/escalate the rig is down")
    house.time_passes(seconds=2)
    house.time_passes(seconds=10)
    house.types("ana", "/escalate the second rig is down too")
    house.delivers()
    assert NOT_YET in north(house)

    house.chats["teams"].goes_wrong = up
    for _ in range(30):
        house.time_passes(seconds=2)
    assert len(house.room("south").posts) == 2
    assert [NOT_YET in in_words(post) for post in house.room("north").posts] == [False, False]


def test_what_began_in_the_first_seconds_of_an_outage_is_said_as_well(house: House) -> None:
    house.chats["teams"].goes_wrong = down
    house.types("ana", "/escalate the rig is down")
    house.types("ana", "/escalate the second rig is down too")
    for _ in range(10):
        house.time_passes(seconds=3)
    assert [NOT_YET in in_words(post) for post in house.room("north").posts] == [True, True]
