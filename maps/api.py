"""The map's part of `/api/v1`: GeoJSON of the zone, a sensor's course, and the stream of events."""

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse

from domain.channels import UNIT
from domain.limits.tables import Averaging, limit_on
from domain.problem import Problem
from domain.series import Series
from domain.site import SensorKind, Site
from domain.times import rfc3339, to_datetime
from maps import features
from maps.admission import while_admitted
from maps.feed import LiveFeed
from maps.hour_index import HOUR_MS, hour_index
from maps.kept import Kept
from maps.now import add_now
from maps.past import Past
from maps.past_api import add_past, answered, refuse_unknown
from maps.ports import Guard, HistoryReader, Standings, dependencies
from maps.track_lines import track_lines

GEOJSON = "application/geo+json"
TRACKS_KEPT_S = 2.0
"""Tracks are made anew at most this often, however many desks ask. Design value. [s]"""

_STREAM_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


def now_ms() -> int:
    """Return the server's Unix time. [ms]"""
    return time.time_ns() // 1_000_000


def build_router(
    feed: LiveFeed,
    history: HistoryReader,
    site: Site,
    clock: Callable[[], int] = now_ms,
    guard: Guard | None = None,
    standings: Standings | None = None,
) -> APIRouter:
    """Return the routes under `/api/v1`; errors are raised as `Problem`.

    Args:
        feed: The live zone.
        history: What was measured and judged.
        site: The zone.
        clock: The server's time. [ms]
        guard: Lets requests in; None: all.
        standings: How enterprises stand today; None: only what the register says of them is told.
    """
    router = APIRouter(prefix="/api/v1", tags=["map"], dependencies=dependencies(guard))
    _add_features(router, feed, site, standings)
    add_now(router, feed.live)
    _add_history(router, feed, history, site, clock)
    add_past(router, Past(history, site), lambda: feed.live.judged_ms or clock())
    _add_events(router, feed, guard)
    return router


def _add_features(router: APIRouter, feed: LiveFeed, site: Site, standings: Standings | None) -> None:
    enterprises = features.enterprises(site)
    tracks = Kept(lambda: msgspec.json.encode(track_lines(site, feed.tracks, feed.live.clock_ms)), TRACKS_KEPT_S)

    @router.get("/sensors", summary="All sensors: latest values, flags, age, state (GeoJSON)")
    def get_sensors() -> Response:
        return Response(msgspec.json.encode(features.sensors(feed.live)), media_type=GEOJSON)

    @router.get("/enterprises", summary="Enterprises and construction sites, how they stand today (GeoJSON)")
    def get_enterprises() -> Response:
        told = features.standing(enterprises, _today(standings))
        return Response(msgspec.json.encode(told), media_type=GEOJSON)

    @router.get("/standings", summary="How enterprises stand today, by id: grade, cap, visits used and left")
    def get_standings() -> Response:
        return Response(msgspec.json.encode(_today(standings)), media_type="application/json")

    @router.get("/roads", summary="Road segments: the last hour's patrol values, state (GeoJSON)")
    def get_roads() -> Response:
        return Response(msgspec.json.encode(features.roads(site, feed.patrol)), media_type=GEOJSON)

    @router.get("/tracks", summary="Where vehicles drove in the last hour, hot where raised (GeoJSON)")
    def get_tracks() -> Response:
        return Response(tracks.get(), media_type=GEOJSON)


def _today(standings: Standings | None) -> Mapping[str, Mapping[str, object]]:
    """Return how enterprises stand; the map does without while the store is away."""
    try:
        return standings.today() if standings else {}
    except ConnectionError:
        return {}


def _add_history(
    router: APIRouter, feed: LiveFeed, history: HistoryReader, site: Site, clock: Callable[[], int]
) -> None:
    known = {sensor.sensor_id: sensor for sensor in site.sensors}

    @router.get(
        "/sensors/{sensor_id}/history",
        summary="One sensor's minutes with their background band, its air quality index of the hour",
    )
    def get_history(
        sensor_id: str,
        pollutant: str = "pm25",
        minutes: Annotated[int, Query(ge=1, le=7 * 24 * 60)] = 60,
    ) -> Response:
        if sensor_id not in known:
            raise Problem(404, "unknown_sensor", "Unknown sensor", f"{sensor_id!r} is not in sensors.csv of this site")
        refuse_unknown(pollutant)
        until_ms = (feed.live.clock_ms or clock()) + 1
        with answered():
            series = history.series(sensor_id, pollutant, until_ms - minutes * 60_000, until_ms)
            hour = history.judged_of(sensor_id, until_ms - HOUR_MS, until_ms)
        day = to_datetime(until_ms - 1).astimezone(ZoneInfo(site.timezone)).date()
        body = _course(series, sensor_id, pollutant) | _hourly_levels(site, pollutant, day)
        body["silent_s"] = feed.live.silent_s(sensor_id)
        body["calibrated_on"] = known[sensor_id].calibrated_on
        moves = known[sensor_id].kind is SensorKind.VEHICLE  # its hour is no place's hour
        body["air_quality"] = None if moves else hour_index(hour, day)
        return Response(msgspec.json.encode(body), media_type="application/json")


def _course(series: Series, sensor_id: str, pollutant: str) -> dict[str, Any]:
    return {
        "sensor_id": sensor_id,
        "pollutant": pollutant,
        "unit": UNIT,
        "time": [rfc3339(to_datetime(time_ms)) for time_ms in series.time_ms.tolist()],
        "value": series.value.round(2).tolist(),
        "background": series.background.round(2).tolist(),
        "upper": series.upper.round(2).tolist(),
    }


def _hourly_levels(site: Site, pollutant: str, day: date) -> dict[str, Any]:
    """Return what an hourly mean is held against: the law's limit (particulates have none), the site's own level."""
    law = limit_on(day, pollutant, Averaging.ONE_HOUR, site.limits_edition, site.limits_class)
    limit = law and {
        "value": law.value_ugm3,
        "kind": "one_hour",
        "standard": law.edition,
        "class": law.limits_class,
        "clause": law.clause,
    }
    return {"limit": limit, "warning_level": site.warning_ugm3.get(pollutant)}


def _add_events(router: APIRouter, feed: LiveFeed, guard: Guard | None) -> None:
    @router.get(
        "/events",
        summary="Live events: snapshot, sensor, ticket, heartbeat",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}, "description": "Never ends"}},
    )
    async def get_events(
        request: Request,
        last_event_id: Annotated[str | None, Header()] = None,
        resume: Annotated[str | None, Query(alias="last_event_id")] = None,
    ) -> EventSourceResponse:
        stream = feed.hub.listen(_event_id(last_event_id or resume))
        bounded = stream if guard is None else while_admitted(stream, guard, request)
        return EventSourceResponse(bounded, headers=_STREAM_HEADERS)


def _event_id(text: str | None) -> int | None:
    """Return an event id; one that we never gave (not a number) is none that we know: a snapshot follows."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else -1
