"""A NetCDF file → a grid, through xarray; only the cells of the zone are read."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import xarray as xr

from alerts.satellite.asked import HUGE_CELLS, Asked, Box, time_of
from alerts.satellite.edges import edges_of, westward
from domain.supervision.grids import Grid, GridRefused

_LONS, _LATS = ("lon", "longitude", "x"), ("lat", "latitude", "y")
_TIMES = ("time_coverage_start", "time_coverage_end", "date", "time")
_PLANE = 2


def read_netcdf(file: Path, asked: Asked, engine: str) -> Grid:
    """Read one variable of latitude and longitude.

    Raises:
        GridRefused: The file is broken, or holds no such variable, or several and none was named.
    """
    try:
        with xr.open_dataset(file, engine=engine, decode_timedelta=False) as data:
            return _grid(data, asked)
    except GridRefused:
        raise
    except (OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError) as error:
        raise GridRefused(f"not readable as NetCDF ({' '.join(str(error).split())[:200]}); get it again") from None


def _grid(data: xr.Dataset, asked: Asked) -> Grid:
    variable = data[_variable(data, asked.variable)]
    lon_name, lat_name = _axis(variable, _LONS), _axis(variable, _LATS)
    variable, at = _one_time(variable, data, asked)
    if variable.size > HUGE_CELLS:
        raise GridRefused(f"{variable.size} cells are too many; cut the file to the zone first")
    variable = variable.transpose(lat_name, lon_name)
    lons, order = westward(np.asarray(variable[lon_name].values, np.float64))
    lats = np.asarray(variable[lat_name].values, np.float64)
    if asked.box is not None:
        variable, lons, lats = _near(variable.isel({lon_name: order}), (lons, lats), asked.box, (lon_name, lat_name))
    else:
        variable = variable.isel({lon_name: order})
    south_first = lats[0] < lats[-1]
    (west, east), (south, north) = edges_of(lons, lon_name), edges_of(np.sort(lats), lat_name)
    values = np.asarray(variable.values, np.float32)
    return Grid(
        product=asked.product,
        quantity=asked.quantity,
        unit=asked.unit or str(variable.attrs.get("units", "")),
        at=at,
        west=west,
        south=south,
        east=east,
        north=north,
        values=values[::-1] if south_first else values,
    )


def _variable(data: xr.Dataset, named: str | None) -> str:
    fitting = [str(name) for name, one in data.data_vars.items() if _has_axes(one)]
    if named is not None:
        if named in fitting:
            return named
        raise GridRefused(f"no variable {named!r} of latitude and longitude; it has {', '.join(fitting) or 'none'}")
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise GridRefused(f"{len(fitting)} variables ({', '.join(fitting[:8])}); name one with --variable")
    raise GridRefused("no variable of latitude and longitude (1-D axes lat, lon); grid the product to level 3 first")


def _has_axes(one: xr.DataArray) -> bool:
    dims = {str(name).lower() for name in one.dims}
    return bool(dims & set(_LONS)) and bool(dims & set(_LATS)) and one.dtype.kind in "fiu"


def _axis(variable: xr.DataArray, names: tuple[str, ...]) -> str:
    name = next(str(one) for one in variable.dims if str(one).lower() in names)
    if name not in variable.coords:
        raise GridRefused(f"the axis {name} has no coordinates; write longitudes and latitudes into the file")
    return name


def _one_time(variable: xr.DataArray, data: xr.Dataset, asked: Asked) -> tuple[xr.DataArray, datetime]:
    told = None
    for name in [one for one in variable.dims if str(one).lower() not in (*_LONS, *_LATS)]:
        if variable.sizes[name] != 1:
            raise GridRefused(f"axis {name} has {variable.sizes[name]} values; cut the file to one")
        variable = variable.isel({name: 0})
    if "time" in variable.coords:
        told = _moment(variable.coords["time"].values)
    for name in _TIMES:
        told = told or _moment(data.attrs.get(name))
    return variable, time_of(asked, told)


def _moment(told: object) -> datetime | None:
    """Return a time of a coordinate or an attribute; one without a zone is UTC, as in CF."""
    if isinstance(told, np.ndarray):
        if told.dtype.kind != "M" or told.size != 1 or np.isnat(told).any():
            return None
        return datetime.fromtimestamp(int(told.astype("datetime64[ms]").astype(np.int64).item()) / 1000, UTC)
    try:
        at = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


Axes = tuple[np.ndarray, np.ndarray]


def _near(
    variable: xr.DataArray, axes: Axes, box: Box, names: tuple[str, str]
) -> tuple[xr.DataArray, np.ndarray, np.ndarray]:
    """Return the cells about a box, two more on each side, so that edges can be told."""
    west, south, east, north = box
    found = []
    for values, least, most in ((axes[0], west, east), (axes[1], south, north)):
        step = float(np.abs(np.diff(values)).max()) if len(values) > 1 else 0.0
        inside = np.flatnonzero((values >= least - 2 * step) & (values <= most + 2 * step))
        if not len(inside):
            told = f"{values.min():.2f} to {values.max():.2f}"
            raise GridRefused(f"the grid ({told}) does not touch this zone; give one that covers it")
        found.append(slice(int(inside[0]), int(inside[-1]) + 1))
    return variable.isel(dict(zip(names, found, strict=True))), axes[0][found[0]], axes[1][found[1]]
