"""A GeoTIFF → a grid, through rasterio; another projection is turned to WGS-84 (nearest cell)."""

from datetime import UTC, datetime
from math import ceil, floor
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window, from_bounds

from alerts.satellite.asked import HUGE_CELLS, Asked, time_of
from domain.supervision.grids import Grid, GridRefused

_WGS_84 = "EPSG:4326"


def read_geotiff(file: Path, asked: Asked) -> Grid:
    """Read the first band.

    Raises:
        GridRefused: The file is broken, or does not say where it is.
    """
    try:
        with rasterio.open(file, driver="GTiff") as data:
            _check_place(data.crs)
            at = time_of(asked, _moment(data.tags().get("TIFFTAG_DATETIME")))
            unit = asked.unit or (data.units[0] or "")
            with WarpedVRT(data, crs=_WGS_84, resampling=Resampling.nearest) as turned:
                return _grid(turned, asked, at, unit)
    except GridRefused:
        raise
    except (RasterioError, ValueError, OSError) as error:
        raise GridRefused(f"not readable as GeoTIFF ({' '.join(str(error).split())[:200]}); get it again") from None


def _grid(data: WarpedVRT, asked: Asked, at: datetime, unit: str) -> Grid:
    whole = Window(0, 0, data.width, data.height)
    window = whole
    if asked.box is not None:
        wanted = _whole_cells(from_bounds(*asked.box, transform=data.transform))
        if not _touches(wanted, whole):
            raise GridRefused("it does not touch this zone; give one that covers it")
        window = wanted.intersection(whole)
    if window.width * window.height > HUGE_CELLS:
        raise GridRefused("it has too many cells; cut it to the zone first")
    values = data.read(1, window=window, masked=True)
    values = np.ma.filled(values.astype(np.float32), np.nan) * data.scales[0] + data.offsets[0]
    west, south, east, north = data.window_bounds(window)
    return Grid(
        product=asked.product,
        quantity=asked.quantity,
        unit=unit,
        at=at,
        west=west,
        south=south,
        east=east,
        north=north,
        values=np.asarray(values, np.float32),
    )


def _check_place(crs: object) -> None:
    if crs is None:
        mend = "give it a projection, as gdal_translate -a_srs EPSG:4326"
        raise GridRefused(f"it does not say where it is; {mend}")


def _whole_cells(part: Window) -> Window:
    """Return the window of all cells that a part of them touches; a hair beyond an edge is the edge."""
    hair = 1e-6
    left, top = floor(part.col_off + hair), floor(part.row_off + hair)
    right, bottom = ceil(part.col_off + part.width - hair), ceil(part.row_off + part.height - hair)
    return Window(left, top, right - left, bottom - top)


def _touches(wanted: Window, whole: Window) -> bool:
    return bool(
        wanted.col_off < whole.width
        and wanted.row_off < whole.height
        and wanted.col_off + wanted.width > 0
        and wanted.row_off + wanted.height > 0
    )


def _moment(told: str | None) -> datetime | None:
    try:
        return datetime.strptime(told or "", "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
