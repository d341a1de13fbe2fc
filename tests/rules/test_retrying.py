"""Pauses grow, what a platform asks for is obeyed, and nothing is tried for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.rules.retrying import LOOK_AFTER, out_of_patience, pause, timer_pause

tries = some.integers(1, 10_000)
luck = some.floats(0, 1)


@pytest.mark.parametrize(("count", "seconds"), [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (2000, 300)])
def test_each_pause_is_twice_the_last_up_to_five_minutes(count: int, seconds: int) -> None:
    assert pause(count, after=None, unsure=False, luck=0) == timedelta(seconds=seconds)


@given(tries, luck, some.floats(0, 86_400))
def test_never_sooner_than_the_platform_asked_and_not_much_later(count: int, luck: float, after: float) -> None:
    wait = pause(count, after=after, unsure=False, luck=luck).total_seconds()
    assert after - 1e-5 <= wait <= after * 1.25 + 1e-5


@given(tries, luck)
def test_what_may_have_arrived_is_given_time_to_arrive(count: int, luck: float) -> None:
    assert pause(count, after=0, unsure=True, luck=luck) >= LOOK_AFTER


def test_patience_ends_after_a_day() -> None:
    since = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    assert not out_of_patience(since, since + timedelta(hours=23, minutes=59), tries=1000)
    assert not out_of_patience(since, since + timedelta(days=2), tries=3)  # nobody ran for a day
    assert out_of_patience(since, since + timedelta(hours=24), tries=30)


def test_a_timer_that_fails_waits_longer_each_time_and_is_parked_at_the_eighth() -> None:
    waits = [timer_pause(count) for count in range(1, 9)]
    assert [wait and wait // timedelta(minutes=1) for wait in waits] == [1, 5, 30, 60, 120, 240, 480, None]
