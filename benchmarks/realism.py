"""How loud a network is: a real dense one beside simulated quiet worlds, by the same measure."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from domain.readings import FloatArray
from simulators.scenario import parse_scenario
from simulators.world import World

REAL = Path("../shared/data/dense_network/readings_10min.parquet")
SLOT_MIN, SLOTS_A_DAY = 10, 144
STANDS_OUT = 0.2
"""Logarithm over the network's median, the sensor's own median of the day taken off."""
LEVELS = ((8.0, "below 10"), (28.0, "20 to 40"), (55.0, "40 and more"))
QUIET = """
duration_min = 1500
start = "2026-04-14T00:00:00+08:00"
[counts]
stations = 40
vehicles = 0
enterprises = 20
construction_sites = 1
roads = 12
unit_stations = 0
[background]
pm25 = {level}
pm10 = {coarse}
"""


@dataclass(frozen=True, slots=True)
class Loudness:
    """Of one band of the base: minutes a sensor-day that stand out, residual spread, its 99th percentile, memory."""

    sensor_days: float
    minutes_out: float
    spread: float
    p99: float
    memory: float

    def __str__(self) -> str:
        return (
            f"{self.sensor_days:7.0f} sensor-days: {self.minutes_out:5.0f} min a day above e^{STANDS_OUT}, "
            f"sd {self.spread:.3f}, 99 % {self.p99:.2f}, autocorrelation at 10 min {self.memory:.2f}"
        )


def loudness(level_ugm3: FloatArray, band: tuple[float, float]) -> Loudness:
    """Measure a network.

    Args:
        level_ugm3: Ten-minute values, shape (slots, sensors), whole days from midnight on. [µg/m³]
        band: Base (the network's median) from and to. [µg/m³]
    """
    with np.errstate(all="ignore"):
        base = np.nanmedian(level_ugm3, axis=1, keepdims=True)
        ratio = np.log(np.maximum(level_ugm3, 0.5) / np.maximum(base, 0.5))
        days = ratio.reshape(-1, SLOTS_A_DAY, ratio.shape[1])
        residual = (days - np.nanmedian(days, axis=1, keepdims=True)).reshape(ratio.shape)
    residual[((base < band[0]) | (base >= band[1]))[:, 0]] = np.nan
    known = residual[~np.isnan(residual)]
    pairs = np.stack([residual[:-1].ravel(), residual[1:].ravel()])
    pairs = np.clip(pairs[:, ~np.isnan(pairs).any(axis=0)], -0.3, 0.3)
    middle = float(np.median(np.abs(known - np.median(known))) * 1.4826) if len(known) else np.nan
    return Loudness(
        sensor_days=len(known) / SLOTS_A_DAY,
        minutes_out=float((known > STANDS_OUT).mean() * 1440) if len(known) else np.nan,
        spread=middle,
        p99=float(np.percentile(known, 99)) if len(known) else np.nan,
        memory=float(np.corrcoef(pairs)[0, 1]) if pairs.shape[1] > 2 else np.nan,
    )


def real_levels(path: Path) -> FloatArray:
    """Return the real network's ten-minute PM2.5 of both channels where they agree, shape (slots, sensors)."""
    table = pq.read_table(path)
    a, b = (table.column(name).to_numpy() for name in ("pm25_a_ug_m3", "pm25_b_ug_m3"))
    agree = np.abs(a - b) <= np.maximum(5.0, 0.3 * (a + b) / 2)
    slot = table.column("time").cast("int64").to_numpy() // (60_000_000 * SLOT_MIN)
    first = slot.min() // SLOTS_A_DAY * SLOTS_A_DAY
    sensor = table.column("sensor_id").combine_chunks().indices.to_numpy()
    slots = -(-(int(slot.max() - first) + 1) // SLOTS_A_DAY) * SLOTS_A_DAY
    level = np.full((slots, int(sensor.max()) + 1), np.nan)
    level[slot - first, sensor] = np.where(agree, (a + b) / 2, np.nan)
    return level


def simulated_levels(level_ugm3: float, seeds: range, channel: str = "pm25") -> Iterator[FloatArray]:
    """Yield the ten-minute values of quiet worlds, shape (144, stations) each."""
    for seed in seeds:
        world = World(parse_scenario(QUIET.format(level=level_ugm3, coarse=2 * level_ugm3)), seed)
        total, count = np.zeros((SLOTS_A_DAY, 40)), np.zeros((SLOTS_A_DAY, 40))
        for step in world.steps():
            rows = step.readings
            if not rows.num_rows:
                continue
            value = rows.column(channel).to_numpy(zero_copy_only=False)
            sensor = np.array([int(name[-3:]) - 1 for name in rows.column("sensor_id").to_pylist()])
            slot = (rows.column("time_ms").to_numpy() - world.start_ms) // (60_000 * SLOT_MIN)
            good = ~np.isnan(value) & (slot < SLOTS_A_DAY)
            np.add.at(total, (slot[good], sensor[good]), value[good])
            np.add.at(count, (slot[good], sensor[good]), 1)
        with np.errstate(all="ignore"):
            yield total / count


def main() -> None:
    """Print the real network's loudness and the simulator's, by the level of the air."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    chosen = parser.parse_args()
    bands = {"below 10": (2.0, 10.0), "20 to 40": (20.0, 40.0), "40 and more": (40.0, 1000.0)}
    if REAL.is_file():
        level = real_levels(REAL)
        for name, band in bands.items():
            print(f"real,      base {name:12} {loudness(level, band)}")
    else:
        print(f"real: left out, no {REAL}")
    for mean, name in LEVELS:
        days = np.concatenate(list(simulated_levels(mean, range(1, chosen.seeds + 1))))
        print(f"simulated, base {name:12} {loudness(days, bands[name])}")


if __name__ == "__main__":
    main()
