"""How flags of comparison heal: readings in a row that agree with the neighbours → what is still held."""

import numpy as np

from domain.readings import BoolArray, IntArray


def follow_agreement(agrees: IntArray, told: BoolArray, agreeing: BoolArray) -> IntArray:
    """Count readings in a row that agree, shape (sensors, 4); a channel that told nothing keeps its count.

    >>> follow_agreement(np.array([[4, 4, 4]]), np.array([[True, True, False]]), np.array([[True, False, True]]))
    array([[5, 0, 4]])
    """
    return np.where(told, np.where(agreeing, agrees + 1, 0), agrees)


def still_held(held: BoolArray, agrees: IntArray, heals_readings: int) -> BoolArray:
    """Return which flagged channels have not agreed for long enough, shape (sensors, 4)."""
    still: BoolArray = held & (agrees < heals_readings)
    return still
