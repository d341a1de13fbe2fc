"""What the bot sends to Slack, and what becomes of it when Slack or the network fails."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from typing import Any

import pytest

from bot.messages import Message
from bot.platforms.slack.manifest import SCOPES
from bot.port import Later, Never, Way
from bot.words import Person, line
from tests.platforms.slack.office import ANA, Office, at_the_office, parcel

METHODS = {Way.POST: "chat.postMessage", Way.DIRECT: "chat.postMessage", Way.EDIT: "chat.update",
           Way.PRIVATE: "chat.postEphemeral", Way.HOME: "views.publish"}  # fmt: skip


def test_each_way_arrives() -> None:
    async def journey(desk: Office) -> None:
        sent = await desk.slack.deliver(parcel())
        [post] = desk.fake.posts
        assert (sent.channel, sent.message) == ("C01", post["ts"])
        assert post["metadata"] == {"event_type": "bellwether", "event_payload": {"token": "token-1"}}
        assert (post["unfurl_links"], post["unfurl_media"], post["mrkdwn"], post["parse"]) == (
            False,
            False,
            False,
            "none",
        )
        reply = await desk.slack.deliver(parcel(thread=sent.message, token="token-2"))
        assert desk.fake.posts[-1]["thread_ts"] == sent.message
        assert reply.message != sent.message
        edit = parcel(Way.EDIT, message=sent.message, content=Message(line("Changed")))
        assert await desk.slack.deliver(edit) == sent
        assert desk.fake.posts[0]["text"] == "Changed"
        assert desk.fake.posts[0]["metadata"]["event_payload"]["token"] == "token-1"
        direct = await desk.slack.deliver(parcel(Way.DIRECT, channel=""))
        assert direct.channel == "D01ANA"
        await desk.slack.deliver(parcel(Way.DIRECT, channel=""))
        assert len(desk.fake.called("conversations.open")) == 1
        await desk.slack.deliver(parcel(Way.PRIVATE))
        assert desk.fake.called("chat.postEphemeral")[0]["user"] == "U01ANA"
        await desk.slack.deliver(parcel(Way.HOME, channel=""))
        assert desk.fake.called("views.publish")[0]["view"]["type"] == "home"

    at_the_office(journey)


def test_people_of_the_workspace_are_mentioned() -> None:
    async def journey(desk: Office) -> None:
        await desk.slack.deliver(parcel(content=Message(line("Hi ", Person(1, "Ana", "N", (ANA,))))))
        assert desk.fake.posts[0]["blocks"][0]["text"]["text"] == "Hi <@U01ANA>"
        assert desk.fake.posts[0]["text"] == "Hi Ana (N)"

    at_the_office(journey)


@pytest.mark.parametrize("trouble", ["user_not_in_channel", "not_in_channel", "channel_not_found"])
def test_a_private_reply_where_the_room_is_closed_to_either_is_said_directly(trouble: str) -> None:
    async def journey(desk: Office) -> None:
        desk.fake.fail("chat.postEphemeral", trouble)
        sent = await desk.slack.deliver(parcel(Way.PRIVATE, thread="1800000001.000100"))
        [post] = desk.fake.posts
        assert (sent.channel, sent.message) == ("D01ANA", post["ts"])
        assert (post["channel"], post["text"], post.get("thread_ts")) == ("D01ANA", "Hello", None)
        assert len(desk.fake.called("chat.postEphemeral")) == 1

    at_the_office(journey)


def test_a_private_reply_refused_for_another_reason_is_not_said_elsewhere() -> None:
    async def journey(desk: Office) -> None:
        desk.fake.fail("chat.postEphemeral", "invalid_blocks")
        with pytest.raises(Never):
            await desk.slack.deliver(parcel(Way.PRIVATE))
        assert not desk.fake.posts

    at_the_office(journey)


@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize(
    ("trouble", "unsure", "after"),
    [("429", False, 7), ("ratelimited", False, 30), ("500", True, None), ("lost", True, None), ("dropped", True, None),
     ("internal_error", True, None), ("service_unavailable", True, None)],
)  # fmt: skip
def test_trouble_that_passes_is_later_and_nothing_is_tried_twice(
    way: Way, trouble: str, unsure: bool, after: float | None
) -> None:
    async def journey(desk: Office) -> None:
        first = await desk.slack.deliver(parcel())
        desk.fake.calls.clear()
        desk.fake.fail(METHODS[way], trouble, 7)
        with pytest.raises(Later) as later:
            await desk.slack.deliver(parcel(way, message=first.message, token="token-2"))
        assert (later.value.unsure, later.value.after) == (unsure, after)
        assert len(desk.fake.called(METHODS[way])) == 1

    at_the_office(journey)


@pytest.mark.parametrize(
    ("trouble", "gone"),
    [("is_archived", True), ("channel_not_found", True), ("token_revoked", False), ("account_inactive", False),
     ("msg_too_long", False), ("invalid_blocks", False), ("missing_scope", False), ("something_new", False)],
)  # fmt: skip
def test_what_slack_refuses_is_never(trouble: str, gone: bool) -> None:
    async def journey(desk: Office) -> None:
        desk.fake.fail("chat.postMessage", trouble)
        with pytest.raises(Never) as never:
            await desk.slack.deliver(parcel())
        assert never.value.gone is gone

    at_the_office(journey)


def test_an_edit_of_what_is_no_longer_there_is_never_but_the_channel_is_not_gone() -> None:
    async def journey(desk: Office) -> None:
        with pytest.raises(Never) as never:
            await desk.slack.deliver(parcel(Way.EDIT, message="1.1"))
        assert not never.value.gone

    at_the_office(journey)


def test_a_slack_that_cannot_be_reached_did_not_take_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}/api/"

        async def journey(desk: Office) -> None:
            with pytest.raises(Later) as later:
                await desk.slack.deliver(parcel())
            assert not later.value.unsure

        at_the_office(journey, slack_api_url=nowhere)


def test_a_direct_channel_that_does_not_open_leaves_no_doubt() -> None:
    async def journey(desk: Office) -> None:
        desk.fake.fail("conversations.open", "lost")
        with pytest.raises(Later) as later:
            await desk.slack.deliver(parcel(Way.DIRECT))
        assert not later.value.unsure

    at_the_office(journey)


@pytest.mark.parametrize("more", [{}, {"way": Way.DIRECT, "channel": ""}, {"thread": "1800000000.5"}])
def test_what_arrived_with_its_answer_lost_is_found_and_what_did_not_is_not(more: dict[str, Any]) -> None:
    async def journey(desk: Office) -> None:
        mine = replace(parcel(), **more)
        for n in range(120):
            desk.fake.posts.append({"ts": f"9.{n}", "channel": "C01", "metadata": {"event_type": "other"}})
        desk.fake.fail("chat.postMessage", "lost")
        with pytest.raises(Later):
            await desk.slack.deliver(mine)
        found = await desk.slack.find(mine)
        assert found is not None
        assert found.message == desk.fake.posts[-1]["ts"]
        assert await desk.slack.find(replace(mine, token="token-2")) is None
        looked = desk.fake.called("conversations.history") + desk.fake.called("conversations.replies")
        assert looked
        assert all("oldest" not in each and each["include_all_metadata"] == "1" for each in looked)

    at_the_office(journey)


def test_whether_it_arrived_is_said_only_when_that_is_known() -> None:
    async def journey(desk: Office) -> None:
        for trouble in ("429", "500", "missing_scope"):
            desk.fake.fail("conversations.history", trouble, 5)
            with pytest.raises(Later):
                await desk.slack.find(parcel())
        desk.fake.fail("conversations.history", "channel_not_found")
        assert await desk.slack.find(parcel()) is None
        assert await desk.slack.find(parcel(Way.PRIVATE)) is None

    at_the_office(journey)


def test_a_workspace_without_the_app_is_gone() -> None:
    async def journey(desk: Office) -> None:
        with pytest.raises(Never) as never:
            await desk.slack.deliver(parcel(tenant="T99"))
        assert never.value.gone

    at_the_office(journey, slack_bot_token=None, slack_client_id="1.2", slack_client_secret="shh")


def test_the_check_says_what_is_missing_and_what_to_do() -> None:
    async def journey(desk: Office) -> None:
        desk.fake.scopes = ",".join(SCOPES)
        assert await desk.slack.check() == []
        desk.fake.scopes = ",".join(SCOPES[1:])
        [problem] = await desk.slack.check()
        assert SCOPES[0] in problem
        desk.fake.fail("auth.test", "invalid_auth")
        assert "SLACK_BOT_TOKEN is not accepted" in (await desk.slack.check())[0]

    at_the_office(journey)

    async def halfway(desk: Office) -> None:
        problems = "\n".join(await desk.slack.check())
        for name in ("SLACK_SIGNING_SECRET", "SLACK_CLIENT_SECRET"):
            assert name in problems

    at_the_office(halfway, slack_signing_secret=None, slack_bot_token=None, slack_client_id="1.2")


def test_closing_finishes_what_is_in_hand() -> None:
    async def journey(desk: Office) -> None:
        slow = asyncio.Event()

        async def answer(value: Any) -> Message:
            slow.set()
            await asyncio.sleep(0.2)
            desk.heard.append(value)
            return Message(line("Done"))

        desk.slack._receiver._answer = answer
        envelope = await desk.fake.envelope(desk.fake.command("/escalate x"), "slash_commands")
        await slow.wait()
        await desk.slack.close()
        assert len(desk.heard) == 1
        await asyncio.sleep(0.05)
        assert [each["envelope_id"] for each in desk.fake.acknowledged] == [envelope]

    at_the_office(journey, slack_app_token="xapp-test")
