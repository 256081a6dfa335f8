"""The pages where people sign in, change their password, and leave."""

from typing import Annotated

from fastapi import APIRouter, FastAPI, Form, Request, Response
from fastapi.responses import RedirectResponse

from alerts.api.login_form import FormRefused, Place, check_form, form_key, may_go_to, place_of
from alerts.people.cookies import FORM, SESSION, drop_cookie, may_carry, read_cookie, set_cookie
from alerts.people.gate import ChangePasswordFirst, Gate, SignInFirst
from alerts.people.keys import form_token
from alerts.people.known import Known, Way
from alerts.people.origin import check_origin
from alerts.people.pages import Shown, page
from alerts.people.sessions import LIFETIME_MS, Sessions
from alerts.people.sign_in import SignIn
from domain.problem import Problem

SESSION_S = LIFETIME_MS // 1000
Text = Annotated[str, Form(max_length=1000)]


def build_login_router(gate: Gate, sessions: Sessions, sign_in: SignIn, *, provider: bool = False) -> APIRouter:
    """Return the routes of `/login`, `/logout` and `/password`; `provider`: offer the identity provider too."""
    router = APIRouter(include_in_schema=False)
    _add_sign_in(router, sign_in, provider=provider)
    _add_password(router, gate, sign_in)

    @router.post("/logout")
    def leave(request: Request) -> Response:
        check_origin(request)
        if (key := read_cookie(request, SESSION)) is not None:
            sessions.close(key)
        answer = Response(status_code=204)
        drop_cookie(request, answer, SESSION)
        return answer

    return router


def install_login_handlers(app: FastAPI) -> None:
    """Lead who opens a page without having signed in to the page where they can."""

    async def to_sign_in(request: Request, _: Exception) -> Response:
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        place = Place(next=asked, lang=request.query_params.get("lang", "zh"))
        return RedirectResponse(f"/login?{place.query()}", 303, {"Cache-Control": "no-store"})

    async def to_password(_request: Request, _: Exception) -> Response:
        return RedirectResponse("/password", 303, {"Cache-Control": "no-store"})

    app.add_exception_handler(SignInFirst, to_sign_in)
    app.add_exception_handler(ChangePasswordFirst, to_password)


def sign_in_page(request: Request, place: Place, refused: Problem | None = None, *, provider: bool) -> Response:
    """Return the sign-in page, with what went wrong before; over bare HTTP only the hint to use TLS."""
    is_open = may_carry(request)
    key = form_key(request)
    if not is_open:
        refused = Problem(403, "needs_tls", "Not encrypted", "open the desk by https")
    answer = page(
        _shown("sign_in.html", place.lang, refused),
        open=is_open,
        provider=provider,
        next=place.next,
        token=form_token(key, "login"),
    )
    if is_open:
        set_cookie(request, answer, FORM, key, SESSION_S)
    return _with_wait(answer, refused)


def _add_sign_in(router: APIRouter, sign_in: SignIn, *, provider: bool) -> None:
    @router.get("/login")
    def show(request: Request) -> Response:
        return sign_in_page(request, place_of(request), provider=provider)

    @router.post("/login")
    def enter(
        request: Request,
        name: Text = "",
        password: Text = "",
        token: Text = "",
        onward: Annotated[str, Form(alias="next", max_length=1000)] = "/",
        lang: Text = "zh",
    ) -> Response:
        place = Place(next=may_go_to(onward), lang=lang)
        try:
            check_form(request, read_cookie(request, FORM), token, "login")
            key, must_change = sign_in.enter(name, password, _address(request))
        except Problem as refused:
            return sign_in_page(request, place, refused, provider=provider)
        answer = RedirectResponse(f"/password?lang={place.lang}" if must_change else place.next, 303)
        set_cookie(request, answer, SESSION, key, SESSION_S)
        return answer


def _add_password(router: APIRouter, gate: Gate, sign_in: SignIn) -> None:
    def shown(request: Request, known: Known, lang: str, refused: Problem | None = None) -> Response:
        key = read_cookie(request, SESSION) or ""
        answer = page(
            _shown("password.html", lang, refused),
            token=form_token(key, "password"),
            name=known.person.name,
            must_change=known.must_change,
        )
        return _with_wait(answer, refused)

    @router.get("/password")
    def show(request: Request) -> Response:
        return shown(request, _signed_in(gate, request), place_of(request).lang)

    @router.post("/password")
    def change(
        request: Request,
        old: Text = "",
        new: Text = "",
        again: Text = "",
        token: Text = "",
        lang: Text = "zh",
    ) -> Response:
        known, lang = _signed_in(gate, request), Place(lang=lang).lang
        try:
            check_form(request, read_cookie(request, SESSION), token, "password")
            if new != again:
                raise FormRefused("not_equal")
            key = sign_in.change(known.person.name, old, new, _address(request))
        except Problem as refused:
            return shown(request, known, lang, refused)
        answer = RedirectResponse(f"/?lang={lang}", 303)
        set_cookie(request, answer, SESSION, key, SESSION_S)
        return answer


def _signed_in(gate: Gate, request: Request) -> Known:
    known = gate.known(request)
    if known is None or known.way is not Way.SESSION:
        raise SignInFirst
    return known


def _shown(template: str, lang: str, refused: Problem | None) -> Shown:
    if refused is None:
        return Shown(template=template, language=lang)
    wait_s = int(str(refused.extra.get("retry_after_s", 0)))
    return Shown(
        template=template, language=lang, status=refused.status, trouble=refused.code, wait_min=-(-wait_s // 60)
    )


def _with_wait(answer: Response, refused: Problem | None) -> Response:
    if refused is not None and "retry_after_s" in refused.extra:
        answer.headers["Retry-After"] = str(refused.extra["retry_after_s"])
    return answer


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
