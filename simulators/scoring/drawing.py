"""Scores as numbers of an SVG: the map of a run, the reliability of probabilities, delays as stairs and columns."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.geo import EARTH_RADIUS_M
from simulators.scoring.measures import Measure
from simulators.scoring.outcomes import EventOutcome, RunScore, TicketVerdict, Verdict
from simulators.scoring.reliability import Bin

MAP, PLOT, MARGIN = 300.0, 280.0, 26.0
M_PER_DEG_LAT = math.radians(1.0) * EARTH_RADIUS_M
CALM_MS = 0.5
"""Below this an arrow is a stub."""
DELAY_BARS_MIN = (13.0, 33.0)
"""What the median and the 90th percentile should stay below. [min]"""
Point = tuple[float, float]
_WRONG = (Verdict.FALSE, Verdict.WRONG_DISPATCH, Verdict.DUPLICATE)


@dataclass(frozen=True, slots=True)
class RunMap:
    """One run.

    Attributes:
        stations: All of them as one path of dots.
        sources: (x, y, found, due, label).
        tickets: (x, y, verdict, label).
        lines: From tickets to the sources that they tell of.
        winds: (x, y, x, y, whose): where the wind blew, of each `source` and of each `ticket`.
        km: Length of a kilometre.
        troubled: Whether something was missed or false.
    """

    name: str
    note: str
    stations: str
    sources: tuple[tuple[float, float, bool, bool, str], ...]
    tickets: tuple[tuple[float, float, str, str], ...]
    lines: tuple[tuple[float, float, float, float], ...]
    winds: tuple[tuple[float, float, float, float, str], ...]
    km: float
    troubled: bool


def map_of(run: RunScore) -> RunMap:
    """Return a run's map, north up; what lies outside is left out by the SVG's own border."""
    sources = [event for event in run.events if not math.isnan(event.event.lon)]
    local = [ticket for ticket in run.tickets if ticket.verdict not in (Verdict.REGIONAL, Verdict.SENSOR)]
    frame = run.stations or tuple((event.event.lon, event.event.lat) for event in sources) or ((0.0, 0.0),)
    put = _putter(frame)
    at = {event.event.event_id: put(event.event.lon, event.event.lat) for event in sources}
    tickets = [(put(ticket.lon, ticket.lat), ticket) for ticket in local]
    blown = [(at[event.event.event_id], event.wind, "source") for event in sources]
    blown += [(place, ticket.wind, "ticket") for place, ticket in tickets]
    return RunMap(
        name=run.name,
        note=_note(run),
        stations="".join(f"M{x} {y}h0" for x, y in (put(*place) for place in run.stations)),
        sources=tuple((*at[e.event.event_id], e.found, e.event.due, _told(e)) for e in sources),
        tickets=tuple((*place, ticket.verdict.value, _said(ticket)) for place, ticket in tickets),
        lines=tuple((*place, *at[ticket.event_id]) for place, ticket in tickets if ticket.event_id in at),
        winds=tuple((*place, *_downwind(place, wind), whose) for place, wind, whose in blown if wind is not None),
        km=round(put.scale * 1000.0 / M_PER_DEG_LAT, 1),
        troubled=trouble(run) > 0,
    )


def trouble(run: RunScore) -> int:
    """Return how much of a run went wrong: sources missed, tickets that should not be."""
    missed = sum(event.event.due and not event.found for event in run.events)
    return missed + sum(ticket.verdict in _WRONG for ticket in run.tickets)


def _note(run: RunScore) -> str:
    due = [event for event in run.events if event.event.due]
    return f"{sum(event.found for event in due)}/{len(due)}, {sum(t.verdict in _WRONG for t in run.tickets)} ✕"


def _told(outcome: EventOutcome) -> str:
    event, visible = outcome.event, outcome.delay_visible_min
    delay = "" if visible is None else f", {visible:.0f} min after it could be seen"
    return f"{event.event_id} {event.kind} {event.enterprise_id}: {'found' if outcome.found else 'not found'}{delay}"


def _said(ticket: TicketVerdict) -> str:
    sent = ", dispatch" if ticket.dispatched else ""
    return (
        f"{ticket.verdict}{sent}: {', '.join(ticket.pollutants)} at {ticket.sensors} sensors {', '.join(ticket.near)}"
    )


def _downwind(place: Point, wind: tuple[float, float]) -> Point:
    """Return the tip of an arrow from a place, longer in stronger wind."""
    speed = max(math.hypot(*wind), 1e-9)
    length = min(8.0 + 7.0 * speed, 45.0) if speed > CALM_MS else 4.0
    return round(place[0] + length * wind[0] / speed, 1), round(place[1] - length * wind[1] / speed, 1)


class _putter:  # noqa: N801 - a function with a memory
    """Degrees to the drawing's units."""

    def __init__(self, frame: Sequence[Point]) -> None:
        places = np.array(frame)
        self._west, south = places.min(axis=0)
        east, self._north = places.max(axis=0)
        self._narrow = float(np.cos(np.radians((south + self._north) / 2)))
        wide, tall = (east - self._west) * self._narrow, self._north - south
        self.scale = (MAP - 2 * MARGIN) / max(float(wide), float(tall), 1e-3)

    def __call__(self, lon: float, lat: float) -> Point:
        """Return a place of the drawing."""
        x = MARGIN + (lon - self._west) * self._narrow * self.scale
        y = MARGIN + (self._north - lat) * self.scale
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


def columns(
    delays_min: Sequence[float], width_min: float = 4.0, longest_min: float = 60.0
) -> list[tuple[float, float, float, float, str]]:
    """Return the histogram of delays: x, y, width, height and a label; what is longer stands in the last column."""
    inner = PLOT - 2 * MARGIN
    edges = np.arange(0.0, longest_min + width_min / 2, width_min)
    counts, _ = np.histogram(np.clip(delays_min, 0.0, longest_min - 1e-9), edges)
    step, most = inner / len(counts), max(int(counts.max(initial=0)), 1)
    return [
        (
            round(MARGIN + number * step, 1),
            round(PLOT - MARGIN - inner * count / most, 1),
            round(step - 1.0, 1),
            round(inner * count / most, 1),
            f"{edges[number]:.0f}–{edges[number + 1]:.0f} min: {count}",
        )
        for number, count in enumerate(counts.tolist())
    ]


def marks(longest_min: float = 60.0) -> list[float]:
    """Return where the delays' bars stand on the plots' abscissa."""
    return [round(MARGIN + bar_min / longest_min * (PLOT - 2 * MARGIN), 1) for bar_min in DELAY_BARS_MIN]


def bar(item: Measure, most: float, width: float = 160.0) -> tuple[float, float, float]:
    """Return a measure as a bar and its interval's ends; zero where nothing was measured."""
    ends = item.by_world if not math.isnan(item.by_world[0]) else item.by_event
    known = [0.0 if math.isnan(value) else min(value / most, 1.0) * width for value in (item.value, *ends)]
    return round(known[0], 1), round(known[1], 1), round(known[2], 1)
