"""RUN/ on disk: written beside its place, then moved there whole; an earlier run is replaced, nothing else is."""

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from domain.site_files.folder import FILES as SITE_FILES
from simulators.replay.minutes import MINUTES, WIND
from simulators.replay.record import RunResult
from simulators.replay.report import report_html
from simulators.replay.summary import RunMeta, run_json, tickets_jsonl

TICKETS, BREACHES, RUN, REPORT = "tickets.jsonl", "breaches.parquet", "run.json", "report.html"
SITE = "site"
FILES = frozenset({TICKETS, BREACHES, RUN, REPORT, MINUTES, WIND, SITE})
DRAWINGS = re.compile(r"explain-.+\.svg")


class RunRefused(ValueError):
    """The place for RUN/ holds something else; the message is one line."""


def check_run_folder(folder: Path) -> None:
    """Refuse a place that is neither free, empty, nor an earlier run.

    Raises:
        RunRefused: It holds anything else.
    """
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir():
        raise RunRefused(f"{folder}: is a file; name a folder for the run")
    found = {entry.name for entry in folder.iterdir() if not DRAWINGS.fullmatch(entry.name)}
    if found and not (RUN in found and found <= FILES):
        others = ", ".join(sorted(found - FILES)[:3]) or f"no {RUN}"
        raise RunRefused(f"{folder}: is not empty and no earlier run ({others}); name a new folder")


def write_run(
    folder: Path, result: RunResult, meta: RunMeta, *, minutes: Path | None = None, site: Path | None = None
) -> dict[str, object]:
    """Write RUN/ and return what `run.json` says.

    Args:
        folder: RUN/.
        result: What came out.
        meta: From what it was made.
        minutes: Folder with the files of a closed `MinutesFile`; they are moved into RUN/.
        site: The site folder; its files are copied into RUN/site/.

    Raises:
        RunRefused: The folder holds something that is no earlier run.
        OSError: It can't be written.
    """
    check_run_folder(folder)
    summary = run_json(result, meta)
    with _beside(folder) as place:
        (place / TICKETS).write_bytes(tickets_jsonl(result))
        pq.write_table(result.breaches, place / BREACHES, compression="zstd")
        (place / RUN).write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        (place / REPORT).write_text(report_html(result, meta, summary), encoding="utf-8")
        _keep_for_explain(place, minutes, site)
    return summary


def _keep_for_explain(place: Path, minutes: Path | None, site: Path | None) -> None:
    if minutes is not None:
        for name in (MINUTES, WIND):
            shutil.move(minutes / name, place / name)
    if site is not None:
        (place / SITE).mkdir()
        for name in SITE_FILES:
            if (site / name).is_file():
                shutil.copyfile(site / name, place / SITE / name)


@contextlib.contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """Give a fresh folder that takes the place of `folder` once everything is in it."""
    target = folder.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh, old = (target.with_name(f".{target.name}.{os.getpid()}.{word}") for word in ("new", "old"))
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    try:
        yield fresh
        if target.exists():
            target.rename(old)
        try:
            fresh.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
