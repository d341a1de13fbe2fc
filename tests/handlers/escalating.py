"""What the tests of escalations look at: the card wherever it stands, and what was said directly."""

from __future__ import annotations

from bot.messages import Button, Menu, Message, in_words
from bot.words import plain
from storage import timers
from storage.scenes import scene
from tests.house import House, controls

ROOMS = ("north", "south")
PEOPLE = ("ana", "joao", "nora", "olga", "bo", "priya", "sam")


def cards(house: House, room: str, number: int = 1) -> list[Message]:
    """The living cards of an escalation in a room: never more than one."""
    return [each for each in house.room(room).posts if _is_card(each, number)]


def card(house: House, number: int = 1) -> Message:
    """The card of an escalation, which is the same wherever it stands."""
    everywhere = [each for room in ROOMS for each in cards(house, room, number)]
    assert len(everywhere) == len(ROOMS), everywhere
    everywhere += [each for who in _here(house) for each in house.direct(who).posts if _is_card(each, number)]
    assert all(each == everywhere[0] for each in everywhere), everywhere
    return everywhere[0]


def stands(house: House, number: int = 1) -> str:
    """The state in the title of the card."""
    return plain(card(house, number).title).partition(" — ")[0].partition(" · ")[2]


def level(house: House) -> str | None:
    return (card(house).fact("With") or "").partition(":")[0] or None


def told(house: House, who: str) -> list[str]:
    """The first lines of what was said to somebody directly, cards left out."""
    return [plain(each.title) for each in house.direct(who).posts if not _is_card(each, 1)]


def has_card(house: House, who: str, number: int = 1) -> bool:
    return any(_is_card(each, number) for each in house.direct(who).posts)


def waiting(house: House, number: int = 1) -> list[str]:
    """The timers that wait for it, soonest first, as `kind at instant`."""
    due = house.database.run(lambda session: timers.waiting(session, f"escalation:{number}"))
    return [f"{each.kind.partition('.')[2]} {each.due_at:%a %d %H:%M}" for each in due if "fade" not in each.kind]


def words(message: object) -> str:
    assert isinstance(message, Message), message
    return in_words(message)


def value(message: Message, label: str) -> str:
    found = next(each for each in controls(message) if each.label == label)
    assert isinstance(found, Button), found
    return found.value


def options(message: Message) -> dict[str, str]:
    """Label and value of every way to answer a question, with what presses it."""
    found: dict[str, str] = {}
    for each in controls(message):
        match each:
            case Button(label=label, value=given):
                found[label] = given
            case Menu(options=choices):
                found |= {choice.label: choice.value for choice in choices}
    return found


def _here(house: House) -> list[str]:
    """Those who are members now; who went keeps an old card that shows nothing new."""
    members = house.database.run(
        lambda session: {each.person.name for each in scene(session, house.partnership).members}
    )
    return [who for who in PEOPLE if house.profile(who).name in members]


def _is_card(message: Message, number: int) -> bool:
    return plain(message.title).startswith(f"Escalation {number} · ")
