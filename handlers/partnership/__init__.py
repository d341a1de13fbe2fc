"""`/partnership`: everything but escalating and celebrating. Alone, it shows where somebody stands and what they can do next.

One rule: one subcommand, one file; what an unknown word may have meant is suggested.
"""

from __future__ import annotations

from sqlmodel import Session

from bot.cards import partnership as cards
from bot.inbound import PlaceKind
from bot.messages import Reply
from bot.rules.grammar import text_of
from handlers import Sorry, Visit, command, commands, helping
from handlers.entry import enter
from handlers.partnership import status


@command(
    "partnership",
    usage="[what]",
    about="Begin or join a partnership, see where it stands, manage people, sides and your own settings.",
    examples=("create Pilot line with Acme", "status", "members", "side", "mine"),
    partnership=False,
)
def overview(visit: Visit, session: Session) -> Reply:
    """Show where the visitor stands, or suggest what an unknown word meant."""
    said = text_of(visit.words)
    if said:
        pieces = said.split()
        meant = helping.nearest(" ".join(["partnership", *pieces[:2]])) or helping.nearest(f"partnership {pieces[0]}")
        if meant is not None:
            return helping.suggestion(f"/partnership {said}", meant)
        return helping.unknown(f"/partnership {said}", commands[("partnership",)])
    try:
        visit = enter(session, visit)
    except Sorry:
        return cards.begin(visit.arrival.place.kind is PlaceKind.CHANNEL)
    return status.show(visit, session, menu=True)


@command(
    "partnership help", usage="[command]", about="Explain every command.", examples=("", "create"), partnership=False
)
def explain(visit: Visit, session: Session) -> Reply:
    """Explain the subcommand that was named, or all of them."""
    pieces = text_of(visit.words).casefold().replace("/", "").split()[:3]
    paths = [("partnership", *pieces), tuple(pieces)]
    whole = [path[:length] for path in paths for length in range(len(path), 0, -1)]
    named = [path for path in whole if path in commands and path != ("partnership",)]
    return helping.explain(commands[named[0] if named else ("partnership",)])
