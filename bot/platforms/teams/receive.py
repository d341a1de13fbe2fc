"""What was let in is read, answered, and for an invoke the answer is drawn. One rule: nothing is acknowledged before it is saved."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import assert_never

from aiohttp import web

from bot import logs
from bot.inbound import Inbound, Submitted
from bot.messages import Block, Bullets, Errors, Form, Inset, Message, Nothing, Paragraph, Quote, Reply, Shown, Tone
from bot.platforms.teams.adapter import Adapter, Untaken
from bot.platforms.teams.auth import Claims, Doorkeeper
from bot.platforms.teams.directory import Directory
from bot.platforms.teams.draw import draw, fallback
from bot.platforms.teams.form import dialog, draw_form, refilled
from bot.platforms.teams.lines import Drawn
from bot.platforms.teams.people import People
from bot.platforms.teams.read import read
from bot.port import Answer
from bot.wire import Malformed, Table, maybe, table
from bot.words import Text, line

log = logging.getLogger(__name__)

CARD = "application/vnd.microsoft.card.adaptive"
WORDS = "application/vnd.microsoft.activity.message"
EXECUTE, DIALOGS = "adaptiveCard/action", ("task/fetch", "task/submit")
TITLE = "Bellwether"  # of a dialog that shows a message
CLOSING = 5  # seconds that what is in hand has when the bot stops


class Receiver:
    """All activities of Teams take this way."""

    def __init__(self, door: Doorkeeper, people: People, directory: Directory) -> None:
        self._adapter = Adapter(door)
        self._people, self._directory = people, directory
        self._answer: Answer | None = None
        self._in_hand: set[asyncio.Future[None]] = set()

    def open(self, answer: Answer) -> None:
        """Begin to answer."""
        self._answer = answer

    async def close(self) -> None:
        """Take nothing more, and finish what is in hand (five seconds at most)."""
        self._answer = None
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=CLOSING)

    async def post(self, request: web.Request) -> web.Response:
        """Take one HTTP request from Teams."""
        return await self._adapter.process(request, self)

    async def take(self, activity: Table, claims: Claims) -> Drawn | None:
        """Have an activity answered; gives what an invoke is answered with, None for others and for an invoke that we do not know."""
        if self._answer is None:
            raise Untaken(503, "not receiving")
        in_hand = asyncio.get_running_loop().create_future()
        self._in_hand.add(in_hand)
        try:
            return await self._answered(activity, claims, self._answer)
        finally:
            self._in_hand.discard(in_hand)
            in_hand.set_result(None)

    async def _answered(self, activity: Table, claims: Claims, answer: Answer) -> Drawn | None:
        name = maybe(activity, "name") if activity["type"] == "invoke" else ""
        try:
            values = await read(activity, claims.app, self._people)
            await self._directory.learn(activity, claims.app)
            for value in values:
                reply = await answer(value)
                if name == EXECUTE:
                    return _on_card(value, reply)
                if name in DIALOGS:
                    return _in_dialog(name, activity, value, reply)
        except Malformed:
            raise
        except Exception as error:
            return _sorry(name, activity, error)
        return None


def _on_card(value: Inbound, reply: Reply) -> Drawn:
    """The answer to a press on a card: what the card is from now on, or words."""
    tenant = value.place.tenant
    match value, reply:
        case Submitted(values=values), Errors(fields=fields, form=Form() as form):
            again = Message(
                line("Something in the form needs another look."), (Inset(refilled(form, values)),), tone=Tone.AMBER
            )
            return _card(draw(again, tenant, errors=fields))
        case _, Errors(fields=fields):
            return _words(" ".join(fields.values()))
        case Submitted(), _:
            return _card(draw(Message(line("Sent."), tone=Tone.GREY), tenant))  # in place of the fields: not sent twice
        case _, Shown(card=card):
            return _card(draw(card, tenant))
        case _, Message():
            return _words(fallback(reply))
        case _:
            return _words("Done.")


def _in_dialog(name: str, activity: Table, value: Inbound, reply: Reply) -> Drawn:
    """The answer that opens a dialog, shows something else in it, or closes it."""
    tenant = value.place.tenant
    match reply:
        case Errors(fields=fields, form=Form() as form) if isinstance(value, Submitted):
            return dialog(form.title, draw_form(refilled(form, value.values), tenant, errors=fields))
        case Errors(fields=fields):
            return dialog(TITLE, draw(_not_taken(activity, fields.values()), tenant, dialog=True))
        case Form():
            return dialog(reply.title, draw_form(reply, tenant))
        case (Message() as message) | Shown(card=message):
            return dialog(TITLE, draw(message, tenant, dialog=True))
        case Nothing():
            return {"task": {"type": "message", "value": "Done."}} if name == "task/fetch" else {}
        case _:
            assert_never(reply)


def _not_taken(activity: Table, why: Iterable[str]) -> Message:
    """What is wrong with a form that cannot be shown again, and everything typed into it, so that nothing is lost."""
    data = table(activity, "value", "data")
    typed = [said for id, said in data.items() if id.startswith("text.") and isinstance(said, str) and said.strip()]
    body: list[Block] = [Bullets(tuple(line(each) for each in why))]
    if typed:
        body += [Paragraph(line("What you wrote, to copy:")), *(Quote(Text(each)) for each in typed)]
    return Message(line("The form was not sent."), tuple(body), Tone.AMBER)


def _card(card: Drawn) -> Drawn:
    return {"statusCode": 200, "type": CARD, "value": card}


def _words(words: str) -> Drawn:
    return {"statusCode": 200, "type": WORDS, "value": words}


def _sorry(name: str, activity: Table, error: Exception) -> Drawn | None:
    """What a person sees of an unexpected failure; anything but an invoke gets a 500, so that Teams brings it again."""
    token = logs.spoken()
    log.error("a request failed (%s)", token, exc_info=error)
    words = f"Something went wrong and nothing was saved. Please try again; if it happens again, tell your operator: {token}"
    if name == EXECUTE:
        return _words(words)
    if name == "task/submit":
        return dialog(TITLE, draw(_not_taken(activity, [words]), dialog=True))
    if name == "task/fetch":
        return {"task": {"type": "message", "value": words}}
    raise Untaken(500, "failed") from error
