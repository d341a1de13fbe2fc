"""Microsoft's side of Teams on loopback: the keys it signs with, its login, its connector; and activities as people cause them."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from html import escape
from typing import Any

import aiohttp
import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

TENANT, GUESTS = "11111111-aaaa-4aaa-8aaa-00000000000a", "22222222-bbbb-4bbb-8bbb-00000000000b"
APP, PASSWORD = "33333333-cccc-4ccc-8ccc-00000000000c", "a-client-secret"
BOT, NAME = f"28:{APP}", "Bellwether"
ISSUER, SCOPE = "https://api.botframework.com", "https://api.botframework.com/.default"
TEAM, CHANNEL, OTHER, GROUP = (
    "19:north@thread.tacv2",  # its General channel has the team's own id
    "19:partners@thread.tacv2",
    "19:elsewhere@thread.tacv2",
    "19:groupchat@thread.v2",
)
LIMIT = 28 * 1024  # bytes a card


@dataclass(frozen=True)
class Someone:
    """A person: `user` is the aadObjectId, `id` the address that only this bot may use."""

    user: str
    id: str
    name: str
    zone: str = "Europe/Berlin"
    locale: str = "de-DE"
    tenant: str = TENANT


ANA = Someone("a0000000-0000-4000-8000-000000000001", "29:1ana-", "Ana Ruiz")
BO = Someone("b0000000-0000-4000-8000-000000000002", "29:1bo_", "Bo Chen", "Asia/Tokyo", "en-GB")
EVE = Someone("e0000000-0000-4000-8000-000000000003", "29:1eve-", "Eve External", "America/Lima", "es-PE", GUESTS)


@dataclass
class Conversation:
    """A place; `members` are aadObjectIds, `bot` whether the bot may speak there."""

    id: str
    kind: str  # channel, groupChat, personal
    name: str = ""
    team: str = ""
    members: set[str] = field(default_factory=lambda: {ANA.user, BO.user})
    bot: bool = True


@dataclass
class Post:
    """What the bot said; `to` is the one person who sees it, or empty for all."""

    id: str
    conversation: str
    thread: str
    to: str
    activity: dict[str, Any]
    edits: int = 0

    @property
    def card(self) -> dict[str, Any]:
        """The Adaptive Card in it, empty where there is none."""
        found: dict[str, Any] = next((each["content"] for each in self.activity.get("attachments") or ()), {})
        return found


@dataclass
class Trouble:
    """What happens to the next call: a status (`429`, `403:MessageWritesBlocked`), `lost` (acts, no answer), `dropped` (neither), `slow`,
    `garbage` (200 and no JSON), `empty` or `numbered` (taken, and no id that is one), `moved` (a redirect)."""

    kind: str
    seconds: float | None = None


@dataclass
class AddressBook:
    """Addresses in memory; `writes` names the targets that were written, in order."""

    kept: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)

    async def get(self, platform: str, tenant: str, target: str) -> dict[str, str] | None:
        return self.kept.get((tenant, target))

    async def put(self, platform: str, tenant: str, target: str, values: dict[str, str]) -> None:
        self.writes.append(target)
        self.kept[tenant, target] = json.loads(json.dumps(values))

    async def drop(self, platform: str, tenant: str, target: str) -> None:
        self.kept.pop((tenant, target), None)

    async def having(self, platform: str, tenant: str, name: str, value: str) -> dict[str, dict[str, str]]:
        mine = {target: values for (where, target), values in self.kept.items() if where == tenant}
        return {target: values for target, values in mine.items() if values.get(name) == value}


@cache
def _key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class FakeTeams:
    """Records the calls and keeps what each conversation shows. Calls are named openid, keys, login, post, put, begin, member, members
    and channels; `trouble` is used up call by call, `delay` (seconds) holds up every call of the connector."""

    apps: dict[str, tuple[str, str]] = field(default_factory=lambda: {APP: (PASSWORD, TENANT)})  # secret and tenant
    people: dict[str, Someone] = field(default_factory=lambda: {each.user: each for each in (ANA, BO, EVE)})
    conversations: dict[str, Conversation] = field(
        default_factory=lambda: {
            each.id: each
            for each in (
                Conversation(TEAM, "channel", "General", TEAM),
                Conversation(CHANNEL, "channel", "partners", TEAM),
                Conversation(OTHER, "channel", "elsewhere", TEAM, bot=False),
                Conversation(GROUP, "groupChat", "the pilots"),
            )
        }
    )
    teams: dict[str, str] = field(default_factory=lambda: {TEAM: "Northwind"})
    blocked: set[str] = field(default_factory=set)  # aadObjectIds of people whom the bot cannot write to
    anonymous: bool = False  # as a local client that wants no tokens
    calls: list[tuple[str, str, Any]] = field(default_factory=list)  # name, path, body
    posts: list[Post] = field(default_factory=list)
    trouble: dict[str, list[Trouble]] = field(default_factory=dict)
    endorsements: list[str] = field(default_factory=lambda: ["msteams", "webchat"])
    key: str = "key-1"
    lifetime: int = 3600  # seconds that a token from the login holds
    delay: float = 0
    in_flight: int = 0
    most_in_flight: int = 0
    url: str = ""
    now: Callable[[], float] = time.time
    tokens: dict[str, str] = field(default_factory=dict)  # those accepted by the connector, with their app
    _counter: Any = field(default_factory=lambda: itertools.count(1))
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> FakeTeams:
        app = web.Application(client_max_size=4 * 1024**2)
        app.router.add_get("/v1/.well-known/openidconfiguration", self._openid)
        app.router.add_get("/v1/.well-known/keys", self._keys)
        app.router.add_post("/login/{tenant}/oauth2/v2.0/token", self._login)
        app.router.add_post("/teams/v3/conversations", self._connector("begin", self._begin))
        one = "/teams/v3/conversations/{conversation}"
        app.router.add_post(f"{one}/activities", self._connector("post", self._post))
        app.router.add_put(f"{one}/activities/{{id}}", self._connector("put", self._put))
        app.router.add_get(f"{one}/activities", self._connector("get", self._get))
        app.router.add_get(f"{one}/activities/{{id}}", self._connector("get", self._get))
        app.router.add_get(f"{one}/members/{{user}}", self._connector("member", self._member))
        app.router.add_get(f"{one}/pagedmembers", self._connector("members", self._members))
        app.router.add_get("/teams/v3/teams/{team}/conversations", self._connector("channels", self._channels))
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner:
            await self._runner.cleanup()

    @property
    def openid_url(self) -> str:
        return f"{self.url}/v1/.well-known/openidconfiguration"

    @property
    def login_url(self) -> str:
        return f"{self.url}/login/"

    @property
    def service_url(self) -> str:
        return f"{self.url}/teams/"

    def called(self, name: str) -> list[Any]:
        """The bodies of every call of that name."""
        return [body for each, _, body in self.calls if each == name]

    def fail(self, name: str, kind: str | int, seconds: float | None = None, times: int = 1) -> None:
        """Let the next calls of that name go wrong in that way; the seconds are those of Retry-After, or how slow it is."""
        self.trouble.setdefault(name, []).extend([Trouble(str(kind), seconds)] * times)

    def shown(self, conversation: str, who: Someone | None = None) -> list[Post]:
        """What stands in a conversation; with `who` also what is for them alone."""
        seen = ("", who.id) if who else ("",)
        return [each for each in self.posts if each.conversation == conversation and each.to in seen]

    def personal(self, who: Someone) -> str:
        """The conversation of that person with the bot, made where there is none yet."""
        id = f"a:1{who.user}"
        self.conversations.setdefault(id, Conversation(id, "personal", members={who.user}))
        return id

    def rotate(self) -> None:
        """From now on sign with a new key, and publish that one alone."""
        self.key = f"key-{int(self.key.partition('-')[2]) + 1}"

    def token(
        self,
        *,
        audience: str = APP,
        service_url: str | None = None,
        issuer: str = ISSUER,
        expires: float = 3600,
        key: str | None = None,
        kid: str | None = None,
        **claims: Any,
    ) -> str:
        """A bearer token as Microsoft sends it; `key` signs, `kid` is what it says of the key, `expires` counts seconds from now."""
        signed, moment = key or self.key, int(self.now())
        said = {"iss": issuer, "aud": audience, "nbf": moment - 300, "exp": moment + int(expires)}
        said |= {"serviceurl": self.service_url if service_url is None else service_url, **claims}
        return jwt.encode(said, _key(signed), algorithm="RS256", headers={"kid": kid or signed, "x5t": kid or signed})

    # Keys and login -----------------------------------------------------------------------------------------------

    async def _openid(self, request: web.Request) -> web.Response:
        self.calls.append(("openid", "", None))
        if troubled := await self._troubled("openid", request):
            return troubled
        algorithms = {"id_token_signing_alg_values_supported": ["RS256"]}
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.url}/v1/.well-known/keys", **algorithms})

    async def _keys(self, request: web.Request) -> web.Response:
        self.calls.append(("keys", "", None))
        if troubled := await self._troubled("keys", request):
            return troubled
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_key(self.key).public_key()))
        jwk |= {"use": "sig", "kid": self.key, "x5t": self.key, "endorsements": self.endorsements}
        return web.json_response({"keys": [jwk]})

    async def _login(self, request: web.Request) -> web.Response:
        said = dict(await request.post())
        self.calls.append(("login", request.path, said))
        if troubled := await self._troubled("login", request):
            return troubled
        secret, tenant = self.apps.get(str(said.get("client_id")), ("", ""))
        if not secret or said.get("client_secret") != secret:
            why = {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."}
            return web.json_response(why, status=401)
        if request.match_info["tenant"] != (tenant or "botframework.com"):
            why = {"error": "invalid_request", "error_description": "AADSTS90002: Tenant not found."}
            return web.json_response(why, status=400)
        if said.get("grant_type") != "client_credentials" or not str(said.get("scope")).endswith("/.default"):
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        token = f"bearer-{next(self._counter)}"
        self.tokens[token] = str(said["client_id"])
        return web.json_response({"token_type": "Bearer", "expires_in": self.lifetime, "access_token": token})

    # The connector ------------------------------------------------------------------------------------------------

    def _connector(self, name: str, act: Callable[[web.Request, Any], web.Response]) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            try:
                body = await request.json() if request.can_read_body else None
                self.calls.append((name, request.path_qs, body))
                await asyncio.sleep(self.delay)
                bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
                if not self.anonymous and bearer not in self.tokens:
                    return _refused(401, "Unauthorized")
                if troubled := await self._troubled(name, request, lambda: act(request, body)):
                    return troubled
                return act(request, body)
            finally:
                self.in_flight -= 1

        return handle

    async def _troubled(
        self, name: str, request: web.Request, act: Callable[[], object] = lambda: None
    ) -> web.Response | None:
        waiting = self.trouble.get(name, [])
        trouble = waiting.pop(0) if waiting else None
        if trouble is None:
            return None
        match trouble.kind:
            case "slow":
                await asyncio.sleep(trouble.seconds or 0)
                return None
            case "lost" | "dropped" as kind:
                if kind == "lost":
                    act()
                assert request.transport
                request.transport.close()
                return web.Response()
            case "empty" | "numbered" as kind:
                act()
                return web.Response(body=b"" if kind == "empty" else b'{"id": 7}', status=201)
            case "moved":
                raise web.HTTPTemporaryRedirect(request.path)
            case "garbage":
                return web.Response(text="<html>sorry</html>", content_type="text/html")
            case kind:
                status, _, code = kind.partition(":")
                if status == "502":
                    return web.Response(status=502, text="<html>sorry</html>", content_type="text/html")
                wait = {} if trouble.seconds is None else {"Retry-After": str(int(trouble.seconds))}
                return _refused(int(status), code or "SomethingElse", wait)

    def _place(self, request: web.Request) -> tuple[Conversation, str] | web.Response:
        id, _, thread = request.match_info["conversation"].partition(";messageid=")
        found = self.conversations.get(id)
        if found is None:
            return _refused(404, "ConversationNotFound")
        if not found.bot:
            return _refused(403, "BotNotInConversationRoster")
        if found.kind == "personal" and found.members & self.blocked:
            return _refused(403, "ConversationBlockedByUser")
        return found, thread if found.kind == "channel" else ""

    def _post(self, request: web.Request, body: Any) -> web.Response:
        place = self._place(request)
        if isinstance(place, web.Response):
            return place
        if refused := _too_large(body):
            return refused
        conversation, thread = place
        to = ""
        if request.query.get("isTargetedActivity") == "true":
            to = (body.get("recipient") or {}).get("id", "")
            if not (body.get("recipient") or {}).get("isTargeted") or conversation.kind == "personal":
                return _refused(400, "BadSyntax")
            if to not in {self.people[each].id for each in conversation.members if each in self.people}:
                return _refused(403, "NotInRoster")
        post = Post(self._id(), conversation.id, thread, to, body)
        self.posts.append(post)
        return web.json_response({"id": post.id}, status=201)

    def _put(self, request: web.Request, body: Any) -> web.Response:
        place = self._place(request)
        if isinstance(place, web.Response):
            return place
        if refused := _too_large(body):
            return refused
        for post in self.shown(place[0].id):
            if post.id == request.match_info["id"]:
                post.activity, post.edits = body, post.edits + 1
                return web.json_response({"id": post.id})
        return _refused(404, "ActivityNotFoundInConversation")

    def _get(self, request: web.Request, _: Any) -> web.Response:
        place = self._place(request)
        if isinstance(place, web.Response):
            return place
        standing = [{"id": each.id, **each.activity} for each in self.shown(place[0].id)]
        if id := request.match_info.get("id"):
            found = [each for each in standing if each["id"] == id]
            return web.json_response(found[0]) if found else _refused(404, "ActivityNotFoundInConversation")
        return web.json_response(standing)

    def _begin(self, _: web.Request, body: Any) -> web.Response:
        wanted = [each["id"] for each in body.get("members") or ()]
        tenant = body.get("tenantId") or ((body.get("channelData") or {}).get("tenant") or {}).get("id")
        if len(wanted) != 1 or not tenant or not (body.get("bot") or {}).get("id"):
            return _refused(400, "BadArgument")
        who = next((each for each in self.people.values() if wanted[0] in (each.id, each.user)), None)
        if who is None or who.user in self.blocked:
            return _refused(403, "ForbiddenOperationException")
        return web.json_response({"id": self.personal(who)}, status=201)

    def _member(self, request: web.Request, _: Any) -> web.Response:
        place = self._place(request)
        if isinstance(place, web.Response):
            return place
        wanted = request.match_info["user"]
        for who in (self.people[each] for each in place[0].members if each in self.people):
            if wanted in (who.id, who.user):
                return web.json_response(_member(who))
        return _refused(404, "MemberNotFoundInConversation")

    def _members(self, request: web.Request, _: Any) -> web.Response:
        place = self._place(request)
        if isinstance(place, web.Response):
            return place
        there = sorted((self.people[each] for each in place[0].members), key=lambda each: each.user)
        start, size = int(request.query.get("continuationToken") or 0), int(request.query.get("pageSize") or 200)
        more = {"continuationToken": str(start + size)} if len(there) > start + size else {}
        return web.json_response({"members": [_member(each) for each in there[start : start + size]], **more})

    def _channels(self, request: web.Request, _: Any) -> web.Response:
        team = request.match_info["team"]
        if team not in self.teams:
            return _refused(404, "TeamNotFound")
        there = [each for each in self.conversations.values() if each.team == team]
        named = [{"id": each.id, "name": None if each.id == team else each.name} for each in there]
        return web.json_response({"conversations": named})

    def _id(self) -> str:
        return str(1_800_000_000_000 + next(self._counter))

    # What people cause --------------------------------------------------------------------------------------------

    def activity(
        self, kind: str, who: Someone = ANA, conversation: str = CHANNEL, *, thread: str = "", **more: Any
    ) -> dict[str, Any]:
        """What every activity has. `conversation` must be there; what is given in `more` stands as it is."""
        place, id, moment = self.conversations[conversation], self._id(), datetime.fromtimestamp(self.now(), UTC)
        where: dict[str, Any] = {"conversationType": place.kind, "tenantId": TENANT, "id": conversation}
        if place.kind != "personal":
            where["isGroup"] = True
        data: dict[str, Any] = {"tenant": {"id": TENANT}}
        if place.kind == "channel":
            where["id"] += f";messageid={thread or id}" if kind in ("message", "invoke", "messageReaction") else ""
            data |= {"teamsChannelId": conversation, "teamsTeamId": place.team, "channel": {"id": conversation}}
            data |= {"team": {"id": place.team, "name": self.teams[place.team]}}
        elif place.name:
            where["name"] = place.name
        return {
            "type": kind,
            "id": id,
            "timestamp": moment.isoformat().replace("+00:00", "Z"),
            "channelId": "msteams",
            "serviceUrl": self.service_url,
            "from": {"id": who.id, "name": who.name, "aadObjectId": who.user},
            "conversation": where,
            "recipient": {"id": BOT, "name": NAME},
            "channelData": data,
            **more,
        }

    def says(
        self,
        *words: str | Someone,
        who: Someone = ANA,
        conversation: str = CHANNEL,
        thread: str = "",
        to_bot: bool = True,
        targeted: bool = False,
        **more: Any,
    ) -> dict[str, Any]:
        """A message; somebody among the words is a person picked. In a room Teams brings only what mentions the bot, or (`targeted`) what is
        typed for the bot's eyes alone, as a slash command is."""
        bot = Someone("", BOT, NAME)
        personal = self.conversations[conversation].kind == "personal"
        parts = [bot, " ", *words] if to_bot and not targeted and not personal else list(words)
        people = [each for each in parts if isinstance(each, Someone)]
        text = "".join(each if isinstance(each, str) else f"<at>{each.name}</at>" for each in parts)
        mention = '<span itemscope itemtype="http://schema.skype.com/Mention">{}</span>'
        html = "".join(escape(each) if isinstance(each, str) else mention.format(each.name) for each in parts)
        mentions = [
            {"type": "mention", "mentioned": {"id": each.id, "name": each.name}, "text": f"<at>{each.name}</at>"}
            for each in people
        ]
        about = {"type": "clientInfo", "locale": who.locale, "country": who.locale[-2:], "platform": "Web"}
        said = self.activity("message", who, conversation, thread=thread)
        said |= {"text": text, "textFormat": "plain", "locale": who.locale, "localTimezone": who.zone}
        said["entities"] = [*mentions, about | {"timezone": who.zone}]
        said["attachments"] = [{"contentType": "text/html", "content": f"<div>{html}</div>"}]
        if targeted:
            said["recipient"]["isTargeted"] = True
        return said | more

    def presses(
        self,
        verb: str,
        data: dict[str, Any] | None = None,
        *,
        who: Someone = ANA,
        conversation: str = CHANNEL,
        message: str = "1800000000000",
        thread: str = "",
        **more: Any,
    ) -> dict[str, Any]:
        """An Action.Execute on the card of that message."""
        action = {"type": "Action.Execute", "id": "", "verb": verb, "data": data or {}}
        value = {"action": action, "trigger": "manual"}
        return self._invoke("adaptiveCard/action", value, who, conversation, message, thread, more)

    def fetches(
        self,
        data: dict[str, Any],
        *,
        who: Someone = ANA,
        conversation: str = CHANNEL,
        message: str = "1800000000000",
        thread: str = "",
        **more: Any,
    ) -> dict[str, Any]:
        """An Action.Submit that opens a dialog; `data` is the whole data of the action."""
        return self._dialog("task/fetch", data, who, conversation, message, thread, more)

    def submits(
        self,
        data: dict[str, Any],
        *,
        who: Someone = ANA,
        conversation: str = CHANNEL,
        message: str = "1800000000000",
        thread: str = "",
        **more: Any,
    ) -> dict[str, Any]:
        """An Action.Submit in a dialog; `data` is that of the action merged with the inputs, as Teams does."""
        return self._dialog("task/submit", data, who, conversation, message, thread, more)

    def happens(
        self, event: str = "", *, who: Someone = ANA, conversation: str = CHANNEL, data: Any = None, **more: Any
    ) -> dict[str, Any]:
        """A conversationUpdate: `event` is Teams' name for it (channelRenamed, …), `more` has membersAdded and such (see `account`)."""
        found = self.activity("conversationUpdate", who, conversation, **more)
        found["channelData"] |= {**({"eventType": event} if event else {}), **(data or {})}
        return found

    def installs(
        self, action: str = "add", *, who: Someone = ANA, conversation: str = CHANNEL, **more: Any
    ) -> dict[str, Any]:
        """An installationUpdate: `add` or `remove`."""
        return self.activity("installationUpdate", who, conversation, action=action, **more)

    def _dialog(
        self,
        name: str,
        data: dict[str, Any],
        who: Someone,
        conversation: str,
        message: str,
        thread: str,
        more: dict[str, Any],
    ) -> dict[str, Any]:
        context = {"data": data, "context": {"theme": "default"}}
        return self._invoke(name, context, who, conversation, message, thread, more)

    def _invoke(
        self,
        name: str,
        value: dict[str, Any],
        who: Someone,
        conversation: str,
        message: str,
        thread: str,
        more: dict[str, Any],
    ) -> dict[str, Any]:
        said = self.activity("invoke", who, conversation, thread=thread or message, name=name, value=value)
        return said | {"replyToId": message, "locale": who.locale, "localTimezone": who.zone, **more}

    async def send(
        self,
        url: str,
        activity: dict[str, Any] | bytes,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Send it to the bot with a good token (another where one is given, none with an empty one); gives the status and the body (JSON
        where it is)."""
        bearer = self.token() if token is None else token
        sent = {"Content-Type": "application/json", **({"Authorization": f"Bearer {bearer}"} if bearer else {})}
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers={**sent, **(headers or {})}) as response,
        ):
            text = await response.text()
            return response.status, json.loads(text) if response.content_type == "application/json" and text else text


def account(who: Someone) -> dict[str, str]:
    """Somebody as Teams names them in membersAdded and such."""
    return {"id": who.id, "name": who.name, "aadObjectId": who.user}


def _member(who: Someone) -> dict[str, Any]:
    given, _, family = who.name.partition(" ")
    named = {"id": who.id, "name": who.name, "givenName": given, "surname": family, "tenantId": who.tenant}
    mail = f"{given.lower()}@example.org"
    return named | {"aadObjectId": who.user, "email": mail, "userPrincipalName": mail, "userRole": "user"}


def _too_large(body: Any) -> web.Response | None:
    cards = [each.get("content") for each in body.get("attachments") or ()]
    if any(len(json.dumps(card, ensure_ascii=False).encode()) > LIMIT for card in cards):
        return _refused(413, "MessageSizeTooBig")
    return None


def _refused(status: int, code: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": {"code": code, "message": "no"}}, status=status, headers=headers)
