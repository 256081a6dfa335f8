"""The method on many simulated worlds: `docs/scores.md` and a page with maps and plots."""

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from simulators.scenario import packaged_scenarios
from simulators.scoring import Bin, RunScore, Verdict, measures, page, reliability
from simulators.scoring.campaign import Job, campaign, simulator_version
from simulators.scoring.summary import false_near, interval, kinds, most_regional, shown

NOT_SCORED = ("tiny", "demo")
"""For tests and for showing; not for measuring."""
COLUMNS = (
    "recall",
    "precision",
    "false_per_day",
    "wrong_dispatches_per_day",
    "top1_opening",
    "top1_end",
    "top3_end",
    "delay_start_median_min",
    "delay_visible_median_min",
    "regional_per_day",
)


def main() -> None:
    """Run the campaign."""
    chosen = _arguments()
    began_s = time.perf_counter()
    jobs = _jobs(chosen)
    groups = campaign(jobs, chosen.store, chosen.processes, _tell)
    runs = [run for group in groups.values() for run in group]
    command = _command(chosen)
    print(f"\n{len(runs)} worlds in {time.perf_counter() - began_s:.0f} s")
    text = _markdown(groups, command)
    print("\n" + text)
    if chosen.md is not None:
        chosen.md.write_text(f"# Scores\n\n{text}", encoding="utf-8")
    if chosen.html is not None:
        chosen.html.parent.mkdir(parents=True, exist_ok=True)
        chosen.html.write_text(page(groups, "Wugan · 评分 Scores", command), encoding="utf-8")
        print(f"page: {chosen.html}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenarios", default="", help="names or files, comma-separated; default: all packaged")
    parser.add_argument("--seeds", default="1,2,3,4,5,6", help="such as 1,2,3 or 11-16")
    parser.add_argument("--recordings", type=Path, nargs="*", default=[], help="recording folders to score instead")
    parser.add_argument("--processes", type=int, default=min(os.cpu_count() or 1, 2))
    parser.add_argument("--store", type=Path, default=Path(".wugan/worlds"))
    parser.add_argument("--md", type=Path, help="Markdown file to write")
    parser.add_argument("--html", type=Path, default=Path(".wugan/scores.html"))
    return parser.parse_args()


def _command(chosen: argparse.Namespace) -> str:
    """Return what decides the figures, without where they are written."""
    if chosen.recordings:
        return "python -m benchmarks.scores --recordings " + " ".join(folder.name for folder in chosen.recordings)
    scenarios = f" --scenarios {chosen.scenarios}" if chosen.scenarios else ""
    return f"python -m benchmarks.scores{scenarios} --seeds {chosen.seeds}"


def _jobs(chosen: argparse.Namespace) -> list[Job]:
    if chosen.recordings:
        return [Job(folder.name.rsplit("-", 1)[0], number, folder) for number, folder in enumerate(chosen.recordings)]
    names = chosen.scenarios.split(",") if chosen.scenarios else packaged_scenarios()
    kept = [name for name in names if chosen.scenarios or name not in NOT_SCORED]
    return [Job(name, seed) for name in kept for seed in _seeds(chosen.seeds)]


def _seeds(text: str) -> list[int]:
    seeds: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        seeds += range(int(first), int(last or first) + 1)
    return seeds


def _tell(job: Job, run: RunScore) -> None:
    due = [event for event in run.events if event.event.due]
    wrong = sum(ticket.verdict in (Verdict.FALSE, Verdict.WRONG_DISPATCH) for ticket in run.tickets)
    found = sum(event.found for event in due)
    print(f"{job.name:24} found {found}/{len(due)}, false {wrong}", file=sys.stderr, flush=True)


def _markdown(groups: Mapping[str, Sequence[RunScore]], command: str) -> str:
    runs = [run for group in groups.values() for run in group]
    parts = [
        f"`{command}` · {len(runs)} worlds, {sum(run.days for run in runs):.1f} days, simulator "
        f"`{simulator_version()}`."
        " What each measure says: [scoring.md](scoring.md). Intervals hold nine of ten.",
        _table(
            ["measure", "value", "by event", "by world"],
            [[item.name, shown(item), interval(item.by_event), interval(item.by_world)] for item in measures(runs)],
        ),
        "## By scenario",
        _table(["scenario", "worlds", *COLUMNS], [_row(name, group) for name, group in groups.items()]),
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
        f"At most {most_regional(runs)} regional notice(s) of one world on one day.\n",
    ]
    return "\n\n".join(parts)


def _row(name: str, runs: Sequence[RunScore]) -> list[str]:
    row = {item.name: item for item in measures(runs, 1)}
    return [name, str(len(runs)), *(shown(row[key]) for key in COLUMNS)]


def _bin_row(every: Bin, sources: Bin) -> list[str]:
    cells = [f"{every.low:.3g}–{every.high:.3g}"]
    for item in (every, sources):
        cells += [str(item.claims), *(f"{value:.2f}" if item.claims else "–" for value in (item.said, item.true))]
    return cells


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
