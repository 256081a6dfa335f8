"""What a zone's weather stations say of the wind: which of them is stuck, and how far the direction may be amiss."""

from dataclasses import dataclass, replace

import numpy as np

from domain.attribution import ZoneWind, mean_wind, vectors_ms
from domain.channels import WEATHER_KEYS
from domain.field import WeatherMinute
from domain.readings import BoolArray, FloatArray, IntArray

STUCK_MIN = 90
"""A wind that has not changed at all for so long is stuck: an hourly one would have, and air never stands so still."""
STIR_MS = 0.1
"""Below this a wind that does not change is a calm, and a mast may well say nought for hours. [m/s]"""
SILENT_MIN = 15.0
"""A station that spoke so much longer ago than the freshest has fallen silent, or is slower: it does not count beside
it. Design value. [min]"""
SPLIT_MEMORY_MIN = 30.0
"""How far vanes disagree is a mean over so long: a gust reaches one of them first. Design value. [min]"""


@dataclass(frozen=True, slots=True)
class Vanes:
    """What each weather station that measures wind last said of it, shape (w,), and how far they disagree.

    Attributes:
        station_id: Their names.
        east_ms: Where it blows to. [m/s]
        north_ms: The same. [m/s]
        age_min: How long ago it was said. [min]
        stood_min: For how long nothing new was said. [min]
        still_min: For how long the very same was said, unless that is a calm. [min]
        split_deg: How far their mean direction may be amiss, by those that tell it. [degrees]
    """

    station_id: tuple[str, ...]
    east_ms: FloatArray
    north_ms: FloatArray
    age_min: FloatArray
    stood_min: FloatArray
    still_min: FloatArray
    split_deg: float

    @property
    def stuck(self) -> BoolArray:
        """Which have said the same for too long, from the first word to the last, shape (w,)."""
        stuck: BoolArray = self.still_min - self.stood_min >= STUCK_MIN
        return stuck

    @property
    def used(self) -> IntArray:
        """Those that tell the zone's wind, ascending: the fresh ones of those that are not stuck, or of all."""
        moving = ~self.stuck | self.stuck.all()
        freshest_min = self.age_min[moving].min(initial=np.inf)
        return np.flatnonzero(moving & (self.age_min <= freshest_min + SILENT_MIN))


def no_vanes() -> Vanes:
    """Return those of a zone that has heard of none."""
    none = np.empty(0)
    return Vanes((), none, none, none, none, none, split_deg=0.0)


def watch(known: Vanes, weather: WeatherMinute, minutes: int) -> Vanes:
    """Hear the weather of a minute, so many minutes after the one before."""
    speed, origin = weather.column("wind_speed_ms"), weather.column("wind_from_deg")
    rows = np.flatnonzero(~np.isnan(speed) & ~np.isnan(origin))
    names = tuple(weather.station_id[row] for row in rows.tolist())
    east_ms, north_ms = vectors_ms(speed[rows], origin[rows])
    stood_min, still_min = np.zeros((2, len(rows)))
    new = Vanes(names, east_ms, north_ms, weather.age_min[rows], stood_min, still_min, split_deg=0.0)
    before = {name: at for at, name in enumerate(known.station_id)}
    was = np.array([before.get(name, -1) for name in names], np.intp)
    if not len(before):
        return replace(new, split_deg=_split_deg(new))
    same = (was >= 0) & (known.east_ms[was] == east_ms) & (known.north_ms[was] == north_ms)
    stands = same & (np.abs(new.age_min - known.age_min[was] - minutes) < 1e-6)
    stirs = np.hypot(east_ms, north_ms) > STIR_MS
    new = replace(
        new,
        stood_min=np.where(stands, known.stood_min[was] + minutes, 0.0),
        still_min=np.where(same & stirs, known.still_min[was] + minutes, 0.0),
    )
    share = 1.0 - float(np.exp(-minutes / SPLIT_MEMORY_MIN))
    square = known.split_deg**2 + share * (_split_deg(new) ** 2 - known.split_deg**2)
    return replace(new, split_deg=float(np.sqrt(square)))


def _split_deg(vanes: Vanes) -> float:
    """Return the standard error of the mean direction of those that are used, nought of one alone. [degrees]

    By the circular standard deviation sqrt(-2 ln R) (K. V. Mardia & P. E. Jupp, "Directional Statistics", 2000, eq.
    2.3.14).
    """
    used = vanes.used
    east_ms, north_ms = vanes.east_ms[used], vanes.north_ms[used]
    blows_ms = float(np.hypot(east_ms, north_ms).sum())
    if len(used) < 2 or blows_ms == 0.0:
        return 0.0
    straight = min(max(float(np.hypot(east_ms.sum(), north_ms.sum())) / blows_ms, 1e-3), 1.0)
    return float(np.degrees(np.sqrt(-2.0 * np.log(straight) / (len(used) - 1))))


def as_told(weather: WeatherMinute, vanes: Vanes) -> WeatherMinute:
    """Return a minute's weather without the wind of stations that do not tell the zone's."""
    tell = np.isin(weather.station_id, [vanes.station_id[at] for at in vanes.used.tolist()])
    values = weather.values.copy()
    for key in ("wind_speed_ms", "wind_from_deg"):
        values[~tell, WEATHER_KEYS.index(key)] = np.nan
    return replace(weather, values=values)


def wind_of_vanes(vanes: Vanes) -> ZoneWind:
    """Return the zone's wind by those that are used; NaN where there are none."""
    used = vanes.used
    if not len(used):
        return ZoneWind(float("nan"), float("nan"))
    return replace(
        mean_wind(vanes.east_ms[used], vanes.north_ms[used]),
        age_min=float(vanes.age_min[used].min()),
        stood_min=float(vanes.stood_min[used].min()),
        split_deg=vanes.split_deg,
        is_stuck=bool(vanes.stuck.all()),
    )
