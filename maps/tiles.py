"""`GET /tiles/{z}/{x}/{y}`: an archive's tiles over HTTP, kept by the browser."""

from typing import Annotated

from fastapi import APIRouter, Header, Path
from fastapi.responses import Response

from domain.problem import Problem
from maps.base_map import BaseMap, BaseMapRefused
from maps.ports import Guard, dependencies

ADDRESS = "/tiles/{z}/{x}/{y}"
KEPT_S = 7 * 86_400
"""A browser keeps a tile for so long; the address changes with the archive. Design value. [s]"""
_MOST_ZOOM = 30

Place = Annotated[int, Path(ge=0, lt=1 << _MOST_ZOOM)]


def build_tiles(base_map: BaseMap | None, guard: Guard | None = None) -> APIRouter:
    """Return the route; none at all where there is no archive."""
    router = APIRouter(include_in_schema=False, dependencies=dependencies(guard))
    if base_map is None:
        return router

    @router.get(ADDRESS)
    def get_tile(
        z: Annotated[int, Path(ge=0, le=_MOST_ZOOM)],
        x: Place,
        y: Place,
        if_none_match: Annotated[str, Header(max_length=200)] = "",
    ) -> Response:
        headers = {"Cache-Control": f"private, max-age={KEPT_S}", "ETag": f'"{base_map.version}-{z}-{x}-{y}"'}
        if headers["ETag"] in if_none_match:
            return Response(status_code=304, headers=headers)
        try:
            tile = base_map.tile(z, x, y)
        except BaseMapRefused as error:
            raise Problem(
                500, "base_map_damaged", "Base map is damaged", f"tile {z}/{x}/{y} can't be read; copy the archive anew"
            ) from error
        if tile is None:
            return Response(status_code=204, headers=headers)  # a browser calls 404 an error, once a tile
        return Response(tile, media_type=base_map.media_type, headers={**headers, "X-Content-Type-Options": "nosniff"})

    return router


def address_of(base_map: BaseMap) -> str:
    """Return the tiles' address as a template of Leaflet's; it names the archive's version."""
    return f"{ADDRESS}?v={base_map.version}"
