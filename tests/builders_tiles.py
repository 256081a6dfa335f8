"""PMTiles archives written by the format's own library: tiles of one colour each."""

import io
import math
from collections.abc import Callable, Iterable
from pathlib import Path

from PIL import Image
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import write

Tile = tuple[int, int, int]
NO_PLACES = dict.fromkeys(
    ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7", "center_zoom", "center_lon_e7", "center_lat_e7"), 0
)


def tile_of(zoom: int, lon: float, lat: float) -> Tile:
    """Return the tile that holds a place, web Mercator."""
    size, radians = 1 << zoom, math.radians(lat)
    return zoom, int((lon + 180) / 360 * size), int((1 - math.asinh(math.tan(radians)) / math.pi) / 2 * size)


def around(zoom: int, lon: float, lat: float, reach: int = 3) -> list[Tile]:
    """Return the tiles around a place."""
    _, x, y = tile_of(zoom, lon, lat)
    return [(zoom, x + dx, y + dy) for dx in range(-reach, reach + 1) for dy in range(-reach, reach + 1)]


def an_archive(
    path: Path,
    tiles: Iterable[Tile],
    colour: Callable[[Tile], str] = lambda _: "#ddd",
    *,
    kind: TileType = TileType.PNG,
    packed: Compression = Compression.NONE,
    metadata: dict[str, object] | None = None,
    bounds: tuple[float, float, float, float] = (0, 0, 0, 0),
) -> Path:
    """Write an archive."""
    west, south, east, north = (round(10_000_000 * degrees) for degrees in bounds)
    places = NO_PLACES | {"min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north}
    with write(str(path)) as archive:
        for place in sorted(tiles, key=lambda one: zxy_to_tileid(*one)):
            archive.write_tile(zxy_to_tileid(*place), a_picture(colour(place)))
        archive.finalize({"tile_type": kind, "tile_compression": packed, **places}, metadata or {})
    return path


def a_picture(colour: str) -> bytes:
    """Return a PNG of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (256, 256), colour).save(file, "PNG")
    return file.getvalue()
