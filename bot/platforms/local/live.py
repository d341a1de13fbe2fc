"""What one open page is told, from the first look on: a picture of everything, then what changed.

One rule: a page is told only what the people at its windows may see, whatever it asks for.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.platforms.local import draw
from bot.platforms.local.chat import Chat, direct, own_page
from bot.platforms.local.door import HEADERS
from bot.platforms.local.world import Resident, Tour, World

BREATH = 10.0  # seconds between two signs of life


class Live:
    def __init__(self, world: World, chat: Chat, now: Callable[[], datetime], clock: bool, tour: Tour | None) -> None:
        self.world, self.chat, self.now, self.clock, self.tour = world, chat, now, clock, tour
        self.moving = False
        self.closing = False

    async def stream(self, request: web.Request, people: Sequence[Resident]) -> web.StreamResponse:
        """Tell a page all that its people see, until it goes or the chat closes."""
        response = web.StreamResponse(headers=HEADERS | {"Content-Type": "text/event-stream"})
        await response.prepare(request)
        seen = self._seen(request.headers.get("Last-Event-ID", ""))
        before: dict[str, Any] = {}
        try:
            while not self.closing:
                changed = self.chat.changed
                upto = self.chat.version
                told = await self.look(people, seen)
                fresh = {key: value for key, value in told.items() if before.get(key) != value}
                event = f"id: {self.chat.epoch}-{upto}\ndata: {json.dumps(fresh)}\n\n"
                await response.write(event.encode())
                seen, before = upto, told | {"fresh": None, "posts": []}
                try:
                    await asyncio.wait_for(changed.wait(), BREATH)
                except TimeoutError:
                    await response.write(b": here\n\n")
        except ConnectionResetError:
            pass
        return response

    def _seen(self, last: str) -> int | None:
        epoch, _, version = last.partition("-")
        return int(version) if epoch == self.chat.epoch and version.isdecimal() else None

    async def look(self, people: Sequence[Resident], seen: int | None) -> dict[str, Any]:
        """Everything these people see; of what was said only what is new since version `seen` (None: all, from the start)."""
        users = [person.user for person in people]
        steps = await self.tour.steps() if self.tour else []
        return {
            "epoch": self.chat.epoch,
            "fresh": seen is None,
            "people": [self._person(resident) for resident in self.world.residents],
            "rooms": [
                {"key": room.key, "channel": room.channel, "name": room.name, "organisation": room.organisation}
                | {"members": list(room.members), "bot": room.key in self.chat.present}
                for room in self.world.rooms
            ],
            "skins": {each.organisation: self.world.skin(each.organisation).value for each in self.world.residents},
            "commands": [{"name": each.name, "usage": each.usage, "does": each.does} for each in self.world.commands],
            "posts": [draw.post(post) for post in self.chat.since(seen or 0, users)],
            "homes": {user: draw.message(self.chat.homes[user][1]) for user in users if user in self.chat.homes},
            "letters": self.chat.letters(),
            "clock": {"now": self.now().isoformat(), "moves": self.clock, "moving": self.moving},
            "steps": [
                {"id": step.id, "title": step.title, "hint": step.hint, "actor": step.actor, "room": step.room}
                | {"prefill": step.prefill, "done": step.done}
                for step in steps
            ],
        }

    def _person(self, resident: Resident) -> dict[str, str]:
        return {
            "user": resident.user,
            "name": resident.name,
            "organisation": resident.organisation,
            "role": resident.role_hint,
            "zone": resident.zone,
            "locale": resident.locale,
            "direct": direct(resident),
            "home": own_page(resident),
        }
