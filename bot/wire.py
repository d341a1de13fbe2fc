"""Taking things out of JSON that came from outside. One rule: what is not as it should be raises `Malformed`, never anything else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

Table = Mapping[str, Any]


class Malformed(Exception):
    """A request that is signed and yet not what its platform sends."""


def table(value: Any, *path: str) -> Table:
    """The JSON object at that path; an empty one where there is none."""
    for step in path:
        if not isinstance(value, Mapping):
            raise Malformed(f"not an object before {step}")
        value = value.get(step)
        if value is None:
            return {}
    if not isinstance(value, Mapping):
        raise Malformed(f"not an object: {'.'.join(path)}")
    return value


def rows(value: Any, *path: str) -> list[Table]:
    """The list of JSON objects at that path; an empty one where there is none."""
    found = table(value, *path[:-1]).get(path[-1]) or []
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise Malformed(f"not a list of objects: {'.'.join(path)}")
    return found


def maybe(value: Any, *path: str) -> str:
    """The text at that path; an empty one where there is none."""
    found = table(value, *path[:-1]).get(path[-1])
    if found is None:
        return ""
    if not isinstance(found, str):
        raise Malformed(f"not a text: {'.'.join(path)}")
    return found


def text(value: Any, *path: str) -> str:
    """The text at that path, which must be there."""
    found = maybe(value, *path)
    if not found:
        raise Malformed(f"missing: {'.'.join(path)}")
    return found


def digest(value: Table) -> str:
    """A name for a request that carries none; the same for the same request."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:32]
