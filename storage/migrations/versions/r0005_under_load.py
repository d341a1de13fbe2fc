"""Taking turns under load: lanes that are ready, what was spent of each limit, what a row was caused by, when the bot was down.

One rule: it adds, with defaults of the database's own, and takes away nothing but indexes, so that the code of the release before
runs beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns, the tables and the indexes."""
    op.add_column("lanes", sa.Column("ready", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("lanes", sa.Column("urgent", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("lanes", sa.Column("pool", sa.String(), server_default="", nullable=False))
    op.add_column("lanes", sa.Column("spent", sa.JSON(), nullable=True))
    op.add_column("outbox", sa.Column("trace", sa.String(), server_default="", nullable=False))
    op.add_column("partnerships", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
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
    done = sa.text("state IN ('sent','dropped')")
    op.create_index("ix_outbox_settled", "outbox", ["settled_at"], sqlite_where=done, postgresql_where=done)
    past = sa.text("state IN ('fired','dropped')")
    op.create_index("ix_timers_past", "timers", ["due_at"], sqlite_where=past, postgresql_where=past)
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
