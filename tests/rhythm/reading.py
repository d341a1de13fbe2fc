"""What a message of the rhythm says, in a few words that the almanac can say too: what it is, of which day, and what it counts.

One rule: a message that is not known keeps its own title, so that it is seen.
"""

from __future__ import annotations

import re
from datetime import date

from bot.messages import Heading, Message, Paragraph
from bot.words import plain
from tests.rhythm import almanac

Said = tuple[str, str, str]
"""What it is, the day that it names, and what it counts."""

SIDE = {"Northwind": "a", "Contoso": "b"}
WHO = {"Ana Ruiz": "ana", "João Silva": "joao", "Nora Berg": "nora", "Bo Chen": "bo", "Priya Rao": "priya", "Sam Lee": "sam",
       "Lia Souza": "lia"}  # fmt: skip


def _people(words: str | None) -> dict[str, list[str]]:
    """The people in a list of names with their organisations, by side."""
    found: dict[str, list[str]] = {"a": [], "b": []}
    for name, organisation in re.findall(r"([\w ]+?) \((\w+)\)", (words or "").replace(" and ", ", ")):
        found[SIDE[organisation]].append(WHO[name.strip()])
    return found


_IN_ROOMS = {
    " · open": "parent",
    "begins soon": "meeting",
    "is due today": "report due",
    "was due on": "report due",
    "the week to": "digest",
    " paused ": "pause",
    " resumed ": "resume",
}
_IN_PRIVATE = {
    "A reminder:": "remind",
    "asked me to come back": "back",
    "how does it go in": "ask",
    "Was it held?": "was it held",
    "to act on in": "morning",
    "is due on": "report soon",
    "is due today": "report soon",
    "was due on": "report late",
    "looks after": "stands in",
}


def in_a_room(message: Message) -> Said:
    title = plain(message.title)
    what = next((what for mark, what in _IN_ROOMS.items() if mark in title), title)
    return ("digest", *_digest(message)) if what == "digest" else (what, _day(title), "")


def in_a_thread(message: Message) -> Said:
    title = plain(message.title)
    if " checked in" in title:
        late = " late" if "· late" in plain(message.footer) else ""
        name = title.partition(" (")[0]
        return "answer", "", WHO.get(name, name) + late
    marks = {"Details of": "details", "says that it was received": "received"}
    return next((what for mark, what in marks.items() if mark in title), title), "", ""


def in_private(message: Message, today: date) -> Said:
    """The same of what somebody is told alone, whose day it is `today`."""
    title = plain(message.title)
    what = next((what for mark, what in _IN_PRIVATE.items() if mark in title), title)
    return (what, almanac.named(today), _to_act_on(message)) if what == "morning" else (what, _day(title), "")


def closed(message: Message) -> Said | None:
    """What the card of a standup says once it is closed; None of any other."""
    title = plain(message.title)
    return ("close", _day(title), _counted(message)) if " · closed" in title else None


def _day(title: str) -> str:
    return " ".join(title.partition("Daily of ")[2].split()[:4]).rstrip(".")


def _counted(message: Message) -> str:
    """The counts of a closed standup, with the names that belong to them."""
    named = {
        what: _people(message.fact(label))
        for what, label in (("skipped", "Skipped"), ("missed", "No update"), ("away", "Away"))
    }
    lines, sums = [], [0, 0]
    for organisation, key in SIDE.items():
        words = message.fact(organisation) or ""
        numbers = re.match(r"(\d+) of (\d+) answered", words)
        one, two = map(int, numbers.groups()) if numbers else (0, 0)
        sums = [sums[0] + one, sums[1] + two]
        for what, label in (("skipped", "skipped"), ("missed", "no update"), ("away", "away")):
            count = re.search(rf"(\d+) {label}", words)
            assert int(count[1] if count else 0) == len(named[what][key]), (words, named)
        rest = (f" {what} {','.join(sorted(who[key]))}" for what, who in named.items() if who[key])
        lines.append(f"{key} {one}/{two}{''.join(rest)}")
    assert f"closed, {sums[0]} of {sums[1]} answered" in plain(message.title)
    return "; ".join(lines)


def _digest(message: Message) -> tuple[str, str]:
    """The day up to which a digest tells, and what it counts."""
    title = plain(message.title)
    day = re.search(r"the week to (.+?)[:.]", title)
    late = " late" if "sent late" in plain(message.footer) else ""
    if title.startswith("Nothing to report"):
        return day[1] if day else "", f"nothing{late}"
    said = message.fact("Check-ins") or ""
    counts = [(key, re.search(rf"{organisation} (\d+) of (\d+)", said)) for organisation, key in SIDE.items()]
    overdue = re.match(r"\d+", message.fact("Overdue") or "0")
    given = " ".join(f"{key} {found[1]}/{found[2]}" if found else f"{key} 0/0" for key, found in counts)
    return day[1] if day else "", f"{given} overdue {overdue[0] if overdue else 0}{late}"


def _to_act_on(message: Message) -> str:
    """The lines of a morning message in a word each."""
    heading, found = "", []
    for block in message.body:
        match block:
            case Heading(value):
                heading = SIDE.get(value, "")
            case Paragraph(words) if (said := plain(words)).startswith("No check-in on the last two days"):
                names = sorted(who for name, who in WHO.items() if name in said)
                found.append(f"missing {heading} {','.join(names)}")
            case Paragraph(words) if (said := plain(words)).startswith("Nothing was celebrated"):
                found.append("uncelebrated")
            case Paragraph(words) if (said := plain(words)).startswith("Steering"):
                found.append("meeting")
            case Paragraph(words) if (said := plain(words)).startswith("Status"):
                found.append("report")
            case Paragraph(words) if re.match(r"(no|\d+) escalations? to answer", plain(words)):
                pass  # the counts of a side
            case Paragraph(words) if "from earlier this week" not in (said := plain(words)):
                found.append(said)
    return "; ".join(sorted(found))
