"""Whom an escalation concerns: its ladder, those who are to answer now, those who see a private one, and what they all see.

One rule: asked of the state as it is now; nobody is kept on a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.actions import calendars
from bot.cards.escalation import Shown
from bot.rules import escalation as machine
from bot.rules import ladder as ladders
from bot.rules.escalation import State
from bot.rules.ladder import Candidate, Ladder
from bot.words import Key
from storage import escalations as store
from storage.people import Standing
from storage.scenes import Scene
from storage.tables import Escalation


def ladder_for(scene: Scene, raiser: Standing, now: datetime) -> Ladder:
    """The ladder of both sides as it stands now, for a concern of that person."""
    return ladders.join(stands(scene, Key.A, now), stands(scene, Key.B, now), raiser.id)


def stands(scene: Scene, key: Key, now: datetime) -> dict[int, tuple[int, ...]]:
    """Who of one side stands on each level now: those whom it named, else those whose role it is."""
    here = [
        Candidate(each.id, each.member.role, each.member.rank, each.away_at(now))
        for each in scene.on(key)
        if each.member.confirmed
    ]
    named = {int(level): tuple(ids) for level, ids in scene.sides[key].ladder.items()} if key in scene.sides else {}
    return ladders.people(here, named)


def addressed(scene: Scene, escalation: Escalation, state: State) -> tuple[Standing, ...]:
    """Those who are to answer now: the people of its level on both sides, and whoever it was handed to.

    Where one of them has left, their side's shepherd answers for them.
    """
    ids = [*ladders.rung_at(store.ladder(escalation), state.level).everybody]
    if state.owner is not None:
        ids.append(state.owner)
    those = [here for each in ids for here in or_shepherd(scene, scene.who(each))]
    return tuple({each.id: each for each in those if each.id != escalation.raised_by or each.id in ids}.values())


def privy(scene: Scene, escalation: Escalation, state: State) -> tuple[Standing, ...]:
    """Everybody who sees a private escalation."""
    those = (*scene.shepherds(), *addressed(scene, escalation, state), scene.who(escalation.raised_by))
    return tuple({each.id: each for each in those if not each.left}.values())


def or_shepherd(scene: Scene, who: Standing) -> Sequence[Standing]:
    """That person, or their side's shepherd where they have left."""
    return scene.shepherds(who.side) if who.left else [who]


def shown(scene: Scene, escalation: Escalation, now: datetime) -> Shown:
    """Everything the cards show, as it is now."""
    state = store.state(escalation)
    both = calendars.of_escalation(scene, escalation.side)
    ladder = store.ladder(escalation)
    told = addressed(scene, escalation, state)
    return Shown(
        id=escalation.id,
        number=escalation.number,
        partnership=scene.partnership.name,
        status=state.status,
        urgency=state.urgency,
        level=state.level,
        told=tuple(each.shown(ping=each.reachable is None) for each in told),
        raised_by=scene.who(escalation.raised_by).shown(),
        raised_at=escalation.raised_at,
        summary=escalation.summary,
        impact=escalation.impact,
        tried=escalation.tried,
        asked=escalation.asked,
        wanted_by=escalation.wanted_by,
        owner=scene.who(state.owner).shown() if state.owner is not None else None,
        outcome=escalation.outcome,
        private=escalation.private,
        skipped=ladders.skipped_in_words(ladder),
        zones=scene.zones,
        deadline=state.deadline,
        left=machine.time_left(state, now, both),
        working=state.working,
        asked_owner=state.asked,
        snoozed_until=state.snoozed_until,
        paused=state.paused_at is not None,
        stopped=state.stopped,
    )
