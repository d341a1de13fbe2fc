"""A side's settings: its name, its working calendar, and whom it names for the levels of the ladder.

One rule: what changes is on the record as it was and as it is, and whoever gets the old values back can put them back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from bot.actions import Call, escalations
from bot.pack import pack, unpack
from bot.rules.hours import Setting, kept_hours, times
from bot.words import Key
from storage import outbox
from storage.tables import Side

Values = dict[Setting, str]
"""Settings as they are kept, which a button can carry to put them back."""
Naming = tuple[int, list[int]]
"""A level and the members who were named for it."""

CLOCK = (Setting.ZONE, Setting.DAYS, Setting.HOURS, Setting.COUNTRY)


def now_set(side: Side) -> dict[Setting, str]:
    """The settings as they are kept."""
    return {
        Setting.NAME: side.organisation,
        Setting.ZONE: side.zone,
        Setting.DAYS: side.days,
        Setting.HOURS: kept_hours(side.start, side.end),
        Setting.COUNTRY: " ".join(part for part in (side.country, side.region) if part),
    }


def put(session: Session, call: Call, key: Key, wanted: Mapping[Setting, str]) -> dict[Setting, str]:
    """Change settings of a side; gives what those that changed were before."""
    side = call.scene.sides[key]
    old = {setting: value for setting, value in now_set(side).items() if wanted.get(setting, value) != value}
    for setting in old:
        _write(side, setting, wanted[setting])
    if not old:
        return {}
    call.record(
        session,
        "side.changed",
        call.scene.subject,
        {"of": key.value, **{setting.value: [before, wanted[setting]] for setting, before in old.items()}},
    )
    session.flush()
    if any(setting in CLOCK for setting in old):
        escalations.retime(session, call)
    outbox.redraw(session, now=call.now, subject=call.scene.subject)
    return old


def _write(side: Side, setting: Setting, value: str) -> None:
    match setting:
        case Setting.NAME:
            side.organisation = value
        case Setting.ZONE:
            side.zone = value
        case Setting.DAYS:
            side.days = value
        case Setting.HOURS:
            side.start, side.end = times(value)
        case Setting.COUNTRY:
            country, _, region = value.partition(" ")
            side.country, side.region = country or None, region or None


def name_level(session: Session, call: Call, key: Key, level: int, member_ids: Sequence[int]) -> str:
    """Name the people of a level (nobody: as usual); gives who was named before, as `restore` takes it. What is under way keeps its ladder."""
    side = call.scene.sides[key]
    before = side.ladder.get(str(level), [])
    rest = {each: ids for each, ids in side.ladder.items() if each != str(level)}
    side.ladder = rest | ({str(level): list(member_ids)} if member_ids else {})
    call.record(
        session,
        "side.changed",
        call.scene.subject,
        {"of": key.value, "ladder": {"level": level, "was": before, "is": list(member_ids)}},
    )
    session.flush()
    return pack((level, before), Naming)


def restore_level(session: Session, call: Call, key: Key, memento: str) -> int:
    """Undo the naming; gives the level."""
    level, member_ids = unpack(memento, Naming)
    here = {each.id for each in call.scene.on(key)}
    name_level(session, call, key, level, [each for each in member_ids if each in here])
    return int(level)
