"""The tables of the store, the same on SQLite and PostgreSQL; times are Unix milliseconds."""

from alerts.store.models.base import Base
from alerts.store.models.delivery import AttemptRow, DeliveryRow, EndpointRow, OutboxRow
from alerts.store.models.people import SessionRow, TokenRow, UserRow
from alerts.store.models.records import AuditRow, EvidenceRow, PhotoRow
from alerts.store.models.tickets import (
    CounterRow,
    DispatchDeliveredRow,
    IdempotencyRow,
    MoveRow,
    OutcomeRow,
    SnapshotRow,
    StormRow,
    TicketRow,
    TimerRow,
)

__all__ = [
    "AttemptRow",
    "AuditRow",
    "Base",
    "CounterRow",
    "DeliveryRow",
    "DispatchDeliveredRow",
    "EndpointRow",
    "EvidenceRow",
    "IdempotencyRow",
    "MoveRow",
    "OutboxRow",
    "OutcomeRow",
    "PhotoRow",
    "SessionRow",
    "SnapshotRow",
    "StormRow",
    "TicketRow",
    "TimerRow",
    "TokenRow",
    "UserRow",
]
