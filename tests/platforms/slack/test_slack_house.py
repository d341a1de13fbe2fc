"""The whole bot behind Slack's wire, seen from outside: signed requests in, Web API calls out, a real database between."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.fernet import Fernet
from sqlmodel import Session, select

from bot.app import App, connect, utc_now
from bot.settings import Settings
from storage import Database
from storage.tables import Account
from tests.fakes.recorder import until
from tests.fakes.slack import APP_TOKEN, BOT, SECRET, TEAM, TOKEN, FakeSlack

KILLS = 5
THEIRS = "C03"  # the other organisation's channel


@dataclass
class Home:
    """A running bot and the Slack around it."""

    fake: FakeSlack
    url: str = ""
    waits: list[float] = field(default_factory=list)

    async def sends(self, what: dict[str, Any] | bytes, **how: Any) -> tuple[int, Any]:
        began = time.monotonic()
        answer = await self.fake.send(f"{self.url}/slack/events", what, **how)
        self.waits.append(time.monotonic() - began)
        return answer

    async def types(self, words: str, **whence: str) -> str:
        """Type a command; gives the private answer as text."""
        status, said = await self.sends(self.fake.command(words, **whence))
        assert status == 200
        return _read(said)

    async def founds(self, *, here: bool = False, **whence: str) -> None:
        """Let Ana begin a partnership, and somebody (Bo, unless it is said who) join it."""
        told = await self.types("/partnership create Apollo with Contoso as Northwind")
        code = re.search(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){3}", told)
        assert code, told
        if here:
            await self.types(f"/partnership join {code[0]} here", **{"user": "U02BO", **whence})
        else:
            whence = {"user": "U02BO", "channel": THEIRS, **whence}
            status, asked = await self.sends(self.fake.command(f"/partnership join {code[0]}", **whence))
            assert (status, "Join?" in _read(asked)) == (200, True)
            join = next(each for block in asked["blocks"] for each in block.get("elements", ()))
            press = self.fake.press(join["action_id"], join.get("value", ""), user=whence["user"], channel=THEIRS)
            press["team"]["id"] = whence.get("team_id", TEAM)
            assert (await self.sends(press))[0] == 200
        await until(lambda: all(self.said("has begun", room) for room in ({"C01"} if here else {"C01", THEIRS})))

    def said(self, words: str, channel: str = "") -> list[dict[str, Any]]:
        """The posts in which those words stand now."""
        return [each for each in self.fake.posts if words in each["text"] and channel in ("", each["channel"])]


@asynccontextmanager
async def home(database_url: str, **settings: Any) -> AsyncIterator[Home]:
    async with FakeSlack() as fake:
        fake.channels[THEIRS] = {"name": "contoso", "is_member": True}
        given = {"slack_bot_token": TOKEN, "slack_signing_secret": SECRET, "slack_api_url": fake.api, **settings}
        chosen = Settings(_env_file=None, bellwether_port=0, **given)  # type: ignore[call-arg]
        database = Database(database_url)
        app = App(chosen, database, connect(chosen, database, utc_now), utc_now)
        await app.start()
        try:
            yield Home(fake, f"http://127.0.0.1:{app.port}")
        finally:
            await app.stop()


@pytest.fixture
def at_home(sqlite_url: str) -> Callable[..., None]:
    """Run a journey in a home of its own."""

    def run(journey: Callable[[Home], Awaitable[None]], **settings: Any) -> None:
        async def live() -> None:
            async with asyncio.timeout(20), home(sqlite_url, **settings) as place:
                await journey(place)

        asyncio.run(live())

    return run


def test_two_rooms_begin_raise_acknowledge_and_celebrate(at_home: Callable[..., None]) -> None:
    async def journey(home: Home) -> None:
        await home.founds()
        told = await home.types("/escalate the rig is *down* <!channel> !high")
        assert told.startswith("🔴 Escalation 1 is raised: the rig is *down* @channel")
        await until(lambda: home.said("the rig is *down* @channel", "C01") and home.said("the rig is", THEIRS))
        await until(lambda: home.said("the rig is *down*", "D02BO"))
        for card in home.said("Escalation 1 · open"):
            assert not [words for words in _mrkdwn(card["blocks"]) if "rig" in words]
        [card] = home.said("Escalation 1 · open", THEIRS)
        acknowledge = _button(card, "Acknowledge")
        press = home.fake.press(
            acknowledge["action_id"], acknowledge["value"], user="U02BO", channel=THEIRS, ts=card["ts"]
        )
        assert (await home.sends(press))[0] == 200
        await until(lambda: all(home.said("Escalation 1 · acknowledged", room) for room in ("C01", THEIRS)))
        assert not home.said("Escalation 1 · open", "C01") + home.said("Escalation 1 · open", THEIRS)
        await home.types("/celebrate <@U02BO> for answering within the very minute")
        await until(lambda: {p["channel"] for p in home.said("celebrates")} == {"C01", THEIRS, "D02BO"})

    at_home(journey)


def test_a_redelivery_acts_once_and_gets_the_same_answer(at_home: Callable[..., None]) -> None:
    async def journey(home: Home) -> None:
        await home.founds(here=True)
        again = {"headers": {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}}
        command = home.fake.command("/escalate typed once")
        first, *others = [await home.sends(command, **again) for _ in range(3)]
        assert others == [first, first]
        mention = home.fake.event(
            "app_mention", user="U01ANA", channel="C01", ts="1.1", text=f"<@{BOT}> escalate said once"
        )
        for _ in range(3):
            assert (await home.sends(mention, **again))[0] == 200
        at_once = home.fake.command("/escalate sent twice at the same time")
        one, two = await asyncio.gather(home.sends(at_once), home.sends(at_once))
        assert one == two
        await home.types("/escalate the last")
        await until(lambda: home.said("· open — the last", "C01"))
        cards = [each["text"].splitlines()[0] for each in home.said("· open", "C01")]
        assert len(cards) == 4

    at_home(journey)


def test_a_form_corrected_after_errors_is_no_redelivery(at_home: Callable[..., None]) -> None:
    async def journey(home: Home) -> None:
        await home.founds(here=True)
        await home.types("/escalate")
        [opened] = home.fake.called("views.open")
        view = json.loads(opened["view"]) if isinstance(opened["view"], str) else opened["view"]
        filled: dict[str, Any] = {
            "summary": "the rig is down",
            "urgency": "normal",
            "level": "1",
            "wanted_by": "blursday",
        }
        status, said = await home.sends(home.fake.submit(view, filled))
        assert (status, set(said["errors"])) == (200, {"wanted_by"})
        status, said = await home.sends(home.fake.submit(view, {**filled, "wanted_by": "in 2 weeks"}))
        assert (status, said) == (200, {"response_action": "clear"})
        await until(lambda: home.said("Escalation 1 · open", "C01"))

    at_home(journey)


@pytest.mark.parametrize(("kind", "seconds"), [("lost", 0), ("dropped", 0), ("429", 1), ("500", 0)])
def test_what_goes_wrong_on_the_way_out_still_arrives_exactly_once(
    at_home: Callable[..., None], kind: str, seconds: float
) -> None:
    async def journey(home: Home) -> None:
        await home.founds(here=True)
        home.fake.fail("chat.postMessage", kind, seconds)
        await home.types("/escalate carried over rough ground !high")
        await until(lambda: home.said("rough ground", "C01") and home.said("rough ground", "D02BO"), seconds=15)
        await home.types("/escalate and the one after it")
        await until(lambda: home.said("and the one after it", "C01"), seconds=15)
        assert Counter(each["channel"] for each in home.said("rough ground")) == {"C01": 1, "D02BO": 1}

    at_home(journey)


def test_the_forged_the_stale_and_the_malformed_touch_nothing(at_home: Callable[..., None]) -> None:
    async def journey(home: Home) -> None:
        await home.founds(here=True)
        command = home.fake.command("/escalate let me in")
        long_ago = time.time() - 400
        refused: list[dict[str, Any]] = [{"secret": "wrong"}, {"at": long_ago}, {"headers": {"X-Slack-Signature": ""}}]
        for how in refused:
            for what in (command, b"{garbage"):
                assert (await home.sends(what, **how))[0] == 401
        assert (await home.sends(b"{garbage"))[0] == 400
        told = await home.types("/escalate a real one")
        assert told.startswith("🔴 *Escalation 1 is raised*: a real one")

    at_home(journey)


def test_it_is_acknowledged_in_time_while_slack_itself_is_slow(at_home: Callable[..., None]) -> None:
    async def journey(home: Home) -> None:
        for method in ("users.info", "conversations.info", "chat.postMessage"):
            home.fake.fail(method, "slow", 4, times=2)
        told = await home.types("/partnership create Apollo with Contoso as Northwind")
        assert "*Apollo* with Contoso is created" in told
        assert max(home.waits) < 2

    at_home(journey)


def test_where_the_bot_cannot_post_nothing_begins_and_the_way_to_invite_it_is_said(
    at_home: Callable[..., None],
) -> None:
    async def journey(home: Home) -> None:
        told = await home.types("/partnership create Apollo with Contoso as Northwind", channel="C02")
        assert "/invite @Bellwether" in told
        home.fake.channels["C02"]["is_member"] = True
        told = await home.types("/partnership create Apollo with Contoso as Northwind", channel="C02")
        assert "*Apollo* with Contoso is created" in told

    at_home(journey)


def test_ones_own_page_shows_at_once_what_was_done_on_it(at_home: Callable[..., None]) -> None:
    async def journey(home: Home) -> None:
        def shown() -> set[str]:
            return _labels(home.fake.called("views.publish")[-1]["view"])

        await home.founds(here=True)
        await home.types("/escalate the rig is down", user="U02BO")
        await home.sends(home.fake.event("app_home_opened", user="U01ANA", tab="home", channel="D01ANA"))
        await until(lambda: home.fake.called("views.publish"))
        assert shown() == {"Acknowledge", "Timeline"}
        press = home.fake.press("escalation.acknowledge", "escalation:1", channel="")
        del press["channel"]
        press["container"] = {"type": "view", "view_id": "V1"}
        assert (await home.sends(press))[0] == 200
        await until(lambda: shown() == {"Resolve", "Timeline"})
        await until(lambda: home.said("is yours now", "D01ANA"))

    at_home(journey)


def test_people_of_another_organisation_in_a_shared_channel_are_with_their_own_side(
    at_home: Callable[..., None],
) -> None:
    async def journey(home: Home) -> None:
        home.fake.people["U04ZOE"] = {"real_name": "Zoe External", "team_id": "T02OTHER"}
        await home.founds(here=True, user="U03EVE")
        told = await home.types("/escalate we wait for the drawings", user="U04ZOE")
        assert "*Escalation 1 is raised*" in told
        told = await home.types("/escalate and we wait for the parts", user="U02BO")
        assert "*Escalation 2 is raised*" in told
        told = await home.types("/partnership members", user="U04ZOE")
        order = [told.index(each) for each in ("\nContoso", "Eve", "Zoe", "\nNorthwind", "Ana", "Bo")]
        assert order == sorted(order)

    at_home(journey)


def test_two_workspaces_with_the_app_each_get_their_own(at_home: Callable[..., None]) -> None:
    async def journey(home: Home) -> None:
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{home.url}/slack/install") as response:
                cookie = response.headers["Set-Cookie"].partition(";")[0]
            back = f"{home.url}/slack/oauth_redirect?code=a-code&state={cookie.partition('=')[2]}"
            async with session.get(back, headers={"Cookie": cookie}) as response:
                assert response.status == 200
        home.fake.people["U05MIA"] = {"real_name": "Mia Newcomer", "team_id": "T09NEW", "tz": "Asia/Tokyo"}
        await home.founds(user="U05MIA", team_id="T09NEW")
        await home.types("/escalate the rig is down")
        await until(lambda: home.said("the rig is down", "C01") and home.said("the rig is down", THEIRS), seconds=15)
        in_rooms = {(each["channel"], each["by"]) for each in home.said("the rig is down") if each["channel"][0] == "C"}
        assert in_rooms == {
            ("C01", TOKEN),
            (THEIRS, "xoxb-new"),
        }

    at_home(
        journey,
        slack_client_id="1.2",
        slack_client_secret="shh",
        bellwether_secret_keys=Fernet.generate_key().decode(),
        bellwether_public_url="https://bot.example.org",
    )


def test_socket_mode_takes_the_same_journey(at_home: Callable[..., None]) -> None:
    async def journey(home: Home) -> None:
        async def types(words: str, **whence: str) -> str:
            command = home.fake.command(words, **whence)
            envelope = await home.fake.envelope(command, "slash_commands")
            await until(lambda: envelope in {each["envelope_id"] for each in home.fake.acknowledged})
            [answer] = [each for each in home.fake.acknowledged if each["envelope_id"] == envelope]
            return _read(answer["payload"])

        code = re.search(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){3}", await types("/partnership create Apollo with Contoso"))
        assert code
        await types(f"/partnership join {code[0]} here", user="U02BO")
        assert "*Escalation 1 is raised*" in await types("/escalate the rig is down")
        await until(lambda: home.said("the rig is down", "C01"))

    at_home(journey, slack_app_token=APP_TOKEN, slack_signing_secret=None)


def test_killed_at_any_moment_nothing_acknowledged_is_lost_and_nothing_is_posted_twice(
    sqlite_url: str, tmp_path: Path
) -> None:
    chance = random.Random(11)

    async def story() -> None:
        async with asyncio.timeout(120), FakeSlack() as fake:
            place = Home(fake)
            process = await _runs(place, sqlite_url, tmp_path)
            await place.founds(here=True)
            raised: list[str] = []
            for life in range(KILLS):
                commands = [fake.command(f"/escalate concern {life}-{n}") for n in range(5)]
                waiting = [asyncio.create_task(place.sends(each)) for each in commands]
                await asyncio.sleep(chance.uniform(0.02, 0.3))
                process.kill()
                await process.wait()
                answers = await asyncio.gather(*waiting, return_exceptions=True)
                process = await _runs(place, sqlite_url, tmp_path)
                for command, answer in zip(commands, answers, strict=True):
                    status, said = await place.sends(command)  # as Slack would, where it was not answered
                    assert status == 200
                    assert isinstance(answer, BaseException) or answer == (status, said)
                    raised.append(command["text"])
            await until(lambda: all(place.said(each, "C01") for each in raised), seconds=60)  # one a second
            process.terminate()
            assert await process.wait() == 0
            cards = [each["text"].splitlines()[0].rpartition("— ")[2] for each in place.said("· open", "C01")]
            assert sorted(cards) == sorted(raised)

    asyncio.run(story())


async def _runs(place: Home, database_url: str, folder: Path) -> asyncio.subprocess.Process:
    """Start `bellwether run` and wait until it is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place.url = f"http://127.0.0.1:{port}"
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    settings = {
        "BELLWETHER_DATABASE_URL": database_url,
        "BELLWETHER_PORT": str(port),
        "BELLWETHER_LOG_LEVEL": "error",
        "SLACK_API_URL": place.fake.api,
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=folder, env={**kept, **settings}
    )
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{place.url}/readyz") as response:
                    if response.status == 200:
                        break
            except aiohttp.ClientError:
                assert process.returncode is None
            await asyncio.sleep(0.02)
    return process


def _read(said: Any) -> str:
    """A private answer, a line a block; nothing where a form opened instead."""
    lines = []
    for block in said["blocks"] if said else ():
        parts = [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]
        words = [each["text"] for each in parts if each and isinstance(each.get("text"), str)]
        if "fields" in block:
            words = [f"{label.strip('*')}: {value}" for label, value in zip(words[::2], words[1::2], strict=True)]
        lines += [" / ".join(words)] if words else []
    return "\n".join(lines)


def _mrkdwn(blocks: Any) -> list[str]:
    if isinstance(blocks, list):
        return [words for each in blocks for words in _mrkdwn(each)]
    if isinstance(blocks, dict):
        own = [blocks["text"]] if blocks.get("type") == "mrkdwn" else []
        return own + [words for each in blocks.values() for words in _mrkdwn(each)]
    return []


def _labels(view: Any) -> set[str]:
    view = json.loads(view) if isinstance(view, str) else view
    return {
        each["text"]["text"] for block in view["blocks"] for each in block.get("elements", ()) if "action_id" in each
    }


def _button(card: dict[str, Any], label: str) -> dict[str, Any]:
    blocks = json.loads(card["blocks"]) if isinstance(card["blocks"], str) else card["blocks"]
    buttons = [each for block in blocks if block["type"] == "actions" for each in block["elements"]]
    return next(each for each in buttons if each.get("text", {}).get("text") == label)


def test_a_name_that_slack_is_slow_to_say_takes_no_better_one_away_and_is_learnt_afterwards(
    at_home: Callable[..., None], sqlite_url: str
) -> None:
    async def journey(home: Home) -> None:
        home.fake.fail("users.info", "slow", 1.0)
        await home.types("/partnership create Apollo with Contoso as Northwind")
        database = Database(sqlite_url)

        def known(session: Session) -> tuple[str, str | None]:
            account = session.exec(select(Account).where(Account.user == "U01ANA")).one()
            return account.name, account.zone

        assert await database.read(known) != ("Ana Ruiz", "Europe/Berlin")
        for _ in range(200):
            if await database.read(known) == ("Ana Ruiz", "Europe/Berlin"):
                break
            await asyncio.sleep(0.05)
        assert await database.read(known) == ("Ana Ruiz", "Europe/Berlin")
        database.close()

    at_home(journey)
