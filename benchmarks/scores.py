"""The method on many simulated worlds: `docs/scores.md` and a page with maps and plots."""

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.seeds import seeds_of
from simulators.scenario import packaged_scenarios
from simulators.scoring import RunScore, Verdict, page
from simulators.scoring.campaign import Job, Played, campaign, simulate, simulator_version
from simulators.scoring.markdown import as_markdown

NOT_SCORED = ("tiny", "demo")
"""For tests and for showing; not for measuring."""


def main() -> None:
    """Run the campaign."""
    chosen = _arguments()
    began_s = time.perf_counter()
    jobs = _jobs(chosen)
    if chosen.only_worlds:
        simulate(jobs, chosen.store, chosen.processes, lambda job: print(job.name, file=sys.stderr, flush=True))
        return
    played = campaign(jobs, chosen.store, chosen.processes, _tell)
    print(f"\n{len(played)} worlds in {time.perf_counter() - began_s:.0f} s")
    broken = [one.job.name for one in played if one.score is None]
    if broken:
        sys.exit(f"broke, nothing written: {', '.join(broken)}")
    groups: dict[str, list[RunScore]] = {one.job.group: [] for one in played}
    for one in played:
        groups[one.job.group] += [one.score] if one.score is not None else []
    command = _command(chosen)
    text = as_markdown(groups, _head(groups, command))
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
    parser.add_argument("--seeds", type=seeds_of, default="1-6", help="such as 1,2,3 or 11-16")
    parser.add_argument("--recordings", type=Path, nargs="*", default=[], help="recording folders to score instead")
    parser.add_argument("--processes", type=int, default=min(os.cpu_count() or 1, 2))
    parser.add_argument("--store", type=Path, default=Path(".wugan/worlds"))
    parser.add_argument("--only-worlds", action="store_true", help="write missing recordings and score nothing")
    parser.add_argument("--md", type=Path, help="Markdown file to write")
    parser.add_argument("--html", type=Path, default=Path(".wugan/scores.html"))
    return parser.parse_args()


def _command(chosen: argparse.Namespace) -> str:
    """Return what decides the figures, without where they are written."""
    if chosen.recordings:
        return "python -m benchmarks.scores --recordings " + " ".join(folder.name for folder in chosen.recordings)
    scenarios = f" --scenarios {chosen.scenarios}" if chosen.scenarios else ""
    return f"python -m benchmarks.scores{scenarios} --seeds " + ",".join(map(str, chosen.seeds))


def _jobs(chosen: argparse.Namespace) -> list[Job]:
    if chosen.recordings:
        return [Job(folder.name.rsplit("-", 1)[0], number, folder) for number, folder in enumerate(chosen.recordings)]
    names = chosen.scenarios.split(",") if chosen.scenarios else packaged_scenarios()
    kept = [name for name in names if chosen.scenarios or name not in NOT_SCORED]
    return [Job(name, seed) for name in kept for seed in chosen.seeds]


def _tell(one: Played) -> None:
    if one.score is None:
        print(f"{one.job.name:24} broke\n{one.broke}", file=sys.stderr, flush=True)
        return
    due = [event for event in one.score.events if event.event.due]
    wrong = sum(ticket.verdict in (Verdict.FALSE, Verdict.WRONG_DISPATCH) for ticket in one.score.tickets)
    found = f"found {sum(event.found for event in due)}/{len(due)}, false {wrong}"
    took = f"simulated {one.simulated_s:.1f} s, scored {one.scored_s:.1f} s"
    print(f"{one.job.name:24} {found:24} {took}", file=sys.stderr, flush=True)


def _head(groups: Mapping[str, Sequence[RunScore]], command: str) -> str:
    runs = [run for group in groups.values() for run in group]
    return (
        f"`{command}` · {len(runs)} worlds, {sum(run.days for run in runs):.1f} days, simulator "
        f"`{simulator_version()}`. What each measure says: [scoring.md](scoring.md). Intervals hold nine of ten."
    )


if __name__ == "__main__":
    main()
