"""A partnership in view: its row, both sides, the people on them (everybody, or some) and the rooms where it lives.

Whole scenes stay in memory from one transaction to the next. The database gives a partnership another `revision` whenever anything
changes that a scene shows, so one query tells whether what is kept is still so, whichever process changed it.

One rule: loaded in sets. However many partnerships are asked for, it takes the same few queries.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from sqlalchemy import bindparam
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from bot import words
from bot.words import Key, Role
from storage import lent, people
from storage.people import Standing
from storage.statements import Prepared, core, table
from storage.tables import Partnership, Room, RoomPartnership, Side

_KEPT = "scenes"
"""Where a session keeps what is loaded once."""
_LENT = "lent scenes"
"""Where a session notes what it was lent: the revisions by partnership."""
_PEOPLE_AT_MOST = 3_000
"""How many people the scenes that stay in memory have, all together; a person takes about six kilobytes."""
_UNKEPT = ("seq", "head", "escalations", "celebrations", "planned_until")
"""What of a partnership's row is no part of a scene, and changes without another revision."""

PARTNERSHIPS = table("partnerships")
_REVISION = Prepared(lambda _: core_select(PARTNERSHIPS.c.revision).where(PARTNERSHIPS.c.id == bindparam("of")))
_LOCK = Prepared(
    lambda _: (
        core_select(PARTNERSHIPS.c.revision).where(PARTNERSHIPS.c.id == bindparam("of")).with_for_update(key_share=True)
    )
)
_REVISIONS = core_select(PARTNERSHIPS.c.id, PARTNERSHIPS.c.revision).where(
    PARTNERSHIPS.c.id.in_(bindparam("those", expanding=True))
)

G = TypeVar("G", bound="Glimpse")


@dataclass(frozen=True)
class Glimpse:
    """A partnership with some of its people: those who were asked for. Enough to write to them and to show what they did; who else
    is on a side, or looks after it, only a whole `Scene` can tell."""

    partnership: Partnership
    sides: dict[Key, Side]
    known: tuple[Standing, ...]
    rooms: tuple[tuple[Room, Key | None], ...]

    @property
    def id(self) -> int:
        return self.partnership.id

    @property
    def subject(self) -> str:
        return f"partnership:{self.id}"

    @property
    def places(self) -> tuple[Room, ...]:
        """The rooms where it lives."""
        return tuple(room for room, _ in self.rooms)

    @property
    def zones(self) -> tuple[str, ...]:
        """Both sides' zones, each once."""
        return tuple(dict.fromkeys(side.zone for _, side in sorted(self.sides.items())))

    @cached_property
    def _by_id(self) -> dict[int, Standing]:
        return {id: each for each in self.known for id in (*each.formerly, each.id)}

    def who(self, member_id: int) -> Standing:
        """Raises KeyError where they are not among those who were asked for."""
        return self._by_id[member_id]

    def room_of(self, side: Key) -> Room | None:
        """The room where that side reads: its own, or the shared one."""
        return next((room for room, key in self.rooms if key in (side, None)), None)

    @property
    def shared(self) -> bool:
        """Whether both sides sit in one room."""
        return any(key is None for _, key in self.rooms) and len(self.sides) > 1

    def organisation(self, side: Key) -> str:
        return self.sides[side].organisation if side in self.sides else "the other side"


class Scene(Glimpse):
    """What a feature sees of a partnership: all of it."""

    @property
    def everybody(self) -> tuple[Standing, ...]:
        """Also those who left, so that they can still be named."""
        return self.known

    @property
    def members(self) -> tuple[Standing, ...]:
        """Those who are here now."""
        return tuple(each for each in self.everybody if not each.left)

    def on(self, side: Key) -> tuple[Standing, ...]:
        return tuple(each for each in self.members if each.side is side)

    def by_person(self, person_id: int) -> Standing | None:
        return next((each for each in self.members if each.member.person_id == person_id), None)

    def by_account(self, account: words.Account) -> Standing | None:
        return next((each for each in self.members if each.owns(account)), None)

    def holder(self, account_id: int) -> Standing | None:
        """Whose account that is, also where they left."""
        return next((each for each in self.everybody if account_id in {one.id for one in each.accounts}), None)

    def shepherds(self, side: Key | None = None) -> tuple[Standing, ...]:
        """The shepherd of a side, or of both; the backup where a side has no shepherd."""
        found: list[Standing] = []
        for key in (side,) if side else tuple(Key):
            here = self.on(key)
            role = Role.SHEPHERD if any(each.member.role is Role.SHEPHERD for each in here) else Role.BACKUP
            found += [each for each in here if each.member.role is role]
        return tuple(found)


def lock(session: Session, partnership_ids: Collection[int]) -> None:
    """Let nobody else change anything of these partnerships before this transaction ends: to be called before what is decided on is read."""
    theirs = select(Partnership).where(col(Partnership.id).in_(set(partnership_ids))).order_by(col(Partnership.id))
    held = theirs.with_for_update(key_share=True).execution_options(populate_existing=True)
    session.exec(held).all()


def scenes(session: Session, partnership_ids: Collection[int]) -> dict[int, Scene]:
    """Load these partnerships whole. Ids that do not exist are left out. To whoever is lent rows, of rows to be read and not written to."""
    ids = set(partnership_ids)
    kept: dict[int, Scene] | None = session.info.get(_KEPT)
    if kept is not None:
        if missing := ids - kept.keys():
            kept |= _lent(session, _revisions(session, missing))
        return {each: kept[each] for each in ids & kept.keys()}
    if lent.taken(session):
        revisions = _revisions(session, ids)
        session.info.setdefault(_LENT, {}).update(revisions)
        return _lent(session, revisions)
    return _with(session, people.standings(session, ids), Scene)


def keep(session: Session) -> None:
    """Lend each partnership once from now on: to a transaction that only looks at them, until `look_again`."""
    session.info.setdefault(_KEPT, {})


def look_again(session: Session) -> None:
    """Something of a partnership is about to change: load it anew."""
    session.info.pop(_KEPT, None)


def held(session: Session, partnership_id: int) -> Scene:
    """Lock a partnership as `lock` does and load it whole. Raises KeyError when there is none."""
    if not lent.taken(session):
        lock(session, {partnership_id})
        return scene(session, partnership_id)
    found = _LOCK.first(session, of=partnership_id)
    if found is None:
        raise KeyError(partnership_id)
    session.info.setdefault(_LENT, {})[partnership_id] = found[0]
    return _lent(session, {partnership_id: found[0]})[partnership_id]


def as_lent(session: Session) -> bool:
    """Tell whether all that this session was lent is still so; asked once, it is forgotten."""
    then: dict[int, int] = session.info.pop(_LENT, {})
    return not then or _revisions(session, then.keys()) == then


def _revisions(session: Session, ids: Collection[int]) -> dict[int, int]:
    if len(ids) == 1:
        (only,) = ids
        found = _REVISION.first(session, of=only)
        return {only: found[0]} if found else {}
    if not ids:
        return {}
    return {row.id: row.revision for row in core(session).execute(_REVISIONS, {"those": list(ids)})}


_scenes: lent.Shelf[int, tuple[int, Scene]] = lent.Shelf(_PEOPLE_AT_MOST)


def _lent(session: Session, revisions: Mapping[int, int]) -> dict[int, Scene]:
    """These scenes, each of that revision or newer. Only what was asked for its revision first may be kept under it."""
    kept = {each: _scenes.get(each) for each in revisions}
    found = {each: it[1] for each, it in kept.items() if it is not None and it[0] == revisions[each]}
    if missing := revisions.keys() - found.keys():
        with lent.reading(session) as reading:
            loaded = _with(reading, people.standings(reading, missing), Scene)
            for it in loaded.values():
                reading.expire(it.partnership, _UNKEPT)
        for each, it in loaded.items():
            _lend(it)
            _scenes.put(each, (revisions[each], it), size=1 + len(it.everybody))
        found |= loaded
    return found


def _lend(scene: Scene) -> None:
    for row in (scene.partnership, *scene.sides.values(), *scene.places):
        lent.lent(row)
    for who in scene.everybody:
        for row in (who.member, who.person, *who.accounts):
            lent.lent(row)


def glimpses(session: Session, member_ids: Collection[int]) -> dict[int, Glimpse]:
    """Load the partnerships of these members, with them alone, by partnership."""
    return _with(session, people.these(session, member_ids), Glimpse)


def _with(session: Session, known: Mapping[int, Sequence[Standing]], kind: type[G]) -> dict[int, G]:
    ids = known.keys()
    found = {row.id: row for row in session.exec(select(Partnership).where(col(Partnership.id).in_(ids)))}
    sides: dict[int, dict[Key, Side]] = {each: {} for each in found}
    for side in session.exec(select(Side).where(col(Side.partnership_id).in_(ids))):
        sides[side.partnership_id][side.key] = side
    rooms: dict[int, list[tuple[Room, Key | None]]] = {each: [] for each in found}
    for room, tie in session.exec(
        select(Room, RoomPartnership)
        .join(RoomPartnership, col(RoomPartnership.room_id) == Room.id)
        .where(col(RoomPartnership.partnership_id).in_(ids), col(Room.gone_at).is_(None))
        .order_by(col(Room.id))
    ):
        rooms[tie.partnership_id].append((room, tie.side))
    return {each: kind(row, sides[each], tuple(known[each]), tuple(rooms[each])) for each, row in found.items()}


def scene(session: Session, partnership_id: int) -> Scene:
    """Load one; raises KeyError when there is none."""
    return scenes(session, [partnership_id])[partnership_id]


def glimpse(session: Session, member_id: int) -> Glimpse:
    """Load the partnership of one member, with them alone."""
    (found,) = glimpses(session, [member_id]).values()
    return found
