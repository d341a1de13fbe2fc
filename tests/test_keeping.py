# ruff: noqa: F811  (fixtures of another module are parameters here)
"""What operators do about what was not delivered, and with copies of the database."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from bot import keeping
from bot.inbound import ReplyBy, Typed
from bot.messages import in_words
from bot.port import Later, Never, Parcel, Way
from storage import Database, undelivered
from storage.undelivered import Row
from tests.conftest import Clock
from tests.house import House
from tests.test_cli import SLACK, Running, address, asked, running, stops, surroundings  # noqa: F401  (fixtures)

Asked = Callable[..., tuple[int, str, str]]
WORDS = "for turning the test rig round in one night"


@pytest.fixture
def house(sqlite: Database, clock: Clock) -> Iterator[House]:
    """The whole bot on a SQLite file, at the hour that it is."""
    clock.time = datetime.now(UTC).replace(microsecond=0)
    house = House(sqlite, clock)
    yield house.begun()
    house.close()


@pytest.fixture
def tell(asked: Asked, sqlite_url: str) -> Asked:
    """Run a command on that database: its exit code, output and errors."""

    def run(*words: str) -> tuple[int, str, str]:
        return asked(*words, BELLWETHER_DATABASE_URL=sqlite_url)

    return run


def refuses(parcel: Parcel) -> None:
    raise Never("the channel is archived")


def is_away(parcel: Parcel) -> None:
    raise Later("no route to it", after=60.0)


def parked(house: House, times: int = 1) -> list[Row]:
    """Celebrations that Teams refused."""
    house.chats["teams"].goes_wrong = refuses
    for _ in range(times):
        house.types("ana", f"/celebrate @bo {WORDS}")
    house.chats["teams"].goes_wrong = lambda parcel: None
    return house.database.run(undelivered.listed, "parked", 100)[0]


def later(house: House, **how_long: float) -> None:
    house.clock.time = datetime.now(UTC) + timedelta(seconds=5, **how_long)
    house.delivers()


# What was not delivered ----------------------------------------------------------------------------------------------


def test_what_is_parked_is_listed_with_where_to_and_why_and_without_its_words(house: House, tell: Asked) -> None:
    rows = parked(house)
    code, said, _ = tell("outbox", "list")
    assert code == 0
    first = said.splitlines()[0]
    assert first.startswith(
        f"{rows[0].id}  parked  since {house.clock():%Y-%m-%d %H:%M} UTC, 1 try  teams T-SOUTH C-SOUTH  post about "
    )
    assert first.endswith(": the channel is archived")
    assert "test rig" not in said


def test_where_nothing_is_parked_the_list_says_so(house: House, tell: Asked) -> None:
    assert tell("outbox", "list") == (0, "Nothing is parked.\n", "")
    assert tell("outbox", "list", "--state", "all") == (0, "There is nothing.\n", "")


def test_a_long_list_is_cut_and_says_how_much_is_missing(house: House, tell: Asked) -> None:
    count = len(parked(house, times=3))
    _, said, _ = tell("outbox", "list", "--limit", "1")
    assert said.splitlines()[1:] == [f"… and {count - 1} more: say --limit."]


def test_what_waits_is_listed_apart_from_what_is_parked(house: House, tell: Asked) -> None:
    house.chats["teams"].goes_wrong = is_away
    house.types("ana", f"/celebrate @bo {WORDS}")
    assert tell("outbox", "list")[1] == "Nothing is parked.\n"
    waiting = tell("outbox", "list", "--state", "waiting")[1]
    assert "1 try  teams T-SOUTH C-SOUTH  post about celebration:1: no route to it" in waiting
    assert tell("outbox", "list", "--state", "all")[1] == waiting


def test_what_is_sent_again_arrives_through_the_bot_that_runs(house: House, tell: Asked) -> None:
    rows = parked(house)
    before = len(house.room("south").all)
    code, said, _ = tell("outbox", "retry", *(str(row.id) for row in rows))
    assert (code, said) == (0, f"{keeping._messages(len(rows))} will be tried again.\n")
    later(house)
    arrived = [in_words(message) for message in house.room("south").all.values()]
    assert len(arrived) == before + 1
    assert WORDS in arrived[-1]
    assert tell("outbox", "list")[1] == "Nothing is parked.\n"


def test_all_that_is_parked_is_sent_again_in_small_transactions(
    house: House, tell: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_SLICE", 2)
    count = len(parked(house, times=5))
    assert count >= 5
    assert tell("outbox", "retry", "--all") == (0, f"{count} messages will be tried again.\n", "")
    assert tell("outbox", "retry", "--all") == (0, "Nothing is parked.\n", "")


def test_only_what_is_parked_is_sent_again(house: House, tell: Asked) -> None:
    house.types("ana", f"/celebrate @bo {WORDS}")
    sent = house.database.run(
        lambda session: session.connection().execute(text("SELECT min(id) FROM outbox")).scalar_one()
    )
    code, said, wrong = tell("outbox", "retry", str(sent), "99999")
    assert (code, said) == (1, "0 messages will be tried again.\n")
    assert wrong.splitlines() == [
        f"{sent} is sent and cannot be sent again: only what is parked can be.",
        "There is no 99999 in the outbox.",
    ]


def test_what_is_dropped_is_never_sent(house: House, tell: Asked) -> None:
    rows = parked(house)
    before = len(house.room("south").all)
    assert tell("outbox", "drop", str(rows[0].id))[:2] == (0, "1 message will not be sent.\n")
    code, _, wrong = tell("outbox", "drop", str(rows[0].id))
    assert (code, wrong) == (
        1, f"{rows[0].id} is dropped and cannot be dropped: only what is parked or waiting can be.\n"
    )  # fmt: skip
    tell("outbox", "retry", "--all")
    later(house)
    assert len(house.room("south").all) == before


@pytest.mark.parametrize(
    "words", [("retry",), ("retry", "1", "--all"), ("drop",), ("retry", "x"), ("list", "--state", "sent"), ("list", "--limit", "0")]
)  # fmt: skip
def test_what_cannot_be_meant_is_asked_back(sqlite: Database, tell: Asked, words: tuple[str, ...]) -> None:
    assert tell("outbox", *words)[0] == 2


def test_without_a_database_none_is_made(asked: Asked, tmp_path: Path) -> None:
    for words in (("outbox", "list"), ("outbox", "retry", "--all"), ("backup", "copy.db"), ("export", "1")):
        code, _, wrong = asked(*words)
        assert (code, wrong) == (
            1, "There is no database at bellwether.db yet: run `bellwether migrate` (`bellwether run` does it too).\n"
        )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


# Copies --------------------------------------------------------------------------------------------------------------


def test_a_backup_is_one_whole_file_for_its_owner_alone(house: House, tell: Asked, tmp_path: Path) -> None:
    house.types("ana", f"/celebrate @bo {WORDS}")
    folder = tmp_path / "copies"
    folder.mkdir()
    code, said, _ = tell("backup", str(folder / "copy.db"))
    assert code == 0
    assert said.startswith(f"{folder / 'copy.db'} holds the database as it was just now: ")
    assert [each.name for each in folder.iterdir()] == ["copy.db"]
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600
    with closing(sqlite3.connect(folder / "copy.db")) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert copy.execute("SELECT why FROM celebrations").fetchall() == [(WORDS,)]


def test_a_backup_taken_while_much_is_written_is_of_one_instant(sqlite: Database, tell: Asked, tmp_path: Path) -> None:
    sqlite.run(lambda session: session.connection().execute(text("CREATE TABLE pairs (a INTEGER, b TEXT)")))
    stop, written = threading.Event(), 0

    def two(session: Session, number: int) -> None:
        for _ in range(2):
            session.connection().execute(text("INSERT INTO pairs VALUES (:n, :b)"), {"n": number, "b": "x" * 20_000})

    def write() -> None:
        nonlocal written
        while not stop.is_set():
            sqlite.run(two, written)
            written += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = []
        for number in range(5):
            copy = tmp_path / f"copy{number}.db"
            before = written
            assert tell("backup", str(copy))[0] == 0
            with closing(sqlite3.connect(copy)) as held:
                counts = held.execute("SELECT count(*) FROM pairs GROUP BY a").fetchall()
                assert set(counts) <= {(2,)}
                copies.append(len(counts) >= before)
    finally:
        stop.set()
        writer.join()
    assert all(copies), "what was committed before is missing"
    assert written > 5


def test_a_backup_writes_over_nothing_unasked_and_never_over_the_database(
    house: House, tell: Asked, tmp_path: Path, sqlite_url: str
) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("precious")
    code, _, wrong = tell("backup", str(copy))
    assert (code, wrong) == (1, f"{copy} is there already: name another file, or say --force.\n")
    assert copy.read_text() == "precious"
    assert tell("backup", str(copy), "--force")[0] == 0
    own = tmp_path / "alias.db"
    os.link(sqlite_url.removeprefix("sqlite:///"), own)
    assert tell("backup", str(own), "--force")[0] == 2


def test_a_backup_that_cannot_be_written_leaves_nothing(
    house: House, tell: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(copy: sqlite3.Connection, source: Path) -> None:
        copy.execute("PRAGMA max_page_count=1")
        copy.execute("CREATE TABLE more (a)")

    monkeypatch.setattr("storage.backup._whole", full)
    folder = tmp_path / "copies"
    folder.mkdir()
    code, _, wrong = tell("backup", str(folder / "copy.db"))
    assert code == 1
    assert wrong.splitlines()[-1].endswith("database or disk is full")
    assert list(folder.iterdir()) == []


def test_a_damaged_database_is_not_taken_for_a_whole_one(
    house: House, tell: Asked, tmp_path: Path, sqlite_url: str
) -> None:
    house.types("ana", f"/celebrate @bo {WORDS}")
    house.database.close()
    with Path(sqlite_url.removeprefix("sqlite:///")).open("r+b") as file:
        file.seek(5 * 4096)
        file.write(b"\xff" * 4096)
    code, _, wrong = tell("backup", str(tmp_path / "copy.db"))
    assert code == 1
    assert "is damaged: " in wrong or "malformed" in wrong
    assert not (tmp_path / "copy.db").exists()


def test_postgresql_is_pointed_to_its_own_tools(asked: Asked) -> None:
    for words in (("backup", "copy.db"), ("restore", "copy.db")):
        code, _, wrong = asked(*words, BELLWETHER_DATABASE_URL="postgresql://127.0.0.1:9/none")
        assert code == 2
        assert "pg_" in wrong
    assert asked("backup", "copy.db", BELLWETHER_DATABASE_URL="sqlite://")[0] == 2


@dataclass
class Twin:
    """Takes a copy while messages wait; what waited is delivered then; the copy is put back."""

    house: House
    clock: Clock
    tell: Asked
    folder: Path

    def copies(self) -> None:
        assert self.tell("backup", str(self.folder / "copy.db"))[0] == 0

    def comes_back(self, *options: str) -> tuple[House, str]:
        """The copy is put back, and the bot runs on it before the same rooms."""
        self.house.database.close()
        code, said, wrong = self.tell("restore", str(self.folder / "copy.db"), "--force", *options)
        assert code == 0, wrong
        self.clock.time = datetime.now(UTC) + timedelta(minutes=5)
        house = House(Database(f"sqlite:///{self.folder / 'test.db'}"), self.clock)
        for name, chat in self.house.chats.items():
            vars(house.chats[name]).update(vars(chat))
        house.delivers()
        house.database.close()
        house.close()
        return house, said


@pytest.fixture
def twin(house: House, clock: Clock, tell: Asked, tmp_path: Path) -> Twin:
    return Twin(house, clock, tell, tmp_path)


def away_then_back(twin: Twin, platform: str) -> None:
    """Something waits when the copy is taken, and is delivered after it."""
    twin.house.chats[platform].goes_wrong = is_away
    twin.house.types("ana", f"/celebrate @bo {WORDS}")
    twin.copies()
    twin.house.chats[platform].goes_wrong = lambda parcel: None
    twin.house.time_passes(minutes=2)


def test_what_was_delivered_after_the_copy_is_looked_for_and_not_said_again(twin: Twin) -> None:
    away_then_back(twin, "slack")
    before = list(twin.house.room("north").all)
    house, said = twin.comes_back("--quiet")
    assert "looked for before it is sent: 1 message." in said
    assert list(house.room("north").all) == before
    assert [parcel.way for parcel in house.chats["slack"].looked_for] == [Way.POST]


def test_what_was_on_its_way_and_cannot_be_looked_for_is_set_aside_for_the_operator(twin: Twin) -> None:
    away_then_back(twin, "teams")
    before = list(twin.house.room("south").all)
    house, said = twin.comes_back("--quiet")
    assert "and set aside: 2 messages. See `bellwether outbox list`" in said
    assert list(house.room("south").all) == before
    listed = twin.tell("outbox", "list")[1]
    assert "post about celebration:1: the database was put back: this may have been delivered since then" in listed


def test_a_private_reply_that_was_on_its_way_is_not_shown_twice(twin: Twin) -> None:
    twin.house.chats["slack"].goes_wrong = is_away
    place = twin.house.place("joao", None)
    twin.house.does(
        Typed(
            delivery="typed-x", sender=twin.house.profile("joao"), place=place, reply=ReplyBy.MESSAGE,
            command="partnership", words=("status",),
        )
    )  # fmt: skip
    twin.copies()
    twin.house.chats["slack"].goes_wrong = lambda parcel: None
    twin.house.time_passes(minutes=2)
    assert len(twin.house.whispers("joao")) == 1
    house, said = twin.comes_back("--quiet")
    assert "to one person in a room, and not shown again: 1 message." in said
    assert len(house.whispers("joao")) == 1


def test_the_rooms_hear_that_some_time_is_missing(twin: Twin) -> None:
    twin.copies()
    house, said = twin.comes_back()
    assert "Rooms that will be told that some time is missing: 2." in said
    for name in ("north", "south"):
        assert in_words(house.room(name).latest).startswith("Bellwether had to be put back to how it was on ")


def test_what_was_there_is_kept_beside_and_what_was_done_since_is_gone(twin: Twin) -> None:
    twin.copies()
    twin.house.types("ana", f"/celebrate @bo {WORDS}")
    _, said = twin.comes_back("--quiet")
    (aside,) = twin.folder.glob("test.db.replaced-*")
    assert str(aside) in said
    count = "SELECT count(*) FROM celebrations"
    for path, celebrations in ((aside, 1), (twin.folder / "test.db", 0)):
        with closing(sqlite3.connect(path)) as database:
            assert database.execute(count).fetchone() == (celebrations,)
    assert {each.name for each in twin.folder.iterdir()} == {"copy.db", "test.db", "test.db.lock", aside.name}


def test_what_is_put_back_belongs_to_whom_the_database_belonged(twin: Twin) -> None:
    database = twin.folder / "test.db"
    database.chmod(0o640)
    before = database.stat()
    twin.copies()
    twin.comes_back("--quiet")
    after = database.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


def test_timers_that_fell_due_since_the_copy_are_named(twin: Twin) -> None:
    twin.house.types("ana", "/escalate the test rig has been down since Monday")
    with closing(sqlite3.connect(twin.folder / "test.db")) as database:
        due = datetime.now(UTC) - timedelta(hours=1)
        database.execute("UPDATE timers SET due_at = ? WHERE state = 'waiting'", (f"{due:%Y-%m-%d %H:%M:%S.000000}",))
        database.commit()
    twin.copies()
    twin.house.database.close()
    _, said, _ = twin.tell("restore", str(twin.folder / "copy.db"), "--force")
    assert f"Due since {due:%Y-%m-%d %H:%M} UTC: " in said


def test_nothing_is_put_back_under_a_bot_that_runs(house: House, tell: Asked, tmp_path: Path) -> None:
    assert tell("backup", str(tmp_path / "copy.db"))[0] == 0
    house.types("ana", f"/celebrate @bo {WORDS}")
    code, _, wrong = tell("restore", str(tmp_path / "copy.db"), "--force")
    assert (code, wrong.splitlines()[-1]) == (1, f"{tmp_path / 'test.db'} is in use: stop `bellwether run` first.")
    house.types("ana", f"/celebrate @bo {WORDS}")
    assert sorted(each.name for each in tmp_path.glob("*.part")) == []


def test_a_database_that_is_there_is_replaced_only_when_asked(house: House, tell: Asked, tmp_path: Path) -> None:
    assert tell("backup", str(tmp_path / "copy.db"))[0] == 0
    house.database.close()
    code, _, wrong = tell("restore", str(tmp_path / "copy.db"))
    assert code == 1
    assert "say --force" in wrong


@pytest.mark.parametrize("what", ["words", "another", "cut", "none"])
def test_what_is_no_whole_copy_is_not_put_back(
    house: House, tell: Asked, tmp_path: Path, sqlite_url: str, what: str
) -> None:
    copy = tmp_path / "copy.db"
    house.database.close()
    match what:
        case "words":
            copy.write_text("not a database, but long enough to be one" * 100)
        case "another":
            with closing(sqlite3.connect(copy)) as other:
                other.execute("CREATE TABLE mine (a)")
        case "cut":
            copy.write_bytes(Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()[:-40960])
    held = (tmp_path / "test.db").read_bytes()
    code, _, wrong = tell("restore", str(copy), "--force")
    assert code == 1
    assert str(copy) in wrong
    assert (tmp_path / "test.db").read_bytes() == held
    assert not list(tmp_path.glob(".*"))


def test_a_plain_copy_with_its_log_beside_it_is_put_back_whole(
    house: House, tell: Asked, tmp_path: Path, sqlite_url: str
) -> None:
    house.types("ana", f"/celebrate @bo {WORDS}")
    for side in ("", "-wal"):
        shutil.copy(tmp_path / f"test.db{side}", tmp_path / f"plain.db{side}")
    house.database.close()
    (tmp_path / "test.db").unlink()
    code, said, _ = tell("restore", str(tmp_path / "plain.db"))
    assert code == 0
    assert "It is as of " in said
    with closing(sqlite3.connect(tmp_path / "test.db")) as database:
        assert database.execute("SELECT why FROM celebrations").fetchall() == [(WORDS,)]


def test_a_restored_postgresql_is_made_safe_to_run_on(postgresql_url: str, clock: Clock, asked: Asked) -> None:
    clock.time = datetime.now(UTC).replace(microsecond=0)
    database = Database(postgresql_url)
    house = House(database, clock).begun()
    house.chats["teams"].goes_wrong = is_away
    house.types("ana", f"/celebrate @bo {WORDS}")
    later(house, minutes=2)
    code, said, wrong = asked("restore", BELLWETHER_DATABASE_URL=postgresql_url)
    assert code == 0, wrong
    assert "and set aside: " in said
    assert "celebration:1" in {row.subject for row in database.run(undelivered.listed, "parked", 10)[0]}
    house.close()
    database.close()


def test_beside_a_real_bot_all_is_done_but_putting_back(
    running: Running, tell: Asked, tmp_path: Path, sqlite_url: str
) -> None:
    process = running("run", **SLACK, BELLWETHER_PORT="0", BELLWETHER_DATABASE_URL=sqlite_url)
    address(process)
    copy = str(tmp_path / "copy.db")
    assert tell("outbox", "list", "--state", "all")[0] == 0
    assert tell("outbox", "retry", "--all")[0] == 0
    assert tell("backup", copy)[0] == 0
    assert tell("restore", copy, "--force")[0] == 1
    stops(process)
    assert tell("restore", copy, "--force")[0] == 0
