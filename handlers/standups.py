"""What is done on a prompt and on the card of a standup: answers, skips, snoozes, being away, a blocker that is escalated.

One rule: a prompt is its person's alone, and can be answered or changed until they are asked again.
"""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import check_ins, persons, prompts
from bot.cards import check_in_forms as forms
from bot.cards import check_in_replies as replies
from bot.cards.escalation_forms import SUMMARY_AT_MOST, Draft
from bot.inbound import PlaceKind, Typed
from bot.messages import Errors, Form, Message, Nothing, Reply
from bot.rules import Unclear, checking_in
from bot.rules.authority import Right
from bot.rules.checking_in import Refused, Said
from bot.rules.grammar import text_of, tidy
from bot.words import CheckInState, Code
from handlers import Sorry, Visit, escalate, heard, pressed, submitted
from handlers.check_in import allow_checking_in, form, in_words, kept_words, offer, over, take
from handlers.commenting import here
from handlers.entry import nothing_here
from handlers.rights import allow, both_here
from handlers.showing import in_its_place
from storage import blockers as in_the_way
from storage import check_ins as store
from storage import kept
from storage.tables import CheckIn


@pressed("checkin.answer")
def answer(visit: Visit, session: Session) -> Reply:
    """Open the form, with what is known."""
    row = _mine(visit, session)
    start, before = prompts.draft(session, visit.actor, row)
    return form(visit, row, kept_words(visit, session, start), before)


@submitted("checkin.answer")
def sent(visit: Visit, session: Session) -> Reply:
    """Take what the form says."""
    allow_checking_in(visit)
    row = _mine(visit, session) if visit.subject.startswith("checkin:") else None
    done, next_, blockers, waiting = (tidy(visit.value(part)) for part in checking_in.PARTS)
    said = checking_in.cleaned(Said(done, next_, blockers, waiting, bool(visit.value("own_side"))))
    if wrong := checking_in.troubles(said):
        return Errors(wrong)
    echo = take(visit, session, row, said, in_the_way.open_of(session, visit.actor.id))
    return _unless_shown(visit, row, echo)


@pressed("checkin.take")
def take_it(visit: Visit, session: Session) -> Reply:
    """Take plain words that were offered."""
    row = _mine(visit, session)
    if row.state is CheckInState.ANSWERED:
        raise Sorry("You have answered already. You can change what you said.")
    text = kept.take(session, visit.argument, visit.account.id, visit.now)
    if text is None:
        raise Sorry("Those words are not kept any more. Check in with ", Code("/checkin"), ".")
    said, named = checking_in.parse(text)
    return in_its_place(visit.arrival, take(visit, session, row, said, over(visit, session, named)))


@pressed("checkin.same")
def same(visit: Visit, session: Session) -> Reply:
    """Say the same as the last time."""
    row = _mine(visit, session)
    if row.state is CheckInState.ANSWERED:
        raise Sorry("You have answered already. You can change what you said.")
    last = store.last_answer(session, visit.actor.id, but=row.id)
    if last is None:
        raise Sorry("There is no earlier answer to take over.", form=form(visit, row, Said(), None))
    return _unless_shown(visit, row, take(visit, session, row, store.said(last), ()))


@pressed("checkin.skip")
def skip(visit: Visit, session: Session) -> Reply:
    """Leave this one out."""
    row = _mine(visit, session)
    try:
        check_ins.skip(session, visit.call, row)
    except Refused as refused:
        raise Sorry(str(refused)) from None
    return Nothing()


@pressed("checkin.snooze")
def snooze(visit: Visit, session: Session) -> Reply:
    """Be asked again in an hour."""
    row = _mine(visit, session)
    if row.state is not CheckInState.ASKED:
        raise Sorry("Nothing waits for you here, so there is nothing to snooze.")
    try:
        check_ins.snooze(session, visit.call, row)
    except Refused as refused:
        raise Sorry(str(refused)) from None
    return Nothing()


@pressed("checkin.away")
def away(visit: Visit, session: Session) -> Reply:
    """Ask until when."""
    return forms.away_form(_mine(visit, session).subject)


@submitted("checkin.away")
def is_away(visit: Visit, session: Session) -> Reply:
    """Be away until that day, in every partnership."""
    row = _mine(visit, session)
    today = visit.today.date()
    try:
        last = checking_in.last_day(visit.value("until"), now=visit.now, zone=visit.zone, locale=visit.account.locale)
    except Unclear as unclear:
        return Errors({"until": str(unclear)})
    if last - today > checking_in.LONGEST_AWAY:
        return Errors({"until": "That is longer than a year. For example: friday"})
    absence = persons.away(session, visit.account, today, last)
    check_ins.leave(session, visit.call, row)
    return replies.away_until(last, absence.id)


@pressed("checkin.undo")
def undo(visit: Visit, session: Session) -> Reply:
    """Take an answer back."""
    row = _mine(visit, session)
    try:
        check_ins.undo(session, visit.call, row)
    except Refused as refused:
        raise Sorry(str(refused)) from None
    return in_its_place(visit.arrival, replies.undone(prompts.seen(session, visit.scene, visit.actor, row)))


@heard("checkin")
def replied(visit: Visit, session: Session) -> Reply:
    """A reply under one's own prompt answers it; under somebody's unprompted check-in it is a comment. Plain words to the bot while
    the prompt waits are offered as its answer, and taken at once where they are labelled."""
    row, text = _row(visit, session), text_of(visit.words)
    if row.occurrence_id is None:
        if text:
            allow_checking_in(visit)
            check_ins.comment(session, visit.call, row, text, from_room=here(visit, session))
        return Nothing()
    said, named = checking_in.parse(text)
    plainly = isinstance(visit.arrival, Typed)
    if not named and not plainly:
        return Nothing()
    row = _mine(visit, session)
    if (reply := in_words(visit, session, row, said, named)) is not None:
        return reply
    if plainly and not checking_in.labelled(text):
        return offer(visit, session, row, text)
    if plainly:
        return take(visit, session, row, said, over(visit, session, named))
    return _unless_shown(visit, row, take(visit, session, row, said, over(visit, session, named)))


# Blockers -------------------------------------------------------------------------------------------------------------


@pressed("blocker.escalate")
def escalate_it(visit: Visit, session: Session) -> Form:
    """Open the form for an escalation with the blocker in it."""
    both_here(visit)
    found = in_the_way.get(session, visit.number) if visit.subject.startswith("blocker:") else None
    owner = visit.scene.who(found.member_id) if found and found.partnership_id == visit.scene.id else None
    if found is None or owner is None or (found.own_side and owner.side is not visit.actor.side):
        raise nothing_here(visit)
    allow(visit, Right.ESCALATE)
    if found.escalation_id is not None:
        raise Sorry("This one is escalated already.")
    return escalate.form(visit, Draft(summary=found.words[:SUMMARY_AT_MOST], private=found.own_side))


# Whose ----------------------------------------------------------------------------------------------------------------


def _row(visit: Visit, session: Session) -> CheckIn:
    found = store.several(session, {visit.number}) if visit.subject.startswith("checkin:") else {}
    row = found.get(visit.number) if found else None
    if row is None or row.partnership_id != visit.scene.id:
        raise nothing_here(visit)
    return row


def _mine(visit: Visit, session: Session) -> CheckIn:
    """The visitor's own check-in, as long as it can be changed."""
    allow_checking_in(visit)
    row = _row(visit, session)
    who = visit.scene.who(row.member_id)
    if who.id != visit.actor.id:
        raise Sorry("This one is for ", who.shown(), ". Your own: ", Code("/checkin"))
    if store.asked_since(session, row):
        raise Sorry("You were asked again since, so this one stays as it is. To add to it: ", Code("/checkin"))
    if row.occurrence_id is None and row.state is not CheckInState.ANSWERED:
        raise Sorry("That check-in was taken back. Give a new one with ", Code("/checkin"), ".")
    return row


def _unless_shown(visit: Visit, row: CheckIn | None, echo: Message) -> Reply:
    """In the direct message where the prompt stands, the prompt itself shows it."""
    prompted = row is not None and row.occurrence_id is not None
    return Nothing() if prompted and visit.arrival.place.kind is PlaceKind.DIRECT else echo
