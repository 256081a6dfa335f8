"""The pages `/` and `/map` and the files that they load."""

import os
import secrets
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.responses import FileResponse, Response
from starlette.types import Scope

from domain.site import Site
from maps.assets import LEAFLET, STATIC, leaflet_folder, lean, static_folder
from maps.csp import PAGE_HEADERS, policy
from maps.folium_page import render_map
from maps.page import Mode, render_page
from maps.ports import Guard, dependencies
from maps.settings import MapsSettings
from maps.words import Language


class Revalidated(StaticFiles):
    """Static files that a browser asks about each time (ETag), so that an upgrade is seen at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


class Lean(Revalidated):
    """Static files, those of some kinds without what only their readers need."""

    def __init__(self, directory: Path, kinds: tuple[str, ...]) -> None:
        super().__init__(directory=directory)
        self._kinds = kinds

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        answer = super().file_response(full_path, stat_result, scope, status_code)
        file = Path(full_path)
        if file.suffix not in self._kinds or not isinstance(answer, FileResponse):
            return answer  # as it is, or 304
        text = lean(file.read_text(encoding="utf-8"), is_style=file.suffix == ".css")
        headers = {name: answer.headers[name] for name in ("etag", "last-modified")}
        return Response(text, status_code, headers, answer.media_type)


def mount_static(app: FastAPI) -> None:
    """Serve Leaflet's files and our own."""
    app.mount(LEAFLET.rstrip("/"), Lean(leaflet_folder(), (".css",)), name="leaflet")
    app.mount(STATIC.rstrip("/"), Lean(static_folder(), (".css", ".js")), name="maps")


def build_pages(site: Site, settings: MapsSettings, guard: Guard | None = None) -> APIRouter:
    """Return the routes of the pages; each is drawn once and gets a new nonce with every answer.

    With a guard, which lets requests in, the pages also show who looks at them.
    """
    stand_in = secrets.token_hex(16)
    parts = render_map(site, settings)
    extra: dict[str, object] = {} if guard is None else {"accounts": True}
    if settings.satellite_url:
        extra["satellite_url"] = settings.satellite_url
    drawn = {
        (mode, language): render_page(site, parts, mode=mode, language=language, nonce=stand_in, extra=extra)
        for mode in (Mode.DESK, Mode.MAP)
        for language in Language
    }
    router = APIRouter(include_in_schema=False, dependencies=dependencies(guard))

    def answer(mode: Mode, language: Language) -> HTMLResponse:
        nonce = secrets.token_urlsafe(16)
        headers = {**PAGE_HEADERS, "Content-Security-Policy": policy(nonce, settings.base_map_url)}
        return HTMLResponse(drawn[mode, language].replace(stand_in, nonce), headers=headers)

    @router.get("/")
    async def get_desk(lang: str = "zh") -> HTMLResponse:
        return answer(Mode.DESK, _language(lang))

    @router.get("/map")
    async def get_map(lang: str = "zh") -> HTMLResponse:
        return answer(Mode.MAP, _language(lang))

    return router


def _language(asked: str) -> Language:
    return Language.EN if asked.lower().startswith("en") else Language.ZH
