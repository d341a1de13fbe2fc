"""What people do in the local chat, from the page's request to what the house hears and what each of them sees."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.inbound import Heard, Joined, Mention, Opened, PlaceKind, Pressed, ReplyBy, Submitted, Typed
from bot.messages import Message
from bot.platforms.local import Room, World
from bot.port import Never, Way
from bot.words import Account, line
from tests.platforms.local.town import ADA, COMMANDS, JOAO, PRIYA, TOWN, Town

PILOT, HALL, NORTH = "northwind/C-pilot", "northwind/C-hall", "kestrel/C-north"
HELLO = Message(line("Hello"))


class Chat:
    """The town with a client at its door."""

    def __init__(self, town: Town, client: TestClient[web.Request, web.Application]) -> None:
        self.town, self.client = town, client
        self.acts = 0

    async def act(
        self, kind: str, status: int = 200, headers: dict[str, str] | None = None, **what: Any
    ) -> dict[str, Any]:
        self.acts += 1
        asked = {"kind": kind, "id": f"act{self.acts}", **what} if kind != "move" else {"kind": kind, **what}
        async with self.client.post("/act", json=asked, headers=headers) as response:
            text = await response.text()
            assert response.status == status, text
            answer: dict[str, Any] = json.loads(text)
            return answer

    async def say(self, who: str, where: str, *words: Any, **rest: Any) -> dict[str, Any]:
        return await self.act("say", who=who, where=where, words=words, **rest)

    async def sees(self, *people: str, last: str = "") -> dict[str, Any]:
        """The first news that a page with these people gets."""
        query = [("as", user) for user in people]
        async with self.client.get("/live", params=query, headers={"Last-Event-ID": last}) as response:
            assert response.content_type == "text/event-stream"
            number = (await response.content.readline()).decode().removeprefix("id: ").strip()
            news: dict[str, Any] = json.loads((await response.content.readline()).decode().removeprefix("data: "))
            return news | {"last": number}


@asynccontextmanager
async def chat(world: World = TOWN) -> AsyncIterator[Chat]:
    town = Town(world)
    await town.local.open(town.answer)
    app = web.Application()
    app.add_routes(town.local.routes())
    async with TestClient(TestServer(app)) as client:
        yield Chat(town, client)
        await town.local.close()


def run(story: Callable[[Chat], Awaitable[None]], world: World = TOWN) -> None:
    async def tell() -> None:
        async with chat(world) as there:
            await story(there)

    asyncio.run(tell())


def words_of(news: dict[str, Any]) -> str:
    return json.dumps(news["posts"])


def test_a_command_is_heard_with_its_words_and_picked_people_and_nobody_else_sees_it() -> None:
    async def story(there: Chat) -> None:
        answer = await there.say("ada", PILOT, "/Celebrate ", {"user": "priya"}, " for the pilot")

        (heard,) = there.town.heard
        assert isinstance(heard, Typed)
        assert heard.command == "celebrate"
        assert heard.words == (Mention(PRIYA.profile), " for the pilot")
        assert heard.sender == ADA.profile
        assert (heard.place.kind, heard.place.name, heard.place.present) == (PlaceKind.CHANNEL, "pilot-line", True)
        assert heard.reply is ReplyBy.RESPONSE
        assert answer["post"]["to"] == "ada"
        assert "Celebrated in both rooms." in words_of(await there.sees("ada"))
        assert "Celebrated in both rooms." not in words_of(await there.sees("joao", "priya", "sam"))

    run(story)


def test_a_mention_of_the_bot_is_a_command_that_the_room_sees() -> None:
    async def story(there: Chat) -> None:
        await there.say("ada", PILOT, "@Bellwether status please")

        (heard,) = there.town.heard
        assert isinstance(heard, Typed)
        assert (heard.command, heard.words) == ("status", ("please",))
        assert "@Bellwether status please" in words_of(await there.sees("joao"))

    run(story)


def test_plain_words_in_a_direct_message_are_a_command() -> None:
    async def story(there: Chat) -> None:
        await there.say("ada", "northwind/dm-ada", "Help me")
        await there.say("ada", "northwind/dm-ada", {"user": "joao"}, " is great")

        first, second = there.town.heard
        assert isinstance(first, Typed)
        assert isinstance(second, Typed)
        assert (first.command, first.words, first.place.kind) == ("Help", ("me",), PlaceKind.DIRECT)
        assert (second.command, second.words) == ("", (Mention(JOAO.profile), " is great"))

    run(story)


def test_talk_that_is_not_for_the_bot_is_shown_and_never_heard() -> None:
    async def story(there: Chat) -> None:
        own = await there.town.local.deliver(there.town.parcel(Way.POST, HELLO, channel="C-pilot"))
        await there.say("ada", PILOT, "lunch?")
        news = await there.sees("joao")
        talk = next(post["id"] for post in news["posts"] if post["author"] == "ada")
        await there.say("joao", PILOT, "yes", thread=talk)
        await there.say("ada", HALL, "@Bellwether are you here?")

        assert own.message != talk
        assert there.town.heard == []
        assert "lunch?" in words_of(news)

    run(story)


def test_a_reply_under_one_of_the_bots_cards_is_shown_and_heard() -> None:
    async def story(there: Chat) -> None:
        card = await there.town.post("northwind", "C-pilot", HELLO)
        await there.say("joao", PILOT, "on it", thread=card)

        (heard,) = there.town.heard
        assert isinstance(heard, Heard)
        assert (heard.thread, heard.words) == (card, ("on it",))
        reply = (await there.sees("ada"))["posts"][-1]
        assert (reply["id"], reply["thread"]) == (heard.message, card)

    run(story)


def test_the_same_click_sent_twice_is_a_redelivery_with_the_same_answer() -> None:
    async def story(there: Chat) -> None:
        what: dict[str, Any] = {"who": "ada", "where": PILOT, "words": ["/escalate the rig"], "id": "once"}
        first = await there.act("say", **what)
        second = await there.act("say", **what)

        assert first == second
        assert len(there.town.heard) == 1
        card, letter, answer = (await there.sees("ada"))["posts"]
        assert (card["to"], letter["where"], answer) == ("", "northwind/dm-ada", first["post"])

    run(story)


def test_what_is_said_once_is_shown_once_however_often_it_is_sent() -> None:
    async def story(there: Chat) -> None:
        for _ in range(2):
            await there.say("ada", PILOT, "lunch?", id="once")

        assert len((await there.sees("joao"))["posts"]) == 1

    run(story)


def test_one_persons_id_is_no_redelivery_of_anothers() -> None:
    async def story(there: Chat) -> None:
        await there.say("ada", PILOT, "/status", id="once")
        await there.say("joao", PILOT, "/status", id="once")

        assert [heard.sender.name for heard in there.town.heard] == ["Ada Berg", "João Pinto"]

    run(story)


def test_a_press_tells_the_message_it_stood_on() -> None:
    async def story(there: Chat) -> None:
        card = await there.town.post("kestrel", "C-north", HELLO)
        await there.act("press", who="priya", where=NORTH, message=card, action="snooze", value="60")

        (heard,) = there.town.heard
        assert isinstance(heard, Pressed)
        assert (heard.action, heard.value, heard.message, heard.place.name) == ("snooze", "60", card, "northwind-team")

    run(story)


def test_nobody_speaks_presses_or_looks_where_they_are_not() -> None:
    async def story(there: Chat) -> None:
        card = await there.town.post("kestrel", "C-north", HELLO)
        await there.act("say", 422, who="ada", where=NORTH, words=["hello"])
        await there.act("say", 422, who="ada", where="kestrel/dm-priya", words=["hello"])
        await there.act("say", 422, who="ada", where=PILOT, words=["hello"], thread=card)
        await there.act("say", 422, who="nobody", where=PILOT, words=["hello"])
        await there.act("say", 422, who="ada", where=PILOT, words=["  "])
        await there.act("press", 422, who="ada", where=NORTH, message=card, action="ack")
        await there.act("press", 422, who="ada", where=PILOT, message=card, action="ack")
        private = await there.say("ada", PILOT, "/status")
        await there.act("press", 422, who="joao", where=PILOT, message=private["post"]["id"], action="undo")

        assert [type(heard) for heard in there.town.heard] == [Typed]
        assert (await there.sees("ada"))["posts"] == [private["post"]]

    run(story)


def test_a_form_comes_back_with_its_context_values_and_place_and_errors_stay_at_their_fields() -> None:
    async def story(there: Chat) -> None:
        form = (await there.say("ada", PILOT, "/escalate"))["form"]
        sent = {"who": "ada", "where": PILOT, "form": form["name"], "context": form["context"]}
        wrong = await there.act("submit", values={"summary": "it is broken", "people": []}, **sent)
        right = await there.act(
            "submit", values={"summary": "the rig is broken", "people": ["sam"], "private": "yes"}, **sent
        )

        heard = there.town.heard[-1]
        assert isinstance(heard, Submitted)
        assert (heard.form, heard.context, heard.place.name) == ("escalate", "p7", "pilot-line")
        assert heard.values == {"summary": "the rig is broken", "people": ("sam",), "private": "yes"}
        assert wrong == {
            "kind": "errors",
            "fields": {"summary": "Please say which rig it is.", "gone": "Something else is wrong too."},
        }
        assert right["kind"] == "message"

    run(story)


def test_a_typed_command_opens_no_form_where_the_window_is_teams_and_a_press_does() -> None:
    async def story(there: Chat) -> None:
        asked = await there.say("priya", NORTH, "/escalate")
        (inset,) = asked["post"]["card"]["body"]
        await there.say("priya", "kestrel/dm-priya", "escalate")
        await there.say("ada", PILOT, "/escalate")
        opened = await there.act(
            "press", who="priya", where=NORTH, message=asked["post"]["id"], action="form.open", value="k1"
        )

        assert [heard.opens for heard in there.town.heard] == [False, False, True, True]
        assert (inset["kind"], inset["first"], inset["opening"]["action"]) == ("inset", ["summary"], "form.open")
        assert opened["form"] == inset["form"] | {"key": "k2"}

    run(story)


def test_a_form_tells_its_key_when_it_is_sent() -> None:
    async def story(there: Chat) -> None:
        values = {"summary": "the rig is broken", "people": []}
        await there.act("submit", who="priya", where=NORTH, form="escalate", context="p7", key="k1", values=values)

        (heard,) = there.town.heard
        assert isinstance(heard, Submitted)
        assert heard.key == "k1"

    run(story)


def test_a_reply_is_heard_in_slack_always_and_in_teams_when_it_mentions_the_bot() -> None:
    async def story(there: Chat) -> None:
        slack = await there.town.post("northwind", "C-pilot", HELLO)
        teams = await there.town.post("kestrel", "C-north", HELLO)
        await there.say("joao", PILOT, "in Slack", thread=slack)
        await there.say("sam", NORTH, "among ourselves", thread=teams)
        await there.say("sam", NORTH, "well done, @bellwether", thread=teams)

        assert [heard.words for heard in there.town.heard if isinstance(heard, Heard)] == [
            ("in Slack",),
            ("well done, @bellwether",),
        ]
        assert len(there.town.heard) == 2

    run(story)


def test_a_persons_own_page_is_theirs_alone() -> None:
    async def story(there: Chat) -> None:
        await there.act("open", who="ada")

        (heard,) = there.town.heard
        assert isinstance(heard, Opened)
        assert heard.place.kind is PlaceKind.HOME
        assert list((await there.sees("ada"))["homes"]) == ["ada"]
        assert (await there.sees("joao"))["homes"] == {}

    run(story)


def test_what_is_pressed_on_the_own_page_is_answered_in_the_direct_messages() -> None:
    async def story(there: Chat) -> None:
        answer = await there.act("press", who="ada", where="northwind/home-ada", action="item", value="7")

        assert answer["post"]["where"] == "northwind/dm-ada"

    run(story)


def test_an_invited_bot_joins_the_room_and_can_post_there_from_then_on() -> None:
    async def story(there: Chat) -> None:
        parcel = there.town.parcel(Way.POST, HELLO, channel="C-hall")
        with pytest.raises(Never) as refused:
            await there.town.local.deliver(parcel)
        assert refused.value.gone
        await there.act("invite", who="ada", where=HALL)
        await there.town.local.deliver(parcel)

        (heard,) = there.town.heard
        assert isinstance(heard, Joined)
        assert heard.sender.bot
        assert heard.place.present
        assert "Ada Berg added Bellwether to hall." in words_of(await there.sees("joao"))

    run(story)


def test_a_command_says_whether_the_bot_is_in_the_room() -> None:
    async def story(there: Chat) -> None:
        await there.say("ada", HALL, "/partnership create Pilot with Kestrel")

        assert there.town.heard[0].place.present is False

    run(story)


def test_a_failure_shows_a_token_and_no_more() -> None:
    async def story(there: Chat) -> None:
        answer = await there.act("say", 500, who="ada", where=PILOT, words=["/boom"])

        assert "nothing was saved" in answer["error"]
        assert "Traceback" not in str(answer)
        assert "boom" not in str(answer)

    run(story)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example:80"}, 403),
        ({"Host": "[::bad"}, 403),
        ({"Host": "localhost:3000", "Origin": "http://localhost:3000"}, 200),
        ({"Host": "[::1]:3000", "Origin": "http://[::1]:3000"}, 200),
        ({"Host": "localhost:3000", "Origin": "http://localhost:4000"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_only_this_machines_own_page_is_answered(headers: dict[str, str], status: int) -> None:
    async def story(there: Chat) -> None:
        asked = {"kind": "open", "id": "1", "who": "ada"}
        async with there.client.post("/act", json=asked, headers=headers) as response:
            assert response.status == status
        assert len(there.town.heard) == (status == 200)
        if "Origin" not in headers and "Host" in headers:
            for path in ("/", "/live", "/page/chat.js"):
                async with there.client.get(path, headers=headers) as response:
                    assert response.status == status

    run(story)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{}", "text/plain", 415),
        ("{}", "application/x-www-form-urlencoded", 415),
        ("{", "application/json", 400),
        ("{}", "application/json", 400),
        ("\udcff", "application/json", 400),
        ('{"kind": "drop", "id": "1", "who": "ada"}', "application/json", 400),
        ('{"kind": "say", "id": "1", "who": "ada", "where": "x", "words": [7]}', "application/json", 400),
        ('{"kind": "open", "id": "1", "who": "' + "x" * 2_000_000 + '"}', "application/json", 413),
    ],
)
def test_what_cannot_be_read_is_refused_plainly(body: str, kind: str, status: int) -> None:
    async def story(there: Chat) -> None:
        raw = body.encode(errors="surrogateescape")
        async with there.client.post("/act", data=raw, headers={"Content-Type": kind}) as response:
            assert response.status == status
            assert "Traceback" not in await response.text()

    run(story)


def test_the_page_forbids_foreign_and_inline_code_and_gives_out_its_own_files_only() -> None:
    async def story(there: Chat) -> None:
        async with there.client.get("/") as response:
            policy = response.headers["Content-Security-Policy"]
            page = await response.text()
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "style=" not in page
        assert "http" not in page.replace("http-equiv", "")
        for path, status in {"chat.css": 200, "seat.js": 200, "index.html": 404, "..%2f__init__.py": 404}.items():
            async with there.client.get(f"/page/{path}") as response:
                assert response.status == status

    run(story)


def test_a_page_that_comes_back_gets_only_what_it_missed() -> None:
    async def story(there: Chat) -> None:
        await there.say("ada", PILOT, "first")
        before = await there.sees("joao")
        await there.say("ada", PILOT, "second")
        after = await there.sees("joao", last=before["last"])
        strange = await there.sees("joao", last="0000-1")

        assert (before["fresh"], after["fresh"], strange["fresh"]) == (True, False, True)
        assert [post["words"][0]["value"] for post in after["posts"]] == ["second"]
        assert len(strange["posts"]) == 2

    run(story)


def test_an_open_page_is_told_at_once() -> None:
    async def story(there: Chat) -> None:
        async with there.client.get("/live", params={"as": "joao"}) as response:
            await response.content.readuntil(b"\n\n")
            await there.say("ada", PILOT, "news!")
            told = await asyncio.wait_for(response.content.readuntil(b"\n\n"), 2)

        assert b"news!" in told
        assert b'"people"' not in told

    run(story)


def test_the_chat_tells_how_many_letters_others_have_and_never_what_they_say() -> None:
    async def story(there: Chat) -> None:
        await there.town.tell(PRIYA, Message(line("Between us")))
        news = await there.sees("ada")

        assert news["letters"] == {"priya": 1}
        assert "Between us" not in json.dumps(news)
        assert "Between us" in words_of(await there.sees("priya"))

    run(story)


def test_nobody_listens_as_a_stranger() -> None:
    async def story(there: Chat) -> None:
        async with there.client.get("/live", params={"as": "nobody"}) as response:
            assert response.status == 400

    run(story)


def test_the_clock_moves_forward_only_and_only_where_there_is_one() -> None:
    async def story(there: Chat) -> None:
        before = there.town.at
        await there.act("move", hours=24)
        assert (there.town.at - before).days == 1
        await there.act("move", 422, hours=-1)
        await there.act("move")
        assert "on to level 2" in words_of(await there.sees("ada"))
        there.town.local.clock = None
        await there.act("move", 422, hours=1)

    run(story)


def test_a_moving_clock_is_not_moved_again() -> None:
    async def story(there: Chat) -> None:
        first = asyncio.ensure_future(there.act("move", hours=1))
        await there.town.leaving.wait()
        await there.act("move", 422, hours=1)
        await first
        assert (await there.sees("ada"))["clock"]["moving"] is False

    run(story)


def test_a_parcel_arrives_once_and_can_be_found() -> None:
    async def story(there: Chat) -> None:
        local = there.town.local
        for way, rest in (
            (Way.POST, {"channel": "C-pilot"}),
            (Way.PRIVATE, {"channel": "C-pilot", "account": ADA.account}),
            (Way.DIRECT, {"account": ADA.account}),
        ):
            parcel = there.town.parcel(way, HELLO, **rest)
            assert await local.find(parcel) is None
            sent = await local.deliver(parcel)
            assert await local.deliver(parcel) == sent
            assert await local.find(parcel) == sent
        assert len((await there.sees("ada"))["posts"]) == 3
        assert len((await there.sees("joao"))["posts"]) == 1

    run(story)


def test_an_edit_changes_the_card_in_place_and_puts_back_what_a_restart_forgot() -> None:
    async def story(there: Chat) -> None:
        local = there.town.local
        card = await there.town.post("northwind", "C-pilot", HELLO)
        await there.say("ada", PILOT, "later")
        for message in (card, "of-old"):
            await local.deliver(
                there.town.parcel(Way.EDIT, Message(line("Changed")), channel="C-pilot", message=message)
            )

        first, _, last = (await there.sees("joao"))["posts"]
        changed = [{"kind": "text", "value": "Changed"}]
        assert (first["id"], first["card"]["title"]) == (card, changed)
        assert (last["id"], last["card"]["title"]) == ("of-old", changed)

    run(story)


def test_a_reply_to_a_thread_that_is_gone_stands_on_its_own() -> None:
    async def story(there: Chat) -> None:
        await there.town.local.deliver(there.town.parcel(Way.POST, HELLO, channel="C-pilot", thread="of-old"))

        assert (await there.sees("ada"))["posts"][0]["thread"] == ""

    run(story)


@pytest.mark.parametrize(
    ("way", "rest"),
    [
        (Way.POST, {"channel": "C-none"}),
        (Way.EDIT, {"channel": "C-none", "message": "m"}),
        (Way.PRIVATE, {"channel": "C-pilot", "account": PRIYA.account}),
        (Way.DIRECT, {"account": Account("local", "northwind", "nobody")}),
        (Way.HOME, {"account": None}),
    ],
)
def test_what_has_nowhere_to_go_is_refused_for_good(way: Way, rest: dict[str, Any]) -> None:
    async def story(there: Chat) -> None:
        with pytest.raises(Never):
            await there.town.local.deliver(there.town.parcel(way, HELLO, **rest))

    run(story)


def test_closing_lets_the_pages_go_and_takes_nothing_more() -> None:
    async def story(there: Chat) -> None:
        async with there.client.get("/live", params={"as": "ada"}) as response:
            await response.content.readuntil(b"\n\n")
            await there.town.local.close()
            await asyncio.wait_for(response.read(), 2)
        await there.act("open", 503, who="ada")

    run(story)


def test_a_world_with_two_of_the_same_name_or_with_strangers_in_a_room_is_refused() -> None:
    with pytest.raises(ValueError, match="same user id"):
        World((ADA, replace(JOAO, account=ADA.account)), ())
    with pytest.raises(ValueError, match="no residents: eve"):
        World((ADA,), (Room("northwind", "C", "c", "Northwind", ("eve",)),), COMMANDS)
