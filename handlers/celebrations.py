"""What can be done with a celebration that was given: applause, comments, a change of words, and taking it back.

One rule: a private celebration exists only for its giver and for those who were told.
"""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import celebrations, comments
from bot.actions.celebrations import Occasion
from bot.cards import celebration as cards
from bot.cards import comment as comment_cards
from bot.cards import several
from bot.inbound import PlaceKind
from bot.messages import Errors, Nothing, Reply
from bot.rules import celebrating
from bot.rules.grammar import text_of, tidy
from bot.words import Line, line
from handlers import Sorry, Visit, entry, heard, pressed, submitted
from handlers.celebrate import allow_celebrating, filled_in, form
from storage import partnerships


@pressed("celebration.clap")
def clap(visit: Visit, session: Session) -> Reply:
    """Count applause, once a person."""
    allow_celebrating(visit)
    occasion = _standing(visit, session)
    if visit.actor.id in occasion.wish.members:
        raise Sorry("This one is for you: the applause is the others’ to give.")
    return Nothing() if celebrations.clap(session, visit.call, occasion) else cards.clapped_before()


@pressed("celebration.edit")
def edit(visit: Visit, session: Session) -> Reply:
    """Open what was said, for its giver and for a quarter of an hour."""
    occasion = _changeable(visit, session)
    wish = occasion.wish
    draft = cards.Draft(tuple(str(each) for each in wish.receivers), wish.why, wish.milestone, wish.public)
    return form(visit, draft, occasion=occasion)


@submitted("celebration.edit")
def save(visit: Visit, session: Session) -> Reply:
    """Let it say what the form says."""
    occasion = _changeable(visit, session)
    wish = filled_in(visit)
    if isinstance(wish, Errors):
        return wish
    if wish != occasion.wish:
        occasion = celebrations.change(session, visit.call, occasion, wish)
    shown, reach = celebrations.in_full(visit.scene, occasion), celebrations.reach(visit.scene, occasion)
    return cards.given(shown, reach, changed=True)


@pressed("celebration.undo")
def undo(visit: Visit, session: Session) -> Reply:
    """Take it back."""
    occasion = _own(visit, session, "take it back")
    celebrations.undo(session, visit.call, occasion)
    return cards.undone(occasion.row.number)


@pressed("celebration.comment")
def comment(visit: Visit, session: Session) -> Reply:
    """Ask for the words."""
    allow_celebrating(visit)
    return comment_cards.form("celebration.comment", visit.subject, _reach(visit, _standing(visit, session)))


@submitted("celebration.comment")
def say(visit: Visit, session: Session) -> Reply:
    """Carry a comment from the form to everybody who sees the celebration."""
    allow_celebrating(visit)
    occasion = _standing(visit, session)
    words = tidy(visit.value("words"))
    if not words:
        return Errors({"words": "Write a word or two."})
    _say(visit, session, occasion, words, from_room=None, private=not occasion.audience.in_rooms)
    return comment_cards.taken(words, _reach(visit, occasion))


@heard("celebration")
def reply(visit: Visit, session: Session) -> Reply:
    """Carry what was said in a card's thread to the other side; what is said under a direct message stays direct."""
    words = text_of(visit.words)
    if not words:
        return Nothing()
    allow_celebrating(visit)
    occasion = _standing(visit, session)
    place = visit.arrival.place
    room = partnerships.room(session, place)
    private = place.kind is not PlaceKind.CHANNEL or not occasion.audience.in_rooms
    _say(visit, session, occasion, words, from_room=room.id if room else None, private=private)
    return Nothing()


def _say(
    visit: Visit, session: Session, occasion: Occasion, words: str, *, from_room: int | None, private: bool
) -> None:
    giver = visit.scene.who(occasion.row.given_by).shown()
    comments.say(
        session,
        visit.call,
        occasion.subject,
        words,
        from_room=from_room,
        only=celebrations.listeners(visit.scene, occasion, visit.actor) if private else None,
        about=cards.about(occasion.row.number, giver),
    )


def _reach(visit: Visit, occasion: Occasion) -> Line:
    if occasion.audience.in_rooms:
        return line("It goes into the thread of the card in every room that shows it, with your name.")
    listeners = celebrations.listeners(visit.scene, occasion, visit.actor)
    return line("It goes directly to ", *several([each.shown() for each in listeners]), ", with your name.")


def _standing(visit: Visit, session: Session) -> Occasion:
    """The celebration, as long as it stands and the visitor may know of it."""
    occasion = celebrations.of(session, visit.scene, visit.number)
    if not occasion.audience.in_rooms and visit.actor.id not in celebrations.concerned(occasion):
        raise entry.nothing_here(visit)
    if occasion.row.undone_at is not None:
        raise Sorry("This celebration was taken back, so there is nothing more to do with it.")
    return occasion


def _own(visit: Visit, session: Session, doing: str) -> Occasion:
    occasion = _standing(visit, session)
    giver = visit.scene.who(occasion.row.given_by)
    if giver.id != visit.actor.id:
        raise Sorry("Only ", giver.shown(), f", who gave this celebration, can {doing}.")
    return occasion


def _changeable(visit: Visit, session: Session) -> Occasion:
    allow_celebrating(visit)
    occasion = _own(visit, session, "change it")
    if not celebrating.can_change(occasion.row.given_at, visit.now):
        minutes = int(celebrating.EDITABLE.total_seconds() // 60)
        raise Sorry(
            f"The {minutes} minutes for changing it are over. You can still add a comment, or undo it and celebrate again."
        )
    return occasion
