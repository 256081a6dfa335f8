"""Routes of the schedule: a merging looked at, published, and taken home as CSV and iCalendar."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.api.access import Access
from alerts.api.plain import json_response
from alerts.api.plans import PLANNERS, PUBLISHERS, Lang
from alerts.api.problems import problem_responses
from alerts.api.requests import NO_NUL, Id
from alerts.pages.words.plans import told_in_words
from alerts.people.person import ALL_ROLES, Person
from alerts.store.engine import reading
from alerts.supervision.office import Office
from alerts.supervision.plans.listing import entries_of, schedule_csv, schedule_ics, versions
from alerts.supervision.plans.merging import Days, Merging, Proposal
from domain.problem import Problem


class MergeRequest(BaseModel):
    """Which days count, without a body Monday to Friday; and what is agreed to."""

    model_config = ConfigDict(extra="forbid")

    weekends: bool = Field(default=False, description="Inspect on Saturdays and Sundays too.")
    closed: list[date] | str = Field(
        default=[], description="Days without inspection; a text is split at blanks and commas."
    )
    seen: Id | None = Field(
        None, description="To publish: `seen` of the preview; if anything changed since, the answer is 409."
    )

    def days(self) -> Days:
        """Return the days.

        Raises:
            ValueError: The text holds what is no date.
        """
        given = self.closed.replace(",", " ").split() if isinstance(self.closed, str) else self.closed
        closed = frozenset(date.fromisoformat(one) if isinstance(one, str) else one for one in given)
        return Days(weekends=self.weekends, closed=closed)


class Moved(BaseModel):
    """A plan whose published day changes; `to` is null where it is held from now on."""

    plan_id: str
    day: date
    to: date | None


class MergeTold(BaseModel):
    """What a merging makes of the open plans, in figures, by plan, and in words."""

    seen: str
    figures: dict[str, Any]
    days: dict[str, date]
    held: dict[str, str]
    moved: list[Moved]
    visits_at_least: dict[str, int]
    summary: str


class PublishTold(MergeTold):
    """A published version; `is_new` is false where nothing changed since the one before."""

    version: int
    is_new: bool


class VersionTold(BaseModel):
    """A published version in brief."""

    version: int
    at: str
    who: str
    figures: dict[str, Any]


class VersionList(BaseModel):
    """The last versions, the newest first."""

    schedules: list[VersionTold]


class Entries(BaseModel):
    """Days by plan as one version told them."""

    version: int
    days: dict[str, date]


def build_router(office: Office, access: Access) -> APIRouter:
    """Return the schedule's routes, without the prefix `/api/v1`."""
    router = APIRouter(prefix="/plans", tags=["plans"])
    _add_merging(router, Merging(office), access)
    _add_reads(router, office, access)
    return router


def _add_merging(router: APIRouter, merging: Merging, access: Access) -> None:
    refusals = problem_responses(409, 422, 503)

    @router.post("/merge", response_model=MergeTold, responses=refusals, summary="Look at a merging")
    def post_merge(
        _person: Annotated[Person, Depends(access.needs(PLANNERS))],
        asked: MergeRequest | None = None,
        lang: Lang = "zh",
    ) -> Response:
        """Return what would be published now; nothing is kept. Takes seconds, one at a time."""
        return json_response(_told(merging.preview(_days(asked)), lang))

    @router.post("/publish", response_model=PublishTold, responses=refusals, summary="Publish a schedule")
    def post_publish(
        person: Annotated[Person, Depends(access.needs(PUBLISHERS))],
        asked: MergeRequest | None = None,
        lang: Lang = "zh",
    ) -> Response:
        """Merge the open plans with the fewest changes to what is published, and publish the next version."""
        done = merging.publish(_days(asked), person.name, asked.seen if asked else None)
        told = _told(done.proposal, lang)
        return json_response({**told, "version": done.version, "is_new": done.is_new})


def _add_reads(router: APIRouter, office: Office, access: Access) -> None:
    reads: dict[str, Any] = {"dependencies": [Depends(access.needs(ALL_ROLES))]}
    refusals = problem_responses(404, 422, 503)
    department = Query(min_length=1, max_length=128, pattern=NO_NUL, description="Whose.")

    @router.get("/schedules", **reads, response_model=VersionList, responses=refusals, summary="Published versions")
    def list_versions() -> Response:
        """Return the last twenty versions of the schedule."""
        with reading(office.engine) as session:
            return json_response({"schedules": versions(session, office)})

    @router.get("/schedules/{version}", **reads, response_model=Entries, responses=refusals, summary="One version")
    def get_version(version: int) -> Response:
        """Return the days by plan as a version told them."""
        with reading(office.engine) as session:
            return json_response({"version": version, "days": entries_of(session, min(version, 2**31 - 1))})

    @router.get("/schedule.csv", **reads, response_class=Response, responses=refusals, summary="Schedule as CSV")
    def get_csv(department: Annotated[str | None, department] = None) -> Response:
        """Return the schedule as it holds, of one team or of all; held plans stand last with their reason."""
        with reading(office.engine) as session:
            text = schedule_csv(session, office, department)
        return _file(text, "text/csv; charset=utf-8", f"{department or 'schedule'}.csv")

    @router.get("/schedule.ics", **reads, response_class=Response, responses=refusals, summary="A team's calendar")
    def get_ics(department: Annotated[str, department]) -> Response:
        """Return one team's visits as iCalendar, an event a visit."""
        with reading(office.engine) as session:
            text = schedule_ics(session, office, department)
        return _file(text, "text/calendar; charset=utf-8", f"{department}.ics")


def _days(asked: MergeRequest | None) -> Days:
    try:
        return asked.days() if asked else Days()
    except ValueError as error:
        detail = f"closed: {error}; write days as 2026-10-01, with blanks between"
        raise Problem(422, "bad_day", "Not a day", detail) from None


def _told(proposal: Proposal, lang: str) -> Mapping[str, object]:
    schedule = proposal.merged.schedule
    figures = asdict(proposal.figures)
    return {
        "seen": proposal.given.seen,
        "figures": figures,
        "days": dict(sorted(schedule.days.items())),
        "held": {one: str(why) for one, why in sorted(schedule.held.items())},
        "moved": [{"plan_id": one, "day": day, "to": to} for one, day, to in proposal.moved()],
        "visits_at_least": dict(sorted(proposal.merged.bound.items())),
        "summary": told_in_words(figures, lang),
    }


def _file(text: str, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(text.encode(), media_type=media_type, headers=headers)
