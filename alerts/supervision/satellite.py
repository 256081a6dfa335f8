"""Satellite products into the store: kept once, listed, given as a layer; open tickets are told anew."""

from dataclasses import dataclass

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.store.audit import record
from alerts.store.engine import reading, writing
from alerts.store.models import GridRow, TicketRow
from alerts.store.numbering import Numbering
from alerts.store.satellite import grid_of, is_meant, seen_of
from alerts.supervision.clues import OPEN_STATES, tell_ticket
from alerts.supervision.office import Office
from domain.problem import Problem
from domain.supervision.grids import SAME_HOUR, Grid, grid_id
from domain.ticket import TicketKind
from domain.times import to_ms
from domain.wire import decode_ticket

AROUND_DEG = 0.5
"""Of a product so much around the zone is kept, to tell raised from usual. Design value."""
FUTURE_MS = 300_000
LONGEST_OPEN_MS = 7 * 86_400_000

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of a product; `is_new` false = it was known already; `tickets` = whose advice it changes."""

    grid_id: str
    rows: int
    columns: int
    is_new: bool
    tickets: tuple[str, ...]


def zone_box(office: Office) -> Box | None:
    """Return the box that products are cut to; None where no enterprise is registered."""
    shapes = [one.geometry for one in office.register.by_id.values()]
    if not shapes:
        return None
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(shapes))
    return west - AROUND_DEG, south - AROUND_DEG, east + AROUND_DEG, north + AROUND_DEG


def keep_grid(office: Office, grid: Grid, who: str) -> Kept:
    """Keep a product; the same again is one.

    Raises:
        Problem: 422, it is from the future.
    """
    now_ms = office.now_ms()
    if to_ms(grid.at) > now_ms + FUTURE_MS:
        detail = f"time: {grid.at.isoformat()} is in the future; give when the product was taken"
        raise Problem(422, "bad_grid", "Product not understood", detail)
    row = _row(grid, who, now_ms)
    with writing(office.engine) as session:
        numbering = Numbering(session)
        if session.get(GridRow, row.grid_id) is not None:
            return Kept(grid_id=row.grid_id, rows=row.rows, columns=row.columns, is_new=False, tickets=())
        session.add(row)
        told = {"product": row.product, "quantity": row.quantity, "at": grid.at.isoformat()}
        record(session, now_ms, who, "satellite.imported", row.grid_id, told)
        session.flush()
        tickets = _tell(session, numbering, office, grid)
        return Kept(grid_id=row.grid_id, rows=row.rows, columns=row.columns, is_new=True, tickets=tickets)


def list_grids(office: Office, limit: int = 50) -> list[GridRow]:
    """Return products, the last taken first."""
    with reading(office.engine) as session:
        rows = list(session.scalars(select(GridRow).order_by(GridRow.at_ms.desc(), GridRow.grid_id).limit(limit)))
        session.expunge_all()
        return rows


def find_grid(office: Office, wanted: str) -> GridRow:
    """Return one product with its values.

    Raises:
        Problem: 404, there is none of this id.
    """
    with reading(office.engine) as session:
        row = session.get(GridRow, wanted) if wanted.isprintable() else None
        if row is None:
            detail = f"no satellite product {wanted[:60]!r}; GET /api/v1/satellite lists them"
            raise Problem(404, "unknown_grid", "Unknown satellite product", detail)
        session.expunge(row)
        return row


def values_of(row: GridRow) -> list[list[float | None]]:
    """Return a product's values, row by row from the north, to four digits; None = no value."""
    values = grid_of(row).values
    return [[None if np.isnan(one) else float(f"{one:.4g}") for one in line] for line in values]


def _row(grid: Grid, who: str, now_ms: int) -> GridRow:
    rows, columns = grid.values.shape
    return GridRow(
        grid_id=grid_id(grid),
        product=grid.product,
        quantity=grid.quantity.value,
        unit=grid.unit,
        at_ms=to_ms(grid.at),
        west=grid.west,
        south=grid.south,
        east=grid.east,
        north=grid.north,
        rows=rows,
        columns=columns,
        who=who,
        received_ms=now_ms,
        values=np.ascontiguousarray(grid.values, "<f4").tobytes(),
    )


def _tell(session: Session, numbering: Numbering, office: Office, grid: Grid) -> tuple[str, ...]:
    """Tell anew of the open tickets of which the product says something."""
    begins_ms = to_ms(grid.at - SAME_HOUR)
    asked = select(TicketRow).where(
        TicketRow.site == office.site_id,
        TicketRow.kind == TicketKind.LOCAL.value,
        TicketRow.state.in_(OPEN_STATES),
        TicketRow.system_ms >= begins_ms - LONGEST_OPEN_MS,
    )
    rows = {row.id: row for row in session.scalars(asked.order_by(TicketRow.id))}
    tickets = [decode_ticket(row.system.encode()) for row in rows.values()]
    meant = [one for one in tickets if is_meant(one, grid.quantity, grid.at)]
    told = tuple(ticket_id for ticket_id, seen in seen_of(session, meant).items() if seen.reason)
    for ticket_id in told:
        tell_ticket(session, numbering, office, rows[ticket_id], office.now_ms())
    return told
