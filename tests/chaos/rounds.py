"""A round: bots under load, killed again and again while everything around them fails; then calm, and the judgement.

One rule: what befalls them follows from the seed (when it does also from the machine), and every cut is noted with its moment.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import socket
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet

from storage import Database
from tests.chaos import checker, world
from tests.chaos.checker import Verdict
from tests.chaos.clock import LIBRARY, Clock
from tests.chaos.fire import Fire
from tests.chaos.history import now
from tests.chaos.people import UNTAKEN, Crowd
from tests.chaos.plan import Plan
from tests.chaos.process import Bot, Commanded
from tests.chaos.record import read, waiting, waits
from tests.chaos.stores import Postgres, Sqlite, Store
from tests.chaos.town import Town
from tests.fakes.slack import SECRET
from tests.fakes.teams import APP, PASSWORD, TENANT

NAMES = "one", "two", "three"
LONG = 60  # seconds of calm after which it is told what still waits
HASTE = 0.15  # seconds that the clock is put forward every 30 ms while what waits is delivered; no lease may run out in a send


@dataclass
class Outcome:
    plan: Plan
    verdict: Verdict
    figures: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    seconds: dict[str, float] = field(default_factory=dict)  # how long it was under fire, and then calm
    slow: list[str] = field(default_factory=list)  # what still waited when it had been calm for long


class Rig:
    """Where rounds take place: a database of one kind, and a folder."""

    def __init__(
        self, store: Store, folder: Path, clock: Clock, those: list[world.Pair], ports: tuple[int, int], make: type[Bot]
    ) -> None:
        self.store, self.folder, self.clock, self.pairs = store, folder, clock, those
        self.ports, self.make = ports, make
        self.rounds = 0

    async def round(self, plan: Plan) -> Outcome:
        """Play a round."""
        self.rounds += 1
        async with Town(self.pairs, self.clock, plan.seed, self.ports) as town:
            return await Round(self, town, plan).plays()


@contextmanager
def rig(kind: str, pairs: int, *, commanded: bool = False) -> Iterator[Rig]:
    """Set one up, on `sqlite` or `postgresql`; `commanded` with bots that are started by their command."""
    folder = Path(tempfile.mkdtemp(prefix="bellwether-chaos-"))
    clock = Clock(folder / "clock", still=commanded and not LIBRARY.exists())
    those, ports = world.pairs(pairs), (free_port(), free_port())
    url = f"http://localhost:{ports[1]}/teams/"

    def fill(database: Database) -> None:
        database.run(world.settle, those, clock(), url)

    store: Store = Postgres(folder, fill) if kind == "postgresql" else Sqlite(folder, fill)
    try:
        yield Rig(store, folder, clock, those, ports, Commanded if commanded else Bot)
    finally:
        store.close()
        shutil.rmtree(folder, ignore_errors=True)


class Round:
    """One round."""

    def __init__(self, rig: Rig, town: Town, plan: Plan) -> None:
        self.rig, self.town, self.plan = rig, town, plan
        self.clock, self.chance = rig.clock, random.Random(plan.seed)
        self.seconds: dict[str, float] = {}
        self.slow: list[str] = []
        make = rig.store.empty if plan.unmigrated else rig.store.fresh
        self.url = make(rig.rounds)
        self.bots = [self._bot(name) for name in NAMES[: rig.store.processes]]
        self.crowd = Crowd(town, self.bots, rig.pairs, self.clock, plan.seed, plan.again)
        self.fire = Fire(self.crowd, rig.store, self.url, plan)

    async def plays(self) -> Outcome:
        """From the first start to the judgement."""
        plan, began, fire = self.plan, now(), self.fire
        fire.tending = True
        tending = asyncio.create_task(fire.tends())
        try:
            if plan.unmigrated:
                await fire.migrates()
            self.town.luck.share = plan.share
            load = asyncio.create_task(self.crowd.lives(plan.hands, plan.pause))
            for _ in range(plan.kills):
                await fire.kills()
            await asyncio.sleep(self.chance.uniform(0.1, 0.3))
            self.crowd.rests()
            await load
            self.town.luck.share = 0
            fire.tending = False
            await tending
            self.seconds["under fire"] = now() - began
            await self._rests()
            outcome = await self._judged()
            self.seconds["calm"] = now() - began - self.seconds["under fire"]
            return outcome
        finally:
            fire.tending = False
            for each in self.bots:
                each.kill()

    async def _rests(self) -> None:
        """Stop all, let time pass, and start again."""
        for each in self.bots:
            if self.chance.random() < 0.5:
                self.fire.cut(each, "last")
            elif not await each.stop():
                self.fire.figures["did not stop in time"] += 1
            self.fire.cuts.append(now())
        self.clock.move(self.plan.outage)

    async def _judged(self) -> Outcome:
        for each in self.bots:
            each.start()
        up = await self._up(30)
        database = Database(self.url)
        try:
            drained = await self._drains(database)
            record = await database.read(read)
        finally:
            database.close()
        given_up = self.plan.outage > 20 * 3600
        verdict = checker.judge(
            self.crowd.deeds,
            record,
            self.town.history,
            [*self.fire.cuts, *self.town.gaps],
            self.clock(),
            given_up=given_up,
        )
        verdict.objections += [] if up else ["it does not come up again"]
        verdict.objections += [] if drained else ["what waits is not delivered in time"]
        for each in self.bots:
            if not await each.stop():
                verdict.objections.append("it does not stop within ten seconds")
        figures = self.fire.figures + self.town.luck.gone + verdict.figures
        figures += Counter({"late answers": self.crowd.late, "unanswered": self.crowd.unanswered})
        strange = {each.refused[:90] for each in self.crowd.deeds if not UNTAKEN.search(each.refused)} - {""}
        verdict.objections += [f"NOT UNDERSTOOD: {words!r}" for words in sorted(strange)]
        return Outcome(self.plan, verdict, figures, self.crowd.slowest, self.seconds, self.slow)

    async def _drains(self, database: Database) -> bool:
        """Let time run faster, and jump to what waits next, until nothing does."""
        began, before, moved, step, quiet = now(), (0, 0, 0), now(), 1.0, 0
        while now() < began + self.plan.patience:
            await asyncio.sleep(0.03)
            if now() > began + LONG and not self.slow:
                self.slow = await database.read(waiting, self.clock())
            rows, sending, due = await database.read(waits, self.clock())
            if not (rows or due or self.town.busy):
                quiet += 1
                if quiet > 3:
                    return True
                continue
            quiet = 0
            self.clock.move(0 if self.town.busy else HASTE)
            if (len(self.town.history.acts), rows, due) != before:
                before, moved, step = (len(self.town.history.acts), rows, due), now(), 1.0
            elif now() - moved > (2.0 if sending or self.town.busy else 0.15):
                self.clock.move(step)
                moved, step = now(), min(step * 2, 60)
        return False

    async def _up(self, seconds: float) -> bool:
        return all([await each.ready(seconds) for each in self.bots])

    def _bot(self, name: str) -> Bot:
        town = self.town
        values = {
            "bellwether_database_url": self.url,
            "bellwether_secret_keys": KEY,
            "slack_bot_token": f"xoxb-{name}",
            "slack_signing_secret": SECRET,
            "slack_api_url": town.slack.api,
            "microsoft_app_id": APP,
            "microsoft_app_password": PASSWORD,
            "microsoft_app_tenant_id": TENANT,
            "microsoft_openid_url": town.teams.openid_url,
            "microsoft_login_url": town.teams.login_url,
            "teams_service_hosts": "localhost",
        }
        return self.rig.make(name, values, free_port(), self.clock, self.rig.folder / f"{name}.log", self.plan.mutant)


KEY = Fernet.generate_key().decode()


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
