"""Quality control of single readings: flags with a reason, never deletions (QARTOD-style).

The tests follow the names and order of the QARTOD manuals (U.S. IOOS): gross range, spike, flat line.
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

    A jump is a spike once: the next reading is compared with it, so a rise that stays is believed from its second
    reading on.

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
    """Flag one channel's readings, given by (sensor, time), and bring `memory` up to date."""
    starts = np.ones(len(sensor), np.bool_)
    starts[1:] = sensor[1:] != sensor[:-1]
    before = np.empty_like(value)
    before_ms = np.empty_like(time_ms)
    before[1:], before_ms[1:] = value[:-1], time_ms[:-1]
    before[starts] = memory.value[sensor[starts], channel]
    before_ms[starts] = memory.time_ms[sensor[starts], channel]
    gap_ms = np.maximum(time_ms - before_ms, 0)

    low, high = RANGE_UGM3[channel]
    out_of_range = (value < low) | (value > high)
    jump = (value > rules.spike_ratio * before) & (value - before > rules.spike_floor_ugm3)
    spike = jump & (gap_ms <= SPIKE_MAX_GAP_MS)
    unchanged = (value == before) & (gap_ms <= MEMORY_MS)
    same_since = _same_since(memory.same_since_ms[sensor, channel], time_ms, starts, unchanged)
    longest_ms = np.maximum(rules.stuck_min * MINUTE_MS, STUCK_READINGS * gap_ms)
    stuck = (time_ms - same_since >= longest_ms) & (value > STUCK_ABOVE_UGM3[channel])
    _remember(memory, channel, sensor, time_ms, value, (starts, same_since))
    return _bits(out_of_range, Flag.RANGE) | _bits(spike, Flag.SPIKE) | _bits(stuck, Flag.STUCK)


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
    value: FloatArray,
    runs: tuple[BoolArray, IntArray],
) -> None:
    """Keep each sensor's last row, unless a newer one is known."""
    starts, same_since = runs
    last = np.append(np.flatnonzero(starts)[1:] - 1, len(sensor) - 1)
    last = last[time_ms[last] >= memory.time_ms[sensor[last], channel]]
    memory.value[sensor[last], channel] = value[last]
    memory.time_ms[sensor[last], channel] = time_ms[last]
    memory.same_since_ms[sensor[last], channel] = same_since[last]
