"""What a shepherd is told in the morning, worked out from facts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.common_hours import Slot, slots
from bot.rules.evidence import (
    Evidence,
    Facts,
    Half,
    Meeting,
    OneSided,
    Report,
    Silence,
    Uncelebrated,
    Unreachable,
    Unsaid,
    Waiting,
    Waits,
    news,
)
from bot.rules.nudging import FORGOTTEN, QUIET, Mark, lines, to_say, week_of
from bot.rules.worktime import Calendar, is_working
from bot.words import Key, Nudging

NOW = datetime(2026, 11, 4, 7, 30, tzinfo=UTC)
BERLIN = Calendar("Europe/Berlin", country="DE", region="BE")
TOKYO = Calendar("Asia/Tokyo", country="JP")
LISBON = Calendar("Europe/Lisbon")
OVERDUE = Waiting(1, 3, Key.B, Waits.OVERDUE, 2, "The rig is down", NOW - timedelta(days=2), (4, 5))
SHORT = Waiting(2, 4, Key.A, Waits.SHORT, 1, "No drawings", NOW, (1,))
ASKED = Waiting(3, 5, Key.A, Waits.ASKED, 1, "No samples", NOW, (2,))
EARLY = Waiting(4, 6, Key.B, Waits.EARLY, 1, "No badges", NOW, (4,))
LATE = Report(7, "Figures", Key.A, date(2026, 11, 3), NOW - timedelta(days=1), late=True, people=(1,))
DUE = Report(8, "Risks", Key.B, date(2026, 11, 4), NOW + timedelta(hours=4), late=False, people=(4,))
MISSED = Meeting(1, 9, "Sync", date(2026, 11, 3), NOW - timedelta(days=1), held=False, kept=2, of=4)
OPEN = Meeting(2, 10, "Review", date(2026, 11, 2), NOW - timedelta(days=2), held=None, kept=0, of=1)
HALVES = {Key.A: Half(6, (3,), (2, 3), 4, 5, 3), Key.B: Half(0, (), (), 3, 2, 0)}
EVERYTHING = Facts(HALVES, (OVERDUE, SHORT, ASKED, EARLY), (LATE, DUE), (MISSED, OPEN), 15)


def test_the_full_list_begins_with_the_most_pressing() -> None:
    assert lines(EVERYTHING, Nudging.ACTIVE, Key.A) == [
        SHORT,
        OVERDUE,
        ASKED,
        EARLY,
        LATE,
        MISSED,
        OPEN,
        Unsaid(Key.A, (2, 3), 4, 0, 3),
        Silence(Key.A, 6, 0),
        DUE,
        Unreachable(Key.A, (3,)),
        Uncelebrated(15, 7),
        OneSided(Key.A, 3, 2),
    ]


def test_light_tells_only_what_is_overdue_or_runs_out_and_standard_leaves_out_early_signs() -> None:
    assert lines(EVERYTHING, Nudging.LIGHT, Key.A) == [SHORT, OVERDUE, ASKED, LATE]
    active = lines(EVERYTHING, Nudging.ACTIVE, Key.A)
    assert lines(EVERYTHING, Nudging.STANDARD, Key.A) == [each for each in active if each not in (EARLY, DUE)]


@pytest.mark.parametrize("setting", Nudging)
def test_silence_is_told_after_so_many_working_days_as_was_chosen(setting: Nudging) -> None:
    quiet = Half(QUIET[setting] - 1)
    assert lines(Facts({Key.A: quiet, Key.B: Half()}), setting, Key.A) == []
    long = replace(quiet, silent=QUIET[setting])
    assert lines(Facts({Key.A: Half(), Key.B: long}), setting, Key.A) == [Silence(Key.B, QUIET[setting], 0)]


@pytest.mark.parametrize(
    ("uncelebrated", "moves", "told"), [(13, 9, False), (14, 2, False), (14, 3, True), (28, 9, True)]
)
def test_a_missing_celebration_is_told_after_two_weeks_in_which_work_moved(
    uncelebrated: int, moves: int, told: bool
) -> None:
    facts = Facts({Key.A: Half(moves=moves), Key.B: Half()}, uncelebrated=uncelebrated)
    assert bool(lines(facts, Nudging.STANDARD, Key.B)) is told


@pytest.mark.parametrize(
    ("here", "there", "told"),
    [
        (Half(praised=3), Half(moves=1), True),
        (Half(praised=2), Half(moves=1), False),
        (Half(praised=3), Half(moves=0), False),
        (Half(praised=3), Half(moves=1, praised=1), False),
    ],
)
def test_praise_for_one_side_alone_is_told_while_the_other_moves_work_too(here: Half, there: Half, told: bool) -> None:
    assert bool(lines(Facts({Key.A: here, Key.B: there}), Nudging.STANDARD, Key.A)) is told


# Symmetry ------------------------------------------------------------------------------------------------------------

KEYS, NUMBERS, IDS = st.sampled_from(Key), st.integers(0, 30), st.lists(st.integers(1, 9), max_size=3).map(tuple)
TIMES = st.integers(0, 50).map(lambda hours: NOW - timedelta(hours=hours))
HALF = st.builds(Half, NUMBERS, IDS, IDS, NUMBERS, NUMBERS, NUMBERS)
WAITING = st.builds(Waiting, st.integers(1, 99), NUMBERS, KEYS, st.sampled_from(Waits), st.integers(1, 3),
                    st.just("words"), TIMES, IDS)  # fmt: skip
REPORT = st.builds(Report, st.integers(1, 99), st.just("r"), KEYS, st.just(NOW.date()), TIMES, st.booleans(), IDS)
MEETING = st.builds(Meeting, NUMBERS, st.integers(1, 99), st.just("m"), st.just(NOW.date()), TIMES,
                    st.sampled_from([False, None]), NUMBERS, NUMBERS)  # fmt: skip


def _few(of: st.SearchStrategy[Evidence]) -> st.SearchStrategy[tuple[Evidence, ...]]:
    return st.lists(of, max_size=4, unique_by=lambda each: each.key.split("|")[1]).map(tuple)


FACTS = st.builds(Facts, st.fixed_dictionaries({Key.A: HALF, Key.B: HALF}), _few(WAITING), _few(REPORT),
                  _few(MEETING), NUMBERS)  # fmt: skip


def mirrored(each: Evidence) -> Evidence:
    match each:
        case OneSided():
            return replace(each, to=each.to.other)
        case Meeting() | Uncelebrated():
            return each
        case _:
            return replace(each, side=each.side.other)


@given(FACTS, st.sampled_from(Nudging), KEYS)
def test_swapping_the_sides_mirrors_every_line(facts: Facts, setting: Nudging, viewer: Key) -> None:
    swapped = Facts(
        {key: facts.halves[key.other] for key in Key},
        tuple(replace(each, side=each.side.other) for each in facts.waiting),
        tuple(replace(each, side=each.side.other) for each in facts.reports),
        facts.meetings,
        facts.uncelebrated,
    )
    there = [mirrored(each) for each in lines(facts, setting, viewer)]
    assert lines(swapped, setting, viewer.other) == there


@given(FACTS, st.sampled_from(Nudging))
def test_both_shepherds_are_told_the_same_and_each_line_has_a_name_of_its_own(facts: Facts, setting: Nudging) -> None:
    one, other = (lines(facts, setting, viewer) for viewer in Key)
    assert {each.key for each in one} == {each.key for each in other}
    assert len({each.key for each in one}) == len(one)
    assert set(one) == set(other)


@given(FACTS, KEYS)
def test_who_wants_to_hear_more_hears_everything_that_others_hear(facts: Facts, viewer: Key) -> None:
    light, standard, active = ({each.key for each in lines(facts, setting, viewer)} for setting in Nudging)
    assert light <= standard <= active


# Put aside -----------------------------------------------------------------------------------------------------------


def test_a_snoozed_line_comes_back_when_its_time_is_over() -> None:
    marks = {OVERDUE.key: Mark(snoozed_until=NOW, snoozed_by=1)}
    assert to_say([OVERDUE], marks, {}, NOW - timedelta(minutes=1)) == ()
    assert to_say([OVERDUE], marks, {}, NOW) == (OVERDUE,)


def test_what_was_snoozed_after_it_was_said_is_said_again_in_the_same_week() -> None:
    marks = {OVERDUE.key: Mark(snoozed_until=NOW, snoozed_by=1)}
    before, after = ({news(OVERDUE): NOW + timedelta(hours=hours)} for hours in (-24, 1))
    assert to_say([OVERDUE], marks, before, NOW) == (OVERDUE,)
    assert to_say([OVERDUE], marks, after, NOW + timedelta(days=1)) == ()


def test_a_line_that_was_not_useful_stays_away_for_four_weeks() -> None:
    marks = {OVERDUE.key: Mark(useless_at=NOW)}
    assert to_say([OVERDUE, SHORT], marks, {}, NOW + FORGOTTEN - timedelta(minutes=1)) == (SHORT,)
    assert to_say([OVERDUE], marks, {}, NOW + FORGOTTEN) == (OVERDUE,)


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        (OVERDUE, replace(OVERDUE, level=3)),
        (EARLY, replace(EARLY, how=Waits.SHORT)),
        (DUE, replace(DUE, late=True)),
        (OPEN, replace(OPEN, held=False)),
    ],
)
def test_what_was_said_in_this_week_is_not_said_again_until_it_means_something_else(
    line: Evidence, changed: Evidence
) -> None:
    assert to_say([line], {}, {news(line): NOW}, NOW) == ()
    assert to_say([changed], {}, {news(line): NOW}, NOW) == (changed,)
    assert changed.key == line.key


@pytest.mark.parametrize(
    ("days", "begins"),
    [
        (range(5), date(2026, 11, 2)),
        ((6, 0, 1, 2, 3), date(2026, 11, 1)),
        ((0, 1, 3, 4), date(2026, 11, 2)),
        (range(7), date(2026, 11, 2)),
        ((2,), date(2026, 11, 4)),
        ((1, 2, 3, 4, 5), date(2026, 11, 3)),
    ],
)
def test_a_week_begins_after_its_longest_rest(days: tuple[int, ...], begins: date) -> None:
    calendar = Calendar("Europe/Berlin", frozenset(days))
    assert week_of(calendar, date(2026, 11, 4)) == begins


# Common hours --------------------------------------------------------------------------------------------------------


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


def test_times_to_meet_are_working_time_on_both_sides_one_a_day() -> None:
    assert slots(BERLIN, LISBON, NOW) == [
        Slot(at("2026-11-04 09:00")),
        Slot(at("2026-11-05 09:00")),
        Slot(at("2026-11-06 09:00")),
    ]


def test_a_holiday_on_one_side_and_a_weekend_on_both_are_passed_over() -> None:
    friday = at("2026-10-30 20:00")
    portugal = replace(LISBON, country="PT")  # rests on 1 and 8 December
    assert [slot.at.day for slot in slots(BERLIN, portugal, friday)] == [2, 3, 4]
    assert [slot.at.day for slot in slots(BERLIN, portugal, at("2026-11-30 20:00"))] == [2, 3, 4]


def test_where_the_days_never_meet_the_times_that_come_closest_are_given() -> None:
    found = slots(BERLIN, TOKYO, NOW)
    assert [slot.at for slot in found] == [at("2026-11-04 08:00"), at("2026-11-05 08:00"), at("2026-11-06 08:00")]
    assert all(slot.apart for slot in found)


def test_who_never_share_a_working_day_have_no_time() -> None:
    assert slots(replace(BERLIN, days=frozenset({0})), replace(LISBON, days=frozenset({3})), NOW) == []


CALENDARS = st.builds(
    Calendar,
    st.sampled_from(["Europe/Berlin", "Asia/Tokyo", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Auckland"]),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 23).map(time),
    st.integers(0, 23).map(lambda hour: time(hour, 30)),
)


@given(CALENDARS, CALENDARS, st.integers(0, 2 * 365 * 24 * 60))
def test_times_to_meet_fit_both_or_neither_come_first_and_are_the_same_for_both(
    one: Calendar, other: Calendar, minutes: int
) -> None:
    now = at("2026-01-01 00:00") + timedelta(minutes=minutes)
    found = slots(one, other, now)
    assert slots(other, one, now) == found
    assert all(slot.at > now for slot in found)
    assert len({slot.at for slot in found}) == len(found) <= 3
    for slot in found:
        assert slot.apart or (is_working(one, slot.at) and is_working(other, slot.at))
