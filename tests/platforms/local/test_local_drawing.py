"""What the page gets to draw, kept as a snapshot: `python -m tests.platforms.local.test_local_drawing` writes it anew."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.messages import ChoiceField, Field, Form, ManyField, Note, Option, SwitchField, TextField
from bot.platforms.local import Local, World, draw
from bot.words import Account, Person, When, line
from tests.platforms import samples
from tests.platforms.local.town import TOWN

KEPT = Path(__file__).with_name("drawn.json")


def drawn() -> dict[str, Any]:
    local = Local(World(TOWN.residents, TOWN.rooms), lambda: samples.AT)
    messages = {name: local.draw(message) for name, message in samples.MESSAGES.items()}
    return {"messages": messages, "forms": {name: draw.form(form) for name, form in samples.FORMS.items()}}


def letters(node: object) -> list[str]:
    """Every string anywhere in what was drawn."""
    match node:
        case dict():
            return [each for value in node.values() for each in letters(value)]
        case list():
            return [each for value in node for each in letters(value)]
        case str():
            return [node]
        case _:
            return []


def test_the_samples_are_drawn_as_they_were() -> None:
    assert drawn() == json.loads(KEPT.read_text())


def test_what_people_type_stays_whole_letter_for_letter() -> None:
    hostile = [text for text in letters(drawn()) if "<!channel>" in text]

    assert hostile
    assert all(samples.HOSTILE in text for text in hostile if len(text) >= len(samples.HOSTILE))


def test_only_what_must_be_filled_in_stands_on_a_card_and_only_where_it_is_little_and_simple() -> None:
    say, level = TextField("say", "Say"), ChoiceField("level", "Level", (Option("1", "1"),), "1")
    who = ManyField("who", "Who", (Option("Ada", "1"),))
    rest = (TextField("more", "More", required=False), SwitchField("private", "Private"), Note(line("A word")))

    def first(*fields: Field) -> list[str]:
        return draw.first(Form("f", "F", fields))

    assert first(say, level, *rest) == ["say"]
    assert first(say, replace(level, value="")) == ["say", "level"]
    assert first(say, who) == []
    assert first(say, replace(who, values=("1",))) == ["say"]
    assert first(*(replace(say, id=name) for name in "abc")) == ["a", "b", "c"]
    assert first(*(replace(say, id=name) for name in "abcd")) == []


def test_a_person_is_a_mention_only_where_they_have_an_account_in_this_chat() -> None:
    own = Person(1, "Ada Berg", "Northwind", (Account("slack", "T1", "U1"), Account("local", "northwind", "ada")))
    stranger = Person(9, "Eve", "Elsewhere", (Account("slack", "T1", "U9"),))

    assert draw.inline(own)["user"] == "ada"
    assert draw.inline(stranger)["user"] == ""


def test_a_time_names_the_other_zones_one_by_one_so_that_a_reader_is_not_told_their_own_twice() -> None:
    late = samples.AT.replace(hour=17, minute=5)
    when = draw.inline(When(late, zones=("Europe/Berlin", "Asia/Tokyo")))

    assert when["beside"] == [
        {"zone": "Europe/Berlin", "words": "Tue 18:05 Berlin"},
        {"zone": "Asia/Tokyo", "words": "Wed 02:05 Tokyo"},
    ]


if __name__ == "__main__":
    KEPT.write_text(json.dumps(drawn(), indent=1, ensure_ascii=False) + "\n")
