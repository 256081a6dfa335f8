"""A judged minute to the zone's own level: what most healthy stations stand at, and what was usual here of late."""

from dataclasses import dataclass

import numpy as np

from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.field import ChannelState, JudgedField
from domain.readings import BoolArray, FloatArray, IndexArray

STATIONS_NEEDED = 3
"""Fewer healthy stations are no zone. Design value."""
RAISED_SHARE = 0.7
"""The zone's level is what this share of its stations stands at or above, so that no plume can raise it: between a
half (the median) and all. Design value."""
SLOT_MIN = 30
"""One level is kept of each half-hour. Design value. [min]"""
SLOTS = 48
"""A day of half-hours: what is usual has seen every hour of the clock once. Design value."""
KNOWN_SLOTS = 4
"""What is usual is known when the oldest level kept is two hours old. Design value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneLevel:
    """The zone's level of each pollutant now, shape (4,); NaN and -1 where too few stations speak.

    Attributes:
        level: What `RAISED_SHARE` of the healthy stations stand at or above. [µg/m³]
        witness: Row in the judged minute of the station that stands at it.
    """

    level: FloatArray
    witness: IndexArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What the zone's level was of late.

    Attributes:
        slot: The newest half-hour kept, -1 = none. [half-hours since 1970]
        past: Levels of `SLOTS` half-hours, oldest first, shape (48, 4). [µg/m³]
        level: Median of the half-hours before the newest, NaN = not known yet, shape (4,). [µg/m³]
    """

    slot: int
    past: FloatArray
    level: FloatArray


def nothing_usual() -> Usual:
    """Return what is usual in a zone that was never heard."""
    return Usual(slot=-1, past=np.full((SLOTS, N_POLLUTANTS), np.nan), level=np.full(N_POLLUTANTS, np.nan))


def healthy_stations(judged: JudgedField, is_vehicle: BoolArray) -> BoolArray:
    """Return which channels of stations have a trusted value, shape (n, 4)."""
    trusted = (judged.flags == 0) & (judged.state != ChannelState.EXCLUDED) & ~np.isnan(judged.value)
    healthy: BoolArray = trusted & ~is_vehicle[judged.sensor][:, np.newaxis]
    return healthy


def zone_level(judged: JudgedField, is_vehicle: BoolArray) -> ZoneLevel:
    """Return the zone's level in a minute."""
    level, witness = np.full(N_POLLUTANTS, np.nan), np.full(N_POLLUTANTS, -1, np.int32)
    healthy = healthy_stations(judged, is_vehicle)
    for channel in range(N_POLLUTANTS):
        rows = np.flatnonzero(healthy[:, channel])
        if len(rows) < STATIONS_NEEDED:
            continue
        place = int((1.0 - RAISED_SHARE) * len(rows))
        value = judged.value[rows, channel]
        level[channel] = np.partition(value, place)[place]
        witness[channel] = rows[int(np.argmax(value == level[channel]))]
    return ZoneLevel(level=level, witness=witness)


def remember(known: Usual, level: FloatArray, minute: int) -> Usual:
    """Keep the first level of each half-hour; what is usual never holds the present one.

    Args:
        known: What was usual before.
        level: The zone's level now, shape (4,). [µg/m³]
        minute: Now. [minutes since 1970]
    """
    slot = minute // SLOT_MIN
    if slot <= known.slot:
        return known
    gone = SLOTS if known.slot < 0 else min(slot - known.slot, SLOTS)
    past = np.full((SLOTS, N_POLLUTANTS), np.nan)
    past[: SLOTS - gone] = known.past[gone:]
    usual = _median_of_known(past)
    past[-1] = level
    return Usual(slot=slot, past=past, level=usual)


def _median_of_known(past: FloatArray) -> FloatArray:
    """Return the medians of the columns, NaN where nothing is older than `KNOWN_SLOTS`."""
    median = np.full(N_POLLUTANTS, np.nan)
    for channel in range(N_POLLUTANTS):
        column = past[:, channel]
        if not np.isnan(column[:-KNOWN_SLOTS]).all():
            median[channel] = np.median(column[~np.isnan(column)])
    return median


def minute_of_field(judged: JudgedField) -> int:
    """Return which minute it is. [minutes since 1970]"""
    return judged.minute_ms // MINUTE_MS
