"""One Adaptive Card and the room on it. One rule: what goes out is measured as it is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Drawn = dict[str, Any]

EXECUTE, FETCH, SUBMIT = "adaptiveCard/action", "task/fetch", "task/submit"  # how a press on it comes back
CARD = "application/vnd.microsoft.card.adaptive"
MOST = 27_000  # bytes of a card; Teams takes 28 kB
LONGEST = 8_000  # letters of one text, where the card has room for them
LEFT_OUT = "… more is left out here."
OUTDATED = "Please update Teams to see this card."


@dataclass(frozen=True, slots=True)
class Sheet:
    """One card while it is drawn: which tenant sees it, how long a text may be, whom its mentions mean, which inputs it has."""

    tenant: str = ""
    most: int = LONGEST
    people: dict[str, str] = field(default_factory=dict)  # the name as it stands there: the user
    inputs: set[str] = field(default_factory=set)


def cut(words: str, most: int) -> str:
    """Shorten to at most so many letters, with an ellipsis."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def written(value: Any) -> str:
    """The JSON that goes out; half a letter, which no UTF-8 can say, is a question mark there."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace").decode()


def size(drawn: Any) -> int:
    """How many bytes it has on the wire, in UTF-8."""
    return len(written(drawn).encode())


def card(body: list[Drawn], sheet: Sheet) -> Drawn:
    """The whole card, with what its mentions stand for; of those that were left out, nothing."""
    said = "\n".join(_markdowns(body))
    mentions = [
        {"type": "mention", "text": f"<at>{name}</at>", "mentioned": {"id": user, "name": name}}
        for name, user in sheet.people.items()
        if f"<at>{name}</at>" in said
    ]
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "fallbackText": OUTDATED,
        "msteams": {"width": "Full", **({"entities": mentions} if mentions else {})},
        "body": body,
    }


def _markdowns(drawn: Any) -> Iterator[str]:
    if isinstance(drawn, dict):
        if drawn.get("type") == "TextBlock":
            yield drawn["text"]
        drawn = list(drawn.values())
    if isinstance(drawn, list):
        for each in drawn:
            yield from _markdowns(each)
