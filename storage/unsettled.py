"""Rows of the outbox that are not settled: they wait, are being sent, or may have arrived.

One rule: said in one way only, and written out, so that databases see the partial indexes of just these rows.
"""

from __future__ import annotations

from sqlalchemy import TextClause, text

from storage.tables import UNSETTLED


def unsettled(alias: str = "outbox") -> TextClause:
    """The condition, of the outbox under that name."""
    return text(f"{alias}.{UNSETTLED}")


ACTIVE = unsettled()
"""The condition, of the outbox itself."""
