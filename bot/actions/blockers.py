"""What is in people's way: counted with each check-in that names it, told to the shepherds, escalated.

One rule: the same blocker counts once a check-in, however often that is changed, and the shepherds hear of it once, those of the
other side of nothing that was not for its eyes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from bot.actions import Call, View, living, telling
from bot.cards import standup as cards
from bot.messages import Message
from bot.rules.blockers import OFTEN, blockers_in
from bot.rules.checking_in import Said
from bot.words import Key
from storage import blockers as in_the_way
from storage import check_ins as store
from storage import outbox, scenes
from storage.people import Standing
from storage.tables import Blocker, CheckIn

REPEATED = "blocker.repeated"
TOLD_BOTH = "blocker.repeated_for_both"


def note(
    session: Session, call: Call, row: CheckIn, before: Said, said: Said, over: Iterable[Blocker]
) -> list[Blocker]:
    """Count what is in the way once a check-in; what comes up for the third time reaches the shepherds, those of the other side once
    it could see three of them. Gives what they are told of."""
    was, is_ = blockers_in(before.blockers), blockers_in(said.blockers)
    known = in_the_way.alike(session, row.member_id, {*was, *is_})
    for like, words in is_.items():
        if like not in known:
            known[like] = Blocker(
                partnership_id=row.partnership_id,
                member_id=row.member_id,
                words=words,
                likeness=like,
                times=0,
                first_at=call.now,
                last_at=call.now,
            )
            session.add(known[like])
        blocker = known[like]
        blocker.times += like not in was
        blocker.words, blocker.last_at, blocker.solved_at, blocker.own_side = words, call.now, None, said.own_side
    for like in was.keys() - is_.keys():
        if like in known:
            known[like].times -= 1
            known[like].solved_at = known[like].solved_at if known[like].times else call.now
    for blocker in over:
        if blocker.likeness not in is_:
            blocker.solved_at = call.now
    session.flush()
    often = [known[like] for like in is_ if known[like].times >= OFTEN]
    open_ = _for_both(session, call.scene.who(row.member_id)) if often and not said.own_side else {}
    both = [each for each in often if len(open_.get(each.likeness, ())) >= OFTEN]
    ours = _untold(session, REPEATED, often)
    theirs = _untold(session, TOLD_BOTH, both)
    side = call.scene.who(row.member_id).side
    for kind, blockers, of in ((REPEATED, ours, side), (TOLD_BOTH, theirs, side.other)):
        for blocker in blockers:
            _tell_shepherds(session, call, kind, blocker, of)
    later = [each for each in theirs if each not in ours]
    outbox.redraw_all(session, now=call.now, subjects={each.subject for each in later})
    return [*ours, *later]


def _untold(session: Session, kind: str, those: Iterable[Blocker]) -> list[Blocker]:
    told = store.on_record(session, kind, {each.subject for each in those})
    return [each for each in those if each.subject not in told]


def _for_both(session: Session, who: Standing) -> dict[str, list[datetime]]:
    """When somebody named what for both sides' eyes, by what it is recognised by."""
    found: dict[str, list[datetime]] = {}
    for row in in_the_way.naming(session, {who.id, *who.formerly}):
        for like in blockers_in(row.blockers):
            if row.answered_at is not None:
                found.setdefault(like, []).append(row.answered_at)
    return found


def clear(session: Session, call: Call, over: Iterable[Blocker], row: CheckIn | None) -> None:
    """End these without a check-in; the prompt that waits (`row`) shows them no more."""
    for blocker in over:
        blocker.solved_at = call.now
        call.record(session, "blocker.solved", blocker.subject)
    session.flush()
    if row is not None:
        outbox.redraw(session, now=call.now, subject=row.subject)


def _tell_shepherds(session: Session, call: Call, kind: str, blocker: Blocker, side: Key) -> None:
    call.record(session, kind, blocker.subject, {"times": blocker.times, "own_side": blocker.own_side})
    for shepherd in call.scene.shepherds(side):
        if shepherd.id != call.by.id:  # who named it knows of it
            telling.person(session, call, shepherd, blocker.subject, None, slot=telling.CARD)


@living("blocker")
def draw(session: Session, view: View) -> Message | None:
    """What a shepherd reads of it: its words as they are now, and none where they are not for that side any more. The other side's
    reads only of the times that were for both."""
    row = in_the_way.get(session, view.number)
    if row is None:
        return None
    scene = scenes.scene(session, row.partnership_id)
    who, reader = scene.who(row.member_id), scene.holder(view.account_id) if view.account_id is not None else None
    if reader is None or reader.left or (row.own_side and reader.side is not who.side):
        return None
    if reader.side is not who.side:
        open_ = _for_both(session, who).get(row.likeness, [])  # none where they were taken back or erased since
        times, since = (len(open_), open_[0]) if open_ else (OFTEN, None)
        return cards.repeated(who.shown(), row.words, times, since, row.subject, cards.Scope.BOTH)
    both = bool(store.on_record(session, TOLD_BOTH, {row.subject}))
    scope = cards.Scope.OWN_SIDE if row.own_side else cards.Scope.BOTH if both else cards.Scope.MOSTLY_OWN_SIDE
    return cards.repeated(who.shown(), row.words, row.times, row.first_at, row.subject, scope)


def escalated(session: Session, call: Call, blocker_id: int, escalation_id: int) -> None:
    """Note that a blocker was raised; whoever named it sees so."""
    found = in_the_way.get(session, blocker_id)
    if found is None or found.partnership_id != call.scene.id:
        return
    found.escalation_id = escalation_id
    session.flush()
    row = store.last_answer(session, found.member_id)
    if row is not None:
        outbox.redraw(session, now=call.now, subject=row.subject)
