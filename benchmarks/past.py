"""Seconds until the last 24 hours of all sensors are answered, from SQLite and InfluxDB, and the bytes of the answer.

InfluxDB is measured where WUGAN_TEST_INFLUXDB (and _TOKEN, _ORG, _BUCKET) name one.
"""

import os
import sys
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.common import say
from benchmarks.domain import START_MS, grid_site
from benchmarks.history import in_influxdb, in_sqlite
from domain.channels import N_POLLUTANTS
from domain.field import ChannelState, JudgedField, no_weather_minute
from domain.site import Site
from maps.past import Past
from streams.history import AnyHistory

SENSORS = (155, 1000)
DAY_MIN = 1440
AT_ONCE = 20
"""Minutes in one write."""


def a_day(site: Site, rng: np.random.Generator) -> Iterator[list[JudgedField]]:
    """Yield a day of judged minutes of every sensor, some at a time; one in a thousand is in breach."""
    shape = (len(site.sensors), N_POLLUTANTS)
    place = np.full(shape[0], 116.5)
    for first in range(0, DAY_MIN, AT_ONCE):
        yield [
            JudgedField(
                minute_ms=START_MS + 60_000 * minute,
                clock_ms=START_MS + 60_000 * minute + 70_000,
                sensor=np.arange(shape[0], dtype=np.int32),
                lon=place,
                lat=place - 77,
                value=rng.uniform(20, 80, shape).round(2),
                completeness=np.ones(shape),
                flags=np.zeros(shape, np.uint16),
                background=rng.uniform(20, 60, shape).round(2),
                upper=rng.uniform(60, 90, shape).round(2),
                sigma=np.full(shape, 0.12),
                state=np.where(rng.random(shape) < 0.001, ChannelState.BREACH, ChannelState.NORMAL).astype(np.uint8),
                since_ms=np.zeros(shape, np.int64),
                fresh=np.ones(shape[0], np.bool_),
                weather=no_weather_minute(),
            )
            for minute in range(first, first + AT_ONCE)
        ]


def measure(name: str, history: AnyHistory, site: Site) -> None:
    """Fill a day in, ask for it, print."""
    for minutes in a_day(site, np.random.default_rng(7)):
        history.write_judged(minutes, site)
    until_ms = START_MS + 60_000 * DAY_MIN
    what = f"past 24 h, {name}, {len(site.sensors)} sensors"
    past = Past(history, site)
    for again in ("", ", again"):
        begun_s, cpu_s = time.perf_counter(), time.process_time()
        body = past.body("pm25", DAY_MIN, until_ms)
        say(f"{what}{again}", time.perf_counter() - begun_s, "s")
        say(f"{what}{again}, our CPU", time.process_time() - cpu_s, "s")
    say(f"{what}, the answer", len(body) / 1000, "kB")


def main() -> None:
    """Measure and print what is there; arguments: numbers of sensors."""
    kinds = {"sqlite": in_sqlite}
    if "WUGAN_TEST_INFLUXDB" in os.environ:
        kinds["influxdb"] = in_influxdb
    for count in [int(text) for text in sys.argv[1:]] or SENSORS:
        for name, opened in kinds.items():
            with opened() as history:
                measure(name, history, grid_site(count))


if __name__ == "__main__":
    main()
