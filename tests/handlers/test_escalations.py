"""The buttons, forms and thread of an escalation: who may, what follows, and what both rooms show of it."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from bot.actions import Call, members
from bot.messages import Errors, Form, Message, Nothing, Reply, Tone
from bot.rules.escalation import Snooze
from bot.words import plain
from storage import ledger
from storage.scenes import scene
from tests.handlers.escalating import ROOMS, card, has_card, level, stands, told, waiting, words
from tests.house import House, labels, said

RIG = "escalation:1"


@pytest.fixture
def rig(house: House) -> House:
    """Escalation 1, raised by João of Northwind on Monday at 11:00 in Tokyo and told at once."""
    house.clock.time = house.clock.time.replace(hour=2)
    house.types("joao", "/escalate the test rig is down")
    return house


def resolve(house: House, who: str, outcome: str = "The spare part is in") -> Reply:
    return house.submits(who, house.acts(who, "escalation.resolve", RIG), outcome=outcome)


# Who may -------------------------------------------------------------------------------------------------------------

ADDRESSED = "Only the one who has it, those addressed, the shepherd of a side that is addressed or the leaders of a side that is addressed can"
OFFICES = "Only the one who has it, those addressed, the shepherd of either side or the leaders of either side can"
RAISER = "Only the person who raised it can"
OBSERVER = "Observers see and do not act."


@pytest.mark.parametrize(
    ("action", "may", "why"),
    [
        ("acknowledge", ("ana", "bo", "nora", "priya"), ADDRESSED),
        ("resolve", ("ana", "bo", "nora", "priya"), ADDRESSED),
        ("snooze", ("ana", "bo", "nora", "priya"), ADDRESSED),
        ("reassign", ("ana", "bo", "nora", "priya"), OFFICES),
        ("raise_level", ("joao", "ana", "bo", "nora", "priya"), "Only the person who raised it, those addressed"),
        ("withdraw", ("joao",), RAISER),
        ("notify_now", ("joao",), RAISER),
        ("change", ("joao",), "Only the person who raised it can change its words."),
        ("note", ("joao", "ana", "bo", "nora", "priya", "sam"), OBSERVER),
        ("timeline", ("joao", "ana", "bo", "nora", "priya", "sam", "olga"), ""),
    ],
)
def test_each_button_of_an_open_one_works_for_those_who_may_and_tells_the_others_who_can(
    rig: House, action: str, may: tuple[str, ...], why: str
) -> None:
    before = card(rig)
    value = f"{RIG}|hour" if action == "snooze" else RIG
    for who in {"ana", "joao", "nora", "olga", "bo", "priya", "sam"} - set(may):
        refusal = said(rig.acts(who, f"escalation.{action}", value))
        expected = (
            OBSERVER
            if who == "olga"
            else "You raised this one"
            if who == "joao" and action in ("acknowledge", "resolve")
            else why
        )
        assert refusal.startswith(expected), (who, refusal)
    assert card(rig) == before

    for number, who in enumerate(may, start=2):
        rig.types("joao", "/escalate one more")
        reply = rig.acts(who, f"escalation.{action}", value.replace(RIG, f"escalation:{number}"))
        refusals = ("Only", "You raised", "Observers", "This escalation", "There is")
        assert isinstance(reply, Form) or not said(reply).startswith(refusals), (who, reply)


def test_only_the_raiser_confirms_and_the_raiser_s_shepherd_and_leaders_may_reopen(rig: House) -> None:
    resolve(rig, "bo")

    for who in ("bo", "ana", "nora", "priya", "sam"):
        assert said(rig.acts(who, "escalation.confirm", RIG)).startswith(RAISER), who
    for who in ("bo", "priya", "sam"):
        assert said(rig.acts(who, "escalation.reopen", RIG)).startswith(RAISER.removesuffix(" can")), who
    for who in ("joao", "ana", "nora"):
        assert said(rig.acts(who, "escalation.reopen", RIG)).startswith("Escalation 1 is open again."), who
        resolve(rig, "bo")


def test_the_one_it_was_handed_to_may_do_what_those_addressed_may(rig: House) -> None:
    rig.submits("bo", rig.presses("bo", "Reassign"), to=str(person(rig, "Sam Lee")))

    assert said(rig.presses("sam", "Acknowledge")).startswith("Escalation 1 is yours now.")


def test_a_button_of_an_earlier_state_says_how_it_stands_and_changes_nothing(rig: House) -> None:
    rig.presses("bo", "Acknowledge")
    before = card(rig)

    assert said(rig.acts("priya", "escalation.acknowledge", RIG)).startswith(
        "This escalation is already acknowledged by Bo Chen, so nobody can acknowledge now. Possible: "
    )
    assert card(rig) == before


@pytest.mark.parametrize(
    "value", ["", "escalation:", "escalation:x", "escalation:99", f"escalation:{'9' * 40}", "partnership:1", "member:1", "celebration:1", "nonsense"],
)  # fmt: skip
def test_a_value_that_no_button_of_ours_has_does_nothing(rig: House, value: str) -> None:
    for action in ("acknowledge", "timeline", "withdraw", "resolve"):
        assert said(rig.acts("bo", f"escalation.{action}", value)) == "There is nothing here for you to act on."
    assert stands(rig) == "open"


# What follows --------------------------------------------------------------------------------------------------------


def test_acknowledging_anywhere_stops_the_clock_everywhere(rig: House) -> None:
    rig.time_passes(hours=3)
    assert said(rig.presses("bo", "Acknowledge", rig.direct("bo").latest, where="direct")) == (
        "Escalation 1 is yours now. Its clock has stopped on both sides."
    )

    assert card(rig).tone is Tone.AMBER
    assert card(rig).fact("Owner") == "Bo Chen (Contoso)"
    assert has_card(rig, "bo")
    assert not any("unanswered" in each or "notify" in each for each in waiting(rig))
    for room in ROOMS:
        assert "Bo Chen (Contoso) acknowledged it." in rig.room(room).thread[-1]
    assert told(rig, "joao") == []  # 05:00 in Lisbon
    rig.time_passes(hours=4)
    assert told(rig, "joao") == ["Escalation 1 is acknowledged by Bo Chen (Contoso)."]


def test_resolving_asks_the_outcome_and_then_the_raiser(rig: House) -> None:
    form = rig.presses("bo", "Resolve")
    assert isinstance(form, Form)
    assert isinstance(rig.submits("bo", form, outcome=" "), Errors)
    rig.time_passes(hours=8)
    assert said(rig.submits("bo", form, outcome="The spare part is in")) == (
        "Escalation 1 is resolved. João Silva (Northwind) is asked to confirm."
    )

    assert (stands(rig), card(rig).tone) == ("resolved, waiting for confirmation", Tone.OUTLINE)
    assert card(rig).fact("Outcome") == "The spare part is in"
    assert labels(card(rig)) == ["Confirm", "Reopen", "Note", "Timeline"]
    question = rig.direct("joao").latest
    assert words(question).startswith("Escalation 1 is resolved, says Bo Chen (Contoso). Is it settled for you?")
    assert "> The spare part is in" in words(question)

    assert said(rig.presses("joao", "Confirm", question, where="direct")) == "Escalation 1 is closed. Thank you."
    assert (stands(rig), card(rig).tone, waiting(rig)) == ("closed", Tone.GREEN, [])
    assert told(rig, "bo") == []  # past the end of the day in Tokyo
    rig.time_passes(hours=14)
    assert told(rig, "bo") == ["Escalation 1 is closed: the raiser confirmed that it is settled."]


def test_the_raiser_is_asked_to_confirm_in_their_working_time(rig: House) -> None:
    resolve(rig, "bo")  # 02:00 in Lisbon

    assert stands(rig) == "resolved, waiting for confirmation"
    assert told(rig, "joao") == []
    rig.time_passes(hours=6, minutes=59)
    assert told(rig, "joao") == []
    rig.time_passes(minutes=1)
    assert len(told(rig, "joao")) == 1
    rig.time_passes(hours=3)
    assert len(told(rig, "joao")) == 1


def test_a_question_that_was_answered_meanwhile_is_not_asked(rig: House) -> None:
    resolve(rig, "bo")
    rig.presses("joao", "Confirm")
    rig.time_passes(hours=12)

    assert told(rig, "joao") == []


def test_a_reopened_one_starts_again_at_the_level_it_had_with_its_full_time(rig: House) -> None:
    rig.presses("joao", "Raise level")
    rig.time_passes(hours=5)
    resolve(rig, "priya")
    rig.time_passes(hours=20)
    assert said(rig.presses("joao", "Reopen")).startswith("Escalation 1 is open again. Level 2: ")

    assert level(rig) == "Level 2"
    assert (card(rig).fact("Acknowledge by") or "").endswith("8 h of working time left")
    assert card(rig).fact("Outcome") == "The spare part is in"


def test_a_closed_one_can_be_reopened_for_thirty_days(rig: House) -> None:
    resolve(rig, "bo")
    rig.presses("joao", "Confirm")
    rig.time_passes(days=30)
    rig.presses("joao", "Reopen")
    assert stands(rig) == "open"

    resolve(rig, "bo")
    rig.presses("joao", "Confirm")
    rig.time_passes(days=31)
    assert said(rig.presses("joao", "Reopen")).startswith("This escalation was closed more than 30 days ago.")
    assert stands(rig) == "closed"


def test_raising_the_level_tells_the_next_one_on_both_sides(rig: House) -> None:
    assert said(rig.presses("joao", "Raise level")) == (
        "Escalation 1 went up a level. Level 2: Nora Berg (Northwind) and Priya Rao (Contoso)."
    )
    rig.time_passes(hours=6)

    assert has_card(rig, "nora")
    assert has_card(rig, "priya")
    rig.presses("joao", "Raise level")
    assert said(rig.presses("joao", "Raise level")).startswith("This escalation is already at the top level")


def test_handing_it_on_tells_who_has_it_now_and_keeps_the_clock(rig: House) -> None:
    before = card(rig).fact("Acknowledge by")
    form = rig.presses("bo", "Reassign")
    assert isinstance(form, Form)
    offered = next(each for each in form.fields if each.kind == "choice")
    assert [each.label for each in offered.options] == [
        "Ana Ruiz (Northwind)", "Nora Berg (Northwind)", "Bo Chen (Contoso)", "Priya Rao (Contoso)", "Sam Lee (Contoso)",
    ]  # fmt: skip

    assert isinstance(rig.submits("bo", form, to=str(person(rig, "Olga Novak"))), Errors)
    assert isinstance(rig.submits("bo", form, to="nonsense"), Errors)
    reply = rig.submits("bo", form, to=str(person(rig, "Sam Lee")), why="You know the rig")

    assert said(reply) == (
        "Escalation 1 is handed to Sam Lee (Contoso). They hear of it Mon 2 Nov 2026, 09:00 New York."
    )
    assert card(rig).fact("Handed to") == "Sam Lee (Contoso)"
    assert card(rig).fact("Acknowledge by") == before
    assert not has_card(rig, "sam")
    assert rig.room("north").thread[-1] == "Bo Chen (Contoso) handed it to Sam Lee (Contoso).\n> You know the rig"


def test_whoever_gets_one_that_is_in_hand_hears_of_it_when_their_day_begins(rig: House) -> None:
    rig.presses("bo", "Acknowledge")
    form = rig.presses("bo", "Reassign")
    rig.submits("bo", form, to=str(person(rig, "Sam Lee")))

    assert told(rig, "sam") == []
    rig.time_passes(hours=12)
    assert told(rig, "sam") == ["Escalation 1 was handed to you by Bo Chen (Contoso)."]
    assert labels(rig.direct("sam").latest) == ["Resolve", "Reassign", "Note", "Timeline"]


@pytest.mark.parametrize(
    ("choice", "until"),
    [
        (Snooze.HALF_HOUR, "Mon 2 Nov 2026, 03:30 Berlin (11:30 Tokyo)"),
        (Snooze.HOUR, "Mon 2 Nov 2026, 04:00 Berlin (12:00 Tokyo)"),
        (Snooze.FOUR_HOURS, "Mon 2 Nov 2026, 07:00 Berlin (15:00 Tokyo)"),
        (Snooze.NEXT_DAY, "Tue 3 Nov 2026, 01:00 Berlin (09:00 Tokyo)"),
    ],
)
def test_a_snooze_holds_the_clock_with_the_time_left(rig: House, choice: Snooze, until: str) -> None:
    reply = rig.presses("bo", "Snooze", option=choice.value)
    assert said(reply) == f"Escalation 1 is snoozed until {until}. Its clock waits."
    assert card(rig).fact("Snoozed until") == until

    rig.time_passes(hours=4, minutes=1)
    assert level(rig) == "Level 1"
    assert ("The snooze is over, and the clock goes on." in rig.room("south").thread) is (choice is not Snooze.NEXT_DAY)
    rig.time_passes(days=2)
    assert level(rig) != "Level 1"


def test_after_a_snooze_the_clock_goes_on_with_what_was_left(rig: House) -> None:
    rig.time_passes(hours=1)
    rig.presses("bo", "Snooze", option="1 h")
    rig.time_passes(hours=1)

    assert card(rig).fact("Acknowledge by") == ("Mon 2 Nov 2026, 08:00 Berlin (16:00 Tokyo) — 3 h of working time left")


def test_a_snooze_of_no_known_length_is_asked_back(rig: House) -> None:
    assert said(rig.acts("bo", "escalation.snooze", f"{RIG}|forever")) == "Choose how long it is to be snoozed."


def test_withdrawing_ends_it_in_both_rooms_and_tells_the_owner(rig: House) -> None:
    rig.presses("bo", "Acknowledge")
    assert said(rig.presses("joao", "Withdraw")) == "Escalation 1 is withdrawn. Nobody is waiting for anything."

    assert (stands(rig), card(rig).tone, waiting(rig)) == ("withdrawn", Tone.GREY, [])
    assert labels(card(rig)) == ["Note", "Timeline"]
    assert told(rig, "bo")[-1] == "Escalation 1 was withdrawn by the raiser."


def test_notify_now_tells_at_once_whom_the_night_would_keep_waiting(house: House) -> None:
    reply = house.types("joao", "/escalate the test rig is down")  # 18:00 in Tokyo
    assert isinstance(reply, Message)
    assert not has_card(house, "bo")
    assert said(house.presses("joao", "Notify now", reply)) == (
        "Escalation 1 is out: Bo Chen (Contoso) is being told now."
    )
    assert has_card(house, "bo")
    assert "everybody was told already" in said(house.presses("joao", "Notify now", reply))
    house.time_passes(hours=16)
    assert len(house.direct("bo").posts) == 1


def test_notify_now_has_nothing_to_do_once_it_is_in_hand(rig: House) -> None:
    rig.presses("bo", "Acknowledge")

    assert said(rig.acts("joao", "escalation.notify_now", RIG)) == (
        "Nobody is waiting to be notified of this escalation any more."
    )


# What is said --------------------------------------------------------------------------------------------------------


def test_a_note_goes_into_both_threads_with_author_and_organisation(rig: House) -> None:
    form = rig.presses("sam", "Note")
    assert isinstance(rig.submits("sam", form, words="  "), Errors)
    assert said(rig.submits("sam", form, words="I saw it too")) == "Escalation 1 has your note."

    for room in ROOMS:
        assert rig.room(room).thread == ["Sam Lee (Contoso) says:\n> I saw it too"]
    assert stands(rig) == "open"


def test_a_reply_in_the_thread_is_carried_to_the_other_room_only(rig: House) -> None:
    assert rig.says("sam", "is @bo on it?") == Nothing()

    assert rig.room("north").thread == ["Sam Lee (Contoso) says:\n> is @Bo Chen on it?"]
    assert rig.room("south").thread == []


def test_what_the_owner_s_side_says_counts_as_progress_and_is_said_once(rig: House) -> None:
    rig.presses("bo", "Acknowledge")
    rig.time_passes(hours=5)
    before = card(rig).fact("Owner is asked")
    rig.says("joao", "any news?")
    assert card(rig).fact("Owner is asked") == before
    rig.says("sam", "the part is on its way")

    assert (card(rig).fact("Owner is asked") or "").endswith("8 h of working time left")
    assert card(rig).fact("Owner is asked") != before
    assert rig.room("north").thread[-1] == "Sam Lee (Contoso) says:\n> the part is on its way"


def test_the_timeline_has_every_step_with_who_where_and_what(rig: House) -> None:
    rig.presses("bo", "Acknowledge")
    rig.submits("bo", rig.presses("bo", "Reassign"), to=str(person(rig, "Sam Lee")), why="You know it")
    rig.says("joao", "any news?")
    resolve(rig, "sam")
    rig.presses("joao", "Reopen")
    rig.time_passes(days=1)
    rig.presses("joao", "Withdraw")
    timeline = rig.presses("olga", "Timeline")

    lines = [each.partition(" — ")[2] for each in words(timeline).splitlines() if " — " in each]
    assert lines == [
        "João Silva (Northwind) raised it at level 1 · via Slack",
        "Bo Chen (Contoso) acknowledged it (open → acknowledged) · via Teams",
        "Bo Chen (Contoso) handed it to Sam Lee (Contoso) · via Teams",
        "João Silva (Northwind) commented · via Slack",
        "Sam Lee (Contoso) resolved it (acknowledged → resolved) · via Teams",
        "João Silva (Northwind) reopened it (resolved → open) · via Slack",
        "not acknowledged in time, so it went up on both sides (level 1 → 2)",
        "João Silva (Northwind) withdrew it (open → withdrawn) · via Slack",
    ]
    assert "> any news?" in words(timeline)
    assert rig.database.run(lambda session: ledger.verify(ledger.export(session, rig.partnership))) == []


# Comings and goings --------------------------------------------------------------------------------------------------


def test_what_somebody_who_leaves_has_in_hand_goes_to_their_shepherd(rig: House) -> None:
    rig.submits("bo", rig.presses("bo", "Reassign"), to=str(person(rig, "Sam Lee")))
    rig.presses("sam", "Acknowledge")
    leaves(rig, "sam")

    assert card(rig).fact("Owner") == "Bo Chen (Contoso)"
    assert "Escalation 1 was handed to you." in told(rig, "bo")


def test_where_the_raiser_leaves_their_shepherd_confirms(rig: House) -> None:
    rig.time_passes(hours=7)
    resolve(rig, "bo")
    leaves(rig, "joao")

    assert any("has left. It is yours now." in each for each in told(rig, "ana"))
    assert said(rig.presses("ana", "Confirm")) == "Escalation 1 is closed. Thank you."


def test_where_the_only_one_addressed_leaves_their_shepherd_answers(rig: House) -> None:
    rig.presses("joao", "Raise level")
    leaves(rig, "priya")

    assert card(rig).fact("With") == "Level 2: Nora Berg (Northwind) and Bo Chen (Contoso)"
    assert said(rig.presses("bo", "Acknowledge")).startswith("Escalation 1 is yours now.")


def test_who_is_not_a_member_any_more_sees_nothing_new_on_an_old_card(rig: House) -> None:
    rig.presses("joao", "Raise level")
    rig.time_passes(hours=6)
    old = rig.direct("priya").latest
    leaves(rig, "priya")
    rig.presses("bo", "Acknowledge")

    assert rig.direct("priya").posts[0] == old
    assert rig.acts("priya", "escalation.timeline", RIG, where="direct") == rig.acts(
        "mallory", "escalation.timeline", RIG, where="direct"
    )


def test_pausing_stops_every_clock_and_resuming_gives_back_the_time_left(rig: House) -> None:
    rig.time_passes(hours=1)
    rig.types("ana", "/partnership pause")
    assert stands(rig) == "open, paused with the partnership"
    assert card(rig).fact("Clock") == "stands still — 3 h of working time left"
    assert waiting(rig) == []
    rig.time_passes(days=10)
    rig.types("bo", "/partnership resume")

    assert stands(rig) == "open"
    assert (card(rig).fact("Acknowledge by") or "").endswith("— 3 h of working time left")


def test_one_raised_in_a_pause_is_told_and_its_clock_waits(rig: House) -> None:
    rig.types("ana", "/partnership pause")
    reply = rig.types("joao", "/escalate no spare part")
    assert "Apollo is paused: the clock begins to run when it is resumed." in said(reply)
    rig.time_passes(days=3)
    assert has_card(rig, "bo", 2)
    assert card(rig, 2).fact("Clock") == "stands still — 4 h of working time left"

    rig.types("ana", "/partnership resume")
    assert (card(rig, 2).fact("Acknowledge by") or "").endswith("— 4 h of working time left")


def test_one_closed_in_a_pause_and_reopened_after_it_has_a_clock_that_runs(rig: House) -> None:
    rig.time_passes(hours=1)
    resolve(rig, "bo")
    rig.types("ana", "/partnership pause")
    rig.presses("joao", "Confirm", card(rig))
    rig.types("ana", "/partnership resume")
    rig.acts("joao", "escalation.reopen", RIG)

    assert (card(rig).fact("Acknowledge by") or "").endswith("— 4 h of working time left")
    assert plain(card(rig).title).startswith("Escalation 1 · open —")


def person(house: House, name: str) -> int:
    def find(session: Session) -> int:
        return next(
            each.member.person_id for each in scene(session, house.partnership).everybody if each.person.name == name
        )

    return house.database.run(find)


def leaves(house: House, who: str) -> None:
    """Somebody leaves the partnership, however that was decided."""

    def go(session: Session) -> None:
        found = scene(session, house.partnership)
        gone = next(each for each in found.everybody if each.accounts and each.accounts[0].user == f"U-{who.upper()}")
        members.leave(session, Call(house.clock(), found), gone)

    house.database.run(go)
    house.delivers()
