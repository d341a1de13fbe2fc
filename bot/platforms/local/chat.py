"""The chat itself, in memory: what was said where, and who may see it.

One rule: every change gets the next version number, so that a page which has seen version *n* needs only what came after.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.inbound import Words
from bot.messages import Message
from bot.platforms.local.world import Resident, World

Content = Message | Words | str  # a card, what a person wrote, a line of the chat's own ("Ada added Bellwether")


@dataclass(frozen=True, slots=True)
class Post:
    """One thing said. `author` is a user id, or empty for the bot; `to` names the only reader of a private one, `asked` is what
    they typed to get it."""

    id: str
    where: str
    content: Content
    at: datetime
    order: int
    version: int
    author: str = ""
    thread: str = ""
    to: str = ""
    asked: Words = ()
    edited: bool = False


def direct(resident: Resident) -> str:
    """The key of a person's conversation with the bot."""
    return f"{resident.account.tenant}/dm-{resident.user}"


def own_page(resident: Resident) -> str:
    """The key of a person's own page with the bot."""
    return f"{resident.account.tenant}/home-{resident.user}"


class Chat:
    def __init__(self, world: World) -> None:
        self.epoch = secrets.token_hex(4)
        self.version = 0
        self.changed = asyncio.Event()
        self.present = {room.key for room in world.rooms if room.bot}
        self.homes: dict[str, tuple[int, Message]] = {}
        self._posts: dict[str, Post] = {}
        self._tokens: dict[str, str] = {}
        self._readers = {room.key: frozenset(room.members) for room in world.rooms}
        self.directs = {direct(resident): resident.user for resident in world.residents}
        self._readers |= {where: frozenset({user}) for where, user in self.directs.items()}

    def post(
        self,
        where: str,
        content: Content,
        *,
        token: str,
        at: datetime,
        author: str = "",
        thread: str = "",
        to: str = "",
        asked: Words = (),
    ) -> Post:
        """Say it, once a token. A reply to something that is not here any more stands on its own."""
        if (known := self.find(token)) is not None:
            return known
        version = self.change()
        parent = self._posts.get(thread)
        post = Post(
            id=f"{self.epoch}-{version}",
            where=where,
            content=content,
            at=at,
            order=version,
            version=version,
            author=author,
            thread=(parent.thread or parent.id) if parent else "",
            to=to,
            asked=asked,
        )
        self._posts[post.id] = post
        self._tokens[token] = post.id
        return post

    def edit(self, where: str, message: str, content: Message, *, at: datetime) -> Post:
        """Show other content; what is not here (any more) is put where it belongs."""
        version = self.change()
        known = self._posts.get(message)
        if known is None:
            post = Post(id=message, where=where, content=content, at=at, order=version, version=version)
        else:
            post = replace(known, content=content, version=version, edited=True)
        self._posts[message] = post
        return post

    def find(self, token: str) -> Post | None:
        """What was said under that token."""
        return self._posts.get(self._tokens.get(token, ""))

    def get(self, message: str) -> Post | None:
        return self._posts.get(message)

    def home(self, user: str, content: Message) -> int:
        """Show this on a person's own page; gives the page's version."""
        version = self.change()
        self.homes[user] = (version, content)
        return version

    def change(self) -> int:
        """Note that something changed and wake who waits for it."""
        self.version += 1
        self.changed.set()
        self.changed = asyncio.Event()
        return self.version

    def known(self, where: str) -> bool:
        """Whether there is such a room or conversation."""
        return where in self._readers

    def reads(self, user: str, where: str) -> bool:
        """Whether that person is there."""
        return user in self._readers.get(where, ())

    def since(self, version: int, users: Iterable[str]) -> list[Post]:
        """What these people have not seen after that version, in the order it was said."""
        readers = set(users)
        fresh = (post for post in self._posts.values() if post.version > version)
        seen = (post for post in fresh if (post.to in readers if post.to else readers & self._readers[post.where]))
        return sorted(seen, key=lambda post: post.order)

    def letters(self) -> dict[str, int]:
        """How many things the bot has told each person privately; never what."""
        told = (post.where for post in self._posts.values() if not post.author and post.where in self.directs)
        return dict(Counter(self.directs[where] for where in told))
