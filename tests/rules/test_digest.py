"""What a digest counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.rules.digest import (
    Change,
    Concern,
    Digest,
    Material,
    Meeting,
    Open,
    Overdue,
    Owed,
    Prompt,
    Report,
    Tally,
    bars,
    digest,
)
from bot.rules.escalation import TABLE, Status
from bot.rules.stand import Stand, Step, stand
from bot.rules.weeks import to
from bot.words import CheckInState, Key, Role

WEEKS = to(date(2026, 11, 9), time(9), "UTC")
SEEN = WEEKS.end
MIDWEEK = datetime(2026, 11, 4, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANA, JOAO, BO, PRIYA = 1, 2, 3, 4
PEOPLE = {
    ANA: (Key.A, Role.SHEPHERD),
    JOAO: (Key.A, Role.MEMBER),
    BO: (Key.B, Role.SHEPHERD),
    PRIYA: (Key.B, Role.LEADER),
}
LADDER = {1: (ANA, BO), 2: (PRIYA,)}


def steps(*kinds: str, start: datetime = MIDWEEK, by: int | None = BO) -> tuple[Step, ...]:
    """Events an hour apart, with nothing in their bodies but what their kinds say."""
    return tuple(Step(f"escalation.{kind}", start + hours * HOUR, by=by) for hours, kind in enumerate(kinds))


def concern(*kinds: str, start: datetime = MIDWEEK, side: Key = Key.A) -> Concern:
    return Concern(1, side, steps(*kinds, start=start), LADDER)


def told(**material: object) -> Digest:
    return digest(Material(PEOPLE, **material), WEEKS, SEEN)  # type: ignore[arg-type]


# Where an escalation stood -------------------------------------------------------------------------------------------


def test_where_an_escalation_stood_is_told_from_its_steps_up_to_then() -> None:
    lived = steps("raised", "acknowledged", "asked", "progressed", "resolved", "confirmed")
    at = [stand(lived, MIDWEEK + hours * HOUR) for hours in range(6)]
    assert [each and each.status.value for each in at] == [
        "open", "acknowledged", "acknowledged", "acknowledged", "resolved", "closed"
    ]  # fmt: skip
    assert [each is not None and each.asked is not None for each in at] == [False, False, True, False, False, False]
    assert stand(lived, MIDWEEK - HOUR) is None


def test_an_answer_is_overdue_from_the_first_time_nobody_gave_one_until_somebody_does() -> None:
    late = stand(steps("raised", "climbed", "repeated", "stopped"), SEEN)
    assert late is not None
    assert late.unanswered == MIDWEEK + HOUR
    for after in ("acknowledged", "lifted", "withdrawn"):
        now = stand(steps("raised", "climbed", after), SEEN)
        assert now is not None
        assert now.unanswered is None


def test_what_is_said_about_an_escalation_changes_nothing_of_where_it_stands() -> None:
    lived = steps("raised", "acknowledged", "asked", "commented", "changed", "noted")
    assert stand(lived, SEEN) == replace(stand(lived[:3], SEEN) or Stand(Status.OPEN, 1, SEEN))


def test_an_event_whose_body_was_erased_stands_as_one_that_says_all() -> None:
    for (before, _), row in TABLE.items():
        if row.kind not in ("escalation.noted", "escalation.reassigned", "escalation.snoozed", "escalation.woken"):
            lived = (Step("escalation.raised", MIDWEEK, before.value, 1), Step(row.kind, MIDWEEK + HOUR, level=1))
            full = (*lived[:1], replace(lived[1], to=row.to.value))
            assert stand(lived, SEEN) == stand(full, SEEN), row


# Wins, what is open, what is overdue ---------------------------------------------------------------------------------


def test_a_resolution_is_a_win_of_the_week_in_which_it_was_confirmed_and_only_while_it_holds() -> None:
    settled = ("raised", "acknowledged", "resolved", "confirmed")
    assert told(concerns=[concern(*settled)]).resolved == (1,)
    assert told(concerns=[concern(*settled, start=WEEKS.start - DAY)]).resolved == ()
    again = told(concerns=[concern(*settled, "reopened")])
    assert (again.resolved, len(again.open)) == ((), 1)
    assert told(concerns=[concern("raised", "withdrawn")]).wins == 0


def test_a_celebration_is_a_win_of_the_week_in_which_it_was_given() -> None:
    found = told(celebrations=[(7, WEEKS.start), (8, WEEKS.end), (9, WEEKS.start - HOUR)])
    assert found.celebrations == (7,)


def test_an_open_escalation_says_whose_turn_it_is() -> None:
    turns = {
        ("raised",): Key.B,
        ("raised", "acknowledged"): Key.B,
        ("raised", "acknowledged", "resolved"): Key.A,
    }
    for kinds, side in turns.items():
        (found,) = told(concerns=[concern(*kinds)]).open
        assert found.waits_for is side, kinds


def test_overdue_names_the_side_the_role_and_since_when() -> None:
    (answer,) = told(concerns=[concern("raised", "repeated")]).overdue
    assert answer == Overdue(Owed.ANSWER, 1, Key.B, MIDWEEK + HOUR, (Role.SHEPHERD,), (BO,))
    (word,) = told(concerns=[concern("raised", "acknowledged", "asked")]).overdue
    assert (word.owed, word.side, word.roles) == (Owed.PROGRESS, Key.B, (Role.SHEPHERD,))
    (report,) = told(reports=[Report(5, Key.A, MIDWEEK)]).overdue
    assert report == Overdue(Owed.REPORT, 5, Key.A, MIDWEEK, (Role.SHEPHERD,), (ANA,))


def test_a_report_that_came_or_is_not_due_yet_is_not_overdue() -> None:
    assert told(reports=[Report(5, Key.A, MIDWEEK, MIDWEEK + DAY), Report(6, Key.A, SEEN + HOUR)]).overdue == ()
    assert len(told(reports=[Report(5, Key.A, MIDWEEK, SEEN + HOUR)]).overdue) == 1


# Check-ins -----------------------------------------------------------------------------------------------------------


def test_check_ins_are_counted_for_those_who_could_give_one() -> None:
    answered = Prompt(Key.A, CheckInState.ANSWERED, MIDWEEK, MIDWEEK - HOUR)
    prompts = [
        answered,
        *(Prompt(Key.A, state, MIDWEEK) for state in CheckInState if state is not CheckInState.ANSWERED),
    ]
    # Skipped and missed count as due; away, and asked but never heard of (an outage, a pause), do not.
    assert told(prompts=prompts).given == {Key.A: Tally(1, 3), Key.B: Tally()}


def test_an_answer_that_came_after_the_digest_does_not_change_what_it_said() -> None:
    late = Prompt(Key.B, CheckInState.ANSWERED, MIDWEEK, SEEN + HOUR)
    assert told(prompts=[late]).given[Key.B] == Tally(0, 1)


def test_each_check_in_is_in_one_week_of_the_trend() -> None:
    prompts = [Prompt(Key.A, CheckInState.MISSED, edge) for edge in WEEKS.edges]
    assert [each.due for each in told(prompts=prompts).trend] == [1] * 8


def test_bars_rise_with_the_share_and_a_week_with_nothing_due_is_a_dot() -> None:
    assert bars([Tally(0, 5), Tally(1, 2), Tally(), Tally(99, 100), Tally(5, 5)]) == "▁▅·██"


# The whole -----------------------------------------------------------------------------------------------------------


def test_a_week_in_which_nothing_happened_is_empty_even_with_a_meeting_ahead() -> None:
    assert told(meetings=[Meeting(3, SEEN + DAY)]).empty
    assert not told(changes=[Change(3, "set", MIDWEEK)]).empty
    assert not told(prompts=[Prompt(Key.A, CheckInState.MISSED, MIDWEEK)]).empty
    assert told(changes=[Change(3, "set", SEEN)]).empty


moments = st.integers(-70, 10).map(lambda days: SEEN + days * DAY / 3)
keys = st.sampled_from(Key)
kinds = st.sampled_from(sorted({row.kind for row in TABLE.values()}))


@st.composite
def concerns(draw: st.DrawFn) -> Concern:
    """Any sequence of events, in order of time; the rule takes the record as it is."""
    raised = Step("escalation.raised", draw(moments), "open", 1, draw(st.sampled_from([*PEOPLE])))
    rest = sorted(draw(st.lists(st.tuples(moments, kinds, st.sampled_from([*PEOPLE])), max_size=6)))
    lived = [Step(kind, max(at, raised.at), by=by, person=by) for at, kind, by in rest]
    return Concern(draw(st.integers(1, 9)), draw(keys), (raised, *lived), LADDER)


materials = st.builds(
    Material,
    st.just(PEOPLE),
    celebrations=st.lists(st.tuples(st.integers(1, 9), moments), max_size=4),
    concerns=st.lists(concerns(), max_size=4),
    prompts=st.lists(st.builds(Prompt, keys, st.sampled_from(CheckInState), moments, st.none() | moments), max_size=12),
    reports=st.lists(st.builds(Report, st.integers(1, 9), keys, moments, st.none() | moments), max_size=3),
)


def swapped(material: Material) -> Material:
    return replace(
        material,
        people={member: (side.other, role) for member, (side, role) in material.people.items()},
        concerns=[replace(each, side=each.side.other) for each in material.concerns],
        prompts=[each._replace(side=each.side.other) for each in material.prompts],
        reports=[replace(each, side=each.side.other) for each in material.reports],
    )


def mirrored(found: Digest) -> Digest:
    def turned(each: Open) -> Open:
        return replace(each, waits_for=each.waits_for.other)

    return replace(
        found,
        open=tuple(map(turned, found.open)),
        check_ins={key: found.given[key.other] for key in Key},
        overdue=tuple(replace(each, side=each.side.other) for each in found.overdue),
    )


@given(materials)
def test_swapping_the_sides_mirrors_every_number(material: Material) -> None:
    assert digest(swapped(material), WEEKS, SEEN) == mirrored(digest(material, WEEKS, SEEN))


@given(materials)
def test_what_happens_after_the_digest_changes_nothing_in_it(material: Material) -> None:
    known = replace(
        material,
        celebrations=[each for each in material.celebrations if each[1] <= SEEN],
        concerns=[
            replace(each, steps=tuple(step for step in each.steps if step.at <= SEEN)) for each in material.concerns
        ],
        prompts=[
            each._replace(answered_at=each.answered_at if each.answered_at and each.answered_at <= SEEN else None)
            for each in material.prompts
        ],
    )
    assert digest(known, WEEKS, SEEN) == digest(material, WEEKS, SEEN)
