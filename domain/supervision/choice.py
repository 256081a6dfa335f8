"""A measure that a person chooses for a matter, beside the one that is suggested, to what is wrong with the choice.

Decision table, the first line that fits:

| measure       | is suggested | note | due day                             | answer              |
|---------------|--------------|------|-------------------------------------|---------------------|
| rectification | -            | -    | before today                        | `due_past`          |
| rectification | -            | -    | more than `LONGEST_TERM` from today | `due_far`           |
| another       | -            | -    | given                               | `due_without_order` |
| any           | no           | none | -                                   | `note_missing`      |
| any           | no           | some | -                                   | taken               |
| any           | yes          | -    | -                                   | taken               |
"""

from datetime import date, timedelta
from enum import StrEnum

from domain.supervision.compliance import Measure

LONGEST_TERM = timedelta(days=365)
"""No order gives more time to put a matter right. Design value."""


class ChoiceFault(StrEnum):
    """What is wrong with a choice."""

    DUE_PAST = "due_past"
    DUE_FAR = "due_far"
    DUE_WITHOUT_ORDER = "due_without_order"
    NOTE_MISSING = "note_missing"


def choice_fault(measure: Measure, suggested: Measure, note: str, due: date | None, today: date) -> ChoiceFault | None:
    """Return what is wrong with a choice; None = it is taken."""
    if measure is Measure.RECTIFICATION:
        if (fault := due_fault(due, today)) is not None:
            return fault
    elif due is not None:
        return ChoiceFault.DUE_WITHOUT_ORDER
    return ChoiceFault.NOTE_MISSING if measure is not suggested and not note.strip() else None


def due_fault(due: date | None, today: date) -> ChoiceFault | None:
    """Return what is wrong with the due day of an order made today; None = nothing, or none is named."""
    if due is None:
        return None
    if due < today:
        return ChoiceFault.DUE_PAST
    return ChoiceFault.DUE_FAR if due > today + LONGEST_TERM else None
