"""A CSV of credit facts to facts, or to every fault with its row; all rows or none.

Decision table, of each row:

| what is wrong                                | fault                       |
|----------------------------------------------|-----------------------------|
| `fact_id` empty, twice, known, or too long   | names the id                |
| `fact_id` of an act, as `ticket:…`           | names the id                |
| a cell with a NUL, a note too long           | names the column            |
| `enterprise_id` that nobody knows            | names the id                |
| `kind` that the table of facts does not know | lists those that it knows   |
| `on` no date, or after today                 | shows how to write a date   |
| nothing                                      | none: the row is a fact     |
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from domain.site_files.faults import Findings
from domain.site_files.tables import Row, rows_of
from domain.supervision.credit import CreditFact, CreditTable

COLUMNS = ("fact_id", "enterprise_id", "kind", "on", "note")
OF_ACTS = ("ticket:", "visit:", "matter:", "rectification:", "self_check:")
"""Ids of facts that follow from acts begin so; they are told already, and are not to be filed again."""
EARLIEST = date(1970, 1, 1)
"""No fact is older. Design value."""
LONGEST_ID, LONGEST_NOTE = 128, 2000
"""As the tables hold them. [characters]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What is known before the file is read; `today` is a day of the site's zone."""

    enterprise_ids: Collection[str]
    fact_ids: Collection[str]
    today: date


def parse_facts(
    text: str, file: str, register: Register, table: CreditTable, findings: Findings
) -> tuple[CreditFact, ...]:
    """Return the facts of a CSV with a head line; none at all where `findings` got a fault."""
    before = len(findings.faults)
    seen: set[str] = set()
    facts: list[CreditFact] = []
    for number, cells in rows_of(text, file, COLUMNS, COLUMNS[:4], findings):
        on = _day(cells.get("on", ""), register.today)
        for what, mend in _faults(cells, on, register, table, seen):
            findings.add(file, number, what, mend)
        seen.add(cells.get("fact_id", ""))
        if on is not None:
            facts.append(_fact(cells, on))
    return () if len(findings.faults) > before else tuple(facts)


def _faults(
    cells: Row, on: date | None, register: Register, table: CreditTable, seen: Collection[str]
) -> list[tuple[str, str]]:
    fact_id, enterprise_id, kind = (cells.get(name, "") for name in COLUMNS[:3])
    found = _cell_faults(cells) + _id_faults(fact_id, register, seen)
    if enterprise_id not in register.enterprise_ids:
        found.append((f"enterprise_id {enterprise_id[:60]!r} is unknown", "use an id of enterprises.geojson"))
    if kind not in table.kinds:
        found.append((f"kind {kind[:60]!r}", f"use one of {', '.join(table.kinds)}"))
    if on is None:
        found.append(
            (f"on {cells.get('on', '')[:60]!r} is no date up to {register.today}", "write as 2026-03-01, from 1970 on")
        )
    return found


def _id_faults(fact_id: str, register: Register, seen: Collection[str]) -> list[tuple[str, str]]:
    if not fact_id:
        return [("fact_id is empty", "give every fact an id of its own")]
    if len(fact_id) > LONGEST_ID:
        return [(f"fact_id {fact_id[:20]!r}… has {len(fact_id)} characters", f"use at most {LONGEST_ID}")]
    if fact_id.startswith(OF_ACTS):
        return [(f"fact_id {fact_id!r} is one of an act, which counts already", "leave the row out, or use another id")]
    if fact_id in seen:
        return [(f"fact_id {fact_id!r} stands twice", "keep one row")]
    if fact_id in register.fact_ids:
        return [(f"fact_id {fact_id!r} is known already", "leave the row out; a fact is never changed")]
    return []


def _cell_faults(cells: Row) -> list[tuple[str, str]]:
    found = [(f"{name} holds a NUL", "take it out") for name in COLUMNS if "\0" in cells.get(name, "")]
    if len(cells.get("note", "")) > LONGEST_NOTE:
        found.append((f"note has {len(cells['note'])} characters", f"use at most {LONGEST_NOTE}"))
    return found


def _day(text: str, today: date) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= today else None


def _fact(cells: Row, on: date) -> CreditFact:
    return CreditFact(
        fact_id=cells.get("fact_id", ""),
        enterprise_id=cells.get("enterprise_id", ""),
        kind=cells.get("kind", ""),
        on=on,
        note=cells.get("note", ""),
    )
