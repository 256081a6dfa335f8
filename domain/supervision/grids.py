"""A satellite product's grid and a place and time → what it says there, as a reason for a ticket's advice.

Decision table, of one grid and one place; the first row that applies holds:

| the grid                                                           | says                   |
|--------------------------------------------------------------------|------------------------|
| is of another pollutant (`no2` for NOx, `aerosol` for particles)   | nothing                |
| is of more than `SAME_HOUR` before the event or after its end      | nothing                |
| has no value at the place, or fewer than `LEAST_AROUND` around it  | nothing                |
| around the place (`AROUND_M`) all values are alike                 | nothing                |
| has the place `RAISED` spreads or more above the median around it  | `satellite_raised`     |
| has the place at that median or below                              | `satellite_not_raised` |
| otherwise                                                          | nothing                |

A ticket without pollutants (a complaint) is asked of any grid. The spread is 1.4826 × the median distance from the
median (MAD), so that the plume itself does not hide itself. A pixel of some kilometres is weak evidence either way: it
bears a point of the advice, and never more. All numbers are design values.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from domain.geo import DEGREE_M

SAME_HOUR = timedelta(hours=1)
AROUND_M = 20_000.0
LEAST_AROUND = 9
RAISED = 2.0
MAD_TO_SIGMA = 1.4826
MOST_CELLS = 250_000
"""A grid of more cells is cut to the zone first, or refused."""
_ALIKE = 1e-6

Values = npt.NDArray[np.float32]


class Quantity(StrEnum):
    """What a product measures."""

    NO2 = "no2"
    AEROSOL = "aerosol"


_SPEAKS_OF = {Quantity.NO2: {"nox", "no2"}, Quantity.AEROSOL: {"pm25", "pm10"}}


class GridRefused(ValueError):
    """A file is no grid that can be shown; one line for each fault: file, row or variable, what, how to mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Values on evenly spaced longitudes and latitudes (WGS-84), shape (rows, columns), the first row in the north.

    `west`, `south`, `east` and `north` are the outer edges of the cells; NaN = no value. [degrees]
    """

    product: str
    quantity: Quantity
    unit: str
    at: datetime
    west: float
    south: float
    east: float
    north: float
    values: Values

    @property
    def step(self) -> tuple[float, float]:
        """Return the size of a cell, eastward and northward. [degrees]"""
        rows, columns = self.values.shape
        return (self.east - self.west) / columns, (self.north - self.south) / rows

    def centres(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return longitudes, shape (columns,), and latitudes, shape (rows,), of the cells. [degrees]"""
        rows, columns = self.values.shape
        wide, high = self.step
        east = np.arange(columns, dtype=np.float64) + 0.5
        south = np.arange(rows, dtype=np.float64) + 0.5
        return (self.west + east * wide).astype(np.float64), (self.north - south * high).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a satellite saw at a place: in words for the advice, and the reason that it is; empty = none."""

    told: str
    reason: str


NOTHING = Seen(told="", reason="")


def grid_id(grid: Grid) -> str:
    """Return the id of a grid: a hash of all that it says; the same file twice is one."""
    edges = (grid.west, grid.south, grid.east, grid.north)
    told = (grid.product, grid.quantity.value, grid.unit, grid.at.isoformat(), str(grid.values.shape))
    words = "\x1f".join((*told, *(f"{edge:.6f}" for edge in edges)))
    body = np.ascontiguousarray(grid.values, "<f4").tobytes()
    return hashlib.sha256(words.encode() + b"\x1f" + body).hexdigest()[:20]


def speaks_of(quantity: Quantity, pollutants: Collection[str]) -> bool:
    """Say whether a product says something of a ticket's pollutants."""
    return not pollutants or bool(_SPEAKS_OF[quantity] & set(pollutants))


def is_of_that_hour(at: datetime, begun: datetime, over: datetime) -> bool:
    """Say whether a product was taken during an event, or within an hour of it."""
    return begun - SAME_HOUR <= at <= over + SAME_HOUR


def seen_at(grid: Grid, lon: float, lat: float) -> Seen:
    """Return what a grid says of a place; the caller has asked for pollutant and time."""
    place = _cell(grid, lon, lat)
    value = float("nan") if place is None else float(grid.values[place])
    if place is None or np.isnan(value):
        return NOTHING
    around = _around(grid, lon, lat, place)
    if len(around) < LEAST_AROUND:
        return NOTHING
    median = float(np.median(around))
    spread = MAD_TO_SIGMA * float(np.median(np.abs(around - median)))
    if spread <= _ALIKE * max(abs(median), 1e-30):
        return NOTHING
    above = (value - median) / spread
    reason = "satellite_raised" if above >= RAISED else "satellite_not_raised" if value <= median else ""
    told = f"{grid.quantity.value} {value:.3g} {grid.unit}, {above:+.1f} spreads from around it, {grid.product}"
    return Seen(told=told, reason=reason)


def nearest_in_time(taken: Iterable[tuple[datetime, str]], begun: datetime, over: datetime) -> str | None:
    """Return the id of what was taken nearest to an event's middle, the first by id of several; None of nothing."""
    middle = begun + (over - begun) / 2
    nearest = min(taken, key=lambda one: (abs(one[0] - middle), one[1]), default=None)
    return None if nearest is None else nearest[1]


def cut(grid: Grid, west: float, south: float, east: float, north: float) -> Grid:
    """Return the cells of a grid that touch a box.

    Raises:
        GridRefused: None does.
    """
    wide, high = grid.step
    rows, columns = grid.values.shape
    first = max(int(np.floor((west - grid.west) / wide)), 0)
    last = min(int(np.ceil((east - grid.west) / wide)), columns)
    top = max(int(np.floor((grid.north - north) / high)), 0)
    bottom = min(int(np.ceil((grid.north - south) / high)), rows)
    if first >= last or top >= bottom:
        told = f"{grid.west:.2f}–{grid.east:.2f} E, {grid.south:.2f}–{grid.north:.2f} N"
        raise GridRefused(f"the grid ({told}) does not touch this zone; give one that covers it, lon and lat in WGS-84")
    return replace(
        grid,
        west=grid.west + first * wide,
        east=grid.west + last * wide,
        north=grid.north - top * high,
        south=grid.north - bottom * high,
        values=grid.values[top:bottom, first:last],
    )


def _cell(grid: Grid, lon: float, lat: float) -> tuple[int, int] | None:
    wide, high = grid.step
    row, column = int(np.floor((grid.north - lat) / high)), int(np.floor((lon - grid.west) / wide))
    rows, columns = grid.values.shape
    return (row, column) if 0 <= row < rows and 0 <= column < columns else None


def _around(grid: Grid, lon: float, lat: float, place: tuple[int, int]) -> npt.NDArray[np.float64]:
    """Return the values within reach of a place, its own cell left out."""
    lons, lats = grid.centres()
    east_m = (lons - lon) * DEGREE_M * np.cos(np.radians(lat))
    north_m = (lats - lat) * DEGREE_M
    near = np.hypot(east_m[None, :], north_m[:, None]) <= AROUND_M
    near[place] = False
    values: npt.NDArray[np.float64] = grid.values[near].astype(np.float64)
    known: npt.NDArray[np.float64] = values[~np.isnan(values)]
    return known
