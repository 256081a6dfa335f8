"""`run.json`: from what and with what a run was made, what it counted, and a hash over what came out."""

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from domain.pipeline import Zoned
from domain.times import rfc3339
from domain.wire import encode_ticket
from simulators.recording import Recording
from simulators.replay.record import RunResult

_LIBRARIES = ("wugan", "numpy", "pyarrow", "scipy", "shapely", "pyproj", "msgspec")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMeta:
    """What a run was made from.

    Attributes:
        recording: What went in.
        zoned: The site, its rules and the method's version.
        mode: How it ran: `replay`, or through which parts.
        rate: Seconds of the recording per second; None: as fast as possible.
        since: The span asked for (RFC 3339), if any.
        until: As `since`.
        wall: Measured times by name; they differ from run to run and are hashed nowhere. [s]
    """

    recording: Recording
    zoned: Zoned
    mode: str = "replay"
    rate: float | None = None
    since: str | None = None
    until: str | None = None
    wall: Mapping[str, float | str] = field(default_factory=dict)


def tickets_jsonl(result: RunResult) -> bytes:
    """Return `tickets.jsonl`: one canonical ticket a line, sorted by id."""
    return b"".join(encode_ticket(ticket) + b"\n" for ticket in result.tickets)


def run_hash(result: RunResult) -> str:
    """Return SHA-256 over tickets and breaches: equal exactly where two runs said the same."""
    digest = hashlib.sha256(tickets_jsonl(result))
    for name in result.breaches.schema.names:
        column = result.breaches.column(name)
        digest.update(f"\n{name} {column.type} {len(column)}\n".encode())
        if pa.types.is_string(column.type):
            digest.update("\n".join(column.to_pylist()).encode())
        elif pa.types.is_timestamp(column.type):
            digest.update(column.cast(pa.int64()).to_numpy().tobytes())
        else:
            cells = pc.fill_null(column, float("nan")).to_numpy()
            digest.update(np.where(np.isnan(cells), np.nan, cells).tobytes())
    return digest.hexdigest()


def run_json(result: RunResult, meta: RunMeta) -> dict[str, object]:
    """Return the content of `run.json`; everything but `wall` is the same for every run of the same input."""
    recording, zoned = meta.recording, meta.zoned
    return {
        "site": zoned.site.site_id,
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in _LIBRARIES}},
        "rule_version": zoned.zone.rule_version,
        "settings": {
            "from": meta.since,
            "until": meta.until,
            "limits": {"class": zoned.site.limits_class, "edition": zoned.site.limits_edition},
            "rules": msgspec.to_builtins(zoned.rules),
        },
        "input_hash": recording.input_hash,
        "run_hash": run_hash(result),
        "clock": {
            "first": rfc3339(recording.recorded_from),
            "last": rfc3339(recording.recorded_until),
        },
        "counts": {
            "readings": len(recording.readings),
            "taken": result.readings,
            "duplicates": result.duplicates,
            "late": result.late,
            "too_late": result.too_late,
            "refused": dict(sorted(recording.refused.items())),
            "weather": len(recording.weather),
            "weather_refused": dict(sorted(recording.refused_weather.items())),
            "unknown": dict(sorted(recording.unknown.items())),
            "minutes": result.minutes,
            "breach_rows": result.breaches.num_rows,
            "tickets": len(result.tickets),
        },
        "decisions": dict(result.decisions),
        "wall": {"mode": meta.mode, "rate": "max" if meta.rate is None else meta.rate, **meta.wall},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
