"""Timers, outcomes, photographs, evidence, audit, people, the outbox and its deliveries.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_REFUSED = "the audit is append-only"


def upgrade() -> None:
    _make_tables()
    _refuse_changes_of_audit()


def downgrade() -> None:
    op.drop_column("tickets", "merged_into")
    for table in (
        "ticket_timers",
        "sessions",
        "photos",
        "outcomes",
        "evidence",
        "delivery_attempts",
        "deliveries",
        "api_tokens",
        "users",
        "outbox",
        "endpoints",
        "audit",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_of_audit()")


def _refuse_changes_of_audit() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_refuses_{act.lower()} BEFORE {act} ON audit "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        )


def _make_tables() -> None:
    op.create_table('audit',
    sa.Column('seq', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('who', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('previous', sa.Text(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name='pk_audit')
    )
    op.create_index('ix_audit_subject', 'audit', ['subject'])
    op.create_index('ix_audit_what', 'audit', ['what'])
    op.create_table('endpoints',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('failures', sa.BigInteger(), nullable=False),
    sa.Column('open_until_ms', sa.BigInteger(), nullable=False),
    sa.Column('disabled', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('name', name='pk_endpoints')
    )
    op.create_table('outbox',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('ticket_id', sa.Text(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('priority', sa.BigInteger(), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('not_before_ms', sa.BigInteger(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('cancelled', sa.Boolean(), nullable=False),
    sa.Column('spread', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name='pk_outbox'),
    sa.UniqueConstraint('seq', name='uq_outbox_seq')
    )
    op.create_index('ix_outbox_spread_not_before_ms', 'outbox', ['spread', 'not_before_ms'])
    op.create_index('ix_outbox_ticket_id', 'outbox', ['ticket_id'])
    op.create_table('users',
    sa.Column('name', sa.String(length=128), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=True),
    sa.Column('must_change', sa.Boolean(), nullable=False),
    sa.Column('disabled', sa.Boolean(), nullable=False),
    sa.Column('created_ms', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name', name='pk_users')
    )
    op.create_table('api_tokens',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_name', sa.String(length=128), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('created_ms', sa.BigInteger(), nullable=False),
    sa.Column('expires_ms', sa.BigInteger(), nullable=False),
    sa.Column('revoked', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['user_name'], ['users.name'], name='fk_api_tokens_user_name'),
    sa.PrimaryKeyConstraint('id', name='pk_api_tokens'),
    sa.UniqueConstraint('token_hash', name='uq_api_tokens_token_hash')
    )
    op.create_index('ix_api_tokens_user_name', 'api_tokens', ['user_name'])
    op.create_table('deliveries',
    sa.Column('outbox_id', sa.String(length=64), nullable=False),
    sa.Column('endpoint', sa.String(length=64), nullable=False),
    sa.Column('ticket_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('attempts', sa.BigInteger(), nullable=False),
    sa.Column('first_ms', sa.BigInteger(), nullable=False),
    sa.Column('next_ms', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], name='fk_deliveries_outbox_id'),
    sa.PrimaryKeyConstraint('outbox_id', 'endpoint', name='pk_deliveries')
    )
    op.create_index('ix_deliveries_endpoint_ticket_id_seq', 'deliveries', ['endpoint', 'ticket_id', 'seq'])
    op.create_index('ix_deliveries_state_next_ms', 'deliveries', ['state', 'next_ms'])
    op.create_table('delivery_attempts',
    sa.Column('outbox_id', sa.String(length=64), nullable=False),
    sa.Column('endpoint', sa.String(length=64), nullable=False),
    sa.Column('attempt', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('took_ms', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.BigInteger(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], name='fk_delivery_attempts_outbox_id'),
    sa.PrimaryKeyConstraint('outbox_id', 'endpoint', 'attempt', name='pk_delivery_attempts')
    )
    op.create_table('evidence',
    sa.Column('ticket_id', sa.String(length=64), nullable=False),
    sa.Column('occasion', sa.String(length=16), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('blob', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name='fk_evidence_ticket_id'),
    sa.PrimaryKeyConstraint('ticket_id', 'occasion', name='pk_evidence')
    )
    op.create_table('outcomes',
    sa.Column('ticket_id', sa.String(length=64), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('who', sa.Text(), nullable=False),
    sa.Column('enterprise_id', sa.Text(), nullable=True),
    sa.Column('problem_found', sa.Boolean(), nullable=False),
    sa.Column('measure', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name='fk_outcomes_ticket_id'),
    sa.PrimaryKeyConstraint('ticket_id', name='pk_outcomes')
    )
    op.create_index('ix_outcomes_enterprise_id', 'outcomes', ['enterprise_id'])
    op.create_table('photos',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('ticket_id', sa.String(length=64), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('who', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('blob', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name='fk_photos_ticket_id'),
    sa.PrimaryKeyConstraint('id', name='pk_photos')
    )
    op.create_index('ix_photos_ticket_id', 'photos', ['ticket_id'])
    op.create_table('sessions',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_name', sa.String(length=128), nullable=False),
    sa.Column('created_ms', sa.BigInteger(), nullable=False),
    sa.Column('expires_ms', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['user_name'], ['users.name'], name='fk_sessions_user_name'),
    sa.PrimaryKeyConstraint('token_hash', name='pk_sessions')
    )
    op.create_index('ix_sessions_expires_ms', 'sessions', ['expires_ms'])
    op.create_index('ix_sessions_user_name', 'sessions', ['user_name'])
    op.create_table('ticket_timers',
    sa.Column('ticket_id', sa.String(length=64), nullable=False),
    sa.Column('deadline_ms', sa.BigInteger(), nullable=True),
    sa.Column('watch_until_ms', sa.BigInteger(), nullable=True),
    sa.Column('leaves_ms', sa.BigInteger(), nullable=True),
    sa.Column('level', sa.BigInteger(), nullable=False),
    sa.Column('next_ms', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name='fk_ticket_timers_ticket_id'),
    sa.PrimaryKeyConstraint('ticket_id', name='pk_ticket_timers')
    )
    op.create_index('ix_ticket_timers_leaves_ms', 'ticket_timers', ['leaves_ms'])
    op.create_index('ix_ticket_timers_next_ms', 'ticket_timers', ['next_ms'])
    op.create_index('ix_ticket_timers_watch_until_ms', 'ticket_timers', ['watch_until_ms'])
    op.add_column('tickets', sa.Column('merged_into', sa.Text(), nullable=True))
