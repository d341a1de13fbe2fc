"""Which of the things that recur somebody means: by its number, by its name, or by the button they pressed.

One rule: where it may be several, it is asked; nothing is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlmodel import Session

from bot.actions import cadences
from bot.cards import cadence as cards
from bot.rules.naming import folded, matches
from bot.words import Code, Text, line
from handlers import Ask, Sorry, Visit
from storage.tables import Cadence

_SEE = ("See the numbers and names with ", Code("/partnership cadence"), ".")


def pressed(visit: Visit, session: Session, *, ended: bool = False) -> Cadence:
    """The cadence that a button or form is about."""
    rows = cadences.every(session, visit.scene)
    row = next((each for each in rows if each.subject == visit.subject), None)
    if row is None or (row.ended_at is not None and not ended):
        raise Sorry("It has ended. What recurs now: ", Code("/partnership cadence"))
    return row


def named(visit: Visit, session: Session, text: str) -> tuple[Cadence, str]:
    """The cadence that the first words name, by number or name, and the rest of them; raises `Ask` where it may be several."""
    rows = cadences.every(session, visit.scene)
    numbers = {number: row for number, row in enumerate(rows, 1) if row.ended_at is None}
    if not numbers:
        raise Sorry(
            "Nothing recurs yet. Add something, for example: ",
            Code("/partnership cadence add standup weekdays at 9:30"),
        )
    if found := re.match(r"(?i)(?:number\s+|#)?(\d{1,3})\.?(?=\s|$)", text):
        if int(found[1]) not in numbers:
            raise Sorry(f"There is no number {int(found[1])}. ", *_SEE)
        return numbers[int(found[1])], text[found.end() :].strip()
    pieces = re.sub(r"(?i)^the\s+", "", text).split()
    for length in range(min(len(pieces), 8), 0, -1):
        wanted = folded(" ".join(pieces[:length]))
        fitting = [row for row in numbers.values() if wanted in _names_of(visit, row)]
        if fitting:
            return _one(visit, fitting), " ".join(pieces[length:])
    near = matches(text, {number: cadences.called(visit.scene, row) for number, row in numbers.items()})
    if text and not near:
        raise Sorry("Nothing that recurs is called “", Text(text[:60]), "”. ", *_SEE)
    return _one(visit, [numbers[each] for each in near] or list(numbers.values())), ""


def _names_of(visit: Visit, row: Cadence) -> set[str]:
    ways = (row.name, row.kind, cards.called(row.kind, row.name), cadences.called(visit.scene, row))
    return {folded(way) for way in ways if way}


def _one(visit: Visit, rows: Sequence[Cadence]) -> Cadence:
    if len(rows) == 1:
        return rows[0]
    chosen = next((row for row in rows if str(row.id) == visit.answers.get("cadence")), None)
    if chosen is None:
        options = [
            (f"{cadences.called(visit.scene, row)}, {cadences.words(cadences.as_wish(row))}"[:75], str(row.id))
            for row in rows
        ]
        raise Ask("cadence", line("Which one do you mean?"), options)
    return chosen
