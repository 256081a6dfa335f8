"""Reading the audit as it lies in the database, also where somebody has changed it so that it no longer reads well."""

from collections.abc import Generator
from dataclasses import dataclass

from sqlalchemy import Executable, Row, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from alerts.store.audit import COUNTER
from alerts.store.models import AuditRow, CounterRow

Cell = int | str | None
"""What a row may hold; None where a cell cannot be read."""
_AT_ONCE = 1000
_NUMBERS = ("seq", "at_ms")
_TEXTS = ("who", "what", "subject", "detail", "previous", "hash")
_COLUMNS = (*_NUMBERS, *_TEXTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One row of the audit as it was found; a cell that cannot be read is None."""

    seq: Cell
    at_ms: Cell
    who: Cell
    what: Cell
    subject: Cell
    detail: Cell
    previous: Cell
    hash: Cell

    def told(self) -> list[Cell]:
        """Return what the hash is taken over."""
        return [self.seq, self.at_ms, self.who, self.what, self.subject, self.detail, self.previous]


def acts(session: Session) -> Generator[Act, None, None]:
    """Yield every row in the order in which it was written; whoever stops early closes it.

    Raises:
        BrokenTable: The database cannot read on.
    """
    dialect = session.get_bind().dialect.name
    count = 0
    try:
        with session.execute(_as_kept(dialect).execution_options(yield_per=_AT_ONCE)) as rows:
            for row in rows:
                yield _act(row)
                count += 1
    except DatabaseError as error:
        raise BrokenTable(count + 1, str(error.orig)) from error


def last_seq(session: Session) -> int | None:
    """Return the number of the last row that was written; None where nobody has counted yet."""
    return session.scalar(select(CounterRow.value).where(CounterRow.name == COUNTER))


class BrokenTable(ValueError):
    """The database cannot read the audit from a row on."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"row {seq} cannot be read: {why}")
        self.seq = seq


def _as_kept(dialect: str) -> Executable:
    """Return the query for all rows in the order in which they were written.

    On SQLite rows are taken as they lie in the file, past its indexes; texts as bytes, since a changed one may be no
    UTF-8; and a cell whose kind was changed counts as one that cannot be read.
    """
    if dialect != "sqlite":
        return select(*(getattr(AuditRow, name) for name in _COLUMNS)).order_by(AuditRow.seq)
    cells = [f"CASE typeof({name}) WHEN 'integer' THEN {name} END AS {name}" for name in _NUMBERS]
    cells += [f"CASE typeof({name}) WHEN 'text' THEN CAST({name} AS BLOB) END AS {name}" for name in _TEXTS]
    return text(f"SELECT {', '.join(cells)} FROM audit NOT INDEXED ORDER BY rowid")  # noqa: S608 - our names


def _act(row: Row[tuple[object, ...]]) -> Act:
    return Act(**{name: _cell(getattr(row, name)) for name in _COLUMNS})


def _cell(value: object) -> Cell:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return None
    return value if isinstance(value, int | str) else None
