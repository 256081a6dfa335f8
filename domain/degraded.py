"""What a judgement has to do without: a judged minute and its site → named reasons, in a fixed order."""

import numpy as np

from domain.channels import WEATHER_KEYS
from domain.field import Flag, JudgedField
from domain.site import Site

NO_WEATHER, NO_HUMIDITY, ONE_STATION = "no_weather", "no_humidity", "one_station"
HALF_OFFLINE = "network_half_offline"
NO_POLLUTANTS, NO_ENTERPRISES, NO_BACKGROUND = "no_pollutants_known", "no_enterprises", "no_background"
NAMES = (NO_WEATHER, NO_HUMIDITY, ONE_STATION, HALF_OFFLINE, NO_BACKGROUND, NO_ENTERPRISES, NO_POLLUTANTS)
"""All of them, in the order in which they are told; a consumer may add its own in the same style."""


def degradations(judged: JudgedField, site: Site) -> tuple[str, ...]:
    """Return the names of what is missing now; empty when nothing is.

    Args:
        judged: The minute; a station counts as offline that has no row, or says nothing that is trusted.
        site: Whose minute.
    """
    wind = judged.weather.column("wind_speed_ms")
    humidity = judged.weather.values[:, WEATHER_KEYS.index("humidity_pct")]
    stations = int((~site.is_vehicle).sum())
    named = {
        NO_WEATHER: not np.isfinite(wind).any(),
        NO_HUMIDITY: np.isfinite(wind).any() and not np.isfinite(humidity).any(),
        ONE_STATION: stations == 1,
        HALF_OFFLINE: stations > 1 and _speaking(judged, site) * 2 <= stations,
        NO_BACKGROUND: len(judged.sensor) > 0 and bool(np.isnan(judged.background).all()),
        NO_ENTERPRISES: not site.enterprises,
        NO_POLLUTANTS: bool(site.enterprises) and not any(place.pollutants for place in site.enterprises),
    }
    return tuple(name for name, holds in named.items() if holds)


def _speaking(judged: JudgedField, site: Site) -> int:
    """Return how many stations have a channel that is not offline and has a value."""
    speaks = (~np.isnan(judged.value) & ((judged.flags & np.uint16(Flag.OFFLINE)) == 0)).any(axis=1)
    return int((speaks & ~site.is_vehicle[judged.sensor]).sum())
