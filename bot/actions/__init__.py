"""The changes that people and time can both cause: one function writes the rows, the record, the timers and the outbox together.

One rule: an action is told who, when and where by a `Call`, and everything it changes is in the caller's one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.cards.parking import lagging
from bot.messages import Message
from storage import arriving, ledger, subjects
from storage.people import Standing
from storage.rooms import lives
from storage.scenes import Scene


@dataclass(frozen=True, slots=True)
class Call:
    """Who causes a change (nobody: time itself), in which partnership, when, and from which platform."""

    now: datetime
    scene: Scene
    actor: Standing | None = None
    platform: str = ""

    @property
    def by(self) -> Standing:
        """The person who causes it, where only people can."""
        assert self.actor is not None, "time does not do this by itself"
        return self.actor

    def record(
        self, session: Session, kind: str, subject: str, body: Mapping[str, Any] | None = None, *, clause: str = ""
    ) -> int:
        """Put what happened on the record; gives the event's number in the partnership."""
        return ledger.append(
            session,
            partnership_id=self.scene.id,
            at=self.now,
            kind=kind,
            subject=subject,
            actor=self.actor.id if self.actor else None,
            side=self.actor.side.value if self.actor else "",
            platform=self.platform,
            clause=clause,
            body=dict(body or {}),
        )


@dataclass(frozen=True, slots=True)
class View:
    """Where a living card is about to be shown: in a room, or to one account."""

    subject: str
    slot: str
    now: datetime
    room_id: int | None = None
    account_id: int | None = None

    @property
    def number(self) -> int:
        """The id in the subject."""
        return subjects.number(self.subject)


Draw = Callable[[Session, View], Message | None]
_living: dict[str, Draw] = {}


def living(noun: str) -> Callable[[Draw], Draw]:
    """Register how a living card of that noun is drawn from its current state; None when there is nothing left to show."""

    def register(draw: Draw) -> Draw:
        assert noun not in _living or _living[noun] is draw, f"two ways to draw {noun}"
        _living[noun] = draw
        return draw

    return register


def drawn(session: Session, view: View) -> Message | None:
    """Draw a living card as it is now; None also where its partnership does not live in that room any more."""
    if view.room_id is not None and not lives(session, view.room_id, view.subject):
        return None
    card = _living[subjects.noun(view.subject)](session, view)
    if card is None or view.room_id is None:
        return card
    behind = arriving.behind(session, view.subject, view.room_id, view.now)
    return lagging(card, [(each.platform, each.organisation or each.room, each.tried) for each in behind])
