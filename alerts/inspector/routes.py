"""The inspector's page `/t/{token}`, what is told on it, and the photographs; the link is all that is needed."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from alerts.api.problems import RETRY_AFTER_S, problem_response
from alerts.inspector.form import Act, read_form, read_matter
from alerts.inspector.guesses import Guesses
from alerts.inspector.link import PATH, Visit, read_link
from alerts.inspector.matters import InspectorMatters
from alerts.inspector.page import STATIC, Pages, Shown, open_acts
from alerts.inspector.photos import Photos
from alerts.inspector.settings import InspectorSettings
from alerts.inspector.tell import Deciding, Teller
from alerts.inspector.words import language_of
from alerts.signed import LinkRefused
from alerts.view import TicketView
from domain.problem import Problem
from domain.times import to_ms

log = structlog.get_logger()

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
PHOTO_HEADERS = HEADERS | {"Content-Security-Policy": "default-src 'none'; sandbox", "Content-Disposition": "inline"}


@dataclass(frozen=True, slots=True)
class Inspectors:
    """All that the routes need."""

    tickets: Deciding
    photos: Photos
    pages: Pages
    settings: InspectorSettings
    now: Callable[[], datetime]
    matters: InspectorMatters | None = None


def build_router(desk: Inspectors) -> APIRouter:
    """Return the routes of the inspector's page."""
    router = APIRouter(prefix=PATH.rstrip("/"), include_in_schema=False)
    door = _Door(desk, Guesses())
    _add_reads(router, desk, door)
    _add_acts(router, desk, door)
    return router


def mount_static(app: FastAPI) -> None:
    """Serve the page's script and style."""
    app.mount(STATIC.rstrip("/"), _Revalidated(directory=Path(__file__).parent / "static"), name="inspector")


class _Revalidated(StaticFiles):
    """Files that a browser asks about each time (ETag), so that an upgrade is seen at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


class _Work(Protocol):
    def __call__(self, visit: Visit) -> Awaitable[Response]: ...


class _Door:
    """Opens a link, and puts every refusal in words that fit who asks: a page, or problem details for the script."""

    def __init__(self, desk: Inspectors, guesses: Guesses) -> None:
        self._desk = desk
        self._guesses = guesses

    async def __call__(self, request: Request, token: str, work: _Work) -> Response:
        path = request.url.path
        try:
            visit = self._visit(request, token)
        except Problem as problem:
            return self._refused(request, problem, "")
        try:
            return await work(visit)
        except Problem as problem:
            return self._refused(request, problem, f"{PATH}{token}" if path.rstrip("/") != f"{PATH}{token}" else "")
        except ConnectionError as error:
            log.warning("store_away", path=PATH, error=str(error))
            away = Problem(503, "store_away", "A store is away", f"ask again in {RETRY_AFTER_S} s")
            return self._refused(request, away, f"{PATH}{token}", RETRY_AFTER_S)

    def _visit(self, request: Request, token: str) -> Visit:
        settings, now_ms = self._desk.settings, to_ms(self._desk.now())
        try:
            return read_link(token, settings.secret, now_ms, settings.lifetime_ms)
        except LinkRefused:
            address = request.client.host if request.client else ""
            wait_s = self._guesses.wrong(address, now_ms)
        if wait_s:
            detail = f"too many wrong links from this address; try again in {wait_s} s"
            raise Problem(429, "too_many_tries", "Too many tries", detail, {"retry_after": wait_s})
        raise Problem(403, "link_refused", "Link refused", "the link is not valid, or no longer; ask the duty desk")

    def _refused(self, request: Request, problem: Problem, back: str, retry_s: int = 0) -> Response:
        language = language_of(request.query_params.get("lang", ""))
        wait_s = retry_s or problem.extra.get("retry_after", 0)
        headers = HEADERS | ({"Retry-After": str(wait_s)} if wait_s else {})
        if "application/json" in request.headers.get("accept", ""):
            told = self._desk.pages.told(problem.status, language, problem.detail)
            extra = {**problem.extra, "told": told}
            plain = Problem(problem.status, problem.code, problem.title, problem.detail, extra)
            return problem_response(request, plain, headers)
        page = self._desk.pages.refusal(
            problem.status, language, back and f"{back}?lang={language.value}", problem.detail
        )
        return HTMLResponse(page, problem.status, headers | {"Content-Security-Policy": _policy()})


def _add_reads(router: APIRouter, desk: Inspectors, door: _Door) -> None:
    @router.get("/{token}")
    async def get_page(request: Request, token: str) -> Response:
        async def show(visit: Visit) -> Response:
            nonce = secrets.token_urlsafe(16)
            page = await run_in_threadpool(_page, desk, visit, request, nonce)
            return HTMLResponse(page, headers=HEADERS | {"Content-Security-Policy": _policy(nonce)})

        return await door(request, token, show)

    @router.get("/{token}/photos/{photo_id}")
    async def get_photo(request: Request, token: str, photo_id: str) -> Response:
        async def give(visit: Visit) -> Response:
            media_type, blob = await run_in_threadpool(desk.photos.file, visit.ticket_id, photo_id)
            return Response(blob, media_type=media_type, headers=PHOTO_HEADERS)

        return await door(request, token, give)


def _add_acts(router: APIRouter, desk: Inspectors, door: _Door) -> None:
    teller = Teller(desk.tickets, desk.photos, desk.now, desk.settings.keep_position, desk.matters)

    @router.post("/{token}/suggestion")
    async def post_suggestion(request: Request, token: str) -> Response:
        async def suggest(visit: Visit) -> Response:
            said = await read_matter(request)
            if said is None or desk.matters is None:
                return Response(status_code=204, headers=HEADERS)
            advice = await run_in_threadpool(desk.matters.suggest, visit.ticket_id, said)
            told = desk.pages.suggestion(advice, language_of(request.query_params.get("lang", "")))
            return JSONResponse({"measure": advice.measure.value, "told": told}, headers=HEADERS)

        return await door(request, token, suggest)

    @router.post("/{token}/{act}")
    async def post_act(request: Request, token: str, act: Act) -> Response:
        async def take(visit: Visit) -> Response:
            said = await read_form(request, act)
            ticket = await run_in_threadpool(teller.tell, visit, act, said)
            language = language_of(request.query_params.get("lang", ""))
            if "application/json" not in request.headers.get("accept", ""):
                return RedirectResponse(f"{PATH}{token}?lang={language.value}", 303, HEADERS)
            at = desk.pages.time(desk.now(), desk.now())
            told = {"state": desk.pages.state(ticket, language), "open": list(open_acts(ticket)), "at": at}
            return JSONResponse(told, headers=HEADERS)

        return await door(request, token, take)


def _page(desk: Inspectors, visit: Visit, request: Request, nonce: str) -> str:
    ticket = desk.tickets.get(visit.ticket_id)
    shown = Shown(
        ticket=ticket,
        photos=desk.photos.of(visit.ticket_id),
        path=request.url.path.rstrip("/"),
        who=visit.who,
        key=secrets.token_hex(16),
        keep_position=desk.settings.keep_position,
        known=_known(desk, ticket),
    )
    return desk.pages.ticket(shown, language_of(request.query_params.get("lang", "")), nonce)


def _known(desk: Inspectors, ticket: TicketView) -> list[str] | None:
    """Return names of matters in use where it goes; None where no matters are filed here."""
    if desk.matters is None:
        return None
    sent = [entry for entry in ticket.history if entry.what == "decided"]
    place = next((getattr(entry, "enterprise_id", None) or entry.first for entry in reversed(sent)), None)
    return desk.matters.known(place)


def _policy(nonce: str = "") -> str:
    """Return the page's Content-Security-Policy: our own files, scripts with the nonce only, nobody else's anything."""
    script = f"script-src 'nonce-{nonce}'; connect-src 'self'; " if nonce else ""
    own = "style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    return f"default-src 'none'; {script}{own}"
