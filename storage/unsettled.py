"""Rows of the outbox that are not settled: they wait, are being sent, or may have arrived; and with them what was set aside.

One rule: said in one way only, and written out, so that databases see the partial indexes of just these rows.
"""

from __future__ import annotations

from sqlalchemy import TextClause, text

from storage.tables import UNDELIVERED, UNSETTLED


def unsettled(alias: str = "outbox") -> TextClause:
    """The condition, of the outbox under that name."""
    return text(f"{alias}.{UNSETTLED}")


ACTIVE = unsettled()
"""The condition, of the outbox itself."""

LEFT = text(f"outbox.{UNDELIVERED}")
"""The condition with what was set aside, of the outbox itself."""
