"""What can happen to an escalation, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pack import pack, unpack
from bot.rules.escalation import (
    BY_TIME,
    TABLE,
    Calendars,
    Change,
    Event,
    Limit,
    Refused,
    Snooze,
    State,
    Status,
    Timer,
    falls_due,
    freeze,
    left_in_words,
    obstacle,
    raised,
    refusal,
    remark,
    snooze_until,
    step,
    table_in_markdown,
    thaw,
    time_left,
    timers_of,
)
from bot.rules.worktime import Calendar
from bot.words import Urgency

ADA, BO, PRIYA = 1, 2, 11
NINE_TO_FIVE = Calendar("UTC")
SIDES = Calendars(responder=NINE_TO_FIVE, raiser=NINE_TO_FIVE)
NORMAL = (Limit(1, 240), Limit(2, 480), Limit(3, 1440))
HIGH = (Limit(1, 30), Limit(2, 120), Limit(3, 240))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant in a November that begins with Monday the 2nd."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


MONDAY_NINE = at(2, 9)


def opened(urgency: Urgency = Urgency.NORMAL, level: int = 1, now: datetime = MONDAY_NINE) -> State:
    limits = NORMAL if urgency is Urgency.NORMAL else HIGH
    return raised(urgency=urgency, level=level, limits=limits, raised_by=ADA, now=now, calendars=SIDES).state


def after(state: State, *events: Event, now: datetime = MONDAY_NINE) -> State:
    for event in events:
        state = step(state, event, now=now, calendars=SIDES, by=BO, to=PRIYA, until=now + timedelta(hours=1)).state
    return state


def acknowledged(now: datetime = MONDAY_NINE) -> State:
    return after(opened(now=now), Event.ACKNOWLEDGE, now=now)


def next_ring(state: State, now: datetime) -> tuple[datetime, Timer]:
    """The next timer that changes something."""
    plans = [(plan.due_at, plan.kind) for plan in timers_of(state, now, SIDES) if plan.kind is not Timer.FADE]
    assert len(plans) == 1
    return plans[0]


def ring(state: State, now: datetime) -> tuple[datetime, Event, Change]:
    due_at, timer = next_ring(state, now)
    event = falls_due(state, timer, due_at)
    assert event is not None
    return due_at, event, step(state, event, now=due_at, calendars=SIDES)


# The table

POSSIBLE = {
    Status.OPEN: "acknowledge, resolve, raise the level, reassign, snooze, note, withdraw, climb, repeat, stop, wake",
    Status.ACKNOWLEDGED: "resolve, raise the level, reassign, snooze, report progress, note, withdraw, ask the owner, lapse, wake",
    Status.RESOLVED: "confirm, reopen, note, be confirmed by silence",
    Status.CLOSED: "reopen, note",
    Status.WITHDRAWN: "note",
}


@pytest.mark.parametrize(("status", "event"), list(product(Status, Event)))
def test_every_event_in_every_state_is_in_the_table_or_refused_with_a_sentence(status: Status, event: Event) -> None:
    possible = event in POSSIBLE[status].split(", ")
    assert ((status, event) in TABLE) is possible
    state = replace(opened(), status=status)
    if not possible:
        why = refusal(status, event)
        assert why.startswith("This escalation ")
        assert str(event) in why
        assert why.endswith(".")
        with pytest.raises(Refused, match="This escalation "):
            step(state, event, now=MONDAY_NINE, calendars=SIDES)


@pytest.mark.parametrize(("status", "event"), list(product(Status, Event)))
def test_the_printed_table_has_one_line_for_each_thing_that_can_happen(status: Status, event: Event) -> None:
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in table_in_markdown().splitlines()[2:]]
    found = [row for row in rows if row[0] == status and row[1].removeprefix("time: ") == event]
    assert len(found) == ((status, event) in TABLE)
    for row in found:
        expected = TABLE[status, event]
        assert row[2:] == [expected.to, expected.clock, f"`{expected.kind}`", expected.says]
        assert row[1].startswith("time: ") is (event in BY_TIME)


def test_a_refusal_says_how_it_stands_and_what_can_be_done() -> None:
    assert refusal(Status.ACKNOWLEDGED, Event.ACKNOWLEDGE, "Bo Chen") == (
        "This escalation is already acknowledged by Bo Chen, so nobody can acknowledge now. "
        "Possible: resolve, raise the level, reassign, snooze, report progress, note, withdraw."
    )


def test_a_withdrawn_escalation_is_raised_anew() -> None:
    assert refusal(Status.WITHDRAWN, Event.REOPEN).endswith("To take it up again, raise it anew with /escalate.")


# Answer times


def test_a_normal_escalation_runs_on_the_responder_sides_working_time() -> None:
    assert opened(now=at(6, 15)).deadline == at(9, 11)


def test_an_urgent_escalation_runs_on_the_wall_clock() -> None:
    saturday = at(7, 23, 50)
    assert opened(Urgency.HIGH, now=saturday).deadline == saturday + timedelta(minutes=30)


def test_the_responder_side_is_the_one_that_did_not_raise_it() -> None:
    tokyo = Calendar("Asia/Tokyo")
    sides = Calendars(responder=tokyo, raiser=NINE_TO_FIVE)
    state = raised(urgency=Urgency.NORMAL, level=1, limits=NORMAL, raised_by=ADA, now=at(2, 9), calendars=sides).state
    assert state.deadline == at(3, 4)


def test_unanswered_it_climbs_level_by_level_repeats_five_times_at_the_top_and_stops() -> None:
    state, now, seen = opened(), MONDAY_NINE, []
    while not state.stopped:
        now, event, change = ring(state, now)
        state = change.state
        seen.append((event, state.level, now))
    assert seen == [
        (Event.CLIMB, 2, at(2, 13)),
        (Event.CLIMB, 3, at(3, 13)),
        (Event.REPEAT, 3, at(6, 13)),
        (Event.REPEAT, 3, at(11, 13)),
        (Event.REPEAT, 3, at(16, 13)),
        (Event.REPEAT, 3, at(19, 13)),
        (Event.REPEAT, 3, at(24, 13)),
        (Event.STOP, 3, at(27, 13)),
    ]
    assert state.status is Status.OPEN
    assert timers_of(state, now, SIDES) == ()


def test_an_urgent_one_climbs_after_half_an_hour_two_hours_and_repeats_after_four() -> None:
    state, now, waits = opened(Urgency.HIGH, now=at(7, 3)), at(7, 3), []
    for _ in range(4):
        due_at, _, change = ring(state, now)
        waits.append(due_at - now)
        state, now = change.state, due_at
    assert waits == [timedelta(minutes=30), timedelta(hours=2), timedelta(hours=4), timedelta(hours=4)]


def test_a_late_tick_gives_the_next_level_its_full_time() -> None:
    late = step(opened(), Event.CLIMB, now=at(2, 16), calendars=SIDES)
    assert late.state.deadline == at(3, 16)


def test_a_skipped_level_is_passed_over() -> None:
    limits = (Limit(1, 240), Limit(3, 1440))
    state = raised(
        urgency=Urgency.NORMAL, level=2, limits=limits, raised_by=ADA, now=MONDAY_NINE, calendars=SIDES
    ).state
    assert state.level == 3
    low = raised(urgency=Urgency.NORMAL, level=1, limits=limits, raised_by=ADA, now=MONDAY_NINE, calendars=SIDES).state
    assert after(low, Event.RAISE_LEVEL).level == 3


def test_an_escalation_needs_somebody_to_go_to() -> None:
    with pytest.raises(ValueError, match="at least one level"):
        raised(urgency=Urgency.NORMAL, level=1, limits=(), raised_by=ADA, now=MONDAY_NINE, calendars=SIDES)


def test_what_is_at_the_top_cannot_be_raised() -> None:
    with pytest.raises(Refused, match="already at the top level"):
        after(opened(level=3), Event.RAISE_LEVEL)


def test_the_card_is_drawn_again_at_half_and_at_three_quarters_of_the_levels_time() -> None:
    fades = [plan.due_at for plan in timers_of(opened(), MONDAY_NINE, SIDES) if plan.kind is Timer.FADE]
    assert fades == [at(2, 11), at(2, 12)]
    assert falls_due(opened(), Timer.FADE, at(2, 11)) is None
    assert [plan.due_at for plan in timers_of(opened(), at(2, 11), SIDES)] == [at(2, 12), at(2, 13)]


# In hand


def test_acknowledging_stops_the_clock_and_makes_one_the_owner() -> None:
    state = acknowledged()
    assert (state.status, state.owner) == (Status.ACKNOWLEDGED, BO)
    assert falls_due(state, Timer.UNANSWERED, at(20, 9)) is None


def test_without_progress_for_a_working_day_the_owner_is_asked_and_four_working_hours_later_it_reopens() -> None:
    state, now = acknowledged(at(2, 15)), at(2, 15)
    now, event, change = ring(state, now)
    assert (event, now, change.state.asked, change.state.owner) == (Event.ASK, at(3, 15), True, BO)
    now, event, change = ring(change.state, now)
    assert (event, now) == (Event.LAPSE, at(4, 11))
    assert (change.state.status, change.state.level, change.state.owner) == (Status.OPEN, 1, None)
    assert change.state.deadline == at(4, 15)


def test_an_answer_to_the_question_gives_the_owner_another_working_day() -> None:
    asked = step(acknowledged(), Event.ASK, now=at(3, 9), calendars=SIDES).state
    answered = step(asked, Event.PROGRESS, now=at(3, 10), calendars=SIDES, by=BO).state
    assert not answered.asked
    assert next_ring(answered, at(3, 10)) == (at(4, 10), Timer.PROGRESS)


def test_a_working_day_is_as_long_as_the_sides_own() -> None:
    short = Calendar("UTC", end=time(15))
    state = step(opened(), Event.ACKNOWLEDGE, now=at(2, 10), calendars=Calendars(short, NINE_TO_FIVE), by=BO).state
    assert state.deadline == at(3, 10)


def test_only_what_the_owners_side_says_of_an_acknowledged_one_is_progress() -> None:
    progress = [
        (status, ours)
        for status, ours in product(Status, (True, False))
        if remark(status, by_owners_side=ours) is Event.PROGRESS
    ]
    assert progress == [(Status.ACKNOWLEDGED, True)]
    assert after(acknowledged(), Event.NOTE, now=at(2, 12)).deadline == acknowledged().deadline
    assert after(acknowledged(), Event.PROGRESS, now=at(2, 12)).deadline == at(3, 12)


def test_a_new_owner_has_a_full_working_day() -> None:
    state = after(acknowledged(), Event.REASSIGN, now=at(2, 16))
    assert (state.owner, state.deadline) == (PRIYA, at(3, 16))


def test_handing_an_open_one_on_does_not_stop_the_clock() -> None:
    state = after(opened(), Event.REASSIGN, now=at(2, 12))
    assert (state.owner, state.deadline) == (PRIYA, at(2, 13))


def test_it_cannot_be_handed_to_the_one_who_has_it() -> None:
    why = obstacle(acknowledged(), Event.REASSIGN, now=MONDAY_NINE, owner="Bo Chen", to=BO)
    assert why == "This escalation is already with Bo Chen."


def test_raising_the_level_of_an_acknowledged_one_asks_the_next_level_to_acknowledge() -> None:
    state = after(acknowledged(), Event.RAISE_LEVEL)
    assert (state.status, state.level, state.owner) == (Status.OPEN, 2, None)
    assert state.deadline == at(2, 17)


# The end


def test_resolving_an_open_one_makes_one_its_owner() -> None:
    assert after(opened(), Event.RESOLVE).owner == BO


def test_two_working_days_of_the_raisers_silence_confirm() -> None:
    resolved = after(acknowledged(), Event.RESOLVE, now=at(6, 16))
    due_at, event, change = ring(resolved, at(6, 16))
    assert (due_at, event, change.state.status) == (at(10, 16), Event.SILENCE, Status.CLOSED)
    assert change.timers == ()


def test_the_silence_is_measured_in_the_raisers_working_days() -> None:
    gulf = Calendar("UTC", days=frozenset({6, 0, 1, 2, 3}))
    sides = Calendars(responder=NINE_TO_FIVE, raiser=gulf)
    resolved = step(opened(), Event.RESOLVE, now=at(5, 17), calendars=sides, by=BO).state
    assert resolved.deadline == at(9, 17)


def test_a_reopened_one_starts_again_at_the_level_it_had_with_that_levels_full_time() -> None:
    resolved = after(opened(), Event.RAISE_LEVEL, Event.RESOLVE)
    state = after(resolved, Event.REOPEN, now=at(4, 9))
    assert (state.status, state.level, state.deadline, state.owner) == (Status.OPEN, 2, at(4, 17), None)


def test_a_closed_one_can_be_reopened_for_thirty_days() -> None:
    closed = after(opened(), Event.RESOLVE, Event.CONFIRM)
    assert after(closed, Event.REOPEN, now=MONDAY_NINE + timedelta(days=30)).status is Status.OPEN
    with pytest.raises(Refused, match="more than 30 days ago"):
        after(closed, Event.REOPEN, now=MONDAY_NINE + timedelta(days=30, minutes=1))


def test_a_reopened_one_repeats_five_times_again() -> None:
    tired = replace(opened(level=3), repeats=5)
    again = after(tired, Event.RESOLVE, Event.REOPEN)
    assert again.deadline is not None
    assert falls_due(again, Timer.UNANSWERED, again.deadline) is Event.REPEAT


# Snoozing


@pytest.mark.parametrize(
    ("choice", "until"),
    [
        (Snooze.HALF_HOUR, at(6, 16, 30)),
        (Snooze.HOUR, at(6, 17)),
        (Snooze.FOUR_HOURS, at(6, 20)),
        (Snooze.NEXT_DAY, at(9, 9)),
    ],
)
def test_a_snooze_lasts_as_long_as_its_name_says(choice: Snooze, until: datetime) -> None:
    assert snooze_until(choice, at(6, 16), NINE_TO_FIVE) == until


def test_a_snooze_pushes_the_deadline_by_its_length() -> None:
    snoozed = after(opened(), Event.SNOOZE, now=at(2, 12))
    assert time_left(snoozed, at(2, 12, 30), SIDES) == timedelta(hours=1)
    due_at, event, change = ring(snoozed, at(2, 12))
    assert (due_at, event, change.state.deadline) == (at(2, 13), Event.WAKE, at(2, 14))


def test_a_snoozed_owner_is_asked_later() -> None:
    snoozed = after(acknowledged(), Event.SNOOZE, now=at(2, 12))
    _, event, change = ring(snoozed, at(2, 12))
    assert (event, change.state.deadline) == (Event.WAKE, at(3, 10))


def test_progress_leaves_a_snooze_as_it_is_and_gives_the_full_day_after_it() -> None:
    state = after(acknowledged(), Event.SNOOZE, Event.PROGRESS, now=at(2, 12))
    assert (state.snoozed_until, state.left) == (at(2, 13), timedelta(hours=8))


def test_a_second_snooze_takes_the_place_of_the_first() -> None:
    snoozed = after(opened(), Event.SNOOZE, now=at(2, 12))
    again = step(snoozed, Event.SNOOZE, now=at(2, 12, 30), calendars=SIDES, until=at(2, 16)).state
    assert (again.snoozed_until, again.left) == (at(2, 16), timedelta(hours=1))


def test_acknowledging_ends_a_snooze() -> None:
    assert after(opened(), Event.SNOOZE, Event.ACKNOWLEDGE).snoozed_until is None


def test_a_snooze_ends_in_the_future() -> None:
    with pytest.raises(Refused, match="in the future"):
        step(opened(), Event.SNOOZE, now=at(2, 12), calendars=SIDES, until=at(2, 12))


def test_a_stopped_clock_cannot_be_snoozed() -> None:
    stopped = step(replace(opened(level=3), repeats=5), Event.STOP, now=at(5, 9), calendars=SIDES).state
    with pytest.raises(Refused, match="nothing to snooze"):
        after(stopped, Event.SNOOZE)


# Pausing


def test_a_pause_keeps_the_time_left() -> None:
    frozen = freeze(opened(), at(2, 10), SIDES)
    assert timers_of(frozen, at(2, 10), SIDES) == ()
    assert falls_due(frozen, Timer.UNANSWERED, at(20, 9)) is None
    assert thaw(frozen, at(16, 9), SIDES).deadline == at(16, 12)


def test_a_snooze_keeps_its_time_left_through_a_pause_too() -> None:
    snoozed = after(opened(), Event.SNOOZE, now=at(2, 12))
    thawed = thaw(freeze(snoozed, at(2, 12, 45), SIDES), at(3, 10), SIDES)
    assert (thawed.snoozed_until, thawed.left) == (at(3, 10, 15), timedelta(hours=1))


def test_what_happens_during_a_pause_starts_its_clock_after_it() -> None:
    state = after(freeze(opened(), at(2, 10), SIDES), Event.ACKNOWLEDGE, now=at(2, 11))
    assert timers_of(state, at(2, 11), SIDES) == ()
    assert thaw(state, at(5, 9), SIDES).deadline == at(5, 17)


def test_there_is_nothing_to_snooze_during_a_pause() -> None:
    with pytest.raises(Refused, match="paused"):
        after(freeze(opened(), at(2, 10), SIDES), Event.SNOOZE, now=at(2, 11))


# Words


@pytest.mark.parametrize(
    ("left", "working", "words"),
    [
        (timedelta(hours=3, minutes=10), True, "3 h 10 min of working time"),
        (timedelta(hours=3, minutes=59, seconds=58), True, "4 h of working time"),
        (timedelta(minutes=30), False, "30 min"),
        (timedelta(hours=24), False, "24 h"),
        (timedelta(seconds=20), False, "less than a minute"),
        (timedelta(), True, "no time left"),
    ],
)
def test_the_time_left_is_said_in_words(left: timedelta, working: bool, words: str) -> None:
    assert left_in_words(left, working) == words


def test_a_state_is_kept_and_read_back_as_it_was() -> None:
    state = freeze(after(acknowledged(), Event.SNOOZE), at(2, 10), SIDES)
    assert unpack(pack(state, State), State) == state


# Whatever happens

EVENTS = st.lists(st.tuples(st.sampled_from([*Event, None]), st.integers(0, 40 * 60)), max_size=25)


def sound(before: State, state: State, now: datetime, timers: Sequence[object]) -> None:
    assert state.level >= before.level
    assert state.level in {limit.level for limit in state.limits}
    assert state.repeats <= 5
    assert state.deadline is None or state.left is None
    assert bool(timers) is (state.deadline is not None or state.snoozed_until is not None)
    assert not (state.over and (timers or state.deadline or state.left))
    if state.deadline != before.deadline:
        assert state.deadline is None or state.deadline >= now
    assert timers == timers_of(state, now, SIDES)


@settings(max_examples=150, deadline=None)
@given(EVENTS, st.sampled_from(Urgency), st.sampled_from((1, 2, 3)))
def test_no_walk_leads_out_of_the_rules(walk: list[tuple[Event | None, int]], urgency: Urgency, level: int) -> None:
    state, now = opened(urgency, level), MONDAY_NINE
    for event, minutes in walk:
        now += timedelta(minutes=minutes)
        if event is None:  # time alone: whatever has rung by now
            while rung := [e for t in Timer if (e := falls_due(state, t, now))]:
                assert len(rung) == 1
                before, change = state, step(state, rung[0], now=now, calendars=SIDES)
                state = change.state
                sound(before, state, now, change.timers)
            assert state.deadline is None or state.deadline > now
            continue
        if obstacle(state, event, now=now, to=PRIYA, until=now + timedelta(hours=1)):
            with pytest.raises(Refused):
                step(state, event, now=now, calendars=SIDES, by=BO, to=PRIYA, until=now + timedelta(hours=1))
            continue
        change = step(state, event, now=now, calendars=SIDES, by=BO, to=PRIYA, until=now + timedelta(hours=1))
        sound(state, change.state, now, change.timers)
        state = change.state


@settings(max_examples=100, deadline=None)
@given(EVENTS, st.integers(0, 10_000), st.integers(0, 100_000))
def test_a_pause_of_any_length_takes_no_time(walk: list[tuple[Event | None, int]], until: int, length: int) -> None:
    state, now = opened(), MONDAY_NINE
    for event, _ in walk:
        if event and not obstacle(state, event, now=now, to=PRIYA, until=now + timedelta(hours=1)):
            state = after(state, event, now=now)
    now += timedelta(minutes=until)
    left = time_left(state, now, SIDES)
    frozen = freeze(state, now, SIDES)
    assert freeze(frozen, now + timedelta(days=1), SIDES) == frozen
    later = now + timedelta(minutes=length)
    assert time_left(frozen, later, SIDES) == left
    assert time_left(thaw(frozen, later, SIDES), later, SIDES) == left
