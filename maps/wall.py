"""The live zone in, a public view of it out: `/wall` for a big screen, open to everybody where it is switched on.

What is told is chosen field by field: no person, no note, nothing that people sent in; an enterprise only where a
setting says so. A clue is told only where devices measured it: where a complaint comes from is nobody's business.
"""

import secrets
import time

import jinja2
import msgspec
import numpy as np
from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse

from domain.channels import POLLUTANTS, UNIT
from domain.site import Site
from domain.times import rfc3339, to_datetime
from maps.assets import STATIC
from maps.csp import PAGE_HEADERS, policy
from maps.features import shape_of
from maps.feed import LiveFeed
from maps.live import LiveZone, Picture
from maps.page import embedded
from maps.settings import MapsSettings
from maps.standing import BREACH, HOT, OFFLINE, STALE
from maps.wall_words import wall_words
from maps.words import Language

ADDRESS = "/api/v1/wall"
LATEST = 5
"""Clues told, newest first. Design value."""
KEPT_S = 1.0
"""An answer is given again for so long, however many ask. Design value. [s]"""
DIGITS = 4
"""Of a degree: 10 m, enough for a wall and no more."""


class _Peak(msgspec.Struct, frozen=True):
    pollutant: str
    value: float
    background: float


class _Candidate(msgspec.Struct, frozen=True):
    name: str


class _Clue(msgspec.Struct, frozen=True):
    """What may be told of a ticket; everything else is not even read."""

    kind: str
    source: str
    priority: int
    opened_at: str
    lon: float | None
    lat: float | None
    peak: _Peak | None = None
    candidates: tuple[_Candidate, ...] = ()


_clue = msgspec.json.Decoder(_Clue)

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("maps"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def build_wall(site: Site, feed: LiveFeed, settings: MapsSettings) -> APIRouter:
    """Return the page and what it asks for, both without a guard; no route at all where the setting is off."""
    router = APIRouter(include_in_schema=False)
    if not settings.wall:
        return router
    stand_in = secrets.token_hex(16)
    drawn = {language: _page(site, language, stand_in) for language in Language}
    kept: list[tuple[float, dict[str, object]]] = []

    @router.get("/wall")
    async def get_wall(lang: str = "zh") -> HTMLResponse:
        nonce = secrets.token_urlsafe(16)
        language = Language.EN if lang.lower().startswith("en") else Language.ZH
        headers = {**PAGE_HEADERS, "Content-Security-Policy": policy(nonce)}
        return HTMLResponse(drawn[language].replace(stand_in, nonce), headers=headers)

    @router.get(ADDRESS)
    async def get_figures() -> JSONResponse:
        now_s = time.monotonic()
        if not kept or now_s - kept[0][0] >= KEPT_S:
            kept[:] = [(now_s, told(feed, names=settings.wall_names))]
        return JSONResponse(kept[0][1], headers={"Cache-Control": "no-store"})

    return router


def told(feed: LiveFeed, *, names: bool = False) -> dict[str, object]:
    """Return what everybody may know of the zone now.

    Args:
        feed: The live feed.
        names: Whether the leading enterprise of a clue is named.
    """
    picture = feed.live.picture()
    clues = [clue for clue in map(_clue.decode, feed.board.texts()) if clue.source == "air" and clue.peak]
    latest = sorted(clues, key=lambda clue: clue.opened_at, reverse=True)[:LATEST]
    return {
        "clock": rfc3339(to_datetime(picture.clock_ms)) if picture.clock_ms else None,
        "unit": UNIT,
        "sensors": feed.live.counts(picture),
        "raised": int(_raised(picture).sum()),
        "open": len(clues),
        "background": _background(feed.live),
        "places": _places(feed.live, picture),
        "clues": [_shown(clue, names=names) for clue in latest],
    }


def _raised(picture: Picture) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    return np.isin(picture.code, (HOT, BREACH))


def _background(live: LiveZone) -> dict[str, float | None]:
    """Return the median of the sensors' backgrounds per pollutant. [µg/m³]"""
    columns = ((name, live.background[:, at]) for at, name in enumerate(POLLUTANTS))
    known = ((name, column[~np.isnan(column)]) for name, column in columns)
    return {name: round(float(np.median(column)), 1) if len(column) else None for name, column in known}


def _places(live: LiveZone, picture: Picture) -> list[list[object]]:
    """Return [longitude, latitude, kind, state] of each sensor that has a place; no ids."""
    raised, silent = _raised(picture), np.isin(picture.code, (STALE, OFFLINE))
    state = np.where(silent, "silent", np.where(raised, "raised", "quiet")).tolist()
    kind = np.where(live.is_vehicle, "vehicle", "station").tolist()
    lon, lat = np.round(picture.lon, DIGITS).tolist(), np.round(picture.lat, DIGITS).tolist()
    rows = zip(lon, lat, kind, state, strict=True)
    return [list(row) for row in rows if row[0] == row[0] and row[1] == row[1]]


def _shown(clue: _Clue, *, names: bool) -> dict[str, object]:
    shown: dict[str, object] = {
        "priority": clue.priority,
        "opened_at": clue.opened_at,
        "lon": clue.lon,
        "lat": clue.lat,
        "peak": msgspec.to_builtins(clue.peak),
    }
    return shown | ({"enterprise": clue.candidates[0].name} if names and clue.candidates else {})


def _page(site: Site, language: Language, nonce: str) -> str:
    table = wall_words(language)
    page = {
        "words": table,
        "lang": language.value,
        "timezone": site.timezone,
        "address": ADDRESS,
        "areas": [shape_of(place.geometry, DIGITS) for place in site.enterprises],
        "roads": [shape_of(road.geometry, DIGITS) for road in site.roads],
    }

    return _ENVIRONMENT.get_template("wall.html").render(
        lang=language.value,
        other="en" if language is Language.ZH else "zh",
        site_name=site.name,
        w=table,
        nonce=nonce,
        static=STATIC,
        page=embedded(page),
    )
