"""Scores → one page that works offline: tables, maps of runs, reliability and delays; all text escaped."""

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from simulators.scoring import drawing
from simulators.scoring.bars import against_bars
from simulators.scoring.measures import Measure, measures
from simulators.scoring.outcomes import RunScore
from simulators.scoring.reliability import reliability
from simulators.scoring.summary import by_seed, false_near, interval, kinds, most_regional, shown

COLUMNS = (
    "recall",
    "precision",
    "false_per_day",
    "duplicates",
    "wrong_dispatches_per_day",
    "top1_opening",
    "top1_end",
    "top3_end",
    "delay_visible_median_min",
    "delay_visible_p90_min",
)
"""What stands beside each group of runs."""
_MOST = {
    "false_per_day": 10.0,
    "wrong_dispatches_per_day": 10.0,
    "delay_visible_median_min": 60.0,
    "delay_visible_p90_min": 60.0,
}
"""Where a bar in a cell is full; shares are full at 1."""


def page(groups: Mapping[str, Sequence[RunScore]], title: str, note: str = "") -> str:
    """Return the page.

    Args:
        groups: Runs by what they have in common, such as the scenario.
        title: Of the page.
        note: One line below it, such as the command that made it.
    """
    runs = [run for group in groups.values() for run in group]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(
        files("simulators.scoring").joinpath("page.html.jinja").read_text(encoding="utf-8")
    )
    by_group = {name: {item.name: item for item in measures(group, 200)} for name, group in groups.items()}
    figures = measures(runs)
    return template.render(
        title=title,
        note=note,
        runs=len(runs),
        days=sum(run.days for run in runs),
        figures=[(item, shown(item), interval(item.by_event), interval(item.by_world)) for item in figures],
        bars=[(item, bar.says, shown(item), done) for bar, (item, done) in against_bars(figures).items()],
        regional=most_regional(runs),
        seeds=[(seed, len(some), _cells(measures(some, 50))) for seed, some in by_seed(runs).items()],
        columns=COLUMNS,
        groups=[(name, len(groups[name]), _cells(row.values())) for name, row in by_group.items()],
        kinds=kinds(runs),
        near=false_near(runs),
        size=drawing.PLOT,
        margin=drawing.MARGIN,
        map_size=drawing.MAP,
        dots=drawing.dots(reliability(runs)),
        dots_true=drawing.dots(reliability(runs, only_sources=True)),
        from_start=drawing.staircase(_delays(runs, "delay_min")),
        from_visible=drawing.staircase(_delays(runs, "delay_visible_min")),
        columns_visible=drawing.columns(_delays(runs, "delay_visible_min")),
        marks=drawing.marks(),
        maps={name: [drawing.map_of(run) for run in group] for name, group in groups.items()},
    )


def _cells(figures: Iterable[Measure]) -> list[tuple[str, float, float, float, str]]:
    row = {item.name: item for item in figures}
    return [_cell(row[key]) for key in COLUMNS]


def _cell(item: Measure) -> tuple[str, float, float, float, str]:
    return (shown(item), *drawing.bar(item, _MOST.get(item.name, 1.0), 90.0), interval(item.by_world))


def _delays(runs: Sequence[RunScore], key: str) -> list[float]:
    given = [getattr(event, key) for run in runs for event in run.events if event.event.due]
    return [delay for delay in given if delay is not None]
