"""What the history gives back: one channel over time, raw rows, judged minutes; all in ascending time."""

from dataclasses import dataclass

import numpy as np

from domain.field import FlagArray, StateArray
from domain.readings import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Series:
    """One pollutant of one sensor, a row a minute, with the band it was judged against; NaN = missing.

    Attributes:
        time_ms: Start of the minute, Unix time, shape (n,). [ms]
        value: The value that stood, shape (n,). [µg/m³]
        background: What the air would be without a local source, shape (n,). [µg/m³]
        upper: Upper edge of the background band, shape (n,). [µg/m³]
    """

    time_ms: IntArray
    value: FloatArray
    background: FloatArray
    upper: FloatArray

    def __len__(self) -> int:
        return len(self.time_ms)


@dataclass(frozen=True, slots=True)
class ReadingRows:
    """Raw readings of one sensor as they were measured; NaN = missing.

    Attributes:
        time_ms: When it was measured, Unix time, shape (n,). [ms]
        lon: Degrees WGS-84, shape (n,); NaN for a fixed station that sends no position.
        lat: As `lon`.
        values: Columns of `CHANNELS`, shape (n, 12).
    """

    time_ms: IntArray
    lon: FloatArray
    lat: FloatArray
    values: FloatArray

    def __len__(self) -> int:
        return len(self.time_ms)


@dataclass(frozen=True, slots=True)
class WeatherRows:
    """What every weather station of a site measured, by time, then by station; NaN = missing.

    Attributes:
        station_id: One name a row.
        time_ms: When it was measured, Unix time, shape (n,). [ms]
        lon: Degrees WGS-84, shape (n,).
        lat: As `lon`.
        values: Columns of `WEATHER_KEYS`, shape (n, 5).
    """

    station_id: tuple[str, ...]
    time_ms: IntArray
    lon: FloatArray
    lat: FloatArray
    values: FloatArray

    def __len__(self) -> int:
        return len(self.time_ms)


@dataclass(frozen=True, slots=True)
class JudgedRows:
    """Judged minutes of one sensor, columns of `POLLUTANTS`; NaN = missing.

    Attributes:
        time_ms: Start of the minute, Unix time, shape (n,). [ms]
        value: The value that stood, shape (n, 4). [µg/m³]
        background: As in `Series`, shape (n, 4). [µg/m³]
        upper: As in `Series`, shape (n, 4). [µg/m³]
        state: `ChannelState`, shape (n, 4).
        flags: `Flag` bits, shape (n, 4).
        sigma: Scatter of the logarithm about the background, shape (n, 4).
    """

    time_ms: IntArray
    value: FloatArray
    background: FloatArray
    upper: FloatArray
    state: StateArray
    flags: FlagArray
    sigma: FloatArray

    def __len__(self) -> int:
        return len(self.time_ms)

    def series(self, channel: int) -> Series:
        """Return one pollutant by its index, without the minutes in which it had no value standing."""
        kept = ~np.isnan(self.value[:, channel])
        return Series(
            self.time_ms[kept], self.value[kept, channel], self.background[kept, channel], self.upper[kept, channel]
        )
