"""A person's cadences for their calendar program: what one entry says, and what is said in the chat about the link.

One rule: nobody is named in an entry, and the link stands only in the answer to the one whose calendar it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from bot.cards.cadence import called
from bot.messages import Button, Message, Paragraph
from bot.words import CadenceKind, Code, Line, Secret, line


@dataclass(frozen=True, slots=True)
class Entry:
    """One cadence as one person lives it, on the wall clock of the zone that `begins` (the first time) is in.

    Of the times that the rule gives, those in `gone` fall out, and those first in `moved` are at the second instead.
    """

    uid: str
    kind: CadenceKind
    name: str
    partnership: str
    organisations: tuple[str, ...]
    owes: str  # of a report: the organisation that it comes from
    rrule: str
    begins: datetime
    lasts: timedelta
    gone: tuple[datetime, ...] = ()
    moved: tuple[tuple[datetime, datetime], ...] = ()

    @property
    def title(self) -> str:
        """What stands in the calendar: `Standup · Apollo (Northwind × Contoso)`."""
        due = " due" if self.kind is CadenceKind.REPORT else ""
        return f"{called(self.kind, self.name, self.owes)}{due} · {self.partnership} ({' × '.join(self.organisations)})"

    @property
    def about(self) -> str:
        """How it is answered."""
        match self.kind:
            case CadenceKind.STANDUP:
                return "Bellwether asks you by direct message. Answer there, or type /checkin in the chat."
            case CadenceKind.MEETING:
                return "Bellwether reminds you before it begins, and asks afterwards whether it was held."
            case CadenceKind.REPORT:
                return (
                    f"It comes from {self.owes}. One press on its card in the room says that it was sent, or received."
                )
            case CadenceKind.DIGEST:
                return "Bellwether posts it in the room."
            case _:
                assert_never(self.kind)

    @property
    def busy(self) -> bool:
        """Whether it takes up the time, so that others see it as taken."""
        return self.kind is CadenceKind.MEETING


def link(person_id: int, address: str) -> Message:
    """Show the link, and what to do with it."""
    return _shown(line("Here is the link to your calendar."), person_id, address)


def renewed(person_id: int, address: str) -> Message:
    """Show the new link."""
    return _shown(
        line("Here is a new link to your calendar. Every earlier one opens nothing any more."), person_id, address
    )


def _shown(title: Line, person_id: int, address: str) -> Message:
    return Message(
        title,
        (
            Paragraph(line(Secret(f"calendar:{person_id}:{address}"))),
            Paragraph(
                line("Subscribe to it in your calendar program, where it adds a calendar from a link. It has the standups, "
                     "meetings and due reports of all your partnerships, at your own times and without your days off, "
                     "and follows what changes.")
            ),
            Paragraph(line("Keep it to yourself: whoever has the link can read that calendar. Get it again with ",
                           Code("/partnership mine calendar"), ".")),
        ),
        buttons=(
            Button(
                "New link", "feed.renew", "mine",
                confirm="Make a new link? The one you have stops working wherever you put it.",
            ),
        ),
        footer=line("Only you see this."),
    )  # fmt: skip
