"""Route of what a sensor's neighbours say: who rose with it, how well they agree, humidity and flags there and then."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from domain.channels import POLLUTANTS
from domain.problem import Problem
from domain.site import Site
from domain.times import to_ms
from maps.api import now_ms
from maps.live import LiveZone
from maps.neighbours import Beside, Neighbours
from maps.ports import Guard, PaneHistory, dependencies


def build_router(
    live: LiveZone, history: PaneHistory, site: Site, clock: Callable[[], int] = now_ms, guard: Guard | None = None
) -> APIRouter:
    """Return the route under `/api/v1`; its blocking calls run in threads."""
    router = APIRouter(prefix="/api/v1", tags=["map"], dependencies=dependencies(guard))
    neighbours = Neighbours(site, history, clock)

    @router.get(
        "/sensors/{sensor_id}/neighbours",
        summary="What a sensor's neighbours say at a moment: who rose, how well they agree; humidity, flags",
    )
    def get_neighbours(
        sensor_id: str,
        pollutant: str = "pm25",
        at: Annotated[AwareDatetime | None, Query(description="RFC 3339 with offset; none: the zone clock.")] = None,
    ) -> Beside:
        if sensor_id not in site.sensor_ids:
            raise Problem(404, "unknown_sensor", "Unknown sensor", f"{sensor_id!r} is not in sensors.csv of this site")
        if pollutant not in POLLUTANTS:
            told = f"{pollutant!r} is not supervised; use one of {', '.join(POLLUTANTS)}"
            raise Problem(422, "unknown_pollutant", "Unknown pollutant", told, {"allowed": list(POLLUTANTS)})
        at_ms = to_ms(at) if at is not None else live.clock_ms or clock()
        try:
            return neighbours.beside(sensor_id, POLLUTANTS.index(pollutant), at_ms)
        except ConnectionError as error:
            raise Problem(503, "history_away", "History does not answer", str(error)) from error

    return router
