"""Scores of many worlds → the tables of `docs/scores.md`."""

from collections.abc import Mapping, Sequence

from simulators.scoring.bars import against_bars
from simulators.scoring.measures import Measure, measures
from simulators.scoring.outcomes import RunScore
from simulators.scoring.reliability import Bin, reliability
from simulators.scoring.summary import by_seed, false_near, interval, kinds, most_regional, shown

FOUND = (
    "recall",
    "precision",
    "false_per_day",
    "idle_dispatches_per_day",
    "wrong_dispatches_per_day",
    "duplicates",
    "merged_per_day",
    "delay_visible_median_min",
    "delay_visible_p90_min",
    "regional_per_day",
)
NAMED = (
    "top1_opening",
    "top1_end",
    "top3_end",
    "dispatched",
    "dispatch_right",
    "sure_true",
    "brier",
    "unknown_led",
    "outside_sent",
    "works_sent",
    "moving_sent",
)
"""What stands beside each scenario, in two tables."""
SEEDS = ("recall", "precision", "false_per_day", "duplicates", "top1_opening", "top1_end", "top3_end")
SPREAD = ("recall", "precision", "top1_end")
"""Whose intervals are shown for each scenario too."""
_RESAMPLES = 300


def as_markdown(groups: Mapping[str, Sequence[RunScore]], head: str) -> str:
    """Return the page's text below its title.

    Args:
        groups: Runs by scenario.
        head: First paragraph: what was run.
    """
    runs = [run for group in groups.values() for run in group]
    every = measures(runs)
    rows = {name: {item.name: item for item in measures(group, _RESAMPLES)} for name, group in groups.items()}
    parts = [
        head,
        "## Against the bars",
        _bars(every),
        f"At most {most_regional(runs)} regional notice(s) of one world on one day (bar: ≤ 1).",
        "## In all",
        _table(
            ["measure", "value", "by event", "by world"],
            [[item.name, shown(item), interval(item.by_event), interval(item.by_world)] for item in every],
        ),
        "## By seed",
        "Every scenario once under each seed: how far chance moves the figures.",
        _seeds(runs),
        "## By scenario: what was found",
        "Intervals by world.",
        _table(["scenario", "worlds", *FOUND], [_row(name, groups[name], row, FOUND) for name, row in rows.items()]),
        "## By scenario: how sources were named",
        _table(["scenario", "worlds", *NAMED], [_row(name, groups[name], row, NAMED) for name, row in rows.items()]),
        "## Probabilities and how often they came true",
        _table(
            ["given", "claims", "said", "true", "claims about true sources", "said ", "true "],
            [_bin_row(*pair) for pair in zip(reliability(runs), reliability(runs, only_sources=True), strict=True)],
        ),
        "## Kinds of sources",
        _table(
            ["kind", "sources", "told", "dispatched", "unknown led"],
            [[name, *map(str, row.values())] for name, row in kinds(runs).items()],
        ),
        "## What stood near false tickets",
        _table(["nuisance", "tickets"], [[name, str(count)] for name, count in false_near(runs).items()]),
    ]
    return "\n\n".join(parts) + "\n"


def _bars(every: Sequence[Measure]) -> str:
    words = {True: "reached", False: "**missed**", None: "–"}
    return _table(
        ["measure", "bar", "value", "by world", ""],
        [
            [item.name, bar.says, shown(item), interval(item.by_world), words[reached]]
            for bar, (item, reached) in against_bars(every).items()
        ],
    )


def _seeds(runs: Sequence[RunScore]) -> str:
    lines = []
    for seed, some in by_seed(runs).items():
        row = {item.name: item for item in measures(some, 1)}
        lines.append([seed, str(len(some)), *(shown(row[key]) for key in SEEDS)])
    return _table(["seed", "worlds", *SEEDS], lines)


def _row(name: str, runs: Sequence[RunScore], row: Mapping[str, Measure], columns: Sequence[str]) -> list[str]:
    return [name, str(len(runs)), *(_cell(row[key]) for key in columns)]


def _cell(item: Measure) -> str:
    ends = interval(item.by_world)
    return f"{shown(item)} [{ends}]" if item.name in SPREAD and ends != "–" else shown(item)


def _bin_row(every: Bin, sources: Bin) -> list[str]:
    cells = [f"{every.low:.3g}–{every.high:.3g}"]
    for item in (every, sources):
        cells += [str(item.claims), *(f"{value:.2f}" if item.claims else "–" for value in (item.said, item.true))]
    return cells


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
