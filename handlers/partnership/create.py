"""`/partnership create`: begin a partnership in the channel where one is."""

from __future__ import annotations

import re
from dataclasses import replace

from sqlmodel import Session

from bot.actions import partnerships
from bot.actions.partnerships import Founding
from bot.cards import founding as cards
from bot.cards.founding import NAME_AT_MOST, PURPOSE_AT_MOST, Draft
from bot.cards.sentence import told
from bot.inbound import Place, PlaceKind
from bot.messages import Errors, Form, Reply
from bot.rules.authority import Right
from bot.rules.grammar import text_of, tidy
from bot.words import Code, Inline, Key, Status, Strong, Text
from handlers import Sorry, Visit, command, pressed, submitted
from handlers.entry import enter
from handlers.rights import allow
from storage import partnerships as store
from storage import people, scenes

EXAMPLE = "/partnership create Pilot line with Acme"


@command(
    "partnership create",
    usage="<name> with <other organisation> [as <your own>]",
    about="Begin a partnership; this channel becomes your side’s room.",
    examples=("Pilot line with Acme", "Pilot line with Acme as Northwind"),
    partnership=False,
)
def create(visit: Visit, session: Session) -> Reply:
    """Begin a partnership, or open the form for it."""
    _in_a_channel(visit)
    said = text_of(visit.words)
    if not said:
        return cards.founding_form(Draft(own=_own_name(visit, session) or ""))
    draft = _read(said)
    if draft is None:
        raise Sorry(
            "Who is it with? For example: ", Code(EXAMPLE), form=cards.founding_form(Draft(name=said[:NAME_AT_MOST]))
        )
    problems = _problems(draft)
    if problems:
        raise Sorry(
            " ".join(problems.values()), " For example: ", Code(EXAMPLE), form=cards.founding_form(_short(draft))
        )
    return _found(visit, session, draft)


@pressed("partnership.begin", partnership=False)
def begin(visit: Visit, session: Session) -> Reply:
    """Open the form."""
    _in_a_channel(visit)
    return cards.founding_form(Draft(own=_own_name(visit, session) or ""))


@submitted("partnership.create", partnership=False)
def sent(visit: Visit, session: Session) -> Reply:
    """Begin what the form says, or change what was begun."""
    draft = Draft(
        name=tidy(visit.value("name")),
        other=tidy(visit.value("other")),
        own=tidy(visit.value("own")),
        purpose=tidy(visit.value("purpose")),
        strategic=bool(visit.value("strategic")),
    )
    problems = _problems(draft) | ({} if draft.own else {"own": "What is your own organisation called?"})
    if problems:
        return Errors(problems)
    if not visit.subject:
        _in_a_channel(visit)
        return _found(visit, session, draft)
    visit = _own(visit, session)
    partnerships.revise(session, visit.call, _founding(draft))
    return cards.revised(partnerships.shown(visit.scene))


@pressed("partnership.change", partnership=False)
def change(visit: Visit, session: Session) -> Reply:
    """Open the form with what was said."""
    visit = _own(visit, session)
    row, side = visit.scene.partnership, visit.actor.side
    names = {key: visit.scene.organisation(key) for key in Key}
    draft = Draft(row.name, names[side.other], names[side], row.purpose, row.strategic)
    return cards.founding_form(draft, visit.subject)


@pressed("partnership.undo")
def undo(visit: Visit, session: Session) -> Reply:
    """Take it back, as long as nobody joined."""
    allow(visit, Right.SIDE, about=Key.A)
    if visit.scene.partnership.status is not Status.FORMING:
        raise Sorry("The other side has joined, so it cannot be undone any more.")
    partnerships.take_back(session, visit.call)
    return told(Strong(visit.scene.partnership.name), " is taken back. Its invite code does not work any more.")


def present(visit: Visit, *again: Inline, form: Form | None = None) -> None:
    """Go on only where the bot can post; else say how to bring it here and what to type then."""
    if visit.arrival.place.present is False:
        raise Sorry(
            "I am not in this channel yet, so I could not post here. Bring me in with ",
            Code("/invite @Bellwether"),
            " (in Teams: add Bellwether to the team) and then ",
            *again,
            form=form,
        )


def _own(visit: Visit, session: Session) -> Visit:
    """The partnership that a button or a form names, for those who look after it, while it is forming."""
    visit = enter(session, visit)
    allow(visit, Right.SIDE, about=visit.actor.side)
    if visit.scene.partnership.status is not Status.FORMING:
        raise Sorry(
            "Both sides are in it now. Each names itself with ", Code("/partnership side name <organisation>"), "."
        )
    return visit


def _in_a_channel(visit: Visit) -> None:
    if visit.arrival.place.kind is not PlaceKind.CHANNEL:
        raise Sorry(
            "A partnership lives in a channel. Go to the channel of your side and type it there: ", Code(EXAMPLE)
        )


def _read(said: str) -> Draft | None:
    found = re.fullmatch(r"(?is)(.+)\swith\s+(.+)", said)
    if found is None:
        return None
    other, own = found[2], ""
    named = re.fullmatch(r"(?is)(.+)\sas\s+(.+)", other)
    if named is not None:
        other, own = named[1], named[2]
    name, other, own = (" ".join(part.split()) for part in (found[1], other, own))
    return Draft(name, other, own)


def _short(draft: Draft) -> Draft:
    return replace(
        draft, name=draft.name[:NAME_AT_MOST], other=draft.other[:NAME_AT_MOST], own=draft.own[:NAME_AT_MOST]
    )


def _problems(draft: Draft) -> dict[str, str]:
    found = {
        field: f"{what} has 1 to {NAME_AT_MOST} letters."
        for field, what, value in (("name", "The name", draft.name), ("other", "The other organisation", draft.other))
        if not 1 <= len(value) <= NAME_AT_MOST
    }
    if len(draft.own) > NAME_AT_MOST:
        found["own"] = f"Your organisation has {NAME_AT_MOST} letters at most."
    if len(draft.purpose) > PURPOSE_AT_MOST:
        found["purpose"] = f"The purpose has {PURPOSE_AT_MOST} letters at most."
    if draft.own and draft.own.casefold() == draft.other.casefold():
        found["own"] = "The two sides need two names; where both are of one organisation, name the functions."
    return found


def _founding(draft: Draft) -> Founding:
    return Founding(draft.name, draft.other, draft.own, draft.purpose, draft.strategic)


def _own_name(visit: Visit, session: Session) -> str | None:
    """What the visitor's own organisation is called where it was named before."""
    home = (visit.account.platform, visit.account.tenant)
    mine = people.memberships(session, visit.account.person_id)
    known = scenes.scenes(session, [row.id for row, _ in mine])
    sides = (known[row.id].sides[member.side] for row, member in reversed(mine))
    return next((side.organisation for side in sides if (side.home_platform, side.home_tenant) == home), None)


def _found(visit: Visit, session: Session, draft: Draft) -> Reply:
    place: Place = visit.arrival.place
    form = cards.founding_form(draft)
    inline = f"/partnership create {draft.name} with {draft.other}" + (f" as {draft.own}" if draft.own else "")
    present(visit, "type it again: ", Code(inline), form=form)
    room = store.room(session, place)
    living = [row for row, _ in store.in_room(session, room.id)] if room else []
    if any(row.name.casefold() == draft.name.casefold() and row.status is not Status.CLOSED for row in living):
        raise Sorry("This channel already has a partnership called ", Strong(draft.name), ". Give the new one another name.",
                    form=form)  # fmt: skip
    own = draft.own or _own_name(visit, session)
    if own and own.casefold() == draft.other.casefold():
        raise Sorry("Your own side is called ", Text(own), " already. Name the two functions, for example: ",
                    Code("/partnership create Pilot line with Quality as Production"), form=form)  # fmt: skip
    named = own or f"{(visit.account.name.split() or ['Our'])[0]}’s side"
    call, invitation = partnerships.create(
        session, visit.now, visit.account, place, replace(_founding(draft), own=named), visit.keys
    )
    return cards.founded(
        partnerships.shown(call.scene), invitation.id, invitation.expires_at, bool(own), bool(visit.account.zone)
    )
