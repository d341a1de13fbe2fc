"""One process at a time on a SQLite file: what was being sent when the last one died is told apart from what is being sent now only
because there is no other.

One rule: the operating system keeps the lock and lets go of it when the process ends, however it ends; the file that bears it is
empty and stays.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO


def held(database: Path) -> IO[bytes] | None:
    """Lock the database for as long as what is given back stays open; None while another process holds it. Raises OSError."""
    real = database.resolve()
    file = real.with_name(f"{real.name}.lock").open("ab")
    try:
        _lock(file)
    except BlockingIOError:
        file.close()
        return None
    except BaseException:
        file.close()
        raise
    return file


if sys.platform == "win32":

    def _lock(file: IO[bytes]) -> None:
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError as taken:
            raise BlockingIOError from taken
else:

    def _lock(file: IO[bytes]) -> None:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
