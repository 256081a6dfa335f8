"""Matters in the store to the compliance guides of industries."""

from collections import Counter
from dataclasses import dataclass

from alerts.store.engine import reading
from alerts.supervision.matter_told import findings_of
from alerts.supervision.office import Office
from domain.supervision.guide import GuideEntry, guide


@dataclass(frozen=True, slots=True, kw_only=True)
class Industry:
    """An industry, with its enterprises and the matters found there."""

    industry: str
    enterprises: int
    findings: int


def industries(office: Office) -> list[Industry]:
    """Return every industry that the register or a matter names, most matters first."""
    places = Counter(one.industry for one in office.register.by_id.values() if one.industry)
    with reading(office.engine) as session:
        found = Counter(one.industry for one in findings_of(session) if one.industry)
    told = [Industry(industry=name, enterprises=places[name], findings=found[name]) for name in {*places, *found}]
    return sorted(told, key=lambda one: (-one.findings, one.industry))


def guide_of(office: Office, industry: str, most: int = 20) -> tuple[GuideEntry, ...]:
    """Return an industry's guide; without matters it is empty."""
    with reading(office.engine) as session:
        return guide(findings_of(session, industry), industry, most)
