"""An outcome and what came before it to the measure that is suggested, with the reason; a person decides.

Decision table (`earlier` = the same matter was found there within 365 days before):

| problem found | severity | earlier | mended        | suggested     | reason               |
|---------------|----------|---------|---------------|---------------|----------------------|
| no            | -        | -       | -             | none          | no_problem           |
| yes           | grave    | -       | -             | penalty       | grave_matter         |
| yes           | -        | -       | not, too late | penalty       | not_mended_in_time   |
| yes           | ordinary | yes     | yes, or open  | penalty       | repeated_matter      |
| yes           | slight   | yes     | yes, or open  | rectification | repeated_slight      |
| yes           | ordinary | no      | yes, or open  | rectification | first_matter         |
| yes           | slight   | no      | open          | rectification | first_slight_open    |
| yes           | slight   | no      | yes           | guidance      | first_slight_mended  |

Source of the idea: Law of the People's Republic of China on Administrative Penalties (2021), article 33: slight and
mended in time without harm is not penalised; a first, mended one need not be. Severity and 365 days: design values.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

EARLIER = timedelta(days=365)
"""So long a matter found before makes the next one a repetition. Design value."""


class Measure(StrEnum):
    """What an inspector does about what was found."""

    NONE = "none"
    GUIDANCE = "guidance"
    RECTIFICATION = "rectification"
    PENALTY = "penalty"


class Severity(StrEnum):
    """How grave a matter is, as the inspector says."""

    SLIGHT = "slight"
    ORDINARY = "ordinary"
    GRAVE = "grave"


class Mended(StrEnum):
    """Whether a matter was put right: in time, not yet and still in time, or not within its time."""

    IN_TIME = "in_time"
    OPEN = "open"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One matter that a visit or a check of data found.

    Attributes:
        matter: What, by the name that a clause gives it; the same name is the same matter.
        clause: Where it is demanded.
        how: How to do it right.
    """

    enterprise_id: str
    matter: str
    on: date
    severity: Severity
    mended: Mended = Mended.OPEN
    industry: str = ""
    clause: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A measure, and why as a code."""

    measure: Measure
    reason: str


_TABLE = {
    (Severity.ORDINARY, True, Mended.IN_TIME): Suggestion(measure=Measure.PENALTY, reason="repeated_matter"),
    (Severity.ORDINARY, True, Mended.OPEN): Suggestion(measure=Measure.PENALTY, reason="repeated_matter"),
    (Severity.SLIGHT, True, Mended.IN_TIME): Suggestion(measure=Measure.RECTIFICATION, reason="repeated_slight"),
    (Severity.SLIGHT, True, Mended.OPEN): Suggestion(measure=Measure.RECTIFICATION, reason="repeated_slight"),
    (Severity.ORDINARY, False, Mended.IN_TIME): Suggestion(measure=Measure.RECTIFICATION, reason="first_matter"),
    (Severity.ORDINARY, False, Mended.OPEN): Suggestion(measure=Measure.RECTIFICATION, reason="first_matter"),
    (Severity.SLIGHT, False, Mended.OPEN): Suggestion(measure=Measure.RECTIFICATION, reason="first_slight_open"),
    (Severity.SLIGHT, False, Mended.IN_TIME): Suggestion(measure=Measure.GUIDANCE, reason="first_slight_mended"),
}


def suggest(finding: Finding | None, earlier: Iterable[Finding]) -> Suggestion:
    """Return the suggested measure of one finding; None = the visit found no problem.

    Args:
        finding: What was found.
        earlier: Findings before it, of any enterprise and matter; those of its own day do not repeat it.
    """
    if finding is None:
        return Suggestion(measure=Measure.NONE, reason="no_problem")
    if finding.severity is Severity.GRAVE:
        return Suggestion(measure=Measure.PENALTY, reason="grave_matter")
    if finding.mended is Mended.LATE:
        return Suggestion(measure=Measure.PENALTY, reason="not_mended_in_time")
    return _TABLE[(finding.severity, is_repeated(finding, earlier), finding.mended)]


def is_repeated(finding: Finding, earlier: Iterable[Finding]) -> bool:
    """Say whether the same matter was found there on a day before, within `EARLIER`."""
    return any(
        (one.enterprise_id, one.matter) == (finding.enterprise_id, finding.matter)
        and timedelta(0) < finding.on - one.on <= EARLIER
        for one in earlier
    )
