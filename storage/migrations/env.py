"""Alembic's door: the connection and its transaction come from `storage.migrations`."""

from alembic import context
from sqlmodel import SQLModel

from storage.tables import PART

connection = context.config.attributes["connection"]
for table in SQLModel.metadata.tables.values():
    for index in table.indexes:
        if PART in index.info:
            index.dialect_options[connection.dialect.name]["where"] = index.info[PART]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
