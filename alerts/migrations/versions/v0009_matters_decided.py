"""Matters: whether one was mended on the spot, and who chose the measure, when and why.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("matters", sa.Column("mended", sa.Text(), nullable=False, server_default="open"))
    op.add_column("matters", sa.Column("note", sa.Text(), nullable=True))
    op.add_column("matters", sa.Column("decided_by", sa.Text(), nullable=True))
    op.add_column("matters", sa.Column("decided_ms", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for column in ("decided_ms", "decided_by", "note", "mended"):
        op.drop_column("matters", column)
