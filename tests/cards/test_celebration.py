"""A celebration as people see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.cards import celebration as cards
from bot.cards import comment
from bot.cards.celebration import Draft, Reach, Shown
from bot.messages import Button, ManyField, Message, Note, Quote, TextField, Tone, in_words
from bot.words import Person, Text, line, plain

ANA = Person(1, "Ana Silva", "Northwind")
BO = Person(2, "Bo Chen", "Northwind")
JOAO = Person(3, "João Reis", "Southport")
WHY = "for closing <!channel> the *pilot*"
SHOWN = Shown(
    subject="celebration:7",
    number=3,
    giver=ANA,
    people=(JOAO, BO),
    why=WHY,
    given_at=datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
)


def labels(message: Message) -> list[str]:
    return [button.label for button in message.buttons if isinstance(button, Button)]


def test_the_card_says_who_celebrates_whom_and_why_in_the_words_of_the_giver() -> None:
    card = cards.card(SHOWN)
    assert plain(card.title) == "🎉 Ana Silva (Northwind) celebrates João Reis (Southport) and Bo Chen (Northwind)"
    assert card.body == (Quote(Text(WHY)),)
    assert card.tone is Tone.JOY


def test_the_applause_is_counted_on_its_button_once_there_is_some() -> None:
    assert labels(cards.card(SHOWN)) == ["👏", "Comment", "Edit", "Undo"]
    assert labels(cards.card(replace(SHOWN, claps=3)))[0] == "👏 3"


def test_a_milestone_and_an_edit_are_said_in_the_footer() -> None:
    assert "Milestone" not in plain(cards.card(SHOWN).footer)
    footer = plain(cards.card(replace(SHOWN, milestone=True, edited=True)).footer)
    assert footer == "Celebration 3 · Milestone · Mon 2 Nov 2026, 09:00 UTC · edited"


def test_a_whole_side_is_celebrated_by_its_name() -> None:
    card = cards.card(replace(SHOWN, people=(JOAO,), sides=("Northwind",)))
    assert plain(card.title).endswith("celebrates João Reis (Southport) and everybody at Northwind")


def test_who_is_celebrated_hears_where_it_is_shown() -> None:
    alone = replace(SHOWN, people=())
    assert plain(cards.to_receiver(alone, in_rooms=True, named=True).title).endswith("celebrates you")
    assert "show it too" in in_words(cards.to_receiver(alone, in_rooms=True, named=True))
    assert "without your name, as you chose" in in_words(cards.to_receiver(alone, in_rooms=True, named=False))
    assert "do not show it" in in_words(cards.to_receiver(alone, in_rooms=False, named=False))


def test_what_is_taken_back_says_so_and_nothing_of_what_it_said() -> None:
    card = cards.taken_back(3, ANA)
    assert plain(card.title) == "Celebration 3 was taken back by Ana Silva (Northwind)."
    assert card.tone is Tone.GREY
    assert not card.body
    assert not card.buttons


def test_the_giver_hears_where_it_went_and_can_change_or_undo_it() -> None:
    reply = cards.given(SHOWN, Reach(rooms=("Northwind", "Southport"), told=(JOAO, BO)))
    assert plain(reply.title).startswith("You celebrated João Reis (Southport) and Bo Chen (Northwind)")
    assert reply.fact("Shown in") == "Northwind’s room and Southport’s room"
    assert reply.fact("Told directly") == "João Reis (Southport) and Bo Chen (Northwind)"
    assert labels(reply) == ["Change", "Undo"]


def test_the_giver_hears_of_those_who_like_it_otherwise() -> None:
    said = in_words(cards.given(SHOWN, Reach(told=(BO,), discreet=(BO,), silent=(JOAO,))))
    assert "Bo Chen (Northwind) has chosen to be celebrated privately" in said
    assert "João Reis (Southport) prefers not to be celebrated here" in said
    assert "Shown in: no room" in said


def test_many_names_are_counted_and_not_listed() -> None:
    crowd = tuple(Person(number, f"P{number}") for number in range(30))
    told = cards.given(SHOWN, Reach(told=crowd)).fact("Told directly") or ""
    assert told.endswith("P6 and 23 others")


def test_the_form_keeps_what_is_known() -> None:
    form = cards.form("partnership:1", [("João Reis (Southport)", "3")], Draft(("3",), "x" * 2500, True, False))
    who, why, kind, shown = form.fields
    assert isinstance(who, ManyField)
    assert who.values == ("3",)
    assert isinstance(why, TextField)
    assert (why.value, why.least) == ("x" * 2000, 20)
    assert (getattr(kind, "value", ""), getattr(shown, "value", "")) == ("milestone", "private")


def test_a_comment_is_shown_with_its_author_and_as_it_was_written() -> None:
    assert in_words(comment.said(JOAO, "<b>well done</b>")) == "João Reis (Southport) says:\n> <b>well done</b>"
    about = cards.about(3, ANA)
    assert plain(comment.said(JOAO, "thanks", about).title).endswith(
        "says about celebration 3 by Ana Silva (Northwind):"
    )


def test_before_a_comment_is_written_its_author_reads_who_will_see_it() -> None:
    form = comment.form("celebration.comment", "celebration:7", line("To the rooms."))
    assert form.fields[0] == Note(line("To the rooms."))
    assert (form.name, form.context) == ("celebration.comment", "celebration:7")
