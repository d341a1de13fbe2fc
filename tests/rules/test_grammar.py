from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.inbound import Mention, Profile, Words
from bot.rules.grammar import Cheer, Wish, celebration_wish, cut, escalation_wish, nearest, text_of, tidy
from bot.words import Account


def person(name: str) -> Mention:
    return Mention(Profile(Account("slack", "T1", f"U{name}"), name))


ANA, JOAO = person("Ana"), person("João")


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        (("the rig is down",), Wish("the rig is down")),
        (("test rig down by friday noon",), Wish("test rig down", by="friday noon")),
        (("blocked by procurement",), Wish("blocked by procurement")),
        (("blocked by procurement by friday",), Wish("blocked by procurement", by="friday")),
        (("blocked by 3 vendors",), Wish("blocked by 3 vendors")),
        (("blocked by the vendor on friday",), Wish("blocked by the vendor on friday")),
        (("delayed by Anna",), Wish("delayed by Anna")),
        (("decide by may",), Wish("decide", by="may")),
        (("decide by 2027-12-01 14:00",), Wish("decide", by="2027-12-01 14:00")),
        (("decide by 3. Dezember",), Wish("decide", by="3. Dezember")),
        (("we need access to the server",), Wish("we need access to the server")),
        (("no answer to level",), Wish("no answer to level")),
        (("no answer to level 2",), Wish("no answer", to=2)),
        (("no answer to Level2",), Wish("no answer", to=2)),
        (("no answer to L3",), Wish("no answer", to=3)),
        (("no answer to the leaders",), Wish("no answer", to=2)),
        (("no answer to leaders",), Wish("no answer", to=2)),
        (("it was raised to level 2 yesterday",), Wish("it was raised to level 2 yesterday")),
        (("to level 2 the rig is down",), Wish("the rig is down", to=2)),
        (("rig down to ", ANA), Wish("rig down", to=ANA)),
        (("handed to ", ANA, " and lost"), Wish("handed to @Ana and lost")),
        (("rig down by friday to level 2 !high",), Wish("rig down", by="friday", to=2, high=True)),
        (("rig down to level 2 by friday",), Wish("rig down", by="friday", to=2)),
        (("!high rig down to ", JOAO, " by tomorrow at 9"), Wish("rig down", by="tomorrow at 9", to=JOAO, high=True)),
        (("!HIGH rig down",), Wish("rig down", high=True)),
        (("the !higher one",), Wish("the !higher one")),
        (("waiting for ", ANA, " since monday"), Wish("waiting for @Ana since monday")),
        (("blocked by ", ANA), Wish("blocked by @Ana")),
        (("first line\nsecond line by eod",), Wish("first line\nsecond line", by="eod")),
        (("by friday",), Wish("", by="friday")),
        (("",), Wish("")),
        ((), Wish("")),
    ],
)
def test_an_escalation_keeps_its_sentence_and_gives_up_only_its_clauses(typed: Words, wish: Wish) -> None:
    assert escalation_wish(typed) == wish


@pytest.mark.parametrize(
    ("typed", "cheer"),
    [
        ((ANA, " ", JOAO, " for closing the pilot"), Cheer((ANA, JOAO), (), "closing the pilot")),
        ((ANA, " and ", JOAO, ": for closing"), Cheer((ANA, JOAO), (), "closing")),
        ((ANA, " closed the pilot"), Cheer((ANA,), (), "closed the pilot")),
        (("thanks ", ANA, " for the night shift"), Cheer((ANA,), (), "thanks @Ana for the night shift")),
        ((ANA, " for helping ", JOAO, " out"), Cheer((ANA,), (), "helping @João out")),
        (("@ana @joão for closing",), Cheer((), ("ana", "joão"), "closing")),
        ((ANA, " ", ANA, " for closing"), Cheer((ANA,), (), "closing")),
        ((ANA, " for closing for milestone Pilot live"), Cheer((ANA,), (), "closing", milestone="Pilot live")),
        ((ANA, " for the milestone: Pilot live"), Cheer((ANA,), (), "", milestone="Pilot live")),
        ((ANA, " for closing the pilot for good"), Cheer((ANA,), (), "closing the pilot for good")),
        ((ANA, " !private for closing"), Cheer((ANA,), (), "closing", private=True)),
        (("+1 to everybody",), Cheer((), (), "+1 to everybody")),
        (("write to a@b.example",), Cheer((), (), "write to a@b.example")),
        ((), Cheer((), (), "")),
    ],
)
def test_a_celebration_says_who_and_why(typed: Words, cheer: Cheer) -> None:
    assert celebration_wish(typed) == cheer


def test_people_in_a_text_are_written_with_their_names() -> None:
    assert text_of(("  ask ", ANA, " or ", JOAO, "\n")) == "ask @Ana or @João"


def test_the_name_of_a_subcommand_can_be_left_out() -> None:
    assert cut(("side  zone Europe/Berlin",), 2) == ("Europe/Berlin",)
    assert cut(("add ", ANA, " to us"), 1) == (ANA, " to us")
    assert cut(("add ", ANA, " to us"), 2) == ("to us",)
    assert cut(("status",), 1) == ()
    assert cut(("status",), 3) == ()
    assert cut(("a  b",), 0) == ("a  b",)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  a \n b  ", "a \n b"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x00\x07\x1b[1mb\x7f", "a[1mb"),
        ("\ud800x", "x"),
        ("café 👩‍👩‍👧 \u200fשלום", "café 👩‍👩‍👧 \u200fשלום"),
        ("a\tb", "a\tb"),
    ],
)
def test_text_keeps_everything_that_can_be_seen(typed: str, kept: str) -> None:
    assert tidy(typed) == kept


def test_a_slip_gets_the_nearest_word() -> None:
    known = ("escalate", "celebrate", "checkin", "reflect", "partnership")
    assert nearest("esclate", known) == "escalate"
    assert nearest("Celebrat", known) == "celebrate"
    assert nearest("xyzzy", known) is None
    assert nearest("", known) is None


PIECES = st.lists(
    st.one_of(
        st.text(),
        st.sampled_from(
            [
                "by ",
                " to ",
                "level 2",
                "!high ",
                "!private",
                " for ",
                "friday",
                "\n",
                "@ana ",
                "milestone ",
                "by 3",
                "\x020\x03",
            ]
        ),
        st.sampled_from([ANA, JOAO]),
    )
).map(tuple)


@settings(max_examples=150, deadline=None)
@given(PIECES)
def test_whatever_is_typed_is_taken(words: Words) -> None:
    wish, cheer = escalation_wish(words), celebration_wish(words)
    for text in (wish.text, wish.by or "", cheer.why, cheer.milestone or "", text_of(words)):
        assert text == tidy(text)
        assert "\x02" not in text
    assert text_of(cut(words, 0)) == text_of(words)
    assert not text_of(cut(words, len(text_of(words)) + 1))


@pytest.mark.parametrize(
    "piece", ["a", "by ", "to ", "@", "@a ", "!high ", " ", "for ", "by by ", "\n", "9", "and", "@."]
)
def test_forty_thousand_letters_are_taken_at_once(piece: str) -> None:
    words = (piece * (40_000 // len(piece)), ANA, "!")
    begin = perf_counter()
    escalation_wish(words)
    celebration_wish(words)
    assert perf_counter() - begin < 1


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("rig down to @priya", Wish("rig down", to="priya")),
        ("rig down to @Priya Rao.", Wish("rig down", to="Priya Rao")),
        ("rig down to @priya by friday !high", Wish("rig down", by="friday", to="priya", high=True)),
        ("rig down by friday to @priya", Wish("rig down", by="friday", to="priya")),
        ("to @priya rao the rig is down", Wish("the rig is down", to="priya rao")),
        ("to @priya the rig is down", Wish("the rig is down", to="priya")),
        ("we wrote to @nobody", Wish("we wrote to @nobody")),
        ("we wrote to @priya and waited", Wish("we wrote to @priya and waited")),
        ("mail to@priya", Wish("mail to@priya")),
    ],
)
def test_a_typed_name_is_lifted_out_only_where_it_is_known(typed: str, wish: Wish) -> None:
    assert escalation_wish((typed,), {"priya", "priya rao", "Priya Rao"}.__contains__) == wish


def test_a_date_in_the_persons_own_language_is_taken_out_of_the_sentence() -> None:
    assert escalation_wish(("the rig is down by freitag 14 uhr",), locale="de-DE") == Wish(
        "the rig is down", "freitag 14 uhr", None, False
    )
    assert escalation_wish(("the rig is down by freitag 14 uhr",)).by is None
