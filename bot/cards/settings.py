"""Settings of a side and of a person: shown, changed, and what was understood.

One rule: a change is echoed in words, with a way back to what it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.cards import several
from bot.messages import (
    Block,
    Button,
    ChoiceField,
    Fact,
    Facts,
    Form,
    Message,
    Option,
    Paragraph,
    Quote,
    Style,
    TextField,
    Tone,
)
from bot.rules.hours import Setting, in_words
from bot.words import Code, Line, Nudging, Person, Praise, Text, line

LABELS = {
    Setting.NAME: "Name",
    Setting.ZONE: "Time zone",
    Setting.DAYS: "Working days",
    Setting.HOURS: "Working hours",
    Setting.COUNTRY: "Public holidays",
}
_EXAMPLES = {
    Setting.NAME: "Northwind",
    Setting.ZONE: "Berlin",
    Setting.DAYS: "mon-fri",
    Setting.HOURS: "9-17",
    Setting.COUNTRY: "DE BY",
}
PRAISE = {
    Praise.PUBLIC: "in the rooms, for all to see",
    Praise.PRIVATE: "privately, to you alone",
    Praise.NONE: "not at all",
}
NUDGES = {
    Nudging.LIGHT: "light, only what is overdue or runs out",
    Nudging.STANDARD: "standard, what there is to act on",
    Nudging.ACTIVE: "active, early signs too",
}


def field(setting: Setting, value: str, *, required: bool = True) -> TextField:
    return TextField(
        setting.value, LABELS[setting], value, required=required, most=80, example=_EXAMPLES[setting],
        hint="Country and region, or none." if setting is Setting.COUNTRY else "",
    )  # fmt: skip


def side_form(partnership: str, partnership_id: int, values: Mapping[Setting, str]) -> Form:
    """The form of one's own side."""
    return Form(
        "side",
        "Your side",
        tuple(field(setting, values[setting], required=setting is not Setting.COUNTRY) for setting in Setting),
        submit="Save",
        context=f"partnership:{partnership_id}",
        intro=line("In ", Text(partnership), ". Response times run in these hours."),
    )


def side_changed(organisation: str, partnership_id: int, now: Mapping[Setting, str], undo: str) -> Message:
    """Say what is set now."""
    if not now:
        return Message(line("Nothing was changed: it is so already."))
    facts = Facts(tuple(Fact(LABELS[setting], (Text(in_words(setting, value)),)) for setting, value in now.items()))
    clock = any(setting is not Setting.NAME for setting in now)
    more = (Paragraph(line("Escalations are timed by it from now on; deadlines already given stay.")),) if clock else ()
    return Message(
        line("The settings of ", Text(organisation), " are changed."),
        (facts, *more),
        buttons=(
            Button("Change", "side.open", f"partnership:{partnership_id}", opens=True),
            Button("Undo", "side.undo", f"partnership:{partnership_id}|{undo}"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Rung:
    """A level: what it is called, who stands on it, and whether the side named them itself."""

    level: int
    called: str
    people: tuple[Person, ...]
    named: bool


def ladder(organisation: str, rungs: Sequence[Rung], manages: bool) -> Message:
    """Show who hears of a concern on which level."""
    facts = tuple(
        Fact(
            f"Level {rung.level}",
            line(*(several(rung.people) or ("nobody, so it is skipped",)), " – named by your side" if rung.named else f" – {rung.called}"),
        )
        for rung in rungs
    )  # fmt: skip
    how = line("Name people with ", Code("/partnership side ladder 2 @Bo @Priya"), "; go back with ",
               Code("/partnership side ladder 2 default"), ".")  # fmt: skip
    return Message(
        line("The escalation ladder of ", Text(organisation), "."),
        (Facts(facts), *((Paragraph(how),) if manages else ())),
    )


def level_named(level: int, people: Sequence[Person], partnership_id: int, undo: str) -> Message:
    """Say who stands on a level now."""
    who: Line = (
        (*several(people), " stands" if len(people) == 1 else " stand") if people else ("whoever it usually is stands",)
    )
    return Message(
        line(f"On level {level} ", *who, " now."),
        (Paragraph(line("It counts for what is raised from now on; what is open keeps its ladder.")),),
        buttons=(Button("Undo", "ladder.undo", f"partnership:{partnership_id}|{undo}"),),
    )


# A person's own ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """What is set for a person; empty where it follows the side or the chat profile."""

    zone: str
    zone_own: bool
    days: str
    hours: str
    praise: Praise
    nudging: Nudging
    absences: tuple[tuple[date, date], ...]
    partnerships: tuple[str, ...]


def days_in_words(start: date, end: date) -> str:
    """Write first and last day as `Mon 3 Nov 2026` or `Mon 3 Nov 2026 to Fri 7 Nov 2026`."""
    first, last = (f"{day:%a} {day.day} {day:%b %Y}" for day in (start, end))
    return first if start == end else f"{first} to {last}"


def mine(shown: Mine) -> Message:
    """Show what is set for oneself."""
    away = "; ".join(days_in_words(*each) for each in shown.absences)
    facts = (
        Fact(
            "Time zone",
            (
                f"{in_words(Setting.ZONE, shown.zone)}, "
                + ("as you set it" if shown.zone_own else "as your chat profile or your side says"),
            ),
        ),
        Fact("Working days", (in_words(Setting.DAYS, shown.days) if shown.days else "those of your side",)),
        Fact("Working hours", (in_words(Setting.HOURS, shown.hours) if shown.hours else "those of your side",)),
        Fact("Away", (away or "nothing planned",)),
        Fact("Be celebrated", (PRAISE[shown.praise],)),
        Fact("Morning message", (f"{NUDGES[shown.nudging]}, where you are a shepherd",)),
        Fact("Partnerships", (Text(", ".join(shown.partnerships) or "none yet"),)),
    )
    return Message(
        line("These are your own settings, in every partnership."),
        (
            Facts(facts),
            Paragraph(
                line("Away: ", Code("/partnership mine away until friday"), ". Your data: ",
                     Code("/partnership mine export"), " and ", Code("/partnership mine erase"), ".")
            ),
        ),
        buttons=(Button("Change", "mine.form", "mine", Style.PRIMARY, opens=True),),
    )  # fmt: skip


def mine_form(values: Mapping[Setting, str], praise: Praise) -> Form:
    """The form of one's own settings; what is left empty follows the side."""
    return Form(
        "mine",
        "Your own settings",
        (
            *(field(setting, values[setting], required=False) for setting in (Setting.ZONE, Setting.DAYS, Setting.HOURS)),
            ChoiceField("praise", "Be celebrated", tuple(Option(words.capitalize(), each.value) for each, words in PRAISE.items()), praise.value),
        ),
        submit="Save",
        context="mine",
        intro=line("What you leave empty follows your side."),
    )  # fmt: skip


def mine_changed(facts: Sequence[tuple[str, str]], undo: str) -> Message:
    """Say what is set now for oneself."""
    if not facts:
        return Message(line("Nothing was changed: it is so already."))
    return Message(
        line("Your settings are changed."),
        (Facts(tuple(Fact(label, (value,)) for label, value in facts)),),
        buttons=(Button("Change", "mine.form", "mine", opens=True), Button("Undo", "mine.undo", f"mine|{undo}")),
    )


def away(start: date, end: date, absence_id: int) -> Message:
    """Say when somebody is away; the reason is never asked."""
    return Message(
        line("You are away ", Text(days_in_words(start, end)), "."),
        (
            Paragraph(
                line("Nothing is asked of you then, and your side’s backup stands in where you are the shepherd. ",
                     "Others see only that you are away, never why. Back early? ", Code("/partnership mine back"))
            ),
        ),
        buttons=(Button("Undo", "mine.here", f"mine|{absence_id}"),),
    )  # fmt: skip


# One's own data ------------------------------------------------------------------------------------------------------

PART = 2500  # letters in one message


def export(text: str) -> list[Message]:
    """One's own data, in as many messages as it takes."""
    parts = [text[start : start + PART] for start in range(0, len(text), PART)]
    return [
        Message(
            line(f"Your data, part {number} of {len(parts)} (JSON)." if len(parts) > 1 else "Your data (JSON)."),
            (Quote(Text(part)),),
        )
        for number, part in enumerate(parts, 1)
    ]


def erased(count: int) -> Message:
    """Say that somebody's data is gone."""
    body: list[Block] = [
        Paragraph(line("Your name and your words are gone from my records, and you left "
                       f"{count} {'partnership' if count == 1 else 'partnerships'}. ",
                       "What stands in the chat itself belongs to the chat: ask there to have it deleted. ",
                       "If you write to me again, you start anew."))
    ]  # fmt: skip
    return Message(line("Everything of yours is erased."), tuple(body), tone=Tone.GREY)
