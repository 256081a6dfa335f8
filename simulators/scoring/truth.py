"""`truth.parquet` → true events, or one line that says what is wrong with it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from domain.times import to_ms
from simulators.scoring.refused import ScoringRefused

NEEDED = ("event_id", "start", "end", "lon", "lat", "expect", "kind")
EMITTERS = frozenset({"enterprise", "construction", "unregistered", "outside", "moving", "works", "drill"})
"""Kinds of events that are a source of the air's load at a place; all others (bursts, episodes, faults) are nuisances.
An event for which a ticket is due, or that names an enterprise, is a source whatever it is called."""
_UTC_MS = pa.timestamp("ms", tz="UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueEvent:
    """One labelled event.

    Attributes:
        enterprise_id: Empty: the source stands in no registry.
        start_ms, end_ms: Of the emission. [ms]
        lon, lat: Of the source, degrees; NaN where it has none.
        due: Whether a ticket is expected.
        first_visible_ms: When a healthy sensor could first see it; None: never, or not told. [ms]
        visibility_told: Whether the truth says anything about visibility.
    """

    event_id: str
    enterprise_id: str
    start_ms: int
    end_ms: int
    lon: float
    lat: float
    due: bool
    kind: str
    first_visible_ms: int | None = None
    visibility_told: bool = False

    @property
    def emits(self) -> bool:
        """Whether it is a source, in contrast to a nuisance."""
        return self.due or bool(self.enterprise_id) or self.kind in EMITTERS


def read_truth(path: Path) -> tuple[TrueEvent, ...]:
    """Return the events of a file, by start.

    Raises:
        ScoringRefused: It is missing, no Parquet, or without a needed column.
    """
    try:
        table = pq.read_table(path)
    except FileNotFoundError:
        raise ScoringRefused(f"{path}: does not exist; give the truth.parquet of the recording") from None
    except (pa.ArrowInvalid, OSError) as error:
        raise ScoringRefused(f"{path}: is no Parquet file ({str(error).splitlines()[0]}); write it anew") from error
    return true_events(table, str(path))


def true_events(table: pa.Table, source: str = "truth") -> tuple[TrueEvent, ...]:
    """Return the events of a table, by start; `source` names it in complaints.

    Raises:
        ScoringRefused: A needed column is missing or has another type.
    """
    missing = [name for name in NEEDED if name not in table.schema.names]
    if missing:
        raise ScoringRefused(f"{source}: has no column {', '.join(missing)}; add what the contract's truth holds")
    told = "first_visible" in table.schema.names
    try:
        for name in ("start", "end", *(["first_visible"] if told else [])):
            at = table.schema.get_field_index(name)
            table = table.set_column(at, name, table.column(name).cast(_UTC_MS, safe=False))
        events = [_event(row, source, told=told) for row in table.to_pylist()]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, TypeError, ValueError) as error:
        raise ScoringRefused(f"{source}: {str(error).splitlines()[0]}; use the contract's types") from error
    return tuple(sorted(events, key=lambda event: (event.start_ms, event.event_id)))


def _event(row: dict[str, object], source: str, *, told: bool) -> TrueEvent:
    start, end, seen = row["start"], row["end"], row.get("first_visible")
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        raise ScoringRefused(f"{source}: event {row['event_id']!r} has no start or end; fill them in")
    return TrueEvent(
        event_id=str(row["event_id"]),
        enterprise_id=str(row.get("enterprise_id") or ""),
        start_ms=to_ms(start),
        end_ms=to_ms(end),
        lon=_number(row["lon"]),
        lat=_number(row["lat"]),
        due=row["expect"] == "ticket",
        kind=str(row["kind"] or ""),
        first_visible_ms=to_ms(seen) if isinstance(seen, datetime) else None,
        visibility_told=told,
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")
