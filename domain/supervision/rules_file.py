"""What a TOML file says of grades, caps and credit to a site's tables; what it leaves out keeps the default.

Decision table:

| part              | refused when                                                         |
|-------------------|----------------------------------------------------------------------|
| any               | a name that nobody knows                                             |
| `grades.I`, `.II` | not four of A, B, C, D, or a worse credit has a better grade         |
| `caps`            | not a whole number of 0 or more, or a worse grade has fewer visits   |
| `start`, `least`  | not a number, not falling from A on, a start outside its own credit  |
| `facts.<kind>`    | points no number, half-life or limit not above 0, something missing  |

A table `facts` replaces the default kinds as a whole, so that a file shows all that counts.
"""

from collections.abc import Mapping
from typing import cast

from domain.site_files.faults import Findings
from domain.supervision.credit import CreditTable, FactKind, grade_of
from domain.supervision.grades import Grade, GradeRules, RiskClass
from domain.supervision.history import SupervisionTable

Toml = Mapping[str, object]
_PARTS = ("grades", "caps", "start", "least", "facts")
_FACT = ("points", "half_life_days", "limit")
_NUMBER = "write a number"
_MOST = 1e6
"""No sensible number of the file is beyond; keeps sums finite. Design value."""


class _Reader:
    """Reads one file's parts, noting what is wrong by the name of the part."""

    def __init__(self, file: str, findings: Findings) -> None:
        self._file = file
        self._findings = findings

    def add(self, what: str, mend: str) -> None:
        self._findings.add(self._file, 0, what, mend)

    def part(self, table: Toml, name: str, known: tuple[str, ...] | None) -> Toml:
        """Return a table of the file without unknown names, empty where it is none."""
        found = table.get(name, {})
        if not isinstance(found, Mapping):
            self.add(f"{name} is no table", f"write [{name}]")
            return {}
        if known is None:
            return cast("Toml", found)
        for key in found:
            if key not in known:
                self.add(f"{name}.{key} is unknown", f"use {', '.join(known)}")
        return {key: found[key] for key in known if key in found}

    def numbers(self, table: Toml, name: str, base: Mapping[Grade, float]) -> dict[Grade, float]:
        """Return the numbers of a table by grade, the default where it says none."""
        found = dict(base)
        for key, value in self.part(table, name, tuple(base)).items():
            if not is_number(value):
                self.add(f"{name}.{key} {value!r} is no number", _NUMBER)
                continue
            found[Grade(key)] = float(cast("float", value))
        return found


def is_number(value: object) -> bool:
    """Say whether a value of a TOML file is a number within `_MOST`; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _MOST


def parse_rules(table: Toml, file: str, findings: Findings) -> SupervisionTable:
    """Return the tables of a parsed TOML file; they are only to be used where `findings` got no fault."""
    reader = _Reader(file, findings)
    for key in table:
        if key not in _PARTS:
            reader.add(f"{key} is unknown", f"use {', '.join(_PARTS)}")
    grades = GradeRules(grades=_grades(table, reader), caps=_caps(table, reader))
    return SupervisionTable(grades=grades, credit=_credit(table, reader))


def _grades(table: Toml, reader: _Reader) -> dict[RiskClass, tuple[Grade, ...]]:
    found = dict(GradeRules().grades)
    for key, row in reader.part(table, "grades", tuple(RiskClass)).items():
        if not isinstance(row, list) or len(row) != len(Grade) or not all(one in list(Grade) for one in row):
            reader.add(f"grades.{key} {row!r}", 'write four grades, of credit A to D, as ["B", "C", "D", "D"]')
        elif row != sorted(row):
            reader.add(f"grades.{key} {row!r}: a worse credit has a better grade", "let the grades fall from A on")
        else:
            found[RiskClass(key)] = tuple(Grade(one) for one in row)
    return found


def _caps(table: Toml, reader: _Reader) -> dict[Grade, int]:
    found = dict(GradeRules().caps)
    for key, value in reader.part(table, "caps", tuple(Grade)).items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            reader.add(f"caps.{key} {value!r} is no whole number of 0 or more", "write as 12")
            continue
        found[Grade(key)] = value
    caps = [found[one] for one in Grade]
    if caps != sorted(caps):
        reader.add(f"caps {caps}: a worse grade has fewer visits", "let the caps rise from A to D")
    return found


def _credit(table: Toml, reader: _Reader) -> CreditTable:
    base = CreditTable()
    start, least = reader.numbers(table, "start", base.start), reader.numbers(table, "least", base.least)
    credit = CreditTable(kinds=_kinds(table, reader), start=start, least=least)
    floors = [least[one] for one in Grade if one in least]
    if floors != sorted(floors, reverse=True):
        reader.add(f"least {floors}: a worse credit needs more points", "let the least scores fall from A on")
    for one in Grade:
        if grade_of(start[one], credit) is not one:
            reader.add(f"start.{one} {start[one]:g} is a score of another credit", "keep it within its own, by `least`")
    return credit


def _kinds(table: Toml, reader: _Reader) -> Mapping[str, FactKind]:
    if "facts" not in table:
        return CreditTable().kinds
    kinds = {}
    facts = reader.part(table, "facts", None)
    for name in facts:
        fact = reader.part(facts, name, _FACT)
        wrong = [key for key in _FACT if not is_number(fact.get(key)) or (key != "points" and _number(fact, key) <= 0)]
        for key in wrong:
            reader.add(f"facts.{name}.{key} {fact.get(key)!r}", f"{_NUMBER}; half_life_days and limit above 0")
        if not wrong:
            kinds[name] = FactKind(
                points=_number(fact, "points"),
                half_life_days=_number(fact, "half_life_days"),
                limit=_number(fact, "limit"),
            )
    return kinds


def _number(fact: Toml, key: str) -> float:
    return float(cast("float", fact[key]))
