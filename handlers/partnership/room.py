"""`/partnership room move`: let one's side live in another channel."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from bot.actions import partnerships, rooms
from bot.cards import partnership as cards
from bot.inbound import PlaceKind
from bot.messages import Reply
from bot.rules.authority import Right
from bot.words import Code, Status, Strong, Text, line
from handlers import Ask, Sorry, Visit, command
from handlers.entry import choose
from handlers.partnership.create import present
from handlers.rights import allow
from storage import partnerships as store
from storage import people, scenes

AGAIN = "/partnership room move"


@command("partnership room move", about="Move your side’s room into this channel.", examples=("",), partnership=False)
def move(visit: Visit, session: Session) -> Reply:
    """Move the visitor's side into this channel."""
    place = visit.arrival.place
    if place.kind is not PlaceKind.CHANNEL:
        raise Sorry("Go to the channel where your side should live and type it there: ", Code(AGAIN))
    mine = [row for row, _ in people.memberships(session, visit.account.person_id)]
    open_ones = [row for row in mine if row.status is not Status.CLOSED]
    found = scenes.scene(session, choose(visit, open_ones, "Which partnership is to move here?").id)
    visit = replace(visit, found=found, standing=found.by_person(visit.account.person_id))
    side = visit.actor.side
    allow(visit, Right.MOVE_ROOM, about=side)
    present(visit, "type it again: ", Code(AGAIN))
    here = store.room(session, place)
    tied = {room.id: key for room, key in found.rooms}
    if here is not None and here.id in tied and tied[here.id] in (side, None):
        raise Sorry("This channel is your side’s room already.")
    if here is not None and tied.get(here.id) is side.other:
        _ask_whether_shared(visit)
    call = rooms.move(session, visit.call, place)
    return cards.moved(partnerships.shown(call.scene), visit.actor.organisation, call.scene.shared)


def _ask_whether_shared(visit: Visit) -> None:
    answer = visit.answers.get("shared")
    if answer is None:
        other = visit.scene.organisation(visit.actor.side.other)
        raise Ask(
            "shared",
            line(
                "This is the room of ",
                Text(other),
                " in ",
                Strong(visit.scene.partnership.name),
                ". Share it from now on?",
            ),
            [("Share it", "yes"), ("Not now", "no")],
            more=line("Everybody in it then sees every card of the partnership, and it is posted once."),
        )
    if answer != "yes":
        raise Sorry("Nothing was moved.")
