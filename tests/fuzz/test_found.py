"""What was found once by chance, so that it stays mended on both databases: small, and without chance."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from bot.inbound import Pressed, Submitted
from bot.messages import Button, ChoiceField, Errors, Form, ManyField, Message
from bot.platforms.slack.form import inputs_of
from bot.platforms.slack.untaken import given_back
from bot.platforms.slack.wire import parse
from bot.web import http
from bot.wire import DEEPEST, Malformed, parsed
from tests.house import House, said


def sends(house: House, form: str, context: str, **values: Any) -> Any:
    return house.does(
        Submitted(
            delivery="d",
            sender=house.profile("ana"),
            place=house.place("ana", None),
            form=form,
            context=context,
            values=values,
        )
    )


def test_a_choice_that_was_never_offered_is_asked_for_again(house: House) -> None:
    assert sends(house, "mine", "", praise="loud") == Errors({"praise": "Choose one of the three."})
    found = sends(house, "member.edit", "member:2", role="king", dimension="left")
    assert found == Errors({"role": "Choose a role."})
    found = sends(house, "member.edit", "member:2", role="member", dimension="above")
    assert found == Errors({"dimension": "Choose where the partner stands."})


def test_the_key_of_a_form_answers_no_question_and_that_of_a_question_opens_no_form(house: House) -> None:
    form = house.types("ana", "/escalate")
    assert isinstance(form, Form)
    assert "no longer open" in said(house.acts("ana", "ask.answer", f"{form.key}|x=y"))
    question = house.types("ana", "/celebrate \\@n for closing the pilot two days early")
    assert isinstance(question, Message)
    key = next(each.value for each in question.buttons if isinstance(each, Button)).partition("|")[0]
    assert "no longer kept" in said(house.acts("ana", "form.open", key))


@pytest.mark.parametrize("letters", ["\ud800", "\x00", "a\udfffb\x00c"])
def test_letters_that_no_database_keeps_are_left_out_wherever_they_stand(house: House, letters: str) -> None:
    common: dict[str, Any] = {"sender": house.profile("ana"), "place": house.place("ana", None)}
    for action in ("ask.answer", "form.open", "escalation.acknowledge"):
        assert isinstance(house.does(Pressed(delivery=f"{action}", action=action, value=letters, **common)), Message)
    values = {letters: (letters, letters), "summary": letters}
    reply = house.does(
        Submitted(
            delivery="f", form="escalate", context=f"partnership:1{letters}", key=letters, values=values, **common
        )
    )
    assert isinstance(reply, Errors | Message)


def test_whatever_is_offered_in_a_form_has_a_value(house: House) -> None:
    forms = [
        house.types("ana", f"/{command}") for command in ("escalate", "celebrate", "checkin", "partnership cadence")
    ]
    forms += [house.acts("ana", "cadence.add", "partnership:1")]
    fields = [each for form in forms if isinstance(form, Form) for each in form.fields]
    assert any(isinstance(each, ChoiceField) and each.id == "side" for each in fields)
    options = [each for field in fields if isinstance(field, ChoiceField | ManyField) for each in field.options]
    assert options
    assert all(each.value for each in options)


@pytest.mark.parametrize(
    "words", ["NaN", '{"x": Infinity}', "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "[" * 100_000, '{"a":' * 990]
)
def test_what_is_no_json_or_too_deep_is_malformed(words: str) -> None:
    with pytest.raises(Malformed):
        parsed(words)


def test_what_is_read_of_json_can_be_kept_and_walked_through() -> None:
    assert parsed('{"a\\u0000": ["\\ud800", "\\ud83d\\ude00", 7, null]}') == {"a\ufffd": ["\ufffd", "😀", 7, None]}
    deepest = "[" * DEEPEST + "]" * DEEPEST
    assert str(parsed(deepest)) == deepest


@pytest.mark.parametrize(
    "body", [b"payload=%7B%7D&payload=%7B%22type%22%3A7%7D", b'{"type": ["x"]}', b"payload=%5B%5D", b"a=%00&type=\xff"]
)
def test_a_body_that_bolt_would_stumble_over_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse(body, "application/x-www-form-urlencoded")


def test_a_form_whose_fields_cannot_be_found_is_malformed_and_its_failure_no_second_one() -> None:
    for view in ({"blocks": 7}, {"blocks": [{"type": "input", "block_id": 7}]}, {"state": {"values": []}}):
        with pytest.raises(Malformed):
            inputs_of(view)
        assert given_back({"type": "view_submission", "view": view}, "why") is None


def test_garbage_instead_of_http_is_no_failure_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    from aiohttp.http_exceptions import BadHttpMessage

    def logged(error: Exception, log: Callable[..., None]) -> int:
        before = len(caplog.records)
        try:
            raise error
        except type(error):
            log("Error handling request")
        return len(caplog.records) - before

    with caplog.at_level(logging.ERROR):
        assert logged(BadHttpMessage("no HTTP"), http.exception) == 0
        assert logged(KeyError("a bug"), http.exception) == 1


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("celebration.comment", "partnership:"),
        ("celebration.comment", "celebration:²"),
        ("mine.undo", "|"),
        ("mine.undo", '|{"zone": 7}'),
        ("mine.undo", '|{"praise": "loud"}'),
        ("mine.here", "|²"),
        ("mine.here", "|" + "9" * 40),
        ("side.undo", "partnership:1|nothing"),
        ("side.undo", 'partnership:1|{"hours": "late"}'),
        ("ladder.undo", "partnership:1|[7]"),
        ("member.restore", "partnership:1|as;1.king..0.1.1"),
        ("member.restore", "partnership:1|as;1"),
        ("cadence.set", "partnership:1|nothing"),
    ],
)
def test_a_button_that_carries_nothing_readable_says_so(house: House, action: str, value: str) -> None:
    assert isinstance(house.acts("ana", action, value), Message)
    assert isinstance(house.types("ana", "/partnership mine"), Message)
