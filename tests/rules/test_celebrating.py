"""Who can be celebrated, who hears of it, and what can still be changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from bot.rules import celebrating
from bot.rules.celebrating import Candidate, Receiver, Wish
from bot.words import Key, Praise

ANA, BO, CY = 1, 2, 3
JOAO, PRIYA = 11, 12
WHY = "for closing the pilot a week early"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def everybody(**praise: Praise) -> list[Candidate]:
    there = {"ana": (ANA, Key.A), "bo": (BO, Key.A), "cy": (CY, Key.A), "joao": (JOAO, Key.B), "priya": (PRIYA, Key.B)}
    return [Candidate(*who, praise.get(name, Praise.PUBLIC)) for name, who in there.items()]


def test_who_likes_praise_in_public_is_named_in_the_rooms_and_told() -> None:
    heard = celebrating.audience(Wish((JOAO, BO), WHY), ANA, everybody())
    assert heard.named == heard.told == (JOAO, BO)
    assert heard.in_rooms


def test_who_likes_it_private_is_told_and_left_out_of_the_rooms() -> None:
    heard = celebrating.audience(Wish((JOAO, BO), WHY), ANA, everybody(bo=Praise.PRIVATE))
    assert (heard.named, heard.told, heard.discreet) == ((JOAO,), (JOAO, BO), (BO,))


def test_who_wants_no_praise_is_neither_named_nor_told() -> None:
    heard = celebrating.audience(Wish((JOAO,), WHY), ANA, everybody(joao=Praise.NONE))
    assert (heard.named, heard.told, heard.silent) == ((), (), (JOAO,))
    assert not heard.in_rooms


def test_a_private_celebration_names_nobody_in_the_rooms() -> None:
    heard = celebrating.audience(Wish((JOAO, Key.A), WHY, public=False), ANA, everybody())
    assert not heard.in_rooms
    assert heard.told == (JOAO, BO, CY)


def test_of_a_whole_side_only_the_side_is_named_and_everybody_on_it_is_told_but_the_giver() -> None:
    heard = celebrating.audience(Wish((Key.A,), WHY), ANA, everybody(bo=Praise.PRIVATE, cy=Praise.NONE))
    assert (heard.named, heard.sides, heard.told) == ((), (Key.A,), (BO,))
    assert not heard.discreet
    assert not heard.silent


def test_who_is_celebrated_by_name_and_with_their_side_is_told_once() -> None:
    assert celebrating.audience(Wish((JOAO, Key.B), WHY), ANA, everybody()).told == (JOAO, PRIYA)


def test_who_left_is_named_and_not_told() -> None:
    heard = celebrating.audience(Wish((JOAO,), WHY), ANA, [Candidate(JOAO, Key.B, here=False)])
    assert (heard.named, heard.told) == ((JOAO,), ())


def test_swapping_the_sides_changes_nothing_but_the_sides() -> None:
    def mirrored(side: Key) -> list[Candidate]:
        return [Candidate(each.member, each.side if side is Key.A else each.side.other) for each in everybody()]

    anybody: tuple[Receiver, ...] = (JOAO, BO, Key.A, Key.B)
    for receivers in product(anybody, repeat=2):
        swapped = tuple(each.other if isinstance(each, Key) else each for each in receivers)
        one = celebrating.audience(Wish(receivers, WHY), ANA, mirrored(Key.A))
        other = celebrating.audience(Wish(swapped, WHY), ANA, mirrored(Key.B))
        assert (one.named, one.told) == (other.named, other.told)
        assert one.sides == tuple(side.other for side in other.sides)


def test_nobody_is_reached_against_their_choice_whoever_is_celebrated_however() -> None:
    for bo, joao, public in product(Praise, Praise, (True, False)):
        people = everybody(bo=bo, joao=joao)
        for receivers in ((BO,), (JOAO,), (BO, JOAO), (Key.A,), (Key.B, BO)):
            heard = celebrating.audience(Wish(receivers, WHY, public=public), ANA, people)
            choice = {each.member: each.praise for each in people}
            assert all(choice[member] is Praise.PUBLIC for member in heard.named)
            assert all(choice[member] is not Praise.NONE for member in heard.told)


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("", "Say what it is for"),
        ("   \n ", "Say what it is for"),
        ("for helping us", "so far it is 14"),
        ("a                       b", "so far it is 3"),
        ("x" * 2001, "2,000 characters at most"),
    ],
)
def test_a_reason_needs_twenty_characters_and_takes_two_thousand(why: str, said: str) -> None:
    assert said in (celebrating.trouble_with(why) or "")


@pytest.mark.parametrize("why", ["for closing the pilot", "x" * 20, "x" * 2000, "für die schöne Übergabe 🎉"])
def test_a_reason_of_the_right_length_is_taken(why: str) -> None:
    assert celebrating.trouble_with(why) is None


def test_it_can_be_changed_for_fifteen_minutes() -> None:
    assert celebrating.can_change(NOW, NOW + timedelta(minutes=15))
    assert not celebrating.can_change(NOW, NOW + timedelta(minutes=15, seconds=1))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("@Ana Silva for the rig", "@Ana.Silva for the rig"),
        ("@ana silva, @joao reis and @bo for it", "@ana.silva, @joao.reis and @bo for it"),
        ("@Blue Ocean Logistics for it", "@Blue.Ocean.Logistics for it"),
        ("@Joa\u0303o Reis for it", "@João.Reis for it"),
        ("@Ana for Silva", "@Ana for Silva"),
        ("write to ana@silva.example", "write to ana@silva.example"),
        ("@", "@"),
    ],
)
def test_a_full_name_behind_an_at_is_read_as_one_name(typed: str, read: str) -> None:
    assert celebrating.spelled(typed, ["Ana Silva", "João Reis", "Bo Chen", "Blue Ocean Logistics"]) == read


MEMBERS = {ANA: "Ana Silva", BO: "Ana Costa", JOAO: "João Reis"}
SIDES = {Key.A: "Northwind", Key.B: "Ana Foods"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("joao", [JOAO]),
        ("João", [JOAO]),
        ("Ana.Silva", [ANA]),
        ("northwind", [Key.A]),
        ("ana", [ANA, BO, Key.B]),
        ("zoe", []),
    ],
)
def test_a_name_means_everybody_and_every_side_that_it_fits(typed: str, meant: list[int | Key]) -> None:
    assert celebrating.meant(typed, MEMBERS, SIDES) == meant


def test_the_reason_keeps_its_for_and_the_name_of_the_milestone() -> None:
    assert celebrating.reason("@ana for closing the pilot", "closing the pilot") == "for closing the pilot"
    assert celebrating.reason("@ana closed the pilot alone", "closed the pilot alone") == "closed the pilot alone"
    assert celebrating.reason("@ana for it", "it", "Go live") == "for it (milestone: Go live)"
    assert celebrating.reason("@ana for milestone Go live", "", "Go live") == "for the milestone Go live"
