"""Old events are found without reading all of them.

Revision ID: 0007
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_outbox_at_ms", "outbox", ["at_ms"])


def downgrade() -> None:
    op.drop_index("ix_outbox_at_ms", "outbox")
