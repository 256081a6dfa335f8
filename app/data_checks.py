"""A folder of tables and rules, and the findings known before → the findings now, and what to tell of them."""

import csv
import re
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from alerts.data_checks.run import read_checks, run_checks
from alerts.data_checks.state import read_findings, write_findings
from alerts.supervision.findings import NAME, Filed, Run, file_run
from app.offices import office_here
from domain.supervision.data_checks import Finding, FindingState, RuleBook, follow


@dataclass(frozen=True, slots=True)
class Checked:
    """All findings after the run; `planted` = (rule, subject) pairs that the folder says are there."""

    findings: tuple[Finding, ...]
    planted: frozenset[tuple[str, str]] | None
    as_of: date
    took_s: float

    def as_text(self) -> str:
        """Give a line a finding, then the sums."""
        open_ = [f for f in self.findings if f.state is FindingState.OPEN]
        lines = [f"{f.rule_id}  {f.enterprise_id}  {f.subject}  {_line(f.message)}  ({_proving(f)})" for f in open_]
        sums = ", ".join(f"{n} {rule}" for rule, n in sorted(Counter(f.rule_id for f in open_).items()))
        mended = len(self.findings) - len(open_)
        lines.append(f"as of {self.as_of}: {len(open_)} open ({sums or 'none'}), {mended} mended, {self.took_s:.1f} s")
        if self.planted is not None:
            hit = {(f.rule_id, f.subject) for f in open_}
            right = len(hit & self.planted)
            lines.append(f"planted: {right} of {len(self.planted)} found, {len(hit - self.planted)} false")
        return "\n".join(lines)


def check_folder(folder: Path, as_of: date | None, state: Path | None, *, write: bool) -> Checked:
    """Run a folder's checks; with `state` findings are carried on, and written when `write`."""
    began = time.monotonic()
    book, day = _book(folder, as_of)
    known = read_findings(state) if state is not None else ()
    found = follow(known, run_checks(folder, book, day), (rule.rule_id for rule in book.rules), day)
    if state is not None and write:
        write_findings(state, found)
    return Checked(found, _planted(folder / "planted.csv"), day, time.monotonic() - began)


def file_folder(folder: Path, as_of: date | None, name: str | None, *, dry_run: bool) -> Filed:
    """Run a folder's checks and file what they find at the desk: findings, clues and tickets, all or none.

    Args:
        folder: With checks.toml and its tables.
        as_of: Day of the check; None = the one of checks.toml, else today.
        name: What the set of checks is called; None = as the folder.
        dry_run: Only say what would change.

    Raises:
        ChecksRefused: Tables or rules are wrong.
        Problem: What was found can't be filed; every fault is listed.
        ValueError: Settings, site or name are wrong.
    """
    called = name or re.sub(r"[^a-z0-9_-]", "-", folder.resolve().name.lower())
    if not NAME.match(called):
        raise ValueError(f"--checks {called!r}: call the set of checks by a-z, 0-9, - and _, at most 40 signs")
    book, day = _book(folder, as_of)
    rules = tuple(rule.rule_id for rule in book.rules)
    with office_here() as here:
        run = Run(checks=called, rules=rules, as_of=day, findings=run_checks(folder, book, day))
        return file_run(here.office, run, here.who, dry_run=dry_run)


def _book(folder: Path, as_of: date | None) -> tuple[RuleBook, date]:
    book = read_checks(folder)
    return book, as_of or book.as_of or datetime.now(UTC).date()


def _planted(file: Path) -> frozenset[tuple[str, str]] | None:
    if not file.exists():
        return None
    with file.open(encoding="utf-8", newline="") as rows:
        return frozenset((row["rule_id"], row["subject"]) for row in csv.DictReader(rows))


def _line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _proving(finding: Finding) -> str:
    return ", ".join(f"{len(rows)} {table}" for table, rows in finding.proof.items())
