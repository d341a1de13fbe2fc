"""What waits for an agreed time is told from what is to go at once, so that a clock that is turned back holds up only what it should.

One rule: it adds, so that the code of the release before runs beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column."""
    op.add_column("outbox", sa.Column("put_off", sa.Boolean(), server_default=sa.false(), nullable=False))
