"""A satellite product's file into the store that the settings name, and the products that are there."""

from dataclasses import replace
from pathlib import Path

from alerts.api.satellite import GridTold, KeptTold, dry_told, grid_told, kept_told
from alerts.satellite.asked import Asked
from alerts.satellite.read import read_grid
from alerts.supervision.satellite import keep_grid, list_grids, zone_box
from app.offices import office_here


def import_grid(file: Path, asked: Asked, *, dry_run: bool) -> KeptTold:
    """Keep a product, cut to the zone; with `dry_run` only read it.

    Raises:
        ValueError: The file is no grid of this zone (each fault in a line), or settings are wrong.
        ImportError: A library for this kind of file is not installed.
        OSError: The file can't be read.
    """
    with office_here() as here:
        grid = read_grid(file, replace(asked, box=zone_box(here.office)))
        return dry_told(grid) if dry_run else kept_told(keep_grid(here.office, grid, here.who))


def some_grids(limit: int) -> list[GridTold]:
    """Return products, the last taken first."""
    with office_here() as here:
        return [GridTold.model_validate(grid_told(row)) for row in list_grids(here.office, limit)]
