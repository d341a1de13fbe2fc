"""What every chat platform keeps when it draws: each word, and no more life in it than was meant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.messages import (
    Bullets,
    Button,
    ChoiceField,
    Controls,
    Fact,
    Facts,
    Form,
    Heading,
    Inset,
    ManyField,
    Menu,
    Message,
    Note,
    Option,
    Paragraph,
    Picture,
    Quote,
    SwitchField,
    TextField,
)
from bot.words import Code, Line, Link, Person, Secret, Strong, Text, When, line
from tests.platforms.contract import Stage, bare, on_stage, opened, posted
from tests.platforms.samples import AT, FORMS, HOSTILE, MESSAGES

MANY = 100  # options that every platform shows


def lines_of(what: Message | Form) -> Iterator[Line]:
    if isinstance(what, Form):
        yield what.intro
        yield from (each.words for each in what.fields if isinstance(each, Note))
        return
    yield from (what.title, what.footer)
    for block in what.body:
        match block:
            case Paragraph(words):
                yield words
            case Quote(words):
                yield (words,)
            case Facts(facts):
                yield from (fact.value for fact in facts)
            case Bullets(items):
                yield from items
            case Heading() | Controls() | Picture() | Inset():
                pass


def words_of(what: Message | Form) -> Iterator[str]:
    """Every piece of it that a reader must see. (What is a mention or an instant is shown in the platform's own way.)"""
    for parts in lines_of(what):
        for part in parts:
            match part:
                case str():
                    yield part
                case Text(value) | Strong(value) | Code(value):
                    yield value
                case Link(label=label):
                    yield label
                case Person(name=name, accounts=()):
                    yield name
                case Person() | When() | Secret():
                    pass
    if isinstance(what, Form):
        yield from (what.title, what.submit)
        for each in what.fields:
            if not isinstance(each, Note):
                yield from (each.label, each.hint)
            if isinstance(each, TextField):
                yield from (each.value, each.example)
            if isinstance(each, ChoiceField | ManyField) and len(each.options) <= MANY:
                yield from (option.label for option in each.options)
        return
    controls = [*what.buttons]
    for block in what.body:
        match block:
            case Facts(facts):
                yield from (fact.label for fact in facts)
            case Heading(value):
                yield value
            case Picture(alt=alt):
                yield alt
            case Controls(inside):
                controls += inside
            case Inset():
                controls.append(block.opening)
            case Paragraph() | Quote() | Bullets():
                pass
    for control in controls:
        if isinstance(control, Menu):
            yield from (option.label for option in control.options)
        if isinstance(control, Button) or control.options:
            yield control.label


def lost(stage: Stage, what: Message | Form, drawn: Any) -> list[str]:
    """What a reader does not see: neither whole nor, where it is long, cut with an ellipsis."""
    shown = stage.words(drawn)
    whole = bare("".join(shown))
    cut = [bare(each).removesuffix("…") for each in shown if each.endswith("…") and len(each) > 20]
    return [each for each in words_of(what) if bare(each) not in whole and not any(map(bare(each).startswith, cut))]


def declared(stage: Stage, what: Message | Form) -> set[tuple[str, str]]:
    """All that may be more than letters in it."""
    found = {("strong", fact.label) for fact in _facts(what)}
    if isinstance(what, Message):
        for form in (block.form for block in what.body if isinstance(block, Inset)):
            found |= {("strong", form.title), *declared(stage, form)}
    for part in (part for parts in lines_of(what) for part in parts):
        match part:
            case Strong(value):
                found.add(("strong", value))
            case Code(value):
                found.add(("code", value))
            case Secret():
                found.add(("code", "••••"))
            case Link(url=url):
                found.add(("link", url))
            case When(at):
                found.add(("when", str(int(at.timestamp()))))
            case Person(accounts=accounts, ping=True):
                found |= {("person", each.user) for each in accounts if each.platform == stage.name}
            case str() | Text() | Person():
                pass
    return found


def unmeant(stage: Stage, what: Message | Form, drawn: Any) -> list[tuple[str, str]]:
    """What is more than letters though nobody meant it to be. (A label that is too long may be cut.)"""
    meant = declared(stage, what)
    extra = stage.live(drawn) - meant
    cut = {
        (kind, words)
        for kind, words in extra
        if words.endswith("…") and any(kind == other and whole.startswith(words[:-1]) for other, whole in meant)
    }
    return sorted(extra - cut)


def nasty(piece: str) -> Message:
    """A message with the same typed words everywhere that words can stand, alone and beside what is live."""
    typed, when = Text(piece), When(AT)
    return Message(
        line("About ", typed),
        (
            Paragraph(line(typed)),
            Paragraph(line(when, typed, Strong("bold"), typed)),
            Quote(typed),
            Facts(
                (Fact(piece, line(typed)), Fact("Both", line(when, " ", typed)), Fact("Strong", line(Strong(piece))))
            ),
            Bullets((line(typed), line(when, typed), line(Code(piece), " ", when))),
            Heading(piece),
            Controls((Menu(piece, "menu", (Option(piece, "1"),)),)),
        ),
        footer=line(Person(9, piece, piece), " ", when, typed),
    )


def nasty_form(piece: str) -> Form:
    """A form with the same typed words everywhere that words can stand."""
    options = (Option(piece, "1"), Option("Another", "2"))
    return Form(
        "nasty",
        piece,
        (
            TextField("words", piece, piece, hint=piece, example=piece),
            ChoiceField("one", piece, options, hint=piece),
            ManyField("many", piece, options, hint=piece),
            SwitchField("yes", piece, hint=piece),
            Note(line(When(AT), " ", Text(piece))),
        ),
        submit=piece,
        intro=line(Text(piece)),
    )


def _facts(what: Message | Form) -> Iterator[Any]:
    if isinstance(what, Message):
        yield from (fact for block in what.body if isinstance(block, Facts) for fact in block.facts)


# What it draws -------------------------------------------------------------------------------------------------------


@on_stage
async def test_the_same_message_is_drawn_the_same_each_time(stage: Stage) -> None:
    for name, message in MESSAGES.items():
        first = json.dumps(stage.platform.draw(message))
        assert first == json.dumps(stage.platform.draw(message)), name


@on_stage
async def test_every_word_of_a_message_is_shown_letter_for_letter(stage: Stage) -> None:
    for name, message in MESSAGES.items():
        drawn = stage.platform.draw(message)
        missing = lost(stage, message, drawn)
        if name.startswith("too "):  # over some platform's limits: then it says so
            assert not missing or "…" in stage.words(drawn)[-1], name
        else:
            assert missing == [], name
    assert sum(HOSTILE in each for each in stage.words(stage.platform.draw(MESSAGES["hostile"]))) >= 5


@on_stage
async def test_nothing_that_people_typed_becomes_a_mention_a_link_or_a_format(stage: Stage) -> None:
    for name, message in MESSAGES.items():
        assert unmeant(stage, message, stage.platform.draw(message)) == [], name
    for name, form in FORMS.items():
        drawn = await opened(stage, form)
        assert unmeant(stage, form, drawn) == [], name
    for piece in [*HOSTILE.split(), "> quoted", "_a_ :b:", "*a* `b` ~c~"]:
        message, form = nasty(piece), nasty_form(piece)
        for what, drawn in ((message, stage.platform.draw(message)), (form, await opened(stage, form))):
            assert (unmeant(stage, what, drawn), lost(stage, what, drawn)) == ([], []), piece


@on_stage
async def test_what_the_bot_means_to_be_live_is_live_even_beside_the_nastiest_words(stage: Stage) -> None:
    ana = Person(1, stage.ana.name, "Northwind", (stage.ana.account,))
    message = Message(
        line(ana, " says ", Text(HOSTILE), " at ", When(AT), " ", Link("https://example.org/a?b=1", "here"))
    )
    live = {
        ("person", stage.ana.account.user),
        ("when", str(int(AT.timestamp()))),
        ("link", "https://example.org/a?b=1"),
    }
    seen = await posted(stage, message)
    assert stage.live(seen.shown) == live
    assert HOSTILE in "".join(stage.words(seen.shown))


@on_stage
async def test_every_word_of_a_form_is_shown_letter_for_letter(stage: Stage) -> None:
    for name, form in FORMS.items():
        drawn = await opened(stage, form)
        assert lost(stage, form, drawn) == [], name


@on_stage
async def test_a_form_in_a_message_shows_the_button_that_opens_it_and_nothing_live(stage: Stage) -> None:
    for name, form in FORMS.items():
        message = Message(line("There is a form for this."), (Inset(replace(form, key="key-1")),))
        drawn = stage.platform.draw(message)
        assert (lost(stage, message, drawn), unmeant(stage, message, drawn)) == ([], []), name


@on_stage
async def test_a_message_has_a_plain_form_too(stage: Stage) -> None:
    for name, message in MESSAGES.items():
        seen = await posted(stage, message)
        title = "".join(
            part.value if isinstance(part, Text) else part for part in message.title if isinstance(part, str | Text)
        )
        assert bare(title) in bare(seen.spoken), name
