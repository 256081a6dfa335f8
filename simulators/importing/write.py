"""What was brought in → files of a recording folder and of a site folder."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from simulators.importing.run import ImportResult
from simulators.importing.tables import TableRefused

_RECORDING = frozenset({"readings.parquet", "weather.parquet"})
_SITE = frozenset({"site.toml", "sensors.csv"})


def write_import(result: ImportResult, out: Path, site_out: Path | None) -> None:
    """Write the recording folder, and the site folder if one is wanted; an earlier import is replaced.

    Raises:
        TableRefused: A folder holds something else.
        OSError: It can't be written.
    """
    _check(out, _RECORDING)
    if site_out is not None:
        _check(site_out, _SITE)
    out.mkdir(parents=True, exist_ok=True)
    _put(result.readings.table, out / "readings.parquet")
    if result.weather is not None:
        _put(result.weather.table, out / "weather.parquet")
    else:
        (out / "weather.parquet").unlink(missing_ok=True)
    if site_out is not None and result.site_texts is not None:
        site_out.mkdir(parents=True, exist_ok=True)
        for name, text in result.site_texts.items():
            (site_out / name).write_text(text, encoding="utf-8")


def _check(folder: Path, ours: frozenset[str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise TableRefused(f"{folder}: is a file; name a folder")
    others = sorted({entry.name for entry in folder.iterdir()} - ours) if folder.exists() else []
    if others:
        raise TableRefused(f"{folder}: holds {', '.join(others[:3])}, which no import wrote; name a new folder")


def _put(table: pa.Table, path: Path) -> None:
    fresh = path.with_suffix(".new")
    pq.write_table(table, fresh, compression="zstd")
    fresh.replace(path)
