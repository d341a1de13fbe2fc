"""A digest as people see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.cards import digest as cards
from bot.cards.digest import Ahead, Changed, Due, Shown, Waiting, Win
from bot.messages import Bullets, Facts, Heading, Message, Paragraph, in_words
from bot.platforms.slack.draw import BLOCKS, LEFT_OUT
from bot.platforms.slack.draw import draw as slack
from bot.platforms.teams.draw import draw as teams
from bot.rules.digest import Change, Digest, Meeting, Open, Overdue, Owed, Tally
from bot.rules.escalation import Status
from bot.words import Key, Person, Role, plain

END = datetime(2026, 11, 9, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANA, BO = Person(1, "Ana Ruiz", "Northwind"), Person(2, "Bo Chen", "Contoso")
SIDES = {Key.A: "Northwind", Key.B: "Contoso"}
LATE = Overdue(Owed.ANSWER, 2, Key.B, END - DAY, (Role.LEADER,), (2,))
WAITS = Open(2, Status.OPEN, 2, Key.B, 3 * HOUR)
FULL = Shown(
    subject="digest:7",
    partnership="Apollo",
    sides=SIDES,
    zone="Europe/Berlin",
    zones=("Europe/Berlin", "Asia/Tokyo"),
    digest=Digest(
        END - 7 * DAY,
        END,
        END,
        celebrations=(1,),
        resolved=(1,),
        open=(WAITS,),
        check_ins={Key.A: Tally(18, 20), Key.B: Tally(9, 10)},
        overdue=(LATE,),
        meetings=(Meeting(3, END + DAY),),
        changes=(Change(3, "changed", END - DAY),),
        trend=(*[Tally()] * 4, Tally(1, 4), Tally(), Tally(3, 4), Tally(27, 30)),
    ),
    wins=(Win("for <!channel> the *pilot*", ANA, (BO,)), Win("the rig is down", number=1, outcome="It runs again.")),
    waiting=(Waiting(2, "the drawings are not final", WAITS),),
    due=(Due(LATE, number=2),),
    ahead=(Ahead("Steering meeting", END + DAY),),
    changed=(Changed("Steering meeting", "changed", END - DAY),),
)
QUIET = replace(FULL, digest=Digest(END - 7 * DAY, END, END), wins=(), waiting=(), due=(), ahead=(), changed=())


def trend(message: Message) -> str:
    return next((plain(block.words) for block in message.body if isinstance(block, Paragraph)), "")


def test_the_first_line_counts_what_there_is() -> None:
    assert plain(cards.card(FULL).title) == "Apollo, the week to Mon 9 Nov 2026: 2 wins, 1 open escalation, 1 overdue"
    calm = replace(FULL, digest=replace(FULL.digest, celebrations=(), resolved=(), open=(), overdue=()))
    assert plain(cards.card(calm).title) == "Apollo, the week to Mon 9 Nov 2026: 27 of 30 check-ins"
    still = replace(calm, digest=replace(calm.digest, check_ins={}))
    assert plain(cards.card(still).title) == "Apollo, the week to Mon 9 Nov 2026: a change to the schedule"
    assert plain(cards.card(QUIET).title) == "Nothing to report from Apollo for the week to Mon 9 Nov 2026."


def test_counts_stand_in_the_order_of_a_digest_and_before_everything_else() -> None:
    facts = cards.card(FULL).body[0]
    assert isinstance(facts, Facts)
    assert [(fact.label, plain(fact.value)) for fact in facts.facts] == [
        ("Wins", "1 celebration, 1 resolved escalation"),
        ("Open escalations", "1 (waiting for Northwind 0, Contoso 1)"),
        ("Check-ins", "Northwind 18 of 20 (90%), Contoso 9 of 10 (90%)"),
        ("Overdue", "1 (Northwind 0, Contoso 1)"),
        ("Next meeting", "Steering meeting, Tue 10 Nov 2026, 09:00 Berlin (17:00 Tokyo)"),
        ("Schedule", "1 change"),
    ]


def test_the_trend_is_one_line_that_a_screen_reader_can_say_and_begins_where_there_was_something() -> None:
    assert trend(cards.card(FULL)) == "Check-ins, the last 4 weeks: ▃·▇█ (25%, nothing due, 75%, 90%)"
    assert trend(cards.card(replace(FULL, digest=replace(FULL.digest, trend=(Tally(), Tally(1, 2)))))) == ""


def test_open_escalations_say_whose_turn_it_is_and_the_time_left() -> None:
    def said(stands: Open) -> str:
        lines = cards.card(replace(FULL, waiting=(Waiting(2, "the drawings", stands),))).body[1]
        assert isinstance(lines, Bullets)
        return plain(lines.items[0])

    assert said(WAITS) == (
        "🔴 Escalation 2 waits for an answer from Contoso (level 2), 3 h of working time left: the drawings"
    )
    hand = replace(WAITS, status=Status.ACKNOWLEDGED, left=30 * timedelta(minutes=1), working=False)
    assert said(hand) == "🟠 Escalation 2 is in hand at Contoso, 30 min left: the drawings"
    settled = replace(WAITS, status=Status.RESOLVED, waits_for=Key.A, left=None)
    assert said(settled) == "🟢 Escalation 2 is resolved, for Northwind to confirm: the drawings"


def test_what_is_overdue_names_a_side_and_a_role_and_people_only_where_they_are_given() -> None:
    words = in_words(cards.card(FULL))
    assert "⏰ Overdue from Contoso (leader): an answer on escalation 2, since Sun 8 Nov 2026" in words
    assert "Bo Chen" not in words
    named = replace(FULL, due=(Due(LATE, number=2, people=(replace(BO, organisation=""),)),))
    assert "⏰ Overdue from Contoso (leader: Bo Chen): an answer" in in_words(cards.preview(named))


def test_the_card_fits_one_screen_and_the_thread_says_how_much_it_leaves_out() -> None:
    many = replace(
        FULL,
        wins=FULL.wins * 20,
        waiting=FULL.waiting * 20,
        due=FULL.due * 20,
        digest=replace(FULL.digest, celebrations=tuple(range(20)), resolved=tuple(range(20))),
    )
    card = cards.card(many)
    assert len(in_words(card).splitlines()) <= 16
    assert "34 more in the thread" in in_words(card)
    assert in_words(cards.details(many)).count("and 30 more") == 1
    assert in_words(cards.details(many)).count("and 10 more") == 2


def test_the_thread_has_the_words_and_only_the_sections_that_have_some() -> None:
    details = cards.details(FULL)
    assert [block.value for block in details.body if isinstance(block, Heading)] == [
        "Wins", "Open escalations", "Check-ins", "Overdue", "Next meetings", "Schedule"
    ]  # fmt: skip
    words = in_words(details)
    assert "🎉 Ana Ruiz (Northwind) celebrates Bo Chen (Contoso): for <!channel> the *pilot*" in words
    assert "✅ Escalation 1 is settled: the rig is down — It runs again." in words
    assert "🔁 Steering meeting is changed, " in words
    assert cards.details(QUIET).body == ()


def test_a_late_digest_says_so() -> None:
    assert "late" not in plain(cards.card(FULL).footer)
    assert plain(cards.card(replace(FULL, late=True)).footer).endswith("sent late: I was not running when it was due")


@pytest.mark.parametrize("draw", [cards.card, cards.details, cards.preview])
def test_every_platform_draws_it_whole(draw: object) -> None:
    assert callable(draw)
    message = draw(FULL)
    blocks = slack(message)
    assert len(blocks) < BLOCKS
    assert LEFT_OUT not in str(blocks)
    assert "the drawings are not final" in str(teams(message))
