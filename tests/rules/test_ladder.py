"""Who is told at which level."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bot.pack import pack, unpack
from bot.rules import ladder
from bot.rules.escalation import Limit
from bot.rules.ladder import Candidate, Ladder
from bot.rules.worktime import Calendar
from bot.words import Key, Role, Urgency

ADA, ALI, BO, CY, DEE = 1, 2, 3, 4, 5
PRIYA, RAJ, SAM = 11, 12, 13
SOMEBODY = 99

NORTH = (
    Candidate(ADA, Role.SHEPHERD),
    Candidate(ALI, Role.BACKUP),
    Candidate(BO, Role.LEADER, rank=2),
    Candidate(CY, Role.LEADER, rank=1),
    Candidate(DEE, Role.MEMBER),
)
SOUTH = (Candidate(PRIYA, Role.SHEPHERD), Candidate(RAJ, Role.LEADER), Candidate(SAM, Role.LEADER))


def levels(of: Ladder) -> dict[int, tuple[tuple[int, ...], tuple[int, ...]]]:
    return {rung.level: (rung.a, rung.b) for rung in of.rungs}


def test_the_shepherd_then_the_leaders_then_the_most_senior_leader_are_told() -> None:
    assert ladder.people(NORTH) == {1: (ADA,), 2: (BO, CY), 3: (CY,)}


def test_without_ranks_the_leader_named_first_is_the_most_senior() -> None:
    assert ladder.people(SOUTH)[3] == (RAJ,)


def test_a_leader_with_a_rank_is_more_senior_than_one_without() -> None:
    assert ladder.people((Candidate(RAJ, Role.LEADER), Candidate(SAM, Role.LEADER, rank=7)))[3] == (SAM,)


def test_the_backup_stands_in_for_a_shepherd_who_is_away() -> None:
    away = (Candidate(ADA, Role.SHEPHERD, away=True), *NORTH[1:])
    assert ladder.people(away)[1] == (ALI,)


def test_the_shepherd_is_told_all_the_same_where_the_backup_is_away_too() -> None:
    assert ladder.people((Candidate(ADA, Role.SHEPHERD, away=True), Candidate(ALI, Role.BACKUP, away=True)))[1] == (
        ADA,
    )


def test_the_people_a_side_names_for_a_level_take_the_place_of_the_usual_ones() -> None:
    assert ladder.people(NORTH, {2: (DEE, ADA)}) == {1: (ADA,), 2: (DEE, ADA), 3: (CY,)}


def test_a_named_person_who_is_no_longer_a_member_or_only_looks_on_is_not_told() -> None:
    looking_on = Candidate(SOMEBODY, Role.OBSERVER)
    assert ladder.people((*NORTH, looking_on), {2: (SOMEBODY, DEE)})[2] == (DEE,)
    assert ladder.people(NORTH, {2: (SOMEBODY,)})[2] == (BO, CY)


def test_a_level_that_the_plan_does_not_know_is_left_out() -> None:
    assert set(ladder.people(NORTH, {7: (DEE,)})) == {1, 2, 3}


def test_each_level_is_told_on_both_sides_together() -> None:
    joined = ladder.join(ladder.people(NORTH), ladder.people(SOUTH), raiser=DEE)
    assert levels(joined) == {1: ((ADA,), (PRIYA,)), 2: ((BO, CY), (RAJ, SAM)), 3: ((CY,), (RAJ,))}
    assert joined.skipped == ()
    assert ladder.skipped_in_words(joined) == ""


def test_swapping_the_sides_mirrors_the_ladder() -> None:
    one = ladder.join(ladder.people(NORTH), ladder.people(SOUTH), raiser=BO)
    other = ladder.join(ladder.people(SOUTH), ladder.people(NORTH), raiser=BO)
    assert levels(other) == {level: (b, a) for level, (a, b) in levels(one).items()}


def test_a_level_with_nobody_on_one_side_is_told_on_the_other() -> None:
    joined = ladder.join(ladder.people(NORTH), ladder.people(SOUTH[:1]), raiser=DEE)
    assert ladder.rung_at(joined, 2).on(Key.A) == (BO, CY)
    assert ladder.rung_at(joined, 2).on(Key.B) == ()


def test_a_level_with_nobody_on_either_side_is_skipped_and_said_so() -> None:
    joined = ladder.join(ladder.people(NORTH[:1]), ladder.people(SOUTH[:1], {3: (PRIYA,)}), raiser=DEE)
    assert [rung.level for rung in joined.rungs] == [1, 3]
    assert ladder.skipped_in_words(joined) == "Level 2 is skipped: nobody else stands there on either side."


def test_several_skipped_levels_are_said_in_one_sentence() -> None:
    joined = ladder.join(ladder.people(NORTH[:1]), ladder.people(SOUTH[:1]), raiser=DEE)
    assert ladder.skipped_in_words(joined) == "Levels 2 and 3 are skipped: nobody else stands there on either side."


def test_nobody_is_told_of_their_own_escalation() -> None:
    joined = ladder.join(ladder.people(NORTH), ladder.people(SOUTH), raiser=ADA)
    assert levels(joined)[1] == ((), (PRIYA,))
    joined = ladder.join(ladder.people(NORTH), ladder.people(SOUTH), raiser=CY)
    assert levels(joined)[2] == ((BO,), (RAJ, SAM))


def test_a_level_where_the_raiser_stands_alone_is_skipped() -> None:
    joined = ladder.join(ladder.people(NORTH), {}, raiser=ADA)
    assert begins(joined) == 2
    assert begins(joined, level=3) == 3
    assert joined.skipped == (1,)


def test_somebody_who_is_all_alone_is_told_of_their_own_escalation() -> None:
    joined = ladder.join(ladder.people(NORTH[:1]), {}, raiser=ADA)
    assert levels(joined) == {1: ((ADA,), ())}


def test_a_ladder_without_anybody_has_no_level() -> None:
    assert ladder.begin(ladder.join({}, {}, raiser=DEE)) is None


def test_the_levels_have_4_8_and_24_hours_and_half_an_hour_2_and_4_where_it_is_urgent() -> None:
    joined = ladder.join(ladder.people(NORTH), ladder.people(SOUTH), raiser=DEE)
    assert ladder.limits(joined, Urgency.NORMAL) == (Limit(1, 240), Limit(2, 480), Limit(3, 1440))
    assert ladder.limits(joined, Urgency.HIGH) == (Limit(1, 30), Limit(2, 120), Limit(3, 240))


def test_one_climbs_level_by_level_up_to_the_top() -> None:
    joined = ladder.join(ladder.people(NORTH), ladder.people(SOUTH), raiser=DEE)
    assert [rung.level for rung in joined.rungs] == [1, 2, 3]


def begins(joined: ladder.Ladder, **wish: int) -> int | None:
    rung = ladder.begin(joined, **wish)
    return rung.level if rung else None


def test_it_begins_where_it_was_wished_else_with_whom_it_goes_to_else_at_the_bottom() -> None:
    joined = ladder.join(ladder.people(NORTH[:1]), ladder.people(SOUTH[:1], {3: (PRIYA,)}), raiser=DEE)
    assert [begins(joined), begins(joined, level=3), begins(joined, to=PRIYA)] == [1, 3, 1]
    assert begins(joined, level=2) == 3  # nobody stands there
    assert begins(joined, level=4) == 3
    assert begins(joined, to=DEE) == 1  # not on the ladder


def test_a_person_is_found_on_the_lowest_level_they_stand_on() -> None:
    joined = ladder.join(ladder.people(NORTH), ladder.people(SOUTH), raiser=DEE)
    assert [ladder.level_of(joined, one) for one in (PRIYA, CY, SOMEBODY)] == [1, 2, None]


def test_a_ladder_is_kept_and_read_back_as_it_was() -> None:
    joined = ladder.join(ladder.people(NORTH), ladder.people(SOUTH[:1]), raiser=DEE)
    assert unpack(pack(joined, Ladder), Ladder) == joined


SATURDAY = datetime(2026, 11, 7, 12, tzinfo=UTC)


def test_people_are_told_in_their_working_time() -> None:
    assert ladder.told_at(Urgency.NORMAL, SATURDAY, Calendar("UTC")) == datetime(2026, 11, 9, 9, tzinfo=UTC)


def test_people_are_told_when_they_are_back() -> None:
    away = [(date(2026, 11, 9), date(2026, 11, 10))]
    assert ladder.told_at(Urgency.NORMAL, SATURDAY, Calendar("UTC"), away) == datetime(2026, 11, 11, 9, tzinfo=UTC)


def test_what_is_urgent_is_told_at_once() -> None:
    assert ladder.told_at(Urgency.HIGH, SATURDAY, Calendar("UTC")) == SATURDAY
