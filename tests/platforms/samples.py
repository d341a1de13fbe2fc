"""One of everything that the bot can say, and the nastiest of what people type: every platform draws these and keeps what came of it."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.messages import (
    Bullets,
    Button,
    ChoiceField,
    Controls,
    Fact,
    Facts,
    Form,
    Heading,
    ManyField,
    Menu,
    Message,
    Note,
    Option,
    Paragraph,
    Picture,
    Quote,
    Style,
    SwitchField,
    TextField,
    Tone,
)
from bot.words import Account, Code, Link, Person, Secret, Shape, Strong, Text, When, line

HOSTILE = "<!channel> <@U01ANA> *bold* _it_ ~no~ `code` <https://evil.test|safe> **md** [a](http://x.test) <b>html</b> & :tada: &lt;"
AT = datetime(2026, 11, 3, 13, 0, tzinfo=UTC)
ANA = Person(1, "Ana Ruiz", "Northwind", (Account("slack", "T01NORTH", "U01ANA"),))
BO = Person(2, "Bo Chen", "Contoso", (Account("teams", "contoso", "aad-bo"),))
QUIET = Person(1, "Ana Ruiz", "Northwind", ANA.accounts, ping=False)
BERLIN_TOKYO = ("Europe/Berlin", "Asia/Tokyo")

MESSAGES = {
    "one line": Message(line("Your check-in was saved.")),
    "escalation": Message(
        line("Escalation 7: ", Text("the test rig is down")),
        (
            Facts(
                (
                    Fact("State", line("Open")),
                    Fact("With", line("Level 2: ", ANA, " and ", BO)),
                    Fact("Answer by", line(When(AT, zones=BERLIN_TOKYO))),
                )
            ),
            Quote(Text("Nothing has run since Friday.\nWe tried the spare.")),
        ),
        Tone.RED,
        (
            Button("Acknowledge", "escalation.ack", "7", Style.PRIMARY),
            Button("Withdraw", "escalation.withdraw", "7", Style.DANGER, "Withdraw it for both sides?"),
            Menu("Snooze", "escalation.snooze", (Option("30 min", "7:30"), Option("1 h", "7:60"))),
        ),
        line("Raised by ", QUIET, " ", When(AT, Shape.DAY)),
    ),
    "celebration": Message(
        line(ANA, " is celebrated by ", BO),
        (Quote(Text("for closing the pilot early")),),
        Tone.JOY,
        (Button("👏", "clap"),),
    ),
    "every tone": Message(
        line("Tones"), tuple(Paragraph(line(Strong(tone.value), " is said in words")) for tone in Tone), Tone.OUTLINE
    ),
    "every word": Message(
        line("Words"),
        (
            Paragraph(
                line("plain ", Strong("strong"), " ", Code("/help"), " ", Link("https://example.org/a?b=1&c=2", "here"))
            ),
            Paragraph(line("code: ", Secret("invite:7"))),
            Paragraph(line(When(AT), " / ", When(AT, Shape.DAY), " / ", When(AT, Shape.TIME, BERLIN_TOKYO))),
            Heading("A heading"),
            Bullets((line("one"), line("two ", ANA), line(Strong("three")))),
            Controls((Button("Same", "same", "1"), Button("Same", "same", "2"))),
            Picture("https://example.org/trend.png", "A trend going up"),
            Picture("/files/x.png", "A picture with no public address"),
        ),
        Tone.GREY,
    ),
    "hostile": Message(
        line(Text(HOSTILE)),
        (
            Paragraph(line(Text(HOSTILE))),
            Paragraph(line(ANA, " says ", Text(HOSTILE), " at ", When(AT))),
            Quote(Text(HOSTILE)),
            Facts(
                (
                    Fact("Said", line(Text(HOSTILE))),
                    Fact(HOSTILE, line("as a label")),
                    Fact("By", line(ANA, Text("_x_"))),
                )
            ),
            Bullets((line(Text("> quote\n>>> more")), line(Text("* list")))),
            Heading(HOSTILE),
            Picture("javascript:alert(1)", HOSTILE),
        ),
        Tone.AMBER,
        (Button(HOSTILE, "go", HOSTILE, confirm=HOSTILE), Menu(HOSTILE, "menu", (Option(HOSTILE, "x"),))),
        line("by ", Person(9, HOSTILE, HOSTILE), " ", When(AT)),
    ),
    "too long": Message(
        line(Text("title " * 100)),
        (
            Paragraph(line(Text("word " * 900))),
            Facts((Fact("label " * 60, line(Text("value " * 600))),)),
            Quote(Text("x" * 7000)),
            Paragraph(line("never seen")),
        ),
        buttons=(Button("b" * 200, "long", "v" * 3000, confirm="c" * 500),),
    ),
    "too many": Message(
        line("Many"), tuple(Paragraph(line(f"line {n}")) for n in range(70)), buttons=(Button("Never seen", "never"),)
    ),
    "many buttons": Message(line("Buttons"), buttons=tuple(Button(f"Button {n}", "same", str(n)) for n in range(40))),
    "empty": Message(
        line("Empty"),
        (
            Paragraph(()),
            Quote(Text(" ")),
            Facts(()),
            Facts((Fact("Label", ()),)),
            Bullets(()),
            Heading(""),
            Controls(()),
        ),
        buttons=(Menu("Nothing", "nothing", ()), Button("", "unlabelled")),
    ),
}

FORMS = {
    "every field": Form(
        "escalate",
        "Raise a concern to the next level",
        (
            TextField(
                "summary",
                "What is wrong?",
                "the rig",
                required=True,
                least=5,
                most=150,
                hint="In a line",
                example="The rig…",
            ),
            TextField("tried", "What was tried?", lines=True, required=False, most=9000),
            ChoiceField("level", "Level", (Option("1: shepherds", "1"), Option("2: leaders", "2")), "2"),
            ManyField("who", "Who else?", (Option("Ana Ruiz", "1"), Option("Bo Chen", "2")), ("2",), required=False),
            ManyField("many", "Of many", tuple(Option(f"Person {n}", str(n)) for n in range(130)), ("3", "4")),
            SwitchField("private", "Private to shepherds?", on=True, hint="Others see nothing"),
            Note(line("Will be told: ", ANA)),
            ChoiceField("nothing", "Nothing", ()),
        ),
        submit="Raise it",
        context="p:7",
        intro=line("For ", Strong("Pilot")),
        key="k1",
    ),
    "hostile": Form(
        "hostile",
        HOSTILE,
        (
            TextField("words", HOSTILE, HOSTILE, hint=HOSTILE, example=HOSTILE),
            ChoiceField("one", HOSTILE, (Option(HOSTILE, "1"),), "1"),
            SwitchField("yes", HOSTILE),
            Note(line(Text(HOSTILE))),
        ),
        submit=HOSTILE,
        context=HOSTILE,
        intro=line(Text(HOSTILE)),
    ),
}
