"""The law of first arrival: the same sensor, time and channel counts once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.channels import CHANNELS, MINUTE_MS
from domain.readings import BoolArray, IntArray, Readings

_TIME_BITS = 17
"""A minute has 60,000 ms, which fit into 16 bits; one is spare."""

MaskArray = npt.NDArray[np.uint16]
_BITS = (1 << np.arange(len(CHANNELS))).astype(np.uint16)


@dataclass(frozen=True, slots=True)
class SeenMinute:
    """Which (sensor, time) of one minute have arrived, and with which channels.

    `keys` ascend; `masks` has one bit per channel of `CHANNELS`.
    """

    minute: int
    keys: IntArray
    masks: MaskArray


def first_arrivals(
    seen: tuple[SeenMinute, ...], rows: Readings, oldest_minute: int
) -> tuple[tuple[SeenMinute, ...], Readings, BoolArray]:
    """Blank what has arrived before.

    Args:
        seen: What arrived earlier.
        rows: New rows in the order of arrival, none older than `oldest_minute`.
        oldest_minute: Minutes before this one are forgotten. [minutes since 1970]

    Returns:
        What has arrived now; the rows with repeated channels set to NaN; and which rows brought nothing new,
        shape (n,).
    """
    minute = rows.time_ms // MINUTE_MS
    keys = (rows.sensor.astype(np.int64) << _TIME_BITS) | (rows.time_ms - minute * MINUTE_MS)
    present = (~np.isnan(rows.values)) @ _BITS
    memory = {part.minute: part for part in seen if part.minute >= oldest_minute}
    repeated = np.zeros(len(rows), np.uint16)
    for value in np.unique(minute):
        where = np.flatnonzero(minute == value)
        before = memory.get(int(value))
        repeated[where], memory[int(value)] = _merge(before, int(value), keys[where], present[where])
    nothing_new = (present & ~repeated) == 0
    kept = tuple(memory[name] for name in sorted(memory))
    if not repeated.any():
        return kept, rows, nothing_new
    values = np.where((repeated[:, np.newaxis] & _BITS) != 0, np.nan, rows.values)
    return kept, Readings(rows.sensor, rows.time_ms, rows.received_ms, rows.position, values), nothing_new


def _merge(before: SeenMinute | None, minute: int, keys: IntArray, present: MaskArray) -> tuple[MaskArray, SeenMinute]:
    """Return which channels of each new row had arrived earlier, and the minute's new memory."""
    order = np.argsort(keys, kind="stable")
    old_keys = before.keys if before else np.empty(0, np.int64)
    old_masks = before.masks if before else np.empty(0, np.uint16)
    all_keys = np.concatenate([old_keys, keys[order]])
    all_masks = np.concatenate([old_masks, present[order]])
    by_key = np.argsort(all_keys, kind="stable")  # memory first, then arrival order, within a key
    all_keys, all_masks = all_keys[by_key], all_masks[by_key]
    new_group = np.r_[True, all_keys[1:] != all_keys[:-1]]
    earlier = _or_of_predecessors(all_masks, new_group)
    is_new = by_key >= len(old_keys)
    repeated = np.empty(len(keys), np.uint16)
    repeated[order[by_key[is_new] - len(old_keys)]] = earlier[is_new]
    starts = np.flatnonzero(new_group)
    merged = np.bitwise_or.reduceat(all_masks, starts)
    return repeated, SeenMinute(minute, all_keys[starts], merged)


def _or_of_predecessors(masks: MaskArray, new_group: BoolArray) -> MaskArray:
    """Return for each mask the union of those before it in its group, by doubling the look-back (Hillis and Steele)."""
    if new_group.all():
        return np.zeros_like(masks)
    place = np.arange(len(masks)) - np.maximum.accumulate(np.where(new_group, np.arange(len(masks)), 0))
    earlier = np.where(place > 0, np.roll(masks, 1), np.uint16(0))
    reach = 1
    while (place > reach).any():
        earlier = earlier | np.where(place > reach, np.roll(earlier, reach), np.uint16(0))
        reach *= 2
    return earlier
