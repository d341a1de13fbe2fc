"""The real process lives through weeks under a false clock: started by its command, spoken to and heard over HTTP alone.

`python -m tests.rhythm.over_the_wire 2` (weeks; needs `faketime`'s library). One rule: nothing is put into its database from here, and
it is read only to know when the next thing is due.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from cryptography.fernet import Fernet
from sqlmodel import Session, col, func, select

from bot.messages import Block, Fact, Facts, Heading, Message, Paragraph
from bot.words import line
from storage import Database, timers
from storage.tables import Lane
from tests.fakes.slack import SECRET, TOKEN, FakeSlack
from tests.rhythm import almanac, reading
from tests.rhythm.almanac import MINUTE, Act, Seen, World
from tests.rhythm.reading import SIDE, WHO
from tests.rhythm.worlds import noon, world

LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
PORT = 3917
ROOMS = {"CNORTH": "north", "CSOUTH": "south"}
NAMES = {who: name for name, who in WHO.items()}
SLACK = 3 * MINUTE  # how far apart what came and what was expected may be: the false clock runs on while things happen


class Wire(FakeSlack):
    """A Slack that notes what becomes visible, and when by the false clock."""

    def __init__(self, of: World, folder: Path) -> None:
        super().__init__()
        self.world, self.folder = of, folder
        self.offset = 0.0
        self.seen: list[Seen] = []
        self.strange: list[str] = []
        self.closed: set[tuple[str, str]] = set()
        self.acting = ""
        self.process: subprocess.Popen[bytes] | None = None
        self.bot = f"http://127.0.0.1:{PORT}"
        self.url_of_database = f"sqlite:///{folder / 'bot.db'}"
        self.key = Fernet.generate_key().decode()
        for who, name in NAMES.items():
            zone = next((each.zones[0][1] for each in of.souls if each.name == who), "UTC")
            self.people[f"U{who.upper()}"] = {"real_name": name, "tz": zone, "locale": "en-GB"}
        self.channels |= {id: {"name": name, "is_member": True} for id, name in ROOMS.items()}

    # The clock and the process

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time() + self.offset, UTC)

    def jumps(self, to: datetime) -> None:
        """Put the clock forward; at first to any time."""
        if not self.offset or to > self.now():
            self.offset = to.timestamp() - time.time()
            fresh = self.folder / "clock.new"
            fresh.write_text(f"{self.offset:+.3f}\n")
            fresh.rename(self.folder / "clock")

    async def starts(self) -> None:
        false_time = {"LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self.folder / "clock"), "FAKETIME_CACHE_DURATION": "1",
                      "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}  # fmt: skip
        settings = {"BELLWETHER_DATABASE_URL": self.url_of_database, "BELLWETHER_PORT": str(PORT), "SLACK_API_URL": self.api,
                    "SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "BELLWETHER_SECRET_KEYS": self.key}  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            command = [str(Path(sys.executable).with_name("bellwether")), "run"]
            self.process = subprocess.Popen(  # noqa: ASYNC220
                command, env=os.environ | false_time | settings, stdout=log, stderr=log, cwd=self.folder
            )
        async with aiohttp.ClientSession() as session:
            for _ in range(300):
                try:
                    async with session.get(f"{self.bot}/readyz") as response:
                        if response.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)
        raise TimeoutError("the bot does not become ready")

    def stops(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)

    # What is heard

    def _answer(self, method: str, said: dict[str, Any], by: str) -> dict[str, Any]:
        answer = super()._answer(method, said, by)
        if method == "chat.postMessage" and "ts" in answer:
            self._posted(said)
        elif method == "chat.update":
            where, told = ROOMS.get(said["channel"], ""), reading.closed(spoken(said["text"]))
            if told and (where, told[1]) not in self.closed:
                self.closed.add((where, told[1]))
                self._saw(where, told)
        elif method not in (
            "auth.test",
            "users.info",
            "conversations.info",
            "conversations.open",
            "views.open",
            "views.publish",
        ):
            self.strange.append(f"{self.now():%a %d %b %H:%M} {method}")
        return answer

    def _posted(self, said: dict[str, Any]) -> None:
        message, where, who = spoken(said["text"]), ROOMS.get(said["channel"], ""), said["channel"][1:].lower()
        if where:
            self._saw(where, reading.in_a_thread(message) if said.get("thread_ts") else reading.in_a_room(message))
        elif who != self.acting and not said["text"].startswith("Welcome to"):
            self._saw(who, reading.in_private(message, self.now().astimezone(self.world.home(who)).date()))

    def _saw(self, where: str, said: reading.Said) -> None:
        what, day, says = said
        self.seen.append(Seen(self.now(), what, where, day, says))

    # What people do

    async def hands(self, what: dict[str, Any]) -> Any:
        """Hand it to the bot; for some seconds after a jump that takes a signature of now for one of the future."""
        for _ in range(20):
            status, answer = await self.send(f"{self.bot}/slack/events", what, now=lambda: self.now().timestamp())
            if status != 401:
                break
            await asyncio.sleep(0.5)
        assert status == 200, (what, status, answer)
        return answer

    async def says(self, who: str, words: str, where: str = "") -> dict[str, Any]:
        channel = where or f"D{who.upper()}"
        command = self.command(words, user=f"U{who.upper()}", channel=channel)
        answer = await self.hands(command)
        return answer if isinstance(answer, dict) else {}

    async def presses(self, who: str, label: str, on: dict[str, Any], where: str = "") -> None:
        found = [each for each in _elements(on) if label in (each.get("text", {}).get("text"), each.get("style"))]
        assert found, (label, on)
        button = found[0]
        press = self.press(button["action_id"], button.get("value", ""), user=f"U{who.upper()}", channel=where or f"D{who.upper()}",
                           ts=on.get("ts", "1800000001.000100"))  # fmt: skip
        await self.hands(press)

    async def begins(self) -> None:
        """Make the partnership as people make one."""
        told = await self.says("ana", "/partnership create Apollo with Contoso as Northwind", "CNORTH")
        code = re.search(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){3}", told["text"])
        assert code
        await self.presses("bo", "primary", await self.says("bo", f"/partnership join {code[0]}", "CSOUTH"), "CSOUTH")
        await self.settles()
        for who, room, words in (
            ("ana", "CNORTH", f"/partnership side country {self.world.sides['a'].country}"),
            ("bo", "CSOUTH", f"/partnership side country {self.world.sides['b'].country}"),
            ("ana", "CNORTH", "/partnership members add <@UJOAO|joao> to Northwind"),
            ("ana", "CNORTH", "/partnership members add <@UNORA|nora> to Northwind as leader"),
            ("bo", "CSOUTH", "/partnership members add <@USAM|sam> to Contoso"),
            ("bo", "CSOUTH", "/partnership members add <@UPRIYA|priya> to Contoso as backup"),
            ("joao", "", "/partnership mine days mon-thu"),
            ("priya", "", "/partnership mine hours 11-19"),
        ):
            print(" ", (await self.says(who, words, room)).get("text", "").replace("\n", " · ")[:110])
        for each in self.world.souls:
            for first, last in each.away:
                told = await self.says(each.name, f"/partnership mine away {first} to {last}")
                print(" ", told.get("text", "").replace("\n", " · ")[:110])
        for who, room, words in (
            ("ana", "CNORTH", "standup “Daily” weekdays at 9:30"),
            ("ana", "CNORTH", f"meeting Steering every other tuesday at 14:00 for 1 h from {self.world.meets}"),
            ("bo", "CSOUTH", "report Status from Contoso on the last day of the month at 12:00"),
        ):
            told = await self.says(who, f"/partnership cadence add {words}", room)
            print(" ", told.get("text", "").replace("\n", " · ")[:160])
            await self.presses(who, "primary", told, room)
        await self.settles()

    async def does(self, act: Act) -> None:
        self.acting = act.who
        match act.what.split():
            case ["answer"]:
                await self.says(act.who, f"/checkin done: {act.at:%d %b}")
            case ["held"]:
                asked = [each for each in self.posts if each["channel"] == "DANA" and "Was it held?" in each["text"]]
                await self.presses("ana", "Held", asked[-1])
            case ["received"]:
                owed = [each for each in self.posts if each["channel"] == "CNORTH" and _has(each, "Received")]
                await self.presses("ana", "Received", owed[-1], "CNORTH")
            case ["zone", zone]:
                await self.says(act.who, f"/partnership mine zone {zone}")
            case ["joins"]:
                self.acting = "bo"
                await self.says("bo", f"/partnership members add <@U{act.who.upper()}|{act.who}> to Contoso", "CSOUTH")
            case ["late", day]:
                await self.presses(act.who, "Answer", self._prompt(act.who, day))
                view = self.called("views.open")[-1]["view"]
                form = self.submit(
                    json.loads(view) if isinstance(view, str) else view, {"done": "late"}, user=f"U{act.who.upper()}"
                )
                await self.hands(form)
            case ["skip", day]:
                await self.presses(act.who, "Skip today", self._prompt(act.who, day))
            case ["snooze", day]:
                await self.presses(act.who, "Snooze 1 h", self._prompt(act.who, day))
            case [what]:
                await self.says(act.who, f"/partnership {what}", "CNORTH")
        await self.settles()
        self.acting = ""

    def _prompt(self, who: str, day: str) -> dict[str, Any]:
        name = f"Daily of {almanac.named(date.fromisoformat(day))}"
        return next(each for each in self.posts if each["channel"] == f"D{who.upper()}" and name in each["text"])

    # What time does

    async def settles(self) -> None:
        """Wait until nothing is due any more, and what was sent has arrived."""
        quiet = 0
        for _ in range(2000):
            due = [
                at for at in self.database.run(due_next) if at is not None and at <= self.now() + timedelta(seconds=5)
            ]
            quiet = 0 if due else quiet + 1
            if quiet >= 3:
                return
            await asyncio.sleep(0.03)
        raise TimeoutError(f"it does not come to rest: {due}")

    async def lives(self, patience: float) -> datetime:
        """Live on for so many seconds of true time; gives how far it came."""
        give_up = time.monotonic() + patience
        self.jumps(self.world.begins + MINUTE)
        await self.starts()
        self.database = Database(self.url_of_database)
        await self.begins()
        self.seen.clear()
        print("  asked who they are:", [each["user"] for each in self.called("users.info")])
        coming = almanac.acts(self.world)[::-1]
        stops = sorted(self.world.outages)[::-1]
        while True:
            due = [at for at in self.database.run(due_next) if at is not None]
            due += [coming[-1].at] if coming else []
            at = min(due)
            if stops and at > stops[-1][0]:
                start, end = stops.pop()
                self.jumps(start)
                await asyncio.sleep(1.5)
                self.stops(signal.SIGKILL if len(stops) % 2 else signal.SIGTERM)
                self.jumps(end)
                await self.starts()
                print(f"  out from {start:%a %d %b %H:%M} to {end:%a %d %b %H:%M}; {len(self.seen)} seen", flush=True)
                await self.settles()
                continue
            if at >= self.world.ends or time.monotonic() > give_up:
                return min(at, self.world.ends)
            self.jumps(at - timedelta(seconds=0.2))
            await self.settles()
            while coming and coming[-1].at <= self.now():
                await self.does(coming.pop())


def due_next(session: Session) -> tuple[datetime | None, datetime | None]:
    waits = select(func.min(Lane.due_at)).where(col(Lane.due_at).is_not(None))
    return timers.next_due(session), session.exec(waits).one()


def spoken(text: str) -> Message:
    """A message as its words alone tell it."""
    first, *rest = text.split("\n")
    body: list[Block] = []
    for each in rest:
        label, mark, value = each.partition(": ")
        if mark and label in (*SIDE, "Skipped", "No update", "Away", "Check-ins", "Overdue"):
            body.append(Facts((Fact(label, line(value)),)))
        elif each in SIDE:
            body.append(Heading(each))
        elif each.startswith(("No check-in on", "Nothing was", "Steering", "Status")):
            body.append(Paragraph(line(each)))
    return Message(line(first), tuple(body), footer=line(text))


def _elements(drawn: dict[str, Any]) -> list[dict[str, Any]]:
    blocks = drawn.get("blocks", [])
    blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
    return [each for block in blocks if block["type"] == "actions" for each in block["elements"]]


def _has(post: dict[str, Any], label: str) -> bool:
    return any(each.get("text", {}).get("text") == label for each in _elements(post))


def apart(came: list[Seen], wanted: list[Seen]) -> list[str]:
    """What of the two has no counterpart within a few minutes."""
    left: dict[tuple[str, ...], list[datetime]] = defaultdict(list)
    for each in came:
        left[each[1:]].append(each.at)
    missing = []
    for each in sorted(wanted):
        near = [at for at in left[each[1:]] if -MINUTE <= at - each.at <= SLACK]
        if near:
            left[each[1:]].remove(near[0])
        else:
            missing.append(("-", each))
    extra = [("+", Seen(at, *key)) for key, those in left.items() for at in those]
    both = sorted((*extra, *missing), key=lambda one: one[1])
    return [f"{sign} {each.at:%a %Y-%m-%d %H:%M:%S} {' | '.join(each[1:])}" for sign, each in both]


def counts(each: Seen, of: World, end: datetime) -> bool:
    """Whether it belongs to the comparison: the first digest tells what was set up, which the almanac knows nothing of."""
    settled = of.begins + timedelta(minutes=10) < each.at < end
    return settled and not (each.what in ("digest", "details") and each.at < of.begins + 2 * almanac.DAY)


async def main(of: World, folder: Path, patience: float) -> None:
    began = time.monotonic()
    wire = Wire(of, folder)
    async with wire:
        try:
            end = await wire.lives(patience)
        finally:
            wire.stops()
        wanted = [each for each in almanac.expected(of) if counts(each, of, end)]
        came = [each for each in wire.seen if counts(each, of, end)]
        wrong = apart(came, wanted)
        calls = len(wire.calls)
    troubles = [each for each in (folder / "log").read_text().splitlines() if " ERROR " in each or "Traceback" in each]
    print(f"{of.begins:%d %b %Y} to {end:%d %b %H:%M}: {len(wanted)} expected, {len(came)} came, {len(wrong)} differ; {calls} calls, "
          f"{len(troubles)} troubles in the log, {time.monotonic() - began:.0f} s; {folder}")  # fmt: skip
    print("\n".join([*wrong, *sorted(set(wire.strange)), *troubles[:20]]))


if __name__ == "__main__":
    year, month, day = map(int, (sys.argv[2] if len(sys.argv) > 2 else "2026-10-18").split("-"))
    asyncio.run(
        main(
            world(noon(year, month, day), float(sys.argv[1])),
            Path(tempfile.mkdtemp(prefix="wire-")),
            float(sys.argv[3]) if len(sys.argv) > 3 else 3600,
        )
    )
