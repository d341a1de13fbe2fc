"""Teams as a stage for the contract: signed activities, and a connector on loopback that is read as Teams shows it."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar, assert_never

from aiohttp import web
from pydantic import SecretStr

from bot.inbound import Place, PlaceKind, Profile
from bot.platforms.teams import Teams
from bot.port import Way
from bot.settings import Settings
from bot.words import Account
from tests.fakes.teams import ANA, APP, BO, CHANNEL, GROUP, PASSWORD, TENANT, AddressBook, FakeTeams, Post, Someone
from tests.platforms.contract import SLOWLY, WAIT, Got, Seen, Stage, Trouble, Values, objects

OPENS = {"type": "task/fetch"}
_INSTANT = r"\{\{(DATE|TIME)\(([^,()]+)(?:,\s*\w+)?\)\}\}"
_SIGNS = 0xE000  # where letters are put that were escaped, so that nothing reads them as marks


class TeamsStage(Stage):
    """Teams, by signed activities and a connector on loopback."""

    name = "teams"
    chat = GROUP
    _MARKS: ClassVar = {
        "strong": r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1",
        "code": r"(`+)(.+?)\1",
        "struck": r"(~~?)(?=\S)(.+?)(?<=\S)\1",
        "italic": r"(\*|(?<!\w)_)(?=\S)(.+?)(?<=\S)(?:\1)",
    }
    _STARTS, _LINK = r"(?m)^\s*(?:#{1,6}\s|>|[-+*]\s|\d+[.)]\s).*$", r"!?\[([^\[\]]*)\]\(([^()\s]*)\)"

    def __init__(self, fake: FakeTeams, platform: Teams) -> None:
        super().__init__()
        self.fake, self.platform = fake, platform
        self.room = Place("teams", TENANT, CHANNEL, PlaceKind.CHANNEL, "partners", present=True)
        self.ana, self.bo = (
            Profile(Account("teams", TENANT, each.user), each.name, each.zone, each.locale) for each in (ANA, BO)
        )
        self.url = ""
        self.last: tuple[Someone, dict[str, Any]] | None = None
        # By user and message: the card shown in its place, and after how many edits. Dialogs: whose, what is in it, from which message.
        self.answers: dict[tuple[str, str], tuple[int, Any]] = {}
        self.dialogs: list[tuple[Someone, Any, Post]] = []

    @classmethod
    @asynccontextmanager
    async def raised(cls) -> AsyncIterator[TeamsStage]:
        async with FakeTeams() as fake:
            settings = Settings.model_construct(
                microsoft_app_id=APP,
                microsoft_app_password=SecretStr(PASSWORD),
                microsoft_app_tenant_id=TENANT,
                microsoft_openid_url=fake.openid_url,
                microsoft_login_url=fake.login_url,
                teams_service_hosts="127.0.0.1",
            )
            teams = Teams(settings, AddressBook(), lambda: datetime.now(UTC))
            app = web.Application()
            app.add_routes(teams.routes())
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            stage = cls(fake, teams)
            stage.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"
            await teams.open(stage.answer)
            try:
                for each in (stage.ana, stage.bo):  # whose zone Teams tells only when they write
                    await stage.speaks(each, "Hello", directly=True)
                stage.heard.clear()
                stage.asked.clear()
                yield stage
            finally:
                await teams.close()
                await runner.cleanup()

    async def types(self, who: Profile, command: str, *words: str | Profile) -> Got:
        return await self._says(who, f"/{command} ", *words, targeted=True)

    async def speaks(
        self, who: Profile, *words: str | Profile, to_bot: bool = False, directly: bool = False, thread: str = ""
    ) -> Got:
        where = self.fake.personal(self._someone(who)) if directly else CHANNEL
        return await self._says(who, *words, conversation=where, thread=thread, to_bot=to_bot)

    async def presses(self, who: Profile, seen: Seen, label: str, option: str = "") -> Got:
        action, chosen = _found(seen.shown, label, option)
        assert chosen or action["associatedInputs"] == "none", (
            "what else is on the card would have to be filled in first"
        )
        data = {**(action.get("data") or {}), **chosen}
        someone, post = self._someone(who), self._from(seen.shown) or self._post(seen.id)
        where: dict[str, Any] = {"who": someone, "conversation": post.conversation}
        where |= {"message": post.id, "thread": post.thread}
        if action["type"] == "Action.Execute":
            return await self._does(someone, self.fake.presses(action["verb"], data, **where), post)
        if action["data"].get("msteams") == OPENS:
            return await self._does(someone, self.fake.fetches(data, **where), post)
        assert self._from(seen.shown), "a plain Submit on a message is a message to the bot, not a press"
        return await self._does(someone, self.fake.submits(data, **where), post)

    async def sends(self, who: Profile, form: Any, values: Values) -> Got:
        someone, opened_from = self._someone(who), self._from(form)
        filled: dict[str, str] = {}
        for each in _inputs(form):
            given = values[_field(each)]
            written = given if isinstance(given, str) else ",".join(given)
            if each["type"] == "Input.Toggle":
                written = each.get("valueOn", "true") if given else each.get("valueOff", "false")
            filled |= {each["id"]: written} if written else {}  # Teams leaves out what is empty
        action = _sending(form)
        assert action
        data = {**action["data"], **filled}
        post = opened_from or next(each for each in self.fake.posts if self._standing(someone, each) is form)
        where: dict[str, Any] = {"who": someone, "conversation": post.conversation}
        where |= {"message": post.id, "thread": post.thread}
        if opened_from:
            assert action["type"] == "Action.Submit"
            return await self._does(someone, self.fake.submits(data, **where), post)
        return await self._does(someone, self.fake.presses(action["verb"], data, **where), post)

    def filled(self, form: Any) -> Values:
        held: dict[str, str | tuple[str, ...]] = {}
        for each in _inputs(form):
            value = each.get("value", "")
            match each:
                case {"type": "Input.ChoiceSet", "isMultiSelect": True}:
                    held[_field(each)] = tuple(value.split(",")) if value else ()
                case {"type": "Input.Toggle"}:
                    held[_field(each)] = "yes" if value == each.get("valueOn", "true") else ""
                case _:
                    held[_field(each)] = value
        return held

    def inset(self, seen: Seen) -> Any:
        return seen.shown if _sending(seen.shown) and _inputs(seen.shown) else None

    async def goes_wrong(self, trouble: Trouble, way: Way) -> bool:
        call = "put" if way is Way.EDIT else "post"
        match trouble:
            case Trouble.BUSY:
                self.fake.fail(call, 429, WAIT)
            case Trouble.GONE:
                self.fake.conversations[CHANNEL].bot = False
            case Trouble.REFUSED:
                self.fake.fail(call, "400:BadSyntax")
            case Trouble.LOST:
                self.fake.fail(call, "lost")
            case Trouble.SLOW:
                self.fake.fail(call, "slow", SLOWLY)
            case Trouble.DOWN:
                await self.fake.__aexit__()
            case _:
                assert_never(trouble)
        return True

    async def comes_home(self, who: Profile) -> Got:
        return await self._says(who, "home", conversation=self.fake.personal(self._someone(who)))

    async def again(self) -> Got:
        assert self.last is not None, "nothing was done yet"
        return await self._does(*self.last, None)

    async def sees(self, who: Profile) -> list[Seen]:
        someone = self._someone(who)
        posts = [self._seen(someone, each) for each in self.fake.posts if self._reads(someone, each)]
        asides = [
            Seen("", at.thread, card, "") for whose, card, at in self.dialogs if whose == someone and not _sending(card)
        ]
        return posts + asides

    async def home(self, who: Profile) -> Any:
        shown = self.fake.shown(self.fake.personal(self._someone(who)))
        return shown[-1].card if shown else None

    def words(self, drawn: Any) -> list[str]:
        return [_letters(words) for words, _ in self._read(drawn)]

    def live(self, drawn: Any) -> set[tuple[str, str]]:
        return {(kind, _letters(words)) for _, alive in self._read(drawn) for kind, words in alive}

    def _read(self, drawn: Any) -> Iterator[tuple[str, set[tuple[str, str]]]]:
        """Each piece of a card as Teams shows it: its letters, and what is more than letters in it."""
        card = _card(drawn)
        if card is not drawn:
            yield drawn["title"], set()
        mentions = {each["text"]: each["mentioned"]["id"] for each in card.get("msteams", {}).get("entities", ())}
        for each in objects({name: card[name] for name in ("body", "actions") if name in card}):
            match each:
                case {"type": "TextBlock", "text": str(text)}:
                    yield self._markdown(text, mentions)
                case {"type": "RichTextBlock", "inlines": list(runs)}:
                    yield "".join(run["text"] for run in runs), {live for run in runs for live in _run(run)}
                case {"type": "Image", "altText": str(text)}:
                    yield text, set()
                case {"type": str(kind)} if kind.startswith(("Input.", "Action.")):
                    typed = ("value",) if kind == "Input.Text" else ()
                    for text in (each[name] for name in ("label", "title", "placeholder", *typed) if name in each):
                        yield text, _instants(text)
                    ticked = each.get("isMultiSelect") and each.get("style") != "filtered"
                    for choice in each.get("choices", ()):  # Markdown is read beside boxes to tick, and in no list
                        title = choice["title"]
                        yield self._markdown(title, {}) if ticked else (title, _instants(title))

    def _markdown(self, text: str, mentions: Mapping[str, str]) -> tuple[str, set[tuple[str, str]]]:
        """Read the Markdown of a TextBlock as Teams does: first instants and mentions, then what is escaped, then marks."""
        live: set[tuple[str, str]] = set()

        def instant(found: re.Match[str]) -> str:
            live.add(("when", str(int(datetime.fromisoformat(found[2]).timestamp()))))
            return "\0"

        def mention(found: re.Match[str]) -> str:
            live.add(("person", mentions.get(found[0], "nobody")))
            return f"\0{found[1]}\0"

        def link(found: re.Match[str]) -> str:
            live.add(("link", _shown(found[2])))
            return f"\0{found[1]}\0"

        letters = re.sub(_INSTANT, instant, text)
        letters = re.sub(r"(?is)<at>(.*?)</at>", mention, letters)
        letters = re.sub(r"\\([!-/:-@\[-`{-~])", lambda found: _aside(found[1]), letters)
        letters = re.sub(r"&(#\d+|#x[\da-f]+|\w+);", lambda found: _aside(html.unescape(found[0])), letters, flags=re.I)
        letters = re.sub(self._LINK, link, letters)
        for kind, marks in self._MARKS.items():
            live |= {(kind, _shown(words)) for _, words in re.findall(marks, letters)}
            letters = re.sub(marks, "\0\\2\0", letters)
        live |= {("block", _shown(each)) for each in re.findall(self._STARTS, letters)}
        return _shown(letters), live

    async def _says(self, who: Profile, *words: str | Profile, targeted: bool = False, **how: Any) -> Got:
        someone = self._someone(who)
        said = [self._someone(each) if isinstance(each, Profile) else html.escape(each, quote=False) for each in words]
        return await self._does(someone, self.fake.says(*said, who=someone, targeted=targeted, **how), None)

    async def _does(self, who: Someone, activity: dict[str, Any], post: Post | None) -> Got:
        """Send it, and gather what comes back: in the answer, and as messages for that person alone."""
        self.last = who, activity
        before = len(self.fake.posts)
        status, said = await self.fake.send(self.url, activity)
        new = [each for each in self.fake.posts[before:] if self._reads(who, each) and self._alone(each)]
        told = [self._seen(who, each).spoken for each in new]
        if status != 200 or not isinstance(said, dict):
            return Got(status in (200, 202), " ".join(told))
        match said:
            case {"type": "application/vnd.microsoft.activity.message", "value": str(words)}:
                return Got(True, " ".join([*told, words]))
            case {"type": "application/vnd.microsoft.card.adaptive", "value": dict(card)}:
                if post:  # seen by who pressed alone, until the message is edited
                    self.answers[who.user, post.id] = post.edits, card
                return Got(True, " ".join(told), errors=self._errors(card), shown=card)
            case {"task": {"type": "message", "value": str(words)}}:
                return Got(True, " ".join([*told, words]))
            case {"task": {"type": "continue", "value": {"card": {"content": dict(card)}} as dialog}}:
                self.dialogs.append((who, dialog, post or self._post(activity["replyToId"])))
                if _sending(card):
                    return Got(True, " ".join(told), dialog, self._errors(card))
                return Got(True, " ".join([*told, *self.words(dialog)]))
            case _:
                assert said == {}, said
                return Got(True, " ".join(told))

    def _errors(self, card: Any) -> dict[str, str]:
        """What stands in the colour of a warning, by the field that it stands at; under no name what stands above all fields."""
        found: dict[str, str] = {}
        field = ""
        for each in objects(card.get("body", [])):
            if str(each.get("type")).startswith("Input."):
                field = _field(each)
            warns = [part for part in [each, *each.get("inlines", ())] if str(part.get("color")).lower() == "attention"]
            if each.get("type") in ("TextBlock", "RichTextBlock") and warns:
                found[field] = " ".join([*([found[field]] if field in found else []), *self.words({"body": [each]})])
        return found

    def _someone(self, who: Profile) -> Someone:
        return self.fake.people[who.account.user]

    def _seen(self, who: Someone, post: Post) -> Seen:
        return Seen(post.id, post.thread, self._standing(who, post), post.activity.get("summary", ""))

    def _standing(self, who: Someone, post: Post) -> Any:
        edits, card = self.answers.get((who.user, post.id), (-1, None))
        return card if edits == post.edits else post.card

    def _reads(self, who: Someone, post: Post) -> bool:
        return who.user in self.fake.conversations[post.conversation].members and post.to in ("", who.id)

    def _alone(self, post: Post) -> bool:
        return bool(post.to) or self.fake.conversations[post.conversation].kind == "personal"

    def _from(self, drawn: Any) -> Post | None:
        """The message that this dialog was opened from; None where it is none."""
        return next((post for _, each, post in self.dialogs if each is drawn), None)

    def _post(self, id: str) -> Post:
        return next(each for each in self.fake.posts if each.id == id)


def _aside(words: str) -> str:
    return "".join(chr(_SIGNS + ord(each)) if ord(each) < 128 else each for each in words)


def _shown(words: str) -> str:
    return "".join(chr(ord(each) - _SIGNS) if _SIGNS <= ord(each) < _SIGNS + 128 else each for each in words).replace(
        "\0", ""
    )


def _letters(words: str) -> str:
    """Without what has no width."""
    return words.replace("\u2060", "").replace("\u200b", "")


def _instants(text: str) -> set[tuple[str, str]]:
    return {("when", at) for _, at in re.findall(_INSTANT, text)}


def _run(run: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is more than letters in a run. (One of another size is a title, which stands out as a whole.)"""
    words = run["text"]
    if "size" not in run and run.get("weight") == "Bolder":
        yield "strong", words
    if run.get("fontType") == "Monospace":
        yield "code", words
    if "selectAction" in run:
        yield "link", run["selectAction"]["url"]
    yield from (("format", words) for name in ("italic", "strikethrough", "underline", "highlight") if run.get(name))
    yield from _instants(words)


def _card(drawn: Any) -> Any:
    """The card in a dialog; a card itself as it is."""
    return drawn["card"]["content"] if "card" in drawn else drawn


def _inputs(drawn: Any) -> list[dict[str, Any]]:
    """The fields of a form: the inputs on a card that are not a menu's."""
    found = [each for each in objects(_card(drawn).get("body", [])) if str(each.get("type")).startswith("Input.")]
    return [each for each in found if "." in each["id"]]


def _field(drawn: Mapping[str, Any]) -> str:
    return str(drawn["id"]).partition(".")[2]


def _sending(drawn: Any) -> dict[str, Any] | None:
    """The action that sends the form."""
    actions = (each for each in objects(drawn) if each.get("type") in ("Action.Submit", "Action.Execute"))
    return next((each for each in actions if "form" in (each.get("data") or {})), None)


def _found(drawn: Any, label: str, option: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The action under that label (behind its question, where it asks one) or option, and the choice that goes with it."""
    action = next(
        each for each in objects(drawn) if str(each.get("type")).startswith("Action.") and each.get("title") == label
    )
    if action["type"] != "Action.ShowCard":
        return action, {}
    inside = [each for each in objects(action["card"]) if str(each.get("type")).startswith("Action.")]
    for choices in (each for each in objects(action["card"]) if each.get("type") == "Input.ChoiceSet"):
        chosen = next(each["value"] for each in choices["choices"] if each["title"] == option)
        return inside[0], {choices["id"]: chosen}
    return next(each for each in inside if option in ("", each["title"])), {}


STAGE = TeamsStage
