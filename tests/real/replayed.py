"""A real table → imported, replayed and written; what the outside sees of it: `tickets.jsonl` and `run.json`."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.site_folder import read_site
from domain.pipeline import make_ready
from domain.times import to_ms
from simulators.importing import ImportResult, Tables, bring_in, parse_map, write_import
from simulators.recording import read_recording
from simulators.replay import RunMeta, replay, write_run

ROOT = Path(__file__).parents[2]
MAPS = Path(__file__).parent / "maps"
DATA = ROOT.parent / "shared" / "data"

METRES_PER_DEGREE = 111_195.0

JsonTicket = dict[str, Any]


def shared(name: str) -> list[pytest.MarkDecorator]:
    """Return the marks of a module that needs a folder of the measurement data."""
    reason = f"needs ../shared/data/{name} beside the repository"
    return [pytest.mark.shared, pytest.mark.skipif(not (DATA / name).is_dir(), reason=reason)]


@dataclass(frozen=True, slots=True)
class Run:
    """What `wugan replay` left behind."""

    tickets: tuple[JsonTicket, ...]
    breaches: pa.Table
    summary: Mapping[str, Any]
    brought: ImportResult
    timezone: str

    def of_kind(self, kind: str) -> list[JsonTicket]:
        """Return the tickets of a kind in the order of their opening."""
        return sorted((one for one in self.tickets if one["kind"] == kind), key=lambda one: one["opened_at"])

    def per_day(self, kind: str) -> Counter[str]:
        """Return how many tickets of a kind were opened on each local day."""
        zone = ZoneInfo(self.timezone)
        return Counter(f"{moment(one['opened_at']).astimezone(zone):%Y-%m-%d}" for one in self.of_kind(kind))

    def kinds(self) -> Counter[str]:
        """Return how many tickets of each kind there are."""
        return Counter(one["kind"] for one in self.tickets)


def run_real(
    folder: Path,
    column_map: Path,
    tables: Tables,
    *,
    places: Iterable[Mapping[str, Any]] = (),
    rules: str = "",
    since: str | None = None,
    until: str | None = None,
) -> Run:
    """Import tables by a map, replay them on the site that comes of it, and write RUN/.

    Args:
        folder: Where REC/, SITE/ and RUN/ are written.
        places: GeoJSON features of enterprises.
        rules: Further text of site.toml.
    """
    chosen = parse_map(column_map.read_text(encoding="utf-8"), column_map.name)
    brought = bring_in(tables, chosen, with_site=True)
    write_import(brought, folder / "REC", folder / "SITE")
    with (folder / "SITE" / "site.toml").open("a", encoding="utf-8") as head:
        head.write(rules)
    collection = {"type": "FeatureCollection", "features": list(places)}
    (folder / "SITE" / "enterprises.geojson").write_text(json.dumps(collection), encoding="utf-8")
    site = read_site(folder / "SITE")[0]
    zoned = make_ready(site)
    recording = read_recording(folder / "REC", site, since_ms=ms(since), until_ms=ms(until))
    meta = RunMeta(recording=recording, zoned=zoned, since=since, until=until)
    summary = write_run(folder / "RUN", replay(recording, zoned), meta)
    lines = (folder / "RUN" / "tickets.jsonl").read_text(encoding="utf-8").splitlines()
    breaches = pq.read_table(folder / "RUN" / "breaches.parquet")
    return Run(tuple(json.loads(line) for line in lines), breaches, summary, brought, site.timezone)


def ms(text: str | None) -> int | None:
    """Return an RFC 3339 time in Unix milliseconds."""
    return None if text is None else to_ms(moment(text))


def moment(text: str) -> datetime:
    """Return an RFC 3339 time."""
    return datetime.fromisoformat(text)


def ends(ticket: JsonTicket) -> datetime:
    """Return when a ticket's event ended, or was last seen going on."""
    return moment(ticket["event_end"] or ticket["updated_at"])


def overlapping(
    tickets: Iterable[JsonTicket], start: datetime, end: datetime, *, slack_min: int = 0
) -> list[JsonTicket]:
    """Return the tickets whose event and a span have a moment in common."""
    slack = timedelta(minutes=slack_min)
    return [one for one in tickets if moment(one["event_start"]) <= end + slack and ends(one) >= start - slack]


def leading(ticket: JsonTicket) -> str | None:
    """Return the most probable place's id, whatever "unknown" says; None without candidates."""
    return ticket["candidates"][0]["enterprise_id"] if ticket["candidates"] else None


def first_named(ticket: JsonTicket) -> str | None:
    """Return the leading candidate's id; None where "unknown" leads."""
    first = ticket["candidates"][0] if ticket["candidates"] else None
    return first["enterprise_id"] if first and first["probability"] > ticket["unknown_probability"] else None


def square(place_id: str, lon: float, lat: float, half_m: float, **properties: object) -> dict[str, Any]:
    """Return a GeoJSON feature of an enterprise whose ground is a square about a point."""
    north = half_m / METRES_PER_DEGREE
    east = north / math.cos(math.radians(lat))
    corners = [(lon + x * east, lat + y * north) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    geometry = {"type": "Polygon", "coordinates": [corners]}
    about = {"enterprise_id": place_id, "name": place_id, "risk_class": "I", "credit_grade": "B", "whitelisted": False}
    return {"type": "Feature", "geometry": geometry, "properties": {**about, **properties}}


def table(folder: Path, name: str, frame: pd.DataFrame) -> Path:
    """Write a reshaped table beside the test's other files, and return where."""
    path = folder / f"{name}.parquet"
    frame.to_parquet(path)
    return path


def bearing_deg(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return the direction from one (lon, lat) to another near it, clockwise from north. [degrees 0..360)"""
    east = (end[0] - start[0]) * math.cos(math.radians(start[1]))
    return math.degrees(math.atan2(east, end[1] - start[1])) % 360.0


def turn_deg(one_deg: float, other_deg: float) -> float:
    """Return the smallest turn between two directions. [degrees 0..180]"""
    return abs((one_deg - other_deg + 180.0) % 360.0 - 180.0)
