"""While one platform is down the other goes on, and each card says what has not arrived yet."""

from __future__ import annotations

from dataclasses import replace

from bot.inbound import Gone, Joined, Opened, Profile, ReplyBy, Typed
from bot.messages import in_words
from bot.port import Later, Never, Parcel, Way
from bot.words import Account
from tests.fakes.recorder import EVERYTHING
from tests.house import House, said

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


def refuses(parcel: Parcel) -> None:
    raise Never("Bellwether may not write there", gone=True)


def test_a_card_says_where_it_could_not_be_delivered_and_comes_there_when_something_changes(house: House) -> None:
    house.chats["teams"].goes_wrong = refuses
    house.types("ana", "/escalate the rig is down")
    house.delivers()
    assert "⚠ This could not be delivered to Contoso (Microsoft Teams). Both shepherds know." in north(house)

    house.chats["teams"].goes_wrong = up
    house.presses("ana", "Raise level")
    assert "Level 2" in in_words(house.room("south").latest)
    assert "⚠" not in north(house)


def test_when_the_bot_is_let_in_again_what_could_not_be_delivered_comes(house: House) -> None:
    house.chats["teams"].goes_wrong = refuses
    house.types("ana", "/escalate the rig is down")
    house.delivers()
    house.chats["teams"].goes_wrong = up
    place = house.place("bo", None)
    bot = Profile(Account("teams", "T-SOUTH", "BOT"), "Bellwether", bot=True)
    house.does(Joined(delivery="j1", sender=bot, place=place))

    assert [in_words(post).count("the rig is down") for post in house.room("south").posts] == [1]
    assert "⚠" not in north(house)


def test_what_is_said_about_it_meanwhile_comes_with_the_card(house: House) -> None:
    house.chats["teams"].goes_wrong = refuses
    house.types("ana", "/escalate the rig is down")
    house.delivers()
    house.says("ana", "the spare one, too")
    house.delivers()
    assert house.room("south").all == {}

    house.chats["teams"].goes_wrong = up
    house.presses("ana", "Raise level")
    house.delivers()
    assert "the rig is down" in in_words(house.room("south").latest)
    assert ["the spare one, too" in each for each in house.room("south").thread] == [True, False]


def test_who_cannot_be_written_to_is_known_so_and_gets_what_waited_once_they_write_themselves(house: House) -> None:
    def not_priya(parcel: Parcel) -> None:
        if parcel.way is Way.DIRECT and parcel.account and parcel.account.user == "U-PRIYA":
            refuses(parcel)

    house.chats["teams"].goes_wrong = not_priya
    house.types("joao", "/celebrate @priya for finding the spare part on a Sunday")
    house.delivers()
    assert "cannot be messaged" in said(house.types("ana", "/partnership members"))

    house.chats["teams"].goes_wrong = up
    house.types("priya", "help", "direct")
    assert "spare part" in "\n".join(in_words(each) for each in house.direct("priya").posts)
    assert "cannot be messaged" not in said(house.types("ana", "/partnership members"))


def test_where_nothing_can_be_looked_for_what_may_have_arrived_is_sent_three_times_at_most(house: House) -> None:
    chat = house.chats["teams"]
    chat.can = replace(EVERYTHING, finds=False)

    def lost(parcel: Parcel) -> None:
        raise Later("no answer", unsure=True)

    chat.goes_wrong_after = lost
    house.types("ana", "/escalate the rig is down")
    pass_some(house)
    pass_some(house)
    posted = [each for each in chat.taken if each.channel == "C-SOUTH" and each.way is Way.POST]
    assert len(posted) == 3
    assert len({each.token for each in posted}) == 1


def test_who_took_the_app_out_of_their_own_chat_cannot_be_written_to_until_they_come_back(house: House) -> None:
    place = house.place("priya", "direct")
    house.does(Gone(delivery="g1", sender=house.profile("priya"), place=place))
    assert "cannot be messaged" in said(house.types("ana", "/partnership members"))
    house.does(Opened(delivery="o1", sender=house.profile("priya"), place=place))
    assert "cannot be messaged" not in said(house.types("ana", "/partnership members"))
