"""What people say below a standup or a digest: it goes into the thread of the same card in every other room.

One rule: who may check in may speak, as long as the partnership has not ended; what is typed below an answer that is for one side
only stays on that side.
"""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import check_ins, comments
from bot.cards import comment as cards
from bot.messages import Errors, Nothing, Reply
from bot.rules.grammar import text_of, tidy
from bot.words import line
from handlers import Visit, heard, pressed, submitted
from handlers.check_in import allow_checking_in
from handlers.entry import nothing_here
from storage import subjects
from storage.partnerships import room

_FORMS = {"occurrence": "standup.comment", "digest": "digest.comment"}
_REACH = line("It goes into the thread of this card in every room where it stands, with your name.")


@pressed("standup.comment")
@pressed("digest.comment")
def comment(visit: Visit, session: Session) -> Reply:
    """Ask for the words."""
    return cards.form(_form(visit), visit.subject, _REACH)


@submitted("standup.comment")
@submitted("digest.comment")
def commented(visit: Visit, session: Session) -> Reply:
    """Put a comment into the thread in every room."""
    _form(visit)
    words = tidy(visit.value("words"))
    if not words:
        return Errors({"words": "Write a word or two."})
    comments.say(session, visit.call, visit.subject, words, from_room=None)
    return cards.taken(words, _REACH)


@heard("occurrence")
@heard("digest")
def said_below(visit: Visit, session: Session) -> Reply:
    """Carry what was said in the thread to the other rooms."""
    if words := text_of(visit.words):
        _form(visit)
        carry = check_ins.comment_below if subjects.noun(visit.subject) == "occurrence" else comments.say
        carry(session, visit.call, visit.subject, words, from_room=here(visit, session))
    return Nothing()


def here(visit: Visit, session: Session) -> int | None:
    """The room where it was said; None in a direct chat."""
    found = room(session, visit.arrival.place)
    return found.id if found else None


def _form(visit: Visit) -> str:
    """The form for a comment on what this is about, once the visitor may speak there."""
    name = _FORMS.get(subjects.noun(visit.subject))
    if name is None:
        raise nothing_here(visit)
    allow_checking_in(visit)
    return name
