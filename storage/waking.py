"""One process tells the others on the same PostgreSQL that more waits than it can take: `NOTIFY`, heard by a connection of its own,
by which the others see, too, that the process is there.

One rule: it only saves time. Whoever hears nothing looks by itself soon enough, so that a lost word loses nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, text
from sqlmodel import Session

from storage.holders import CLASS, me
from storage.statements import core

log = logging.getLogger(__name__)

_CHANNEL = "bellwether"
_HERE = "SELECT pg_try_advisory_lock(%s, %s)"
_NOTIFY = text("SELECT pg_notify(:channel, :me)")
_LOOK_UP = 1.0  # seconds, after which a listener looks whether it is to end, and tries again to connect


def tell(session: Session) -> None:
    """Let the other processes know, once this transaction is committed, that there is something for them. Nothing on SQLite."""
    connection = core(session)
    if connection.dialect.name == "postgresql":
        connection.execute(_NOTIFY, {"channel": _CHANNEL, "me": str(me())})


def _seen(connection: Any) -> bool:
    """Have the other processes see that this one is there; tells whether they do."""
    (seen,) = connection.execute(_HERE, (CLASS, me())).fetchone()
    return bool(seen)


class Listener:
    """Calls `heard`, on a thread of its own, whenever another process told; after a lost connection as well."""

    def __init__(self, engine: Engine, heard: Callable[[], object]) -> None:
        self._url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._heard = heard
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="storage-listen", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._over.set()
        self._thread.join()

    def _listen(self) -> None:
        import psycopg  # ten MiB that a bot on SQLite does without

        while not self._over.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as connection:
                    here = _seen(connection)
                    connection.execute(f"LISTEN {_CHANNEL}")
                    self._heard()  # whatever was told before
                    while not self._over.is_set():
                        here = here or _seen(connection)  # not while the server still knows a lost connection of ours
                        if any(
                            word.payload != str(me()) for word in connection.notifies(timeout=_LOOK_UP, stop_after=1)
                        ):
                            self._heard()
            except psycopg.Error as fault:
                log.info("not listening to the other processes for now: %s", type(fault).__name__)
                self._over.wait(_LOOK_UP)
