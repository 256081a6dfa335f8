"""A ticket tells its leading enterprise, pollutant and place in columns of their own, so that alike ones are found.

Revision ID: 0012
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COLUMNS = (("lead", sa.Text()), ("pollutant", sa.Text()), ("lon", sa.Float()), ("lat", sa.Float()))
INDEXES = (("ix_tickets_lead_opened_ms", ["lead", "opened_ms"]), ("ix_tickets_site_lat_lon", ["site", "lat", "lon"]))
AT_ONCE = 500


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("tickets", sa.Column(name, kind, nullable=True))
    _fill(op.get_bind())
    for name, columns in INDEXES:
        op.create_index(name, "tickets", columns)


def downgrade() -> None:
    for name, _ in INDEXES:
        op.drop_index(name, "tickets")
    for name, _ in reversed(COLUMNS):
        op.drop_column("tickets", name)


def _fill(connection: sa.Connection) -> None:
    """Tell of the tickets that are there; what is no ticket (a test's row) tells nothing."""
    tickets = sa.table("tickets", sa.column("id"), sa.column("system"), *(sa.column(name) for name, _ in COLUMNS))
    change = sa.update(tickets).where(tickets.c.id == sa.bindparam("key"))
    last = ""
    while True:
        asked = sa.select(tickets.c.id, tickets.c.system).where(tickets.c.id > last).order_by(tickets.c.id)
        rows = connection.execute(asked.limit(AT_ONCE)).all()
        if not rows:
            return
        told = [{"key": row.id, **_told(row.system)} for row in rows]
        connection.execute(change.values({name: sa.bindparam(name) for name, _ in COLUMNS}), told)
        last = rows[-1].id


def _told(system: str) -> dict[str, Any]:
    try:
        ticket = json.loads(system)
        first = (ticket["candidates"] or [None])[0]
        leads = first is not None and first["probability"] > ticket["unknown_probability"]
        return {
            "lead": first["enterprise_id"] if leads else None,
            "pollutant": ticket["peak"]["pollutant"] if ticket["peak"] else None,
            "lon": ticket["lon"],
            "lat": ticket["lat"],
        }
    except (ValueError, TypeError, KeyError):
        return {name: None for name, _ in COLUMNS}
