"""Many ids as one value of a statement, so that it is the same statement however many there are.

One rule: both databases read the ids as a set of rows and look each up by index.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Connection, String, bindparam, column, func, select


def among(what: Any, dialect: str, name: str = "ids", kind: Any = BigInteger) -> ColumnElement[bool]:
    """Whether it is one of the values that are given as `name`, by `several`."""
    chosen: ColumnElement[bool]
    if dialect == "postgresql":
        chosen = what == func.any(bindparam(name, type_=ARRAY(kind)))
    else:
        values = func.json_each(bindparam(name, type_=String)).table_valued(column("value", kind))
        chosen = what.in_(select(values.c.value))
    return chosen


def several(connection: Connection, values: Iterable[Any]) -> Any:
    """Those values, as `among` takes them."""
    return list(values) if connection.dialect.name == "postgresql" else json.dumps(list(values))
