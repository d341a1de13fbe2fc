"""`/partnership members`: who is who on both sides, and bringing people in."""

from __future__ import annotations

import re

from sqlmodel import Session

from bot.actions import members as actions
from bot.cards import member as cards
from bot.cards import roster
from bot.cards.roster import Entry
from bot.inbound import Mention
from bot.messages import Message, Reply
from bot.rules import Unclear, terms
from bot.rules.authority import Right
from bot.rules.terms import Terms
from bot.words import Code, Key, Line, Role, Text, line
from handlers import Sorry, Visit, command, pressed
from handlers.partnership import whom
from handlers.rights import allow, can
from storage import people, scenes
from storage.people import Standing

ADD = "/partnership members add @name as leader"


@command("partnership members", about="Show who is who on both sides.", examples=("",))
@pressed("partnership.members")
def members(visit: Visit, session: Session) -> Reply:
    """List both sides."""
    own, scene = visit.actor.side, visit.scene
    sides = [(scene.organisation(key), scene.organisation(key.other), _entries(visit, key)) for key in (own, own.other)]
    manages = can(visit, Right.MEMBERS, about=own)
    changeable = [(each.person.name, each.id) for each in scene.on(own)] if manages else []
    return roster.roster(scene.partnership.name, sides, visit.now, changeable)


def _entries(visit: Visit, key: Key) -> list[Entry]:
    theirs = [each.member.dimension for each in visit.scene.on(key.other)]
    return [
        Entry(
            who=each.shown(),
            role=each.member.role,
            zone=each.zone,
            stands=terms.seen(each.member.dimension, theirs),
            virtual=each.member.virtual,
            rank=each.member.rank if each.member.rank < 100 else None,
            reachable=each.reachable is not None,
            confirmed=each.member.confirmed,
            away=each.away_at(visit.now),
            you=each.id == visit.actor.id,
        )
        for each in visit.scene.on(key)
    ]


@command(
    "partnership members add",
    usage="@people [to <side>] [as <role>] [<dimension>] [virtual]",
    about="Add people to your side.",
    examples=("@Ana to Northwind", "@Bo as leader rank 1", "@Priya as backup front virtual"),
)
def add(visit: Visit, session: Session) -> Reply:
    """Add people to a side."""
    picked, text = whom.split(visit.words)
    rest, wish = _terms(text)
    parts = re.fullmatch(r"(?is)(.*?)(?:(?:^|\s)to\s+(\S.*))?", rest)
    head, named = (parts[1], parts[2] or "") if parts else (rest, "")
    if not picked and not head.strip():
        raise Sorry("Whom? For example: ", Code(ADD))
    side = whom.side(visit, named)
    allow(visit, Right.MEMBERS, about=side)
    wanted = [_account(visit, session, each) for each in picked] + whom.known(visit, session, head)
    person_ids = list(dict.fromkeys(wanted))
    if wish.role in actions.OFFICES and len(person_ids) > 1:
        raise Sorry(f"A side has one {wish.role}. Name one person.")
    here = [each for person_id in person_ids if (each := visit.scene.by_person(person_id))]
    for each in here:
        if each.side is not side:
            raise Sorry(each.shown(), " is with ", Text(each.organisation), " here, and nobody can be on both sides.")
    if here:
        if wish and len(person_ids) == 1:
            return change(visit, session, here[0], wish)
        raise Sorry(here[0].shown(), " is here already. To change how they stand: ",
                    Code(f"/partnership members change @{here[0].person.name} as leader"))  # fmt: skip
    newcomers, untold, memento = actions.add(session, visit.call, person_ids, side, wish)
    return cards.added(
        [each.shown() for each in newcomers],
        [each.shown() for each in untold],
        [each.id for each in newcomers],
        visit.scene.id,
        visit.scene.organisation(side),
        _said(newcomers[0], wish, visit.scene, len(newcomers)),
        memento,
    )


def _account(visit: Visit, session: Session, mention: Mention) -> int:
    if mention.profile.bot:
        raise Sorry(Text(mention.profile.name), " is an app; only people can be members.")
    return people.meet(session, mention.profile, visit.arrival.place.tenant).person_id


def _terms(text: str) -> tuple[str, Terms]:
    try:
        return terms.read(text)
    except Unclear as unclear:
        raise Sorry(str(unclear), " For example: ", Code(ADD)) from None


def change(visit: Visit, session: Session, who: Standing, wish: Terms) -> Message:
    """Change how somebody stands, and say so."""
    allow(visit, Right.MEMBERS, about=who.side)
    if who.member.role is Role.SHEPHERD and wish.role not in (None, Role.SHEPHERD):
        raise Sorry(
            "A side needs a shepherd. Name the next one, and ", who.shown(), " becomes a member: ",
            Code("/partnership members change @name as shepherd"),
        )  # fmt: skip
    demoted, memento = actions.change(session, visit.call, who, wish)
    return cards.changed(
        who.shown(), who.id, visit.scene.id, _said(who, wish, visit.scene), [each.shown() for each in demoted], memento
    )


def _said(who: Standing, wish: Terms, scene: scenes.Scene, newcomers: int = 0) -> Line:
    """How somebody stands now, as the sentence goes on; that newcomers are members goes without saying."""
    row = who.member
    named = wish.role and not (newcomers and row.role is Role.MEMBER)
    parts: list[str] = [f"{row.role.value}s" if newcomers > 1 else cards.ROLE[row.role]] if named else []
    other = scene.organisation(who.side.other)
    if wish.dimension:
        parts += [f"{cards.STANDS[wish.dimension]} for {other}"]
    if wish.virtual is not None:
        parts += ["virtual" if row.virtual else "on site"]
    if wish.rank:
        parts += [f"rank {row.rank}"]
    return line(Text(", ".join(parts))) if parts else ()
