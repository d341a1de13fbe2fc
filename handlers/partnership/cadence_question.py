"""The question before something recurs: what was understood, shown back with its next dates, and the answer to it.

One rule: what was shown is what is set: between the question and the answer nothing is read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session

from bot.actions import cadence_changes, cadences
from bot.actions.cadences import Wish
from bot.cards import cadence_forms as forms
from bot.cards import cadence_question as cards
from bot.cards.cadence import Shown
from bot.cards.cadence_forms import NAME_AT_MOST, Draft
from bot.cards.sentence import told
from bot.messages import Errors, Form, Message, Reply
from bot.pack import pack, unpack
from bot.rules import Unclear
from bot.rules.authority import Right
from bot.rules.grammar import tidy
from bot.words import CadenceKind, Code, Key, Status
from handlers import Sorry, Visit, pressed
from handlers.partnership import cadence_typed as typed
from handlers.partnership.cadence_typed import LENGTHS, LONG, MINUTES, SIDED, Typed
from handlers.rights import allow, both_here
from handlers.showing import in_its_place
from storage import kept
from storage.tables import Cadence

HOUR = timedelta(hours=1)


def form(visit: Visit, draft: Draft, subject: str = "") -> Form:
    """The form for a new one, or (the subject is a cadence) for changing one."""
    sides = {key: side.organisation for key, side in visit.scene.sides.items()}
    return forms.form(subject or visit.scene.subject, sides, draft, visit.zone)


def from_form(visit: Visit, session: Session, kind: CadenceKind, like: Wish | None = None) -> Reply:
    """Understand the form and show it back, or say what is wrong in it; `like` is what it changes."""
    side = Key(visit.value("side")) if visit.value("side") in tuple(Key) else None
    long = visit.value("long") if kind in LONG else ""
    parts = Typed(
        tidy(visit.value("recurs")), tidy(visit.value("name")), side if kind in SIDED else None, long, form=True
    )
    wrong: dict[str, str] = {}
    if kind is CadenceKind.REPORT and side is None:
        wrong["side"] = "Choose the side that owes the report."
    if len(parts.name) > NAME_AT_MOST:
        wrong["name"] = f"A name has {NAME_AT_MOST} letters at most."
    if long and typed.minutes(long) not in MINUTES:
        wrong["long"] = LENGTHS
    try:
        wish = None if wrong else typed.read(visit, kind, parts, like)
    except Unclear as unclear:
        wrong["recurs"] = str(unclear)
    return Errors(wrong) if wrong or wish is None else ask(visit, session, wish)


def ask(visit: Visit, session: Session, wish: Wish) -> Message:
    """Show it back in words with its next dates, and keep it for the answer."""
    rows = cadences.every(session, visit.scene)
    wish = _in_place_of_the_digest(visit, session, wish)
    if already := cadence_changes.already(session, visit.scene, wish):
        return cards.already(shown(visit, cadences.as_wish(already), rows, already))
    before = next((row for row in rows if row.id == wish.of), None)
    key = kept.keep(session, visit.account.id, pack(wish, Wish), visit.now + HOUR)
    return cards.preview(
        shown(visit, wish),
        visit.scene.subject,
        key,
        instead=shown(visit, cadences.as_wish(before), rows, before) if before else None,
        waits=visit.scene.partnership.status is Status.PAUSED,
    )


@pressed("cadence.set")
def set_it(visit: Visit, session: Session) -> Reply:
    """Set what was shown."""
    allow_changing(visit)
    text = kept.peek(session, visit.argument, visit.account.id, visit.now)
    if text is None:
        raise Sorry(*_NO_LONGER)
    wish: Wish = unpack(text, Wish)
    wish = _in_place_of_the_digest(visit, session, wish)
    rows = cadences.every(session, visit.scene)
    if already := cadence_changes.already(session, visit.scene, wish):
        return in_its_place(visit.arrival, cards.already(shown(visit, cadences.as_wish(already), rows, already)))
    if wish.of:
        row = next((each for each in rows if each.id == wish.of), None)
        if row is None or row.ended_at is not None:
            raise Sorry("It has ended meanwhile. Set it anew with ", Code("/partnership cadence add"), ".")
        seq = cadence_changes.change(session, visit.call, row, wish)
        return in_its_place(visit.arrival, done(visit, session, row, "changed", seq))
    row, seq = cadence_changes.set_(session, visit.call, wish)
    return in_its_place(visit.arrival, done(visit, session, row, "set", seq))


@pressed("cadence.later")
def later(visit: Visit, session: Session) -> Reply:
    """Leave it; what is so by now is said, because it is not undone by this."""
    text = kept.take(session, visit.argument, visit.account.id, visit.now)
    if text is None:
        raise Sorry(*_NO_LONGER)
    rows = cadences.every(session, visit.scene)
    if already := cadence_changes.already(session, visit.scene, unpack(text, Wish)):
        return in_its_place(visit.arrival, cards.still(shown(visit, cadences.as_wish(already), rows, already)))
    return in_its_place(visit.arrival, told("Nothing was set."))


@pressed("cadence.retouch")
def retouch(visit: Visit, session: Session) -> Reply:
    """Open the form with what was understood."""
    allow_changing(visit)
    text = kept.peek(session, visit.argument, visit.account.id, visit.now)
    if text is None:
        raise Sorry(*_NO_LONGER)
    wish: Wish = unpack(text, Wish)
    return form(visit, typed.as_typed(wish), f"cadence:{wish.of}" if wish.of else "")


_NO_LONGER = ("That question is no longer open. Please start again with ", Code("/partnership cadence"), ".")


def _in_place_of_the_digest(visit: Visit, session: Session, wish: Wish) -> Wish:
    """There is one digest: another one takes its place."""
    if wish.kind is not CadenceKind.DIGEST or wish.of:
        return wish
    digest = cadence_changes.digest(session, visit.scene)
    return replace(wish, of=digest.id) if digest else wish


def done(visit: Visit, session: Session, row: Cadence, what: str, seq: int) -> Message:
    """Say what was done, with a way back."""
    rows = cadences.every(session, visit.scene)
    return cards.done(shown(visit, cadences.as_wish(row), rows, row), what, str(seq))


def allow_changing(visit: Visit) -> None:
    """Let a feature go on where the visitor may set what recurs, and both sides are there."""
    allow(visit, Right.CADENCE)
    both_here(visit)


def shown(visit: Visit, wish: Wish, rows: Sequence[Cadence] = (), row: Cadence | None = None) -> Shown:
    """All that is said of one to the visitor."""
    return cadences.shown(visit.scene, wish, visit.now, rows=rows, row=row, reader=visit.zone)
