"""`/checkin`: say how it goes, asked or unasked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session

from bot.actions import blockers, check_ins, prompts
from bot.cards import check_in_forms as forms
from bot.cards import check_in_replies as replies
from bot.inbound import PlaceKind
from bot.messages import Form, Message, Reply
from bot.rules import checking_in
from bot.rules.authority import Right
from bot.rules.checking_in import Said
from bot.rules.grammar import text_of
from bot.words import CheckInState, Status
from handlers import Sorry, Visit, command, helping
from handlers.rights import allow
from storage import blockers as in_the_way
from storage import check_ins as store
from storage import kept
from storage.tables import Blocker, CheckIn

KEPT_FOR = timedelta(hours=12)
"""How long plain words are kept that were offered as an answer."""


@command(
    "checkin",
    usage="[done: … next: … blockers: … waiting: …] [!private]",
    about="Say how it goes: what was done, what comes next, any blockers. With !private it is for your side only.",
    examples=(
        "done: the rig runs next: the first test blockers: no certificate yet",
        "the pilot is closed",
        "",
    ),
)
def check_in(visit: Visit, session: Session) -> Reply:
    """Answer today's prompt, or check in unasked."""
    allow_checking_in(visit)
    said, named = checking_in.parse(text_of(visit.words))
    row = _waiting(visit, session)
    if not named:
        start, before = prompts.draft(session, visit.actor, row)
        return form(visit, row, replace(start, own_side=start.own_side or said.own_side), before)
    return in_words(visit, session, row, said, named) or take(visit, session, row, said, over(visit, session, named))


def in_words(visit: Visit, session: Session, row: CheckIn | None, said: Said, named: Collection[str]) -> Message | None:
    """Stop at what cannot be taken as a check-in, or end the blockers where that is all it says; None where it can be taken."""
    ended = over(visit, session, named)
    if not any(said.parts) and ended:
        waits = row is not None and row.state is CheckInState.ASKED
        blockers.clear(session, visit.call, ended, row)
        return replies.cleared([each.words for each in ended], waits=waits)
    if wrong := checking_in.troubles(said):
        raise Sorry(*wrong.values(), form=form(visit, row, said, None))
    return None


def over(visit: Visit, session: Session, named: Collection[str]) -> Sequence[Blocker]:
    """What was in the visitor's way until they named their blockers anew."""
    return in_the_way.open_of(session, visit.actor.id) if "blockers" in named else ()


def allow_checking_in(visit: Visit) -> None:
    """Let a feature go on where the visitor may check in and the partnership has not ended."""
    allow(visit, Right.CHECK_IN)
    if visit.scene.partnership.status is Status.CLOSED:
        raise Sorry("This partnership is closed: its record stays readable, and nothing is added to it.")


def _waiting(visit: Visit, session: Session) -> CheckIn | None:
    """The prompt that waits for the visitor: the newest that is open, else the newest of today."""
    rows = store.unanswered(session, visit.actor.id, visit.today.date(), visit.now)
    return next((row for row in rows if row.state is CheckInState.ASKED), rows[0] if rows else None)


def form(visit: Visit, row: CheckIn | None, start: Said, before: Said | None) -> Form:
    """The form for answering a prompt, or (no row) for checking in unasked."""
    side = visit.scene.organisation(visit.actor.side.other)
    title = "Change your check-in" if row and row.state is CheckInState.ANSWERED else "Check in"
    return forms.form(row.subject if row else visit.scene.subject, title, start, side, before)


def take(visit: Visit, session: Session, row: CheckIn | None, said: Said, over: Iterable[Blocker]) -> Message:
    """Take it, and echo what was understood and where it went."""
    above = row is not None and row.occurrence_id is not None and _in_their_chat(visit)
    if row is None:
        row, reach = check_ins.give(session, visit.call, said, visit.today.date(), over=over)
    else:
        row, reach = check_ins.answer(session, visit.call, row, said, over=over)
    return replies.taken(prompts.seen(session, visit.scene, visit.actor, row), reach, above=above)


def _in_their_chat(visit: Visit) -> bool:
    """Whether the visitor is where their prompts come to, so that the prompt shows what they said."""
    reached = visit.actor.reachable
    return visit.arrival.place.kind is PlaceKind.DIRECT and reached is not None and reached.id == visit.account.id


# Plain words ----------------------------------------------------------------------------------------------------------


def offer(visit: Visit, session: Session, row: CheckIn, text: str) -> Message:
    """Ask whether plain words are meant as an answer; they are kept until then."""
    key = kept.keep(session, visit.account.id, text, visit.now + KEPT_FOR)
    meant = helping.nearest(text.split()[0])
    said, _ = checking_in.parse(text)
    shown = prompts.seen(session, visit.scene, visit.actor, row)
    return replies.offered(shown, said, key, meant.typed if meant else "")


def kept_words(visit: Visit, session: Session, start: Said) -> Said:
    """What stands in the form at first, with the plain words that were offered put in where there are any."""
    text = kept.peek(session, visit.argument, visit.account.id, visit.now) if visit.argument else None
    if text is None:
        return start
    said, _ = checking_in.parse(text)
    parts = {part: words for part, words in zip(checking_in.PARTS, said.parts, strict=True) if words}
    return replace(start, own_side=start.own_side or said.own_side, **parts)
