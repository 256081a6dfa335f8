"""Replay from Parquet to tickets: readings/s end to end of a synthetic recording, and the time of a city's day."""

import argparse
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from shapely.geometry import box

from benchmarks.common import require_tickets, say
from domain.pipeline import make_ready
from domain.rules import DetectRules, Rules
from domain.site import Enterprise, Sensor, SensorKind, Site
from simulators.recording import read_recording
from simulators.replay import can_run_ahead, replay

START_MS = 1_767_225_600_000
CENTRE = (116.51, 39.79)
PLUME_UGM3 = 180.0


@dataclass(frozen=True, slots=True)
class Load:
    """How much air is measured: `stations` every `station_s` seconds, `vehicles` once a second."""

    name: str
    stations: int
    station_s: int
    vehicles: int
    minutes: int
    bar_per_s: float | None = None
    bar_s: float | None = None


LOADS = (
    Load("1,000 stations at 1 Hz", 1000, 1, 0, 15, bar_per_s=200_000),
    Load("a city's day", 150, 60, 5, 1440, bar_s=5.0),
)


def site_of(load: Load) -> Site:
    """Return stations on a square of 10 km, with a works in each corner of it."""
    side = int(np.ceil(np.sqrt(load.stations)))
    sensors = [
        Sensor(
            sensor_id=f"ms-{row:04d}",
            lon=CENTRE[0] + 0.117 * (row % side / side - 0.5),
            lat=CENTRE[1] + 0.09 * (row // side / side - 0.5),
        )
        for row in range(load.stations)
    ]
    sensors += [Sensor(sensor_id=f"pv-{row}", kind=SensorKind.VEHICLE) for row in range(load.vehicles)]
    places = tuple(
        Enterprise(
            enterprise_id=f"e-{row}",
            name=f"works {row}",
            geometry=box(CENTRE[0] + x, CENTRE[1] + y, CENTRE[0] + x + 0.004, CENTRE[1] + y + 0.003),
        )
        for row, (x, y) in enumerate([(-0.03, -0.02), (0.03, -0.02), (-0.03, 0.02), (0.03, 0.02)])
    )
    return Site(
        site_id="bench",
        name="bench",
        timezone="Asia/Shanghai",
        sensors=tuple(sensors),
        enterprises=places,
        rules=Rules(detect=DetectRules(warmup_min=3, warmup_readings=3)),  # so that tickets open within minutes
    )


def write(load: Load, site: Site, folder: Path) -> int:
    """Write the recording; return its number of readings."""
    rng = np.random.default_rng(7)
    parts = [_rows(load, site, row, rng) for row in range(len(site.sensors))]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(columns["time"], kind="stable")
    names = pa.array(site.sensor_ids).take(pa.array(columns.pop("sensor")[order]))
    table = pa.table(
        {
            "sensor_id": names,
            "time": pa.array(columns.pop("time")[order]).cast(pa.timestamp("ms", tz="UTC")),
            **{name: column[order] for name, column in columns.items()},
        }
    )
    pq.write_table(table, folder / "readings.parquet")
    clock = pa.array(START_MS + 60_000 * np.arange(load.minutes)).cast(pa.timestamp("ms", tz="UTC"))
    wind = {"wind_speed_ms": np.full(load.minutes, 2.5), "wind_from_deg": np.full(load.minutes, 315.0)}
    pq.write_table(pa.table({"time": clock, **wind}), folder / "weather.parquet")
    return int(table.num_rows)


def _rows(load: Load, site: Site, row: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    moves = site.sensors[row].kind is SensorKind.VEHICLE
    step_ms = 1000 * (1 if moves else load.station_s)
    time_ms = START_MS + np.arange(0, load.minutes * 60_000, step_ms) + int(rng.integers(0, step_ms))
    size = len(time_ms)
    turn = 2 * np.pi * time_ms / 3_600_000 + row
    lon = CENTRE[0] + 0.05 * np.cos(turn) if moves else np.full(size, site.sensors[row].lon)
    lat = CENTRE[1] + 0.04 * np.sin(turn) if moves else np.full(size, site.sensors[row].lat)
    levels = {"pm25": 35.0, "pm10": 70.0, "nox": 40.0, "o3": 60.0}
    values = {name: np.round(level * rng.lognormal(0.0, 0.05, size), 1) for name, level in levels.items()}
    if row % 50 in (3, 4, 5):  # neighbours see a plume for the last third
        for name in ("pm25", "pm10"):
            values[name][2 * size // 3 :] += PLUME_UGM3
    return {"sensor": np.full(size, row), "time": time_ms, "lon": lon, "lat": lat, **values}


def cpu_of_all_s() -> float:
    """Return what this process and those it started and saw end have used. [s]"""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=int, choices=range(len(LOADS)), help="one load")
    chosen = parser.parse_args().only
    for load in LOADS if chosen is None else (LOADS[chosen],):
        site = site_of(load)
        with tempfile.TemporaryDirectory() as folder:
            rows = write(load, site, Path(folder))
            wall_s, cpu_s = time.perf_counter(), cpu_of_all_s()
            recording = read_recording(Path(folder), site)
            read_s = time.perf_counter() - wall_s
            result = replay(recording, make_ready(site), ahead=can_run_ahead())
            wall_s, cpu_s = time.perf_counter() - wall_s, cpu_of_all_s() - cpu_s
        require_tickets(len(result.tickets))
        print(f"replay, {load.name}: {rows:,} readings, {len(result.tickets)} tickets; reading them {read_s:.2f} s")
        say(f"replay, {load.name}, by the wall", rows / wall_s, "readings/s")
        say(f"replay, {load.name}, by the wall", wall_s, "s", most=load.bar_s)
        say(f"replay, {load.name}, of both processes", cpu_s, "s CPU")
        say(f"replay, {load.name}, by CPU time", rows / cpu_s, "readings/s", least=load.bar_per_s)


if __name__ == "__main__":
    main()
