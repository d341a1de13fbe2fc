"""The body of a request from Slack. One rule: what bolt takes for granted is looked at before bolt sees it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from bot.wire import Malformed, rows, table


def parse(body: bytes, content_type: str) -> dict[str, Any]:
    """Read a request's body, JSON or a form (with its JSON `payload`, where it has one)."""
    try:
        words = body.decode()
        if content_type == "application/json" or words.startswith("{"):
            value = json.loads(words)
        else:
            fields = dict(parse_qsl(words, keep_blank_values=True, strict_parsing=True, max_num_fields=100))
            value = json.loads(fields["payload"]) if "payload" in fields else fields
    except (ValueError, RecursionError) as error:
        raise Malformed("neither JSON nor a form") from error
    if not isinstance(value, dict) or not value:
        raise Malformed("not an object")
    for part in ("event", "view"):  # bolt takes these for granted
        table(value, part)
    rows(value, "authorizations")
    return value
