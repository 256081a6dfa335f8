"""A CSV of credit facts into the store, all rows or none, as one act of the audit."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from alerts.store import audit
from alerts.store.engine import reading, writing
from alerts.store.models import CreditFactRow
from alerts.store.numbering import Numbering
from alerts.supervision.office import Office
from domain.site_files.faults import Fault, Findings
from domain.supervision.credit import CreditFact
from domain.supervision.credit_csv import Register, parse_facts

MOST_FACTS = 50_000
"""So many facts a file; tickets wait while they are written. Design value."""
_NAMED = 5000
"""Ids named in one query."""


class FactsRefused(ValueError):
    """No row is taken; `faults` names everything that is wrong, a line each in the message."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import took, or would take; `unknown` names columns that nobody knows and that were left out."""

    facts: int
    enterprises: int
    dry_run: bool
    unknown: tuple[str, ...] = ()


def import_facts(office: Office, text: str, file: str, who: str, *, dry_run: bool = False) -> Imported:
    """Add the facts of a CSV (`fact_id,enterprise_id,kind,on,note`).

    Args:
        office: The site's supervision.
        text: The file's content.
        file: Its name, for what is told of it.
        who: A user's name.
        dry_run: Only say what would be taken.

    Raises:
        FactsRefused: Something is wrong; nothing is taken.
    """
    with reading(office.engine) as session:  # a long file is read before anybody is kept waiting
        facts, unknown = _read(session, office, text, file)
    if facts and not dry_run:
        with writing(office.engine) as session:
            Numbering(session)
            if _anybody_was_first(session, facts):
                _read(session, office, text, file)  # tells which rows
            _keep(session, office, facts, who)
            digest = hashlib.sha256(text.encode()).hexdigest()
            detail = {"file": file, "sha256": digest, "facts": len(facts)}
            audit.record(session, office.now_ms(), who, "credit.import", office.site_id, detail)
    return _told(facts, unknown, dry_run=dry_run)


def _read(session: Session, office: Office, text: str, file: str) -> tuple[tuple[CreditFact, ...], tuple[str, ...]]:
    known = Register(
        enterprise_ids=office.register.by_id.keys(),
        fact_ids=frozenset(session.scalars(select(CreditFactRow.fact_id))),
        today=office.today(),
    )
    findings = Findings()
    facts = parse_facts(text, file, known, office.table.credit, findings)
    if len(facts) > MOST_FACTS:
        findings.add(file, 0, f"has {len(facts)} facts", f"send at most {MOST_FACTS} at once")
    if findings.faults:
        raise FactsRefused(findings.faults)
    return facts, tuple(findings.unknown)


def _anybody_was_first(session: Session, facts: tuple[CreditFact, ...]) -> bool:
    """Say whether another import took one of these ids since this file was read."""
    ids = [fact.fact_id for fact in facts]
    asked = (select(CreditFactRow.fact_id).where(CreditFactRow.fact_id.in_(part)) for part in _batched(ids))
    return any(session.scalar(one.limit(1)) is not None for one in asked)


def _batched(ids: list[str]) -> Iterator[list[str]]:
    """Yield ids in parts that one query may name."""
    yield from (ids[first : first + _NAMED] for first in range(0, len(ids), _NAMED))


def _keep(session: Session, office: Office, facts: tuple[CreditFact, ...], who: str) -> None:
    at_ms = office.now_ms()
    rows = [
        {
            "fact_id": fact.fact_id,
            "enterprise_id": fact.enterprise_id,
            "kind": fact.kind,
            "day": fact.on.isoformat(),
            "note": fact.note,
            "who": who,
            "at_ms": at_ms,
        }
        for fact in facts
    ]
    session.execute(insert(CreditFactRow), rows)


def _told(facts: tuple[CreditFact, ...], unknown: tuple[str, ...], *, dry_run: bool) -> Imported:
    places = {fact.enterprise_id for fact in facts}
    return Imported(facts=len(facts), enterprises=len(places), dry_run=dry_run, unknown=unknown)
