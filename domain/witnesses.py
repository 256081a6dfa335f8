"""Who is asked about a source: stations, and pieces of vehicles' ways, side by side."""

from dataclasses import dataclass

import numpy as np

from domain.readings import BoolArray, FloatArray, IntArray
from domain.roadside import TRACERS
from domain.window import Float32Array, Window
from domain.zone import Zone

PASS_REACH_M = 1200.0
"""Vehicles are asked within this distance of the loud stations. [m]"""
PASSES_MOST = 50
"""So many pieces are asked, the nearest first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What stations, and after them pieces of vehicles' ways, saw by bin.

    Attributes:
        xy_m: Where, shape (n, 2). [m]
        score: Excess in units of its scatter, shape (b, n, 3).
        scale: That scatter, shape (b, n, 3). [µg/m³]
        said: Where something was said, shape (b, n, 3).
    """

    xy_m: FloatArray
    score: Float32Array
    scale: Float32Array
    said: BoolArray


def seen_by(window: Window, bins: IntArray, near: IntArray, members_m: FloatArray, zone: Zone) -> Seen:
    """Put stations and pieces of vehicles' ways side by side."""
    said = window.said[np.ix_(bins, near)]
    scale = (window.scale[np.ix_(bins, near)] / np.maximum(said, np.float32(1.0))).astype(np.float32)
    score = window.score[np.ix_(bins, near)]
    road = window.roadside
    where = road.bin - window.first_bin - bins[0]
    apart_m = distance_m(road.xy_m, members_m) if len(road) else np.empty(0)
    rows = np.flatnonzero((where >= 0) & (where < len(bins)) & (apart_m <= PASS_REACH_M))
    rows = rows[np.argsort(apart_m[rows], kind="stable")[:PASSES_MOST]]
    if not len(rows):
        return Seen(zone.xy_m[near], score, scale, said > 0)
    blocks = []
    for column in (road.score, road.scale, road.said):
        block = np.zeros((len(bins), len(rows), TRACERS), np.float32)
        block[where[rows], np.arange(len(rows))] = column[rows]
        blocks.append(block)
    return Seen(
        np.concatenate([zone.xy_m[near], road.xy_m[rows]]),
        np.concatenate([score, blocks[0]], axis=1),
        np.concatenate([scale, blocks[1]], axis=1),
        np.concatenate([said, blocks[2]], axis=1) > 0,
    )


def distance_m(xy_m: FloatArray, others_m: FloatArray) -> FloatArray:
    """Return how far each place is from the nearest of others, infinite where unknown, shape (n,). [m]"""
    offset = xy_m[:, np.newaxis] - others_m[np.newaxis]
    nearest: FloatArray = np.nan_to_num(np.hypot(offset[..., 0], offset[..., 1]), nan=np.inf).min(axis=1)
    return nearest
