"""A Slack and a Teams that live on while the bots are killed: the fakes that other tests use, with a history and bad luck.

One rule: what they took they never forget, and they say nothing of it that the real ones would not.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

from aiohttp import web

from tests.chaos import world
from tests.chaos.clock import Clock
from tests.chaos.history import AFTER, Act, History, Luck, now
from tests.fakes.slack import FakeSlack
from tests.fakes.teams import FakeTeams, Post, Someone

_ABOUT = re.compile(r'"(celebration:\d+)"')
_CLAPS = re.compile(r"👏 (\d+)")
_TAKES = ("chat.postMessage", "chat.postEphemeral", "chat.update", "views.publish")


class Slack(FakeSlack):
    """Its Web API; each bot calls with a token of its own (`xoxb-` and its name)."""

    def __init__(self, history: History, luck: Luck, those: Sequence[world.Pair], clock: Clock) -> None:
        super().__init__()
        self.history, self.luck, self.clock = history, luck, clock
        people, channels = world.in_slack(those)
        self.people |= people
        self.channels |= channels
        self.busy = 0
        self.rooms: dict[tuple[str, str], list[dict[str, Any]]] = {}  # channel and thread -> messages, oldest first

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        said: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            said |= await request.json()
        elif request.method == "POST":
            said |= dict(await request.post())
        self.busy += 1
        try:
            return await self._met(request, method, said)
        finally:
            self.busy -= 1

    async def _met(self, request: web.Request, method: str, said: dict[str, Any]) -> web.StreamResponse:
        takes = method in _TAKES
        fault = self.luck.fault(takes=takes)
        if takes:
            self.history.called(method)
        match fault:
            case "429":
                wait = {"Retry-After": str(self.luck.after())}
                return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=wait)
            case "500" | "502" | "503":
                return web.Response(status=int(fault), text="<html>sorry</html>", content_type="text/html")
            case "dropped":
                return _hung_up(request)
            case "slow":
                await asyncio.sleep(self.luck.seconds(fault))
        before = len(self.history.acts)
        answer = self._answer(method, said, request.headers.get("Authorization", "").rpartition("-")[2])
        for act in self.history.acts[before:]:
            act.fault = fault if fault in AFTER else ""
            self.history.happened(act)
        match fault:
            case "late":
                await asyncio.sleep(self.luck.seconds(fault))
            case "lost":
                return _hung_up(request)
            case "broken":
                return web.json_response({"ok": False, "error": "internal_error"}, status=500)
            case "garbage":
                return web.Response(text="<html>sorry</html>", content_type="text/html")
        return web.json_response(answer if "error" in answer else {"ok": True, **answer})

    def _answer(self, method: str, said: dict[str, Any], by: str) -> dict[str, Any]:
        match method:
            case "chat.postMessage":
                channel, thread = said["channel"], said.get("thread_ts") or ""
                if not (channel.startswith("D") or self.channels.get(channel, {}).get("is_member")):
                    return {"ok": False, "error": "not_in_channel"}
                ts = f"{1800000000 + next(self._counter)}.000100"
                about = _read(said.get("metadata"))
                token = about.get("event_payload", {}).get("token", "")
                self._took("post", channel, ts, said, thread, token=token, by=by)
                self.rooms.setdefault((channel, thread), []).append({"ts": ts, "metadata": about})
                return {"channel": channel, "ts": ts}
            case "chat.update":
                if (said["channel"], said["ts"]) not in self.history.standing:
                    return {"ok": False, "error": "message_not_found"}
                self._took("edit", said["channel"], said["ts"], said, by=by)
                return {"channel": said["channel"], "ts": said["ts"]}
            case "chat.postEphemeral":
                ts = f"{1800000000 + next(self._counter)}.000200"
                self._took("whisper", said["channel"], ts, said, to=said["user"], by=by)
                return {"message_ts": ts}
            case "conversations.history" | "conversations.replies":
                posts = self.rooms.get((said["channel"], said.get("ts", "")), [])
                posts = posts if said.get("ts") else posts[::-1]
                start, size = int(said.get("cursor") or 0), int(said["limit"])
                more = str(start + size) if len(posts) > start + size else ""
                return {"messages": posts[start : start + size], "response_metadata": {"next_cursor": more}}
            case "conversations.open":
                user = said["users"] if isinstance(said["users"], str) else said["users"][0]
                return {"channel": {"id": f"D{user.split(',')[0][1:]}"}}
            case _:
                return super()._answer(method, said, by)

    async def _whisper(self, request: web.Request) -> web.Response:
        """A private answer to a button, by the address that came with it: it ends with the deed's mark."""
        said, mark = await request.json(), request.match_info["n"]
        self.history.took(Act(now(), "slack", "whisper", "", mark, f"{said.get('text', '')} {mark}"))
        return web.Response(text="ok")

    def _took(self, way: str, channel: str, id: str, said: dict[str, Any], thread: str = "", **more: Any) -> None:
        words, blocks = str(said.get("text", "")), said.get("blocks", "")
        drawn = json.dumps(json.loads(blocks) if isinstance(blocks, str) and blocks else blocks, ensure_ascii=False)
        self.history.took(Act(now(), "slack", way, channel, id, words, thread, **_card(drawn), **more))


class Teams(FakeTeams):
    """Its login, its keys and its connector."""

    def __init__(self, history: History, luck: Luck, those: Sequence[world.Pair], clock: Clock) -> None:
        super().__init__(now=clock.time)
        self.history, self.luck = history, luck
        people, rooms = world.in_teams(those)
        self.people |= people
        self.conversations |= rooms
        self.by_id: dict[tuple[str, str], Post] = {}

    @property
    def busy(self) -> int:
        return self.in_flight

    async def _troubled(
        self, name: str, request: web.Request, act: Callable[[], object] = lambda: None
    ) -> web.Response | None:
        takes = name in ("post", "put")
        fault = self.luck.fault(takes=takes)
        if takes:
            self.history.called(name)
        match fault:
            case "429":
                wait = {"Retry-After": str(self.luck.after())}
                return web.json_response({"error": {"code": "TooMany", "message": "no"}}, status=429, headers=wait)
            case "500" | "502" | "503":
                return web.Response(status=int(fault), text="<html>sorry</html>", content_type="text/html")
            case "dropped":
                return _hung_up(request)
            case "slow":
                await asyncio.sleep(self.luck.seconds(fault))
                return None
            case "late" | "lost" | "broken" | "garbage":
                before = len(self.history.acts)
                answer = act()
                for each in self.history.acts[before:]:
                    each.fault = fault
                if fault == "late":
                    await asyncio.sleep(self.luck.seconds(fault))
                    return answer if isinstance(answer, web.Response) else None
                if fault == "lost":
                    return _hung_up(request)
                return web.Response(status=500 if fault == "broken" else 201, text="<html>sorry</html>")
        return None

    def _post(self, request: web.Request, body: Any) -> web.Response:
        before = len(self.posts)
        answer = super()._post(request, body)
        for post in self.posts[before:]:
            self.by_id[post.conversation, post.id] = post
            way = "whisper" if post.to else "post"
            self._took(request, way, post.conversation, post.id, body, post.thread, post.to)
        self.posts.clear()  # they are in the history
        return answer

    def _put(self, request: web.Request, body: Any) -> web.Response:
        conversation, id = request.match_info["conversation"].partition(";")[0], request.match_info["id"]
        if (conversation, id) not in self.by_id:
            code = {"code": "ActivityNotFoundInConversation", "message": "no"}
            return web.json_response({"error": code}, status=404)
        self._took(request, "edit", conversation, id, body)
        return web.json_response({"id": id})

    def _took(
        self, request: web.Request, way: str, channel: str, id: str, body: Any, thread: str = "", to: str = ""
    ) -> None:
        drawn, words = json.dumps(body, ensure_ascii=False), str(body.get("summary", ""))
        act = self.history.took(Act(now(), "teams", way, channel, id, words, thread, to, **_card(drawn)))
        if request.transport is None or request.transport.is_closing():
            act.fault = "unheard"  # who asked for it has gone meanwhile
        self.history.happened(act)


class Town:
    """Both of them, each on a port of its own that it keeps, and their one history."""

    def __init__(self, those: Sequence[world.Pair], clock: Clock, seed: int, ports: tuple[int, int]) -> None:
        """Take the ports on which Slack and Teams are found."""
        self.history, self.luck = History(), Luck(seed)
        self.ports = ports
        self.gaps: list[float] = []  # when it was away, in which answers may be lost
        self.slack = Slack(self.history, self.luck, those, clock)
        self.teams = Teams(self.history, self.luck, those, clock)
        self._open = AsyncExitStack()
        self._runners: list[tuple[web.AppRunner, int]] = []

    async def __aenter__(self) -> Town:
        fakes: tuple[FakeSlack | FakeTeams, ...] = self.slack, self.teams
        for each, port in zip(fakes, self.ports, strict=True):
            await self._open.enter_async_context(each)
            assert each._runner
            self._runners.append((each._runner, port))
            each.url = f"http://localhost:{port}"
        await self.vanishes(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    @property
    def busy(self) -> int:
        """How many calls have no answer yet."""
        return self.slack.busy + self.teams.busy

    async def vanishes(self, seconds: float) -> None:
        """Take no connection for so long, and hang up on all that stand."""
        self.gaps.append(now())
        for runner, _ in self._runners:
            for site in [*runner.sites]:
                await site.stop()
            for connection in [*(runner.server.connections if runner.server else ())]:
                if connection.transport is not None:
                    connection.transport.abort()
        try:
            await asyncio.sleep(seconds)
        finally:
            self.gaps.append(now())
            for runner, port in self._runners:
                await web.TCPSite(runner, "127.0.0.1", port).start()

    def someone(self, user: str) -> Someone:
        return self.teams.people[user]


def _hung_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _card(drawn: str) -> dict[str, Any]:
    """Of the card of a celebration, which one and how often it was applauded."""
    about, claps = _ABOUT.search(drawn) if "celebration.clap" in drawn else None, _CLAPS.search(drawn)
    return {"subject": about[1] if about else "", "claps": int(claps[1]) if claps else 0}


def _read(given: Any) -> dict[str, Any]:
    found = json.loads(given) if isinstance(given, str) and given else given
    return found if isinstance(found, dict) else {}
