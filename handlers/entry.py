"""Coming in: which partnership is meant, and who the visitor is in it.

One rule: outside its rooms and members nothing of a partnership is said, not even that it exists. Whoever may not see it hears
exactly what they would hear if it were not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.actions import Call, members, rooms
from bot.inbound import Inbound, PlaceKind, Typed
from bot.rules.grammar import text_of
from bot.words import Code, Key, Strong, Text, line
from handlers import Ask, Sorry, Visit, helping
from storage import check_ins, partnerships, people, subjects
from storage.partnerships import Home, Spot
from storage.scenes import Scene, held, scene
from storage.tables import Account, Partnership


def enter(session: Session, visit: Visit) -> Visit:
    """Find the partnership and the member; raises `Ask` where that is open, `Sorry` where there is nothing for this visitor."""
    spot = _spot(session, visit)
    partnership_id, side = _which(session, visit, spot)
    found = held(session, partnership_id)
    standing = found.by_person(visit.account.person_id)
    if standing is None:
        if spot is None or not any(each.id == spot.room_id for each, _ in found.rooms):
            raise nothing_here(visit)
        side = side or _side(visit, found)
        call = Call(visit.now, found, None, visit.account.platform)
        members.come_in(session, call, visit.account, side, confirmed=not _said_only(visit, found))
        session.flush()
        found = scene(session, partnership_id)
        standing = found.by_person(visit.account.person_id)
    return replace(visit, found=found, standing=standing)


def nothing_here(visit: Visit) -> Sorry:
    """What anybody hears where there is no partnership for them."""
    if visit.subject:
        return Sorry("There is nothing here for you to act on.")
    if visit.arrival.place.kind is PlaceKind.CHANNEL:
        return Sorry(
            "No partnership lives in this channel. Begin one with ",
            Code("/partnership create <name> with <other organisation>"),
            ", or take up an invitation with ",
            Code("/partnership join <code>"),
            ".",
        )
    return Sorry(
        "You are not in a partnership yet. Begin one in a channel with ",
        Code("/partnership create <name> with <other organisation>"),
        ".",
    )


def meant_by(session: Session, typed: Typed, now: datetime) -> str:
    """The prompt that words said to the bot alone, and no command, are an answer to: the newest that waits; empty where none does."""
    account = people.find(session, typed.sender.account)
    if typed.place.kind is not PlaceKind.DIRECT or account is None or not _plain(typed):
        return ""
    rows = check_ins.waiting_anywhere(
        session, account.person_id, now.astimezone(ZoneInfo(account.zone or "UTC")).date(), now
    )
    return next((row.subject for row in rows), "")


def _plain(typed: Typed) -> bool:
    """Whether it is a sentence: no greeting, no call for help, no single word that is spelled like a command."""
    said = f"{typed.command} {text_of(typed.words)}".strip().casefold()
    first, _, rest = said.lstrip("/").partition(" ")
    if said.rstrip("!.?") in helping.GREETINGS or first in helping.ASKING or first in helping.COMING:
        return False
    return bool(rest) or helping.nearest(first) is None


def meet(session: Session, arrival: Inbound, *, reading: bool = False) -> Account:
    """The account of whoever did it, kept from now on; with `reading`, one to be read and not written to."""
    return people.meet(session, arrival.sender, arrival.place.tenant, reading=reading)


def stranger(arrival: Inbound) -> Account:
    """An account that is not kept: whoever was never met before and does nothing that needs a row."""
    profile = arrival.sender
    return Account(
        person_id=0,
        platform=profile.account.platform,
        tenant=profile.account.tenant,
        user=profile.account.user,
        via=arrival.place.tenant,
        name=profile.name,
        bot=profile.bot,
    )


def _spot(session: Session, visit: Visit) -> Spot | None:
    """The room where the visitor is, if it is known. A command typed where the bot is shows that a lost room is back."""
    place = visit.arrival.place
    spot = partnerships.spot(session, place)
    back = isinstance(visit.arrival, Typed) and place.kind is PlaceKind.CHANNEL and place.present
    if spot is not None and spot.gone and back and (room := partnerships.room(session, place)):
        rooms.find(session, visit.now, room, place.platform)
    return spot


def _which(session: Session, visit: Visit, spot: Spot | None) -> tuple[int, Key | None]:
    """The partnership, and the side whose own room this is (None: a shared room, or no room at all)."""
    here = spot.homes if spot else ()
    sides = {each.id: each.side for each in here}
    if visit.subject:
        if len(visit.subject.partition(":")[2]) > subjects.FIGURES_AT_MOST:
            raise nothing_here(visit)
        owner = subjects.partnership_of(session, visit.subject)
        if owner is None:
            raise nothing_here(visit)
        return owner, sides.get(owner)
    if visit.arrival.place.kind is PlaceKind.CHANNEL:
        choices: Sequence[Partnership | Home] = here
    else:
        choices = [partnership for partnership, _ in people.memberships(session, visit.account.person_id)]
    meant = choose(visit, choices, "Which partnership is it about?").id
    return meant, sides.get(meant)


N = TypeVar("N", bound=Partnership | Home)


def choose(visit: Visit, choices: Sequence[N], question: str) -> N:
    """The one partnership that there is, or that was chosen; raises `Ask` where it is open, `Sorry` where there is none."""
    if not choices:
        raise nothing_here(visit)
    if len(choices) == 1:
        return choices[0]
    wanted = visit.answers.get("partnership")
    for each in choices:
        if str(each.id) == wanted:
            return each
    raise Ask("partnership", line(question), [(each.name, str(each.id)) for each in choices])


def _side(visit: Visit, found: Scene) -> Key:
    """The visitor's side in a shared room: by their home organisation where that tells, else by asking them once."""
    if len(found.sides) == 1:
        return next(iter(found.sides))
    home = _home(visit, found)
    if home is not None:
        return home
    said = visit.answers.get("side")
    if said not in {key.value for key in Key}:
        raise Ask(
            "side",
            line("Which side of ", Strong(found.partnership.name), " are you with?"),
            [(side.organisation, key.value) for key, side in sorted(found.sides.items())],
            more=line("You are asked once. ", Text("What you typed goes through after your answer.")),
        )
    return Key(said)


def _home(visit: Visit, found: Scene) -> Key | None:
    homes = {
        key: (side.home_platform, side.home_tenant) for key, side in found.sides.items() if side.home_tenant is not None
    }
    if len(set(homes.values())) < len(Key):
        return None
    return next((key for key, home in homes.items() if home == (visit.account.platform, visit.account.tenant)), None)


def _said_only(visit: Visit, found: Scene) -> bool:
    """Whether the side rests on the visitor's word alone, so that its shepherd must confirm it."""
    return found.shared and _home(visit, found) is None
