"""What people hear of what was not taken. One rule: nothing that they typed is lost with it."""

from __future__ import annotations

from contextlib import suppress

from slack_bolt.response import BoltResponse

from bot.messages import Errors, Message, Paragraph, Tone
from bot.platforms.slack.form import draw_errors
from bot.platforms.slack.lines import cut, escape
from bot.platforms.slack.read import split
from bot.wire import Malformed, Table, maybe, table
from bot.words import line

BUSY = "I have too much to do at this moment and could not take this."
FAILED = "Something went wrong and nothing was saved. Please try again; if it happens again, tell your operator:"
PRESSED = Message(line(BUSY), (Paragraph(line("Please press it again in a minute.")),), tone=Tone.AMBER)

LONGEST = 39_000  # letters of a message; Slack cuts at 40,000


def given_back(body: Table, why: str) -> BoltResponse | None:
    """A command with the words to send again, a form with all that stands in it; None for what Slack shows no answer to."""
    if "command" in body:
        again = f"{why} What you typed, to send again:\n{_typed(body)}"
        return BoltResponse(
            status=200, body={"response_type": "ephemeral", "mrkdwn": False, "text": cut(escape(again), LONGEST)}
        )
    if body.get("type") == "view_submission":
        with suppress(Malformed):
            shown = draw_errors(Errors({"": why}), table(body, "view"))
            return BoltResponse(status=200, body=shown) if shown else None
    return None


def _typed(body: Table) -> str:
    """The command as it stood in the message box; people who were picked by their names."""
    try:
        words = "".join(
            each if isinstance(each, str) else f"@{each.name or each.user}" for each in split(maybe(body, "text"))
        )
        return f"{maybe(body, 'command')} {words}".strip()
    except Malformed:
        return ""
