"""What a batch of timers puts on the record, says and plans, gathered first and then written in a few statements.

One rule: the record is written first and then the outbox, each in the order of its ids, so that no two batches wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.actions import telling
from bot.messages import Message
from storage import ledger, outbox, posts, timers
from storage.ledger import Entry
from storage.outbox import Announcement
from storage.people import Standing
from storage.posts import Place
from storage.scenes import Glimpse
from storage.tables import Room


@dataclass(frozen=True, slots=True)
class Gathered:
    """What time causes by itself at that instant, in any number of partnerships."""

    now: datetime
    events: list[Entry] = field(default_factory=list)
    said: list[Announcement] = field(default_factory=list)
    planned: list[tuple[str, str, datetime, str]] = field(default_factory=list)
    stale: set[str] = field(default_factory=set)
    """The subjects whose living cards are to show the current state, wherever they are."""
    left: list[Place] = field(default_factory=list)
    """The living cards that are left as they stand."""

    def record(self, scene: Glimpse, kind: str, subject: str, body: Mapping[str, Any] | None = None) -> None:
        """Put what happened on the record."""
        self.events.append(Entry(partnership_id=scene.id, at=self.now, kind=kind, subject=subject, body=body or {}))

    def person(
        self,
        scene: Glimpse,
        who: Standing,
        subject: str,
        message: Message | None,
        *,
        slot: str = "",
        due_at: datetime | None = None,
    ) -> bool:
        """Write to one person directly (no message: a living card); False where they cannot be written to."""
        said = telling.to_person(scene.id, who, subject, message, slot=slot, due_at=due_at)
        if said is None:
            return False
        self.said.append(said)
        return True

    def card(self, scene: Glimpse, subject: str, into: Iterable[Room]) -> None:
        """Put a living card into these rooms."""
        self.said.extend(telling.to_room(scene.id, room, subject, None, slot=telling.CARD) for room in into)

    def plan(self, kind: str, subject: str, due_at: datetime, once: str) -> None:
        """Plan a timer."""
        self.planned.append((kind, subject, due_at, once))

    def write(self, session: Session) -> None:
        """Write all of it."""
        ledger.append_all(session, self.events)
        if self.planned:
            timers.plan_each(session, self.planned)
        posts.leave_all(session, self.left)
        outbox.announce_all(session, self.now, self.said)
        outbox.redraw_all(session, now=self.now, subjects=self.stale)
