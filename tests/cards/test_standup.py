"""A standup as people see it: in a room, in its thread, and to the one who is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.cards import check_in, check_in_forms, standup
from bot.cards.check_in import InTheWay
from bot.cards.check_in_replies import Reach, taken
from bot.cards.standup import Answer, Half
from bot.messages import Facts, Form, TextField, Tone, in_words
from bot.rules.checking_in import MOST, Said, Tally
from bot.words import CheckInState, Person, Text, plain
from tests.house import labels

ANA, BO = Person(1, "Ana Silva", "Northwind", ping=False), Person(2, "Bo Chen", "Contoso", ping=False)
DAY = date(2026, 11, 3)
AT = datetime(2026, 11, 3, 12, 30, tzinfo=UTC)
SHOWN = standup.Shown(
    subject="occurrence:4",
    name="Daily",
    day=DAY,
    halves=(Half("Northwind", Tally(1, 3, away=1), away=(ANA,)), Half("Contoso", Tally(0, 2, missed=1), missed=(BO,))),
    closes_at=AT,
    zones=("Europe/Berlin", "Asia/Tokyo"),
)
ASKED = check_in.Shown(
    subject="checkin:7", partnership="Apollo", partner="Contoso", state=CheckInState.ASKED, name="Daily", day=DAY,
    closes_at=AT,
)  # fmt: skip


def test_the_card_is_named_by_its_date_counts_both_sides_and_says_when_it_closes() -> None:
    card = standup.card(SHOWN)
    assert plain(card.title) == "Daily of Tue 3 Nov 2026 · open, 1 of 5 answered"
    assert card.fact("Northwind") == "1 of 3 answered, 1 away"
    assert card.fact("Contoso") == "0 of 2 answered"
    assert card.fact("No update") is None
    assert "closes Tue 3 Nov 2026, 13:30 Berlin (21:30 Tokyo)" in plain(card.footer)


def test_only_a_closed_one_says_who_gave_no_update() -> None:
    card = standup.card(replace(SHOWN, closed=True))
    assert card.fact("Contoso") == "0 of 2 answered, 1 no update"
    assert card.fact("No update") == "Bo Chen (Contoso)"
    assert card.tone is Tone.GREY


def test_when_all_have_answered_it_is_green_without_a_comparison() -> None:
    card = standup.card(replace(SHOWN, halves=(Half("Northwind", Tally(2, 2)), Half("Contoso", Tally(0, 0)))))
    assert card.tone is Tone.GREEN
    assert card.fact("Contoso") == "nobody is asked"


def test_an_unnamed_standup_is_called_standup() -> None:
    assert plain(standup.card(replace(SHOWN, name="")).title).startswith("Standup of Tue 3 Nov 2026")


def test_an_answer_shows_only_what_was_said_as_it_was_written() -> None:
    said = Said(done="<!channel> *done*", waiting="the drawings")
    card = standup.answer(Answer(who=ANA, said=said, partner="Contoso", at=AT, late=True, edited=True))
    assert [fact.label for block in card.body if isinstance(block, Facts) for fact in block.facts] == [
        "Since last time",
        "Waiting on Contoso",
    ]
    assert card.body[0].facts[0].value == (Text("<!channel> *done*"),)  # type: ignore[union-attr]
    assert plain(card.footer).endswith("UTC · late · edited")


def test_what_is_not_for_this_room_says_nothing_of_what_was_said() -> None:
    assert in_words(standup.kept_to_side(ANA)) == "Ana Silva (Northwind) checked in, for their own side."
    assert in_words(standup.taken_back(ANA)) == "Ana Silva (Northwind) took this check-in back."


def test_the_prompt_offers_the_last_answer_only_where_there_is_one() -> None:
    assert labels(check_in.card(ASKED)) == ["Answer", "Skip today", "Snooze 1 h", "I’m away until…"]
    again = replace(ASKED, before=Said(done="the rig"), day=date(2026, 11, 3))
    assert "Same as yesterday" in labels(check_in.card(replace(again, before_on=date(2026, 11, 2))))
    assert "Same as last time" in labels(check_in.card(replace(again, before_on=date(2026, 10, 30))))


@pytest.mark.parametrize("state", [CheckInState.SKIPPED, CheckInState.AWAY, CheckInState.MISSED])
def test_what_was_not_answered_can_still_be_and_blames_nobody(state: CheckInState) -> None:
    card = check_in.card(replace(ASKED, state=state, closed=True))
    assert labels(card) == ["Answer"]
    assert card.tone is Tone.GREY
    assert not {"fail", "forgot", "must", "should"} & set(in_words(card).casefold().split())


def test_an_answered_prompt_offers_to_escalate_what_is_in_the_way() -> None:
    ways = (InTheWay("blocker:1", "no key"), InTheWay("blocker:2", "no rig", escalated=True))
    card = check_in.card(replace(ASKED, state=CheckInState.ANSWERED, said=Said(blockers="no key"), blockers=ways))
    assert labels(card) == ["Change", "Escalate"]
    assert "Blocker: no key" in in_words(card)
    assert "“no rig” is escalated." in in_words(card)


def test_a_blocker_that_stands_alone_is_said_once() -> None:
    shown = replace(
        ASKED, state=CheckInState.ANSWERED, said=Said(blockers="no key"), blockers=(InTheWay("blocker:1", "no key"),)
    )
    for card in (check_in.card(shown), taken(shown, Reach()), taken(shown, Reach(), above=True)):
        assert in_words(card).count("no key") == 1
        assert "Escalate" in labels(card)


def test_a_reminder_that_was_heeded_asks_for_nothing() -> None:
    assert f"A reminder: {ASKED.called} is open until 12:30 UTC." in in_words(check_in.reminder(ASKED, asked_for=False))
    assert "You asked me to come back" in in_words(check_in.reminder(ASKED, asked_for=True))
    assert labels(check_in.reminder(ASKED, asked_for=False)) == ["Answer"]
    assert labels(check_in.reminder(ASKED, asked_for=True)) == ["Answer", "Snooze 1 h"]


@pytest.mark.parametrize(
    ("state", "how"),
    [
        (CheckInState.ANSWERED, "answered"),
        (CheckInState.SKIPPED, "skipped"),
        (CheckInState.AWAY, "you are away"),
        (CheckInState.MISSED, "over"),
        (CheckInState.ASKED, "over"),
    ],
)
def test_a_reminder_that_is_settled_is_one_line_and_leaves_the_rest_to_the_prompt(
    state: CheckInState, how: str
) -> None:
    settled = check_in.reminder(replace(ASKED, state=state, closed=True, said=Said(done="the rig")), asked_for=False)
    assert in_words(settled) == f"Daily of Tue 3 Nov 2026 · {how}."
    assert labels(settled) == []


def test_the_form_holds_what_is_known_and_its_limits() -> None:
    form = check_in_forms.form("checkin:7", "Check in", Said(next="n", blockers="b"), "Contoso", Said(next="x" * 300))
    assert isinstance(form, Form)
    done, next_, blockers, _, own = form.fields
    assert isinstance(done, TextField)
    assert done.hint.endswith("…")
    assert len(done.hint) <= 150
    assert (getattr(next_, "value", ""), getattr(blockers, "value", "")) == ("n", "b")
    assert done.most == MOST
    assert own.kind == "switch"


def test_the_echo_says_where_it_went_and_who_hears_of_a_blocker() -> None:
    shown = replace(ASKED, state=CheckInState.ANSWERED, said=Said(done="the rig"))
    said = in_words(taken(shown, Reach(("Northwind", "Contoso"), repeated=("no key",))))
    assert "It is in the thread in Northwind’s room and Contoso’s room." in said
    assert "You named “no key” for the third time, so the shepherds hear of it." in said
    own = replace(shown, said=Said(done="the rig", own_side=True))
    assert "no room shows it" in in_words(taken(own, Reach()))
    assert "for your side only, in Northwind’s room" in in_words(taken(own, Reach(("Northwind",))))
