"""Routes of the satellite products: import one, list them, one with its values as a layer for the map."""

import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from alerts.api.access import Access
from alerts.api.problems import problem_responses
from alerts.api.requests import NO_NUL
from alerts.people.person import ALL_ROLES, Person, Role
from alerts.satellite.asked import Asked
from alerts.satellite.read import read_grid
from alerts.store.models import GridRow
from alerts.supervision.office import Office
from alerts.supervision.satellite import Kept, find_grid, keep_grid, list_grids, values_of, zone_box
from domain.problem import Problem
from domain.supervision.grids import Grid, GridRefused, Quantity
from domain.times import rfc3339, to_datetime

IMPORTERS = frozenset({Role.ANALYST, Role.CHIEF, Role.ADMIN})
"""Who may import products."""
LARGEST_BYTES = 200_000_000
"""A product is cut to the zone before it is sent, or imported on the command line. Design value."""
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class GridSaid(BaseModel):
    """What is said of a product beside its file."""

    model_config = ConfigDict(extra="forbid")

    product: str = Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")
    quantity: Quantity
    time: AwareDatetime | None = Field(None, description="When it was taken, where the file does not say.")
    unit: str = Field("", max_length=40, pattern=NO_NUL)
    variable: str | None = Field(None, max_length=100, pattern=NO_NUL, description="Of NetCDF, where it has several.")
    dry_run: bool = Field(default=False, description="Only say what is wrong, or would be kept.")


class KeptTold(BaseModel):
    """What became of a product; `tickets` are those whose advice it changes."""

    grid_id: str
    rows: int
    columns: int
    is_new: bool
    tickets: list[str]
    dry_run: bool = False


class GridTold(BaseModel):
    """One product, cut to the zone; `bounds` are west, south, east, north in degrees (WGS-84)."""

    grid_id: str
    product: str
    quantity: Quantity
    unit: str
    time: str
    bounds: tuple[float, float, float, float]
    rows: int
    columns: int


class GridList(BaseModel):
    """Products, the last taken first."""

    grids: list[GridTold]


class GridLayer(GridTold):
    """A product with its values, row by row from the north; null = no value."""

    values: list[list[float | None]]


def build_router(office: Office, access: Access) -> APIRouter:
    """Return the routes, without the prefix `/api/v1`."""
    router = APIRouter(prefix="/satellite", tags=["satellite"])
    reads: dict[str, Any] = {"dependencies": [Depends(access.needs(ALL_ROLES))]}
    _add_import(router, office, access)

    @router.get("", **reads, responses=problem_responses(422, 503), summary="List satellite products")
    def get_grids(limit: Annotated[int, Query(ge=1, le=500)] = 50) -> GridList:
        """Return products, the last taken first."""
        return GridList(grids=[GridTold.model_validate(grid_told(row)) for row in list_grids(office, limit)])

    @router.get("/{grid_id}", **reads, responses=problem_responses(404, 503), summary="One product as a layer")
    def get_grid(grid_id: str) -> GridLayer:
        """Return a product with its values."""
        row = find_grid(office, grid_id)
        return GridLayer.model_validate(grid_told(row) | {"values": values_of(row)})

    return router


def _add_import(router: APIRouter, office: Office, access: Access) -> None:
    importer = Depends(access.needs(IMPORTERS))

    @router.post(
        "",
        status_code=201,
        openapi_extra=BODY,
        responses=problem_responses(401, 403, 413, 422, 503),
        summary="Import a satellite product",
    )
    async def post_grid(
        request: Request,
        answer: Response,
        person: Annotated[Person, importer],
        said: Annotated[GridSaid, Query()],
    ) -> KeptTold:
        """Take a CSV grid (`lon,lat,value`), NetCDF or GeoTIFF as it is: 201 it is new, 200 it was known already."""
        asked = Asked(
            product=said.product,
            quantity=said.quantity,
            at=said.time,
            unit=said.unit,
            variable=said.variable,
            box=zone_box(office),
        )
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "product"
            await _save(request, file)
            grid = await run_in_threadpool(_read, file, asked)
        if said.dry_run:
            answer.status_code = 200
            return dry_told(grid)
        kept = await run_in_threadpool(keep_grid, office, grid, person.name)
        answer.status_code = 201 if kept.is_new else 200
        return kept_told(kept)


async def _save(request: Request, file: Path) -> None:
    size = 0
    with file.open("wb") as out:
        async for piece in request.stream():
            size += len(piece)
            if size > LARGEST_BYTES:
                detail = (
                    f"more than {LARGEST_BYTES // 1_000_000} MB; cut it to the zone, or use `wugan satellite import`"
                )
                raise Problem(413, "too_large", "File too large", detail)
            out.write(piece)
    if not size:
        raise Problem(422, "empty", "No file", "the body is empty; send the product's file as it is")


def _read(file: Path, asked: Asked) -> Grid:
    try:
        return read_grid(file, asked, "product")
    except GridRefused as refused:
        lines = str(refused).splitlines()
        raise Problem(422, "grid_refused", "Product not understood", " | ".join(lines), {"errors": lines}) from None
    except ImportError as missing:
        raise Problem(422, "library_missing", "This kind of file cannot be read here", str(missing)) from None


def dry_told(grid: Grid) -> KeptTold:
    """Return what would be kept."""
    rows, columns = grid.values.shape
    return KeptTold(grid_id="", rows=rows, columns=columns, is_new=True, tickets=[], dry_run=True)


def kept_told(kept: Kept) -> KeptTold:
    """Return what was kept."""
    return KeptTold(
        grid_id=kept.grid_id, rows=kept.rows, columns=kept.columns, is_new=kept.is_new, tickets=list(kept.tickets)
    )


def grid_told(row: GridRow) -> dict[str, Any]:
    """Return a product without its values."""
    return {
        "grid_id": row.grid_id,
        "product": row.product,
        "quantity": row.quantity,
        "unit": row.unit,
        "time": rfc3339(to_datetime(row.at_ms)),
        "bounds": (row.west, row.south, row.east, row.north),
        "rows": row.rows,
        "columns": row.columns,
    }
