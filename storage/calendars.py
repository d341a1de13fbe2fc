"""Whose holidays are asked for here. One rule: it costs the same however many partnerships there are."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session

from storage.statements import core, table

_SIDES = table("sides")
_NEWEST = select(_SIDES.c.country, _SIDES.c.region).order_by(_SIDES.c.partnership_id.desc()).limit(200)


def countries(session: Session) -> list[tuple[str, str | None]]:
    """List the countries and regions of the newest partnerships."""
    rows = core(session).execute(_NEWEST).all()
    return list(dict.fromkeys((row.country, row.region) for row in rows if row.country))
