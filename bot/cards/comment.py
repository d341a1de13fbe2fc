"""What people say about a subject, carried to the others with its author.

One rule: a person's words are shown as they wrote them, under their name and organisation.
"""

from __future__ import annotations

from bot.messages import Form, Message, Note, Paragraph, Quote, TextField
from bot.words import Line, Person, Text, line

MOST = 2000


def said(who: Person, words: str, about: Line = ()) -> Message:
    """The comment: in the thread of the card it needs no `about`, in a direct message it does."""
    where = (" about ", *about) if about else ()
    return Message(line(who, " says", *where, ":"), (Quote(Text(words)),))


def form(name: str, subject: str, reach: Line) -> Form:
    """Ask for the words, with who will read them said first."""
    return Form(
        name,
        "Comment",
        (Note(reach), TextField("words", "Your words", lines=True, least=1, most=MOST)),
        submit="Say it",
        context=subject,
    )


def taken(words: str, reach: Line) -> Message:
    """Tell the author where it went."""
    return Message(line("Your comment is on its way."), (Quote(Text(words)), Paragraph(reach)))
