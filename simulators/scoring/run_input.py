"""RUN/ and what lies beside the truth → what the score looks at: tickets, the clock's span, stations, winds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from domain.readings import FloatArray
from domain.site import Site
from domain.site_files import parse_site
from domain.site_files.folder import FILES
from domain.ticket import Ticket
from domain.times import to_ms
from domain.wire import decode_ticket
from simulators.scoring.refused import ScoringRefused

__all__ = ["RunSeen", "ScoringRefused", "read_run", "read_site_beside", "read_winds_beside", "seen_at"]

_UTC_MS = pa.timestamp("ms", tz="UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSeen:
    """What a run brought forth, and over which time.

    Attributes:
        tickets: The last version of each.
        first_ms, last_ms: Span of the recording's clock. [ms]
        timezone: IANA name, for local days.
        stations: Sensor to (lon, lat), those that stand still; empty: the site is not known.
        winds: Moment [ms], wind towards east and north [m/s], as measured, shape (n, 3); for maps only.
    """

    tickets: tuple[Ticket, ...]
    first_ms: int
    last_ms: int
    timezone: str = "UTC"
    stations: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    winds: FloatArray = field(default_factory=lambda: np.empty((0, 3)))


def seen_at(site: Site, tickets: tuple[Ticket, ...], span_ms: tuple[int, int]) -> RunSeen:
    """Return a run as seen at a known site."""
    stations = {sensor.sensor_id: (sensor.lon, sensor.lat) for sensor in site.sensors if sensor.lon == sensor.lon}
    return RunSeen(tickets=tickets, first_ms=span_ms[0], last_ms=span_ms[1], timezone=site.timezone, stations=stations)


def read_run(folder: Path, site: Site | None = None) -> RunSeen:
    """Read RUN/.

    Args:
        folder: What `wugan replay --to` wrote.
        site: Where it ran; None: days are UTC days, and sensors have no places.

    Raises:
        ScoringRefused: The folder is no run.
    """
    try:
        summary = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        lines = (folder / "tickets.jsonl").read_bytes().splitlines()
        span = tuple(to_ms(datetime.fromisoformat(summary["clock"][name])) for name in ("first", "last"))
        tickets = tuple(decode_ticket(line) for line in lines if line.strip())
    except FileNotFoundError as error:
        where = error.filename or folder
        raise ScoringRefused(f"{where}: does not exist; give a folder that `wugan replay --to` wrote") from None
    except (ValueError, KeyError, TypeError, OSError, msgspec.MsgspecError) as error:
        raise ScoringRefused(f"{folder}: is no run ({error}); write it anew with `wugan replay --to`") from error
    if site is None:
        return RunSeen(tickets=tickets, first_ms=span[0], last_ms=span[1])
    return seen_at(site, tickets, (span[0], span[1]))


def read_site_beside(truth: Path) -> Site | None:
    """Return the site that a simulated recording holds beside its truth, if there is one."""
    folder = truth.parent / "site"
    texts = {name: (folder / name).read_text(encoding="utf-8-sig") for name in FILES if (folder / name).is_file()}
    return parse_site(texts)[0] if texts else None


def read_winds_beside(truth: Path) -> FloatArray:
    """Return the winds of the recording that a truth belongs to, as `RunSeen.winds`; none where there is no weather."""
    file = truth.parent / "weather.parquet"
    if not file.is_file():
        return np.empty((0, 3))
    try:
        table = pq.read_table(file, columns=["time", "wind_speed_ms", "wind_from_deg"])
        time_ms, speed, from_deg = (
            column.cast(kind, safe=False).to_numpy()
            for column, kind in zip(table.columns, (_UTC_MS, pa.float64(), pa.float64()), strict=True)
        )
    except (pa.ArrowException, OSError, KeyError):
        return np.empty((0, 3))  # a drawing is no reason to refuse a score
    towards = np.radians(from_deg + 180.0)
    winds = np.stack([time_ms.astype(np.int64), speed * np.sin(towards), speed * np.cos(towards)], axis=1)
    return np.asarray(winds[~np.isnan(winds).any(axis=1)])
