"""Values to JSON and back, for what the database keeps: a parked question, a reply, a message that waits to be sent.

One rule: a value read back equals the value written. Every union in the closed sets is told apart by its `kind`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")


class Unreadable(ValueError):
    """What was kept, or is carried by a button, is not of the shape that it should have: it is of an earlier time, or made up."""


def reading(read: Callable[[], T]) -> T:
    """Read what a button carries, and take whatever that stumbles over for unreadable."""
    try:
        return read()
    except (ValueError, KeyError, IndexError) as error:
        raise Unreadable(str(error)) from error


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def pack(value: Any, shape: Any) -> str:
    """Write a value of a declared shape (a frozen dataclass or a union of them) as JSON text."""
    return _adapter(shape).dump_json(value).decode()


def unpack(text: str, shape: Any) -> Any:
    """Read it back; raises Unreadable when the text is of another shape."""
    try:
        return _adapter(shape).validate_json(text)
    except ValidationError as error:
        raise Unreadable(str(error)) from error
