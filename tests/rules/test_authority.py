"""Who may do what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import product

import pytest

from bot.rules import escalation
from bot.rules.authority import TABLE, UNKNOWN, Right, Standing, may, table_in_markdown
from bot.rules.escalation import Event, Status
from bot.words import Key, Role

SEEING = {Right.SEE, Right.SEE_SIDE, Right.TIMELINE}
BOOLS = (False, True)


@cache
def standings() -> tuple[Standing, ...]:
    """Everybody there can be, seen from side A."""
    return tuple(
        Standing(
            side=Key.A,
            role=role,
            confirmed=confirmed,
            about=about,
            raiser=raiser,
            raiser_left=raiser_left,
            owner=owner,
            addressed=addressed,
            side_addressed=side_addressed,
            private=private,
        )
        for role, confirmed, about, (raiser, raiser_left), owner, (addressed, side_addressed), private in product(
            Role,
            BOOLS,
            (None, *Key),
            ((False, False), (True, False), (False, True)),
            BOOLS,
            ((False, False), (False, True), (True, True)),
            BOOLS,
        )
    )


def wishes() -> Iterator[tuple[Standing, Right, Status | None]]:
    return product(standings(), Right, (None, *Status))


def swapped(standing: Standing) -> Standing:
    return replace(standing, side=standing.side.other, about=standing.about and standing.about.other)


def office(*roles: Role, at_home: bool = False) -> Callable[[Standing], bool]:
    return lambda one: one.role in roles and one.confirmed and (not at_home or one.about == one.side)


SHEPHERD, LEADER = office(Role.SHEPHERD, Role.BACKUP), office(Role.LEADER)
HOME_SHEPHERD, HOME_LEADER = office(Role.SHEPHERD, Role.BACKUP, at_home=True), office(Role.LEADER, at_home=True)

# What the words of the printed table mean.
MEANING: dict[str, Callable[[Standing], bool]] = {
    "members and observers of either side": lambda one: True,
    "members of either side": lambda one: one.role is not Role.OBSERVER,
    "confirmed members and observers of that side": lambda one: one.confirmed and one.about == one.side,
    "the shepherd of either side": SHEPHERD,
    "the leaders of either side": LEADER,
    "that side's shepherd": HOME_SHEPHERD,
    "that side's leaders": HOME_LEADER,
    "the person who raised it": lambda one: one.raiser or (one.raiser_left and HOME_SHEPHERD(one)),
    "the shepherd of the side that raised it": HOME_SHEPHERD,
    "the leaders of the side that raised it": HOME_LEADER,
    "the one who has it": lambda one: one.owner,
    "those addressed": lambda one: one.addressed,
    "the shepherd of a side that is addressed": lambda one: SHEPHERD(one) and one.side_addressed,
    "the leaders of a side that is addressed": lambda one: LEADER(one) and one.side_addressed,
}
ONLY_IF_ADDRESSED = " (the raiser only where they have it or are addressed)"


def test_the_printed_table_and_the_verdicts_say_the_same_of_everybody() -> None:
    rows = [[cell.strip() for cell in row[1:-1].split("|")] for row in table_in_markdown().splitlines()[2:]]
    assert [right for right, *_ in rows] == list(Right)
    for right, who, while_it_is in rows:
        groups = [MEANING[words] for words in who.removesuffix(ONLY_IF_ADDRESSED).split(", ")]
        left_to_others = who.endswith(ONLY_IF_ADDRESSED)
        for one in standings():
            told = any(group(one) for group in groups)
            told &= one.role is not Role.OBSERVER or Right(right) in SEEING
            told &= not (left_to_others and one.raiser and not (one.addressed or one.owner))
            told &= (
                not one.private
                or SHEPHERD(one)
                or MEANING["the person who raised it"](one)
                or one.owner
                or one.addressed
            )
            for status in Status:
                possible = not while_it_is or status in while_it_is.split(", ")
                assert may(one, Right(right), status).allowed is (told and possible), (one, right, status)


def test_swapping_the_sides_gives_the_same_verdicts() -> None:
    for one, right, status in wishes():
        assert may(swapped(one), right, status) == may(one, right, status)


def test_every_refusal_is_a_sentence_and_nothing_allowed_needs_one() -> None:
    for one, right, status in wishes():
        verdict = may(one, right, status)
        assert verdict.allowed is not bool(verdict.why)
        assert verdict.allowed or verdict.why.endswith(".")


def test_the_backup_may_do_what_the_shepherd_may() -> None:
    for one, right, status in wishes():
        if one.role is Role.SHEPHERD:
            assert may(replace(one, role=Role.BACKUP), right, status) == may(one, right, status)


def test_an_observer_sees_and_does_not_act() -> None:
    for one, right, status in wishes():
        if one.role is Role.OBSERVER and may(one, right, status).allowed:
            assert right in SEEING


def test_nothing_is_said_of_a_private_escalation_to_others_than_those_it_is_for() -> None:
    leader = Standing(side=Key.B, role=Role.LEADER, about=Key.A, side_addressed=True, private=True)
    assert {may(leader, right, status) for right, status in product(Right, Status)} == {UNKNOWN}
    for privy in (replace(leader, addressed=True), replace(leader, role=Role.SHEPHERD), replace(leader, raiser=True)):
        assert may(privy, Right.TIMELINE).allowed


def test_whoever_is_allowed_to_do_it_still_needs_it_to_be_possible() -> None:
    for one, right in product(standings(), Right):
        event = TABLE[right].event
        if event and may(one, right).allowed:
            for status in Status:
                assert may(one, right, status).allowed is ((status, event) in escalation.TABLE)


def test_every_event_that_people_cause_has_exactly_one_right() -> None:
    events = [grant.event for grant in TABLE.values() if grant.event]
    assert sorted(events) == sorted(set(Event) - escalation.BY_TIME)


def test_until_their_side_is_confirmed_a_person_holds_no_office_and_sees_nothing_for_one_sides_eyes() -> None:
    for one, right in product(standings(), Right):
        if not one.confirmed and not one.private:
            assert may(one, right) == may(replace(one, role=Role.MEMBER), right) or one.role is Role.OBSERVER
    assert not may(Standing(side=Key.A, role=Role.MEMBER, confirmed=False, about=Key.A), Right.SEE_SIDE).allowed


MEMBER = Standing(side=Key.A, role=Role.MEMBER, about=Key.A)
THEIR_MEMBER = Standing(side=Key.B, role=Role.MEMBER, about=Key.A)
THEIR_LEADER = replace(THEIR_MEMBER, role=Role.LEADER, side_addressed=True)
THEIR_SHEPHERD = replace(THEIR_MEMBER, role=Role.SHEPHERD, side_addressed=True)
RAISER = replace(MEMBER, raiser=True)
OWN_SHEPHERD = replace(MEMBER, role=Role.SHEPHERD, side_addressed=True)


@pytest.mark.parametrize("one", [MEMBER, THEIR_MEMBER, THEIR_LEADER, RAISER, OWN_SHEPHERD])
def test_any_member_of_either_side_may_raise_celebrate_note_and_see(one: Standing) -> None:
    assert all(may(one, right).allowed for right in (Right.ESCALATE, Right.CELEBRATE, Right.NOTE, Right.TIMELINE))


@pytest.mark.parametrize("right", [Right.ACKNOWLEDGE, Right.RESOLVE])
def test_those_addressed_and_that_sides_shepherd_and_leaders_acknowledge_and_resolve(right: Right) -> None:
    able = (replace(THEIR_MEMBER, addressed=True), THEIR_LEADER, THEIR_SHEPHERD, OWN_SHEPHERD)
    assert all(may(one, right, Status.OPEN).allowed for one in able)
    assert not any(may(one, right, Status.OPEN).allowed for one in (MEMBER, THEIR_MEMBER))


def test_a_shepherd_does_not_acknowledge_what_they_raised_unless_they_are_alone() -> None:
    raiser = replace(OWN_SHEPHERD, raiser=True)
    assert may(raiser, Right.ACKNOWLEDGE, Status.OPEN).why.startswith("You raised this one, so others acknowledge it.")
    assert may(replace(raiser, addressed=True), Right.ACKNOWLEDGE, Status.OPEN).allowed


def test_whom_it_was_handed_to_may_acknowledge_it() -> None:
    assert may(replace(THEIR_MEMBER, owner=True), Right.ACKNOWLEDGE, Status.OPEN).allowed


def test_only_the_raiser_confirms_and_withdraws() -> None:
    assert may(RAISER, Right.CONFIRM, Status.RESOLVED).allowed
    assert may(RAISER, Right.WITHDRAW, Status.OPEN).allowed
    assert may(OWN_SHEPHERD, Right.CONFIRM, Status.RESOLVED).why == "Only the person who raised it can confirm."


def test_the_shepherd_of_their_side_stands_in_for_a_raiser_who_left() -> None:
    assert may(replace(OWN_SHEPHERD, raiser_left=True), Right.CONFIRM, Status.RESOLVED).allowed
    assert not may(replace(THEIR_SHEPHERD, raiser_left=True), Right.CONFIRM, Status.RESOLVED).allowed


def test_the_raisers_side_reopens() -> None:
    assert all(may(one, Right.REOPEN, Status.CLOSED).allowed for one in (RAISER, OWN_SHEPHERD))
    assert not any(may(one, Right.REOPEN, Status.CLOSED).allowed for one in (MEMBER, THEIR_SHEPHERD, THEIR_LEADER))


def test_each_side_looks_after_its_own_members_settings_and_room() -> None:
    for right in (Right.MEMBERS, Right.SIDE, Right.MOVE_ROOM, Right.CONFIRM_SIDE, Right.UNDO_JOIN):
        assert may(OWN_SHEPHERD, right).allowed
        assert not may(THEIR_SHEPHERD, right).allowed
        assert not may(MEMBER, right).allowed


def test_either_shepherd_pauses_and_resumes() -> None:
    for right, one in product((Right.PAUSE, Right.RESUME), (OWN_SHEPHERD, THEIR_SHEPHERD)):
        assert may(one, right).allowed
    assert may(THEIR_LEADER, Right.PAUSE).why == "Only the shepherd of either side can pause the partnership."


def test_what_is_too_late_is_said_with_the_owners_name() -> None:
    verdict = may(THEIR_SHEPHERD, Right.ACKNOWLEDGE, Status.ACKNOWLEDGED, owner="Bo Chen")
    assert verdict.why.startswith("This escalation is already acknowledged by Bo Chen")


def test_nobody_is_notified_of_what_is_no_longer_open() -> None:
    assert may(RAISER, Right.NOTIFY_NOW, Status.OPEN).allowed
    assert not may(RAISER, Right.NOTIFY_NOW, Status.CLOSED).allowed
