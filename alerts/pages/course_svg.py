"""One pollutant's course over some hours as one SVG that needs no script and no style of its own.

The value is a line, its background a dashed one with the band up to its upper edge; stretches with flags lie hatched on
a strip of their own below, so that they are seen without colour.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from markupsafe import Markup

from alerts.pages.course_path import COLUMN_PX, kept_rows, steps
from alerts.pages.plots import INK, LINE, SOFT, nice_top
from alerts.sensors.course import Stretch, pieces
from domain.readings import FloatArray
from domain.series import Series

WIDTH, HEIGHT = 720, 190
LEFT, RIGHT, TOP, BOTTOM, STRIP = 52, 8, 14, 40, 12
BAND, MARK = "#cfd3d6", "#ffcf4a"
BAND_PX = 6.0
"""As `COLUMN_PX`, for the background, which is smooth. Design value. [px]"""
_HOUR_MS = 3_600_000
_TICK_H = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What is drawn.

    Attributes:
        name: Names it among others, for ids within the page.
        title: Tells what is seen.
        since_ms: Left edge; `until_ms` the right one. [Unix ms]
        marks: Stretches with flags; `told` tells each in words.
        hour: Tells a moment on the axis.
    """

    name: str
    title: str
    since_ms: int
    until_ms: int
    series: Series
    marks: Sequence[Stretch]
    told: Callable[[Stretch], str]
    hour: Callable[[int], str]


def course_svg(one: Course, words: Mapping[str, str]) -> Markup:
    """Return the SVG."""
    scale = _Scale(one)
    hatch = f"hatch-{one.name}"
    parts = [
        f'<svg class="plot" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' font-family="sans-serif" font-size="12" fill="{INK}"><title>{escape(one.title)}</title>',
        f'<defs><pattern id="{hatch}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{MARK}"/><path d="M0 6L6 0" stroke="{INK}"/></pattern></defs>',
        *_grid(scale),
        *_hours(one, scale),
        *_lines(one.series, scale),
        *(_mark(mark, one, scale, hatch) for mark in one.marks),
    ]
    if not len(one.series):
        middle = (LEFT + WIDTH - RIGHT) / 2
        parts.append(
            f'<text x="{middle}" y="80" text-anchor="middle" fill="{SOFT}">{escape(words["no_minutes"])}</text>'
        )
    return Markup("".join((*parts, "</svg>")))  # noqa: S704 - every text in it is escaped above and below


class _Scale:
    """Where times and values lie."""

    def __init__(self, one: Course) -> None:
        told = [column[~np.isnan(column)] for column in (one.series.value, one.series.upper)]
        self.top = nice_top(max((float(column.max()) for column in told if len(column)), default=0.0))
        self._since, self._span = one.since_ms, one.until_ms - one.since_ms

    def x(self, time_ms: float) -> float:
        share = min(1.0, max(0.0, (time_ms - self._since) / self._span))
        return LEFT + (WIDTH - LEFT - RIGHT) * share

    def y(self, value: float) -> float:
        low = HEIGHT - BOTTOM
        return low - (low - TOP) * min(1.0, max(0.0, value / self.top))


def _grid(scale: _Scale) -> list[str]:
    parts = []
    for step in range(5):
        value = scale.top * step / 4
        y = scale.y(value)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{LINE}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="{SOFT}">{value:g}</text>')
    return parts


def _hours(one: Course, scale: _Scale) -> list[str]:
    step = _TICK_H * _HOUR_MS
    first = -(-one.since_ms // step) * step
    return [
        f'<text x="{scale.x(time_ms):.1f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(one.hour(time_ms))}</text>'
        for time_ms in range(first, one.until_ms - step // 8, step)
    ]


def _lines(series: Series, scale: _Scale) -> list[str]:
    band: list[str] = []
    lower: list[str] = []
    value: list[str] = []
    for piece in pieces(series.time_ms):
        x = np.array([scale.x(time_ms) for time_ms in series.time_ms[piece].tolist()])
        told = series.value[piece]
        value += [_dot_or_line(_drawn(x, told, scale, *run)) for run in _known(told)]
        low, up = series.background[piece], series.upper[piece]
        for run in _known(low + up):
            edge, back = _drawn(x, up, scale, *run, BAND_PX), _drawn(x, low, scale, *run, BAND_PX)
            band.append(f"{steps([*edge, *reversed(back)])}Z")
            lower.append(steps(back))
    return [
        *_path(band, f'fill="{BAND}"'),
        *_path(lower, f'fill="none" stroke="{SOFT}" stroke-dasharray="4 3"'),
        *_path(value, f'fill="none" stroke="{INK}" stroke-width="1.5" stroke-linecap="round"'),
    ]


def _path(data: Sequence[str], look: str) -> list[str]:
    return [f'<path d="{"".join(data)}" {look}/>'] if data else []


def _drawn(
    x: FloatArray, column: FloatArray, scale: _Scale, low: int, high: int, column_px: float = COLUMN_PX
) -> list[tuple[float, float]]:
    rows = low + kept_rows(x[low:high], column[low:high], column_px)
    return [(float(x[row]), scale.y(float(column[row]))) for row in rows]


def _dot_or_line(points: Sequence[tuple[float, float]]) -> str:
    return steps(points) + ("h.1" if len(points) == 1 else "")  # one minute alone is a dot


def _known(column: FloatArray) -> list[tuple[int, int]]:
    """Return the stretches without NaN, as (first, after)."""
    known = np.concatenate(([False], ~np.isnan(column), [False]))
    edges = np.flatnonzero(np.diff(known.astype(np.int8)))
    return [(int(low), int(high)) for low, high in zip(edges[::2], edges[1::2], strict=True)]


def _mark(mark: Stretch, one: Course, scale: _Scale, hatch: str) -> str:
    left, right = scale.x(mark.since_ms), scale.x(mark.until_ms)
    size = f'x="{left:.1f}" y="{HEIGHT - BOTTOM + 4}" width="{max(2.0, right - left):.1f}" height="{STRIP}"'
    told = f"<title>{escape(one.told(mark))}</title>"
    return f'<rect {size} fill="url(#{hatch})" stroke="{INK}" stroke-width=".5">{told}</rect>'
