"""Channels that stand still while their neighbours move → flag STUCK, sooner than by their own word alone.

The flat-line test of the QARTOD manuals waits long because the air itself may rest; beside neighbours that move it need
not. Exact repetition is asked for: a coarse instrument in resting air repeats itself and is honest, but in air that
moves by more than its resolution it can't. Heals with the first value that differs.
"""

from dataclasses import dataclass

import numpy as np

from domain.channels import N_POLLUTANTS
from domain.readings import BoolArray, FloatArray, IntArray

REPEATS_MIN = 15
"""A sensor of one reading a minute must have repeated itself this long. Design value. [min]"""
REPEATS = 5
"""And a slow one so many times. Design value."""
MOVED = 0.3
"""So far the neighbours' level must have moved meanwhile (in logarithms): four of its scatters. Design value."""
MOVED_UGM3 = np.array([3.0, 4.0, 4.0, 6.0])
"""And so far in the units shown, so that a resolution of 1 µg/m³ is no evidence. Design values. [µg/m³]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stillness:
    """How long each channel has repeated itself, and where its background was meanwhile, shape (sensors, 4).

    Attributes:
        value: Last value, NaN = none. [µg/m³]
        repeats: Readings that repeated it.
        low: Least background meanwhile. [µg/m³]
        high: Greatest. [µg/m³]
        held: Flagged.
    """

    value: FloatArray
    repeats: IntArray
    low: FloatArray
    high: FloatArray
    held: BoolArray


def no_stillness(sensors: int) -> Stillness:
    """Return channels that never spoke."""
    shape = (sensors, N_POLLUTANTS)
    return Stillness(
        value=np.full(shape, np.nan),
        repeats=np.zeros(shape, np.int64),
        low=np.full(shape, np.inf),
        high=np.full(shape, -np.inf),
        held=np.zeros(shape, np.bool_),
    )


def follow_value(
    known: Stillness, value: FloatArray, background: FloatArray, told: BoolArray, step_min: FloatArray
) -> Stillness:
    """Take one more reading of each channel that told one.

    Args:
        known: What was followed.
        value: Values, shape (sensors, 4). [µg/m³]
        background: By the neighbours' word, shape (sensors, 4). [µg/m³]
        told: Channels with a new value and a background, shape (sensors, 4).
        step_min: Time between a sensor's readings, shape (sensors, 1). [min]
    """
    same = np.abs(value - known.value) <= 1e-9 * np.abs(known.value)
    changed = told & ~same
    repeats = np.where(changed, 0, known.repeats + (told & same))
    low = np.where(told, np.minimum(background, np.where(changed, np.inf, known.low)), known.low)
    high = np.where(told, np.maximum(background, np.where(changed, -np.inf, known.high)), known.high)
    long = repeats >= np.maximum(REPEATS, REPEATS_MIN / step_min)
    floor = np.maximum(low, 1.0)
    moved = (high - low >= MOVED_UGM3) & (high >= np.exp(MOVED) * floor)
    return Stillness(value=np.where(told, value, known.value), repeats=repeats, low=low, high=high, held=long & moved)
