"""What a client may ask of compliance, checked and described."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from alerts.api.requests import NO_NUL, Id, Text
from alerts.supervision.matters import Choice, Filing
from alerts.supervision.rectifications import Order
from alerts.supervision.self_checks import SelfCheck
from domain.supervision.compliance import Measure, Severity

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00\n\r]*$")]
Clause = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=NO_NUL)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=NO_NUL)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=NO_NUL)]
Answer = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=NO_NUL)]
Source = Annotated[str, StringConstraints(max_length=140, pattern=r"^(ticket|visit|finding):[^\x00]+$")]
MOST_QUESTIONS = 100


class MatterRequest(BaseModel):
    """A matter that was found."""

    model_config = ConfigDict(extra="forbid")

    source: Source = Field(description="Where it was found: `ticket:ID`, `visit:SCAN` or `finding:ID`.")
    matter: Line = Field(description="What; the same name is the same matter, so keep to the names in use.")
    severity: Severity
    clause: Clause = Field("", description="Where it is demanded.")
    how: Note = Field("", description="How to do it right; stands in the industry's guide.")
    mended: bool = Field(default=False, description="It was put right on the spot.")
    enterprise_id: Id | None = Field(None, description="Only where the source does not say.")

    def filing(self) -> Filing:
        """Return what is filed."""
        return Filing(
            source=self.source,
            matter=self.matter,
            severity=self.severity,
            clause=self.clause,
            how=self.how,
            mended=self.mended,
            enterprise_id=self.enterprise_id,
        )


class MatterFiling(MatterRequest):
    """A matter that is filed, with its measure where one is chosen at once."""

    measure: Measure | None = Field(None, description="Left out: chosen later.")
    note: Note = Field("", description="Why, where another measure is chosen than the one suggested.")
    due: date | None = Field(None, description="Last day of a rectification; left out: in 30 days.")

    def choice(self) -> Choice | None:
        """Return what is chosen."""
        return None if self.measure is None else Choice(measure=self.measure, note=self.note, due=self.due)


class MeasureRequest(BaseModel):
    """The measure that a person chooses."""

    model_config = ConfigDict(extra="forbid")

    measure: Measure
    note: Note = Field("", description="Why, where it is not the one suggested.")
    due: date | None = Field(None, description="Last day of a rectification; left out: in 30 days.")

    def choice(self) -> Choice:
        """Return what is chosen."""
        return Choice(measure=self.measure, note=self.note, due=self.due)


class OrderRequest(BaseModel):
    """Something that an enterprise is to put right."""

    model_config = ConfigDict(extra="forbid")

    enterprise_id: Id
    text: Words
    due: date | None = Field(None, description="Last day in time; left out: in 30 days.")

    def order(self) -> Order:
        """Return what is ordered."""
        return Order(enterprise_id=self.enterprise_id, text=self.text, due=self.due)


class FilingRequest(BaseModel):
    """What was done about a rectification, on the enterprise's behalf."""

    model_config = ConfigDict(extra="forbid")

    text: Words
    on: date | None = Field(None, description="The day on which the enterprise filed it; left out: today.")


class SelfCheckRequest(BaseModel):
    """A self-check, on the enterprise's behalf."""

    model_config = ConfigDict(extra="forbid")

    enterprise_id: Id
    answers: dict[Line, Answer] = Field(
        min_length=1, max_length=MOST_QUESTIONS, description="Question to answer, as `lids closed` to `yes`."
    )
    note: Text = ""
    day: date | None = Field(None, description="Left out: today.")

    def self_check(self) -> SelfCheck:
        """Return what is filed."""
        return SelfCheck(enterprise_id=self.enterprise_id, answers=self.answers, note=self.note.strip(), day=self.day)
