"""What is said in the thread of a card: a comment that reaches the other room, unless it is a command."""

from __future__ import annotations

import pytest
from sqlmodel import Session, SQLModel

from bot.inbound import Heard, Mention, ReplyBy, Typed
from bot.messages import Message, Nothing, Reply, in_words
from bot.words import plain
from tests.handlers.escalating import cards, words
from tests.house import House


def mentions(house: House, who: str, text: str, *, thread: str, reply: ReplyBy = ReplyBy.MESSAGE) -> Reply:
    """`@Bellwether …` in a thread, as a platform reads it: the first word as the command, if it is letters."""
    spoken = house.words(text)
    first = spoken[0] if isinstance(spoken[0], str) else ""
    command, _, rest = first.partition(" ")
    return house.does(
        Typed(
            delivery=f"mention-{next(house.count)}",
            sender=house.profile(who),
            place=house.place(who, None),
            reply=reply,
            thread=thread,
            command=command,
            words=((rest,) if rest else ()) + (spoken[1:] if first else spoken),
        )
    )


def everything_kept(house: House) -> str:
    """Every value of every row there is."""

    def read(session: Session) -> str:
        return "\n".join(
            str(tuple(row))
            for table in SQLModel.metadata.sorted_tables
            for row in session.connection().execute(table.select())
        )

    return house.database.run(read)


def test_a_mention_in_a_cards_thread_that_is_no_command_is_a_comment_for_the_other_room(house: House) -> None:
    house.types("joao", "/escalate the test rig is down")
    before = house.room("north").thread, house.room("south").thread
    assert mentions(house, "joao", "we tried the spare *too*", thread=house.room("north").latest_id) == Nothing()

    assert house.room("north").thread == before[0]
    (comment,) = [each for each in house.room("south").thread if each not in before[1]]
    assert comment == "João Silva (Northwind) says:\n> we tried the spare *too*"
    assert len(cards(house, "north")) == len(cards(house, "south")) == 1


def test_a_comment_that_begins_with_a_person_keeps_their_name(house: House) -> None:
    house.types("joao", "/celebrate @bo for closing the pilot two days early")
    mentions(house, "ana", "@bo well done", thread=house.room("north").latest_id)

    assert house.room("south").thread[-1] == "Ana Ruiz (Northwind) says:\n> @Bo Chen well done"


def test_a_comment_from_either_room_reaches_the_other(house: House) -> None:
    house.types("joao", "/escalate the test rig is down")
    for who, room, other in (("ana", "north", "south"), ("sam", "south", "north")):
        mentions(house, who, f"greetings to {other}", thread=house.room(room).latest_id)
        assert house.room(other).thread[-1].endswith(f"> greetings to {other}")
        assert not any(f"greetings to {other}" in each for each in house.room(room).thread)


@pytest.mark.parametrize("text", ["escalate the network is down as well", "ESCALATE the network is down as well"])
def test_a_mention_with_a_command_in_a_thread_is_the_command(house: House, text: str) -> None:
    house.types("joao", "/escalate the test rig is down")
    before = house.room("south").thread
    mentions(house, "joao", text, thread=house.room("north").latest_id)

    assert "the network is down as well" in words(cards(house, "south", 2)[0])
    assert house.room("south").thread == before


def test_a_command_in_a_thread_is_answered_to_whoever_gave_it(house: House) -> None:
    house.types("joao", "/escalate the test rig is down")
    before = house.room("south").thread
    mentions(house, "joao", "partnership status", thread=house.room("north").latest_id)

    assert "Apollo" in in_words(house.whispers("joao")[-1])
    assert house.room("south").thread == before


def test_a_mention_in_a_thread_that_is_no_card_is_not_carried_and_gets_help(house: House) -> None:
    house.types("joao", "/escalate the test rig is down")
    before = house.room("south").thread
    assert mentions(house, "joao", "zebra crossing at noon", thread="of-others", reply=ReplyBy.RESPONSE) != Nothing()

    assert house.room("south").thread == before
    assert "zebra" not in everything_kept(house)


def test_what_is_said_in_a_thread_that_is_not_ours_leaves_nothing_behind(house: House) -> None:
    before = everything_kept(house)
    reply = house.does(
        Heard(
            delivery="heard-elsewhere",
            sender=house.profile("mallory"),
            place=house.place("mallory", None),
            reply=ReplyBy.MESSAGE,
            thread="of-others",
            words=("zebra crossing at ", Mention(house.profile("ana"))),
            message="m-1",
        )
    )

    after = everything_kept(house)
    assert reply == Nothing()
    assert set(after.splitlines()) - set(before.splitlines()) == {
        each for each in after.splitlines() if "heard-elsewhere" in each
    }
    for trace in ("Mallory", "U-MALLORY", "zebra"):
        assert trace not in after
    assert house.whispers("mallory") == house.direct("mallory").posts == []


def test_a_reply_in_a_cards_thread_is_on_its_timeline_with_its_author(house: House) -> None:
    house.types("joao", "/escalate the test rig is down")
    mentions(house, "sam", "on my way", thread=house.room("south").latest_id)
    timeline = house.presses("ana", "Timeline")

    assert isinstance(timeline, Message)
    assert plain(timeline.title)
    assert "Sam Lee (Contoso) commented · via Teams" in in_words(timeline)


def test_a_bare_subcommand_in_a_thread_that_is_no_cards_is_understood(house: House) -> None:
    mentions(house, "joao", "status", thread="a post of somebody's")
    assert words(house.whispers("joao")[-1]).startswith("Apollo")
