"""Comments: what somebody says about a subject reaches the other rooms with its author.

One rule: what is said about something private stays with those it concerns and never goes into a room.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlmodel import Session

import storage.comments
from bot.actions import Call, telling
from bot.cards import comment as cards
from bot.words import Line
from storage.people import Standing
from storage.tables import Comment


def say(
    session: Session,
    call: Call,
    subject: str,
    words: str,
    *,
    from_room: int | None,
    only: Iterable[Standing] | None = None,
    about: Line = (),
) -> Comment:
    """Carry a comment into the thread of the subject's card in every room but `from_room` (None: in every room).

    With `only` it goes to these people directly instead, and names there what it is `about`.
    """
    assert call.actor is not None, "a comment has an author"
    row = storage.comments.add(session, call.scene.id, subject, call.actor.id, words, call.now)
    noun = subject.partition(":")[0]
    call.record(session, f"{noun}.commented", subject, {"comment": row.id, "words": words, "private": only is not None})
    if only is not None:
        telling.people(session, call, only, subject, cards.said(call.actor.shown(), words, about))
        return row
    threads = storage.comments.rooms_with_card(session, subject)
    here = replace(call.scene, rooms=tuple(each for each in call.scene.rooms if each[0].id in threads))
    said = cards.said(call.actor.shown(), words)
    telling.rooms(session, replace(call, scene=here), subject, said, under="card", but=from_room)
    return row
