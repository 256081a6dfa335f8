"""Scores → one page that works offline: tables, maps of runs, reliability and delays; all text escaped."""

from collections.abc import Mapping, Sequence
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from simulators.scoring import drawing
from simulators.scoring.measures import Measure, measures
from simulators.scoring.outcomes import RunScore, Verdict
from simulators.scoring.reliability import reliability
from simulators.scoring.summary import false_near, interval, kinds, shown

COLUMNS = ("recall", "precision", "false_per_day", "top1_opening", "top1_end", "top3_end", "delay_visible_median_min")
"""What stands beside each group of runs."""
_MOST_MAPS = 60


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
    worst = sorted(runs, key=_trouble, reverse=True)
    return template.render(
        title=title,
        note=note,
        runs=len(runs),
        days=sum(run.days for run in runs),
        figures=[(item, shown(item), interval(item.by_event), interval(item.by_world)) for item in measures(runs)],
        columns=COLUMNS,
        groups=[(name, len(groups[name]), [_cell(row[key]) for key in COLUMNS]) for name, row in by_group.items()],
        kinds=kinds(runs),
        near=false_near(runs),
        size=drawing.PLOT,
        margin=drawing.MARGIN,
        map_size=drawing.MAP,
        dots=drawing.dots(reliability(runs)),
        dots_true=drawing.dots(reliability(runs, only_sources=True)),
        from_start=drawing.staircase(_delays(runs, "delay_min")),
        from_visible=drawing.staircase(_delays(runs, "delay_visible_min")),
        maps=[drawing.map_of(run) for run in worst[:_MOST_MAPS] if len(groups) == 1 or _trouble(run)],
    )


def _cell(item: Measure) -> tuple[str, float, float, float]:
    most = {"false_per_day": 20.0, "delay_visible_median_min": 60.0}.get(item.name, 1.0)
    return (shown(item), *drawing.bar(item, most, 90.0))


def _delays(runs: Sequence[RunScore], key: str) -> list[float]:
    given = [getattr(event, key) for run in runs for event in run.events if event.event.due]
    return [delay for delay in given if delay is not None]


def _trouble(run: RunScore) -> int:
    """Return how much of a run went wrong: sources missed, tickets that should not be."""
    missed = sum(event.event.due and not event.found for event in run.events)
    wrong = sum(ticket.verdict in (Verdict.FALSE, Verdict.WRONG_DISPATCH, Verdict.DUPLICATE) for ticket in run.tickets)
    return missed + wrong
