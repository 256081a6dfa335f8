"""Scores as numbers of an SVG: the map of a run, the reliability of probabilities, delays as a staircase."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulators.scoring.measures import Measure
from simulators.scoring.outcomes import RunScore, Verdict
from simulators.scoring.reliability import Bin

MAP, PLOT, MARGIN = 300.0, 280.0, 26.0
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class RunMap:
    """One run: stations, sources (x, y, found, due, label), tickets (x, y, verdict, label), lines between both."""

    name: str
    stations: tuple[Point, ...]
    sources: tuple[tuple[float, float, bool, bool, str], ...]
    tickets: tuple[tuple[float, float, str, str], ...]
    lines: tuple[tuple[float, float, float, float], ...]


def map_of(run: RunScore) -> RunMap:
    """Return a run's map, north up; what lies outside is left out by the SVG's own border."""
    sources = [event for event in run.events if not math.isnan(event.event.lon)]
    local = [ticket for ticket in run.tickets if ticket.verdict not in (Verdict.REGIONAL, Verdict.SENSOR)]
    frame = run.stations or tuple((event.event.lon, event.event.lat) for event in sources) or ((0.0, 0.0),)
    put = _putter(frame)
    at = {event.event.event_id: put(event.event.lon, event.event.lat) for event in sources}
    tickets = [(put(ticket.lon, ticket.lat), ticket) for ticket in local]
    return RunMap(
        run.name,
        tuple(put(*place) for place in run.stations),
        tuple((*at[e.event.event_id], e.found, e.event.due, f"{e.event.event_id} {e.event.kind}") for e in sources),
        tuple(
            (*place, ticket.verdict.value, f"{ticket.verdict} {', '.join(ticket.near)}") for place, ticket in tickets
        ),
        tuple((*place, *at[ticket.event_id]) for place, ticket in tickets if ticket.event_id in at),
    )


class _putter:  # noqa: N801 - a function with a memory
    """Degrees to the drawing's units."""

    def __init__(self, frame: Sequence[Point]) -> None:
        places = np.array(frame)
        self._west, south = places.min(axis=0)
        east, self._north = places.max(axis=0)
        self._narrow = float(np.cos(np.radians((south + self._north) / 2)))
        wide, tall = (east - self._west) * self._narrow, self._north - south
        self._scale = (MAP - 2 * MARGIN) / max(float(wide), float(tall), 1e-3)

    def __call__(self, lon: float, lat: float) -> Point:
        """Return a place of the drawing."""
        x = MARGIN + (lon - self._west) * self._narrow * self._scale
        y = MARGIN + (self._north - lat) * self._scale
        return round(float(x), 1), round(float(y), 1)


def dots(bins: Sequence[Bin]) -> list[tuple[float, float, float, str]]:
    """Return the reliability plot's dots: x (said), y (true), radius by how many claims, and a label."""
    inner = PLOT - 2 * MARGIN
    return [
        (
            round(MARGIN + item.said * inner, 1),
            round(PLOT - MARGIN - item.true * inner, 1),
            round(2.5 + 1.6 * math.log10(item.claims), 1),
            f"{item.claims} claims of {item.low:.3g}–{item.high:.3g}: said {item.said:.2f}, true {item.true:.2f}",
        )
        for item in bins
        if item.claims
    ]


def staircase(delays_min: Sequence[float], longest_min: float = 60.0) -> str:
    """Return the share of sources found within each delay, as the points of a polyline."""
    inner = PLOT - 2 * MARGIN
    points = [(MARGIN, PLOT - MARGIN)]
    for number, delay in enumerate(sorted(delays_min), start=1):
        x = MARGIN + min(max(delay, 0.0) / longest_min, 1.0) * inner
        points += [(x, points[-1][1]), (x, PLOT - MARGIN - number / len(delays_min) * inner)]
    points.append((PLOT - MARGIN, points[-1][1]))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def bar(item: Measure, most: float, width: float = 160.0) -> tuple[float, float, float]:
    """Return a measure as a bar and its interval's ends; zero where nothing was measured."""
    ends = item.by_world if not math.isnan(item.by_world[0]) else item.by_event
    known = [0.0 if math.isnan(value) else min(value / most, 1.0) * width for value in (item.value, *ends)]
    return round(known[0], 1), round(known[1], 1), round(known[2], 1)
