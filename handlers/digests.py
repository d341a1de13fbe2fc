"""What people say about a digest: it goes into the thread of the same digest in both rooms."""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import comments
from bot.cards import comment as comment_cards
from bot.messages import Errors, Nothing, Reply
from bot.rules.authority import Right
from bot.rules.grammar import text_of, tidy
from bot.words import line
from handlers import Visit, entry, heard, pressed, submitted
from handlers.rights import allow
from storage import partnerships, subjects

_REACH = line("It goes into the thread of this digest in every room where it stands.")


@pressed("digest.comment")
def comment(visit: Visit, session: Session) -> Reply:
    """Ask for the words."""
    _look(visit)
    return comment_cards.form("digest.comment", visit.subject, _REACH)


@submitted("digest.comment")
def commented(visit: Visit, session: Session) -> Reply:
    """Put a comment into the thread in every room."""
    _look(visit)
    words = tidy(visit.value("words"))
    if not words:
        return Errors({"words": "Write a word or two."})
    comments.say(session, visit.call, visit.subject, words, from_room=None)
    return comment_cards.taken(words, _REACH)


@heard("digest")
def reply(visit: Visit, session: Session) -> Reply:
    """Carry what was said in its thread to the other room."""
    words = text_of(visit.words)
    if words:
        _look(visit)
        room = partnerships.room(session, visit.arrival.place)
        comments.say(session, visit.call, visit.subject, words, from_room=room.id if room else None)
    return Nothing()


def _look(visit: Visit) -> None:
    """Make sure that it is about a digest, and that the visitor may speak."""
    if subjects.noun(visit.subject) != "digest":
        raise entry.nothing_here(visit)
    allow(visit, Right.CHECK_IN)
