"""Named series over labels → bars as one SVG that needs no script and no style of its own."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 34, 26
INK, SOFT, LINE = "#1b1f23", "#4f575e", "#cfd3d6"
SHADES = ("#1f5fbf", "#aab1b7", "#ffcf4a")
_STEPS = (1, 2, 5, 10)
_LABEL_PX = 62
_LETTER_PX = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One series; `values` as many as labels, None = nothing to show; `spans` are their intervals, if any."""

    name: str
    values: Sequence[float | None]
    spans: Sequence[tuple[float, float] | None] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Bars; `stacked` = series of one label stand on each other, else side by side; `share` = told in percent."""

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    stacked: bool = False
    share: bool = False


def bars(plot: Plot) -> Markup:
    """Return the SVG; its title tells what is seen, a table beside it should tell the numbers."""
    top = _top(plot)
    parts = [
        f'<svg class="plot" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' font-family="sans-serif" font-size="12" fill="{INK}"><title>{escape(plot.title)}</title>',
        *_legend(plot),
        *_grid(top, share=plot.share),
        *(piece for row in range(len(plot.labels)) for piece in _label(plot, row, top)),
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704 - every text in it is escaped above and below


def nice_top(most: float) -> float:
    """Return a round number at or above the greatest value, to draw the scale to.

    >>> nice_top(0), nice_top(7), nice_top(43), nice_top(0.3)
    (1.0, 10.0, 50.0, 0.5)
    """
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(step * power for step in _STEPS if step * power >= most * (1 - 1e-9))


def _top(plot: Plot) -> float:
    if plot.share:
        return 1.0
    columns = zip(*(one.values for one in plot.series), strict=True)
    told = [[value for value in column if value is not None] for column in columns]
    sums = [sum(column) if plot.stacked else max(column, default=0.0) for column in told]
    return nice_top(max(sums, default=0.0))


def _legend(plot: Plot) -> list[str]:
    parts, x = [], LEFT
    for one, shade in zip(plot.series, SHADES, strict=False):
        parts.append(f'<rect x="{x}" y="8" width="12" height="12" fill="{shade}" stroke="{SOFT}" stroke-width=".5"/>')
        parts.append(f'<text x="{x + 17}" y="18">{escape(one.name)}</text>')
        x += 34 + _LETTER_PX * len(one.name)
    return parts


def _grid(top: float, *, share: bool) -> list[str]:
    parts = []
    for step in range(5):
        value = top * step / 4
        y = _y(value, top)
        told = f"{value:.0%}" if share else f"{value:g}"
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{LINE}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="{SOFT}">{told}</text>')
    return parts


def _label(plot: Plot, row: int, top: float) -> list[str]:
    """Return the bars over one label, and the label where there is room for it."""
    width = (WIDTH - LEFT - RIGHT) / len(plot.labels)
    every = max(1, math.ceil(_LABEL_PX / width))
    x, parts = LEFT + row * width, list[str]()
    base, wide = 0.0, width * 0.8 if plot.stacked else width * 0.8 / len(plot.series)
    for place, (one, shade) in enumerate(zip(plot.series, SHADES, strict=False)):
        value = one.values[row]
        left = x + width * 0.1 + (0 if plot.stacked else place * wide)
        if value is not None:
            told = f"{value:.0%}" if plot.share else f"{value:g}"
            name = f"{plot.labels[row]} · {one.name}: {told}"
            parts.append(_bar(left, wide, (_y(base + value, top), _y(base, top)), shade, name))
            base += value if plot.stacked else 0.0
        if one.spans and one.spans[row] is not None:
            parts.append(_span(left + wide / 2, one.spans[row] or (0, 0), top))
    if row % every == 0:
        told = escape(plot.labels[row])
        parts.append(f'<text x="{x + width / 2:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{told}</text>')
    return parts


def _bar(x: float, width: float, ends: tuple[float, float], shade: str, name: str) -> str:
    upper, lower = ends
    size = f'x="{x:.1f}" y="{upper:.1f}" width="{width:.1f}" height="{max(0.0, lower - upper):.1f}"'
    return f'<rect {size} fill="{shade}" stroke="{SOFT}" stroke-width=".5"><title>{escape(name)}</title></rect>'


def _span(x: float, span: tuple[float, float], top: float) -> str:
    low, high = (_y(end, top) for end in span)
    path = f"M{x:.1f} {low:.1f}V{high:.1f}M{x - 4:.1f} {low:.1f}h8M{x - 4:.1f} {high:.1f}h8"
    return f'<path d="{path}" stroke="{INK}" fill="none"/>'


def _y(value: float, top: float) -> float:
    low = HEIGHT - BOTTOM
    return low - (low - TOP) * max(0.0, value) / top
