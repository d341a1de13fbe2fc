"""Help: what a command does, and what was probably meant where a word is not known.

One rule: nothing is listed by hand. What is told here is what the features said of themselves when they registered.
"""

from __future__ import annotations

import difflib
from dataclasses import replace

from bot.inbound import Typed, Words
from bot.messages import Block, Bullets, Heading, Message, Paragraph, Tone
from bot.rules.grammar import text_of
from bot.words import Code, Inline, Line, Strong, Text, line
from handlers import Command, commands

ASKING = ("help", "?", "-h", "--help")
COMING = {"reflect": "Reflections"}
"""Commands that a chat may offer already and that a later version answers."""
GREETINGS = ("", "hi", "hello", "hey", "hallo", "hola", "start", "thanks", "moin", "bellwether")


def asked(words: Words) -> bool:
    """Tell whether somebody asks how a command works instead of using it."""
    return text_of(words).casefold() in ASKING


def reply(typed: Typed, found: Command | None) -> Message:
    """Explain the command; where there is none of that name, suggest the nearest or say what can be done at all."""
    if found is not None:
        return explain(found)
    said = f"{typed.command} {text_of(typed.words)}".strip().lstrip("/")
    if coming := COMING.get(typed.command.lower().lstrip("/")):
        return overview(line(f"{coming} come in a later version. Today I can:"))
    pieces = [piece for piece in said.casefold().split() if piece not in ASKING]
    if " ".join(pieces).rstrip("!.?") in GREETINGS:
        return overview()
    for length in range(min(len(pieces), 3), 0, -1):
        known = commands.get(tuple(pieces[:length]))
        if known is not None:
            return explain(known)
    meant = nearest(" ".join(pieces[:2])) or nearest(pieces[0]) or _ending_in(pieces[0])
    if meant is not None:
        return suggestion(said, meant)
    return overview(line("I did not understand that. I am Bellwether, and I know these commands."), Tone.AMBER)


def suggestion(said: str, meant: Command) -> Message:
    """Say which command was probably meant."""
    return Message(
        line("I do not know “", Text(_short(said)), "”. Did you mean ", Code(meant.typed), "?"),
        (Paragraph(_usage(meant)), *_examples(meant)),
        tone=Tone.AMBER,
    )


def unknown(said: str, instead: Command) -> Message:
    """Say that a word is not known, and what could have stood there."""
    told = explain(instead)
    return replace(told, title=line("I do not know “", Text(_short(said)), "”."), tone=Tone.AMBER)


def explain(found: Command) -> Message:
    """Say what a command does, how it is typed, and what can stand behind it."""
    body: list[Block] = [Paragraph(line("Type ", Code(_whole(found))))]
    body += _examples(found)
    below = [each for path, each in sorted(commands.items()) if len(path) > len(found.path)]
    inside = [each for each in below if each.path[: len(found.path)] == found.path]
    if inside:
        body += [Heading("What can stand behind it"), Bullets(tuple(_usage(each) for each in inside))]
    return Message(line(Strong(found.typed), " – ", found.about), tuple(body))


def overview(title: Line = (), tone: Tone = Tone.NEUTRAL) -> Message:
    """Say in short what the bot is for and what it answers to."""
    first = [each for path, each in sorted(commands.items()) if len(path) == 1]
    return Message(
        title or line("I am Bellwether. I keep a partnership between two organisations on course."),
        (
            Bullets(tuple(_usage(each) for each in first)),
            Paragraph(line("Without anything behind it a command opens its form. ", Code("help"),
                           " behind any command explains it, for example ", Code(f"{first[-1].typed} help"), ".")),
        ),
        tone=tone,
    )  # fmt: skip


def nearest(typed: str) -> Command | None:
    """The command that was probably meant; behind a command's own name only what can stand there counts."""
    first, _, rest = typed.casefold()[:60].partition(" ")
    inside = {" ".join(path[1:]): each for path, each in commands.items() if path[0] == first and len(path) > 1}
    whole = {" ".join(path): each for path, each in commands.items()}
    wanted, known = (rest, inside) if rest and inside else (typed.casefold()[:60], whole)
    close = difflib.get_close_matches(wanted, known, n=1, cutoff=0.6)
    return known[close[0]] if close else None


def _ending_in(word: str) -> Command | None:
    """The command whose last word it is: `status` alone is `/partnership status`."""
    return next((each for path, each in sorted(commands.items()) if len(path) == 2 and path[-1] == word), None)


def _whole(found: Command) -> str:
    return f"{found.typed} {found.usage}".strip()


def _usage(found: Command) -> tuple[Inline, ...]:
    return line(Code(_whole(found)), f" – {found.about}")


def _examples(found: Command) -> list[Block]:
    if not found.examples:
        return []
    shown = tuple(line(Code(f"{found.typed} {example}".strip())) for example in found.examples)
    return [Paragraph(line("For example:")), Bullets(shown)]


def _short(said: str) -> str:
    return said if len(said) <= 60 else said[:59] + "…"
