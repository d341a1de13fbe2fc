"""What waits to be delivered, while the sample's past is lived through faster than anybody could read it.

One rule: what is delivered late still says when it was said.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from storage.tables import Outbox


def announced(session: Session) -> dict[str, datetime]:
    """When each thing that waits was announced, by its token."""
    return dict(session.exec(select(Outbox.token, Outbox.created_at).where(col(Outbox.state) == "waiting")).all())
