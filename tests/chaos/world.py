"""Who is there: some partnerships, each with a room on either side and people of its own, so that there are many lanes.

One rule: nobody is in two partnerships, so that no question is asked back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import product
from string import ascii_lowercase

from sqlmodel import Session

from bot.inbound import Place, Profile
from bot.platforms.teams.directory import Address
from bot.words import Account, Key, Role, Status
from storage import partnerships, people
from storage.tables import Address as StoredAddress
from storage.tables import Member, Partnership, Side
from tests.fakes.slack import TEAM as SLACK
from tests.fakes.teams import APP, BOT, TENANT, Conversation, Someone
from tests.fakes.teams import TEAM as TEAMS_TEAM

LETTERS = ["".join(each) for each in product(ascii_lowercase, repeat=2)]
ROLES = {"Ann": Role.SHEPHERD, "Joe": Role.MEMBER, "Lea": Role.LEADER}
"""What the first names of either side are in it."""


@dataclass(frozen=True, slots=True)
class Room:
    """A side's room."""

    platform: str
    channel: str

    @property
    def tenant(self) -> str:
        return SLACK if self.platform == "slack" else TENANT


@dataclass(frozen=True, slots=True)
class Soul:
    """A person; `direct` is where the bot writes to them alone."""

    name: str
    role: Role
    side: Key
    room: Room
    user: str

    @property
    def direct(self) -> str:
        return f"D{self.user[1:]}" if self.room.platform == "slack" else f"a:1{self.user}"

    @property
    def someone(self) -> Someone:
        """As Teams knows them."""
        return Someone(self.user, f"29:{self.name}", self.name)


@dataclass(frozen=True, slots=True)
class Pair:
    """A partnership: its number in the database, its rooms, its people."""

    number: int
    rooms: tuple[Room, Room]
    souls: tuple[Soul, ...]

    def of(self, side: Key) -> list[Soul]:
        return [each for each in self.souls if each.side is side]

    def on(self, platform: str) -> list[Soul]:
        return [each for each in self.souls if each.room.platform == platform]


def pairs(count: int) -> list[Pair]:
    """So many partnerships; every third has both sides in Slack, the others one in Teams."""
    return [_pair(number) for number in range(1, count + 1)]


def _pair(number: int) -> Pair:
    letters = LETTERS[number]
    other = Room("slack", f"CS{letters.upper()}") if number % 3 == 0 else Room("teams", f"19:{letters}@thread.tacv2")
    rooms = Room("slack", f"CN{letters.upper()}"), other
    return Pair(number, rooms, tuple(_souls(number, rooms)))


def _souls(number: int, rooms: Sequence[Room]) -> Iterator[Soul]:
    for (side, room), (at, (name, role)) in product(zip(Key, rooms, strict=True), enumerate(ROLES.items())):
        called = f"{name}{LETTERS[number]}{side.value}"
        teams = f"{at}{number:07}-0000-4000-8000-00000000000b"
        yield Soul(called, role, side, room, f"U{called.upper()}" if room.platform == "slack" else teams)


def in_slack(those: Sequence[Pair]) -> tuple[dict[str, dict[str, object]], dict[str, dict[str, object]]]:
    """People and channels as a Slack knows them."""
    souls = [each for pair in those for each in pair.on("slack")]
    rooms = [room for pair in those for room in pair.rooms if room.platform == "slack"]
    return (
        {each.user: {"real_name": each.name, "tz": "Europe/Berlin", "locale": "en-GB"} for each in souls},
        {room.channel: {"name": room.channel.lower(), "is_member": True} for room in rooms},
    )


def in_teams(those: Sequence[Pair]) -> tuple[dict[str, Someone], dict[str, Conversation]]:
    """People and channels as Teams knows them."""
    souls = [each for pair in those for each in pair.on("teams")]
    rooms: dict[str, Conversation] = {}
    for each in souls:
        room = each.room.channel
        rooms.setdefault(room, Conversation(room, "channel", room[3:5], TEAMS_TEAM, set())).members.add(each.user)
    return {each.user: each.someone for each in souls}, rooms


def settle(session: Session, those: Sequence[Pair], now: datetime, teams_url: str) -> None:
    """Put them into an empty database, a month ago; with them where Teams is written to, which it tells with all that it sends."""
    began = now - timedelta(days=30)
    for pair in those:
        row = Partnership(name=f"Pair {LETTERS[pair.number]}", status=Status.ACTIVE, created_at=began)
        session.add(row)
        session.flush()
        assert row.id == pair.number
        for key, room, name in zip(Key, pair.rooms, ("North", "South"), strict=True):
            session.add(
                Side(
                    partnership_id=pair.number, key=key, organisation=f"{name}{LETTERS[pair.number]}",
                    zone="Europe/Berlin", home_platform=room.platform, home_tenant=room.tenant,
                )
            )  # fmt: skip
        session.flush()
        for key, room in zip(Key, pair.rooms, strict=True):
            place = Place(room.platform, room.tenant, room.channel, name=room.channel.lower(), present=True)
            partnerships.settle_in(session, place, pair.number, key)
        for each in pair.souls:
            home = Account(each.room.platform, each.room.tenant, each.user)
            account = people.meet(session, Profile(home, each.name, "Europe/Berlin", "en-GB"), each.room.tenant)
            session.add(
                Member(
                    partnership_id=pair.number, person_id=account.person_id, side=each.side, role=each.role,
                    joined_at=began,
                )
            )  # fmt: skip
    session.flush()
    bot = Address(APP, teams_url, BOT)
    known = {"": bot}
    for pair in those:
        for each in pair.on("teams"):
            known[each.room.channel] = Address(APP, teams_url, BOT, each.room.channel, "channel", TEAMS_TEAM)
            known[f"@{each.user}"] = Address(APP, teams_url, BOT, user=each.someone.id, home=TENANT)
    for target, address in known.items():
        session.add(StoredAddress(platform="teams", tenant=TENANT, target=target, values=asdict(address)))
