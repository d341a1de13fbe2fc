"""How a check-in looks: to whoever is asked, in a room, and in the form at first.

One rule: drawn from the check-in and its standup as they are when it is shown.
"""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import View, living, occurrences, standups, telling
from bot.actions.standups import REMINDER
from bot.cards import check_in as cards
from bot.cards import standup
from bot.messages import Message
from bot.rules.blockers import blockers_in
from bot.rules.checking_in import Said
from bot.words import CheckInState
from storage import blockers as in_the_way
from storage import cadences, scenes
from storage import check_ins as store
from storage import occurrences as taking_place
from storage.people import Standing
from storage.scenes import Scene
from storage.tables import CheckIn


@living("checkin")
def draw(session: Session, view: View) -> Message | None:
    """The prompt to its person as it is now; in a room, the question to whoever cannot be written to, or an unprompted check-in."""
    if view.account_id is not None:
        asked = store.prompted(session, view.number, view.account_id)
        if asked is None:
            return None
        shown = _shown(session, asked)
        if view.slot == telling.CARD:
            return cards.card(shown)
        if shown.state is CheckInState.ASKED and not (shown.closed or standups.waits(asked.row, view.now)):
            return None  # it comes when it is of no use any more
        return cards.reminder(shown, asked_for=view.slot != REMINDER)
    row = store.several(session, {view.number}).get(view.number)
    if row is None:
        return None
    scene = scenes.glimpse(session, row.member_id)
    if row.occurrence_id is None:
        return occurrences.drawn_answer(scene, row, view.room_id, about=scene.partnership.name)
    return _in_room(session, scene.who(row.member_id), row)


def _in_room(session: Session, who: Standing, row: CheckIn) -> Message:
    held = taking_place.several(session, {row.occurrence_id or 0})[row.occurrence_id or 0]
    name = cadences.get(session, held.cadence_id).name
    match row.state:
        case CheckInState.ASKED if held.state == "open":
            return standup.asked_here(who.shown(ping=True), name, row.day, row.subject, row.closes_at)
        case CheckInState.ANSWERED:
            how = "answered"
        case CheckInState.SKIPPED:
            how = "skipped this one"
        case CheckInState.AWAY:
            how = "is away"
        case CheckInState.ASKED | CheckInState.MISSED:
            how = "was asked here"
    return standup.settled_here(who.shown(), name, row.day, how)


def seen(session: Session, scene: Scene, who: Standing, row: CheckIn) -> cards.Shown:
    """A check-in as its person sees it."""
    held = taking_place.several(session, {row.occurrence_id}).get(row.occurrence_id) if row.occurrence_id else None
    cadence = cadences.get(session, held.cadence_id).name if held else ""
    names = scene.partnership.name, scene.organisation(who.side.other)
    return _shown(session, store.Prompted(row, held, cadence, who.id, *names))


def _shown(session: Session, asked: store.Prompted) -> cards.Shown:
    row, held = asked.row, asked.held
    last = store.last_answer(session, asked.member_id, but=row.id)
    named = blockers_in(row.blockers)
    open_ = in_the_way.open_of(session, asked.member_id)
    answered = row.state is CheckInState.ANSWERED
    return cards.Shown(
        subject=row.subject,
        partnership=asked.partnership,
        partner=asked.partner,
        state=row.state,
        name=asked.cadence,
        day=row.day if held else None,
        said=store.said(row),
        before=store.said(last) if last else None,
        before_on=last.day if last else None,
        blockers=tuple(
            cards.InTheWay(each.subject, each.words, each.times, each.escalation_id is not None)
            for each in open_
            if not answered or each.likeness in named
        ),
        closes_at=row.closes_at,
        closed=held is not None and held.state != "open",
        cut_off=held is not None and standups.cut_off(session, held, row),
        snoozed_until=store.snoozed(session, {row.subject}).get(row.subject),
        at=row.answered_at,
        late=row.late,
        edited=row.edited_at is not None,
    )


def draft(session: Session, who: Standing, row: CheckIn | None) -> tuple[Said, Said | None]:
    """What stands in the form at first, and what they said the last time; words that were for one side stay so."""
    last = store.last_answer(session, who.id, but=row.id if row else 0)
    before = store.said(last) if last else None
    if row is not None and row.state is CheckInState.ANSWERED:
        return store.said(row), before
    open_ = in_the_way.open_of(session, who.id)
    own_side = (before is not None and before.own_side) or any(each.own_side for each in open_)
    words = "\n".join(each.words for each in open_)
    return Said(next=before.next if before else "", blockers=words, own_side=own_side), before
