"""Taking turns under load: lanes that are ready, what was spent of each limit, what a row was caused by, when the bot was down.

What a scene shows is watched by the database itself (`_watch`): any change of it, by whatever code, gives the partnership a revision that
it never had, so that who kept the scene of another revision knows. A later revision that rebuilds one of these tables on SQLite has
to make its triggers again.

One rule: it adds, with defaults of the database's own, and takes away nothing but indexes, so that the code of the release before
runs beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

BEFOREHAND = {
    "ix_outbox_depth": "outbox (state, created_at) WHERE state IN ('waiting','sending','unsure','parked')",
    "ix_outbox_settled": "outbox (settled_at) WHERE state IN ('sent','dropped')",
    "ix_timers_parked": "timers (id) WHERE state = 'parked'",
    "ix_timers_past": "timers (due_at) WHERE state IN ('fired','dropped')",
}
"""Indexes of tables that grow: where others are at work they are built before, and found here."""
SHOWN = ("name", "purpose", "strategic", "status", "created_at", "paused_at")
"""What a scene shows of the partnership's own row."""
WATCHED = {
    "sides": "{row}.partnership_id",
    "members": "{row}.partnership_id",
    "room_partnerships": "{row}.partnership_id",
    "rooms": "SELECT partnership_id FROM room_partnerships WHERE room_id = {row}.id",
    "people": "SELECT partnership_id FROM members WHERE person_id = {row}.id",
    "accounts": "SELECT partnership_id FROM members WHERE person_id = {row}.person_id",
    "absences": "SELECT partnership_id FROM members WHERE person_id = {row}.person_id",
}
"""The other tables of which a scene shows something, and which partnerships a row is seen in."""


def upgrade() -> None:
    """Add the columns, the tables and the indexes."""
    op.add_column("lanes", sa.Column("ready", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("lanes", sa.Column("urgent", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("lanes", sa.Column("pool", sa.String(), server_default="", nullable=False))
    op.add_column("lanes", sa.Column("spent", sa.JSON(), nullable=True))
    op.add_column("outbox", sa.Column("trace", sa.String(), server_default="", nullable=False))
    op.add_column("partnerships", sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False))
    op.drop_index("ix_lanes_due", "lanes")
    op.drop_index("ix_lanes_turns", "lanes")
    ready, waiting = sa.text("ready"), sa.text("NOT ready AND due_at IS NOT NULL")
    op.create_index(
        "ix_lanes_ready",
        "lanes",
        ["urgent", "platform", "tenant", "pool", "due_at", "id"],
        sqlite_where=ready,
        postgresql_where=ready,
    )
    op.create_index("ix_lanes_waiting", "lanes", ["due_at"], sqlite_where=waiting, postgresql_where=waiting)
    for name, what in BEFOREHAND.items():
        op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {what}")
    op.create_table(
        "budgets",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("spent", sa.JSON(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("platform", "tenant", "pool"),
    )
    op.create_table(
        "beats",
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process"),
    )
    op.create_table(
        "outages",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_outages_until"), "outages", ["until"])
    _watch()


def _watch() -> None:
    if op.get_context().dialect.name == "postgresql":
        _watch_postgresql()
    else:
        _watch_sqlite()


def _watch_sqlite() -> None:
    anew = "UPDATE partnerships SET revision = random() WHERE id"
    for name, when in (("new", "INSERT"), ("changed", f"UPDATE OF {', '.join(SHOWN)}")):
        op.execute(f"CREATE TRIGGER seen_partnerships_{name} AFTER {when} ON partnerships BEGIN {anew} = NEW.id; END")
    for table, those in WATCHED.items():
        for when, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"])):
            work = " ".join(f"{anew} IN ({those.format(row=row)});" for row in rows)
            op.execute(f"CREATE TRIGGER seen_{table}_{when.lower()} AFTER {when} ON {table} BEGIN {work} END")


def _watch_postgresql() -> None:
    """Once for each statement, however many rows it changes; the partnerships are locked in the order of their ids, as everywhere."""
    number = "('x' || substr(md5(gen_random_uuid()::text), 1, 16))::bit(64)::bigint"
    op.execute(
        f"CREATE FUNCTION seen_partnerships() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN NEW.revision := {number}; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER seen_partnerships BEFORE INSERT OR UPDATE OF {', '.join(SHOWN)} ON partnerships "
        "FOR EACH ROW EXECUTE FUNCTION seen_partnerships()"
    )
    for table, those in WATCHED.items():
        if those.startswith("SELECT"):
            which = f"SELECT found.partnership_id FROM changed, LATERAL ({those.format(row='changed')}) AS found"  # noqa: S608
        else:
            which = f"SELECT {those.format(row='changed')} FROM changed"  # noqa: S608
        op.execute(
            f"CREATE FUNCTION seen_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ "  # noqa: S608
            f"BEGIN UPDATE partnerships SET revision = {number} FROM (SELECT id FROM partnerships WHERE id IN ({which}) "
            "ORDER BY id FOR NO KEY UPDATE) AS those WHERE partnerships.id = those.id; RETURN NULL; END $$"
        )
        for when, name in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            op.execute(
                f"CREATE TRIGGER seen_{table}_{when.lower()}_{name.lower()} AFTER {when} ON {table} "
                f"REFERENCING {name} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION seen_{table}()"
            )
