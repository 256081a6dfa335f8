"""Findings of an industry to the entries of its compliance guide, most frequent first.

Decision table:

| findings of the industry with the same matter | entry                                            |
|-----------------------------------------------|--------------------------------------------------|
| none                                          | none                                             |
| n, in m enterprises                           | n and m, with clause and advice of the latest    |
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from domain.supervision.compliance import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideEntry:
    """One matter of a guide: what, where it is demanded, how to do it right, and how often it was found."""

    matter: str
    clause: str
    how: str
    findings: int
    enterprises: int


def guide(findings: Iterable[Finding], industry: str, most: int = 20) -> tuple[GuideEntry, ...]:
    """Return at most `most` entries of an industry's guide; equally frequent matters stand by name."""
    by_matter: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.industry == industry:
            by_matter[finding.matter].append(finding)
    entries = [_entry(matter, found) for matter, found in by_matter.items()]
    return tuple(sorted(entries, key=lambda entry: (-entry.findings, entry.matter))[:most])


def _entry(matter: str, found: list[Finding]) -> GuideEntry:
    latest = max(found, key=lambda one: (one.on, one.clause, one.how))
    places = {one.enterprise_id for one in found}
    return GuideEntry(matter=matter, clause=latest.clause, how=latest.how, findings=len(found), enterprises=len(places))
