"""An explanation → an SVG: time series with their background bands, and a map with wind, sensors and candidates."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from domain.channels import MINUTE_MS, POLLUTANTS
from domain.plume import AGE_MIN, at_once, footprint
from domain.readings import FloatArray
from domain.times import to_ms
from domain.trail import Trail, carried
from simulators.explaining.looks import air_at
from simulators.explaining.run_input import ExplainRefused, RunPart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SERIES = 3
FONTS = [
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Noto Serif CJK SC",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Microsoft YaHei",
    "PingFang SC",
]
"""Text stays text in the SVG; whoever shows it takes the first of these that has the character."""
CELLS = 90
DAY_MS = 86_400_000.0
"""matplotlib counts time in days since 1970. [ms]"""


def draw(part: RunPart, to: Path) -> None:
    """Write the figure.

    Raises:
        ExplainRefused: matplotlib is not installed.
        OSError: The file can't be written.
    """
    try:
        import matplotlib
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
    except ImportError:
        raise ExplainRefused(
            "matplotlib is missing: pip install 'wugan[report]' (or leave the figure out: --no-figure)"
        ) from None
    import logging
    import warnings

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # a font that is absent is no news
    style: Any = {
        "svg.fonttype": "none",
        "font.family": FONTS,
        "svg.hashsalt": part.ticket.id,
        "text.parse_math": False,
    }
    with matplotlib.rc_context(style), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # glyphs that are absent here are drawn by whoever shows the SVG
        figure = Figure(figsize=(13, 6.2), layout="constrained")
        FigureCanvasSVG(figure)
        grid = figure.add_gridspec(SERIES, 2)
        for row, (name, channel) in enumerate(_series(part)):
            _draw_series(figure.add_subplot(grid[row, 0]), part, name, channel)
        _draw_map(figure.add_subplot(grid[:, 1]), part)
        figure.savefig(to, format="svg", metadata={"Date": None})


def _series(part: RunPart) -> list[tuple[str, int]]:
    peak = part.ticket.peak
    names = [*([peak.sensor_id] if peak else []), *part.ticket.sensors]
    pollutant = peak.pollutant if peak else (part.ticket.pollutants or POLLUTANTS)[0]
    return [(name, POLLUTANTS.index(pollutant)) for name in list(dict.fromkeys(names))[:SERIES]]


def _draw_series(axes: "Axes", part: RunPart, name: str, channel: int) -> None:
    sensor = part.zoned.site.sensor_ids.index(name)
    rows = [
        (judged.minute_ms, *(float(block[at[0], channel]) for block in (judged.value, judged.background, judged.upper)))
        for judged in part.minutes
        if len(at := np.flatnonzero(judged.sensor == sensor))
    ]
    if rows:
        time_ms, value, background, upper = (np.array(column) for column in zip(*rows, strict=True))
        hours = time_ms.astype("datetime64[ms]")
        axes.fill_between(hours, 2 * background - upper, upper, color="#c8d6e5", label="background band")
        axes.plot(hours, background, color="#576574", lw=1, label="background")
        axes.plot(hours, value, color="#c0392b", lw=1.2, label="reading")
    axes.axvline(to_ms(part.ticket.opened_at) / DAY_MS, color="black", ls="--", lw=1, label="opened")
    axes.set_title(f"{name} · {POLLUTANTS[channel]} (µg/m³, UTC)", fontsize=9, loc="left")
    axes.tick_params(labelsize=7)
    axes.legend(fontsize=6, loc="upper left")


def _draw_map(axes: "Axes", part: RunPart) -> None:
    zone, ticket = part.zoned.zone, part.ticket
    window, trail, _ = air_at(part, to_ms(ticket.opened_at), zone)
    xy, centre = zone.xy_m, np.nanmean(zone.xy_m, axis=0)
    mine = np.isin(np.array(zone.site.sensor_ids), ticket.sensors)
    low, high = np.nanmin(xy, axis=0) - 500.0, np.nanmax(xy, axis=0) + 500.0
    if ticket.candidates:
        _draw_plume(axes, part, (window.minute, trail), (low, high, centre))
    east, north = (xy - centre).T
    loud = window.score.max(axis=(0, 2))
    axes.scatter(east[~mine], north[~mine], c="#8395a7", s=14, label="sensor")
    axes.scatter(
        xy[mine, 0] - centre[0],
        xy[mine, 1] - centre[1],
        c=loud[mine],
        cmap="Reds",
        vmin=0,
        s=50,
        edgecolors="black",
        label="in the ticket",
    )
    for one in ticket.candidates[:5]:
        x, y = zone.places.xy_m[zone.places.enterprise_id.index(one.enterprise_id)] - centre
        axes.scatter(
            [x], [y], marker="s", s=30 + 150 * one.probability, facecolors="none", edgecolors="#2e86de", lw=1.5
        )
        axes.annotate(
            f"{one.enterprise_id} {one.name} {one.probability:.2f}",
            (x, y),
            fontsize=7,
            xytext=(6, 6),
            textcoords="offset points",
        )
    _draw_wind(axes, part)
    axes.set_xlim(low[0] - centre[0], high[0] - centre[0])
    axes.set_ylim(low[1] - centre[1], high[1] - centre[1])
    axes.set_aspect("equal")
    axes.set_title(
        "plume of the leading candidate at opening" if ticket.candidates else "the whole zone: no candidates",
        fontsize=9,
    )
    axes.set_xlabel("m east", fontsize=8)
    axes.set_ylabel("m north", fontsize=8)
    axes.legend(fontsize=7, loc="lower right")


def _draw_plume(
    axes: "Axes", part: RunPart, air: tuple[int, Trail], frame: tuple[FloatArray, FloatArray, FloatArray]
) -> None:
    zone, ticket = part.zoned.zone, part.ticket
    (minute, trail), (low, high, centre) = air, frame
    lead = zone.places.enterprise_id.index(ticket.candidates[0].enterprise_id)
    minutes = max(float(minute - to_ms(ticket.event_start) // MINUTE_MS), 10.0)
    east, north = (np.linspace(low[axis], high[axis], CELLS) for axis in (0, 1))
    cells = np.column_stack([block.ravel() for block in np.meshgrid(east, north)])
    sources = zone.sources
    told = footprint(
        sources.xy_m[[lead]],
        sources.radius_m[[lead]],
        sources.height_m[[lead]],
        cells,
        at_once(*carried(trail, 0, AGE_MIN), minutes),
    )[0, 0].reshape(CELLS, CELLS)
    if told.max() > 0:
        steps = told.max() * np.array([0.01, 0.03, 0.1, 0.3, 1.0])
        axes.contourf(east - centre[0], north - centre[1], told, levels=steps, cmap="Oranges", alpha=0.6)


def _draw_wind(axes: "Axes", part: RunPart) -> None:
    ticket = part.ticket
    if ticket.wind.speed_ms is not None and ticket.wind.from_deg is not None:
        turn = np.radians(ticket.wind.from_deg + 180.0)
        tip = (0.1 + 0.05 * np.sin(turn), 0.9 + 0.05 * np.cos(turn))
        tail = (0.1 - 0.05 * np.sin(turn), 0.9 - 0.05 * np.cos(turn))
        axes.annotate(
            "",
            tip,
            tail,
            xycoords="axes fraction",
            textcoords="axes fraction",
            arrowprops={"arrowstyle": "->", "lw": 2},
        )
        axes.text(0.03, 0.8, f"wind {ticket.wind.speed_ms:.1f} m/s", transform=axes.transAxes, fontsize=8)
