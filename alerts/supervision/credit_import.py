"""A CSV of credit facts into the store, all rows or none, as one act of the audit."""

import hashlib
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
    if dry_run:
        with reading(office.engine) as session:
            facts, unknown = _read(session, office, text, file)
            return _told(facts, unknown, dry_run=True)
    with writing(office.engine) as session:
        Numbering(session)  # two imports at once: the second knows the ids of the first
        facts, unknown = _read(session, office, text, file)
        if facts:
            _keep(session, office, facts, who)
            digest = hashlib.sha256(text.encode()).hexdigest()
            detail = {"file": file, "sha256": digest, "facts": len(facts)}
            audit.record(session, office.now_ms(), who, "credit.import", office.site_id, detail)
        return _told(facts, unknown, dry_run=False)


def _read(session: Session, office: Office, text: str, file: str) -> tuple[tuple[CreditFact, ...], tuple[str, ...]]:
    known = Register(
        enterprise_ids=office.register.by_id.keys(),
        fact_ids=frozenset(session.scalars(select(CreditFactRow.fact_id))),
        today=office.today(),
    )
    findings = Findings()
    facts = parse_facts(text, file, known, office.table.credit, findings)
    if findings.faults:
        raise FactsRefused(findings.faults)
    return facts, tuple(findings.unknown)


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
