"""What is computed when it is shown and never stored: today the invite code.

One rule: a `Secret` is turned into its words only on the way out, after everything that is kept was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from sqlmodel import Session

from bot.words import Code, Secret
from storage import partnerships

T = TypeVar("T")


def reveal(session: Session, said: T, keys: Sequence[str]) -> T:
    """Give the same message or form with each secret in plain sight."""
    shown: T = _walk(session, said, keys)
    return shown


def _walk(session: Session, value: Any, keys: Sequence[str]) -> Any:
    match value:
        case Secret(ref):
            return Code(partnerships.shown_code(session, int(ref.partition(":")[2]), keys))
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
