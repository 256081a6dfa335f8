"""How rare a burst at one sensor is that looks like what it showed: the most that one sensor can say for it.

Counted in half a year of eleven stations of one town (PM2.5, ten-minute means over the median of the network and of the
day): excesses of x µg/m³ that last d minutes happen exp(-(1.5 ln x - 0.45)(1 + 0.25 ln(d / 10))) times an hour.
With x in units of 2.8 µg/m³ that is the law below. It held from 3 to 150 µg/m³ in air of 5 to 80 µg/m³.
"""

import numpy as np

from domain.readings import FloatArray, IntArray
from domain.window import BIN_MIN, LOUD_SHARE, Float32Array, Window

USUAL_SCATTER_UGM3 = np.array([2.8, 4.8, 4.0], np.float32)
"""The unit of a burst's size: scatter of PM2.5, PM10 and NOx in air like that in which bursts were counted. [µg/m³]"""
FROM, STEEP, LONGER = 1.1, 1.5, 0.25
"""Rarity of a burst of one such unit that lasts ten minutes; how it grows with ln(size), and with ln(duration)."""
BOTH = 0.4
"""Bursts of dust and of gas at once are rarer: what the weaker adds. Design value."""
HABIT_MOST = 1.2
"""A sensor's or a network's habits make its bursts so much rarer or commoner at most. Design value."""
LEAST = 0.5
"""And no burst is commoner than this. Design value."""


def usual_size(window: Window, bins: IntArray) -> Float32Array:
    """Return excesses in units of a usual scatter, shape (b, sensors, 3): bursts do not grow with dirty air."""
    scale = window.scale[bins] / np.maximum(window.said[bins], np.float32(1.0))
    size: Float32Array = window.score[bins] * np.minimum(scale / USUAL_SCATTER_UGM3, np.float32(1.0))
    return size


def rarity(size: Float32Array, loud: Float32Array, near: IntArray) -> FloatArray:
    """Return minus the logarithm of how often a burst like that happens at each sensor in an hour, shape (n,).

    Args:
        size: As of `usual_size`, shape (b, n, 3).
        loud: How often each sensor has been loud by itself of late, shape (sensors,).
        near: Which sensors, shape (n,).
    """
    ordered = np.sort(size.astype(np.float64), axis=0)[::-1]
    lasts = 1.0 + LONGER * np.log(BIN_MIN * np.arange(1, len(size) + 1) / 10.0)
    rare = ((FROM + STEEP * np.log(np.maximum(ordered, 1.0))) * lasts[:, np.newaxis, np.newaxis]).max(axis=0)
    dust = np.maximum(rare[:, 0], rare[:, 1])
    both = np.maximum(dust, rare[:, 2]) + BOTH * (np.minimum(dust, rare[:, 2]) - FROM)
    habit = 0.5 * (loud[near] + loud.mean()) / LOUD_SHARE
    least: FloatArray = np.maximum(both - np.clip(np.log(np.maximum(habit, 1e-3)), -HABIT_MOST, HABIT_MOST), LEAST)
    return least
