"""A PMTiles archive of raster tiles on this machine → tiles by zoom, column and row; what can't be shown is refused.

The format is PMTiles 3 (github.com/protomaps/PMTiles, spec/v3). The file is read by offset, not mapped: threads share
it without a lock, and a file that is cut short under us is a fault and not the end of the process.
"""

import gzip
import html
import json
import os
import re
import zlib
from functools import lru_cache
from pathlib import Path

from pmtiles.tile import (
    Compression,
    Entry,
    HeaderDict,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

MEDIA_TYPES = {TileType.PNG: "image/png", TileType.JPEG: "image/jpeg", TileType.WEBP: "image/webp"}
_HEADER_BYTES = 127
_MOST_DEPTH = 4  # of directories, as the specification has it
_KEPT_DIRECTORIES = 64
_DEGREE_E7 = 10_000_000
_MARKUP = re.compile(r"<[^>]*>")
_RASTER = "make it from raster tiles, such as PNG, WebP or JPEG, or leave the setting empty"
BROKEN = (OSError, EOFError, ValueError, IndexError, KeyError, UnicodeDecodeError, zlib.error)
"""What reading a damaged archive raises; `gzip.BadGzipFile` and `json.JSONDecodeError` are among them."""


class BaseMapRefused(ValueError):
    """An archive can't be the base map; the message has one line a fault, each with its remedy."""


class BaseMap:
    """An open archive; any thread may ask it."""

    def __init__(self, path: Path) -> None:
        """Open an archive.

        Raises:
            BaseMapRefused: It can't be read, or holds what can't be shown; every fault is listed.
        """
        self._path = path
        try:
            self._file = os.open(path, os.O_RDONLY)
            told = os.fstat(self._file)
        except OSError as error:
            raise BaseMapRefused(f"{path} can't be read ({error.strerror}); mend the path or its rights") from error
        self._size = told.st_size
        self.version = f"{told.st_mtime_ns:x}-{told.st_size:x}"
        self._directory = lru_cache(_KEPT_DIRECTORIES)(self._read_directory)
        try:
            self._header = _header(path, os.pread(self._file, _HEADER_BYTES, 0))
            self.attribution = self._attribution()
        except BaseMapRefused:
            os.close(self._file)
            raise

    @property
    def media_type(self) -> str:
        """What each tile is."""
        return MEDIA_TYPES[self._header["tile_type"]]

    @property
    def zooms(self) -> tuple[int, int]:
        """Least and greatest zoom that it holds."""
        return self._header["min_zoom"], self._header["max_zoom"]

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of its tiles, if it tells. [degrees]"""
        said = self._header
        west, south = said["min_lon_e7"] / _DEGREE_E7, said["min_lat_e7"] / _DEGREE_E7
        east, north = said["max_lon_e7"] / _DEGREE_E7, said["max_lat_e7"] / _DEGREE_E7
        return (west, south, east, north) if west < east and south < north else None

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """Return one tile; None where the archive holds none.

        Raises:
            BaseMapRefused: The archive is damaged there.
        """
        if not self.zooms[0] <= zoom <= self.zooms[1] or not (0 <= column < 1 << zoom and 0 <= row < 1 << zoom):
            return None
        try:
            return self._find(zxy_to_tileid(zoom, column, row))
        except BROKEN as error:
            raise BaseMapRefused(f"{self._path} is damaged at tile {zoom}/{column}/{row}; copy it anew") from error

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def _find(self, tile_id: int) -> bytes | None:
        said = self._header
        offset, length = said["root_offset"], said["root_length"]
        for _ in range(_MOST_DEPTH):
            entry = find_tile(self._directory(offset, length), tile_id)
            if entry is None:
                return None
            if entry.run_length:
                return self._bytes(said["tile_data_offset"] + entry.offset, entry.length)
            offset, length = said["leaf_directory_offset"] + entry.offset, entry.length
        raise ValueError("directories are nested too deep")

    def _read_directory(self, offset: int, length: int) -> list[Entry]:
        return deserialize_directory(self._bytes(offset, length))

    def _attribution(self) -> str:
        """Return the licence line as text: archives write it with links."""
        try:
            packed = self._bytes(self._header["metadata_offset"], self._header["metadata_length"])
            told = json.loads(gzip.decompress(packed))
        except BROKEN as error:
            raise BaseMapRefused(f"{self._path} has metadata that can't be read; copy it anew") from error
        line = told.get("attribution") if isinstance(told, dict) else None
        return html.unescape(_MARKUP.sub("", line)).strip() if isinstance(line, str) else ""

    def _bytes(self, offset: int, length: int) -> bytes:
        part = os.pread(self._file, length, offset) if offset + length <= self._size else b""
        if len(part) != length:
            raise EOFError("the file ends too soon")
        return part


def _header(path: Path, start: bytes) -> HeaderDict:
    try:
        header = deserialize_header(start)
    except SpecVersionUnsupported as error:
        raise BaseMapRefused(f"{path} is not of PMTiles version 3; convert it with `pmtiles convert`") from error
    except (MagicNumberNotFound, *BROKEN) as error:
        raise BaseMapRefused(f"{path} is no PMTiles archive; name a .pmtiles file, {_RASTER}") from error
    faults = _faults(header)
    if faults:
        raise BaseMapRefused("\n".join(f"{path} {fault}" for fault in faults))
    return header


def _faults(header: HeaderDict) -> list[str]:
    kind, packed, inner = header["tile_type"], header["tile_compression"], header["internal_compression"]
    faults = []
    if kind in (TileType.MVT, TileType.MLT):
        faults.append(f"holds vector tiles ({kind.name}), which the desk doesn't draw; {_RASTER}")
    elif kind not in MEDIA_TYPES:
        faults.append(f"holds tiles of kind {kind.name.lower()}, not PNG, WebP or JPEG; {_RASTER}")
    if kind in MEDIA_TYPES and packed not in (Compression.NONE, Compression.UNKNOWN):
        faults.append(f"has its tiles packed by {packed.name.lower()}; write it without tile compression")
    if inner is not Compression.GZIP:
        faults.append(f"has its directories packed by {inner.name.lower()}, not gzip; run `pmtiles convert`")
    return faults
