"""The morning message as it reads."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

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
from bot.words import Key, Person, line, plain

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 3)
ANA, BO = Person(1, "Ana Ruiz", "Northwind"), Person(2, "Bo Chen", "Contoso")
SIDES = {Key.A: "Northwind", Key.B: "Contoso"}
ZONES = ("Europe/Berlin", "Asia/Tokyo")
FACTS = Facts({Key.A: Half(silent=6, missing=(1,), asked=4), Key.B: Half(asked=3)})


def waiting(number: int, side: Key = Key.B, how: Waits = Waits.OVERDUE) -> Waiting:
    return Waiting(number, number, side, how, 2, "The rig is down", AT, (2,), timedelta(minutes=50))


def shown(*entries: cards.Entry, earlier: int = 0, settled: int = 0) -> Message:
    return cards.card(
        cards.Shown(subject="morning:1", partnership="Apollo", own=Key.A, sides=SIDES, facts=FACTS, zones=ZONES,
                    entries=entries, earlier=earlier, settled=settled)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (waiting(3), "Escalation 3 “The rig is down” has waited for an answer since Tue 3 Nov 2026, 09:00 UTC, now at level 2 with"
                     " Bo Chen (Contoso): 50 min of working time left."),
        (waiting(3, how=Waits.ASKED), "Escalation 3 “The rig is down” is with Bo Chen (Contoso) since Tue 3 Nov 2026, 09:00 UTC,"
                                      " and how it goes is not said yet; 50 min of working time left."),
        (Report(1, "Figures", Key.B, DAY, AT, late=True), "Figures of Contoso was due Tue 3 Nov 2026, 10:00 Berlin (18:00 Tokyo)"
                                                          " and has not come yet."),
        (Report(1, "", Key.B, DAY, AT, late=False), "The report of Contoso is due Tue 3 Nov 2026, 10:00 Berlin (18:00 Tokyo)."),
        (Meeting(1, 1, "Sync", DAY, AT, False, 2, 4), "Sync of Tue 3 Nov 2026, 10:00 Berlin (18:00 Tokyo) was not held;"
                                                      " 2 of the last 4 took place."),
        (Unsaid(Key.B, (2,), 3, 0, 4), "Check-ins are missing two days in a row from 1 of 3 people (at Northwind: 0 of 4):"
                                       " Bo Chen (Contoso)."),
        (Silence(Key.A, 6, 0), "Nothing was heard from Northwind for 6 working days (from Contoso: for no working day)."),
        (Silence(Key.A, 6, 1), "Nothing was heard from Northwind for 6 working days (from Contoso: for the last 1 working day)."),
        (Unreachable(Key.B, (2,)), "Not reachable by direct message: Bo Chen (Contoso). It mends itself as soon as they write to me"
                                   " once where the app is installed."),
        (Uncelebrated(15, 7), "Nothing was celebrated for 15 days, while work moved forward by 7 steps in the last two weeks."
                              " /celebrate says thank you."),
        (OneSided(Key.A, 3, 1), "All 3 celebrations of the last four weeks went to Northwind, and Contoso moved work forward by"
                                " 1 step in two. /celebrate says thank you."),
    ],
)  # fmt: skip
def test_every_line_gives_its_evidence_in_numbers(evidence: Evidence, words: str) -> None:
    assert plain(evidence_in_words(evidence, (BO,), SIDES, ZONES)) == words


def test_both_sides_stand_side_by_side_the_readers_own_first() -> None:
    message = shown(cards.Entry(evidence=waiting(1)), cards.Entry(evidence=waiting(2, Key.A)))
    assert in_words(message).splitlines()[:3] == [
        "2 things to act on in Apollo.",
        "Northwind: quiet for 6 working days · no escalation waits · check-ins missing from 1 of 4",
        "Contoso: active since the last working day · no escalation waits · check-ins missing from 0 of 3",
    ]
    assert [block.value for block in message.body if isinstance(block, Heading)] == ["Northwind", "Contoso"]


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
        "2 more lines will show here as others are settled. 2 lines of this message settled since."
        " 1 line from earlier this week left to act on."
    )


def test_the_longest_message_fits_every_platform_whole() -> None:
    entries = (
        cards.Entry(evidence=waiting(number), people=(ANA, BO), other=line("Snoozed by ", BO), can_remind=True)
        for number in range(1, 15)
    )
    message = shown(*entries, earlier=3)
    blocks = in_slack(message)
    assert len(blocks) < BLOCKS
    assert LEFT_OUT not in json.dumps(blocks)
    card = json.dumps(in_teams(message), ensure_ascii=False).encode()
    assert len(card) < 28_000
    assert b"Show all" in card
    assert card.count(b"Not useful") == cards.AT_A_GLANCE
