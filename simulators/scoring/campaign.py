"""Many scenarios under many seeds: simulated once, replayed in this process, judged; in parallel."""

import hashlib
import multiprocessing
import shutil
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from domain.pipeline import make_ready
from simulators.recording import read_recording
from simulators.replay import replay
from simulators.scenario import load_scenario
from simulators.scoring.outcomes import RunScore
from simulators.scoring.refused import ScoringRefused
from simulators.scoring.run_input import read_site_beside, read_winds_beside, seen_at
from simulators.scoring.score import score_run
from simulators.scoring.truth import read_truth
from simulators.world import World
from simulators.write_recording import write_recording

KEPT_VERSIONS = 3
"""Recordings of so many versions of the simulator stay on disk."""
_CODE = ("world", "scenario.py", "scenario_checks.py", "scenario_tables.py", "scenario_types.py", "write_recording.py")


@dataclass(frozen=True, slots=True, order=True)
class Job:
    """One world: a scenario (a packaged name, or a file) under a seed, or a recording that somebody else made."""

    group: str
    seed: int
    folder: Path | None = None

    @property
    def name(self) -> str:
        """What it is called in tables."""
        return f"{Path(self.group).stem}-{self.seed}" if self.folder is None else self.folder.name

    def kept_in(self, place: Path) -> Path:
        """Return where its recording is or will be: a scenario that changed is another one, those beside it stay.

        Raises:
            ScenarioRefused: The scenario is unknown or has faults.
        """
        if self.folder is not None:
            return self.folder
        mark = hashlib.sha256(repr(load_scenario(self.group)).encode()).hexdigest()[:8]
        return place / f"{self.name}-{mark}"


@dataclass(frozen=True, slots=True)
class Played:
    """A world as it went: its score, or what broke; and how long each part took (0: the recording was there). [s]"""

    job: Job
    score: RunScore | None
    broke: str = ""
    simulated_s: float = 0.0
    scored_s: float = 0.0


def campaign(
    jobs: Sequence[Job], store: Path, processes: int, told: Callable[[Played], None] | None = None
) -> list[Played]:
    """Return every world as it went, in the order of the jobs; one that breaks does not keep the rest from going on.

    Args:
        jobs: Worlds to play.
        store: Folder of recordings; what was simulated before by the same code is not simulated again.
        processes: How many at once.
        told: Called as each is done.
    """
    place = _place(store)
    work = [(job, job.kept_in(place)) for job in jobs]
    played = []
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for one in pool.imap(_play, work):
            played.append(one)
            if told is not None:
                told(one)
    return played


def simulate(jobs: Sequence[Job], store: Path, processes: int, told: Callable[[Job], None] | None = None) -> None:
    """Write the recordings of jobs that are not there yet, and score nothing."""
    place = _place(store)
    work = [(job, job.kept_in(place)) for job in jobs if job.folder is None]
    missing = [(job, folder) for job, folder in work if not _is_there(folder)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for job in pool.imap_unordered(_write, missing):
            if told is not None:
                told(job)


def score_recording(folder: Path, name: str) -> RunScore:
    """Replay a recording that holds its site and its truth, and judge what came out.

    Raises:
        ScoringRefused: The site or the truth is missing.
    """
    events = read_truth(folder / "truth.parquet")
    site = read_site_beside(folder / "truth.parquet")
    if site is None:
        raise ScoringRefused(f"{folder}: holds no site/; simulate it anew")
    recording = read_recording(folder, site)
    result = replay(recording, make_ready(site))
    seen = seen_at(site, result.tickets, (recording.first_ms, recording.last_ms))
    return score_run(replace(seen, winds=read_winds_beside(folder / "truth.parquet")), events, name)


def _play(work: tuple[Job, Path]) -> Played:
    job, folder = work
    began_s = time.perf_counter()
    missing = job.folder is None and not _is_there(folder)
    try:
        if missing:
            _write(work)
        written_s = time.perf_counter()
        score = score_recording(folder, job.name)
    except Exception:  # noqa: BLE001 - whatever breaks is told, and the other worlds go on
        return Played(job, None, traceback.format_exc())
    return Played(job, score, "", written_s - began_s if missing else 0.0, time.perf_counter() - written_s)


def _write(work: tuple[Job, Path]) -> Job:
    job, folder = work
    if not _is_there(folder):  # another process may have been faster
        write_recording(folder, World(load_scenario(job.group), job.seed))
    return job


def _is_there(folder: Path) -> bool:
    """Say whether a world is recorded; recordings appear as a whole or not at all."""
    return (folder / "truth.parquet").is_file()


def _place(store: Path) -> Path:
    """Return the folder for recordings of this simulator, and remove those of old ones."""
    place = store / simulator_version()
    place.mkdir(parents=True, exist_ok=True)
    place.touch()
    versions = sorted(store.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for old in versions[KEPT_VERSIONS:]:
        shutil.rmtree(old, ignore_errors=True)
    return place


def simulator_version() -> str:
    """Return a hash over the code that makes a recording of a scenario, and the library that draws chance."""
    digest = hashlib.sha256(np.__version__.encode())
    root = files("simulators")
    for name, content in sorted(_texts(root / part for part in _CODE)):
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:12]


def _texts(parts: Iterable[Traversable]) -> Iterable[tuple[str, bytes]]:
    for part in parts:
        if part.is_dir():
            yield from _texts(entry for entry in part.iterdir() if entry.name != "__pycache__")
        else:
            yield part.name, part.read_bytes()
