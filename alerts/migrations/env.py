"""Run by alembic for every command: hands it the connection that `alerts.store.migrate` opened."""

from alembic import context

from alerts.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
    transactional_ddl=True,  # also on SQLite: our engine sends BEGIN itself
)
with context.begin_transaction():
    context.run_migrations()
