"""`/partnership mine link`, `unlink` and `here`: one person with accounts in several products or workspaces.

One rule: two accounts are joined only by somebody who holds both: a code from the one, typed and confirmed in the other. What
waits for the confirmation keeps the code's number, never the code.
"""

from __future__ import annotations

import re
from datetime import timedelta

from sqlmodel import Session

from bot.actions import linking
from bot.cards import linking as cards
from bot.cards.sentence import told
from bot.messages import Message, Reply
from bot.pack import reading
from bot.rules.grammar import text_of
from bot.words import Code, Strong, Text, line
from handlers import Ask, Sorry, Visit, command, pressed
from storage import kept, partnerships
from storage import linking as store
from storage.tables import Account, Link, Person

HOUR = timedelta(hours=1)
AGAIN = "/partnership mine link"


@command(
    "partnership mine link",
    usage="[code]",
    about="Join another account of yours, in another product or workspace, with this one.",
    examples=("", "ABCD-EFGH-IJKL-MNOP"),
    partnership=False,
)
def link(visit: Visit, session: Session) -> Reply:
    """Give a code, or look at the one that was typed and ask."""
    if _gone(session, visit.account):
        raise Sorry("This account is marked as having left, so it cannot be joined with another.")
    said = text_of(visit.words)
    if said:
        return _knock(visit, session, re.sub(r"[\W_]", "", said))
    made = store.make(session, visit.account, visit.now, visit.keys)
    return cards.code(made.id, made.expires_at)


def _knock(visit: Visit, session: Session, code: str) -> Reply:
    since = visit.now - HOUR
    if partnerships.wrong_tries(session, visit.account.id, since) >= partnerships.TRIES_AN_HOUR:
        return cards.no_use("There were too many wrong codes. Please try again in an hour.")
    found = store.by_code(session, code) if code else None
    if found is None:
        partnerships.note_wrong_try(session, visit.account.id, visit.now)
        return cards.unknown()
    first = _first(visit, session, found)
    key = kept.keep(session, visit.account.id, str(found.id), found.expires_at)
    become_one = linking.will_stand(session, first, visit.account)
    return cards.offer(linking.held(session, first), linking.held(session, visit.account), become_one, key)


@pressed("link.confirm", partnership=False)
def confirmed(visit: Visit, session: Session) -> Reply:
    """Join the two, now that they saw whose they are."""
    found = _waiting(visit, session)
    first = _first(visit, session, found)
    if not store.use(session, found.id, visit.now):
        raise Sorry("That code was used at this very moment by another account.")
    that = linking.held(session, first)
    linking.join(session, visit.now, first, visit.account)
    to = linking.written_to(session, visit.account)
    return cards.joined(that, to.platform.capitalize() if to else "", to is None or to.id == visit.account.id)


@pressed("link.refuse", partnership=False)
def refused(visit: Visit, session: Session) -> Reply:
    """Join nothing; whoever's code it was, it was typed by somebody else."""
    found = _waiting(visit, session)
    store.void(session, session.get_one(Account, found.account_id).person_id, visit.now)
    return told("Nothing was joined, and that code is void now.")


def _waiting(visit: Visit, session: Session) -> Link:
    text = kept.take(session, visit.argument, visit.account.id, visit.now)
    if text is None:
        raise Sorry("That question is no longer open. Get a new code in your other account with ", Code(AGAIN))
    return session.get_one(Link, reading(lambda: int(text)))


def _first(visit: Visit, session: Session, found: Link) -> Account:
    """The account that a code is of, if it can be joined with the visitor's; raises `Sorry` with what to do instead."""
    first = session.get_one(Account, found.account_id)
    if first.id == visit.account.id:
        raise Sorry("That is the code of this very account. Type it in the other one: ", Code(f"{AGAIN} <code>"))
    if first.person_id == visit.account.person_id:
        raise Sorry("These two accounts are joined already.")
    if found.used_at is not None:
        raise Sorry(
            "That code was used already; each works once. Get a new one in your other account with ", Code(AGAIN)
        )
    if found.void_at is not None or _gone(session, first):
        raise Sorry("That code is void. Get a new one in your other account with ", Code(AGAIN))
    if found.expires_at <= visit.now:
        raise Sorry(
            "That code has run out; it was good for 15 minutes. Get a new one in your other account with ", Code(AGAIN)
        )
    clash = linking.clash(session, first, visit.account)
    if clash is not None:
        raise Sorry(
            "In ", Strong(clash.partnership), " that account is with ", Text(clash.one), " and this one with ", Text(clash.other),
            ", and nobody can be on both sides. Leave it with the account that is on the wrong side, ",
            Code("/partnership leave"), ", then type the code again.",
        )  # fmt: skip
    return first


def _gone(session: Session, account: Account) -> bool:
    person = session.get_one(Person, account.person_id)
    return any(each is not None for each in (account.left_at, person.left_at, person.erased_at))


# Apart again ---------------------------------------------------------------------------------------------------------


@command(
    "partnership mine unlink",
    about="Take this account off your others; what you are in stays with them.",
    examples=("",),
    partnership=False,
)
def unlink(visit: Visit, session: Session) -> Reply:
    """Take the account off that it is typed in, once it is clear what that means."""
    rest = linking.others(session, visit.account)
    if not rest:
        raise Sorry("This account is not joined with another.")
    answer = visit.answers.get("unlink")
    if answer is None:
        stays = linking.held(session, rest[0])
        raise Ask(
            "unlink",
            line("Take this account off ", *stays.named(), "?"),
            [("Take it off", "yes"), ("Leave it as it is", "no")],
            more=line(
                "What you are in stays with that account. This one is a person of its own then, in no partnership."
            ),
        )
    return _part(visit, session, visit.account) if answer == "yes" else told("Nothing was changed.")


@pressed("link.off", partnership=False)
def off(visit: Visit, session: Session) -> Reply:
    """Take another account of one's own off, as offered when it was joined."""
    found = next(
        (each for each in linking.others(session, visit.account) if f"account:{each.id}" == visit.subject), None
    )
    if found is None:
        raise Sorry("That account is not joined with this one any more.")
    return _part(visit, session, found)


def _part(visit: Visit, session: Session, account: Account) -> Message:
    stays = linking.part(session, visit.now, account, by=visit.account)
    here = account.id == visit.account.id
    return cards.parted(linking.held(session, account), linking.held(session, stays), here)


@command(
    "partnership mine here",
    about="Get direct messages in this account, where you have several.",
    examples=("",),
    partnership=False,
)
def here(visit: Visit, session: Session) -> Reply:
    """Write to the person in this account from now on."""
    linking.choose(session, visit.now, visit.account)
    return cards.comes_here(visit.account.platform)
