"""What an escalation's card, questions and forms say, and that they say it neutrally."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.cards import escalation as cards
from bot.cards import escalation_forms as forms
from bot.cards import tidings
from bot.cards import timeline as timelines
from bot.cards.escalation import Shown
from bot.cards.escalation_forms import Draft, Rung
from bot.cards.tidings import Notice
from bot.cards.timeline import Recorded, Step
from bot.messages import Button, ChoiceField, Menu, TextField, Tone, in_words
from bot.rules.escalation import Event, Status
from bot.words import Line, Person, Text, Urgency, plain

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
ANA, BO, JOAO = (
    Person(1, "Ana Ruiz", "Northwind"),
    Person(2, "Bo Chen", "Contoso"),
    Person(3, "João Silva", "Northwind"),
)
OPEN = Shown(
    id=12, number=1, partnership="Apollo", status=Status.OPEN, urgency=Urgency.NORMAL, level=1, told=(ANA, BO),
    raised_by=JOAO, raised_at=NOW, summary="*the rig* <!channel>", zones=("Europe/Berlin", "Asia/Tokyo"),
    deadline=NOW + timedelta(hours=19), left=timedelta(hours=4),
)  # fmt: skip


@pytest.mark.parametrize(
    ("status", "tone", "title"),
    [
        (Status.OPEN, Tone.RED, "open"),
        (Status.ACKNOWLEDGED, Tone.AMBER, "acknowledged"),
        (Status.RESOLVED, Tone.OUTLINE, "resolved, waiting for confirmation"),
        (Status.CLOSED, Tone.GREEN, "closed"),
        (Status.WITHDRAWN, Tone.GREY, "withdrawn"),
    ],
)
def test_each_state_has_its_colour_and_is_said_in_words_too(status: Status, tone: Tone, title: str) -> None:
    card = cards.card(replace(OPEN, status=status))

    assert card.tone is tone
    assert plain(card.title) == f"Escalation 1 · {title} — *the rig* <!channel>"


def test_the_deadline_has_both_sides_clocks_and_the_time_left() -> None:
    assert cards.card(OPEN).fact("Acknowledge by") == (
        "Tue 3 Nov 2026, 05:00 Berlin (13:00 Tokyo) — 4 h of working time left"
    )


@pytest.mark.parametrize(
    ("how", "title", "label", "clock"),
    [
        ({"paused": True, "deadline": None}, "open, paused with the partnership", "Clock", "stands still — 4 h of working time left"),
        ({"stopped": True, "deadline": None, "left": None}, "open, nobody answered at the top", "Clock", None),
        ({"urgency": Urgency.HIGH, "working": False}, "open, urgent", "Acknowledge by", "Tue 3 Nov 2026, 05:00 Berlin (13:00 Tokyo) — 4 h left"),
        ({"deadline": None, "snoozed_until": NOW}, "open", "Snoozed until", "Mon 2 Nov 2026, 10:00 Berlin (18:00 Tokyo)"),
    ],
)  # fmt: skip
def test_a_clock_that_runs_otherwise_says_how(
    how: dict[str, object], title: str, label: str, clock: str | None
) -> None:
    card = cards.card(replace(OPEN, **how))  # type: ignore[arg-type]

    assert f" · {title} — " in plain(card.title)
    assert card.fact(label) == clock


def test_what_people_wrote_is_kept_apart_from_the_bot_s_own_words() -> None:
    title = cards.card(OPEN).title

    assert Text("*the rig* <!channel>") in title


def test_every_button_names_its_escalation_and_withdrawing_asks_first() -> None:
    for status in Status:
        for control in cards.card(replace(OPEN, status=status)).buttons:
            values = [each.value for each in control.options] if isinstance(control, Menu) else [control.value]
            assert all(value.partition("|")[0] == "escalation:12" for value in values)
            if isinstance(control, Button) and control.label == "Withdraw":
                assert control.confirm


def test_the_reply_says_who_hears_of_it_when_and_who_cannot_be_messaged() -> None:
    notices = [Notice(ANA), Notice(BO, NOW + timedelta(hours=15), "Asia/Tokyo"), Notice(JOAO, unreachable=True)]
    reply = tidings.raised(OPEN, notices)

    assert "Ana Ruiz (Northwind) is being told now." in in_words(reply)
    assert (
        "Bo Chen (Contoso) will be notified Tue 3 Nov 2026, 09:00 Tokyo, when their working time begins."
        in in_words(reply)
    )
    assert "João Silva (Northwind) cannot be messaged directly and sees it in the room." in in_words(reply)
    assert [each.label for each in reply.buttons] == ["Notify now", "Change", "Undo"]
    assert [each.label for each in tidings.raised(OPEN, notices[:1]).buttons] == ["Change", "Undo"]


@pytest.mark.parametrize("event", list(Event))
def test_every_step_is_said_neutrally_and_as_a_whole_sentence(event: Event) -> None:
    said = plain(tidings.what(event, replace(OPEN, owner=BO), to=ANA, until=NOW))

    assert said == "" if event is Event.NOTE else said.endswith(".")
    assert not any(word in said.lower() for word in ("fail", "ignored", "fault", "late", "blame", "missed"))


def test_a_timeline_shows_who_where_under_which_clause_and_the_words() -> None:
    steps = [
        Step(NOW, in_words_of("raised", level=1), JOAO, "slack", words="it is down"),
        Step(NOW, in_words_of("climbed", before="open", after="open", was=1, level=2), clause="4.2"),
        Step(NOW, in_words_of("confirmed", before="resolved", after="closed", alone=True)),
        Step(NOW, in_words_of("unheard_of")),
    ]

    assert in_words(timelines.timeline(OPEN, steps)).splitlines()[1:] == [
        "Mon 2 Nov 2026, 09:00 UTC — João Silva (Northwind) raised it at level 1 · via Slack",
        "> it is down",
        "Mon 2 Nov 2026, 09:00 UTC — not acknowledged in time, so it went up on both sides (level 1 → 2) · clause 4.2",
        "Mon 2 Nov 2026, 09:00 UTC — two working days went by without a word (resolved → closed)",
        "Mon 2 Nov 2026, 09:00 UTC — escalation.unheard_of",
    ]


def in_words_of(kind: str, **what: Any) -> Line:
    return timelines.in_words(Recorded(kind=f"escalation.{kind}", **what))


@pytest.mark.parametrize(("wished", "chosen"), [(0, "1"), (3, "3"), (2, "1"), (7, "1")])
def test_the_form_begins_at_a_level_that_it_offers(wished: int, chosen: str) -> None:
    form = forms.form("partnership:1", "Apollo", [Rung(1, (ANA,)), Rung(3, (BO,))], Draft(level=wished))

    assert next(each.value for each in form.fields if isinstance(each, ChoiceField) and each.id == "level") == chosen


def test_the_form_for_changing_has_the_words_only() -> None:
    form = forms.form("escalation:12", "Apollo", (), Draft("it is down", impact="late"))

    assert [each.id for each in form.fields if each.kind != "note"] == [
        "summary",
        "impact",
        "tried",
        "asked",
        "wanted_by",
    ]
    assert next(each.value for each in form.fields if isinstance(each, TextField) and each.id == "impact") == "late"
