"""What people and programs send that nobody expects: texts, values, whole payloads bent out of shape, bytes.

One rule: everything is drawn by Hypothesis, so that what is found is made small and found again. `FUZZ=20` in the environment tries
twenty times as much as a run of the suite does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from hashlib import sha256
from itertools import islice
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

TIMES = int(os.environ.get("FUZZ", "1"))

DEEP = "@@deep@@"
"""Stands for lists inside lists, which no JSON writer would write."""

LETTERS = [
    "",
    " ",
    "\n\n\t ",
    "\x00",
    "a\x00b",
    "\ud800",
    "half \udfff a letter",
    "\x07\x1b[31mred\x1b[0m\x7f\x85",
    "\u202egnp.exe\u202c \u2066mixed\u2069 שלום عليكم",
    "👩‍👩‍👧‍👦🧨🏴‍☠️" * 50,
    "a\u200bb\u2060c\ufeffd\u00ad",
    "Z̸͚̎a̷l̵g̶o̴" * 300,
    "ﷺ" * 2000,
    "x" * 40_000,
    "two words " * 4_000,
    "\n" * 5_000,
    "<@U02BO> " * 3_000,
    "<@U02BO|bo> <!channel> <https://x.test|y> <#C01|partners> &lt;&amp;",
    "<<<<@U02BO>>>" * 500,
    "<" * 10_000,
    "<at>Bo Chen</at>" * 2_000,
    "@" * 3_000,
    "to @" * 2_000,
    "by " * 2_000,
    "for milestone " * 1_000,
    "!high !private " * 500,
    "done: a next: b blockers: c " * 400,
    "tomorrow friday noon 31 february 25:99 ",
    "every other last friday of the month at 14:00 " * 3,
    "2026-02-30 99/99/9999 1e400 NaN inf -0",
    "9" * 5_000,
    "".join(sha256(bytes([each])).hexdigest() for each in range(120)),  # long, and cannot be made short
    "escalation:99999999999999999999999",
    "escalation:-1|x",
    "celebration:1|" + "9" * 400,
    "member:1:2:3|a|b|c",
    "||||",
    "key=|=",
    "'; DROP TABLE people; --",
    "%s%n{0}{__class__}${jndi:ldap://x}",
    "../../../etc/passwd\\..\\",
    "__proto__",
    '{"a": 1}',
    "help",
    "?",
    "١٢٣ ⅷ ² ①",
    "i̇İıI ß ẞ ﬁ",
]

ODD: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**400,
    float("nan"),
    float("inf"),
    [],
    {},
    [[]],
    [None],
    [{}],
    [1, "a", None],
    {"": ""},
    {"id": None},
    {"id": {"id": "U01ANA"}},
    {"\ud800": "\x00"},
    DEEP,
    [{"type": "button", "action_id": "x" * 5000, "value": "y" * 5000}] * 50,
    [{"value": str(each)} for each in range(3_000)],
    {str(each): {"x": {"value": "y"}} for each in range(2_000)},
]

letters = st.one_of(
    st.sampled_from(LETTERS), st.text(max_size=60), st.text(alphabet="<@>&|:#!\\/\n\x00 u\u202ea1", max_size=40)
)
odd = st.one_of(st.sampled_from(ODD), letters)


def quick(examples: int) -> Callable[[Any], Any]:
    """The settings of a test that tries so many things in the suite: always the same ones, unless more are asked for."""
    return settings(
        max_examples=examples * TIMES,
        deadline=None,
        derandomize=TIMES == 1,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in some JSON, the whole first."""
    yield before
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield from paths(each, (*before, key))


@st.composite
def bent(draw: st.DrawFn, payloads: dict[str, Any]) -> Any:
    """One of the payloads with something in it left out, put in, doubled, or of another kind; some several times."""
    value = deepcopy(payloads[draw(st.sampled_from(sorted(payloads)))])
    for _ in range(draw(st.integers(1, 3))):
        found = list(islice(paths(value), 400))
        path = draw(st.sampled_from(found))
        if not path:
            continue
        holder = value
        for step in path[:-1]:
            holder = holder[step]
        match draw(st.sampled_from(["other", "other", "letters", "gone", "more"])):
            case "gone":
                del holder[path[-1]]
            case "more" if isinstance(holder, list):
                holder.extend(deepcopy(holder[path[-1]]) for _ in range(draw(st.sampled_from([1, 200]))))
            case "more":
                holder[draw(letters)] = deepcopy(draw(odd))
            case "letters":
                holder[path[-1]] = draw(letters)
            case _:
                holder[path[-1]] = deepcopy(draw(odd))
    return value


def written(value: Any, depth: int = 10_000) -> str:
    """The JSON of it, with all that a lenient writer lets through."""
    return json.dumps(value).replace(f'"{DEEP}"', "[" * depth + "]" * depth)


@st.composite
def torn(draw: st.DrawFn, body: bytes) -> bytes:
    """The same bytes with some of them gone, doubled, changed or put in."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(body) - 1)))
        piece = draw(
            st.one_of(
                st.binary(max_size=8),
                st.sampled_from(
                    [
                        b'"',
                        b"{",
                        b"}",
                        b"&",
                        b"=",
                        b"%",
                        b"%00",
                        b"\xff",
                        b"\\ud800",
                        b"\\u0000",
                        b',"type":7',
                        b"payload=%7B%7D&",
                    ]
                ),
            )
        )
        body = body[:at] + piece + body[at + draw(st.integers(0, 12)) :]
    return body
