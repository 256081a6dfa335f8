"""The blocks between the roads, cut into grounds of enterprises and construction sites."""

from dataclasses import dataclass

import numpy as np

from domain.readings import FloatArray
from simulators.world.names import INDUSTRIES, construction_name, enterprise_name
from simulators.world.roads import Roads

VERGE_M = 28.0
"""A ground keeps this far from the middle of a road, and half of it from its neighbour. Design value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One enterprise or construction site, with all that a registry says of it; `corners` has shape (4, 2). [m]"""

    place_id: str
    name: str
    corners: FloatArray
    industry: str
    pollutants: tuple[str, ...]
    risk_class: str
    credit_grade: str
    whitelisted: bool
    stack_height_m: float | None
    is_construction: bool

    @property
    def centre(self) -> FloatArray:
        """The middle, shape (2,). [m]"""
        return np.asarray(self.corners.mean(axis=0))


def build_grounds(
    roads: Roads, enterprise_id: tuple[str, ...], construction_id: tuple[str, ...], rng: np.random.Generator
) -> tuple[Ground, ...]:
    """Cut the blocks so that every enterprise and construction site has its ground."""
    wanted = len(enterprise_id) + len(construction_id)
    columns, rows = roads.node.shape[0] - 1, roads.node.shape[1] - 1
    parts = int(np.ceil(1.2 * wanted / (columns * rows)))
    lots = [
        lot
        for column in range(columns)
        for row in range(rows)
        for lot in _lots(roads.node[column : column + 2, row : row + 2], parts, rng)
    ]
    order = rng.permutation(len(lots))[:wanted].tolist()
    grounds = [
        _enterprise(name, lots[lot], number, rng)
        for number, (name, lot) in enumerate(zip(enterprise_id, order, strict=False), start=1)
    ]
    rest = order[len(enterprise_id) :]
    grounds += [
        _construction(name, lots[lot], number)
        for number, (name, lot) in enumerate(zip(construction_id, rest, strict=True), start=1)
    ]
    return tuple(grounds)


def _lots(block: FloatArray, parts: int, rng: np.random.Generator) -> list[FloatArray]:
    """Cut one block, corners shape (2, 2, 2), into quadrangles that keep clear of roads and of each other."""
    east_m = float(np.linalg.norm(block[1, 0] - block[0, 0]))
    north_m = float(np.linalg.norm(block[0, 1] - block[0, 0]))
    pieces = [(0.0, 1.0, 0.0, 1.0)]
    while len(pieces) < parts:
        largest = max(range(len(pieces)), key=lambda i: _area(pieces[i]))
        left, right, low, high = pieces.pop(largest)
        at = rng.uniform(0.4, 0.6)
        if (right - left) * east_m > (high - low) * north_m:
            cut = left + at * (right - left)
            pieces += [(left, cut, low, high), (cut, right, low, high)]
        else:
            cut = low + at * (high - low)
            pieces += [(left, right, low, cut), (left, right, cut, high)]
    return [_corners(block, piece, (east_m, north_m)) for piece in pieces]


def _area(piece: tuple[float, float, float, float]) -> float:
    return (piece[1] - piece[0]) * (piece[3] - piece[2])


def _corners(block: FloatArray, piece: tuple[float, float, float, float], size_m: tuple[float, float]) -> FloatArray:
    left, right, low, high = piece
    margin_u, margin_v = min(VERGE_M / size_m[0], 0.3 * (right - left)), min(VERGE_M / size_m[1], 0.3 * (high - low))
    u = np.array([left + margin_u, right - margin_u, right - margin_u, left + margin_u])[:, np.newaxis]
    v = np.array([low + margin_v, low + margin_v, high - margin_v, high - margin_v])[:, np.newaxis]
    south = (1 - u) * block[0, 0] + u * block[1, 0]
    north = (1 - u) * block[0, 1] + u * block[1, 1]
    return np.asarray((1 - v) * south + v * north)


def _enterprise(place_id: str, corners: FloatArray, number: int, rng: np.random.Generator) -> Ground:
    industry, pollutants = INDUSTRIES[int(rng.integers(len(INDUSTRIES)))]
    return Ground(
        place_id=place_id,
        name=enterprise_name(industry, number),
        corners=corners,
        industry=industry,
        pollutants=pollutants,
        risk_class=str(rng.choice(["I", "II"], p=[0.2, 0.8])),
        credit_grade=str(rng.choice(["A", "B", "C", "D"], p=[0.3, 0.45, 0.2, 0.05])),
        whitelisted=bool(rng.random() < 0.08),
        stack_height_m=float(rng.integers(8, 30)) if rng.random() < 0.5 else None,
        is_construction=False,
    )


def _construction(place_id: str, corners: FloatArray, number: int) -> Ground:
    return Ground(
        place_id=place_id,
        name=construction_name(number),
        corners=corners,
        industry="施工",
        pollutants=("pm10", "pm25"),
        risk_class="II",
        credit_grade="B",
        whitelisted=False,
        stack_height_m=None,
        is_construction=True,
    )
