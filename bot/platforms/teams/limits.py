"""How fast Teams takes messages. One rule: each figure is Microsoft's own (Bots in Teams, rate limiting), as bursts and rates that together never pass it."""

from __future__ import annotations

from bot.port import Way
from bot.rules.pacing import Limit, Pace

# In one conversation 7 in 1 s, 8 in 2 s, 60 in 30 s (the first) and 1,800 in an hour (the second).
CONVERSATION = (Limit(7, 0.98), Limit(900, 0.25))
PACE = Pace(
    channel=CONVERSATION,
    counted=frozenset(Way),
    shared={"app": (Limit(5, 25.0),)},  # of one app in one tenant 30 in 1 s
    pools=dict.fromkeys(Way, "app"),
)
