"""Events on their way to the endpoints."""

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from alerts.store.models.base import Base


class OutboxRow(Base):
    """An event that must reach the endpoints; written in the transaction of what it tells.

    Attributes:
        id: The webhook's id, the same over all retries.
        seq: Order of events.
        type: CloudEvents type, as `wugan.ticket.dispatched.v1`.
        not_before_ms: When it may leave: a dispatch can be undone for some seconds.
        body: The CloudEvents envelope, byte for byte.
        cancelled: Undone before it left.
        spread: Whether deliveries were made of it.
    """

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("seq"), Index(None, "spread", "not_before_ms"), Index(None, "at_ms"))

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int]
    ticket_id: Mapped[str] = mapped_column(index=True)
    type: Mapped[str]
    priority: Mapped[int]
    at_ms: Mapped[int]
    not_before_ms: Mapped[int]
    body: Mapped[str]
    cancelled: Mapped[bool]
    spread: Mapped[bool]


class DeliveryRow(Base):
    """One event on its way to one endpoint; `state` is waiting, delivered, dead or dropped."""

    __tablename__ = "deliveries"
    __table_args__ = (Index(None, "state", "next_ms"), Index(None, "endpoint", "ticket_id", "seq"))

    outbox_id: Mapped[str] = mapped_column(ForeignKey("outbox.id"), primary_key=True)
    endpoint: Mapped[str] = mapped_column(String(64), primary_key=True)
    ticket_id: Mapped[str]
    seq: Mapped[int]
    state: Mapped[str]
    attempts: Mapped[int]
    first_ms: Mapped[int]
    next_ms: Mapped[int]


class AttemptRow(Base):
    """One attempt to deliver; rows are only added."""

    __tablename__ = "delivery_attempts"

    outbox_id: Mapped[str] = mapped_column(ForeignKey("outbox.id"), primary_key=True)
    endpoint: Mapped[str] = mapped_column(String(64), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at_ms: Mapped[int]
    took_ms: Mapped[int]
    code: Mapped[int | None]
    error: Mapped[str | None]


class EndpointRow(Base):
    """How an endpoint fares: closed, or open until a time after failures; disabled after 410 until a person enables it.

    Attributes:
        form: In which form it is told.
        address: Scheme and host only; the rest may be secret.
        listed: Whether the file that the running process read names it.
        last_ok_ms: When it last took something; null = never.
        last_error: Why the last attempt failed; null after a success.
    """

    __tablename__ = "endpoints"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    open_until_ms: Mapped[int]
    disabled: Mapped[str | None]
    form: Mapped[str]
    address: Mapped[str]
    listed: Mapped[bool]
    last_ok_ms: Mapped[int | None]
    last_error: Mapped[str | None]
