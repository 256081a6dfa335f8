"""Recordings as they would have been heard with something amiss: late, slow, or without a wind to be relied on."""

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

Heard = tuple[pd.DataFrame, pd.DataFrame]
"""Readings and weather, with the columns of a recording's files."""
TURNED_DEG = 70.0
OUTAGES_MIN = ((240, 300), (500, 560), (700, 760))
"""When the network is down, since the first reading. [min]"""
_POLLUTANTS = ["pm25", "pm10", "nox", "o3"]


def late(readings: pd.DataFrame, weather: pd.DataFrame) -> Heard:
    """Let a platform hand on every reading three minutes later."""
    return readings.assign(received_at=readings.received_at + pd.Timedelta(minutes=3)), weather


def outages(readings: pd.DataFrame, weather: pd.DataFrame) -> Heard:
    """Let the network be down for an hour three times, and deliver all of it when it is back."""
    received, start = readings.received_at, readings.time.min()
    for first, last in OUTAGES_MIN:
        back = start + pd.Timedelta(minutes=last)
        is_free = (received < start + pd.Timedelta(minutes=first)) | (received >= back)
        received = received.where(is_free, back + pd.to_timedelta(np.arange(len(received)) % 90_000, unit="ms"))
    return readings.assign(received_at=received), weather


def five_minutes(readings: pd.DataFrame, weather: pd.DataFrame) -> Heard:
    """Let stations report means of five minutes at their end."""
    is_station = readings.groupby("sensor_id").lon.transform("nunique") == 1
    rows = readings[is_station].assign(slot=readings.time.dt.floor("5min"))
    how = {"lon": "first", "lat": "first"} | dict.fromkeys(_POLLUTANTS, "mean")
    means = rows.groupby(["sensor_id", "slot"], as_index=False).agg(how)
    ends = means.slot + pd.Timedelta(minutes=4, seconds=30)
    means = means.assign(time=ends, received_at=ends + pd.Timedelta(seconds=2)).round(dict.fromkeys(_POLLUTANTS, 1))
    return pd.concat([means[readings.columns], readings[~is_station]], ignore_index=True), weather


def hourly_wind(readings: pd.DataFrame, weather: pd.DataFrame) -> Heard:
    """Let weather stations report means of an hour at its end."""
    origin = np.radians(weather.wind_from_deg)
    rows = weather.assign(
        east=weather.wind_speed_ms * np.sin(origin),
        north=weather.wind_speed_ms * np.cos(origin),
        time=weather.time.dt.floor("60min") + pd.Timedelta(minutes=60),
    )
    means = rows.groupby(["weather_id", "time"], as_index=False).mean(numeric_only=True)
    means["wind_speed_ms"] = np.hypot(means.east, means.north).round(1)
    means["wind_from_deg"] = np.degrees(np.arctan2(means.east, means.north)).round() % 360.0
    return readings, means[weather.columns]


def stuck_vane(readings: pd.DataFrame, weather: pd.DataFrame) -> Heard:
    """Let one weather station say the same wind all along."""
    is_first = weather.weather_id == weather.weather_id.min()
    return readings, weather.assign(
        wind_speed_ms=weather.wind_speed_ms.where(~is_first, 2.3),
        wind_from_deg=weather.wind_from_deg.where(~is_first, 87),
    )


def turned_vane(readings: pd.DataFrame, weather: pd.DataFrame) -> Heard:
    """Let one weather station's vane be turned."""
    is_first = weather.weather_id == weather.weather_id.min()
    turned = (weather.wind_from_deg + TURNED_DEG) % 360.0
    return readings, weather.assign(wind_from_deg=weather.wind_from_deg.where(~is_first, turned))


def no_wind(readings: pd.DataFrame, weather: pd.DataFrame) -> Heard:
    """Let nobody measure any weather."""
    return readings, weather.iloc[:0]


WAYS: dict[str, Callable[[pd.DataFrame, pd.DataFrame], Heard]] = {
    way.__name__: way for way in (late, outages, five_minutes, hourly_wind, stuck_vane, turned_vane, no_wind)
}


def impair(recording: Path, name: str, out: Path) -> None:
    """Write a recording as it would have been heard.

    Args:
        recording: Its folder, such as `benchmarks.hidden_like` writes.
        name: One of `WAYS`.
        out: The new folder.
    """
    shutil.copytree(recording, out, dirs_exist_ok=True)
    files = [out / "readings.parquet", out / "weather.parquet"]
    readings, weather = (pd.read_parquet(file) for file in files)
    for file, rows in zip(files, WAYS[name](readings, weather), strict=True):
        rows.to_parquet(file, index=False)


def main() -> None:
    """Write recordings; `python -m benchmarks.scores --recordings FOLDER/*` judges them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recordings", type=Path, nargs="+", help="folders that benchmarks.hidden_like has written")
    parser.add_argument("--ways", default=",".join(WAYS), help=f"some of {', '.join(WAYS)}")
    parser.add_argument("--out", type=Path, default=Path(".wugan/impaired"))
    chosen = parser.parse_args()
    ways = chosen.ways.split(",")
    if unknown := sorted(set(ways) - set(WAYS)):
        parser.error(f"--ways: {', '.join(unknown)}: no such way; there are {', '.join(WAYS)}")
    for name in ways:
        for recording in chosen.recordings:
            impair(recording, name, chosen.out / name / recording.name)
        print(chosen.out / name, flush=True)


if __name__ == "__main__":
    main()
