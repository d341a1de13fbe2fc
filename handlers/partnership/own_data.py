"""`/partnership mine export` and `erase`: a person's own data, given out or gone."""

from __future__ import annotations

import json

from sqlmodel import Session

from bot.actions import erasing, telling
from bot.cards import settings as cards
from bot.cards.sentence import told
from bot.inbound import Place, PlaceKind
from bot.messages import Reply
from bot.words import Strong, line
from handlers import Ask, Visit, command
from storage import personal


@command(
    "partnership mine export",
    about="Get all that I keep of you, as JSON, by direct message.",
    examples=("",),
    partnership=False,
)
def export(visit: Visit, session: Session) -> Reply:
    """Send the person all their data."""
    text = json.dumps(personal.everything(session, visit.account.person_id), ensure_ascii=False, indent=1, default=str)
    account = visit.account
    to_them = Place(account.platform, account.via, "", PlaceKind.DIRECT)
    parts = cards.export(text)
    for part in parts:
        telling.privately(session, visit.now, account, to_them, part)
    count = "a direct message" if len(parts) == 1 else f"{len(parts)} direct messages"
    return told(f"All that I keep of you comes to you in {count}.")


@command(
    "partnership mine erase",
    about="Have your name and your words erased everywhere.",
    examples=("",),
    partnership=False,
)
def erase(visit: Visit, session: Session) -> Reply:
    """Erase the person, after two questions."""
    first, second = visit.answers.get("erase"), visit.answers.get("sure")
    if first is None:
        raise Ask(
            "erase",
            line(Strong("Erase everything of yours?")),
            [("Yes, erase it", "yes"), ("No, keep it", "no")],
            more=line("Your name and what you wrote in escalations, celebrations, comments, check-ins and blockers are replaced, "
                      "and you leave every partnership. What you have open goes to your side’s shepherd. An export first may be wise."),
        )  # fmt: skip
    if first == "yes" and second is None:
        raise Ask(
            "sure",
            line("Are you sure? ", Strong("This cannot be undone by anybody.")),
            [("Erase it for good", "yes"), ("No, keep it", "no")],
        )
    if (first, second) != ("yes", "yes"):
        return told("Nothing was erased.")
    return cards.erased(erasing.erase(session, visit.now, visit.account))
