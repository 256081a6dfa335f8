"""Tickets, what people did with them and what is due; the worker's snapshots."""

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from alerts.store.models.base import Base


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
        merged_into: The ticket that took this one in, by a person's move.
        version: Number of moves that people made.
        change_seq: Number of the last change of any kind; the live feed goes by it.
        lead: The enterprise that leads its candidates, out of `system` as what follows; null = unknown leads.
        pollutant: Of its peak; null = it has none.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("site", "number"),
        UniqueConstraint("change_seq"),
        Index(None, "opened_ms", "id"),
        Index(None, "state", "opened_ms"),
        Index(None, "updated_ms"),
        Index(None, "lead", "opened_ms"),
        Index(None, "site", "lat", "lon"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    site: Mapped[str]
    number: Mapped[int]
    merged_into: Mapped[str | None]
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
    lead: Mapped[str | None]
    pollutant: Mapped[str | None]
    lon: Mapped[float | None]
    lat: Mapped[float | None]


class MoveRow(Base):
    """One move; rows are only added. The key lets no two moves take the same version.

    Attributes:
        detail: More of it as JSON: minutes, the other ticket of a merging, the outcome, what an undoing needs.
    """

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
    detail: Mapped[str | None]


class DispatchDeliveredRow(Base):
    """A dispatch has reached its first endpoint; no move, so whoever has the ticket before them may still decide.

    Attributes:
        event_id: The event that told of the dispatch; once, however often it is sent again.
        state: Of the ticket at that moment, as `first`, `unknown` and `action`.
    """

    __tablename__ = "dispatches_delivered"

    event_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), index=True)
    at_ms: Mapped[int]
    endpoint: Mapped[str] = mapped_column(String(64))
    state: Mapped[str]
    first: Mapped[str | None]
    unknown: Mapped[float]
    action: Mapped[str]


class TimerRow(Base):
    """What is due for a ticket; null = nothing.

    Attributes:
        deadline_ms: When a person must have answered.
        watch_until_ms: When watching ends and the ticket comes back.
        leaves_ms: When a dispatch leaves for the inspectors; until then it can be undone.
        shelved_until_ms: When shelving ends and the ticket comes back.
        level: How many contacts were told that nobody answered, of a dispatch: that no inspector took it on.
        next_ms: When the next contact is told, or the last one reminded.
    """

    __tablename__ = "ticket_timers"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    deadline_ms: Mapped[int | None]
    watch_until_ms: Mapped[int | None] = mapped_column(index=True)
    leaves_ms: Mapped[int | None] = mapped_column(index=True)
    shelved_until_ms: Mapped[int | None] = mapped_column(index=True)
    level: Mapped[int]
    next_ms: Mapped[int | None] = mapped_column(index=True)


class StormRow(Base):
    """A ticket that was told of in one notice with others, because too many opened at once."""

    __tablename__ = "storm_tickets"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    event_id: Mapped[str] = mapped_column(String(64), index=True)
    at_ms: Mapped[int]


class OutcomeRow(Base):
    """What an inspector found, once a ticket; `measure` is none, guidance, rectification or penalty."""

    __tablename__ = "outcomes"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    at_ms: Mapped[int]
    who: Mapped[str]
    enterprise_id: Mapped[str | None] = mapped_column(index=True)
    problem_found: Mapped[bool]
    measure: Mapped[str]
    note: Mapped[str | None]


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
