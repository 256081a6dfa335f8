"""A clue that joined a ticket tells how the ticket stood at that moment.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COLUMNS = (("state", sa.Text()), ("first", sa.Text()), ("unknown", sa.Float()), ("action", sa.Text()))


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("clues", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name, _ in reversed(COLUMNS):
        op.drop_column("clues", name)
