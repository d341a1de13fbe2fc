"""What becomes of what was sent, or could not be: it arrived, it goes again, it is set aside and told of, or it is not wanted any more.

One rule: all that came back is settled at once, and only for who still holds the lane; the lanes are let go before anybody is told.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot import logs, metrics
from bot.port import Later, Never, Platform, Sent, Way
from bot.rules.pacing import UNLIMITED
from bot.rules.retrying import out_of_patience, pause
from storage import arriving, outbox, passing
from storage.claims import Claimed
from storage.settling import Settling

log = logging.getLogger(__name__)

OnParked = Callable[[Session, Claimed, str, bool], None]
"""Told of what is set aside: why, and whether the whole channel or account is gone."""

_DOUBLES = 3
"""How often something is sent at most that may have arrived each time, where it cannot be looked for."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """It is not sent, and that is well."""

    reason: str


class Unsent(Later):
    """It was not sent this time; whether it arrived before is as unsure as it was. It `counts` as a try where it could not be made
    ready, and not where it only waits."""

    def __init__(self, claimed: Claimed, reason: str, *, after: float | None = None, counts: bool = False) -> None:
        super().__init__(reason, after=after, unsure=claimed.unsure, whole=False)
        self.counts = counts


Outcome = Sent | Later | Never | Dropped


def note(claimed: Claimed, outcome: Outcome, seconds: float, now: datetime) -> None:
    """Count and log what became of a send, which took so many seconds."""
    came = type(outcome).__name__.lower()
    metrics.SENDS.labels(claimed.platform, came).inc()
    metrics.SENDING.labels(claimed.platform).observe(seconds)
    if isinstance(outcome, Sent):
        waited = max(0.0, (now - claimed.created_at).total_seconds())
        metrics.DELIVERED.labels("urgent" if claimed.urgent else "routine").observe(waited)
    logs.say(
        log,
        "delivered" if isinstance(outcome, Sent) else "not delivered",
        way=claimed.way,
        platform=claimed.platform,
        outcome=came,
        tries=claimed.tries,
        ms=round(1000 * seconds),
    )


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Settles what came back from these platforms, by name; `parked` is told of what is set aside, and may write."""

    platforms: Mapping[str, Platform]
    parked: OnParked

    def settle(self, session: Session, outcomes: Sequence[tuple[Claimed, Outcome]], now: datetime) -> None:
        """Note what became of each; rows whose lane somebody else holds by now are left to them."""
        if not outcomes:
            return
        told = Settling(session, now, {name: platform.can.pace for name, platform in self.platforms.items()})
        held = {each.id for each in told.hold([claimed for claimed, _ in outcomes])}
        mine = [(claimed, outcome) for claimed, outcome in outcomes if claimed.id in held]
        told.sent([(claimed, outcome) for claimed, outcome in mine if isinstance(outcome, Sent)])
        lagging = {claimed.lane_id: claimed for claimed, outcome in mine if self._lags(told, claimed, outcome)}
        told.let_go()
        for claimed in lagging.values():
            logs.token.set(claimed.trace)
            _say_elsewhere(session, claimed, now)
        for claimed, outcome in mine:
            if (reason := self._given_up(claimed, outcome, now)) is not None:
                logs.token.set(claimed.trace)
                self._tell(session, claimed, reason, gone=isinstance(outcome, Never) and outcome.gone)

    def _lags(self, told: Settling, claimed: Claimed, outcome: Outcome) -> bool:
        """Note what became of it, and tell whether the cards in other rooms say something else of it now."""
        if (reason := self._given_up(claimed, outcome, told.now)) is not None:
            told.never(claimed, reason)
            return True
        match outcome:
            case Sent():
                return claimed.tries > 1
            case Dropped(reason):
                told.dropped(claimed, reason)
            case Later():
                tries = claimed.tries - 1 if isinstance(outcome, Unsent) and not outcome.counts else claimed.tries
                wait = pause(tries, after=outcome.after, unsure=outcome.unsure, luck=random.random())
                return told.later(
                    claimed,
                    due=told.now + wait,
                    tries=tries,
                    unsure=outcome.unsure,
                    whole=outcome.whole,
                    wide=told.paces.get(claimed.platform, UNLIMITED).pool(claimed.way) if outcome.wide else None,
                    reason=str(outcome),
                )
            case Never():
                told.anew(claimed, str(outcome))
        return False

    def _given_up(self, claimed: Claimed, outcome: Outcome, now: datetime) -> str | None:
        """Why it is tried no more; None where it arrived, goes again or is not wanted."""
        match outcome:
            case Later() if out_of_patience(claimed.created_at, now, claimed.tries):
                return f"given up after a day: {outcome}"
            case Unsent():
                return None
            case Later(unsure=True) if claimed.tries >= _DOUBLES and not self._finds(claimed):
                return f"it never said whether it took it ({outcome})"
            case Never() if outcome.gone or not (claimed.living and claimed.way is Way.EDIT):
                return str(outcome)
            case _:
                return None

    def _finds(self, claimed: Claimed) -> bool:
        platform = self.platforms.get(claimed.platform)
        return platform is None or platform.can.finds

    def _tell(self, session: Session, claimed: Claimed, reason: str, *, gone: bool) -> None:
        try:
            with session.begin_nested():
                self.parked(session, claimed, reason, gone)
        except Exception as fault:
            if passing(fault):
                raise
            log.exception("nobody could be told that %s was parked", claimed.subject)


def _say_elsewhere(session: Session, claimed: Claimed, now: datetime) -> None:
    """Let the cards in other rooms be drawn again of which something waits for this one: they say what has not arrived here."""
    subjects = arriving.waiting_in(session, claimed.lane_id) | ({claimed.subject} if claimed.room_id else set())
    outbox.redraw_beside(session, now=now, lanes={about: {claimed.lane_id} for about in subjects})
