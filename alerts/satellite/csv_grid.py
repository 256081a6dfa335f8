"""`lon,lat,value` rows, the centres of cells in any order → a grid; cells without a row have no value."""

import csv
from collections.abc import Iterator
from math import isfinite
from pathlib import Path

import numpy as np

from alerts.satellite.asked import Asked, time_of
from alerts.satellite.edges import edges_of
from domain.supervision.grids import Grid, GridRefused

COLUMNS = ("lon", "lat", "value")
MOST_ROWS = 2_000_000
FAULTS_TOLD = 20
DIGITS = 6
"""Of a degree: centres that differ by less are the same."""
_LARGEST = {"lon": 180.0, "lat": 90.0}

Cell = tuple[float, float, float]


def read_csv(file: Path, asked: Asked) -> Grid:
    """Read a CSV grid.

    Raises:
        GridRefused: Rows are wrong (each is told), or the centres are not evenly spaced.
    """
    cells, faults = _cells(file)
    if faults:
        more = [f"and {len(faults) - FAULTS_TOLD} more rows"] if len(faults) > FAULTS_TOLD else []
        raise GridRefused("\n".join([*faults[:FAULTS_TOLD], *more]))
    lons, lats = (np.array(sorted({one[axis] for one in cells})) for axis in (0, 1))
    (west, east), (south, north) = edges_of(lons, "lon"), edges_of(lats, "lat")
    values = np.full((len(lats), len(lons)), np.nan, np.float32)
    told = np.array(cells)
    rows = len(lats) - 1 - np.searchsorted(lats, told[:, 1])
    values[rows, np.searchsorted(lons, told[:, 0])] = told[:, 2]
    return Grid(
        product=asked.product,
        quantity=asked.quantity,
        unit=asked.unit,
        at=time_of(asked, None),
        west=west,
        south=south,
        east=east,
        north=north,
        values=values,
    )


def _cells(file: Path) -> tuple[list[Cell], list[str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened)
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise GridRefused(f"row 1: no column {', '.join(missing)}; a CSV grid has the header lon,lat,value")
            return _read_rows(rows)
    except UnicodeDecodeError:
        raise GridRefused("neither NetCDF, GeoTIFF nor CSV in UTF-8; give one of these") from None
    except csv.Error as error:
        raise GridRefused(f"not CSV ({error}); give lon,lat,value rows, NetCDF or GeoTIFF") from None


def _read_rows(rows: "csv.DictReader[str]") -> tuple[list[Cell], list[str]]:
    cells, faults, seen = list[Cell](), list[str](), dict[tuple[float, float], int]()
    for number, row in enumerate(rows, 2):
        if number > MOST_ROWS:
            raise GridRefused(f"more than {MOST_ROWS} rows; cut the file to the zone first")
        wrong = list(_wrong(row))
        if wrong:
            faults.append(f"row {number}: {'; '.join(wrong)}")
            continue
        lon, lat = (round(float(row[name]), DIGITS) for name in ("lon", "lat"))
        first = seen.setdefault((lon, lat), number)
        if first != number:
            faults.append(f"row {number}: lon {lon}, lat {lat} stands in row {first} already; keep one")
            continue
        cells.append((lon, lat, float(row["value"]) if (row["value"] or "").strip() else float("nan")))
    return cells, faults


def _wrong(row: dict[str, str]) -> Iterator[str]:
    for name in COLUMNS:
        text = (row.get(name) or "").strip()
        if not text and name == "value":
            continue
        try:
            number = float(text)
        except ValueError:
            yield f"{name} is {text[:30]!r}; write a number"
            continue
        if not isfinite(number):
            yield f"{name} is {text!r}; leave a missing value empty"
        elif abs(number) > _LARGEST.get(name, float("inf")):
            yield f"{name} is {text}; write degrees, WGS-84"
