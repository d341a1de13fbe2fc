"""What Slack gets to draw, kept as a snapshot: `python -m tests.platforms.slack.test_slack_drawing` writes it anew."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.inbound import Place
from bot.messages import Message, Paragraph, Tone
from bot.platforms.slack.draw import BLOCKS, LEFT_OUT, draw, fallback
from bot.platforms.slack.form import draw_form
from bot.words import Account, Code, Person, Strong, Text, line
from tests.platforms.samples import ANA, AT, FORMS, HOSTILE, MESSAGES

SNAPSHOT = Path(__file__).with_name("drawn.json")
PLACE = Place("slack", "T01NORTH", "C01", name="partners")

BLOCK_TYPES = {"section", "header", "context", "actions", "image", "input"}


def drawn() -> dict[str, Any]:
    messages = {name: draw(each, "T01NORTH") for name, each in MESSAGES.items()}
    forms = {name: draw_form(each, PLACE) for name, each in FORMS.items()}
    return {"messages": messages, "forms": forms, "texts": {name: fallback(each) for name, each in MESSAGES.items()}}


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from objects(each)


def texts(value: Any, kind: str) -> list[str]:
    return [each["text"] for each in objects(value) if each.get("type") == kind and isinstance(each.get("text"), str)]


def keeps_the_limits(blocks: list[dict[str, Any]], most: int) -> None:
    assert len(blocks) <= most
    names = [each["action_id"] for each in objects(blocks) if "action_id" in each]
    assert len(names) == len(set(names))
    assert all(len(name) <= 255 for name in names)
    for words in texts(blocks, "plain_text") + texts(blocks, "mrkdwn"):
        assert 0 < len(words) <= 3000
    for block in blocks:
        assert block["type"] in BLOCK_TYPES
        match block["type"]:
            case "header":
                assert len(block["text"]["text"]) <= 150
            case "section":
                assert 0 < len(block.get("fields", [1])) <= 10
                assert all(len(each["text"]) <= 2000 for each in block.get("fields", []))
            case "context":
                assert 0 < len(block["elements"]) <= 10
            case "actions":
                assert 0 < len(block["elements"]) <= 25
            case "image":
                assert len(block["alt_text"]) <= 2000
            case "input":
                assert len(block["label"]["text"]) <= 2000
    for each in objects(blocks):
        match each.get("type"):
            case "button":
                assert len(each["text"]["text"]) <= 75
                assert len(each.get("value", "")) <= 2000
                assert len(each.get("confirm", {"text": {"text": ""}})["text"]["text"]) <= 300
            case "static_select" | "multi_static_select" | "checkboxes":
                assert 0 < len(each["options"]) <= (10 if each["type"] == "checkboxes" else 100)
                assert all(len(o["text"]["text"]) <= 75 and 0 < len(o["value"]) <= 150 for o in each["options"])
                assert len(each.get("placeholder", {"text": ""})["text"]) <= 150
            case "plain_text_input":
                assert each.get("min_length", 0) <= each["max_length"] <= 3000
                assert len(each.get("initial_value", "")) <= each["max_length"]


def test_what_slack_gets_is_as_it_was_looked_at() -> None:
    assert drawn() == json.loads(SNAPSHOT.read_text())


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_keeps_all_limits(name: str) -> None:
    keeps_the_limits(draw(MESSAGES[name], "T01NORTH"), BLOCKS)
    assert 0 < len(fallback(MESSAGES[name])) <= 15_000


@pytest.mark.parametrize("name", FORMS)
def test_a_form_keeps_all_limits(name: str) -> None:
    view = draw_form(FORMS[name], PLACE)
    keeps_the_limits(view["blocks"], 100)
    assert all(len(view[part]["text"]) <= 24 for part in ("title", "submit", "close"))
    assert len(view["private_metadata"]) <= 3000
    ids = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("value", [*MESSAGES.values(), *FORMS.values()])
def test_nothing_that_people_type_can_format_mention_or_link(value: Any) -> None:
    blocks = draw(value, "T01NORTH") if isinstance(value, Message) else draw_form(value, PLACE)
    for words in texts(blocks, "mrkdwn"):
        rest = re.sub(r"<@U01ANA>|<!date\^\d+\^[^|>]+\|[^<>|]+>|<https://example\.org/[^|>]+\|here>", "", words)
        rest = re.sub(r"^\*[^*]+\*|(?<=\s)[*`][^*`]+[*`]", "", rest)
        assert not re.search(r"[<>*_~`]|:\w+:|^\s*&gt;|evil", rest, re.MULTILINE), words
    if isinstance(value, Message):
        assert not re.search(r"[<>]", fallback(value))


def test_hostile_words_are_shown_letter_for_letter_in_every_part() -> None:
    shown = texts(draw(MESSAGES["hostile"], "T01NORTH"), "plain_text")
    assert sum(HOSTILE in words for words in shown) >= 5


def test_a_mention_beside_hostile_words_still_reaches_the_person() -> None:
    [block] = draw(Message(line(ANA, " says ", Text("*now*"))), "T01NORTH")
    assert [each["text"] for each in block["elements"]] == ["<@U01ANA>", "says *now*"]


def test_people_of_another_workspace_are_named_with_their_organisation_and_not_mentioned() -> None:
    eve = Person(3, "Eve", "Elsewhere", (Account("slack", "T02OTHER", "U03EVE"),))
    [block] = draw(Message(line("With ", eve)), "T01NORTH")
    assert block["text"]["text"] == "With Eve (Elsewhere)"
    [block] = draw(Message(line("With ", eve)))
    assert block["text"]["text"] == "With <@U03EVE>"


def test_an_instant_is_shown_in_the_readers_zone_with_the_zones_that_matter_beside_it() -> None:
    said = texts(draw(MESSAGES["escalation"], "T01NORTH"), "mrkdwn")
    stamp = int(AT.timestamp())
    date = f"<!date^{stamp}^{{date_short_pretty}}, {{time}}|Tue 3 Nov 2026, 14:00> (14:00 Berlin, 22:00 Tokyo)"
    assert date in said


def test_what_does_not_fit_is_said_to_be_left_out() -> None:
    for name in ("too long", "too many"):
        assert draw(MESSAGES[name])[-1]["text"]["text"] == LEFT_OUT


def test_long_words_are_split_and_none_is_lost() -> None:
    words = " ".join(str(n) for n in range(1500))
    pieces = texts(draw(Message(line("Long"), (Paragraph(line(Text(words))),))), "plain_text")[1:]
    assert len(pieces) > 1
    assert " ".join(pieces).split() == words.split()


def test_letters_that_stand_out_do_so_only_where_slack_would_understand_it() -> None:
    [block] = draw(Message(line("x", Strong("bold"), " ", Strong("too"))))
    assert block["text"]["text"] == "xbold *too*"


@pytest.mark.parametrize("letters", ["the *rig*", "file_name", "R&D", "<!channel>"])
def test_a_title_stays_a_title_whatever_is_typed_in_it(letters: str) -> None:
    [title, _] = draw(Message(line(Strong("Escalation 1"), " — ", Text(letters)), (Paragraph(line("x")),)))
    assert title == {
        "type": "header",
        "text": {"type": "plain_text", "text": f"Escalation 1 — {letters}", "emoji": False},
    }


def test_what_is_to_be_typed_reads_the_same_where_entities_are_not_understood() -> None:
    [block] = draw(Message(line("Type ", Code("/escalate … by <date>"))))
    assert block["text"] == {"type": "plain_text", "text": "Type /escalate … by <date>", "emoji": False}
    [block] = draw(Message(line("Type ", Code("/escalate"))))
    assert block["text"]["text"] == "Type `/escalate`"


def test_a_sign_that_a_title_brings_along_is_not_shown_twice() -> None:
    [block] = draw(Message(line("🎉 Ana celebrates Bo"), tone=Tone.JOY))
    assert block["text"]["text"] == "🎉 Ana celebrates Bo"


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(drawn(), indent=1, ensure_ascii=False) + "\n")
