"""The scenario's events → sources with place, time and rates, chosen by the seed where the scenario leaves it open."""

from dataclasses import dataclass

import numpy as np
from shapely import MultiPolygon, Point, Polygon

from domain.readings import FloatArray
from simulators.scenario_types import Event, Scenario
from simulators.world.chance import generator
from simulators.world.driving import Driver
from simulators.world.grounds import Ground
from simulators.world.weather import WeatherSeries
from simulators.world.zone import Zone

EMITTED = ("pm25", "pm10", "nox")
"""What sources emit, in the order of every rate; ozone is only eaten by NOx."""
USUAL_RATES_G_S = {
    "enterprise": (5.0, 9.0, 8.0),
    "construction": (2.0, 11.0, 0.0),
    "unregistered": (5.0, 8.0, 3.0),
    "outside": (45.0, 70.0, 15.0),
    "moving": (1.0, 4.0, 1.0),
}
"""Design values: seen by stations within about a kilometre downwind, in moderate wind. [g/s]"""
USUAL_HEIGHT_M = {"enterprise": 9.0, "construction": 2.0, "unregistered": 2.0, "outside": 3.0, "moving": 1.0}
OUTSIDE_M = 1500.0
"""How far beyond the zone's edge an outside source lies. [m]"""
TOO_NEAR_M = 150.0
"""A source this near a station is no riddle: seldom chosen by the seed. Design value. [m]"""
APART_M = 1800.0
"""Sources chosen by the seed keep about this far from the two before them. Design value. [m]"""
_NO_TICKET = ("outside", "moving")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source; times in seconds from the scenario's start.

    Attributes:
        place_id: `enterprise_id`; empty: nobody registered it.
        path_m: Where it is: one row, or one row a second of its life, shape (n, 2). [m]
        rate_g_s: Of `EMITTED`, shape (3,). [g/s]
        on_s, off_s: Its rhythm; `off_s` 0: without rest.
        width_m: Half-width at the source. [m]
    """

    event_id: str
    kind: str
    place_id: str
    path_m: FloatArray
    start_s: float
    end_s: float
    on_s: float
    off_s: float
    rate_g_s: FloatArray
    height_m: float
    width_m: float
    permit: str
    expects_ticket: bool

    def emits(self, time_s: float) -> bool:
        """Say whether it emits now."""
        if not self.start_s <= time_s < self.end_s:
            return False
        return self.off_s <= 0 or (time_s - self.start_s) % (self.on_s + self.off_s) < self.on_s

    def place(self, time_s: float) -> FloatArray:
        """Return where it is, shape (2,). [m]"""
        return np.asarray(self.path_m[min(max(int(time_s - self.start_s), 0), len(self.path_m) - 1)])


def build_sources(scenario: Scenario, seed: int, zone: Zone, weather: WeatherSeries) -> tuple[Source, ...]:
    """Return every source, earliest first."""
    rng = generator(seed, "sources")
    events = sorted((*scenario.events, *_recurring(scenario, rng)), key=lambda event: event.start_min)
    sources: list[Source] = []
    for number, event in enumerate(events, start=1):
        sources.append(_source(f"ev-{number:03d}", event, zone, weather, sources, rng))
    return tuple(sources)


def _recurring(scenario: Scenario, rng: np.random.Generator) -> list[Event]:
    events = []
    for series in scenario.recurring:
        at_min = series.start_min
        while at_min < min(series.until_min, scenario.duration_min):
            lasts, strength = rng.uniform(*series.duration_min), rng.uniform(*series.strength)
            event = Event(kind=series.kind, start_min=at_min, duration_min=float(lasts), strength=float(strength))
            events.append(event)
            at_min += float(rng.uniform(*series.every_min))
    return events


def _source(
    event_id: str, event: Event, zone: Zone, weather: WeatherSeries, before: list[Source], rng: np.random.Generator
) -> Source:
    wind = weather.wind_ms[int(event.start_min) : int(event.start_min + 10)].mean(axis=0)
    ground = _ground(event, zone, wind, before, rng)
    path = ground.centre[np.newaxis] if ground is not None else _path(event, zone, wind, rng)
    rates = np.array(USUAL_RATES_G_S[event.kind]) * event.strength
    if ground is not None and ground.pollutants:
        rates *= [name in ground.pollutants for name in EMITTED]
    own = (event.pm25_g_s, event.pm10_g_s, event.nox_g_s)
    if any(rate is not None for rate in own):
        rates = np.array([rate or 0.0 for rate in own]) * event.strength
    expects = event.expect == "ticket" if event.expect else event.kind not in _NO_TICKET and not event.permit
    return Source(
        event_id=event_id,
        kind=event.kind,
        place_id=ground.place_id if ground is not None else "",
        path_m=path,
        start_s=event.start_min * 60.0,
        end_s=(event.start_min + event.duration_min) * 60.0,
        on_s=event.on_min * 60.0,
        off_s=event.off_min * 60.0,
        rate_g_s=rates,
        height_m=USUAL_HEIGHT_M[event.kind] if event.height_m is None else event.height_m,
        width_m={"construction": 25.0, "moving": 4.0, "outside": 40.0}.get(event.kind, 12.0),
        permit=event.permit,
        expects_ticket=expects,
    )


def _ground(
    event: Event, zone: Zone, wind: FloatArray, before: list[Source], rng: np.random.Generator
) -> Ground | None:
    if event.kind not in ("enterprise", "construction"):
        return None
    if event.place:
        return next(ground for ground in zone.grounds if ground.place_id == event.place)
    construction = event.kind == "construction"
    kin = [ground for ground in zone.grounds if ground.is_construction == construction]
    dusty = [ground for ground in kin if "pm25" in ground.pollutants and len(ground.pollutants) > 1] or kin
    used = {source.place_id for source in before}
    fresh = [ground for ground in dusty if ground.place_id not in used] or dusty
    score = np.array([_seen(ground.centre, zone, wind) * _apart(ground.centre, before) for ground in fresh])
    return fresh[_among_the_best(score, rng)]


def _path(event: Event, zone: Zone, wind: FloatArray, rng: np.random.Generator) -> FloatArray:
    if event.kind == "moving":
        return Driver(zone.roads, rng).take(int(event.duration_min * 60.0) + 1).xy_m
    if event.kind == "outside":
        upwind = -wind / max(float(np.hypot(*wind)), 1e-9)
        reach = 0.5 * float(np.hypot(*zone.size_m)) + OUTSIDE_M
        return np.asarray((upwind * reach)[np.newaxis])
    grounds = MultiPolygon([Polygon(ground.corners) for ground in zone.grounds]).buffer(40.0)
    half = 0.4 * np.array(zone.size_m)
    places = rng.uniform(-half, half, (200, 2))
    free = np.array([place for place in places if not grounds.contains(Point(place))] or [places[0]])
    score = np.array([_seen(place, zone, wind) for place in free])
    return np.asarray(free[_among_the_best(score, rng)][np.newaxis])


def _seen(place: FloatArray, zone: Zone, wind: FloatArray) -> float:
    """Return about how well stations would see a plume from `place`: how many stand in it, the near ones more."""
    towards = wind / max(float(np.hypot(*wind)), 1e-9)
    offset = zone.devices.station_xy - place
    along = offset @ towards
    across = np.abs(offset @ np.array([-towards[1], towards[0]]))
    inside = np.exp(-0.5 * (across / (0.2 * np.abs(along) + 40.0)) ** 2)
    too_near = 0.3 if np.hypot(*offset.T).min() < TOO_NEAR_M else 1.0
    return too_near * float((inside * np.exp(-along / 900.0))[(along > TOO_NEAR_M) & (along < 2500.0)].sum())


def _apart(place: FloatArray, before: list[Source]) -> float:
    """Return how well a place keeps away from the last two sources, 0..1, so that events are told apart."""
    distance = [float(np.hypot(*(place - source.path_m[0]))) for source in before[-2:]]
    return float(np.prod([1.0 - np.exp(-((apart / APART_M) ** 2)) for apart in distance]))


def _among_the_best(score: FloatArray, rng: np.random.Generator) -> int:
    """Return one of the better quarter."""
    best = np.argsort(-score, kind="stable")[: max(len(score) // 4, 1)]
    return int(rng.choice(best))
