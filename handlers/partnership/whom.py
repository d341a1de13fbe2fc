"""Whom somebody means: a person they picked, or a name they typed, among those whom they may know of.

One rule: two who may be meant are asked about; nobody is named who is in no partnership of the one who asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlmodel import Session

from bot.inbound import Mention, Words
from bot.rules.grammar import tidy
from bot.rules.naming import matches
from bot.words import Code, Key, Text, line
from handlers import Ask, Sorry, Visit
from storage import people, scenes
from storage.people import Standing


def split(words: Words) -> tuple[tuple[Mention, ...], str]:
    """The people who were picked, and the rest as one text."""
    picked = tuple(word for word in words if isinstance(word, Mention))
    return picked, tidy(" ".join(word.strip() for word in words if isinstance(word, str)))


def names(text: str) -> list[str]:
    """The names in `@bo, Priya Nair and @joão`."""
    pieces = re.split(r"[,;&\n]+|(?i:\band\b)|\s(?=@)", text)
    return [name for name in (piece.strip(" @") for piece in pieces) if name]


def members(visit: Visit, picked: tuple[Mention, ...], text: str) -> list[Standing]:
    """The members that were picked or named, each once; raises where one is not a member or may be two."""
    found = [_picked(visit, mention) for mention in picked]
    called = {each.id: each.person.name for each in visit.scene.members}
    organisations = {each.id: each.organisation for each in visit.scene.members}
    found += [visit.scene.who(_one(visit, name, called, organisations)) for name in names(text)]
    return list({each.id: each for each in found}.values())


def member(visit: Visit, picked: tuple[Mention, ...], text: str, example: str) -> Standing:
    """The one member that was picked or named."""
    found = members(visit, picked, text)
    if len(found) != 1:
        raise Sorry("Name one person, for example: ", Code(example))
    return found[0]


def known(visit: Visit, session: Session, text: str) -> list[int]:
    """The people who were named, among everybody in the visitor's partnerships."""
    if not (wanted := names(text)):
        return []
    mine = [row.id for row, _ in people.memberships(session, visit.account.person_id)]
    everybody = [each for found in scenes.scenes(session, mine).values() for each in found.everybody]
    called = {each.member.person_id: each.person.name for each in everybody if each.person.erased_at is None}
    organisations = {each.member.person_id: each.organisation for each in everybody}
    return [_one(visit, name, called, organisations) for name in wanted]


def side(visit: Visit, typed: str) -> Key:
    """The side that was named; the visitor's own where none was."""
    own, word = visit.actor.side, typed.casefold().strip()
    if word in ("", "us", "our", "ours", "our side", "mine", "my side"):
        return own
    if word in ("them", "their", "theirs", "their side", "the other side", "other"):
        return own.other
    keys = dict(enumerate(Key))
    found = matches(typed, {number: visit.scene.organisation(key) for number, key in keys.items()})
    if len(found) != 1:
        raise Sorry(
            "I know no side called “", Text(typed[:60]), "”. The sides are ", Text(visit.scene.organisation(Key.A)),
            " and ", Text(visit.scene.organisation(Key.B)), ".",
        )  # fmt: skip
    return keys[found[0]]


def _picked(visit: Visit, mention: Mention) -> Standing:
    found = visit.scene.by_account(mention.profile.account)
    if found is None:
        raise Sorry(
            Text(mention.profile.name), " is not a member here. Add them first: ",
            Code(f"/partnership members add @{mention.profile.name}"),
        )  # fmt: skip
    return found


def _one(visit: Visit, name: str, called: Mapping[int, str], organisations: Mapping[int, str]) -> int:
    found = matches(name, called)
    if not found:
        raise Sorry(
            "I know nobody called “", Text(name[:60]), "” here. Pick the person from the list that opens when you type @, "
            "or write the name as ", Code("/partnership members"), " shows it.",
        )  # fmt: skip
    if len(found) == 1:
        return found[0]
    question = f"who.{min(found)}.{len(found)}"
    chosen = visit.answers.get(question, "")
    if chosen.isdigit() and int(chosen) in found:
        return int(chosen)
    raise Ask(
        question,
        line("Whom do you mean by “", Text(name[:60]), "”?"),
        [(f"{called[each]} ({organisations[each]})", str(each)) for each in found],
    )
