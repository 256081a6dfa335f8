"""Arriving readings against the band of the last judged minute: what may wear a red ring at once."""

from domain.channels import N_POLLUTANTS
from domain.field import ChannelState, FlagArray, StateArray
from domain.quality import RANGE_UGM3
from domain.readings import BoolArray, FloatArray, Readings


def healthy_channels(flags: FlagArray, state: StateArray) -> BoolArray:
    """Return which channels were trusted and judged in the last minute.

    Args:
        flags: `Flag` bits of the last judged minute, shape (sensors, 4).
        state: `ChannelState` of the last judged minute, shape (sensors, 4).
    """
    healthy: BoolArray = (flags == 0) & (state != ChannelState.EXCLUDED) & (state != ChannelState.UNJUDGED)
    return healthy


def hot_channels(rows: Readings, upper: FloatArray, healthy: BoolArray) -> BoolArray:
    """Return which values are above the upper edge of their sensor's background band.

    A hot value is told to people at once and never opens a ticket: that is left to the minutes that follow.

    Args:
        rows: Readings as they arrive.
        upper: Upper edge of each sensor's band in the last judged minute, NaN = none, shape (sensors, 4). [µg/m³]
        healthy: Channels that may speak (`healthy_channels`), shape (sensors, 4).

    Returns:
        True where hot; never for a missing value, an impossible one, or a channel without a band, shape (n, 4).
    """
    value = rows.values[:, :N_POLLUTANTS]
    possible = (value >= RANGE_UGM3[:, 0]) & (value <= RANGE_UGM3[:, 1])
    return possible & healthy[rows.sensor] & (value > upper[rows.sensor])
