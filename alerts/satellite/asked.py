"""What is said of a product's file beside it: its name, what it measures, its time, the part that is wanted."""

from dataclasses import dataclass
from datetime import datetime

from domain.supervision.grids import GridRefused, Quantity

HUGE_CELLS = 400_000_000
"""A file of more cells is not looked into. Design value."""

Box = tuple[float, float, float, float]
"""West, south, east, north. [degrees]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is said of a file beside it.

    Attributes:
        product: What to call it.
        quantity: What it measures.
        at: When it was taken; None = as the file says.
        unit: Its unit; empty = as the file says.
        variable: Which variable of a NetCDF file; None = its only one with latitude and longitude.
        box: Cut to the cells that touch this; None = all.
    """

    product: str
    quantity: Quantity
    at: datetime | None = None
    unit: str = ""
    variable: str | None = None
    box: Box | None = None


def time_of(asked: Asked, told: datetime | None) -> datetime:
    """Return when a product was taken.

    Raises:
        GridRefused: Neither the file nor anybody says.
    """
    at = asked.at or told
    if at is None:
        raise GridRefused("the file does not say when it was taken; give the time, as 2026-03-01T05:30:00Z")
    return at
