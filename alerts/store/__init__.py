"""The ticket store on SQLite or PostgreSQL: tickets, people's moves, snapshots."""

from alerts.store.engine import open_store
from alerts.store.migrate import current, downgrade, newest, upgrade
from alerts.store.snapshots import Snapshots
from alerts.store.tickets import Page, Tickets, Wanted

__all__ = ["Page", "Snapshots", "Tickets", "Wanted", "current", "downgrade", "newest", "open_store", "upgrade"]
