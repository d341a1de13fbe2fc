"""Slack as a stage for the contract: signed requests, and a Web API on loopback that is read as Slack shows it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from bot.inbound import Place, PlaceKind, Profile
from bot.port import Way
from bot.words import Account
from tests.fakes.slack import BOT, TEAM
from tests.platforms.contract import SLOWLY, WAIT, Got, Seen, Stage, Trouble, Values, objects
from tests.platforms.slack.office import Office, office


class SlackStage(Stage):
    """Slack, by signed requests and a Web API on loopback."""

    name = "slack"
    _MARKS: ClassVar = {
        "strong": r"(?<!\w)\*(?=\S)([^*\n]*[^*\s])\*(?!\w)",
        "code": r"(?<!\w)`([^`\n]+)`(?!\w)",
        "italic": r"(?<!\w)_(?=\S)([^_\n]*[^_\s])_(?!\w)",
        "struck": r"(?<!\w)~(?=\S)([^~\n]*[^~\s])~(?!\w)",
    }
    _METHODS: ClassVar = {
        Way.POST: "chat.postMessage",
        Way.DIRECT: "chat.postMessage",
        Way.EDIT: "chat.update",
        Way.PRIVATE: "chat.postEphemeral",
        Way.HOME: "views.publish",
    }
    _TROUBLE: ClassVar = {
        Trouble.BUSY: "429",
        Trouble.GONE: "is_archived",
        Trouble.REFUSED: "invalid_blocks",
        Trouble.LOST: "lost",
        Trouble.SLOW: "slow",
    }
    _QUOTE, _EMOJI = r"^\s*&gt;.*$", r":[\w+'-]+:"

    def __init__(self, desk: Office) -> None:
        super().__init__()
        self.desk, self.platform = desk, desk.slack
        self.room = Place("slack", TEAM, "C01", PlaceKind.CHANNEL, "partners", present=True)
        self.ana = Profile(Account("slack", TEAM, "U01ANA"), "Ana Ruiz", "Europe/Berlin", "de-DE")
        self.bo = Profile(Account("slack", TEAM, "U02BO"), "Bo Chen", "Asia/Tokyo", "en-GB")
        self.last: tuple[Profile, dict[str, Any]] | None = None
        self.answers: list[tuple[str, dict[str, Any]]] = []

    @classmethod
    @asynccontextmanager
    async def raised(cls) -> AsyncIterator[SlackStage]:
        async with office() as desk:
            stage = cls(desk)
            await desk.slack.close()  # it was open with an answer of the office's own
            await desk.slack.open(stage.answer)
            yield stage

    async def types(self, who: Profile, command: str, *words: str | Profile) -> Got:
        said = self.desk.fake.command(f"/{command} {_escaped(*words)}", user=who.account.user)
        return await self._does(who, dict(said))

    async def speaks(
        self, who: Profile, *words: str | Profile, to_bot: bool = False, directly: bool = False, thread: str = ""
    ) -> Got:
        event: dict[str, Any] = {"user": who.account.user, "ts": f"{1900000000 + next(self.count)}.000100"}
        event |= {"text": (f"<@{BOT}> " if to_bot else "") + _escaped(*words), "channel": self.room.channel}
        event["channel_type"] = "channel"
        if directly:
            event |= {"channel": f"D{who.account.user[1:]}", "channel_type": "im"}
        if thread:
            event |= {"thread_ts": thread, "parent_user_id": BOT}
        return await self._does(who, self.desk.fake.event("app_mention" if to_bot else "message", **event))

    async def presses(self, who: Profile, seen: Seen, label: str, option: str = "") -> Got:
        element = next(each for each in objects(seen.shown) if label == _name(each))
        pressed: dict[str, Any] = {key: element[key] for key in ("type", "action_id", "value") if key in element}
        if option:
            pressed["selected_option"] = next(each for each in element["options"] if each["text"]["text"] == option)
        press = self.desk.fake.press("", user=who.account.user, channel=self.room.channel, ts=seen.id)
        press["actions"] = [pressed]
        if seen.thread:
            press["message"]["thread_ts"] = seen.thread
        return await self._does(who, press)

    async def sends(self, who: Profile, form: Any, values: Values) -> Got:
        ids = {each["block_id"] for each in form["blocks"] if each["type"] == "input"}
        switches = {
            each["action_id"].partition(".")[2]
            for each in objects(form["blocks"])
            if "switch." in each.get("action_id", "")
        }
        filled: dict[str, Any] = {}
        for name in ids:
            given = values[name]
            filled[name] = ([given] if given else []) if name in switches else given or None
        return await self._does(who, self.desk.fake.submit(form, filled, user=who.account.user))

    def filled(self, form: Any) -> Values:
        held: dict[str, str | tuple[str, ...]] = {}
        for block in form["blocks"]:
            if block["type"] != "input":
                continue
            element, name = block["element"], block["block_id"]
            chosen = tuple(each["value"] for each in element.get("initial_options", ()))
            match element["action_id"].partition(".")[0]:
                case "text":
                    held[name] = element.get("initial_value", "")
                case "choice":
                    held[name] = element.get("initial_option", {}).get("value", "")
                case "many":
                    held[name] = chosen
                case "switch":
                    held[name] = "yes" if chosen else ""
        return held

    async def goes_wrong(self, trouble: Trouble, way: Way) -> bool:
        if trouble is Trouble.DOWN:
            await self.desk.fake.__aexit__()
        else:
            self.desk.fake.fail(self._METHODS[way], self._TROUBLE[trouble], SLOWLY if trouble is Trouble.SLOW else WAIT)
        return True

    async def comes_home(self, who: Profile) -> Got:
        direct = f"D{who.account.user[1:]}"
        return await self._does(
            who, self.desk.fake.event("app_home_opened", user=who.account.user, tab="home", channel=direct)
        )

    async def again(self) -> Got:
        assert self.last is not None, "nothing was done yet"
        retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
        return await self._request(*self.last, headers=retry)

    async def sees(self, who: Profile) -> list[Seen]:
        fake, user = self.desk.fake, who.account.user
        mine = {id for id, each in fake.channels.items() if each.get("is_member") or each.get("user") == user}
        posts = [each for each in fake.posts if each["channel"] in mine]
        posts += [each for each in fake.called("chat.postEphemeral") if each["user"] == user]
        posts += [said for whose, said in self.answers if whose == user]
        return [
            Seen(each.get("ts", ""), each.get("thread_ts") or "", each.get("blocks", []), _unescaped(each["text"]))
            for each in posts
        ]

    async def home(self, who: Profile) -> Any:
        views = [each["view"] for each in self.desk.fake.called("views.publish") if each["user_id"] == who.account.user]
        return views[-1]["blocks"] if views else None

    def words(self, drawn: Any) -> list[str]:
        found = []
        for each in objects(drawn):
            match each:
                case {"type": "plain_text", "text": str(text)}:
                    found.append(text)
                case {"type": "mrkdwn", "text": str(text)}:
                    found.append(self._read(text)[0])
                case {"type": "image", "alt_text": str(text)} | {
                    "type": "plain_text_input",
                    "initial_value": str(text),
                }:
                    found.append(text)
        return found

    def live(self, drawn: Any) -> set[tuple[str, str]]:
        found = set()
        for each in objects(drawn):
            match each:
                case {"type": "mrkdwn", "text": str(text)}:
                    found |= self._read(text)[1]
                case {"type": "plain_text", "text": str(text), "emoji": True}:
                    found |= {("emoji", name) for name in re.findall(self._EMOJI, text)}
        return found

    def _read(self, text: str) -> tuple[str, set[tuple[str, str]]]:
        """Read `mrkdwn` as Slack does: the letters, and what is made of them."""
        live: set[tuple[str, str]] = set()

        def token(found: re.Match[str]) -> str:
            target, _, label = found[1].partition("|")
            match target[:1], target.split("^"):
                case "@", _:
                    live.add(("person", target[1:]))
                case "!", ["!date", second, *_]:
                    live.add(("when", second))
                case _:
                    live.add(("link" if target[:1] != "!" else "mention", _unescaped(target)))
            return f"\0{label or target}\0"

        letters = re.sub(r"<([^<>]*)>", token, text)
        for kind, marks in self._MARKS.items():
            live |= {(kind, _unescaped(each)) for each in re.findall(marks, letters)}
            if kind in ("strong", "code"):
                letters = re.sub(marks, r"\1", letters)
        live |= {("emoji", each) for each in re.findall(self._EMOJI, letters)}
        live |= {("quote", _unescaped(each)) for each in re.findall(self._QUOTE, letters, re.MULTILINE)}
        return _unescaped(letters.replace("\0", "")), live

    async def _does(self, who: Profile, what: dict[str, Any]) -> Got:
        self.last = who, what
        return await self._request(who, what)

    async def _request(self, who: Profile, what: dict[str, Any], **how: Any) -> Got:
        fake = self.desk.fake
        opened, whispered = len(fake.called("views.open")), len(fake.whispers)
        status, said = await self.desk.gets(what, **how)
        answers = [*([said] if "text" in said else []), *fake.whispers[whispered:]]
        self.answers += [(who.account.user, each) for each in answers]
        views = [each["view"] for each in fake.called("views.open")[opened:]]
        form = views[-1] if views else None
        errors: dict[str, str] = {}
        match said:
            case {"response_action": "errors", "errors": dict(errors)}:
                answers += [{"text": each} for each in errors.values()]
            case {"response_action": "update", "view": dict(form)}:
                pass
        return Got(status == 200, " ".join(_unescaped(each["text"]) for each in answers), form, errors)


def _name(element: dict[str, Any]) -> str:
    """The label of a button or the words on a closed menu."""
    shown = element.get({"button": "text", "static_select": "placeholder"}.get(element.get("type", ""), ""), {})
    return str(shown.get("text", ""))


def _escaped(*words: str | Profile) -> str:
    """As Slack writes what people type."""
    return "".join(
        f"<@{each.account.user}>"
        if isinstance(each, Profile)
        else each.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for each in words
    )


def _unescaped(words: str) -> str:
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


STAGE = SlackStage
