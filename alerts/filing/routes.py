"""The enterprise's page `/e/{token}` and what is filed on it; and the route that makes its link."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from alerts.api.access import Access
from alerts.api.moves import ON_THE_WAY
from alerts.api.problems import RETRY_AFTER_S, problem_responses
from alerts.filing.form import read_form
from alerts.filing.link import PATH, link, read_link
from alerts.filing.page import FilingPages
from alerts.inspector.guesses import Guesses
from alerts.inspector.settings import InspectorSettings
from alerts.people.person import Person
from alerts.signed import LinkRefused
from alerts.store import audit
from alerts.store.engine import writing
from alerts.store.numbering import Numbering
from alerts.supervision import rectifications, self_checks
from alerts.supervision.office import Office
from alerts.supervision.self_checks import SelfCheck
from domain.problem import Problem

_ANSWER = "answer:"
_Work = Callable[[str], Awaitable[Response]]


class EnterpriseLink(BaseModel):
    """A link that opens an enterprise's page, for half a year."""

    enterprise_id: str
    url: str = Field(description="Whoever has it files for the enterprise: hand it to nobody else.")


def build_link_router(office: Office, settings: InspectorSettings, access: Access) -> APIRouter:
    """Return the route that makes links, without the prefix `/api/v1`."""
    router = APIRouter(prefix="/compliance", tags=["compliance"])
    maker = Depends(access.needs(ON_THE_WAY))
    refusals: dict[str, Any] = {"responses": problem_responses(401, 403, 404, 503)}

    @router.post("/enterprises/{enterprise_id:path}/link", **refusals, summary="Make an enterprise's link")
    def post_link(enterprise_id: str, person: Annotated[Person, maker]) -> EnterpriseLink:
        """Return a link by which the enterprise files rectifications and self-checks itself; audited."""
        place = office.register.get(enterprise_id).enterprise_id
        with writing(office.engine) as session:
            Numbering(session)
            audit.record(session, office.now_ms(), person.name, "enterprise.link", place, {})
        url = link(place, settings.secret, office.now_ms(), settings.base_url)
        return EnterpriseLink(enterprise_id=place, url=url)

    return router


def build_filing(office: Office, pages: FilingPages, settings: InspectorSettings) -> APIRouter:
    """Return the routes of the enterprise's page; the link is all that is needed."""
    router = APIRouter(prefix=PATH.rstrip("/"), include_in_schema=False)
    door = _Door(office, pages, settings)
    _add_page(router, pages, door)
    _add_filings(router, office, door)
    return router


class _Door:
    """Opens a link, and puts every refusal on a page."""

    def __init__(self, office: Office, pages: FilingPages, settings: InspectorSettings) -> None:
        self._office = office
        self._pages = pages
        self._secret = settings.secret
        self._guesses = Guesses()

    async def __call__(self, request: Request, token: str, work: _Work) -> Response:
        lang, back = request.query_params.get("lang", ""), ""
        try:
            place = self._place(request, token)
            back = f"{PATH}{token}"
            return await work(place)
        except LinkRefused:
            return self._pages.refusal(lang, 403, "", "")
        except Problem as problem:
            answer = self._pages.refusal(lang, problem.status, problem.detail, back)
            if (wait_s := problem.extra.get("retry_after")) is not None:
                answer.headers["Retry-After"] = str(wait_s)
            return answer
        except ConnectionError:
            answer = self._pages.refusal(lang, 503, f"ask again in {RETRY_AFTER_S} s", back)
            answer.headers["Retry-After"] = str(RETRY_AFTER_S)
            return answer

    def _place(self, request: Request, token: str) -> str:
        now_ms = self._office.now_ms()
        try:
            return read_link(token, self._secret, now_ms)
        except LinkRefused:
            wait_s = self._guesses.wrong(request.client.host if request.client else "", now_ms)
            if wait_s:
                detail = f"too many wrong links from this address; try again in {wait_s} s"
                raise Problem(429, "too_many_tries", "Too many tries", detail, {"retry_after": wait_s}) from None
            raise


def _add_page(router: APIRouter, pages: FilingPages, door: _Door) -> None:
    @router.get("/{token}")
    async def get_page(request: Request, token: str, lang: str = "zh", done: str = "") -> Response:
        async def show(place: str) -> Response:
            return await run_in_threadpool(pages.enterprise, place, f"{PATH}{token}", lang, done=bool(done))

        return await door(request, token, show)


def _add_filings(router: APIRouter, office: Office, door: _Door) -> None:
    @router.post("/{token}/rectifications/{rectification_id}")
    async def post_rectification(request: Request, token: str, rectification_id: str) -> Response:
        async def take(place: str) -> Response:
            said = await read_form(request)
            await run_in_threadpool(_file_rectification, office, place, rectification_id, said.get("text", ""))
            return _back(request, token)

        return await door(request, token, take)

    @router.post("/{token}/self-check")
    async def post_self_check(request: Request, token: str) -> Response:
        async def take(place: str) -> Response:
            said = await read_form(request)
            await run_in_threadpool(_file_self_check, office, place, said)
            return _back(request, token)

        return await door(request, token, take)


def _file_rectification(office: Office, place: str, rectification_id: str, text: str) -> None:
    if rectifications.get(office, rectification_id).enterprise_id != place:
        detail = "this rectification is of another enterprise; open the link again"
        raise Problem(404, "unknown_rectification", "Unknown rectification", detail)
    if not text:
        raise Problem(422, "invalid", "Request not understood", "text: say what was done")
    rectifications.file(office, rectification_id, text, None, _who(place))


def _file_self_check(office: Office, place: str, said: dict[str, str]) -> None:
    answers = {name.removeprefix(_ANSWER): value for name, value in said.items() if name.startswith(_ANSWER)}
    if not answers:
        raise Problem(422, "invalid", "Request not understood", "answers: say what was checked")
    check = SelfCheck(enterprise_id=place, answers=answers, note=said.get("note", ""))
    self_checks.file(office, check, _who(place))


def _who(place: str) -> str:
    """Return in whose name the audit keeps what an enterprise filed; no user's name holds a colon."""
    return f"enterprise:{place}"


def _back(request: Request, token: str) -> Response:
    lang = "en" if request.query_params.get("lang", "").startswith("en") else "zh"
    return RedirectResponse(f"{PATH}{token}?lang={lang}&done=1", 303, {"Referrer-Policy": "no-referrer"})
