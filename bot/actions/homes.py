"""A person's own page, drawn from everything they are part of when they look at it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot.actions import View, concerned, living
from bot.cards import home as cards
from bot.messages import Message
from bot.port import Way
from bot.rules.escalation import State, Status
from storage import escalations as store
from storage import outbox, people, posts
from storage.people import Standing
from storage.scenes import Scene, scenes
from storage.tables import Account, Escalation


def show(session: Session, account: Account, now: datetime, *, anew: bool = False) -> None:
    """Put the person's page as it is now before them; `anew` where it is a card in a chat, and the one that stands is far above."""
    lane = outbox.lane(session, account.platform, account.via, f"~{account.user}")
    if anew:
        posts.leave(session, lane, f"home:{account.id}", "home")
    outbox.announce(
        session,
        now=now,
        lane=lane,
        way=Way.HOME,
        subject=f"home:{account.id}",
        message=None,
        slot="home",
        urgent=True,
        account_id=account.id,
    )


@living("home")
def draw(session: Session, view: View) -> Message | None:
    account = session.get(Account, view.number)
    if account is None:
        return None
    mine = people.memberships(session, account.person_id)
    found = scenes(session, [partnership.id for partnership, _ in mine])
    items = []
    for escalation in store.under_way(session, list(found)):
        scene = found[escalation.partnership_id]
        me = scene.by_person(account.person_id)
        why = _why(scene, escalation, store.state(escalation), me) if me else ""
        if why:
            items.append((concerned.shown(scene, escalation, view.now), why))
    return cards.home(
        items,
        [
            cards.Membership(
                partnership.name,
                found[partnership.id].organisation(member.side),
                member.role.value,
                partnership.status.value,
                tuple(room.name for room, side in found[partnership.id].rooms if side in (member.side, None)),
            )
            for partnership, member in mine
        ],
    )


def _why(scene: Scene, escalation: Escalation, state: State, me: Standing) -> str:
    """Why an escalation is on somebody's page; empty where it is not theirs."""
    match state.status:
        case Status.OPEN if any(each.id == me.id for each in concerned.addressed(scene, escalation, state)):
            return "waits for you"
        case Status.ACKNOWLEDGED if state.owner == me.id:
            return "yours"
        case Status.RESOLVED if escalation.raised_by == me.id:
            return "waits for your confirmation"
        case Status.OPEN | Status.ACKNOWLEDGED if escalation.raised_by == me.id:
            return cards.RAISED
        case _:
            return ""
