"""`kill -9` at any moment: nothing acknowledged is lost, nothing is said twice."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

from aiohttp import web

from tests.chaos import mill
from tests.fakes.recorder import until

KILLS = 10
PROCESSES = multiprocessing.get_context("forkserver")  # imports once, then each mill starts at once
PROCESSES.set_forkserver_preload(["tests.chaos.mill"])


class Town:
    """The fake platform: keeps every post, answers a moment later, and can be asked for one."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.tokens: dict[str, str] = {}
        self.asked = 0

    async def post(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.said.append(asked["words"])
        self.tokens[asked["token"]] = str(len(self.said))
        await asyncio.sleep(0.02)  # time to be killed between its taking the post and our noting it
        return web.json_response({"message": self.tokens[asked["token"]]})

    async def find(self, request: web.Request) -> web.Response:
        self.asked += 1
        return web.json_response({"message": self.tokens.get((await request.json())["token"])})


def run_and_kill(
    database_url: str, platform_url: str, first: int, more: int, kill_it: Callable[[], object]
) -> list[int]:
    """Run the mill until it acknowledged so many more than one, kill it when `kill_it` returns, and give back all that it acknowledged."""
    told, tells = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=mill.run, args=(database_url, platform_url, first, tells))
    process.start()
    tells.close()
    acknowledged = [told.recv() for _ in range(1 + more)]
    kill_it()
    process.kill()
    process.join()
    while True:
        try:
            acknowledged.append(told.recv())
        except EOFError:
            return acknowledged


def test_killed_at_random_moments_nothing_is_lost_and_nothing_is_said_twice(sqlite_url: str) -> None:
    chance = random.Random(7)
    town = Town()

    async def story() -> set[int]:
        app = web.Application()
        app.add_routes([web.post("/post", town.post), web.post("/find", town.find)])
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"

        acknowledged: set[int] = set()
        for first in range(0, KILLS * 1000, 1000):
            more, moment = chance.randrange(8), partial(time.sleep, chance.uniform(0, 0.03))
            acknowledged |= set(await asyncio.to_thread(run_and_kill, sqlite_url, url, first, more, moment))

        over = threading.Event()
        last = asyncio.create_task(asyncio.to_thread(run_and_kill, sqlite_url, url, KILLS * 1000, 0, over.wait))
        wanted = {f"{verb} {number}" for number in acknowledged for verb in ("said", "rang")}
        try:
            await until(lambda: wanted <= set(town.said), seconds=30)
        finally:
            over.set()
            await last
            await runner.cleanup()
        return acknowledged

    acknowledged = asyncio.run(story())
    assert len(acknowledged) > 2 * KILLS
    assert [words for words, times in Counter(town.said).items() if times > 1] == []
    assert town.asked > 0  # at least once it was killed between the sending and the noting
