"""What an invoke is answered with. One rule: nothing that somebody typed is lost with an answer that has no room for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from bot.inbound import Heard, Inbound, Pressed, Submitted, Typed
from bot.messages import Block, Bullets, Errors, Form, Inset, Message, Nothing, Paragraph, Quote, Reply, Shown, Tone
from bot.platforms.teams.draw import draw, fallback
from bot.platforms.teams.filled import refilled
from bot.platforms.teams.form import dialog, draw_form
from bot.platforms.teams.sheet import CARD, EXECUTE, FETCH, LONGEST, Drawn, cut
from bot.rules.grammar import text_of
from bot.wire import Table, table
from bot.words import Text, line

WORDS = "application/vnd.microsoft.activity.message"
BUSY = "I have too much to do at this moment and could not take this."
AT_A_BUTTON = 200  # letters that are shown where somebody pressed; the rest is in the answer itself
TITLE = "Bellwether"  # of a dialog that shows a message


def on_card(value: Inbound, reply: Reply) -> Drawn:
    """The answer to a press on a card: what the card is from now on, or words."""
    tenant = value.place.tenant
    match value, reply:
        case Submitted(), Errors(fields=fields):
            again = once_more(value, reply)
            return (
                _card(draw(again, tenant, errors=fields))
                if again
                else _words(_all_of_it(fields.values(), _typed(value)))
            )
        case _, Errors(fields=fields):
            return _words(" ".join(fields.values()))
        case Submitted(), _:
            return _card(draw(Message(line("Sent."), tone=Tone.GREY), tenant))  # in place of the fields: not sent twice
        case _, Shown(card=message):
            return _card(draw(message, tenant))
        case _, Message():
            return _words(fallback(reply))
        case _, Nothing(told=words):
            return _words(cut(words, AT_A_BUTTON) or "Done.")
        case _:
            return _words("Done.")


def in_dialog(name: str, value: Inbound, reply: Reply) -> Drawn:
    """The answer that opens a dialog, shows something else in it, or closes it."""
    tenant = value.place.tenant
    match reply:
        case Errors(fields=fields, form=Form() as form) if isinstance(value, Submitted):
            return dialog(form.title, draw_form(refilled(form, value.values), tenant, errors=fields))
        case Errors(fields=fields):
            return dialog(TITLE, draw(not_sent(value, reply), tenant, dialog=True))
        case Form():
            return dialog(reply.title, draw_form(reply, tenant))
        case (Message() as message) | Shown(card=message):
            return dialog(TITLE, draw(message, tenant, dialog=True))
        case Nothing():
            return _said("Done.") if name == FETCH else {}
        case _:
            assert_never(reply)


def in_words(name: str, words: str, activity: Table) -> Drawn:
    """Words in answer to an invoke that was not answered otherwise; for a form with all that was typed into it."""
    data = (activity, "value", "action", "data") if name == EXECUTE else (activity, "value", "data")
    typed = list(_letters(table(*data)))
    if not typed:
        return done(name, words)
    if name == EXECUTE:
        return _words(_all_of_it([words], typed))
    return dialog(TITLE, draw(_not_sent([words], typed), dialog=True))


def done(name: str, words: str) -> Drawn:
    """Words alone, in answer to an invoke of that name."""
    return _words(words) if name == EXECUTE else _said(words)


def once_more(value: Inbound, errors: Errors) -> Message | None:
    """The form that has something wrong in it, to be drawn with its errors; None where it is not kept, or has no room for all that was
    typed."""
    if not isinstance(value, Submitted) or errors.form is None:
        return None
    shown = Inset(refilled(errors.form, value.values))
    again = Message(line("Something in the form needs another look."), (shown,), tone=Tone.AMBER)
    return again if _sends(draw(again, value.place.tenant, errors=errors.fields)) else None


def too_busy(value: Inbound) -> Message | None:
    """What somebody said who was turned away, to send again; None for what nobody said."""
    match value:
        case Typed(command=command, words=words):
            said = f"{command} {text_of(words)}".strip()
        case Heard(words=words):
            said = text_of(words)
        case Submitted():
            return not_sent(value, Errors({"": BUSY}))
        case Pressed():
            return Message(line(BUSY), (Paragraph(line("Please press it again in a minute.")),), Tone.AMBER)
        case _:
            return None
    again = Paragraph(line("If it was not answered before, send it again in a minute. What you wrote:"))
    pieces = (said[start : start + LONGEST] for start in range(0, len(said), LONGEST))
    return Message(line(BUSY), (again, *(Quote(Text(each)) for each in pieces)), Tone.AMBER)


def not_sent(value: Inbound, errors: Errors) -> Message:
    """What is wrong with a form that cannot be shown again, and everything typed into it."""
    return _not_sent(errors.fields.values(), _typed(value))


def _sends(drawn: object) -> bool:
    """Whether the fields of a form and their button are there."""
    if isinstance(drawn, dict):
        return drawn.get("verb") == "form.submit" or _sends(list(drawn.values()))
    return isinstance(drawn, list) and any(_sends(each) for each in drawn)


def _typed(value: Inbound) -> list[str]:
    given = value.values.values() if isinstance(value, Submitted) else ()
    return [each for each in given if isinstance(each, str) and each.strip()]


def _letters(data: Table) -> Iterator[str]:
    """What was typed into the fields of a form that was sent but not read."""
    return (said for id, said in data.items() if id.startswith("text.") and isinstance(said, str) and said.strip())


def _not_sent(why: Iterable[str], typed: list[str]) -> Message:
    body: list[Block] = [Bullets(tuple(line(each) for each in why))]
    if typed:
        body += [Paragraph(line("What you wrote, to copy:")), *(Quote(Text(each)) for each in typed)]
    return Message(line("The form was not sent."), tuple(body), Tone.AMBER)


def _all_of_it(why: Iterable[str], typed: list[str]) -> str:
    said = ["The form was not sent.", *why, *(["What you wrote, to copy:", *typed] if typed else [])]
    return cut("\n\n".join(said), 2 * LONGEST)


def _card(card: Drawn) -> Drawn:
    return {"statusCode": 200, "type": CARD, "value": card}


def _words(words: str) -> Drawn:
    return {"statusCode": 200, "type": WORDS, "value": words}


def _said(words: str) -> Drawn:
    return {"task": {"type": "message", "value": words}}
