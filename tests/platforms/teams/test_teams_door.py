"""Who is let in by Teams' door, who is not, and what an invoke hears."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.inbound import Inbound, Pressed, Submitted, Typed
from bot.messages import Errors, Form, Inset, Message, Nothing, Reply, Shown, TextField
from bot.platforms.teams import Teams
from bot.platforms.teams.apps import ANONYMOUS, Registration, registrations
from bot.platforms.teams.draw import draw
from bot.port import Parcel, Way
from bot.settings import Settings
from bot.words import Text, line
from tests.fakes.teams import ANA, APP, BOT, CHANNEL, PASSWORD, TEAM, TENANT, AddressBook, FakeTeams

SECOND = "44444444-dddd-4ddd-8ddd-00000000000d"
FORM = Form("escalate", "Escalate", (TextField("summary", "Summary"), TextField("asked", "Asked")), key="k1")
FILLED = {
    "form": "escalate",
    "context": "",
    "key": "k1",
    "fields": ["text.summary", "text.asked"],
    "rest": {},
    "text.summary": "the rig\nis *down*",
    "text.asked": "a spare",
}


@dataclass
class Gate:
    """A bot that is nothing but its Teams side. `says` is the answer to everything; an exception in it is raised."""

    fake: FakeTeams
    book: AddressBook = field(default_factory=AddressBook)
    teams: Teams = field(init=False)
    url: str = ""
    says: Reply | Exception = field(default_factory=Nothing)
    heard: list[Inbound] = field(default_factory=list)
    late: timedelta = timedelta()
    waits: float = 0

    async def answer(self, value: Inbound) -> Reply:
        await asyncio.sleep(self.waits)
        self.heard.append(value)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    def now(self) -> datetime:
        return datetime.now(UTC) + self.late

    async def gets(self, what: dict[str, Any] | bytes | None = None, **how: Any) -> tuple[int, Any]:
        """Send it as Teams would; gives the bot's answer."""
        return await self.fake.send(self.url, self.fake.says("escalate x") if what is None else what, **how)

    async def refuses(self, what: dict[str, Any] | bytes | None = None, **how: Any) -> bool:
        """Whether it is refused and touches nothing."""
        before = len(self.heard), dict(self.book.kept)
        status, said = await self.gets(what, **how)
        assert "Traceback" not in str(said)
        return status == 401 and before == (len(self.heard), self.book.kept)


@asynccontextmanager
async def gate(**settings: Any) -> AsyncIterator[Gate]:
    async with FakeTeams() as fake:
        here = Gate(fake)
        given = {
            "microsoft_app_id": APP,
            "microsoft_app_password": PASSWORD,
            "microsoft_app_tenant_id": TENANT,
            "microsoft_openid_url": fake.openid_url,
            "microsoft_login_url": fake.login_url,
            "teams_service_hosts": "127.0.0.1,*.example.org",
            **settings,
        }
        here.teams = Teams(Settings(_env_file=None, **given), here.book, here.now)  # type: ignore[call-arg]
        assert here.teams.faults() == []
        app = web.Application()
        app.add_routes(here.teams.routes())
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        here.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"
        await here.teams.open(here.answer)
        try:
            yield here
        finally:
            await here.teams.close()
            await runner.cleanup()


def at_the_gate(journey: Callable[[Gate], Awaitable[None]], **settings: Any) -> None:
    """Run a journey at a gate of its own."""

    async def run() -> None:
        async with asyncio.timeout(20), gate(**settings) as here:
            await journey(here)

    asyncio.run(run())


NO_TOKENS = {
    "microsoft_app_id": None,
    "microsoft_app_password": None,
    "microsoft_app_tenant_id": None,
    "teams_allow_unauthenticated": True,
}


# Tokens --------------------------------------------------------------------------------------------------------------


def unsigned(fake: FakeTeams) -> str:
    claims = jwt.decode(fake.token(), options={"verify_signature": False})
    return jwt.encode(claims, "", algorithm="none", headers={"kid": fake.key})


def by_a_secret(fake: FakeTeams) -> str:
    claims = jwt.decode(fake.token(), options={"verify_signature": False})
    return jwt.encode(claims, "s" * 32, algorithm="HS256", headers={"kid": fake.key})


def tampered(fake: FakeTeams) -> str:
    head, _, seal = fake.token().split(".")
    _, claims, _ = fake.token(service_url="https://a.example.org/").split(".")
    return f"{head}.{claims}.{seal}"


BAD: dict[str, Callable[[FakeTeams], str]] = {
    "none": lambda fake: "",
    "garbage": lambda fake: "garbage",
    "three parts of garbage": lambda fake: "a.b.c",
    "not in letters": lambda fake: "ä.ö.ü",
    "expired": lambda fake: fake.token(expires=-310),
    "not valid yet": lambda fake: fake.token(nbf=fake.now() + 400),
    "for ever": lambda fake: fake.token(exp=None),
    "at a time that is no number": lambda fake: fake.token(exp="tomorrow"),
    "signed by another key": lambda fake: fake.token(key="key-9", kid="key-1"),
    "signed by an unknown key": lambda fake: fake.token(key="key-9"),
    "not signed": unsigned,
    "signed by a secret": by_a_secret,
    "changed after it was signed": tampered,
    "for another bot": lambda fake: fake.token(audience=SECOND),
    "for several": lambda fake: fake.token(aud=[APP, SECOND]),
    "for nobody": lambda fake: fake.token(aud=None),
    "from another issuer": lambda fake: fake.token(issuer="https://sts.example.org/"),
    "without a service URL": lambda fake: fake.token(serviceurl=None),
    "with an empty service URL": lambda fake: fake.token(service_url=""),
}


@pytest.mark.parametrize("how", BAD)
def test_a_bad_token_is_refused_whatever_comes_with_it(how: str) -> None:
    async def journey(here: Gate) -> None:
        for body in (None, b"{garbage", b"[]", b"x" * 1_500_000):
            assert await here.refuses(body, token=BAD[how](here.fake))
        assert (await here.gets())[0] == 200

    at_the_gate(journey)


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", "Digest x", "garbage", "Bearer a b c"])
def test_what_is_not_a_bearer_token_is_refused(header: str) -> None:
    async def journey(here: Gate) -> None:
        assert await here.refuses(token="", headers={"Authorization": header})

    at_the_gate(journey, **NO_TOKENS)


@pytest.mark.parametrize("endorsed", [[], ["webchat"], None, "msteams"])
def test_a_key_must_vouch_for_teams(endorsed: Any) -> None:
    async def journey(here: Gate) -> None:
        here.fake.endorsements = endorsed
        assert await here.refuses()

    at_the_gate(journey)


@pytest.mark.parametrize(
    "changed",
    [
        {"channelId": None},
        {"channelId": ""},
        {"channelId": "webchat"},
        {"channelId": 7},
        {"serviceUrl": None},
        {"serviceUrl": ""},
        {"serviceUrl": ["x"]},
        {"serviceUrl": "https://smba.example.org/emea/"},
    ],
)
def test_an_activity_must_be_the_one_that_the_token_was_made_for(changed: dict[str, Any]) -> None:
    async def journey(here: Gate) -> None:
        assert await here.refuses(here.fake.says("escalate x") | changed)

    at_the_gate(journey)


@pytest.mark.parametrize("missing", ["channelId", "serviceUrl"])
def test_an_activity_that_leaves_out_what_is_checked_is_refused(missing: str) -> None:
    async def journey(here: Gate) -> None:
        activity = here.fake.says("escalate x")
        del activity[missing]
        assert await here.refuses(activity)

    at_the_gate(journey)


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://smba.example.org/emea/", 200),
        ("https://smba.example.org:444/emea/", 200),
        ("HTTPS://SMBA.Example.Org/emea", 200),
        ("http://smba.example.org/emea/", 401),
        ("https://example.org/", 401),
        ("https://badexample.org/", 401),
        ("https://smba.example.org@evil.test/", 401),
        ("https://evil.test\\@smba.example.org/", 401),
        ("https://evil.test/.example.org", 401),
        ("https://evil.test .example.org/", 401),
        ("http://127.0.0.2:80/", 401),
        ("ftp://127.0.0.1/", 401),
        ("smba.example.org", 401),
        ("https://[::1", 401),
    ],
)
def test_only_known_hosts_are_written_to_and_never_in_the_clear(url: str, status: int) -> None:
    async def journey(here: Gate) -> None:
        activity = here.fake.activity("conversationUpdate", serviceUrl=url)
        assert (await here.gets(activity, token=here.fake.token(service_url=url)))[0] == status

    at_the_gate(journey)


def test_a_slash_more_or_less_is_the_same_service_url() -> None:
    async def journey(here: Gate) -> None:
        token = here.fake.token(service_url=here.fake.service_url.rstrip("/"))
        assert (await here.gets(token=token))[0] == 200

    at_the_gate(journey)


def test_times_are_judged_by_the_clock_that_is_given_and_five_minutes_may_part_it_from_microsofts() -> None:
    async def journey(here: Gate) -> None:
        token = here.fake.token(expires=60)
        here.late = timedelta(minutes=5)
        assert (await here.gets(token=token))[0] == 200
        here.late = timedelta(minutes=7)
        assert await here.refuses(token=token)
        here.late = timedelta(minutes=-11)
        assert await here.refuses(token=token)

    at_the_gate(journey)


# Keys ----------------------------------------------------------------------------------------------------------------


def test_microsofts_new_key_is_looked_for_at_once_and_its_old_one_holds_no_more() -> None:
    async def journey(here: Gate) -> None:
        old = here.fake.token()
        assert (await here.gets())[0] == 200
        here.fake.rotate()
        assert (await here.gets())[0] == 200
        assert await here.refuses(token=old)

    at_the_gate(journey)


def test_unknown_keys_do_not_make_the_bot_hammer_microsoft() -> None:
    async def journey(here: Gate) -> None:
        assert (await here.gets())[0] == 200
        for name in range(20, 40):
            assert await here.refuses(token=here.fake.token(key="key-9", kid=f"key-{name}"))
        assert len(here.fake.called("keys")) == 2
        here.late = timedelta(seconds=6)
        here.fake.rotate()
        assert (await here.gets())[0] == 200
        assert len(here.fake.called("keys")) == 3

    at_the_gate(journey)


def test_what_can_be_refused_without_a_key_asks_microsoft_nothing() -> None:
    async def journey(here: Gate) -> None:
        for how in ("garbage", "expired", "for another bot", "not signed", "signed by a secret"):
            assert await here.refuses(token=BAD[how](here.fake))
        assert not here.fake.calls

    at_the_gate(journey)


def test_all_who_wait_for_the_keys_share_one_fetch() -> None:
    async def journey(here: Gate) -> None:
        here.fake.fail("keys", "slow", 0.2)
        answers = await asyncio.gather(*(here.gets() for _ in range(8)))
        assert {status for status, _ in answers} == {200}
        assert len(here.fake.called("keys")) == 1

    at_the_gate(journey)


def test_the_keys_are_fetched_again_after_a_day() -> None:
    async def journey(here: Gate) -> None:
        await here.gets()
        await here.gets()
        assert len(here.fake.called("keys")) == 1
        here.late = timedelta(days=1, minutes=1)
        token = here.fake.token(expires=90_000)
        assert (await here.gets(token=token))[0] == 200
        assert len(here.fake.called("keys")) == 2

    at_the_gate(journey)


@pytest.mark.parametrize(("call", "how"), [("openid", "500"), ("keys", "garbage"), ("openid", "garbage")])
def test_while_microsofts_keys_cannot_be_had_it_shall_come_again(call: str, how: str) -> None:
    async def journey(here: Gate) -> None:
        here.fake.fail(call, how)
        assert (await here.gets())[0] == 503
        assert (await here.gets())[0] == 503  # not asked again so soon
        assert len(here.fake.called("openid")) == 1
        assert not here.heard
        here.late = timedelta(seconds=6)
        assert (await here.gets())[0] == 200

    at_the_gate(journey)


def test_known_keys_hold_while_new_ones_cannot_be_had() -> None:
    async def journey(here: Gate) -> None:
        await here.gets()
        known = here.fake.token()
        here.fake.rotate()
        here.fake.fail("openid", "500")
        assert (await here.gets())[0] == 503
        assert (await here.gets())[0] == 503
        assert (await here.gets(token=known))[0] == 200

    at_the_gate(journey)


def test_the_bot_stops_while_it_waits_for_the_keys() -> None:
    async def journey(here: Gate) -> None:
        here.fake.fail("keys", "slow", 3)
        waiting = asyncio.create_task(here.gets())
        await asyncio.sleep(0.2)
        assert here.fake.called("keys")
        async with asyncio.timeout(1):
            await here.teams.close()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    at_the_gate(journey)


# Registrations -------------------------------------------------------------------------------------------------------


def test_the_audience_of_the_token_tells_which_of_several_registrations_is_meant(tmp_path: Path) -> None:
    async def journey(here: Gate) -> None:
        here.fake.apps[SECOND] = ("x", "contoso.onmicrosoft.com")
        assert (await here.gets(token=here.fake.token(audience=SECOND.upper())))[0] == 200
        assert here.book.kept[TENANT, CHANNEL]["app"] == SECOND
        assert (await here.gets())[0] == 200
        assert here.book.kept[TENANT, CHANNEL]["app"] == APP

    file = tmp_path / "apps.toml"
    file.write_text(f'[contoso]\napp_id = "{SECOND}"\npassword = "x"\ntenant_id = "contoso.onmicrosoft.com"\n')
    at_the_gate(journey, microsoft_apps_file=str(file))


def test_registrations_come_from_the_settings_and_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "apps.toml"
    file.write_text(f'[contoso]\napp_id = "{SECOND.upper()}"\npassword = "x"\ntype = "MultiTenant"\ntenant_id = "t"\n')
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        microsoft_app_id=APP,
        microsoft_app_password=SecretStr(PASSWORD),
        microsoft_app_tenant_id=TENANT,
        microsoft_apps_file=str(file),
    )
    first, second = registrations(settings)
    assert first == Registration(APP, PASSWORD, TENANT)
    assert second == Registration(SECOND, "x", "")
    assert PASSWORD not in repr(first)
    assert registrations(settings.model_copy(update={"teams_allow_unauthenticated": True})) == (first, second)
    assert registrations(Settings.model_construct(teams_allow_unauthenticated=True)) == (ANONYMOUS,)


GOOD = f'app_id = "{SECOND}"\npassword = "x"\ntenant_id = "t"\n'


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "MICROSOFT_APP_ID is missing"),
        ({"microsoft_app_id": APP}, "MICROSOFT_APP_PASSWORD is missing"),
        ({"microsoft_app_password": "x"}, "MICROSOFT_APP_ID is missing"),
        ({"microsoft_app_id": APP, "microsoft_app_password": "x"}, "MICROSOFT_APP_TENANT_ID is missing"),
        ({"microsoft_app_id": "my bot", "microsoft_app_password": "x"}, "MICROSOFT_APP_ID is not a client id"),
        (
            {"microsoft_app_id": APP, "microsoft_app_password": "x", "microsoft_app_tenant_id": "../evil"},
            "MICROSOFT_APP_TENANT_ID is not a tenant",
        ),
        (
            {"teams_allow_unauthenticated": True, "bellwether_host": "0.0.0.0"},
            "TEAMS_ALLOW_UNAUTHENTICATED lets anybody in",
        ),
        (
            {
                "teams_allow_unauthenticated": True,
                "microsoft_app_id": APP,
                "microsoft_app_password": "x",
                "microsoft_app_tenant_id": TENANT,
            },
            "TEAMS_ALLOW_UNAUTHENTICATED lets in who has no token, beside a real registration",
        ),
        (
            {"teams_allow_unauthenticated": True, "bellwether_public_url": "https://bellwether.example.org"},
            "TEAMS_ALLOW_UNAUTHENTICATED is for clients on this machine",
        ),
        ({"file": None}, "MICROSOFT_APPS_FILE cannot be read"),
        ({"file": ""}, "MICROSOFT_APPS_FILE is empty"),
        ({"file": "[contoso"}, "MICROSOFT_APPS_FILE is not TOML"),
        ({"file": "app_id = 7"}, "MICROSOFT_APPS_FILE: app_id stands outside a table"),
        ({"file": '[contoso]\npassword = "x"'}, "MICROSOFT_APPS_FILE: [contoso] app_id is missing"),
        ({"file": "[contoso]\napp_id = 7"}, "MICROSOFT_APPS_FILE: [contoso] app_id is not a client id"),
        ({"file": f'[contoso]\napp_id = "{APP}"'}, "MICROSOFT_APPS_FILE: [contoso] password is missing"),
        ({"file": f'[contoso]\n{GOOD}type = "UserAssignedMSI"'}, "MICROSOFT_APPS_FILE: [contoso] type is UserAssigned"),
        ({"file": f"[contoso]\n{GOOD}tennant = 1"}, "MICROSOFT_APPS_FILE: [contoso] has tennant"),
        ({"file": f"[contoso]\n{GOOD}[fabrikam]\n{GOOD}"}, f"MICROSOFT_APPS_FILE: the registration {SECOND} is there"),
        ({"teams_allow_unauthenticated": True, "teams_service_hosts": "*"}, "TEAMS_SERVICE_HOSTS: '*' is not a host"),
        (
            {"teams_allow_unauthenticated": True, "microsoft_openid_url": "http://keys.example.org/"},
            "MICROSOFT_OPENID_URL is not an address",
        ),
    ],
)
def test_what_is_wrong_with_a_setting_is_said_with_its_name(given: dict[str, Any], said: str, tmp_path: Path) -> None:
    settings = dict(given)
    if "file" in settings:
        file, text = tmp_path / "apps.toml", settings.pop("file")
        if text is not None:
            file.write_text(text)
        settings["microsoft_apps_file"] = str(file)
    teams = Teams(Settings(_env_file=None, **settings), AddressBook(), lambda: datetime.now(UTC))  # type: ignore[call-arg]
    [fault] = teams.faults()
    assert fault.startswith(said)
    assert fault.endswith(".")


def test_a_wrong_secret_and_keys_that_cannot_be_had_are_found_by_the_doctor() -> None:
    async def journey(here: Gate) -> None:
        assert await here.teams.check() == []
        here.fake.apps[APP] = ("another", TENANT)
        here.fake.fail("openid", "500")
        here.late = timedelta(minutes=1)
        secret, keys = await here.teams.check()
        assert APP in secret
        assert PASSWORD not in secret
        assert "MICROSOFT_OPENID_URL" in keys

    at_the_gate(journey)


# Without tokens ------------------------------------------------------------------------------------------------------


def test_a_local_client_needs_no_token_where_that_is_allowed() -> None:
    async def journey(here: Gate) -> None:
        here.fake.anonymous = True
        assert (await here.gets(token=""))[0] == 200
        [value] = here.heard
        assert isinstance(value, Typed)
        assert here.book.kept[TENANT, CHANNEL]["app"] == ""
        assert not [each for each in ("openid", "keys", "login") if here.fake.called(each)]

    at_the_gate(journey, **NO_TOKENS, teams_service_hosts="smba.example.org")


def test_a_token_is_wanted_where_nothing_else_was_allowed() -> None:
    async def journey(here: Gate) -> None:
        assert await here.refuses(token="")

    at_the_gate(journey)


@pytest.mark.parametrize("how", [each for each in BAD if each != "none"])
def test_a_bad_token_is_refused_even_where_none_is_wanted(how: str) -> None:
    async def journey(here: Gate) -> None:
        assert await here.refuses(token=BAD[how](here.fake))

    at_the_gate(journey, **NO_TOKENS)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7"},
        {"Host": "bellwether.example.org"},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
    ],
)
def test_nobody_from_elsewhere_comes_in_without_a_token(headers: dict[str, str]) -> None:
    async def journey(here: Gate) -> None:
        assert await here.refuses(token="", headers=headers)

    at_the_gate(journey, **NO_TOKENS)


def test_who_comes_without_a_token_is_answered_on_this_machine_alone() -> None:
    async def journey(here: Gate) -> None:
        for url in ("https://smba.example.org/", "http://192.0.2.7/", "", "http://localhost.evil.test/"):
            assert await here.refuses(here.fake.says("x", serviceUrl=url), token="")

    at_the_gate(journey, **NO_TOKENS)


# Bodies --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"{garbage",
        b"[]",
        b"{}",
        b"null",
        b"7",
        b"[" * 50_000,
        b'{"type": 7}',
        b'{"a": ' * 3_000 + b"1" + b"}" * 3_000,
        b'{"type": "message", "value": ' + b'{"a": ' * 900 + b"1" + b"}" * 901,
    ],
)
def test_what_is_signed_but_no_activity_is_called_malformed(body: bytes) -> None:
    async def journey(here: Gate) -> None:
        if body.startswith(b'{"type": "message"'):
            about = f'{{"channelId": "msteams", "serviceUrl": "{here.fake.service_url}", '.encode()
            status, said = await here.gets(about + body[1:])
        else:
            status, said = await here.gets(body)
        assert status == 400
        assert "Traceback" not in str(said)
        assert not here.heard

    at_the_gate(journey)


@pytest.mark.parametrize(
    "changed",
    [
        {"from": 7},
        {"from": None},
        {"conversation": None},
        {"conversation": {"id": 5}},
        {"timestamp": "yesterday"},
        {"entities": "x"},
        {"channelData": [1]},
        {"type": "invoke", "name": 5},
        {"type": "invoke", "name": "task/submit", "value": {"data": {"form": 1}}},
        {"type": "invoke", "name": "adaptiveCard/action", "value": "x"},
    ],
)
def test_an_activity_of_odd_parts_is_called_malformed(changed: dict[str, Any]) -> None:
    async def journey(here: Gate) -> None:
        status, said = await here.gets(here.fake.says("escalate x") | changed)
        assert status == 400
        assert "Traceback" not in str(said)
        assert not here.heard
        assert set(here.book.kept) <= {(TENANT, f"@{ANA.user}")}  # the roster told who she is; of the activity nothing

    at_the_gate(journey)


def test_a_body_over_a_megabyte_is_too_large() -> None:
    async def journey(here: Gate) -> None:
        assert (await here.gets(b'{"type": "' + b"x" * 1_100_000 + b'"}'))[0] == 413
        assert not here.heard

    at_the_gate(journey)


def test_what_comes_when_the_bot_does_not_receive_shall_come_again() -> None:
    async def journey(here: Gate) -> None:
        await here.teams.close()
        assert (await here.gets())[0] == 503
        assert await here.refuses(token="garbage")

    at_the_gate(journey)


def test_what_is_in_hand_is_finished_before_the_bot_stops() -> None:
    async def journey(here: Gate) -> None:
        here.waits = 0.3
        coming = asyncio.create_task(here.gets())
        await asyncio.sleep(0.15)
        await here.teams.close()
        assert len(here.heard) == 1
        assert (await coming)[0] == 200

    at_the_gate(journey)


def test_what_is_being_sent_arrives_when_the_bot_stops_and_so_does_what_is_sent_after() -> None:
    async def journey(here: Gate) -> None:
        await here.gets()
        parcel = Parcel(Way.POST, "teams", TENANT, RED, token="t", channel=CHANNEL)
        here.fake.delay = 0.2
        sending = asyncio.create_task(here.teams.deliver(parcel))
        await asyncio.sleep(0.1)
        await here.teams.close()
        await sending
        await here.teams.deliver(parcel)
        assert len(here.fake.shown(CHANNEL)) == 2

    at_the_gate(journey)


# Answers -------------------------------------------------------------------------------------------------------------


def test_a_message_is_acknowledged_with_nothing_and_its_address_was_learnt_before() -> None:
    async def journey(here: Gate) -> None:
        assert await here.gets() == (200, "")
        [value] = here.heard
        assert isinstance(value, Typed)
        assert value.place.tenant == TENANT
        assert here.book.kept[TENANT, CHANNEL]["bot"] == BOT
        assert here.book.kept[TENANT, f"@{ANA.user}"]["user"] == ANA.id

    at_the_gate(journey)


def test_a_message_that_failed_comes_again_and_tells_no_secrets() -> None:
    async def journey(here: Gate) -> None:
        here.says = RuntimeError("the password is 1234")
        status, said = await here.gets()
        assert status == 500
        assert "1234" not in said

    at_the_gate(journey)


@pytest.mark.parametrize("name", ["composeExtension/query", "", None, "application/search"])
def test_an_invoke_that_is_not_known_is_called_so(name: str | None) -> None:
    async def journey(here: Gate) -> None:
        status, _ = await here.gets(here.fake.activity("invoke", name=name, value={}))
        assert status == 501
        assert not here.heard

    at_the_gate(journey)


CARD, WORDS = "application/vnd.microsoft.card.adaptive", "application/vnd.microsoft.activity.message"
RED = Message(line("The rig is ", Text("*down*")))


def card(said: Any) -> dict[str, Any]:
    """The card in the answer to a press, or in a dialog."""
    if "task" in said:
        assert said["task"]["type"] == "continue"
        held = said["task"]["value"]["card"]
        assert held["contentType"] == CARD
        return dict(held["content"])
    assert (said["statusCode"], said["type"]) == (200, CARD)
    return dict(said["value"])


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Shown(RED), {"statusCode": 200, "type": CARD, "value": draw(RED, TENANT)}),
        (Nothing(), {"statusCode": 200, "type": WORDS, "value": "Done."}),
        (Errors({"summary": "Too long."}), {"statusCode": 200, "type": WORDS, "value": "Too long."}),
    ],
)
def test_a_press_is_answered_with_the_card_as_it_is_now_or_with_words(reply: Reply, said: Any) -> None:
    async def journey(here: Gate) -> None:
        here.says = reply
        assert await here.gets(here.fake.presses("ack", {"value": "7"})) == (200, said)
        [value] = here.heard
        assert isinstance(value, Pressed)
        assert (value.action, value.value, value.shows) == ("ack", "7", True)

    at_the_gate(journey)


def test_an_answer_goes_back_at_once_even_where_replies_are_to_be_collected() -> None:
    async def journey(here: Gate) -> None:
        assert await here.gets(here.fake.says("escalate x", deliveryMode="expectReplies")) == (200, "")
        _, said = await here.gets(here.fake.presses("ack", deliveryMode="expectReplies"))
        assert said["value"] == "Done."

    at_the_gate(journey)


def test_a_press_that_is_answered_in_words_hears_them() -> None:
    async def journey(here: Gate) -> None:
        here.says = Message(line("Not yours."))
        _, said = await here.gets(here.fake.presses("ack"))
        assert (said["type"], said["value"]) == (WORDS, "Not yours.")

    at_the_gate(journey)


def test_fields_in_a_card_are_gone_once_they_were_sent() -> None:
    async def journey(here: Gate) -> None:
        status, said = await here.gets(here.fake.presses("form.submit", FILLED))
        assert status == 200
        assert "Sent." in json.dumps(card(said))
        assert "Action." not in json.dumps(card(said))
        [value] = here.heard
        assert isinstance(value, Submitted)
        assert value.values["summary"] == "the rig\nis *down*"

    at_the_gate(journey)


def test_fields_in_a_card_come_back_with_what_is_wrong_and_all_that_was_typed() -> None:
    async def journey(here: Gate) -> None:
        here.says = Errors({"asked": "Say more."}, FORM)
        _, said = await here.gets(here.fake.presses("form.submit", FILLED))
        drawn = json.dumps(card(said))
        assert "Say more." in drawn
        assert "a spare" in drawn
        assert json.dumps("the rig\nis *down*") in drawn
        assert "form.open" in drawn

    at_the_gate(journey)


def test_a_button_opens_its_form_in_a_dialog() -> None:
    async def journey(here: Gate) -> None:
        here.says = FORM
        status, said = await here.gets(here.fake.fetches({"action": "form.open", "value": "k1"}))
        assert status == 200
        assert said["task"]["value"]["title"] == "Escalate"
        assert card(said)["actions"][0]["data"]["key"] == "k1"
        [value] = here.heard
        assert isinstance(value, Pressed)
        assert value.opens

    at_the_gate(journey)


def test_a_dialog_shows_a_message_with_buttons_that_work_in_it() -> None:
    async def journey(here: Gate) -> None:
        here.says = Message(line("Which one?"), buttons=(Inset(FORM).opening,))
        for activity in (here.fake.fetches({"action": "a", "value": ""}), here.fake.submits({"action": "a"})):
            _, said = await here.gets(activity)
            drawn = json.dumps(card(said))
            assert "Which one?" in drawn
            assert "Action.Submit" in drawn
            assert "task/fetch" not in drawn
            assert "Action.Execute" not in drawn

    at_the_gate(journey)


def test_a_dialog_with_nothing_to_show_says_so_and_one_that_was_open_closes() -> None:
    async def journey(here: Gate) -> None:
        _, said = await here.gets(here.fake.fetches({"action": "a", "value": ""}))
        assert said == {"task": {"type": "message", "value": "Done."}}
        assert await here.gets(here.fake.submits({"action": "a", "value": ""})) == (200, {})
        assert await here.gets(here.fake.submits(FILLED)) == (200, {})

    at_the_gate(journey)


def test_a_form_that_leads_to_another_shows_it_in_the_same_dialog() -> None:
    async def journey(here: Gate) -> None:
        here.says = Form("next", "What next?", (TextField("when", "When"),))
        _, said = await here.gets(here.fake.submits(FILLED))
        assert said["task"]["value"]["title"] == "What next?"

    at_the_gate(journey)


def test_a_form_with_something_wrong_stays_open_with_all_that_was_typed() -> None:
    async def journey(here: Gate) -> None:
        here.says = Errors({"asked": "Say more."}, FORM)
        _, said = await here.gets(here.fake.submits(FILLED))
        drawn = card(said)
        values = {each["id"]: each.get("value") for each in drawn["body"] if each["type"] == "Input.Text"}
        assert values == {"text.summary": "the rig\nis *down*", "text.asked": "a spare"}
        assert "Say more." in json.dumps(drawn)

    at_the_gate(journey)


@pytest.mark.parametrize("says", [Errors({"": "That form is no longer kept."}), RuntimeError("no luck")])
def test_what_was_typed_is_not_lost_with_its_form(says: Reply | Exception) -> None:
    async def journey(here: Gate) -> None:
        here.says = says
        _, said = await here.gets(here.fake.submits(FILLED))
        drawn = json.dumps(card(said))
        assert "the rig" in drawn
        assert "a spare" in drawn
        assert ("no longer kept" if isinstance(says, Errors) else "tell your operator") in drawn
        assert "no luck" not in drawn

    at_the_gate(journey)


def test_a_press_that_failed_hears_so_with_a_token_that_is_also_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def journey(here: Gate) -> None:
        here.says = RuntimeError("no luck")
        status, said = await here.gets(here.fake.presses("ack"))
        assert (status, said["type"]) == (200, WORDS)
        token = said["value"].rpartition(" ")[2]
        assert any(token in record.message for record in caplog.records)
        _, said = await here.gets(here.fake.fetches({"action": "a"}))
        assert said["task"]["type"] == "message"
        assert "nothing was saved" in said["task"]["value"]

    at_the_gate(journey)


def test_what_is_sent_back_is_json_that_a_client_reads() -> None:
    async def journey(here: Gate) -> None:
        here.says = Shown(RED)
        headers = {"Authorization": f"Bearer {here.fake.token()}"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(here.url, json=here.fake.presses("ack"), headers=headers) as response,
        ):
            assert response.content_type == "application/json"
            assert (await response.json())["value"]["type"] == "AdaptiveCard"

    at_the_gate(journey)


def test_what_cannot_be_told_just_now_who_did_it_comes_again_and_who_pressed_is_asked_to() -> None:
    async def journey(here: Gate) -> None:
        here.fake.fail("member", 429, times=4)
        said = here.fake.says("escalate x")
        assert (await here.gets(said))[0] == 503
        status, pressed = await here.gets(here.fake.presses("ack"))
        assert (status, pressed["type"]) == (200, WORDS)
        assert "Please try again" in pressed["value"]
        for activity in (here.fake.submits(FILLED), here.fake.presses("form.submit", FILLED)):
            _, answered = await here.gets(activity)
            assert "Please try again" in json.dumps(answered)
            assert "a spare" in json.dumps(answered)
        assert not here.heard
        assert (await here.gets(said))[0] == 200
        assert len(here.heard) == 1

    at_the_gate(journey)


def test_who_is_nobody_is_dropped_and_hears_so_where_they_pressed() -> None:
    async def journey(here: Gate) -> None:
        here.fake.conversations[CHANNEL].members.clear()
        assert (await here.gets())[0] == 200
        status, said = await here.gets(here.fake.fetches({"action": "a"}))
        assert status == 200
        assert "who you are" in said["task"]["value"]
        assert not here.heard

    at_the_gate(journey)


def test_a_channel_that_was_deleted_is_forgotten_once_that_was_heard() -> None:
    async def journey(here: Gate) -> None:
        await here.gets()
        deleted = here.fake.happens("channelDeleted", data={"channel": {"id": CHANNEL}})
        here.says = RuntimeError("no luck")
        assert (await here.gets(deleted))[0] == 500
        assert (TENANT, CHANNEL) in here.book.kept
        here.says = Nothing()
        assert (await here.gets(deleted))[0] == 200
        assert (TENANT, CHANNEL) not in here.book.kept
        back = here.fake.happens("channelRestored", conversation=TEAM, data={"channel": {"id": CHANNEL}})
        assert (await here.gets(back))[0] == 200
        assert (here.heard[-1].place.channel, here.heard[-1].place.present) == (CHANNEL, True)

    at_the_gate(journey)


def as_a_message(here: Gate) -> dict[str, Any]:
    """A form as a client without dialogs sends it."""
    return here.fake.activity("message", value=FILLED, replyToId="1800000000000")


def test_what_is_wrong_in_a_form_that_came_as_a_message_is_said_to_its_sender_alone() -> None:
    async def journey(here: Gate) -> None:
        here.says = Errors({"asked": "Say more."}, FORM)
        assert await here.gets(as_a_message(here)) == (200, "")
        assert not here.fake.shown(CHANNEL)
        [note] = here.fake.shown(CHANNEL, ANA)
        drawn = json.dumps(note.card)
        for words in ("Say more.", "a spare", "form.submit", "form.open"):
            assert words in drawn
        here.says = Errors({"": "That form is no longer kept."})
        await here.gets(as_a_message(here))
        assert "no longer kept" in json.dumps(here.fake.shown(CHANNEL, ANA)[-1].card)
        here.fake.fail("post", 429)
        again = as_a_message(here)
        assert [(await here.gets(again))[0] for _ in range(2)] == [503, 200]
        here.fake.fail("post", "413")
        assert (await here.gets(as_a_message(here)))[0] == 200

    at_the_gate(journey)


def test_what_was_done_but_cannot_be_drawn_is_not_said_to_be_undone() -> None:
    async def journey(here: Gate) -> None:
        here.says = Shown(Message((7,)))  # type: ignore[arg-type]
        for activity in (here.fake.presses("ack"), here.fake.fetches({"action": "a"}), here.fake.submits(FILLED)):
            status, said = await here.gets(activity)
            assert status == 200
            assert "It was done, but cannot be shown here." in json.dumps(said)
            assert "nothing was saved" not in json.dumps(said)
        here.says = Errors({"summary": "No."}, Form("f", "F", (7,)))  # type: ignore[arg-type]
        _, said = await here.gets(here.fake.submits(FILLED))
        assert "nothing was saved" in json.dumps(said)
        assert "a spare" in json.dumps(said)

    at_the_gate(journey)


def test_fields_that_do_not_fit_back_into_their_card_are_answered_in_words_with_all_that_was_typed() -> None:
    async def journey(here: Gate) -> None:
        long = {"text.summary": "\U0001f642" * 4_000, "text.asked": "\u4e2d" * 4_000}
        fields = (TextField("summary", "Summary", most=9_000), TextField("asked", "Asked", most=9_000))
        here.says = Errors({"asked": "Say less."}, Form("escalate", "Escalate", fields, key="k1"))
        _, said = await here.gets(here.fake.presses("form.submit", FILLED | long))
        assert said["type"] == WORDS
        assert "Say less." in said["value"]
        assert all(words in said["value"] for words in long.values())

    at_the_gate(journey)


def test_answers_go_out_in_letters_and_half_a_letter_breaks_nothing() -> None:
    async def journey(here: Gate) -> None:
        here.says = Shown(Message(line("Zo\u00eb \ud83d")))
        headers = {"Authorization": f"Bearer {here.fake.token()}"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(here.url, json=here.fake.presses("ack"), headers=headers) as response,
        ):
            assert "Zo\u00eb ?".encode() in await response.read()

    at_the_gate(journey)
