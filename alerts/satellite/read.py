"""A satellite product's file (CSV grid, NetCDF, GeoTIFF) → a grid of the zone, or every fault in it."""

from pathlib import Path
from types import ModuleType

import numpy as np

from alerts.satellite.asked import Asked
from alerts.satellite.csv_grid import read_csv
from domain.supervision.grids import MOST_CELLS, Grid, GridRefused, cut

_NETCDF3, _HDF5 = b"CDF", b"\x89HDF"
_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")


def read_grid(file: Path, asked: Asked, name: str | None = None) -> Grid:
    """Read a file; `name` is what its faults call it.

    Raises:
        GridRefused: One line for each fault, with how to mend it.
        OSError: The file can't be read.
        ImportError: A library for this kind of file is not installed; says how to.
    """
    called = name or file.name
    with file.open("rb") as opened:
        magic = opened.read(4)
    try:
        grid = _read(file, asked, magic)
        grid = grid if asked.box is None else cut(grid, *asked.box)
        _check(grid)
    except GridRefused as refused:
        raise GridRefused("\n".join(f"{called}: {line}" for line in str(refused).splitlines())) from None
    return grid


def _read(file: Path, asked: Asked, magic: bytes) -> Grid:
    if magic.startswith((_NETCDF3, _HDF5)):
        _needs("xarray", "NetCDF")
        if magic.startswith(_HDF5):
            _needs("h5netcdf", "NetCDF")
        from alerts.satellite.netcdf import read_netcdf

        return read_netcdf(file, asked, "h5netcdf" if magic.startswith(_HDF5) else "scipy")
    if magic.startswith(_TIFF):
        _needs("rasterio", "GeoTIFF")
        from alerts.satellite.geotiff import read_geotiff

        return read_geotiff(file, asked)
    return read_csv(file, asked)


def _needs(library: str, kind: str) -> ModuleType:
    from importlib import import_module

    try:
        return import_module(library)
    except ImportError:
        mend = "install the extra: pip install 'wugan[satellite]'; or convert the file to CSV (lon,lat,value)"
        raise ImportError(f"{kind} needs {library}, which is not installed; {mend}") from None


def _check(grid: Grid) -> None:
    if grid.values.size > MOST_CELLS:
        raise GridRefused(f"{grid.values.size} cells are more than {MOST_CELLS}; cut the file to the zone first")
    if not np.isfinite(grid.values).any():
        raise GridRefused("no cell over this zone has a value; give a product without clouds there")
    if np.isinf(grid.values).any():
        raise GridRefused("a value is infinite; write missing values as empty, or as the file's fill value")
