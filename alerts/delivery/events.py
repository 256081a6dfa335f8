"""What is told to the outside; kept beside the store, whose every change puts its own events into the outbox."""

from alerts.store.outbox import EventType, cancel, put

__all__ = ["EventType", "cancel", "put"]
