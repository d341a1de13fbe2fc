"""What is written about the bot and what the bot is agree."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import pytest
from prometheus_client.exposition import generate_latest
from typer.main import get_command

from bot import metrics, platforms
from bot.cli import cli
from bot.messages import Message, in_words
from bot.platforms.slack.manifest import COMMANDS
from bot.platforms.teams import manifest as teams
from storage import Database
from tests import tables
from tests.conftest import Clock
from tests.house import House, labels

ROOT = tables.README.parent
README = tables.README.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(tables.tables()))
def test_the_tables_of_the_readme_are_those_of_the_code(name: str) -> None:
    """`python -m tests.tables` refreshes them."""
    assert tables.standing(README)[name] == tables.tables()[name]


def test_refreshing_the_tables_mends_one_that_was_changed_and_nothing_else() -> None:
    spoilt = README.replace("| `BELLWETHER_PORT` | `3000` |", "| `BELLWETHER_PORT` | `80` |")
    assert spoilt != README
    assert tables.refreshed(spoilt) == README


def test_the_readme_names_every_command_of_the_command_line_and_no_other() -> None:
    command = get_command(cli)
    groups = {"manifest", "outbox"}
    names = set(command.commands) - groups | {
        f"{group} {name}" for group in groups for name in command.commands[group].commands
    }
    rows = re.findall(r"^\| `bellwether ((?:(?:manifest|outbox) )?[a-z]+)", README, re.MULTILINE)
    assert sorted(rows) == sorted(names)


def test_the_readme_names_every_option_of_the_command_line() -> None:
    command = get_command(cli)
    groups = command.commands["manifest"], command.commands["outbox"]
    every = [*command.commands.values(), *(each for group in groups for each in group.commands.values())]
    options = {
        f"{option} " if parameter.required else f"[{option}]" if parameter.is_flag else f"[{option} "
        for each in every
        for parameter in each.params
        for option in parameter.opts
        if option[:2] == "--" and option != "--help"
    }
    assert {option for option in options if option not in README} == set()


def test_every_measure_that_the_readme_names_is_measured() -> None:
    measured = set(re.findall(r"^# TYPE (\w+) ", generate_latest(metrics.REGISTRY).decode(), re.MULTILINE))
    named = set(re.findall(r"`(bellwether_\w+)", README))
    assert len(named) > 10
    assert named <= measured


def test_every_command_of_the_bot_can_be_typed_in_slack() -> None:
    typed = set(re.findall(r"^\| `(/\w+)", tables.tables()["commands"], re.MULTILINE))
    assert typed <= {command for command, _, _ in COMMANDS}


def test_slack_and_teams_offer_the_same_commands() -> None:
    assert {title.split()[0] for title, _ in teams.COMMANDS} == {command[1:] for command, _, _ in COMMANDS}


def test_every_platform_stands_in_the_table_of_what_they_can_do() -> None:
    packages = {each.name for each in pkgutil.iter_modules(platforms.__path__)}
    assert {platform.name for platform in tables.PLATFORMS.values()} == packages


@pytest.mark.parametrize("page", [tables.README, ROOT / ".github" / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_every_file_that_is_pointed_to_is_there(page: Path) -> None:
    pointed = [link for link in re.findall(r"\]\(([^)]+)\)", page.read_text()) if "://" not in link]
    named = re.findall(r"`((?:bot|handlers|scheduler|storage|tests)/[\w/.]+)`", page.read_text())
    missing = [link for link in pointed if not (page.parent / link).exists()]
    missing += [name for name in named if not (ROOT / name).exists()]
    assert missing == []


def test_every_cadence_of_the_readme_can_be_set_as_it_is_typed_there(sqlite: Database, clock: Clock) -> None:
    typed = re.findall(r"^/partnership cadence (?:add|change) .*$", README, re.MULTILINE)
    house = House(sqlite, clock).begun()
    assert len(typed) > 3
    for line in typed:
        question = house.types("ana", line)
        assert isinstance(question, Message)
        assert in_words(question).startswith("Shall I "), line
        house.presses("ana", labels(question)[0], question)
    house.close()


def test_the_two_commands_are_the_same_up_to_what_they_run() -> None:
    first, second = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert (
        first
        == "python3 -m venv .venv && .venv/bin/pip install -q uv && .venv/bin/uv run --frozen --no-dev bellwether demo"
    )
    assert second == "python3 -m venv .venv && .venv/bin/pip install -q uv && .venv/bin/uv run --frozen pytest"
    assert second in (ROOT / ".github" / "CONTRIBUTING.md").read_text()
