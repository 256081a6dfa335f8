"""More about a move, shelving, and tickets that a storm gathered.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket_moves", sa.Column("detail", sa.Text(), nullable=True))
    op.add_column("ticket_timers", sa.Column("shelved_until_ms", sa.BigInteger(), nullable=True))
    op.create_index("ix_ticket_timers_shelved_until_ms", "ticket_timers", ["shelved_until_ms"])
    op.create_table(
        "storm_tickets",
        sa.Column("ticket_id", sa.String(64), nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_storm_tickets_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_storm_tickets"),
    )
    op.create_index("ix_storm_tickets_event_id", "storm_tickets", ["event_id"])


def downgrade() -> None:
    op.drop_table("storm_tickets")
    op.drop_index("ix_ticket_timers_shelved_until_ms", "ticket_timers")
    op.drop_column("ticket_timers", "shelved_until_ms")
    op.drop_column("ticket_moves", "detail")
