"""Small zones and their air, for every test that needs readings without a simulator."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from shapely.geometry import box

from domain.channels import CHANNEL_INDEX, MINUTE_MS, N_CHANNELS, POLLUTANTS, POSITION_KEYS, WEATHER_KEYS
from domain.decisions import DecisionMade
from domain.pipeline import Zoned, ZoneState, advance, make_ready, start
from domain.readings import Arrivals, Readings, Weather, concat_readings, no_readings, no_weather, tick
from domain.rules import DetectRules, Rules
from domain.site import Enterprise, Sensor, SensorKind, Site
from domain.ticket import Ticket
from domain.wire import encode_judged, encode_ticket

START_MS = 1_772_323_200_000
"""2026-03-01 00:00 UTC. [ms]"""
LON, LAT = 116.5, 39.8
M_PER_DEG_LAT = 111_000.0
M_PER_DEG_LON = 85_300.0
SPACING_M = 500.0
QUICK = Rules(detect=DetectRules(warmup_min=10, warmup_readings=10))
"""Production's rules with a short warm-up."""


def at(east_m: float, north_m: float) -> tuple[float, float]:
    """Return degrees of a place in metres from the zone's corner."""
    return LON + east_m / M_PER_DEG_LON, LAT + north_m / M_PER_DEG_LAT


def an_enterprise(name: str, east_m: float, north_m: float, **more: object) -> Enterprise:
    """Return an enterprise on a square of 100 m."""
    west, south = at(east_m - 50, north_m - 50)
    east, north = at(east_m + 50, north_m + 50)
    return Enterprise(enterprise_id=name, name=f"Works {name}", geometry=box(west, south, east, north), **more)


def a_site(side: int = 4, vehicles: int = 0, *, rules: Rules = QUICK, **more: object) -> Site:
    """Return a zone of `side` × `side` stations 500 m apart (`s-row-column`), and three enterprises between them."""
    stations = []
    for row in range(side):
        for column in range(side):
            lon, lat = at(column * SPACING_M, row * SPACING_M)
            stations.append(Sensor(sensor_id=f"s-{row}-{column}", lon=lon, lat=lat))
    moving = [Sensor(sensor_id=f"v-{i}", kind=SensorKind.VEHICLE) for i in range(vehicles)]
    given = {
        "enterprises": (
            an_enterprise("e-1", 250, 250),
            an_enterprise("e-2", (side - 1) * SPACING_M - 200, (side - 1) * SPACING_M - 250),
            an_enterprise("e-3", 250, (side - 1) * SPACING_M + 200),
        ),
        **more,
    }
    return Site(
        site_id="test", name="Test", timezone="Asia/Shanghai", sensors=(*stations, *moving), rules=rules, **given
    )


def some_readings(site: Site, rows: Iterable[tuple[str, float, float, dict[str, float]]]) -> Readings:
    """Return readings given as (sensor, measured [s], received [s], channel → value), seconds since `START_MS`."""
    given = list(rows)
    index = {name: i for i, name in enumerate(site.sensor_ids)}
    values = np.full((len(given), N_CHANNELS), np.nan)
    position = np.full((len(given), len(POSITION_KEYS)), np.nan)
    for row, (_, _, _, said) in enumerate(given):
        for name, value in said.items():
            if name in CHANNEL_INDEX:
                values[row, CHANNEL_INDEX[name]] = value
            else:
                position[row, POSITION_KEYS.index(name)] = value
    return Readings(
        np.array([index[row[0]] for row in given], np.int32),
        START_MS + np.array([row[1] * 1000 for row in given], np.int64),
        START_MS + np.array([row[2] * 1000 for row in given], np.int64),
        position,
        values,
    )


def air(
    site: Site,
    minutes: int,
    *,
    seed: int = 7,
    every_s: int = 60,
    noise: float = 0.05,
    levels: Sequence[float] = (40.0, 80.0, 60.0, 70.0),
    delay_s: tuple[float, float] = (0.2, 4.0),
) -> Readings:
    """Return every station's readings over quiet air, by (time, sensor); each arrives after its own delay."""
    rng = np.random.default_rng(seed)
    stations = np.flatnonzero(~site.is_vehicle).astype(np.int32)
    times = np.arange(0, minutes * 60, every_s, dtype=np.int64) * 1000 + START_MS
    sensor = np.tile(stations, len(times))
    time_ms = np.repeat(times, len(stations))
    values = np.full((len(sensor), N_CHANNELS), np.nan)
    values[:, : len(POLLUTANTS)] = np.asarray(levels) * rng.lognormal(0.0, noise, (len(sensor), len(POLLUTANTS)))
    received_ms = time_ms + (1000 * rng.uniform(*delay_s, len(sensor))).astype(np.int64)
    return Readings(sensor, time_ms, received_ms, np.full((len(sensor), len(POSITION_KEYS)), np.nan), values)


def raise_readings(
    rows: Readings, site: Site, sensors: Iterable[str], minutes: tuple[float, float], added: dict[str, float]
) -> Readings:
    """Return readings with something added at some sensors between two minutes. [µg/m³]"""
    index = [site.sensor_ids.index(name) for name in sensors]
    first_ms, last_ms = (START_MS + int(minute * MINUTE_MS) for minute in minutes)
    where = np.isin(rows.sensor, index) & (rows.time_ms >= first_ms) & (rows.time_ms < last_ms)
    values = rows.values.copy()
    for name, amount in added.items():
        values[where, CHANNEL_INDEX[name]] += amount
    return replace(rows, values=values)


def wind(minutes: int, from_deg: float = 225.0, speed_ms: float = 2.5, station: str = "w-1") -> Weather:
    """Return one weather row a minute."""
    time_ms = START_MS + MINUTE_MS * np.arange(minutes, dtype=np.int64)
    values = np.full((minutes, len(WEATHER_KEYS)), np.nan)
    values[:, WEATHER_KEYS.index("wind_speed_ms")] = speed_ms
    values[:, WEATHER_KEYS.index("wind_from_deg")] = from_deg
    return Weather((station,) * minutes, time_ms, time_ms + 2000, np.full(minutes, LON), np.full(minutes, LAT), values)


def by_receipt(rows: Readings) -> Readings:
    """Return readings in the order in which they arrived."""
    return rows.take(np.lexsort((rows.time_ms, rows.sensor, rows.received_ms)))


def messages(readings: Readings, weather: Weather, bounds_ms: Iterable[int]) -> Iterator[Arrivals]:
    """Cut arrivals at receive times; each message holds what was received from the bound before, until its own."""
    ends = [*sorted(set(bounds_ms)), np.iinfo(np.int64).max]
    begin = np.iinfo(np.int64).min
    for end in ends:
        mine = (readings.received_ms >= begin) & (readings.received_ms < end)
        blows = np.flatnonzero((weather.received_ms >= begin) & (weather.received_ms < end))
        received = [int(part.max()) for part in (readings.received_ms[mine], weather.received_ms[blows]) if len(part)]
        if received:
            yield Arrivals(readings.take(mine), weather.take(blows), max(received))
        begin = end


def whole(readings: Readings, weather: Weather | None = None, after_min: int = 60) -> list[Arrivals]:
    """Return everything as one message, and a last tick after it."""
    weather = no_weather() if weather is None else weather
    return [*messages(readings, weather, ()), tick(int(readings.received_ms.max()) + after_min * MINUTE_MS)]


@dataclass
class Ran:
    """What a run brought forth, as bytes and as values."""

    state: ZoneState
    tickets: list[Ticket] = field(default_factory=list)
    judged: list[bytes] = field(default_factory=list)
    decisions: list[DecisionMade] = field(default_factory=list)

    @property
    def last(self) -> dict[str, Ticket]:
        """Every ticket as last written up."""
        return {ticket.id: ticket for ticket in self.tickets}

    @property
    def written(self) -> list[bytes]:
        """Every write-up, in order."""
        return [encode_ticket(ticket) for ticket in self.tickets]

    @property
    def closing(self) -> list[bytes]:
        """Every ticket as last written up, by id: the lines of `tickets.jsonl`."""
        return [encode_ticket(self.last[name]) for name in sorted(self.last)]

    @property
    def names(self) -> list[str]:
        """The decisions' names, in order."""
        return [made.name.value for made in self.decisions]

    def take(self, arrivals: Iterable[Arrivals], zoned: Zoned) -> "Ran":
        """Run on."""
        for part in arrivals:
            self.state, events = advance(self.state, part, zoned)
            self.tickets += events.tickets
            self.judged += [encode_judged(field) for field in events.judged]
            self.decisions += events.decisions
        return self


def run(site: Site, arrivals: Iterable[Arrivals]) -> Ran:
    """Run a zone over messages."""
    return Ran(start(site)).take(arrivals, make_ready(site))


def joined(*parts: Readings) -> Readings:
    """Return all rows by receipt."""
    return by_receipt(concat_readings([part for part in parts if len(part)]) if parts else no_readings())
