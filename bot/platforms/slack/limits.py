"""How fast Slack takes messages. One rule: each figure is Slack's own (https://docs.slack.dev/apis/web-api/rate-limits), as a burst and a rate that together never pass it."""

from __future__ import annotations

from bot.port import Way
from bot.rules.pacing import Limit, Pace

PACE = Pace(
    channel=(Limit(1, 1.0),),  # chat.postMessage: one a second in a channel
    counted=frozenset({Way.POST, Way.DIRECT, Way.PRIVATE}),
    shared={
        "messages": (Limit(20, 8.0),),  # some hundreds a minute in a workspace: 500
        "edits": (Limit(20, 0.5),),  # chat.update, tier 3: 50 a minute
        "whispers": (Limit(40, 1.0),),  # chat.postEphemeral, tier 4: 100 a minute
        "pages": (Limit(40, 1.0),),  # views.publish, tier 4: 100 a minute
    },
    pools={
        Way.POST: "messages",
        Way.DIRECT: "messages",
        Way.EDIT: "edits",
        Way.PRIVATE: "whispers",
        Way.HOME: "pages",
    },
)
