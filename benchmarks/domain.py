"""Readings per second and core through qualify → detect → correlate on columns, at 1 Hz and of a city's day."""

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmarks.common import require_tickets, say
from domain.channels import MINUTE_MS, N_CHANNELS, N_POLLUTANTS, POSITION_KEYS, WEATHER_KEYS
from domain.pipeline import advance, make_ready, start
from domain.readings import Arrivals, IndexArray, IntArray, Readings, Weather
from domain.rules import DetectRules, Rules
from domain.site import Sensor, SensorKind, Site

START_MS = 1_772_323_200_000
"""2026-03-01 00:00 UTC, a Sunday. [ms]"""
STATION_SPACING_DEG = 0.004
BAR_PER_S = 200_000
PLUME_UGM3 = 180.0


def grid_site(stations: int, vehicles: int = 0) -> Site:
    """Return a zone whose stations stand on a square grid about 400 m apart."""
    side = int(np.ceil(np.sqrt(stations)))
    fixed = [
        Sensor(
            sensor_id=f"ms-{i:04d}",
            lon=116.5 + STATION_SPACING_DEG * (i % side),
            lat=39.8 + STATION_SPACING_DEG * (i // side),
        )
        for i in range(stations)
    ]
    moving = [Sensor(sensor_id=f"pv-{i:02d}", kind=SensorKind.VEHICLE) for i in range(vehicles)]
    rules = Rules(detect=DetectRules(warmup_min=3, warmup_readings=3))  # so that incidents begin within minutes
    return Site(site_id="bench", name="Bench", timezone="Asia/Shanghai", sensors=(*fixed, *moving), rules=rules)


def rows_of(site: Site, sensor: IndexArray, time_ms: IntArray, rng: np.random.Generator) -> Readings:
    """Return readings of plausible air: a common level, a scatter per reading; vehicles say where they are."""
    count = len(sensor)
    values = np.full((count, N_CHANNELS), np.nan)
    values[:, :N_POLLUTANTS] = np.array([40.0, 80.0, 60.0, 70.0]) * rng.lognormal(0.0, 0.06, (count, N_POLLUTANTS))
    position = np.full((count, len(POSITION_KEYS)), np.nan)
    drives = site.is_vehicle[sensor]
    turn = time_ms[drives] / 6e5 + sensor[drives]
    position[drives, 0] = 116.52 + 0.01 * np.sin(turn)
    position[drives, 1] = 39.82 + 0.01 * np.cos(turn)
    return Readings(sensor, time_ms, time_ms + 300, position, values)


def second_by_second(site: Site, seconds: int, rng: np.random.Generator) -> Readings:
    """Return every sensor's reading of every second, in order of receipt."""
    count = len(site.sensors)
    sensor = np.tile(np.arange(count, dtype=np.int32), seconds)
    time_ms = START_MS + 1000 * np.repeat(np.arange(seconds, dtype=np.int64), count)
    return rows_of(site, sensor, time_ms, rng)


def with_plumes(rows: Readings, from_ms: int) -> Readings:
    """Return the rows with three neighbours in fifty raised from a moment on. [ms]"""
    values = rows.values.copy()
    values[(rows.time_ms >= from_ms) & np.isin(rows.sensor % 50, (3, 4, 5)), :2] += PLUME_UGM3
    return replace(rows, values=values)


def wind(from_ms: int, until_ms: int) -> Weather:
    """Return a steady wind along the rows of stations, a row for each minute that begins in [from, until)."""
    time_ms = np.arange(-(-from_ms // MINUTE_MS) * MINUTE_MS, until_ms, MINUTE_MS)
    values = np.full((len(time_ms), len(WEATHER_KEYS)), np.nan)
    values[:, WEATHER_KEYS.index("wind_speed_ms")] = 2.5
    values[:, WEATHER_KEYS.index("wind_from_deg")] = 270.0
    nowhere = np.full(len(time_ms), np.nan)
    return Weather(("w1",) * len(time_ms), time_ms, time_ms, nowhere, nowhere, values)


def slices(rows: Readings, size: int) -> Iterator[Arrivals]:
    """Cut rows into arrivals of at most `size` rows."""
    known_ms = START_MS
    for first in range(0, len(rows), size):
        part = rows.take(slice(first, first + size))
        clock_ms = int(part.received_ms[-1])
        yield Arrivals(part, wind(known_ms, clock_ms), clock_ms)
        known_ms = clock_ms


def run(site: Site, rows: Readings, size: int) -> tuple[float, int]:
    """Return CPU seconds for all rows, and how many tickets opened."""
    zoned, state, tickets = make_ready(site), start(site), set()
    messages = list(slices(rows, size))
    begun_s = time.process_time()
    for arrivals in messages:
        state, events = advance(state, arrivals, zoned)
        tickets |= {ticket.id for ticket in events.tickets}
    return time.process_time() - begun_s, len(tickets)


def city_day(rng: np.random.Generator) -> tuple[Site, Readings]:
    """Return a day of 150 stations at one a minute and 5 vehicles at 1 Hz, in order of receipt."""
    site = grid_site(150, 5)
    minutes, seconds = np.arange(1440, dtype=np.int64), np.arange(86_400, dtype=np.int64)
    sensor = np.r_[np.tile(np.arange(150), len(minutes)), np.tile(np.arange(150, 155), len(seconds))].astype(np.int32)
    time_ms = START_MS + np.r_[60_000 * np.repeat(minutes, 150), 1000 * np.repeat(seconds, 5)]
    order = np.lexsort((sensor, time_ms))
    return site, rows_of(site, sensor[order], time_ms[order], rng)


def main() -> None:
    """Measure and print."""
    rng = np.random.default_rng(7)
    site = grid_site(1000)
    rows = with_plumes(second_by_second(site, 900, rng), START_MS + 300_000)
    for size in (500, 50_000):
        cpu_s, tickets = run(site, rows, size)
        require_tickets(tickets)
        print(f"{len(rows):,} readings, {tickets} tickets")
        say(f"steps, 1,000 sensors at 1 Hz, {size:,} rows a message", len(rows) / cpu_s, "readings/s", least=BAR_PER_S)
    site, rows = city_day(rng)
    cpu_s, _ = run(site, rows, 50_000)
    say(f"steps, a city's day of {len(rows):,} readings", cpu_s, "s CPU")


if __name__ == "__main__":
    main()
