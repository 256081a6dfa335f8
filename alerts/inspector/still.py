"""A place in a zone in, a small map out: an SVG that needs no tiles, no script and no network."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import cos, isfinite, radians

from shapely.geometry import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

from alerts.view import TicketView
from domain.site import SensorKind, Site

WIDTH, HEIGHT = 360, 240
"""Of the picture. [SVG units]"""
LEAST_RADIUS_M, MOST_RADIUS_M = 500.0, 1500.0
"""How far the picture shows around the place, east and west. Design values. [m]"""
CANDIDATES = 3
"""How many candidates are numbered, as in the list below the map."""
_METRES_PER_DEG = 111_195.0
_BAR_M = 200


@dataclass(frozen=True, slots=True)
class _Frame:
    """Degrees to the picture: the place stands in its middle, north is up."""

    lon: float
    lat: float
    scale: float

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Return a place in the picture."""
        east_m = (lon - self.lon) * _METRES_PER_DEG * cos(radians(self.lat))
        north_m = (lat - self.lat) * _METRES_PER_DEG
        return WIDTH / 2 + east_m * self.scale, HEIGHT / 2 - north_m * self.scale

    def window(self) -> Polygon:
        """Return what the picture shows, in degrees."""
        high = HEIGHT / 2 / self.scale / _METRES_PER_DEG
        wide = WIDTH / 2 / self.scale / _METRES_PER_DEG / cos(radians(self.lat))
        return box(self.lon - wide, self.lat - high, self.lon + wide, self.lat + high)


def map_still(site: Site, ticket: TicketView, title: str) -> str:
    """Return the map as an SVG element.

    Args:
        site: The zone.
        ticket: Its place, candidates and wind are drawn.
        title: What the picture is, for those who can't see it.
    """
    frame = _frame(site, ticket)
    parts = [
        *_roads(site, frame),
        *_grounds(site, frame),
        *_sensors(site, ticket, frame),
        *_numbers(site, ticket, frame),
        _place(),
        *_wind(ticket),
        _bar(frame),
    ]
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" class="still" xmlns="http://www.w3.org/2000/svg">'
    return f"{head}<title>{escape(title)}</title>{''.join(parts)}</svg>"


def _frame(site: Site, ticket: TicketView) -> _Frame:
    """Return a frame that holds the leading candidates where they are not too far."""
    shown = [place for _, place in _leading(site, ticket)]
    near = _Frame(ticket.lon, ticket.lat, 1.0)
    away = [abs(near.at(place.x, place.y)[0] - WIDTH / 2) for place in shown]
    away += [abs(near.at(place.x, place.y)[1] - HEIGHT / 2) * WIDTH / HEIGHT for place in shown]
    radius_m = min(max([LEAST_RADIUS_M, *(1.15 * metres for metres in away)]), MOST_RADIUS_M)
    return _Frame(ticket.lon, ticket.lat, WIDTH / 2 / radius_m)


def _leading(site: Site, ticket: TicketView) -> list[tuple[int, BaseGeometry]]:
    grounds = {place.enterprise_id: place.geometry for place in site.enterprises}
    first = enumerate(ticket.candidates[:CANDIDATES], 1)
    return [(number, grounds[one.enterprise_id].centroid) for number, one in first if one.enterprise_id in grounds]


def _grounds(site: Site, frame: _Frame) -> Iterable[str]:
    for place in site.enterprises:
        for part in _parts(place.geometry, frame):
            if isinstance(part, Polygon):
                yield f'<path class="ground" d="{_path(part.exterior.coords, frame)}Z"/>'


def _roads(site: Site, frame: _Frame) -> Iterable[str]:
    for road in site.roads:
        for part in _parts(road.geometry, frame):
            if isinstance(part, LineString):
                yield f'<path class="road" d="{_path(part.coords, frame)}"/>'


def _parts(geometry: BaseGeometry, frame: _Frame) -> Sequence[BaseGeometry]:
    seen = geometry.intersection(frame.window())
    return [] if seen.is_empty else list(getattr(seen, "geoms", [seen]))


def _path(coords: Iterable[Sequence[float]], frame: _Frame) -> str:
    points = (frame.at(point[0], point[1]) for point in coords)
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _sensors(site: Site, ticket: TicketView, frame: _Frame) -> Iterable[str]:
    for sensor in site.sensors:
        if sensor.kind is SensorKind.VEHICLE or not (isfinite(sensor.lon) and isfinite(sensor.lat)):
            continue
        x, y = frame.at(sensor.lon, sensor.lat)
        if 0 <= x <= WIDTH and 0 <= y <= HEIGHT:
            kind = "sensor raised" if sensor.sensor_id in ticket.sensors else "sensor"
            yield f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'


def _numbers(site: Site, ticket: TicketView, frame: _Frame) -> Iterable[str]:
    for number, centre in reversed(_leading(site, ticket)):
        x, y = frame.at(centre.x, centre.y)
        yield f'<rect class="number" x="{x - 9:.1f}" y="{y - 9:.1f}" width="18" height="18"/>'
        yield f'<text class="digit" x="{x:.1f}" y="{y + 4.5:.1f}">{number}</text>'


def _place() -> str:
    x, y = WIDTH / 2, HEIGHT / 2
    return f'<circle class="place" cx="{x}" cy="{y}" r="13"/><circle class="dot" cx="{x}" cy="{y}" r="2.5"/>'


def _wind(ticket: TicketView) -> Iterable[str]:
    """Draw an arrow the way that the wind blows; none where it is calm or unknown."""
    if ticket.wind.calm or ticket.wind.from_deg is None:
        return
    turn = f"translate(330 30) rotate({ticket.wind.from_deg})"
    yield f'<g class="wind" transform="{turn}"><circle r="20"/><path d="M0-14V12M-6 5L0 14L6 5"/></g>'


def _bar(frame: _Frame) -> str:
    wide = _BAR_M * frame.scale
    line = f'<path class="bar" d="M10 {HEIGHT - 16}v6h{wide:.1f}v-6"/>'
    return f'{line}<text class="length" x="{15 + wide:.1f}" y="{HEIGHT - 9}">{_BAR_M} m</text>'
