"""Quality control of single readings: flags with a reason, never deletions (QARTOD-style).

The tests follow the names and order of the QARTOD manuals (U.S. IOOS): gross range, spike, rate of change, flat line.
A flag here excludes the reading ("fail"). RANGE heals with the next reading in range, SPIKE and RATE with the next one
whatever it says, STUCK with the first value that differs.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.field import Flag, FlagArray
from domain.readings import BoolArray, FloatArray, IntArray, Readings
from domain.rules import QualifyRules

RANGE_UGM3 = np.array([[-5.0, 1500.0], [-5.0, 5000.0], [-10.0, 3000.0], [-10.0, 1000.0]])
"""What each pollutant can be in outdoor air (pm25, pm10, nox, o3): instrument noise about zero below, and above it
the greatest hourly values on public record (dust storms, smoke) with room to spare. Design values. [µg/m³]"""

FALL_RATIO = np.array([10.0, 10.0, 10.0, np.inf])
"""The air does not fall by more between two readings: the background stays when a plume goes. Ozone does, where nitric
oxide takes it. Design values."""
FALL_FROM_UGM3 = 30.0
"""Falls from less are no drop-outs. [µg/m³]"""
FALL_MIN_GAP_MS = 20_000
"""Between readings nearer than this a vehicle leaves an exhaust. [ms]"""
COARSE_FACTOR = 3
"""Whole numbers repeat themselves honestly in calm air: they must do so this much longer. Design value."""
COARSE_BELOW_UGM3 = 20.0
"""Above it a whole number resolves the noise of any instrument, 5 %. [µg/m³]"""
SPIKE_MAX_GAP_MS = 300_000
"""Between readings further apart a jump is a change of the air, not a spike. [ms]"""
STUCK_READINGS = 5
"""A slow sensor is stuck after so many repetitions at the least: hourly integers may well agree twice. Design value."""
STUCK_ABOVE_UGM3 = np.array([3.0, 5.0, 4.0, 6.0])
"""Near zero an honest calm night repeats itself: half the scatter of a low-cost sensor in clean air and less
(pm25, pm10, nox, o3). Design values. [µg/m³]"""
MEMORY_MS = 6 * 3600_000
"""After a longer silence the same value is a new one. [ms]"""


@dataclass(frozen=True, slots=True)
class LastReadings:
    """What each channel said last, shape (sensors, 4).

    Attributes:
        value: Last value, NaN = none yet. [µg/m³]
        time_ms: When it was measured. [ms]
        same_since_ms: Since when the value has not changed. [ms]
        earlier: The value before the last, NaN = none yet. [µg/m³]
    """

    value: FloatArray
    time_ms: IntArray
    same_since_ms: IntArray
    earlier: FloatArray


def nothing_yet(sensors: int) -> LastReadings:
    """Return the memory of a network that has not spoken."""
    shape = (sensors, N_POLLUTANTS)
    return LastReadings(
        np.full(shape, np.nan), np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.full(shape, np.nan)
    )


def flag_readings(last: LastReadings, rows: Readings, rules: QualifyRules) -> tuple[LastReadings, FlagArray]:
    """Flag the pollutants of new readings against each sensor's own last ones.

    A jump is a spike once: the next two readings are compared with it, so a rise that stays is believed from its second
    reading on, and a plume that fluctuates stays believed. A fall beyond what air does is left out once, too.

    Args:
        last: Memory of what came before.
        rows: New rows in the order of arrival.
        rules: Limits of the tests.

    Returns:
        The new memory, and `Flag` bits, shape (n, 4).
    """
    flags = np.zeros((len(rows), N_POLLUTANTS), np.uint16)
    order = np.lexsort((rows.time_ms, rows.sensor))
    sensor, time_ms = rows.sensor[order], rows.time_ms[order]
    memory = LastReadings(last.value.copy(), last.time_ms.copy(), last.same_since_ms.copy(), last.earlier.copy())
    for channel in range(N_POLLUTANTS):
        value = rows.values[order, channel]
        present = np.flatnonzero(~np.isnan(value))
        if not len(present):
            continue
        column = _flag_channel(memory, channel, sensor[present], time_ms[present], value[present], rules)
        flags[order[present], channel] = column
    return memory, flags


def _flag_channel(
    memory: LastReadings,
    channel: int,
    sensor: npt.NDArray[np.int32],
    time_ms: IntArray,
    value: FloatArray,
    rules: QualifyRules,
) -> FlagArray:
    """Flag one channel's readings, given by (sensor, time), and bring `memory` up to date."""
    starts = np.ones(len(sensor), np.bool_)
    starts[1:] = sensor[1:] != sensor[:-1]
    before = np.empty_like(value)
    before_ms = np.empty_like(time_ms)
    before[1:], before_ms[1:] = value[:-1], time_ms[:-1]
    before[starts] = memory.value[sensor[starts], channel]
    before_ms[starts] = memory.time_ms[sensor[starts], channel]
    gap_ms = np.maximum(time_ms - before_ms, 0)
    earlier = _earlier(memory, channel, sensor, starts, before)

    low, high = RANGE_UGM3[channel]
    out_of_range = (value < low) | (value > high)
    most, least = np.fmax(before, earlier), np.fmin(before, earlier)
    jump = (value > rules.spike_ratio * most) & (value - most > rules.spike_floor_ugm3)
    spike = jump & (gap_ms <= SPIKE_MAX_GAP_MS)
    fall = (value * FALL_RATIO[channel] < least) & (least > FALL_FROM_UGM3)
    fall &= ~out_of_range & (gap_ms <= SPIKE_MAX_GAP_MS) & (gap_ms >= FALL_MIN_GAP_MS)
    unchanged = (value == before) & (gap_ms <= MEMORY_MS)
    same_since = _same_since(memory.same_since_ms[sensor, channel], time_ms, starts, unchanged)
    coarse = (value == np.rint(value)) & (value < COARSE_BELOW_UGM3)
    patience = np.where(coarse, COARSE_FACTOR, 1)
    longest_ms = np.maximum(rules.stuck_min * MINUTE_MS * patience, STUCK_READINGS * gap_ms)
    stuck = (time_ms - same_since >= longest_ms) & (value > STUCK_ABOVE_UGM3[channel])
    _remember(memory, channel, sensor, time_ms, np.stack([value, before]), (starts, same_since))
    single = _bits(out_of_range, Flag.RANGE) | _bits(spike, Flag.SPIKE) | _bits(fall, Flag.RATE)
    return single | _bits(stuck, Flag.STUCK)


def _earlier(
    memory: LastReadings, channel: int, sensor: npt.NDArray[np.int32], starts: BoolArray, before: FloatArray
) -> FloatArray:
    """Return the reading before the last one of each row, NaN = none."""
    earlier = np.empty_like(before)
    earlier[1:] = before[:-1]
    earlier[starts] = memory.earlier[sensor[starts], channel]
    return earlier


def _bits(where: BoolArray, flag: Flag) -> FlagArray:
    return where.astype(np.uint16) * np.uint16(flag)


def _same_since(known_ms: IntArray, time_ms: IntArray, starts: BoolArray, unchanged: BoolArray) -> IntArray:
    """Return since when each row's value has stood: its own time where it changed, else carried forward."""
    own = np.where(starts & unchanged, known_ms, time_ms)
    changes = np.where(starts | ~unchanged, np.arange(len(time_ms)), 0)
    since: IntArray = own[np.maximum.accumulate(changes)]
    return since


def _remember(
    memory: LastReadings,
    channel: int,
    sensor: npt.NDArray[np.int32],
    time_ms: IntArray,
    told: FloatArray,
    runs: tuple[BoolArray, IntArray],
) -> None:
    """Keep each sensor's last row and the one before, shape (2, n), unless a newer one is known."""
    starts, same_since = runs
    last = np.append(np.flatnonzero(starts)[1:] - 1, len(sensor) - 1)
    last = last[time_ms[last] >= memory.time_ms[sensor[last], channel]]
    memory.value[sensor[last], channel], memory.earlier[sensor[last], channel] = told[:, last]
    memory.time_ms[sensor[last], channel] = time_ms[last]
    memory.same_since_ms[sensor[last], channel] = same_since[last]
