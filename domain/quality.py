"""Quality control of single readings: flags with a reason, never deletions (QARTOD-style).

The tests follow the names and order of the QARTOD manuals (U.S. IOOS): gross range, spike, rate of change, flat line.
A flag here excludes the reading ("fail"). RANGE heals with the next reading in range, SPIKE and RATE with the next one
whatever it says, STUCK with the first value that differs.
"""

from dataclasses import dataclass

import numpy as np

from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.field import Flag, FlagArray
from domain.readings import BoolArray, FloatArray, IntArray, Readings
from domain.rules import QualifyRules

RANGE_UGM3 = np.array([[-5.0, 1500.0], [-5.0, 5000.0], [-10.0, 3000.0], [-10.0, 1000.0]])
"""What each pollutant can be in outdoor air (pm25, pm10, nox, o3): instrument noise about zero below, and above it
the greatest hourly values on public record (dust storms, smoke) with room to spare. Design values. [µg/m³]"""

FALL_SHARE = np.array([0.1, 0.1, 0.1, np.nan])
"""The air does not fall below this share between two readings: the background stays when a plume goes. Ozone does where
nitric oxide takes it. Design values."""
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

    @property
    def newest_ms(self) -> IntArray:
        """The time of each sensor's newest value, 0 = none yet, shape (sensors,). [ms]"""
        newest: IntArray = self.time_ms.max(axis=1)
        return newest


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
    order = np.lexsort((rows.time_ms, rows.sensor))
    said = rows.values[order, :N_POLLUTANTS].T.ravel()  # channel by channel
    present = np.flatnonzero(~np.isnan(said))
    flags = np.zeros((N_POLLUTANTS, len(rows)), np.uint16)
    memory = LastReadings(last.value.copy(), last.time_ms.copy(), last.same_since_ms.copy(), last.earlier.copy())
    if len(present):
        channel, row = np.divmod(present, len(rows))
        told = _Told(
            cell=rows.sensor[order].astype(np.int64)[row] * N_POLLUTANTS + channel,
            channel=channel,
            time_ms=rows.time_ms[order][row],
            value=said[present],
        )
        flags[channel, order[row]] = _flag(memory, told, rules)
    return memory, np.ascontiguousarray(flags.T)


@dataclass(frozen=True, slots=True)
class _Told:
    """Values by (channel, sensor, time), shape (n,); `cell` is the place in the memory's blocks read row by row."""

    cell: IntArray
    channel: IntArray
    time_ms: IntArray
    value: FloatArray


def _flag(memory: LastReadings, told: _Told, rules: QualifyRules) -> FlagArray:
    """Flag values, shape (n,), and bring `memory` up to date."""
    cell, channel, time_ms, value = told.cell, told.channel, told.time_ms, told.value
    starts = np.ones(len(cell), np.bool_)
    starts[1:] = cell[1:] != cell[:-1]
    first = cell[starts]
    before, before_ms, earlier = np.empty_like(value), np.empty_like(time_ms), np.empty_like(value)
    before[1:], before_ms[1:] = value[:-1], time_ms[:-1]
    before[starts], before_ms[starts] = memory.value.ravel()[first], memory.time_ms.ravel()[first]
    earlier[1:] = before[:-1]
    earlier[starts] = memory.earlier.ravel()[first]
    gap_ms = np.maximum(time_ms - before_ms, 0)

    out_of_range = (value < RANGE_UGM3[channel, 0]) | (value > RANGE_UGM3[channel, 1])
    most, least = np.fmax(before, earlier), np.fmin(before, earlier)
    jump = (value > rules.spike_ratio * most) & (value - most > rules.spike_floor_ugm3)
    spike = jump & (gap_ms <= SPIKE_MAX_GAP_MS)
    fall = (value < FALL_SHARE[channel] * least) & (least > FALL_FROM_UGM3)  # False for ozone
    fall &= ~out_of_range & (gap_ms <= SPIKE_MAX_GAP_MS) & (gap_ms >= FALL_MIN_GAP_MS)
    unchanged = (value == before) & (gap_ms <= MEMORY_MS)
    same_since = _same_since(memory.same_since_ms.ravel()[cell], time_ms, starts, unchanged)
    coarse = (value == np.rint(value)) & (value < COARSE_BELOW_UGM3)
    patience = np.where(coarse, COARSE_FACTOR, 1)
    longest_ms = np.maximum(rules.stuck_min * MINUTE_MS * patience, STUCK_READINGS * gap_ms)
    stuck = (time_ms - same_since >= longest_ms) & (value > STUCK_ABOVE_UGM3[channel])
    _remember(memory, told, before, (starts, same_since))
    single = _bits(out_of_range, Flag.RANGE) | _bits(spike, Flag.SPIKE) | _bits(fall, Flag.RATE)
    return single | _bits(stuck, Flag.STUCK)


def _bits(where: BoolArray, flag: Flag) -> FlagArray:
    return where.astype(np.uint16) * np.uint16(flag)


def _same_since(known_ms: IntArray, time_ms: IntArray, starts: BoolArray, unchanged: BoolArray) -> IntArray:
    """Return since when each row's value has stood: its own time where it changed, else carried forward."""
    own = np.where(starts & unchanged, known_ms, time_ms)
    changes = np.where(starts | ~unchanged, np.arange(len(time_ms)), 0)
    since: IntArray = own[np.maximum.accumulate(changes)]
    return since


def _remember(memory: LastReadings, told: _Told, before: FloatArray, runs: tuple[BoolArray, IntArray]) -> None:
    """Keep each channel's last value and the one before, unless a newer one is known."""
    starts, same_since = runs
    last = np.append(np.flatnonzero(starts)[1:] - 1, len(starts) - 1)
    last = last[told.time_ms[last] >= memory.time_ms.ravel()[told.cell[last]]]
    cell = told.cell[last]
    memory.value.put(cell, told.value[last])
    memory.earlier.put(cell, before[last])
    memory.time_ms.put(cell, told.time_ms[last])
    memory.same_since_ms.put(cell, same_since[last])
