"""The record: a chain that shows any tampering, and verifies even where bodies were erased."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session

from storage import Database, ledger
from storage.ledger import Entry
from storage.tables import Partnership
from tests.conftest import Clock
from tests.fakes.statements import statements


@pytest.fixture
def harbour(database: Database, clock: Clock) -> int:
    return found(database, clock)


def found(database: Database, clock: Clock) -> int:
    def work(session: Session) -> int:
        partnership = Partnership(name="Harbour", created_at=clock())
        session.add(partnership)
        session.flush()
        return partnership.id or 0

    return database.run(work)


def record(database: Database, partnership: int, clock: Clock, kind: str, subject: str, **body: Any) -> int:
    return database.run(
        lambda session: ledger.append(
            session, partnership_id=partnership, at=clock(), kind=kind, subject=subject, side="a", body=body
        )
    )


@pytest.fixture
def chain(database: Database, harbour: int, clock: Clock) -> list[dict[str, Any]]:
    record(database, harbour, clock, "escalation.raised", "escalation:1", summary="the rig is down – João")
    clock.passes(hours=1)
    record(database, harbour, clock, "escalation.acknowledged", "escalation:1")
    record(database, harbour, clock, "celebration.given", "celebration:1", why="for the pilot")
    return database.run(ledger.export, harbour)


def test_what_happened_is_read_in_order(database: Database, harbour: int, chain: list[dict[str, Any]]) -> None:
    first, second = database.run(ledger.history, "escalation:1")
    assert (first.seq, first.kind, first.side, first.body) == (
        1,
        "escalation.raised",
        "a",
        {"summary": "the rig is down – João"},
    )
    assert second.at > first.at

    assert [each.seq for each in database.run(ledger.of_partnership, harbour)] == [1, 2, 3]


def test_an_untouched_chain_verifies_after_a_journey_through_json(chain: list[dict[str, Any]]) -> None:
    assert ledger.verify(json.loads(json.dumps(chain))) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "escalation.withdrawn"),
        ("at", "2026-11-02T09:00:01.000000+00:00"),
        ("actor", 7),
        ("side", "b"),
        ("subject", "escalation:2"),
        ("clause", "4.2"),
        ("digest", "0" * 64),
        ("body", {"summary": "all is well"}),
        ("salt", "00"),
        ("before", "f" * 64),
        ("hash", "f" * 64),
    ],
)
def test_any_change_to_an_event_is_found_at_that_event(chain: list[dict[str, Any]], field: str, value: object) -> None:
    faults = ledger.verify([{**chain[0], field: value}, *chain[1:]])
    assert faults
    assert faults[0].startswith("event 1:")


def test_a_missing_a_moved_and_a_cut_event_are_found(chain: list[dict[str, Any]]) -> None:
    assert "event 2 should stand here" in ledger.verify([chain[0], chain[2]])[0]
    assert ledger.verify([chain[1], chain[0], chain[2]])
    assert ledger.verify([{name: value for name, value in chain[0].items() if name != "hash"}, *chain[1:]]) == [
        "event 1: hash missing",
        "event 2: does not follow the event before it",
    ]


def test_a_rewritten_event_breaks_what_follows(chain: list[dict[str, Any]]) -> None:
    forged = {**chain[0], "kind": "escalation.withdrawn"}
    forged["hash"] = ledger._hash(forged)
    assert ledger.verify([forged, *chain[1:]]) == ["event 2: does not follow the event before it"]


def test_an_erased_body_is_gone_and_the_chain_still_verifies(
    database: Database, harbour: int, chain: list[dict[str, Any]]
) -> None:
    first = database.run(
        lambda s: s.connection().execute(select(ledger.LEDGER.c.id).order_by(ledger.LEDGER.c.seq)).scalars().all()
    )[0]
    assert database.run(ledger.erase, [first]) == 1

    assert "rig" not in json.dumps(database.run(ledger.export, harbour))
    assert database.run(ledger.history, "escalation:1")[0].body is None
    assert ledger.verify(database.run(ledger.export, harbour)) == []


def test_appends_from_many_at_once_keep_one_chain(database: Database, harbour: int, clock: Clock) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda n: record(database, harbour, clock, "noted", f"note:{n}"), range(40)))

    assert sorted(numbers) == list(range(1, 41))
    assert ledger.verify(database.run(ledger.export, harbour)) == []


def test_each_partnership_has_a_chain_of_its_own(database: Database, harbour: int, clock: Clock) -> None:
    valley = found(database, clock)
    assert [record(database, each, clock, "noted", "note:1") for each in (harbour, valley, harbour)] == [1, 1, 2]


def test_several_events_of_several_partnerships_go_on_their_chains_in_the_order_given(
    database: Database, harbour: int, clock: Clock
) -> None:
    valley = found(database, clock)
    record(database, valley, clock, "noted", "note:0")
    entries = [
        Entry(partnership_id=of, at=clock(), kind="noted", subject=subject, body={"of": of})
        for of, subject in ((valley, "note:1"), (harbour, "note:2"), (valley, "note:3"), (harbour, "note:4"))
    ]
    assert database.run(ledger.append_all, entries) == [2, 1, 3, 2]

    assert [each.subject for each in database.run(ledger.of_partnership, valley)] == ["note:0", "note:1", "note:3"]
    assert [each.body for each in database.run(ledger.of_partnership, harbour)] == [{"of": harbour}] * 2
    assert [ledger.verify(database.run(ledger.export, each)) for each in (harbour, valley)] == [[], []]
    assert record(database, valley, clock, "noted", "note:5") == 4


def test_many_events_take_no_more_statements_than_one(database: Database, harbour: int, clock: Clock) -> None:
    def taken(many: int) -> int:
        entries = [
            Entry(partnership_id=harbour, at=clock(), kind="noted", subject=f"note:{each}") for each in range(many)
        ]
        with statements() as asked:
            database.run(ledger.append_all, entries)
        return len(asked)

    assert taken(1) == taken(300)
    assert database.run(ledger.append_all, []) == []


def test_batches_that_name_the_partnerships_the_other_way_round_do_not_wait_for_each_other_for_ever(
    database: Database, harbour: int, clock: Clock
) -> None:
    both = [harbour, found(database, clock)]

    def note(number: int) -> None:
        order = both if number % 2 else both[::-1]
        entries = [Entry(partnership_id=of, at=clock(), kind="noted", subject=f"note:{number}") for of in order]
        database.run(ledger.append_all, entries)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(note, range(40)))
    assert [ledger.verify(database.run(ledger.export, each)) for each in both] == [[], []]
    assert [len(database.run(ledger.of_partnership, each)) for each in both] == [40, 40]


def test_nothing_goes_on_the_record_of_a_partnership_that_does_not_exist(database: Database, clock: Clock) -> None:
    with pytest.raises(KeyError):
        record(database, 99, clock, "noted", "note:1")
