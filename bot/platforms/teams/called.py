"""What channels are called, as Teams tells. One rule: nothing waits long for a name; without one it is done all the same."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from bot.platforms.teams.connector import Connector
from bot.platforms.teams.recent import Recent
from bot.platforms.teams.spot import CHANNEL, Spot
from bot.port import Later, Never
from bot.wire import Malformed, maybe, text

log = logging.getLogger(__name__)

PATIENCE = 0.5  # seconds
FRESH = timedelta(days=1)
REST = timedelta(minutes=1)  # until what could not be told is asked again


class Names:
    """The names that were heard or asked for, a day old at most."""

    def __init__(self, connector: Connector, now: Callable[[], datetime]) -> None:
        self._connector = connector
        self._names: Recent[tuple[str, str], str] = Recent(FRESH, now)
        self._asked: Recent[tuple[str, str], bool] = Recent(REST, now)

    async def of(self, at: Spot, said: str = "", *, ask: bool = True) -> str:
        """What the channel is called: as it was just `said`, as it is known, else as the team tells; empty where nobody does."""
        here, team = (at.tenant, at.channel), (at.tenant, at.team)
        if said:
            self._names.put(here, said)
        elif at.kind == CHANNEL and at.channel == at.team:
            return "General"  # it has the team's own id, and no name
        if not self._names.get(here) and ask and at.team and at.kind == CHANNEL and not self._asked.get(team):
            self._asked.put(team, True)
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._learn(at)
        return self._names.get(here) or ""

    async def _learn(self, at: Spot) -> None:
        try:
            for each in await self._connector.channels(at.app, at.service_url, at.team):
                if name := maybe(each, "name"):
                    self._names.put((at.tenant, text(each, "id")), name)
        except (Later, Never, Malformed) as error:
            log.info("the channels of %s are not known by name: %s", at.team, error)
