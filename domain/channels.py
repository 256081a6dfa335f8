"""The names, units and order of everything a sensor can report; every stage indexes columns by these."""

from typing import Final

POLLUTANTS: Final = ("pm25", "pm10", "nox", "o3")
"""The four supervised pollutants, in the order of every `(n, 4)` array. [µg/m³]"""

CHANNELS: Final = (
    *POLLUTANTS,
    "no2",
    "no",
    "tsp",
    "temperature_c",
    "humidity_pct",
    "pressure_hpa",
    "wind_speed_ms",
    "wind_from_deg",
)
"""Every value column of a reading, in the order of `Readings.values`, shape (n, 12)."""

POSITION_KEYS: Final = ("lon", "lat", "accuracy_m", "speed_ms", "heading_deg")
"""Where and how a sensor moved: degrees WGS-84, m, m/s, degrees from north."""

WEATHER_KEYS: Final = ("wind_speed_ms", "wind_from_deg", "temperature_c", "humidity_pct", "pressure_hpa")
"""What a weather row carries: m/s, degrees the wind blows *from*, °C, %, hPa."""

N_POLLUTANTS: Final = len(POLLUTANTS)
N_CHANNELS: Final = len(CHANNELS)
CHANNEL_INDEX: Final = {name: index for index, name in enumerate(CHANNELS)}

GASES: Final = frozenset({"nox", "o3", "no2", "no"})
CONCENTRATIONS: Final = frozenset({*POLLUTANTS, "no2", "no", "tsp"})
"""Channels in µg/m³; gases at 298.15 K and 1013.25 hPa (GB 3095-2026, 4.3)."""

UNIT: Final = "µg/m³"
MINUTE_MS: Final = 60_000
