"""How many sends to Teams are in flight at once: `python -m tests.bench.sends`.

One rule: side by side in one run, against the SDK's own way of sending and against what the latency alone allows.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median

from botbuilder.schema import Activity
from botframework.connector.aio import ConnectorClient
from msrest.authentication import BasicTokenAuthentication

from bot.messages import Message
from bot.platforms.teams.apps import Registration
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.draw import draw
from bot.platforms.teams.tokens import SCOPE, Tokens
from bot.words import line
from tests.conftest import Clock
from tests.fakes.teams import APP, CHANNEL, PASSWORD, TENANT, FakeTeams

SENDS, AT_ONCE, LATENCY, RUNS = 256, 32, 0.1, 5
CARD = {"contentType": "application/vnd.microsoft.card.adaptive", "content": draw(Message(line("Hello")))}

Send = Callable[[], Awaitable[object]]


async def measured(fake: FakeTeams, send: Send) -> tuple[float, int]:
    """Send them all, so many at once; gives how many were in flight on average (sends times latency by time) and at most."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with gate:
            await send()

    fake.most_in_flight = 0
    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(SENDS)))
    return SENDS * LATENCY / (time.perf_counter() - began), fake.most_in_flight


async def main() -> None:
    async with FakeTeams() as fake:
        fake.delay = LATENCY
        tokens = Tokens(fake.login_url, SCOPE, Clock())
        connector = Connector(tokens)
        app = Registration(APP, PASSWORD, TENANT)
        token = await tokens.bearer(app)
        stock = ConnectorClient(BasicTokenAuthentication({"access_token": token}), fake.service_url.rstrip("/"))

        async def ours() -> None:
            await connector.post(app, fake.service_url, CHANNEL, {"type": "message", "attachments": [CARD]})

        async def theirs() -> None:
            await stock.conversations.send_to_conversation(CHANNEL, Activity(type="message", attachments=[CARD]))

        runs = [(await measured(fake, ours), await measured(fake, theirs)) for _ in range(RUNS)]
        await connector.close()
        await tokens.close()
    mine, most, stocks, most_stock = (median(each) for each in zip(*((*a, *b) for a, b in runs), strict=True))
    print(
        f"in flight with {AT_ONCE} at once and {LATENCY * 1000:.0f} ms a send: {mine:.1f} on average, {most} at most; "
        f"the SDK's own: {stocks:.1f} and {most_stock} ({mine / stocks:.1f} x; median of {RUNS})"
    )


if __name__ == "__main__":
    asyncio.run(main())
