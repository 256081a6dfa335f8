"""A measure that a person chooses: the decision table of `choice`."""

from datetime import date, timedelta

import pytest

from domain.supervision.choice import LONGEST_TERM, ChoiceFault, choice_fault
from domain.supervision.compliance import Measure

TODAY = date(2026, 6, 1)
RECTIFICATION, PENALTY, GUIDANCE, NONE = Measure.RECTIFICATION, Measure.PENALTY, Measure.GUIDANCE, Measure.NONE


@pytest.mark.parametrize(
    ("measure", "suggested", "note", "due_in", "fault"),
    [
        (RECTIFICATION, RECTIFICATION, "", -1, ChoiceFault.DUE_PAST),
        (RECTIFICATION, PENALTY, "", -1, ChoiceFault.DUE_PAST),
        (RECTIFICATION, RECTIFICATION, "", LONGEST_TERM.days + 1, ChoiceFault.DUE_FAR),
        (PENALTY, PENALTY, "", 30, ChoiceFault.DUE_WITHOUT_ORDER),
        (GUIDANCE, RECTIFICATION, " ", None, ChoiceFault.NOTE_MISSING),
        (RECTIFICATION, GUIDANCE, "", 30, ChoiceFault.NOTE_MISSING),
        (NONE, GUIDANCE, "错看 / misread", None, None),
        (PENALTY, RECTIFICATION, "再犯 / again", None, None),
        (GUIDANCE, GUIDANCE, "", None, None),
        (RECTIFICATION, RECTIFICATION, "", None, None),
        (RECTIFICATION, RECTIFICATION, "", 0, None),
        (RECTIFICATION, RECTIFICATION, "", LONGEST_TERM.days, None),
    ],
)
def test_the_decision_table(
    measure: Measure, suggested: Measure, note: str, due_in: int | None, fault: ChoiceFault | None
) -> None:
    due = None if due_in is None else TODAY + timedelta(days=due_in)

    assert choice_fault(measure, suggested, note, due, TODAY) is fault
