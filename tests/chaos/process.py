"""A bot in a process of its own, to be killed.

One rule: it is the real one, made as `bellwether run` makes it; only its clock is lent to it.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.chaos import mutants
from tests.chaos.clock import Clock
from tests.fakes.recorder import until

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.chaos.warm"])


def live(values: Mapping[str, str], clock: Path, log: Path, mutant: str, ready: Connection) -> None:
    """Be a bot until killed, or told to stop."""
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(out, 1)
    os.dup2(out, 2)
    asyncio.run(_serve(values, Clock(clock), mutant, ready))


async def _serve(values: Mapping[str, str], clock: Clock, mutant: str, ready: Connection) -> None:
    from bot import logs
    from bot.app import App, connect
    from bot.settings import Settings
    from storage import Database

    clock.lend_names()
    settings = Settings(_env_file=None, **values)  # type: ignore[call-arg,arg-type]
    logs.configure("info", "text")
    database = Database(settings.bellwether_database_url)
    app = App(settings, database, connect(settings, database, clock), clock)
    if mutant:
        mutants.KINDS[mutant](app)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    try:
        await app.start()
        ready.send(True)
        moves = clock.moves
        while not stop.is_set():
            await asyncio.sleep(0.05)
            if moves != clock.moves:  # so that a moved clock is noticed at once, and not a second later
                moves = clock.moves
                app.delivery.wake()
                app.metronome.wake()
    finally:
        await app.stop()


class Run:
    """`bellwether run`, by its command, as a process that is handled like the others."""

    def __init__(self, values: Mapping[str, str], clock: Clock, log: Path) -> None:
        settings = {name.upper(): value for name, value in values.items()}
        with log.open("ab") as out:
            self._run = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"],
                env=os.environ | settings | clock.environment,
                stdout=out,
                stderr=out,
            )
        self.pid = self._run.pid
        self.kill, self.terminate, self.join = self._run.kill, self._run.terminate, self._run.wait

    def is_alive(self) -> bool:
        return self._run.poll() is None


class Bot:
    """One process with a port of its own, started again as often as it is killed."""

    birth, patience = 0.15, 4.0
    """How many seconds it is being born, about, and how many it is waited for until it does something."""

    def __init__(
        self, name: str, values: Mapping[str, str], port: int, clock: Clock, log: Path, mutant: str = ""
    ) -> None:
        self.name, self.port, self.mutant = name, port, mutant
        self._values = {**values, "bellwether_port": str(port)}
        self._clock, self._log = clock, log
        self._process: BaseProcess | Run | None = None
        self._told: Connection | None = None
        self.up = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return (self._process.pid or 0) if self._process else 0

    def start(self) -> None:
        """Let it be born; it is up when it says so."""
        assert self._process is None
        self._told, tells = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=live, args=(self._values, self._clock.path, self._log, self.mutant, tells))
        process.start()
        self._process = process
        tells.close()

    async def ready(self, seconds: float = 20) -> bool:
        """Wait until it answers; False when it does not in time."""
        with contextlib.suppress(TimeoutError):
            await until(self._seen_up, seconds=seconds)
        return self.up

    def _seen_up(self) -> bool:
        self.looks()
        return self.up

    def looks(self) -> None:
        """Notice that it came up, or that it ended by itself."""
        if self._told is None or self.up:
            self.up = self.up and self.alive
            return
        try:
            if self._told.poll():
                self._told.recv()
                self.up = True
        except (EOFError, OSError):
            pass

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def kill(self) -> None:
        """`kill -9`."""
        self.up = False
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None

    async def stop(self) -> bool:
        """SIGTERM, as an operator stops it; False where it had to be killed after 12 seconds."""
        if self._process is None:
            return True
        self._process.terminate()
        try:
            await until(lambda: not self.alive, seconds=12)
        except TimeoutError:
            return False
        finally:
            self.kill()
        return True


class Commanded(Bot):
    """The same, by its command: slower to come, and nothing in it is ours."""

    birth, patience = 2.5, 15.0

    def start(self) -> None:
        assert self._process is None
        self._process = Run(self._values, self._clock, self._log)

    def looks(self) -> None:
        self.up = self.alive and (self.up or self._listens())

    def _listens(self) -> bool:
        with socket.socket() as asked:
            return asked.connect_ex(("127.0.0.1", self.port)) == 0
