"""What the page gets to draw, kept as a snapshot: `python -m tests.platforms.local.test_local_drawing` writes it anew."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.messages import (
    Bullets,
    Button,
    Controls,
    Fact,
    Facts,
    Heading,
    Menu,
    Message,
    Option,
    Paragraph,
    Picture,
    Quote,
    Style,
    Tone,
)
from bot.platforms.local import draw
from bot.words import Account, Code, Link, Person, Secret, Shape, Strong, Text, When, line
from tests.platforms.local.town import ADA, FORM, Town, escalation, person

HOSTILE = "<img src=x onerror=alert(1)> <!channel> <@U1> **bold** _it_ `code` [a](javascript:alert(1))"
AT = datetime(2026, 11, 3, 17, 5, tzinfo=UTC)
SAMPLES = {
    "card": escalation("the test rig is down", Tone.RED, "Open"),
    "every part": Message(
        line("Plain, ", Strong("strong"), Text(HOSTILE), Code("/help"), Link("https://example.org/x", "a link")),
        (
            Heading("Heading"),
            Paragraph(line(When(AT), " ", When(AT, Shape.DAY), " ", When(AT, Shape.TIME, ("Europe/Berlin", "Asia/Tokyo")))),
            Paragraph(line(person(ADA), person(ADA, ping=False), Person(9, "Eve", "Elsewhere", (Account("slack", "T1", "U9"),)))),
            Quote(Text(f"{HOSTILE}\nsecond line")),
            Facts((Fact("Code", line(Secret("invite:7"))),)),
            Bullets((line("one"), line("two"))),
            Controls((Button("Delete", "delete", "7", Style.DANGER, confirm="Sure?"),)),
            Picture("/files/x.png", "A trend going up"),
        ),
        Tone.OUTLINE,
        (Menu("Snooze", "snooze", (Option("1 hour", "60"),)),),
        line("Footer"),
    ),
}


def drawn() -> dict[str, Any]:
    cards = {name: Town().local.draw(message) for name, message in SAMPLES.items()}
    return cards | {"form": draw.form(FORM)}


KEPT = Path(__file__).with_name("drawn.json")


def test_the_samples_are_drawn_as_they_were() -> None:
    assert drawn() == json.loads(KEPT.read_text())


def test_what_people_type_stays_one_text_letter_for_letter() -> None:
    title = draw.message(SAMPLES["every part"])["title"]

    assert {"kind": "text", "value": HOSTILE} in title


def test_somebody_of_another_platform_is_a_name_and_no_mention() -> None:
    stranger = draw.inline(Person(9, "Eve", "Elsewhere", (Account("slack", "T1", "U9"),)))

    assert stranger == {"kind": "person", "name": "Eve", "organisation": "Elsewhere", "user": "", "ping": True}


def test_a_time_names_the_other_zones_one_by_one_so_that_a_reader_is_not_told_their_own_twice() -> None:
    when = draw.inline(When(AT, zones=("Europe/Berlin", "Asia/Tokyo")))

    assert when["beside"] == [
        {"zone": "Europe/Berlin", "words": "Tue 18:05 Berlin"},
        {"zone": "Asia/Tokyo", "words": "Wed 02:05 Tokyo"},
    ]


if __name__ == "__main__":
    KEPT.write_text(json.dumps(drawn(), indent=1, ensure_ascii=False) + "\n")
