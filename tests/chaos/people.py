"""Those who use the bots: they type, press, reply and mention, and remember what they were told.

One rule: each deed has a mark in its words that no other has, and counts as acknowledged only by an answer that says so.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from tests.chaos.clock import Clock
from tests.chaos.history import Act, now
from tests.chaos.process import Bot
from tests.chaos.town import Town
from tests.chaos.world import Pair, Room, Soul
from tests.fakes.slack import BOT as SLACK_BOT

PATIENCE = 6.0  # seconds that an answer is waited for; Slack's own patience is three
IN_TIME = 3.0
DONE = {
    "celebration": ("You celebrated", "Celebrat"),
    "checkin": ("Your check-in is in",),
    "escalation": ("Escalation ",),
}
"""How the answer to a command begins when it was done."""

UNTAKEN = re.compile("nothing was (saved|done)|was not taken|could not take this")
"""What somebody is told whose deed left no trace."""


@dataclass(slots=True)
class Deed:
    """What somebody did. `noun` is celebration, checkin, escalation, comment or clap; `card` is the message it was done to."""

    mark: str
    noun: str
    pair: Pair
    who: Soul
    to: Soul | None = None
    card: Act | None = None
    about: str = ""  # of a comment the mark of the card, of a clap the subject
    began: float = 0.0
    at: datetime | None = None  # by the clock of the bots
    sent: int = 0
    acknowledged: float = 0.0
    refused: str = ""  # what it was told when it was not done
    answers: list[str] = field(default_factory=list)


class Crowd:
    """Everybody, and all that they ever did."""

    def __init__(
        self, town: Town, bots: Sequence[Bot], those: Sequence[Pair], clock: Clock, seed: int, again: float
    ) -> None:
        """`again` is the share of what was answered well that comes once more all the same."""
        self.town, self.bots, self.pairs, self.clock, self.again = town, bots, those, clock, again
        self.deeds: list[Deed] = []
        self.slowest, self.late, self.unanswered = 0.0, 0, 0
        self.codes: Counter[str] = Counter()
        self.on_answer: Callable[[], None] | None = None
        self._chance = random.Random(seed)
        self._marks = itertools.count()
        self._clapped: set[tuple[str, str]] = set()
        self._going = False

    async def lives(self, hands: int, pause: float) -> None:
        """Let so many people act at once, until `rests`."""
        self._going = True
        await asyncio.gather(*(self._acts(pause) for _ in range(hands)))

    def rests(self) -> None:
        """Let everybody finish what is in hand, and do no more."""
        self._going = False

    async def _acts(self, pause: float) -> None:
        while self._going:
            await asyncio.sleep(self._chance.uniform(0, 2 * pause))
            up = [each for each in self.bots if each.up]
            if not self._going or not up:
                continue
            pair = self._chance.choice(self.pairs)
            doing = self._chance.choices(
                (self._command, self._mention, self._teams, self._replies, self._claps), (40, 12, 22, 14, 12)
            )[0]
            await doing(pair, self._chance.choice(up))

    # What is done -----------------------------------------------------------------------------------------------------

    async def _command(self, pair: Pair, bot: Bot) -> None:
        who = self._chance.choice(pair.on("slack"))
        noun = self._chance.choices(("celebration", "checkin", "escalation"), (6, 3, 2))[0]
        deed = self._deed(noun, pair, who)
        words = self._words(deed)
        what = self.town.slack.command(f"/{words}", user=who.user, channel=who.room.channel)
        await self._delivers(bot, deed, what, DONE[noun])

    async def _mention(self, pair: Pair, bot: Bot) -> None:
        who = self._chance.choice(pair.on("slack"))
        deed = self._deed(self._chance.choice(("celebration", "checkin")), pair, who)
        direct = self._chance.random() < 0.4
        ts = f"{1900000000 + next(self._marks)}.000100"
        said = {"user": who.user, "ts": ts, "user_team": who.room.tenant}
        if direct:
            event = self.town.slack.event(
                "message", channel=who.direct, channel_type="im", text=self._words(deed), **said
            )
        else:
            words = f"<@{SLACK_BOT}> {self._words(deed)}"
            event = self.town.slack.event("app_mention", channel=who.room.channel, text=words, **said)
        await self._delivers(bot, deed, event, tries=4)

    async def _teams(self, pair: Pair, bot: Bot) -> None:
        those = pair.on("teams")
        if not those:
            return
        who = self._chance.choice(those)
        deed = self._deed(self._chance.choices(("celebration", "checkin", "escalation"), (6, 3, 1))[0], pair, who)
        activity = self.town.teams.says(self._words(deed), who=who.someone, conversation=who.room.channel)
        await self._delivers(bot, deed, activity, tries=2)

    async def _replies(self, pair: Pair, bot: Bot) -> None:
        cards = [each for each in self._cards(pair) if each.platform == "slack"]
        if not cards:
            return
        card = self._chance.choice(cards[-4:])
        here = [each for each in pair.on("slack") if each.room.channel == card.channel]
        deed = self._deed("comment", pair, self._chance.choice(here))
        deed.card, deed.about = card, min(card.marks)
        event = self.town.slack.event(
            "message", channel=card.channel, channel_type="channel", user=deed.who.user, text=f"well done {deed.mark}",
            ts=f"{1900000000 + next(self._marks)}.000100", thread_ts=card.id, parent_user_id=SLACK_BOT,
            user_team=deed.who.room.tenant,
        )  # fmt: skip
        await self._delivers(bot, deed, event, tries=4)

    async def _claps(self, pair: Pair, bot: Bot) -> None:
        for card in self._cards(pair)[-3:]:
            subject = card.subject
            whose = {each.to for each in self.deeds if each.mark in card.marks}
            here = [each for each in pair.souls if each.room.channel == card.channel and each not in whose]
            who = self._chance.choice(here)
            if (subject, who.name) in self._clapped:
                continue
            self._clapped.add((subject, who.name))
            deed = self._deed("clap", pair, who)
            deed.card, deed.about = card, subject
            what: dict[str, Any]
            if card.platform == "slack":
                what = self.town.slack.press(
                    "celebration.clap", subject, user=who.user, channel=card.channel, ts=card.id
                )
                what["response_url"] = f"{self.town.slack.url}/response/{deed.mark}"
            else:
                what = self.town.teams.presses(
                    "celebration.clap", {"value": subject}, who=who.someone, conversation=card.channel, message=card.id
                )
            await self._delivers(bot, deed, what)
            return

    def _cards(self, pair: Pair) -> list[Act]:
        """The cards of celebrations that were posted in the pair's rooms, oldest first."""
        rooms = [each.channel for each in pair.rooms]
        return sorted((each for room in rooms for each in self.town.history.cards.get(room, ())), key=lambda a: a.at)

    def _words(self, deed: Deed) -> str:
        match deed.noun:
            case "celebration":
                others = [each for each in deed.pair.souls if each is not deed.who]
                deed.to = self._chance.choice(others)
                return f"celebrate @{deed.to.name} for the good work on {deed.mark} all along"
            case "checkin":
                return f"checkin done: went on with {deed.mark}"
            case _:
                return f"escalate the rig of {deed.mark} is down !high"

    def _deed(self, noun: str, pair: Pair, who: Soul) -> Deed:
        number, letters = next(self._marks), ""
        for _ in range(6):
            number, letter = divmod(number, 26)
            letters += chr(ord("a") + letter)
        deed = Deed(f"zq{letters}q", noun, pair, who)
        self.deeds.append(deed)
        return deed

    # How it is sent ---------------------------------------------------------------------------------------------------

    async def _delivers(
        self, bot: Bot, deed: Deed, what: dict[str, Any], done: Sequence[str] = (), tries: int = 1
    ) -> None:
        """Send it, as often as its platform would where no good answer comes; now and then once more though one came."""
        deed.began, deed.at = now(), self.clock()
        for attempt in range(tries):
            deed.sent += 1
            answer = await self._sends(bot, what, attempt)
            if answer is not None:
                self._hears(deed, answer, done)
                break
            await asyncio.sleep(self._chance.uniform(0.05, 0.4))
            bot = self._chance.choice([each for each in self.bots if each.up] or [bot])
        if deed.acknowledged and self._chance.random() < self.again:
            up = [each for each in self.bots if each.up]
            again = await self._sends(self._chance.choice(up), what, 1) if up else None
            if again is not None:
                deed.answers.append(again)

    def _hears(self, deed: Deed, answer: str, done: Sequence[str]) -> None:
        deed.answers.append(answer)
        if not UNTAKEN.search(answer) and (not done or answer.startswith(tuple(done))):
            deed.acknowledged = now()
            if self.on_answer is not None:
                self.on_answer()
        else:
            deed.refused = answer

    async def _sends(self, bot: Bot, what: dict[str, Any], attempt: int) -> str | None:
        """The words of a good answer, or None."""
        slack = what.get("channelId") != "msteams"
        began = now()
        try:
            async with asyncio.timeout(PATIENCE):
                if slack:
                    headers = {"X-Slack-Retry-Num": str(attempt)} if attempt else {}
                    url = f"{bot.url}/slack/events"
                    code, said = await self.town.slack.send(url, what, headers=headers, now=self.clock.time)
                else:
                    code, said = await self.town.teams.send(f"{bot.url}/api/messages", what)
        except (aiohttp.ClientError, OSError, TimeoutError) as fault:
            self.unanswered += 1
            self.codes[type(fault).__name__] += 1
            return None
        took = now() - began
        self.slowest, self.late = max(self.slowest, took), self.late + (took > IN_TIME)
        self.codes[str(code)] += 1
        if not 200 <= code < 300:
            return None
        return str(said.get("text") or said.get("value") or "") if isinstance(said, dict) else str(said)


def rooms_of(deed: Deed) -> list[Room]:
    """The rooms in which it is to be seen: of a comment all but the one where it was made."""
    if deed.noun == "comment":
        assert deed.card
        return [each for each in deed.pair.rooms if each.channel != deed.card.channel]
    return [*deed.pair.rooms]
