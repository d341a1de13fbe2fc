"""Messages and forms as JSON for the page, each part of a sentence kept as a node of its own.

One rule: nothing here is markup. The page puts every letter in as text.
"""

from __future__ import annotations

from typing import Any, assert_never

from bot.inbound import Mention, Words
from bot.messages import (
    Block,
    Bullets,
    Button,
    ChoiceField,
    Control,
    Controls,
    Errors,
    Facts,
    Field,
    Form,
    Heading,
    Inset,
    ManyField,
    Menu,
    Message,
    Note,
    Nothing,
    Option,
    Paragraph,
    Picture,
    Quote,
    Reply,
    Shown,
    SwitchField,
    TextField,
)
from bot.platforms.local.chat import Post
from bot.words import Code, Inline, Line, Link, Person, Secret, Strong, Text, When, beside

Drawn = dict[str, Any]
FIRST = 3  # fields in the midst of a message


def inline(part: Inline) -> Drawn:
    """Draw one part of a sentence."""
    match part:
        case str():
            return {"kind": "text", "value": part}
        case Text(value) | Strong(value) | Code(value):
            return {"kind": part.kind, "value": value}
        case Link(url, label):
            return {"kind": "link", "url": url, "label": label}
        case When(at, shape, zones):
            told = beside(part).split(", ") if zones else []
            others = [{"zone": zone, "words": words} for zone, words in zip(dict.fromkeys(zones), told, strict=True)]
            return {"kind": "when", "at": at.isoformat(), "shape": shape.value, "beside": others}
        case Person(name=name, organisation=organisation, accounts=accounts, ping=ping):
            user = next((account.user for account in accounts if account.platform == "local"), "")
            return {"kind": "person", "name": name, "organisation": organisation, "user": user, "ping": ping}
        case Secret():
            return {"kind": "code", "value": "••••"}
    assert_never(part)


def line(parts: Line) -> list[Drawn]:
    """Draw one line."""
    return [inline(part) for part in parts]


def words(parts: Words) -> list[Drawn]:
    """Draw what a person wrote, with those they picked."""
    return [
        {
            "kind": "person",
            "name": part.profile.name,
            "organisation": "",
            "user": part.profile.account.user,
            "ping": True,
        }
        if isinstance(part, Mention)
        else {"kind": "text", "value": part}
        for part in parts
    ]


def control(one: Control) -> Drawn:
    match one:
        case Button(label, action, value, style, confirm):
            drawn = {"kind": "button", "label": label, "action": action, "value": value}
            return drawn | {"style": style.value, "confirm": confirm}
        case Menu(label, action, choices):
            return {"kind": "menu", "label": label, "action": action, "options": options(choices)}
    assert_never(one)


def options(choices: tuple[Option, ...]) -> list[Drawn]:
    return [{"label": each.label, "value": each.value} for each in choices]


def block(one: Block) -> Drawn:
    match one:
        case Paragraph(parts):
            return {"kind": "paragraph", "words": line(parts)}
        case Quote(text):
            return {"kind": "quote", "words": [inline(text)]}
        case Facts(facts):
            return {"kind": "facts", "facts": [{"label": fact.label, "value": line(fact.value)} for fact in facts]}
        case Bullets(items):
            return {"kind": "bullets", "items": [line(item) for item in items]}
        case Heading(value):
            return {"kind": "heading", "value": value}
        case Controls(controls):
            return {"kind": "controls", "controls": [control(each) for each in controls]}
        case Inset(whole):
            return {"kind": "inset", "form": form(whole), "first": first(whole), "opening": control(one.opening)}
        case Picture(url, alt):
            return {"kind": "picture", "url": url, "alt": alt}
    assert_never(one)


def first(form: Form) -> list[str]:
    """The ids of the fields without which a form cannot be sent, where they are few and simple enough for the midst of a message."""
    inputs = [each for each in form.fields if not isinstance(each, Note | SwitchField) and each.required]
    empty = [each for each in inputs if not (each.values if isinstance(each, ManyField) else each.value)]
    if not inputs:
        empty = [*[each for each in form.fields if isinstance(each, TextField)][:FIRST]]
    simple = all(isinstance(each, TextField | ChoiceField) for each in empty)
    return [each.id for each in empty] if simple and len(empty) <= FIRST else []


def message(one: Message) -> Drawn:
    """Draw a message or card."""
    return {
        "title": line(one.title),
        "body": [block(each) for each in one.body],
        "tone": one.tone.value,
        "buttons": [control(each) for each in one.buttons],
        "footer": line(one.footer),
    }


def field(one: Field) -> Drawn:
    match one:
        case TextField():
            shape = {
                "value": one.value,
                "lines": one.lines,
                "least": one.least,
                "most": one.most,
                "example": one.example,
            }
            return _labelled(one) | shape | {"required": one.required}
        case ChoiceField():
            return _labelled(one) | {"options": options(one.options), "value": one.value, "required": one.required}
        case ManyField():
            chosen = {"values": list(one.values), "required": one.required}
            return _labelled(one) | {"options": options(one.options)} | chosen
        case SwitchField():
            return _labelled(one) | {"on": one.on}
        case Note(parts):
            return {"kind": "note", "words": line(parts)}
    assert_never(one)


def _labelled(one: TextField | ChoiceField | ManyField | SwitchField) -> Drawn:
    return {"kind": one.kind, "id": one.id, "label": one.label, "hint": one.hint}


def form(one: Form) -> Drawn:
    """Draw a form."""
    drawn: Drawn = {"name": one.name, "title": one.title, "submit": one.submit, "context": one.context}
    drawn["key"] = one.key
    return drawn | {"intro": line(one.intro), "fields": [field(each) for each in one.fields]}


def post(one: Post) -> Drawn:
    """Draw one thing said, with where and by whom."""
    drawn: Drawn = {"id": one.id, "where": one.where, "thread": one.thread, "order": one.order, "version": one.version}
    drawn |= {"at": one.at.isoformat(), "author": one.author, "to": one.to, "edited": one.edited}
    drawn["asked"] = words(one.asked)
    match one.content:
        case Message():
            return drawn | {"card": message(one.content)}
        case str():
            return drawn | {"notice": one.content}
        case _:
            return drawn | {"words": words(one.content)}


def reply(one: Reply, told: Post | None) -> Drawn:
    """Draw the answer to one act; `told` is where a private message was put."""
    match one:
        case Message():
            return {"kind": "message", "post": post(told) if told else None}
        case Form():
            return {"kind": "form", "form": form(one)}
        case Errors(fields):
            return {"kind": "errors", "fields": dict(fields)}
        case Nothing() | Shown():
            return {"kind": "nothing"}
    assert_never(one)
