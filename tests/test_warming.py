"""What is loaded late is loaded before somebody waits for it, and only where it is used."""

from __future__ import annotations

import asyncio

import pytest
from sqlmodel import Session, select

from bot.app import App
from bot.rules.worktime.holiday import holidays_of
from bot.settings import Settings
from storage import Database
from storage.tables import Side
from tests.conftest import Clock
from tests.fakes.recorder import Recorder
from tests.house import House


@pytest.mark.parametrize(("country", "asked"), [("DE", 1), (None, 0)])
def test_the_holidays_of_who_is_here_are_known_before_anybody_asks(
    sqlite: Database, clock: Clock, country: str | None, asked: int
) -> None:
    House(sqlite, clock).begun().close()

    def settle(session: Session) -> None:
        side = session.exec(select(Side)).first()
        assert side
        side.country, side.region = country, "BY" if country else None

    async def meanwhile() -> int:
        app = App(Settings.model_construct(bellwether_port=0), sqlite, [Recorder()], clock)
        await app.start()
        assert app._warming
        await app._warming
        known = holidays_of.cache_info().currsize
        await app.stop()
        return known

    sqlite.run(settle)
    holidays_of.cache_clear()
    assert asyncio.run(meanwhile()) == asked
    assert not country or holidays_of("DE", "BY", clock().year)
    assert holidays_of.cache_info().currsize == asked
