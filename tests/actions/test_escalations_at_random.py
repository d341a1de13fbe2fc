"""Random people press random buttons while time passes; whatever happens, some things hold."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from bot.actions import View, drawn
from bot.messages import Errors, Form, Message
from bot.rules.escalation import Snooze, Status
from storage import escalations as store
from storage import ledger, timers
from storage.tables import Escalation
from tests.handlers.escalating import PEOPLE, ROOMS, cards
from tests.house import House

BUTTONS = ("acknowledge", "progress", "resolve", "confirm", "raise_level", "reassign", "note", "withdraw", "reopen",
           "timeline", "notify_now", "change")  # fmt: skip
STEPS = 40


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_people_do_the_cards_the_timers_and_the_record_agree(house: House, seed: int) -> None:
    luck = random.Random(seed)
    for who in ("joao", "sam"):
        house.types(who, "/escalate it is down")
    for _ in range(STEPS):
        did = something(house, luck)
        for trouble in troubles(house):
            pytest.fail(f"after {did}: {trouble}")
    events = house.database.run(lambda session: ledger.export(session, house.partnership))
    assert len(events) > STEPS / 6
    assert ledger.verify(events) == []


def something(house: House, luck: random.Random) -> str:
    who, number = luck.choice((*PEOPLE, "joao", "bo", "ana", "priya")), luck.randint(1, 2)
    subject = f"escalation:{number}"
    match luck.randint(0, 19):
        case 0:
            house.types(who, f"/escalate it is down{luck.choice(('', ' !high', ' to level 2', ' to @sam'))}")
            return f"{who} raises"
        case 2:
            house.types(luck.choice(("ana", "bo")), f"/partnership {luck.choice(('pause', 'resume', 'resume'))}")
            return "a pause or its end"
        case 1 | 3 | 4 | 5:
            hours = luck.choice((0.4, 1, 3, 8, 30))
            house.time_passes(hours=hours)
            return f"{hours} hours"
        case 7:
            house.acts(who, "escalation.snooze", f"{subject}|{luck.choice([each.name.lower() for each in Snooze])}")
            return f"{who} snoozes {number}"
        case _:
            offered = [
                each.action.partition(".")[2]
                for each in cards(house, "north", number)[0].buttons
                if each.kind == "button"
            ]
            action = luck.choice((*offered, *offered, *BUTTONS))
            reply = house.acts(who, f"escalation.{action}", subject, luck.choice((None, "direct")))
            if isinstance(reply, Form):
                filled = {"outcome": "fixed", "words": "a note", "summary": "it is still down"}
                reply = house.submits(
                    who, reply, **{key: value for key, value in filled.items() if key in fields(reply)}
                )
            assert isinstance(reply, Message | Errors)
            return f"{who} presses {action} on {number}"


def fields(form: Form) -> set[str]:
    return {each.id for each in form.fields if each.kind != "note"}


def troubles(house: House) -> Iterator[str]:
    """What does not agree with the state of an escalation as it is kept."""

    def look(session: Session) -> list[tuple[int, Status, int, Message | None]]:
        return [
            (each.number, store.state(each).status, len(timers.waiting(session, f"escalation:{each.id}")),
             drawn(session, View(f"escalation:{each.id}", "card", house.clock())))
            for each in session.exec(select(Escalation))
        ]  # fmt: skip

    for number, status, clocks, card in house.database.run(look):
        here = [each for room in ROOMS for each in cards(house, room, number)]
        everywhere = here + [each for who in PEOPLE for each in house.direct(who).posts if shows(each, number)]
        if len(here) != len(ROOMS):
            yield f"escalation {number} has {len(here)} cards in {len(ROOMS)} rooms"
        if len(set(everywhere)) != 1:
            yield f"the cards of escalation {number} differ"
        if card is None or (here[0].title, here[0].tone, here[0].buttons) != (card.title, card.tone, card.buttons):
            yield f"the card of escalation {number} does not show its state"
        if status in (Status.CLOSED, Status.WITHDRAWN) and clocks:
            yield f"escalation {number} has ended and {clocks} timers wait"


def shows(message: Message, number: int) -> bool:
    return getattr(message.title[0], "value", "").startswith(f"Escalation {number} · ")
