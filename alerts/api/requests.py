"""What a client may ask of the tickets, checked and described."""

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from alerts.view import TicketView
from domain.ticket import Action, DismissalReason, TicketState

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL cannot keep a NUL in a text."""

Version = Annotated[
    int,
    Field(
        ge=0, description="`version` of the ticket that was decided on; if somebody moved it since, the answer is 409."
    ),
]


class AcknowledgeRequest(BaseModel):
    """An acknowledgement; the body may be left out."""

    model_config = ConfigDict(extra="forbid")

    version: Version | None = None


class DecisionRequest(BaseModel):
    """What a person decides."""

    model_config = ConfigDict(extra="forbid")

    action: Action
    reason_code: DismissalReason | None = Field(None, description="Needed to dismiss; `other` also needs a note.")
    note: Annotated[str, StringConstraints(max_length=2000, pattern=NO_NUL)] | None = None
    enterprise_id: Annotated[str, StringConstraints(max_length=128, pattern=NO_NUL)] | None = Field(
        None, description="Where to; a candidate of the ticket or another enterprise of the site."
    )
    version: Version | None = None


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
