"""The zone that is named in a line, taken out of it."""

from __future__ import annotations

import pytest

from bot.rules import Unclear
from bot.rules.zone_words import lift_zone

KNOWN = {"our": "Europe/Berlin", "their": "Asia/Tokyo", "contoso": "Asia/Tokyo", "my": "Europe/Lisbon"}


@pytest.mark.parametrize(
    ("line", "zone", "rest"),
    [
        ("tuesdays at 14:00 Tokyo time", "Asia/Tokyo", "tuesdays at 14:00"),
        ("tuesdays at 14:00, Tokyo time", "Asia/Tokyo", "tuesdays at 14:00"),
        ("tuesdays at 14:00 (Tokyo time)", "Asia/Tokyo", "tuesdays at 14:00"),
        ("tuesdays at 14:00 new york time for 1 h", "America/New_York", "tuesdays at 14:00 for 1 h"),
        ("every tuesday at 14:00 in Tokyo", "Asia/Tokyo", "every tuesday at 14:00"),
        ("every tuesday at 2 pm in New York for 1 h", "America/New_York", "every tuesday at 2 pm for 1 h"),
        ("mondays at 9:00 europe/berlin", "Europe/Berlin", "mondays at 9:00"),
        ("mondays at 9:00 UTC", "UTC", "mondays at 9:00"),
        ("fridays by noon their time", "Asia/Tokyo", "fridays by noon"),
        ("fridays by noon Contoso’s time", "Asia/Tokyo", "fridays by noon"),
        ("fridays by noon our time", "Europe/Berlin", "fridays by noon"),
        ("tokyo time", "Asia/Tokyo", ""),
        ("every other Tuesday at 14:00, from 3 November 2026, Tokyo time", "Asia/Tokyo", "every other Tuesday at 14:00, from 3 November 2026"),
    ],
)  # fmt: skip
def test_a_zone_is_taken_where_it_is_named_as_one(line: str, zone: str, rest: str) -> None:
    assert lift_zone(line, KNOWN) == (zone, rest)


@pytest.mark.parametrize(
    "line",
    [
        "weekdays at 9:30",
        "“Tokyo time” mondays at 9:00",
        "Berlin review tuesdays at 14:00",
        "story time every friday at 16:00",
        "first time mondays at 9:00",
        "every 2 weeks in november at 10:00",
        "the last friday in the month at 12:00",
        "rig/plant review mondays at 9:00",
    ],
)
def test_a_word_that_is_no_zone_stays_where_it_is(line: str) -> None:
    assert lift_zone(line, KNOWN) == ("", line)


@pytest.mark.parametrize("short", ["CET", "EST", "IST", "PDT", "JST"])
def test_an_abbreviation_is_asked_back(short: str) -> None:
    with pytest.raises(Unclear, match=short):
        lift_zone(f"mondays at 9:00 {short}", KNOWN)
