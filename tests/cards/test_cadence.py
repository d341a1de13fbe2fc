"""What recurs, drawn: how it is called, on whose clock, which dates, and what becomes of a meeting and a report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.cards import cadence, cadence_question, meeting, report
from bot.cards.cadence import Next, Off, Shown, State
from bot.messages import Tone, in_words
from bot.words import CadenceKind, Person, plain
from tests.house import labels

AT = datetime(2026, 11, 3, 13, 0, tzinfo=UTC)
ZONES = ("Europe/Berlin", "Asia/Tokyo")
ANA = Person(1, "Ana Ruiz", "Northwind")
SHOWN = Shown(
    subject="cadence:7", number=2, kind=CadenceKind.MEETING, name="steering", words="every Tuesday at 14:00 (Berlin time)",
    long="1 h", zones=ZONES, dates=(Next(date(2026, 11, 3), AT),), by=ANA,
)  # fmt: skip
MEETING = meeting.Shown(
    subject="meeting:7", called="Steering meeting", at=AT, zones=ZONES, long="1 h", phase=meeting.Phase.SOON
)
REPORT = report.Shown(
    subject="report:7", called="Status report of Contoso", whose="Contoso", at=AT, zones=ZONES, phase=report.Phase.DUE
)


@pytest.mark.parametrize(
    ("kind", "name", "whose", "expected"),
    [
        (CadenceKind.MEETING, "steering", "", "Steering meeting"),
        (CadenceKind.MEETING, "Weekly Meeting", "", "Weekly Meeting"),
        (CadenceKind.MEETING, "", "", "Meeting"),
        (CadenceKind.REPORT, "status", "Contoso", "Status report of Contoso"),
        (CadenceKind.STANDUP, "", "Contoso", "Standup of Contoso"),
        (CadenceKind.DIGEST, "", "", "Digest"),
    ],
)
def test_it_is_called_by_its_name_and_its_kind(kind: CadenceKind, name: str, whose: str, expected: str) -> None:
    assert cadence.called(kind, name, whose) == expected


@pytest.mark.parametrize(("minutes", "words"), [(45, "45 min"), (60, "1 h"), (90, "1 h 30 min"), (240, "4 h")])
def test_a_length_is_said_as_it_is_typed(minutes: int, words: str) -> None:
    assert cadence.lasting(minutes) == words


@pytest.mark.parametrize(
    ("zone", "kind", "words"),
    [
        ("Europe/Berlin", CadenceKind.MEETING, "Berlin time"),
        ("", CadenceKind.STANDUP, "on each person’s own clock"),
        ("", CadenceKind.DIGEST, "on each room’s own clock"),
    ],
)
def test_whose_clock_it_is_on_is_said(zone: str, kind: CadenceKind, words: str) -> None:
    assert cadence.clock(zone, kind) == words


@pytest.mark.parametrize(
    ("state", "title", "tone"),
    [
        (State.RUNS, "🔁 Steering meeting recurs every Tuesday at 14:00 (Berlin time).", Tone.NEUTRAL),
        (State.PAUSED, "⏸ Steering meeting is paused.", Tone.GREY),
        (State.ENDED, "Steering meeting has ended and recurs no more.", Tone.GREY),
    ],
)
def test_the_card_says_first_whether_it_recurs(state: State, title: str, tone: Tone) -> None:
    card = cadence.card(replace(SHOWN, state=state))
    assert (plain(card.title), card.tone) == (title, tone)
    assert plain(card.footer) == "Recurs, number 2 · set by Ana Ruiz (Northwind)"
    assert card.fact("Lasts") == "1 h"


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (Next(date(2026, 11, 3), AT), "Tue 3 Nov 2026, 14:00 Berlin (22:00 Tokyo)"),
        (Next(date(2026, 11, 3)), "Tue 3 Nov 2026"),
        (Next(date(2026, 11, 3), None, (Off(("Contoso",), True, ": nobody there is asked"),)),
         "Tue 3 Nov 2026 – Contoso has a public holiday: nobody there is asked"),
        (Next(date(2026, 11, 3), None, (Off(("Northwind", "Contoso"), True),)),
         "Tue 3 Nov 2026 – Northwind and Contoso have a public holiday"),
        (Next(date(2026, 11, 3), None, (Off(("Northwind",), False), Off(("Contoso",), True))),
         "Tue 3 Nov 2026 – Northwind does not work that day – Contoso has a public holiday"),
        (Next(date(2026, 11, 3), AT, (Off(("Contoso",), True),), date(2026, 11, 2)),
         "Tue 3 Nov 2026, 14:00 Berlin (22:00 Tokyo) – instead of Mon 2 Nov, when Contoso has a public holiday"),
    ],
)  # fmt: skip
def test_a_date_says_who_does_not_work_then(one: Next, words: str) -> None:
    question = cadence_question.preview(replace(SHOWN, dates=(one,)), "partnership:1", "k")
    assert f"• {words}" in in_words(question).splitlines()


def test_the_list_is_for_all_and_its_buttons_for_those_who_manage_it() -> None:
    assert labels(cadence.listed("Apollo", "partnership:1", [SHOWN], False)) == []
    assert labels(cadence.listed("Apollo", "partnership:1", [SHOWN], True)) == ["Add", "Change", "Pause or end"]


def test_what_was_ended_offers_a_way_back_and_no_change() -> None:
    assert labels(cadence_question.done(replace(SHOWN, state=State.ENDED), "ended", "12")) == ["Undo"]
    assert labels(cadence_question.done(SHOWN, "changed", "12")) == ["Change", "Undo"]


@pytest.mark.parametrize(
    ("phase", "title", "buttons"),
    [
        (meeting.Phase.SOON, "📅 Steering meeting begins soon.", 0),
        (meeting.Phase.MOVED, "📅 Steering meeting is moved.", 0),
        (meeting.Phase.OFF, "Steering meeting does not take place this time.", 0),
        (meeting.Phase.ASKED, "Steering meeting is over. Was it held?", 3),
        (
            meeting.Phase.EXCUSED,
            "Steering meeting fell on a public holiday, so nobody is asked whether it was held.",
            1,
        ),
        (meeting.Phase.HELD, "Steering meeting was held.", 0),
        (meeting.Phase.NOT_HELD, "Steering meeting was not held this time.", 0),
    ],
)
def test_a_meeting_in_each_phase(phase: meeting.Phase, title: str, buttons: int) -> None:
    card = meeting.card(replace(MEETING, phase=phase))
    assert (plain(card.title), len(card.buttons)) == (title, buttons)


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ({"today": True}, "📄 Status report of Contoso is due today."),
        ({}, "📄 Status report of Contoso is due on Tue 3 Nov 2026."),
        ({"over": True}, "📄 Status report of Contoso was due on Tue 3 Nov 2026 and is not marked as sent yet."),
        ({"phase": report.Phase.OFF}, "Status report of Contoso is not due this time."),
        ({"phase": report.Phase.SENT}, "Status report of Contoso was sent."),
        ({"phase": report.Phase.RECEIVED, "late": 0}, "Status report of Contoso was received, later on the same day."),
        ({"phase": report.Phase.RECEIVED, "late": 1}, "Status report of Contoso was received, 1 working day late."),
        ({"phase": report.Phase.SENT, "late": 3}, "Status report of Contoso was sent, 3 working days late."),
    ],
)
def test_a_report_in_each_phase(change: dict[str, object], title: str) -> None:
    assert plain(report.card(replace(REPORT, **change)).title) == title  # type: ignore[arg-type]


def test_each_side_has_its_own_button_on_a_report() -> None:
    assert labels(report.card(REPORT)) == ["Sent", "Received"]
    assert labels(report.card(replace(REPORT, gets=False))) == ["Sent"]
    assert labels(report.card(replace(REPORT, owes=False))) == ["Received"]
    assert labels(report.card(replace(REPORT, phase=report.Phase.SENT, gets=False))) == []
    assert labels(report.card(replace(REPORT, phase=report.Phase.RECEIVED))) == []
