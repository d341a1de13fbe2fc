"""A Slack of one's own: its Web API on loopback, and requests signed and sent as Slack does."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

TEAM, BOT, SECRET, TOKEN, APP_TOKEN = "T01NORTH", "U0BOT", "a-signing-secret", "xoxb-test", "xapp-test"
PEOPLE: dict[str, dict[str, Any]] = {
    "U01ANA": {"real_name": "Ana Ruiz", "tz": "Europe/Berlin", "locale": "de-DE"},
    "U02BO": {"real_name": "Bo Chen", "tz": "Asia/Tokyo", "locale": "en-GB"},
    "U03EVE": {"real_name": "Eve External", "tz": "America/Lima", "team_id": "T02OTHER"},
    BOT: {"real_name": "Bellwether", "is_bot": True},
}
CHANNELS: dict[str, dict[str, Any]] = {
    "C01": {"name": "partners", "is_member": True},
    "C02": {"name": "elsewhere", "is_member": False},
    "D01ANA": {"is_im": True, "user": "U01ANA"},
}


@dataclass
class Trouble:
    """What happens to the next call of a method: `429`, `500`, `lost` (acts, no answer), `dropped` (neither), `slow`, or an error's name."""

    kind: str
    seconds: float = 0


@dataclass
class FakeSlack:
    """Records the calls and keeps what was posted; `trouble` is used up call by call."""

    scopes: str = ""
    people: dict[str, dict[str, Any]] = field(default_factory=lambda: {k: dict(v) for k, v in PEOPLE.items()})
    channels: dict[str, dict[str, Any]] = field(default_factory=lambda: {k: dict(v) for k, v in CHANNELS.items()})
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    whispers: list[dict[str, Any]] = field(default_factory=list)
    trouble: dict[str, list[Trouble]] = field(default_factory=dict)
    acknowledged: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    _counter: Any = field(default_factory=lambda: itertools.count(1))
    _runner: web.AppRunner | None = None
    _connected: asyncio.Event = field(default_factory=asyncio.Event)
    _sockets: list[web.WebSocketResponse] = field(default_factory=list)

    async def __aenter__(self) -> FakeSlack:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_post("/response/{n}", self._whisper)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for socket in self._sockets:
            await socket.close()
        if self._runner:
            await self._runner.cleanup()

    @property
    def api(self) -> str:
        return f"{self.url}/api/"

    def called(self, method: str) -> list[dict[str, Any]]:
        """The arguments of every call of that method."""
        return [arguments for name, arguments in self.calls if name == method]

    def fail(self, method: str, kind: str, seconds: float = 0, times: int = 1) -> None:
        """Let the next calls of a method go wrong in that way."""
        self.trouble.setdefault(method, []).extend([Trouble(kind, seconds)] * times)

    async def envelope(self, payload: dict[str, Any], kind: str = "events_api") -> str:
        """Send something down the newest socket; gives the envelope's id."""
        await self._connected.wait()
        envelope = f"env-{next(self._counter)}"
        await self._sockets[-1].send_json(
            {"envelope_id": envelope, "type": kind, "payload": payload, "accepts_response_payload": True}
        )
        return envelope

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self._sockets.append(socket)
        self._connected.set()
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self.acknowledged.append(json.loads(message.data))
        return socket

    async def _whisper(self, request: web.Request) -> web.Response:
        self.whispers.append(await request.json())
        return web.Response(text="ok")

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            arguments |= await request.json()
        elif request.method == "POST":
            arguments |= dict(await request.post())
        by = request.headers.get("Authorization", "").removeprefix("Bearer ")
        waiting = self.trouble.get(method, [])
        trouble = waiting.pop(0) if waiting else None
        self.calls.append((method, arguments))
        if trouble:
            match trouble.kind:
                case "429":
                    wait = {"Retry-After": str(int(trouble.seconds))}
                    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=wait)
                case "500":
                    return web.Response(status=500, text="<html>sorry</html>", content_type="text/html")
                case "lost" | "dropped":
                    if trouble.kind == "lost":
                        self._answer(method, arguments, by)
                    assert request.transport
                    request.transport.close()
                    return web.Response()
                case "slow":
                    await asyncio.sleep(trouble.seconds)
                case error:
                    return web.json_response({"ok": False, "error": error})
        answer = self._answer(method, arguments, by)
        return web.json_response(
            answer if "error" in answer else {"ok": True, **answer}, headers={"x-oauth-scopes": self.scopes}
        )

    def _answer(self, method: str, said: dict[str, Any], by: str) -> dict[str, Any]:
        refused = {"ok": False, "error": "channel_not_found"}
        match method:
            case "auth.test":
                return {"team_id": TEAM, "team": "Northwind", "user_id": BOT, "user": "bellwether", "bot_id": "B0BOT"}
            case "users.info":
                known = self.people.get(said["user"])
                if known is None:
                    return {"ok": False, "error": "user_not_found"}
                return {"user": {"id": said["user"], "team_id": TEAM, "profile": {}, **known}}
            case "conversations.info":
                known = self.channels.get(said["channel"])
                return {"channel": {"id": said["channel"], **known}} if known else refused
            case "conversations.open":
                user = said["users"].split(",")[0]
                found = [id for id, each in self.channels.items() if each.get("user") == user]
                channel = found[0] if found else f"D{user[1:]}"
                self.channels.setdefault(channel, {"is_im": True, "user": user})
                return {"channel": {"id": channel}}
            case "chat.postMessage":
                if not (self.channels.get(said["channel"], {}).get("is_member") or said["channel"].startswith("D")):
                    return {"ok": False, "error": "not_in_channel"}
                ts = f"{1800000000 + next(self._counter)}.000100"
                self.posts.append({"ts": ts, "by": by, **said})
                return {"channel": said["channel"], "ts": ts}
            case "chat.update":
                for post in self.posts:
                    if post["ts"] == said["ts"]:
                        post.update(said)
                        return {"channel": said["channel"], "ts": said["ts"]}
                return {"ok": False, "error": "message_not_found"}
            case "chat.postEphemeral":
                return {"message_ts": f"{1800000000 + next(self._counter)}.000200"}
            case "conversations.history" | "conversations.replies":
                thread = said.get("ts")
                posts = [p for p in self.posts if p["channel"] == said["channel"] and p.get("thread_ts") == thread]
                posts = posts if thread else posts[::-1]
                start, size = int(said.get("cursor") or 0), int(said["limit"])
                more = str(start + size) if len(posts) > start + size else ""
                return {"messages": posts[start : start + size], "response_metadata": {"next_cursor": more}}
            case "views.open" | "views.publish" | "views.update":
                return {"view": {"id": f"V{next(self._counter)}"}}
            case "apps.connections.open":
                return {"url": f"{self.url.replace('http', 'ws')}/socket"}
            case "oauth.v2.access":
                if said.get("code") != "a-code":
                    return {"ok": False, "error": "invalid_code"}
                return {"access_token": "xoxb-new", "bot_user_id": BOT, "team": {"id": "T09NEW", "name": "Newcomers"}}
            case _:
                return {"ok": True}

    # What Slack sends ---------------------------------------------------------------------------------------------

    def command(self, words: str, *, user: str = "U01ANA", channel: str = "C01", **more: str) -> dict[str, str]:
        """`/escalate the rig is down`, as the fields of a form."""
        command, _, text = words.partition(" ")
        name = {"D": "directmessage"}.get(channel[0], self.channels.get(channel, {}).get("name", "privategroup"))
        fields = {"command": command, "text": text, "user_id": user, "user_name": user.lower(), "team_id": TEAM}
        fields |= {"channel_id": channel, "channel_name": name, "trigger_id": f"{next(self._counter)}.trigger"}
        return fields | {"response_url": f"{self.url}/response/1", **more}

    def press(
        self, action: str, value: str = "", *, user: str = "U01ANA", channel: str = "C01", ts: str = "1800000001.000100"
    ) -> dict[str, Any]:
        """A button on a message."""
        return {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user, "name": user.lower(), "team_id": TEAM},
            "channel": {"id": channel, "name": "partners"},
            "container": {"type": "message", "message_ts": ts, "channel_id": channel},
            "message": {"ts": ts},
            "trigger_id": f"{next(self._counter)}.trigger",
            "response_url": f"{self.url}/response/1",
            "actions": [{"type": "button", "action_id": action, "value": value}],
        }

    def submit(self, view: dict[str, Any], values: dict[str, Any], *, user: str = "U01ANA") -> dict[str, Any]:
        """A filled-in modal; `values` by field id: text, or what was chosen."""
        state: dict[str, Any] = {}
        for block in view["blocks"]:
            if block["type"] == "input":
                element, given = block["element"], values.get(block["block_id"])
                filled: dict[str, Any] = {"type": element["type"]}
                match element["type"]:
                    case "plain_text_input":
                        filled["value"] = given
                    case "static_select":
                        filled["selected_option"] = {"value": given} if given else None
                    case _:
                        filled["selected_options"] = [{"value": each} for each in given or ()]
                state[block["block_id"]] = {element["action_id"]: filled}
        return {
            "type": "view_submission",
            "team": {"id": TEAM},
            "user": {"id": user, "name": user.lower(), "team_id": TEAM},
            "trigger_id": f"{next(self._counter)}.trigger",
            "view": {**view, "id": "V1", "app_installed_team_id": TEAM, "state": {"values": state}},
        }

    def event(self, kind: str, **event: Any) -> dict[str, Any]:
        """An event with an id of its own."""
        return {
            "type": "event_callback",
            "event_id": f"Ev{next(self._counter)}",
            "team_id": TEAM,
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
            "event": {"type": kind, **event},
        }

    async def send(
        self,
        url: str,
        what: dict[str, Any] | bytes,
        *,
        at: float | None = None,
        secret: str = SECRET,
        headers: dict[str, str] | None = None,
        now: Callable[[], float] = time.time,
    ) -> tuple[int, Any]:
        """Sign it and send it to the bot, each kind in its own encoding; gives the status and the body (JSON where it is)."""
        content_type = "application/x-www-form-urlencoded"
        if isinstance(what, bytes):
            body, content_type = what, "application/json"
        elif "command" in what:
            body = urlencode(what).encode()
        elif what.get("type") in ("block_actions", "view_submission"):
            body = urlencode({"payload": json.dumps(what)}).encode()
        else:
            body, content_type = json.dumps(what).encode(), "application/json"
        stamp = str(int(now() if at is None else at))
        seal = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        sent = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={seal}",
            **(headers or {}),
        }
        async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=sent) as response:
            text = await response.text()
            return response.status, json.loads(text) if response.content_type == "application/json" else text
