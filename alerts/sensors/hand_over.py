"""A shift's hours to all that it hands over: the tickets' side out of the store, the devices' out of what is live."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.sensors.care import Cared, Trouble, cared
from alerts.sensors.ports import Devices
from alerts.sensors.tickets import care_tickets
from alerts.store.engine import reading
from alerts.store.handover import Handover, handover
from alerts.supervision.office import Office
from alerts.supervision.shifts import shift_of

OUTAGES = frozenset({Trouble.OFFLINE, Trouble.STALE, Trouble.STUCK, Trouble.DRIFT, Trouble.TICKET})
"""What the next shift must know of a device; passing flags and calibrations are for the page of the devices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What a shift hands over.

    Attributes:
        told: Tickets and decisions.
        outages: Devices that don't speak or are not believed, as they stand now.
        devices: How many there are.
    """

    told: Handover
    outages: Sequence[Cared]
    devices: int


@dataclass(frozen=True, slots=True)
class Shifts:
    """Reads shifts. Its calls block, and raise ConnectionError where the database is away."""

    office: Office
    devices: Devices

    def of(self, since: datetime | None = None, until: datetime | None = None) -> Shift:
        """Return a shift; see `shift_of`.

        Raises:
            Problem: 422, no such hours.
        """
        office = self.office
        since_ms, until_ms = shift_of(office, since, until)
        now = self.devices.now()
        with reading(office.engine) as session:
            told = handover(session, office.site_id, since_ms, until_ms, office.rules)
            tickets = care_tickets(session, office.site_id)
        devices = cared(now.sensors, tickets, office.today())
        out = [one for one in devices if OUTAGES & set(one.troubles)]
        return Shift(told=told, outages=out, devices=len(devices))
