"""What is found by discovery is whole: every button leads somewhere, every command explains itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import handlers
from bot.inbound import Place, Profile, Typed
from bot.words import Account
from handlers.routing import find_command

ROOT = Path(__file__).parents[2]
HOUSE = {"ask.answer", "form.open"}  # answered by the house itself

handlers.discover()


def _calls(name: str) -> Iterator[ast.Call]:
    for path in [*ROOT.glob("bot/**/*.py"), *ROOT.glob("handlers/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node


def _literals(name: str, position: int) -> set[str]:
    found = set()
    for call in _calls(name):
        given = call.args[position] if len(call.args) > position else None
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            found.add(given.value)
    return found


def test_every_button_and_menu_that_is_drawn_is_answered() -> None:
    drawn = _literals("Button", 1) | _literals("Menu", 1)

    assert len(drawn) > 20
    assert drawn - HOUSE - set(handlers.buttons) == set()


def test_an_action_opens_a_form_wherever_its_button_stands_or_nowhere() -> None:
    says: dict[str, set[bool]] = {}
    for call in _calls("Button"):
        if len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
            says.setdefault(call.args[1].value, set()).add(any(each.arg == "opens" for each in call.keywords))

    assert {action for action, said in says.items() if len(said) > 1} == set()
    assert sum(said == {True} for said in says.values()) > 8


def test_every_form_that_is_opened_can_be_sent() -> None:
    opened = _literals("Form", 0)

    assert opened
    assert opened - set(handlers.forms) == set()


@pytest.mark.parametrize("command", handlers.commands.values(), ids=lambda command: command.typed)
def test_every_command_explains_itself_with_examples_that_reach_it(command: handlers.Command) -> None:
    assert command.about
    for example in command.examples:
        typed = Typed(
            delivery="1",
            sender=Profile(Account("slack", "T", "U"), "Ana"),
            place=Place("slack", "T", "C"),
            command=command.path[0],
            words=(" ".join((*command.path[1:], example)),),
        )
        found, _ = find_command(typed)
        assert found is not None
        assert found.path[: len(command.path)] == command.path
