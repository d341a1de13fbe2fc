"""The chat in the browser as a stage for the contract: what its page sends and what it is told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.inbound import Place, PlaceKind, Profile
from bot.platforms.local import Local, Resident, Room, World
from bot.port import Way
from bot.words import Account
from tests.platforms.contract import Got, Seen, Stage, Trouble, Values, objects


class LocalStage(Stage):
    """The chat in the browser, as its page speaks to it."""

    name = "local"
    _LETTERS: ClassVar = (
        "value",
        "label",
        "name",
        "alt",
        "hint",
        "example",
        "confirm",
        "title",
        "submit",
        "organisation",
    )

    platform: Local

    def __init__(self, client: TestClient[web.Request, web.Application], local: Local) -> None:
        super().__init__()
        self.client, self.platform = client, local
        one, other = local.world.residents
        self.ana, self.bo = one.profile, other.profile
        self.room = Place("local", "northwind", "C-partners", PlaceKind.CHANNEL, "partners", present=True)
        self.where = "northwind/C-partners"
        self.last: dict[str, Any] = {}

    @classmethod
    @asynccontextmanager
    async def raised(cls) -> AsyncIterator[LocalStage]:
        people = tuple(
            Resident(Account("local", "northwind", name.split()[0].lower()), name, "Northwind", "Member", zone)
            for name, zone in (("Ana Ruiz", "Europe/Berlin"), ("Bo Chen", "Asia/Tokyo"))
        )
        partners = Room("northwind", "C-partners", "partners", "Northwind", ("ana", "bo"))
        local = Local(World(people, (partners,)), lambda: datetime.now(UTC))
        app = web.Application()
        app.add_routes(local.routes())
        async with TestClient(TestServer(app)) as client:
            stage = cls(client, local)
            await local.open(stage.answer)
            yield stage
            await local.close()

    async def types(self, who: Profile, command: str, *words: str | Profile) -> Got:
        return await self._does("say", who, where=self.where, words=_picks(f"/{command} ", *words))

    async def speaks(
        self, who: Profile, *words: str | Profile, to_bot: bool = False, directly: bool = False, thread: str = ""
    ) -> Got:
        where = f"northwind/dm-{who.account.user}" if directly else self.where
        said = _picks("@Bellwether " if to_bot else "", *words)
        return await self._does("say", who, where=where, words=said, thread=thread)

    async def presses(self, who: Profile, seen: Seen, label: str, option: str = "") -> Got:
        control = next(each for each in objects(seen.shown) if each.get("label") == label and "action" in each)
        value = control.get("value", "")
        if option:
            value = next(each["value"] for each in control["options"] if each["label"] == option)
        return await self._does("press", who, where=self.where, action=control["action"], value=value, message=seen.id)

    async def sends(self, who: Profile, form: Any, values: Values) -> Got:
        filled = {each["id"]: values[each["id"]] for each in form["fields"] if each["kind"] != "note"}
        return await self._does(
            "submit", who, where=self.where, form=form["name"], context=form["context"], values=filled
        )

    def filled(self, form: Any) -> Values:
        held: dict[str, str | tuple[str, ...]] = {}
        for each in form["fields"]:
            match each:
                case {"kind": "text" | "choice", "id": str(name), "value": str(value)}:
                    held[name] = value
                case {"kind": "many", "id": str(name), "values": list(values)}:
                    held[name] = tuple(values)
                case {"kind": "switch", "id": str(name), "on": bool(on)}:
                    held[name] = "yes" if on else ""
        return held

    async def goes_wrong(self, trouble: Trouble, way: Way) -> bool:
        """It is all in this process: only the room can be gone."""
        if trouble is Trouble.GONE and way is Way.POST:
            self.platform.chat.present.discard(self.where)
            return True
        return False

    async def comes_home(self, who: Profile) -> Got:
        return await self._does("open", who)

    async def again(self) -> Got:
        return await self._act(self.last)

    async def sees(self, who: Profile) -> list[Seen]:
        return [
            Seen(each["id"], each["thread"], each, " ".join(self.words(each)))
            for each in (await self._news(who))["posts"]
        ]

    async def home(self, who: Profile) -> Any:
        return (await self._news(who))["homes"].get(who.account.user)

    def words(self, drawn: Any) -> list[str]:
        found = [drawn["notice"]] if "notice" in drawn else []
        for each in objects(drawn):
            keys = [key for key in self._LETTERS if isinstance(each.get(key), str)]
            if "action" in each or {*each} == {"label", "value"}:  # what comes back of a control is not shown
                keys = [key for key in keys if key != "value"]
            found += [each[key] for key in keys]
        return found

    def live(self, drawn: Any) -> set[tuple[str, str]]:
        found = set()
        for each in objects(drawn):
            match each:
                case {"kind": "person", "user": str(user), "ping": True} if user:
                    found.add(("person", user))
                case {"kind": "link", "url": str(url)}:
                    found.add(("link", url))
                case {"kind": "when", "at": str(at)}:
                    found.add(("when", str(int(datetime.fromisoformat(at).timestamp()))))
                case {"kind": "strong" | "code" as kind, "value": str(value)}:
                    found.add((kind, value))
        return found

    async def _does(self, kind: str, who: Profile, **what: Any) -> Got:
        self.last = {"kind": kind, "id": f"act{next(self.count)}", "who": who.account.user, **what}
        return await self._act(self.last)

    async def _act(self, what: dict[str, Any]) -> Got:
        async with self.client.post("/act", json=what) as response:
            said = await response.json()
        if response.status != 200:
            return Got(False, said["error"])
        told = " ".join(self.words(said["post"]["card"])) if said.get("post") else ""
        return Got(True, told, said.get("form"), said.get("fields") or {})

    async def _news(self, who: Profile) -> dict[str, Any]:
        async with self.client.get("/live", params={"as": who.account.user}) as response:
            await response.content.readline()
            news: dict[str, Any] = json.loads((await response.content.readline()).decode().removeprefix("data: "))
            return news


def _picks(*words: str | Profile) -> list[Any]:
    """As the page sends what was typed: runs of letters, and people picked between them."""
    runs: list[Any] = []
    for each in words:
        if isinstance(each, Profile):
            runs.append({"user": each.account.user})
        elif runs and isinstance(runs[-1], str):
            runs[-1] += each
        elif each:
            runs.append(each)
    return runs


STAGE = LocalStage
