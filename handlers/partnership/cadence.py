"""`/partnership cadence`: what recurs, listed; set, changed, paused, resumed, ended.

One rule: what would change is shown and asked about first, by its name; going on again is not, and everything can be undone.
"""

from __future__ import annotations

import re
from dataclasses import replace

from sqlmodel import Session

from bot.actions import cadence_changes, cadences
from bot.cards import cadence as cards
from bot.cards import cadence_question as answers
from bot.cards.cadence import EXAMPLES
from bot.cards.cadence_forms import Draft
from bot.cards.sentence import told
from bot.messages import Message, Reply
from bot.rules import Unclear
from bot.rules.authority import Right
from bot.rules.grammar import text_of, tidy
from bot.words import CadenceKind, Code, Text, line
from handlers import Ask, Sorry, Visit, command, pressed, submitted
from handlers.partnership import cadence_named as which
from handlers.partnership import cadence_question as question
from handlers.partnership import cadence_typed as typed
from handlers.rights import allow, can
from storage.tables import Cadence

KINDS = {
    "standup": CadenceKind.STANDUP, "stand-up": CadenceKind.STANDUP, "check-in": CadenceKind.STANDUP, "checkin": CadenceKind.STANDUP,
    "meeting": CadenceKind.MEETING, "report": CadenceKind.REPORT, "digest": CadenceKind.DIGEST, "summary": CadenceKind.DIGEST,
}  # fmt: skip


# Showing -------------------------------------------------------------------------------------------------------------


@command(
    "partnership cadence",
    usage="[add | change | pause | resume | end]",
    about="Show what recurs, with the next dates: standups, meetings, reports, digests.",
    examples=("", "add standup weekdays at 9:30", "pause standup"),
)
def overview(visit: Visit, session: Session) -> Reply:
    """List what recurs."""
    allow(visit, Right.SEE)
    said = text_of(visit.words)
    if said:
        raise Sorry(
            "I do not know what to do with “", Text(said[:60]), "”. Try ", Code("/partnership cadence"), " or ",
            Code("/partnership cadence add standup weekdays at 9:30"), ".",
        )  # fmt: skip
    rows = cadences.every(session, visit.scene)
    shown = [question.shown(visit, cadences.as_wish(row), rows, row) for row in rows if row.ended_at is None]
    return cards.listed(visit.scene.partnership.name, visit.scene.subject, shown, can(visit, Right.CADENCE))


# Setting -------------------------------------------------------------------------------------------------------------


@command(
    "partnership cadence add",
    usage="<standup | meeting | report | digest> [name] <when>",
    about="Let something recur. It is shown back with its next dates before it is set.",
    examples=tuple(f"{kind} {example}" for kind, example in EXAMPLES.items()),
)
def add(visit: Visit, session: Session) -> Reply:
    """Understand what is to recur and show it back; without arguments, open the form."""
    question.allow_changing(visit)
    said = tidy(text_of(visit.words))
    progress = re.match(r"(?i)progress (?=reports?\b)", said)
    first, _, rest = said[progress.end() if progress else 0 :].partition(" ")
    kind = KINDS.get(first.casefold().rstrip("s:"))
    if first and kind is None:
        raise Sorry(
            "What is to recur: a standup, a meeting, a report or a digest? For example: ",
            Code(f"/partnership cadence add {CadenceKind.STANDUP} {EXAMPLES[CadenceKind.STANDUP]}"),
            form=question.form(visit, Draft(recurs=said)),
        )
    if kind is None or not rest.strip():
        return question.form(visit, Draft(kind or CadenceKind.MEETING))
    parts = typed.taken_apart(visit, kind, rest)
    try:
        wish = typed.read(visit, kind, parts)
    except Unclear as unclear:
        form = question.form(visit, Draft(kind, "", parts.when, parts.side, parts.long))
        raise Sorry(
            str(unclear), " So: ", Code(f"/partnership cadence add {kind} {EXAMPLES[kind]}"), form=form
        ) from None
    return question.ask(visit, session, replace(wish, name=wish.name or ("progress" if progress else "")))


@pressed("cadence.add")
def open_form(visit: Visit, session: Session) -> Reply:
    """Open the form for a new one."""
    question.allow_changing(visit)
    return question.form(visit, Draft())


@submitted("cadence.add")
def sent(visit: Visit, session: Session) -> Reply:
    """Understand the form and show it back."""
    question.allow_changing(visit)
    kind = CadenceKind(visit.value("kind")) if visit.value("kind") in tuple(CadenceKind) else CadenceKind.MEETING
    return question.from_form(visit, session, kind)


# Changing ------------------------------------------------------------------------------------------------------------


@command(
    "partnership cadence change",
    usage="<name or number> [when]",
    about="Let something recur otherwise.",
    examples=("steering every other wednesday at 14:00", "2 at 10:00", "standup window 3 h"),
)
def change(visit: Visit, session: Session) -> Reply:
    """Understand what it is to be and show it back; without that, open its form."""
    question.allow_changing(visit)
    row, rest = which.named(visit, session, tidy(text_of(visit.words)))
    like = cadences.as_wish(row)
    if not rest:
        return question.form(visit, typed.as_typed(like), row.subject)
    parts = typed.taken_apart(visit, row.kind, re.sub(r"(?i)^to\s+", "", rest))
    try:
        wish = typed.read(visit, row.kind, parts, like)
    except Unclear as unclear:
        form = question.form(visit, replace(typed.as_typed(like), recurs=parts.when), row.subject)
        raise Sorry(str(unclear), form=form) from None
    return question.ask(visit, session, wish)


@pressed("cadence.edit")
def edit(visit: Visit, session: Session) -> Reply:
    """Open the form with what is set."""
    question.allow_changing(visit)
    return question.form(visit, typed.as_typed(cadences.as_wish(which.pressed(visit, session))), visit.subject)


@submitted("cadence.change")
def changed(visit: Visit, session: Session) -> Reply:
    """Understand the form and show it back."""
    question.allow_changing(visit)
    like = cadences.as_wish(which.pressed(visit, session))
    return question.from_form(visit, session, like.kind, like)


@command(
    "partnership cadence pause", usage="<name or number>", about="Let something stand still.", examples=("standup",)
)
def pause(visit: Visit, session: Session) -> Reply:
    """Pause one."""
    return _switch(visit, session, "pause")


@command("partnership cadence resume", usage="<name or number>", about="Let it go on.", examples=("standup",))
def resume(visit: Visit, session: Session) -> Reply:
    """Resume one."""
    return _switch(visit, session, "resume")


@command("partnership cadence end", usage="<name or number>", about="Let something recur no more.", examples=("2",))
def end(visit: Visit, session: Session) -> Reply:
    """End one."""
    return _switch(visit, session, "end")


@pressed("cadence.do")
def do(visit: Visit, session: Session) -> Reply:
    """Pause, resume or end one from the list."""
    question.allow_changing(visit)
    return _to(visit, session, which.pressed(visit, session), visit.argument)


@pressed("cadence.undo")
def undo(visit: Visit, session: Session) -> Reply:
    """Take the last change back."""
    question.allow_changing(visit)
    row = which.pressed(visit, session, ended=True)
    if visit.figure is None or not cadence_changes.undo(session, visit.call, row, visit.figure):
        raise Sorry(
            "Something was changed since, so this cannot be undone. What recurs now: ", Code("/partnership cadence")
        )
    return answers.taken_back(question.shown(visit, cadences.as_wish(row), cadences.every(session, visit.scene), row))


def _switch(visit: Visit, session: Session, what: str) -> Message:
    question.allow_changing(visit)
    row, rest = which.named(visit, session, tidy(text_of(visit.words)))
    if rest:
        raise Sorry("Name one by its number or name, for example: ", Code(f"/partnership cadence {what} 2"))
    if what == "end" or (what == "pause" and row.paused_at is None):
        name = cadences.called(visit.scene, row)
        match visit.answers.get("sure"):
            case None:
                both = " for both sides" if row.side is None else ""
                options = [(f"{what.capitalize()} it", "yes"), ("Not now", "no")]
                more = line("The rooms of both sides will show it.")
                raise Ask("sure", line(f"Shall I {what} ", Text(name), f"{both}?"), options, more=more)
            case "no":
                return told("Nothing was changed. ", Text(name), " stays as it is.")
    return _to(visit, session, row, what)


def _to(visit: Visit, session: Session, row: Cadence, what: str) -> Message:
    name = Text(cadences.called(visit.scene, row))
    match what:
        case "pause" if row.paused_at is None:
            return question.done(visit, session, row, "paused", cadence_changes.pause(session, visit.call, row))
        case "pause":
            raise Sorry(name, " is paused already.")
        case "resume" if row.paused_at is not None:
            return question.done(visit, session, row, "resumed", cadence_changes.resume(session, visit.call, row))
        case "resume":
            raise Sorry(name, " is not paused.")
        case _:
            return question.done(visit, session, row, "ended", cadence_changes.end(session, visit.call, row))
