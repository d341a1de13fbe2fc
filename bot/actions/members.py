"""Who belongs to a partnership: coming in, being added, changed, confirmed, and leaving.

One rule: a side has at most one shepherd and one backup, and whoever goes leaves nothing open behind: it passes to the shepherd.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from bot.actions import Call, escalations, telling
from bot.cards import member as cards
from bot.rules.terms import Terms
from bot.words import Dimension, Key, Role
from storage import outbox, people
from storage.people import Standing
from storage.scenes import Scene, scene
from storage.tables import Account, Member

OFFICES = (Role.SHEPHERD, Role.BACKUP)


@dataclass(frozen=True, slots=True)
class Gone:
    """What became of somebody's things: how many open items passed on, to whom, and whether the side has no shepherd now."""

    handed: int
    to: tuple[Standing, ...]
    orphaned: bool


def come_in(session: Session, call: Call, account: Account, side: Key, *, confirmed: bool) -> Member:
    """Let somebody in who used a command in a room; their side's shepherd is told and can undo it."""
    row = enrol(session, call, account.person_id, side, Terms(), confirmed=confirmed)
    call = again(session, call, account.person_id)
    call.record(session, "member.joined", f"member:{row.id}", {"side": side.value, "confirmed": confirmed})
    said = cards.came_in(call.by.shown(), row.id, call.scene.partnership.name, call.scene.organisation(side), confirmed)
    telling.people(session, call, call.scene.shepherds(side), f"member:{row.id}", said)
    return row


def enrol(session: Session, call: Call, person_id: int, side: Key, terms: Terms, *, confirmed: bool = True) -> Member:
    """Write somebody into a side, new or once more. Nothing is told and nothing is recorded yet."""
    row = people.member(session, call.scene.id, person_id)
    if row is None:
        row = Member(partnership_id=call.scene.id, person_id=person_id, side=side, joined_at=call.now)
        session.add(row)
    row.side, row.role, row.left_at, row.joined_at, row.confirmed = side, Role.MEMBER, None, call.now, confirmed
    session.flush()
    _set(row, terms)
    return row


def again(session: Session, call: Call, person_id: int | None = None) -> Call:
    """The same call with the partnership as it is now, acted by that person where one is given."""
    session.flush()
    fresh = scene(session, call.scene.id)
    wanted = person_id or (call.actor.member.person_id if call.actor else None)
    return replace(call, scene=fresh, actor=fresh.by_person(wanted) if wanted else None)


def add(
    session: Session, call: Call, person_ids: Sequence[int], side: Key, terms: Terms
) -> tuple[list[Standing], list[Standing], str]:
    """Add people to a side and welcome each; gives them, those of them who cannot be written to, and how to undo it."""
    rows = [enrol(session, call, person_id, side, terms) for person_id in person_ids]
    call = again(session, call)
    memento = "out;" + ",".join(str(row.id) for row in rows)
    newcomers = [call.scene.who(row.id) for row in rows]
    for who in newcomers:
        call.record(session, "member.added", who.subject, {"side": side.value, "role": who.member.role.value})
    demoted = _displaced(call.scene, newcomers[-1:]) if terms.role in OFFICES else []
    untold = [who for who in newcomers if not _welcome(session, call, who)]
    _demote(session, call, demoted)
    _redraw(session, call)
    return newcomers, untold, memento + (";" + _states(demoted) if demoted else "")


def _welcome(session: Session, call: Call, who: Standing) -> bool:
    found = call.scene
    said = cards.welcome(
        found.partnership.name,
        found.partnership.purpose,
        who.organisation,
        found.organisation(who.side.other),
        who.member.role,
        call.by.shown(),
        [each.shown() for each in found.shepherds() if each.id != who.id],
    )
    return telling.person(session, call, who, who.subject, said)


def change(session: Session, call: Call, who: Standing, terms: Terms) -> tuple[list[Standing], str]:
    """Change how somebody stands; gives whose office they took, and how to undo it."""
    before = who.member.role
    demoted = [
        each
        for each in call.scene.on(who.side)
        if terms.role in OFFICES and each.member.role is terms.role and each.id != who.id
    ]
    memento = "as;" + _states([who, *demoted])
    _set(who.member, terms)
    if terms.role in (*OFFICES, Role.LEADER):
        who.member.confirmed = True
    call.record(session, "member.changed", who.subject, _said(who.member))
    _demote(session, call, demoted)
    if who.member.role is not before:
        _tell_role(session, call, who)
    _redraw(session, call)
    return demoted, memento


def _set(row: Member, terms: Terms) -> None:
    row.role = terms.role or row.role
    row.dimension = terms.dimension or row.dimension
    row.virtual = row.virtual if terms.virtual is None else terms.virtual
    row.rank = terms.rank or row.rank


def _displaced(found: Scene, by: Sequence[Standing]) -> list[Standing]:
    return [
        each for new in by for each in found.on(new.side) if each.member.role is new.member.role and each.id != new.id
    ]


def _demote(session: Session, call: Call, those: Iterable[Standing]) -> None:
    for each in those:
        each.member.role = Role.MEMBER
        call.record(session, "member.changed", each.subject, _said(each.member))
        _tell_role(session, call, each)


def _tell_role(session: Session, call: Call, who: Standing) -> None:
    by = call.actor.shown() if call.actor and call.actor.id != who.id else None
    said = cards.role_told(call.scene.partnership.name, who.organisation, who.member.role, by)
    telling.people(session, call, [who], who.subject, said)


def _said(row: Member) -> dict[str, object]:
    return {
        "role": row.role.value,
        "dimension": row.dimension.value if row.dimension else None,
        "virtual": row.virtual,
        "rank": row.rank,
    }


def confirm(session: Session, call: Call, who: Standing) -> None:
    """Confirm the side that somebody said they are with."""
    who.member.confirmed = True
    call.record(session, "member.confirmed", who.subject)


def follower(found: Scene, who: Standing) -> Standing | None:
    """Who takes over where a shepherd goes: the backup of that side."""
    return next((each for each in found.on(who.side) if each.member.role is Role.BACKUP and each.id != who.id), None)


def remove(session: Session, call: Call, who: Standing) -> tuple[Gone, bool, str]:
    """Take somebody out; gives what became of their things, whether they could be told, and how to undo it."""
    follows = follower(call.scene, who) if who.member.role is Role.SHEPHERD else None
    memento = "in;" + _states([who, *([follows] if follows else [])])
    gone = _go(session, call, who, "member.removed", {})
    told = telling.person(session, call, who, who.subject, cards.out(call.scene.partnership.name, call.by.shown()))
    return gone, told, memento


def leave(session: Session, call: Call, who: Standing, *, company: bool = False) -> Gone:
    """Let somebody go, from the partnership or from the company; those who look after it are told."""
    gone = _go(session, call, who, "member.left", {"company": company})
    said = cards.went(
        replace(who.shown(), name=who.person.name),
        call.scene.partnership.name,
        who.organisation,
        company,
        gone.handed,
        [each.shown() for each in gone.to],
        gone.orphaned,
    )
    leaders = [each for each in call.scene.on(who.side) if each.member.role is Role.LEADER]
    told = [*leaders, *call.scene.shepherds(who.side.other)] if gone.orphaned else list(gone.to)
    telling.people(session, call, told, who.subject, said)
    return gone


def _go(session: Session, call: Call, who: Standing, kind: str, body: dict[str, object]) -> Gone:
    follows = follower(call.scene, who) if who.member.role is Role.SHEPHERD else None
    who.member.left_at = call.now
    if follows is not None:
        who.member.role, follows.member.role = Role.MEMBER, Role.SHEPHERD
        _tell_role(session, call, follows)
    call.record(session, kind, who.subject, body)
    if follows is not None:
        call.record(session, "member.changed", follows.subject, _said(follows.member))
    handed = escalations.hand_over(session, call, who.id)
    _redraw(session, call)
    shepherds = call.scene.shepherds(who.side)
    return Gone(handed, shepherds, orphaned=not shepherds)


# Undoing -------------------------------------------------------------------------------------------------------------


def _states(those: Iterable[Standing]) -> str:
    """How people stand, in a few letters for a button: `id.role.dimension.virtual.rank.confirmed`."""
    rows = (each.member for each in those)
    return ",".join(
        f"{row.id}.{row.role.value}.{row.dimension.value if row.dimension else ''}.{int(row.virtual)}.{row.rank}.{int(row.confirmed)}"
        for row in rows
    )


def touched(memento: str) -> list[int]:
    """The members that an undo is about; empty for what is not one."""
    _, *parts = memento.split(";")
    heads = [piece.partition(".")[0] for part in parts for piece in part.split(",")]
    return [int(head) for head in heads if head.isascii() and head.isdigit()]


def restore(session: Session, call: Call, memento: str) -> None:
    """Put people back to how they stood: `out` takes those out who were added, `in` brings back, `as` changes back."""
    way, *parts = memento.split(";")
    if way == "out":
        for member_id in parts[0].split(","):
            who = call.scene.who(int(member_id))
            if not who.left:
                remove(session, call, who)
        parts = parts[1:]
    for state in [piece for part in parts for piece in part.split(",")]:
        number, role, dimension, virtual, rank, confirmed = state.split(".")
        row = call.scene.who(int(number)).member
        if way == "in":
            row.left_at = None
        row.role, row.dimension = Role(role), Dimension(dimension) if dimension else None
        row.virtual, row.rank, row.confirmed = virtual == "1", int(rank), confirmed == "1"
        who = call.scene.who(row.id)
        call.record(session, "member.changed", f"member:{row.id}", {**_said(row), "undone": True})
        if row.role in OFFICES:
            _demote(session, call, _displaced(call.scene, [who]))
        if call.actor is None or call.actor.id != row.id:
            _tell_role(session, call, who)
    _redraw(session, call)


def _redraw(session: Session, call: Call) -> None:
    session.flush()
    outbox.redraw(session, now=call.now, subject=call.scene.subject)
