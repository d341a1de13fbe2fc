"""Taking things out of JSON that came from outside. One rule: what is not as it should be raises `Malformed`, never anything else."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

Table = Mapping[str, Any]


class Malformed(Exception):
    """A request that is signed and yet not what its platform sends."""


DEEPEST = 64
"""How many objects and lists may be in one another; what platforms send has a third of it."""

LONGEST = 1_000
"""Letters of a name or an id, which databases keep in indexes; what people write is not bounded here."""

_UNWRITABLE = re.compile(r"[\x00\ud800-\udfff]")
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])|\x00")


def parsed(words: str) -> Any:
    """Read JSON in which nothing is too deep to be walked through, and no text has letters that no database keeps (a replacement
    stands for each). Raises Malformed."""
    try:
        value = _JSON.decode(words)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {error}") from error
    if words.count("{") + words.count("[") > DEEPEST or _SUSPECT.search(words):
        return writable(value)
    return value


def writable(value: Any, deep: int = DEEPEST) -> Any:
    """The same with a replacement for each letter that no database keeps. Raises Malformed where it is nested too deep."""
    if isinstance(value, str):
        return _UNWRITABLE.sub("\ufffd", value)
    if isinstance(value, dict | list) and not deep:
        raise Malformed("nested too deep")
    if isinstance(value, dict):
        return {writable(key): writable(each, deep - 1) for key, each in value.items()}
    if isinstance(value, list):
        return [writable(each, deep - 1) for each in value]
    return value


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


_JSON = json.JSONDecoder(parse_constant=_no_number)


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
    """The text at that path, which must be there, and be short enough for a name."""
    found = maybe(value, *path)
    if not found:
        raise Malformed(f"missing: {'.'.join(path)}")
    if len(found) > LONGEST:
        raise Malformed(f"too long: {'.'.join(path)}")
    return found


def digest(value: Table) -> str:
    """A name for a request that carries none; the same for the same request."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:32]
