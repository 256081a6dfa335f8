"""Open tickets of devices out of the store, by device."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.sensors.care import CareTicket
from alerts.store.models import TicketRow
from domain.ticket import TicketKind, TicketState
from domain.times import to_ms
from domain.wire import decode_ticket

DONE = (TicketState.CLOSED, TicketState.DISMISSED, TicketState.MERGED)
"""States in which nobody has anything left to do."""


def care_tickets(session: Session, site_id: str) -> dict[str, list[CareTicket]]:
    """Return the open tickets of kind sensor that have not healed, by sensor, oldest first."""
    asked = (
        select(TicketRow)
        .where(TicketRow.site == site_id, TicketRow.kind == TicketKind.SENSOR.value)
        .where(TicketRow.state.not_in([state.value for state in DONE]))
        .order_by(TicketRow.opened_ms, TicketRow.id)
    )
    found: dict[str, list[CareTicket]] = defaultdict(list)
    for row in session.scalars(asked):
        ticket = decode_ticket(row.system.encode())
        if ticket.event_end is not None:
            continue
        told = CareTicket(
            ticket_id=row.id,
            number=row.number,
            state=row.state,
            since_ms=to_ms(ticket.event_start),
            reasons=ticket.recommendation.reasons,
        )
        for sensor_id in ticket.sensors:
            found[sensor_id].append(told)
    return dict(found)
