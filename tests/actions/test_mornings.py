"""The morning messages of many partnerships come at one instant: however many there are, it takes the same few statements."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, col, select

from bot.actions import mornings
from bot.actions.mornings import Morning
from bot.words import Role
from storage import Database
from storage.seen import seen
from storage.tables import Absence, Event, Member, Outbox, Partnership, Post
from tests.bench.nine import MANY, NINE, people
from tests.fakes.statements import statements

DAY = timedelta(days=1)
MORE = "T-MORE"


def quiet(session: Session, tenant: str, partnerships: int, each: int = 2) -> list[int]:
    """So many partnerships that began a month ago and have been silent since, and who is in them; two shepherds come first."""
    people(session, tenant, partnerships, each)
    rows = session.exec(select(Partnership).where(col(Partnership.name).startswith(f"{tenant} "))).all()
    for row in rows:
        row.created_at = NINE - 30 * DAY
    session.flush()
    members = select(Member.id).where(col(Member.partnership_id).in_([row.id for row in rows]))
    return list(session.exec(members.order_by(col(Member.id))))


def say(session: Session, members: list[int], days: int = 0) -> int:
    """Say the mornings of these members so many days later; how many statements that took."""
    at = NINE + days * DAY
    homes = {row.id: row.partnership_id for row in session.exec(select(Member).where(col(Member.id).in_(members)))}
    found = seen(session, set(homes.values()))
    with statements() as asked:
        mornings.say(session, [Morning(found[homes[each]], each, at.date()) for each in members], at)
    return len(asked)


def told(session: Session) -> tuple[int, int]:
    """How many mornings are on record, and how many messages of them go out."""
    noted = session.exec(select(Event).where(Event.kind == "nudge.said")).all()
    return len(noted), len(session.exec(select(Outbox).where(col(Outbox.subject).startswith("morning:"))).all())


def stand(session: Session, members: list[int], days: int) -> None:
    """Let a message of that day stand where each of them reads, as after it was sent."""
    for id in members:
        said = session.exec(select(Outbox).where(Outbox.subject == mornings.subject(id))).first()
        assert said is not None
        session.add(
            Post(
                lane_id=said.lane_id, subject=said.subject, slot=(NINE + days * DAY).date().isoformat(), platform="slack",
                tenant="T", channel=f"D{id}", message=f"{id}.{days}", account_id=said.account_id,
            )
        )  # fmt: skip
    session.flush()


def test_forty_shepherds_take_as_many_statements_as_two(sqlite: Database) -> None:
    few = sqlite.run(say, sqlite.run(quiet, MANY, 1))
    assert sqlite.run(told) == (2, 2)
    assert sqlite.run(say, sqlite.run(quiet, MORE, 20)) <= few + 2
    assert sqlite.run(told) == (42, 42)


def test_what_was_said_before_is_replaced_in_as_many_statements_for_forty_as_for_two(sqlite: Database) -> None:
    def replaced(tenant: str, partnerships: int) -> int:
        members = sqlite.run(quiet, tenant, partnerships)
        sqlite.run(say, members)
        for days in (-1, 0):
            sqlite.run(stand, members, days)
        return sqlite.run(say, members, 7)

    few = replaced(MANY, 1)
    assert replaced(MORE, 20) <= few + 2
    left = sqlite.run(lambda session: [each.slot for each in session.exec(select(Post))])
    assert left == [NINE.date().isoformat()] * 42, "older ones are left as they are, the last turns into one grey line"


def test_those_who_stand_in_are_told_of_once_in_as_many_statements_for_twenty_as_for_one(sqlite: Database) -> None:
    def away(session: Session, members: list[int]) -> None:
        for id in members:
            row = session.get_one(Member, id)
            if id in members[::3]:
                day = NINE.date()
                session.add(Absence(person_id=row.person_id, starts_on=day, ends_on=day + 2 * DAY))
            if id in members[2::3]:
                row.role = Role.BACKUP
        session.flush()

    def stands_in(tenant: str, partnerships: int) -> int:
        members = sqlite.run(quiet, tenant, partnerships, 3)
        sqlite.run(away, members)
        first = sqlite.run(say, members)
        sqlite.run(say, members, 1)
        return first

    def heard(session: Session) -> list[str]:
        return [each.subject for each in session.exec(select(Outbox).where(col(Outbox.subject).startswith("nudge:")))]

    few = stands_in(MANY, 1)
    assert len(sqlite.run(heard)) == 1
    assert stands_in(MORE, 20) <= few + 2
    subjects = sqlite.run(heard)
    assert len(subjects) == len(set(subjects)) == 21
