"""A person's own settings, in every partnership they are in: zone, hours, days, how they are celebrated, when they are away.

One rule: what is not set follows the chat profile and the side, so putting back nothing is a setting too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlmodel import Session

from bot.rules.hours import Setting, kept_hours, times
from bot.words import Praise
from storage import partnerships, people
from storage.tables import Absence, Account, Person

Values = dict[str, str]
"""Settings as they are kept, which a button can carry to put them back."""

PRAISE = "praise"
DAY = timedelta(days=1)


def now_set(person: Person) -> dict[str, str]:
    """The settings as they are kept; empty where they follow something else."""
    hours = kept_hours(person.start, person.end) if person.start is not None and person.end is not None else ""
    return {
        Setting.ZONE: person.zone or "",
        Setting.DAYS: person.days or "",
        Setting.HOURS: hours,
        PRAISE: person.praise.value,
    }


def zone(session: Session, account: Account) -> str:
    """The zone somebody lives in: the one they set, else their chat profile's, else their side's."""
    own = session.get_one(Person, account.person_id).zone
    profiles = people.accounts(session, [account.person_id])[account.person_id] or [account]
    if known := own or next((each.zone for each in profiles if each.zone), None):
        return known
    mine = people.memberships(session, account.person_id)
    return next((partnerships.sides(session, row.id)[member.side].zone for row, member in mine), "UTC")


def put(session: Session, account: Account, wanted: Mapping[str, str]) -> dict[str, str]:
    """Change one's own settings; gives what those that changed were before."""
    person = session.get_one(Person, account.person_id)
    old = {name: value for name, value in now_set(person).items() if wanted.get(name, value) != value}
    for name in old:
        value = wanted[name]
        match name:
            case Setting.ZONE:
                person.zone = value or None
            case Setting.DAYS:
                person.days = value or None
            case Setting.HOURS:
                person.start, person.end = times(value) if value else (None, None)
            case _:
                person.praise = Praise(value)
    session.flush()
    return old


def away(session: Session, account: Account, start: date, end: date) -> Absence:
    """Be away on these days, both ends included."""
    made = Absence(person_id=account.person_id, starts_on=start, ends_on=end)
    session.add(made)
    session.flush()
    return made


def back(session: Session, account: Account, today: date) -> list[tuple[date, date]]:
    """Be back: what covers today ends yesterday; gives what is still planned for later."""
    planned = []
    for each in people.absences(session, account.person_id, today):
        if each.starts_on > today:
            planned.append((each.starts_on, each.ends_on))
        elif each.starts_on == today:
            session.delete(each)
        else:
            each.ends_on = today - DAY
    session.flush()
    return planned


def not_away(session: Session, account: Account, absence_id: int) -> bool:
    """Take one of one's own absences back; False where it is gone already."""
    row = session.get(Absence, absence_id)
    if row is None or row.person_id != account.person_id:
        return False
    session.delete(row)
    session.flush()
    return True
