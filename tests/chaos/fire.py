"""What befalls the bots while people use them: they are killed, and what they need fails.

One rule: every cut is noted with its moment, and whatever was taken away is given back before the next kill.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections import Counter
from random import Random

from storage import Database
from tests.chaos import world
from tests.chaos.history import Act, now
from tests.chaos.people import Crowd
from tests.chaos.plan import Plan
from tests.chaos.process import Bot
from tests.chaos.stores import Store, Trouble
from tests.fakes.recorder import until

MOMENTS = {"any": 4, "acted": 4, "called": 2, "answered": 3, "starting": 2}
"""When a bot is killed, and how often: at any time, when a platform took something and has not answered yet, when it is about to
take it, when somebody was just answered, and while the bot starts."""


class Fire:
    """Under it stand the bots of a round."""

    def __init__(self, crowd: Crowd, store: Store, url: str, plan: Plan) -> None:
        """Take the people (they know the town, the clock and the bots), the database and its URL."""
        self.crowd, self.town, self.clock, self.bots = crowd, crowd.town, crowd.clock, crowd.bots
        self.figures: Counter[str] = Counter()
        self.cuts: list[float] = []
        self.tending = False
        self._store, self._url, self._plan, self._chance = store, url, plan, Random(plan.seed)

    async def tends(self) -> None:
        """Start what ended, as whoever supervises it would."""
        while self.tending:
            for each in self.bots:
                each.looks()
                if not each.alive:
                    if each.pid:
                        self.figures["ended by itself"] += 1
                        self.cuts.append(now())
                    each.kill()
                    each.start()
            await asyncio.sleep(0.005)

    async def migrates(self) -> None:
        """Kill it some times while it brings the empty database to its schema, then let people in."""
        for _ in range(self._chance.randrange(1, 5)):
            bot = self._chance.choice(self.bots)
            await until(lambda bot=bot: bot.alive)  # type: ignore[misc]
            await asyncio.sleep(self._chance.uniform(0, 0.8))
            self.cut(bot, "migrating")
        assert all([await each.ready(60) for each in self.bots]), "it does not come up from an empty database"
        database = Database(self._url)
        database.run(world.settle, self.crowd.pairs, self.clock(), f"{self.town.teams.url}/teams/")
        database.close()
        self.cut(self.bots[0], "migrated")

    async def kills(self) -> None:
        """Kill one of them, at one of the moments; now and then something else fails at the same time."""
        bot = self._chance.choice(self.bots)
        await bot.ready(30)
        trouble: asyncio.Task[None] | None = None
        if self._chance.random() < self._plan.troubles:
            kind, befalls = self._chance.choice(sorted(self._troubles().items()))
            self.figures[kind] += 1
            trouble = asyncio.create_task(befalls())
        moment = self._chance.choices(list(MOMENTS), list(MOMENTS.values()))[0]
        await self._works(self._chance.randrange(self._plan.works))
        await self._at(moment, bot)
        if trouble is not None:
            await trouble

    async def _works(self, things: int) -> None:
        """Let so many more things be answered or taken, for some seconds at most where the machine is slow."""
        history, codes = self.town.history, self.crowd.codes
        enough = len(history.acts) + codes["200"] + things
        with contextlib.suppress(TimeoutError):
            await until(lambda: len(history.acts) + codes["200"] >= enough, seconds=self.bots[0].patience)

    async def _at(self, moment: str, bot: Bot) -> None:
        done = asyncio.Event()

        def cut(which: Bot) -> None:
            if not done.is_set():
                done.set()
                self.cut(which, moment)

        history = self.town.history
        match moment:
            case "acted":
                history.on_act = lambda act: cut(self._who(act) or bot)
            case "called":
                history.on_call = lambda _: cut(bot)
            case "answered":
                self.crowd.on_answer = lambda: cut(bot)
            case "starting":
                cut(bot)
                done.clear()
                await asyncio.sleep(self._chance.uniform(0, bot.birth))
                cut(bot)
            case _:
                cut(bot)
        try:
            async with asyncio.timeout(bot.patience):
                await done.wait()
        except TimeoutError:
            moment = "any"
            cut(bot)
        finally:
            history.on_act = history.on_call = self.crowd.on_answer = None

    def _who(self, act: Act) -> Bot | None:
        return next((each for each in self.bots if each.name == act.by), None)

    def cut(self, bot: Bot, moment: str) -> None:
        bot.kill()
        self.cuts.append(now())
        self.figures["kills"] += 1
        self.figures[f"killed: {moment}"] += 1

    def _troubles(self) -> dict[str, Trouble]:
        async def vanishes() -> None:
            await self.town.vanishes(self._chance.uniform(0.1, 1.0))

        async def nameless() -> None:
            self.clock.names(False)
            await asyncio.sleep(self._chance.uniform(0.1, 1.0))
            self.clock.names(True)

        async def forward() -> None:
            ahead = self._chance.choice((5.0, 40.0, 75.0, 3600.0))
            self.clock.move(ahead)
            if self._chance.random() < 0.5:
                await asyncio.sleep(self._chance.uniform(0.1, 0.6))
                self.clock.move(-ahead)

        async def back() -> None:
            self.clock.move(-self._chance.choice((2.0, 30.0, 90.0)))

        async def stalls() -> None:
            bot, length = self._chance.choice(self.bots), self._chance.uniform(0.1, 1.0)
            if pid := bot.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
                    await asyncio.sleep(length)
                    os.kill(pid, signal.SIGCONT)

        found: dict[str, Trouble] = {"network gone": vanishes, "names not found": nameless, "process stalls": stalls}
        if self._plan.moves:
            found |= {"clock forward": forward, "clock back": back}
        return found | self._store.troubles(
            self._url, lambda: [each.pid for each in self.bots if each.pid], self._chance
        )
