"""Recordings with truth from other physics and real noise: the method on what it was not tuned to."""

import argparse
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks._hidden_air import POLLUTANTS, Emission, Residuals, backgrounds, memory_noise, plumes, winds
from benchmarks._hidden_zone import PLACES, PLANE, START_MS, STATIONS, TRADES, VEHICLES, Zone, a_zone
from benchmarks.seeds import seeds_of
from domain.times import rfc3339, to_datetime
from simulators.world.truth import TRUTH_SCHEMA

DATA = Path("../shared/data")
MINUTES, MINUTES_MOST = 960, 20_160
"""A recording lasts so long unless told otherwise, its sources are as many however long it is; and at most. [min]"""
NAMES = ("pm25", "pm10", "nox")
DUE_MINUTES, DUE_SENSORS = 20, 2
"""A ticket is due for a source that stands out in so many sensor-minutes, at so many sensors; a fainter one is free."""
_UTC = pa.timestamp("ms", tz="UTC")


def events_of(zone: Zone, wind: np.ndarray, rng: np.random.Generator) -> list[tuple[str, str, Emission]]:
    """Draw sources: (kind, enterprise_id, emission); mostly where some station lies downwind."""
    events = []
    kinds = (
        ["enterprise"] * 5
        + ["unregistered"] * int(rng.random() < 0.6)
        + ["works"]
        + ["outside"] * int(rng.random() < 0.4)
    )
    starts = np.sort(rng.uniform(130, len(wind) - 2 - 130, len(kinds)))
    for kind, start in zip(rng.permutation(kinds), starts, strict=True):
        lasts, strength = (
            float(np.exp(rng.uniform(np.log(18), np.log(110)))),
            float(np.exp(rng.uniform(np.log(4), np.log(18)))),
        )
        way = wind[int(start) : int(start) + 20].mean(axis=0)
        along = way / max(float(np.hypot(*way)), 1e-6)
        if kind == "outside":
            spot, rate, name = -along * 6500, np.array([40.0, 60.0, 10.0]), ""
        elif kind == "unregistered":
            spot, rate, name = rng.uniform(-2500, 2500, 2) * np.array([1, 0.7]), strength * np.array([1, 1.4, 0.3]), ""
        else:
            index = _downwind_of_some(zone, along, rng)
            spot, rate = (
                zone.places[index],
                strength * np.array(TRADES[zone.trades[index]][1], float) * np.array([1, 1.7, 1.3]),
            )
            name = f"q{index:03d}"
        rhythm = (float(rng.uniform(6, 15)), float(rng.uniform(4, 12))) if rng.random() < 0.25 else (1e9, 0.0)
        events.append(
            (
                str(kind),
                name,
                Emission(spot, float(start), float(start) + lasts, rate, float(rng.uniform(1, 14)), *rhythm),
            )
        )
    return events


def _downwind_of_some(zone: Zone, along: np.ndarray, rng: np.random.Generator) -> int:
    for index in rng.permutation(PLACES):
        off = zone.stations - zone.places[index]
        ahead, aside = off @ along, np.abs(off @ np.array([-along[1], along[0]]))
        if ((ahead > 120) & (ahead < 1600) & (aside < 0.25 * ahead + 40)).sum() >= 2:
            return int(index)
    return 0


def make(seed: int, folder: Path, residuals: Residuals, minutes: int = MINUTES) -> None:
    """Write one recording."""
    rng = np.random.default_rng([seed, 77])
    wind = winds(DATA, rng, minutes)
    zone = a_zone(rng, minutes)
    events = events_of(zone, wind, rng)
    places = np.concatenate([np.broadcast_to(zone.stations, (minutes, STATIONS, 2)), zone.tracks[29::60]], axis=1)
    plume = plumes([event[2] for event in events], wind, places, rng)
    level = backgrounds(DATA, rng, minutes)
    share = np.clip(places[..., 0] / 9200 + 0.5, 0, 1)[..., None]
    clean = np.exp((1 - share) * np.log(level[0])[:, None] + share * np.log(level[1])[:, None])
    clean *= np.exp(0.02 * memory_noise(rng, minutes, 25.0))[..., None]
    air = clean.copy()
    air[..., :3] += plume.sum(axis=0)
    air[..., 3] *= np.exp(-plume[..., 2].sum(axis=0) / 140.0)
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(_truth(events, plume, clean), folder / "truth.parquet")
    _write_site(folder / "site", zone, events)
    pq.write_table(_readings(zone, air, clean, residuals, rng), folder / "readings.parquet")
    pq.write_table(_weather(wind, rng), folder / "weather.parquet")


def _readings(
    zone: Zone, air: np.ndarray, clean: np.ndarray, residuals: Residuals, rng: np.random.Generator
) -> pa.Table:
    seen, gone = _seen(air, clean, residuals, rng)
    parts = [_stations(zone, seen, gone, rng)]
    parts += [_vehicle(zone, seen, vehicle, rng) for vehicle in range(VEHICLES)]
    column = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    delay_ms = np.exp(rng.normal(0.3, 0.6, len(column["time"]))) * 1000 + np.where(
        rng.random(len(column["time"])) < 0.003, 240_000, 0
    )
    degrees = PLANE.to_degrees(column["xy"])
    names = np.array(
        [*(f"k{row:03d}" for row in range(STATIONS)), *(f"car{row}" for row in range(VEHICLES))], dtype=object
    )
    return pa.table(
        {
            "sensor_id": pa.array(names[column["sensor"]], pa.string()),
            "time": pa.array(column["time"].astype(np.int64)).cast(_UTC),
            "received_at": pa.array((column["time"] + delay_ms).astype(np.int64)).cast(_UTC),
            "lon": degrees[:, 0],
            "lat": degrees[:, 1],
            **{name: np.round(np.maximum(column["values"][:, at], 0.1), 1) for at, name in enumerate(POLLUTANTS)},
        }
    )


def _seen(air: np.ndarray, clean: np.ndarray, residuals: Residuals, rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """Return what every device shows each minute, one stuck and one with spikes, and who falls silent."""
    minutes, sensors = len(air), STATIONS + VEHICLES
    noise = np.empty((minutes, sensors, 4))
    typical = float(np.median(clean[..., 0]))
    pieces = residuals.draw(rng, minutes, typical, 3 * sensors).reshape(minutes, 3, sensors)
    noise[..., 0], noise[..., 2], noise[..., 3] = pieces[:, 0], pieces[:, 1], 0.5 * pieces[:, 2]
    noise[..., 1] = 0.85 * pieces[:, 0] + 0.25 * pieces[:, 1]
    gain = np.exp(rng.normal(0, 0.08, (sensors, 4)))
    seen = air * gain * np.exp(noise + rng.normal(0, 0.02, noise.shape)) + rng.normal(0, 0.6, noise.shape)
    stuck, spiky, gone = rng.choice(STATIONS, 3, replace=False)
    begin = int(rng.integers(100, 400))
    seen[begin : begin + 300, stuck] = seen[begin, stuck]
    seen[:, spiky][rng.random(minutes) < 0.02] *= 7.0
    return seen, int(gone)


def _stations(zone: Zone, seen: np.ndarray, gone: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    minute, sensor = np.divmod(np.arange(len(seen) * STATIONS), STATIONS)
    phase_ms = rng.integers(0, 60_000, STATIONS)
    time_ms = START_MS + 60_000 * minute + phase_ms[sensor]
    kept = ~((sensor == gone) & (minute > 300) & (minute < 700)) & (rng.random(len(sensor)) > 0.01)
    return {
        "sensor": sensor[kept],
        "time": time_ms[kept],
        "values": seen[minute, sensor][kept],
        "xy": zone.stations[sensor[kept]],
    }


def _vehicle(zone: Zone, seen: np.ndarray, vehicle: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    second, own = np.arange(0, len(seen) * 60, 2), STATIONS + vehicle
    row = seen[second // 60, own] * np.exp(0.10 * memory_noise(rng, len(second), 8.0))
    row[:, 2] += np.exp(2.2 + memory_noise(rng, len(second), 12.0)[:, 0])
    track = zone.tracks[second, vehicle] + rng.normal(0, 3, (len(second), 2))
    return {"sensor": np.full(len(second), own), "time": START_MS + 1000 * second + 500, "values": row, "xy": track}


def _weather(wind: np.ndarray, rng: np.random.Generator) -> pa.Table:
    parts, minutes = [], len(wind) - 2
    for number, (bias_deg, spread_deg) in enumerate(((6.0, 4.0), (-9.0, 7.0))):
        blows = wind[:minutes]
        turned = np.degrees(np.arctan2(-blows[:, 0], -blows[:, 1])) + bias_deg + rng.normal(0, spread_deg, minutes)
        lon, lat = PLANE.to_degrees(np.array([1500.0 - 3500 * number, 900.0]))
        time_ms = pa.array(START_MS + 60_000 * np.arange(minutes, dtype=np.int64)).cast(_UTC)
        parts.append(
            pa.table(
                {
                    "weather_id": [f"mast{number}"] * minutes,
                    "time": time_ms,
                    "lon": np.full(minutes, lon),
                    "lat": np.full(minutes, lat),
                    "wind_speed_ms": np.round(np.hypot(*blows.T) * np.exp(rng.normal(0, 0.08, minutes)), 1),
                    "wind_from_deg": np.round(turned % 360) % 360,
                    "humidity_pct": np.full(minutes, 55.0),
                    "temperature_c": np.full(minutes, 15.0),
                }
            )
        )
    return pa.concat_tables(parts)


def _truth(events: list[tuple[str, str, Emission]], plume: np.ndarray, clean: np.ndarray) -> pa.Table:
    rows = []
    for number, (kind, name, source) in enumerate(events):
        stands_out = (plume[number] > np.maximum(0.1 * clean[..., :3], np.array([4.0, 8.0, 8.0]))).any(axis=2)
        plain = stands_out.sum() >= DUE_MINUTES and stands_out.any(axis=0).sum() >= DUE_SENSORS
        seen_at = np.flatnonzero(stands_out.any(axis=1))
        lon, lat = PLANE.to_degrees(source.xy_m).tolist()
        rows.append(
            {
                "event_id": f"h{number}",
                "enterprise_id": name,
                "start": round(START_MS + 60_000 * source.start_min),
                "end": round(START_MS + 60_000 * source.end_min),
                "pollutants": [key for key, rate in zip(NAMES, source.rate_g_s, strict=True) if rate > 0],
                "lon": lon,
                "lat": lat,
                "expect": "ticket" if kind in ("enterprise", "unregistered") and plain else "no_ticket",
                "kind": kind,
                "first_visible": START_MS + 60_000 * int(seen_at[0]) if len(seen_at) else None,
            }
        )
    return pa.Table.from_pylist(rows, schema=TRUTH_SCHEMA)


def _write_site(folder: Path, zone: Zone, events: list[tuple[str, str, Emission]]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "site.toml").write_text(
        'id = "hidden"\nname = "另一园区"\ntimezone = "Asia/Shanghai"\n', encoding="utf-8"
    )
    rows = ["sensor_id,kind,lon,lat,height_m,pollutants"]
    degrees = PLANE.to_degrees(zone.stations)
    rows += [
        f"k{row:03d},station,{lon},{lat},4,{';'.join(POLLUTANTS)}" for row, (lon, lat) in enumerate(degrees.tolist())
    ]
    rows += [f"car{row},vehicle,,,2,{';'.join(POLLUTANTS)}" for row in range(VEHICLES)]
    (folder / "sensors.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    features = []
    square = np.array([[-60, -45], [60, -45], [60, 45], [-60, 45], [-60, -45]])
    for index, spot in enumerate(zone.places):
        trade, shares = TRADES[zone.trades[index]]
        properties = {
            "enterprise_id": f"q{index:03d}",
            "name": f"示例{trade}{index:03d}",
            "industry": trade,
            "pollutants": [key for key, part in zip(NAMES, shares, strict=True) if part > 0],
            "risk_class": "II",
            "credit_grade": "B",
            "whitelisted": False,
        }
        ring = PLANE.to_degrees(spot + square).tolist()
        features.append(
            {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        )
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    (folder / "enterprises.geojson").write_text(text, encoding="utf-8")
    lines = ["place_id,start,end,kind,note"]
    for kind, name, source in events:
        if kind == "works":
            span = [
                rfc3339(to_datetime(round(START_MS + 60_000 * at)))
                for at in (source.start_min - 10, source.end_min + 10)
            ]
            lines.append(f"{name},{span[0]},{span[1]},works,")
    (folder / "permits.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Write recordings; `python -m benchmarks.scores --recordings FOLDER/*` judges them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=seeds_of, default="1-4", help="such as 1,2,3 or 11-16")
    parser.add_argument(
        "--minutes",
        type=int,
        default=MINUTES,
        help=f"of each, {MINUTES} to {MINUTES_MOST}; its sources are as many however long it is",
    )
    parser.add_argument("--out", type=Path, default=Path(".wugan/hidden"))
    chosen = parser.parse_args()
    if not MINUTES <= chosen.minutes <= MINUTES_MOST:
        parser.error(f"--minutes {chosen.minutes}: write {MINUTES} to {MINUTES_MOST}")
    if not (DATA / "dense_network").is_dir():
        print(f"left out: no {DATA}, the measurement data beside the repository")
        return
    residuals = Residuals(DATA)
    for seed in chosen.seeds:
        make(seed, chosen.out / f"hidden-{seed}", residuals, chosen.minutes)
        print(f"{chosen.out / f'hidden-{seed}'}", flush=True)


if __name__ == "__main__":
    main()
