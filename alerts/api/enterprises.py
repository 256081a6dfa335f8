"""Route of an enterprise's card."""

from dataclasses import asdict
from datetime import date
from typing import Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from alerts.api.access import Access
from alerts.api.credit import AsOf, GradeTold, grade_told
from alerts.api.plain import json_response, plain
from alerts.api.problems import problem_responses
from alerts.people.person import ALL_ROLES
from alerts.store.engine import reading
from alerts.supervision.asked import asked_day
from alerts.supervision.card import Card, card
from alerts.supervision.card_told import (
    OpenFinding,
    OpenRectification,
    OpenTicket,
    PastClue,
    PastVisit,
    Report,
    Result,
)
from alerts.supervision.office import Office
from alerts.supervision.standing import Standing
from domain.supervision.credit import CreditFact, Line


class CreditTold(BaseModel):
    """A credit with its explanation: the points of `lines` add up to `score`."""

    day: date
    grade: str
    score: float
    registered: str
    lines: list[Line]
    facts: list[CreditFact] = Field(description="All facts up to the day, oldest first.")
    unweighed: list[CreditFact] = Field(description="Those of kinds that the site's table does not weigh.")


class ChangeTold(BaseModel):
    """A grade from a day on, and why; `before` is null on the first day told."""

    on: date
    before: str | None
    after: str
    cap: int
    credit: str
    why: list[str]


class ListingTold(BaseModel):
    """A listing on the white list; see `GET /white-list`."""

    listing_id: str
    first: date | None
    last: date | None
    reason: str
    who: str


class CardTold(GradeTold):
    """All that is told of one enterprise."""

    day: date
    year: int = Field(description="Calendar year of `visits_used` and `visits_left`.")
    kind: str
    industry: str
    pollutants: list[str]
    lon: float
    lat: float
    why: list[str] = Field(description="What made the grade and the cap.")
    credit_explained: CreditTold
    grade_history: list[ChangeTold]
    white_list: list[ListingTold]
    open_tickets: list[OpenTicket]
    past_clues: list[PastClue]
    reports: list[Report]
    outcomes: list[Result]
    visits: list[PastVisit]
    findings: list[OpenFinding]
    rectifications: list[OpenRectification]


def build_router(office: Office, access: Access) -> APIRouter:
    """Return the route, without the prefix `/api/v1`; the list `GET /enterprises` is the map's."""
    router = APIRouter(prefix="/enterprises", tags=["supervision"])

    @router.get(
        "/{enterprise_id:path}",
        dependencies=[Depends(access.needs(ALL_ROLES))],
        response_model=CardTold,
        responses=problem_responses(404, 422, 503),
        summary="An enterprise's card",
    )
    def get_card(enterprise_id: str, as_of: AsOf = None) -> Response:
        """Return risk, credit, grade, cap, visits used and left, white list, tickets, clues and outcomes.

        `as_of` dates the credit, the grade, the visits and the white list; lists are as they are now.
        """
        with reading(office.engine) as session:
            return json_response(_told(card(session, office, enterprise_id, asked_day(as_of))))

    return router


def _told(found: Card) -> dict[str, Any]:
    one = found.standing
    lists = {
        "open_tickets": found.open_tickets,
        "past_clues": found.past_clues,
        "reports": found.reports,
        "outcomes": found.outcomes,
        "visits": found.visits,
        "findings": found.findings,
        "rectifications": found.rectifications,
    }
    place = {
        "kind": one.place.kind,
        "industry": one.place.industry,
        "pollutants": one.place.pollutants,
        "lon": round(one.place.lon, 6),
        "lat": round(one.place.lat, 6),
    }
    judged = {
        "day": one.day,
        "year": one.use.year,
        "credit_explained": credit_told(one),
        "why": one.graded.why,
        "grade_history": history_told(one),
        "white_list": [
            {name: value for name, value in asdict(each).items() if name not in ("enterprise_id", "name")}
            for each in found.white_list
        ],
    }
    told: dict[str, Any] = plain(grade_told(one) | place | judged | lists)
    return told


def credit_told(one: Standing) -> dict[str, object]:
    """Return a credit with its explanation."""
    credit = one.credit
    return {
        "day": credit.day,
        "grade": credit.grade,
        "score": credit.score,
        "registered": one.place.credit_grade,
        "lines": credit.lines,
        "facts": one.facts,
        "unweighed": one.unweighed,
    }


def history_told(one: Standing) -> list[dict[str, object]]:
    """Return the dated changes of a grade."""
    return [
        {
            "on": each.on,
            "before": each.before,
            "after": each.after.grade,
            "cap": each.after.cap,
            "credit": each.credit,
            "why": each.why,
        }
        for each in one.history
    ]
