"""Tickets, moves of people, idempotency keys, snapshots.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    counters = op.create_table(
        "counters",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.bulk_insert(counters, [{"name": "changes", "value": 0}])
    op.create_table(
        "tickets",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("system_ms", sa.BigInteger(), nullable=False),
        sa.Column("system_entries", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("change_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint("site", "number", name="uq_tickets_site_number"),
        sa.UniqueConstraint("change_seq", name="uq_tickets_change_seq"),
    )
    op.create_index("ix_tickets_opened_ms_id", "tickets", ["opened_ms", "id"])
    op.create_index("ix_tickets_state_opened_ms", "tickets", ["state", "opened_ms"])
    op.create_index("ix_tickets_updated_ms", "tickets", ["updated_ms"])
    op.create_table(
        "ticket_moves",
        sa.Column("ticket_id", sa.String(64), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("enterprise_id", sa.Text(), nullable=True),
        sa.Column("first", sa.Text(), nullable=True),
        sa.Column("unknown", sa.Float(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_ticket_moves_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", "version", name="pk_ticket_moves"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("who", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_at_ms", "idempotency_keys", ["at_ms"])
    op.create_table(
        "snapshots",
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "step", "zone", name="pk_snapshots"),
    )


def downgrade() -> None:
    for table in ("snapshots", "idempotency_keys", "ticket_moves", "tickets", "counters"):
        op.drop_table(table)
