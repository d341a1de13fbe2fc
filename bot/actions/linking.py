"""One person with several accounts: joined to each other, taken apart again, and which of them is written to.

One rule: it is on the record of every partnership that the person is in, and the account that did not do it is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.actions import Call, notifying, telling
from bot.cards import linking as cards
from bot.inbound import Place, PlaceKind
from bot.messages import Message
from bot.rules.escalation import Status
from bot.words import Role
from storage import changes, merging, outbox, people, scenes
from storage import escalations as store
from storage.tables import Account, Person


@dataclass(frozen=True, slots=True)
class Clash:
    """A partnership in which the two accounts are on different sides."""

    partnership: str
    one: str
    other: str


def held(session: Session, account: Account) -> cards.Held:
    """What the cards show of an account."""
    return cards.Held(account.name, account.platform, merging.organisations(session, account.person_id))


def clash(session: Session, one: Account, other: Account) -> Clash | None:
    """Where the two stand on different sides now, which nobody can."""
    for partnership, mine, theirs in merging.in_both(session, one.person_id, other.person_id):
        if mine.left_at is None and theirs.left_at is None and mine.side is not theirs.side:
            found = scenes.scene(session, partnership.id)
            return Clash(partnership.name, found.organisation(mine.side), found.organisation(theirs.side))
    return None


def will_stand(session: Session, one: Account, other: Account) -> list[tuple[str, Role]]:
    """The partnerships where the two memberships become one, and the role that it will have."""
    return [
        (partnership.name, min(mine.role, theirs.role, key=merging.STRENGTH.index))
        for partnership, mine, theirs in merging.in_both(session, one.person_id, other.person_id)
        if mine.left_at is None and theirs.left_at is None
    ]


def join(session: Session, now: datetime, first: Account, second: Account) -> None:
    """Let both be one person, that of the first account, which is told."""
    keep, other = session.get_one(Person, first.person_id), session.get_one(Person, second.person_id)
    merged = merging.merge(session, keep, other, now)
    body = {"account": second.platform, "with": first.platform}
    mine = _partnerships(session, keep.id)
    changes.note(session, [found.partnership for found in mine])
    for found in mine:
        call = Call(now, found, found.by_person(keep.id), second.platform)
        was = merged.members.get(call.by.id)
        call.record(session, "member.linked", call.by.subject, {**body, "was": was} if was else body)
    for subject in sorted({*merged.subjects, *(found.subject for found in mine)}):
        outbox.redraw(session, now=now, subject=subject)
    _tell(session, now, first, cards.was_joined(held(session, second), second.id))


def others(session: Session, account: Account) -> list[Account]:
    """The other accounts of that person, the one that is written to first."""
    return [each for each in people.accounts(session, [account.person_id])[account.person_id] if each.id != account.id]


def written_to(session: Session, account: Account) -> Account | None:
    """The account of that person to which direct messages go."""
    everywhere = people.accounts(session, [account.person_id])[account.person_id]
    return next((each for each in everywhere if each.reachable), None)


def choose(session: Session, now: datetime, account: Account) -> None:
    """Let direct messages to that person go to this account, as long as it can be written to."""
    account.chosen_at = now
    session.flush()


def part(session: Session, now: datetime, account: Account, by: Account) -> Account:
    """Take an account off its person, who keeps every membership; gives the account that they go on with."""
    stays = others(session, account)[0]
    person = merging.part(session, account)
    person.name = stays.name or person.name
    mine = _partnerships(session, person.id)
    changes.note(session, [found.partnership for found in mine])
    calls = [Call(now, found, found.by_person(person.id), by.platform) for found in mine]
    for call in calls:
        call.record(session, "member.unlinked", call.by.subject, {"account": account.platform})
    for call in calls:
        outbox.redraw(session, now=now, subject=call.scene.subject)
        _tell_again(session, Call(now, call.scene), call.by.id)
    told = stays if by.id == account.id else account
    _tell(session, now, told, cards.was_parted(held(session, account), told_itself=told.id == account.id))
    return stays


def _tell_again(session: Session, call: Call, member_id: int) -> None:
    """Bring what waits for them to an account that is still theirs."""
    for escalation in store.under_way(session, [call.scene.id]):
        if str(member_id) in escalation.told and store.state(escalation).status is Status.OPEN:
            escalation.told = {key: done for key, done in escalation.told.items() if key != str(member_id)}
            notifying.notify(session, call, escalation)


def _partnerships(session: Session, person_id: int) -> list[scenes.Scene]:
    """Those that the person is in, as they are now, in the order in which their records are locked."""
    session.flush()
    found = scenes.scenes(session, [row.id for row, _ in people.memberships(session, person_id)])
    return [found[each] for each in sorted(found)]


def _tell(session: Session, now: datetime, account: Account, message: Message) -> None:
    if account.reachable:
        to_them = Place(account.platform, account.via, "", PlaceKind.DIRECT)
        telling.privately(session, now, account, to_them, message)
