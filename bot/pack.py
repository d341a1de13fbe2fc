"""Values to JSON and back, for what the database keeps: a parked question, a reply, a message that waits to be sent.

One rule: a value read back equals the value written. Every union in the closed sets is told apart by its `kind`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def pack(value: Any, shape: Any) -> str:
    """Write a value of a declared shape (a frozen dataclass or a union of them) as JSON text."""
    return _adapter(shape).dump_json(value).decode()


def unpack(text: str, shape: Any) -> Any:
    """Read it back; raises pydantic.ValidationError when the text is of another shape."""
    return _adapter(shape).validate_json(text)
