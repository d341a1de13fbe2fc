"""On what terms somebody is on a side, as people type it."""

from __future__ import annotations

import pytest

from bot.rules import Unclear
from bot.rules.terms import Terms, read, seen
from bot.words import Dimension, Role


@pytest.mark.parametrize(
    ("typed", "rest", "terms"),
    [
        ("Acme as leader front virtual", "Acme", Terms(Role.LEADER, Dimension.FRONT, True)),
        ("Acme as a Leader rank 2", "Acme", Terms(Role.LEADER, rank=2)),
        ("Virtual Labs", "Virtual Labs", Terms()),
        ("Virtual Labs virtual", "Virtual Labs", Terms(virtual=True)),
        ("Bo Chen onsite", "Bo Chen", Terms(virtual=False)),
        ("as the backup", "", Terms(Role.BACKUP)),
        ("Left Bank left", "Left Bank", Terms(dimension=Dimension.LEFT)),
        ("", "", Terms()),
    ],
)
def test_terms_are_read_off_the_end_and_the_rest_stays_a_name(typed: str, rest: str, terms: Terms) -> None:
    assert read(typed) == (rest, terms)


@pytest.mark.parametrize("typed", ["Acme as king", "Bo rank 0", "Bo rank first", "Bo rank 1000"])
def test_a_role_or_rank_that_there_is_not_is_asked_back(typed: str) -> None:
    with pytest.raises(Unclear):
        read(typed)


@pytest.mark.parametrize("dimension", Dimension)
def test_where_nothing_was_said_one_side_mirrors_the_other(dimension: Dimension) -> None:
    assert seen(None, [dimension, None]) is dimension.mirror
    assert seen(Dimension.UP, [dimension]) is Dimension.UP
    assert seen(None, [None]) is None
