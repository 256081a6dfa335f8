"""Judged minutes over a zone's means, for tests of limits."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from domain.channels import MINUTE_MS, POLLUTANTS
from domain.field import JudgedField, nan_block, no_weather_minute
from domain.limits import crossing
from domain.limits.watch import LimitWatch, watch_limits
from domain.network import network_of
from domain.site import Site
from tests.builders import a_site

CHINA = ZoneInfo("Asia/Shanghai")
QUIET = (40.0, 80.0, 60.0, 70.0)


def local_minute(text: str, zone: ZoneInfo = CHINA) -> int:
    """Return the minute since 1970 of a local time `2026-07-01 08:00`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) // 60


def judged(
    minute: int, value: np.ndarray, background: np.ndarray | None = None, speaking: Iterable[int] | None = None
) -> JudgedField:
    """Return a judged minute of all sensors, or of some."""
    size = len(value)
    fields = JudgedField(
        minute_ms=minute * MINUTE_MS,
        clock_ms=(minute + 1) * MINUTE_MS + 10_000,
        sensor=np.arange(size, dtype=np.int32),
        lon=np.zeros(size),
        lat=np.zeros(size),
        value=value,
        completeness=np.ones((size, 4)),
        flags=np.zeros((size, 4), np.uint16),
        background=nan_block(size) if background is None else background,
        upper=nan_block(size),
        sigma=nan_block(size),
        state=np.zeros((size, 4), np.uint8),
        since_ms=np.zeros((size, 4), np.int64),
        fresh=np.ones(size, np.bool_),
        weather=no_weather_minute(),
    )
    return fields if speaking is None else take(fields, list(speaking))


def take(fields: JudgedField, rows: list[int]) -> JudgedField:
    """Return some sensors' rows of a judged minute."""
    names = ("sensor", "lon", "lat", "value", "completeness", "flags", "background", "upper", "sigma", "state")
    kept = {name: getattr(fields, name)[rows] for name in (*names, "since_ms", "fresh")}
    return replace(fields, **kept)


def air(site: Site, levels: dict[tuple[str, str], float], base: tuple[float, ...] = QUIET) -> np.ndarray:
    """Return quiet air, but some (sensor, pollutant) at other levels, shape (sensors, 4)."""
    value = np.tile(np.array(base), (len(site.sensors), 1))
    for (sensor, pollutant), level in levels.items():
        value[site.sensor_ids.index(sensor), POLLUTANTS.index(pollutant)] = level
    return value


class Watching:
    """A zone that is watched hour by hour; remembers every crossing and decision."""

    def __init__(self, site: Site | None = None, begin: str = "2026-07-01 08:00", **more: object) -> None:
        self.site = a_site(4, **more) if site is None else site
        self.watch: LimitWatch = watch_limits(self.site, network_of(self.site, 8))
        self.state = crossing.no_crossings()
        self.minute = local_minute(begin, self.watch.zone)
        self.crossings: list[crossing.Crossing] = []
        self.told: list[tuple[str, str]] = []

    def hour(
        self,
        levels: dict[tuple[str, str], float] | None = None,
        *,
        background: tuple[float, ...] | None = QUIET,
        base: tuple[float, ...] = QUIET,
        minutes: int = 60,
        total: int = 60,
    ) -> list[crossing.Crossing]:
        """Watch an hour, of which the first `minutes` bring values; return its crossings."""
        value = air(self.site, levels or {}, base)
        behind = None if background is None else np.tile(np.array(background), (len(value), 1))
        found: list[crossing.Crossing] = []
        for passed in range(total):
            speaking = None if passed < minutes else ()
            found += self.take(judged(self.minute, value, behind, speaking))
        return found

    def take(self, field: JudgedField) -> list[crossing.Crossing]:
        """Take one judged minute; return its crossings."""
        self.state, begun = crossing.advance(self.state, field, self.watch)
        self.minute = field.minute_ms // MINUTE_MS + 1
        self.crossings += begun
        made = crossing.decisions_of(begun, field.clock_ms, self.watch)
        self.told += [(one.name.value, one.key) for one in made]
        return list(begun)

    def names(self, pick: Callable[[str], bool] = bool) -> list[str]:
        """Return the decisions' names, in order."""
        return [name for name, _ in self.told if pick(name)]
