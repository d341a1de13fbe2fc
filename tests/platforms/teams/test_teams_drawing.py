"""What Teams gets to draw, kept as a snapshot: `python -m tests.platforms.teams.test_teams_drawing` writes it anew."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft6Validator
from markdown_it import MarkdownIt

from bot.messages import (
    Bullets,
    Button,
    ChoiceField,
    Control,
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
    Style,
    SwitchField,
    TextField,
    Tone,
)
from bot.platforms.teams.draw import draw, fallback
from bot.platforms.teams.filled import read_form, refilled
from bot.platforms.teams.form import CUT_OFF, dialog, draw_form, inset
from bot.platforms.teams.lines import escape
from bot.platforms.teams.sheet import LEFT_OUT, MOST, size
from bot.wire import Malformed
from bot.words import Account, Code, Line, Link, Person, Secret, Strong, Text, When, line
from tests.platforms.contract import objects
from tests.platforms.samples import ANA, AT, BERLIN_TOKYO, BO, FORMS, HOSTILE, MESSAGES

SNAPSHOT = Path(__file__).with_name("drawn.json")
TENANT = "contoso"
NASTY = (
    HOSTILE,
    "{{DATE(2026-11-03T13:00:00Z,SHORT)}} {{{TIME(2026-11-03T13:00:00Z)}}",
    "<at>Bo Chen</at> </AT> &#42;x&#42; &amp; ![i](https://x.test/i.png)",
    "# head\n> quote\n- list\n+ list\n1. one\n12) two\n---\n===\n    code\n\ttab\n~~~\n| a | b |\n| - | - |",
    "__init__ a_b_c \\*x\\* ** ** R&D [x]: http://x.test !",
    "[safe](javascript:alert(1)) <javascript:x> ```a``` ||x||",
)
SHORT = Form("note", "Add a note", (TextField("words", "Note", lines=True, least=3),), submit="Add note", key="k9")
SHOWN = Inset(FORMS["every field"])
MORE = {
    "a form in a message": Message(line("There is a form for this."), (Inset(SHORT),)),
    "a form that is too long for a message": Message(line("There is a form for this."), (SHOWN,)),
    "large menus": Message(
        line("Which?"),
        buttons=tuple(Menu(name, name, tuple(Option(str(n), str(n)) for n in range(9))) for name in ("one", "two")),
    ),
    "nasty": Message(
        line(ANA, Text(NASTY[1])),
        tuple(Paragraph(line(BO, " ", When(AT), Text(each), When(AT), Strong(each), Code(each))) for each in NASTY),
        Tone.RED,
    ),
}
CARDS = {**MESSAGES, **MORE}
MARKDOWN = MarkdownIt("default", {"html": True})
SCHEMA = Draft6Validator(json.loads((files("adaptive_cards") / "schemas" / "schema-1.5.json").read_text()))


def drawn() -> dict[str, Any]:
    return {
        "messages": {name: draw(each, TENANT) for name, each in CARDS.items()},
        "forms": {name: draw_form(each, TENANT) for name, each in FORMS.items()},
        "texts": {name: fallback(each) for name, each in MESSAGES.items()},
    }


def of(card: Any, *kinds: str) -> list[dict[str, Any]]:
    return [each for each in objects(card) if each.get("type") in kinds]


def shown(block: dict[str, Any]) -> tuple[str, set[str]]:
    """The letters of a block as a client shows them, and what is more than letters in it."""
    if block["type"] == "RichTextBlock":
        runs = block["inlines"]
        assert all(not live_by_itself(each["text"]) for each in runs)
        return "".join(each["text"] for each in runs), {"link" for each in runs if "selectAction" in each}
    dated, days = re.subn(r"\{\{(DATE\([\dTZ:-]+,SHORT|TIME\([\dTZ:-]+)\)\}\}", "2026", block["text"])
    named, people = re.subn(r"<at>([^<>]*)</at>", r"\1", dated)
    page = MARKDOWN.render(named)
    live = set(re.findall(r"<(\w+)", page)) - {"p"} | ({"when"} if days else set()) | ({"person"} if people else set())
    return html.unescape(re.sub(r"<[^>]*>", "", page)).strip("\n"), live


def live_by_itself(words: str) -> bool:
    """Whether a client could read an instant or a mention into a run of letters."""
    return bool(re.search(r"\{\{|</?at", words, re.IGNORECASE))


def letters(card: Any) -> list[str]:
    return [shown(each)[0] for each in of(card, "RichTextBlock", "TextBlock")]


def pressed(card: Any) -> list[tuple[str, str, str]]:
    """What each button brings back: its way, action and value."""
    found = []
    for each in of(card, "Action.Execute", "Action.Submit"):
        data = each["data"]
        way = data.get("msteams", {}).get("type", each["type"].partition(".")[2])
        found.append((way, each.get("verb") or data.get("action", ""), data.get("value", "")))
    return found


def filled(card: Any, **typed: str) -> dict[str, Any]:
    """What Teams sends of a form: the data of its button, and its inputs as they stand with what was typed."""
    [send] = [each for each in of(card, "Action.Submit", "Action.Execute") if "form" in each["data"]]
    stands = {each["id"]: each.get("value", "") for each in objects(card) if str(each.get("type")).startswith("Input.")}
    return send["data"] | stands | typed


# Its limits ----------------------------------------------------------------------------------------------------------


def test_what_teams_gets_is_as_it_was_looked_at() -> None:
    assert drawn() == json.loads(SNAPSHOT.read_text())


@pytest.mark.parametrize("name", CARDS)
@pytest.mark.parametrize("in_dialog", [False, True])
def test_a_message_is_a_valid_card_of_a_size_that_teams_takes(name: str, in_dialog: bool) -> None:
    keeps_the_limits(draw(CARDS[name], TENANT, dialog=in_dialog))
    assert 0 < len(fallback(CARDS[name])) <= 1000


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("errors", [None, {"summary": HOSTILE, "words": HOSTILE, "gone": HOSTILE}])
def test_a_form_is_a_valid_card_of_a_size_that_teams_takes(name: str, errors: dict[str, str] | None) -> None:
    keeps_the_limits(draw_form(FORMS[name], TENANT, errors))


def keeps_the_limits(card: dict[str, Any]) -> None:
    assert size(card) <= MOST
    own = {key: value for key, value in card.items() if key != "msteams"}  # the one member that is of Teams alone
    assert [each.message for each in SCHEMA.iter_errors(own)] == []
    ids = [each["id"] for each in objects(own) if "id" in each]
    assert len(ids) == len(set(ids))
    for each in objects(card):
        if str(each.get("type")).startswith("Action."):
            assert each["type"] == "Action.OpenUrl" or each["title"].strip()
        assert 0 < len(each.get("actions", [1])) <= 6


BIG: dict[str, Message] = {
    "letters": Message(line("Big"), (Quote(Text("é" * 9000)), Paragraph(line(Text("🙂" * 9000)))), Tone.RED),
    "a title": Message(line(Text("🙂" * 50_000)), (Paragraph(line("x")),)),
    "many mentions": Message(
        line("Big"),
        tuple(Paragraph(line(replace(BO, name=f"Bo {n}", accounts=(Account("teams", TENANT, f"aad-{n}"),)))) for n in range(400)),
    ),
    "facts": Message(line("Big"), (Facts(tuple(Fact(f"Label {n}", line("v" * 90)) for n in range(300))),)),
    "rows": Message(line("Big"), (Paragraph(line(BO, Text("\nrow" * 3000))),)),
}  # fmt: skip


@pytest.mark.parametrize("name", BIG)
def test_what_does_not_fit_is_said_to_be_left_out_and_never_the_buttons(name: str) -> None:
    inside, last = Button("Inside", "inside"), tuple(Button(f"Last {n}", "last", str(n)) for n in range(20))
    body = (Controls((inside,)), *BIG[name].body, Controls((replace(inside, value="2"),)))
    card = draw(replace(BIG[name], body=body, buttons=last, footer=line("footer")), TENANT)
    keeps_the_limits(card)
    assert "…" in "".join(letters(card))
    assert letters(card)[0].startswith(("Big", "🔴 Big", "🙂"))
    assert [each for each in pressed(card) if each[1] == "inside"] == [
        ("Execute", "inside", each) for each in ("", "2")
    ]
    assert sum(each[1] == "last" for each in pressed(card)) == 20
    assert {each["text"] for each in card["msteams"].get("entities", [])} == ats(card)


def test_blocks_are_left_out_from_the_end_and_a_word_stands_in_their_place() -> None:
    card = draw(Message(line("Big"), tuple(Paragraph(line(f"row {n} " + "x" * 400)) for n in range(99))))
    *rows, said = letters(card)
    assert said == LEFT_OUT
    assert [each.split()[:2] for each in rows[1:]] == [["row", str(n)] for n in range(len(rows) - 1)]
    assert 0 < MOST - size(card) < 1000


def test_even_buttons_alone_can_be_too_many_and_then_the_first_ones_stay() -> None:
    card = draw(Message(line("Big"), buttons=tuple(Button(f"Button {n}", "go", "v" * 900) for n in range(99))))
    keeps_the_limits(card)
    assert letters(card) == ["Big", LEFT_OUT]
    assert len(pressed(card)) > 15


# Its words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("piece", NASTY)
def test_nothing_that_people_type_can_format_mention_or_link(piece: str) -> None:
    typed, when = Text(piece), When(AT)
    named = Person(9, piece, piece)
    message = Message(
        line("About ", typed),
        (
            Paragraph(line(typed)),
            Paragraph(line(when, typed, BO, typed, Strong(piece), " ", Strong(piece), Code(piece))),
            Paragraph(line(typed, "\n", typed, when, "\n", Text(piece))),
            Quote(typed),
            Facts((Fact(piece, line(typed)), Fact("Both", line(when, " ", typed)), Fact("By", line(named, when)))),
            Bullets((line(typed), line(when, typed))),
            Heading(piece),
            Picture("javascript:alert(1)", piece),
        ),
        Tone.RED,
        (Button("Go", "go", confirm=piece),),
        line(named, " ", when, typed),
    )
    card = draw(message, TENANT)
    keeps_the_limits(card)
    for block in of(card, "RichTextBlock", "TextBlock"):
        words, live = shown(block)
        assert live <= {"when", "person", "strong"}, block
        assert "strong" not in live or piece.splitlines()[0].strip() in words
    said = " ".join("\n".join(letters(card)).replace("\u2060", "").split())
    assert said.count(" ".join(piece.split())) >= 15


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=r"aZ1 \`*_~[]()#>+-=.!|{}<&;:/at" + '"\t', max_size=14), st.booleans())
def test_any_letters_in_a_line_of_markdown_stay_what_they_are(words: str, after: bool) -> None:
    said = ("2026 " if after else "") + escape(words, starting=not after)
    page = MARKDOWN.render(said)
    assert re.fullmatch(r"(<p>[^<>]*</p>\n)?", page), page
    letters = html.unescape(page[3:-5]).replace("\u2060", "")
    assert letters.split() == (("2026 " if after else "") + words).split()
    assert not live_by_itself(escape(words))


def test_mentions_stand_for_the_person_and_nobody_else() -> None:
    other = Person(5, "Bo Chen", "Fabrikam", (Account("teams", TENANT, "aad-other"),))
    third = Person(6, "Bo Chen", "", (Account("teams", TENANT, "aad-third"),))
    guest = Person(7, "Eve", "Elsewhere", (Account("teams", "elsewhere", "aad-eve"),))
    quiet = replace(BO, ping=False)
    spoken: Line = line(BO, ", ", other, ", ", third, ", ", BO, ", ", guest, ", ", quiet, ", ", ANA)
    card = draw(Message(spoken), TENANT)
    assert letters(card) == [
        "Bo Chen, Bo Chen (Fabrikam), Bo Chen (2), Bo Chen, Eve (Elsewhere), Bo Chen, Ana Ruiz (Northwind)"
    ]
    assert meant(card) == {
        "Bo Chen": "aad-bo",
        "Bo Chen (Fabrikam)": "aad-other",
        "Bo Chen (2)": "aad-third",
    }
    assert meant(draw(Message(spoken)))["Eve"] == "aad-eve"


def meant(card: Any) -> dict[str, str]:
    """Whom each mention of a card means."""
    found = card["msteams"].get("entities", [])
    assert {each["text"] for each in found} == ats(card)
    assert all(each["text"] == f"<at>{each['mentioned']['name']}</at>" for each in found)
    return {each["mentioned"]["name"]: each["mentioned"]["id"] for each in found}


def ats(card: Any) -> set[str]:
    return {found for each in of(card, "TextBlock") for found in re.findall(r"(?<!\\)<at>.*?</at>", each["text"])}


def test_a_mention_beside_typed_letters_that_look_like_it_means_its_person_alone() -> None:
    card = draw(Message(line(BO, " or ", Text("<at>Bo Chen</at>"))), TENANT)
    [block] = of(card, "TextBlock")
    assert block["text"].count("<at>Bo Chen</at>") == 1
    assert letters(card) == ["Bo Chen or <\u2060at>Bo Chen<\u2060/at>"]


@pytest.mark.parametrize("name", ["*Bo* [Chen](http://x.test)", "<at>Bo</at>", "Bo\nChen", "__", "{{Bo}}"])
def test_a_name_cannot_format_its_own_mention(name: str) -> None:
    card = draw(Message(line(replace(BO, name=name))), TENANT)
    assert list(meant(card).values()) == ["aad-bo"]
    [block] = of(card, "TextBlock")
    assert shown(block)[1] == {"person"}


def test_an_instant_is_shown_in_the_readers_zone_with_the_zones_that_matter_beside_it() -> None:
    said = [each["text"] for each in of(draw(MESSAGES["escalation"], TENANT), "TextBlock")]
    at = "2026-11-03T13:00:00Z"
    assert f"{{{{DATE({at},SHORT)}}}} {{{{TIME({at})}}}} (14:00 Berlin, 22:00 Tokyo)" in said
    [words] = of(draw(MESSAGES["every word"]), "TextBlock")[:1]
    assert words["text"].endswith(f"/ {{{{DATE({at},SHORT)}}}} / {{{{TIME({at})}}}} (14:00 Berlin, 22:00 Tokyo)")
    [odd] = of(draw(Message(line(When(AT.replace(microsecond=9), zones=BERLIN_TOKYO)))), "TextBlock")
    assert f"TIME({at})" in odd["text"]


def test_what_stands_out_and_what_links_does_so_with_and_without_an_instant_beside_it() -> None:
    parts = line("see ", Strong("this"), " ", Code("/help"), " ", Link("https://example.org/a(b)", "[here]"))
    [rich] = of(draw(Message(parts)), "RichTextBlock")
    assert [(each["text"], {*each} - {"type", "text"}) for each in rich["inlines"]] == [
        ("see ", set()), ("this", {"weight"}), (" ", set()), ("/help", {"fontType"}), (" ", set()), ("[here]", {"selectAction"}),
    ]  # fmt: skip
    [text] = of(draw(Message((*parts, " ", When(AT)))), "TextBlock")
    assert text["text"].startswith(r"see **this** /help [\[here\]](https://example.org/a%28b%29) {{DATE")
    assert shown(text) == ("see this /help [here] 2026 2026", {"strong", "a", "when"})
    assert letters(draw(Message(line(Link("javascript:alert(1)", "x"))))) == ["x (javascript:alert(1))"]
    assert letters(draw(Message(line("code ", Secret("invite:7"))))) == ["code ••••"]


def test_letters_that_stand_out_never_leave_their_marks_behind() -> None:
    [text] = of(
        draw(Message(line("x", Strong("joined"), " ", Strong(" blank "), Strong("*a*"), " ", When(AT)))), "TextBlock"
    )
    assert shown(text)[0] == "xjoined  blank *a* 2026 2026"


def test_line_breaks_are_kept_also_where_a_person_is_mentioned() -> None:
    card = draw(Message(line(BO, Text(" says:\n\n  - wait\r\nthen go"))), TENANT)
    assert [each.replace("\u00a0", " ").strip() for each in letters(card)] == ["Bo Chen says:", "", "- wait", "then go"]
    assert [each.get("spacing") for each in card["body"]] == [None, "None", "None", "None"]
    assert letters(draw(Message(line(Text("a\nb"))))) == ["a\nb"]


def test_a_sign_that_a_title_brings_along_is_not_shown_twice() -> None:
    assert letters(draw(Message(line("🎉 Ana celebrates Bo"), tone=Tone.JOY))) == ["🎉 Ana celebrates Bo"]


# Its buttons ---------------------------------------------------------------------------------------------------------


def controls(message: Message) -> list[Control]:
    inside = [each for block in message.body if isinstance(block, Controls) for each in block.controls]
    return [*inside, *message.buttons]


@pytest.mark.parametrize("name", CARDS)
@pytest.mark.parametrize("in_dialog", [False, True])
def test_every_button_and_every_choice_can_be_reached(name: str, in_dialog: bool) -> None:
    card = draw(CARDS[name], TENANT, dialog=in_dialog)
    way = "Submit" if in_dialog else "Execute"
    there = set(pressed(card))
    listed = {
        choice["value"] for each in of(card, "Input.ChoiceSet") if each["id"] == "choice" for choice in each["choices"]
    }
    for each in controls(CARDS[name]):
        if isinstance(each, Button):
            assert ("task/fetch" if each.opens and not in_dialog else way, each.action, each.value[:2000]) in there
            continue
        for option in each.options:
            assert (way, each.action, option.value) in there or (
                (way, each.action, "") in there and option.value in listed
            )


def test_a_button_that_opens_a_form_asks_teams_for_a_dialog() -> None:
    message = Message(line("x"), buttons=(Button("Resolve", "resolve", "7", opens=True),))
    [button] = of(draw(message), "Action.Submit")
    assert button["data"] == {"msteams": {"type": "task/fetch"}, "action": "resolve", "value": "7"}
    [button] = of(draw(message, dialog=True), "Action.Submit")
    assert button["data"] == {"action": "resolve", "value": "7"}


def test_a_button_that_asks_first_counts_only_after_the_question() -> None:
    card = draw(Message(line("x"), buttons=(Button("Withdraw", "withdraw", "7", Style.DANGER, "Really?"),)))
    [asking] = card["body"][-1]["actions"]
    assert (asking["type"], asking["title"], asking["style"]) == ("Action.ShowCard", "Withdraw", "destructive")
    assert letters(asking["card"]) == ["Really?"]
    [press] = asking["card"]["actions"]
    assert (press["type"], press["title"], press["verb"], press["data"]) == (
        "Action.Execute", "Withdraw", "withdraw", {"value": "7"},
    )  # fmt: skip


def test_a_long_menu_is_a_list_and_its_press_brings_the_choice_along() -> None:
    first, second = (each["card"] for each in of(draw(MORE["large menus"]), "Action.ShowCard"))
    [chosen] = of(first, "Input.ChoiceSet")
    assert (chosen["id"], len(chosen["choices"])) == ("choice", 9)
    assert (first["actions"][0]["verb"], first["actions"][0]["data"]) == ("one", {"value": ""})
    assert "associatedInputs" not in first["actions"][0]
    assert [len(each["actions"]) for each in of(second, "ActionSet")] == [6, 3]


def test_a_button_beside_a_form_does_not_ask_for_the_form_to_be_filled_in() -> None:
    card = draw(Message(line("x"), (Inset(SHORT),), buttons=(Button("Go", "go"),)))
    by_title = {each["title"]: each for each in of(card, "Action.Execute", "Action.Submit")}
    assert by_title["Go"]["associatedInputs"] == by_title["Open form"]["associatedInputs"] == "none"
    assert "associatedInputs" not in by_title["Add note"]


# Forms ---------------------------------------------------------------------------------------------------------------


def test_a_form_comes_back_as_it_was_drawn() -> None:
    for form in FORMS.values():
        name, context, key, values = read_form(filled(draw_form(form)))
        assert (name, context, key) == (form.name, form.context, form.key)
        assert values == {each.id: stands(each) for each in form.fields if not isinstance(each, Note)}


def stands(field: TextField | ChoiceField | ManyField | SwitchField) -> str | tuple[str, ...]:
    match field:
        case TextField() | ChoiceField():
            return field.value
        case ManyField():
            return field.values
        case SwitchField():
            return "yes" if field.on else ""


def test_what_was_typed_is_read_letter_for_letter_and_what_was_left_out_is_empty() -> None:
    typed = {"text.summary": HOSTILE + "\r\nand more", "choice.level": "1", "many.who": "2,1", "switch.private": "no"}
    data = filled(draw_form(FORMS["every field"]), **typed)
    del data["many.many"]
    _, _, _, values = read_form(data)
    assert values == {
        "summary": HOSTILE + "\nand more", "tried": "", "level": "1", "who": ("2", "1"), "many": (), "private": "", "nothing": "",
    }  # fmt: skip


def test_values_with_commas_and_a_choice_taken_back_come_back_as_they_are() -> None:
    odd = (Option("A", "a,b"), Option("B", "c%2Cd"))
    form = Form(
        "odd", "Odd", (ManyField("m", "M", odd, ("a,b", "c%2Cd")), ChoiceField("c", "C", odd, "a,b", required=False))
    )
    card = draw_form(form)
    assert read_form(filled(card))[3] == {"m": ("a,b", "c%2Cd"), "c": "a,b"}
    nobody = of(card, "Input.ChoiceSet")[1]["choices"][0]["value"]
    assert read_form(filled(card, **{"choice.c": nobody}))[3]["c"] == ""


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"form": "f"},
        {"form": "", "fields": []},
        {"form": "f", "fields": ["odd.x"]},
        {"form": "f", "fields": [{}]},
        {"form": "f", "fields": "text.x"},
        {"form": "f", "fields": ["text.x"], "text.x": ["a"]},
        {"form": "f", "fields": ["text.x"], "rest": "no"},
    ],
)
def test_what_no_form_of_ours_sends_is_malformed(data: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read_form(data)


def test_an_error_stands_under_its_field_and_one_of_no_field_above_them_all() -> None:
    form = FORMS["every field"]
    card = draw_form(form, errors={"summary": "Say **which** <rig>.", "gone": "And this.", "nothing": "And that."})
    body = card["body"]
    ids = [each.get("id", "") for each in body]
    assert 0 <= ids.index("text.summary") < ids.index("error.summary") < ids.index("text.tried")
    assert letters(body[ids.index("error.summary")]) == ["Say **which** <rig>."]
    assert letters(body[ids.index("error")]) == ["And this.\nAnd that."]
    assert ids.index("error") < ids.index("text.summary")
    assert {each["color"] for at in ("error", "error.summary") for each in body[ids.index(at)]["inlines"]} == {
        "Attention"
    }


def test_what_a_field_asks_is_said_to_the_client_too() -> None:
    inputs = {each["id"]: each for each in objects(draw_form(FORMS["every field"])) if "label" in each}
    summary, tried = inputs["text.summary"], inputs["text.tried"]
    assert (summary["label"], summary["placeholder"], summary["maxLength"]) == ("What is wrong?", "The rig…", 150)
    assert (summary["isRequired"], "isRequired" in tried, tried["isMultiline"]) == (True, False, True)
    assert [bool(re.search(summary["regex"], each)) for each in ("1234", "1\n345")] == [False, True]
    assert summary["errorMessage"] == "At least 5 letters, please."
    assert (inputs["choice.level"]["value"], inputs["many.who"]["value"]) == ("2", "2")
    assert (inputs["many.who"]["isMultiSelect"], "isMultiSelect" in inputs["choice.level"]) == (True, False)
    assert inputs["switch.private"]["value"] == inputs["switch.private"]["valueOn"] == "yes"


def test_names_beside_boxes_to_tick_cannot_format_anything() -> None:
    for piece in [*NASTY, *NASTY[3].splitlines()]:
        [drawn] = of(draw_form(Form("f", "F", (ManyField("m", "M", (Option(piece, "1"),)),))), "Input.ChoiceSet")
        title = drawn["choices"][0]["title"]
        assert shown({"type": "TextBlock", "text": title})[1] == set()
        assert not re.search(r"\{\{", title)


def test_of_too_many_options_the_chosen_ones_stay_and_the_rest_is_said_to_be_left_out() -> None:
    people = tuple(Option(f"Person with a longer name {n}", f"person:{n}") for n in range(900))
    card = draw_form(
        Form("f", "F", (ManyField("m", "M", people, ("person:899",)), ChoiceField("c", "C", people, "person:898")))
    )
    keeps_the_limits(card)
    assert letters(card) == [LEFT_OUT, LEFT_OUT]
    assert read_form(filled(card))[3] == {"m": ("person:899",), "c": "person:898"}


def test_a_form_gives_up_hints_before_options_and_what_was_typed_last_of_all() -> None:
    people = tuple(Option(f"Person with a longer name {n}", f"person:{n}") for n in range(100))
    hinted = tuple(TextField(str(n), "L", "typed", hint="h" * 3_000) for n in range(12))
    card = draw_form(Form("f", "F", (*hinted, ManyField("m", "M", tuple(Option(str(n), str(n)) for n in range(300))))))
    keeps_the_limits(card)
    assert {each["value"] for each in of(card, "Input.Text")} == {"typed"}
    assert len(of(card, "Input.ChoiceSet")[0]["choices"]) == 300
    assert LEFT_OUT not in letters(card)
    many = ManyField("m", "M", people, tuple(each.value for each in people[-3:]))
    typed = TextField("t", "T", "\u4e2d" * 7_500, most=8_000)
    card = draw_form(Form("f", "F", (many, typed)))
    keeps_the_limits(card)
    [text] = of(card, "Input.Text")
    assert (text["value"], LEFT_OUT in letters(card)) == (typed.value, True)
    assert read_form(filled(card))[3]["m"] == many.values


def test_what_was_typed_is_cut_only_where_nothing_else_helps_and_then_it_is_said() -> None:
    long = Form("f", "F", tuple(TextField(str(n), "L", "\U0001f642" * 3_000, most=3_000) for n in range(4)))
    card = draw_form(long)
    keeps_the_limits(card)
    assert [len(each["value"]) for each in of(card, "Input.Text")] == [500] * 4
    assert letters(card) == [CUT_OFF] * 4
    card = draw_form(replace(long, fields=tuple(replace(long.fields[0], id=str(n)) for n in range(20))))
    keeps_the_limits(card)
    assert [len(each["value"]) for each in of(card, "Input.Text")] == [50] * 20


WORDS = st.text(st.sampled_from('a "\\\n<\u4e2d\U0001f642'), max_size=40).map(lambda words: words * 150)
OPTIONS = st.lists(WORDS, min_size=1, max_size=30).map(
    lambda labels: tuple(Option(label, f"p:{at}") for at, label in enumerate(labels))
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(lambda a, b: (a, b), WORDS, OPTIONS),
        min_size=1,
        max_size=12,
    ),
    WORDS,
)
def test_no_form_is_ever_too_large(parts: list[tuple[str, tuple[Option, ...]]], error: str) -> None:
    fields: list[Any] = []
    for at, (words, options) in enumerate(parts):
        chosen = tuple(each.value for each in options)
        fields += [TextField(f"t{at}", words, words, most=9_000, hint=words, example=words), Note(line(Text(words)))]
        fields += [ManyField(f"m{at}", words, options, chosen, hint=words), ChoiceField(f"c{at}", words, options)]
    card = draw_form(Form("f", "F", tuple(fields), context="c" * 2_000), errors={"t0": error, "gone": error})
    assert size(card) <= MOST


def test_a_refilled_form_shows_what_was_typed() -> None:
    form = FORMS["every field"]
    typed: dict[str, str | tuple[str, ...]] = {
        "summary": HOSTILE, "tried": "all", "level": "1", "who": ("1", "2"), "many": (), "private": "", "nothing": "",
    }  # fmt: skip
    assert read_form(filled(draw_form(refilled(form, typed))))[3] == typed | {"summary": HOSTILE}
    assert refilled(form, {}) == form
    assert refilled(form, {"private": "yes", "gone": "x"}) == form


def test_a_short_form_can_be_filled_in_where_it_stands() -> None:
    fields = (*SHORT.fields, ChoiceField("to", "To", (Option("Ana", "1"),)), ManyField("who", "Who", (Option("Bo", "2"),), ("2",)), SwitchField("s", "S", on=True))  # fmt: skip
    form = replace(SHORT, fields=(*fields, TextField("more", "More", "kept\nas is", required=False)))
    card = draw(Message(line("x"), (Inset(form),)))
    assert [each["id"] for each in of(card, "Input.Text", "Input.ChoiceSet")] == ["text.words", "choice.to"]
    [send] = of(card, "Action.Execute")
    assert (send["verb"], send["title"]) == ("form.submit", "Add note")
    assert ("task/fetch", "form.open", "k9") in pressed(card)
    name, _, key, values = read_form(filled(card, **{"text.words": "done", "choice.to": "1"}))
    assert (name, key) == ("note", "k9")
    assert values == {"words": "done", "to": "1", "who": ("2",), "s": "yes", "more": "kept\nas is"}


@pytest.mark.parametrize(
    "fields",
    [
        tuple(TextField(str(n), "Needed") for n in range(4)),
        (TextField("a", "Needed"), ManyField("m", "Needed too", (Option("x", "x"),))),
        (ChoiceField("c", "Nothing to choose", ()),),
        (TextField("a", "All is said", "already"),),
    ],
)
def test_a_form_that_does_not_fit_into_a_message_has_its_opening_button_alone(fields: tuple[Any, ...]) -> None:
    card = draw(Message(line("x"), (Inset(replace(SHORT, fields=fields)),)))
    assert of(card, "Input.Text", "Input.ChoiceSet") == []
    assert pressed(card) == [("task/fetch", "form.open", "k9")]
    assert "Add a note" in letters(card)


def test_a_form_in_a_message_shows_what_is_wrong_and_keeps_what_was_typed() -> None:
    form = replace(SHORT, fields=(*SHORT.fields, TextField("by", "By when?", required=False)))
    typed = refilled(form, {"words": "hm", "by": "never"})
    card = draw(Message(line("x"), (Inset(typed),)), errors={"words": "Say more."})
    elements = {each.get("id"): each for each in objects(card)}
    assert elements["text.words"]["value"] == "hm"
    assert letters(elements["error.words"]) == ["Say more."]
    assert read_form(filled(card))[3] == {"words": "hm", "by": "never"}
    card = draw(Message(line("x"), (Inset(typed),)), errors={"by": "Not a day.", "gone": "Too late."})
    elements = {each.get("id"): each for each in objects(card)}
    assert (elements["text.by"]["value"], letters(elements["error.by"])) == ("never", ["Not a day."])
    assert letters(elements["error"]) == ["Too late."]
    card = draw(Message(line("x"), (Inset(typed),)), errors={"gone": "Too late."})
    assert read_form(filled(card, **{"text.words": "more"}))[3] == {"words": "more", "by": "never"}


def test_what_is_wrong_is_said_even_where_its_fields_have_no_room() -> None:
    fields = tuple(TextField(str(n), "Needed") for n in range(4))
    card = draw(Message(line("x"), (Inset(replace(SHORT, fields=fields)),)), errors={"1": "Say more.", "gone": "No."})
    assert "Say more.\nNo." in letters(card)


def test_two_forms_in_one_message_do_not_mix_their_fields() -> None:
    twice = Message(line("x"), (Inset(SHORT), Inset(replace(SHORT, key="k10"))))
    keeps_the_limits(draw(twice, errors={"gone": "Too late."}))
    card = draw(twice)
    keeps_the_limits(card)
    assert {("task/fetch", "form.open", key) for key in ("k9", "k10")} <= set(pressed(card))
    assert len(of(card, "Input.Text")) == 1


def test_a_form_stands_alone_as_elements_and_actions_too() -> None:
    elements, [send] = inset(SHORT)
    assert [each["type"] for each in elements] == ["RichTextBlock", "Input.Text"]
    assert send["data"]["form"] == "note"


def test_a_dialog_has_a_title_a_size_and_the_card() -> None:
    card = draw_form(SHORT)
    task = dialog("t" * 500, card)["task"]
    assert (task["type"], task["value"]["card"]["content"]) == ("continue", card)
    assert len(task["value"]["title"]) <= 150
    assert {task["value"]["height"], task["value"]["width"]} == {"medium"}


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(drawn(), indent=1, ensure_ascii=False) + "\n")
