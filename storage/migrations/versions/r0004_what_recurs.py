"""What recurs: cadences, their occurrences, check-ins, blockers, and what shepherds did about their morning message."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, and the columns of people and partnerships."""
    op.create_table(
        "cadences",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("partnership_id", NUMBER, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("standup", "meeting", "report", "digest", name="cadencekind", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("rrule", sa.String(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("side", sa.Enum("a", "b", name="key", native_enum=False, length=20), nullable=True),
        sa.Column("window", sa.Integer(), nullable=False),
        sa.Column("lasts", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("derived", sa.String(), nullable=True),
        sa.Column("created_by", NUMBER, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["members.id"]),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("derived"),
    )
    op.create_index(op.f("ix_cadences_partnership_id"), "cadences", ["partnership_id"], unique=False)
    op.create_table(
        "nudges",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("partnership_id", NUMBER, nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozed_by", NUMBER, nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("useless_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"]),
        sa.ForeignKeyConstraint(["snoozed_by"], ["members.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("partnership_id", "line"),
    )
    op.create_table(
        "blockers",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("partnership_id", NUMBER, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("likeness", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("solved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalation_id", NUMBER, nullable=True),
        sa.Column("own_side", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["escalation_id"], ["escalations.id"]),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"]),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("member_id", "likeness"),
    )
    op.create_index(op.f("ix_blockers_partnership_id"), "blockers", ["partnership_id"], unique=False)
    op.create_table(
        "occurrences",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("cadence_id", NUMBER, nullable=False),
        sa.Column("partnership_id", NUMBER, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=True),
        sa.Column("said_by", NUMBER, nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cadence_id"], ["cadences.id"]),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"]),
        sa.ForeignKeyConstraint(["said_by"], ["members.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("cadence_id", "day"),
    )
    op.create_index(op.f("ix_occurrences_partnership_id"), "occurrences", ["partnership_id"], unique=False)
    op.create_table(
        "check_ins",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("partnership_id", NUMBER, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("occurrence_id", NUMBER, nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked", "answered", "skipped", "away", "missed", name="checkinstate", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("done", sa.String(), nullable=False),
        sa.Column("next", sa.String(), nullable=False),
        sa.Column("blockers", sa.String(), nullable=False),
        sa.Column("waiting", sa.String(), nullable=False),
        sa.Column("own_side", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"]),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"]),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnerships.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("occurrence_id", "member_id"),
    )
    op.create_index(op.f("ix_check_ins_member_id"), "check_ins", ["member_id"], unique=False)
    op.create_index(op.f("ix_check_ins_partnership_id"), "check_ins", ["partnership_id"], unique=False)
    op.add_column("partnerships", sa.Column("planned_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "people",
        sa.Column(
            "nudging",
            sa.Enum("light", "standard", "active", name="nudging", native_enum=False, length=20),
            nullable=False,
            server_default="standard",
        ),
    )
    op.add_column("people", sa.Column("feed", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("timers", sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index("ix_timers_due", "timers")
    waiting, has_work = sa.text("state = 'waiting'"), sa.text("due_at IS NOT NULL")
    op.create_index("ix_timers_due", "timers", ["due_at", "turn"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_index(
        "ix_lanes_turns",
        "lanes",
        ["platform", "tenant", "due_at", "id"],
        sqlite_where=has_work,
        postgresql_where=has_work,
    )
