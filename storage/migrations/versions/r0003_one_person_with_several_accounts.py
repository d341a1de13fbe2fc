"""One person with several accounts: the codes that join them, what a merged membership became, where direct messages go."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table of codes, the two columns, and the index that finds what could not be delivered."""
    op.create_index(
        "ix_outbox_parked",
        "outbox",
        ["subject"],
        unique=False,
        sqlite_where=sa.text("state = 'parked'"),
        postgresql_where=sa.text("state = 'parked'"),
    )
    op.create_table(
        "links",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fingerprint"),
    )
    op.create_index(op.f("ix_links_account_id"), "links", ["account_id"], unique=False)
    op.add_column("accounts", sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True))
    # Written into the column: SQLite adds no constraint to a table that stands, and others refer to this one.
    merged = sa.Column("merged_into", NUMBER, sa.ForeignKey("members.id"), nullable=True)
    op.add_column("members", merged, inline_references=True)
