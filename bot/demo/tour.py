"""A short guided tour: what to try next, ticked off when the record shows that it happened.

One rule: a step is done when its event is on the record, whoever caused it and however.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlmodel import Session

from bot.platforms.local import Step
from storage import Database, ledger

_STEPS: tuple[tuple[str, Step], ...] = (
    (
        "checkin.answered",
        Step(
            "checkin",
            "Check in",
            "Northwind, on the left, is in Slack; Contoso, on the right, in Teams. João was asked this morning in his direct "
            "messages: press Answer there, or send this. Both rooms then have it in the thread of today’s standup.",
            "joao",
            "",
            "/checkin done: the first tests, all green next: the dry run with Sam",
        ),
    ),
    (
        "celebration.given",
        Step(
            "celebrate",
            "Celebrate somebody",
            "As João, thank Sam on the other side: both rooms see it, and Sam is told.",
            "joao",
            "n-apollo",
            "/celebrate @Sam Lee for finding the missing test data on a Sunday",
        ),
    ),
    (
        "celebration.clapped",
        Step(
            "clap",
            "Clap for it in Teams",
            "Become Bo at Contoso and press 👏 on the card: Slack counts it too.",
            "bo",
            "c-apollo",
        ),
    ),
    (
        "escalation.raised",
        Step(
            "escalate",
            "Escalate something",
            "As João, raise a concern in Slack. The reply says who is told, and when.",
            "joao",
            "n-apollo",
            "/escalate the test rig has been down since Monday",
        ),
    ),
    (
        "escalation.climbed",
        Step(
            "climb",
            "Watch it climb",
            "Press “Next event” in the bar at the top until nobody has acknowledged it in time: it climbs on both sides.",
            "joao",
            "n-apollo",
        ),
    ),
    (
        "escalation.acknowledged",
        Step(
            "acknowledge",
            "Acknowledge it on the other side",
            "Become Grace at Contoso and press Acknowledge in Teams: the clock stops in both rooms.",
            "grace",
            "c-apollo",
        ),
    ),
    (
        "escalation.commented",
        Step(
            "comment",
            "Say something about it",
            "Reply to the card's post. Teams brings the bot only what mentions it, so the mention is there already. The room "
            "in Slack reads it too.",
            "grace",
            "c-apollo",
        ),
    ),
    (
        "escalation.confirmed",
        Step(
            "confirm",
            "Settle it",
            "Resolve it as Grace in Teams, then become João and confirm in Slack.",
            "joao",
            "n-apollo",
        ),
    ),
    (
        "digest.posted",
        Step(
            "digest",
            "Read the digest",
            "Move the clock a day at a time until Monday morning: standups come and go in four zones, and each room gets the "
            "digest of the week, with the details in its thread.",
            "joao",
            "n-apollo",
        ),
    ),
)


class Tour:
    """The steps, and how far the visitor has come since the sample began."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._before: Mapping[str, int] = {}

    async def begin(self) -> None:
        """Count what is on the record already."""
        self._before = await self._database.read(_counts)

    async def steps(self) -> list[Step]:
        """Every step, ticked off or not."""
        counts = await self._database.read(_counts)
        return [replace(step, done=counts.get(kind, 0) > self._before.get(kind, 0)) for kind, step in _STEPS]


def _counts(session: Session) -> Mapping[str, int]:
    return ledger.count_by_kind(session, [kind for kind, _ in _STEPS])
