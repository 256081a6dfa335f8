"""Findings ↔ the JSON file that carries them from run to run."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path

from domain.supervision.data_checks import Finding, FindingState


def as_json(findings: Iterable[Finding]) -> str:
    """Write findings as a JSON list."""
    return json.dumps([asdict(f) for f in findings], ensure_ascii=False, indent=1, default=str) + "\n"


def read_findings(file: Path) -> tuple[Finding, ...]:
    """Read findings of earlier runs; none when there is no file yet, ValueError when it is not ours."""
    if not file.exists():
        return ()
    try:
        return tuple(_finding(told) for told in json.loads(file.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{file}: not findings of an earlier run ({error}); name another file or remove it") from None


def _finding(told: dict[str, object]) -> Finding:
    proof = told["proof"]
    if not isinstance(proof, dict):
        raise TypeError("proof is no table")
    words = {key: str(told[key]) for key in ("rule_id", "enterprise_id", "subject", "message")}
    return Finding(
        **words,
        proof={table: tuple(rows) for table, rows in proof.items()},
        state=FindingState(str(told["state"])),
        first_seen=date.fromisoformat(str(told["first_seen"])),
        last_seen=date.fromisoformat(str(told["last_seen"])),
    )


def write_findings(file: Path, findings: Iterable[Finding]) -> None:
    """Write the file whole or not at all."""
    part = file.with_name(f".{file.name}.part")
    part.write_text(as_json(findings), encoding="utf-8")
    os.replace(part, file)  # noqa: PTH105 - the one call that puts a whole file in place of another
