"""A subject is `noun:id`: what an event, a timer, a card or a button is about.

One rule: from any subject its partnership is found, in one query.
"""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from bot.inbound import Heard, Typed
from bot.pack import Unreadable
from storage.tables import Blocker, Cadence, Celebration, CheckIn, Escalation, Member, Occurrence, Partnership, Post

FIGURES_AT_MOST = 18  # of an id: more than that no database holds

_NOUNS: dict[str, tuple[Any, Any]] = {
    "partnership": (Partnership.id, Partnership.id),
    "escalation": (Escalation.id, Escalation.partnership_id),
    "celebration": (Celebration.id, Celebration.partnership_id),
    "member": (Member.id, Member.partnership_id),
    "morning": (Member.id, Member.partnership_id),
    "cadence": (Cadence.id, Cadence.partnership_id),
    "occurrence": (Occurrence.id, Occurrence.partnership_id),
    "meeting": (Occurrence.id, Occurrence.partnership_id),
    "report": (Occurrence.id, Occurrence.partnership_id),
    "digest": (Occurrence.id, Occurrence.partnership_id),
    "checkin": (CheckIn.id, CheckIn.partnership_id),
    "blocker": (Blocker.id, Blocker.partnership_id),
}


def noun(subject: str) -> str:
    """What it is: `escalation` of `escalation:12`."""
    return subject.partition(":")[0]


def number(subject: str) -> int:
    """Its id: 12 of `escalation:12`. Raises Unreadable where it has none that a database holds."""
    figures = subject.partition(":")[2]
    if not (figures.isascii() and figures.isdigit() and len(figures) <= FIGURES_AT_MOST):
        raise Unreadable(f"no number in {subject[:40]}")
    return int(figures)


def partnership_of(session: Session, subject: str) -> int | None:
    """The partnership that a subject belongs to; None when there is no such subject."""
    noun, _, number = subject.partition(":")
    if noun not in _NOUNS or not number.isascii() or not number.isdigit():
        return None
    key, owner = _NOUNS[noun]
    found: int | None = session.exec(select(owner).where(col(key) == int(number))).first()
    return found


def of_thread(session: Session, heard: Heard | Typed) -> str | None:
    """The subject of the card in whose thread somebody wrote; None where it is not a card of ours."""
    return session.exec(
        select(Post.subject).where(
            Post.platform == heard.place.platform,
            Post.tenant == heard.place.tenant,
            Post.channel == heard.place.channel,
            Post.message == heard.thread,
        )
    ).first()


def numbers(session: Session, partnership_id: int) -> dict[str, int]:
    """What people call the escalations and celebrations of a partnership by: subject to number."""
    found: dict[str, int] = {}
    for noun, table in (("escalation", Escalation), ("celebration", Celebration)):
        rows = session.exec(select(table.id, table.number).where(table.partnership_id == partnership_id))
        found |= {f"{noun}:{id}": number for id, number in rows}
    return found
