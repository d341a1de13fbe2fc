"""What came before is known, and what is kept for somebody comes back to them alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import Session

from storage import Database, inbox, kept
from storage.inbox import Seen
from storage.tables import Account, Person
from tests.conftest import Clock
from tests.storage.test_retention import cleaned


def account(session: Session, user: str) -> int:
    person = Person(name=user)
    session.add(person)
    session.flush()
    made = Account(person_id=person.id or 0, platform="slack", tenant="T1", user=user, via="T1", name=user)
    session.add(made)
    session.flush()
    return made.id or 0


def test_a_redelivery_hears_what_was_answered_the_first_time(database: Database, clock: Clock) -> None:
    def answer(session: Session, delivery: str, tenant: str = "T1") -> Seen | None:
        if before := inbox.seen(session, "slack", tenant, delivery, clock()):
            return before
        inbox.keep(session, "slack", tenant, delivery, f"done {delivery}")
        return None

    assert database.run(answer, "Ev1") is None
    assert database.run(answer, "Ev1") == Seen("done Ev1")
    assert database.run(answer, "Ev2") is None
    assert database.run(answer, "Ev1", "T2") is None  # another workspace counts for itself


def test_what_failed_was_never_seen(database: Database, clock: Clock) -> None:
    def fail(session: Session) -> None:
        inbox.seen(session, "slack", "T1", "Ev1", clock())
        raise RuntimeError

    for _ in range(2):
        with pytest.raises(RuntimeError):
            database.run(fail)
    assert database.run(inbox.seen, "slack", "T1", "Ev1", clock()) is None


def test_of_two_deliveries_at_once_one_acts_and_the_other_hears_its_answer(database: Database, clock: Clock) -> None:
    started = threading.Barrier(4, timeout=5)

    def answer(session: Session) -> Seen | None:
        before = inbox.seen(session, "slack", "T1", "Ev1", clock())
        if before is None:
            inbox.keep(session, "slack", "T1", "Ev1", "done")
        return before

    def deliver(_: int) -> Seen | None:
        started.wait()
        return database.run(answer)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(deliver, range(4)))
    assert sorted(answers, key=str) == [None, Seen("done"), Seen("done"), Seen("done")]


def test_a_day_later_a_delivery_is_forgotten_and_not_before(database: Database, clock: Clock) -> None:
    database.run(inbox.seen, "slack", "T1", "Ev1", clock())
    clock.passes(hours=25)
    database.run(inbox.seen, "slack", "T1", "Ev2", clock())

    assert cleaned(database, clock()) == [1]
    assert database.run(inbox.seen, "slack", "T1", "Ev2", clock()) == Seen(None)


def test_what_is_kept_comes_back_to_its_person_alone(database: Database, clock: Clock) -> None:
    ana, bo = (database.run(account, name) for name in ("Ana", "Bo"))
    key = database.run(kept.keep, ana, "the form", clock() + timedelta(hours=1))

    assert database.run(kept.take, key, bo, clock()) is None
    assert database.run(kept.peek, key, ana, clock()) == "the form"
    assert database.run(kept.take, key, ana, clock()) == "the form"
    assert database.run(kept.take, key, ana, clock()) is None


def test_what_is_kept_is_gone_after_its_hour(database: Database, clock: Clock) -> None:
    ana = database.run(account, "Ana")
    key = database.run(kept.keep, ana, "the form", clock() + timedelta(hours=1))
    clock.passes(hours=1)

    assert database.run(kept.peek, key, ana, clock()) is None
    assert database.run(kept.take, key, ana, clock()) is None
    assert cleaned(database, clock()) == [1]
