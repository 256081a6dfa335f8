"""Which sensors are loud: what takes part in a search, and how loud each station was of late."""

import numpy as np

from domain.window import BIN_MIN, Float32Array, Window
from domain.zone import Zone

EVERY_MIN = 2
"""Sources are looked for in every second minute: a plume does not change faster."""
NOW_BINS = 2
"""A sensor is loud now if it was in one of so many bins."""
MEMBER_SHARE = 0.8
"""A sensor that takes part in a search may be a little less loud than one that begins it. Design value."""


def recent_loudness(window: Window, zone: Zone) -> Float32Array:
    """Return how loud each station was of late, shape (sensors,)."""
    bins = max(zone.rules.memory_min // BIN_MIN, NOW_BINS)
    loud: Float32Array = window.score[-bins:].max(axis=(0, 2))
    return np.where(np.isnan(zone.xy_m[:, 0]), np.float32(0.0), loud)
