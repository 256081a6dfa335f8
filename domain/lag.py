"""Clocks of devices: receive time minus measuring time → which devices' clocks are wrong → flag CLOCK.

A network that is down delays some rows and then delivers others at once, so a device's *least* lag of the last minutes
is the error of its clock, not its network's. It is held against the other devices', so that a clock of the system that
is wrong itself, or a recording whose receive times mean something else, accuses nobody. (The timing test of the QARTOD
manuals.)
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from domain.channels import N_POLLUTANTS
from domain.field import Flag, FlagArray
from domain.readings import BoolArray, FloatArray, IndexArray, Readings
from domain.robust import median
from domain.ticks import Ticks

AHEAD_MS = 45_000.0
"""A device set by NTP is right to a second; one set by hand or by its modem to half a minute. Design value. [ms]"""
BEHIND_MS = 120_000.0
"""Behind, a slow uplink looks alike; its rows then come after their minute is settled. Design value. [ms]"""
FORGET_MS = 10_000.0
"""The least lag grows by this in each minute with a word: a clock that was set wrong shows after 12 minutes. [ms]"""
MIN_SENSORS = 3
"""Of fewer devices nobody can say whose clock is wrong."""


@dataclass(frozen=True, slots=True)
class Lags:
    """The least lag of each device, NaN = not heard yet, shape (sensors,). [ms]"""

    least_ms: FloatArray


def no_lags(sensors: int) -> Lags:
    """Return the lags of devices that were not heard."""
    return Lags(np.full(sensors, np.nan))


@dataclass(frozen=True, slots=True)
class LagCourse:
    """How the lags went over several ticks.

    Attributes:
        after: The lags after the last.
        usual_before_ms: What was usual before each tick, NaN = nobody knows, shape (ticks,). [ms]
        behind: By tick, where there are any: devices that spoke, but of another time.
    """

    after: Lags
    usual_before_ms: FloatArray
    behind: Mapping[int, "Behind"]


def follow_lags(known: Lags, rows: Readings, ticks: Ticks) -> LagCourse:
    """Take the rows of some ticks, late ones included."""
    sensors = len(known.least_ms)
    now = np.full((ticks.count, sensors), np.inf)
    cell = ticks.tick * sensors + rows.sensor
    np.minimum.at(now.reshape(-1), cell, (rows.received_ms - rows.time_ms).astype(np.float64))
    speaks = np.isfinite(now)
    usual_ms = [usual_lag_ms(known)]
    behind: dict[int, Behind] = {}
    for tick, takes in enumerate(speaks.any(axis=1).tolist()):
        if takes:
            least_ms = np.fmin(now[tick], known.least_ms + FORGET_MS)
            known = Lags(np.where(speaks[tick], least_ms, known.least_ms))
            usual_ms.append(usual_lag_ms(known))
            is_behind = known.least_ms > usual_ms[-1] + BEHIND_MS
            if is_behind.any():
                behind[tick] = _who_is_behind(is_behind, rows.take(ticks.tick == tick))
        else:
            usual_ms.append(usual_ms[-1])
    return LagCourse(known, np.array(usual_ms[:-1]), behind)


def usual_lag_ms(known: Lags) -> float:
    """Return the median of the devices, NaN of fewer than three. [ms]"""
    heard = known.least_ms[~np.isnan(known.least_ms)]
    return median(heard) if len(heard) >= MIN_SENSORS else float("nan")


def is_ahead(course: LagCourse, rows: Readings, ticks: Ticks) -> BoolArray:
    """Return which rows claim a time at which their device can't have measured them, shape (n,).

    A network whose usual lag is long (hourly means, say) has devices that are honestly quicker: none of them is ahead
    while its rows come after their time. Heals with the first row whose time is possible.
    """
    usual_ms = np.array([min(usual, 0.0) for usual in course.usual_before_ms.tolist()])
    ahead: BoolArray = rows.received_ms - rows.time_ms < usual_ms[ticks.tick] - AHEAD_MS
    return ahead


@dataclass(frozen=True, slots=True)
class Behind:
    """Devices whose clock is behind, ascending, shape (n,), and the flags of what they said, shape (n, 4)."""

    sensor: IndexArray
    flags: FlagArray


def nobody_behind() -> Behind:
    """Return no device."""
    return Behind(np.empty(0, np.int32), np.zeros((0, N_POLLUTANTS), np.uint16))


def _who_is_behind(is_behind: BoolArray, rows: Readings) -> Behind:
    """Return which devices of these rows are behind; heals with the first row that comes in time."""
    mine = is_behind[rows.sensor]
    sensor, which = np.unique(rows.sensor[mine], return_inverse=True)
    flags = np.zeros((len(sensor), N_POLLUTANTS), np.uint16)
    said = ~np.isnan(rows.values[mine, :N_POLLUTANTS])
    np.bitwise_or.at(flags, which, said * np.uint16(Flag.CLOCK))
    return Behind(sensor.astype(np.int32), flags)
