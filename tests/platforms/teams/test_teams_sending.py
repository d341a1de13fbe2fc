"""What the bot sends to Teams, and what becomes of it when Teams, its login or the network fails."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.messages import Message
from bot.platforms.teams.apps import ANONYMOUS, Registration
from bot.platforms.teams.connector import Connector, Declined
from bot.platforms.teams.directory import Address, Directory
from bot.platforms.teams.recent import Recent
from bot.platforms.teams.send import Sender
from bot.platforms.teams.spot import kind_of
from bot.platforms.teams.tokens import Tokens
from bot.port import Later, Never, Parcel, Sent, Way
from bot.words import Account, line
from tests.fakes.teams import (
    ANA,
    APP,
    BO,
    BOT,
    CHANNEL,
    EVE,
    GROUP,
    OTHER,
    PASSWORD,
    SCOPE,
    TEAM,
    TENANT,
    AddressBook,
    Conversation,
    FakeTeams,
    Post,
    Someone,
)

US = Registration(APP, PASSWORD, TENANT)
HELLO = Message(line("Hello"))
CALLS = {Way.POST: "post", Way.DIRECT: "post", Way.EDIT: "put", Way.PRIVATE: "post", Way.HOME: "put"}


@dataclass
class Desk:
    """The way out with nothing around it. It knows the partners' channel and nobody, until somebody speaks."""

    fake: FakeTeams
    app: Registration
    book: AddressBook = field(default_factory=AddressBook)
    late: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.fake.login_url, SCOPE, self.now)
        self.connector = Connector(self.tokens)
        self.directory = Directory(self.book, self.now)
        self.sender = Sender((self.app,), self.connector, self.directory)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.late

    async def hears(self, activity: dict[str, Any]) -> None:
        await self.directory.learn(activity, self.app)

    async def sends(self, way: Way = Way.POST, **more: Any) -> Sent:
        return await self.sender.deliver(parcel(way, **more))

    def at(self, conversation: str, who: Someone | None = None) -> list[Post]:
        return self.fake.shown(conversation, who)


@asynccontextmanager
async def desk(app: Registration = US) -> AsyncIterator[Desk]:
    async with FakeTeams() as fake:
        made = Desk(fake, app)
        await made.hears(fake.happens(who=Someone("", "", "")))
        try:
            yield made
        finally:
            await made.connector.close()
            await made.tokens.close()


def at_the_desk(journey: Callable[[Desk], Awaitable[None]], app: Registration = US) -> None:
    """Run a journey at a desk of its own."""

    async def run() -> None:
        async with asyncio.timeout(20), desk(app) as mine:
            await journey(mine)

    asyncio.run(run())


def parcel(way: Way = Way.POST, **more: Any) -> Parcel:
    """A parcel to the partners' channel, or to Ana."""
    own = way in (Way.DIRECT, Way.HOME)
    plain = Parcel(way, "teams", TENANT, HELLO, token="token-1", channel="" if own else CHANNEL, account=account(ANA))
    return replace(plain, **more)


def account(who: Someone) -> Account:
    return Account("teams", who.tenant, who.user)


def shown(post: Post) -> str:
    return json.dumps(post.card, ensure_ascii=False)


# Where it arrives -----------------------------------------------------------------------------------------------------


def test_each_way_arrives() -> None:
    async def journey(mine: Desk) -> None:
        sent = await mine.sends()
        [post] = mine.at(CHANNEL)
        assert sent == Sent(CHANNEL, post.id)
        assert (post.thread, post.activity["summary"], post.card["type"]) == ("", "Hello", "AdaptiveCard")
        reply = await mine.sends(thread=sent.message)
        assert (reply.channel, mine.at(CHANNEL)[-1].thread) == (CHANNEL, sent.message)
        edited = await mine.sends(Way.EDIT, message=sent.message, content=Message(line("Changed")))
        assert (edited, post.activity["summary"], post.edits) == (sent, "Changed", 1)
        direct = await mine.sends(Way.DIRECT)
        assert direct == Sent(mine.fake.personal(ANA), mine.at(mine.fake.personal(ANA))[0].id)
        await mine.sends(Way.DIRECT)
        assert len(mine.fake.called("begin")) == 1
        whispered = await mine.sends(Way.PRIVATE, thread=sent.message)
        assert whispered.channel == CHANNEL
        assert whispered.message not in [each.id for each in mine.at(CHANNEL, BO)]
        [private] = [each for each in mine.at(CHANNEL, ANA) if each.id == whispered.message]
        assert (private.to, private.thread) == (ANA.id, sent.message)
        home = await mine.sends(Way.HOME)
        assert home.channel == mine.fake.personal(ANA)

    at_the_desk(journey)


def test_no_private_words_are_seen_by_others_where_the_sdk_would_lose_the_mark() -> None:
    async def journey(mine: Desk) -> None:
        await mine.hears(mine.fake.says("hi"))
        await mine.sends(Way.PRIVATE)
        assert not mine.at(CHANNEL)
        [body] = mine.fake.called("post")
        assert body["recipient"] == {"id": ANA.id, "isTargeted": True}
        assert not mine.fake.called("member")  # she wrote before: her address is known

    at_the_desk(journey)


def test_in_a_personal_chat_a_private_reply_is_a_plain_one() -> None:
    async def journey(mine: Desk) -> None:
        chat = mine.fake.personal(ANA)
        await mine.hears(mine.fake.says("hi", conversation=chat))
        sent = await mine.sends(Way.PRIVATE, channel=chat)
        assert [each.id for each in mine.at(chat)] == [sent.message]
        assert "recipient" not in mine.fake.called("post")[0]
        await mine.sends(Way.DIRECT)
        assert (len(mine.at(chat)), mine.fake.called("begin")) == (2, [])

    at_the_desk(journey)


def test_a_private_reply_to_somebody_who_is_not_in_the_room_is_said_in_their_chat() -> None:
    async def journey(mine: Desk) -> None:
        sent = await mine.sends(Way.PRIVATE, account=account(EVE), thread="1")
        assert sent.channel == mine.fake.personal(EVE)
        assert not mine.at(CHANNEL, EVE)
        assert [each.id for each in mine.at(sent.channel)] == [sent.message]
        [begun] = mine.fake.called("begin")
        assert (begun["members"], begun["tenantId"]) == ([{"id": EVE.user}], TENANT)

    at_the_desk(journey)


@pytest.mark.parametrize("trouble", ["400", "403:BotNotInConversationRoster", "404:ConversationNotFound"])
def test_a_private_reply_that_the_room_refuses_is_said_in_the_chat(trouble: str) -> None:
    async def journey(mine: Desk) -> None:
        await mine.hears(mine.fake.says("hi"))
        mine.fake.fail("post", trouble)
        sent = await mine.sends(Way.PRIVATE)
        assert sent.channel == mine.fake.personal(ANA)
        assert mine.fake.called("begin")[0]["members"] == [{"id": ANA.id}]

    at_the_desk(journey)


def test_a_private_reply_refused_for_another_reason_is_not_said_elsewhere() -> None:
    async def journey(mine: Desk) -> None:
        mine.fake.fail("post", "413:MessageSizeTooBig")
        with pytest.raises(Never):
            await mine.sends(Way.PRIVATE)
        assert not mine.fake.posts

    at_the_desk(journey)


def test_a_group_chat_has_no_threads_and_the_reply_says_what_it_answers() -> None:
    async def journey(mine: Desk) -> None:
        await mine.hears(mine.fake.says("hi", conversation=GROUP))
        answers = line("The test rig is down")
        sent = await mine.sends(channel=GROUP, thread="1800000000000", answers=answers)
        [post] = mine.at(GROUP)
        assert (post.thread, sent.channel) == ("", GROUP)
        assert "In answer to: The test rig is down" in shown(post)
        assert shown(post).index("Hello") < shown(post).index("In answer to")
        assert json.dumps(mine.fake.calls).count("messageid") == 0
        await mine.sends(Way.EDIT, channel=GROUP, message=sent.message, answers=answers, content=Message(line("Now")))
        assert "In answer to: The test rig is down" in shown(post)

    at_the_desk(journey)


def test_in_a_channel_the_thread_alone_says_what_is_answered() -> None:
    async def journey(mine: Desk) -> None:
        await mine.sends(thread="1800000000000", answers=line("The test rig is down"))
        [post] = mine.at(CHANNEL)
        assert post.thread == "1800000000000"
        assert "In answer to" not in shown(post)

    at_the_desk(journey)


def test_a_channel_never_heard_from_is_reached_by_what_is_known_of_its_tenant() -> None:
    async def journey(mine: Desk) -> None:
        await mine.sends(channel=TEAM, thread="1800000000000")
        assert mine.at(TEAM)[0].thread == "1800000000000"

    at_the_desk(journey)


def test_a_tenant_never_heard_from_is_gone_and_said_to_be() -> None:
    async def journey(mine: Desk) -> None:
        for way in Way:
            with pytest.raises(Never, match="install it there") as never:
                await mine.sends(way, tenant="another", message="1")
            assert never.value.gone
        with pytest.raises(Never, match="nobody"):
            await mine.sends(Way.DIRECT, account=None)

    at_the_desk(journey)


def test_an_address_of_a_registration_that_is_not_set_any_more_waits() -> None:
    async def journey(mine: Desk) -> None:
        await mine.directory.learn(mine.fake.says("hi"), Registration("gone", "", ""))
        with pytest.raises(Later, match="not configured"):
            await mine.sends()
        assert not mine.fake.posts

    at_the_desk(journey)


def test_an_own_page_is_one_card_in_the_chat_and_a_new_one_only_when_that_is_gone() -> None:
    async def journey(mine: Desk) -> None:
        first = await mine.sends(Way.HOME)
        assert await mine.sends(Way.HOME, message=first.message) == first
        assert await mine.sends(Way.HOME, message=first.message, channel=first.channel) == first
        assert mine.at(first.channel)[0].edits == 2
        mine.fake.posts.clear()
        second = await mine.sends(Way.HOME, message=first.message)
        assert (second.channel, second.message) == (first.channel, mine.at(first.channel)[0].id)
        mine.fake.fail("put", 429)
        with pytest.raises(Later):
            await mine.sends(Way.HOME, message=second.message)
        assert len(mine.at(first.channel)) == 1

    at_the_desk(journey)


def test_a_chat_that_is_no_more_is_begun_anew() -> None:
    async def journey(mine: Desk) -> None:
        sent = await mine.sends(Way.DIRECT)
        del mine.fake.conversations[sent.channel]
        again = await mine.sends(Way.DIRECT)
        assert (len(mine.fake.called("begin")), len(mine.at(again.channel))) == (2, 2)

    at_the_desk(journey)


def test_a_person_who_blocked_the_bot_is_gone() -> None:
    async def journey(mine: Desk) -> None:
        await mine.sends(Way.DIRECT)
        mine.fake.blocked.add(ANA.user)
        with pytest.raises(Never, match="ConversationBlockedByUser") as never:
            await mine.sends(Way.DIRECT)
        assert never.value.gone
        mine.fake.blocked.add(BO.user)
        with pytest.raises(Never, match="ForbiddenOperationException") as never:
            await mine.sends(Way.DIRECT, account=account(BO))
        assert never.value.gone

    at_the_desk(journey)


def test_for_one_person_means_for_nobody_else_where_teams_does_not_say_how_to_write_to_them() -> None:
    async def journey(mine: Desk) -> None:
        mine.fake.people[ANA.user] = replace(ANA, id="")
        with pytest.raises(Later):
            await mine.sends(Way.PRIVATE)
        assert not mine.fake.posts

    at_the_desk(journey)


def test_a_place_of_no_known_kind_is_not_taken_for_a_chat_of_ones_own() -> None:
    async def journey(mine: Desk) -> None:
        odd = "48:notes"
        mine.fake.conversations[odd] = Conversation(odd, "groupChat", "notes")
        await mine.sends(Way.PRIVATE, channel=odd)
        assert not mine.at(odd)
        assert len(mine.at(odd, ANA)) == 1

    at_the_desk(journey)


# What goes wrong ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize(
    ("trouble", "unsure", "after"),
    [("429", False, 7), ("412", False, None), ("503", False, None), ("500", True, None), ("502", True, None),
     ("504", True, None), ("lost", True, None), ("dropped", True, None)],
)  # fmt: skip
def test_trouble_that_passes_is_later_and_nothing_is_tried_twice(
    way: Way, trouble: str, unsure: bool, after: float | None
) -> None:
    async def journey(mine: Desk) -> None:
        direct = await mine.sends(Way.DIRECT)
        first = direct if way is Way.HOME else await mine.sends()
        mine.fake.calls.clear()
        mine.fake.fail(CALLS[way], trouble, after)
        with pytest.raises(Later) as later:
            await mine.sends(way, message=first.message)
        edits = CALLS[way] == "put"  # may be made again in any case
        assert (later.value.unsure, later.value.after) == (unsure and not edits, after)
        assert len(mine.fake.called(CALLS[way])) == 1

    at_the_desk(journey)


def test_a_rate_limit_without_a_time_leaves_the_wait_to_the_house() -> None:
    async def journey(mine: Desk) -> None:
        mine.fake.fail("post", 429)
        with pytest.raises(Later) as later:
            await mine.sends()
        assert later.value.after is None

    at_the_desk(journey)


@pytest.mark.parametrize(
    ("trouble", "gone"),
    [("403:BotNotInConversationRoster", True), ("403:MessageWritesBlocked", True), ("404:ConversationNotFound", True),
     ("400:BadSyntax", False), ("413:MessageSizeTooBig", False), ("302", False)],
)  # fmt: skip
def test_what_teams_refuses_is_never_and_named(trouble: str, gone: bool) -> None:
    async def journey(mine: Desk) -> None:
        mine.fake.fail("post", trouble)
        with pytest.raises(Declined) as never:
            await mine.sends()
        assert never.value.gone is gone
        status, _, code = trouble.partition(":")
        assert f"({status} {code or 'SomethingElse'})" in str(never.value)
        said = {"403": "Bellwether write there any more", "404": "any more", "413": "too large"}
        assert said.get(status, "does not take it") in str(never.value)

    at_the_desk(journey)


def test_a_room_that_the_bot_is_not_in_is_gone() -> None:
    async def journey(mine: Desk) -> None:
        with pytest.raises(Never) as never:
            await mine.sends(channel=OTHER)
        assert never.value.gone

    at_the_desk(journey)


def test_a_card_that_is_too_large_for_teams_is_never() -> None:
    async def journey(mine: Desk) -> None:
        huge = {"type": "message", "attachments": [{"content": {"body": "x" * 29 * 1024}}]}
        with pytest.raises(Never) as never:
            await mine.connector.post(US, mine.fake.service_url, CHANNEL, huge)
        assert not never.value.gone

    at_the_desk(journey)


def test_an_edit_of_what_is_no_longer_there_is_never_but_the_channel_is_not_gone() -> None:
    async def journey(mine: Desk) -> None:
        with pytest.raises(Never) as never:
            await mine.sends(Way.EDIT, message="1")
        assert not never.value.gone
        with pytest.raises(Never) as never:
            await mine.sends(Way.EDIT, message="1", channel="19:nowhere@thread.tacv2")
        assert never.value.gone

    at_the_desk(journey)


def test_a_teams_that_cannot_be_reached_did_not_take_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}/teams/"

        async def journey(mine: Desk) -> None:
            await mine.hears(mine.fake.happens(serviceUrl=nowhere))
            with pytest.raises(Later) as later:
                await mine.sends()
            assert not later.value.unsure

        at_the_desk(journey)


def test_a_chat_that_does_not_begin_leaves_no_doubt() -> None:
    async def journey(mine: Desk) -> None:
        mine.fake.fail("begin", "lost")
        with pytest.raises(Later) as later:
            await mine.sends(Way.DIRECT)
        assert not later.value.unsure

    at_the_desk(journey)


@pytest.mark.parametrize("trouble", ["empty", "numbered"])
@pytest.mark.parametrize("way", [Way.POST, Way.DIRECT, Way.PRIVATE])
def test_what_teams_took_was_sent_even_where_it_does_not_say_as_what(way: Way, trouble: str) -> None:
    async def journey(mine: Desk) -> None:
        mine.fake.fail("post", trouble)
        assert (await mine.sends(way)).message == ""
        assert len(mine.fake.called("post")) == 1

    at_the_desk(journey)


@pytest.mark.parametrize("way", [Way.POST, Way.DIRECT, Way.PRIVATE])
def test_what_somebody_in_between_answered_may_have_arrived_or_not(way: Way) -> None:
    async def journey(mine: Desk) -> None:
        mine.fake.fail("post", "garbage")
        with pytest.raises(Later) as later:
            await mine.sends(way)
        assert later.value.unsure

    at_the_desk(journey)


@pytest.mark.parametrize(("call", "unsure"), [("begin", False), ("member", False)])
def test_an_answer_that_is_not_json_is_later(call: str, unsure: bool) -> None:
    async def journey(mine: Desk) -> None:
        mine.fake.fail(call, "garbage")
        with pytest.raises(Later) as later:
            await mine.sends(Way.PRIVATE if call == "member" else Way.DIRECT)
        assert later.value.unsure is unsure

    at_the_desk(journey)


def test_what_teams_never_answers_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.platforms.teams.connector.TIMEOUT", 0.2)

    async def journey(mine: Desk) -> None:
        mine.fake.fail("post", "slow", 1)
        with pytest.raises(Later) as later:
            await mine.sends()
        assert later.value.unsure

    at_the_desk(journey)


def test_thirty_two_sends_are_in_flight_at_once() -> None:
    async def journey(mine: Desk) -> None:
        rooms = [f"19:{number}@thread.tacv2" for number in range(32)]
        mine.fake.conversations |= {each: Conversation(each, "channel", team=TEAM) for each in rooms}
        mine.fake.delay = 0.3
        await asyncio.gather(*(mine.sends(channel=each) for each in rooms))
        assert mine.fake.most_in_flight == 32
        assert len(mine.fake.called("login")) == 1

    at_the_desk(journey)


def test_after_a_close_it_can_be_used_again() -> None:
    async def journey(mine: Desk) -> None:
        await mine.sends()
        await mine.connector.close()
        await mine.tokens.close()
        mine.late = timedelta(hours=2)
        await mine.sends()
        assert len(mine.at(CHANNEL)) == 2

    at_the_desk(journey)


# Tokens ---------------------------------------------------------------------------------------------------------------


def test_a_token_is_fetched_once_and_again_before_it_ends() -> None:
    async def journey(mine: Desk) -> None:
        first = await mine.tokens.bearer(US)
        assert await mine.tokens.bearer(US) == first
        mine.late = timedelta(minutes=54)
        assert await mine.tokens.bearer(US) == first
        mine.late = timedelta(minutes=56)
        assert await mine.tokens.bearer(US) != first
        [asked, _] = mine.fake.called("login")
        assert asked == {
            "grant_type": "client_credentials",
            "client_id": APP,
            "client_secret": PASSWORD,
            "scope": SCOPE,
        }

    at_the_desk(journey)


def test_a_registration_without_a_tenant_logs_in_with_the_bot_framework_and_none_at_all_nowhere() -> None:
    async def journey(mine: Desk) -> None:
        mine.fake.apps = {APP: (PASSWORD, "")}
        assert await mine.tokens.bearer(Registration(APP, PASSWORD, ""))
        assert mine.fake.calls[-1][1] == "/login/botframework.com/oauth2/v2.0/token"
        assert await mine.tokens.bearer(ANONYMOUS) == ""
        assert len(mine.fake.called("login")) == 1

    at_the_desk(journey)


def test_a_local_client_is_written_to_without_a_token() -> None:
    async def journey(mine: Desk) -> None:
        mine.fake.anonymous = True
        await mine.sends()
        assert len(mine.at(CHANNEL)) == 1
        assert not mine.fake.called("login")

    at_the_desk(journey, ANONYMOUS)


def test_a_token_that_teams_no_longer_takes_is_replaced_once() -> None:
    async def journey(mine: Desk) -> None:
        await mine.sends()
        mine.fake.tokens.clear()
        await mine.sends()
        assert len(mine.at(CHANNEL)) == 2
        mine.fake.calls.clear()
        mine.fake.fail("post", 401, times=3)
        with pytest.raises(Later) as later:
            await mine.sends()
        assert not later.value.unsure
        assert (len(mine.fake.called("post")), len(mine.fake.called("login"))) == (2, 1)

    at_the_desk(journey)


@pytest.mark.parametrize("wrong", [Registration(APP, "an-old-secret", TENANT), Registration(APP, PASSWORD, "nowhere")])
def test_a_login_that_refuses_the_secret_is_later_and_says_what_to_do(wrong: Registration) -> None:
    async def journey(mine: Desk) -> None:
        with pytest.raises(Later, match="check its secret") as later:
            await mine.sends()
        assert wrong.password not in str(later.value)
        assert "AADSTS" in str(later.value)
        assert not later.value.unsure

    at_the_desk(journey, wrong)


@pytest.mark.parametrize("trouble", ["429", "502", "dropped", "garbage"])
def test_a_login_in_trouble_is_later_and_works_again_when_it_is_over(trouble: str) -> None:
    async def journey(mine: Desk) -> None:
        mine.fake.fail("login", trouble)
        with pytest.raises(Later) as later:
            await mine.sends()
        assert not later.value.unsure
        await mine.sends()
        assert len(mine.at(CHANNEL)) == 1

    at_the_desk(journey)


def test_the_secret_follows_no_login_that_moved() -> None:
    async def journey(mine: Desk) -> None:
        mine.fake.fail("login", "moved")
        with pytest.raises(Later):
            await mine.tokens.bearer(US)
        assert len(mine.fake.called("login")) == 1

    at_the_desk(journey)


def test_who_gives_up_waiting_for_a_token_does_not_take_it_from_the_others() -> None:
    async def journey(mine: Desk) -> None:
        mine.fake.fail("login", "slow", 0.2)
        hasty, patient = (asyncio.create_task(mine.tokens.bearer(US)) for _ in range(2))
        await asyncio.sleep(0.05)
        hasty.cancel()
        assert await patient
        assert len(mine.fake.called("login")) == 1

    at_the_desk(journey)


# Addresses ------------------------------------------------------------------------------------------------------------


def test_every_activity_tells_of_its_tenant_its_conversation_and_its_sender() -> None:
    async def journey(mine: Desk) -> None:
        await mine.hears(mine.fake.says("hi", thread="1800000000000"))
        here = Address(APP, mine.fake.service_url, BOT)
        assert await mine.directory.of(TENANT, "") == here
        channel = replace(here, conversation=CHANNEL, kind="channel", team=TEAM)
        assert await mine.directory.of(TENANT, CHANNEL) == channel
        assert await mine.directory.of(TENANT, f"@{ANA.user}") == replace(here, user=ANA.id)
        assert await mine.directory.of(TENANT, f"@{BO.user}") is None

    at_the_desk(journey)


def test_a_chat_once_known_stays_known_and_a_moved_service_is_followed() -> None:
    async def journey(mine: Desk) -> None:
        chat = mine.fake.personal(ANA)
        await mine.hears(mine.fake.says("hi", conversation=chat))
        await mine.hears(mine.fake.says("hi", serviceUrl="https://moved.example.org/"))
        found = await mine.directory.of(TENANT, f"@{ANA.user}")
        assert found
        assert (found.conversation, found.kind, found.service_url) == (chat, "personal", "https://moved.example.org/")
        await mine.directory.learn(mine.fake.says("hi"), Registration("another", "", ""))
        found = await mine.directory.of(TENANT, f"@{ANA.user}")
        assert found
        assert (found.app, found.conversation) == ("another", "")  # the chat was with the other bot

    at_the_desk(journey)


def test_an_address_is_written_only_when_it_changed_and_outlasts_a_start() -> None:
    async def journey(mine: Desk) -> None:
        await mine.hears(mine.fake.says("hi"))
        mine.book.writes.clear()
        for thread in ("", "1800000000000"):
            await mine.hears(mine.fake.says("hi", thread=thread))
        assert not mine.book.writes
        later = Directory(mine.book, mine.now)
        await later.learn(mine.fake.says("hi"), mine.app)
        assert not mine.book.writes
        assert await later.of(TENANT, CHANNEL) == await mine.directory.of(TENANT, CHANNEL)
        await later.forget(TENANT, CHANNEL)
        assert await later.of(TENANT, CHANNEL) is None

    at_the_desk(journey)


def test_what_an_activity_leaves_out_of_its_place_is_no_news() -> None:
    async def journey(mine: Desk) -> None:
        await mine.hears(mine.fake.says("hi", conversation=GROUP))
        await mine.hears(mine.fake.says("hi"))
        odd = mine.fake.says("hi") | {"channelData": {"tenant": {"id": TENANT}}}
        del odd["conversation"]["conversationType"]
        mine.book.writes.clear()
        await mine.hears(odd)
        assert not mine.book.writes
        assert await mine.directory.of_team(TENANT, TEAM) == [CHANNEL]

    at_the_desk(journey)


def test_where_somebody_is_at_home_stays_known() -> None:
    async def journey(mine: Desk) -> None:
        said = mine.fake.says("hi", who=EVE)
        said["from"]["tenantId"] = EVE.tenant
        await mine.hears(said)
        await mine.hears(mine.fake.says("hi", who=EVE))
        found = await mine.directory.of(TENANT, f"@{EVE.user}")
        assert found
        assert found.home == EVE.tenant
        await mine.sends(Way.DIRECT, account=account(EVE))
        found = await mine.directory.of(TENANT, f"@{EVE.user}")
        assert found
        assert (found.home, found.conversation) == (EVE.tenant, mine.fake.personal(EVE))

    at_the_desk(journey)


def test_an_hour_later_it_is_read_again_where_to_write_to_and_what_was_erased_is_written_again() -> None:
    async def journey(mine: Desk) -> None:
        await mine.hears(mine.fake.says("hi"))
        another = Directory(mine.book, mine.now)
        await another.learn(mine.fake.says("hi", serviceUrl="https://moved.example.org/"), mine.app)
        await mine.book.drop("teams", TENANT, f"@{ANA.user}")
        mine.late = timedelta(minutes=61)
        found = await mine.directory.of(TENANT, CHANNEL)
        assert found
        assert found.service_url == "https://moved.example.org/"
        assert await mine.directory.of(TENANT, f"@{ANA.user}") is None
        await mine.hears(mine.fake.says("hi"))
        assert (TENANT, f"@{ANA.user}") in mine.book.kept

    at_the_desk(journey)


def test_memory_holds_only_so_much_and_the_oldest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.platforms.teams.recent.MOST", 2)
    kept: Recent[str, int] = Recent(timedelta(hours=1), lambda: datetime.now(UTC))
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        kept.put(key, value)
    assert [kept.get(key) for key in "abc"] == [3, None, 4]


def test_the_channels_of_a_team_are_known_by_it_and_no_others() -> None:
    async def journey(mine: Desk) -> None:
        for conversation in (TEAM, GROUP, mine.fake.personal(ANA)):
            await mine.hears(mine.fake.says("hi", conversation=conversation))
        assert await mine.directory.of_team(TENANT, TEAM) == sorted([TEAM, CHANNEL])

    at_the_desk(journey)


def test_an_activity_that_does_not_say_where_it_is_from_tells_nothing() -> None:
    async def journey(mine: Desk) -> None:
        mine.book.writes.clear()
        await mine.hears({**mine.fake.says("hi"), "channelData": {}, "conversation": {"id": "19:x@thread.tacv2"}})
        await mine.hears(mine.fake.says("hi", serviceUrl=""))
        assert not mine.book.writes

    at_the_desk(journey)


@pytest.mark.parametrize(
    ("conversation", "kind"), [(CHANNEL, "channel"), ("19:x@thread.skype", "channel"), (GROUP, "groupChat"), ("a:1x", "personal"),
     ("19:1_2@unq.gbl.spaces", "groupChat"), ("", "groupChat")]
)  # fmt: skip
def test_the_kind_of_a_conversation_shows_in_its_id(conversation: str, kind: str) -> None:
    assert kind_of(conversation) == kind


# Asking ---------------------------------------------------------------------------------------------------------------


def test_a_roster_entry_and_the_channels_of_a_team_come_whole() -> None:
    async def journey(mine: Desk) -> None:
        url = mine.fake.service_url
        member = await mine.connector.member(US, url, CHANNEL, BO.user)
        assert (member["id"], member["userPrincipalName"]) == (BO.id, "bo@example.org")
        channels = await mine.connector.channels(US, url, TEAM)
        assert {each["id"]: each["name"] for each in channels} == {TEAM: None, CHANNEL: "partners", OTHER: "elsewhere"}
        with pytest.raises(Never) as never:
            await mine.connector.member(US, url, CHANNEL, EVE.user)
        assert never.value.gone

    at_the_desk(journey)
