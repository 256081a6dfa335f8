"""The tables of the ticket store, the same on SQLite and PostgreSQL."""

from sqlalchemy import BigInteger, Float, ForeignKey, Index, LargeBinary, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints have names, so that a migration can take them away on both databases."""


class Base(DeclarativeBase):
    """Root of the models; times are Unix milliseconds."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {int: BigInteger, str: Text, float: Float, bytes: LargeBinary}  # noqa: RUF012 - read by SQLAlchemy


class CounterRow(Base):
    """A number that only grows; whoever counts holds the row until commit, so numbers appear in order."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[int]


class TicketRow(Base):
    """One ticket: the system's side whole in `system`, the person's side in `state` and the moves.

    Attributes:
        updated_ms: The later of the system's and a person's last change.
        system: Canonical JSON of the system's ticket, byte for byte.
        system_ms: `updated_at` in `system`; with `system_entries` it tells an older version from a newer.
        system_entries: Length of the history in `system`.
        version: Number of moves that people made.
        change_seq: Number of the last change of any kind; the live feed goes by it.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("site", "number"),
        UniqueConstraint("change_seq"),
        Index(None, "opened_ms", "id"),
        Index(None, "state", "opened_ms"),
        Index(None, "updated_ms"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    site: Mapped[str]
    number: Mapped[int]
    kind: Mapped[str]
    priority: Mapped[int]
    opened_ms: Mapped[int]
    updated_ms: Mapped[int]
    system: Mapped[str]
    system_ms: Mapped[int]
    system_entries: Mapped[int]
    state: Mapped[str]
    version: Mapped[int]
    change_seq: Mapped[int]


class MoveRow(Base):
    """One move of a person; rows are only added. The key lets no two moves take the same version."""

    __tablename__ = "ticket_moves"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at_ms: Mapped[int]
    who: Mapped[str]
    move: Mapped[str]
    state: Mapped[str]
    reason_code: Mapped[str | None]
    note: Mapped[str | None]
    enterprise_id: Mapped[str | None]
    first: Mapped[str | None]
    unknown: Mapped[float]
    action: Mapped[str]


class IdempotencyRow(Base):
    """The answer to a request that carried an `Idempotency-Key`."""

    __tablename__ = "idempotency_keys"

    who: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str]
    answer: Mapped[str]
    at_ms: Mapped[int] = mapped_column(index=True)


class SnapshotRow(Base):
    """The newest state of one step and zone of one running system (`prefix`)."""

    __tablename__ = "snapshots"

    prefix: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    zone: Mapped[str] = mapped_column(primary_key=True)
    offset: Mapped[int]
    blob: Mapped[bytes]
