"""CPU seconds per million raw readings written to each history.

InfluxDB is measured where WUGAN_TEST_INFLUXDB (and _TOKEN, _ORG, _BUCKET) name one: our side's CPU only.
"""

import os
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.common import say
from benchmarks.domain import grid_site, second_by_second
from domain.readings import Readings
from domain.site import Site
from streams.history import AnyHistory, HistorySettings, open_history

STATIONS, VEHICLES = 151, 4
SECONDS = 1300
"""About 200,000 readings of the 155 sensors."""
AT_ONCE = 20_000
"""Readings in one write, as the record agent hands over."""


def as_sensors_say(rows: Readings) -> Readings:
    """Return the rows with the digits that sensors send: 0.1 µg/m³ and 0.1 m."""
    return replace(rows, values=rows.values.round(1), position=rows.position.round(6))


def measure(history: AnyHistory, site: Site, rows: Readings) -> tuple[float, float]:
    """Return CPU and wall seconds per million readings."""
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    for first in range(0, len(rows), AT_ONCE):
        history.write_readings(rows.take(slice(first, first + AT_ONCE)), site)
    share = 1e6 / len(rows)
    return (time.process_time() - cpu_s) * share, (time.perf_counter() - wall_s) * share


@contextmanager
def in_sqlite() -> Iterator[AnyHistory]:
    """Open a history in a folder that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.sqlite"
        history = open_history(HistorySettings(url=f"sqlite:///{path}", site="bench"))
        history.prepare()
        yield history
        history.close()
        say("history, sqlite, its file", path.stat().st_size / 1e6, "MB")


@contextmanager
def in_influxdb() -> Iterator[AnyHistory]:
    """Open the InfluxDB that the environment names; the rows take a site of their own."""
    settings = HistorySettings(
        url=os.environ["WUGAN_TEST_INFLUXDB"],
        token=os.environ["WUGAN_TEST_INFLUXDB_TOKEN"],
        org=os.environ["WUGAN_TEST_INFLUXDB_ORG"],
        bucket=os.environ["WUGAN_TEST_INFLUXDB_BUCKET"],
        site=f"bench-{uuid.uuid4().hex[:8]}",
        raw_days=0,
        minute_days=0,
    )
    history = open_history(settings)
    history.prepare()
    yield history
    history.close()


def main() -> None:
    """Measure and print what is there."""
    site = grid_site(STATIONS, VEHICLES)
    rows = as_sensors_say(second_by_second(site, SECONDS, np.random.default_rng(7)))
    kinds = {"sqlite": in_sqlite}
    if "WUGAN_TEST_INFLUXDB" in os.environ:
        kinds["influxdb"] = in_influxdb
    for name, opened in kinds.items():
        with opened() as history:
            cpu_s, wall_s = measure(history, site, rows)
            say(f"history, {name}, by CPU time", cpu_s, "s per million")
            say(f"history, {name}, by the wall", wall_s, "s per million")


if __name__ == "__main__":
    main()
