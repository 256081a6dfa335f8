"""Findings of a run and those known before → open and mended ones; the same finding twice is one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum


class FindingState(StrEnum):
    """Whether the last run still saw it."""

    OPEN = "open"
    MENDED = "mended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found of one subject, and the proving rows by table."""

    rule_id: str
    enterprise_id: str
    subject: str
    message: str
    proof: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    state: FindingState = FindingState.OPEN
    first_seen: date
    last_seen: date

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes it the same finding: rule, enterprise and subject."""
        return self.rule_id, self.enterprise_id, self.subject


def follow(
    known: Iterable[Finding], found: Iterable[Finding], rules: Iterable[str], as_of: date
) -> tuple[Finding, ...]:
    """Give all findings after a run of these rules: found ones open, known ones no longer found mended.

    A mended finding seen anew is open again with its first day; findings of rules that did not run stay as they were.
    """
    ran = set(rules)
    now: dict[tuple[str, str, str], Finding] = {}
    for finding in known:
        mended = finding.rule_id in ran
        now[finding.identity] = replace(finding, state=FindingState.MENDED) if mended else finding
    for finding in found:
        before = now.get(finding.identity)
        first = before.first_seen if before else as_of
        now[finding.identity] = replace(finding, state=FindingState.OPEN, first_seen=first, last_seen=as_of)
    return tuple(now[key] for key in sorted(now))
