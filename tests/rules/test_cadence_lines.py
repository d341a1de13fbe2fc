"""A recurrence inside a line, with a name beside it."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.cadence import Unclear, in_words, lift, parse

ZONE = "Europe/Berlin"
NOW = datetime(2027, 1, 13, 10, 7, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def lifted(line: str, locale: str = "en", otherwise: time | None = None) -> tuple[str, str]:
    found, rest = lift(line, now=NOW, zone=ZONE, locale=locale, otherwise=otherwise)
    return in_words(found), rest


def asked(line: str, otherwise: time | None = None) -> tuple[str, list[str]]:
    with pytest.raises(Unclear) as unclear:
        lift(line, now=NOW, zone=ZONE, otherwise=otherwise)
    return str(unclear.value), [reading.words_used for reading in unclear.value.readings]


LINES = """
weekdays at 9:30                                          = every weekday at 09:30                     =
steering every other tuesday at 14:00 for 1 h             = every other Tuesday at 14:00, from 19 January 2027 = steering for 1 h
status monthly on the last friday by noon                 = on the last Friday of the month at 12:00   = status
every tuesday at 14:00 steering                           = every Tuesday at 14:00                     = steering
steering, every tuesday at 14:00                          = every Tuesday at 14:00                     = steering
Every Tuesday Steering at 14:00                           = every Tuesday at 14:00                     = Steering
at 14:00 steering tuesdays                                = every Tuesday at 14:00                     = steering
“monday review” mondays at 9:00                           = every Monday at 09:00                      = monday review
"Weekly Sync" every tuesday at 10:00 for 30 minutes       = every Tuesday at 10:00                     = Weekly Sync for 30 minutes
every tuesday at 10:00 for half an hour                   = every Tuesday at 10:00                     = for half an hour
board 1st and 15th of the month at 10:00 for 1h30         = on the 1st and 15th of the month at 10:00  = board for 1h30
weekly sync every tuesday at 10:00                        = every Tuesday at 10:00                     = weekly sync
monday review mondays at 9:00                             = every Monday at 09:00                      = monday review
Daily Standup weekdays at 9:30                            = every weekday at 09:30                     = Daily Standup
1:1 mondays at 9:00                                       = every Monday at 09:00                      = 1:1
Q3 review last friday of the quarter at noon              = on the last Friday of the quarter at 12:00 = Q3 review
month end status monthly on the last friday by noon       = on the last Friday of the month at 12:00   = month end status
status last working day of the month at 15:00             = on the last working day of the month at 15:00 = status
half day workshop every friday at 9                       = every Friday at 09:00                      = half day workshop
state of the union on mondays at 9                        = every Monday at 09:00                      = state of the union
Run the bases on mondays and thursdays at 10:30           = every Monday and Thursday at 10:30         = Run the bases
news from the field mondays at 9                          = every Monday at 09:00                      = news from the field
“news until june” mondays at 9                            = every Monday at 09:00                      = news until june
the last friday of the month at noon review               = on the last Friday of the month at 12:00   = review
steering every other tuesday from 26 january at 14:00     = every other Tuesday at 14:00, from 26 January 2027 = steering
"""


@pytest.mark.parametrize(
    ("line", "words", "rest"), [[part.strip() for part in row.split(" =")] for row in LINES.strip().splitlines()]
)
def test_a_name_stands_before_or_after_or_in_quotation_marks(line: str, words: str, rest: str) -> None:
    assert lifted(line) == (words, rest)


@pytest.mark.parametrize(
    ("locale", "line", "words", "rest"),
    [
        (
            "de",
            "Lenkungskreis jeden zweiten Dienstag um 14 Uhr",
            "every other Tuesday at 14:00, from 19 January 2027",
            "Lenkungskreis",
        ),
        (
            "de",
            "Statusbericht monatlich am letzten Freitag um 12 Uhr",
            "on the last Friday of the month at 12:00",
            "Statusbericht",
        ),
        ("fr", "réunion tous les lundis à 9h", "every Monday at 09:00", "réunion"),
        ("pt", "Ana e João toda sexta às 15h", "every Friday at 15:00", "Ana e João"),
    ],
)
def test_a_line_in_another_language_keeps_its_name(locale: str, line: str, words: str, rest: str) -> None:
    assert lifted(line, locale) == (words, rest)


@pytest.mark.parametrize(
    "line",
    [
        "sun and moon every friday at 10",
        "phase 2 weekdays at 9",
        "mondays steering 10",
        "month status last working day of the month",
        "second tuesday steering monthly at 9",
        "every tuesday steering from next month at 9",
        "every tuesday steering until june at 9",
        "every tuesday at 9 until we finish",
        "mondays at 9 except holidays",
        "24/7 watch daily at 9",
        "next steps mondays at 9",
    ],
)
def test_a_word_that_may_be_of_the_name_or_of_the_recurrence_is_asked_back(line: str) -> None:
    message, readings = asked(line, time(9))
    assert "put the name in quotation marks" in message
    assert not readings


@pytest.mark.parametrize("line", ["", "design review", "for 1 h", "steering"])
def test_a_line_without_a_recurrence_is_asked_back(line: str) -> None:
    assert "Try “weekdays at 9:30”" in asked(line, time(9))[0]


def test_a_time_typed_far_from_its_day_is_not_lost() -> None:
    assert lifted("mondays steering at 11", otherwise=time(9)) == ("every Monday at 11:00", "steering")
    assert asked("mondays steering at 3", time(9))[1] == ["every Monday at 03:00", "every Monday at 15:00"]


def test_without_a_time_the_usual_one_is_taken() -> None:
    assert lifted("digest mondays", otherwise=time(9)) == ("every Monday at 09:00", "digest")
    assert "no time of day" in asked("digest mondays")[0]


def test_parts_that_name_no_recurrence_together_are_shown_as_they_were_read() -> None:
    assert asked("second tuesday steering monthly at 9")[0].startswith("“second tuesday monthly at 9” stands in parts")


def test_a_line_of_a_novel_is_refused() -> None:
    assert "too long" in asked("every monday " * 1_000)[0]


RECURRENCES = st.sampled_from(
    (
        "weekdays at 9:30",
        "every other tuesday at 14:00",
        "last friday of the month at noon",
        "mon, wed and fri at 10:00",
        "daily at 16:00",
    )
)
WORDS = "steering pilot Risk review of the line Q4 with Globex for team’s + (new) Ünal ops/dev"
NAMES = st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=6)


@settings(max_examples=150, deadline=None)
@given(recurrence=RECURRENCES, name=NAMES.map(" ".join), before=st.booleans())
def test_a_name_of_ordinary_words_never_changes_the_recurrence(recurrence: str, name: str, before: bool) -> None:
    found, rest = lift(f"“{name}” {recurrence}" if before else f"{recurrence} “{name}”", now=NOW, zone=ZONE)
    assert found == parse(recurrence, now=NOW, zone=ZONE)
    assert rest == name.strip(" ,;:-–—")
    bare, _ = lift(f"{name} {recurrence}" if before else f"{recurrence} {name}", now=NOW, zone=ZONE)
    assert bare == found
