"""A site and its clues as numbers of an SVG: paths, dots and lines; no map service, no browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from shapely.geometry.base import BaseGeometry

from domain.channels import MINUTE_MS
from domain.readings import FloatArray, IntArray
from domain.site import Site
from domain.ticket import Ticket
from domain.times import to_ms

MAP_WIDTH = 960.0
_MARGIN = 24.0
_MAX_ASPECT = 1.2
TRACE_WIDTH, TRACE_HEIGHT = 220.0, 44.0
_TRACE_POINTS = 160


@dataclass(frozen=True, slots=True)
class Canvas:
    """Degrees to the drawing's units; north is up, east and north to the same scale at the site's latitude."""

    west: float
    north: float
    per_lon: float
    per_lat: float
    height: float

    def points(self, lon: Sequence[float] | FloatArray, lat: Sequence[float] | FloatArray) -> list[tuple[float, float]]:
        """Return places of the drawing."""
        x = _MARGIN + (np.asarray(lon) - self.west) * self.per_lon
        y = _MARGIN + (self.north - np.asarray(lat)) * self.per_lat
        return [(round(float(a), 1), round(float(b), 1)) for a, b in zip(x, y, strict=True)]


def canvas_of(site: Site, tickets: Sequence[Ticket]) -> Canvas:
    """Fit stations, places and clues into the drawing."""
    fixed = [(sensor.lon, sensor.lat) for sensor in site.sensors if sensor.lon == sensor.lon]
    corners = [corner for place in site.enterprises for corner in _corners(place.geometry)]
    spots = np.array([*fixed, *corners, *((ticket.lon, ticket.lat) for ticket in tickets)] or [(0.0, 0.0)])
    west, south = spots.min(axis=0)
    east, north = spots.max(axis=0)
    narrow = float(np.cos(np.radians((south + north) / 2.0)))
    inner = MAP_WIDTH - 2 * _MARGIN
    wide, tall = max(float(east - west) * narrow, 1e-3), max(float(north - south), 1e-3)
    scale = inner / max(wide, tall / _MAX_ASPECT)
    return Canvas(float(west), float(north), scale * narrow, scale, round(tall * scale + 2 * _MARGIN, 1))


def _corners(geometry: BaseGeometry) -> list[tuple[float, float]]:
    west, south, east, north = geometry.bounds
    return [(west, south), (east, north)]


def path_of(geometry: BaseGeometry, canvas: Canvas) -> str:
    """Return an SVG path of a polygon's or line's outlines."""
    parts = getattr(geometry, "geoms", [geometry])
    lines = [part.exterior if hasattr(part, "exterior") else part for part in parts]
    path = []
    for line in lines:
        lon, lat = np.asarray(line.coords)[:, :2].T
        path.append("M" + "L".join(f"{x},{y}" for x, y in canvas.points(lon, lat)))
    return "".join(path)


@dataclass(frozen=True, slots=True)
class Trace:
    """What a ticket's loudest sensor showed while its excess lasted: lines of an SVG, and its top. [µg/m³]"""

    value: str
    background: str
    top_ugm3: float


class Traces:
    """Finds the trace of a ticket among all breached minutes."""

    def __init__(self, breaches: pa.Table) -> None:
        sensor, pollutant = (breaches.column(name).combine_chunks() for name in ("sensor_id", "pollutant"))
        self._minute_ms = breaches.column("minute").cast(pa.int64()).to_numpy()
        self._value = breaches.column("value").to_numpy()
        self._background = breaches.column("background").to_numpy()
        keys = pc.binary_join_element_wise(sensor, pollutant, " ").dictionary_encode()
        codes = keys.indices.to_numpy()
        order = np.argsort(codes, kind="stable")
        ends = np.cumsum(np.bincount(codes, minlength=len(keys.dictionary)))
        self._rows: Mapping[str, IntArray] = dict(
            zip(keys.dictionary.to_pylist(), np.split(order, ends[:-1]) if len(ends) else [], strict=True)
        )

    def of(self, ticket: Ticket) -> Trace | None:
        """Return the trace; None where nothing was kept of it."""
        if ticket.peak is None:
            return None
        rows = self._rows.get(f"{ticket.peak.sensor_id} {ticket.peak.pollutant}")
        if rows is None:
            return None
        until_ms = to_ms(ticket.event_end or ticket.updated_at)
        minute_ms = self._minute_ms[rows]
        rows = rows[(minute_ms >= to_ms(ticket.event_start) - MINUTE_MS) & (minute_ms <= until_ms)]
        rows = rows[~np.isnan(self._value[rows])]
        if not len(rows):
            return None
        rows = rows[:: max(len(rows) // _TRACE_POINTS, 1)]
        return self._drawn(rows)

    def _drawn(self, rows: IntArray) -> Trace:
        minute_ms, value, background = self._minute_ms[rows], self._value[rows], self._background[rows]
        top = float(max(value.max(), np.nanmax(background, initial=1.0)))
        span_ms = max(int(minute_ms[-1] - minute_ms[0]), MINUTE_MS)
        x = 2.0 + (minute_ms - minute_ms[0]) / span_ms * (TRACE_WIDTH - 4.0)
        return Trace(_line(x, value, top), _line(x, background, top), round(top, 1))


def _line(x: FloatArray, level: FloatArray, top: float) -> str:
    y = TRACE_HEIGHT - 2.0 - np.nan_to_num(level) / top * (TRACE_HEIGHT - 6.0)
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
