"""A day's judged minutes of one device → what can be drawn and listed: unbroken pieces, and stretches of flags."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from domain.channels import MINUTE_MS, POLLUTANTS
from domain.field import ChannelState, Flag
from domain.readings import IntArray
from domain.series import JudgedRows

LEAST_GAP_MS = 5 * MINUTE_MS
"""Shorter holes are drawn through. Design value. [ms]"""
GAP_INTERVALS = 3
"""As is what a slow device leaves out between two of its readings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Minutes in a row of one pollutant with the same flags, [since, until). [Unix ms]"""

    pollutant: str
    since_ms: int
    until_ms: int
    flags: tuple[str, ...]
    excluded: bool


def pieces(time_ms: IntArray) -> list[slice]:
    """Return the unbroken pieces of ascending times, as slices."""
    if not len(time_ms):
        return []
    steps = np.diff(time_ms)
    usual = float(np.median(steps)) if len(steps) else 0.0
    breaks = np.flatnonzero(steps > max(LEAST_GAP_MS, GAP_INTERVALS * usual)) + 1
    edges = [0, *breaks.tolist(), len(time_ms)]
    return [slice(first, after) for first, after in pairwise(edges)]


def stretches(rows: JudgedRows, channel: int) -> list[Stretch]:
    """Return the stretches in which a pollutant wore a flag or was not believed, in order of time."""
    flags, excluded = rows.flags[:, channel], rows.state[:, channel] == ChannelState.EXCLUDED
    told = (flags != 0) | excluded
    found: list[Stretch] = []
    for piece in pieces(rows.time_ms):
        mark = flags[piece].astype(np.int64) * 2 + excluded[piece]
        edges = [0, *(np.flatnonzero(np.diff(mark)) + 1).tolist(), len(mark)]
        for first, after in pairwise(edges):
            row = piece.start + first
            if told[row]:
                found.append(_stretch(rows, channel, row, piece.start + after - 1))
    return found


def _stretch(rows: JudgedRows, channel: int, first: int, last: int) -> Stretch:
    bits = int(rows.flags[first, channel])
    return Stretch(
        pollutant=POLLUTANTS[channel],
        since_ms=int(rows.time_ms[first]),
        until_ms=int(rows.time_ms[last]) + MINUTE_MS,
        flags=tuple(flag.name.lower() for flag in Flag if flag.name and flag & bits),
        excluded=bool(rows.state[first, channel] == ChannelState.EXCLUDED),
    )
