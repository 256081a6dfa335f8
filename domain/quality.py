"""Quality control of single readings: flags with a reason, never deletions (QARTOD-style).

The tests follow the names and order of the QARTOD manuals (U.S. IOOS): gross range, spike, flat line.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.channels import N_POLLUTANTS
from domain.field import Flag, FlagArray
from domain.readings import FloatArray, IntArray, Readings
from domain.rules import QualifyRules

RANGE_UGM3 = np.array([[-5.0, 1500.0], [-5.0, 5000.0], [-10.0, 3000.0], [-10.0, 1000.0]])
"""What each pollutant can be in outdoor air (pm25, pm10, nox, o3): instrument noise about zero below, and above it
the greatest hourly values on public record (dust storms, smoke) with room to spare. Design values. [µg/m³]"""

SPIKE_MAX_GAP_MS = 300_000
"""Between readings further apart a jump is a change of the air, not a spike. [ms]"""


@dataclass(frozen=True, slots=True)
class LastReadings:
    """What each channel said last, shape (sensors, 4).

    Attributes:
        value: Last value, NaN = none yet. [µg/m³]
        time_ms: When it was measured. [ms]
        same_since_ms: Since when the value has not changed. [ms]
    """

    value: FloatArray
    time_ms: IntArray
    same_since_ms: IntArray


def nothing_yet(sensors: int) -> LastReadings:
    """Return the memory of a network that has not spoken."""
    shape = (sensors, N_POLLUTANTS)
    return LastReadings(np.full(shape, np.nan), np.zeros(shape, np.int64), np.zeros(shape, np.int64))


def flag_readings(last: LastReadings, rows: Readings, rules: QualifyRules) -> tuple[LastReadings, FlagArray]:
    """Flag the pollutants of new readings against each sensor's own last ones.

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
    memory = LastReadings(last.value.copy(), last.time_ms.copy(), last.same_since_ms.copy())
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
    first = np.r_[True, sensor[1:] != sensor[:-1]]
    before = np.r_[np.nan, value[:-1]]
    before_ms = np.r_[np.int64(0), time_ms[:-1]]
    before[first] = memory.value[sensor[first], channel]
    before_ms[first] = memory.time_ms[sensor[first], channel]

    low, high = RANGE_UGM3[channel]
    flags = np.where((value < low) | (value > high), np.uint16(Flag.RANGE), np.uint16(0))
    near = (time_ms - before_ms) <= SPIKE_MAX_GAP_MS
    jump = (value > rules.spike_ratio * before) & (value - before > rules.spike_floor_ugm3)
    flags |= np.where(near & jump, np.uint16(Flag.SPIKE), np.uint16(0))

    same_since = _same_since(memory, channel, sensor, time_ms, value == before)
    stuck = (time_ms - same_since) >= rules.stuck_min * 60_000
    flags |= np.where(stuck & near, np.uint16(Flag.STUCK), np.uint16(0))

    last = np.r_[np.flatnonzero(first)[1:] - 1, len(sensor) - 1]
    newer = time_ms[last] >= memory.time_ms[sensor[last], channel]  # a late row does not rewrite the memory
    last = last[newer]
    memory.value[sensor[last], channel] = value[last]
    memory.time_ms[sensor[last], channel] = time_ms[last]
    memory.same_since_ms[sensor[last], channel] = same_since[last]
    return flags


def _same_since(
    memory: LastReadings,
    channel: int,
    sensor: npt.NDArray[np.int32],
    time_ms: IntArray,
    unchanged: npt.NDArray[np.bool_],
) -> IntArray:
    """Return since when each row's value has stood: its own time where it changed, else carried forward."""
    first = np.r_[True, sensor[1:] != sensor[:-1]]
    own = np.where(first & unchanged, memory.same_since_ms[sensor, channel], time_ms)
    starts = first | ~unchanged
    return own[np.maximum.accumulate(np.where(starts, np.arange(len(sensor)), 0))]
