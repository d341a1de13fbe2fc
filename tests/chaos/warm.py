"""What the server of forks has imported and done once, so that a bot is there a moment after it was asked for."""

from __future__ import annotations

import asyncio
import logging

from bot.app import App, connect, utc_now
from bot.inbound import Place, Profile, Typed
from bot.settings import Settings
from bot.words import Account
from storage import Database
from tests.chaos import process, rounds, world  # noqa: F401  (what the first module of a child asks for)

_NOWHERE = "http://127.0.0.1:9/"
_SAID = "celebrate @Annabb for all the good work", "checkin done: went on", "escalate it is down !high"


async def _once() -> None:
    settings = Settings.model_validate(
        {
            "bellwether_port": 0,
            "bellwether_log_level": "error",
            "slack_bot_token": "xoxb-warm",
            "slack_signing_secret": "warm",
            "slack_api_url": _NOWHERE,
            "microsoft_app_id": "00000000-0000-4000-8000-000000000000",
            "microsoft_app_password": "warm",
            "microsoft_app_tenant_id": "warm",
            "microsoft_openid_url": _NOWHERE,
            "microsoft_login_url": _NOWHERE,
            "teams_service_hosts": "localhost",
        }
    )
    database = Database("sqlite://")
    database.migrate()
    [pair] = world.pairs(1)
    database.run(world.settle, [pair], utc_now(), _NOWHERE)
    app = App(settings, database, connect(settings, database, utc_now))
    await app.start()
    who = pair.souls[1]
    sender = Profile(Account("slack", who.room.tenant, who.user), who.name, "Europe/Berlin", "en-GB")
    place = Place("slack", who.room.tenant, who.room.channel, present=True)
    for said in _SAID:
        command, _, words = said.partition(" ")
        await app.answer(Typed(delivery=said, sender=sender, place=place, command=command, words=(words,)))
    await asyncio.sleep(0.3)  # it tries to deliver
    await app.stop()


logging.disable(logging.WARNING)  # it finds nobody where it is sent
asyncio.run(_once())
logging.disable(logging.NOTSET)
