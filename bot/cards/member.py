"""What is said when somebody comes into a partnership, changes in it or goes.

One rule: whoever is written about is written to.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import several
from bot.messages import (
    Block,
    Button,
    ChoiceField,
    Control,
    Form,
    Message,
    Option,
    Paragraph,
    Style,
    SwitchField,
    TextField,
    Tone,
)
from bot.rules.terms import Terms
from bot.words import Code, Dimension, Line, Person, Role, Strong, Text, line

ROLE = {
    Role.MEMBER: "a member",
    Role.SHEPHERD: "the shepherd",
    Role.BACKUP: "the backup of the shepherd",
    Role.LEADER: "a leader",
    Role.OBSERVER: "an observer",
}
STANDS = {
    Dimension.UP: "up",
    Dimension.DOWN: "down",
    Dimension.LEFT: "left (another function)",
    Dimension.RIGHT: "right (another function)",
    Dimension.FRONT: "in front (a customer)",
    Dimension.BEHIND: "behind (a supplier)",
}


def came_in(who: Person, member_id: int, partnership: str, organisation: str, confirmed: bool) -> Message:
    """Tell a shepherd that somebody came in by themselves."""
    subject = f"member:{member_id}"
    undo = Button("Undo", "member.undo", subject)
    place = line(Text(organisation), " in ", Strong(partnership))
    if confirmed:
        return Message(
            line(who, " joined ", *place, "."),
            (Paragraph(line("They used a command in your room. There is nothing to do if that is right.")),),
            buttons=(undo,),
        )
    return Message(
        line(who, " says they are with ", *place, ". Is that right?"),
        (Paragraph(line("Until you confirm it, nothing that is for your side’s eyes only is shown to them.")),),
        tone=Tone.AMBER,
        buttons=(Button("Confirm", "member.confirm", subject, Style.PRIMARY), undo),
    )


def welcome(
    partnership: str, purpose: str, organisation: str, other: str, role: Role, by: Person, shepherds: Sequence[Person]
) -> Message:
    """Welcome somebody who was added by another."""
    body: list[Block] = []
    if purpose:
        body.append(Paragraph(line("What it is for: ", Text(purpose))))
    if shepherds:
        body.append(Paragraph(line("Who looks after it: ", *several(shepherds), ".")))
    body.append(
        Paragraph(line("Raise a concern with ", Code("/escalate"), ", celebrate somebody with ", Code("/celebrate"),
                       ", and set your working hours with ", Code("/partnership mine"), "."))
    )  # fmt: skip
    return Message(
        line("Welcome to ", Strong(partnership), ": ", by, " added you to ", Text(organisation), " as ", ROLE[role],
             ", beside ", Text(other), "."),
        tuple(body),
    )  # fmt: skip


def added(
    people: Sequence[Person],
    untold: Sequence[Person],
    member_ids: Sequence[int],
    partnership_id: int,
    organisation: str,
    terms: Line,
    memento: str,
) -> Message:
    """Tell who added them that they are in and whether they were told."""
    told = [each for each in people if each not in untold]
    body: list[Block] = []
    if told:
        body.append(Paragraph(line(*several(told), " heard of it from me directly.")))
    if untold:
        body.append(Paragraph(line(*several(untold), " cannot be messaged directly: please tell them yourself.")))
    change: tuple[Control, ...] = (
        (Button("Change", "member.edit", f"member:{member_ids[0]}", opens=True),) if len(member_ids) == 1 else ()
    )
    return Message(
        line(
            *several(people),
            " is" if len(people) == 1 else " are",
            " with ",
            Text(organisation),
            " now",
            *((", ", *terms) if terms else ()),
            ".",
        ),
        tuple(body),
        buttons=(*change, Button("Undo", "member.restore", f"partnership:{partnership_id}|{memento}")),
    )


def changed(
    who: Person, member_id: int, partnership_id: int, terms: Line, demoted: Sequence[Person], memento: str
) -> Message:
    """Tell who changed it how somebody stands now."""
    body = (Paragraph(line(*several(demoted), " was that before, is a member now, and was told.")),) if demoted else ()
    return Message(
        line(who, " is now ", *terms, "."),
        body,
        buttons=(
            Button("Change", "member.edit", f"member:{member_id}", opens=True),
            Button("Undo", "member.restore", f"partnership:{partnership_id}|{memento}"),
        ),
    )


def removed(
    who: Person, told: bool, partnership_id: int, organisation: str, handed: int, to: Sequence[Person], memento: str
) -> Message:
    """Tell who removed somebody what became of their open items."""
    body: list[Block] = [
        Paragraph(line("They were told." if told else "They cannot be messaged directly: please tell them yourself."))
    ]
    if handed:
        body.append(Paragraph(_handed(handed, to)))
    return Message(
        line(who, " is no longer with ", Text(organisation), " here."),
        tuple(body),
        buttons=(Button("Undo", "member.restore", f"partnership:{partnership_id}|{memento}"),),
    )


def _handed(count: int, to: Sequence[Person]) -> Line:
    items = "Their open escalation is" if count == 1 else f"Their {count} open escalations are"
    return line(items, " with ", *several(to), " now.") if to else line(items, " kept, with nobody to hold it yet.")


def role_told(partnership: str, organisation: str, role: Role, by: Person | None) -> Message:
    """Tell somebody that their role is another one now."""
    why = line(" (", by, " changed it)") if by else ()
    more = {
        Role.SHEPHERD: "You look after the relationship: concerns of the first level come to you, and you manage your "
        "side’s people and settings.",
        Role.BACKUP: "You stand in when your side’s shepherd is away, with the same rights.",
        Role.LEADER: "Concerns of the second level come to you.",
        Role.OBSERVER: "You see what is posted; acting is for the members.",
        Role.MEMBER: "You can escalate and celebrate as before.",
    }[role]
    return Message(
        line("You are ", ROLE[role], " of ", Text(organisation), " in ", Strong(partnership), " now", *why, "."),
        (Paragraph(line(more)),),
    )


def out(partnership: str, by: Person) -> Message:
    """Tell somebody that they were taken out."""
    return Message(
        line("You are no longer in ", Strong(partnership), ": ", by, " took you out."),
        (Paragraph(line("If that was not meant, ask them: they can undo it.")),),
    )


def went(
    who: Person, partnership: str, organisation: str, company: bool, handed: int, to: Sequence[Person], orphaned: bool
) -> Message:
    """Tell those who look after the partnership that somebody left it, or the company."""
    body: list[Block] = []
    if handed:
        body.append(Paragraph(_handed(handed, to)))
    if orphaned:
        body.append(
            Paragraph(line(Text(organisation), " has no shepherd now. One of its leaders can name one: ",
                           Code("/partnership members change @name as shepherd")))
        )  # fmt: skip
    what = " left the company and with it " if company else " left "
    return Message(line(who, what, Strong(partnership), " (", Text(organisation), ")."), tuple(body))


def edit_form(who: Person, member_id: int, terms: Terms, other: str) -> Form:
    """The form for changing how somebody stands."""
    return Form(
        "member.edit",
        "Change a member",
        (
            ChoiceField("role", "Role", tuple(Option(each.value.capitalize(), each.value) for each in Role), terms.role or ""),
            ChoiceField("dimension", f"Where they stand for {other}",
                        tuple(Option(words.capitalize(), each.value) for each, words in STANDS.items()),
                        terms.dimension or "", required=False),
            SwitchField("virtual", "Virtual", bool(terms.virtual), hint="Not in the same place as the others."),
            TextField("rank", "Rank among the leaders", str(terms.rank or ""), required=False, most=3, hint="1 is the most senior."),
        ),
        submit="Save",
        context=f"member:{member_id}",
        intro=line(who),
    )  # fmt: skip
