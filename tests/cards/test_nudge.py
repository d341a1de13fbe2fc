"""The morning message as it reads."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.cards import morning as cards
from bot.cards.evidence import in_words as evidence_in_words
from bot.messages import Controls, Heading, Message, Paragraph, Tone, in_words
from bot.platforms.slack.draw import BLOCKS, LEFT_OUT
from bot.platforms.slack.draw import draw as in_slack
from bot.platforms.teams.draw import draw as in_teams
from bot.rules.evidence import (
    Evidence,
    Facts,
    Half,
    Meeting,
    OneSided,
    Report,
    Silence,
    Uncelebrated,
    Unreachable,
    Unsaid,
    Waiting,
    Waits,
)
from bot.words import Key, Nudging, Person, line, plain

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 3)
ANA, BO = Person(1, "Ana Ruiz", "Northwind"), Person(2, "Bo Chen", "Contoso")
SIDES = {Key.A: "Northwind", Key.B: "Contoso"}
ZONES = ("Europe/Berlin", "Asia/Tokyo")
FACTS = Facts({Key.A: Half(heard=AT, silent=6, missing=(1,), asked=4), Key.B: Half(heard=AT, asked=3)})


def waiting(number: int, side: Key = Key.B, how: Waits = Waits.OVERDUE) -> Waiting:
    return Waiting(number, number, side, how, 2, "The rig is down", AT, (2,), timedelta(minutes=50))


def shown(*entries: cards.Entry, facts: Facts = FACTS, **more: Any) -> Message:
    return cards.card(
        cards.Shown(subject="morning:1", partnership="Apollo", own=Key.A, sides=SIDES, facts=facts, zones=ZONES,
                    entries=entries, **more)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (waiting(3), "Escalation 3 “The rig is down” has waited for an answer since Tue 3 Nov 2026, 09:00 UTC, now at level 2 with"
                     " Bo Chen (Contoso): 50 min of working time left."),
        (waiting(3, how=Waits.ASKED), "Escalation 3 “The rig is down” is with Bo Chen (Contoso) since Tue 3 Nov 2026, 09:00 UTC,"
                                      " and how it goes is not said yet; 50 min of working time left."),
        (Report(1, "Figures", Key.B, DAY, AT, late=True), "Figures report of Contoso was due Tue 3 Nov 2026, 10:00 Berlin (18:00 Tokyo)"
                                                          " and has not come yet."),
        (Report(1, "", Key.B, DAY, AT, late=False), "Report of Contoso is due Tue 3 Nov 2026, 10:00 Berlin (18:00 Tokyo)."),
        (Meeting(1, 1, "Sync", DAY, AT, False, 2, 4), "Sync meeting of Tue 3 Nov 2026, 10:00 Berlin (18:00 Tokyo) was not"
                                                      " held; 2 of the last 4 took place."),
        (Meeting(1, 1, "", DAY, AT, None, 0, 3), "Meeting of Tue 3 Nov 2026, 10:00 Berlin (18:00 Tokyo): nobody has said yet whether"
                                                 " it was held."),
        (Unsaid(Key.B, (2,), 3, 0, 4), "No check-in on the last two days they were asked: Bo Chen (Contoso). That is 1 of 3 at Contoso,"
                                       " and 0 of 4 at Northwind."),
        (Unsaid(Key.B, (2,), 3, 0, 0), "No check-in on the last two days they were asked: Bo Chen (Contoso). That is 1 of 3 at Contoso."),
        (Silence(Key.A, 6, 0), "Nothing was heard from Northwind for 6 working days (the same count for Contoso: 0)."),
        (Unreachable(Key.B, (2,)), "Not reachable by direct message: Bo Chen (Contoso). Ask them to write to me once, where the app is"
                                   " installed."),
        (Uncelebrated(15, 7), "Nothing was celebrated for 15 days, while work moved forward by 7 steps in two weeks (check-ins,"
                              " meetings, reports, settled escalations). /celebrate says thank you."),
        (OneSided(Key.A, 3, 1), "All 3 celebrations in the rooms in the last four weeks went to Northwind, while Contoso moved forward"
                                " by 1 step in two weeks (check-ins, meetings, reports, settled escalations). /celebrate says thank you."),
    ],
)  # fmt: skip
def test_every_line_gives_its_evidence_in_numbers(evidence: Evidence, words: str) -> None:
    assert plain(evidence_in_words(evidence, (BO,), SIDES, ZONES)) == words


def test_each_side_is_named_once_above_its_counts_and_its_lines_the_readers_own_first() -> None:
    message = shown(cards.Entry(evidence=waiting(1)), cards.Entry(evidence=waiting(2, Key.A)))
    told = in_words(message).splitlines()
    assert told[:3] == [
        "2 things to act on in Apollo.",
        "Northwind",
        "no escalation to answer · 1 of 4 gave no check-in twice in a row · quiet for 6 working days",
    ]
    assert told[4:6] == ["Contoso", "no escalation to answer · last heard from Tue 3 Nov 2026"]
    assert [block.value for block in message.body if isinstance(block, Heading)] == ["Northwind", "Contoso"]


def test_nothing_is_said_of_a_side_that_is_not_known() -> None:
    facts = Facts({Key.A: Half(asked=4), Key.B: Half()})
    message = shown(cards.Entry(evidence=waiting(1)), facts=facts)
    assert in_words(message).splitlines()[1:4] == ["Northwind", "no escalation to answer", "Contoso"]
    assert in_words(message).splitlines()[4] == "no escalation to answer"


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (Nudging.LIGHT, "You hear of what is overdue or runs out, and of a long silence. For more: /partnership mine nudges standard"),
        (Nudging.STANDARD, "For less, /partnership mine nudges light; for early signs too, /partnership mine nudges active"),
        (Nudging.ACTIVE, "You hear of early signs too. For less: /partnership mine nudges standard"),
    ],
)  # fmt: skip
def test_the_footer_says_how_to_hear_less_or_more(setting: Nudging, words: str) -> None:
    assert plain(shown(setting=setting).footer) == f"Both shepherds see the same facts. {words}"


def test_what_was_put_aside_has_nothing_left_to_press() -> None:
    message = shown(cards.Entry(evidence=waiting(1), aside=cards.snoozed(ANA, AT, "Europe/Berlin")))
    assert plain(message.title) == "Nothing is left to act on in Apollo from this message."
    assert message.tone is Tone.GREEN
    assert not [block for block in message.body if isinstance(block, Controls)]


def test_many_people_are_named_in_part_and_many_lines_wait_their_turn() -> None:
    people = tuple(Person(number, f"Person {number}", "Contoso") for number in range(9))
    words = plain(evidence_in_words(Unreachable(Key.B, tuple(range(9))), people, SIDES, ZONES))
    assert "Person 0 (Contoso), Person 1 (Contoso), Person 2 (Contoso), Person 3 (Contoso) and 5 others." in words
    message = shown(*(cards.Entry(evidence=waiting(number)) for number in range(1, 15)), earlier=1, settled=2)
    assert len([block for block in message.body if isinstance(block, Controls)]) == cards.AT_A_GLANCE
    rest = message.body[-1]
    assert isinstance(rest, Paragraph)
    assert plain(rest.words) == (
        "2 more lines will show here as others are settled. 2 lines of this message are settled by now."
        " 1 line from earlier this week is still open."
    )


def test_the_longest_message_fits_every_platform_whole() -> None:
    evidence: list[Evidence] = [
        Report(number, "The figures of the quarter", Key.B, DAY, AT, late=True) for number in range(1, 8)
    ]
    evidence += [waiting(number) for number in range(1, 8)]
    entries = (
        cards.Entry(evidence=each, people=(ANA, BO), other=line("Snoozed by ", BO), can_remind=True)
        for each in evidence
    )
    message = shown(*entries, earlier=3)
    blocks = in_slack(message)
    assert len(blocks) < BLOCKS
    assert LEFT_OUT not in json.dumps(blocks)
    card = json.dumps(in_teams(message), ensure_ascii=False).encode()
    assert len(card) < 28_000
    assert b"Show all" in card
    assert (card.count(b'"Snooze"'), card.count(b"Not useful")) == (
        cards.AT_A_GLANCE,
        7,
    )  # a clock that runs is never set aside
