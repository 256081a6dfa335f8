"""Repeated readings, known again with a bounded memory; what slips through, qualify blanks.

The memory is a table of (sensor, time) → channels seen, addressed by a hash; a newer reading takes the place of an
older one. So it may forget, and never takes a new reading for a repeated one.
"""

import numpy as np
import numpy.typing as npt

from domain.channels import CHANNELS
from domain.readings import BoolArray, Readings

_TIME_BITS = 43
"""Unix milliseconds until the year 2248."""
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio: multiplicative hashing (Knuth, TAOCP 3, 6.4)."""
_BITS = (1 << np.arange(len(CHANNELS))).astype(np.uint16)
_EMPTY = np.int64(-1)

KeyArray = npt.NDArray[np.int64]
MaskArray = npt.NDArray[np.uint16]


class Recent:
    """Remembers the readings of about the last hour."""

    def __init__(self, readings: int) -> None:
        bits = max(readings - 1, 1).bit_length()
        self._shift = np.uint64(64 - bits)
        self._keys = np.full(1 << bits, _EMPTY)
        self._masks = np.zeros(1 << bits, np.uint16)

    def first(self, rows: Readings) -> BoolArray:
        """Remember rows, and say which bring something new: a first (sensor, time), or a channel it had not had.

        Args:
            rows: In order of arrival, shape (n,).

        Returns:
            True where the row is no repetition, shape (n,).
        """
        keys = (rows.sensor.astype(np.int64) << _TIME_BITS) | rows.time_ms
        masks = (~np.isnan(rows.values)) @ _BITS
        order = np.argsort(keys, kind="stable")
        again = order[1:][keys[order[1:]] == keys[order[:-1]]]
        if not len(again):
            return self._first_of_distinct(keys, masks, rows.time_ms)
        is_first = np.zeros(len(keys), np.bool_)
        once = np.ones(len(keys), np.bool_)
        once[again] = False
        is_first[once] = self._first_of_distinct(keys[once], masks[once], rows.time_ms[once])
        for row in np.sort(again):  # within one batch a repetition is rare
            part = slice(row, row + 1)
            is_first[row] = self._first_of_distinct(keys[part], masks[part], rows.time_ms[part])[0]
        return is_first

    def _first_of_distinct(self, keys: KeyArray, masks: MaskArray, time_ms: KeyArray) -> BoolArray:
        storable = (time_ms >= 0) & (time_ms < 1 << _TIME_BITS)
        place = ((keys.view(np.uint64) * _SPREAD) >> self._shift).astype(np.intp)
        known = (self._keys[place] == keys) & storable
        seen = np.where(known, self._masks[place], 0).astype(np.uint16)
        is_first: BoolArray = ~known | ((masks & ~seen) != 0)
        self._keys[place[storable]] = keys[storable]
        self._masks[place[storable]] = (masks | seen)[storable]
        return is_first
