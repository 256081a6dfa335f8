"""Satellite grids as rows → what each ticket's place shows, in one query; a grid is decoded once."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.store.models import GridRow
from domain.supervision.clues import ClueSource
from domain.supervision.grids import (
    NOTHING,
    SAME_HOUR,
    Grid,
    Quantity,
    Seen,
    is_of_that_hour,
    nearest_in_time,
    seen_at,
    speaks_of,
)
from domain.ticket import Ticket, TicketKind
from domain.times import to_datetime, to_ms

MOST_KEPT = 4096
"""So many answers are remembered; a grid never changes under its id. Design value."""
LONGEST = timedelta(days=2)
"""Of an event that lasts longer its last days count. Design value."""

_Taken = tuple[str, Quantity, datetime]
"""Id, what it measures, when it was taken."""


class _Answers:
    """What grids said of places, the last asked kept; calls come from several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, float, float], Seen] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, float, float]) -> Seen | None:
        with self._lock:
            return self._kept.get(key)

    def put(self, key: tuple[str, float, float], seen: Seen) -> None:
        with self._lock:
            self._kept[key] = seen
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)


_ANSWERS = _Answers()


def seen_of(session: Session, tickets: Sequence[Ticket]) -> dict[str, Seen]:
    """Return what satellites saw at the place and time of each local ticket of which there is something to say."""
    asked = [(ticket, *_span(ticket)) for ticket in tickets if _is_of_air(ticket)]
    if not asked:
        return {}
    since_ms = to_ms(min(begun for _, begun, _ in asked) - SAME_HOUR)
    until_ms = to_ms(max(over for _, _, over in asked) + SAME_HOUR)
    columns = select(GridRow.grid_id, GridRow.quantity, GridRow.at_ms)
    rows = session.execute(columns.where(GridRow.at_ms >= since_ms, GridRow.at_ms <= until_ms))
    taken = [(grid_id, Quantity(quantity), to_datetime(at_ms)) for grid_id, quantity, at_ms in rows]
    found = {ticket.id: _seen(session, ticket, taken, begun, over) for ticket, begun, over in asked} if taken else {}
    return {ticket_id: seen for ticket_id, seen in found.items() if seen.told}


def grid_of(row: GridRow) -> Grid:
    """Return a row as the rules read it."""
    values = np.frombuffer(row.values, "<f4").reshape(row.rows, row.columns)
    return Grid(
        product=row.product,
        quantity=Quantity(row.quantity),
        unit=row.unit,
        at=to_datetime(row.at_ms),
        west=row.west,
        south=row.south,
        east=row.east,
        north=row.north,
        values=values,
    )


def is_meant(ticket: Ticket, quantity: Quantity, at: datetime) -> bool:
    """Say whether a product of that time may say something of a ticket."""
    return _is_of_air(ticket) and speaks_of(quantity, ticket.pollutants) and is_of_that_hour(at, *_span(ticket))


def _is_of_air(ticket: Ticket) -> bool:
    return ticket.kind is TicketKind.LOCAL and ticket.source != ClueSource.DATA_CHECK


def _span(ticket: Ticket) -> tuple[datetime, datetime]:
    over = ticket.event_end or ticket.updated_at
    return max(ticket.event_start, over - LONGEST), over


def _seen(session: Session, ticket: Ticket, taken: Sequence[_Taken], begun: datetime, over: datetime) -> Seen:
    fitting = [
        (at, grid_id)
        for grid_id, quantity, at in taken
        if speaks_of(quantity, ticket.pollutants) and is_of_that_hour(at, begun, over)
    ]
    grid_id = nearest_in_time(fitting, begun, over)
    if grid_id is None:
        return NOTHING
    key = (grid_id, ticket.lon, ticket.lat)
    known = _ANSWERS.get(key)
    if known is None:
        known = seen_at(grid_of(session.get_one(GridRow, grid_id)), ticket.lon, ticket.lat)
        _ANSWERS.put(key, known)
    return known
