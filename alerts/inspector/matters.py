"""What an inspector says of the matter that was found: its suggestion beforehand, and filed with the result.

Decision table, of a result with a matter:

| measure              | note | the matter is filed                     |
|----------------------|------|-----------------------------------------|
| the one suggested    | -    | with that measure                       |
| another              | some | with that measure                       |
| another              | none | without one: it awaits one at the desk  |

Where nobody knows of which enterprise the ticket is, no matter can be filed: its words go into the result's note.
"""

from dataclasses import dataclass, replace

from alerts.lifecycle import Outcome
from alerts.supervision import guides, matters
from alerts.supervision.matter_told import Advice
from alerts.supervision.matters import Choice, Filing
from alerts.supervision.office import Office
from domain.problem import Problem
from domain.supervision.compliance import Severity

LONGEST = 200
"""Of a matter's name and of a clause. [characters]"""
_UNFILEABLE = ("enterprise_missing", "unknown_enterprise")


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterSaid:
    """What was found, as the form says; `mended` = put right on the spot."""

    matter: str
    severity: Severity
    clause: str = ""
    mended: bool = False


@dataclass(frozen=True, slots=True)
class InspectorMatters:
    """Matters as inspectors file them. Every call may block, and raises ConnectionError where the database is away."""

    office: Office

    def suggest(self, ticket_id: str, said: MatterSaid) -> Advice:
        """Return what would be suggested; writes nothing.

        Raises:
            Problem: 404 unknown ticket, 409 and 422 no matter can be filed of it.
        """
        return matters.advise(self.office, _filing(ticket_id, said))

    def known(self, enterprise_id: str | None) -> list[str]:
        """Return the names of matters in use in an enterprise's industry."""
        place = self.office.register.by_id.get(enterprise_id or "")
        return [one.matter for one in guides.guide_of(self.office, place.industry)] if place else []

    def with_words(self, ticket_id: str, said: MatterSaid, outcome: Outcome) -> Outcome:
        """Return the result; where no matter can be filed of the ticket, its note holds what was found."""
        try:
            self.suggest(ticket_id, said)
        except Problem as problem:
            if problem.code not in _UNFILEABLE:
                return outcome
            words = "；".join(part for part in (said.matter, said.clause, outcome.note or "") if part)
            return replace(outcome, note=words)
        return outcome

    def file(self, ticket_id: str, said: MatterSaid, outcome: Outcome, who: str) -> None:
        """File the matter of a result that is kept already; said twice it is one."""
        filing = _filing(ticket_id, said)
        try:
            advice = matters.advise(self.office, filing)
            choice = Choice(measure=outcome.measure, note=outcome.note or "")
            is_chosen = outcome.measure is advice.measure or bool(choice.note.strip())
            matters.file(self.office, filing, choice if is_chosen else None, who)
        except Problem as problem:
            if problem.code not in (*_UNFILEABLE, "already_filed"):
                raise


def _filing(ticket_id: str, said: MatterSaid) -> Filing:
    return Filing(
        source=f"ticket:{ticket_id}",
        matter=said.matter,
        severity=said.severity,
        clause=said.clause,
        mended=said.mended,
    )
