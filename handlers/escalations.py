"""What can be done with an escalation that was raised: its buttons, its forms and its thread."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot.actions import calendars, concerned, escalations, notifying
from bot.cards import escalation as cards
from bot.cards import escalation_forms as forms
from bot.cards import several, tidings
from bot.cards import timeline as timelines
from bot.cards.escalation import Shown
from bot.cards.timeline import Recorded, Step
from bot.messages import Errors, Form, Nothing, Reply
from bot.rules import grammar
from bot.rules.authority import Right
from bot.rules.escalation import Event, Refused, Snooze, obstacle, snooze_until
from bot.words import Role, When
from handlers import Sorry, Visit, escalate, heard, pressed, submitted
from handlers.rights import escalation_in
from storage import escalations as store
from storage import ledger
from storage.partnerships import room
from storage.people import Standing
from storage.tables import Escalation


def _move(
    visit: Visit, session: Session, escalation: Escalation, event: Event, *, to: int | None = None,
    until: datetime | None = None, words: str = "",
) -> Shown:  # fmt: skip
    try:
        return escalations.move(session, visit.call, escalation, event, to=to, until=until, words=words)
    except Refused as refused:
        raise Sorry(str(refused)) from None


def _seen(visit: Visit, escalation: Escalation) -> Shown:
    return concerned.shown(visit.scene, escalation, visit.now)


@pressed("escalation.acknowledge")
def acknowledge(visit: Visit, session: Session) -> Reply:
    """Take it in hand."""
    shown = _move(visit, session, escalation_in(visit, session, Right.ACKNOWLEDGE), Event.ACKNOWLEDGE)
    return tidings.done(shown, "is yours now. Its clock has stopped on both sides.")


@pressed("escalation.progress")
def progress(visit: Visit, session: Session) -> Reply:
    """Say that it is still in hand."""
    shown = _move(visit, session, escalation_in(visit, session, Right.PROGRESS), Event.PROGRESS)
    return tidings.done(shown, "stays with ", shown.owner or "its owner", ". Thank you for letting everybody know.")


@pressed("escalation.raise_level")
def raise_level(visit: Visit, session: Session) -> Reply:
    """Take it to the next level on both sides."""
    shown = _move(visit, session, escalation_in(visit, session, Right.RAISE_LEVEL), Event.RAISE_LEVEL)
    return tidings.done(shown, "went up a level. ", *cards.level_in_words(shown.level, shown.told), ".")


@pressed("escalation.confirm")
def confirm(visit: Visit, session: Session) -> Reply:
    """Say that it is settled."""
    shown = _move(visit, session, escalation_in(visit, session, Right.CONFIRM), Event.CONFIRM)
    return tidings.done(shown, "is closed. Thank you.")


@pressed("escalation.reopen")
def reopen(visit: Visit, session: Session) -> Reply:
    """Say that it is not settled."""
    shown = _move(visit, session, escalation_in(visit, session, Right.REOPEN), Event.REOPEN)
    return tidings.done(shown, "is open again. ", *cards.level_in_words(shown.level, shown.told), ".")


@pressed("escalation.withdraw")
def withdraw(visit: Visit, session: Session) -> Reply:
    """Take it back."""
    shown = _move(visit, session, escalation_in(visit, session, Right.WITHDRAW), Event.WITHDRAW)
    return tidings.done(shown, "is withdrawn. Nobody is waiting for anything.")


@pressed("escalation.snooze")
def snooze(visit: Visit, session: Session) -> Reply:
    """Let its clock wait."""
    escalation = escalation_in(visit, session, Right.SNOOZE)
    if visit.argument.upper() not in Snooze.__members__:
        raise Sorry("Choose how long it is to be snoozed.")
    calendar = calendars.of_person(visit.scene, visit.actor)
    until = snooze_until(Snooze[visit.argument.upper()], visit.now, calendar)
    shown = _move(visit, session, escalation, Event.SNOOZE, until=until)
    return tidings.done(shown, "is snoozed until ", When(until, zones=visit.scene.zones), ". Its clock waits.")


@pressed("escalation.resolve")
def resolve(visit: Visit, session: Session) -> Reply:
    """Ask for the outcome."""
    return forms.resolve_form(_seen(visit, escalation_in(visit, session, Right.RESOLVE)))


@submitted("escalation.resolve")
def resolved(visit: Visit, session: Session) -> Reply:
    """Settle it with its outcome; the raiser is asked to confirm."""
    escalation = escalation_in(visit, session, Right.RESOLVE)
    outcome = visit.value("outcome")
    if len(outcome) < 3:
        return Errors({"outcome": "Say in a few words what came of it, for the record."})
    shown = _move(visit, session, escalation, Event.RESOLVE, words=outcome)
    return tidings.done(shown, "is resolved. ", shown.raised_by, " is asked to confirm.")


@pressed("escalation.reassign")
def reassign(visit: Visit, session: Session) -> Reply:
    """Ask who takes it."""
    escalation = escalation_in(visit, session, Right.REASSIGN)
    owner = store.state(escalation).owner
    others = [each.shown() for each in _takers(visit, escalation) if each.id != owner]
    return forms.reassign_form(_seen(visit, escalation), others)


def _takers(visit: Visit, escalation: Escalation) -> list[Standing]:
    """Those who can take it: every member but observers and the one who raised it."""
    return [
        each
        for each in visit.scene.members
        if each.id != escalation.raised_by and each.member.role is not Role.OBSERVER
    ]


@submitted("escalation.reassign")
def reassigned(visit: Visit, session: Session) -> Reply:
    """Hand it to somebody else."""
    escalation = escalation_in(visit, session, Right.REASSIGN)
    new = next((each for each in _takers(visit, escalation) if str(each.member.person_id) == visit.value("to")), None)
    if new is None:
        return Errors({"to": "Choose a member of either side who can act, other than the person who raised it."})
    why = obstacle(store.state(escalation), Event.REASSIGN, now=visit.now, to=new.id, owner=new.person.name)
    if why:
        return Errors({"to": why})
    shown = _move(visit, session, escalation, Event.REASSIGN, to=new.id, words=visit.value("why"))
    due = notifying.hears_at(visit.call, escalation, new)
    later = (" They hear of it ", When(due, zones=(new.zone,)), ".") if due > visit.now else ()
    return tidings.done(shown, "is handed to ", new.shown(), ".", *later)


@pressed("escalation.note")
def note(visit: Visit, session: Session) -> Reply:
    """Ask for the words."""
    return forms.note_form(_seen(visit, escalation_in(visit, session, Right.NOTE)))


@submitted("escalation.note")
def noted(visit: Visit, session: Session) -> Reply:
    """Put a note on the record and into both threads."""
    escalation = escalation_in(visit, session, Right.NOTE)
    words = grammar.tidy(visit.value("words"))
    if not words:
        return Errors({"words": "A note needs some words."})
    shown = escalations.remark(session, visit.call, escalation, words, from_room=None)
    return tidings.done(shown, "has your note.")


@heard("escalation")
def said(visit: Visit, session: Session) -> Reply:
    """A reply in the card's thread is a comment, carried to the other room."""
    escalation = escalation_in(visit, session, Right.NOTE)
    words = grammar.tidy(grammar.text_of(visit.words))
    here = room(session, visit.arrival.place)
    if words:
        escalations.remark(session, visit.call, escalation, words, from_room=here.id if here else None)
    return Nothing()


@pressed("escalation.notify_now")
def notify_now(visit: Visit, session: Session) -> Reply:
    """Tell those at once who would hear of it when their working time begins."""
    escalation = escalation_in(visit, session, Right.NOTIFY_NOW)
    notices = notifying.tell(session, visit.call, escalation, store.state(escalation), at_once=True)
    told = [each.who for each in notices if not each.unreachable]
    shown = _seen(visit, escalation)
    if not told:
        return tidings.done(shown, "waits for nobody to be notified: everybody was told already.")
    being = " is being told now." if len(told) == 1 else " are being told now."
    return tidings.done(shown, "is out: ", *several(told), being)


@pressed("escalation.change")
def change(visit: Visit, session: Session) -> Form:
    """Correct what was said."""
    escalation = escalation_in(visit, session, Right.NOTE)
    escalate.allow_change(visit, escalation)
    return escalate.change_form(visit, escalation)


@pressed("escalation.timeline")
def timeline(visit: Visit, session: Session) -> Reply:
    """Show every step on the record."""
    escalation = escalation_in(visit, session, Right.TIMELINE)
    steps = [_step(visit, each) for each in ledger.history(session, visit.subject)]
    return timelines.timeline(_seen(visit, escalation), steps)


def _step(visit: Visit, happening: ledger.Happening) -> Step:
    body = happening.body or {}
    who = visit.scene.who(happening.actor).shown() if happening.actor is not None else None
    to = visit.scene.who(body["person"]).shown() if body.get("person") is not None else None
    until = datetime.fromisoformat(body["until"]) if body.get("until") else None
    recorded = Recorded(
        kind=happening.kind,
        before=body.get("from", ""),
        after=body.get("to", ""),
        was=body.get("was"),
        level=body.get("level"),
        to=to,
        until=until,
        alone=who is None,
    )
    what = timelines.in_words(recorded)
    return Step(happening.at, what, who, happening.platform, happening.clause, str(body.get("words", "")))
