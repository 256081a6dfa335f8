"""A seeded network of roads, about a grid; vehicles and traffic follow it."""

from dataclasses import dataclass

import numpy as np

from domain.readings import FloatArray, IndexArray
from simulators.world.names import road_name

TILT_DEG = 5.0
"""The grid is turned by this, as real ones are. Design value."""


@dataclass(frozen=True, slots=True)
class Roads:
    """Crossings and what joins them.

    Attributes:
        road_id: One a road: first those that run north–south, then east–west.
        name: As `road_id`.
        node: Crossings, shape (nx, ny, 2). [m]
        edge: Pairs of flat node numbers, shape (edges, 2).
        edge_road: Which road each edge belongs to, shape (edges,).
        load: How much traffic each road carries, 1 = usual, shape (roads,).
    """

    road_id: tuple[str, ...]
    name: tuple[str, ...]
    node: FloatArray
    edge: IndexArray
    edge_road: IndexArray
    load: FloatArray

    @property
    def flat_node(self) -> FloatArray:
        """Every crossing, shape (nx * ny, 2). [m]"""
        return self.node.reshape(-1, 2)

    def line(self, road: int) -> FloatArray:
        """Return a road's crossings in order, shape (n, 2). [m]"""
        columns = self.node.shape[0]
        return self.node[road] if road < columns else self.node[:, road - columns]


def build_roads(road_ids: tuple[str, ...], size_m: tuple[float, float], rng: np.random.Generator) -> Roads:
    """Lay out roads over a zone of `size_m` (east, north)."""
    columns = min(max(round(len(road_ids) * size_m[0] / sum(size_m)), 2), len(road_ids) - 2)
    rows = len(road_ids) - columns
    across, up = _lines(columns, size_m[0], rng), _lines(rows, size_m[1], rng)
    node = np.stack(np.meshgrid(across, up, indexing="ij"), axis=-1)
    bend = 0.04 * min(size_m) / max(columns, rows)
    node = node + rng.normal(0.0, bend, node.shape)
    turn = np.radians(TILT_DEG)
    node = node @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    edge, edge_road = _edges(columns, rows)
    names = [road_name(number + 1, north_south=True) for number in range(columns)]
    names += [road_name(number + 1, north_south=False) for number in range(rows)]
    load = np.exp(rng.normal(0.0, 0.5, len(road_ids)))
    return Roads(road_ids, tuple(names), node, edge, edge_road, load)


def _lines(count: int, length_m: float, rng: np.random.Generator) -> FloatArray:
    step = length_m / (count - 1)
    return np.linspace(-length_m / 2, length_m / 2, count) + rng.uniform(-0.15, 0.15, count) * step


def _edges(columns: int, rows: int) -> tuple[IndexArray, IndexArray]:
    number = np.arange(columns * rows, dtype=np.int32).reshape(columns, rows)
    upward = np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1)
    across = np.stack([number[:-1].T.ravel(), number[1:].T.ravel()], axis=1)
    upward_road = np.repeat(np.arange(columns, dtype=np.int32), rows - 1)
    across_road = np.repeat(np.arange(columns, columns + rows, dtype=np.int32), columns - 1)
    return np.concatenate([upward, across]), np.concatenate([upward_road, across_road])
