"""The body of a request from Slack. One rule: it is read once, and what bolt takes for granted is looked at before bolt sees it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from bot.wire import Malformed, maybe, parsed, rows, table, writable


def parse(body: bytes, content_type: str) -> dict[str, Any]:
    """Read a request's body, JSON or a form (with its JSON `payload`, where it has one)."""
    try:
        words = body.decode()
        if content_type == "application/json" or words.startswith("{"):
            value = parsed(words)
        else:
            fields = dict(parse_qsl(words, keep_blank_values=True, strict_parsing=True, max_num_fields=100))
            value = parsed(fields["payload"]) if "payload" in fields else writable(fields)
    except ValueError as error:
        raise Malformed("neither JSON nor a form") from error
    if not isinstance(value, dict) or not value:
        raise Malformed("not an object")
    maybe(value, "type")
    for part in ("event", "view"):
        table(value, part)
    rows(value, "authorizations")
    return value
