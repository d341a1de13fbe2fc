"""A small town for the local chat: two organisations, one in Slack and one in Teams, a bot with few words, a clock and a tour.

One rule: a test can hold all of it in its hand.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.inbound import Heard, Inbound, Joined, Mention, Opened, Pressed, Submitted, Typed, Words
from bot.messages import (
    Bullets,
    Button,
    ChoiceField,
    Controls,
    Errors,
    Fact,
    Facts,
    Form,
    Inset,
    ManyField,
    Menu,
    Message,
    Note,
    Nothing,
    Option,
    Paragraph,
    Quote,
    Reply,
    Style,
    SwitchField,
    TextField,
    Tone,
)
from bot.platforms.local import Local, Resident, Room, Skin, Slash, Step, World
from bot.port import Parcel, Way
from bot.words import Account, Code, Person, Text, When, line

START = datetime(2026, 11, 3, 13, 5, tzinfo=UTC)


def resident(user: str, name: str, organisation: str, role: str, zone: str) -> Resident:
    return Resident(Account("local", organisation.lower(), user), name, organisation, role, zone)


ADA = resident("ada", "Ada Berg", "Northwind", "Shepherd", "Europe/Berlin")
JOAO = resident("joao", "João Pinto", "Northwind", "Member", "Europe/Lisbon")
PRIYA = resident("priya", "Priya Rao", "Kestrel", "Shepherd", "Asia/Tokyo")
SAM = resident("sam", "Sam Ortiz", "Kestrel", "Leader", "America/Los_Angeles")

COMMANDS = (
    Slash("escalate", "what is wrong [by <date>] [to <level or @person>] [!high]", "Raise a concern to the next level"),
    Slash("celebrate", "@people what for [for <milestone>]", "Celebrate people of either side"),
    Slash("partnership members", "", "Show who is who"),
    Slash("partnership members add", "@people [as <role>]", "Add people to your side"),
    Slash("partnership", "status | members | invite | help …", "Everything else about the partnership"),
)

TOWN = World(
    (ADA, JOAO, PRIYA, SAM),
    (
        Room("northwind", "C-pilot", "pilot-line", "Northwind", ("ada", "joao")),
        Room("northwind", "C-hall", "hall", "Northwind", ("ada", "joao"), bot=False),
        Room("kestrel", "C-north", "northwind-team", "Kestrel", ("priya", "sam")),
    ),
    COMMANDS,
    {"Kestrel": Skin.TEAMS},
)


def person(one: Resident, ping: bool = True) -> Person:
    return Person(1, one.name, one.organisation, (one.account,), ping)


def said(words: Words) -> str:
    return "".join(f"@{part.profile.name}" if isinstance(part, Mention) else part for part in words)


def escalation(summary: str, tone: Tone, state: str) -> Message:
    due = When(START + timedelta(hours=4), zones=("Europe/Berlin", "Asia/Tokyo"))
    facts = (
        Fact("State", line(state)),
        Fact("Level", line("1: shepherds")),
        Fact("With", line(person(ADA, ping=False), " and ", person(PRIYA, ping=False))),
        Fact("Answer by", line(due)),
    )
    snooze = Menu(
        "Snooze", "snooze", (Option("30 minutes", "30"), Option("1 hour", "60"), Option("Next working day", "day"))
    )
    buttons = (
        Button("Acknowledge", "ack", summary, Style.PRIMARY),
        Button("Resolve", "resolve", summary),
        snooze,
        Button(
            "Withdraw", "withdraw", summary, Style.DANGER, confirm="Withdraw this? Both rooms will see it as withdrawn."
        ),
    )
    title = line("Escalation 7: ", Text(summary))
    return Message(
        title,
        (Facts(facts), Quote(Text("Tried: a second camera, a new cable.\nAsked: an engineer on site."))),
        tone,
        buttons,
        line("Raised by ", person(JOAO, ping=False)),
    )


def celebration(who: Words, why: str) -> Message:
    title = line("🎉 ", *(person(resident_of(part)) if isinstance(part, Mention) else Text(part) for part in who))
    return Message(
        title, (Paragraph(line(Text(why))),), Tone.JOY, (Button("👏 1", "clap"), Button("Comment", "comment"))
    )


def resident_of(mention: Mention) -> Resident:
    found = TOWN.resident(mention.profile.account.user)
    assert found
    return found


FORM = Form(
    "escalate",
    "Raise a concern",
    (
        TextField(
            "summary", "What is wrong?", least=10, most=200, example="The test rig is down", hint="In one sentence"
        ),
        TextField("tried", "What was tried?", lines=True, required=False),
        ChoiceField("level", "Level", (Option("1: shepherds", "1"), Option("2: leaders", "2")), value="1"),
        ManyField(
            "people",
            "Also tell",
            (Option("João Pinto (Northwind)", "joao"), Option("Sam Ortiz (Kestrel)", "sam")),
            required=False,
        ),
        SwitchField("private", "Private to the shepherds", hint="Both shepherds see it, nobody else"),
        Note(line("Priya Rao is told at once; her day ends in 20 minutes.")),
    ),
    submit="Raise it",
    context="p7",
    intro=line("Raising a concern costs nobody anything."),
    key="k1",
)


@dataclass
class Town:
    """The chat with a scripted bot. `heard` is all that came in."""

    world: World = TOWN
    at: datetime = START
    heard: list[Inbound] = field(default_factory=list)
    kept: dict[str, Reply] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.local = Local(self.world, self.now, self, self)
        self.sent = 0
        self.leaving = asyncio.Event()

    def now(self) -> datetime:
        return self.at

    async def forward(self, hours: float) -> None:
        self.leaving.set()
        await asyncio.sleep(0.05)
        self.at += timedelta(hours=hours)

    async def next_event(self) -> None:
        await self.forward(4)
        await self.post(
            "northwind", "C-pilot", Message(line("Nobody has acknowledged it: on to level 2."), tone=Tone.AMBER)
        )

    async def steps(self) -> list[Step]:
        steps = (
            Step(
                "celebrate",
                "Celebrate somebody",
                "Good work deserves a word. Send the line in the box.",
                "ada",
                "C-pilot",
                "/celebrate @Priya Rao for closing the pilot two days early",
            ),
            Step(
                "escalate",
                "Raise a concern",
                "João's rig is down. Both shepherds hear of it at once.",
                "joao",
                "C-pilot",
                "/escalate the test rig is down",
            ),
            Step(
                "answer",
                "Answer from the other side",
                "Press Acknowledge on the card in Kestrel's room.",
                "priya",
                "C-north",
                "",
            ),
            Step("help", "Ask in private", "Plain words will do in a direct message.", "sam", "", "help"),
        )
        return [replace(step, done=step.id in self.done) for step in steps]

    def parcel(self, way: Way, content: Message, **rest: object) -> Parcel:
        self.sent += 1
        values: dict[str, object] = {"tenant": "northwind", "token": f"t{self.sent}"} | rest
        return Parcel(way, "local", content=content, **values)  # type: ignore[arg-type]

    async def post(self, tenant: str, channel: str, content: Message) -> str:
        return (await self.local.deliver(self.parcel(Way.POST, content, tenant=tenant, channel=channel))).message

    async def both(self, content: Message) -> None:
        await self.post("northwind", "C-pilot", content)
        await self.post("kestrel", "C-north", content)

    async def tell(self, one: Resident, content: Message) -> None:
        await self.local.deliver(self.parcel(Way.DIRECT, content, account=one.account))

    async def answer(self, value: Inbound) -> Reply:
        """As the house does: what came before is not done again and gets the same answer."""
        key = f"{value.place.tenant} {value.delivery}"
        if key not in self.kept:
            self.heard.append(value)
            self.kept[key] = await self.reply(value)
        return self.kept[key]

    async def reply(self, value: Inbound) -> Reply:
        match value:
            case Typed(command="escalate", words=()):
                return FORM if value.opens else Message(line("There is a form for this."), (Inset(FORM),))
            case Typed(command="escalate"):
                await self.both(escalation(said(value.words), Tone.RED, "Open"))
                await self.tell(ADA, Message(line("João asks for help."), tone=Tone.RED))
                self.done.add("escalate")
                undo = (Button("Change", "change"), Button("Undo", "undo", style=Style.DANGER))
                return Message(
                    line("Raised. ", person(ADA, ping=False), " and ", person(PRIYA, ping=False), " were told."),
                    buttons=undo,
                )
            case Typed(command="celebrate"):
                people = tuple(part for part in value.words if isinstance(part, Mention))
                await self.both(celebration(people, said(value.words)))
                self.done.add("celebrate")
                return Message(line("Celebrated in both rooms."))
            case Typed(command="boom"):
                raise RuntimeError("boom")
            case Typed():
                help_ = Bullets(
                    (line(Code("/escalate"), " raises a concern"), line(Code("/celebrate"), " celebrates people"))
                )
                return Message(line("You said ", Text(f"{value.command} {said(value.words)}".strip()), "."), (help_,))
            case Pressed(action="ack"):
                self.done.add("answer")
                card = escalation(value.value, Tone.AMBER, f"Acknowledged by {value.sender.name}")
                await self.local.deliver(
                    self.parcel(
                        Way.EDIT, card, tenant=value.place.tenant, channel=value.place.channel, message=value.message
                    )
                )
                return Nothing()
            case Pressed(action="form.open"):
                return replace(FORM, key="k2")
            case Pressed(action="form"):
                return FORM
            case Pressed():
                return Message(line("You pressed ", Code(f"{value.action} {value.value}".strip()), "."))
            case Submitted() if "rig" not in str(value.values["summary"]):
                return Errors({"summary": "Please say which rig it is.", "gone": "Something else is wrong too."})
            case Submitted():
                await self.both(escalation(str(value.values["summary"]), Tone.RED, "Open"))
                return Message(line("Raised. Both shepherds were told."))
            case Opened():
                items = Bullets((line(Code("Escalation 7"), " waits for you"),))
                page = Message(line("My open items"), (items, Controls((Button("Open it", "item", "7"),))))
                await self.local.deliver(self.parcel(Way.HOME, page, account=value.sender.account))
                return Nothing()
            case Joined() | Heard():
                return Nothing()
            case _:
                raise AssertionError(f"nobody does that here: {value}")
