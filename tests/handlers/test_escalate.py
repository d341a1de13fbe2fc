"""`/escalate` and all that follows from it, as people see it."""

from __future__ import annotations

from bot.messages import Form, Message, Tone
from tests.house import House, said


def test_an_escalation_stands_in_both_rooms_at_once(house: House) -> None:
    reply = house.types("joao", "/escalate the test rig is down")

    assert said(reply).startswith("Escalation 1 is raised: the test rig is down")
    assert house.room("north").latest.tone is Tone.RED
    assert house.room("south").latest == house.room("north").latest
    assert house.room("south").latest.fact("With") == "Level 1: Ana Ruiz (Northwind) and Bo Chen (Contoso)"


def test_an_unanswered_escalation_climbs_on_both_sides_together(house: House) -> None:
    house.types("joao", "/escalate the test rig is down")
    house.time_passes(days=1)

    assert house.room("north").latest.fact("With") == "Level 2: Nora Berg (Northwind) and Priya Rao (Contoso)"
    assert house.room("south").latest == house.room("north").latest


def test_acknowledging_anywhere_stops_the_clock_everywhere(house: House) -> None:
    house.types("joao", "/escalate the test rig is down")
    house.presses("bo", "Acknowledge")

    assert house.room("north").latest.tone is Tone.AMBER
    assert house.room("north").latest.fact("Owner") == "Bo Chen (Contoso)"
    house.time_passes(hours=20)
    assert house.room("north").latest.fact("With") is None


def test_without_words_the_form_opens_and_says_who_will_be_told(house: House) -> None:
    form = house.types("joao", "/escalate")

    assert isinstance(form, Form)
    reply = house.submits("joao", form, summary="No spare part", impact="The launch slips")
    assert isinstance(reply, Message)
    assert house.room("south").latest.fact("Impact") == "The launch slips"
