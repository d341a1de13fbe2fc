"""What a crowd gets: the clients that saturate one process, and twenty times as many: `python -m tests.bench.crowd [--postgres URL]`.

One rule: the real bot in a process of its own, signed `/celebrate` over real sockets in a closed loop (each client sends again as soon as
it has its answer), every answer read; whatever was not answered counts as longer than anything.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import urlencode

from tests.fakes.slack import SECRET, TEAM, TOKEN, FakeSlack

ONCE, TIMES, ROUNDS = 32, 20, 5
TURNED_AWAY = b"nothing was done"
LIMIT = 3.0  # seconds that Slack waits


@dataclass
class Tally:
    """What one crowd saw: seconds of each answer, and how many of them were served, turned away, or something else."""

    waits: list[float] = field(default_factory=list)
    served: int = 0
    refused: int = 0
    odd: int = 0
    unanswered: int = 0

    def share(self, of: float) -> float:
        """The wait that this share of all did not pass."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, int(of * len(ordered)))]

    @property
    def longest(self) -> float:
        return float("inf") if self.unanswered else max(self.waits)


def request(host: str, number: int) -> bytes:
    """A signed `/celebrate` as it goes over the wire."""
    words = f"<@U02BO> for turning the test rig round in one night, for the {number}th time"
    body = urlencode(
        {"command": "/celebrate", "text": words, "user_id": "U01ANA", "user_name": "u01ana", "team_id": TEAM,
         "channel_id": "C01", "channel_name": "partners", "trigger_id": f"{number}.trigger"}
    ).encode()  # fmt: skip
    stamp = str(int(time.time()))
    seal = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    head = (
        f"POST /slack/events HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nX-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={seal}\r\n\r\n"
    )
    return head.encode() + body


async def client(port: int, numbers: Iterator[int], until: float, tally: Tally) -> None:
    """Send, wait for the answer, send again, until the time is up; what is under way then is waited for."""
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    host = f"127.0.0.1:{port}"
    try:
        while time.monotonic() < until:
            writer.write(request(host, next(numbers)))
            try:
                head = await reader.readuntil(b"\r\n\r\n")
                found = re.search(rb"(?i)content-length: (\d+)", head)
                said = await reader.readexactly(int(found[1])) if found else b""
            except (asyncio.IncompleteReadError, ConnectionError):
                tally.unanswered += 1
                return
            tally.waits.append(time.monotonic() - began)
            if b" 200 " not in head[:16]:
                tally.odd += 1
            elif TURNED_AWAY in said:
                tally.refused += 1
            elif b"celebrat" in said:
                tally.served += 1
            else:
                tally.odd += 1
            began = time.monotonic()
    finally:
        writer.close()


async def crowd(port: int, clients: int, seconds: float, numbers: Iterator[int]) -> Tally:
    tally = Tally()
    until = time.monotonic() + seconds
    await asyncio.gather(*(client(port, numbers, until, tally) for _ in range(clients)))
    return tally


async def founded(fake: FakeSlack, url: str) -> None:
    """A partnership whose two sides share one room."""
    _, told = await fake.send(
        f"{url}/slack/events", fake.command("/partnership create Apollo with Contoso as Northwind")
    )
    code = re.search(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){3}", json.dumps(told))
    assert code, told
    await fake.send(f"{url}/slack/events", fake.command(f"/partnership join {code[0]} here", user="U02BO"))


async def ready(process: asyncio.subprocess.Process) -> int:
    """The port on which it listens."""
    assert process.stderr
    said = b""
    async for line in process.stderr:
        said += line
        if found := re.search(rb"listening on http://[\d.]+:(\d+)", line):
            return int(found[1])
    raise AssertionError(f"it did not start: {said.decode()}")


async def measured(database: str, seconds: float, rounds: int) -> None:
    async with FakeSlack() as fake:
        env = os.environ | {
            "BELLWETHER_DATABASE_URL": database, "BELLWETHER_PORT": "0", "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": fake.api, "BELLWETHER_LOG_LEVEL": "info",
        }  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=env, stderr=asyncio.subprocess.PIPE
        )
        try:
            port = await ready(process)
            drained = asyncio.create_task(process.stderr.read())  # type: ignore[union-attr]
            await founded(fake, f"http://127.0.0.1:{port}")
            numbers = iter(range(1_000_000_000))
            await crowd(port, ONCE, 1, numbers)
            runs = [
                (await crowd(port, ONCE, seconds, numbers), await crowd(port, ONCE * TIMES, 2 * seconds, numbers))
                for _ in range(rounds)
            ]
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()
        log = (await drained).decode()
    kind = database.partition(":")[0]
    for clients, long, tallies in (
        (ONCE, seconds, [one for one, _ in runs]),
        (ONCE * TIMES, 2 * seconds, [many for _, many in runs]),
    ):
        served = median(each.served / long for each in tallies)
        refused = median(each.refused / long for each in tallies)
        longest, p99 = max(each.longest for each in tallies), median(each.share(0.99) for each in tallies)
        odd = sum(each.odd + each.unanswered for each in tallies)
        print(
            f"{kind}, {clients} clients: longest answer {longest / LIMIT:.2f} of Slack's {LIMIT:.0f} s ({longest:.2f} s, p99 "
            f"{p99:.2f} s, median {median(each.share(0.5) for each in tallies):.2f} s); {served:.0f} served/s, {refused:.0f} "
            f"turned away/s, {odd} neither (medians of {rounds}, the longest of all)"
        )
    if "Traceback" in log:
        print(log[log.index("Traceback") :][:3000])


if __name__ == "__main__":
    asking = argparse.ArgumentParser()
    asking.add_argument("--postgres", default="", metavar="URL", help="an empty database on a PostgreSQL server")
    asking.add_argument("--seconds", type=float, default=3.0)
    asking.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = asking.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measured(chosen.postgres or f"sqlite:///{folder}/crowd.db", chosen.seconds, chosen.rounds))
