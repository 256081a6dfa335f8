"""A shift's hours to all that it hands over: the tickets' side out of the store, the devices' out of what is live."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.sensors.care import Cared, Trouble, cared
from alerts.sensors.ports import Devices
from alerts.sensors.tickets import care_tickets
from alerts.store.engine import reading, writing
from alerts.store.handover import Handover, handover
from alerts.store.taking_over import TakenOver, take_over, taken_over
from alerts.supervision.office import Office
from alerts.supervision.shifts import shift_of
from domain.problem import Problem

OUTAGES = frozenset({Trouble.OFFLINE, Trouble.STALE, Trouble.STUCK, Trouble.DRIFT, Trouble.TICKET})
"""What the next shift must know of a device; passing flags and calibrations are for the page of the devices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What a shift hands over.

    Attributes:
        told: Tickets and decisions.
        outages: Devices that don't speak or are not believed, as they stand now.
        devices: How many there are.
        taken: Who took it over, oldest first.
    """

    told: Handover
    outages: Sequence[Cared]
    devices: int
    taken: Sequence[TakenOver] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many stand in each part."""
        told = self.told
        parts = {"waiting": told.waiting, "watching": told.watching, "shelved": told.shelved, "care": told.care}
        return {**{name: len(part) for name, part in parts.items()}, "outages": len(self.outages)}


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
            taken = taken_over(session, office.site_id, since_ms, until_ms)
        devices = cared(now.sensors, tickets, office.today())
        out = [one for one in devices if OUTAGES & set(one.troubles)]
        return Shift(told=told, outages=out, devices=len(devices), taken=taken)

    def take_over(self, who: str, since: datetime | None, until: datetime | None, note: str) -> TakenOver:
        """Sign for a shift as it stands now; see `of`.

        Raises:
            Problem: 422, no such hours, or they have not begun.
        """
        office, shift = self.office, self.of(since, until)
        if shift.told.since_ms > office.now_ms():
            raise Problem(422, "invalid", "Shift not understood", "from: is yet to come; sign once the shift has begun")
        signed = TakenOver(
            at_ms=office.now_ms(),
            who=who,
            since_ms=shift.told.since_ms,
            until_ms=shift.told.until_ms,
            note=note,
            counts=shift.counts,
        )
        with writing(office.engine) as session:
            return take_over(session, office.site_id, signed)
