"""What stands in the log: one token from what somebody did, or what fell due, to everything that was sent because of it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot import logs
from bot.port import Later, Never, Parcel
from tests.house import House

WORDS = "for turning the test rig round in one night"

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def log() -> Iterator[Lines]:
    """The log as machines read it, line by line."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(logs._Json())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in said.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before)


def those(log: Lines, message: str) -> list[dict[str, Any]]:
    return [line for line in log() if line["message"] == message]


def test_one_token_leads_from_a_command_to_each_of_its_posts(house: House, log: Lines) -> None:
    house.types("ana", f"/celebrate @bo {WORDS}")
    house.types("nora", "/escalate the test rig has been down since Monday")

    first, second = those(log, "answered")
    assert first["token"] != second["token"]
    assert {name: first[name] for name in ("kind", "platform", "outcome", "command")} == {
        "kind": "typed", "platform": "slack", "outcome": "answered", "command": "celebrate",
    }  # fmt: skip
    assert isinstance(first["ms"], int)
    delivered = those(log, "delivered")
    assert {line["token"] for line in delivered} == {first["token"], second["token"]}
    celebrated = [line for line in delivered if line["token"] == first["token"]]
    assert {(line["way"], line["platform"]) for line in celebrated} >= {("post", "slack"), ("post", "teams")}
    assert all(line["outcome"] == "sent" and line["tries"] == 1 for line in celebrated)


def test_the_token_stays_through_every_try_and_with_what_is_said_of_the_failure(house: House, log: Lines) -> None:
    def away(parcel: Parcel) -> None:
        raise Later("no route to it", after=60.0)

    def gone(parcel: Parcel) -> None:
        raise Never("the channel is archived")

    house.chats["teams"].goes_wrong = away
    house.types("ana", f"/celebrate @bo {WORDS}")
    house.chats["teams"].goes_wrong = gone
    house.time_passes(minutes=2)

    (answered,) = those(log, "answered")
    failed = [line for line in those(log, "not delivered") if line["way"] == "post"]
    assert [(line["outcome"], line["tries"]) for line in failed] == [("later", 1), ("never", 2)]
    assert {line["token"] for line in failed} == {answered["token"]}
    told = those(log, "delivered")
    assert told, "the shepherds were told"
    assert {line["token"] for line in told} == {answered["token"]}


def test_what_falls_due_together_has_a_token_of_its_own(house: House, log: Lines) -> None:
    house.types("nora", "/escalate the test rig has been down since Monday")
    (answered,) = those(log, "answered")
    before = len(those(log, "delivered"))
    house.time_passes(days=3)
    later = those(log, "delivered")[before:]
    assert later
    assert all(line["token"] for line in later)
    assert answered["token"] not in {line["token"] for line in later}
    assert len({line["token"] for line in later}) > 1


def test_no_line_carries_what_people_type_or_who_they_are(house: House, log: Lines) -> None:
    house.types("ana", f"/celebrate @bo {WORDS}")
    house.types("ana", "/frobnicate the rig")
    said = json.dumps(log())
    for private in ("rig", "frobnicate", "Ana", "U-ANA", "T-NORTH", "C-NORTH"):
        assert private not in said


def test_for_people_the_facts_stand_behind_the_words_and_the_token_last() -> None:
    record = logging.LogRecord("bot.app", logging.INFO, "", 0, "answered", (), None)
    record.facts = {"kind": "typed", "ms": 12}
    token = logs.token.set("0a1b2c3d")
    assert logs._Text("%(name)s: %(message)s").format(record) == "bot.app: answered kind=typed ms=12 [0a1b2c3d]"
    logs.token.reset(token)
