"""Who holds a lane, so that a clock that jumps takes it from nobody who is still sending there.

One rule: it adds, so that the code of the release before runs beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column."""
    op.add_column("lanes", sa.Column("holder", sa.BigInteger(), nullable=True))
