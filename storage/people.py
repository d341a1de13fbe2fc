"""People and their accounts: who wrote, who stands on which side, and how somebody is shown.

One rule: a person is met through an account and never guessed; two accounts are one person only when the person said so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam
from sqlalchemy import select as core_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from bot import words
from bot.inbound import Profile
from bot.words import Key
from storage import lent
from storage.statements import Prepared, table
from storage.tables import Absence, Account, Member, Partnership, Person, Side

_ACCOUNTS = table("accounts")
_FIND = (
    select(Account)
    .where(col(Account.platform) == bindparam("platform"))
    .where(col(Account.tenant) == bindparam("tenant"), col(Account.user) == bindparam("user"))
)
_LOOK = Prepared(
    lambda _: (
        core_select(_ACCOUNTS)
        .where(_ACCOUNTS.c.platform == bindparam("platform"))
        .where(_ACCOUNTS.c.tenant == bindparam("tenant"), _ACCOUNTS.c.user == bindparam("user"))
    )
)
_COLUMNS = tuple(column.key for column in _ACCOUNTS.c)
_accounts: lent.Shelf[tuple[Any, ...], Account] = lent.Shelf(2_000)


def find(session: Session, account: words.Account) -> Account | None:
    return session.exec(_FIND, params=asdict(account)).first()


def lend(session: Session, account: words.Account) -> Account | None:
    """Find an account for reading."""
    row = _LOOK.first(session, platform=account.platform, tenant=account.tenant, user=account.user)
    if row is None:
        return None
    known = _accounts.get(row)
    if known is None:
        known = lent.row(Account, dict(zip(_COLUMNS, row, strict=True)))
        _accounts.put(row, known)
    return known


def meet(session: Session, profile: Profile, via: str, *, reading: bool = False) -> Account:
    """Get the account of that profile, made with its person when it is new, brought up to date when the platform knows more; with
    `reading`, one to be read and not written to."""
    account = lend(session, profile.account) if reading else find(session, profile.account)
    if account is None:
        person = Person(name=profile.name)
        session.add(person)
        session.flush()
        account = Account(
            person_id=person.id,
            platform=profile.account.platform,
            tenant=profile.account.tenant,
            user=profile.account.user,
            via=via,
            name=profile.name,
            zone=profile.zone,
            locale=profile.locale,
            bot=profile.bot,
        )
        session.add(account)
        session.flush()
        return account
    name = account.name if profile.guessed else profile.name
    known = (name or account.name or profile.name, profile.zone or account.zone, profile.locale or account.locale)
    if known != (account.name, account.zone, account.locale):
        if account.name != known[0]:
            person = session.get_one(Person, account.person_id)
            person.name = known[0] if person.erased_at is None else person.name
        account.name, account.zone, account.locale = known
    if account.via != via:
        account.via = via
    return account


def accounts(session: Session, person_ids: Collection[int]) -> dict[int, list[Account]]:
    """The accounts of people: those that can be written to first, of these the one last chosen for it."""
    rows = session.exec(
        select(Account)
        .where(col(Account.person_id).in_(person_ids), col(Account.left_at).is_(None))
        .order_by(col(Account.reachable).desc(), col(Account.chosen_at).desc().nulls_last(), col(Account.id))
    )
    found: dict[int, list[Account]] = {person: [] for person in person_ids}
    for row in rows:
        found[row.person_id].append(row)
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """A member with all that a feature asks of one: the row, the person, the accounts, the zone they live in, whether away.

    `formerly` are memberships that were merged into this one: whatever still names them means this person.
    """

    member: Member
    person: Person
    organisation: str
    accounts: tuple[Account, ...]
    zone: str
    away: tuple[tuple[date, date], ...]
    formerly: tuple[int, ...] = ()

    @property
    def id(self) -> int:
        return self.member.id

    @property
    def side(self) -> Key:
        return self.member.side

    @property
    def left(self) -> bool:
        return self.member.left_at is not None or self.person.left_at is not None

    @property
    def reachable(self) -> Account | None:
        """The account to write to privately; None when there is none."""
        return next((account for account in self.accounts if account.reachable), None)

    @property
    def subject(self) -> str:
        return f"member:{self.id}"

    def owns(self, account: words.Account) -> bool:
        wanted = (account.platform, account.tenant, account.user)
        return any((each.platform, each.tenant, each.user) == wanted for each in self.accounts)

    def away_at(self, now: datetime) -> bool:
        """Whether they are away on the day that it is where they live."""
        today = now.astimezone(ZoneInfo(self.zone)).date()
        return any(start <= today <= end for start, end in self.away)

    def shown(self, *, ping: bool = False) -> words.Person:
        return words.Person(
            id=self.member.person_id,
            name=self.person.name + (" (left)" if self.left else ""),
            organisation=self.organisation,
            accounts=tuple(words.Account(each.platform, each.via, each.user) for each in self.accounts),
            ping=ping,
        )


_PERSON = col(Person.id) == Member.person_id
_SIDE = (col(Side.partnership_id) == Member.partnership_id) & (col(Side.key) == Member.side)
_ASKED = aliased(Member)
_THESE = (
    select(Member, Person, Side, _ASKED.id)
    .join(Person, _PERSON)
    .join(Side, _SIDE)
    .join(_ASKED, func.coalesce(_ASKED.merged_into, _ASKED.id) == Member.id)
    .where(col(_ASKED.id).in_(bindparam("those", expanding=True)))
    .order_by(col(Member.id))
)


def standings(session: Session, partnership_ids: Collection[int]) -> dict[int, list[Standing]]:
    """Everybody who is or was in these partnerships, by side, then leaders by rank, then as they came."""
    rows = session.exec(
        select(Member, Person, Side)
        .join(Person, _PERSON)
        .join(Side, _SIDE)
        .where(col(Member.partnership_id).in_(partnership_ids))
        .order_by(col(Member.side), col(Member.rank), col(Member.id))
    ).all()
    merged: dict[int, list[int]] = {}
    for member, _, _ in rows:
        if member.merged_into is not None:
            merged.setdefault(member.merged_into, []).append(member.id)
    found: dict[int, list[Standing]] = {partnership: [] for partnership in partnership_ids}
    for each in _stand(session, [row for row in rows if row[0].merged_into is None], merged):
        found[each.member.partnership_id].append(each)
    return found


def these(session: Session, member_ids: Collection[int]) -> dict[int, list[Standing]]:
    """Those members alone, by partnership. For a membership that was merged comes the one that stands for it."""
    rows = session.exec(_THESE, params={"those": list(member_ids)}).all()
    here = {member.id: (member, person, side) for member, person, side, _ in rows}
    merged: dict[int, list[int]] = {}
    for member, _, _, id in rows:
        if id != member.id:
            merged.setdefault(member.id, []).append(id)
    found: dict[int, list[Standing]] = {}
    for each in _stand(session, here.values(), merged):
        found.setdefault(each.member.partnership_id, []).append(each)
    return found


def _stand(
    session: Session, rows: Collection[tuple[Member, Person, Side]], merged: Mapping[int, Sequence[int]]
) -> Iterator[Standing]:
    ids = {member.person_id for member, _, _ in rows}
    theirs = accounts(session, ids)
    away: dict[int, list[tuple[date, date]]] = {}
    for absence in session.exec(select(Absence).where(col(Absence.person_id).in_(ids))):
        away.setdefault(absence.person_id, []).append((absence.starts_on, absence.ends_on))
    for member, person, side in rows:
        known = next((each.zone for each in theirs[person.id] if each.zone), None)
        yield Standing(
            member=member,
            person=person,
            organisation=side.organisation,
            accounts=tuple(theirs[person.id]),
            zone=person.zone or known or side.zone,
            away=tuple(away.get(person.id, ())),
            formerly=tuple(merged.get(member.id, ())),
        )


def memberships(session: Session, person_id: int) -> Sequence[tuple[Partnership, Member]]:
    """The partnerships that a person is in, oldest first."""
    return session.exec(
        select(Partnership, Member)
        .join(Member, col(Member.partnership_id) == Partnership.id)
        .where(Member.person_id == person_id, col(Member.left_at).is_(None))
        .order_by(col(Partnership.id))
    ).all()


def member(session: Session, partnership_id: int, person_id: int) -> Member | None:
    """The person's row in that partnership, also where they left it."""
    return session.exec(
        select(Member).where(Member.partnership_id == partnership_id, Member.person_id == person_id)
    ).first()


def absences(session: Session, person_id: int, since: date) -> Sequence[Absence]:
    return session.exec(
        select(Absence).where(Absence.person_id == person_id, Absence.ends_on >= since).order_by(col(Absence.starts_on))
    ).all()


def leave_company(session: Session, account: Account, now: datetime) -> None:
    """Mark an account as gone, and its person too when no other account is left."""
    account.left_at = now
    session.flush()
    rest = session.exec(
        select(Account.id).where(Account.person_id == account.person_id, col(Account.left_at).is_(None))
    ).first()
    if rest is None:
        session.get_one(Person, account.person_id).left_at = now
