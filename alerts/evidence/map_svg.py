"""A ticket, its site and the sensors around it → a map as one SVG, drawn here: no browser, no tiles, no script."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from alerts.evidence.window import AROUND_MS, Near
from domain.geo import EARTH_RADIUS_M
from domain.site import Enterprise, Site
from domain.ticket import Ticket
from domain.times import to_ms

SIZE = 720
"""Width and height. [pixels]"""
MARGIN = 1.15
NUMBERED_CANDIDATES = 5
TRACK_STEP = 10
"""Of a vehicle one reading in so many is drawn."""
TRACK_GAP_MS = 120_000
"""A track does not cross a longer silence, nor where the vehicle was away. [ms]"""
LEAST_REACH_M = 400.0
BAR_M = 500.0
"""Length of the scale bar. [m]"""
_COLOUR = {"named": "#c62828", "excluded": "#9e9e9e", "near": "#1565c0"}


@dataclass(frozen=True, slots=True)
class _View:
    """Degrees to pixels, flat about the ticket's place."""

    lon: float
    lat: float
    reach_m: float

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Return x and y. [pixels]"""
        scale = SIZE / (2 * self.reach_m)
        east = np.radians(lon - self.lon) * np.cos(np.radians(self.lat)) * EARTH_RADIUS_M
        north = np.radians(lat - self.lat) * EARTH_RADIUS_M
        return round(SIZE / 2 + east * scale, 1), round(SIZE / 2 - north * scale, 1)

    def frame(self) -> BaseGeometry:
        """Return what can be seen, in degrees."""
        high = np.degrees(self.reach_m / EARTH_RADIUS_M)
        wide = high / np.cos(np.radians(self.lat))
        return box(self.lon - wide, self.lat - high, self.lon + wide, self.lat + high)


def draw_map(ticket: Ticket, site: Site, near: Sequence[Near]) -> bytes:
    """Return the map; the same input gives the same bytes."""
    view = _View(ticket.lon, ticket.lat, _reach_m(near))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{SIZE}" height="{SIZE}" fill="#fafafa" stroke="#bbb"/>',
        *_places(ticket, site, view),
        *_tracks(ticket, near, view),
        *_stations(near, view),
        *_mark(ticket, view),
        *_wind(ticket),
        *_frame(ticket, view),
        "</svg>\n",
    ]
    return "\n".join(parts).encode()


def _reach_m(near: Sequence[Near]) -> float:
    away = [one.distance_m for one in near if one.distance_m == one.distance_m]
    return max(LEAST_REACH_M, *away) * MARGIN if away else LEAST_REACH_M * MARGIN


def _places(ticket: Ticket, site: Site, view: _View) -> Iterator[str]:
    frame = view.frame()
    rank = {one.enterprise_id: place for place, one in enumerate(ticket.candidates)}
    for road in site.roads:
        if frame.intersects(road.geometry):
            seen = _path(road.geometry.intersection(frame), view)
            yield f'<path d="{seen}" fill="none" stroke="#ddd" stroke-width="4"/>'
    for place in site.enterprises:
        if frame.intersects(place.geometry):
            yield from _place(place, rank.get(place.enterprise_id), view)


def _place(place: Enterprise, rank: int | None, view: _View) -> Iterator[str]:
    fill = "#ffcc80" if rank == 0 else "#ffe0b2" if rank is not None else "#eceff1"
    outline, name = _path(place.geometry, view), escape(place.name)
    yield f'<path d="{outline}" fill="{fill}" stroke="#90a4ae"><title>{name}</title></path>'
    if rank is not None and rank < NUMBERED_CANDIDATES:
        x, y = view.at(place.lon, place.lat)
        yield f'<text x="{x}" y="{y}" text-anchor="middle" font-weight="bold">{rank + 1}</text>'


def _path(shape: BaseGeometry, view: _View) -> str:
    """Return the outlines of any shape as path data."""
    parts = getattr(shape, "geoms", None)
    if parts is not None:
        return " ".join(_path(part, view) for part in parts)
    rings = [shape.exterior, *shape.interiors] if shape.geom_type == "Polygon" else [shape]
    return " ".join(_line(list(ring.coords), view, closed=shape.geom_type == "Polygon") for ring in rings)


def _line(places: Sequence[Sequence[float]], view: _View, *, closed: bool = False) -> str:
    points = [view.at(place[0], place[1]) for place in places]
    return "M" + " L".join(f"{x} {y}" for x, y in points) + (" Z" if closed else "") if points else ""


def _tracks(ticket: Ticket, near: Sequence[Near], view: _View) -> Iterator[str]:
    """Draw where vehicles drove, from half an hour before the event on."""
    since = to_ms(ticket.event_start) - AROUND_MS // 2
    for one in near:
        if one.sensor.lon == one.sensor.lon:
            continue
        rows = one.readings
        driven = (rows.time_ms >= since) & np.isfinite(rows.lon) & np.isfinite(rows.lat)
        colour, name = _COLOUR[one.role], escape(one.sensor.sensor_id)
        cuts = np.flatnonzero(np.diff(rows.time_ms[driven]) > TRACK_GAP_MS) + 1
        for part in np.split(np.column_stack([rows.lon[driven], rows.lat[driven]]), cuts):
            drawn = _line(part[::TRACK_STEP].tolist(), view)
            if drawn:
                yield (
                    f'<path d="{drawn}" fill="none" stroke="{colour}" stroke-dasharray="3 3" opacity="0.6">'
                    f"<title>{name}</title></path>"
                )


def _stations(near: Sequence[Near], view: _View) -> Iterator[str]:
    for one in near:
        if one.sensor.lon != one.sensor.lon:
            continue
        x, y = view.at(one.sensor.lon, one.sensor.lat)
        name = escape(one.sensor.sensor_id)
        size = 6 if one.role == "named" else 4
        yield f'<circle cx="{x}" cy="{y}" r="{size}" fill="{_COLOUR[one.role]}"><title>{name}</title></circle>'
        if one.role != "near":
            yield f'<text x="{x + 8:.1f}" y="{y + 4:.1f}" fill="{_COLOUR[one.role]}">{name}</text>'


def _mark(ticket: Ticket, view: _View) -> Iterator[str]:
    x, y = view.at(ticket.lon, ticket.lat)
    yield (
        f'<path d="M{x - 10:.1f} {y} H{x + 10:.1f} M{x} {y - 10:.1f} V{y + 10:.1f}" stroke="#6a1b9a" stroke-width="3">'
        "<title>线索位置 Place of the clue</title></path>"
    )


def _wind(ticket: Ticket) -> Iterator[str]:
    """Draw the wind as an arrow that points to where it blows."""
    wind = ticket.wind
    if wind.calm or wind.from_deg is None or wind.speed_ms is None:
        words = "静风 calm" if wind.calm else "无风数据 no wind data"
        yield f'<text x="{SIZE - 16}" y="28" text-anchor="end">{words}</text>'
        return
    yield (
        f'<g transform="translate({SIZE - 40} 44) rotate({wind.from_deg})">'
        '<path d="M0 -22 V18 M-7 8 L0 20 L7 8" fill="none" stroke="#37474f" stroke-width="3"/></g>'
    )
    yield f'<text x="{SIZE - 16}" y="88" text-anchor="end">{wind.speed_ms:g} m/s, {wind.from_deg}°</text>'


def _frame(ticket: Ticket, view: _View) -> Iterator[str]:
    """Write what it is, the scale and where north is."""
    long = round(BAR_M * SIZE / (2 * view.reach_m), 1)
    yield f'<text x="16" y="28" font-size="14">{escape(ticket.id)}</text>'
    yield f'<path d="M16 {SIZE - 20} h{long}" stroke="#000" stroke-width="3"/>'
    yield f'<text x="16" y="{SIZE - 28}">{BAR_M:.0f} m</text>'
    yield f'<text x="{SIZE - 16}" y="{SIZE - 20}" text-anchor="end">北 N ↑</text>'
