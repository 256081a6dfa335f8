"""What every part of supervision needs: the tables, the register, the site's rules and zone, and the time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from alerts.settings import TicketRules
from alerts.supervision.register import Register
from domain.supervision.history import SupervisionTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One site's supervision.

    Attributes:
        site_id: The site.
        engine: Made by `open_store`; its calls may block.
        register: The site's enterprises.
        table: Grades, caps and weights of credit facts.
        zone: The site's time zone; days and years are its days and years.
        now_ms: The time. [Unix ms]
        rules: How tickets move on, for whatever here opens or moves one.
    """

    site_id: str
    engine: Engine
    register: Register
    table: SupervisionTable
    zone: ZoneInfo
    now_ms: Callable[[], int]
    rules: TicketRules = field(default_factory=TicketRules)

    def at(self, at_ms: int) -> datetime:
        """Return a moment as a time of the site's zone."""
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.zone)

    def today(self) -> date:
        """Return the day in the site's zone."""
        return self.at(self.now_ms()).date()
