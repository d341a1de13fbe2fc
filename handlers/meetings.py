"""What people say of meetings and reports: held or not, sent, received; and what they say in the threads of their cards.

One rule: of a meeting the first answer counts; of a report each side says its own half.
"""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import comments, meetings, reports
from bot.cards import meeting as meeting_cards
from bot.cards import report as report_cards
from bot.cards.report import Phase
from bot.cards.sentence import told
from bot.messages import Errors, Message, Nothing, Reply
from bot.rules.authority import Right
from bot.rules.grammar import text_of, tidy
from bot.words import CadenceKind, Text
from handlers import Sorry, Visit, entry, heard, pressed, submitted
from handlers.rights import allow, both_here
from storage import cadences as store
from storage import partnerships
from storage.tables import Cadence, Occurrence

# Meetings ------------------------------------------------------------------------------------------------------------


@pressed("meeting.held")
def held(visit: Visit, session: Session) -> Reply:
    """It was held."""
    return _say(visit, session, held=True)


@pressed("meeting.not_held")
def not_held(visit: Visit, session: Session) -> Reply:
    """It was not held."""
    return _say(visit, session, held=False)


@pressed("meeting.note")
def note(visit: Visit, session: Session) -> Reply:
    """Ask for the answer with a note, or for another one of whoever answered."""
    row, one = _meeting(visit, session)
    return meeting_cards.form(meetings.shown(session, visit.scene, row, one, visit.now))


@submitted("meeting.say")
def noted(visit: Visit, session: Session) -> Reply:
    """Take the answer of the form."""
    words = tidy(visit.value("note"))
    if len(words) > meeting_cards.NOTE_AT_MOST:
        return Errors({"note": f"A note has {meeting_cards.NOTE_AT_MOST} letters at most."})
    return _say(visit, session, held=visit.value("held") != "not_held", note=words)


def _say(visit: Visit, session: Session, *, held: bool, note: str = "") -> Message:
    row, one = _meeting(visit, session)
    if one.at > visit.now:
        raise Sorry("It has not begun yet. You can say whether it was held when it is over.")
    if not meetings.say(session, visit.call, row, one, held=held, note=note):
        raise _before(visit, session, row, one)
    return meeting_cards.said(meetings.shown(session, visit.scene, row, one, visit.now))


def _meeting(visit: Visit, session: Session) -> tuple[Cadence, Occurrence]:
    allow(visit, Right.HELD)
    row, one = _found(visit, session, CadenceKind.MEETING)
    if one.held is not None and one.said_by != visit.actor.id:
        raise _before(visit, session, row, one)
    return row, one


def _before(visit: Visit, session: Session, row: Cadence, one: Occurrence) -> Sorry:
    return Sorry(*meeting_cards.said_before(meetings.shown(session, visit.scene, row, one, visit.now)))


# Reports -------------------------------------------------------------------------------------------------------------


@pressed("report.sent")
def sent(visit: Visit, session: Session) -> Reply:
    """The side that owes it sent it."""
    return _tell(visit, session, Phase.SENT)


@pressed("report.received")
def received(visit: Visit, session: Session) -> Reply:
    """The other side received it."""
    return _tell(visit, session, Phase.RECEIVED)


@pressed("report.undo")
def undo(visit: Visit, session: Session) -> Reply:
    """Take back what one said oneself."""
    allow(visit, Right.REPORT)
    row, one = _found(visit, session, CadenceKind.REPORT)
    if visit.argument not in tuple(Phase) or not reports.unsay(session, visit.call, one, Phase(visit.argument)):
        raise Sorry("Something else was said about it since, so this cannot be undone.")
    return told(
        "Undone: ", Text(reports.shown(session, visit.scene, row, one, visit.now).called), " is as it was before."
    )


def _tell(visit: Visit, session: Session, what: Phase) -> Message:
    allow(visit, Right.REPORT)
    row, one = _found(visit, session, CadenceKind.REPORT)
    shown = reports.shown(session, visit.scene, row, one, visit.now)
    owing = visit.actor.side is row.side
    if what is Phase.SENT and not owing:
        raise Sorry(
            Text(shown.whose), " owes this report and says that it was sent; your side says that it was received."
        )
    if what is Phase.RECEIVED and owing:
        raise Sorry("Your side owes this report and says that it was sent; the other side says that it was received.")
    if shown.phase is Phase.RECEIVED or (shown.phase is what):
        raise Sorry(*report_cards.said_before(shown))
    reports.say(session, visit.call, row, one, what)
    return report_cards.said(reports.shown(session, visit.scene, row, one, visit.now))


def _found(visit: Visit, session: Session, kind: CadenceKind) -> tuple[Cadence, Occurrence]:
    """The occurrence that a button or form is about."""
    both_here(visit)
    one = (
        session.get(Occurrence, visit.number, populate_existing=True) if visit.subject.startswith(f"{kind}:") else None
    )
    row = store.get(session, one.cadence_id) if one else None
    if one is None or row is None or row.kind is not kind or one.partnership_id != visit.scene.id:
        raise entry.nothing_here(visit)
    return row, one


# Threads -------------------------------------------------------------------------------------------------------------


@heard("cadence")
@heard("meeting")
@heard("report")
def reply(visit: Visit, session: Session) -> Reply:
    """Carry what was said in a card's thread to the other side."""
    words = text_of(visit.words)
    if not words:
        return Nothing()
    allow(visit, Right.CHECK_IN)
    room = partnerships.room(session, visit.arrival.place)
    comments.say(session, visit.call, visit.subject, words, from_room=room.id if room else None)
    return Nothing()
