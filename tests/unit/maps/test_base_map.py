"""The base map out of a PMTiles archive: every tile of it and none besides; what can't be shown is refused by name."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI
from pmtiles.tile import Compression, TileType, tileid_to_zxy
from pmtiles.writer import write

from alerts.api import install_problem_handlers
from app.base_map import base_map_of, laid_under
from app.settings import SettingsRefused, load_settings
from maps.base_map import BaseMap, BaseMapRefused
from maps.folium_page import render_map
from maps.settings import MapsSettings
from maps.tiles import build_tiles
from tests.builders_maps import Client, a_zone
from tests.builders_tiles import NO_PLACES, a_picture, an_archive

SITE = a_zone(20, 2, 12)
WHOLE = [(zoom, x, y) for zoom in (2, 3) for x in range(1 << zoom) for y in range(1 << zoom)]


def colour_of(place: tuple[int, int, int]) -> str:
    zoom, x, y = place
    return f"#{zoom:02x}{16 * x:02x}{16 * y:02x}"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return an_archive(
        tmp_path / "zone.pmtiles",
        [place for place in WHOLE if place != (3, 7, 7)],
        colour_of,
        metadata={"attribution": '<a href="https://x.example">&copy; 测绘</a> <script>1</script>'},
        bounds=(116.4, 39.7, 116.6, 39.9),
    )


@pytest.fixture
def opened(archive: Path):
    base_map = BaseMap(archive)
    yield base_map
    base_map.close()


def served(base_map: BaseMap) -> Client:
    app = FastAPI()
    install_problem_handlers(app)
    app.include_router(build_tiles(base_map))
    return Client(app)


def test_every_tile_is_given_as_it_was_written_to_many_at_once(opened: BaseMap):
    wanted = [place for place in WHOLE if place != (3, 7, 7)] * 5
    with ThreadPoolExecutor(16) as threads:
        given = list(threads.map(lambda place: opened.tile(*place), wanted))

    assert given == [a_picture(colour_of(place)) for place in wanted]


@pytest.mark.parametrize("place", [(3, 7, 7), (1, 0, 0), (4, 0, 0), (3, 8, 0), (3, 0, 8), (2, -1, 0)])
def test_what_the_archive_does_not_hold_is_none(opened: BaseMap, place: tuple[int, int, int]):
    assert opened.tile(*place) is None


def test_an_archive_with_leaf_directories_is_read_too(tmp_path: Path):
    ids = np.flatnonzero(np.random.default_rng(1).random(200_000) < 0.2).tolist()
    with write(str(tmp_path / "large.pmtiles")) as archive:
        for tile_id in ids:
            archive.write_tile(tile_id, str(tile_id).encode())
        archive.finalize({"tile_type": TileType.WEBP, "tile_compression": Compression.NONE, **NO_PLACES}, {})
    base_map = BaseMap(tmp_path / "large.pmtiles")

    asked = range(0, 200_000, 501)
    given = {tile_id: base_map.tile(*tileid_to_zxy(tile_id)) for tile_id in asked}
    assert given == {tile_id: str(tile_id).encode() if tile_id in set(ids) else None for tile_id in asked}


def test_a_tile_is_kept_by_the_browser_until_the_archive_changes(opened: BaseMap):
    desk = served(opened)
    answer = desk.get("/tiles/3/1/2")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content == a_picture(colour_of((3, 1, 2)))
    assert answer.headers["cache-control"] == "private, max-age=604800"
    again = desk.get("/tiles/3/1/2", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert desk.get("/tiles/3/1/3", headers={"If-None-Match": answer.headers["etag"]}).status_code == 200


@pytest.mark.parametrize(("path", "status"), [("3/7/7", 204), ("9/1/1", 204), ("99/1/1", 422), ("3/a/1", 422)])
def test_a_missing_tile_is_no_error_and_a_wrong_address_is(opened: BaseMap, path: str, status: int):
    assert served(opened).get(f"/tiles/{path}").status_code == status


def test_without_an_archive_there_is_no_route():
    assert build_tiles(None).routes == []


def test_the_layer_knows_the_archives_zooms_and_its_licence_as_text(opened: BaseMap):
    script = render_map(SITE, laid_under(MapsSettings(), opened)).script

    assert f"/tiles/{{z}}/{{x}}/{{y}}?v={opened.version}" in script
    assert '"minNativeZoom": 2' in script
    assert '"maxNativeZoom": 3' in script
    assert "116.4" in script
    assert opened.attribution == "© 测绘 1"
    assert json.dumps(opened.attribution) in script
    assert "<script" not in script
    assert "x.example" not in script


def test_a_configured_licence_line_wins(opened: BaseMap):
    own = laid_under(MapsSettings(base_map_attribution="审图号 GS(2026)1"), opened)

    assert own.base_map_attribution == "审图号 GS(2026)1"


def test_tiles_of_another_datum_are_moved_and_those_of_ours_stay():
    address = "/t/{z}/{x}/{y}"
    scripts = {
        crs: render_map(SITE, MapsSettings(base_map_url=address, base_map_crs=crs)).script
        for crs in ("wgs84", "cgcs2000", "gcj02")
    }

    assert scripts["wgs84"] == scripts["cgcs2000"]
    assert "_getTiledPixelBounds" not in scripts["wgs84"]
    assert "_getTiledPixelBounds" in scripts["gcj02"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"kind": TileType.MVT}, "vector tiles"),
        ({"kind": TileType.AVIF}, "avif"),
        ({"packed": Compression.BROTLI}, "brotli"),
    ],
)
def test_an_archive_that_cannot_be_drawn_is_refused_in_one_line_that_tells_how_to_mend_it(tmp_path, more, told):
    with pytest.raises(BaseMapRefused) as refused:
        BaseMap(an_archive(tmp_path / "x.pmtiles", WHOLE, **more))

    assert told in str(refused.value)
    assert ";" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"PMTiles", b"\xff" * 200, b"PMTiles\x02" + bytes(200)])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / "x.pmtiles").write_bytes(content)

    with pytest.raises(BaseMapRefused, match="PMTiles"):
        BaseMap(tmp_path / "x.pmtiles")


def test_an_archive_cut_short_is_a_fault_of_that_tile_alone(archive: Path):
    archive.write_bytes(archive.read_bytes()[:-200])
    base_map = BaseMap(archive)
    answers = {place: served(base_map).get("/tiles/{}/{}/{}".format(*place)) for place in WHOLE}
    damaged = [answer for answer in answers.values() if answer.status_code == 500]

    assert 0 < len(damaged) < 4
    assert "copy the archive anew" in damaged[0].json()["detail"]
    assert str(archive.parent) not in damaged[0].text
    assert answers[2, 0, 0].status_code == 200


def test_all_faults_of_the_base_map_are_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    file = an_archive(tmp_path / "v.pmtiles", WHOLE, kind=TileType.MVT, packed=Compression.GZIP)
    settings = load_settings(base_map_file=file, base_map_url="https://t.example/{z}/{x}/{y}")
    with pytest.raises(SettingsRefused) as refused:
        base_map_of(settings)

    lines = str(refused.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["WUGAN_BASE_MAP_URL", "WUGAN_BASE_MAP_FILE"]
    assert "raster" in lines[1]


def test_an_unknown_datum_is_refused_with_those_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsRefused, match=r"WUGAN_BASE_MAP_CRS: .*wgs84.*gcj02.*bd09"):
        load_settings(base_map_crs="bd09")
