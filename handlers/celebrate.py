"""`/celebrate`: recognise a person, a team or a whole side, in the way that they like it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from bot.actions import celebrations
from bot.actions.celebrations import Occasion
from bot.cards import celebration as cards
from bot.inbound import Mention
from bot.messages import Errors, Form, Message, Reply
from bot.rules import celebrating
from bot.rules.authority import Right
from bot.rules.celebrating import Receiver, Wish
from bot.rules.grammar import celebration_wish, text_of, tidy
from bot.words import Code, Key, Line, Status, Text, line
from handlers import Ask, Sorry, Visit, command, submitted
from handlers.rights import allow, can

# Giving --------------------------------------------------------------------------------------------------------------


@command(
    "celebrate",
    usage="[@people] [what for] [for milestone <name>] [!private]",
    about="Celebrate somebody of either side, or a whole side. They are always told, in the way they like it.",
    examples=("@ana @joão for closing the pilot", "@ana for turning the test rig round in a single night !private"),
)
def celebrate(visit: Visit, session: Session) -> Reply:
    """Celebrate whoever was named; where nobody was, through the form."""
    allow_celebrating(visit)
    names = [*(each.person.name for each in visit.scene.members), *_organisations(visit).values()]
    typed = list(visit.words)
    if typed and isinstance(typed[0], str):
        typed[0] = celebrating.addressed(typed[0], _organisations(visit).values())
    words = tuple(celebrating.spelled(word, names) if isinstance(word, str) else word for word in typed)
    cheer = celebration_wish(words)
    why = celebrating.reason(text_of(words), cheer.why, cheer.milestone)
    draft = cards.Draft((), why, cheer.milestone is not None, not cheer.private)
    if not cheer.people and not cheer.names:
        return form(visit, draft, "Whom do you celebrate?" if why else "")

    receivers, troubles = _receivers(visit, cheer.people, cheer.names)
    draft = cards.Draft(tuple(str(each) for each in receivers), why, draft.milestone, draft.public)
    if trouble := celebrating.trouble_with(why):
        troubles.append(line(f"{trouble} For example: ", cards.EXAMPLE))
    if troubles:
        raise Sorry(*_joined(troubles), form=form(visit, draft))
    return _give(visit, session, Wish(receivers, why, draft.milestone, draft.public))


@submitted("celebration.give")
def send(visit: Visit, session: Session) -> Reply:
    """Celebrate as the form says."""
    allow_celebrating(visit)
    wish = filled_in(visit)
    return wish if isinstance(wish, Errors) else _give(visit, session, wish)


def _give(visit: Visit, session: Session, wish: Wish) -> Message:
    occasion = celebrations.give(session, visit.call, wish)
    return cards.given(celebrations.in_full(visit.scene, occasion), celebrations.reach(visit.scene, occasion))


def allow_celebrating(visit: Visit) -> None:
    """Let a feature go on where the visitor may celebrate and the partnership has not ended."""
    allow(visit, Right.CELEBRATE)
    if visit.scene.partnership.status is Status.CLOSED:
        raise Sorry("This partnership is closed: its record stays readable, and nothing is added to it.")


# Whom ----------------------------------------------------------------------------------------------------------------


def _receivers(
    visit: Visit, people: Sequence[Mention], names: Sequence[str]
) -> tuple[tuple[Receiver, ...], list[Line]]:
    """Those who are meant, and what is wrong with the others; raises `Ask` where a name can mean several."""
    read = [_picked(visit, mention) for mention in people]
    read += [_named(visit, index, name) for index, name in enumerate(names)]
    found = dict.fromkeys(each for each in read if not isinstance(each, tuple))
    return tuple(found), list(dict.fromkeys(each for each in read if isinstance(each, tuple)))


def _picked(visit: Visit, mention: Mention) -> Receiver | Line:
    profile = mention.profile
    if profile.bot:
        return line(Text(profile.name), " is an app, and celebrations are for people.")
    if profile.gone:
        return line(Text(profile.name), " has left, and cannot be celebrated here any more.")
    for each in visit.scene.everybody:
        if each.owns(profile.account):
            if each.left:
                return line(each.shown(), " is not in this partnership any more.")
            return _oneself() if each.id == visit.actor.id else each.id
    side = visit.scene.organisation(visit.actor.side)
    return line(
        Text(profile.name),
        " is not a member here yet. "
        + ("Add them" if can(visit, Right.MEMBERS, about=visit.actor.side) else "Your side’s shepherd can add them")
        + " with ",
        Code(f"/partnership members add @{profile.name} to {side}"),
        " (or to the other side), then celebrate again.",
    )


def _named(visit: Visit, index: int, typed: str) -> Receiver | Line:
    members = {each.id: each.person.name for each in visit.scene.members if each.id != visit.actor.id}
    found = celebrating.meant(typed, members, _organisations(visit))
    answered = visit.answers.get(f"who{index}")
    found = [each for each in found if answered in (None, str(each))]
    if len(found) > 1:
        labels = {value: label for label, value in _options(visit)}
        question = line("Whom do you mean by ", Text(f"@{typed}"), "?")
        raise Ask(f"who{index}", question, [(labels[str(each)], str(each)) for each in found if str(each) in labels])
    if found:
        return found[0]
    if celebrating.meant(typed, {visit.actor.id: visit.actor.person.name}, {}):
        return _oneself()
    return line("I know nobody called ", Text(f"@{typed}"), " in this partnership: choose them in the form.")


def _oneself() -> Line:
    return line("You cannot celebrate yourself, but you can celebrate those who helped you.")


def _joined(troubles: Sequence[Line]) -> Line:
    return line(*(part for trouble in troubles for part in (*trouble, " ")))[:-1]


def _organisations(visit: Visit) -> dict[Key, str]:
    """The sides that have somebody to celebrate beside the visitor."""
    return {
        key: side.organisation
        for key, side in visit.scene.sides.items()
        if any(each.id != visit.actor.id for each in visit.scene.on(key))
    }


def _options(visit: Visit) -> list[tuple[str, str]]:
    """Label and value of all who can be celebrated, the other side first."""
    sides = sorted(_organisations(visit).items(), key=lambda each: each[0] is visit.actor.side)
    found = [(f"Everybody at {organisation}", key.value) for key, organisation in sides]
    for key, organisation in sides:
        found += [
            (f"{each.person.name} ({organisation})", str(each.id))
            for each in visit.scene.on(key)
            if each.id != visit.actor.id and not any(account.bot for account in each.accounts)
        ]
    return found


def form(visit: Visit, draft: cards.Draft, intro: str = "", occasion: Occasion | None = None) -> Form:
    """The form with what is known so far; with an `occasion`, for changing it."""
    subject = occasion.subject if occasion else visit.scene.subject
    return cards.form(subject, _options(visit), draft, (intro,) if intro else ())


def filled_in(visit: Visit) -> Wish | Errors:
    """What the form says, or what is wrong in it."""
    offered = {value for _, value in _options(visit)}
    chosen = tuple(dict.fromkeys(visit.chosen("people")))
    why = tidy(visit.value("why"))
    wrong: dict[str, str] = {}
    if not chosen:
        wrong["people"] = "Choose at least one person, or a whole side."
    elif not offered.issuperset(chosen):
        wrong["people"] = "Somebody you chose is not in this partnership any more. Please choose again."
    if trouble := celebrating.trouble_with(why):
        wrong["why"] = trouble
    if wrong:
        return Errors(wrong)
    sides = {key.value: key for key in Key}
    receivers = tuple(sides[value] if value in sides else int(value) for value in chosen)
    return Wish(receivers, why, visit.value("kind") == "milestone", visit.value("shown") != "private")
