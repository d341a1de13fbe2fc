"""Comments: what somebody says about a subject reaches the other rooms with its author.

One rule: what is said about something private stays with those it concerns and never goes into a room.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session

import storage.comments
from bot.actions import Call, telling
from bot.cards import comment as cards
from bot.words import Line
from storage import subjects
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
    row = storage.comments.add(session, call.scene.id, subject, call.by.id, words, call.now)
    call.record(
        session,
        f"{subjects.noun(subject)}.commented",
        subject,
        {"comment": row.id, "words": words, "private": only is not None},
    )
    if only is not None:
        telling.people(session, call, only, subject, cards.said(call.by.shown(), words, about))
        return row
    threads = storage.comments.rooms_with_card(session, subject)
    others = [room for room in call.scene.places if room.id in threads and room.id != from_room]
    telling.rooms(session, call, subject, cards.said(call.by.shown(), words), under=telling.CARD, into=others)
    return row
