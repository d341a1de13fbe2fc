"""What a person reads who brings several accounts of theirs together.

One rule: before anything is joined, both accounts are named with their product and organisation; a code stands only in the answer
to the one who asked for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cards import several
from bot.cards.member import ROLE
from bot.messages import Button, Fact, Facts, Message, Paragraph, Style, Tone
from bot.words import Code, Inline, Line, Role, Secret, Shape, Strong, Text, When, line


@dataclass(frozen=True, slots=True)
class Held:
    """An account: what it is called, in which product, and for which organisations its person stands."""

    name: str
    platform: str
    organisations: tuple[str, ...] = ()

    @property
    def product(self) -> str:
        return self.platform.capitalize()

    def named(self) -> Line:
        return line(Strong(self.name or "an account without a name"), f" in {self.product}")

    def in_full(self) -> Line:
        stands: tuple[Inline, ...] = (*several([Text(each) for each in self.organisations]),)
        return line(*self.named(), *((", with ", *stands) if stands else (", in no partnership yet",)))


def code(link_id: int, expires_at: datetime) -> Message:
    """Show the code, and what to do with it."""
    return Message(
        line("Here is the code that joins another account of yours with this one."),
        (
            Facts(
                (
                    Fact("Code", (Secret(f"link:{link_id}"),)),
                    Fact("Valid until", (When(expires_at, Shape.TIME),)),
                )
            ),
            Paragraph(
                line("In the other product or workspace, write it to me directly: ", Code("/partnership mine link"),
                     " and the code. You see there which account it is, and are asked before anything is joined.")
            ),
            Paragraph(line("It works once, and every earlier one is void. Keep it to yourself: an account that is joined "
                           "with yours can see and do all that you can.")),
        ),
        footer=line("Only you see this."),
    )  # fmt: skip


def no_use(reason: str) -> Message:
    """Say why a code joins nothing."""
    return Message(line(reason), tone=Tone.AMBER)


def unknown() -> Message:
    return Message(
        line("I know no such code. It looks like ", Code("ABCD-EFGH-IJKL-MNOP"), ". Get one with ",
             Code("/partnership mine link"), " in your other account, and type it here as it stands."),
        tone=Tone.AMBER,
    )  # fmt: skip


def offer(that: Held, this: Held, become_one: Sequence[tuple[str, Role]], key: str) -> Message:
    """Show whose accounts they are, and ask."""
    once = tuple(
        Paragraph(line("In ", Strong(name), " you stand once from then on, as ", ROLE[role], "."))
        for name, role in become_one
    )
    return Message(
        line("Are both of these you?"),
        (
            Facts((Fact("That account", that.in_full()), Fact("This account", this.in_full()))),
            Paragraph(line("Joined, they are one person here: each can see and do what the other can.")),
            *once,
        ),
        buttons=(
            Button("These are both mine", "link.confirm", f"link|{key}", Style.PRIMARY),
            Button("Not me", "link.refuse", f"link|{key}"),
        ),
    )


def joined(that: Held, written_to: str, here: bool) -> Message:
    """Tell the account that was just joined what it is now."""
    where = line("I write to you directly here.") if here else line(
        "I write to you directly in ", written_to, "; if you would rather have it here, type ", Code("/partnership mine here"), ".",
    )  # fmt: skip
    return Message(
        line("This account and ", *that.named(), " are one person now."),
        (
            Paragraph(where),
            Paragraph(line("To take an account off again, type ", Code("/partnership mine unlink"), " in it.")),
        ),
        tone=Tone.GREEN,
    )


def was_joined(that: Held, account_id: int) -> Message:
    """Tell the account whose code it was."""
    return Message(
        line("Another account of yours is joined with this one: ", *that.named(), "."),
        (
            Paragraph(
                line("It was done with the code that you asked for here. That account can see and do what you can; what is "
                     "written to you comes to one of the two, and ", Code("/partnership mine here"), " chooses which.")
            ),
            Paragraph(line("Is it not yours? Take it off at once. You keep everything that you are in.")),
        ),
        tone=Tone.GREEN,
        buttons=(
            Button(
                "Take it off", "link.off", f"account:{account_id}", Style.DANGER,
                confirm="Take that account off? It is a person of its own then, in no partnership.",
            ),
        ),
    )  # fmt: skip


def parted(that: Held, stays: Held, here: bool) -> Message:
    """Tell who took an account off what each of the two is now."""
    own = line("This account") if here else that.named()
    return Message(
        line(*own, " is a person of its own now, in no partnership."),
        (Paragraph(line("What you were in stays with ", *stays.named(), ", with your name on it.")),),
        tone=Tone.GREY,
    )


def was_parted(that: Held, *, told_itself: bool) -> Message:
    """Tell the other account that it happened."""
    if told_itself:
        return Message(
            line("This account was taken off the person that it was joined with."),
            (Paragraph(line("It is in no partnership now. If that was not meant, join it again: ",
                            Code("/partnership mine link"))),),
            tone=Tone.GREY,
        )  # fmt: skip
    return Message(
        line(*that.named(), " is not joined with this account any more."),
        (Paragraph(line("You keep everything that you are in, and what I write to you comes here.")),),
        tone=Tone.GREY,
    )


def comes_here(platform: str) -> Message:
    """Say that direct messages come to this account."""
    return Message(line("From now on I write to you directly here, in ", platform.capitalize(), "."))
