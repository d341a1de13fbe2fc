"""Logging, for people or for machines, with a token that ties together the lines about one inbound value or one batch of timers,
and about everything that is sent because of it.

One rule: what people type and every secret stay out of the log.
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

token: ContextVar[str] = ContextVar("token", default="")
"""The short token of what is in hand: every line about it, and about what is sent because of it, bears the same."""


def begin() -> None:
    """Something new is in hand from here on."""
    token.set(secrets.token_hex(4))


def spoken() -> str:
    """The token to tell a person of an unexpected failure: that of the value in hand, or a new one where there is none yet."""
    if not token.get():
        begin()
    return token.get()


def say(log: logging.Logger, message: str, **facts: str | int) -> None:
    """A line of what was done, with what machines count it by: names and numbers of ours, never what people typed."""
    log.info(message, extra={"facts": facts})


_NOISY = ("apscheduler", "aiohttp.access", "slack_bolt", "slack_sdk", "asyncio", "alembic")


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, str | int] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if token.get():
            entry["token"] = token.get()
        entry |= getattr(record, "facts", {})
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = super().format(record)
        for name, value in getattr(record, "facts", {}).items():
            said += f" {name}={value}"
        return f"{said} [{token.get()}]" if token.get() else said


def configure(level: str, style: Literal["text", "json"]) -> None:
    """Send everything to standard error, in one style."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if style == "json" else _Text("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
