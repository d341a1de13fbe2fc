"""Every table, in one look. Rows are read and written by the query modules beside this one; they never enter a rule.

One rule: what must not happen twice is prevented here, by a unique constraint, and not by an `if` somewhere else.
"""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Enum,
    Index,
    Integer,
    LargeBinary,
    TypeDecorator,
    false,
    text,
)
from sqlmodel import Field, SQLModel, UniqueConstraint

from bot.words import CadenceKind, CheckInState, Dimension, Key, Nudging, Praise, Role, Status, Urgency


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant. SQLite forgets zones, so it is stored in UTC and given back in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return _from_words if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _from_words(value: str | None) -> datetime | None:
    """An instant as SQLite keeps it; read in one step, since whole tables of them are read."""
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


class _Words(Enum):
    """One of a few words, read by one look into a table: many thousand of them are read at a time."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return {None: None, **{each.value: each for each in self.enum_class or ()}}.__getitem__


def _named(kind: type[StrEnum]) -> Any:
    """Store an enum by its value; SQLAlchemy would store the name."""
    return _Words(
        kind, native_enum=False, length=20, values_callable=lambda members: [member.value for member in members]
    )


UNSETTLED = "state IN ('waiting','sending','unsure')"
"""What rows of the outbox are that are still to be seen to."""
UNDELIVERED = "state IN ('waiting','sending','unsure','parked')"
"""The same, and what was set aside."""

PART = "part"
"""Of which rows an index is. Said so, and not to a database of one kind: that would load what is for the other kind alone."""

_UTC = UtcDateTime()  # one for all: SQLAlchemy makes a class for each that there is

Number = BigInteger().with_variant(Integer, "sqlite")
"""A key that never runs out; SQLite counts up by itself only for plain INTEGER."""


class Row(SQLModel):
    """What a table has rows of. The database checks them and pydantic does not, so that its checks are not even made."""

    model_config = {"defer_build": True}


def _id() -> Any:
    return Field(default=None, primary_key=True, sa_type=Number)


def _ref(table: str, *, index: bool = True) -> Any:
    return Field(foreign_key=f"{table}.id", index=index, sa_type=Number)


def _maybe(table: str) -> Any:
    return Field(default=None, foreign_key=f"{table}.id", sa_type=Number)


def _at(*, index: bool = False) -> Any:
    return Field(sa_type=_UTC, index=index)


def _maybe_at() -> Any:
    return Field(default=None, sa_type=_UTC)


# Who and where -------------------------------------------------------------------------------------------------------


class Installation(Row, table=True):
    """A tenant that the app is installed in; `secret` is its tokens as encrypted JSON."""

    __tablename__ = "installations"
    __table_args__ = (UniqueConstraint("platform", "tenant"),)

    id: int = _id()
    platform: str
    tenant: str
    secret: bytes = Field(sa_type=LargeBinary)
    installed_at: datetime = _at()


class Address(Row, table=True):
    """Where a platform writes to: a channel, or (`target` begins with @) a person; `values` are the platform's own."""

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("platform", "tenant", "target"),)

    id: int = _id()
    platform: str
    tenant: str
    target: str
    values: dict[str, str] = Field(default_factory=dict, sa_type=JSON)


class Key_(Row, table=True):
    """A random key of this database, for what is computed and never stored, where the operator set no key."""

    __tablename__ = "keys"

    name: str = Field(primary_key=True)
    value: str


class Person(Row, table=True):
    """A human being. `zone`, `start` and `end` are their own choice and go before what the platform says and the side's hours."""

    __tablename__ = "people"

    id: int = _id()
    name: str
    zone: str | None = None
    start: time | None = None
    end: time | None = None
    days: str | None = None  # "0,1,2,3,4", 0 is Monday
    praise: Praise = Field(default=Praise.PUBLIC, sa_type=_named(Praise))
    nudging: Nudging = Field(default=Nudging.STANDARD, sa_type=_named(Nudging))
    feed: int = 0  # counts the secret links to their calendar; only the newest opens it
    left_at: datetime | None = _maybe_at()
    erased_at: datetime | None = _maybe_at()


class Account(Row, table=True):
    """A person on one platform. `tenant` is the person's home; `via` the installation through which they can be written to;
    `chosen_at` when they last wanted direct messages here."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("platform", "tenant", "user"),)

    id: int = _id()
    person_id: int = _ref("people")
    platform: str
    tenant: str
    user: str
    via: str
    name: str
    zone: str | None = None
    locale: str | None = None
    bot: bool = False
    reachable: bool = True
    left_at: datetime | None = _maybe_at()
    chosen_at: datetime | None = _maybe_at()


class Absence(Row, table=True):
    """Days off or away, both ends included. The reason is not kept."""

    __tablename__ = "absences"

    id: int = _id()
    person_id: int = _ref("people")
    starts_on: date
    ends_on: date


class Partnership(Row, table=True):
    """What everything hangs on. `seq` and `head` are the last event of its record; `escalations` and `celebrations` are the numbers
    last given; `planned_until` is how far its schedule stands as timers; the database itself gives it another `revision`, one that it
    never had, whenever anything changes that a scene shows of it."""

    __tablename__ = "partnerships"

    id: int = _id()
    name: str
    purpose: str = ""
    strategic: bool = False
    status: Status = Field(default=Status.FORMING, sa_type=_named(Status))
    created_at: datetime = _at()
    paused_at: datetime | None = _maybe_at()
    escalations: int = 0
    celebrations: int = 0
    seq: int = 0
    head: str = ""
    planned_until: datetime | None = _maybe_at()
    revision: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class Side(Row, table=True):
    """One of the two: its organisation, its working calendar, its own ladder where it named one (level -> member ids)."""

    __tablename__ = "sides"

    partnership_id: int = Field(foreign_key="partnerships.id", primary_key=True, sa_type=Number)
    key: Key = Field(primary_key=True, sa_type=_named(Key))
    organisation: str
    zone: str
    days: str = "0,1,2,3,4"
    start: time = time(9)
    end: time = time(17)
    country: str | None = None
    region: str | None = None
    ladder: dict[str, list[int]] = Field(default_factory=dict, sa_type=JSON)
    home_platform: str | None = None
    home_tenant: str | None = None


class Member(Row, table=True):
    """A person on a side. One row a person and partnership, so nobody can stand on both sides. `rank` orders leaders, 1 is the
    most senior; `confirmed` is false until the shepherd confirmed a side that was only said. `merged_into` is the row that stands for
    this one since two accounts turned out to be one person: the record names both for ever."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("partnership_id", "person_id"),)

    id: int = _id()
    partnership_id: int = _ref("partnerships")
    person_id: int = _ref("people")
    side: Key = Field(sa_type=_named(Key))
    role: Role = Field(default=Role.MEMBER, sa_type=_named(Role))
    dimension: Dimension | None = Field(default=None, sa_type=_named(Dimension))
    virtual: bool = False
    rank: int = 100
    confirmed: bool = True
    joined_at: datetime = _at()
    left_at: datetime | None = _maybe_at()
    merged_into: int | None = _maybe("members")


class Room(Row, table=True):
    __tablename__ = "rooms"
    __table_args__ = (UniqueConstraint("platform", "tenant", "channel"),)

    id: int = _id()
    platform: str
    tenant: str
    channel: str
    name: str = ""
    gone_at: datetime | None = _maybe_at()


class RoomPartnership(Row, table=True):
    """Which partnerships live in a room, and for which side; no side means both share it."""

    __tablename__ = "room_partnerships"

    room_id: int = Field(foreign_key="rooms.id", primary_key=True, sa_type=Number)
    partnership_id: int = Field(foreign_key="partnerships.id", primary_key=True, index=True, sa_type=Number)
    side: Key | None = Field(default=None, sa_type=_named(Key))


class Invite(Row, table=True):
    """An invitation of the other side. The code itself is computed when it is shown; `fingerprint` finds it."""

    __tablename__ = "invites"

    id: int = _id()
    partnership_id: int = _ref("partnerships")
    nonce: str
    fingerprint: str = Field(unique=True)
    expires_at: datetime = _at()
    used_at: datetime | None = _maybe_at()
    void_at: datetime | None = _maybe_at()


class Link(Row, table=True):
    """A way for a second account to join the person of `account_id`. The code itself is computed when it is shown."""

    __tablename__ = "links"

    id: int = _id()
    account_id: int = _ref("accounts")
    nonce: str
    fingerprint: str = Field(unique=True)
    expires_at: datetime = _at()
    used_at: datetime | None = _maybe_at()
    void_at: datetime | None = _maybe_at()


class WrongTry(Row, table=True):
    """A wrong code, of an invitation or for joining accounts, counted for an hour."""

    __tablename__ = "wrong_tries"

    id: int = _id()
    account_id: int = _ref("accounts")
    at: datetime = _at()


# The nouns -----------------------------------------------------------------------------------------------------------


class Escalation(Row, table=True):
    """A concern. `ladder` and `agreement_version` stay what they were when it was raised; `state` is the machine's own packed value;
    `told` has the members who got the card directly, and whether they were notified since it last opened."""

    __tablename__ = "escalations"
    __table_args__ = (
        UniqueConstraint("partnership_id", "number"),
        Index("ix_escalations_status", "partnership_id", "status"),
    )

    id: int = _id()
    partnership_id: int = _ref("partnerships")
    number: int
    raised_by: int = _ref("members", index=False)
    side: Key = Field(sa_type=_named(Key))
    summary: str
    impact: str = ""
    tried: str = ""
    asked: str = ""
    wanted_by: datetime | None = _maybe_at()
    urgency: Urgency = Field(default=Urgency.NORMAL, sa_type=_named(Urgency))
    private: bool = False
    outcome: str = ""
    owner: int | None = _maybe("members")
    status: str
    state: str
    ladder: str
    told: dict[str, bool] = Field(default_factory=dict, sa_type=JSON)
    agreement_version: int | None = None
    raised_at: datetime = _at()
    ended_at: datetime | None = _maybe_at()

    @property
    def subject(self) -> str:
        return f"escalation:{self.id}"


class Celebration(Row, table=True):
    __tablename__ = "celebrations"
    __table_args__ = (UniqueConstraint("partnership_id", "number"),)

    id: int = _id()
    partnership_id: int = _ref("partnerships")
    number: int
    given_by: int = _ref("members", index=False)
    why: str
    milestone: bool = False
    public: bool = True
    given_at: datetime = _at()
    edited_at: datetime | None = _maybe_at()
    undone_at: datetime | None = _maybe_at()


class Celebrated(Row, table=True):
    """Who is celebrated: a member, or (no member) a whole side."""

    __tablename__ = "celebrated"
    __table_args__ = (UniqueConstraint("celebration_id", "member_id", "side"),)

    id: int = _id()
    celebration_id: int = _ref("celebrations")
    member_id: int | None = _maybe("members")
    side: Key | None = Field(default=None, sa_type=_named(Key))


class Clap(Row, table=True):
    __tablename__ = "claps"

    celebration_id: int = Field(foreign_key="celebrations.id", primary_key=True, sa_type=Number)
    member_id: int = Field(foreign_key="members.id", primary_key=True, sa_type=Number)


class Comment(Row, table=True):
    """What somebody said about a subject, carried to every room where it lives."""

    __tablename__ = "comments"
    __table_args__ = (Index("ix_comments_subject", "subject"),)

    id: int = _id()
    partnership_id: int = _ref("partnerships", index=False)
    subject: str
    member_id: int = _ref("members", index=False)
    words: str
    said_at: datetime = _at()


# What recurs ---------------------------------------------------------------------------------------------------------


class Cadence(Row, table=True):
    """What recurs, as a rule (RFC 5545, without a start) on the wall clock of `zone`, or where that is empty of each person or room.

    `side` is the one that it is for (of a report: that owes it), none both. `window` and `lasts` are minutes: how long an answer is
    waited for, how long a meeting lasts. `clause` is what of the agreement it comes from, `derived` a hash that names it then.
    """

    __tablename__ = "cadences"

    id: int = _id()
    partnership_id: int = _ref("partnerships")
    kind: CadenceKind = Field(sa_type=_named(CadenceKind))
    name: str = ""
    rrule: str
    at: time
    start_on: date
    zone: str = ""
    side: Key | None = Field(default=None, sa_type=_named(Key))
    window: int = 240
    lasts: int = 60
    clause: str = ""
    derived: str | None = Field(default=None, unique=True)
    created_by: int | None = _maybe("members")
    created_at: datetime = _at()
    paused_at: datetime | None = _maybe_at()
    ended_at: datetime | None = _maybe_at()

    @property
    def subject(self) -> str:
        return f"cadence:{self.id}"


class Occurrence(Row, table=True):
    """One local day of a cadence of which something is to be remembered. `state` is open, closed or skipped; of a meeting and a
    report `held` tells whether it took place (came), as `said_by` said."""

    __tablename__ = "occurrences"
    __table_args__ = (UniqueConstraint("cadence_id", "day"),)

    id: int = _id()
    cadence_id: int = _ref("cadences", index=False)
    partnership_id: int = _ref("partnerships")
    day: date
    at: datetime = _at()
    closes_at: datetime | None = _maybe_at()
    state: str = "open"
    held: bool | None = None
    said_by: int | None = _maybe("members")
    said_at: datetime | None = _maybe_at()

    @property
    def subject(self) -> str:
        return f"occurrence:{self.id}"


class CheckIn(Row, table=True):
    """One person's prompt and what they answered; without an occurrence it was given unprompted. `own_side`: not for the other side's
    eyes. `late`: after its window had closed."""

    __tablename__ = "check_ins"
    __table_args__ = (UniqueConstraint("occurrence_id", "member_id"),)

    id: int = _id()
    partnership_id: int = _ref("partnerships")
    member_id: int = _ref("members")
    occurrence_id: int | None = _maybe("occurrences")
    day: date
    state: CheckInState = Field(sa_type=_named(CheckInState))
    asked_at: datetime | None = _maybe_at()
    closes_at: datetime | None = _maybe_at()
    reminded_at: datetime | None = _maybe_at()
    answered_at: datetime | None = _maybe_at()
    edited_at: datetime | None = _maybe_at()
    late: bool = False
    done: str = ""
    next: str = ""
    blockers: str = ""
    waiting: str = ""
    own_side: bool = False

    @property
    def subject(self) -> str:
        return f"checkin:{self.id}"


class Blocker(Row, table=True):
    """Something in somebody's way, as they wrote it; `likeness` is what it is recognised by when they write it again."""

    __tablename__ = "blockers"
    __table_args__ = (UniqueConstraint("member_id", "likeness"),)

    id: int = _id()
    partnership_id: int = _ref("partnerships")
    member_id: int = _ref("members", index=False)
    words: str
    likeness: str
    times: int = 1
    first_at: datetime = _at()
    last_at: datetime = _at()
    solved_at: datetime | None = _maybe_at()
    escalation_id: int | None = _maybe("escalations")
    own_side: bool = False

    @property
    def subject(self) -> str:
        return f"blocker:{self.id}"


class Nudge(Row, table=True):
    """What a shepherd did about one line of the morning message; `line` names what it is about. The line itself is worked out anew."""

    __tablename__ = "nudges"
    __table_args__ = (UniqueConstraint("partnership_id", "line"),)

    id: int = _id()
    partnership_id: int = _ref("partnerships", index=False)
    line: str
    snoozed_until: datetime | None = _maybe_at()
    snoozed_by: int | None = _maybe("members")
    reminded_at: datetime | None = _maybe_at()
    useless_at: datetime | None = _maybe_at()


# One way in ----------------------------------------------------------------------------------------------------------


class Inbox(Row, table=True):
    """What was answered, with its answer, so that a redelivery acts on nothing and hears the same."""

    __tablename__ = "inbox"

    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    delivery: str = Field(primary_key=True)
    at: datetime = _at(index=True)
    reply: str | None = None


class Kept(Row, table=True):
    """Something kept for its person for an hour: a parked inbound value that waits for an answer, or a form to reopen."""

    __tablename__ = "kept"

    key: str = Field(primary_key=True)
    account_id: int = _ref("accounts", index=False)
    value: str
    until: datetime = _at(index=True)


# One way out ---------------------------------------------------------------------------------------------------------


class Lane(Row, table=True):
    """A channel, or one person's direct messages, as seen by delivery: one send in flight. `due_at` is when it has something to
    do next (None: nothing), `lease_until` while a process holds it (`holder`), `troubled_at` when something last failed there."""

    __tablename__ = "lanes"
    __table_args__ = (
        UniqueConstraint("platform", "tenant", "target"),
        Index(
            "ix_lanes_ready",
            "urgent",
            "platform",
            "tenant",
            "pool",
            "due_at",
            "id",
            info={PART: text("ready")},
        ),
        Index(
            "ix_lanes_waiting",
            "due_at",
            info={PART: text("NOT ready AND due_at IS NOT NULL")},
        ),
    )

    id: int = _id()
    platform: str
    tenant: str
    target: str
    due_at: datetime | None = _maybe_at()
    lease_until: datetime | None = _maybe_at()
    troubled_at: datetime | None = _maybe_at()
    ready: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    urgent: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    pool: str = Field(default="", sa_column_kwargs={"server_default": ""})
    spent: list[float] | None = Field(default=None, sa_type=JSON)
    holder: int | None = Field(default=None, sa_type=BigInteger)


class Budget(Row, table=True):
    """What a tenant has spent of a limit of its platform that its channels share; `held_until` when the platform asked to wait."""

    __tablename__ = "budgets"

    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    pool: str = Field(primary_key=True)
    spent: list[float] | None = Field(default=None, sa_type=JSON)
    held_until: datetime | None = _maybe_at()


class Outbox(Row, table=True):
    """One thing to deliver. `message` is packed when it is said once; a living card has none and is drawn from its subject when
    it is sent. `state`: waiting, sending, unsure (it may have arrived), sent, parked, dropped."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "lane_id",
            "urgent",
            "id",
            info={PART: text(UNSETTLED)},
        ),
        Index(
            "ix_outbox_subject",
            "subject",
            "lane_id",
            "id",
            info={PART: text(UNSETTLED)},
        ),
        Index(
            "ix_outbox_parked",
            "subject",
            info={PART: text("state = 'parked'")},
        ),
        Index(
            "ix_outbox_depth",
            "state",
            "created_at",
            info={PART: text(UNDELIVERED)},
        ),
        Index(
            "ix_outbox_settled",
            "settled_at",
            info={PART: text("state IN ('sent','dropped')")},
        ),
        Index(
            "ux_outbox_redraw",
            "lane_id",
            "subject",
            "slot",
            unique=True,
            info={PART: text("state = 'waiting' AND message IS NULL")},
        ),
    )

    id: int = _id()
    lane_id: int = _ref("lanes", index=False)
    partnership_id: int | None = _maybe("partnerships")
    account_id: int | None = _maybe("accounts")
    room_id: int | None = _maybe("rooms")
    way: str
    subject: str
    slot: str = ""
    under: str = ""  # slot of the living card in whose thread it goes
    urgent: bool = False
    message: str | None = None
    token: str = Field(unique=True)
    state: str = "waiting"
    tries: int = 0
    created_at: datetime = _at(index=True)
    due_at: datetime = _at()
    settled_at: datetime | None = _maybe_at()
    trouble: str = ""
    trace: str = Field(default="", sa_column_kwargs={"server_default": ""})  # the token of what it was caused by
    put_off: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # until an agreed time, `due_at`


class Post(Row, table=True):
    """Where a living card stands in a lane: the platform's id of it, and for whom it was said."""

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("lane_id", "subject", "slot"),
        Index("ix_posts_message", "platform", "tenant", "channel", "message"),
    )

    id: int = _id()
    lane_id: int = _ref("lanes", index=False)
    subject: str = Field(index=True)
    slot: str
    platform: str
    tenant: str
    channel: str
    message: str
    under: str = ""
    partnership_id: int | None = _maybe("partnerships")
    account_id: int | None = _maybe("accounts")
    room_id: int | None = _maybe("rooms")


# One kind of time, one record ----------------------------------------------------------------------------------------


class Timer(Row, table=True):
    """Something that will happen once. `once` is unique for ever, so that it cannot be planned twice; `turn` is its place among
    what one subject has at the same instant, so that subjects take turns; `state`: waiting, fired, parked."""

    __tablename__ = "timers"
    __table_args__ = (
        Index(
            "ix_timers_due",
            "due_at",
            "turn",
            info={PART: text("state = 'waiting'")},
        ),
        Index(
            "ix_timers_subject",
            "subject",
            info={PART: text("state = 'waiting'")},
        ),
        Index(
            "ix_timers_parked",
            "id",
            info={PART: text("state = 'parked'")},
        ),
        Index(
            "ix_timers_past",
            "due_at",
            info={PART: text("state IN ('fired','dropped')")},
        ),
    )

    id: int = _id()
    kind: str
    subject: str
    once: str = Field(unique=True)
    due_at: datetime = _at()
    turn: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    state: str = "waiting"
    tries: int = 0
    planned_for: datetime = _at()
    fired_at: datetime | None = _maybe_at()
    trouble: str = ""


class Beat(Row, table=True):
    """A process that runs, or ran: when it began and when it was last seen alive."""

    __tablename__ = "beats"

    process: str = Field(primary_key=True)
    began_at: datetime = _at()
    at: datetime = _at()


class Outage(Row, table=True):
    """A time in which no process ran."""

    __tablename__ = "outages"

    id: int = _id()
    since: datetime = _at()
    until: datetime = _at(index=True)


class Event(Row, table=True):
    """One thing that happened: the public header of the record. `digest` is of its salted body, `hash` of the header and `before`."""

    __tablename__ = "ledger"
    __table_args__ = (UniqueConstraint("partnership_id", "seq"), Index("ix_ledger_subject", "subject"))

    id: int = _id()
    partnership_id: int = _ref("partnerships", index=False)
    seq: int
    at: datetime = _at()
    kind: str
    subject: str
    actor: int | None = _maybe("members")
    side: str = ""
    platform: str = ""
    clause: str = ""
    digest: str
    before: str
    hash: str


class EventBody(Row, table=True):
    """What an event said, in a row of its own that can be erased while the chain still verifies."""

    __tablename__ = "ledger_bodies"

    event_id: int = Field(foreign_key="ledger.id", primary_key=True, sa_type=Number)
    salt: str
    body: str
