"""Beginning a partnership and joining one, as the two who do it see it.

One rule: before somebody has joined, they see who invites them and to what, nothing more; a code stands only in the answer to the one who made it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.cards import several
from bot.cards.partnership import Shown, names
from bot.messages import Block, Button, Fact, Facts, Form, Message, Paragraph, Style, SwitchField, TextField, Tone
from bot.words import Code, Key, Person, Secret, Status, Strong, Text, When, city, line

NAME_AT_MOST = 80
PURPOSE_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class Draft:
    """What is in the form, as typed."""

    name: str = ""
    other: str = ""
    own: str = ""
    purpose: str = ""
    strategic: bool = False


def founding_form(draft: Draft, subject: str = "") -> Form:
    """The form for a new partnership, or (with its subject) for changing one."""
    return Form(
        "partnership.create",
        "Change the partnership" if subject else "Begin a partnership",
        (
            TextField("name", "Name", draft.name, most=NAME_AT_MOST, example="Pilot line"),
            TextField("other", "The other organisation", draft.other, most=NAME_AT_MOST, example="Acme"),
            TextField("own", "Your own organisation", draft.own, most=NAME_AT_MOST, example="Northwind"),
            TextField("purpose", "What is it for?", draft.purpose, lines=True, required=False, most=PURPOSE_AT_MOST,
                      example="Bring the new line into series production together."),
            SwitchField("strategic", "Strategic", draft.strategic, hint="Of weight for both organisations as a whole."),
        ),
        submit="Save" if subject else "Create",
        context=subject,
    )  # fmt: skip


def _how_to_join(invite_id: int, expires_at: datetime, other: str) -> tuple[Block, ...]:
    return (
        Facts((Fact("Invite code", (Secret(f"invite:{invite_id}"),)), Fact("Valid until", (When(expires_at),)))),
        Paragraph(
            line("Send the code to somebody at ", Text(other), ". In their own channel, workspace or platform they type ",
                 Code("/partnership join"), " and the code. If both of you use this channel, they type it here with ",
                 Code("here"), " behind it. It works once.")
        ),
    )  # fmt: skip


def founded(shown: Shown, invite_id: int, expires_at: datetime, named: bool, zone_known: bool) -> Message:
    """Tell the founder what was understood and how the other side comes in."""
    own, other = shown.sides
    facts = [
        Fact("Your side", line(Text(own.organisation), f", {city(own.zone)}, {own.days} {own.hours}")),
        Fact("The other side", (Text(other.organisation),)),
        Fact("Shepherd", line(*several(own.shepherds))),
    ]
    if shown.purpose:
        facts.append(Fact("What it is for", (Text(shown.purpose),)))
    if shown.strategic:
        facts.append(Fact("Strategic", ("yes",)))
    body: list[Block] = [Facts(tuple(facts))]
    if not named:
        body.append(
            Paragraph(line("Your side has no name yet. Give it one with Change, or with ",
                           Code("/partnership side name <organisation>"), "."))
        )  # fmt: skip
    if not zone_known:
        body.append(_assumed(own.zone))
    return Message(
        line(
            Strong(shown.name), " with ", Text(other.organisation), " is created, and this channel is your side’s room."
        ),
        (*body, *_how_to_join(invite_id, expires_at, other.organisation)),
        buttons=(
            Button("Change", "partnership.change", shown.subject, opens=True),
            Button(
                "Undo", "partnership.undo", shown.subject, confirm="Take this partnership back? The code stops working."
            ),
        ),
        lasting=True,
        footer=line("Only you see this. Nobody else was told yet."),
    )


def _assumed(zone: str) -> Paragraph:
    works = zone if zone == "UTC" else f"{city(zone)} time"
    return Paragraph(
        line(f"I do not know your time zone yet, so your side works on {works}. Set it with ",
             Code("/partnership side zone <city>"), ".")
    )  # fmt: skip


def revised(shown: Shown) -> Message:
    return Message(
        line(Strong(shown.name), ", ", *names(shown), ", is changed."),
        (Paragraph(line("The invite code stays the same.")),) if shown.status is Status.FORMING else (),
        buttons=(Button("Change", "partnership.change", shown.subject, opens=True),),
    )


def invited(shown: Shown, invite_id: int, expires_at: datetime, other: str) -> Message:
    return Message(
        line("Here is a new invite code for ", Strong(shown.name), "; every earlier one is void."),
        _how_to_join(invite_id, expires_at, other),
        footer=line("Only you see this."),
        lasting=True,
    )


# Joining -------------------------------------------------------------------------------------------------------------


def offer(shown: Shown, inviting: Key, inviter: Person | None, key: str, same_room: bool) -> Message:
    """Show who invites to what and ask before anything is tied together."""
    host, guest = shown.side(inviting), shown.side(inviting.other)
    facts = [Fact("Invited by", line(inviter or Text(host.organisation)))]
    if shown.purpose:
        facts.append(Fact("What it is for", (Text(shown.purpose),)))
    then = (
        f"This channel is already {host.organisation}’s room. If you join here, both sides share it, and everybody in it sees every card."
        if same_room
        else f"This channel becomes the room of {guest.organisation}, and you its shepherd."
    )
    return Message(
        line(Text(host.organisation), " invites ", Text(guest.organisation), " to ", Strong(shown.name), ". Join?"),
        (Facts(tuple(facts)), Paragraph(line(Text(then)))),
        buttons=(
            Button("Share this channel" if same_room else f"Join as {guest.organisation}", "partnership.join", f"invite|{key}", Style.PRIMARY),
            Button("Not now", "partnership.later", f"invite|{key}"),
        ),
    )  # fmt: skip


def joined(shown: Shown, side: Key, zone_known: bool) -> Message:
    """Tell the one who joined what they are now and what comes first."""
    own = shown.side(side)
    where = "Both sides share this channel." if shown.shared else "This channel is your side’s room."
    return Message(
        line("You joined ", Strong(shown.name), " for ", Text(own.organisation), " and are its shepherd."),
        (
            Paragraph(line(where, " Both sides were told in their rooms." if not shown.shared else " It was told here.")),
            *(() if zone_known else (_assumed(own.zone),)),
            Paragraph(line(f"Your side works {own.days}, {own.hours}, {city(own.zone)} time. If that is not right: ",
                           Code("/partnership side"), ". Then bring your people in: ", Code("/partnership members add"), ".")),
        ),
        tone=Tone.GREEN,
        buttons=(
            Button("Set my side", "side.open", shown.subject, opens=True),
            Button("Members", "partnership.members", shown.subject),
        ),
    )  # fmt: skip


def no_way_in(reason: str) -> Message:
    """Say why a code does not open anything, naming no partnership."""
    return Message(line(reason), tone=Tone.AMBER)
