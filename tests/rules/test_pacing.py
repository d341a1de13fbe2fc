"""However it is used, a limit never lets more through in any stretch of time than the platform allows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platforms.slack.limits import PACE as SLACK
from bot.platforms.teams.limits import CONVERSATION
from bot.platforms.teams.limits import PACE as TEAMS
from bot.rules.pacing import Limit, free_at, room, take

SAID = {  # how many in how many seconds, as the platforms say it
    "a Slack channel": (SLACK.channel, [(1, 1)]),
    "a workspace's edits": (SLACK.shared["edits"], [(50, 60)]),
    "a workspace's private answers": (SLACK.shared["whispers"], [(100, 60)]),
    "a workspace's own pages": (SLACK.shared["pages"], [(100, 60)]),
    "a Teams conversation": (CONVERSATION, [(7, 1), (8, 2), (60, 30), (1800, 3600)]),
    "an app in a Teams tenant": (TEAMS.shared["app"], [(30, 1)]),
}


@pytest.mark.parametrize("name", SAID)
@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 40), min_size=1, max_size=20), st.booleans())
def test_no_stretch_of_time_holds_more_than_the_platform_allows(name: str, pauses: list[float], greedy: bool) -> None:
    limits, windows = SAID[name]
    now, spent, gone = 1_800_000_000.0, None, []
    for pause in pauses:
        now += 0 if greedy else pause
        for _ in range(40 if greedy else 3):  # all that may go now, and then whenever the next may
            now = max(now, free_at(limits, spent, now))
            assert room(limits, spent, now) >= 1
            spent = take(limits, spent, now)
            gone.append(now)
    for many, seconds in windows:
        for first, after in zip(gone, gone[many:], strict=False):
            assert after - first >= seconds - 1e-3


def test_what_was_not_used_for_long_goes_at_once_and_then_at_its_rate() -> None:
    limit = (Limit(3, 2.0),)
    assert room(limit, None, 100.0) == 3
    spent = take(limit, None, 100.0, 3)
    assert room(limit, spent, 100.0) == 0
    assert free_at(limit, spent, 100.0) == pytest.approx(100.5)
    assert room(limit, spent, 101.0) == 2
    assert room(limit, spent, 200.0) == 3


def test_a_clock_that_is_turned_back_does_not_hold_up_what_comes_until_it_is_there_again() -> None:
    limit = (Limit(3, 2.0),)
    spent = take(limit, None, 100_000.0, 3)
    assert free_at(limit, spent, 50.0) == 50.0
    assert room(limit, spent, 51.0) == 3


def test_a_clock_that_is_a_little_behind_lets_nobody_send_more_than_they_may() -> None:
    limit = (Limit(3, 2.0),)
    spent = take(limit, None, 100.0, 3)
    assert room(limit, spent, 98.0) == 0
    assert free_at(limit, spent, 98.0) == pytest.approx(98.5)


def test_nothing_said_is_no_limit() -> None:
    assert room((), None, 0.0) > 1000
    assert free_at((), None, 7.0) == 7.0
