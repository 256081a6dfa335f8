"""When a dispatch first reached an endpoint: an entry of the ticket's history that is no move.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dispatches_delivered",
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.String(length=64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("endpoint", sa.String(length=64), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("first", sa.Text(), nullable=True),
        sa.Column("unknown", sa.Float(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_dispatches_delivered"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_dispatches_delivered_ticket_id"),
    )
    op.create_index("ix_dispatches_delivered_ticket_id", "dispatches_delivered", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("dispatches_delivered")
