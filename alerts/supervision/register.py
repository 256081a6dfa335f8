"""A site's enterprises as supervision knows them, found by id and by the code that stands at the door."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.problem import Problem
from domain.site import Enterprise
from domain.supervision.grades import Grade, RiskClass
from domain.supervision.history import Subject


@dataclass(frozen=True, slots=True)
class Register:
    """Enterprises by id; `by_code` goes by what an enterprise's QR code says, its id where the site names no code."""

    by_id: Mapping[str, Enterprise]
    by_code: Mapping[str, Enterprise]

    def get(self, enterprise_id: str) -> Enterprise:
        """Return an enterprise.

        Raises:
            Problem: 404, nobody knows it.
        """
        found = self.by_id.get(enterprise_id)
        if found is None:
            raise _unknown("enterprise_id", enterprise_id)
        return found

    def scanned(self, code: str) -> Enterprise:
        """Return the enterprise whose code was scanned.

        Raises:
            Problem: 404, the code is none of this site.
        """
        found = self.by_code.get(code.strip())
        if found is None:
            raise _unknown("enterprise_code", code)
        return found

    def name_of(self, enterprise_id: str) -> str:
        """Return an enterprise's name; its id where the register has lost it."""
        found = self.by_id.get(enterprise_id)
        return found.name if found else enterprise_id

    def subject(self, enterprise_id: str) -> Subject:
        """Return what the register says of an enterprise's risk, credit and own cap."""
        one = self.get(enterprise_id)
        return Subject(risk=RiskClass(one.risk_class), credit=Grade(one.credit_grade), own_cap=one.annual_check_cap)


def register_of(enterprises: Iterable[Enterprise]) -> Register:
    """Return the register of a site's enterprises; where two have one code, the first keeps it."""
    by_id = {one.enterprise_id: one for one in enterprises}
    by_code = dict(by_id)
    for one in reversed(list(by_id.values())):
        if one.code:
            by_code[one.code] = one
    return Register(by_id, by_code)


def code_of(one: Enterprise) -> str:
    """Return what the QR code at an enterprise's door says."""
    return one.code or one.enterprise_id


def _unknown(name: str, value: str) -> Problem:
    detail = f"{name}: {value[:60]!r} is not registered; see enterprises.geojson of the site"
    return Problem(404, "unknown_enterprise", "Unknown enterprise", detail)
