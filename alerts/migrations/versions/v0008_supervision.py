"""Supervision: credit facts, white list, check-ins, visits, plans, findings, clues from elsewhere, compliance.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _credit_facts()
    _white_list()
    _check_ins()
    _visits()
    _plans()
    _schedules()
    _teams()
    _fields()
    _findings()
    _clues()
    _grids()
    _matters()
    _rectifications()
    _self_checks()


def downgrade() -> None:
    for table in (
        "self_checks",
        "rectifications",
        "matters",
        "grids",
        "clues",
        "findings",
        "fields",
        "teams",
        "schedules",
        "plans",
        "visits",
        "check_ins",
        "white_list",
        "credit_facts",
    ):
        op.drop_table(table)


def _credit_facts() -> None:
    op.create_table(
        "credit_facts",
        sa.Column("fact_id", sa.String(length=128), nullable=False),
        sa.Column("enterprise_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("fact_id", name="pk_credit_facts"),
    )
    op.create_index("ix_credit_facts_enterprise_id", "credit_facts", ["enterprise_id"])


def _white_list() -> None:
    op.create_table(
        "white_list",
        sa.Column("listing_id", sa.String(length=128), nullable=False),
        sa.Column("enterprise_id", sa.Text(), nullable=False),
        sa.Column("first", sa.String(length=10), nullable=False),
        sa.Column("last", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("listing_id", name="pk_white_list"),
    )
    op.create_index("ix_white_list_enterprise_id", "white_list", ["enterprise_id"])


def _check_ins() -> None:
    op.create_table(
        "check_ins",
        sa.Column("scan_id", sa.String(length=128), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("inspector_id", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("plan_id", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("override_by", sa.Text(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("cap", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scan_id", "attempt", name="pk_check_ins"),
    )
    op.create_index("ix_check_ins_enterprise_id_at_ms", "check_ins", ["enterprise_id", "at_ms"])
    op.create_index("ix_check_ins_result_at_ms", "check_ins", ["result", "at_ms"])


def _visits() -> None:
    op.create_table(
        "visits",
        sa.Column("scan_id", sa.String(length=128), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("inspector_id", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("cover_kind", sa.Text(), nullable=False),
        sa.Column("cover_id", sa.Text(), nullable=False),
        sa.Column("override_by", sa.Text(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("problem_found", sa.Boolean(), nullable=True),
        sa.Column("measure", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("outcome_ms", sa.BigInteger(), nullable=True),
        sa.Column("conflict", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("scan_id", name="pk_visits"),
        sa.UniqueConstraint("seq", name="uq_visits_seq"),
    )
    op.create_index("ix_visits_at_ms", "visits", ["at_ms"])
    op.create_index("ix_visits_cover_id", "visits", ["cover_id"])
    op.create_index("ix_visits_enterprise_id_at_ms", "visits", ["enterprise_id", "at_ms"])
    op.create_index("ix_visits_inspector_id", "visits", ["inspector_id"])


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("plan_id", sa.String(length=128), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.Text(), nullable=False),
        sa.Column("earliest", sa.String(length=10), nullable=False),
        sa.Column("latest", sa.String(length=10), nullable=False),
        sa.Column("duration_min", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("day", sa.String(length=10), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name="pk_plans"),
    )
    op.create_index("ix_plans_day", "plans", ["day"])
    op.create_index("ix_plans_enterprise_id_state", "plans", ["enterprise_id", "state"])


def _schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_schedules"),
    )


def _teams() -> None:
    op.create_table(
        "teams",
        sa.Column("department", sa.String(length=128), nullable=False),
        sa.Column("minutes_per_day", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("department", name="pk_teams"),
    )


def _fields() -> None:
    op.create_table(
        "fields",
        sa.Column("department", sa.String(length=128), nullable=False),
        sa.Column("field", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("department", "field", name="pk_fields"),
    )


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("finding_id", sa.String(length=128), nullable=False),
        sa.Column("checks", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.String(length=10), nullable=False),
        sa.Column("last_seen", sa.String(length=10), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("finding_id", name="pk_findings"),
    )
    op.create_index("ix_findings_enterprise_id_state", "findings", ["enterprise_id", "state"])


def _clues() -> None:
    op.create_table(
        "clues",
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("enterprise_id", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("source", "external_id", name="pk_clues"),
    )
    op.create_index("ix_clues_at_ms", "clues", ["at_ms"])
    op.create_index("ix_clues_enterprise_id", "clues", ["enterprise_id"])
    op.create_index("ix_clues_ticket_id", "clues", ["ticket_id"])


def _grids() -> None:
    op.create_table(
        "grids",
        sa.Column("grid_id", sa.String(length=128), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("west", sa.Float(), nullable=False),
        sa.Column("south", sa.Float(), nullable=False),
        sa.Column("east", sa.Float(), nullable=False),
        sa.Column("north", sa.Float(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("columns", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("grid_id", name="pk_grids"),
    )
    op.create_index("ix_grids_at_ms", "grids", ["at_ms"])


def _matters() -> None:
    op.create_table(
        "matters",
        sa.Column("matter_id", sa.String(length=128), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.Text(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("suggested", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("matter_id", name="pk_matters"),
    )
    op.create_index("ix_matters_enterprise_id", "matters", ["enterprise_id"])
    op.create_index("ix_matters_industry", "matters", ["industry"])
    op.create_index("ix_matters_source", "matters", ["source"])


def _rectifications() -> None:
    op.create_table(
        "rectifications",
        sa.Column("rectification_id", sa.String(length=128), nullable=False),
        sa.Column("enterprise_id", sa.Text(), nullable=False),
        sa.Column("matter_id", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("ordered", sa.String(length=10), nullable=False),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column("filed", sa.String(length=10), nullable=True),
        sa.Column("filed_text", sa.Text(), nullable=True),
        sa.Column("filed_by", sa.Text(), nullable=True),
        sa.Column("reminded", sa.String(length=10), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rectification_id", name="pk_rectifications"),
    )
    op.create_index("ix_rectifications_enterprise_id", "rectifications", ["enterprise_id"])


def _self_checks() -> None:
    op.create_table(
        "self_checks",
        sa.Column("self_check_id", sa.String(length=128), nullable=False),
        sa.Column("enterprise_id", sa.Text(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("self_check_id", name="pk_self_checks"),
    )
    op.create_index("ix_self_checks_enterprise_id", "self_checks", ["enterprise_id"])
