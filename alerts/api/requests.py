"""What a client may ask of the tickets, checked and described."""

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from alerts.checks import SHELVED_MOST_MIN, WATCHED_MOST_MIN
from alerts.view import TicketView
from domain.supervision.compliance import Measure
from domain.ticket import Action, DismissalReason, TicketState

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL cannot keep a NUL in a text."""

Version = Annotated[
    int,
    Field(
        ge=0, description="`version` of the ticket that was decided on; if somebody moved it since, the answer is 409."
    ),
]


Text = Annotated[str, StringConstraints(max_length=2000, pattern=NO_NUL)]
Id = Annotated[str, StringConstraints(max_length=128, pattern=NO_NUL)]


class AcknowledgeRequest(BaseModel):
    """An acknowledgement, an undoing, an inspector's acceptance or arrival; the body may be left out."""

    model_config = ConfigDict(extra="forbid")

    version: Version | None = None


class DecisionRequest(BaseModel):
    """What a person decides."""

    model_config = ConfigDict(extra="forbid")

    action: Action
    reason_code: DismissalReason | None = Field(None, description="Needed to dismiss; `other` also needs a note.")
    note: Text | None = None
    enterprise_id: Id | None = Field(
        None, description="Where to; a candidate of the ticket or another enterprise of the site."
    )
    minutes: int | None = Field(None, ge=1, le=WATCHED_MOST_MIN, description="How long to watch; only with `watch`.")
    version: Version | None = None


class MergeRequest(BaseModel):
    """A ticket that shall become part of another."""

    model_config = ConfigDict(extra="forbid")

    into: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NO_NUL)] = Field(
        description="Id of the ticket that takes this one in."
    )
    note: Text | None = None
    version: Version | None = None


class ShelveRequest(BaseModel):
    """A ticket that shall be quiet for a while."""

    model_config = ConfigDict(extra="forbid")

    minutes: int = Field(ge=1, le=SHELVED_MOST_MIN, description="Afterwards it comes back as new.")
    note: Text | None = None
    version: Version | None = None


class OutcomeRequest(BaseModel):
    """What an inspector found."""

    model_config = ConfigDict(extra="forbid")

    problem_found: bool
    measure: Measure = Measure.NONE
    note: Text | None = None
    enterprise_id: Id | None = Field(None, description="Where, if not where the dispatch was to.")
    version: Version | None = None


class StormStatus(BaseModel):
    """How storm mode stands."""

    active: bool = Field(description="A ticket was gathered into a notice within the last minute.")
    gathered: int = Field(description="Tickets ever told of in notices.")
    notices: int = Field(description="Notices ever made.")


class TicketPage(BaseModel):
    """Part of a list of tickets, last opened first."""

    tickets: list[TicketView]
    next_cursor: str | None = Field(description="Send it as `cursor` for what follows; null at the end.")


def _no_blanks(given: Any) -> Any:  # noqa: ANN401 - whatever came in the query
    """Take `?state=` as not given, and `a,b` as two."""
    items = given if isinstance(given, list) else [given]
    return [part for item in items for part in str(item).split(",") if part]


def _blank_is_none(given: Any) -> Any:  # noqa: ANN401 - whatever came in the query
    """Take `?since=` as not given, and give back the plus sign that a URL turns into a blank."""
    return given.strip().replace(" ", "+") or None if isinstance(given, str) else given


States = Annotated[list[TicketState], BeforeValidator(_no_blanks)]
Since = Annotated[AwareDatetime | None, BeforeValidator(_blank_is_none)]
Cursor = Annotated[str | None, BeforeValidator(_blank_is_none)]
