"""A sensor and a moment in; what its neighbours, its flags and the air's humidity say about it out."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from domain.channels import MINUTE_MS, POLLUTANTS
from domain.damp import Humidity, nearest_humidity, own_humidity
from domain.field import ChannelState, Flag
from domain.geo import Projection
from domain.neighbours import RISE_MIN, Agreement, agreement, nearest, overall, rose
from domain.readings import BoolArray, FloatArray
from domain.series import JudgedRows, ReadingRows
from domain.site import SensorKind, Site
from domain.times import to_datetime
from maps.ports import PaneHistory

DAY_MS = 86_400_000
WEATHER_MS = 3 * 3600_000
"""Hourly weather stands until the next has had time to come. [ms]"""
LATEST_MS = 10 * MINUTE_MS
"""How far back a sensor's own last humidity, place and flags are looked for. Design value. [ms]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A station nearby; `rose` is None where it can't say, `excluded` where it was not believed then."""

    sensor_id: str
    distance_m: int
    rose: bool | None
    excluded: bool
    r: float | None
    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is told of a sensor at a moment.

    Attributes:
        moves: Whether it is a vehicle, which has no neighbours of its own to agree with.
        r: Rank correlation with the believed neighbours in the 24 hours before, their median; None = not known.
        pairs: Common minutes that it rests on, at least.
        near: The nearest stations, nearest first.
        rising: How many of them rose within ten minutes; `asked` is how many could say.
        humidity: Relative humidity there; None = nobody told.
        flags: Names of its flags by pollutant in the last ten minutes.
        calibrated_on: As the register says, with its age in days.
    """

    sensor_id: str
    pollutant: str
    at: datetime
    moves: bool
    r: float | None
    pairs: int
    near: tuple[Near, ...]
    rising: int
    asked: int
    humidity: Humidity | None
    flags: dict[str, tuple[str, ...]]
    calibrated_on: date | None
    calibrated_days: int | None


class Neighbours:
    """Tells of sensors at moments. Its calls block; what was told is told again for a minute.

    Args:
        site: Whose sensors; its `rules.detect.neighbours` nearest stations, those that make a background, are asked.
        history: What was measured and judged.
        now_ms: Any clock that only grows. [ms]
    """

    KEPT_MS = 60_000
    KEPT_MOST = 200

    def __init__(self, site: Site, history: PaneHistory, now_ms: Callable[[], int]) -> None:
        self._site = site
        self._history = history
        self._now_ms = now_ms
        self._turn = threading.Lock()  # desks that ask together for one ticket are told by one look
        self._kept: dict[tuple[str, int, int], tuple[int, Beside]] = {}
        self._index = {sensor.sensor_id: row for row, sensor in enumerate(site.sensors)}
        self._station = np.flatnonzero(~site.is_vehicle)
        degrees = site.post_deg
        known = degrees[np.isfinite(degrees).all(axis=1)]
        lon, lat = known.mean(axis=0) if len(known) else (0.0, 0.0)
        self._projection = Projection(float(lon), float(lat))
        self._xy_m = self._projection.to_metres(degrees[:, 0], degrees[:, 1])

    def beside(self, sensor_id: str, channel: int, at_ms: int) -> Beside:
        """Return what is told of a sensor of the site.

        Raises:
            ConnectionError: The history is away.
        """
        key = (sensor_id, channel, at_ms // MINUTE_MS)
        with self._turn:
            kept = self._kept.get(key)
            if kept is not None and self._now_ms() - kept[0] < self.KEPT_MS:
                return kept[1]
            told = self._look(self._index[sensor_id], channel, at_ms)
            if len(self._kept) >= self.KEPT_MOST:
                self._kept = {}
            self._kept[key] = (self._now_ms(), told)
            return told

    def _look(self, row: int, channel: int, at_ms: int) -> Beside:
        sensor = self._site.sensors[row]
        moves = sensor.kind is SensorKind.VEHICLE
        own = self._minutes(sensor.sensor_id, at_ms)
        lately = self._history.readings_of(sensor.sensor_id, at_ms - LATEST_MS, at_ms + MINUTE_MS)
        place_m = self._last_place(lately) if moves else self._xy_m[row]
        near = tuple(self._near(row, place_m, channel, at_ms, None if moves else own))
        whole = overall([Agreement(r=one.r, pairs=one.pairs) for one in near if not one.excluded])
        said = [one.rose for one in near if one.rose is not None]
        day = to_datetime(at_ms).astimezone(ZoneInfo(self._site.timezone)).date()
        return Beside(
            sensor_id=sensor.sensor_id,
            pollutant=POLLUTANTS[channel],
            at=to_datetime(at_ms),
            moves=moves,
            r=whole.r,
            pairs=whole.pairs,
            near=near,
            rising=sum(said),
            asked=len(said),
            humidity=own_humidity(lately, sensor.sensor_id) or self._weather(place_m, at_ms),
            flags=_flags(own, at_ms),
            calibrated_on=sensor.calibrated_on,
            calibrated_days=(day - sensor.calibrated_on).days if sensor.calibrated_on else None,
        )

    def _minutes(self, sensor_id: str, at_ms: int) -> JudgedRows:
        return self._history.judged_of(sensor_id, at_ms - DAY_MS, at_ms + RISE_MIN * MINUTE_MS + 1)

    def _near(self, row: int, place_m: FloatArray, channel: int, at_ms: int, own: JudgedRows | None) -> Iterator[Near]:
        """Yield the nearest stations; `own` None: nothing to agree with."""
        others = self._station[self._station != row]
        which, apart_m = nearest(self._xy_m[others], place_m, self._site.rules.detect.neighbours)
        for other, distance_m in zip(others[which].tolist(), apart_m.tolist(), strict=True):
            sensor_id = self._site.sensors[other].sensor_id
            rows = self._minutes(sensor_id, at_ms)
            agrees = agreement(own, rows, channel) if own is not None else Agreement(r=None, pairs=0)
            yield Near(
                sensor_id=sensor_id,
                distance_m=round(distance_m),
                rose=rose(rows, channel, at_ms),
                excluded=bool((rows.state[_about(rows, at_ms), channel] == ChannelState.EXCLUDED).any()),
                r=agrees.r,
                pairs=agrees.pairs,
            )

    def _last_place(self, rows: ReadingRows) -> FloatArray:
        """Return where a vehicle was last, NaN = it did not tell, shape (2,). [m]"""
        told = np.flatnonzero(~np.isnan(rows.lon) & ~np.isnan(rows.lat))
        if not len(told):
            return np.full(2, np.nan)
        last = told[-1:]
        place_m: FloatArray = self._projection.to_metres(rows.lon[last], rows.lat[last])[0]
        return place_m

    def _weather(self, place_m: FloatArray, at_ms: int) -> Humidity | None:
        rows = self._history.weather_of(at_ms - WEATHER_MS, at_ms + MINUTE_MS)
        return nearest_humidity(rows, self._projection.to_metres(rows.lon, rows.lat), place_m)


def _about(rows: JudgedRows, at_ms: int) -> BoolArray:
    lately: BoolArray = (rows.time_ms > at_ms - LATEST_MS) & (rows.time_ms <= at_ms)
    return lately


def _flags(rows: JudgedRows, at_ms: int) -> dict[str, tuple[str, ...]]:
    """Return the names of flags by pollutant, those without left out."""
    bits = np.bitwise_or.reduce(rows.flags[_about(rows, at_ms)], axis=0) if len(rows) else ()
    names = {
        pollutant: tuple(flag.name.lower() for flag in Flag if flag.name and flag & int(mark))
        for pollutant, mark in zip(POLLUTANTS, bits, strict=False)
    }
    return {pollutant: told for pollutant, told in names.items() if told}
