"""What people do in Slack, from the wire to what the house hears, and what they get back."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.inbound import (
    Gone,
    Heard,
    Joined,
    Left,
    Mention,
    Opened,
    PlaceKind,
    Pressed,
    Renamed,
    ReplyBy,
    Submitted,
    Typed,
    Uninstalled,
)
from bot.messages import Errors, Form, Message, TextField
from bot.platforms.slack import receive
from bot.platforms.slack.form import draw_form
from bot.words import Account, Text, line
from tests.fakes.slack import BOT, TEAM
from tests.platforms.samples import FORMS
from tests.platforms.slack.office import HELLO, SOCKET, Office, at_the_office

NOWHERE = b'{"command": "/escalate", "text": "x", "user_id": "U01ANA", "channel_id": "C01"}'
FORM = Form("escalate", "Escalate", (TextField("summary", "Summary"), TextField("asked", "Asked")), key="k1")


@pytest.mark.parametrize("how", [{"secret": "wrong"}, {"at": 1}, {"headers": {"X-Slack-Signature": ""}}])
@pytest.mark.parametrize("body", [b"{garbage", b"x" * 1_500_000, None])
def test_what_slack_did_not_sign_just_now_is_refused_and_touches_nothing(
    how: dict[str, Any], body: bytes | None
) -> None:
    async def journey(desk: Office) -> None:
        status, said = await desk.gets(body or desk.fake.command("/escalate x"), **how)
        assert status == 401
        assert "Traceback" not in str(said)
        assert not desk.heard

    at_the_office(journey)


@pytest.mark.parametrize("stamp", ["", "now", "1e9", "-5", "９９９", "9" * 30])
def test_a_time_that_is_no_number_is_refused(stamp: str) -> None:
    async def journey(desk: Office) -> None:
        status, _ = await desk.gets(desk.fake.command("/escalate x"), headers={"X-Slack-Request-Timestamp": stamp})
        assert status == 401
        assert not desk.heard

    at_the_office(journey)


def test_staleness_is_judged_by_the_clock_that_is_given() -> None:
    async def journey(desk: Office) -> None:
        desk.late += type(desk.late)(hours=1)
        assert (await desk.gets(desk.fake.command("/escalate x")))[0] == 401
        assert (await desk.gets(desk.fake.command("/escalate x"), at=desk.now().timestamp()))[0] == 200

    at_the_office(journey)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"{garbage",
        b"[]",
        b"{}",
        b"null",
        b"[" * 50_000,
        b"payload=%7Bx",
        b"just words",
        b'{"type": "event_callback"}',
        b'{"type": "event_callback", "event": 7, "team_id": "T01NORTH"}',
        b'{"type": "event_callback", "event": {"type": ["x"]}, "team_id": "T01NORTH"}',
        b'{"type": "event_callback", "event": {"type": "app_mention", "user": "U1", "text": 5}, "team_id": "T01NORTH"}',
        b'{"type": "event_callback", "authorizations": "x", "event": {}}',
        b'{"type": "block_actions", "team": {"id": "T01NORTH"}, "user": {"id": "U01ANA"}, "actions": []}',
        b'{"type": "block_actions", "team": 5, "user": "x"}',
        b'{"type": "view_submission", "team": {"id": "T01NORTH"}, "user": {"id": "U01ANA"}, "view": {"private_metadata": "{"}}',
        b'{"command": "/escalate", "team_id": "T01NORTH"}',
        NOWHERE,
        NOWHERE.replace(b'"', b'"team_id": "", "', 1),
        b'{"type": "block_actions", "user": {"id": "U01ANA"}, "actions": [{"action_id": "ack"}]}',
        b'{"hello": "world"}',
    ],
)
def test_what_is_signed_but_malformed_is_called_so(body: bytes) -> None:
    async def journey(desk: Office) -> None:
        status, said = await desk.gets(body)
        assert status == 400
        assert "Traceback" not in str(said)
        assert not desk.heard

    at_the_office(journey)


def test_what_names_no_workspace_is_malformed_where_there_are_many() -> None:
    async def journey(desk: Office) -> None:
        assert (await desk.gets(NOWHERE))[0] == 400
        assert not desk.heard

    at_the_office(journey, **OAUTH)


def test_a_body_over_a_megabyte_is_too_large() -> None:
    async def journey(desk: Office) -> None:
        assert (await desk.gets(b'{"x": "' + b"x" * 1_000_000 + b'"}'))[0] == 413
        assert not desk.heard

    at_the_office(journey)


def test_slacks_own_checks_are_answered() -> None:
    async def journey(desk: Office) -> None:
        status, said = await desk.gets({"type": "url_verification", "challenge": "abc", "token": "x"})
        assert (status, said) == (200, {"challenge": "abc"})

    at_the_office(journey)


def test_a_command_is_heard_whole_and_answered_in_its_response() -> None:
    async def journey(desk: Office) -> None:
        desk.says = Message(line(Text("<!channel> *done*")))
        status, said = await desk.gets(
            desk.fake.command(
                "/Escalate ask &lt;@U9&gt; &amp; <@U02BO|bo> in <#C02|elsewhere> <!here> <https://x.org/a|x.org/a> now"
            )
        )
        assert status == 200
        assert said["response_type"] == "ephemeral"
        assert said["text"] == "&lt;!channel&gt; *done*"
        assert said["blocks"][0]["text"] == {"type": "plain_text", "text": "<!channel> *done*", "emoji": False}
        [value] = desk.heard
        assert isinstance(value, Typed)
        assert value.command == "escalate"
        assert value.reply is ReplyBy.RESPONSE
        assert value.sender.account == Account("slack", TEAM, "U01ANA")
        assert (value.sender.name, value.sender.zone, value.sender.locale) == ("Ana Ruiz", "Europe/Berlin", "de-DE")
        assert (value.place.channel, value.place.name, value.place.present) == ("C01", "partners", True)
        before, bo, after = value.words
        assert before == "ask <@U9> & "
        assert isinstance(bo, Mention)
        assert (bo.profile.name, bo.profile.zone) == ("Bo Chen", "Asia/Tokyo")
        assert after == " in #elsewhere @here x.org/a now"

    at_the_office(journey)


def test_a_link_whose_words_say_something_else_is_shown_with_where_it_goes() -> None:
    async def journey(desk: Office) -> None:
        value = await desk.hears(
            desk.fake.command("/escalate see <https://evil.test|your bank> <mailto:a@b.org|a@b.org>")
        )
        assert value.words == ("see your bank (https://evil.test) a@b.org",)

    at_the_office(journey)


def test_a_redelivery_carries_the_same_delivery_and_two_commands_do_not() -> None:
    async def journey(desk: Office) -> None:
        for make in (lambda: desk.fake.command("/escalate x"), lambda: desk.fake.press("ack", "7")):
            once, other = make(), make()
            await desk.gets(once)
            await desk.gets(once, headers={"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"})
            await desk.gets(other)
            first, again, second = (each.delivery for each in desk.heard[-3:])
            assert first == again != second

    at_the_office(journey)


def test_whether_the_bot_can_post_is_known_and_asked_again_when_it_could_not() -> None:
    async def journey(desk: Office) -> None:
        assert (await desk.hears(desk.fake.command("/escalate x", channel="C02"))).place.present is False
        secret = await desk.hears(desk.fake.command("/escalate x", channel="C99"))
        assert (secret.place.present, secret.place.name) == (False, "")
        desk.fake.channels["C02"]["is_member"] = True
        assert (await desk.hears(desk.fake.command("/escalate x", channel="C02"))).place.present is True
        mine = await desk.hears(desk.fake.command("/escalate x", channel="D01ANA"))
        assert mine.place.kind is PlaceKind.DIRECT
        others = await desk.hears(desk.fake.command("/escalate x", channel="D99"))
        assert (others.place.kind, others.place.present) == (PlaceKind.CHANNEL, False)

    at_the_office(journey)


def test_nobody_waits_long_for_a_profile_and_it_is_there_the_next_time() -> None:
    async def journey(desk: Office) -> None:
        await desk.gets(desk.fake.command("/escalate x", user=BOT))
        desk.fake.fail("users.info", "slow", 1)
        loop = asyncio.get_running_loop()
        began = loop.time()
        value = await desk.hears(desk.fake.command("/escalate x"))
        assert 0.4 < loop.time() - began < 0.9
        assert (value.sender.zone, value.sender.name) == (None, "u01ana")
        await asyncio.sleep(0.8)
        assert (await desk.hears(desk.fake.command("/escalate x"))).sender.zone == "Europe/Berlin"
        assert len(desk.fake.called("users.info")) == 2

    at_the_office(journey)


def test_a_person_of_another_organisation_has_the_account_of_their_home() -> None:
    async def journey(desk: Office) -> None:
        value = await desk.hears(desk.fake.command("/escalate x", user="U03EVE"))
        assert value.sender.account == Account("slack", "T02OTHER", "U03EVE")
        assert value.place.tenant == TEAM

    at_the_office(journey)


def test_a_form_opens_at_once_from_a_command_and_from_a_button() -> None:
    async def journey(desk: Office) -> None:
        desk.says = FORM
        for what in (desk.fake.command("/escalate"), desk.fake.press("escalation.edit", "7")):
            assert await desk.gets(what) == (200, "")
            opened = desk.fake.called("views.open")[-1]
            assert opened["trigger_id"] == what["trigger_id"]
        assert len(desk.fake.called("views.open")) == 2

    at_the_office(journey)


@pytest.mark.parametrize("trouble", ["expired_trigger_id", "500", "429", "lost", "slow"])
def test_a_form_that_does_not_open_is_offered_with_a_button(trouble: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "TRIGGER", 0.5)

    async def journey(desk: Office) -> None:
        desk.says = FORM
        desk.fake.fail("views.open", trouble, 4, times=2)
        loop = asyncio.get_running_loop()
        began = loop.time()
        _, said = await desk.gets(desk.fake.command("/escalate"))
        assert loop.time() - began < 0.8
        assert said["blocks"][-1]["elements"][0]["action_id"] == "form.open"
        assert said["blocks"][-1]["elements"][0]["value"] == "k1"
        assert await desk.gets(desk.fake.press("escalation.edit")) == (200, "")
        assert desk.fake.whispers[0]["blocks"][-1]["elements"][0]["value"] == "k1"
        assert desk.fake.whispers[0]["replace_original"] is False

    at_the_office(journey)


def test_a_form_that_a_redelivery_finds_opened_is_not_offered_again() -> None:
    async def journey(desk: Office) -> None:
        desk.says = FORM
        for what in (desk.fake.command("/escalate"), desk.fake.press("escalation.edit", "7")):
            assert await desk.gets(what) == (200, "")
            desk.fake.fail("views.open", "exchanged_trigger_id")
            assert await desk.gets(what, headers={"X-Slack-Retry-Num": "1"}) == (200, "")
        assert len(desk.fake.called("views.open")) == 4
        assert not desk.fake.whispers

    at_the_office(journey)


def test_a_button_says_what_was_pressed_where() -> None:
    async def journey(desk: Office) -> None:
        value = await desk.hears(desk.fake.press("escalation.ack#2", "7", ts="1800000009.000100"))
        assert isinstance(value, Pressed)
        assert (value.action, value.value, value.message) == ("escalation.ack", "7", "1800000009.000100")
        assert value.reply is ReplyBy.MESSAGE
        chosen = desk.fake.press("snooze")
        chosen["actions"] = [{"type": "static_select", "action_id": "snooze", "selected_option": {"value": "7:30"}}]
        assert (await desk.hears(chosen)).value == "7:30"
        home = desk.fake.press("open")
        home |= {"channel": None, "container": {"type": "view", "view_id": "V1"}, "message": None}
        assert (await desk.hears(home)).place.kind is PlaceKind.HOME

    at_the_office(journey)


def test_a_form_comes_back_with_its_values_its_context_and_its_place() -> None:
    async def journey(desk: Office) -> None:
        command = await desk.hears(desk.fake.command("/escalate"))
        view = draw_form(FORMS["every field"], command.place)
        value = await desk.hears(
            desk.fake.submit(
                view, {"summary": "rig", "level": "1", "who": ["1", "2"], "private": ["yes"], "many": ["7"]}
            )
        )
        assert isinstance(value, Submitted)
        assert (value.form, value.context, value.place) == ("escalate", "p:7", command.place)
        assert value.values == {
            "summary": "rig", "tried": "", "level": "1", "who": ("1", "2"), "many": ("7",), "private": "yes",
        }  # fmt: skip
        assert value.sender.account.user == "U01ANA"
        empty = await desk.hears(desk.fake.submit(view, {}))
        assert (empty.values["private"], empty.values["who"], empty.values["level"]) == ("", (), "")
        assert empty.delivery != value.delivery

    at_the_office(journey)


def test_errors_stand_at_their_fields_and_the_form_closes_when_all_is_well() -> None:
    async def journey(desk: Office) -> None:
        command = await desk.hears(desk.fake.command("/escalate"))
        view = draw_form(FORM, command.place)
        desk.says = Errors({"asked": "Say what you ask for.", "unknown": "And this."})
        assert await desk.gets(desk.fake.submit(view, {})) == (
            200,
            {"response_action": "errors", "errors": {"asked": "Say what you ask for.", "summary": "And this."}},
        )
        desk.says = replace(FORM, title="Next")
        _, said = await desk.gets(desk.fake.submit(view, {}))
        assert (said["response_action"], said["view"]["title"]["text"]) == ("update", "Next")
        desk.says = HELLO
        assert await desk.gets(desk.fake.submit(view, {})) == (200, {"response_action": "clear"})

    at_the_office(journey)


def test_a_failure_is_said_with_a_token_and_an_event_comes_again(caplog: pytest.LogCaptureFixture) -> None:
    async def journey(desk: Office) -> None:
        desk.says = RuntimeError("the disk is full")
        status, said = await desk.gets(desk.fake.command("/escalate x"))
        assert status == 200
        assert "nothing was saved" in said["text"]
        token = re.findall(r"operator: (\w+)", said["text"])[0]
        assert said["text"].endswith("\n/escalate x")
        assert f"({token})" in caplog.text
        assert await desk.gets(desk.fake.event("app_mention", user="U01ANA", channel="C01", ts="1.1", text="x")) == (
            500,
            "",
        )
        assert await desk.gets(desk.fake.press("ack")) == (500, "")
        command = desk.heard[0]
        _, said = await desk.gets(desk.fake.submit(draw_form(FORM, command.place), {}))
        assert "nothing was saved" in said["errors"]["summary"]
        assert "disk" not in str(said)

    at_the_office(journey)


def test_when_slack_does_not_say_who_we_are_a_command_is_told_so_and_works_later() -> None:
    async def journey(desk: Office) -> None:
        await asyncio.sleep(0.05)
        desk.slack._tenants._own = None  # as after a start while Slack is down
        desk.fake.fail("auth.test", "500", times=2)
        _, said = await desk.gets(desk.fake.command("/escalate x"))
        assert "nothing was saved" in said["text"]
        await desk.hears(desk.fake.command("/escalate x"))

    at_the_office(journey)


def test_a_mention_is_a_command_in_words() -> None:
    async def journey(desk: Office) -> None:
        said = {"user": "U01ANA", "channel": "C01", "ts": "1800000001.1", "user_team": TEAM}
        value = await desk.hears(
            desk.fake.event("app_mention", text=f"hey <@{BOT}>  Escalate  the rig <@U02BO>", **said)
        )
        assert isinstance(value, Typed)
        assert (value.command, value.words[0], value.reply) == ("Escalate", "the rig ", ReplyBy.MESSAGE)
        assert isinstance(value.words[1], Mention)
        assert (value.place.present, value.place.name) == (True, "partners")
        assert (await desk.hears(desk.fake.event("app_mention", text=f"<@{BOT}>", **said))).command == ""
        assert (await desk.hears(desk.fake.event("app_mention", text=f"help <@{BOT}>", **said))).command == "help"

    at_the_office(journey)


def test_a_direct_message_is_a_command_in_words() -> None:
    async def journey(desk: Office) -> None:
        value = await desk.hears(
            desk.fake.event(
                "message", channel_type="im", user="U01ANA", channel="D01ANA", ts="1.1", text="Checkin done:\nall"
            )
        )
        assert isinstance(value, Typed)
        assert (value.command, value.words, value.place.kind) == ("Checkin", ("done:\nall",), PlaceKind.DIRECT)

    at_the_office(journey)


def test_only_replies_in_threads_of_the_bots_own_are_heard() -> None:
    async def journey(desk: Office) -> None:
        said = {
            "channel_type": "channel",
            "user": "U01ANA",
            "channel": "C01",
            "ts": "1800000002.1",
            "text": "I am on it",
        }
        thread = {"thread_ts": "1800000001.1", "parent_user_id": BOT}
        value = await desk.hears(desk.fake.event("message", **said, **thread))
        assert isinstance(value, Heard)
        assert (value.words, value.thread, value.message) == (("I am on it",), "1800000001.1", "1800000002.1")
        assert value.sender.name == "Ana Ruiz"
        desk.heard.clear()
        for other in (
            said,
            {**said, **thread, "parent_user_id": "U02BO"},
            {**said, **thread, "user": BOT},
            {**said, **thread, "bot_id": "B1"},
            {**said, **thread, "subtype": "message_changed"},
            {**said, **thread, "text": f"<@{BOT}> help"},
        ):
            assert await desk.gets(desk.fake.event("message", **other)) == (200, "")
        assert not desk.heard

    at_the_office(journey)


def test_comings_and_goings_are_heard() -> None:
    async def journey(desk: Office) -> None:
        fake = desk.fake
        joined = await desk.hears(fake.event("member_joined_channel", user=BOT, channel="C02"))
        assert isinstance(joined, Joined)
        assert (joined.sender.bot, joined.place.present, joined.place.name) == (True, True, "elsewhere")
        assert (await desk.hears(fake.event("member_joined_channel", user="U02BO", channel="C01"))).sender.bot is False
        assert isinstance(await desk.hears(fake.event("member_left_channel", user="U02BO", channel="C01")), Left)
        renamed = await desk.hears(fake.event("channel_rename", channel={"id": "C01", "name": "allies"}))
        assert isinstance(renamed, Renamed)
        assert (renamed.channel, renamed.place.name) == (True, "allies")
        changed = {"id": "U01ANA", "team_id": TEAM, "real_name": "Ana Gil", "tz": "Europe/Madrid", "profile": {}}
        person = await desk.hears(fake.event("user_change", user=changed))
        assert isinstance(person, Renamed)
        assert (person.channel, person.sender.name, person.sender.zone) == (False, "Ana Gil", "Europe/Madrid")
        gone = await desk.hears(fake.event("user_change", user={**changed, "deleted": True}))
        assert isinstance(gone, Left)
        assert gone.company
        for kind in ("channel_archive", "channel_left", "group_deleted"):
            assert isinstance(await desk.hears(fake.event(kind, channel="C01")), Gone)
        for kind in ("channel_unarchive", "group_unarchive"):
            back = await desk.hears(fake.event(kind, channel="C01", user="U01ANA"))
            assert isinstance(back, Joined)
            assert (back.sender.bot, back.place.present, back.place.name) == (True, True, "partners")
        await desk.gets(fake.event("channel_unarchive", channel="C99", user="U01ANA"))
        assert desk.heard == [back]  # the bot is not in that one
        opened = await desk.hears(fake.event("app_home_opened", user="U01ANA", tab="home", channel="D01ANA"))
        assert isinstance(opened, Opened)
        assert opened.place.kind is PlaceKind.HOME
        assert await desk.gets(fake.event("app_home_opened", user="U01ANA", tab="messages", channel="D01ANA")) == (
            200,
            "",
        )
        assert await desk.gets(fake.event("reaction_added", user="U01ANA")) == (200, "")
        assert len(desk.heard) == 1

    at_the_office(journey)


def test_socket_mode_acknowledges_with_the_answer_and_only_what_was_saved() -> None:
    async def journey(desk: Office) -> None:
        desk.says = HELLO
        envelope = await desk.fake.envelope(desk.fake.command("/escalate x"), "slash_commands")
        await until(lambda: desk.fake.acknowledged)
        [said] = desk.fake.acknowledged
        assert said["envelope_id"] == envelope
        assert said["payload"]["text"] == "Hello"
        desk.says = RuntimeError("no")
        await desk.fake.envelope(desk.fake.event("app_mention", user="U01ANA", channel="C01", ts="1.1", text="x"))
        await until(lambda: len(desk.heard) == 2)
        await asyncio.sleep(0.05)
        assert len(desk.fake.acknowledged) == 1

    at_the_office(journey, slack_signing_secret=None, **SOCKET)


async def until(true: Callable[[], object]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not happen within five seconds")


OAUTH = {"slack_bot_token": None, "slack_client_id": "1.2", "slack_client_secret": "shh"}


def test_a_workspace_installs_the_app_uses_it_and_removes_it() -> None:
    async def journey(desk: Office) -> None:
        command = desk.fake.command("/escalate x", team_id="T09NEW")
        await desk.gets(command)
        assert not desk.heard
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{desk.url}/slack/install") as response:
                cookie = response.headers["Set-Cookie"].partition(";")[0]
                page = await response.text()
            state = cookie.partition("=")[2]
            assert state in page
            back = f"{desk.url}/slack/oauth_redirect?code=a-code&state="
            for wrong, sent in (
                (state, ""),
                ("forged-x", "slack-app-oauth-state=forged-x"),
                (state[:-1] + "x", cookie),
            ):
                async with session.get(back + wrong, headers={"Cookie": sent}) as response:
                    assert response.status >= 400
            desk.late += type(desk.late)(minutes=11)
            async with session.get(back + state, headers={"Cookie": cookie}) as response:
                assert response.status == 401
            assert not desk.drawer.kept
            desk.late -= type(desk.late)(minutes=11)
            async with session.get(back + state, headers={"Cookie": cookie}) as response:
                assert response.status == 200
        assert desk.drawer.kept == {"T09NEW": {"token": "xoxb-new", "bot": BOT, "name": "Newcomers"}}
        assert (await desk.hears(command)).place.tenant == "T09NEW"
        away = {**desk.fake.event("app_uninstalled"), "team_id": "T09NEW", "authorizations": []}
        assert isinstance(await desk.hears(away), Uninstalled)
        assert not desk.drawer.kept

    at_the_office(journey, **OAUTH)


def test_the_body_is_signed_letter_for_letter() -> None:
    async def journey(desk: Office) -> None:
        body = json.dumps(desk.fake.event("app_mention", user="U01ANA", channel="C01", ts="1.1", text="é x")).encode()
        assert (await desk.gets(body))[0] == 200
        assert len(desk.heard) == 1

    at_the_office(journey)
