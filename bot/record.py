"""A partnership's record, written out for those who want to keep it, read it or check it.

One rule: everything in it comes from the ledger, in order. What people typed stays text and never becomes a heading or a formula.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any, Literal

from sqlmodel import Session

from storage import ledger, partnerships, scenes, subjects
from storage.ledger import Happening
from storage.scenes import Scene

Form = Literal["md", "csv", "json"]

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&])")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a cell that begins so


class Unknown(Exception):
    """There is no partnership of that number or name, or several are called so; the message lists them."""


def meant(session: Session, wanted: str) -> int:
    """Find a partnership by its number or its name. Raises Unknown."""
    names = partnerships.names(session)
    called = [id for id, name in names.items() if wanted in (str(id), name) or wanted.casefold() == name.casefold()]
    if len(called) == 1:
        return called[0]
    known = ", ".join(f"{id} ({name})" for id, name in names.items()) or "none yet"
    if called:
        raise Unknown(f"Several partnerships are called {wanted}; say the number. There are: {known}.")
    raise Unknown(f"There is no partnership {wanted}. There are: {known}.")


def written(session: Session, partnership_id: int, form: Form) -> str:
    """Write the whole record in one form. Raises KeyError when there is no such partnership."""
    found = scenes.scene(session, partnership_id)
    if form == "json":
        return json.dumps({"partnership": _facts(found), "events": ledger.export(session, partnership_id)}, indent=1)
    events = ledger.of_partnership(session, partnership_id)
    names = _names(found, subjects.numbers(session, partnership_id))
    return _table(found, events, names) if form == "csv" else _page(found, events, names)


def faults(record: Any) -> list[str]:
    """Check a record written as JSON, offline; a line for each fault. Raises ValueError when it is not a record at all."""
    match record:
        case {"partnership": {"head": str(head)}, "events": list(events)} if all(
            isinstance(each, dict) for each in events
        ):
            broken = ledger.verify(events)
            if not broken and head != (events[-1]["hash"] if events else ""):
                broken.append("the end is missing: the last event here is not the last that was recorded")
            return broken
        case _:
            raise ValueError("it has no partnership and events")


def _facts(found: Scene) -> dict[str, Any]:
    row = found.partnership
    return {
        "id": row.id,
        "name": row.name,
        "purpose": row.purpose,
        "status": row.status.value,
        "sides": {key.value: side.organisation for key, side in sorted(found.sides.items())},
        "head": row.head,
    }


def _names(found: Scene, numbers: dict[str, int]) -> Callable[[str], str]:
    """How a subject is called: `escalation:12` is escalation 3 of its partnership, `member:4` is a person."""
    people = {f"member:{id}": each.person.name for each in found.everybody for id in (each.id, *each.formerly)}

    def name(subject: str) -> str:
        noun = subjects.noun(subject)
        return f"{noun} {numbers[subject]}" if subject in numbers else people.get(subject, noun)

    return name


def _who(found: Scene, event: Happening) -> tuple[str, str]:
    """The name and the organisation of whoever did it; time itself has none."""
    who = found.who(event.actor) if event.actor is not None else None
    return (who.person.name, who.organisation) if who else ("", "")


def _details(event: Happening) -> str:
    if event.body is None:
        return "(erased)"
    return "; ".join(f"{name}: {_said(value)}" for name, value in event.body.items() if value not in (None, "", []))


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _table(found: Scene, events: list[Happening], name: Callable[[str], str]) -> str:
    sheet = io.StringIO()
    rows = csv.writer(sheet, lineterminator="\n")
    rows.writerow(("number", "at (UTC)", "event", "about", "by", "organisation", "platform", "clause", "details"))
    for event in events:
        cells = (event.kind, name(event.subject), *_who(found, event), event.platform, event.clause, _details(event))
        rows.writerow((event.seq, f"{event.at:%Y-%m-%d %H:%M:%S}", *map(_cell, cells)))
    return sheet.getvalue().rstrip("\n")


def _cell(said: str) -> str:
    return f"'{said}" if said.startswith(_FORMULA) else said


def _page(found: Scene, events: list[Happening], name: Callable[[str], str]) -> str:
    row = found.partnership
    sides = " and ".join(side.organisation for _, side in sorted(found.sides.items()))
    lines = [f"# {_plain(row.name)}", "", f"{_plain(sides)}, {row.status.value}."]
    if row.purpose:
        lines += ["", f"Purpose: {_plain(row.purpose)}"]
    day = ""
    for event in events:
        if f"{event.at:%A, %-d %B %Y}" != day:
            day = f"{event.at:%A, %-d %B %Y}"
            lines += ["", f"## {day}", ""]
        lines.append(f"- {event.at:%H:%M} UTC: {_sentence(found, event, name)}")
    return "\n".join(lines)


def _sentence(found: Scene, event: Happening, name: Callable[[str], str]) -> str:
    who, organisation = _who(found, event)
    by = f" by {_plain(who)} ({_plain(organisation)})" if who else ""
    _, _, what = event.kind.partition(".")
    details = _details(event)
    clause = f", clause {_plain(event.clause)}" if event.clause else ""
    return f"**{_plain(name(event.subject))}** {what.replace('_', ' ')}{by}{clause}" + (
        f". {_plain(details)}" if details else ""
    )


def _plain(typed: str) -> str:
    """What people typed, on one line and with nothing in it that Markdown would read."""
    return _MARKUP.sub(r"\\\1", " ".join(typed.split()))
