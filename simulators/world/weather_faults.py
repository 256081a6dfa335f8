"""What goes wrong with weather stations: rows as measured → rows without the silent, with the wind of those stuck."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from domain.readings import BoolArray, FloatArray, Weather
from simulators.scenario_types import WeatherFault

WIND = slice(0, 2)
"""Columns of `WEATHER_KEYS` that an iced or blocked vane and cup hold still."""


class WeatherFaults:
    """Lets the faults of a scenario do their work; rows must come in the order of time."""

    def __init__(self, faults: Sequence[WeatherFault], start_ms: int) -> None:
        self._faults = faults
        self._start_ms = start_ms
        self._held: dict[str, FloatArray] = {}

    def apply(self, rows: Weather) -> Weather:
        """Return what leaves the stations; `rows` is not changed."""
        for fault in self._faults:
            hit = self._reach(fault, rows)
            if hit.any():
                rows = rows.take(np.flatnonzero(~hit)) if fault.kind == "silent" else self._stuck(rows, hit)
        return rows

    def _reach(self, fault: WeatherFault, rows: Weather) -> BoolArray:
        minute = (rows.time_ms - self._start_ms) / 60_000
        now = (minute >= fault.start_min) & (minute < fault.start_min + fault.duration_min)
        named = [not fault.stations or name in fault.stations for name in rows.station_id]
        return np.asarray(now & np.array(named, np.bool_))

    def _stuck(self, rows: Weather, hit: BoolArray) -> Weather:
        values = rows.values.copy()
        for row in np.flatnonzero(hit).tolist():
            values[row, WIND] = self._held.setdefault(rows.station_id[row], values[row, WIND].copy())
        return replace(rows, values=values)
