"""The audit's rows, of a database or an export, to the first that is changed, missing or out of order."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

import msgspec
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from alerts.store.acts import Act, BrokenTable, acts, last_seq
from alerts.store.audit import FIRST, hash_of_told
from alerts.store.engine import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a walk along the chain found.

    Attributes:
        rows: How many rows are whole, from the first on.
        head: Hash of the last whole row; noted down elsewhere it proves later that nothing before it was changed.
        seq: The first row that is not whole; None where all are.
        fault: What is wrong with it, one line; empty where nothing is.
    """

    rows: int
    head: str
    seq: int | None = None
    fault: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.fault


def check_chain(acts: Iterable[Act], last_seq: int | None = None) -> Checked:
    """Walk the chain and stop at the first row that is changed, missing or out of order.

    Args:
        acts: Rows in the order in which they are kept.
        last_seq: Number of the last row that was written, where that is known; without it nobody can see that the
            newest rows were taken away.
    """
    rows, head = 0, FIRST
    for act in acts:
        fault = _fault(act, rows + 1, head)
        if fault is not None:
            seq, what = fault
            return Checked(rows=rows, head=head, seq=seq, fault=what)
        rows, head = rows + 1, str(act.hash)
    if last_seq is not None and rows < last_seq:
        return Checked(rows=rows, head=head, seq=rows + 1, fault=f"row {rows + 1} is missing: {last_seq} were written")
    return Checked(rows=rows, head=head)


def _fault(act: Act, expected: int, head: str) -> tuple[int, str] | None:
    """Return the number of the faulty row and what is wrong; None where the row is whole and in its place."""
    own = hash_of_told(act.told()) == act.hash
    if not own:
        return expected, f"row {expected} is changed: its hash does not fit what it says"
    if not isinstance(act.seq, int) or act.seq < expected:
        return expected, f"row {expected} is out of order: a row with the number {act.seq} stands in its place"
    if act.seq > expected:
        return expected, f"row {expected} is missing: row {act.seq} stands in its place"
    if act.previous != head:
        return expected, f"row {expected} is changed: it does not hold the hash of the row before"
    return None


def check_store(engine: Engine) -> Checked:
    """Walk the chain of a database, SQLite's or PostgreSQL's.

    Raises:
        ConnectionError: The database is away.
    """
    with reading(engine) as session:
        try:
            with closing(acts(session)) as rows:
                found = check_chain(rows, last_seq(session))
        except BrokenTable as broken:
            return Checked(rows=broken.seq - 1, head="", seq=broken.seq, fault=str(broken))
        if found.whole and engine.dialect.name == "sqlite":
            return _with_indexes(session, found)
        return found


def _with_indexes(session: Session, found: Checked) -> Checked:
    """Look into SQLite's indexes of the audit too: a row that an index hides is not shown by the API."""
    told = [str(line) for line in session.scalars(text("PRAGMA integrity_check(audit)"))]
    if told == ["ok"]:
        return found
    return Checked(rows=found.rows, head=found.head, fault=f"the rows are whole, but the file is damaged: {told[0]}")


def read_export(lines: Iterable[bytes]) -> Iterator[Act]:
    """Yield the rows of an export (`wugan audit export`), one JSON object a line.

    Raises:
        ValueError: A line is no such row.
    """
    for number, line in enumerate(lines, 1):
        try:
            yield msgspec.json.decode(line, type=Act)
        except msgspec.DecodeError as error:
            raise ValueError(f"line {number} is no row of an audit: {error}") from None
