"""What the agents need from the outside world, in their own words; every call may block and runs in a thread."""

from collections.abc import Sequence
from typing import Protocol

from domain.field import JudgedField
from domain.readings import Readings, Weather
from domain.site import Site
from domain.ticket import Ticket


class SnapshotStore(Protocol):
    """Keeps the newest state of each step and zone. Raises ConnectionError where trying again later may work."""

    def load(self, step: str, zone: str) -> tuple[int, bytes] | None:
        """Return the offset that the state covers, and its bytes; None where there is none."""
        ...

    def save(self, step: str, zone: str, offset: int, blob: bytes) -> bool:
        """Keep a state unless a newer one is kept already; say whether it was kept."""
        ...


class TicketSink(Protocol):
    """Takes tickets as the system sees them. Raises ConnectionError where trying again later may work."""

    def upsert(self, tickets: Sequence[Ticket]) -> object:
        """Store tickets; the same ticket twice is one."""
        ...


class History(Protocol):
    """Keeps what was measured and judged.

    Raises ConnectionError where trying again later may work, ValueError where the rows are refused for good.
    """

    def prepare(self) -> None:
        """Make what is missing; harmless to repeat."""
        ...

    def write_readings(self, readings: Readings, site: Site) -> None:
        """Keep readings; the same reading twice is one."""
        ...

    def write_weather(self, weather: Weather) -> None:
        """Keep weather rows."""
        ...

    def write_judged(self, minutes: Sequence[JudgedField], site: Site) -> None:
        """Keep judged minutes; the same minute twice is one."""
        ...
