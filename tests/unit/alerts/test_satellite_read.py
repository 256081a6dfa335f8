"""Files of satellite products: CSV, NetCDF and GeoTIFF give the same grid; what is wrong is told with its row."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from alerts.satellite.asked import Asked
from alerts.satellite.read import read_grid
from domain.supervision.grids import Grid, GridRefused, Quantity

pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")  # of rasterio itself

AT = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
ASKED = Asked(product="TROPOMI", quantity=Quantity.NO2, at=AT, unit="µmol/m²")
LONS, LATS = np.array([116.4, 116.45, 116.5, 116.55]), np.array([39.7, 39.75, 39.8])
VALUES = np.array([[1, 2, 3, 4], [5, 6, np.nan, 8], [9, 10, 11, 12]], np.float32)
"""The first row in the south."""


def as_csv(file: Path) -> Path:
    cells = [(lon, lat, VALUES[row, column]) for row, lat in enumerate(LATS) for column, lon in enumerate(LONS)]
    rows = [f"{lon},{lat},{'' if np.isnan(value) else value}" for lon, lat, value in cells]
    file.write_text("\n".join(["lon,lat,value", *rows[::-1]]) + "\n")
    return file


def as_netcdf(file: Path, engine: str, *, turn: bool = False, **more: object) -> Path:
    xr = pytest.importorskip("xarray")
    pytest.importorskip("h5netcdf")
    lons = LONS + 360 if turn else LONS
    values = (("time", "lat", "lon"), VALUES[None], {"units": "mol/m2"})
    data = xr.Dataset(
        {"no2": values, **more},
        coords={"time": [np.datetime64("2026-03-02T05:30:00", "ns")], "lat": LATS, "lon": lons},
    )
    data.to_netcdf(file, engine=engine)
    return file


def as_geotiff(file: Path, crs: str | None = "EPSG:4326") -> Path:
    rasterio = pytest.importorskip("rasterio")
    shape = {"height": 3, "width": 4, "count": 1, "dtype": "float32", "nodata": -999.0}
    place = rasterio.transform.from_bounds(116.375, 39.675, 116.575, 39.825, 4, 3)
    with rasterio.open(file, "w", driver="GTiff", crs=crs, transform=place, **shape) as out:
        out.write(np.nan_to_num(VALUES[::-1], nan=-999.0), 1)
        out.update_tags(TIFFTAG_DATETIME="2026:03:02 05:30:00")
    return file


def check(grid: Grid) -> None:
    assert (grid.west, grid.east, grid.south, grid.north) == pytest.approx((116.375, 116.575, 39.675, 39.825))
    np.testing.assert_array_equal(grid.values, VALUES[::-1])
    assert grid.at == AT
    assert grid.product == "TROPOMI"


def test_csv_in_any_order_of_rows(tmp_path: Path) -> None:
    check(read_grid(as_csv(tmp_path / "a.csv"), ASKED))


@pytest.mark.parametrize("engine", ["h5netcdf", "scipy"])
@pytest.mark.parametrize("turn", [False, True])
def test_netcdf_of_both_kinds_and_of_longitudes_to_360(tmp_path: Path, engine: str, turn) -> None:
    grid = read_grid(as_netcdf(tmp_path / "a.nc", engine, turn=turn), replace(ASKED, at=None, unit=""))
    check(grid)
    assert grid.unit == "mol/m2"


def test_geotiff_with_its_own_time(tmp_path: Path) -> None:
    check(read_grid(as_geotiff(tmp_path / "a.tif"), replace(ASKED, at=None)))


def test_a_product_is_cut_to_the_zone_whatever_it_is(tmp_path: Path) -> None:
    asked = replace(ASKED, box=(116.43, 39.73, 116.51, 39.8))
    files = [
        as_csv(tmp_path / "a.csv"),
        as_netcdf(tmp_path / "a.nc", "h5netcdf"),
        as_geotiff(tmp_path / "a.tif"),
    ]
    for file in files:
        grid = read_grid(file, asked)
        assert grid.values.shape == (2, 2), file.name
        assert grid.values[1, 0] == 6
        assert (grid.west, grid.north) == pytest.approx((116.425, 39.825))
        with pytest.raises(GridRefused, match="does not touch this zone"):
            read_grid(file, replace(asked, box=(10.0, 10.0, 11.0, 11.0)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,2\n", "a.csv: row 1: no column lon, lat, value"),
        ("lon,lat,value\nx,39,1\n", "a.csv: row 2: lon is 'x'; write a number"),
        ("lon,lat,value\n116,139,1\n", "lat is 139; write degrees"),
        ("lon,lat,value\n116,39,inf\n", "value is 'inf'; leave a missing value empty"),
        ("lon,lat,value\n116,39,1\n116,39,2\n", "row 3: lon 116.0, lat 39.0 stands in row 2 already"),
        ("lon,lat,value\n116,39,1\n", "lon has 1 value"),
        ("lon,lat,value\n" + "".join(f"{x},{y},1\n" for x in (1, 2, 5) for y in (1, 2)), "lon is not evenly spaced"),
        ("lon,lat,value\n" + "".join(f"{x},{y},\n" for x in (1, 2) for y in (1, 2)), "no cell over this zone"),
    ],
)
def test_a_wrong_csv_is_told_with_its_row(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text)
    with pytest.raises(GridRefused) as refused:
        read_grid(file, ASKED)
    assert told in str(refused.value)


def test_every_wrong_row_is_told_up_to_a_number(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("lon,lat,value\n" + "x,39,1\n" * 30)
    with pytest.raises(GridRefused) as refused:
        read_grid(file, ASKED)
    lines = str(refused.value).splitlines()
    assert (len(lines), lines[-1]) == (21, "a.csv: and 10 more rows")


@pytest.mark.parametrize("magic", [b"\x89HDF\r\n\x1a\n junk", b"CDF\x01 junk", b"II*\x00 junk", b"\xff\xfe\x00junk"])
def test_a_broken_file_is_one_line(tmp_path: Path, magic: bytes) -> None:
    for library in ("xarray", "h5netcdf", "rasterio"):
        pytest.importorskip(library)
    file = tmp_path / "product"
    file.write_bytes(magic)
    with pytest.raises(GridRefused) as refused:
        read_grid(file, ASKED)
    assert len(str(refused.value).splitlines()) == 1


def test_which_variable_must_be_said_where_there_are_several(tmp_path: Path) -> None:
    file = as_netcdf(tmp_path / "a.nc", "h5netcdf", qa=(("lat", "lon"), VALUES))
    with pytest.raises(GridRefused, match=r"2 variables \(no2, qa\); name one with --variable"):
        read_grid(file, ASKED)
    with pytest.raises(GridRefused, match="no variable 'x'"):
        read_grid(file, replace(ASKED, variable="x"))
    check(read_grid(file, replace(ASKED, variable="no2")))


def test_a_time_must_come_from_somewhere(tmp_path: Path) -> None:
    with pytest.raises(GridRefused, match="does not say when"):
        read_grid(as_csv(tmp_path / "a.csv"), replace(ASKED, at=None))


def test_a_geotiff_must_say_where_it_is(tmp_path: Path) -> None:
    with pytest.raises(GridRefused, match="does not say where it is"):
        read_grid(as_geotiff(tmp_path / "a.tif", None), ASKED)


@pytest.mark.parametrize(
    ("library", "magic"), [("xarray", b"CDF\x01"), ("h5netcdf", b"\x89HDF"), ("rasterio", b"II*\x00")]
)
def test_without_the_extra_it_is_said_how_to_install_it(
    monkeypatch, tmp_path: Path, library: str, magic: bytes
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    file = tmp_path / "product"
    file.write_bytes(magic)
    with pytest.raises(ImportError, match=r"pip install 'wugan\[satellite\]'"):
        read_grid(file, ASKED)
