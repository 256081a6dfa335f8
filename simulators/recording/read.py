"""A recording folder → readings through the door and weather, in order of receipt, with every refusal counted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from domain.door import Refusal, door_of, enter
from domain.readings import IntArray, Readings, Weather
from domain.site import Site
from domain.times import rfc3339, to_datetime
from simulators.recording.order import fingerprint, in_order
from simulators.recording.refused import RecordingRefused
from simulators.recording.rows import READINGS, read_rows
from simulators.recording.weather import read_weather

GAP_MS = 366 * 86_400_000
"""A longer silence in a recording is a wrong clock, and every minute of it would be judged. [ms]"""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a recording brings, in order of receipt.

    Attributes:
        readings: Through the door, sorted by (received, sensor, time).
        weather: Sorted by (received, station, time).
        refused: Reason code to number of readings that may not enter.
        refused_weather: Reason code to number of weather rows.
        unknown: Columns (and parameters of the long form) that nobody knows, to their number of rows.
        input_hash: SHA-256 over all of it, independent of the files' order, types and form.
    """

    readings: Readings
    weather: Weather
    refused: Counter[str]
    refused_weather: Counter[str]
    unknown: Mapping[str, int]
    input_hash: str

    @property
    def first_ms(self) -> int:
        """The first moment of receipt. [ms]"""
        return int(min(part.received_ms[0] for part in (self.readings, self.weather) if len(part)))

    @property
    def last_ms(self) -> int:
        """The last moment of receipt. [ms]"""
        return int(max(part.received_ms[-1] for part in (self.readings, self.weather) if len(part)))

    @property
    def recorded_from(self) -> datetime:
        """The first moment of receipt, UTC."""
        return to_datetime(self.first_ms)

    @property
    def recorded_until(self) -> datetime:
        """The last moment of receipt, UTC."""
        return to_datetime(self.last_ms)


def read_recording(folder: Path, site: Site, *, since_ms: int | None = None, until_ms: int | None = None) -> Recording:
    """Read a recording folder.

    Args:
        folder: With `readings.parquet` (wide or long) and, if there was any, `weather.parquet`.
        site: Whose sensors count.
        since_ms: Leave out what was received before. [ms]
        until_ms: Leave out what was received then or later. [ms]

    Raises:
        RecordingRefused: The folder can't be used; one line.
    """
    file = folder / READINGS
    found, air = read_rows(folder, site), read_weather(folder, site)
    if not len(found.readings):
        raise RecordingRefused(file, f"holds no row with a time ({found.no_time} without)", "record at least one")
    rows = found.readings.take(_within(found.readings.received_ms, since_ms, until_ms))
    heard = np.arange(len(air.weather))[_within(air.weather.received_ms, since_ms, until_ms)]
    weather = air.weather.take(heard)
    if not len(rows):
        first, last = (_told(int(moment(found.readings.received_ms))) for moment in (np.min, np.max))
        raise RecordingRefused(file, "nothing was received in the span asked for", f"it holds {first} until {last}")
    readings, refused = _through_the_door(rows, site)
    refused["no_time"] += found.no_time
    if not len(readings):
        told = ", ".join(f"{reason} {count}" for reason, count in sorted((+refused).items()))
        raise RecordingRefused(file, f"no reading may enter ({told})", "replay it with the site it was recorded at")
    readings = in_order(readings)
    _refuse_gap(file, np.sort(np.concatenate([readings.received_ms, weather.received_ms])))
    return Recording(
        readings=readings,
        weather=weather,
        refused=+refused,
        refused_weather=Counter(air.refused),
        unknown={**found.unknown, **{f"weather {name}": len(air.weather) for name in air.unknown}},
        input_hash=fingerprint(readings, weather, site.sensor_ids),
    )


def _within(received_ms: IntArray, since_ms: int | None, until_ms: int | None) -> slice | np.ndarray:
    if since_ms is None and until_ms is None:
        return slice(None)
    inside = np.ones(len(received_ms), np.bool_)
    if since_ms is not None:
        inside &= received_ms >= since_ms
    if until_ms is not None:
        inside &= received_ms < until_ms
    return inside


def _through_the_door(rows: Readings, site: Site) -> tuple[Readings, Counter[str]]:
    refused: Counter[str] = Counter()
    nowhere = np.isinf(rows.position).any(axis=1)
    if nowhere.any():  # JSON can't hold an infinite position: the live door never sees one
        known = rows.sensor >= 0
        refused[Refusal.NOT_A_NUMBER.code] += int((nowhere & known).sum())
        rows = rows.take(~(nowhere & known))
    entered, reason = enter(rows, door_of(site))
    counts = np.bincount(reason, minlength=len(Refusal))
    for refusal in Refusal:
        if refusal is not Refusal.NONE:
            refused[refusal.code] += int(counts[refusal])
    return entered, refused


def _refuse_gap(file: Path, received_ms: IntArray) -> None:
    gaps = np.diff(received_ms)
    if not len(gaps) or gaps.max() <= GAP_MS:
        return
    at = int(gaps.argmax())
    before, after = _told(int(received_ms[at])), _told(int(received_ms[at + 1]))
    what = f"nothing was received from {before} until {after}: a clock was wrong"
    raise RecordingRefused(file, what, "leave such rows out with --from and --until")


def _told(moment_ms: int) -> str:
    return rfc3339(to_datetime(int(moment_ms)))
