"""Many are asked at one instant: it takes the same few statements, and a standup that is asked in several batches is one standup."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.actions import occurrences, standups
from bot.rules.rhythm import Tick
from storage import Database, ledger, timers
from storage import check_ins as store
from storage.tables import Account, CheckIn, Member, Occurrence, Outbox, Timer
from storage.timers import Due
from tests.bench.nine import MANY, NINE, people
from tests.fakes.statements import statements


def due(session: Session, tick: Tick = Tick.ASK) -> list[Due]:
    rows = session.exec(select(Timer).where(Timer.kind == tick).order_by(col(Timer.id))).all()
    found = timers.claim_these(session, [row.id for row in rows])
    return [each for each in found if each.planned_for.date() == NINE.date()]


def asks(session: Session, batch: list[Due]) -> int:
    """Ask them; gives how many statements it took."""
    with statements() as asked:
        standups.ask(session, NINE, standups.prompts(session, batch))
    return len(asked)


def test_many_people_are_asked_and_reminded_in_as_many_statements_as_a_few(sqlite: Database) -> None:
    def work(session: Session) -> tuple[int, int]:
        batch = due(session)
        taken = asks(session, batch)
        with statements() as asked:
            standups.remind(session, NINE + timedelta(hours=3), standups.prompts(session, batch))
        return taken, len(asked)

    sqlite.run(people, MANY, 1, 2)
    few = sqlite.run(work)
    sqlite.run(people, "T-MORE", 12, 8)
    assert sqlite.run(work) == few
    assert len(sqlite.run(lambda session: session.exec(select(CheckIn)).all())) == 2 + 12 * 8


def test_a_standup_that_is_asked_in_two_batches_is_one_and_asks_nobody_twice(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluated = []
    plain = occurrences.schedule

    def noted(*given: Any) -> Any:
        evaluated.append(given)
        return plain(*given)

    monkeypatch.setattr(occurrences, "schedule", noted)
    sqlite.run(people, MANY, 1, 6)

    def work(session: Session) -> None:
        batch = due(session)
        for part in (batch[:4], batch[2:]):
            asks(session, part)

    sqlite.run(work)

    def read(session: Session) -> tuple[int, list[str], list[str], int]:
        (held,) = session.exec(select(Occurrence)).all()
        waits = [each.kind for each in timers.waiting(session, held.subject)]
        cards = session.exec(select(Outbox.subject).where(Outbox.subject == held.subject)).all()
        asked = [each.kind for each in ledger.of_partnership(session, held.partnership_id)]
        return len(session.exec(select(CheckIn)).all()), waits, asked, len(cards)

    assert sqlite.run(read) == (6, [standups.CLOSE], ["standup.asked"] * 6, 2)
    assert len(evaluated) == 1


def test_a_prompt_is_found_for_the_account_of_who_was_asked_and_for_no_other(sqlite: Database) -> None:
    sqlite.run(people, MANY, 1, 2)

    def work(session: Session) -> None:
        asks(session, due(session))
        first, second = session.exec(select(CheckIn).order_by(col(CheckIn.id))).all()
        mine, theirs = session.exec(select(Account).order_by(col(Account.id))).all()
        found = store.prompted(session, first.id, mine.id)
        assert found is not None
        assert (found.row, found.member_id, found.cadence) == (first, first.member_id, "Daily")
        assert (found.partnership, found.partner) == (f"{MANY} 0", "Side b")
        assert store.prompted(session, first.id, theirs.id) is None
        assert store.prompted(session, second.id, theirs.id) is not None

        session.get_one(Member, first.member_id).left_at = NINE
        session.flush()
        assert store.prompted(session, first.id, mine.id) is None

    sqlite.run(work)
