"""What people do in Teams, as the house hears it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.inbound import (
    Gone,
    Inbound,
    Joined,
    Left,
    Mention,
    Opened,
    PlaceKind,
    Pressed,
    Profile,
    Renamed,
    ReplyBy,
    Submitted,
    Typed,
)
from bot.messages import ChoiceField, Form, ManyField, SwitchField, TextField
from bot.platforms.teams import called as called_module
from bot.platforms.teams import people as people_module
from bot.platforms.teams.apps import ANONYMOUS, Registration
from bot.platforms.teams.arriving import Near
from bot.platforms.teams.called import Names
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.directory import Directory
from bot.platforms.teams.form import draw_form
from bot.platforms.teams.people import People, Untold
from bot.platforms.teams.read import read
from bot.platforms.teams.tokens import SCOPE, Tokens
from bot.wire import Malformed
from bot.words import Account
from tests.fakes.teams import (
    ANA,
    APP,
    BO,
    BOT,
    CHANNEL,
    EVE,
    GROUP,
    GUESTS,
    NAME,
    PASSWORD,
    TEAM,
    TENANT,
    AddressBook,
    Conversation,
    FakeTeams,
    Someone,
    account,
)

OURS = Registration(APP, PASSWORD, TENANT)
PRIVATE = {
    "channelData": {"tenant": {"id": TENANT}, "team": {"id": TEAM}, "channel": {"id": CHANNEL, "type": "private"}}
}


@pytest.fixture(autouse=True)
def time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine changes nothing in what is told here."""
    monkeypatch.setattr(called_module, "PATIENCE", 10.0)
    monkeypatch.setattr(people_module, "FOR_A_PERSON", 10.0)
    monkeypatch.setattr(people_module, "FOR_A_NAME", 10.0)


@dataclass
class Desk:
    """A reader with Teams behind it."""

    fake: FakeTeams
    connector: Connector
    book: AddressBook = field(default_factory=AddressBook)
    late: timedelta = field(default_factory=timedelta)

    def __post_init__(self) -> None:
        self.starts()

    def starts(self) -> None:
        """Begin anew, with nothing but what was kept."""
        self.directory = Directory(self.book, self.now)
        self.people = People(self.connector, self.directory, self.now)
        self.near = Near(self.people, Names(self.connector, self.now), self.directory)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.late

    async def reads(self, activity: dict[str, Any], app: Registration = OURS) -> list[Inbound]:
        values = await read(activity, app, self.near)
        await self.directory.learn(activity, app)
        return values

    async def hears(self, activity: dict[str, Any], app: Registration = OURS) -> Any:
        [value] = await self.reads(activity, app)
        return value


def at_the_desk(journey: Callable[[Desk], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(20), FakeTeams() as fake:
            tokens = Tokens(fake.login_url, SCOPE, lambda: datetime.now(UTC))
            desk = Desk(fake, Connector(tokens))
            try:
                await journey(desk)
            finally:
                await desk.people.close()
                await desk.connector.close()
                await tokens.close()

    asyncio.run(run())


def profile(who: Someone, *, zone: str | None = "", locale: str | None = "") -> Profile:
    """Somebody as the house knows them who has just written."""
    home = Account("teams", who.tenant, who.user)
    return Profile(home, who.name, who.zone if zone == "" else zone, who.locale if locale == "" else locale)


def unwritten(who: Someone) -> Profile:
    """Somebody who never wrote: nobody knows their zone."""
    return profile(who, zone=None, locale=None)


# What is typed ---------------------------------------------------------------------------------------------------------


def test_a_mention_in_a_channel_is_a_command_with_its_sender_and_place() -> None:
    async def journey(desk: Desk) -> None:
        said = desk.fake.says("escalate the rig is down")
        typed = await desk.hears(said)
        assert isinstance(typed, Typed)
        assert (typed.command, typed.words) == ("escalate", ("the rig is down",))
        assert typed.sender == profile(ANA)
        assert (typed.place.platform, typed.place.tenant, typed.place.channel) == ("teams", TENANT, CHANNEL)
        assert (typed.place.kind, typed.place.name, typed.place.present) == (PlaceKind.CHANNEL, "partners", True)
        assert (typed.reply, typed.opens, typed.thread) == (ReplyBy.MESSAGE, False, "")
        assert (await desk.hears(said)).delivery == typed.delivery
        assert (await desk.hears(desk.fake.says("escalate the rig is down"))).delivery != typed.delivery

    at_the_desk(journey)


@pytest.mark.parametrize("conversation", [CHANNEL, GROUP])
def test_what_is_not_said_to_the_bot_is_none_of_its_business(conversation: str) -> None:
    async def journey(desk: Desk) -> None:
        assert await desk.reads(desk.fake.says("lunch?", conversation=conversation, to_bot=False)) == []
        assert await desk.reads(desk.fake.says(BO, " lunch?", conversation=conversation, to_bot=False)) == []
        assert not desk.fake.called("member")

    at_the_desk(journey)


@pytest.mark.parametrize(
    "kind", ["messageUpdate", "messageDelete", "messageReaction", "typing", "event", "endOfConversation"]
)
def test_edits_reactions_and_typing_are_not_heard(kind: str) -> None:
    async def journey(desk: Desk) -> None:
        assert await desk.reads(desk.fake.says("escalate") | {"type": kind}) == []

    at_the_desk(journey)


@pytest.mark.parametrize(
    "sender",
    [{"id": BOT, "name": NAME}, {"id": "28:another", "name": "Another"}, {"id": "x", "name": "Another", "role": "bot"}],
)
def test_bots_are_not_heard(sender: dict[str, str]) -> None:
    async def journey(desk: Desk) -> None:
        assert await desk.reads(desk.fake.says("escalate") | {"from": {**sender, "aadObjectId": ANA.user}}) == []

    at_the_desk(journey)


def test_a_slash_command_for_the_bots_eyes_alone_needs_no_mention() -> None:
    async def journey(desk: Desk) -> None:
        typed = await desk.hears(desk.fake.says("/escalate the rig", targeted=True, conversation=GROUP))
        assert (typed.command, typed.words, typed.place.name) == ("escalate", ("the rig",), "the pilots")
        pretended = desk.fake.says("/escalate", to_bot=False)
        pretended["recipient"]["isTargeted"] = "yes"
        assert await desk.reads(pretended) == []

    at_the_desk(journey)


def test_in_a_chat_of_ones_own_everything_is_said_to_the_bot() -> None:
    async def journey(desk: Desk) -> None:
        own = desk.fake.personal(BO)
        typed = await desk.hears(desk.fake.says("Status", who=BO, conversation=own))
        assert (typed.command, typed.words, typed.sender) == ("Status", (), profile(BO))
        assert (typed.place.kind, typed.place.channel, typed.place.present) == (PlaceKind.DIRECT, own, True)
        picture = await desk.hears(desk.fake.says("", who=BO, conversation=own))
        assert (picture.command, picture.words) == ("", ())
        assert not desk.fake.calls

    at_the_desk(journey)


@pytest.mark.parametrize("word", ["home", "Start", " /HOME \n", "<at>Bellwether</at>&nbsp;home"])
def test_home_in_a_chat_of_ones_own_opens_ones_page(word: str) -> None:
    async def journey(desk: Desk) -> None:
        own = desk.fake.personal(ANA)
        said = desk.fake.says(word, conversation=own)
        said["entities"].append(_mention(BOT, NAME))
        opened = await desk.hears(said)
        assert isinstance(opened, Opened)
        assert (opened.sender, opened.place.kind, opened.place.channel) == (profile(ANA), PlaceKind.DIRECT, own)
        assert isinstance(await desk.hears(desk.fake.says("home is where", conversation=own)), Typed)
        assert isinstance(await desk.hears(desk.fake.says("home")), Typed)

    at_the_desk(journey)


def _mention(user: str, name: str, **more: Any) -> dict[str, Any]:
    return {"type": "mention", "mentioned": {"id": user, "name": name, **more}, "text": f"<at>{name}</at>"}


@pytest.mark.parametrize(
    ("text", "command", "words"),
    [
        ("<at>Bellwether</at> escalate the rig", "escalate", ("the rig",)),
        ("<at>Bellwether</at>&nbsp;escalate the rig&nbsp;", "escalate", ("the rig",)),
        ("\xa0<at>Bellwether</at>\xa0 /escalate\xa0the\xa0rig \n", "escalate", ("the rig",)),
        ("escalate <at>Bellwether</at> the rig", "escalate", ("the rig",)),
        ("escalate the <at>Bellwether</at> rig", "escalate", ("the rig",)),
        ("escalate the rig <at>Bellwether</at>", "escalate", ("the rig",)),
        ("escalate the rig<at>Bellwether</at>", "escalate", ("the rig",)),
        ("<at>Bellwether</at>, escalate the rig", "escalate", ("the rig",)),
        ('<at id="0">bellwether</at> escalate the rig', "escalate", ("the rig",)),
        ("<at>Bellwether</at> <at>Bellwether</at> escalate the rig", "escalate", ("the rig",)),
        ("<at>Bellwether</at>\n\n/escalate the rig\nis down", "escalate", ("the rig\nis down",)),
        ("<at>Bellwether</at> escalate the\r\nrig", "escalate", ("the\nrig",)),
        ("<at>Bellwether</at>", "", ()),
        ("<at>Bellwether</at> / ", "", ()),
        ("", "", ()),
    ],
)
def test_the_bots_mention_is_taken_out_wherever_it_stands(text: str, command: str, words: tuple[str, ...]) -> None:
    async def journey(desk: Desk) -> None:
        said = desk.fake.says() | {"text": text}
        typed = await desk.hears(said)
        assert (typed.command, typed.words) == (command, words)

    at_the_desk(journey)


def test_a_bot_with_a_name_of_two_words_is_taken_out_too() -> None:
    async def journey(desk: Desk) -> None:
        said = desk.fake.says() | {"text": "<at>Bell</at>&nbsp;<at>Wether</at> status all"}
        said["entities"] = [_mention(BOT, "Bell"), _mention(BOT, "Wether")]
        typed = await desk.hears(said)
        assert (typed.command, typed.words) == ("status", ("all",))

    at_the_desk(journey)


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; &#x1F600;", "a <b> & \"c\" 'd' 😀"),
        ("&amp;lt;at&amp;gt;", "&lt;at&gt;"),
        ("&lt;at&gt;Bo Chen&lt;/at&gt;", "<at>Bo Chen</at>"),
        ("R&D &copy &unknown; &#xD800; &#1114112; a < b", "R&D &copy &unknown; &#xD800; &#1114112; a < b"),
        ("*bold* _x_ <b>", "*bold* _x_ <b>"),
    ],
)
def test_letters_arrive_as_they_were_typed(sent: str, typed: str) -> None:
    async def journey(desk: Desk) -> None:
        assert (await desk.hears(desk.fake.says(f"note {sent}"))).words == (typed,)

    at_the_desk(journey)


def test_of_a_marked_up_message_the_letters_are_read() -> None:
    async def journey(desk: Desk) -> None:
        rich = "<at>Bellwether</at> <p>note <b>one</b> &lt;i&gt;<br/>two</p>"
        typed = await desk.hears(desk.fake.says() | {"text": rich, "textFormat": "xml"})
        assert (typed.command, typed.words) == ("note", ("one <i>\ntwo",))

    at_the_desk(journey)


def test_a_reply_in_a_thread_says_which() -> None:
    async def journey(desk: Desk) -> None:
        typed = await desk.hears(desk.fake.says("thanks, on it", thread="1700000000001"))
        assert (typed.thread, typed.place.channel) == ("1700000000001", CHANNEL)
        assert (typed.command, typed.words) == ("thanks,", ("on it",))

    at_the_desk(journey)


# Who is meant ----------------------------------------------------------------------------------------------------------


def test_people_who_were_picked_are_looked_up_in_the_roster() -> None:
    async def journey(desk: Desk) -> None:
        desk.fake.conversations[CHANNEL].members.add(EVE.user)
        typed = await desk.hears(desk.fake.says("celebrate ", BO, " and ", EVE, " for closing it"))
        bo, eve = Mention(unwritten(BO)), Mention(unwritten(EVE))
        assert eve.profile.account.tenant == GUESTS
        assert (typed.command, typed.words) == ("celebrate", (bo, " and ", eve, " for closing it"))
        asked = len(desk.fake.called("member"))
        again = await desk.hears(desk.fake.says("celebrate ", BO, ", ", ANA))
        assert again.words == (bo, ", ", Mention(profile(ANA)))
        assert len(desk.fake.called("member")) == asked

    at_the_desk(journey)


def test_whoever_is_mentioned_is_the_same_account_as_when_they_write() -> None:
    async def journey(desk: Desk) -> None:
        desk.fake.conversations[CHANNEL].members.add(EVE.user)
        wrote = (await desk.hears(desk.fake.says("status", who=EVE))).sender
        typed = await desk.hears(desk.fake.says("celebrate ", EVE))
        assert typed.words == (Mention(wrote),)
        assert wrote == profile(EVE)
        own = desk.fake.personal(EVE)
        assert (await desk.hears(desk.fake.says("status", who=EVE, conversation=own))).sender == wrote

    at_the_desk(journey)


def test_who_cannot_be_looked_up_stays_letters_and_is_tried_again_next_time() -> None:
    async def journey(desk: Desk) -> None:
        await desk.hears(desk.fake.says("status"))
        desk.fake.fail("member", "503")
        typed = await desk.hears(desk.fake.says("celebrate ", BO, " well done"))
        assert typed.words == ("@Bo Chen well done",)
        assert (await desk.hears(desk.fake.says("celebrate ", BO))).words == (Mention(unwritten(BO)),)
        nobody = Someone("", "29:tag", "pilots")
        assert (await desk.hears(desk.fake.says("celebrate ", nobody, "!"))).words == ("@pilots!",)

    at_the_desk(journey)


def test_nobody_waits_long_for_a_slow_roster(monkeypatch: pytest.MonkeyPatch) -> None:
    async def journey(desk: Desk) -> None:
        await desk.hears(desk.fake.says("status"))
        desk.starts()
        monkeypatch.setattr(called_module, "PATIENCE", 0.1)
        monkeypatch.setattr(people_module, "FOR_A_NAME", 0.1)
        monkeypatch.setattr(people_module, "FOR_A_PERSON", 0.2)
        desk.fake.delay = 5
        began = time.monotonic()
        typed = await desk.hears(desk.fake.says("celebrate ", BO, " and ", EVE))
        assert typed.words == ("@Bo Chen and @Eve External",)
        assert (typed.sender, typed.place.name) == (profile(ANA), "")
        assert time.monotonic() - began < 3
        asked = len(desk.fake.calls)
        await desk.hears(desk.fake.says("status"))
        assert len(desk.fake.calls) == asked  # what did not answer just now is not asked again at once

    at_the_desk(journey)


def test_who_cannot_be_told_in_time_is_nobodys_guest_and_is_known_when_it_is_brought_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def journey(desk: Desk) -> None:
        monkeypatch.setattr(people_module, "FOR_A_PERSON", 0.1)
        desk.fake.conversations[CHANNEL].members.add(EVE.user)
        desk.fake.fail("member", "slow", 0.4)
        said = desk.fake.says("status", who=EVE)
        with pytest.raises(Untold):
            await desk.reads(said)
        await asyncio.sleep(0.6)
        assert (await desk.hears(said)).sender == profile(EVE)
        assert len(desk.fake.called("member")) == 1  # the first answer came after all

    at_the_desk(journey)


@pytest.mark.parametrize("conversation", [CHANNEL, GROUP])
def test_a_roster_that_cannot_be_asked_is_asked_again_at_once_and_silences_nobody_who_is_known(
    conversation: str,
) -> None:
    async def journey(desk: Desk) -> None:
        desk.fake.conversations[conversation].members.add(EVE.user)
        await desk.hears(desk.fake.says("status", who=EVE, conversation=conversation))
        desk.starts()
        desk.fake.fail("member", 429, times=2)
        first = desk.fake.says("status", conversation=conversation)
        with pytest.raises(Untold):
            await desk.reads(first)
        nameless = desk.fake.says("status", conversation=conversation)
        del nameless["from"]["aadObjectId"]
        with pytest.raises(Untold):
            await desk.reads(nameless)
        heard = await desk.hears(desk.fake.says("status", who=EVE, conversation=conversation))
        assert heard.sender == profile(EVE)
        assert (await desk.hears(first)).sender == profile(ANA)

    at_the_desk(journey)


def test_a_roster_that_leaves_out_the_tenant_makes_nobody_one_of_ours() -> None:
    async def journey(desk: Desk) -> None:
        desk.fake.conversations[CHANNEL].members.add(EVE.user)
        desk.fake.people[EVE.user] = replace(EVE, tenant="")
        with pytest.raises(Untold):
            await desk.reads(desk.fake.says("status", who=EVE))

    at_the_desk(journey)


def test_everybody_in_a_room_is_asked_for_once_and_a_start_asks_for_nobody_again() -> None:
    async def journey(desk: Desk) -> None:
        desk.fake.conversations[CHANNEL].members.add(EVE.user)
        for _ in range(2):
            assert [(await desk.hears(desk.fake.says("x", who=who))).sender for who in (ANA, EVE)] == [
                profile(ANA),
                profile(EVE),
            ]
        assert len(desk.fake.called("member")) == 2
        desk.starts()
        desk.late = timedelta(days=2)
        assert (await desk.hears(desk.fake.says("x", who=EVE))).sender == profile(EVE)
        assert len(desk.fake.called("member")) == 2

    at_the_desk(journey)


def test_a_guests_chat_of_their_own_says_nothing_about_where_they_are_at_home() -> None:
    async def journey(desk: Desk) -> None:
        desk.fake.conversations[CHANNEL].members.add(EVE.user)
        await desk.hears(desk.fake.says("status", who=EVE, conversation=desk.fake.personal(EVE)))
        assert (await desk.hears(desk.fake.says("status", who=EVE))).sender == profile(EVE)

    at_the_desk(journey)


def test_whoever_is_mentioned_with_their_tenant_needs_no_roster() -> None:
    async def journey(desk: Desk) -> None:
        await desk.hears(desk.fake.says("status"))
        asked = len(desk.fake.called("member"))
        said = desk.fake.says("celebrate ", EVE)
        said["entities"][1]["mentioned"] |= {"aadObjectId": EVE.user, "tenantId": GUESTS}
        assert (await desk.hears(said)).words == (Mention(unwritten(EVE)),)
        assert len(desk.fake.called("member")) == asked

    at_the_desk(journey)


def test_a_person_torn_into_several_tags_is_one_person() -> None:
    async def journey(desk: Desk) -> None:
        text = "<at>Bellwether</at> celebrate <at>Bo</at>&nbsp;<at>Chen</at>, <at>Ana</at> <at>Ruiz</at>"
        torn = [_mention(BO.id, "Bo"), _mention(BO.id, "Chen"), _mention(ANA.id, "Ana"), _mention(ANA.id, "Ruiz")]
        said = desk.fake.says() | {"text": text, "entities": [_mention(BOT, NAME), *torn, *torn]}
        typed = await desk.hears(said)
        assert typed.words == (Mention(unwritten(BO)), ", ", Mention(profile(ANA)))
        desk.fake.conversations[GROUP].members.clear()
        stranger = [_mention("29:zed", "Zoë"), _mention("29:zed", "Zed")]
        text = "<at>Bellwether</at> celebrate <at>Zoë</at> <at>Zed</at>"
        said = desk.fake.says(conversation=GROUP) | {"text": text, "entities": [_mention(BOT, NAME), *stranger]}
        assert (await desk.hears(said)).words == ("@Zoë Zed",)

    at_the_desk(journey)


def test_two_people_of_one_name_are_told_apart() -> None:
    async def journey(desk: Desk) -> None:
        other = replace(ANA, user="a0000000-0000-4000-8000-000000000009", id="29:1other")
        desk.fake.people[other.user] = other
        desk.fake.conversations[CHANNEL].members.add(other.user)
        text = "<at>Bellwether</at> celebrate <at>Ana Ruiz</at> and <at>Ana Ruiz</at>"
        twice = [_mention(each.id, each.name) for each in (other, other, ANA, ANA)]
        said = desk.fake.says(who=BO) | {"text": text, "entities": [_mention(BOT, NAME), *twice]}
        typed = await desk.hears(said)
        assert typed.words == (Mention(unwritten(other)), " and ", Mention(unwritten(ANA)))

    at_the_desk(journey)


def test_a_name_with_an_ampersand_is_found_though_its_entity_has_no_text() -> None:
    async def journey(desk: Desk) -> None:
        said = desk.fake.says() | {"text": "<at>Bellwether</at> celebrate <at>@Bo &amp; Chen</at>"}
        entity = _mention(BO.id, "Bo & Chen")
        del entity["text"]
        said["entities"] = [_mention(BOT, NAME), entity]
        assert (await desk.hears(said)).words == (Mention(unwritten(BO)),)

    at_the_desk(journey)


def test_markup_without_an_entity_is_nobody() -> None:
    async def journey(desk: Desk) -> None:
        said = desk.fake.says() | {"text": "<at>Bellwether</at> celebrate <at>Bo Chen</at> now"}
        assert (await desk.hears(said)).words == ("@Bo Chen now",)

    at_the_desk(journey)


def test_another_bot_is_mentioned_as_a_bot() -> None:
    async def journey(desk: Desk) -> None:
        typed = await desk.hears(desk.fake.says("celebrate ", Someone("", "28:polly", "Polly")))
        assert typed.words == (Mention(Profile(Account("teams", TENANT, "28:polly"), "Polly", bot=True)),)
        assert not [path for name, path, _ in desk.fake.calls if name == "member" and "polly" in path]

    at_the_desk(journey)


# Who and where ---------------------------------------------------------------------------------------------------------


def test_the_zone_comes_from_the_device_and_is_kept_for_a_day() -> None:
    async def journey(desk: Desk) -> None:
        said = desk.fake.says("status")
        del said["localTimezone"]
        assert (await desk.hears(said)).sender.zone == ANA.zone
        bare = desk.fake.says("status") | {"localTimezone": None, "locale": None}
        bare["entities"] = bare["entities"][:1]
        assert (await desk.hears(bare)).sender == profile(ANA)
        odd = bare | {"localTimezone": "W. Europe Standard Time"}
        assert (await desk.hears(odd)).sender.zone == ANA.zone
        desk.late = timedelta(days=1, minutes=1)
        assert (await desk.hears(bare)).sender == unwritten(ANA)

    at_the_desk(journey)


def test_a_home_tenant_that_is_said_is_believed() -> None:
    async def journey(desk: Desk) -> None:
        said = desk.fake.says("status", who=EVE)
        said["from"]["tenantId"] = GUESTS
        assert (await desk.hears(said)).sender.account == Account("teams", GUESTS, EVE.user)
        assert not desk.fake.called("member")

    at_the_desk(journey)


def test_whoever_has_no_identity_is_looked_up_and_else_not_heard() -> None:
    async def journey(desk: Desk) -> None:
        said = desk.fake.says("status")
        del said["from"]["aadObjectId"]
        assert (await desk.hears(said)).sender == profile(ANA)
        nobody = desk.fake.says("status") | {"from": {"id": "29:passing-by", "name": "Passer-by"}}
        assert await desk.reads(nobody) == []

    at_the_desk(journey)


def test_a_channels_name_is_asked_once_and_general_has_one_too() -> None:
    async def journey(desk: Desk) -> None:
        names = [(await desk.hears(desk.fake.says("status"))).place.name for _ in range(3)]
        assert names == ["partners"] * 3
        assert len(desk.fake.called("channels")) == 1
        assert (await desk.hears(desk.fake.says("status", conversation=TEAM))).place.name == "General"
        desk.late = timedelta(days=1, minutes=1)
        desk.fake.conversations[CHANNEL].name = "allies"
        assert (await desk.hears(desk.fake.says("status"))).place.name == "allies"

    at_the_desk(journey)


def test_a_name_that_teams_says_is_not_asked_for() -> None:
    async def journey(desk: Desk) -> None:
        said = desk.fake.says("status")
        said["channelData"]["channel"]["name"] = "told"
        assert (await desk.hears(said)).place.name == "told"
        assert (await desk.hears(desk.fake.says("status"))).place.name == "told"
        assert not desk.fake.called("channels")

    at_the_desk(journey)


def test_whether_the_bot_may_write_in_a_private_channel_is_not_known() -> None:
    async def journey(desk: Desk) -> None:
        assert (await desk.hears(desk.fake.says("status") | PRIVATE)).place.present is None

    at_the_desk(journey)


def test_the_tenant_is_read_from_wherever_it_stands() -> None:
    async def journey(desk: Desk) -> None:
        said = desk.fake.says("status") | {"channelData": None}
        assert (await desk.hears(said)).place.tenant == TENANT
        del said["conversation"]["tenantId"]
        with pytest.raises(Malformed):
            await desk.reads(said)

    at_the_desk(journey)


# Cards and dialogs -----------------------------------------------------------------------------------------------------


def test_a_press_is_answered_with_the_card() -> None:
    async def journey(desk: Desk) -> None:
        pressed = await desk.hears(
            desk.fake.presses("escalation.ack", {"value": "escalation:7"}, message="1700000000001")
        )
        assert isinstance(pressed, Pressed)
        assert (pressed.action, pressed.value, pressed.message) == ("escalation.ack", "escalation:7", "1700000000001")
        assert (pressed.reply, pressed.opens, pressed.shows, pressed.thread) == (ReplyBy.MESSAGE, False, True, "")
        assert (pressed.sender, pressed.place.name) == (profile(ANA), "partners")
        below = desk.fake.presses("x", {}, message="1700000000002", thread="1700000000001")
        assert ((await desk.hears(below)).thread, (await desk.hears(below)).value) == ("1700000000001", "")

    at_the_desk(journey)


def test_a_menus_choice_is_its_value() -> None:
    async def journey(desk: Desk) -> None:
        pressed = await desk.hears(desk.fake.presses("escalation.snooze", {"value": "", "choice": "escalation:7|1h"}))
        assert (pressed.action, pressed.value) == ("escalation.snooze", "escalation:7|1h")

    at_the_desk(journey)


def test_a_press_that_opens_a_dialog_is_answered_by_it() -> None:
    async def journey(desk: Desk) -> None:
        data = {"msteams": {"type": "task/fetch"}, "action": "form.open", "value": "key-1"}
        pressed = await desk.hears(desk.fake.fetches(data, message="1700000000001"))
        assert isinstance(pressed, Pressed)
        assert (pressed.action, pressed.value, pressed.message) == ("form.open", "key-1", "1700000000001")
        assert (pressed.reply, pressed.opens, pressed.shows) == (ReplyBy.RESPONSE, True, False)

    at_the_desk(journey)


def test_a_button_in_a_dialog_is_answered_there() -> None:
    async def journey(desk: Desk) -> None:
        pressed = await desk.hears(desk.fake.submits({"action": "ask.answer", "value": "k|side=a"}))
        assert isinstance(pressed, Pressed)
        assert (pressed.action, pressed.value, pressed.message) == ("ask.answer", "k|side=a", "")
        assert (pressed.reply, pressed.opens, pressed.shows) == (ReplyBy.RESPONSE, True, False)

    at_the_desk(journey)


FORM = Form(
    "escalate",
    "Escalate",
    (
        TextField("summary", "Summary"),
        ChoiceField("level", "Level", ()),
        ManyField("who", "Who", ()),
        SwitchField("private", "Private?"),
    ),
    context="escalation:7",
    key="key-1",
)
FILLED = {"summary": "<b> & co", "level": "2", "who": ("7", "9"), "private": ""}
DATA = {
    "form": "escalate",
    "context": "escalation:7",
    "key": "key-1",
    "fields": ["text.summary", "choice.level", "many.who", "switch.private"],
    "rest": {},
    "text.summary": "<b> & co",
    "choice.level": "2",
    "many.who": "7,9",
}


def test_a_form_in_a_dialog_comes_with_its_values() -> None:
    async def journey(desk: Desk) -> None:
        sent = await desk.hears(desk.fake.submits(DATA))
        assert isinstance(sent, Submitted)
        assert (sent.form, sent.context, sent.key, sent.values) == ("escalate", "escalation:7", "key-1", FILLED)
        assert (sent.reply, sent.opens, sent.sender) == (ReplyBy.MESSAGE, True, profile(ANA))

    at_the_desk(journey)


def test_the_first_fields_of_a_form_in_a_card_come_like_the_form() -> None:
    async def journey(desk: Desk) -> None:
        sent = await desk.hears(desk.fake.presses("form.submit", DATA))
        assert isinstance(sent, Submitted)
        assert (sent.form, sent.context, sent.key, sent.values) == ("escalate", "escalation:7", "key-1", FILLED)
        assert (sent.reply, sent.opens) == (ReplyBy.MESSAGE, False)

    at_the_desk(journey)


def test_a_form_is_read_as_it_was_drawn() -> None:
    async def journey(desk: Desk) -> None:
        card = draw_form(FORM)
        data = next(found for found in _tables(card) if found.get("form") == "escalate")
        typed = {"text.summary": "<b> & co", "choice.level": "2", "many.who": "7,9"}
        sent = await desk.hears(desk.fake.submits({**data, **typed}))
        assert (sent.form, sent.context, sent.key, sent.values) == ("escalate", "escalation:7", "key-1", FILLED)

    at_the_desk(journey)


def _tables(value: Any) -> list[dict[str, Any]]:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [*([value] if isinstance(value, dict) else []), *(found for each in inside for found in _tables(each))]


def test_a_client_without_dialogs_sends_its_buttons_as_messages() -> None:
    async def journey(desk: Desk) -> None:
        data = {"msteams": {"type": "task/fetch"}, "action": "form.open", "value": "key-1"}
        button = desk.fake.activity("message", value=data, replyToId="1700000000001")
        pressed = await desk.hears(button)
        assert isinstance(pressed, Pressed)
        assert (pressed.action, pressed.value, pressed.message) == ("form.open", "key-1", "1700000000001")
        assert (pressed.reply, pressed.opens, pressed.shows) == (ReplyBy.MESSAGE, False, False)
        sent = await desk.hears(desk.fake.activity("message", value=DATA))
        assert isinstance(sent, Submitted)
        assert (sent.values, sent.reply, sent.opens) == (FILLED, ReplyBy.MESSAGE, False)

    at_the_desk(journey)


def test_an_invoke_that_is_none_of_ours_gives_nothing() -> None:
    async def journey(desk: Desk) -> None:
        other = desk.fake.presses("x") | {"name": "composeExtension/query"}
        assert await desk.reads(other) == []

    at_the_desk(journey)


# Rooms and people that come and go ---------------------------------------------------------------------------------------


def test_installing_in_a_chat_of_ones_own_opens_ones_page_once() -> None:
    async def journey(desk: Desk) -> None:
        own, moment = desk.fake.personal(ANA), {"timestamp": "2026-11-22T10:17:44.349Z"}
        installed = desk.fake.installs(conversation=own, timestamp="2026-11-22T10:17:45.02Z")
        added = desk.fake.happens(conversation=own, membersAdded=[{"id": BOT}, account(ANA)], **moment)
        added["from"] = {"id": ANA.id, "aadObjectId": ANA.user}  # Teams gives no name there
        first, second = await desk.hears(added), await desk.hears(installed)
        assert isinstance(first, Opened)
        assert isinstance(second, Opened)
        assert first.delivery == second.delivery
        assert first.sender == second.sender == unwritten(ANA)
        assert first.place.kind is PlaceKind.DIRECT
        later = desk.fake.installs(conversation=own, timestamp="2026-11-23T10:17:44.349Z")
        assert (await desk.hears(later)).delivery != first.delivery

    at_the_desk(journey)


def test_coming_into_a_team_the_bot_joins_the_chosen_channel() -> None:
    async def journey(desk: Desk) -> None:
        moment = {"timestamp": "2026-11-22T10:17:44.349Z"}
        chosen = {"settings": {"selectedChannel": {"id": CHANNEL}}}
        added = desk.fake.happens("teamMemberAdded", data=chosen, membersAdded=[{"id": BOT}], **moment)
        joined = await desk.hears(added)
        assert isinstance(joined, Joined)
        assert (joined.sender.bot, joined.sender.account) == (True, Account("teams", TENANT, BOT))
        assert (joined.place.channel, joined.place.name, joined.place.present) == (CHANNEL, "partners", True)
        installed = await desk.hears(desk.fake.installs(**moment))
        assert (type(installed), installed.place) == (Joined, joined.place)

    at_the_desk(journey)


def test_coming_into_a_group_chat_the_bot_joins_it() -> None:
    async def journey(desk: Desk) -> None:
        joined = await desk.hears(desk.fake.installs(conversation=GROUP))
        assert isinstance(joined, Joined)
        assert (joined.place.channel, joined.place.name, joined.sender.bot) == (GROUP, "the pilots", True)

    at_the_desk(journey)


def test_removed_from_a_team_every_known_channel_of_it_is_gone() -> None:
    async def journey(desk: Desk) -> None:
        for each in (CHANNEL, TEAM, GROUP):
            await desk.hears(desk.fake.says("status", conversation=each))
        moment = {"timestamp": "2026-11-22T10:17:44.349Z"}
        removed = desk.fake.installs("remove", conversation=TEAM, **moment)
        found = await desk.reads(removed)
        assert {each.place.channel for each in found} == {CHANNEL, TEAM}
        assert all(isinstance(each, Gone) and each.place.present is False for each in found)
        assert {each.place.name for each in found} == {"partners", "General"}
        assert len({each.delivery for each in found}) == 2
        told_twice = desk.fake.happens("teamMemberRemoved", conversation=TEAM, membersRemoved=[{"id": BOT}], **moment)
        assert {each.place.channel for each in await desk.reads(told_twice)} == {CHANNEL, TEAM}
        back = await desk.reads(desk.fake.installs(conversation=CHANNEL))
        assert {each.place.channel for each in back if isinstance(each, Joined)} == {CHANNEL, TEAM}

    at_the_desk(journey)


def test_removed_and_back_and_removed_again_within_a_minute_each_time_counts() -> None:
    async def journey(desk: Desk) -> None:
        moment, found = {"timestamp": "2026-11-22T10:17:44.349Z"}, []
        for action in ("add", "remove", "add", "remove"):
            activity = desk.fake.installs(action, conversation=GROUP, **moment)
            found += [await desk.hears(activity)]
            assert (await desk.hears(activity)).delivery == found[-1].delivery
        assert [type(each) for each in found] == [Joined, Gone, Joined, Gone]
        assert len({each.delivery for each in found}) == 4

    at_the_desk(journey)


def test_removed_from_a_chat_it_is_gone() -> None:
    async def journey(desk: Desk) -> None:
        gone = await desk.hears(desk.fake.installs("remove", conversation=GROUP))
        assert isinstance(gone, Gone)
        assert (gone.place.channel, gone.place.kind, gone.place.present) == (GROUP, PlaceKind.CHANNEL, False)
        own = await desk.hears(desk.fake.installs("remove", conversation=desk.fake.personal(BO), who=BO))
        assert isinstance(own, Gone)
        assert (own.sender, own.place.kind, own.place.present) == (unwritten(BO), PlaceKind.DIRECT, False)

    at_the_desk(journey)


@pytest.mark.parametrize("action", ["add-upgrade", "remove-upgrade", ""])
def test_an_upgrade_changes_nothing(action: str) -> None:
    async def journey(desk: Desk) -> None:
        assert await desk.reads(desk.fake.installs(action)) == []

    at_the_desk(journey)


def test_people_come_into_a_team_and_leave_it_and_the_roster_is_not_asked() -> None:
    async def journey(desk: Desk) -> None:
        for who in (ANA, BO):
            await desk.hears(desk.fake.says("status", who=who))
        asked = len(desk.fake.called("member"))
        members = [account(ANA), {"id": BO.id}, account(EVE)]
        came = await desk.reads(desk.fake.happens("teamMemberAdded", conversation=TEAM, membersAdded=members))
        assert [type(each) for each in came] == [Joined, Joined]
        assert [each.sender for each in came] == [profile(ANA), profile(BO)]
        assert len({each.delivery for each in came}) == 2
        assert {each.place.channel for each in came} == {TEAM}
        gone = desk.fake.happens("teamMemberRemoved", conversation=TEAM, membersRemoved=[{"id": BO.id}])
        left = await desk.hears(gone)
        assert isinstance(left, Left)
        assert (left.sender, left.company) == (profile(BO), False)
        assert len(desk.fake.called("member")) == asked

    at_the_desk(journey)


def test_a_channel_that_is_renamed_is_known_by_its_new_name() -> None:
    async def journey(desk: Desk) -> None:
        new = {"channel": {"id": CHANNEL, "name": "allies"}}
        renamed = await desk.hears(desk.fake.happens("channelRenamed", conversation=TEAM, data=new))
        assert isinstance(renamed, Renamed)
        assert (renamed.channel, renamed.place.channel, renamed.place.name) == (True, CHANNEL, "allies")
        assert (await desk.hears(desk.fake.says("status"))).place.name == "allies"
        assert await desk.reads(desk.fake.happens("teamRenamed", conversation=TEAM)) == []

    at_the_desk(journey)


def test_a_channel_is_deleted_and_restored() -> None:
    async def journey(desk: Desk) -> None:
        about = {"channel": {"id": CHANNEL, "name": "partners"}}
        gone = await desk.hears(desk.fake.happens("channelDeleted", conversation=TEAM, data=about))
        assert isinstance(gone, Gone)
        assert (gone.place.channel, gone.place.present) == (CHANNEL, False)
        restored = desk.fake.happens("channelRestored", conversation=TEAM, data={"channel": {"id": CHANNEL}})
        restored["conversation"]["name"] = "Northwind"
        back = await desk.hears(restored)
        assert isinstance(back, Joined)
        assert (back.sender.bot, back.place.channel, back.place.name) == (True, CHANNEL, "partners")

    at_the_desk(journey)


@pytest.mark.parametrize(
    ("lost", "back"),
    [("teamDeleted", "teamRestored"), ("teamArchived", "teamUnarchived"), ("teamarchived", "teamrestored")],
)
def test_a_team_takes_its_channels_with_it_and_brings_them_back(lost: str, back: str) -> None:
    async def journey(desk: Desk) -> None:
        await desk.hears(desk.fake.says("status"))
        gone = await desk.reads(desk.fake.happens(lost, conversation=TEAM))
        assert {(type(each), each.place.channel) for each in gone} == {(Gone, CHANNEL), (Gone, TEAM)}
        assert len({each.delivery for each in gone}) == 2
        found = await desk.reads(desk.fake.happens(back, conversation=TEAM))
        assert {(type(each), each.place.channel) for each in found} == {(Joined, CHANNEL), (Joined, TEAM)}

    at_the_desk(journey)


def test_what_happens_elsewhere_in_a_team_is_not_heard() -> None:
    async def journey(desk: Desk) -> None:
        assert await desk.reads(desk.fake.happens("channelCreated", conversation=TEAM)) == []
        assert await desk.reads(desk.fake.happens("", conversation=GROUP)) == []

    at_the_desk(journey)


# Whatever comes --------------------------------------------------------------------------------------------------------


def test_a_client_without_tokens_is_read_the_same() -> None:
    async def journey(desk: Desk) -> None:
        desk.fake.anonymous = True
        said = desk.fake.says("celebrate ", BO)
        said["recipient"]["id"] = "bot-id"
        said["entities"][0]["mentioned"]["id"] = "bot-id"
        typed = await desk.hears(said, ANONYMOUS)
        assert (typed.command, typed.words) == ("celebrate", (Mention(unwritten(BO)),))

    at_the_desk(journey)


def test_a_long_conversation_has_a_short_delivery_of_its_own() -> None:
    async def journey(desk: Desk) -> None:
        found = set()
        for each in "ab":
            long = f"a:1{each * 400}"
            desk.fake.conversations[long] = Conversation(long, "personal", members={ANA.user})
            said = desk.fake.says("status", conversation=long)
            first, second = await desk.hears(said), await desk.hears(said)
            assert first.delivery == second.delivery
            assert len(first.delivery) < 300
            found.add(first.delivery)
        assert len(found) == 2

    at_the_desk(journey)


def test_odd_activities_are_malformed_and_nothing_worse() -> None:
    async def journey(desk: Desk) -> None:
        own = desk.fake.personal(ANA)
        chosen = {"settings": {"selectedChannel": {"id": CHANNEL}}}
        good = [
            desk.fake.says("celebrate ", BO, " x"),
            desk.fake.says("home", conversation=own),
            desk.fake.presses("x", {"value": "y"}),
            desk.fake.presses("form.submit", DATA),
            desk.fake.fetches({"action": "a", "value": "v"}),
            desk.fake.submits(DATA),
            desk.fake.installs(),
            desk.fake.installs("remove", conversation=own),
            desk.fake.happens("teamMemberAdded", data=chosen, membersAdded=[{"id": BOT}, account(BO)]),
            desk.fake.happens("channelRenamed", conversation=TEAM, data={"channel": {"id": CHANNEL, "name": "x"}}),
        ]
        tried = 0
        for activity in good:
            for odd in _spoilt(activity):
                tried += 1
                with suppress(Malformed):
                    await read(odd, OURS, desk.near)
        assert tried > 500

    at_the_desk(journey)


def _spoilt(activity: dict[str, Any]) -> list[dict[str, Any]]:
    """The activity with one thing in it wrong, for each thing and each way to be wrong."""

    def with_(value: Any, path: tuple[Any, ...], new: Any) -> Any:
        if not path:
            return new
        if isinstance(value, dict):
            changed = {name: with_(each, path[1:], new) if name == path[0] else each for name, each in value.items()}
            return {name: each for name, each in changed.items() if each is not Ellipsis}
        return [with_(each, path[1:], new) if at == path[0] else each for at, each in enumerate(value)]

    def paths(value: Any) -> list[tuple[Any, ...]]:
        inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [(name, *rest) for name, each in inside for rest in [(), *paths(each)]]

    return [
        with_(activity, path, new)
        for path in paths(activity)
        for new in (None, ..., "", 7, [], [None], {}, {"id": None})
    ]
