"""A clock that several processes share and the rig alone moves, and a name that it can take away from them.

One rule: it lies in a file, so that a process that was just born reads the same time as all others.
"""

from __future__ import annotations

import mmap
import socket
import struct
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
_FORM = "dqq"  # seconds that it is ahead, how often it was moved, whether no name is found


class Clock:
    """The time of day as the bots and those who speak with them see it."""

    def __init__(self, path: Path, *, still: bool = False) -> None:
        """Take the file that it lies in. `still`: it does not move, because somebody who uses it could not follow."""
        self.path, self._still = path, still
        if not path.exists():
            path.write_bytes(struct.pack(_FORM, 0.0, 0, 0))
            path.with_suffix(".false").write_text("+0\n")
        with path.open("r+b") as file:
            self._held = mmap.mmap(file.fileno(), struct.calcsize(_FORM))

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)

    def time(self) -> float:
        """Seconds since the epoch."""
        return time.time() + float(self._read()[0])

    @property
    def moves(self) -> int:
        """How often it was moved."""
        return int(self._read()[1])

    def move(self, seconds: float) -> None:
        """Put it forward, or back."""
        if self._still or not seconds:
            return
        ahead, moves, nameless = self._read()
        self._write(ahead + seconds, moves + 1, nameless)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(f"{ahead + seconds:+.3f}\n")
        fresh.rename(self.path.with_suffix(".false"))

    @property
    def environment(self) -> dict[str, str]:
        """What lends it to any program, where the machine has the library for that."""
        false = {"LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self.path.with_suffix(".false"))}
        return (
            {}
            if self._still
            else false | {"FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
        )

    def names(self, found: bool) -> None:
        """Let names be found, or not."""
        ahead, moves, _ = self._read()
        self._write(ahead, moves, 0 if found else 1)

    def lend_names(self) -> None:
        """From now on, in this process, `localhost` is found only while the clock's keeper wants it."""
        asked = socket.getaddrinfo

        def found(host: Any, *rest: Any, **named: Any) -> Any:
            if host == "localhost":
                if self._read()[2]:
                    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
                host = "127.0.0.1"
            return asked(host, *rest, **named)

        socket.getaddrinfo = found

    def _read(self) -> tuple[Any, ...]:
        return struct.unpack_from(_FORM, self._held)

    def _write(self, *values: Any) -> None:
        struct.pack_into(_FORM, self._held, 0, *values)
