"""Asking for a right before acting, so that every feature refuses in the same words.

One rule: who may do what stands in `bot.rules.authority`; here only the visitor is brought into its terms.
"""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from bot.actions import concerned
from bot.rules.authority import Right, Standing, may
from bot.words import Key, Status
from handlers import Sorry, Visit
from storage import escalations as store
from storage.tables import Escalation


def allow(visit: Visit, right: Right, *, about: Key | None = None) -> None:
    """Let a feature go on, or raise `Sorry` with who can do it. `about` is the side that it concerns."""
    verdict = may(_stands(visit, about), right)
    if not verdict.allowed:
        raise Sorry(verdict.why)


def can(visit: Visit, right: Right, *, about: Key | None = None) -> bool:
    """Whether `allow` would let it go on, for what is offered only to those who may."""
    return may(_stands(visit, about), right).allowed


def _stands(visit: Visit, about: Key | None) -> Standing:
    member = visit.actor.member
    return Standing(side=member.side, role=member.role, confirmed=member.confirmed, about=about)


def allow_with(visit: Visit, right: Right, escalation: Escalation) -> None:
    """The same for one escalation, which to whoever may not see it does not exist."""
    state, member = store.state(escalation), visit.actor.member
    told = concerned.addressed(visit.scene, escalation, state)
    raiser = visit.scene.who(escalation.raised_by)
    verdict = may(
        replace(
            _stands(visit, escalation.side),
            raiser=raiser.id == visit.actor.id,
            raiser_left=raiser.left,
            owner=state.owner == visit.actor.id,
            addressed=any(each.id == visit.actor.id for each in told),
            side_addressed=any(each.side is member.side for each in told),
            private=escalation.private,
        ),
        right,
        state.status,
        visit.scene.who(state.owner).person.name if state.owner is not None else "",
    )
    if not verdict.allowed:
        raise Sorry(verdict.why)


def escalation_in(visit: Visit, session: Session, right: Right) -> Escalation:
    """The escalation that a button or form is about, once the visitor may do that with it."""
    found = store.several(session, {visit.number}) if visit.subject.startswith("escalation:") else {}
    escalation = next(iter(found.values()), None)
    if escalation is None or escalation.partnership_id != visit.scene.id:
        raise Sorry("There is nothing here for you to act on.")
    allow_with(visit, right, escalation)
    return escalation


def both_here(visit: Visit) -> None:
    """Refuse what needs both sides while the other has not joined, or the partnership has ended."""
    match visit.scene.partnership.status:
        case Status.FORMING:
            raise Sorry("The other side has not joined yet. Its shepherd joins with the code from /partnership invite.")
        case Status.CLOSED:
            raise Sorry("This partnership is closed; its record stays readable.")
        case Status.ACTIVE | Status.PAUSED:
            return
