"""How fast may be sent: what a platform allows of a channel, and of all channels of a tenant together.

One rule: a limit lets so many go at once and then so many a second, so that in any stretch of time no more than both together go; what is
remembered of it is one instant, when all of it will be free again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` at once, then `rate` a second: in any T seconds at most burst + rate * T (each stretch counted without its end)."""

    burst: int
    rate: float

    @property
    def whole(self) -> float:
        """Seconds until all of it is free after all of it was spent."""
        return self.burst / self.rate


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a platform takes messages. `channel` holds in each channel for the ways in `counted`; `shared` holds for all channels of
    a tenant together, by pool, and `pools` says which ways draw on which pool. Nothing said is no limit."""

    channel: tuple[Limit, ...] = ()
    counted: frozenset[str] = frozenset()
    shared: Mapping[str, tuple[Limit, ...]] = field(default_factory=lambda: MappingProxyType({}))
    pools: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def pool(self, way: str) -> str:
        """The pool that a way draws on; empty for none."""
        return self.pools.get(way, "")

    def ways(self, pool: str) -> tuple[str, ...]:
        """The ways that draw on a pool."""
        return tuple(way for way, name in self.pools.items() if name == pool)


UNLIMITED = Pace()
_APART = 5.0  # seconds that the clocks of two processes may be apart

Spent = Sequence[float] | None
"""For each limit the instant (seconds since 1970) at which all of it is free again; None where nothing was spent."""


def room(limits: Sequence[Limit], spent: Spent, now: float) -> int:
    """Tell how many may go now."""
    owed = zip(limits, _owed(limits, spent, now), strict=True)
    return min((int(limit.burst - each * limit.rate + 1e-4) for limit, each in owed), default=1_000_000)


def take(limits: Sequence[Limit], spent: Spent, now: float, many: int = 1) -> list[float]:
    """Count so many as gone now; gives what is spent from then on."""
    owed = zip(limits, _owed(limits, spent, now), strict=True)
    return [now + each + many / limit.rate for limit, each in owed]


def free_at(limits: Sequence[Limit], spent: Spent, now: float) -> float:
    """Tell when the next one may go, in seconds since 1970; not before now."""
    owed = zip(limits, _owed(limits, spent, now), strict=True)
    return now + max([0.0, *(each - (limit.burst - 1) / limit.rate for limit, each in owed)])


def _owed(limits: Sequence[Limit], spent: Spent, now: float) -> list[float]:
    """Seconds until all of each is free. More than the whole comes of clocks that are apart; far more, of one that was turned back, and
    what was spent is not known then."""
    known = spent if spent is not None and len(spent) == len(limits) else [now] * len(limits)
    return [
        min(max(0.0, at - now), limit.whole) if at - now <= limit.whole + _APART else 0.0
        for limit, at in zip(limits, known, strict=True)
    ]
