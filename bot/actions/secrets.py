"""What is computed when it is shown and never stored: the codes of invitations and of accounts to be joined, links to calendars.

One rule: a `Secret` is turned into its words only on the way out, after everything that is kept was written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from sqlmodel import Session

from bot.actions import feeds
from bot.words import Code, Secret
from storage import linking, partnerships

T = TypeVar("T")
_CODES: dict[str, Callable[..., str]] = {
    "invite": partnerships.shown_code,
    "link": linking.shown_code,
    "calendar": feeds.link,
}


def reveal(session: Session, said: T, keys: Sequence[str]) -> T:
    """Give the same message or form with each secret in plain sight."""
    shown: T = _walk(session, said, keys)
    return shown


def _walk(session: Session, value: Any, keys: Sequence[str]) -> Any:
    match value:
        case Secret(ref):
            noun, number, *rest = ref.split(":", 2)
            return Code(_CODES[noun](session, int(number), keys, *rest))
        case tuple():
            walked = tuple(_walk(session, each, keys) for each in value)
            return walked if any(new is not old for new, old in zip(walked, value, strict=True)) else value
        case _ if is_dataclass(value) and not isinstance(value, type):
            changed = {}
            for field in fields(value):
                old = getattr(value, field.name)
                new = _walk(session, old, keys)
                if new is not old:
                    changed[field.name] = new
            return replace(value, **changed) if changed else value
        case _:
            return value
