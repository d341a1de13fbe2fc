"""What was claimed is drawn as it is now, made ready for its platform, and handed over once.

One rule: drawing only reads, and what cannot be drawn spoils nothing for what is drawn beside it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bot import logs
from bot.messages import Message
from bot.pack import unpack
from bot.port import Later, Never, Parcel, Platform, Sent, Way
from bot.words import Line
from scheduler.outcomes import Dropped, Outcome, Unsent
from storage import passing
from storage.claims import Claimed

log = logging.getLogger(__name__)

Draw = Callable[[Session, Claimed], Message | None]
Reveal = Callable[[Session, Message], Message]


@dataclass(slots=True)
class Parcels:
    """Makes the parcels for these platforms, by name; `draw` and `reveal` only read."""

    platforms: Mapping[str, Platform]
    draw: Draw
    reveal: Reveal

    def drawn(self, session: Session, claimed: Sequence[Claimed]) -> list[Parcel | Outcome]:
        """Make the parcel of each claimed row, or tell what becomes of it unsent."""
        return [self._prepare(session, each) for each in claimed]

    def _prepare(self, session: Session, claimed: Claimed) -> Parcel | Outcome:
        if claimed.orphaned == "parked":
            return Never("the card it belongs under was not delivered")
        if claimed.orphaned == "dropped":
            return Dropped("the card it belongs under was not wanted any more")
        if claimed.platform not in self.platforms:
            return Unsent(claimed, f"{claimed.platform} is not connected", after=60.0, counts=True)
        # Where nothing can be looked for, everything is rather said twice than lost.
        if claimed.unsure and claimed.way is Way.PRIVATE and self.platforms[claimed.platform].can.finds:
            return Dropped("it may have arrived, and is never shown twice")
        logs.token.set(claimed.trace)
        try:
            content = self._content(session, claimed)
            answers = self._answers(session, claimed)
        except Exception as fault:
            if passing(fault):
                raise
            if isinstance(fault, DBAPIError):
                session.rollback()  # what stumbled over a statement must not spoil the looks of the others
            log.exception("%s could not be drawn", claimed.subject)
            return Unsent(claimed, f"it could not be drawn: {fault!r}", counts=True)
        if content is None:
            return Dropped("there is nothing to say any more")
        return Parcel(
            way=claimed.way,
            platform=claimed.platform,
            tenant=claimed.tenant,
            content=content,
            token=claimed.token,
            channel=claimed.channel,
            account=claimed.account,
            thread=claimed.thread,
            message=claimed.post,
            answers=answers,
        )

    def _content(self, session: Session, claimed: Claimed) -> Message | None:
        said = self.draw(session, claimed) if claimed.message is None else unpack(claimed.message, Message)
        return None if said is None else self.reveal(session, said)

    def _answers(self, session: Session, claimed: Claimed) -> Line:
        """What the card says first in whose thread this goes, where the platform has to quote it."""
        if not (claimed.under and self.platforms[claimed.platform].can.quotes):
            return ()
        card = self.draw(session, replace(claimed, slot=claimed.under, under=""))
        return card.title if card else ()


async def deliver(platform: Platform, parcel: Parcel, *, look: bool) -> Sent:
    """Hand it to its platform; with `look`, only if it has not arrived before. Raises `Later` and `Never`."""
    if look and platform.can.finds and parcel.way in (Way.POST, Way.DIRECT):
        try:
            found = await platform.find(parcel)
        except Later as told:  # not known yet: it still may have arrived
            raise Later(str(told), after=told.after, unsure=True, whole=told.whole) from told
        if found is not None:
            return found
    return await platform.deliver(parcel)
