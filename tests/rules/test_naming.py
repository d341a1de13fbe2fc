"""A typed name finds whom it means, and never picks one of two."""

import pytest

from bot.rules.naming import matches

PEOPLE = {1: "Ana Lopes", 2: "João Söderström", 3: "Ana-Maria Petrov", 4: "Łukasz Ødegård", 5: "李 伟"}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("@joao", [2]),
        ("João", [2]),
        ("soderstrom", [2]),
        ("ana lopes", [1]),
        ("@ana.lopes", [1]),
        ("@analopes", [1]),
        ("ANA", [1, 3]),
        ("petr", [3]),
        ("lukasz odegard", [4]),
        ("李", [5]),
        ("opes", []),
        ("@", []),
        ("", []),
        ("zoe", []),
    ],
)
def test_a_typed_name_finds_everybody_who_may_be_meant(typed: str, found: list[int]) -> None:
    assert matches(typed, PEOPLE) == found


def test_a_whole_name_goes_before_a_longer_one_that_has_it() -> None:
    assert matches("ana", {1: "Ana", 2: "Ana Lopes"}) == [1]
