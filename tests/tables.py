"""The README's tables, written from the code: `python -m tests.tables` puts them there, and a test keeps them equal."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import handlers
from bot.platforms.local import Local
from bot.platforms.slack import Slack
from bot.platforms.teams import Teams
from bot.port import Capabilities
from bot.rules import authority, escalation
from bot.settings import Settings

README = Path(__file__).parent.parent / "README.md"

PLATFORMS = {"Slack": Slack, "Teams": Teams, "the browser": Local}
CAPABILITIES = {
    "finds": "can be asked after a crash whether a message arrived",
    "threads": "has threads",
    "private": "has replies in a room that one person alone sees",
    "forms_from_commands": "opens a form for a command",
    "home": "shows each person a page of their own",
    "quotes": "has rooms without threads, where a reply quotes what it answers",
    "hears": "brings the bot the replies in its threads that do not mention it",
    "shows": "takes the changed card as the answer to a button",
}


def tables() -> dict[str, str]:
    """Each table by the name that its markers in the README bear."""
    return {
        "commands": _commands(),
        "platforms": _platforms(),
        "settings": _settings(),
        "states": escalation.table_in_markdown(),
        "rights": authority.table_in_markdown(),
    }


def standing(text: str) -> dict[str, str]:
    """The tables that stand in a README."""
    return {name: table.strip() for name, table in re.findall(r"<!-- (\w+) -->\n(.*?)<!-- /\1 -->", text, re.DOTALL)}


def refreshed(text: str) -> str:
    """That README with the tables as they should be."""
    for name, table in tables().items():
        text = re.sub(
            rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
            lambda found, table=table: f"{found[1]}\n{table}\n\n{found[2]}",
            text,
            flags=re.DOTALL,
        )
    return text


def _commands() -> str:
    handlers.discover()
    rows = [
        f"| `{_cell(f'{each.typed} {each.usage}'.strip())}` | {_cell(each.about)} |"
        for _, each in sorted(handlers.commands.items())
    ]
    return "\n".join(("| command | does |", "| --- | --- |", *rows))


def _platforms() -> str:
    rows = [
        f"| {CAPABILITIES[each.name]} | "
        + " | ".join("yes" if getattr(platform.can, each.name) else "no" for platform in PLATFORMS.values())
        + " |"
        for each in fields(Capabilities)
        if each.type == "bool"
    ]
    return "\n".join((f"| | {' | '.join(PLATFORMS)} |", "| --- " * (len(PLATFORMS) + 1) + "|", *rows))


def _settings() -> str:
    rows = [
        f"| `{name.upper()}` | {_default(field.default)} | {_cell(field.description or '')} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(("| name | default | meaning |", "| --- | --- | --- |", *rows))


def _default(value: Any) -> str:
    if value is None:
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


if __name__ == "__main__":
    README.write_text(refreshed(README.read_text(encoding="utf-8")), encoding="utf-8")
