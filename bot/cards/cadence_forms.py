"""The form in which something that recurs is set or changed.

One rule: it holds what can be typed, as it can be typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.messages import ChoiceField, Form, Note, Option, TextField
from bot.words import CadenceKind, Key, city, line

NAME_AT_MOST = 60
BOTH = "both"  # what is chosen has a value: Slack opens no form with an empty one


@dataclass(frozen=True, slots=True)
class Draft:
    """What is in the form, as far as it is known; `recurs` and `long` as typed."""

    kind: CadenceKind = CadenceKind.MEETING
    name: str = ""
    recurs: str = ""
    side: Key | None = None
    long: str = ""


def form(subject: str, sides: Mapping[Key, str], draft: Draft, zone: str) -> Form:
    """The form for setting one, or where the subject is a cadence for changing it; `zone` is that of whoever fills it in."""
    changing = subject.startswith("cadence:")
    kinds = tuple(Option(kind.value.capitalize(), kind.value) for kind in CadenceKind)
    whose = (Option("Both", BOTH), *(Option(name, key.value) for key, name in sorted(sides.items())))
    return Form(
        "cadence.change" if changing else "cadence.add",
        "Change what recurs" if changing else "Let something recur",
        (
            *(() if changing else (ChoiceField("kind", "What?", kinds, draft.kind.value),)),
            TextField("name", "Name", draft.name, required=False, most=NAME_AT_MOST, example="Steering"),
            TextField("recurs", "When?", draft.recurs[:200], most=200, example="every other tuesday at 14:00",
                      hint="In plain words, with the time of day."),
            ChoiceField("side", "Whose?", whose, draft.side.value if draft.side else BOTH, required=False,
                        hint="Of a report, the side that owes it; of a standup, the side that is asked."),
            TextField("long", "How long?", draft.long[:40], required=False, most=40, example="1 h",
                      hint="A meeting: how long it lasts. A standup: the time to answer. 1 h and 4 h where empty."),
            Note(line(f"A meeting is on your own clock ({city(zone)}), a report on that of the side that owes it, unless you name"
                      " a city: “at 14:00 London time”. Standups come to each person on theirs, digests to each room on its own.")),
        ),
        submit="Look at it",
        context=subject,
    )  # fmt: skip
