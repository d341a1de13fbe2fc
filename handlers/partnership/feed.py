"""`/partnership mine calendar`: the secret link by which a calendar program reads one's cadences.

One rule: only the newest link opens anything.
"""

from __future__ import annotations

from sqlmodel import Session

from bot.actions import feeds
from bot.cards import feed as cards
from bot.messages import Reply
from bot.rules.grammar import text_of
from bot.words import Code
from handlers import Sorry, Visit, command, pressed


@command(
    "partnership mine calendar",
    about="Get the secret link to your cadences, for your calendar program.",
    examples=("", "new"),
    partnership=False,
)
def calendar(visit: Visit, session: Session) -> Reply:
    """Show the link, or make a new one."""
    said = text_of(visit.words).casefold()
    if said == "new":
        return renew(visit, session)
    if said:
        raise Sorry("Show your link with ", Code("/partnership mine calendar"), ", or make a new one with ",
                    Code("/partnership mine calendar new"), ".")  # fmt: skip
    return cards.link(visit.account.person_id, _address(visit))


@pressed("feed.renew", partnership=False)
def renew(visit: Visit, session: Session) -> Reply:
    """Make a new link; the old one is void."""
    address = _address(visit)
    feeds.renew(session, visit.account.person_id)
    return cards.renewed(visit.account.person_id, address)


def _address(visit: Visit) -> str:
    if not visit.address:
        raise Sorry(
            "There is no link to give yet: whoever runs Bellwether here has to set ", Code("BELLWETHER_PUBLIC_URL"),
            ", the address at which people reach it.",
        )  # fmt: skip
    return visit.address
