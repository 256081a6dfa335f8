"""Judged minutes of the named sensors → a chart of value, background and upper edge as SVG."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import pairwise

WIDTH, HEIGHT = 720, 150
LEFT, TOP, BOTTOM = 46, 20, 18
MOST_CHARTS = 6
GAP_MIN = 5
"""A line does not cross a longer silence. [min]"""
_LINES = (("upper", "#ffb74d", 1), ("background", "#78909c", 2), ("value", "#c62828", 2))

Row = Mapping[str, str]
Point = tuple[float, float]


def charts(minutes: Sequence[Row], sensors: Sequence[Row], pollutant: str) -> list[str]:
    """Return one chart a named sensor that has this pollutant, at most `MOST_CHARTS`.

    Args:
        minutes: Rows of `minutes.csv`.
        sensors: Rows of `sensors.csv`.
        pollutant: A channel's name.
    """
    drawn: list[str] = []
    for sensor in sensors:
        rows = [row for row in minutes if row["sensor_id"] == sensor["sensor_id"] and row["pollutant"] == pollutant]
        if sensor["role"] == "named" and any(row["value"] for row in rows) and len(drawn) < MOST_CHARTS:
            drawn.append(_chart(sensor["sensor_id"], rows, pollutant))
    return drawn


def _chart(sensor_id: str, rows: Sequence[Row], pollutant: str) -> str:
    moments = [_minute(row["time"]) for row in rows]
    top = max(float(row[name]) for row in rows for name, _, _ in _LINES if row[name])
    top = max(top, 1.0) * 1.05
    first, last = min(moments), max(max(moments), min(moments) + 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"',
        ' font-family="sans-serif" font-size="11">',
        f'<text x="{LEFT}" y="13">{escape(sensor_id)} · {escape(pollutant)} µg/m³</text>',
        *_axes(top, rows),
    ]
    for name, colour, wide in _LINES:
        points = [
            (_x(moment, first, last), _y(float(row[name]), top))
            for moment, row in zip(moments, rows, strict=True)
            if row[name]
        ]
        step = GAP_MIN * (WIDTH - LEFT) / (last - first)
        parts += [
            f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in run)}" fill="none" stroke="{colour}"'
            f' stroke-width="{wide}"><title>{name}</title></polyline>'
            for run in _runs(points, step)
        ]
    return "\n".join([*parts, "</svg>"])


def _axes(top: float, rows: Sequence[Row]) -> list[str]:
    low = HEIGHT - BOTTOM
    return [
        f'<path d="M{LEFT} {TOP} V{low} H{WIDTH}" fill="none" stroke="#999"/>',
        f'<text x="{LEFT - 4}" y="{TOP + 8}" text-anchor="end">{top:.0f}</text>',
        f'<text x="{LEFT - 4}" y="{low}" text-anchor="end">0</text>',
        f'<text x="{LEFT}" y="{HEIGHT - 4}">{escape(rows[0]["time"][:16])}Z</text>',
        f'<text x="{WIDTH}" y="{HEIGHT - 4}" text-anchor="end">{escape(rows[-1]["time"][:16])}Z</text>',
    ]


def _minute(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp()) // 60


def _x(moment: int, first: int, last: int) -> float:
    return LEFT + (WIDTH - LEFT) * (moment - first) / (last - first)


def _y(value: float, top: float) -> float:
    low = HEIGHT - BOTTOM
    return low - (low - TOP) * max(value, 0.0) / top


def _runs(points: Sequence[Point], longest: float) -> list[list[Point]]:
    runs = [[point] for point in points[:1]]
    for before, point in pairwise(points):
        if point[0] - before[0] > longest:
            runs.append([])
        runs[-1].append(point)
    return runs
