"""What a sentence is made of, written plainly."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.words import Code, Link, Person, Shape, Strong, Text, When, beside, line, plain

NOON = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


def test_an_instant_is_shown_in_the_first_zone_with_the_other_beside_it() -> None:
    shown = When(NOON, zones=("Europe/Berlin", "America/New_York"))

    assert plain((shown,)) == "Fri 20 Nov 2026, 15:30 Berlin (09:30 New York)"


def test_the_weekday_is_named_where_it_is_another_day_there() -> None:
    shown = When(NOON, zones=("Europe/Berlin", "Pacific/Auckland"))

    assert plain((shown,)) == "Fri 20 Nov 2026, 15:30 Berlin (Sat 03:30 Auckland)"
    assert beside(shown) == "Fri 15:30 Berlin, Sat 03:30 Auckland"


def test_a_reader_is_not_told_their_own_zone_twice() -> None:
    assert beside(When(NOON, zones=("Europe/Berlin", "Asia/Tokyo")), "Europe/Berlin") == "23:30 Tokyo"


def test_a_day_has_no_zone_and_no_hour() -> None:
    assert plain((When(NOON, Shape.DAY),)) == "Fri 20 Nov 2026"


def test_what_people_typed_stands_letter_for_letter() -> None:
    hostile = "<!channel> *x* [a](http://b)"
    said = line(
        "Ana wrote ", Text(hostile), " to ", Person(1, "Bo", "Contoso"), Strong("!"), Code("/x"), Link("http://c", "d")
    )

    assert plain(said) == f"Ana wrote {hostile} to Bo (Contoso)!/xd (http://c)"
