"""What nobody expects on the wire: it is answered with what HTTP has for it, is never taken for a failure of ours, and costs little."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.inbound import Place
from bot.messages import Form, ManyField, Option, SwitchField, TextField
from bot.platforms.slack.form import draw_form
from bot.platforms.slack.receive import HASHED
from tests.fakes.slack import BOT, FakeSlack
from tests.fakes.teams import APP, BO, CHANNEL, FakeTeams, account
from tests.fuzz.nasty import DEEP, bent, letters, quick, torn, written
from tests.fuzz.running import Running

TAKEN, MALFORMED = {200, 400, 413}, {400, 413}
FORM = Form(
    "escalate",
    "Raise a concern",
    (
        TextField("summary", "What is wrong?", lines=True),
        ManyField("who", "Who?", (Option("Ana", "1"), Option("Bo", "2"))),
        SwitchField("high", "Urgent?"),
    ),
    context="partnership:1",
)
_slack, _teams = FakeSlack(), FakeTeams()
_said = {"user": "U01ANA", "channel": "C01", "ts": "1800000001.1", "user_team": "T01NORTH"}

SLACK: dict[str, Any] = {
    "command": _slack.command("/escalate the rig is down by friday to <@U02BO|bo> !high"),
    "praise": _slack.command("/celebrate <@U02BO|bo> for turning the rig round in one night"),
    "long command": _slack.command("/partnership cadence every other tuesday at 14:00"),
    "press": _slack.press("escalation.acknowledge", "escalation:1"),
    "answer": _slack.press("ask.answer", "k|partnership=1"),
    "open": _slack.press("form.open", "k"),
    "form": _slack.submit(
        draw_form(FORM, Place("slack", "T01NORTH", "C01")), {"summary": "the rig", "who": ["1"], "high": ["yes"]}
    ),
    "mention": _slack.event("app_mention", text=f"<@{BOT}> escalate the rig", **_said),
    "direct": _slack.event("message", channel_type="im", text="status", **{**_said, "channel": "D01ANA"}),
    "reply": _slack.event(
        "message", channel_type="channel", text="on it", thread_ts="1800000000.1", parent_user_id=BOT, **_said
    ),
    "home": _slack.event("app_home_opened", user="U01ANA", tab="home", channel="D01ANA"),
    "joined": _slack.event("member_joined_channel", user="U02BO", channel="C01", team="T01NORTH"),
    "left": _slack.event("member_left_channel", user="U03EVE", channel="C01"),
    "renamed": _slack.event("channel_rename", channel={"id": "C01", "name": "partners"}),
    "person": _slack.event("user_change", user={"id": "U03EVE", "profile": {"real_name": "Eve"}, "tz": "Asia/Tokyo"}),
    "tokens": _slack.event("tokens_revoked", tokens={"oauth": ["U1"]}),
    "checked": {"type": "url_verification", "challenge": "abc", "token": "x"},
}

_filled = {"form": "escalate", "context": "", "key": "k1", "fields": ["text.summary", "many.who"], "rest": {},
           "text.summary": "the rig\nis *down*", "many.who": "1,2"}  # fmt: skip
TEAMS: dict[str, Any] = {
    "said": _teams.says("escalate the rig is down ", BO, " !high"),
    "typed": _teams.says("/celebrate ", BO, " for turning the rig round", targeted=True),
    "press": _teams.presses("escalation.acknowledge", {"value": "escalation:1"}),
    "menu": _teams.presses("escalation.snooze", {"choice": "escalation:1|30"}),
    "form on a card": _teams.presses("form.submit", _filled),
    "fetch": _teams.fetches({"action": "form.open", "value": "k1"}),
    "form": _teams.submits(_filled),
    "joined": _teams.happens(membersAdded=[account(BO), {"id": f"28:{APP}"}]),
    "left": _teams.happens(membersRemoved=[account(BO)]),
    "renamed": _teams.happens("channelRenamed", data={"channel": {"id": CHANNEL, "name": "pilots"}}),
    "deleted": _teams.happens("channelDeleted", data={"channel": {"id": "19:other@thread.tacv2"}}),
    "installed": _teams.installs(),
    "removed": _teams.installs("remove"),
    "from a message": _teams.says("x", value={"action": "escalation.acknowledge", "value": "escalation:1"}),
}


def as_slack_sends(value: Any, how: str = "") -> tuple[bytes, str]:
    """The body of it, in the encoding that Slack has for its kind, or another."""
    kind = value.get("type") if isinstance(value, dict) else None
    if (how or "command") == "command" and isinstance(value, dict) and "command" in value:
        fields = {key: each if isinstance(each, str) else written(each, 500) for key, each in value.items()}
        return urlencode(fields, errors="replace").encode(), "application/x-www-form-urlencoded"
    if how == "form" or (not how and kind in ("block_actions", "view_submission")):
        return urlencode({"payload": written(value)}).encode(), "application/x-www-form-urlencoded"
    return written(value).encode(), "application/json"


# Signed, and yet not what its platform sends -------------------------------------------------------------------------


@quick(90)
@given(value=bent(SLACK), how=st.sampled_from(["", "", "", "form", "json"]))
def test_whatever_slack_signs_is_taken_or_malformed(bot: Running, value: Any, how: str) -> None:
    body, kind = as_slack_sends(value, how)

    bot.unharmed(bot.slack_gets(body, kind), TAKEN if len(body) <= HASHED else {401})


@quick(90)
@given(value=bent(TEAMS))
def test_whatever_microsoft_signs_is_taken_or_malformed_or_not_covered_by_its_token(bot: Running, value: Any) -> None:
    value = json.loads(json.dumps(value).replace("http:///teams/", bot.teams.service_url))
    if isinstance(value, dict) and isinstance(value.get("serviceUrl"), str) and not value["serviceUrl"]:
        value["serviceUrl"] = bot.teams.service_url
    got = bot.teams_gets(written(value).encode())

    bot.unharmed(got, TAKEN | {401})


@quick(30)
@given(data=st.data(), name=st.sampled_from(sorted(SLACK)))
def test_torn_bytes_that_slack_signs_are_taken_or_malformed(bot: Running, data: st.DataObject, name: str) -> None:
    body, content_type = as_slack_sends(SLACK[name])
    got = bot.slack_gets(data.draw(torn(body)), content_type)

    bot.unharmed(got, TAKEN)


@quick(30)
@given(data=st.data(), name=st.sampled_from(sorted(TEAMS)))
def test_torn_bytes_that_microsoft_signs_are_taken_or_malformed(bot: Running, data: st.DataObject, name: str) -> None:
    body = json.dumps(TEAMS[name]).replace("/teams/", bot.teams.service_url).encode()
    got = bot.teams_gets(data.draw(torn(body)))

    bot.unharmed(got, TAKEN | {401})


@pytest.mark.parametrize("depth", [70, 200, 300, 400, 600, 800, 950, 990, 10_000, 200_000])
@pytest.mark.parametrize("where", ["block_actions", "event_callback", "message", "command"])
def test_what_is_nested_too_deep_is_malformed(bot: Running, depth: int, where: str) -> None:
    if where == "message":
        told = {**_teams.says("status"), "serviceUrl": bot.teams.service_url, "value": {"x": DEEP}}
        got = bot.teams_gets(written(told, depth).encode())
    elif where == "command":
        told = {**_slack.command("/escalate x"), "payload": written({"x": DEEP}, depth)}
        got = bot.slack_gets(urlencode(told).encode(), "application/x-www-form-urlencoded")
    else:
        body = written({**SLACK["press" if where == "block_actions" else "mention"], "x": DEEP}, depth)
        got = bot.slack_gets(body.encode())
    bot.unharmed(got, MALFORMED)


def test_what_stands_twice_in_a_body_is_read_in_one_way(bot: Running) -> None:
    good, bad = quote(json.dumps(SLACK["press"])), quote(json.dumps({"type": "block_actions", "event": 7}))
    for body in (f"payload={good}&payload={bad}", f"payload={bad}&payload={good}", f"pay%6coad={good}"):
        bot.unharmed(bot.slack_gets(body.encode(), "application/x-www-form-urlencoded"), TAKEN)


# Around it ----------------------------------------------------------------------------------------------------------


@quick(30)
@given(data=st.data())
def test_no_header_of_what_slack_signs_breaks_anything(bot: Running, data: st.DataObject) -> None:
    kind = data.draw(
        st.sampled_from(
            [
                "",
                "x",
                "text/plain",
                "application/json; charset=utf-16",
                "multipart/form-data",
                "application/x-www-form-urlencoded; charset=\udcff",
                ";;;",
                "application/json,application/json",
            ]
        )
    )
    more = data.draw(
        st.sampled_from(
            [
                {},
                {"X-Slack-Retry-Num": "99"},
                {"X-Slack-Retry-Num": "\udcff"},
                {"Content-Encoding": "gzip"},
                {"Content-Encoding": "br"},
                {"Content-Encoding": "nonsense"},
                {"X-Slack-Bolt-Lazy-Only": "1"},
                {"X-Slack-Bolt-Lazy-Only": "1", "X-Slack-Bolt-Lazy-Function-Name": "x"},
                {"Cookie": "a=\udcff;;=;"},
                {"X-Forwarded-For": "\udcfe"},
            ]
        )
    )
    body, _ = as_slack_sends(SLACK[data.draw(st.sampled_from(sorted(SLACK)))])
    got = bot.slack_gets(body, kind, **more)

    bot.unharmed(got, TAKEN)


# The other addresses -------------------------------------------------------------------------------------------------


@quick(30)
@given(
    path=st.one_of(letters, st.binary(max_size=30).map(lambda each: each.decode("latin-1"))),
    of=st.sampled_from(
        [
            "/calendar/{}.ics",
            "/files/{}",
            "/{}",
            "/slack/install?{}",
            "/slack/oauth_redirect?code={}&state=x",
            "/metrics?{}",
            "/readyz/{}",
        ]
    ),
    method=st.sampled_from(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST"]),
)
def test_no_address_breaks_anything(bot: Running, path: str, of: str, method: str) -> None:
    where = of.format(quote(path[:1500], safe="", errors="surrogatepass"))
    got = bot.speaks(f"{method} {where} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    bot.unharmed(got, {200, 400, 401, 404, 405})
