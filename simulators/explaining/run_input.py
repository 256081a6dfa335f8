"""RUN/ → what explains a ticket: the ticket and all others, its minutes and winds, its site; or one line of refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from domain.channels import MINUTE_MS, POLLUTANTS, WEATHER_KEYS
from domain.field import JudgedField, WeatherMinute
from domain.following import SHARPENS_MIN
from domain.pipeline import Zoned, make_ready
from domain.road_cells import CellMinutes, no_cell_minutes
from domain.site import Site
from domain.site_files import parse_site
from domain.site_files.folder import FILES
from domain.ticket import Ticket, begun_ms
from domain.times import to_datetime, to_ms
from domain.wire import decode_ticket
from simulators.replay.minutes import ROAD, WEATHER

BEFORE_MIN = 120
"""So much is read before a ticket: the window of evidence, and the air before it. [min]"""
AFTER_MIN = 180
"""So long after its opening a ticket is looked at, at most. [min]"""


class ExplainRefused(ValueError):
    """It can't be explained; the message is one line."""


@dataclass(frozen=True, slots=True)
class RunPart:
    """What a run holds about a ticket: judged minutes in order, from before its start to its end."""

    ticket: Ticket
    others: tuple[Ticket, ...]
    minutes: tuple[JudgedField, ...]
    zoned: Zoned


def read_part(run: Path, name: str, site: Path | None = None) -> RunPart:
    """Read what concerns one ticket.

    Args:
        run: What `wugan replay --to` wrote.
        name: The ticket's id, or the beginning of it that no other has.
        site: The site folder; by default the run's own copy.

    Raises:
        ExplainRefused: No such run, ticket or minutes.
    """
    tickets = read_tickets(run)
    ticket = pick(tickets, name, run)
    for file in ("minutes.parquet", "wind.parquet"):
        if not (run / file).is_file():
            raise ExplainRefused(
                f"{run / file}: does not exist; an older run keeps no minutes: replay it anew with --to"
            )
    zoned = make_ready(_site(site or run / "site"))
    minutes = _minutes(run, ticket, zoned)
    if not minutes:
        raise ExplainRefused(f"{run / 'minutes.parquet'}: holds no minute of ticket {ticket.id}; replay it anew")
    return RunPart(ticket, tuple(other for other in tickets if other.id != ticket.id), minutes, zoned)


def read_tickets(run: Path) -> tuple[Ticket, ...]:
    """Return a run's tickets.

    Raises:
        ExplainRefused: There are none to be read.
    """
    try:
        return tuple(decode_ticket(line) for line in (run / "tickets.jsonl").read_bytes().splitlines() if line.strip())
    except (ValueError, OSError) as error:
        mend = "give a folder that `wugan replay --to` wrote"
        raise ExplainRefused(f"{run}: is no run ({type(error).__name__}); {mend}") from error


def pick(tickets: tuple[Ticket, ...], name: str, run: Path) -> Ticket:
    """Return the ticket of that id, or of that unique beginning.

    Raises:
        ExplainRefused: There is none, or there are several.
    """
    found = [ticket for ticket in tickets if name and ticket.id.startswith(name)]
    exact = [ticket for ticket in found if ticket.id == name]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0]
    if found:
        several = ", ".join(ticket.id for ticket in found[:3])
        raise ExplainRefused(f"{name}: {len(found)} tickets begin so ({several}); give more letters of the id")
    known = ", ".join(ticket.id[:8] for ticket in tickets[:3]) or "it holds none"
    raise ExplainRefused(f"{name!r}: no such ticket in {run} ({known}); see its tickets.jsonl")


def _site(folder: Path) -> Site:
    texts = {name: (folder / name).read_text(encoding="utf-8-sig") for name in FILES if (folder / name).is_file()}
    if not texts:
        raise ExplainRefused(f"{folder}: holds no site; give --site SITE/")
    return parse_site(texts)[0]


def _minutes(run: Path, ticket: Ticket, zoned: Zoned) -> tuple[JudgedField, ...]:
    opened, begun = to_ms(ticket.opened_at), begun_ms(ticket)
    first = min(to_ms(ticket.event_start), opened) - BEFORE_MIN * MINUTE_MS
    end = to_ms(ticket.event_end) if ticket.event_end else begun + AFTER_MIN * MINUTE_MS
    last = min(max(end, begun + SHARPENS_MIN * MINUTE_MS), begun + AFTER_MIN * MINUTE_MS) + MINUTE_MS
    span = [("minute", ">=", to_datetime(first)), ("minute", "<=", to_datetime(last))]
    try:
        rows = pq.read_table(run / "minutes.parquet", filters=span)
        wind = pq.read_table(run / "wind.parquet", filters=span)
        names = pc.index_in(rows["sensor_id"].cast(pa.string()), value_set=zoned.sensor_ids)
        return _fields(rows, names, wind)
    except (pa.ArrowException, KeyError, OSError) as error:
        raise ExplainRefused(f"{run / 'minutes.parquet'}: can't be read ({str(error).splitlines()[0]})") from error


def _fields(rows: pa.Table, names: pa.ChunkedArray, wind: pa.Table) -> tuple[JudgedField, ...]:
    if names.null_count:
        raise ExplainRefused("the run holds sensors that the site does not know; give the site it was run at")
    sensor = names.to_numpy().astype(np.int32)
    minute = rows["minute"].cast(pa.int64()).to_numpy()
    clock = rows["clock"].cast(pa.int64()).to_numpy()
    lon, lat, fresh = (rows[name].to_numpy() for name in ("lon", "lat", "fresh"))
    parts = ("", "_background", "_upper", "_sigma", "_flags", "_state")
    blocks = {part: np.column_stack([rows[name + part].to_numpy() for name in POLLUTANTS]) for part in parts}
    winds = {to_ms(row["minute"]): row for row in wind.to_pylist()}
    edges = np.flatnonzero(np.append(True, minute[1:] != minute[:-1])) if len(minute) else np.empty(0, np.int64)
    fields = []
    for begin, end in zip(edges, [*edges[1:], len(minute)], strict=True):
        cut = slice(int(begin), int(end))
        value = blocks[""][cut].astype(np.float64)
        fields.append(
            JudgedField(
                minute_ms=int(minute[begin]),
                clock_ms=int(clock[begin]),
                sensor=sensor[cut],
                lon=lon[cut],
                lat=lat[cut],
                value=value,
                completeness=np.ones_like(value),
                flags=blocks["_flags"][cut],
                background=blocks["_background"][cut].astype(np.float64),
                upper=blocks["_upper"][cut].astype(np.float64),
                sigma=blocks["_sigma"][cut].astype(np.float64),
                state=blocks["_state"][cut],
                since_ms=np.zeros(value.shape, np.int64),
                fresh=fresh[cut],
                weather=_weather(winds.get(int(minute[begin]), {})),
                road=_road(winds.get(int(minute[begin]), {})),
            )
        )
    return tuple(fields)


def _road(row: Mapping[str, Any]) -> CellMinutes:
    return ROAD.decode(row["road"]) if row.get("road") is not None else no_cell_minutes()


def _weather(row: Mapping[str, Any]) -> WeatherMinute:
    """Return the weather of a minute; of a run before its stations were kept the zone's wind."""
    if row.get("weather") is not None:
        return WEATHER.decode(row["weather"])
    values = np.full((1, len(WEATHER_KEYS)), np.nan)
    for key, name in (("wind_speed_ms", "speed_ms"), ("wind_from_deg", "from_deg")):
        values[0, WEATHER_KEYS.index(key)] = row.get(name, np.nan)
    return WeatherMinute(("zone",), np.full(1, np.nan), np.full(1, np.nan), values, np.zeros(1))
