"""Check-ins as typed, blockers that are the same, and what becomes of a prompt."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import Unclear
from bot.rules.blockers import blockers_in, is_nothing, likeness
from bot.rules.checking_in import (
    LATE,
    MOST,
    Refused,
    Said,
    Step,
    Tally,
    after,
    comes_back,
    last_day,
    parse,
    tally,
    too_late,
    total,
    troubles,
)
from bot.words import CheckInState as State

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("the pilot is closed", Said(done="the pilot is closed")),
        ("done: a next: b blockers: c waiting: d", Said("a", "b", "c", "d")),
        ("Done: a; Next: b; Blocked by: c; Waiting on partner: d", Said("a", "b", "c", "d")),
        ("done: a\nnext: b\nblocker: c", Said("a", "b", "c")),
        ("it runs, next: b", Said("it runs", "b")),
        ("next: b done: a", Said("a", "b")),
        ("done: a done: more", Said("a\nmore")),
        ("done: a blockers: none", Said("a")),
        ("done: a blockers: - waiting: nothing", Said("a")),
        ("blockers: - no key\n- no rig", Said(blockers="- no key\n- no rig")),
        ("done: see http://x.test/next", Said("see http://x.test/next")),
        ("abandoned: the plan", Said("abandoned: the plan")),
        ("we are short of people !private", Said("we are short of people", own_side=True)),
        ("!side done: a", Said("a", own_side=True)),
        ("wait!private is a word", Said("wait!private is a word")),
        ("", Said()),
    ],
)
def test_what_is_typed_is_read_into_its_parts(typed: str, read: Said) -> None:
    assert parse(typed)[0] == read


def test_a_blocker_is_over_only_where_blockers_were_spoken_of() -> None:
    assert parse("done: a")[1] == {"done"}
    assert parse("done: a blockers: none")[1] == {"done", "blockers"}


@given(st.text(max_size=200))
def test_whatever_is_typed_no_word_of_it_is_lost_without_a_label(text: str) -> None:
    said, _ = parse(text)
    if ":" not in text and "!" not in text:
        assert said.done == text.strip(" \t\n;,|")


def test_an_empty_check_in_and_one_too_long_say_what_is_wrong() -> None:
    assert set(troubles(Said(own_side=True))) == {"done"}
    assert troubles(Said(next="x" * MOST)) == {}
    assert set(troubles(Said("a", "x" * (MOST + 1)))) == {"next"}


@pytest.mark.parametrize(
    "words",
    ["No certificate for the gateway", "still no certificate, for the gateway!", "gateway: NO certificate", "no gateway certificaté"],
)  # fmt: skip
def test_the_same_blocker_is_recognised_in_other_words_of_the_same_kind(words: str) -> None:
    assert likeness(words) == likeness("no certificate for the gateway yet")


@pytest.mark.parametrize("words", ["no certificate", "no certificate for the gateways", "ticket 12", ""])
def test_another_blocker_is_another_one(words: str) -> None:
    assert likeness(words) != likeness("no certificate for the gateway")
    assert likeness("ticket 12") != likeness("ticket 13")


def test_small_words_alone_and_words_without_letters_still_count() -> None:
    assert likeness("it is us")
    assert likeness("???")
    assert likeness("鍵がない") != likeness("人がいない")


def test_each_line_is_a_blocker_once() -> None:
    assert list(blockers_in("- no key\n2. no rig; the key: no\n\nnone").values()) == ["no key", "no rig"]
    assert blockers_in("none.") == {}
    assert is_nothing("N/A")
    assert not is_nothing("none of the keys fit")


# What becomes of a prompt ---------------------------------------------------------------------------------------------

ALLOWED = {
    (State.ASKED, Step.ANSWER): State.ANSWERED,
    (State.ASKED, Step.SKIP): State.SKIPPED,
    (State.ASKED, Step.LEAVE): State.AWAY,
    (State.ASKED, Step.CLOSE): State.MISSED,
    (State.ANSWERED, Step.ANSWER): State.ANSWERED,
    (State.ANSWERED, Step.LEAVE): State.ANSWERED,
    (State.ANSWERED, Step.CLOSE): State.ANSWERED,
    (State.ANSWERED, Step.UNDO): State.ASKED,
    (State.SKIPPED, Step.ANSWER): State.ANSWERED,
    (State.SKIPPED, Step.SKIP): State.SKIPPED,
    (State.SKIPPED, Step.LEAVE): State.AWAY,
    (State.SKIPPED, Step.CLOSE): State.SKIPPED,
    (State.AWAY, Step.ANSWER): State.ANSWERED,
    (State.AWAY, Step.SKIP): State.SKIPPED,
    (State.AWAY, Step.LEAVE): State.AWAY,
    (State.AWAY, Step.CLOSE): State.AWAY,
    (State.MISSED, Step.ANSWER): State.ANSWERED,
    (State.MISSED, Step.SKIP): State.SKIPPED,
    (State.MISSED, Step.LEAVE): State.AWAY,
    (State.MISSED, Step.CLOSE): State.MISSED,
}


@pytest.mark.parametrize(("state", "step"), [*product(State, Step)])
def test_every_step_from_every_state_is_defined(state: State, step: Step) -> None:
    if (state, step) in ALLOWED:
        assert after(state, step) is ALLOWED[state, step]
    else:
        with pytest.raises(Refused):
            after(state, step)


@pytest.mark.parametrize("state", State)
def test_once_it_is_over_it_can_be_answered_and_not_skipped_any_more(state: State) -> None:
    assert after(state, Step.ANSWER, over=True) is State.ANSWERED
    with pytest.raises(Refused):
        after(state, Step.SKIP, over=True)
    assert after(State.ANSWERED, Step.UNDO, over=True) is State.MISSED


def test_a_prompt_is_too_late_after_two_hours_or_when_its_window_is_over() -> None:
    window = timedelta(hours=4)
    assert not too_late(NOON + LATE, NOON, window)
    assert too_late(NOON + LATE + timedelta(seconds=1), NOON, window)
    assert too_late(NOON + timedelta(hours=1), NOON, timedelta(hours=1))


def test_a_prompt_is_snoozed_only_where_it_can_still_be_answered_in_an_hour() -> None:
    assert comes_back(NOON, NOON + timedelta(minutes=61)) == NOON + timedelta(hours=1)
    with pytest.raises(Refused):
        comes_back(NOON, NOON + timedelta(hours=1))


def test_the_last_day_away_is_read_in_the_zone_of_the_person() -> None:
    late = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)
    assert last_day("today", now=late, zone="Asia/Tokyo", locale=None) == date(2026, 11, 4)
    assert last_day("friday", now=late, zone="Asia/Tokyo", locale=None) == date(2026, 11, 6)
    with pytest.raises(Unclear):
        last_day("blue", now=late, zone="Asia/Tokyo", locale=None)


# Counting -------------------------------------------------------------------------------------------------------------


def test_who_is_away_is_not_due_and_who_skipped_is() -> None:
    states = [State.ANSWERED, State.SKIPPED, State.AWAY, State.ASKED]
    assert tally(states, to_come=2, away=1) == Tally(answered=1, due=5, away=2, skipped=1, missed=0)


def test_who_was_cut_off_by_an_outage_is_not_due() -> None:
    assert tally([State.ANSWERED, State.ASKED, State.MISSED], over=True) == Tally(answered=1, due=2, missed=1)


@given(st.lists(st.sampled_from(State)), st.lists(st.sampled_from(State)))
def test_both_sides_are_counted_alike_and_nobody_twice(one: list[State], other: list[State]) -> None:
    sides = [tally(one), tally(other)]
    assert total(sides) == total(reversed(sides))
    assert all(each.answered + each.skipped + each.missed <= each.due for each in sides)
    assert sum(each.due + each.away for each in sides) == len(one) + len(other)
