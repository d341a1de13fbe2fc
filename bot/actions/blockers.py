"""What is in people's way: counted with each check-in that names it, told to the shepherds, escalated.

One rule: the same blocker counts once a check-in, however often that is changed, and the shepherds hear of it once.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session

from bot.actions import Call, View, living, telling
from bot.cards import standup as cards
from bot.messages import Message
from bot.rules.blockers import OFTEN, blockers_in
from bot.rules.checking_in import Said
from storage import check_ins as store
from storage import outbox, scenes
from storage.tables import Blocker, CheckIn

REPEATED = "blocker.repeated"


def note(
    session: Session, call: Call, row: CheckIn, before: Said, said: Said, over: Iterable[Blocker]
) -> list[Blocker]:
    """Count what is in the way once a check-in; what comes up for the third time reaches the shepherds. Gives those."""
    was, is_ = blockers_in(before.blockers), blockers_in(said.blockers)
    known = store.alike(session, row.member_id, {*was, *is_})
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
    often = [known[like] for like in is_ if like not in was and known[like].times == OFTEN]
    told = store.on_record(session, REPEATED, {each.subject for each in often})
    fresh = [each for each in often if each.subject not in told]
    for blocker in fresh:
        _tell_shepherds(session, call, blocker)
    return fresh


def clear(session: Session, call: Call, over: Iterable[Blocker], row: CheckIn | None) -> None:
    """End these without a check-in; the prompt that waits (`row`) shows them no more."""
    for blocker in over:
        blocker.solved_at = call.now
        call.record(session, "blocker.solved", blocker.subject)
    session.flush()
    if row is not None:
        outbox.redraw(session, now=call.now, subject=row.subject)


def _tell_shepherds(session: Session, call: Call, blocker: Blocker) -> None:
    body = {"times": blocker.times, "words": blocker.words, "own_side": blocker.own_side}
    call.record(session, REPEATED, blocker.subject, body)
    side = call.scene.who(blocker.member_id).side
    for shepherd in call.scene.shepherds(side if blocker.own_side else None):
        if shepherd.id != call.by.id:  # who named it knows of it
            telling.person(session, call, shepherd, blocker.subject, None, slot=telling.CARD)


@living("blocker")
def draw(session: Session, view: View) -> Message | None:
    """What a shepherd reads of it: its words as they are now, and none where they are not for that side any more."""
    row = store.blocker(session, view.number)
    if row is None:
        return None
    scene = scenes.scene(session, row.partnership_id)
    who, reader = scene.who(row.member_id), scene.holder(view.account_id) if view.account_id is not None else None
    if reader is None or reader.left or (row.own_side and reader.side is not who.side):
        return None
    return cards.repeated(who.shown(), row.words, row.times, row.first_at, row.subject, own_side=row.own_side)


def escalated(session: Session, call: Call, blocker_id: int, escalation_id: int) -> None:
    """Note that a blocker was raised; whoever named it sees so."""
    found = store.blocker(session, blocker_id)
    if found is None or found.partnership_id != call.scene.id:
        return
    found.escalation_id = escalation_id
    session.flush()
    row = store.last_answer(session, found.member_id)
    if row is not None:
        outbox.redraw(session, now=call.now, subject=row.subject)
