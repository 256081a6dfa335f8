"""What is wrong with a site folder, gathered so that all of it is told at once."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: where (`row` counts from 1, the head line of a CSV is row 1; 0 = the whole file)."""

    file: str
    row: int
    what: str
    mend: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.row}" if self.row else self.file
        return f"{place}: {self.what}; {self.mend}"


class SiteRefused(ValueError):
    """The site folder can't be used; `faults` names everything that is wrong."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


@dataclass(slots=True)
class Findings:
    """Faults, and names that nobody knows (kept out, told once)."""

    faults: list[Fault] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def add(self, file: str, row: int, what: str, mend: str) -> None:
        """Note one fault."""
        self.faults.append(Fault(file, row, what, mend))
