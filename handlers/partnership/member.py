"""One member: changed, confirmed, taken out, and every such thing undone.

One rule: a person belongs to their side, so its shepherd and leaders decide, and nobody on the other one does.
"""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import members as actions
from bot.cards import member as cards
from bot.cards.sentence import told
from bot.messages import Errors, Message, Reply
from bot.pack import reading
from bot.rules import Unclear, terms
from bot.rules.authority import Right
from bot.rules.terms import Terms
from bot.words import Code, Dimension, Role, Text
from handlers import Sorry, Visit, command, pressed, submitted
from handlers.partnership import members, whom
from handlers.rights import allow
from storage.people import Standing

CHANGE = "/partnership members change @name as leader rank 1"
REMOVE = "/partnership members remove @name"


@command(
    "partnership members change",
    usage="@person [as <role>] [<dimension>] [virtual | onsite] [rank <n>]",
    about="Change how somebody on your side stands.",
    examples=("@Bo as shepherd", "@Ana as leader rank 1", "@Priya front virtual"),
)
def change(visit: Visit, session: Session) -> Reply:
    """Change somebody, or open the form for it."""
    picked, text = whom.split(visit.words)
    try:
        name, wish = terms.read(text)
    except Unclear as unclear:
        raise Sorry(str(unclear), " For example: ", Code(CHANGE)) from None
    who = whom.member(visit, picked, name, CHANGE)
    if not wish:
        allow(visit, Right.MEMBERS, about=who.side)
        return _form(visit, who)
    return members.change(visit, session, who, wish)


@pressed("member.edit")
def edit(visit: Visit, session: Session) -> Reply:
    """Open the form for one member."""
    who = _who(visit)
    allow(visit, Right.MEMBERS, about=who.side)
    return _form(visit, who)


@submitted("member.edit")
def edited(visit: Visit, session: Session) -> Reply:
    """Change what the form says."""
    who = _who(visit)
    rank = visit.value("rank")
    if rank and not (rank.isascii() and rank.isdigit() and 1 <= int(rank) <= 999):
        return Errors({"rank": "A rank is a number from 1, the most senior, to 999."})
    role, dimension = visit.value("role"), visit.value("dimension")
    if role not in tuple(Role):
        return Errors({"role": "Choose a role."})
    if dimension and dimension not in tuple(Dimension):
        return Errors({"dimension": "Choose where the partner stands."})
    wish = Terms(
        Role(role),
        Dimension(dimension) if dimension else None,
        bool(visit.value("virtual")),
        int(rank) if rank else None,
    )
    return members.change(visit, session, who, wish)


@command(
    "partnership members remove",
    usage="@person",
    about="Take somebody out of your side; what they have open goes to its shepherd.",
    examples=("@Bo",),
)
def remove(visit: Visit, session: Session) -> Reply:
    """Take somebody out."""
    picked, name = whom.split(visit.words)
    who = whom.member(visit, picked, name, REMOVE)
    allow(visit, Right.MEMBERS, about=who.side)
    if who.id == visit.actor.id:
        raise Sorry("To go yourself, type ", Code("/partnership leave"), ".")
    return _out(visit, session, who)


@pressed("member.undo")
def undo_joining(visit: Visit, session: Session) -> Reply:
    """Take somebody out who came in by themselves."""
    who = _who(visit)
    allow(visit, Right.UNDO_JOIN, about=who.side)
    return _out(visit, session, who)


def _out(visit: Visit, session: Session, who: Standing) -> Message:
    if who.member.role is Role.SHEPHERD and actions.follower(visit.scene, who) is None:
        raise Sorry(who.shown(), " is the shepherd, and nobody stands in. Name another first: ",
                    Code("/partnership members change @name as shepherd"))  # fmt: skip
    shown = who.shown()
    gone, told, memento = actions.remove(session, visit.call, who)
    return cards.removed(
        shown, told, visit.scene.id, who.organisation, gone.handed, [each.shown() for each in gone.to], memento
    )


@pressed("member.confirm")
def confirm(visit: Visit, session: Session) -> Reply:
    """Confirm the side that somebody said they are with."""
    who = _who(visit)
    allow(visit, Right.CONFIRM_SIDE, about=who.side)
    if who.member.confirmed:
        raise Sorry(who.shown(), " is confirmed already.")
    actions.confirm(session, visit.call, who)
    return told(who.shown(), " is confirmed as being with ", Text(who.organisation), ".")


@pressed("member.restore")
def restore(visit: Visit, session: Session) -> Reply:
    """Undo an adding, a change or a removal."""
    touched = [each for each in visit.scene.everybody if each.id in actions.touched(visit.argument)]
    if not touched or len(touched) != len(set(actions.touched(visit.argument))):
        raise Sorry("That cannot be undone any more.")
    for who in touched:
        allow(visit, Right.MEMBERS, about=who.side)
    if visit.argument.startswith("as;") and any(each.left for each in touched):
        raise Sorry("That cannot be undone any more: somebody of them has left.")
    reading(lambda: actions.restore(session, visit.call, visit.argument))
    return told("Undone. Everybody concerned was told.")


def _who(visit: Visit) -> Standing:
    if not visit.subject.startswith("member:"):
        raise Sorry("There is nobody to change here.")
    who = visit.scene.who(visit.number)
    if who.left:
        raise Sorry(who.shown(), " is not here any more.")
    return who


def _form(visit: Visit, who: Standing) -> Reply:
    row = who.member
    terms = Terms(row.role, row.dimension, row.virtual, row.rank)
    return cards.edit_form(who.shown(), who.id, terms, visit.scene.organisation(who.side.other))
